"""Learn word vectors from unlabelled texts, and write a pretrained folder for `train --init`.

sentiment-fast pretrain --data unlabelled.csv --out runs/start
sentiment-fast pretrain --data imdb --data reviews.jsonl --set layers=1 --out runs/start
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment_fast.cli.layout import add_layout_arguments, add_skip_bad_rows_argument
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.messages import command_line, is_quiet, say
from sentiment_fast.cli.options import add_output_arguments, add_threads_argument, pass_only_what_is_given
from sentiment_fast.cli.progress import Waiting
from sentiment_fast.cli.streams import print_json
from sentiment_fast.cli.training_options import add_settings_arguments

if TYPE_CHECKING:
    from sentiment_fast.training.pretrain import PretrainingResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="PATH|imdb|demo",
        action="append",
        help="learn from these texts, ignoring labels: a CSV, JSON, Parquet or Excel file, compressed or not, a quoted "
        "pattern, a folder, imdb (the unlabelled reviews of the Large Movie Review Dataset), demo or demo:N (N "
        "made-up reviews); required, may be repeated",
    )
    add_settings_arguments(parser)
    parser.add_argument(
        "--text-column",
        metavar="NAME",
        help="read texts from the column of this name, or of this number from 1 (default: review, else text, else the "
        "only one that holds text)",
    )
    add_layout_arguments(parser)
    add_skip_bad_rows_argument(parser)
    add_threads_argument(parser)
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, help="write the pretrained folder here (default: runs/start-<date-time>)"
    )
    add_output_arguments(parser)
    pass_only_what_is_given(parser)


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.training.pretrain import pretrain

    options = dict(vars(arguments))
    as_json = options.pop("json")
    with Waiting("learning word vectors", say) as line:
        result = pretrain(**options, say=line.say)
    if as_json:
        print_json({"folder": str(result.folder), "command": _training(result)})
    elif is_quiet():
        print(result.folder)
    else:
        print(f"\nThe pretrained folder is {result.folder}. Try next:\n  {_training(result)}")


def _training(result: PretrainingResult) -> str:
    """The command that trains from the folder."""
    options = [("init", str(result.folder)), *result.options_for_training]
    words = "".join(f" --{name} {shlex.quote(value)}" for name, value in options)
    return f"{command_line('train')} --data LABELLED.csv{words}"


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
