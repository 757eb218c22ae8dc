"""Append a label and a score to every row of CSV, JSON Lines and Parquet files.

python -m sentiment_fast.score reviews.csv
python -m sentiment_fast.score --model runs/mine reviews.csv -o scored.csv
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack

from sentiment_fast.cli.main import run_command, say
from sentiment_fast.cli.options import (
    add_cascade_argument,
    add_device_arguments,
    add_model_argument,
    add_threads_argument,
    add_threshold_argument,
)
from sentiment_fast.cli.progress import scoring_bar
from sentiment_fast.cli.values import byte_size, delimiter, names
from sentiment_fast.errors import DataError

SCORES_FILES = True  # and needs no pandas to; see cli/main.py


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
    _add_row_arguments(parser)
    parser.add_argument("--force", action="store_true", help="replace OUTPUT if it exists")
    parser.add_argument("--restart", action="store_true", help="start over instead of resuming an interrupted run")
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray: on the machines of a Ray cluster (RAY_ADDRESS)",
    )
    parser.add_argument(
        "--workers", metavar="N", type=int, help="processes for --engine ray (default: one for each GPU or CPU it has)"
    )
    add_threshold_argument(parser)
    add_cascade_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)


def _add_row_arguments(parser: argparse.ArgumentParser) -> None:
    """How rows are read, and what is written of them."""
    parser.add_argument(
        "--text-column",
        metavar="NAME",
        help="by name or number; default: the one trained on, else review or text, else the only one that holds text",
    )
    parser.add_argument(
        "--delimiter", metavar="X", type=delimiter, help='between fields of CSV, "tab" for a tab; default: found out'
    )
    parser.add_argument(
        "--columns", metavar="NAME,NAME", type=names, help="those of INPUT to write, by name or number (all)"
    )
    parser.add_argument("--status", action="store_true", help="append sentiment_status too")
    parser.add_argument(
        "--tokens", action="store_true", help="append sentiment_tokens too, the known words of each text"
    )
    parser.add_argument(
        "--max-record", metavar="BYTES", type=byte_size, default=64 << 20, help="a longer record is rejected (64M)"
    )
    parser.add_argument("--strict", action="store_true", help="stop at the first record that cannot be read")
    parser.add_argument(
        "--excel-safe", action="store_true", help="put an apostrophe before fields that a spreadsheet would run"
    )
    parser.add_argument(
        "--rejects", metavar="FILE", help="for records that cannot be read (default: OUTPUT.rejects.csv)"
    )


def run(arguments: argparse.Namespace) -> None:
    from sentiment_fast.runs.stop import StopRequest, stop_signals
    from sentiment_fast.scoring.jobs import score_jobs
    from sentiment_fast.scoring.options import ScoreOptions

    stop = StopRequest()

    def end_after_this_window() -> None:
        say("stopping after this window")
        stop.request()

    with ExitStack() as while_scoring:
        scored = score_jobs(
            arguments.inputs,
            arguments.output,
            arguments.model,
            engine=arguments.engine,
            say=say,
            progress=lambda job: scoring_bar(job.inputs),
            on_ready=lambda: while_scoring.enter_context(stop_signals(end_after_this_window)),
            stop=stop,
            **{name: value for name, value in vars(arguments).items() if name in ScoreOptions.names()},
        )
    rejected = [f"{found.rejects:,} of {job.name} to {found.rejects_file}" for job, found in scored if found.rejects]
    if rejected:
        raise DataError(f"records that could not be read were rejected: {'; '.join(rejected)}")


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
