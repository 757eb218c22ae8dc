"""Add a sentiment label and a score to every row of CSV, JSON Lines and Parquet files.

python -m sentiment_fast.score reviews.csv
python -m sentiment_fast.score --model runs/mine reviews.csv -o scored.csv
python -m sentiment_fast.score export.csv --skip-lines 2 --delimiter ';'
python -m sentiment_fast.score tweets.csv --no-header --text-column 6
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack

from sentiment_fast.cli.main import run_command, say
from sentiment_fast.cli.options import (
    add_cascade_argument,
    add_device_arguments,
    add_engine_arguments,
    add_input_arguments,
    add_model_argument,
    add_row_arguments,
    add_threads_argument,
    add_threshold_argument,
)
from sentiment_fast.cli.progress import scoring_bar
from sentiment_fast.errors import DataError

SCORES_FILES = True  # for which PyArrow needs no pandas; see cli/main.py


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input_arguments(parser)
    add_model_argument(parser)
    add_row_arguments(parser)
    parser.add_argument("--force", action="store_true", help="replace OUTPUT if it exists")
    parser.add_argument("--restart", action="store_true", help="start over instead of resuming an interrupted run")
    add_engine_arguments(parser)
    add_threshold_argument(parser)
    add_cascade_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)


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
