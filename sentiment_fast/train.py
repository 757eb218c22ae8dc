"""Train a sentiment classifier and write its model folder.

python -m sentiment_fast.train --amp
python -m sentiment_fast.train --data reviews.csv --text-column body --label-column stars
python -m sentiment_fast.train --data reviews.csv:weight=3 --data tweets.csv:rows=20000
python -m sentiment_fast.train --data tweets.csv --no-header --text-column 6 --label-column 1
python -m sentiment_fast.train --data reviews.csv --config settings.json
python -m sentiment_fast.train --resume --out runs/mine
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
from sentiment_fast.cli.main import SignalledStop, run_command, say
from sentiment_fast.cli.options import (
    add_epochs_arguments,
    add_graphs_argument,
    add_hardware_arguments,
    add_learning_arguments,
    add_run_arguments,
    add_settings_arguments,
    pass_only_what_is_given,
)
from sentiment_fast.cli.progress import Waiting
from sentiment_fast.errors import StoppedError

if TYPE_CHECKING:
    from sentiment_fast.training.session import TrainingResult

_EXAMPLE = "what a wonderful film, I loved every minute"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass_only_what_is_given(parser)
    add_data_arguments(parser)
    parser.add_argument("--test", metavar="PATH", help="evaluate the trained model once on these labelled texts")
    add_settings_arguments(parser)
    add_epochs_arguments(parser)
    add_learning_arguments(parser)
    add_hardware_arguments(parser)
    parser.add_argument(
        "--compile",
        action=argparse.BooleanOptionalAction,
        help="compile the network around its recurrent layers, which rarely makes it faster (default: no)",
    )
    add_graphs_argument(parser)
    add_run_arguments(parser, "write the run and its model to this folder (default: runs/<date-time>)")


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.training.session import train

    try:
        with Waiting("preparing", say) as line:
            result = train(**vars(arguments), say=line.say, progress=line.progress_bar, stop=SignalledStop())
    except StoppedError as stopped:
        if stopped.rank == 0:
            say(f"interrupted: {_how_to_resume(stopped)}")
        raise
    if result.metrics and not result.was_finished:
        print(_what_next(result))


def _how_to_resume(stopped: StoppedError) -> str:
    out = shlex.quote(str(stopped.folder))
    how = "resume with" if stopped.has_checkpoint else "there is no checkpoint yet; start over with"
    # On this machine.
    start = "python" if stopped.processes == 1 else f"torchrun --nproc-per-node={stopped.processes}"
    return f"{how}\n  {start} -m sentiment_fast.train --resume --out {out}"


def _what_next(result: TrainingResult) -> str:
    """Where the model is, and commands to run next, complete except for file names."""
    model, options = shlex.quote(str(result.folder)), result.options
    text = f" --text-column {shlex.quote(str(options.text_column))}" if options.text_column else ""
    layout = f" {layout_words(options)}".rstrip()
    label = f" --label-column {shlex.quote(str(options.label_column))}" if options.label_column else ""
    return f"""
The model is in {result.folder}. Try next:
  python -m sentiment_fast.predict --model {model} "{_EXAMPLE}"
  python -m sentiment_fast.evaluate --model {model} LABELLED.csv{text}{label}{layout}
  python -m sentiment_fast.score --model {model} REVIEWS.csv -o SCORED.csv{text}{layout}"""


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
        documentation: str | None = import_module("sentiment_fast.training.session").train.__doc__
        return documentation


sys.modules[__name__].__class__ = _Command

if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
