"""What the command lines that train have in common: the options for data, settings and hardware, and what they say."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.main import PRECISIONS, add_device_argument
from sentiment_fast.errors import UsageError

if TYPE_CHECKING:
    from sentiment_fast.model.devices import Precision
    from sentiment_fast.model.distributed import TrainingProcesses
    from sentiment_fast.model.presets import Preset


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="PATH|imdb|demo",
        help="CSV, Parquet or aclImdb folder; imdb: download the Large Movie Review Dataset; demo: made-up reviews. "
        "Default: 'IMDB Dataset.csv' in this folder, else imdb, else demo",
    )
    parser.add_argument(
        "--validation",
        metavar="PATH|FRACTION",
        help="what epochs are judged and probabilities calibrated by: a file, or the share of --data to hold back "
        "(default: the preset's)",
    )
    parser.add_argument("--text-column", metavar="NAME", help="default: review, else text")
    parser.add_argument("--label-column", metavar="NAME", help="default: sentiment, else label")


def add_settings_arguments(parser: argparse.ArgumentParser) -> None:
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--preset", default="tutorial", help="the settings to start from (default: tutorial)")
    start.add_argument("--config", metavar="FILE", help="... those of a preset file instead, such as `tune` writes")
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="change one setting of the preset, such as cell=gru, pooling=attention or max_words=5000",
    )
    parser.add_argument("--seed", metavar="N", type=int)


def add_epochs_arguments(parser: argparse.ArgumentParser) -> None:
    """The settings of a training in epochs that have options of their own."""
    parser.add_argument("--epochs", metavar="N", type=int)
    parser.add_argument("--batch-size", metavar="N", type=int)
    parser.add_argument("--learning-rate", metavar="X", type=float)


def add_hardware_arguments(parser: argparse.ArgumentParser) -> None:
    add_device_argument(parser)
    parser.add_argument("--amp", action="store_true", help="mixed precision, where the hardware has it")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="of the network's matrix products (default: float32; --amp is short for auto, the hardware's fastest)",
    )


def add_graphs_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cuda-graphs",
        action=argparse.BooleanOptionalAction,
        help="launch each training step as one CUDA graph (default: on one GPU, but for float16 or --deterministic)",
    )


def chosen_graphs(arguments: argparse.Namespace, precision: Precision, ranks: TrainingProcesses) -> bool:
    """Whether training steps are to be CUDA graphs. Raises UsageError where they are asked for, and there is no GPU."""
    from sentiment_fast.training.step import graphs_are_worth_it

    if arguments.cuda_graphs is None:
        return graphs_are_worth_it(precision, ranks)
    if arguments.cuda_graphs and ranks.device.type != "cuda":
        raise UsageError("Expected a CUDA device for --cuda-graphs, found the CPU: leave it out")
    return bool(arguments.cuda_graphs)


def changed_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """What --set, --epochs and the like say, by the setting's name."""
    from sentiment_fast.data.sources import share_of

    changes: dict[str, Any] = {}
    for item in arguments.set:
        name, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"--set {item}: expected NAME=VALUE")
        changes[name] = value
    for name in ("epochs", "batch_size", "learning_rate", "seed"):
        value = getattr(arguments, name, None)  # pretraining has only the seed
        if value is not None:
            changes[name] = value
    validation = getattr(arguments, "validation", None)  # pretraining has none
    if validation is not None and (share := share_of(validation)) is not None:
        changes["validation_share"] = share
    return changes


def chosen_settings(arguments: argparse.Namespace) -> Preset:
    """What --preset or --config says, with those changes."""
    return chosen_start(arguments).with_fields(changed_settings(arguments))


def chosen_start(arguments: argparse.Namespace) -> Preset:
    """What --preset or --config says."""
    from sentiment_fast.model.preset_files import read_preset
    from sentiment_fast.model.presets import preset

    return preset(arguments.preset) if arguments.config is None else read_preset(arguments.config)


def chosen_precision(arguments: argparse.Namespace) -> str:
    """The name of what --precision or --amp ask for, "auto" among them. Raises UsageError where they contradict."""
    if arguments.amp and arguments.precision not in (None, "auto"):
        raise UsageError(f"Expected --amp, which is --precision auto, or --precision {arguments.precision}, got both")
    return arguments.precision or ("auto" if arguments.amp else "float32")
