"""Add a sentiment label and a score to every row of CSV, JSON, Parquet and Excel files.

sentiment-fast score reviews.csv
sentiment-fast score --model runs/mine reviews.csv -o scored.csv
sentiment-fast score export.csv --skip-lines 2 --delimiter ';'
sentiment-fast score tweets.csv --no-header --text-column 6
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from sentiment_fast.cli.label_options import add_neutral_argument
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.messages import say
from sentiment_fast.cli.options import (
    add_cascade_argument,
    add_config_argument,
    add_device_arguments,
    add_engine_arguments,
    add_input_arguments,
    add_model_argument,
    add_output_arguments,
    add_row_arguments,
    add_threads_argument,
    add_threshold_argument,
    pass_only_what_is_given,
)
from sentiment_fast.cli.progress import scoring_bar
from sentiment_fast.cli.streams import print_json
from sentiment_fast.errors import DataError, UsageError

SCORES_FILES = True  # for which PyArrow needs no pandas; see cli/main.py


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_input_arguments(parser)
    add_model_argument(parser)
    add_config_argument(parser, "such as --save-config writes")
    parser.add_argument(
        "--save-config", metavar="FILE", help="write the options to this file, NAME.toml, for --config (default: none)"
    )
    add_row_arguments(parser)
    parser.add_argument(
        "--force", action=argparse.BooleanOptionalAction, help="replace OUTPUT if it exists (default: no)"
    )
    parser.add_argument(
        "--restart",
        action=argparse.BooleanOptionalAction,
        help="start over instead of resuming an interrupted run (default: no)",
    )
    add_engine_arguments(parser)
    add_threshold_argument(parser)
    add_neutral_argument(parser)
    add_cascade_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)
    add_output_arguments(parser, "print what was scored as JSON (default: do not)")
    pass_only_what_is_given(parser)


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.runs.stop import StopRequest, stop_signals
    from sentiment_fast.scoring.jobs import score_jobs
    from sentiment_fast.scoring.run_config import save_config, with_config_file

    given = dict(vars(arguments))
    as_json, config, saved = given.pop("json"), given.pop("config", None), given.pop("save_config", None)
    options = with_config_file(config, given)
    if not options.get("inputs"):
        raise UsageError('Expected files to score, or "-" for stdin, got none')
    if as_json and options.get("output") == "-":
        raise UsageError("Expected a file as `output` with `json`, got stdout, which takes one of them")
    if saved is not None:
        save_config(Path(saved), options)
    stop = StopRequest()

    def end_after_this_window() -> None:
        say("stopping after this window")
        stop.request()

    with ExitStack() as while_scoring:
        scored = score_jobs(
            **options,
            say=say,
            progress=lambda job: scoring_bar(job.inputs),
            on_ready=lambda: while_scoring.enter_context(stop_signals(end_after_this_window)),
            stop=stop,
        )
    if as_json:
        print_json({"outputs": [{"inputs": job.inputs, **asdict(found)} for job, found in scored]})
    rejected = [f"{found.rejects:,} of {job.name} to {found.rejects_file}" for job, found in scored if found.rejects]
    if rejected:
        raise DataError(f"records that could not be read were rejected: {'; '.join(rejected)}")


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
