"""Time texts -> vocabulary -> ids -> matrix: plain Python, two other packages and the native core."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import sentiment_fast as sf
from benchmarks import peers
from sentiment_fast import _core, reference
from sentiment_fast.text import encoding

SAMPLE = 2_500  # reviews that the plain Python side gets through in seconds
PEERS_SAMPLE = 10_000  # and the other packages
SCRIPTS_SAMPLE = 500  # of made-up texts, for plain Python


def thread_counts():
    return sorted({1, encoding.thread_count()})


def utf8_bytes(texts):
    return pc.sum(pc.binary_length(texts if isinstance(texts, pa.ChunkedArray | pa.Array) else pa.array(texts))).as_py()


def assert_equal_to_reference(texts):
    """Vocabulary, ids and matrix."""
    words = reference.build_vocabulary(texts)
    vocabulary = sf.build_vocabulary(texts)
    ids = sf.encode(texts, vocabulary)
    rows = reference.encode(texts, words)
    assert vocabulary.words == words
    assert [row.tolist() for row in ids] == rows
    assert (ids.pad(500) == reference.pad(rows)).all()


def encode_at(level, texts, vocabulary):
    """On one thread, at a SIMD level of choice."""
    return sf.TokenIds(*_core.Lexicon(vocabulary.words).encode(texts, _core.CleaningOptions(), 1, level))


def assert_equal(found, expected):
    assert (found.values == expected.values).all()
    assert (found.offsets == expected.offsets).all()


@pytest.fixture(scope="module")
def sample(reviews):
    """Some of the reviews as Python strings, on which plain Python and the core were found to agree."""
    texts = reviews.texts[:SAMPLE].to_pylist()
    assert_equal_to_reference(texts)
    return texts


@pytest.fixture(scope="module")
def vocabulary(reviews):
    return sf.build_vocabulary(reviews.texts)


def test_everything_in_plain_python(measure, sample):
    def run():
        words = reference.build_vocabulary(sample)
        return reference.pad(reference.encode(sample, words))

    measure("vocabulary + encode + pad", "plain Python", run, SAMPLE, text_bytes=utf8_bytes(sample))


@pytest.mark.parametrize("threads", thread_counts())
def test_everything_natively(measure, sample, reviews, threads):
    def run():
        vocabulary = sf.build_vocabulary(reviews.texts, threads=threads)
        return sf.encode(reviews.texts, vocabulary, threads=threads).pad(500, threads=threads)

    side = f"native, Arrow strings, threads: {threads}"
    text = utf8_bytes(reviews.texts)
    measure("vocabulary + encode + pad", side, run, len(reviews.texts), rounds=7, text_bytes=text)


def test_encode_in_plain_python(measure, sample, vocabulary):
    text = utf8_bytes(sample)
    measure("encode", "plain Python", lambda: reference.encode(sample, vocabulary), SAMPLE, text_bytes=text)


@pytest.mark.parametrize("level", _core.LEVELS)
def test_encode_at_each_level(measure, sample, reviews, vocabulary, level):
    def run():
        return encode_at(level, reviews.texts, vocabulary)

    assert_equal(run(), encode_at("scalar", reviews.texts, vocabulary))
    side = f"native, Arrow strings, threads: 1, {level}"
    measure("encode", side, run, len(reviews.texts), rounds=7, text_bytes=utf8_bytes(reviews.texts))


@pytest.mark.parametrize("threads", thread_counts())
@pytest.mark.parametrize("container", ["Arrow strings", "list[str]"])
def test_encode_natively(measure, sample, reviews, vocabulary, container, threads):
    texts = reviews.texts if container == "Arrow strings" else reviews.texts.to_pylist()

    def run():
        return sf.encode(texts, vocabulary, threads=threads)

    assert_equal(run(), encode_at("scalar", reviews.texts, vocabulary))
    side = f"native, {container}, threads: {threads}"
    measure("encode", side, run, len(texts), rounds=7, text_bytes=utf8_bytes(reviews.texts))


@pytest.fixture(scope="module")
def peers_sample(reviews):
    """As list[str], which is what the other packages take."""
    return reviews.texts[:PEERS_SAMPLE].to_pylist()


def test_encode_with_hugging_face_tokenizers(measure, peers_sample, vocabulary):
    """Equal on every row. The ids stay inside its `Encoding` objects: making lists of them is not timed."""
    pytest.importorskip("tokenizers")
    tokenizer = peers.hugging_face_tokenizer(vocabulary.words)

    def run():
        return tokenizer.encode_batch_fast(peers_sample, add_special_tokens=False)

    assert peers.known_ids(run()) == [row.tolist() for row in sf.encode(peers_sample, vocabulary)]
    side = f"Hugging Face tokenizers, threads: {encoding.thread_count()}"
    measure("encode, other packages", side, run, PEERS_SAMPLE, text_bytes=utf8_bytes(peers_sample))


@pytest.mark.parametrize(
    ("side", "make"),
    [
        ("CountVectorizer, threads: 1", peers.count_vectorizer),
        ("CountVectorizer, its analyzer tuned, threads: 1", peers.tuned_count_vectorizer),
    ],
)
def test_count_with_count_vectorizer(measure, peers_sample, vocabulary, side, make):
    """Equal on every row, as counts of each word."""
    vectorizer = make(vocabulary.words)

    def run():
        return vectorizer.transform(peers_sample)

    assert (run().toarray() == peers.word_counts(sf.encode(peers_sample, vocabulary), len(vocabulary))).all()
    measure("encode, other packages", side, run, PEERS_SAMPLE, text_bytes=utf8_bytes(peers_sample))


@pytest.mark.parametrize("threads", thread_counts())
def test_encode_beside_other_packages(measure, peers_sample, vocabulary, threads):
    def run():
        return sf.encode(peers_sample, vocabulary, threads=threads)

    side = f"native, list[str], threads: {threads}"
    measure("encode, other packages", side, run, PEERS_SAMPLE, rounds=15, text_bytes=utf8_bytes(peers_sample))


@dataclass(frozen=True)
class MadeUp:
    """Texts in one script: (n,) Arrow strings, and the vocabulary of all of them."""

    script: str
    texts: pa.Array
    vocabulary: sf.Vocabulary

    @property
    def group(self):
        return f"encode beyond ASCII, 1 thread: {self.script}"


@pytest.fixture(scope="module", params=["Cyrillic", "Greek", "Chinese", "Chinese, a space a word", "emoji"])
def made_up(request):
    """20 MB, on some of which plain Python and the core were found to agree."""
    texts = texts_in(request.param)
    assert_equal_to_reference(texts[:SCRIPTS_SAMPLE].to_pylist())
    return MadeUp(request.param, texts, sf.build_vocabulary(texts))


def test_encode_beyond_ascii_in_plain_python(measure, made_up):
    sample = made_up.texts[:SCRIPTS_SAMPLE].to_pylist()

    def run():
        return reference.encode(sample, made_up.vocabulary)

    measure(made_up.group, "plain Python", run, SCRIPTS_SAMPLE, text_bytes=utf8_bytes(sample))


@pytest.mark.parametrize("container", ["Arrow strings", "list[str]"])
def test_encode_beyond_ascii(measure, made_up, container):
    texts = made_up.texts if container == "Arrow strings" else made_up.texts.to_pylist()

    def run():
        return sf.encode(texts, made_up.vocabulary, threads=1)

    assert_equal(run(), encode_at("scalar", made_up.texts, made_up.vocabulary))
    measure(made_up.group, f"native, {container}", run, len(texts), rounds=7, text_bytes=utf8_bytes(made_up.texts))


def words_of(ids):
    """A word of 12 letters for each number, in base 26, (n,)."""
    digits = ids[:, None] // 26 ** np.arange(12) % 26
    return (digits + ord("a")).astype(np.uint8).view("S12").ravel().astype(str).tolist()


# Words made so that a hash which is not keyed, or which does not spread, puts them together.
CRAFTED = {
    "random words": lambda count, draw: words_of(draw.integers(0, 26**12, count)),
    "words that differ in their last letters": lambda count, draw: words_of(np.arange(count) * 26**8),
    "words that differ in their first letters": lambda count, draw: words_of(np.arange(count)),
    "words whose unkeyed hashes are equal": lambda count, draw: words_of(of_equal_hash(count, draw)),
}


def of_equal_hash(count, draw):
    """Numbers whose words have the same low 8 bits in the core's hash (lexicon.h) if its secret is left out."""
    found = np.empty(0, np.int64)
    while len(found) < count:
        drawn = draw.integers(0, 26**12, 1 << 22)
        letters = (drawn[:, None] // 26 ** np.arange(12) % 26 + ord("a")).astype(np.uint8)
        low, high = letters[:, :8].copy().view(np.uint64).ravel(), letters[:, 8:].copy().view(np.uint32).ravel()
        product_low = low * high
        product_high = (
            (low >> np.uint64(32)) * high + ((low & np.uint64(0xFFFFFFFF)) * high >> np.uint64(32))
        ) >> np.uint64(32)
        found = np.append(found, drawn[(product_low ^ product_high) & np.uint64(0xFF) == 0])
    return found[:count]


@pytest.mark.parametrize("kind", CRAFTED)
def test_count_crafted_words(measure, kind):
    """Words that are made to collide take no longer: the table's hash is keyed."""
    draw = np.random.default_rng(0)
    words = CRAFTED[kind](200_000, draw)
    texts = [" ".join(words[start : start + 200]) for start in range(0, len(words), 200)] * 3
    assert sf.build_vocabulary(texts, 1000, None).words == reference.build_vocabulary(texts, 1000, None)
    measure("count crafted words", kind, lambda: sf.build_vocabulary(texts, threads=1), len(texts), rounds=7)


CORPUS_BYTES, TEXT_BYTES = 20_000_000, 1_300  # of UTF-8, nearly
WORDS = 20_000
# The frequent letters first; Chinese has 2,500 ideographs.
LETTERS = {
    "Cyrillic": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфё",
    "Greek": "αοιετνσηυρπκμλςάίέόθήγώδύωφχβξζψ",
    "Chinese": "".join(map(chr, range(0x4E00, 0x4E00 + 2_500))),
    "emoji": "etaoinshrdlucmfwypvbgkqjxz",
}
LENGTHENING = {"Cyrillic": 0.8, "Greek": 0.8, "Chinese": 0.1, "emoji": 0.6}  # how words grow with rarity
EMOJI = "😀 😂 😍 😭 🔥 🎬 🍿 👍🏽 ❤️ 👨‍👩‍👧 🇬🇷 ⭐⭐⭐ 😱😱 💯 🤷‍♀️ 1️⃣".split()
# What stands between two words, and how often.
SPACED = {" ": 80, ", ": 9, ". ": 6, "! ": 1, " — ": 1, " «": 1, "» ": 1, ".\n": 0.5, " (1994) ": 0.5}
GAPS = {
    "Cyrillic": SPACED,
    "Greek": SPACED,
    "Chinese": {"": 84, "，": 9, "。": 5, "！": 1, "。\n": 1},
    "Chinese, a space a word": {" ": 84, "， ": 9, "。 ": 5, "！ ": 1, "。\n": 1},
    "emoji": {" ": 40, ", ": 5, ". ": 5, **{f" {emoji} ": 2 for emoji in EMOJI}, **dict.fromkeys(EMOJI, 1)},
}


def texts_in(script):
    """(n,) Arrow strings, always the same: words by Zipf's law, the frequent ones short; some in capitals."""
    generator = np.random.default_rng(0)
    words = made_up_words(script.partition(",")[0], generator)
    forms = [words, [word.capitalize() for word in words], [word.upper() for word in words]]
    frequencies = 1 / np.arange(1, WORDS + 1)
    frequencies /= frequencies.sum()
    gaps, weights = list(GAPS[script]), np.array(list(GAPS[script].values()), float)
    weights /= weights.sum()
    mean = sum(len(word.encode()) * frequency for word, frequency in zip(words, frequencies, strict=True))
    mean += sum(len(gap.encode()) * weight for gap, weight in zip(gaps, weights, strict=True))

    shape = (CORPUS_BYTES // TEXT_BYTES, round(TEXT_BYTES / mean))  # (texts, words of each)
    picked_words, picked_gaps = (generator.choice(len(p), shape, p=p) for p in (frequencies, weights))
    ends_sentence = np.array([gap.startswith((".", "!")) for gap in gaps])[picked_gaps]
    picked_forms = np.roll(ends_sentence, 1, axis=1).astype(np.int64)
    picked_forms[generator.random(shape) < 0.01] = 2
    rows = zip(picked_forms.tolist(), picked_words.tolist(), picked_gaps.tolist(), strict=True)
    return pa.array(
        ["".join([forms[form][word] + gaps[gap] for form, word, gap in zip(*row, strict=True)]) for row in rows],
        pa.large_string(),
    )


def made_up_words(script, generator):
    """WORDS of them, the ones to be frequent first."""
    letters = np.array(list(LETTERS[script]))
    frequencies = 1 / np.arange(4, len(letters) + 4)
    lengths = 1 + generator.poisson(LENGTHENING[script] * np.log(np.arange(1, WORDS + 1)))
    drawn = "".join(generator.choice(letters, lengths.sum(), p=frequencies / frequencies.sum()).tolist())
    ends = np.cumsum(lengths).tolist()
    words = [drawn[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return [word[:-1] + word[-1].replace("σ", "ς") for word in words]  # as Greek writes it at the end of a word
