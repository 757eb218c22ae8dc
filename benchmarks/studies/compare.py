"""Compare the tutorial's loop, tf-idf + logistic regression, fastText and our presets in one run: the README's table.

    python -m benchmarks.studies.compare --train TRAIN.csv --test TEST.csv [--unlabelled UNSUP.csv]
                                 [--only ROW ...] [--out FILE.md]

In: CSV files of two classes, with the columns review and sentiment. Out: a table in Markdown, on stdout or in a file,
which is updated after each row; exit code 1 if a row failed. Each row is trained and scored by its own processes, in
sequence; ROWS lists their commands, so a new preset takes one line. The work is left to compare_sides.py and
compare_tutorial.py.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.studies.compare_sides import Figures
from benchmarks.studies.gpu_report import facts

_REPOSITORY = Path(__file__).resolve().parents[2]
_ERROR_LINES = 3  # of a process that failed


@dataclass(frozen=True)
class Row:
    """name: what --only calls it. title: what the table does. training: the commands that train it, in this order, and
    scoring: the one that prints its figures, all of them arguments of `python -m`, in which these stand for paths:
    {train}, {test}, {unlabelled}, {models} (a folder with one of each row's name), {folder} (this row's), {rounds}.
    package: that it cannot do without. needs: rows before it whose model it uses, and whose training is a part of its.
    """

    name: str
    title: str
    training: tuple[str, ...]
    scoring: str
    package: str | None = None
    needs: tuple[str, ...] = ()


def _peer(name: str, title: str, package: str) -> Row:
    train = f"benchmarks.studies.compare_sides train {name} {{train}} {{folder}}"
    return Row(
        name,
        title,
        (train,),
        f"benchmarks.studies.compare_sides score {name} {{test}} {{folder}} --rounds {{rounds}}",
        package,
    )


def _ours(name: str, title: str, *training: str, needs: tuple[str, ...] = ()) -> Row:
    return Row(
        name,
        title,
        training,
        "benchmarks.studies.compare_sides score sentiment_fast {test} {folder} --rounds {rounds}",
        needs=needs,
    )


_TRAIN = "sentiment_fast.train --data {train} --amp --out {folder}"
_DOCUMENTS = "--teacher document-vectors --unlabelled {unlabelled}"

_TUTORIAL_LOOP = Row(
    "tutorial-loop",
    "the tutorial's loop",
    (),
    "benchmarks.studies.compare_tutorial sample {train} {test} {models}/tutorial --rounds {rounds}",
    needs=("tutorial",),
)
_FULL_TUTORIAL_LOOP = replace(
    _TUTORIAL_LOOP,
    training=("benchmarks.studies.compare_tutorial train {train} {folder}",),
    scoring="benchmarks.studies.compare_tutorial score {test} {folder} --rounds {rounds}",
    needs=(),
)
ROWS = (
    _TUTORIAL_LOOP,
    _peer("tf-idf", "tf-idf of words and word pairs + logistic regression (scikit-learn)", "sklearn"),
    _peer("fastText", "fastText, words and word pairs", "fasttext"),
    _ours("tutorial", "preset `tutorial`", f"{_TRAIN} --preset tutorial"),
    _ours("fast", "preset `fast`", f"{_TRAIN} --preset fast"),
    _ours("accurate", "preset `accurate`", f"{_TRAIN} --preset accurate"),
    _ours(
        "accurate-unlabelled",
        "preset `accurate`, unlabelled reviews too",
        f"{_TRAIN}-teacher --preset accurate",
        f"{_TRAIN} --preset accurate --teacher {{folder}}-teacher {_DOCUMENTS}",
    ),
    _ours(
        "fast-unlabelled",
        "preset `fast`, taught by that one",
        f"{_TRAIN} --preset fast --teacher {{models}}/accurate-unlabelled {_DOCUMENTS}",
        needs=("accurate-unlabelled",),
    ),
)


class RowFailedError(Exception):
    """A command of a row failed; the message says why."""


@dataclass
class Comparison:
    """data: what {train}, {test} and the like stand for. quick: a sample is being tried, so that one epoch does."""

    rows: Sequence[Row]
    data: dict[str, Path]
    rounds: int
    quick: bool

    def run(self, say: Callable[[str], None], written: Callable[[dict[str, Figures | str]], None]) -> bool:
        """Whether all rows but those that were skipped gave figures. written: is told all results after each row."""
        results: dict[str, Figures | str] = {}  # or why there are none
        failed = False
        for row in _in_order(self.rows):
            say(f"{row.name} ...")
            try:
                results[row.name] = self._skipped(row, results) or self._figures(row, results)
            except RowFailedError as error:
                results[row.name] = f"failed: {error}"
                failed = True
            say(f"{row.name}: {results[row.name]}")
            written({wanted.name: results[wanted.name] for wanted in self.rows if wanted.name in results})
        return not failed

    def commands(self, row: Row) -> list[list[str]]:
        """Those of the training, then that of the scoring, as arguments of `python -m`."""
        paths = {**self.data, "folder": self.data["models"] / row.name}
        names = {name: str(value) for name, value in {**paths, "rounds": self.rounds}.items()}
        commands = [[word.format(**names) for word in command.split()] for command in (*row.training, row.scoring)]
        if self.quick:
            for command in commands:
                command += ["--epochs", "1"] if command[0] == "sentiment_fast.train" else []
                command += ["--steps", "1", "--reviews", "20"] if command[:2] == _SAMPLE else []
        return commands

    def _skipped(self, row: Row, results: dict[str, Figures | str]) -> str | None:
        if row.package is not None and find_spec(row.package) is None:
            return f"skipped: there is no package {row.package} here: pip install 'sentiment-fast[bench]'"
        if "unlabelled" not in self.data and any("{unlabelled}" in command for command in row.training):
            return "skipped: --unlabelled names no texts"
        if missing := [name for name in row.needs if not isinstance(results[name], Figures)]:
            return f"skipped: it needs {', '.join(missing)}"
        return None

    def _figures(self, row: Row, results: dict[str, Figures | str]) -> Figures:
        *training, scoring = self.commands(row)
        started = time.perf_counter()
        for command in training:
            _output(command)
        seconds = time.perf_counter() - started
        lines = _output(scoring).splitlines()
        figures = Figures(**json.loads(lines[-1]))
        if figures.seconds is not None:
            return figures
        before = [results[name] for name in row.needs]
        seconds += sum(item.seconds or 0.0 for item in before if isinstance(item, Figures))
        note = f"training: that of {', '.join(row.needs)} included" if row.needs else ""
        return replace(figures, seconds=seconds, note=note)


_SAMPLE = ["benchmarks.studies.compare_tutorial", "sample"]


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """The rows, each after those that it needs."""
    named = {row.name: row for row in ROWS} | {row.name: row for row in rows}
    ordered: dict[str, Row] = {}
    for row in rows:
        for before in _in_order([named[name] for name in row.needs]):
            ordered.setdefault(before.name, before)
        ordered.setdefault(row.name, row)
    return list(ordered.values())


def _output(arguments: Sequence[str]) -> str:
    """What a process of its own prints. Raises RowFailedError with the end of what it said."""
    # As our own commands have it (sentiment_fast/cli/main.py); for all rows.
    environment = os.environ | {"THP_MEM_ALLOC_ENABLE": os.environ.get("THP_MEM_ALLOC_ENABLE", "1")}
    ended = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=_REPOSITORY, env=environment, capture_output=True, text=True
    )
    if ended.returncode != 0:
        said = " / ".join(ended.stderr.strip().splitlines()[-_ERROR_LINES:])
        raise RowFailedError(f"{shlex.join(arguments[:1])} ended with {ended.returncode}: {said}")
    return ended.stdout


# The report.


def as_markdown(comparison: Comparison, results: dict[str, Figures | str], told: dict[str, str]) -> str:
    titles = {row.name: row.title for row in comparison.rows}
    table = ["| | accuracy | calibration error | training | scoring, reviews/s | size |", "|:--|--:|--:|--:|--:|--:|"]
    notes = []
    for name, result in results.items():
        if isinstance(result, str):
            notes.append(f"- {titles[name]}: {result}")
            continue
        table.append(f"| {titles[name]} | {' | '.join(_cells(result))} |")
        notes += [f"- {titles[name]}: {result.note}"] if result.note else []
    commands = [
        f"    python -m {_shown(command, comparison)}"
        for row in _in_order(comparison.rows)
        for command in comparison.commands(row)
    ]
    lines = ["# A comparison", "", *(f"- {name}: {value}" for name, value in told.items()), ""]
    lines += ["*A sample that was tried in haste: its figures mean nothing.*", ""] if comparison.quick else []
    lines += [*table, "", *_EXPLANATION, *notes, "", "Commands, each a process of its own:", "", *commands]
    return "\n".join(lines) + "\n"


_EXPLANATION = (
    "- calibration error: the expected one of P(positive), 15 bins of equal width",
    "- training: one run of the commands below, from the CSV file to the files of the model, start-up included, on all "
    "rows of the training file; what a row holds back of them to choose an epoch or to calibrate by is its own affair",
    "- scoring: from a list of texts in memory to probabilities, model loaded, median of n rounds after one that is "
    "not counted, and their interquartile range",
    "- size: of the files that scoring needs",
    "- threads: each row may use all cores; scikit-learn's logistic regression and fastText's scoring use one",
)


def _cells(figures: Figures) -> list[str]:
    about = "~" if figures.note.startswith("~") else ""
    seconds = figures.seconds or 0.0
    return [
        f"{figures.accuracy:.2%}",
        f"{figures.calibration_error:.3f}",
        f"{about}{seconds:,.0f} s" if seconds < 120 else f"{about}{seconds / 60:,.1f} min",
        f"{about}{figures.reviews_per_second:,.0f} (IQR {figures.spread:,.0f}, n {figures.rounds})",
        f"{figures.size / 1e6:,.1f} MB",
    ]


def _shown(command: Sequence[str], comparison: Comparison) -> str:
    """With names of files in place of paths, which are this machine's own."""
    line = shlex.join(command)
    for name, path in comparison.data.items():
        line = line.replace(str(path), name.upper() if name == "models" else f"{name.upper()}.csv")
    return line


def _told(command: str, data: dict[str, Path]) -> dict[str, str]:
    """The machine, the versions, the data."""
    rows = ", ".join(f"{name}: {_count(path):,}" for name, path in data.items() if name != "models")
    told = facts(command, rows, cuda=False)
    if find_spec("fasttext") is not None:
        distribution = metadata.packages_distributions()["fasttext"][0]
        told[distribution] = metadata.version(distribution)
    return told


def _count(path: Path) -> int:
    import pandas as pd

    return len(pd.read_csv(path, keep_default_na=False))


def _samples(data: dict[str, Path], reviews: int, folder: Path) -> dict[str, Path]:
    """CSV files with a few rows of each."""
    import pandas as pd

    samples = {}
    for name, path in data.items():
        table = pd.read_csv(path, keep_default_na=False)
        rows = np.random.default_rng(0).permutation(len(table))[:reviews]
        samples[name] = folder / f"{name}.csv"
        table.iloc[rows].to_csv(samples[name], index=False)
    return samples


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    names = tuple(row.name for row in ROWS)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies.compare", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--train", required=True, type=Path, metavar="FILE")
    parser.add_argument("--test", required=True, type=Path, metavar="FILE")
    parser.add_argument("--unlabelled", type=Path, metavar="FILE", help="unlabelled texts, for rows that use them")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="ROW", help=", ".join(names))
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the Markdown table here (default: stdout)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="timed rounds of scoring (default: 5)")
    parser.add_argument("--full-tutorial", action="store_true", help="run the tutorial's loop in full, not on a sample")
    parser.add_argument("--quick", action="store_true", help="try it out with 400 reviews and one epoch")
    parsed = parser.parse_args(arguments)

    given = {"train": parsed.train, "test": parsed.test, "unlabelled": parsed.unlabelled}
    data = {name: path.resolve() for name, path in given.items() if path is not None}
    rows = [row for row in ROWS if row.name in parsed.only]
    if parsed.full_tutorial:
        rows = [_FULL_TUTORIAL_LOOP if row.name == _TUTORIAL_LOOP.name else row for row in rows]
    command = shlex.join(
        ["python", "-m", "benchmarks.studies.compare", *(sys.argv[1:] if arguments is None else arguments)]
    )
    for name, path in given.items():
        command = command.replace(str(path), f"{name.upper()}.csv")
    if parsed.out is not None:
        command = command.replace(str(parsed.out), parsed.out.name)
    with tempfile.TemporaryDirectory() as temporary:
        models = Path(temporary) / "models"
        models.mkdir()
        if parsed.quick:
            data = _samples(data, 400, Path(temporary))
        told = _told(command, data)
        comparison = Comparison(rows, {**data, "models": models}, parsed.rounds, parsed.quick)
        report = ""

        def write(results: dict[str, Figures | str]) -> None:
            nonlocal report
            report = as_markdown(comparison, results, told)
            if parsed.out is not None:
                parsed.out.write_text(report, encoding="utf-8")

        whole = comparison.run(lambda line: print(line, file=sys.stderr, flush=True), write)
    if parsed.out is None:
        print(report, end="")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
