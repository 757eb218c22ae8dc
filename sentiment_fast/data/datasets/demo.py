"""A made-up corpus of film reviews, for use without real data.

In: how many reviews, and a seed. Out: labelled texts whose statistics resemble real reviews'.
Reading real data is left to labelled_texts.py and imdb.py; nothing learned here says anything about real reviews.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.data.labelled_texts import LabelledTexts

# A rule is a list of alternatives "weight template". In a template {x} stands for an alternative of rule x or a word of
# list x, ^ makes the next letter a capital, $ ends the review. "x+" speaks well of something; "x-", its mirror image
# with every + and - swapped, is derived. So negators and connectives by themselves predict nothing: only their place
# does. The weights are tuned to be as hard as real reviews for single words, and to reward models that use word order.
# Accuracy on a held-out quarter, seed 0, scikit-learn's defaults; the LSTM (two layers of 128) sees the 1,000 most
# frequent words that are not stop words:
#   10,000 reviews: tf-idf + logistic regression 87.8 %, with word pairs 90.4 %, LSTM 93.6 % (4 epochs)
#   50,000 reviews: 88.4 %, 91.5 %, 95.2 % (2 epochs)
# Ids per review, as the LSTM sees them: mean 73, median 58, 95 % <= 176 (IMDb's: 69, 54, 169).
RULES = {
    "clear+": "59 {plain} | 38 ^{opinion+}{stop} {break} | 3 ^{opinion-}{stop} {break}",
    "mixed+": "60 {plain} | 29 ^{opinion+}{stop} {break} | 11 ^{opinion-}{stop} {break}",
    "verdict+": """
        3 ^{closing} {opinion+}{stop}$
        2 ^{opinion+}{stop}$
        1 ^{opinion+}{stop} {rating}.$
        1 ^{closing} this is a {degree} {adjective+} {film}{stop}$""",
    "opinion+": """
        14 {part} {is} {graded+}
        8 {part} {is} {graded+} and {graded+}
        5 {part} {is} {negator} {adjective-}
        2 {part} {is} {graded-}{yet} {part} {is} {graded+}
        2 {although} {part} {is} {graded-}, {part} {is} {graded+}
        4 {part} manages to {verb+}
        1 {part} {fails} to {verb-}
        3 {part} is full of {quality+}
        1 {part} {lacks} {quality-}
        4 what a {degree} {adjective+} {film} this is""",
    "graded+": "3 {adjective+} | 2 {degree} {adjective+}",
    "tone": "1 {adjective+} | 1 {adjective-}",
    "plain": """
        7 ^{event}{stop} {break}
        6 ^{event}, {link} {event}{stop} {break}
        2 ^{someone} is the {person} who {did} {thing}{stop} {break}
        2 ^I {did} {title} {when} with {someone}, and I was {where} {thing}{stop} {break}
        1 ^it was made {when} and it is {number} minutes long{stop} {break}
        1 ^{someone} asks: "{question} {thing}?" {break}
        1 ^{thing} ({thing}, that is) {did} {thing}{stop} {break}""",
    "event": """
        5 {thing} {did} {thing}
        5 {thing} {did} {thing} {where} {thing}
        3 {thing} of {thing} was {where} {thing}
        2 they {did} {thing} and then {did} it
        2 I had been {where} {thing}
        2 you {did} the {rare} {rare}, or so I {did}
        2 he was not {thing}, he had {thing} {where} them
        2 it's {thing} that we {did}
        1 she {did} me as if I were {thing}
        1 there were {rare} and {rare} all over {thing}
        1 {someone} didn't have {thing} {where} {thing}
        1 {someone} has that {tone} {person} and the {noun}
        1 what the {person} {did} is more than {thing}""",
    "thing": """
        9 the {rare} | 3 the {noun} | 1 the {person} | 4 a {rare} {rare} | 3 his {rare} | 3 her {rare}
        2 all of that {rare} | 2 this {noun} | 2 my {rare} | 2 their {rare} {noun} | 2 some {rare}s or other
        1 no such {noun} | 1 {someone}'s {rare} | 1 that {tone} {rare}""",
    "someone": "3 {first} ^{rare} | 2 {first} | 1 ^{rare}",
    "title": """4 “The ^{rare}” | 2 "^{rare} and ^{rare}" | 1 «Долгая вода» | 1 《纸灯塔》 | 1 『雨の時計台』""",
    "part": """
        6 the {aspect}
        2 this {film}
        2 {someone}'s {aspect}
        1 the {aspect} of {title}
        1 the {aspect} by {someone}
        1 it""",
    "is": "4 is | 4 was | 1 seemed | 1 turned out to be",
    "negator": "6 never | 4 hardly | 3 far from | 2 anything but | 2 not | 2 never really | 1 barely | 1 not at all",
    "fails": "4 fails | 1 hardly manages | 1 never manages",
    "lacks": "3 lacks | 1 never has any | 1 comes without",
    "yet": "3 , but | 2 , yet | 2 ; however, | 1  — still,",
    "although": "2 although | 2 though | 1 while",
    "closing": "3 overall, | 2 in the end | 1 all in all, | 1 to sum up: | 1 so…",
    "link": "4 and | 2 because | 2 as | 2 while | 1 so | 1 but | 1 when | 1 before",
    "stop": "16 . | 2 ! | 1 ... | 1 …",
    "break": "16 | 1 <br /><br />",
    "did": "3 {past} | 2 {rare}ed",
    "where": "3 in | 2 with | 2 on | 2 for | 2 at | 1 from | 1 under | 1 to | 1 about | 1 against",
    "when": "2 in 19{digit}{digit} | 1 in 200{digit} | 1 at the {rare} festival | 1 on TV | 1 last night",
    "number": "1 {digit}{digit} | 1 1{digit}{digit}",
    "rating": "1 {digit}/10 | 1 10/10 | 1 {digit} out of 10",
    "question": "2 who {did} | 1 don't you see | 1 what's with",
}
# Frequent words first: their weights fall with their rank.
WORDS = {
    "adjective+": """
        good great wonderful excellent brilliant beautiful perfect funny superb amazing moving clever charming
        gripping touching fresh subtle honest delightful stunning inspired memorable enjoyable believable
        powerful elegant witty tender fascinating captivating thoughtful graceful hilarious splendid masterful""",
    "adjective-": """
        bad awful terrible boring poor dull stupid weak horrible lame dreadful tedious annoying predictable
        silly lazy cheap flat wooden hollow shallow forced bland ridiculous clumsy pointless forgettable
        tiresome dreary clichéd laughable painful messy stale amateurish lifeless pretentious contrived""",
    "verb+": "delight charm convince amuse surprise impress shine entertain captivate enchant",
    "verb-": "bore annoy disappoint irritate drag confuse embarrass stumble exhaust offend",
    "quality+": "charm wit warmth tension depth heart energy style imagination humour grace talent",
    "quality-": "clichés nonsense boredom padding noise sentimentality holes confusion mistakes vanity laziness gloom",
    "degree": "very really truly simply rather quite completely pretty totally surprisingly thoroughly mostly",
    "film": "film movie picture comedy drama thriller production western sequel adaptation",
    "aspect": """
        acting plot story script ending direction music dialogue cast camera pacing casting photography editing
        soundtrack premise atmosphere performance beginning scenery chemistry costume finale narration
        lighting""",
    "noun": """
        house family town war train letter night money secret city road wedding school river island door dog
        ship garden hospital song journey village storm castle winter office desert winner photograph kitchen
        church boat bank dinner piano bridge diary robbery forest market hotel circus engine trial map crown
        mirror radio""",
    "person": """
        man woman girl boy father mother brother sister doctor teacher soldier detective lawyer sailor king
        widow thief farmer nurse singer priest neighbour cousin spy waiter dancer reporter stranger captain
        clown""",
    "past": """
        found took left saw made wanted followed lost met told killed loved sold broke remembered watched
        stole opened hid visited saved carried painted forgot burned chased married bought feared invented
        crossed buried""",
    "first": """
        Anna Peter Maria Tom Lucy Henry Zoé Béla Iñaki Oskar Nadia Renée Pablo Greta Jürgen Mei Søren Odile
        Yusuf Inés Władek Noor Tariq Elsa""",
    "digit": "1 2 3 4 5 6 7 8 9",
}
# Beginnings, middles and ends of words that do not exist; the middles make them differ from stop words and opinions.
SYLLABLES = {
    "begin": "b br ch d dr f fl g gr h k l m n p pr qu s st t tr v w z",
    "vowel": "a e i o u ai",
    "middle": "lb mp rg sk zz nv rl ld gn ft lm rb",
    "end": "a an ed el en er ing ish ock on ow y",
}
MADE_UP_WORDS = 50_000
SHORT_WORDS = 8_000  # of these, the most frequent ones, as in real languages

REVIEWS_PER_BLOCK = 1_000  # even, as reviews come in pairs of opposite labels
MEDIAN_WORDS, SPREAD = 178, 0.68  # of the log-normal lengths
WORDS_PER_SENTENCE = 9.8
CONTRARY = 30  # of 1,000 reviews: the text says the opposite of the label
MIXED = 300  # of 1,000 reviews: praise and blame are nearer to each other


@dataclass(frozen=True)
class Grammar:
    """Rules as arrays. A token >= 0 is the number of a piece of text, a token < 0 a rule yet to be expanded."""

    pieces: pa.Array  # (2 p,) strings, the second half with capitals
    rules: dict[str, int]  # name -> token; token ~r is rule r
    choices: np.ndarray  # (c,) numbers of alternatives, each as often as it weighs, rule after rule
    first_choice: np.ndarray  # (rules + 1,) where the choices of a rule start
    tokens: np.ndarray  # (t,) the alternatives' tokens, one alternative after the other
    first_token: np.ndarray  # (alternatives + 1,) where the tokens of an alternative start
    capital: int  # the piece ^
    end: int  # the piece $


def demo_corpus(reviews: int = 50_000, seed: int = 0) -> LabelledTexts:
    """Make up film reviews labelled "positive" or "negative", half each.

    The same (reviews, seed) give the same bytes everywhere, and a smaller corpus is the start of a larger one.
    Raises ValueError if either is negative.
    """
    if reviews < 0:
        raise ValueError(f"Expected 0 or more reviews, got {reviews}")
    blocks = [_block(seed, number) for number in range(-(-reviews // REVIEWS_PER_BLOCK))]
    texts = pa.chunked_array([block_texts for block_texts, _ in blocks], type=pa.string())
    labels = np.concatenate([np.empty(0, dtype="<U8"), *(block_labels for _, block_labels in blocks)])
    name = f"demo corpus ({reviews} made-up reviews)"
    return LabelledTexts(texts.slice(0, reviews), labels[:reviews], name, made_up=True, text_column="review")


def _block(seed: int, number: int) -> tuple[pa.Array, np.ndarray]:
    """Texts and labels, (REVIEWS_PER_BLOCK,) each, of a block that depends on no other one."""
    grammar = _grammar()
    # Only the bit generator: NumPy guarantees its stream, and may change those of Generator's methods.
    bits = np.random.Philox(np.random.SeedSequence(seed, spawn_key=(number,)))
    coins = _below(2, bits, REVIEWS_PER_BLOCK // 2)
    positive = np.stack([coins, 1 - coins], axis=1).ravel()  # (reviews,) 0 or 1
    praising = positive ^ (_below(1_000, bits, REVIEWS_PER_BLOCK) < CONTRARY)
    mixed = _below(1_000, bits, REVIEWS_PER_BLOCK) < MIXED
    counts = _sentence_counts()
    sentences = counts[_below(len(counts), bits, REVIEWS_PER_BLOCK)]

    body = np.array([[grammar.rules[f"{kind}{sign}"] for sign in "-+"] for kind in ("clear", "mixed")])
    verdict = np.array([grammar.rules[f"verdict{sign}"] for sign in "-+"])
    tokens = np.repeat(body[mixed.astype(int), praising], sentences)
    tokens[np.cumsum(sentences) - 1] = verdict[praising]
    return _spell(_expand(tokens, grammar, bits), grammar), np.array(["negative", "positive"], dtype="<U8")[positive]


def _expand(tokens: np.ndarray, grammar: Grammar, bits: np.random.Philox) -> np.ndarray:
    """Put an alternative, drawn by weight, in every rule's place until only pieces of text are left."""
    while (where := np.flatnonzero(tokens < 0)).size:
        rule = ~tokens[where]
        first, end = grammar.first_choice[rule], grammar.first_choice[rule + 1]
        drawn = grammar.choices[first + _below(end - first, bits, len(rule))]
        # Every token is copied from what follows it here, a rule's place from the alternative's tokens before that.
        sources = np.concatenate([grammar.tokens, tokens])
        start = np.arange(len(tokens)) + len(grammar.tokens)
        start[where] = grammar.first_token[drawn]
        length = np.ones(len(tokens), dtype=np.int64)
        length[where] = grammar.first_token[drawn + 1] - grammar.first_token[drawn]
        ends = np.cumsum(length)
        tokens = sources[np.repeat(start - (ends - length), length) + np.arange(ends[-1])]
    return tokens


def _spell(tokens: np.ndarray, grammar: Grammar) -> pa.Array:
    """Pieces of text, each review closed by $ -> (reviews,) strings."""
    offsets = np.concatenate([[0], np.flatnonzero(tokens == grammar.end) + 1])
    capitals = tokens.copy()
    capitals[np.flatnonzero(tokens == grammar.capital) + 1] += len(grammar.pieces) // 2
    pieces = grammar.pieces.take(pa.array(capitals))
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pieces), "")


def _below(limits: int | np.ndarray, bits: np.random.Philox, count: int) -> np.ndarray:
    """Random whole numbers of [0, limits), (count,) int64, without rounding that could differ between machines."""
    return ((bits.random_raw(count) >> np.uint64(32)).astype(np.int64) * limits) >> 32


@cache
def _sentence_counts() -> np.ndarray:
    """Sentences of a review at 4,096 evenly spaced quantiles, (4096,) int64."""
    quantiles = (NormalDist().inv_cdf((step + 0.5) / 4_096) for step in range(4_096))
    words = (MEDIAN_WORDS * math.exp(SPREAD * quantile) for quantile in quantiles)
    return np.array([max(1, round(count / WORDS_PER_SENTENCE)) for count in words], dtype=np.int64)


@cache
def _grammar() -> Grammar:
    """RULES, WORDS and the made-up words as arrays."""
    alternatives = _alternatives()
    rules = {name: ~number for number, name in enumerate(alternatives)}
    pieces = {"^": 0, "$": 1}
    tokens: list[list[int]] = []
    choices: list[np.ndarray] = []
    for weighted in alternatives.values():
        choices.append(np.repeat(np.arange(len(weighted)) + len(tokens), [weight for weight, _ in weighted]))
        for _, template in weighted:
            parts = [part for part in re.split(r"(\{[^}]+\}|[\^$])", template) if part]
            tokens.append([rules[p[1:-1]] if p[0] == "{" else pieces.setdefault(p, len(pieces)) for p in parts])
    texts = ["", "", *list(pieces)[2:]]
    return Grammar(
        pieces=pa.array(texts + [text[:1].upper() + text[1:] for text in texts]),
        rules=rules,
        choices=np.concatenate(choices),
        first_choice=np.cumsum([0, *map(len, choices)]),
        tokens=np.array(list(chain.from_iterable(tokens))),
        first_token=np.cumsum([0, *map(len, tokens)]),
        capital=pieces["^"],
        end=pieces["$"],
    )


def _alternatives() -> dict[str, list[tuple[int, str]]]:
    """Name -> (weight, template) of all rules and word lists."""
    alternatives = {}
    for name, rule in RULES.items():
        split = [line.strip().partition(" ") for line in re.split(r"[\n|]", rule.strip())]
        alternatives[name] = [(int(weight), template) for weight, _, template in split]
        if name.endswith("+"):
            alternatives[_mirrored(name)] = [(weight, _mirrored(template)) for weight, template in alternatives[name]]
    for name, words in WORDS.items():
        alternatives[name] = [(1_000 // (rank + 3), word) for rank, word in enumerate(words.split())]
    # The 200 cuts off the head of Zipf's law, which the words listed above are.
    made_up = enumerate(_made_up_words(), start=1)
    alternatives["rare"] = [(MADE_UP_WORDS // (rank + 200), word) for rank, word in made_up]
    return alternatives


def _mirrored(text: str) -> str:
    """The text with x+ and x- swapped."""
    return re.sub(r"[+-](?=\}|$)", lambda sign: "-" if sign[0] == "+" else "+", text)


def _made_up_words() -> list[str]:
    """MADE_UP_WORDS pronounceable words, all different, short ones first."""
    begin, vowel, middle, end = (syllables.split() for syllables in SYLLABLES.values())
    short = _scattered([begin, vowel, middle, end], SHORT_WORDS)
    return short + _scattered([begin, vowel, middle, vowel, middle, end], MADE_UP_WORDS - SHORT_WORDS)


def _scattered(parts: list[list[str]], count: int) -> list[str]:
    """`count` different words, one of each part after the other, neighbours unlike each other."""
    combinations = math.prod(map(len, parts))
    words = []
    for number in range(count):
        rest = number * 7_919 % combinations  # a prime that does not divide them: no combination comes twice
        word = ""
        for part in parts:
            rest, chosen = divmod(rest, len(part))
            word += part[chosen]
        words.append(word)
    return words
