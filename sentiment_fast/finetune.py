"""Fine-tune a pretrained Hugging Face model as a sentiment classifier, and write its folder.

sentiment-fast finetune --base minilm --data reviews.csv --out runs/minilm --amp
sentiment-fast finetune --base minilm --data reviews.csv:weight=3 --data tweets.csv:rows=20000 --epochs 2
sentiment-fast finetune --base gpt2 --data reviews.csv --learning-rate 3e-5 --batch-size 8 --accumulate 4
sentiment-fast finetune --resume --out runs/minilm

From Python: sf.finetune("minilm", "reviews.csv", out="runs/minilm"); see sentiment_fast.training.finetuning.finetune.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.data_options import add_data_arguments
from sentiment_fast.cli.finetuning_options import add_finetuning_arguments
from sentiment_fast.cli.label_options import add_class_arguments
from sentiment_fast.cli.layout import layout_words
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.messages import SignalledStop, command_line, say, say_always
from sentiment_fast.cli.options import add_config_argument, add_output_arguments, pass_only_what_is_given
from sentiment_fast.cli.progress import Waiting
from sentiment_fast.cli.training_options import add_hardware_arguments, add_run_arguments
from sentiment_fast.cli.training_output import how_to_resume, print_result
from sentiment_fast.errors import MissingPackageError, StoppedError

if TYPE_CHECKING:
    from sentiment_fast.training.result import FinetuningResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--base",
        metavar="FOLDER",
        help="fine-tune the Hugging Face model in this folder: an encoder, or a decoder that transformers has a "
        "sequence classifier for, with safetensors weights and its tokenizer; nothing is downloaded (required, except "
        "with --resume)",
    )
    add_data_arguments(parser)
    parser.add_argument(
        "--test", metavar="PATH", help="evaluate the trained model once on these labelled texts (default: none)"
    )
    add_config_argument(parser, "the run.toml of another run; ")
    add_finetuning_arguments(parser)
    add_class_arguments(parser)
    add_hardware_arguments(parser)
    add_run_arguments(parser, "write the run and its model to this folder (default: runs/<date-time>)")
    add_output_arguments(parser)
    pass_only_what_is_given(parser)


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.training.finetuning import finetune

    options = dict(vars(arguments))
    as_json = options.pop("json")
    try:
        with Waiting("preparing", say) as line:
            result = finetune(**options, say=line.say, progress=line.progress_bar, stop=SignalledStop())
    except StoppedError as stopped:
        say_always(f"interrupted: {how_to_resume('finetune', stopped)}")
        raise
    print_result(result, as_json, _what_next)


def _what_next(result: FinetuningResult) -> str:
    """Where the model is, and commands to run next, complete except for file names."""
    model, options = shlex.quote(str(result.folder)), result.options
    text = f" --text-column {shlex.quote(str(options.text_column))}" if options.text_column else ""
    label = f" --label-column {shlex.quote(str(options.label_column))}" if options.label_column else ""
    columns = f"{text}{label} {layout_words(options)}".rstrip()
    return f"""
The model is in {result.folder}. Try next:
  {command_line("evaluate")} --model {model} LABELLED.csv{columns}
  {command_line("train")} --preset fast --teacher {model} --data LABELLED.csv{columns}"""


class _Command(ModuleType):
    """This module, callable, for the reason that sentiment_fast/train.py gives."""

    def __call__(self, base: Any = None, data: Any = None, **options: Any) -> FinetuningResult:
        """`sentiment_fast.training.finetuning.finetune`, which says what the options are."""
        from sentiment_fast.training.finetuning import finetune

        return finetune(base, data, **options)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        """What `help(sf.finetune)` shows: the function's documentation."""
        try:
            return str(import_module("sentiment_fast.training.finetuning").finetune.__doc__)
        except MissingPackageError:  # without the extra `train`, that of this module
            return str(vars(self)["__doc__"])


sys.modules[__name__].__class__ = _Command

if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
