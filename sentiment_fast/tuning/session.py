"""A search for settings: everything that the command `tune` does, as one function.

In: labelled texts and options, by keyword. Out: a folder with trials and the best settings as a preset file. Choosing
settings is left to searches.py, a trial to run.py, parsing and printing to sentiment_fast/tune.py.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import torch

from sentiment_fast.data.sources import open_parts
from sentiment_fast.errors import DataError, ModelFolderError, UsageError
from sentiment_fast.model.devices import Precision, choose_device, choose_precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.preset_files import preset_of, read_json, save_preset
from sentiment_fast.model.presets import Preset
from sentiment_fast.model.threads import training_threads
from sentiment_fast.runs.folder import check_folder
from sentiment_fast.runs.record import RunRecord, remove_record
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.training.options import LabelledOptions
from sentiment_fast.training.resume import recorded_run, resumed_options
from sentiment_fast.training.step import choose_graphs
from sentiment_fast.tuning.encoded_data import EncodedData
from sentiment_fast.tuning.run import TrialSetup, run_search
from sentiment_fast.tuning.searches import new_search
from sentiment_fast.tuning.space import DEFAULT_GRID, DEFAULT_SPACE, Space, read_tries, space_as_json, space_of
from sentiment_fast.tuning.trials import BEST, SEARCH, WORDING, Trial, TrialLog, read_search

_DEFAULT_TIME = "30m"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TuningOptions(LabelledOptions):
    """The options of a search; `tune` documents each."""

    NOT_RECORDED: ClassVar[tuple[str, ...]] = ("out", "resume", "time", "trials")

    search: str = "random"
    space: str | None = None
    tries: tuple[str, ...] = ()
    time: str | None = None
    trials: int | None = None
    metric: str = "accuracy"
    out: Path | None = None
    resume: bool = False

    def seconds(self) -> float | None:
        """How long to search; None for no limit. Raises UsageError for a malformed time or number."""
        if self.trials is not None and self.trials < 1:
            raise UsageError(f"`trials={self.trials}`: expected 1 or more")
        if self.time is None and (self.trials is not None or self.search == "grid"):
            return None
        wanted = _DEFAULT_TIME if self.time is None else self.time
        number = r"(\d+(?:\.\d+)?)"
        found = re.fullmatch(f"(?:{number}h)?(?:{number}m)?(?:{number}s)?", wanted)
        units = zip(found.groups(), (3600, 60, 1), strict=True) if found else ()
        total = sum(float(part or 0) * unit for part, unit in units)
        if not total > 0:
            raise UsageError(f"`time={wanted}`: expected a time with its unit, such as 90s, 30m or 1h30m")
        return total


@dataclass(frozen=True)
class SearchResult:
    """The result of a search.

    best: the trials that have figures, best first. trials: all of them. preset_file: the best settings, if there are
    any. options: the search's. stopped: it was asked to stop, and can be resumed.
    """

    folder: Path
    best: list[Trial]
    trials: list[Trial]
    options: TuningOptions
    stopped: bool

    @property
    def preset_file(self) -> Path:
        return self.folder / BEST


def tune(
    data: Any = None,
    *,
    say: Say = lambda message: None,
    stop: StopRequest | None = None,
    **options: Any,
) -> SearchResult:
    """Search for settings that train well: what `python -m sentiment_fast.tune` does, with its options.

    data, say, stop: as for `sf.train`; so are sample_weight, validation, text_column, label_column, label_map,
    normalise_labels, neutral_label, skip_unlabelled, how files are laid out (delimiter and the like), preset, config,
    set, epochs, batch_size, learning_rate, seed, threads, device, amp, precision and cuda_graphs, by keyword. Further
    options:

    - out (path, default runs/tune-<date-time>), resume (bool, False): the search's folder; continue the one in it
    - search ("random", "grid" or "optuna"; "random"): draw settings, try all combinations, or let Optuna choose
    - space (path, None): what to try, as JSON; tries (list of "NAME=A,B,C", empty): values for single settings, in
      place of those in `space`
    - time (str, "30m" without trials), trials (int, None): how long to search, how many to try
    - metric ("accuracy" or "loss"; "accuracy"): the figure of the validation part that ranks trials

    Raises UsageError or DataError if no trial has a figure, unless it was stopped; otherwise the errors of `sf.train`.
    """
    # Long: its docstring lists all options.
    started = time.monotonic()
    given = options if data is None else {"data": data} | options
    chosen, known = _resumed(given, say)
    seconds = chosen.seconds()
    folder = chosen.out or Path("runs") / datetime.now().strftime("tune-%Y-%m-%d-%H%M%S")
    if known is None:
        check_folder(folder, "search", (f"{SEARCH}.part",))
    base, space = _base_and_space(chosen, known, given, folder)
    search = new_search(chosen.search, space, base.training.seed, chosen.metric)
    device = choose_device(chosen.device)
    with training_threads(chosen.threads if known is None else _recorded_threads(chosen, known)):
        chosen = replace(chosen, threads=torch.get_num_threads())
        precision = _precision(chosen, known, device)
        fingerprint = _fingerprint(chosen, base, space, precision, device)
        cuda_graphs = choose_graphs(chosen.cuda_graphs, precision, TrainingProcesses(device=device))
        with _open_record(folder, chosen, fingerprint, known):
            setup = TrialSetup(base, _encoded_data(chosen, base, device, say), precision, chosen.metric, cuda_graphs)
            log = TrialLog(folder, {**fingerprint, "data": setup.data.digest()}, chosen.recorded())
            remove_record(folder)  # the log has what it says, and a lock of its own
        say(f"Searching on {device.type}, {precision.reason}; {len(log.trials)} trials so far; results: {folder}")
        deadline = None if seconds is None else started + seconds - log.seconds
        stop = stop or StopRequest()

        def after_trial(trial: Trial) -> None:
            _write_best(folder, base, log, chosen.metric)
            say(f"  {trial.status}, {trial.seconds:.1f} s{': ' if trial.reason else ''}{trial.reason}")

        def is_over() -> bool:
            return stop.requested or (deadline is not None and time.monotonic() >= deadline)

        with log, stop.heeded():
            run_search(search, setup, log, chosen.trials, is_over, after_trial, say)
    _write_best(folder, base, log, chosen.metric)
    return _result(folder, log, chosen, stop.requested)


def _result(folder: Path, log: TrialLog, options: TuningOptions, stopped: bool) -> SearchResult:
    best = log.ranked(options.metric)
    if not best and not stopped:
        if not log.all:
            wanted = _DEFAULT_TIME if options.time is None else options.time
            raise UsageError(f"No trial finished an epoch within `time={wanted}`: give it more time")
        raise DataError(f"All {len(log.all)} trials failed, the first because: {log.all[0].reason}")
    return SearchResult(folder, best, log.latest, options, stopped)


def _encoded_data(options: TuningOptions, base: Preset, device: torch.device, say: Say) -> EncodedData:
    columns = (options.text_column, options.label_column)
    validation = options.validation or str(base.training.validation_share)
    seed = base.training.seed
    parts, classes = open_parts(options.data, validation, None, *columns, seed, say, options, options.label_rules())
    return EncodedData(parts, classes, device)


def _fingerprint(
    options: TuningOptions, base: Preset, space: Space, precision: Precision, device: torch.device
) -> dict[str, Any]:
    """What must be the same for a search to be the same, besides the data."""
    return {
        "base": base.as_dict(),
        "space": space_as_json(space),
        "search": options.search,
        "metric": options.metric,
        "device": device.type,
        "precision": precision.name,
        "threads": torch.get_num_threads(),
    }


def _open_record(
    folder: Path, options: TuningOptions, fingerprint: Mapping[str, Any], known: Mapping[str, Any] | None
) -> AbstractContextManager[object]:
    """The record of a search, which `_resumed` reads as long as there is no search.json."""
    if (folder / SEARCH).exists():
        return nullcontext()
    values = {"command": "tune", "options": options.recorded(), **fingerprint}
    return RunRecord(folder, values, WORDING, again=known is not None)


def _write_best(folder: Path, base: Preset, log: TrialLog, metric: str) -> None:
    best = log.ranked(metric)
    if best:
        save_preset(folder / BEST, base.with_fields(best[0].settings))


# Resuming a search.


def _resumed(given: Mapping[str, Any], say: Say) -> tuple[TuningOptions, dict[str, Any] | None]:
    """The options to search with, and the fingerprint of the search that they resume; None if there is none."""
    chosen = TuningOptions.of(given)
    if not chosen.resume:
        return chosen, None
    if chosen.out is None:
        raise UsageError("`resume=True`: expected the folder of the search, `out=FOLDER`")
    known = read_search(chosen.out)
    if known is None and (recorded := recorded_run(chosen.out, "tune")) is not None:
        known = {"options": recorded.arguments, "identity": recorded.fingerprint}
    if known is None and chosen.data is None:
        raise UsageError(f"{chosen.out}: no search there; give the whole command, with `data`, to start one")
    if known is None:
        say(f"{chosen.out}: no search there, so this is a new one")
        return chosen, None
    return resumed_options(TuningOptions, chosen.out, known["options"], given), known["identity"]


def _base_and_space(
    options: TuningOptions, fingerprint: dict[str, Any] | None, given: Mapping[str, Any], folder: Path
) -> tuple[Preset, Space]:
    # Files named in this call are read again, and must not have changed.
    if fingerprint is None or given.get("config") is not None or given.get("space") is not None:
        base = options.settings()
        return base, _space(options, base)
    try:
        base = preset_of(fingerprint["base"], folder / SEARCH)
        return base, space_of(fingerprint["space"], base, str(folder / SEARCH))
    except (KeyError, TypeError, AttributeError, UsageError) as error:
        raise ModelFolderError(f"{folder / SEARCH}: damaged ({error}): start over in another folder") from error


def _precision(options: TuningOptions, fingerprint: dict[str, Any] | None, device: torch.device) -> Precision:
    """The precision of the trainings; a resumed search keeps its own."""
    wanted = options.precision_name() if fingerprint is None else fingerprint.get("precision")
    if not isinstance(wanted, str) or not wanted:
        raise ModelFolderError(f"{options.out}: its search.json is damaged: start over in another folder")
    return choose_precision(device, wanted)


def _recorded_threads(options: TuningOptions, fingerprint: dict[str, Any]) -> int:
    """The threads of a resumed search, whose number affects rounding."""
    threads = fingerprint.get("threads")
    if type(threads) is not int or threads < 1:
        raise ModelFolderError(f"{options.out}: its search.json is damaged: start over in another folder")
    return threads


def _space(options: TuningOptions, base: Preset) -> Space:
    tries, fixed = read_tries(options.tries), options.changes()
    if options.space is None and not tries:
        default = DEFAULT_GRID if options.search == "grid" else DEFAULT_SPACE
        free = {name: values for name, values in default.items() if name not in fixed}
        return space_of(free, base, "the default space, without what `set` and the like fix")
    if options.space is None:
        space = space_of(tries, base, "`tries`")
    else:
        wanted = read_json(Path(options.space))
        if not isinstance(wanted, dict):
            raise UsageError(f"{options.space}: expected an object of settings, got {wanted!r}")
        wanted = {name: values for name, values in wanted.items() if name not in tries}
        space = space_of({**wanted, **tries}, base, options.space)
    for name in space:
        if name in fixed:
            raise UsageError(f"{name}: expected a fixed value or values to try, got both")
    return space
