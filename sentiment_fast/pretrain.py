"""Learn word vectors from unlabelled texts, and write a pretrained folder for train --init.

python -m sentiment_fast.pretrain --data unlabelled.csv --out runs/start
python -m sentiment_fast.pretrain --data imdb --data reviews.jsonl --set layers=1 --out runs/start
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment_fast.cli.layout import add_layout_arguments, add_skip_bad_rows_argument
from sentiment_fast.cli.main import run_command, say
from sentiment_fast.cli.options import (
    add_settings_arguments,
    add_threads_argument,
    pass_only_what_is_given,
)
from sentiment_fast.cli.progress import Waiting

if TYPE_CHECKING:
    from sentiment_fast.training.pretrain import PretrainingResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass_only_what_is_given(parser)
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


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.training.pretrain import pretrain

    with Waiting("learning word vectors", say) as line:
        result = pretrain(**vars(arguments), say=line.say)
    print(f"\nThe pretrained folder is {result.folder}. Try next:\n  {_training(result)}")


def _training(result: PretrainingResult) -> str:
    """The command that trains from the folder."""
    options = result.options
    settings = "".join(f" --set {shlex.quote(item)}" for item in result.settings_for_training)
    preset = "" if options.preset == "tutorial" else f" --preset {shlex.quote(options.preset)}"
    if options.config is not None:
        preset = f" --config {shlex.quote(options.config)}"
    init = shlex.quote(str(result.folder))
    return f"python -m sentiment_fast.train --data LABELLED.csv --init {init}{preset}{settings}"


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
