"""Options that commands share, or that take much room to describe.

In: a parser. Out: the parser with the options, named as the library's arguments. What the values mean is left to the
library, the options of training to training_options.py.
"""

from __future__ import annotations

import argparse
from typing import Any

from sentiment_fast.cli.layout import add_layout_arguments
from sentiment_fast.cli.values import byte_size, names
from sentiment_fast.runs.folder import dated_folder

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")  # as in model.devices, which --help must not import


def add_input_arguments(parser: argparse.ArgumentParser) -> None:
    """What score reads and writes."""
    parser.add_argument(
        "inputs",
        metavar="INPUT",
        nargs="*",
        help="score these: CSV or TSV, JSON (.json), JSON Lines (.jsonl, .ndjson), all also compressed (.gz, "
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
        action=argparse.BooleanOptionalAction,
        help="add sentiment_status: ok, truncated, invalid_utf8, no_known_words or empty, the last that applies "
        "(default: no)",
    )
    parser.add_argument(
        "--tokens",
        action=argparse.BooleanOptionalAction,
        help="add sentiment_tokens: the number of known words in the text (default: no)",
    )
    parser.add_argument(
        "--max-record",
        metavar="BYTES",
        type=byte_size,
        default=64 << 20,
        help="reject records longer than BYTES (default: 64M)",
    )
    parser.add_argument(
        "--strict",
        action=argparse.BooleanOptionalAction,
        help="stop at the first record that cannot be read (default: no)",
    )
    parser.add_argument(
        "--excel-safe",
        action=argparse.BooleanOptionalAction,
        help="put an apostrophe before fields that a spreadsheet would run as formulas (default: no)",
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


_OF_THE_COMMAND_LINE = ("help", "json", "quiet", "verbose")


def pass_only_what_is_given(parser: argparse.ArgumentParser) -> None:
    """Give arguments that are left out no value, so that the library's defaults apply; call it after adding all."""
    for action in parser._actions:
        if action.dest not in _OF_THE_COMMAND_LINE:
            action.default = argparse.SUPPRESS


def add_output_arguments(
    parser: argparse.ArgumentParser, as_json: str = "print the result as JSON (default: as text)"
) -> None:
    """What a command prints."""
    parser.add_argument("--json", action="store_true", help=as_json)
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--quiet", action="store_true", help="print no messages and no progress, only errors")
    amount.add_argument("--verbose", action="store_true", help="print more messages, and a traceback with an error")


def add_config_argument(parser: argparse.ArgumentParser, which: str) -> None:
    """which: what files there are, for the help."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help=f"take the options in this file, {which}; options given here take precedence (default: none)",
    )


def add_model_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="FOLDER|bundled",
        help="use the model in this folder (default: the bundled model, for everyday English)",
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
        help="skip the network for texts that the n-gram model classifies with at least this probability, 0.5 to 1, "
        "except short ones, in most models those of fewer than 64 words (default: the model's: 0.85, 0.9 or 0.95 if "
        "training found that it costs hardly any accuracy, else off)",
    )


def _cascade(text: str) -> float | bool:
    try:
        return False if text == "off" else float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a probability of 0.5 to 1, or off, got {text!r}") from error


def in_a_folder(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of a training; a new run that is given no folder gets one named after the date."""
    options = vars(arguments)
    return options if options.get("resume") else {"out": dated_folder()} | options
