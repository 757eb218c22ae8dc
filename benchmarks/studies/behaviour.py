"""Evaluate a model on short texts of everyday English that differ in one thing: a "not", an emoji, a name, a typo.

    python -m benchmarks.studies.behaviour --model FOLDER [--failing [GROUP ...]] [--write-floors]

In: a model of two classes, and the cases in tests/behaviour/cases/, one file per group. Out: a table in Markdown with
the share of passed cases per group, and the floors that a test compares it with. After CheckList (Ribeiro et al. 2020).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sentiment_fast.cli.messages import say
from sentiment_fast.errors import DataError, SentimentFastError, UsageError
from sentiment_fast.scoring.scorer import Scorer, load

ROOT = Path(__file__).parents[2] / "tests" / "behaviour"
CASES, FLOORS = ROOT / "cases", ROOT / "floors.txt"
ALL = "all"
BELOW_RATE = 2.0  # percentage points
# What P(positive) of a text must be.
RANGES = {"positive": (0.5, 1.0), "negative": (0.0, 0.5), "neutral": (0.25, 0.75)}
# What must hold between a text and the next one.
RISES, FALLS, SAME = "rises", "falls", "same"
MOST_CHANGE = 0.05  # of P(positive), between texts that mean the same
_SEPARATOR = " | "


@dataclass(frozen=True)
class Case:
    """Texts and what must hold.

    expected: "positive", "negative" or "neutral" for all texts, or one for each, as in "positive/negative"; or "rises",
    "falls" or "same", of P(positive) from each text to the next.
    """

    group: str
    expected: str
    texts: tuple[str, ...]

    def holds(self, probabilities: Sequence[float]) -> bool:
        """Whether it holds for P(positive) of the texts."""
        if self.expected == SAME:
            return max(probabilities) - min(probabilities) <= MOST_CHANGE
        if self.expected == RISES:
            return all(one < next_ for one, next_ in pairwise(probabilities))
        if self.expected == FALLS:
            return all(one > next_ for one, next_ in pairwise(probabilities))
        ranges = [RANGES[label] for label in self.expected.split("/")]
        if len(ranges) == 1:
            ranges *= len(probabilities)
        return all(low <= found <= high for (low, high), found in zip(ranges, probabilities, strict=True))


@dataclass(frozen=True)
class Outcome:
    """What a model made of a case. probabilities: P(positive) of each text."""

    case: Case
    probabilities: tuple[float, ...]
    passed: bool

    def as_text(self) -> str:
        texts = _SEPARATOR.join(
            f"{found:.2f} {text}" for found, text in zip(self.probabilities, self.case.texts, strict=True)
        )
        return f"{self.case.group}: expected {self.case.expected}, got {texts}"


def read_cases(folder: Path = CASES) -> list[Case]:
    """The cases of all files NAME.txt, in the order of their names; NAME is their group.

    A line is a case, "expected | text" or "expected | text | text"; one that begins with # is a comment. Raises
    DataError for other lines.
    """
    cases = []
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if line and not line.startswith("#"):
                cases.append(_case(path.stem, line, f"{path}, line {number}"))
    return cases


def _case(group: str, line: str, place: str) -> Case:
    expected, *texts = line.split(_SEPARATOR)
    labels = expected.split("/")
    relation = expected in (RISES, FALLS, SAME)
    if not (relation or all(label in RANGES for label in labels)):
        known = ", ".join((*RANGES, RISES, FALLS, SAME))
        raise DataError(f"{place}: expected one of {known}, or labels with a / between them, got {expected!r}")
    least = 2 if relation else len(labels)
    if len(texts) < least or (len(labels) > 1 and len(texts) != len(labels)) or not all(map(str.strip, texts)):
        raise DataError(f'{place}: expected {least} texts after {expected!r}, separated by " | ", got {len(texts)}')
    return Case(group, expected, tuple(texts))


def evaluate(scorer: Scorer, cases: Sequence[Case]) -> list[Outcome]:
    """What the model makes of each case, in their order. Raises UsageError for a model of other than two classes."""
    if len(scorer.classes) != 2:
        raise UsageError(
            f"Expected a model of two classes, got {len(scorer.classes)}: give one that knows praise and blame"
        )
    texts = [text for case in cases for text in case.texts]
    positive = iter(scorer.predict_proba(texts)[:, scorer.decision.positive].tolist())  # (n,)
    outcomes = []
    for case in cases:
        found = tuple(next(positive) for _ in case.texts)
        outcomes.append(Outcome(case, found, case.holds(found)))
    return outcomes


def rates(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The share of passed cases of each group, and of all cases, in percent."""
    groups: dict[str, list[bool]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.group, []).append(outcome.passed)
    groups[ALL] = [outcome.passed for outcome in outcomes]
    return {group: 100 * sum(passed) / len(passed) for group, passed in groups.items()}


def read_floors(path: Path = FLOORS) -> dict[str, float]:
    """The lowest rate that is allowed in each group, in percent."""
    lines = [line.split(_SEPARATOR) for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {group.strip(): float(floor) for group, floor in lines}


def write_floors(measured: dict[str, float], path: Path = FLOORS) -> None:
    """Write the rates less two points, rounded down to tenths."""
    width = max(map(len, measured))
    lines = [
        f"{group:{width}}{_SEPARATOR}{max(int((rate - BELOW_RATE) * 10) / 10, 0):5.1f}"
        for group, rate in measured.items()
    ]
    comment = (
        "# By `python -m benchmarks.studies.behaviour --write-floors`: percent of the bundled model's cases, less 2."
    )
    path.write_text("\n".join([comment, *lines]) + "\n", "utf-8")


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """The lines of a table in Markdown: of each group, the number of cases and the share that passed."""
    counts = Counter(outcome.case.group for outcome in outcomes) | {ALL: len(outcomes)}
    lines = [
        f"| {group.replace('_', ' ')} | {counts[group]} | {rate:.1f}% |" for group, rate in rates(outcomes).items()
    ]
    return ["| group | cases | passed |", "| :-- | --: | --: |", *lines]


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies.behaviour", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--model", default="bundled", metavar="FOLDER", help="model folder (default: the bundled one)")
    parser.add_argument(
        "--failing", nargs="*", metavar="GROUP", help="also print the cases that fail, of these groups (default: all)"
    )
    parser.add_argument("--write-floors", action="store_true", help=f"write {FLOORS.name}, which a test compares with")
    parsed = parser.parse_args(arguments)
    try:
        cases = read_cases()
        groups = parsed.failing or sorted({case.group for case in cases})
        if unknown := set(groups) - {case.group for case in cases}:
            raise UsageError(f"Expected groups of tests/behaviour/cases, got {', '.join(sorted(unknown))}")
        outcomes = evaluate(load(parsed.model, device="cpu", precision="float32"), cases)
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    print(*table(outcomes), sep="\n")
    if parsed.failing is not None:
        print(*[found.as_text() for found in outcomes if not found.passed and found.case.group in groups], sep="\n")
    if parsed.write_floors:
        write_floors(rates(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
