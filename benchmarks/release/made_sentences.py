"""Frames and words -> sentences by the ten thousand, for the network of the bundled model.

In: the tables of made_words.py, made_clauses.py, made_frames.py and own_words.py, and a seed. Out: rows of a text
and a label, always the same. What own_sentences.csv teaches with a few words, these teach with many: that a "not"
negates any word and any clause, that the order of two things decides which is the better one, and that a name or a fact
is neither praise nor blame. They are made, not committed: bundled_data.py writes them to the data.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from benchmarks.release import made_clauses as clauses
from benchmarks.release import made_frames as more_frames
from benchmarks.release import made_words as words
from benchmarks.release import own_words
from benchmarks.release.own_sentences import BLAME, NEUTRAL, PRAISE, lines, pairs, ratings, styled

SEED = 21
SIDES = (PRAISE, BLAME)
TIMES = 50  # that a frame is filled, for each side
NAMED = ("{who}", "{place}", "{of}", "{an_of}")
TIMES_NAMED = 3  # there are many names, so frames with one are filled more often
CLAUSES = 85  # rows for each of `times` that affirm a verb phrase, and as many that negate it: it alone says nothing
PLURAL = 0.25  # of the subjects
CONSONANT_SOUNDS = ("use", "uniq", "unif", "ukr", "eur", "uga", "uru", "uyg")  # as in "a user"
NAMED_PERSON = 0.25  # of single people have a name
ALIKE = 4  # people for whom a frame about a person is filled with the same words
UNHEARD = 0.2  # of the names are not in any list: what a vocabulary does not know says nothing either
WEAK_NEUTRAL = 0.25  # of the texts with a weak intensifier
Row = tuple[str, str]
Values = dict[str, str]
T = TypeVar("T")


def listed(text: str) -> list[str]:
    """The parts of a table that are separated by white space, with spaces in place of their hyphens."""
    return [word.replace("-", " ") for word in text.split()]


@cache
def phrases(text: str) -> list[str]:
    """The parts of a table that are separated by slashes."""
    return [" ".join(part.split()) for part in text.split("/")]


def of_each_side(praise: str, blame: str, read: Callable[[str], list[str]] = str.split) -> dict[str, list[str]]:
    return {PRAISE: read(praise), BLAME: read(blame)}


@cache
def forms(verb: str) -> tuple[str, str, str]:
    """The third person, the past and the participle: "impress" -> "impresses", "impressed", "impressed"."""
    verb, _, particle = verb.partition(" ")
    if particle:
        third, past, participle = (f"{form} {particle}" for form in forms(verb))
        return third, past, participle
    sibilant = verb.endswith(("s", "sh", "ch", "x", "z", "o"))
    y = verb.endswith("y") and verb[-2] not in "aeiou"
    third = verb[:-1] + "ies" if y else verb + ("es" if sibilant else "s")
    if verb in words.IRREGULAR:
        past, participle = words.IRREGULAR[verb].split()
        return third, past, participle
    doubled = verb in words.DOUBLING
    past = verb[:-1] + "ied" if y else verb + ("d" if verb.endswith("e") else verb[-1] + "ed" if doubled else "ed")
    return third, past, past


@cache
def gerund(verb: str) -> str:
    """ "keep the promise" -> "keeping the promise"."""
    verb, space, rest = verb.partition(" ")
    if verb.endswith("ie"):
        verb = f"{verb[:-2]}y"
    elif verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        verb = verb[:-1]
    elif verb in words.DOUBLING:
        verb += verb[-1]
    return f"{verb}ing{space}{rest}"


def with_article(text: str) -> str:
    vowel = text[0] in "aeiouAEIOU" and not text.lower().startswith(CONSONANT_SOUNDS)
    return ("an " if vowel or text.startswith("hon") else "a ") + text


def plural(noun: str) -> str:
    """Of a noun that may have several words, the last of which is inflected: "login pages", "agencies"."""
    if noun in words.PLURALS:
        return words.PLURALS[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x", "z")) else "s")


NOUNS = listed(words.NOUNS)
PLURAL_NOUNS = listed(words.PLURAL_NOUNS)
ADJECTIVES = of_each_side(words.GOOD, words.BAD, listed)
PLEASE = of_each_side(words.PLEASE, words.ANNOY)
WITH_MORE = {side: [word for word in found if len(word) > 6 and word[-1] != "y"] for side, found in ADJECTIVES.items()}
HAPPY = of_each_side(words.HAPPY, words.UNHAPPY)
HAPPY_WITH = {side: [word for word in found if word not in words.NOT_WITH.split()] for side, found in HAPPY.items()}
WORK = of_each_side(words.WORK, words.BREAK, listed)
LIKE = of_each_side(words.LIKE, words.DISLIKE)
EVENTS = of_each_side(words.JOYS, words.WOES, phrases)
MERITS = of_each_side(words.MERITS, words.TROUBLES, phrases)
BETTER = of_each_side(words.BETTER, words.WORSE, phrases)
VERDICTS = [*pairs(own_words.VERDICTS), *pairs(clauses.VERDICTS)]
COMPARED = (("new", clauses.NEW), ("old", clauses.OLD))
EMOJIS = {label: f"{own_words.EMOJIS[label]} {found}".split() for label, found in words.EMOJIS.items()}
STRENGTHS = (phrases(words.STRONG), phrases(words.WEAK))
CONSONANTS = "bcdfghjklmnprstvwxz"
PEOPLE, PLACES, NATIONS = phrases(words.PEOPLE), listed(words.PLACES), listed(words.NATIONS)
AGES, IDENTITIES, PERSONS = phrases(words.AGES), phrases(words.IDENTITIES), phrases(words.PERSONS)
NAMES, SURNAMES = listed(words.NAMES), listed(words.SURNAMES)
JOBS = phrases(clauses.JOBS)
THINGS = [noun for nouns in clauses.THINGS for noun in phrases(nouns)]
MORE = of_each_side(more_frames.MORE[PRAISE], more_frames.MORE[BLAME], phrases)
MANNERS = of_each_side(clauses.MANNERS[PRAISE], clauses.MANNERS[BLAME], phrases)
OTHER = {PRAISE: BLAME, BLAME: PRAISE}
FURTHER = (
    more_frames.SUPERLATIVES,
    more_frames.UNDERSTATED,
    more_frames.UNDERSTATED_KEPT,
    more_frames.RHETORICAL,
)


@dataclass(frozen=True)
class Subjects:
    """Nouns, and the verb phrases of each label that go with most of them."""

    nouns: list[str]
    are_people: bool
    verb_phrases: dict[str, list[str]]


SUBJECTS = [
    Subjects(phrases(nouns), are_people, dict(zip((PRAISE, BLAME, NEUTRAL), map(phrases, verb_phrases), strict=True)))
    for are_people, table in ((True, clauses.PEOPLE), (False, clauses.THINGS))
    for nouns, verb_phrases in table.items()
]


class Filler:
    """Fills frames with random words."""

    def __init__(self, seed: int = SEED) -> None:
        self.draw = random.Random(seed)

    def one(self, found: Sequence[T]) -> T:
        return self.draw.choice(found)

    def person(self) -> str:
        kind = self.draw.random()
        if kind < 0.2:
            return self.one(PEOPLE)
        if kind < 0.4:
            return self.stranger()
        if kind < 0.8:
            return self.name(NAMES)
        title = self.one(("Mr", "Mrs", "Ms", "Dr", "Professor", ""))
        return f"{title or self.name(NAMES)} {self.name(SURNAMES)}"

    def stranger(self) -> str:
        """ "an elderly Deaf woman", "our Greek neighbour with a stick"."""
        age, identity = self.one(("", self.one(AGES))), self.one((self.one(IDENTITIES), self.one(NATIONS), ""))
        noun = " ".join(word for word in (age, identity, self.one(PERSONS)) if word)
        person = self.one((with_article(noun), with_article(noun), f"the {noun}", f"our {noun}"))
        is_more = self.draw.random() < 0.2 or not (age or identity)
        return f"{person} {self.one(phrases(words.AFTERWARDS))}" if is_more else person

    def name(self, known: Sequence[str]) -> str:
        """One of these, or one that no one has heard of."""
        if self.draw.random() >= UNHEARD:
            return self.one(known)
        syllables = [self.one(CONSONANTS) + self.one("aeiouy") for _ in range(self.draw.randint(2, 4))]
        last: str = self.one(("", *CONSONANTS))
        return "".join(syllables).capitalize() + last

    def two(self, draw: Callable[[], str]) -> tuple[str, str]:
        """Two different ones."""
        first = draw()
        return first, next(other for other in iter(draw, None) if other != first)

    def values(self, side: str) -> Values:
        """What any frame may ask for. side: of the words that praise or blame."""
        kind, kind2 = self.draw.sample(NOUNS, 2)
        are_many = self.draw.random() < 0.2
        noun = self.one(PLURAL_NOUNS) if are_many else kind
        article = self.one(("the", "the", "the", "this", "my", "our", "their"))
        x = f"{'these' if are_many and article == 'this' else article} {noun}"
        present, past = ("are", "were") if are_many else ("is", "was")
        verb, negation = self.one((present, past)), self.one(("n't", "n't", " not"))
        a, b = self.draw.sample(ADJECTIVES[side], 2)
        please, like, work = self.one(PLEASE[side]), self.one(LIKE[side]), self.one(WORK[side])
        event, better = self.one(EVENTS[side]), self.one(BETTER[side])
        other = OTHER[side]
        found = {"x": x, "be": verb, "is": present, "was": past, "benot": verb + negation, "wasnt": past + negation}
        found |= {"they": "they" if are_many else "it", "them": "them" if are_many else "it"}
        found |= {"y": f"the {kind2}", "bey": "is" if verb in ("is", "are") else "was"}
        found |= {"thing": f"{self.one(('this', 'the', 'my', 'that'))} {kind}", "kind": kind, "kind2": kind2}
        found |= {"kinds": plural(kind), "a_kind": with_article(kind), "a_kind2": with_article(kind2)}
        found |= {"a": a, "b": b, "an_a": with_article(a), "an_ab": with_article(better)}
        found |= {"ma": self.one(WITH_MORE[side]), "hw": self.one(HAPPY_WITH[side])}
        found |= {"o": self.one(ADJECTIVES[other]), "p": self.one(ADJECTIVES[other])}
        found |= {"n": event, "bare": event.partition(" ")[2], "m": self.one(MERITS[side])}
        found |= {"on": self.one(EVENTS[other]), "om": self.one(MERITS[other])}
        found |= dict(zip(("v", "vs", "ved", "ven"), (please, *forms(please)), strict=True))
        found |= dict(zip(("l", "ls", "ld"), (like, *forms(like)[:2]), strict=True))
        found |= {"ling": gerund(like), "ving": gerund(please)}
        found |= dict(zip(("f", "fs", "fed", "fen"), (work, *forms(work)), strict=True))
        found |= {"h": self.one(HAPPY[side]), "oh": self.one(HAPPY[other])}
        found |= {"cmp": better, "ocmp": self.one(BETTER[other])}
        found |= {"ov": self.one(PLEASE[other]), "has": "have" if are_many else "has"}
        found |= {"ol": self.one(LIKE[other]), "opf": self.one(WORK[other]), "ovs": forms(self.one(PLEASE[other]))[0]}
        found |= dict(zip(("day", "day2"), self.draw.sample(own_words.DAYS.split(), 2), strict=True))
        return found

    def facts(self) -> Values:
        """What frames about facts and people ask for too."""
        found = dict(zip(("who", "who2"), self.two(self.person), strict=True))
        found |= dict(zip(("place", "place2"), self.two(lambda: self.name(PLACES)), strict=True))
        found |= self._origin()
        found |= dict(zip(("colour", "colour2"), self.draw.sample(words.COLOURS.split(), 2), strict=True))
        made = self.one(phrases(words.MATERIALS))
        found |= {"a_colour": with_article(found["colour"]), "made": made, "a_made": with_article(made)}
        found |= {"time": self.one(phrases(words.TIMES)), "number": self.one(phrases(words.NUMBERS))}
        job = self.one(JOBS)
        found |= {"job": job, "a_job": with_article(job), "need": self.one(phrases(clauses.NEEDS))}
        sites, animal = self.draw.sample(phrases(more_frames.SITES), 2), self.one(phrases(more_frames.ANIMALS))
        goods = self.one(phrases(more_frames.GOODS))
        found |= {"site": sites[0], "site2": sites[1], "a_site": with_article(sites[0]), "goods": goods}
        found |= {"a_goods": with_article(goods), "animal": animal, "a_animal": with_article(animal)}
        found |= {"animals": plural(animal), "room": self.one(phrases(more_frames.ROOMS))}
        found |= {
            "season": self.one(phrases(more_frames.SEASONS)),
            "plain": self.one(phrases(more_frames.OPINION_LIKE)),
        }
        return found | {"year": str(self.draw.randint(1920, 2024))}

    def anyone(self) -> Values:
        """Other people for a frame about a person."""
        one, other = self.two(self.person)
        found = {"who": one, "who2": other, "pro": self.one(clauses.PRONOUNS.split("/"))}
        return found | self._origin()

    def _origin(self) -> Values:
        of = self.one(NATIONS)
        return {"of": of, "an_of": with_article(of)}

    def verb_phrases(self, label: str) -> Values:
        """What frames about someone or something that does something ask for. label: of the verb phrases."""
        subjects = self.one(SUBJECTS)
        kind, are_many = self.one(subjects.nouns), self.draw.random() < PLURAL
        article = self.one(("the", "the", "this", "our", "my"))
        subject = f"{'these' if are_many and article == 'this' else article} {plural(kind) if are_many else kind}"
        if subjects.are_people and not are_many and self.draw.random() < NAMED_PERSON:
            subject = self.person()
        verb_phrase, verb_phrase2 = self.draw.sample(subjects.verb_phrases[label], 2)
        third, past, participle = forms(verb_phrase)
        third2, past2, _ = forms(verb_phrase2)
        do, has, was = ("do", "have", "were") if are_many else ("does", "has", "was")
        negation = self.one(("n't", " not"))
        found = {
            "s": subject,
            "kind": kind,
            "a_kind": with_article(kind),
            "kinds": plural(kind),
            "d": verb_phrase,
            "d3": third,
            "dd": past,
        }
        found |= {"dn": participle, "ding": gerund(verb_phrase), "ds": verb_phrase if are_many else third}
        found |= {"d2": verb_phrase2, "dd2": past2, "ds2": verb_phrase2 if are_many else third2}
        found |= {"doesnt": do + negation, "has": has, "hasnt": has + negation, "was": was, "wasnt": was + negation}
        is_thing = not (are_many or subjects.are_people)
        found |= {"they": "it" if is_thing else "they", "them": "it" if is_thing else "them"}
        if label in OTHER:
            other = OTHER[label]
            opposite = self.one(subjects.verb_phrases[other])
            found |= {"od": opposite, "od3": forms(opposite)[0], "odd": forms(opposite)[1]}
            able, unable = (phrases(clauses.ABLE[side][not subjects.are_people]) for side in (label, other))
            found |= {"e": self.one(able), "te": self.one(unable)}
        return found

    def clause(self, side: str) -> str:
        """ "the porter kept the promise" or, of the other side, "the porter didn't keep the promise"."""
        is_negated = self.draw.random() < 0.5
        shapes = ("{s} didn't {d}", "{s} never {dd}", "{s} {doesnt} {d}") if is_negated else ("{s} {dd}", "{s} {ds}")
        return self.one(shapes).format(**self.verb_phrases(OTHER[side] if is_negated else side))

    def contrast(self, side: str) -> Values:
        """What frames about a clause of each side ask for."""
        verdict = self.one(VERDICTS)[SIDES.index(side)]
        return self.verb_phrases(side) | {"c": self.clause(side), "oc": self.clause(OTHER[side]), "v": verdict}

    def comparison(self, _: str) -> Values:
        """What frames about what is reviewed and what it is compared with ask for."""
        return self._rivals(self.one(NOUNS))

    def upgrade(self, side: str) -> Values:
        """What frames about a thing that does more or less than another ask for. side: of the verb phrases."""
        more, other = self.one(MORE[side]), self.one(MORE[OTHER[side]])
        found = dict(zip(("mv", "mvs", "mved"), (more, *forms(more)[:2]), strict=True))
        found |= dict(zip(("omv", "omvs", "omved"), (other, *forms(other)[:2]), strict=True))
        return found | self._rivals(self.one(THINGS))

    def _rivals(self, kind: str) -> Values:
        same = self.facts() | {"kind": kind, "kinds": plural(kind)}
        return same | {n: self.one(phrases(table)).format(**same) for n, table in COMPARED}

    def fill(self, frame: str, side: str, more: Values | None = None) -> str:
        values = self.values(side) | (more or {})
        values |= {name.capitalize(): value[:1].upper() + value[1:] for name, value in values.items()}
        text = re.sub(r"(?<!\.)\.\.(?!\.)", ".", frame.format(**values))  # after "5 p.m.", not in "..."
        if frame.startswith("{") and frame.endswith((".", "!")):
            text = text[:1].upper() + text[1:]
        return styled(text, self.draw)


def rows(times: int = TIMES) -> list[Row]:
    """(text, label), without duplicates. times: that a frame is filled, for each side."""
    filler = Filler()
    made = [*_opinions(filler, times), *_phrases_of_one_side(filler), *_graded(filler, times), *_neutral(filler, times)]
    made += _signs(filler, times)
    made += [*_clauses(filler, times), *_comparisons(filler, times), *_of_anyone(filler, times)]
    found = list({text.lower(): (text, label) for text, label in made}.values())
    filler.draw.shuffle(found)
    return found


def _opinions(filler: Filler, times: int) -> Iterable[Row]:
    kept = [words.KEPT, words.DOUBLED, words.CONTRASTED, words.COMPARED, words.SAID]
    kept += [more_frames.REVERSED, more_frames.REVERSED_KEPT]
    kept += [own_words.KEPT, own_words.DOUBLE, own_words.DOUBLE_PAIRS, own_words.LITOTES, own_words.COMPARED]
    turned = [words.TURNED, own_words.NEGATED, own_words.TRIPLE, own_words.COMPARED_LESS]
    for is_turned, tables in ((False, kept), (True, turned)):
        for frames in (frames for table in tables for frames in pairs(table)):
            for side, frame in zip(SIDES, frames, strict=True):
                label = OTHER[side] if is_turned else side
                for _ in range(times * _rounds(frame)):
                    yield filler.fill(frame, side, filler.facts()), label
    for frame in lines(words.MISSED):
        for _ in range(times):
            yield filler.fill(frame, PRAISE, filler.facts()), BLAME
    verdicts = pairs(own_words.VERDICTS)
    for frame in lines(own_words.CONTRASTS):
        for at, side in enumerate(SIDES):
            for _ in range(times):
                yield filler.fill(frame, side, {"v": filler.one(verdicts)[at]}), side


def _filled(
    filler: Filler, table: str, times: int, more: Callable[[str], Values], words_of: str = "", is_turned: bool = False
) -> Iterable[Row]:
    """Rows of a table's pairs of frames, each filled this many times.

    more: the values that the frames ask for, by side. words_of: the side of all words; "" for each frame's own.
    is_turned: whether the label is the other side.
    """
    for frames in pairs(table):
        for side, frame in zip(SIDES, frames, strict=True):
            for _ in range(times):
                yield filler.fill(frame, words_of or side, more(words_of or side)), OTHER[side] if is_turned else side


def _clauses(filler: Filler, times: int) -> Iterable[Row]:
    for table, is_turned in ((clauses.KEPT, False), (clauses.TURNED, True)):
        each = CLAUSES * times // len(lines(table))
        yield from _filled(filler, table, each, filler.verb_phrases, is_turned=is_turned)
    yield from _filled(filler, clauses.PAIRS, 2 * times, filler.verb_phrases, PRAISE)
    yield from _filled(filler, more_frames.EFFORT, 2 * times, filler.verb_phrases, PRAISE)
    yield from _filled(filler, more_frames.SPARED, 2 * times, filler.verb_phrases, BLAME)
    for table in (clauses.CONTRASTED, more_frames.CONCEDED):
        yield from _filled(filler, table, times, filler.contrast)
    for frame in lines(clauses.PLAIN):
        for _ in range(3 * times):
            yield filler.fill(frame, PRAISE, filler.verb_phrases(NEUTRAL)), NEUTRAL
    for frame in lines(clauses.ASKED):
        for side in SIDES:
            for _ in range(times):
                yield filler.fill(frame, side, filler.verb_phrases(side)), NEUTRAL


def _comparisons(filler: Filler, times: int) -> Iterable[Row]:
    """Comparisons, litotes, questions and wishes: pairs of frames that differ in a few words or their order."""

    def facts(_: str) -> Values:
        return filler.facts()

    each = times // 2
    for table in (clauses.COMPARED, clauses.COMPARED_KEPT, more_frames.RIVALS):
        yield from _filled(filler, table, each, filler.comparison)
    yield from _filled(filler, clauses.COMPARED_TURNED, each, filler.comparison, is_turned=True)
    for kept, turned, more in (
        (more_frames.MORE_KEPT, more_frames.MORE_TURNED, filler.upgrade),
        (more_frames.DID_KEPT, more_frames.DID_TURNED, filler.verb_phrases),
    ):
        yield from _filled(filler, kept, times, more)
        yield from _filled(filler, turned, times, more, is_turned=True)
    for table in (clauses.LITOTES, clauses.QUESTIONS, clauses.NEEDED, *FURTHER):
        yield from _filled(filler, table, each, facts)
    yield from _filled(filler, more_frames.UNDERSTATED_TURNED, each, facts, is_turned=True)
    for table in (clauses.WISHED, more_frames.PROMISED, more_frames.RHETORICAL_OF_PRAISE):
        yield from _filled(filler, table, times, facts, PRAISE)


def _of_anyone(filler: Filler, times: int) -> Iterable[Row]:
    """The same sentence about several people, with one label, so that the person says nothing."""
    tables = (
        (clauses.SAID_BY_ANYONE, {PRAISE: PRAISE, BLAME: BLAME}),
        (clauses.SAID_TURNED, OTHER),
        (clauses.ABOUT_ANYONE, {PRAISE: NEUTRAL}),
    )
    for table, labels in tables:
        for frame in lines(table):
            for side, label in labels.items():
                yield from ((text, label) for text in _about_several(filler, frame, side, times // 2))


def _about_several(filler: Filler, frame: str, side: str, times: int) -> Iterable[str]:
    for _ in range(times):
        manner = filler.one(MANNERS[side])
        same = filler.values(side) | filler.facts() | {"manner": manner, "a_manner": with_article(manner)}
        for _person in range(ALIKE):
            yield filler.fill(frame, side, same | filler.anyone())


def _phrases_of_one_side(filler: Filler) -> Iterable[Row]:
    for line in lines(words.TURNS):
        for side, phrase in zip(SIDES, phrases(line), strict=True):
            for frame in lines(words.TURN_FRAMES):
                for _ in range(2):
                    yield filler.fill(frame, side, {"t": phrase}), side


def _graded(filler: Filler, times: int) -> Iterable[Row]:
    for frame in lines(words.GRADED):
        for side in SIDES:
            for weak, found in enumerate(STRENGTHS):
                for _ in range(4 * times):
                    neutral = weak and filler.draw.random() < WEAK_NEUTRAL
                    yield filler.fill(frame, side, {"g": filler.one(found)}), NEUTRAL if neutral else side


def _neutral(filler: Filler, times: int) -> Iterable[Row]:
    tables = [(table, times) for table in (words.FACTS, words.QUESTIONS, own_words.FACTS, own_words.MIXED)]
    tables += [(table, times // 3) for table in (clauses.FACTS, more_frames.PLAIN_FACTS, more_frames.NEWS_FACTS)]
    for table, each in (*tables, (more_frames.ASKED_OF, times // 2)):
        for frame in lines(table):
            for side in SIDES:
                for _ in range(each * _rounds(frame)):
                    yield filler.fill(frame, side, filler.facts()), NEUTRAL


def _signs(filler: Filler, times: int) -> Iterable[Row]:
    """Emojis, which say all there is, and ratings."""
    for label in (*SIDES, NEUTRAL):
        for signs in (EMOJIS[label], ratings()[label]):
            for frame in lines(words.SIGN_FRAMES):
                for _ in range(2 * times):
                    yield filler.fill(frame, PRAISE, filler.facts() | {"v": filler.one(signs)}), label
    for frame in lines(own_words.EMOJI_ADJECTIVES):
        for side in SIDES:
            for _ in range(2 * times):
                yield filler.fill(frame, side, {"v": filler.one(EMOJIS[side])}), side


def _rounds(frame: str) -> int:
    return TIMES_NAMED if any(name in frame.lower() for name in NAMED) else 1
