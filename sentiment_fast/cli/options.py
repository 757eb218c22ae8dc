"""Options that commands share.

In: a parser. Out: the parser with the options, and their values by the names of the library's arguments. What the
values mean, and the defaults of those that train, are left to training/options.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sentiment_fast.cli.values import delimiter

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")  # model.devices has them too; not imported for --help


def pass_only_what_is_given(parser: argparse.ArgumentParser) -> None:
    """An option that is left out leaves no value, so that the library's default applies; call it before adding any."""
    parser.argument_default = argparse.SUPPRESS


def add_model_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="FOLDER", help="a folder that train made (default: the bundled model, of IMDb reviews)"
    )


def add_device_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, default="auto")


def add_device_arguments(parser: argparse.ArgumentParser) -> None:
    add_device_argument(parser)
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="precision of the network's matrix products (default: auto, the fastest that the hardware has)",
    )


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads",
        metavar="N",
        type=_threads,
        help="use N threads on a CPU (default: all that this process may use, or OMP_NUM_THREADS if that is less)",
    )


def _threads(text: str) -> int:
    try:
        threads = int(text)
    except ValueError:
        threads = 0
    if threads < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {text!r}")
    return threads


def add_threshold_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threshold",
        metavar="P",
        type=float,
        help="of two classes, the probability above which the second is said (default: the model's, as a rule 0.5)",
    )


def add_cascade_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cascade",
        metavar="P|off",
        type=_cascade,
        help="ask the network only about texts of which the model's wide part is less than so sure, 0.5 to 1 (default: "
        "the model's, where training found that it costs no accuracy: 0.95)",
    )


def _cascade(text: str) -> float | bool:
    try:
        return False if text == "off" else float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a confidence of 0.5 to 1, or off, got {text!r}") from error


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="PATH|imdb|demo",
        action="append",
        help="labelled texts: CSV, JSON Lines or Parquet, compressed or not, a quoted pattern, or an aclImdb folder; "
        "may be repeated. imdb: download the Large Movie Review Dataset; demo: made-up reviews (default: 'IMDB "
        "Dataset.csv' in this folder, else imdb, else demo)",
    )
    parser.add_argument(
        "--validation",
        metavar="PATH|FRACTION",
        help="labelled texts to choose the epoch and calibrate the probabilities with: a file, or the share of --data "
        "to hold out (default: the preset's)",
    )
    add_columns_arguments(parser)


def add_columns_arguments(parser: argparse.ArgumentParser) -> None:
    """Where in a file labelled texts are."""
    parser.add_argument(
        "--text-column", metavar="NAME", help="its name, or its number from 1 (default: review, else text)"
    )
    parser.add_argument(
        "--label-column", metavar="NAME", help="its name, or its number from 1 (default: sentiment, else label)"
    )
    add_delimiter_argument(parser)


def add_delimiter_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--delimiter", metavar="X", type=delimiter, help='between fields of CSV, "tab" for a tab (default: detected)'
    )


def add_settings_arguments(parser: argparse.ArgumentParser) -> None:
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--preset", help="the settings to start from (default: tutorial)")
    start.add_argument("--config", metavar="FILE", help="a preset file to start from instead, such as `tune` writes")
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        help="change one setting of the preset, such as cell=gru, pooling=attention or max_words=5000",
    )
    parser.add_argument("--seed", metavar="N", type=int)


def add_epochs_arguments(parser: argparse.ArgumentParser) -> None:
    """The settings of a training in epochs that have options of their own."""
    parser.add_argument("--epochs", metavar="N", type=int)
    parser.add_argument("--batch-size", metavar="N", type=int)
    parser.add_argument("--learning-rate", metavar="X", type=float)


def add_learning_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--init", metavar="FOLDER", help="start from the vocabulary and weights that `pretrain` made")
    parser.add_argument(
        "--teacher",
        metavar="FOLDER",
        help="a model whose probabilities to learn too: one that train made, or a Hugging Face sequence classifier",
    )
    parser.add_argument(
        "--unlabelled",
        metavar="PATH|imdb|demo",
        action="append",
        help="more texts to learn from, which the teacher labels; may be repeated",
    )
    parser.add_argument(
        "--label-weight",
        metavar="X",
        type=float,
        help="how much a text's label counts against the teacher's probabilities, 0 to 1 (default: 0.5)",
    )


def add_hardware_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES)
    parser.add_argument("--amp", action="store_true", help="mixed precision, where the hardware has it")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="precision of the network's matrix products (default: float32; --amp is short for auto, the fastest)",
    )


def add_graphs_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cuda-graphs",
        action=argparse.BooleanOptionalAction,
        help="launch each training step as one CUDA graph (default: on one GPU, unless float16 or --deterministic)",
    )


def add_run_arguments(parser: argparse.ArgumentParser, out: str) -> None:
    """out: what --out is, in words."""
    parser.add_argument("--out", metavar="FOLDER", type=Path, help=out)
    parser.add_argument(
        "--resume",
        action="store_true",
        help="continue the run in --out where it was interrupted; its other options are recorded and may be left out",
    )
    parser.add_argument(
        "--checkpoint-minutes",
        metavar="M",
        type=float,
        help="minutes between two checkpoints inside an epoch (default: 5); each epoch ends with one",
    )
