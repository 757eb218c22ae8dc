"""Frames and words -> own_sentences.csv, sentences of our own about what no data set has enough of.

    python -m benchmarks.release.own_sentences [--out benchmarks/release/own_sentences.csv]

In: the tables of own_words.py and a seed. Out: a CSV file with the columns review, sentiment and domain, under the
project's licence. Frames are filled for praise and for blame with the same words, so that no word of a frame tells one
from the other. Training on the file is left to bundled_model.py.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from benchmarks.release import own_words as words

FILE = Path(__file__).with_name("own_sentences.csv")
MOST_ROWS = 2000
SEED = 20
COLUMNS = ("review", "sentiment", "domain")
PRAISE, BLAME, NEUTRAL = "positive", "negative", "neutral"
_SIDES = (PRAISE, BLAME)
_ATTEMPTS = 50  # to fill a frame with words that it has not been filled with
_OTHER = {PRAISE: BLAME, BLAME: PRAISE}
_NUMBERS = ("one", "two", "three", "four", "five")
_PRESENT = {"is": "are", "was": "were"}

Row = tuple[str, str, str]
T = TypeVar("T")
Signs = dict[str, Iterator[str]]  # of each label, without an end


@dataclass(frozen=True)
class Aspect:
    """What an adjective is about: "the room", its (praise, blame) adjectives."""

    noun: str
    plural: bool
    adjectives: tuple[tuple[str, str], ...]

    def forms(self, tense: str, negation: str) -> dict[str, str]:
        """The words that agree with the noun. tense: "is" or "was"; negation: "n't" or " not"."""

        def verb(word: str) -> str:
            return _PRESENT[word] if self.plural else word

        return {
            "x": self.noun,
            "be": verb(tense),
            "benot": verb(tense) + negation,
            "is": verb("is"),
            "was": verb("was"),
            "wasnt": verb("was") + negation,
            "they": "they" if self.plural else "it",
            "them": "them" if self.plural else "it",
        }


@dataclass(frozen=True)
class Topic:
    """An aspect, two adjectives of it, and other aspects of the same subject."""

    aspect: Aspect
    adjectives: tuple[str, str]
    others: tuple[Aspect, ...]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def pairs(text: str) -> list[tuple[str, str]]:
    """Praise and blame of each line: "praise | blame", or a frame for both."""
    halves = [line.partition(" | ") for line in lines(text)]
    return [(praise, blame or praise) for praise, _, blame in halves]


def aspects() -> list[list[Aspect]]:
    """Those of each subject."""

    def read(line: str) -> Aspect:
        noun, _, adjectives = line.removeprefix("= ").partition(": ")
        split = tuple((praise, blame) for praise, _, blame in (pair.partition("/") for pair in adjectives.split()))
        return Aspect(noun, line.startswith("= "), split)

    return [[read(line) for line in lines(text)] for text in words.ASPECTS.values()]


def topics() -> list[Topic]:
    """All there are to choose from."""
    return [
        Topic(aspect, adjectives, tuple(other for other in found if other is not aspect))
        for found in aspects()
        for aspect in found
        for adjectives in aspect.adjectives
    ]


def things() -> list[tuple[str, str]]:
    """("this hotel", "hotel"): what is reviewed, and the word for its like."""
    return [(name, kind) for names, kind in words.THINGS.values() for name in names.split(", ")]


def ratings() -> dict[str, list[str]]:
    """Ways to write a rating, by its label."""
    found: dict[str, list[str]] = {PRAISE: [], BLAME: [], NEUTRAL: []}
    for n in range(1, 6):
        label = BLAME if n < 3 else NEUTRAL if n == 3 else PRAISE
        signs = {"stars": "★" * n + "☆" * (5 - n), "solid": "⭐" * n, "word": f"{_NUMBERS[n - 1]} stars"}
        for form in words.OF_FIVE.split(" | "):
            found[label].append(re.sub("(1|one) stars", r"\1 star", form.format(n=n, **signs)))
    for n in range(1, 11):
        label = BLAME if n < 5 else NEUTRAL if n < 7 else PRAISE
        found[label] += [form.format(n=n) for form in words.OF_TEN.split(" | ")]
    found[PRAISE] += ["4.5/5", "4.5 stars", "9.5/10", "8.5/10"]
    found[BLAME] += ["0/5", "1.5/5", "0/10", "zero stars", "2.5/10"]
    found[NEUTRAL] += ["2.5/5", "5.5/10"]
    return found


def pair(frames: Sequence[str], topic: Topic, draw: random.Random, signs: Sequence[str] = ("", "")) -> dict[str, str]:
    """A frame for praise and one for blame -> both, filled with the same words and in the same style.

    Only the adjectives, each the opposite of the other, and `signs` differ: emojis, ratings or verdicts.
    """
    one, first = topic.aspect, topic.adjectives
    second = draw.choice([found for found in one.adjectives if found != first] or [first])
    other = draw.choice(topic.others)
    third = draw.choice(other.adjectives)
    tense, negation = draw.choice(("is", "was", "was")), draw.choice(("n't", "n't", " not"))
    thing, kind = draw.choice(things())
    same = one.forms(tense, negation) | {"y": other.noun, "bey": other.forms(tense, negation)["be"]}
    same |= {"thing": thing, "kind": kind, "day": draw.choice(words.DAYS.split())}
    style = draw.random()
    texts = {}
    for side, frame in enumerate(frames):
        values = {"a": first[side], "o": first[1 - side], "b": second[side], "p": third[1 - side], "v": signs[side]}
        values |= same
        values |= {name.capitalize(): value[:1].upper() + value[1:] for name, value in values.items()}
        texts[_SIDES[side]] = styled(frame.format(**values), random.Random(style))
    return texts


def styled(text: str, draw: random.Random) -> str:
    """Mostly as it is; sometimes as people type."""
    style = draw.random()
    if style < 0.12:
        text = text.removesuffix(".").lower()
    elif style < 0.2:
        text = re.sub(r"\.$", "!", text)
    elif style < 0.23:
        text = text.upper()
    return text.replace("'", "’") if draw.random() < 0.1 else text


class Rows:
    """Rows without duplicates, drawn with one seed."""

    def __init__(self) -> None:
        self.draw = random.Random(SEED)
        self.rows: list[Row] = []
        self._seen: set[str] = set()
        self._all_topics = topics()
        # Two rounds, so that frames that turn an adjective round and those that do not get each one equally often.
        self._topics = {turned: self.endless(self._all_topics) for turned in (False, True)}

    def endless(self, found: Sequence[T]) -> Iterator[T]:
        """All of them in a random order, again and again."""
        while True:
            yield from self.draw.sample(found, len(found))

    def add(self, domain: str, times: int, make: Callable[[], dict[str, str]]) -> None:
        """Add what `make` draws, texts by their labels, `times` times; all or none of the texts of a draw."""
        for _ in range(times):
            for _attempt in range(_ATTEMPTS):
                texts = make()
                if self._seen.isdisjoint(text.lower() for text in texts.values()):
                    break
            else:
                continue  # a frame with few words to fill it with
            self._seen |= {text.lower() for text in texts.values()}
            self.rows += [(text, label, domain) for label, text in texts.items()]

    def add_pairs(
        self, domain: str, times: int, frames: Sequence[str], turned: bool = False, signs: Signs | None = None
    ) -> None:
        """Add praise and blame. turned: the frames turn their adjectives round."""

        def make() -> dict[str, str]:
            chosen = [next(signs[side]) for side in _SIDES] if signs else ("", "")
            texts = pair(frames, self._topic(frames[0], turned), self.draw, chosen)
            return {_OTHER[side]: text for side, text in texts.items()} if turned else texts

        self.add(domain, times, make)

    def add_neutral(self, domain: str, times: int, frame: str, signs: Signs | None = None) -> None:
        """Add texts with as many adjectives of praise as of blame."""

        def make() -> dict[str, str]:
            sign = next(signs[NEUTRAL]) if signs else ""
            topic = self.draw.choice(self._all_topics)
            return {NEUTRAL: pair((frame, frame), topic, self.draw, (sign, sign))[self.draw.choice(_SIDES)]}

        self.add(domain, times, make)

    def _topic(self, frame: str, turned: bool) -> Topic:
        least = 2 if "{b}" in frame else 1
        return next(topic for topic in self._topics[turned] if len(topic.aspect.adjectives) >= least)


def rows() -> list[Row]:
    """(review, sentiment, domain): always the same ones, in the same order."""
    made = Rows()
    for domain, times, table in (
        ("negation", 5, words.KEPT),
        ("double negation", 5, words.DOUBLE),
        ("double negation", 3, words.DOUBLE_PAIRS),
        ("litotes", 5, words.LITOTES),
        ("litotes", 3, words.PLAIN),
        ("comparison", 3, words.COMPARED),
    ):
        for frames in pairs(table):
            made.add_pairs(domain, times, frames)
    for domain, times, table in (
        ("negation", 5, words.NEGATED),
        ("double negation", 4, words.TRIPLE),
        ("comparison", 4, words.COMPARED_LESS),
    ):
        for frames in pairs(table):
            made.add_pairs(domain, times, frames, turned=True)
    verdicts = zip(*pairs(words.VERDICTS), strict=True)
    turns: Signs = {side: cycle(found) for side, found in zip(_SIDES, verdicts, strict=True)}
    for frames in pairs(words.CONTRASTS):
        made.add_pairs("contrast", 8, frames, signs=turns)
    for domain, times, table in (("contrast", 8, words.MIXED), ("facts", 4, words.FACTS)):
        for frame in lines(table):
            made.add_neutral(domain, times, frame)
    _add_signs(made)
    for label, texts in words.SHORT.items():
        for text in " ".join(lines(texts)).split(" / "):
            made.add("verdicts", 1, lambda label=label, text=text: {label: text})  # type: ignore[misc]
    made.draw.shuffle(made.rows)
    return made.rows


def _add_signs(made: Rows) -> None:
    """Emojis and ratings, each about as often as the others of its label."""
    emojis = {label: made.endless(found.split()) for label, found in words.EMOJIS.items()}
    given = {label: made.endless(found) for label, found in ratings().items()}
    for domain, table, signs in (("emojis", words.EMOJI_FRAMES, emojis), ("ratings", words.RATING_FRAMES, given)):
        for frames in pairs(table):
            made.add_pairs(domain, 6, frames, signs=signs)
            made.add_neutral(domain, 4, frames[0], signs)
    for frames in pairs(words.EMOJI_ADJECTIVES):
        made.add_pairs("emojis", 10, frames, signs=emojis)


def as_csv(found: Sequence[Row]) -> str:
    """The text of the file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *found])
    return text.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.release.own_sentences", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="[default: %(default)s]")
    parsed = parser.parse_args(arguments)
    parsed.out.write_text(as_csv(rows()), "utf-8")


if __name__ == "__main__":
    main()
