"""Append a label and a score to every row of CSV, JSON Lines and Parquet files.

python -m sentiment_fast.score reviews.csv
python -m sentiment_fast.score --model runs/mine reviews.csv -o scored.csv
"""

from __future__ import annotations

import argparse
import glob
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.main import run_command, say, stop_signals
from sentiment_fast.cli.options import (
    add_cascade_argument,
    add_device_arguments,
    add_model_argument,
    add_threshold_argument,
)
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.formats import COMPRESSIONS, CSV, has_format, input_format, output_format

if TYPE_CHECKING:
    from sentiment_fast.scoring.pipeline import StopRequest
    from sentiment_fast.scoring.score_files import Summary
    from sentiment_fast.scoring.scorer import Scorer


@dataclass(frozen=True)
class _Job:
    """Inputs that are written into one output."""

    inputs: list[str]
    output: str

    @property
    def name(self) -> str:
        if len(self.inputs) > 1:
            return f"{len(self.inputs)} inputs"
        return "stdin" if self.inputs == ["-"] else self.inputs[0]


_FILES_AT_ONCE = 32  # of a cluster: each has a reader and a writer here
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        help="CSV or TSV (UTF-8, with a header), JSON Lines (.jsonl, .ndjson), each also .gz .bz2 .xz .zst; Parquet; "
        'patterns of names, or "-" for CSV from stdin',
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUTPUT",
        help='in the format of its extension (default: INPUT with ".scored" in its name); "-" for stdout; for several '
        "inputs a folder, or a file for all of them",
    )
    add_model_argument(parser)
    parser.add_argument(
        "--text-column",
        metavar="NAME",
        help="by name or number; default: the one trained on, else review or text, else the only one that holds text",
    )
    parser.add_argument("--delimiter", metavar="X", help='between fields of CSV, "tab" for a tab; default: found out')
    parser.add_argument("--columns", metavar="NAME,NAME", help="those of INPUT to write, by name or number (all)")
    parser.add_argument("--status", action="store_true", help="append sentiment_status too")
    parser.add_argument(
        "--tokens", action="store_true", help="append sentiment_tokens too, the known words of each text"
    )
    parser.add_argument(
        "--max-record", metavar="BYTES", type=_bytes, default=64 << 20, help="a longer record is rejected (64M)"
    )
    parser.add_argument("--strict", action="store_true", help="stop at the first record that cannot be read")
    parser.add_argument(
        "--excel-safe", action="store_true", help="put an apostrophe before fields that a spreadsheet would run"
    )
    parser.add_argument(
        "--rejects", metavar="FILE", help="for records that cannot be read (default: OUTPUT.rejects.csv)"
    )
    parser.add_argument("--force", action="store_true", help="replace OUTPUT if it exists")
    parser.add_argument("--restart", action="store_true", help="begin anew where an earlier run was ended")
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray: on the machines of a Ray cluster (RAY_ADDRESS)",
    )
    parser.add_argument(
        "--workers", metavar="N", type=int, help="of --engine ray (default: one for each GPU or CPU that it has)"
    )
    add_threshold_argument(parser)
    add_cascade_argument(parser)
    add_device_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    inputs = _expanded(arguments.inputs)
    jobs = _jobs(inputs, arguments.output)
    if len(jobs) > 1 and arguments.rejects:
        raise UsageError("Expected no --rejects with several outputs: each has its own file for them")
    if arguments.workers is not None and arguments.engine == "local":
        raise UsageError("Expected --workers with --engine ray alone: on one machine, PyTorch's threads do the work")
    _check(jobs, arguments)

    from sentiment_fast.scoring.score_files import journal_path

    stops = _Stops()
    rejected: list[str] = []

    def end_after_this_window() -> None:
        say("stopping after this window")
        stops.make()

    with _engine(arguments) as (scorer, engine), stop_signals(end_after_this_window):

        def score_one(job: _Job) -> Summary:
            # Of several, each finished one keeps its journal until all are, so that the same command skips them.
            return _score(job, scorer, engine, arguments, stops.request(), len(jobs) > 1)

        at_once = 1 if engine == "local" else min(engine.workers, _FILES_AT_ONCE)
        for job, summary in zip(jobs, _each(score_one, jobs, at_once, stops), strict=True):
            _report(job, summary)
            if summary.rejects:
                rejected.append(f"{summary.rejects:,} of {job.name} to {summary.rejects_file}")
    for job in jobs if len(jobs) > 1 else []:
        journal_path(Path(job.output)).unlink(missing_ok=True)
    if rejected:
        raise DataError(f"records that could not be read were rejected: {'; '.join(rejected)}")


@contextmanager
def _engine(arguments: argparse.Namespace) -> Iterator[tuple[Scorer, Any]]:
    """The model, and what `score_csv` takes as the engine."""
    from sentiment_fast.model.folder import load_model, named_or_bundled

    model = load_model(named_or_bundled(arguments.model, say)).adjusted(arguments.threshold, arguments.cascade)
    if arguments.engine == "local":
        from sentiment_fast.scoring.scorer import Scorer

        scorer = Scorer(model, arguments.device, arguments.precision)
        say(f"Scoring on {scorer.device.type}, {scorer.precision.reason}")
        yield scorer, "local"
        return
    from sentiment_fast.scoring.cluster.ray_cluster import Cluster

    with Cluster(model, arguments.device, arguments.precision, arguments.workers, say) as cluster:
        identity = cluster.identity
        say(
            f"Scoring with {cluster.workers} workers of a Ray cluster, on {identity['device']}, {identity['precision']}"
        )
        yield cluster.scorer, cluster


class _Stops:
    """Stop requests of several runs, made all at once."""

    def __init__(self) -> None:
        self._made = False
        self._requests: list[StopRequest] = []

    def request(self) -> StopRequest:
        """For a run that begins. Raises KeyboardInterrupt where none should any more."""
        from sentiment_fast.scoring.pipeline import StopRequest

        request = StopRequest()
        self._requests.append(request)
        if self._made:
            raise KeyboardInterrupt
        return request

    def make(self) -> None:
        self._made = True
        for request in list(self._requests):
            request.make()


def _each(score_one: Callable[[_Job], Summary], jobs: list[_Job], at_once: int, stops: _Stops) -> Iterator[Summary]:
    """Score in order, or several at once, so that workers have enough to do where files are small."""
    if at_once == 1 or len(jobs) == 1:
        yield from map(score_one, jobs)
        return
    with ThreadPoolExecutor(at_once) as pool:
        scored = [pool.submit(score_one, job) for job in jobs]
        try:
            for one in scored:
                yield one.result()
        except BaseException:
            stops.make()
            pool.shutdown(cancel_futures=True)
            raise


def _score(
    job: _Job,
    scorer: Scorer,
    engine: Any,
    arguments: argparse.Namespace,
    stop: StopRequest,
    keep_journal: bool,
) -> Summary:
    from sentiment_fast.scoring.score_files import score_csv

    with _progress_bar(job.inputs) as bar:
        started = time.perf_counter()
        first: int | None = None

        def on_window(consumed: int, rows: int) -> None:
            nonlocal first
            first = rows if first is None else first
            bar.update(consumed - bar.n)
            bar.set_postfix_str(f"{(rows - first) / (time.perf_counter() - started):,.0f} rows/s", refresh=False)

        try:
            return score_csv(
                job.inputs if len(job.inputs) > 1 else job.inputs[0],
                job.output,
                scorer,
                engine=engine,
                text_column=arguments.text_column,
                delimiter=_delimiter(arguments.delimiter),
                columns=None if arguments.columns is None else arguments.columns.split(","),
                status=arguments.status,
                tokens=arguments.tokens,
                max_record=arguments.max_record,
                strict=arguments.strict,
                excel_safe=arguments.excel_safe,
                rejects=arguments.rejects,
                force=arguments.force,
                restart=arguments.restart,
                say=say,
                on_window=on_window,
                stop=stop,
                keep_journal=keep_journal,
            )
        except KeyboardInterrupt:
            if job.inputs != ["-"] and job.output != "-":
                say(f"{job.output}: what was scored is kept; the same command goes on from there")
            raise


def _report(job: _Job, summary: Summary) -> None:
    earlier = f", {summary.earlier_rows:,} of them by an earlier run" if summary.earlier_rows else ""
    rejected = f", {summary.rejects:,} rejected to {summary.rejects_file}" if summary.rejects else ""
    say(
        f"{job.name}: {summary.rows + summary.rejects:,} rows in{earlier}, "
        f"{summary.rows:,} rows out to {summary.output if summary.output != '-' else 'stdout'}{rejected}, "
        f"{summary.empty:,} of them without a text and so without a score; "
        f"{summary.seconds:.1f} s, {summary.rows_per_second:,.0f} rows/s"
    )
    if summary.replaced:
        say(f"{summary.output}: in {summary.replaced:,} rows, bytes that are no UTF-8 became U+FFFD")


def _expanded(inputs: list[str]) -> list[str]:
    """Patterns that the shell left alone, such as quoted ones, become the files that they fit."""
    names = []
    for name in inputs:
        if name == "-" or Path(name).exists() or not glob.has_magic(name):
            names.append(name)
        elif found := sorted(glob.glob(name)):  # noqa: PTH207
            names += found
        else:
            raise DataError(f"{name}: expected files of such names, got none")
    return names


def _jobs(inputs: list[str], output: str | None) -> list[_Job]:
    """Which inputs are written where: several have one output each, in a folder or beside them, unless it is a file."""
    if output is not None and (len(inputs) == 1 or output == "-" or _is_file(output)):
        return [_Job(inputs, output)]
    if output is None:
        outputs = [_default_output(source) for source in inputs]
    else:
        outputs = [str(Path(output) / Path(source).name) for source in inputs]
    if len(set(outputs)) < len(outputs) or (len(inputs) > 1 and "-" in inputs):
        raise UsageError("Expected inputs whose outputs have different names: score the others on their own")
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
    return [_Job([source], one) for source, one in zip(inputs, outputs, strict=True)]


def _is_file(output: str) -> bool:
    """Whether a name that may be new is that of a file, and not of a folder."""
    path = Path(output)
    return not path.is_dir() and not output.endswith("/") and (path.exists() or has_format(output))


def _default_output(source: str) -> str:
    """Where scores go if nobody says: beside a file, under its name with `.scored`; to stdout from stdin."""
    if source == "-":
        return "-"
    compression = Path(source).suffix if Path(source).suffix.lower() in COMPRESSIONS else ""
    stem, dot, extension = source.removesuffix(compression).rpartition(".")
    if not dot or "/" in extension:
        raise UsageError(f"{source}: has no extension to name the output by: name it with -o")
    return f"{stem}.scored.{extension}{compression}"


def _check(jobs: list[_Job], arguments: argparse.Namespace) -> None:
    """What can be known before PyTorch is loaded, which takes seconds."""
    for job in jobs:
        for source in job.inputs:
            if source != "-" and not Path(source).exists():
                raise DataError(f"{source}: cannot be read (No such file or directory)")
            input_format(source)
        path, journal = Path(job.output), Path(f"{job.output}.journal")
        if job.output != "-":
            output_format(job.output, CSV)
            if path.is_file() and not arguments.force and not journal.exists():
                raise UsageError(f"{path}: exists already: name another with -o, or replace it with --force")


def _delimiter(name: str | None) -> str | None:
    return "\t" if name in ("tab", "\\t") else name


def _bytes(text: str) -> int:
    """A size such as 1000, 64K, 64M or 1G."""
    unit = text[-1:].upper() if text[-1:].isalpha() else ""
    digits = text[: len(text) - len(unit)]
    if unit not in _UNITS or not digits.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a size such as 1000, 64K or 64M, got {text!r}")
    return int(digits) * _UNITS[unit]


def _progress_bar(inputs: list[str]) -> Any:
    from tqdm import tqdm

    paths = [Path(source) for source in inputs]
    size = sum(path.stat().st_size for path in paths) if all(path.is_file() for path in paths) else None
    return tqdm(total=size, unit="B", unit_scale=True, leave=False, dynamic_ncols=True, disable=not sys.stderr.isatty())


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
