"""Search for settings that train or fine-tune well on your data, and write the best to a file for --config.

sentiment-fast tune --data reviews.csv --time 30m
sentiment-fast tune --data reviews.csv --search grid --try learning_rate=1e-3,3e-3 --try layers=1,2
sentiment-fast tune --base minilm --data reviews.csv --trials 12 --amp
sentiment-fast tune --resume --out runs/search --time 1h
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.data_options import add_data_arguments
from sentiment_fast.cli.layout import layout_words
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.messages import SignalledStop, command_line, is_quiet, say, say_always
from sentiment_fast.cli.options import add_output_arguments, pass_only_what_is_given
from sentiment_fast.cli.progress import Waiting
from sentiment_fast.cli.streams import print_json
from sentiment_fast.cli.training_options import (
    add_epochs_arguments,
    add_graphs_argument,
    add_hardware_arguments,
    add_search_arguments,
    add_settings_arguments,
)
from sentiment_fast.errors import StoppedError

if TYPE_CHECKING:
    from sentiment_fast.tuning.options import TuningOptions
    from sentiment_fast.tuning.session import SearchResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    add_search_arguments(parser)
    add_settings_arguments(parser)
    add_epochs_arguments(parser)
    add_hardware_arguments(parser)
    add_graphs_argument(parser)
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, help="write the search to this folder (default: runs/tune-<date-time>)"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="continue the search in --out; its options except --time and --trials are recorded and may be left out",
    )
    add_output_arguments(parser)
    pass_only_what_is_given(parser)


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.tuning.session import tune

    options = dict(vars(arguments))
    as_json = options.pop("json")
    with Waiting("searching", say) as line:
        result = tune(**options, say=line.say, stop=SignalledStop())
    if result.best:
        if as_json:
            print_json(_as_dict(result))
        else:
            print(result.best_file if is_quiet() else _as_text(result))
    if result.stopped:
        folder = shlex.quote(str(result.folder))
        say_always(f"interrupted: resume with\n  {command_line('tune')} --resume --out {folder}")
        raise StoppedError(result.folder, has_checkpoint=True)


def _as_dict(result: SearchResult) -> dict[str, Any]:
    from sentiment_fast.tuning.results import as_dict

    kind = "preset_file" if result.options.base is None else "config_file"
    found = {"best": as_dict(result.best[0]), kind: str(result.best_file), "command": _training(result)}
    return {**found, "trials": [as_dict(trial) for trial in result.trials]}


def _as_text(result: SearchResult) -> str:
    from sentiment_fast.tuning.results import as_table

    table = as_table(result.best, result.trials)
    return f"{table}\n\nThe best settings are in {result.best_file}. Train with them:\n  {_training(result)}"


def _training(result: SearchResult) -> str:
    """The command that trains with the best settings."""
    file = shlex.quote(str(result.best_file))
    if result.options.base is not None:  # the file has the data and all other options, too
        return f"{command_line('finetune')} --config {file}"
    return f"{command_line('train')} {_as_for_train(result.options)}--config {file}"


def _as_for_train(options: TuningOptions) -> str:
    """The options of a search that a training with its best settings needs too."""
    from sentiment_fast.data.labels import label_map_text

    names = ["text_column", "label_column", "domain_column", "neutral_label", "precision", "validation"]
    names += ["device"] if options.device != "auto" else []
    files = options.data if isinstance(options.data, tuple) else (options.data,)
    values = [("data", file) for file in files] + [(name, getattr(options, name)) for name in names]
    values += [("label_map", label_map_text(options.label_map))] if options.label_map else []
    words = [f"--{name.replace('_', '-')} {shlex.quote(str(value))} " for name, value in values if value is not None]
    words += ["--normalise-labels "] if options.normalise_labels else []
    words += ["--skip-unlabelled "] if options.skip_unlabelled else []
    words += [layout_words(options), "--skip-bad-rows " if options.skip_bad_rows else ""]
    return "".join(words) + ("--amp " if options.amp else "")


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
