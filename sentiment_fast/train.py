"""Train a sentiment classifier and write its model folder.

sentiment-fast train --data reviews.csv --preset fast --out runs/mine
sentiment-fast train --data shop.csv:weight=3 --data tweets.csv:rows=20000 --text-column body --label-column stars
sentiment-fast train --resume --out runs/mine
torchrun --nproc-per-node=2 -m sentiment_fast.train --data reviews.csv --out runs/mine

From Python: sf.train("reviews.csv", preset="fast", out="runs/mine"); see sentiment_fast.training.session.train.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.data_options import add_data_arguments
from sentiment_fast.cli.layout import layout_words
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.messages import SignalledStop, command_line, say, say_always
from sentiment_fast.cli.options import add_output_arguments, in_a_folder, pass_only_what_is_given
from sentiment_fast.cli.progress import Waiting
from sentiment_fast.cli.training_options import add_run_arguments, add_training_arguments
from sentiment_fast.cli.training_output import how_to_resume, print_result
from sentiment_fast.errors import MissingPackageError, StoppedError

if TYPE_CHECKING:
    from sentiment_fast.training.result import TrainingResult

_EXAMPLE = "what a wonderful film, I loved every minute"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    parser.add_argument(
        "--test", metavar="PATH", help="evaluate the trained model once on these labelled texts (default: none)"
    )
    add_training_arguments(parser)
    add_run_arguments(parser, "write the run and its model to this folder (default: runs/<date-time>)")
    add_output_arguments(parser)
    pass_only_what_is_given(parser)


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.training.session import train

    options = dict(in_a_folder(arguments))
    as_json = options.pop("json")
    try:
        with Waiting("preparing", say) as line:
            result = train(**options, say=line.say, progress=line.progress_bar, stop=SignalledStop())
    except StoppedError as stopped:
        if stopped.rank == 0:
            say_always(f"interrupted: {how_to_resume('train', stopped)}")
        raise
    if not result.metrics:  # not the first of several processes
        return
    print_result(result, as_json, _what_next)


def _what_next(result: TrainingResult) -> str:
    """Where the model is, and commands to run next, complete except for file names."""
    model, options = shlex.quote(str(result.folder)), result.options
    text = f" --text-column {shlex.quote(str(options.text_column))}" if options.text_column else ""
    layout = f" {layout_words(options)}".rstrip()
    label = f" --label-column {shlex.quote(str(options.label_column))}" if options.label_column else ""
    return f"""
The model is in {result.folder}. Try next:
  {command_line("predict")} --model {model} "{_EXAMPLE}"
  {command_line("evaluate")} --model {model} LABELLED.csv{text}{label}{layout}
  {command_line("score")} --model {model} REVIEWS.csv -o SCORED.csv{text}{layout}"""


class _Command(ModuleType):
    """This module, callable. `sf.train(...)` is the library's function, but importing a submodule makes it an attribute
    of its package, in place of any function of that name: so both are one object, whoever imported what first.
    """

    def __call__(self, data: Any = None, **options: Any) -> TrainingResult:
        """`sentiment_fast.training.session.train`, which says what the options are."""
        from sentiment_fast.training.session import train

        return train(data, **options)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        """What `help(sf.train)` shows: the function's documentation."""
        try:
            return str(import_module("sentiment_fast.training.session").train.__doc__)
        except MissingPackageError:  # without the extra `train`, that of this module
            return str(vars(self)["__doc__"])


sys.modules[__name__].__class__ = _Command

if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
