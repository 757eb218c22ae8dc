"""Search for settings that train well on your data, and write the best as a preset file for `train --config`.

python -m sentiment_fast.tune --data reviews.csv --time 30m
python -m sentiment_fast.tune --data reviews.csv --search grid --try learning_rate=1e-3,3e-3 --try layers=1,2
python -m sentiment_fast.tune --resume --out runs/search --time 1h
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.main import run_command, say, stop_signals
from sentiment_fast.cli.training_options import (
    add_data_arguments,
    add_epochs_arguments,
    add_graphs_argument,
    add_hardware_arguments,
    add_settings_arguments,
    changed_settings,
    chosen_graphs,
    chosen_precision,
    chosen_settings,
)
from sentiment_fast.errors import DataError, ModelFolderError, UsageError

if TYPE_CHECKING:
    import torch

    from sentiment_fast.model.devices import Precision
    from sentiment_fast.model.presets import Preset
    from sentiment_fast.tuning.space import Space
    from sentiment_fast.tuning.trials import Journal, Trial

_DEFAULT_TIME = "30m"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    parser.add_argument(
        "--search",
        choices=("random", "grid", "optuna"),
        default="random",
        help="draw settings at random, try all combinations, or let Optuna choose (extra: optuna; default: random)",
    )
    parser.add_argument(
        "--space",
        metavar="FILE",
        help='what to try, as JSON: {"layers": [1, 2], "learning_rate": {"low": 3e-4, "high": 3e-2, "log": true}}; '
        "default: learning rate, batch size, sizes, layers and dropout; of a grid, learning rate and hidden_size",
    )
    parser.add_argument(
        "--try",
        dest="tries",
        metavar="NAME=A,B,C",
        action="append",
        default=[],
        help="values to try for one setting; may be repeated, and takes the place of what --space says of it",
    )
    parser.add_argument(
        "--time", metavar="T", help=f"how long to search: 90s, 30m, 1h30m (default: {_DEFAULT_TIME} without --trials)"
    )
    parser.add_argument("--trials", metavar="N", type=int, help="how many to try (default: as many as fit into --time)")
    parser.add_argument(
        "--metric",
        choices=("accuracy", "loss"),
        default="accuracy",
        help="of the validation part, in the epoch that a trial keeps: what is best (default: accuracy)",
    )
    add_settings_arguments(parser)
    add_epochs_arguments(parser)
    add_hardware_arguments(parser)
    add_graphs_argument(parser)
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="of the search (default: runs/tune-<date-time>)")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the search in --out; its options are its own and may be left out, but for --time and --trials",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.model.devices import choose_device
    from sentiment_fast.model.distributed import TrainingProcesses
    from sentiment_fast.tuning.run import Trials, run_search
    from sentiment_fast.tuning.searches import new_search

    started = time.monotonic()
    given = arguments
    arguments, began = _as_it_began(given) if given.resume else (given, None)
    seconds = _seconds(arguments)
    folder = arguments.out or Path("runs") / datetime.now().strftime("tune-%Y-%m-%d-%H%M%S")
    if began is None:
        _check_folder(folder, arguments.resume)
    # Files that are named anew are read anew, and must then say what they did.
    if began is None or given.config is not None or given.space is not None:
        base = chosen_settings(arguments)
        space = _space(arguments, base)
    else:
        base, space = _base_and_space_of(folder, began)
    search = new_search(arguments.search, space, base.training.seed, arguments.metric)
    device = choose_device(arguments.device)
    precision = _precision(arguments, began, device)
    cuda_graphs = chosen_graphs(arguments, precision, TrainingProcesses(device=device))
    how = Trials(base, _material(arguments, base, device), precision, arguments.metric, cuda_graphs)
    journal = _journal(folder, how, arguments, space)
    say(f"Searching on {device.type}, {precision.reason}; {len(journal.trials)} trials so far; results: {folder}")

    deadline = None if seconds is None else started + seconds - journal.seconds
    stopped = False

    def stop_requested() -> bool:
        return stopped or (deadline is not None and time.monotonic() >= deadline)

    def stop() -> None:
        nonlocal stopped
        stopped = True
        say("stopping after this step")

    def after_trial(trial: Trial) -> None:
        _write_best(folder, base, journal, arguments.metric)
        say(f"  {trial.status}, {trial.seconds:.1f} s{': ' if trial.reason else ''}{trial.reason}")

    with stop_signals(stop):
        run_search(search, how, journal, arguments.trials, stop_requested, after_trial, say)
    _write_best(folder, base, journal, arguments.metric)
    _print_result(folder, journal, arguments, stopped)
    if stopped:
        say(f"interrupted: go on with\n  python -m sentiment_fast.tune --resume --out {shlex.quote(str(folder))}")
        raise KeyboardInterrupt


def _material(arguments: argparse.Namespace, base: Preset, device: torch.device) -> Any:
    from sentiment_fast.data.sources import open_parts
    from sentiment_fast.tuning.encoded_data import Material

    columns = (arguments.text_column, arguments.label_column)
    validation = arguments.validation or str(base.training.validation_share)
    parts, classes = open_parts(arguments.data, validation, None, *columns, base.training.seed, say)
    return Material(parts, classes, device)


def _journal(folder: Path, how: Any, arguments: argparse.Namespace, space: Space) -> Journal:
    import torch

    from sentiment_fast.tuning.space import space_as_json
    from sentiment_fast.tuning.trials import Journal

    identity = {
        "base": how.base.as_dict(),
        "space": space_as_json(space),
        "search": arguments.search,
        "metric": arguments.metric,
        "data": how.material.digest(),
        "device": how.material.device.type,
        "precision": how.precision.name,
        "threads": torch.get_num_threads(),
    }
    return Journal(folder, identity, _options_of(arguments))


def _write_best(folder: Path, base: Preset, journal: Journal, metric: str) -> None:
    from sentiment_fast.model.preset_files import save_preset
    from sentiment_fast.tuning.trials import BEST

    best = journal.ranked(metric)
    if best:
        save_preset(folder / BEST, base.with_fields(best[0].settings))


def _print_result(folder: Path, journal: Journal, arguments: argparse.Namespace, stopped: bool) -> None:
    """Raises UsageError or DataError where no trial came to a figure, unless it was stopped."""
    from sentiment_fast.tuning.results import as_dict, as_table
    from sentiment_fast.tuning.trials import BEST

    best = journal.ranked(arguments.metric)
    if not best:
        if stopped:
            return
        if not journal.all:
            raise UsageError(f"No trial came to the end of an epoch within --time {arguments.time}: give it more")
        raise DataError(f"All {len(journal.all)} trials failed, the first for this reason: {journal.all[0].reason}")
    command = f"python -m sentiment_fast.train {_as_for_train(arguments)}--config {shlex.quote(str(folder / BEST))}"
    if arguments.json:
        found = {"best": as_dict(best[0]), "preset_file": str(folder / BEST), "command": command}
        print(json.dumps({**found, "trials": [as_dict(trial) for trial in journal.latest]}, ensure_ascii=False))
        return
    print(
        f"{as_table(best, journal.latest)}\n\nThe best settings are in {folder / BEST}. Train with them:\n  {command}"
    )


def _as_for_train(arguments: argparse.Namespace) -> str:
    """The options of a search that a training with its best settings needs too."""
    names = ("data", "text_column", "label_column", "precision")
    options = [(name, getattr(arguments, name)) for name in names]
    options += [("validation", arguments.validation)] if arguments.validation is not None else []
    options += [("device", arguments.device)] if arguments.device != "auto" else []
    words = [f"--{name.replace('_', '-')} {shlex.quote(value)} " for name, value in options if value is not None]
    return "".join(words) + ("--amp " if arguments.amp else "")


# Going on with a search.


def _as_it_began(arguments: argparse.Namespace) -> tuple[argparse.Namespace, dict[str, Any] | None]:
    """The options that the search in --out began with, and its identity; without one, those given, and None."""
    from sentiment_fast.training.resume import began_with
    from sentiment_fast.tuning.trials import read_search

    if arguments.out is None:
        raise UsageError("--resume: expected the folder of the search, --out FOLDER")
    known = read_search(arguments.out)
    if known is None:
        say(f"{arguments.out}: no search there, so this is a new one")
        return arguments, None
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    defaults = _options_of(parser.parse_args([]))
    options = began_with(arguments.out, known["options"], _options_of(arguments), defaults)
    return argparse.Namespace(**{**vars(arguments), **options}), known["identity"]


def _options_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options that make a search what it is; those left out may differ when it goes on."""
    left_out = ("out", "resume", "json", "time", "trials", "module")
    return {name: value for name, value in vars(arguments).items() if name not in left_out}


def _base_and_space_of(folder: Path, began: dict[str, Any]) -> tuple[Preset, Space]:
    from sentiment_fast.model.preset_files import preset_of
    from sentiment_fast.tuning.space import space_of
    from sentiment_fast.tuning.trials import SEARCH

    try:
        base = preset_of(began["base"], folder / SEARCH)
        return base, space_of(began["space"], base, str(folder / SEARCH))
    except (KeyError, TypeError, AttributeError, UsageError) as error:
        raise ModelFolderError(f"{folder / SEARCH}: damaged ({error}): begin anew in another folder") from error


def _precision(arguments: argparse.Namespace, began: dict[str, Any] | None, device: torch.device) -> Precision:
    """What to train in; a search that goes on keeps its own, and its threads, whose number decides rounding."""
    import torch

    from sentiment_fast.model.devices import choose_precision

    wanted = chosen_precision(arguments)
    if began is not None:
        if type(began.get("threads")) is not int or began["threads"] < 1 or not isinstance(began.get("precision"), str):
            raise ModelFolderError(f"{arguments.out}: its search.json is damaged: begin anew in another folder")
        torch.set_num_threads(began["threads"])
        wanted = began["precision"]
    return choose_precision(device, wanted)


# The options.


def _space(arguments: argparse.Namespace, base: Preset) -> Space:
    from sentiment_fast.model.preset_files import read_json
    from sentiment_fast.tuning.space import DEFAULT_GRID, DEFAULT_SPACE, read_tries, space_of

    tries, fixed = read_tries(arguments.tries), changed_settings(arguments)
    if arguments.space is None and not tries:
        default = DEFAULT_GRID if arguments.search == "grid" else DEFAULT_SPACE
        free = {name: values for name, values in default.items() if name not in fixed}
        return space_of(free, base, "the default space, without what --set and the like fix")
    space: Space = {}
    if arguments.space is not None:
        wanted = read_json(Path(arguments.space))
        if not isinstance(wanted, dict):
            raise UsageError(f"{arguments.space}: expected an object of settings, got {wanted!r}")
        wanted = {name: values for name, values in wanted.items() if name not in tries}
        space = space_of({**wanted, **tries}, base, arguments.space)
    else:
        space = space_of(tries, base, "--try")
    for name in space:
        if name in fixed:
            raise UsageError(f"{name}: expected it to be fixed, or searched over, got both")
    return space


def _seconds(arguments: argparse.Namespace) -> float | None:
    """How long to search; None for as long as it takes. Raises UsageError for what is no time or number of trials."""
    if arguments.trials is not None and arguments.trials < 1:
        raise UsageError(f"--trials {arguments.trials}: expected 1 or more")
    if arguments.time is None:
        if arguments.trials is not None or arguments.search == "grid":
            return None
        arguments.time = _DEFAULT_TIME
    number = r"(\d+(?:\.\d+)?)"
    found = re.fullmatch(f"(?:{number}h)?(?:{number}m)?(?:{number}s)?", arguments.time)
    total = (
        sum(float(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1), strict=True)) if found else 0
    )
    if not total > 0:
        raise UsageError(f"--time {arguments.time}: expected a time with its unit, such as 90s, 30m or 1h30m")
    return total


def _check_folder(folder: Path, resume: bool) -> None:
    """A search writes into an empty folder, also into one where it was killed at its very start."""
    if not folder.exists() or (folder.is_dir() and {path.name for path in folder.iterdir()} <= {"search.json.part"}):
        return
    advice = "" if resume else ", or go on with a search that is there by --resume"
    raise UsageError(
        f"{folder}: already holds something, and a search writes into an empty folder: choose another{advice}"
    )


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
