"""Append a label and a score to every row of a CSV file.

python -m sentiment_fast.score --model runs/mine reviews.csv -o scored.csv
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sentiment_fast.cli import add_device_arguments, run_command, say
from sentiment_fast.errors import DataError, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="INPUT", help='a CSV file (UTF-8, commas, with a header), or "-" for stdin')
    parser.add_argument(
        "-o", "--output", metavar="OUTPUT", help='default: INPUT with ".scored" in its name; "-" for stdout'
    )
    parser.add_argument("--model", metavar="FOLDER", required=True, help="a folder that train made")
    parser.add_argument(
        "--text-column",
        metavar="NAME",
        help="default: the one trained on, else review or text, else the only one that holds text",
    )
    parser.add_argument("--force", action="store_true", help="replace OUTPUT if it exists")
    add_device_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    from sentiment_fast.scoring.files import score_csv
    from sentiment_fast.scoring.scorer import load

    output = arguments.output or _default_output(arguments.input)
    _check_output(output, arguments.force)
    scorer = load(arguments.model, arguments.device, arguments.precision)
    with _source(arguments.input) as (source, size), _sink(output) as sink, _progress_bar(size) as bar:
        say(f"Scoring {arguments.input} on {scorer.device.type}, {scorer.precision.reason}")
        started = time.perf_counter()

        def on_window(read: int, rows: int) -> None:
            bar.update(read - bar.n)
            bar.set_postfix_str(f"{rows / (time.perf_counter() - started):,.0f} rows/s")

        summary = score_csv(source, sink, scorer, arguments.input, arguments.text_column, say, on_window)
    seconds = time.perf_counter() - started
    say(
        f"{summary.rows:,} rows in, {summary.rows:,} rows out to {output if output != '-' else 'stdout'}, "
        f"{summary.empty:,} of them without a text and so without a score; "
        f"{seconds:.1f} s, {summary.rows / seconds:,.0f} rows/s"
    )


def _default_output(source: str) -> str:
    """Where scores go if nobody says: beside a file, under its name with `.scored`; to stdout from stdin."""
    if source == "-":
        return "-"
    stem, dot, extension = source.rpartition(".")
    if not dot or "/" in extension:
        raise UsageError(f"{source}: has no extension to name the output by: name it with -o")
    return f"{stem}.scored.{extension}"


def _check_output(path: str, force: bool) -> None:
    if path == "-" or not Path(path).exists():
        return
    if not Path(path).is_file():  # a folder, a pipe, a device: a finished file cannot be put in its place
        raise UsageError(
            f'{path}: expected the name of a file, got something else there: name another, or "-" for stdout'
        )
    if not force:
        raise UsageError(f"{path}: exists already: name another with -o, or replace it with --force")


@contextmanager
def _source(path: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The input's bytes and, where it is known, how many there are."""
    if path == "-":
        yield sys.stdin.buffer, None
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    with file:
        yield file, os.fstat(file.fileno()).st_size


@contextmanager
def _sink(path: str) -> Iterator[BinaryIO]:
    """Where the output goes: a file appears under its name only when it is whole."""
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = Path(f"{path}.part")
    try:
        file = unfinished.open("wb")
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        with file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _progress_bar(size: int | None) -> Any:
    from tqdm import tqdm

    return tqdm(total=size, unit="B", unit_scale=True, leave=False, dynamic_ncols=True, disable=not sys.stderr.isatty())


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
