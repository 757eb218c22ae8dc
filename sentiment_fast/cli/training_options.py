"""Options of what learns: its settings, hardware and run.

In: a parser. Out: the parser with the options, named as the library's arguments. What the values mean, and the defaults
of training, are left to the library.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sentiment_fast.cli.label_options import add_class_arguments
from sentiment_fast.cli.options import DEVICES, PRECISIONS, add_config_argument, add_threads_argument

PRESETS = ("tutorial", "tutorial-large-batch", "accurate", "fast")  # as in model.presets, which --help must not import


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything that train decides, apart from its data and its run."""
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


def add_search_arguments(parser: argparse.ArgumentParser) -> None:
    """What tune searches for, and for how long."""
    parser.add_argument(
        "--base",
        metavar="FOLDER",
        help="search for settings of finetune, for the Hugging Face model in this folder; settings that are neither "
        "searched nor fixed have the defaults of finetune (default: search for settings of train)",
    )
    parser.add_argument(
        "--search",
        choices=("random", "grid", "optuna"),
        help="draw settings at random, try all combinations, or let Optuna choose (extra: optuna; default: random)",
    )
    parser.add_argument(
        "--space",
        metavar="FILE",
        help='try the settings in this JSON file: {"layers": [1, 2], "learning_rate": {"low": 3e-4, "high": 3e-2, '
        '"log": true}} (default: learning rate, batch size, sizes, layers and dropout; with --base, learning rate, '
        "epochs, batch size, warm-up and weight decay; for a grid, two of them)",
    )
    parser.add_argument(
        "--try",
        dest="tries",
        metavar="NAME=A,B,C",
        action="append",
        help="try these values of one setting, instead of those in --space; may be repeated (default: none)",
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
    parser.add_argument(
        "--preset",
        metavar="NAME",
        help=f"start from the settings of this preset, {', '.join(PRESETS[:-1])} or {PRESETS[-1]}, which `info "
        "--presets` describes (default: tutorial)",
    )
    add_config_argument(
        parser,
        "a run.toml such as every run writes, or the settings in a preset file (.json) such as tune writes",
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        help="change a setting of the preset, such as cell=gru, pooling=attention or max_words=5000, which `info "
        "--settings` describes; may be repeated (default: none)",
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
        "--vectors",
        metavar="FILE",
        help="initialize the embedding with word vectors in GloVe or word2vec text format (default: none)",
    )
    parser.add_argument(
        "--init",
        metavar="FOLDER|bundled",
        help="start from the vocabulary and weights that pretrain wrote to FOLDER, or fine-tune the model that train "
        "wrote there, or the bundled one (default: random weights)",
    )
    parser.add_argument(
        "--teacher",
        metavar="FOLDER|bundled|document-vectors[:weight=W][:words=A-B]",
        action="append",
        help="learn from this model's probabilities too: a folder that train wrote, the bundled model, a Hugging "
        "Face sequence classifier in a folder, or document-vectors: a classifier of vectors that are learned first, "
        "from all texts, unlabelled ones included; may be repeated: the weighted mean of the log probabilities is "
        "learned (default weights: the best on the validation part); :words=A-B, A- or -B limits it to texts of A to B "
        "words; with a teacher, accurate and fast have settings for students: `sentiment-fast info --presets` "
        "(default: none)",
    )
    parser.add_argument(
        "--unlabelled",
        metavar="PATH|imdb|demo",
        action="append",
        help="learn from these texts too, labelled by the teacher; may be repeated (default: none)",
    )
    parser.add_argument(
        "--label-weight",
        metavar="X",
        type=float,
        help="learn X times the label plus 1 - X times the teacher's probabilities, X from 0 to 1; --data "
        "PATH:label_weight=X sets it for the texts of one file, for example to 1 if its labels are certain "
        "(default: 0.5)",
    )


def add_hardware_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, help="run on this device (default: auto, a GPU if available)")
    parser.add_argument(
        "--amp",
        action=argparse.BooleanOptionalAction,
        help="use mixed precision if the hardware has it (default: no)",
    )
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
        action=argparse.BooleanOptionalAction,
        help="get the same weights from the same seed on a GPU too, as always on a CPU; slower (default: no)",
    )
    parser.add_argument(
        "--tensorboard",
        action=argparse.BooleanOptionalAction,
        help="also log to OUT/tensorboard (extra: tensorboard; default: no)",
    )
