"""A benchmark run -> the ratios that fell, compared with a stored run on the same kind of machine.

    pytest benchmarks/ --benchmark-only --benchmark-json=RUN.json
    python -m benchmarks.ratios RUN.json

In: a run's JSON file. Out: a table, and an exit code: 0; 1 if a ratio fell by more than 20 %; 2 if nothing could be
compared. A ratio is a side's reviews per second divided by those of its group's first side, because seconds differ
between machines of a kind, and over time on a shared one.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
RUN = "sentiment_fast"  # the key under which conftest.py describes a run in its JSON file
RESULTS = Path(__file__).parent / "results"
TOLERATED_FALL = 0.20
ROUNDING = 1e-9  # so that a fall of exactly 20 % is one in binary too


class ComparisonError(Exception):
    """Why nothing can be compared, and what to do."""


@dataclass(frozen=True)
class Ratios:
    """groups: for each group, each side's reviews per second relative to the first side's, which stands first.

    kind: of the machine. corpora: role -> what the reviews were. commit, date, versions: of the run.
    """

    kind: str
    date: str
    commit: str
    versions: dict[str, str]
    corpora: dict[str, str]
    groups: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Change:
    """One side's ratio before and now; None: the side is new, or gone."""

    group: str
    side: str
    before: float | None
    now: float | None

    @property
    def relative(self) -> float | None:
        return self.now / self.before - 1 if self.before is not None and self.now is not None else None

    @property
    def fell(self) -> bool:
        return self.relative is not None and self.relative < -TOLERATED_FALL - ROUNDING


def machine_kind(brand: str, level: str, cores: int) -> str:
    """Such as "amd-epyc-avx512-2-cores".

    brand: the processor's, as the system gives it. level: the highest SIMD level. cores: that the process may use.
    """
    name = re.sub(r"@.*|\((r|tm)\)|\b(cpu|processor|\d+-core)\b", " ", brand.lower())
    return "-".join([*re.findall(r"[a-z0-9]+", name), level, f"{cores}-cores"])


def ratios_of_run(path: Path) -> Ratios:
    """The ratios in a file of `pytest --benchmark-json`. Raises ComparisonError for any other file."""
    run = _read_json(path)
    hint = "expected what `pytest benchmarks/ --benchmark-only --benchmark-json=FILE` writes"
    if not isinstance(run, dict) or "benchmarks" not in run:
        raise ComparisonError(f"{path} holds no benchmarks: {hint}")
    if RUN not in run:
        raise ComparisonError(f"{path} holds benchmarks, but not of this project: {hint}")
    groups: dict[str, dict[str, float]] = {}
    try:
        speeds: dict[str, float] = {}  # reviews per second of each group's first side
        for item in run["benchmarks"]:
            group, side, speed = item["group"], item["name"], item["extra_info"]["reviews"] / item["stats"]["median"]
            first = speeds.setdefault(group, speed)
            groups.setdefault(group, {})[side] = float(f"{speed / first:.4g}")
        about, commit = run[RUN], run["commit_info"]
        name = f"{commit.get('id') or 'unknown'}{', with changes' if commit.get('dirty') else ''}"
        return Ratios(about["kind"], run["datetime"], name, about["versions"], about["corpora"], groups)
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise ComparisonError(f"{path} is damaged ({type(error).__name__}: {error}): {hint}") from error


def load_baseline(path: Path, kind: str) -> Ratios:
    """Stored ratios. Raises ComparisonError if there are none for this kind of machine, or they can't be read."""
    store = "store a run's with --update"
    if not path.is_file():
        raise ComparisonError(f"{path}: no such baseline, for a machine of the kind {kind}: {store}")
    stored = _read_json(path)
    if not isinstance(stored, dict) or stored.pop("format", None) != FORMAT:
        raise ComparisonError(f"{path}: expected ratios in format {FORMAT}, as this command stores them: {store}")
    try:
        baseline = Ratios(**stored)
    except TypeError as error:
        raise ComparisonError(f"{path} is damaged ({error}): {store}") from error
    if baseline.kind != kind:
        raise ComparisonError(f"{path}: expected ratios of the kind of machine {kind}, got {baseline.kind}: {store}")
    return baseline


def save_baseline(ratios: Ratios, path: Path) -> None:
    """Raises ComparisonError where the file cannot be written."""
    text = json.dumps({"format": FORMAT, **asdict(ratios)}, indent=2, ensure_ascii=False) + "\n"
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ComparisonError(f"{path} cannot be written ({error}): name another file with --baseline") from error


def compare(before: Ratios, now: Ratios) -> list[Change]:
    """Every side of both, the run's order first. Raises ComparisonError where two figures mean different things."""
    for role in before.corpora.keys() & now.corpora.keys():
        if before.corpora[role] != now.corpora[role]:
            raise ComparisonError(
                f"The baseline's {role} were {before.corpora[role]}, the run's {now.corpora[role]}: measure on the same"
            )
    changes = []
    for group in now.groups | before.groups:
        old, new = before.groups.get(group, {}), now.groups.get(group, {})
        if old and new and next(iter(old)) != next(iter(new)):
            raise ComparisonError(
                f"{group}: the baseline's ratios are relative to {next(iter(old))}, the run's to {next(iter(new))}: "
                "run the whole group, or store a new baseline with --update"
            )
        changes += [Change(group, side, old.get(side), new.get(side)) for side in new | old]
    return changes


def table(changes: Sequence[Change]) -> list[str]:
    """The changes as lines, group by group."""
    width = max((len(change.side) for change in changes), default=0)
    lines = []
    for group in dict.fromkeys(change.group for change in changes):
        lines += ["", group, f"  {'':{width}}{'before':>10}{'now':>10}{'change':>10}"]
        for change in changes:
            if change.group == group:
                before, now = ("-" if ratio is None else f"{ratio:.1f}x" for ratio in (change.before, change.now))
                lines.append(f"  {change.side:{width}}{before:>10}{now:>10}{_in_words(change):>10}")
    return lines


def _in_words(change: Change) -> str:
    if change.relative is None:
        return "new" if change.before is None else "gone"
    return f"{change.relative:+.1%}{' !' if change.fell else ''}"


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ComparisonError(f"{path} cannot be read as JSON ({error})") from error


def _run(arguments: argparse.Namespace) -> int:
    now = ratios_of_run(arguments.run)
    path = arguments.baseline or RESULTS / f"ratios-{now.kind}.json"
    if arguments.update:
        save_baseline(now, path)
        print(f"{path}: the new baseline, {sum(map(len, now.groups.values()))} ratios of {len(now.groups)} groups")
        return 0
    before = load_baseline(path, now.kind)
    changes = compare(before, now)
    print(f"{now.kind}: {before.date[:10]}, commit {before.commit}, and {now.date[:10]}, commit {now.commit}")
    print(*table(changes), sep="\n")
    in_both = [change for change in changes if change.relative is not None]
    fallen = [change for change in in_both if change.fell]
    verdict = f"{len(fallen)} of {len(in_both)} ratios that both have fell by more than {TOLERATED_FALL:.0%}"
    print(f"\n{verdict}{':' if fallen else ''}")
    for change in fallen:
        print(f"  {change.group}: {change.side}")
    return 1 if fallen else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ratios", description=summary)
    parser.add_argument("run", type=Path, metavar="RUN.json", help="the file that --benchmark-json wrote")
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="compare with this file (default: the one stored for this kind of machine)",
    )
    parser.add_argument("--update", action="store_true", help="store the run's ratios as the baseline")
    try:
        return _run(parser.parse_args(arguments))
    except ComparisonError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
