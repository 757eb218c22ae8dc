"""Options that commands share, or that take much room to describe.

In: a parser. Out: the parser with the options, named as the library's arguments. What the values mean, and the defaults
of training, are left to the library.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sentiment_fast.cli.label_options import add_class_arguments
from sentiment_fast.cli.layout import add_layout_arguments
from sentiment_fast.cli.values import byte_size, names

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")  # as in model.devices, which --help must not import


def add_input_arguments(parser: argparse.ArgumentParser) -> None:
    """What score reads and writes."""
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="+",
        help="CSV or TSV, JSON (.json), JSON Lines (.jsonl, .ndjson), all also compressed (.gz, "
        '.bz2, .xz, .zst), Parquet (.parquet, .pq), or Excel (.xlsx, .xls, .ods); a quoted pattern; "-" for stdin, '
        "CSV unless --input-format is given",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUTPUT",
        help='write to this file, in the format of its extension, "-" for stdout; with several inputs, a folder or one '
        'file for all (default: INPUT with ".scored" before its extension)',
    )
    parser.add_argument(
        "--output-format",
        metavar="NAME",
        help="write csv, tsv, jsonl, json or parquet, whatever OUTPUT is called (default: as its extension says, else "
        "the format of INPUT)",
    )


def add_row_arguments(parser: argparse.ArgumentParser) -> None:
    """How score reads rows, and what it writes for each."""
    parser.add_argument(
        "--text-column",
        metavar="NAME",
        help="read texts from the column of this name, or of this number from 1 (default: the one trained on, else "
        "review or text, else the only one that holds text)",
    )
    add_layout_arguments(parser)
    parser.add_argument(
        "--columns",
        metavar="NAME,NAME",
        type=names,
        help="write only these columns of INPUT, by number, or by name, in double quotes if it holds a comma "
        "(default: all)",
    )
    add_unknown_argument(parser)
    parser.add_argument(
        "--status",
        action="store_true",
        help="add sentiment_status: ok, truncated, invalid_utf8, no_known_words or empty, the last that applies",
    )
    parser.add_argument(
        "--tokens", action="store_true", help="add sentiment_tokens: the number of known words in the text"
    )
    parser.add_argument(
        "--max-record",
        metavar="BYTES",
        type=byte_size,
        default=64 << 20,
        help="reject records longer than BYTES (default: 64M)",
    )
    parser.add_argument("--strict", action="store_true", help="stop at the first record that cannot be read")
    parser.add_argument(
        "--excel-safe",
        action="store_true",
        help="put an apostrophe before fields that a spreadsheet would run as formulas",
    )
    parser.add_argument(
        "--rejects",
        metavar="FILE",
        help="write records that cannot be read to this CSV file (default: OUTPUT.rejects.csv)",
    )


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Where score runs."""
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="score in this process or on a Ray cluster, see RAY_ADDRESS (default: local)",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=int,
        help="run N processes with --engine ray (default: one for each GPU or CPU of the cluster)",
    )


def pass_only_what_is_given(parser: argparse.ArgumentParser) -> None:
    """Give options that are left out no value, so that the library's defaults apply; call it before adding any."""
    parser.argument_default = argparse.SUPPRESS


def add_model_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="FOLDER|bundled",
        help="use the model in this folder (default: the bundled model, trained on IMDb reviews)",
    )


def add_device_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="run on this device (default: auto, a GPU if available)"
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="run the network's matrix products in this precision (default: auto, the fastest that the hardware has)",
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
        help="predict the positive class above this probability (default: the model's, 0.5)",
    )


def add_unknown_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unknown",
        choices=("prior", "blank"),
        default="prior",
        help="label a text without a known word by the model's answer to an empty text, or leave label and score blank "
        "(default: prior)",
    )


def add_cascade_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cascade",
        metavar="P|off",
        type=_cascade,
        help="skip the network for texts that the n-gram model classifies with at least this probability, 0.5 to 1 "
        "(default: the model's: 0.95 if training found that it costs no accuracy, else off)",
    )


def _cascade(text: str) -> float | bool:
    try:
        return False if text == "off" else float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a probability of 0.5 to 1, or off, got {text!r}") from error


def add_search_arguments(parser: argparse.ArgumentParser) -> None:
    """What tune searches for, and for how long."""
    parser.add_argument(
        "--search",
        choices=("random", "grid", "optuna"),
        help="draw settings at random, try all combinations, or let Optuna choose (extra: optuna; default: random)",
    )
    parser.add_argument(
        "--space",
        metavar="FILE",
        help='try the settings in this JSON file: {"layers": [1, 2], "learning_rate": {"low": 3e-4, "high": 3e-2, '
        '"log": true}} (default: learning rate, batch size, sizes, layers and dropout; for a grid, learning rate and '
        "hidden_size)",
    )
    parser.add_argument(
        "--try",
        dest="tries",
        metavar="NAME=A,B,C",
        action="append",
        help="try these values of one setting, instead of those in --space; may be repeated",
    )
    parser.add_argument(
        "--time", metavar="T", help="search for this long: 90s, 30m, 1h30m (default: 30m, unless --trials is given)"
    )
    parser.add_argument("--trials", metavar="N", type=int, help="run N trials (default: as many as fit into --time)")
    parser.add_argument(
        "--metric",
        choices=("accuracy", "loss"),
        help="rank trials by this figure on the validation data, in the epoch that a trial keeps (default: accuracy)",
    )


def add_settings_arguments(parser: argparse.ArgumentParser) -> None:
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--preset", help="start from this preset's settings (default: tutorial)")
    start.add_argument(
        "--config", metavar="FILE", help="start from the settings in a preset file instead, such as tune writes"
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        help="change a setting of the preset, such as cell=gru, pooling=attention or max_words=5000; an unknown "
        "name lists all; may be repeated",
    )
    parser.add_argument("--seed", metavar="N", type=int, help="seed all random numbers with N (default: the preset's)")


def add_epochs_arguments(parser: argparse.ArgumentParser) -> None:
    """Settings of training in epochs that have options of their own."""
    parser.add_argument("--epochs", metavar="N", type=int, help="train for N epochs (default: the preset's)")
    parser.add_argument("--batch-size", metavar="N", type=int, help="use N texts per step (default: the preset's)")
    parser.add_argument(
        "--learning-rate", metavar="X", type=float, help="set the learning rate (default: the preset's)"
    )


def add_learning_arguments(parser: argparse.ArgumentParser) -> None:
    add_class_arguments(parser)
    parser.add_argument(
        "--vectors", metavar="FILE", help="initialize the embedding with word vectors in GloVe or word2vec text format"
    )
    parser.add_argument(
        "--init",
        metavar="FOLDER|bundled",
        help="start from the vocabulary and weights that pretrain wrote to FOLDER, or fine-tune the model that train "
        "wrote there, or the bundled one",
    )
    parser.add_argument(
        "--teacher",
        metavar="FOLDER|bundled[:weight=W][:words=A-B]",
        action="append",
        help="learn from this model's probabilities too: a folder that train wrote, the bundled model, or a Hugging "
        "Face sequence classifier in a folder; may be repeated: the weighted mean of the log probabilities is learned "
        "(default weights: the best on the validation part); :words=A-B, A- or -B limits it to texts of so many words",
    )
    parser.add_argument(
        "--unlabelled",
        metavar="PATH|imdb|demo",
        action="append",
        help="learn from these texts too, labelled by the teacher; may be repeated",
    )
    parser.add_argument(
        "--label-weight",
        metavar="X",
        type=float,
        help="weight labels by X, and the teacher's probabilities by 1 - X (default: 0.5)",
    )


def add_hardware_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, help="run on this device (default: auto, a GPU if available)")
    parser.add_argument("--amp", action="store_true", help="use mixed precision if the hardware has it")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="run the network's matrix products in this precision (default: float32; with --amp: auto, the fastest)",
    )
    add_threads_argument(parser)


def add_graphs_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cuda-graphs",
        action=argparse.BooleanOptionalAction,
        help="launch each training step as one CUDA graph (default: on one GPU, unless float16 or --deterministic)",
    )


def add_run_arguments(parser: argparse.ArgumentParser, out: str) -> None:
    """out: the help of --out."""
    parser.add_argument("--out", metavar="FOLDER", type=Path, help=out)
    parser.add_argument(
        "--resume",
        action="store_true",
        help="continue the run in --out from its last checkpoint, if any; its other options are recorded and may be "
        "left out",
    )
    parser.add_argument(
        "--checkpoint-minutes",
        metavar="M",
        type=float,
        help="save a checkpoint every M minutes, and after each epoch (default: 5)",
    )
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="get the same weights from the same seed on a GPU too, as always on a CPU; slower",
    )
    parser.add_argument("--tensorboard", action="store_true", help="also log to OUT/tensorboard (extra: tensorboard)")
