"""A search for settings: everything that the command `tune` does, as one function.

In: labelled texts and options, by keyword. Out: a folder with trials and the best settings as a file. Choosing
settings is left to searches.py, a trial to run.py, parsing and printing to sentiment_fast/tune.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from sentiment_fast.data.sources import open_parts
from sentiment_fast.errors import DataError, ModelFolderError, UsageError
from sentiment_fast.model.devices import Precision, choose_device, choose_precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.preset_files import preset_of, read_json
from sentiment_fast.model.threads import training_threads
from sentiment_fast.runs.config_file import is_config_file, read_config
from sentiment_fast.runs.folder import check_folder, dated_folder
from sentiment_fast.runs.record import RunRecord, remove_record
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.training.resume import recorded_run, resumed_options
from sentiment_fast.training.run_config import RUN_CONFIG, with_config_file, with_option_file
from sentiment_fast.training.step import choose_graphs
from sentiment_fast.tuning.learners import BEST, BEST_OPTIONS, Learner, OwnNetwork, learner_of
from sentiment_fast.tuning.options import DEFAULT_TIME, TuningOptions
from sentiment_fast.tuning.run import TrialSetup, run_search
from sentiment_fast.tuning.searches import new_search
from sentiment_fast.tuning.space import Space, read_tries, space_as_json, space_of
from sentiment_fast.tuning.trial_data import TrialData
from sentiment_fast.tuning.trials import SEARCH, WORDING, Trial, TrialLog, read_search

Say = Callable[[str], None]


@dataclass(frozen=True)
class SearchResult:
    """The result of a search.

    best: the trials that have figures, best first. trials: all of them. best_file: the best settings, if there are any:
    a preset file, or, with `base`, all options of `finetune`. options: the search's. stopped: it was asked to stop, and
    can be resumed.
    """

    folder: Path
    best: list[Trial]
    trials: list[Trial]
    options: TuningOptions
    stopped: bool

    @property
    def best_file(self) -> Path:
        return self.folder / (BEST if self.options.base is None else BEST_OPTIONS)


def tune(
    data: Any = None,
    *,
    say: Say = lambda message: None,
    stop: StopRequest | None = None,
    **options: Any,
) -> SearchResult:
    """Search for settings that train well: what `sentiment-fast tune` does, with its options.

    data, say, stop: as for `sf.train`; so are sample_weight, validation, text_column, label_column, label_map,
    normalise_labels, neutral_label, skip_unlabelled, how files are laid out (delimiter and the like), preset, config,
    set, epochs, batch_size, learning_rate, seed, threads, device, amp, precision and cuda_graphs, by keyword. Further
    options:

    - base (path, None): the folder of a Hugging Face model, to search for settings of `sf.finetune` for it instead of
      those of `sf.train`. `set` then fixes settings of fine-tuning, such as "max_tokens=256", and `validation` is 0.1
      unless given, as there; `preset` and preset files do not apply
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
    given = _with_config(options if data is None else {"data": data} | options)
    chosen, known = _resumed(given, say)
    seconds = chosen.seconds()
    folder = chosen.out or dated_folder("tune-")
    if known is None:
        check_folder(folder, "search", (f"{SEARCH}.part",))
    device = choose_device(chosen.device)
    with training_threads(chosen.threads if known is None else _recorded_threads(chosen, known)):
        chosen = replace(chosen, threads=torch.get_num_threads())
        learner, space = _learner_and_space(chosen, known, given, folder)
        search = new_search(chosen.search, space, learner.config.seed, chosen.metric)
        precision = _precision(chosen, known, device)
        fingerprint = _fingerprint(chosen, learner, space, precision, device)
        wanted_graphs = chosen.cuda_graphs if chosen.base is None else False  # fine-tuning has none
        cuda_graphs = choose_graphs(wanted_graphs, precision, TrainingProcesses(device=device))
        with _open_record(folder, chosen, fingerprint, known):
            shared = _encoded_data(chosen, learner, space, device, say)
            setup = TrialSetup(learner.settings, shared, precision, chosen.metric, cuda_graphs)
            log = TrialLog(folder, {**fingerprint, "data": shared.digest()}, chosen.recorded())
            if not (folder / RUN_CONFIG).exists():
                learner.save_options(folder, chosen)
            remove_record(folder)  # the log has what it says, and a lock of its own
        say(f"Searching on {device.type}, {precision.reason}; {len(log.trials)} trials so far; results: {folder}")
        deadline = None if seconds is None else started + seconds - log.seconds
        stop = stop or StopRequest()

        def after_trial(trial: Trial) -> None:
            _write_best(folder, learner, log, chosen.metric)
            say(f"  {trial.status}, {trial.seconds:.1f} s{': ' if trial.reason else ''}{trial.reason}")

        def is_over() -> bool:
            return stop.requested or (deadline is not None and time.monotonic() >= deadline)

        with log, stop.heeded():
            run_search(search, setup, log, chosen.trials, is_over, after_trial, say)
    _write_best(folder, learner, log, chosen.metric)
    return _result(folder, log, chosen, stop.requested)


def _result(folder: Path, log: TrialLog, options: TuningOptions, stopped: bool) -> SearchResult:
    best = log.ranked(options.metric)
    if not best and not stopped:
        if not log.all:
            wanted = DEFAULT_TIME if options.time is None else options.time
            raise UsageError(f"No trial finished an epoch within `time={wanted}`: give it more time")
        raise DataError(f"All {len(log.all)} trials failed, the first because: {log.all[0].reason}")
    return SearchResult(folder, best, log.latest, options, stopped)


def _encoded_data(
    options: TuningOptions, learner: Learner, space: Space, device: torch.device, say: Say
) -> TrialData[Any]:
    columns = (options.text_column, options.label_column)
    validation = options.validation or str(learner.config.validation_share)
    seed = learner.config.seed
    parts, classes = open_parts(options.data, validation, None, *columns, seed, say, options, options.label_rules())
    return learner.data(parts, classes, device, space)


def _fingerprint(
    options: TuningOptions, learner: Learner, space: Space, precision: Precision, device: torch.device
) -> dict[str, Any]:
    """What must be the same for a search to be the same, besides the data."""
    return {
        **learner.fingerprint(),
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


def _write_best(folder: Path, learner: Learner, log: TrialLog, metric: str) -> None:
    best = log.ranked(metric)
    if best:
        learner.save_best(folder, best[0].settings)


def _with_config(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a call gives, and in addition what is in the file that its `config` names; see training/run_config.py.

    The run.toml of a search with `base` holds all of its settings as options.
    """
    config = given.get("config")
    if config is None or not is_config_file(config):
        return with_config_file(TuningOptions, "tune", given)
    if "base" in read_config(Path(config), "tune"):
        return with_option_file(TuningOptions, "tune", given)
    if given.get("base") is not None:
        raise UsageError(f"`config={config}`: expected the run.toml of a search with `base`, got one without")
    return with_config_file(TuningOptions, "tune", given)


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


def _learner_and_space(
    options: TuningOptions, fingerprint: dict[str, Any] | None, given: Mapping[str, Any], folder: Path
) -> tuple[Learner, Space]:
    # Files named in this call are read again, and must not have changed.
    if fingerprint is None or given.get("config") is not None or given.get("space") is not None:
        learner = learner_of(options)
        return learner, _space(options, learner)
    transformer = None if options.base is None else learner_of(options)  # all of its settings are options
    try:
        learner = transformer or OwnNetwork(preset_of(fingerprint["base"], folder / SEARCH))
        return learner, space_of(fingerprint["space"], learner.settings, str(folder / SEARCH))
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


def _space(options: TuningOptions, learner: Learner) -> Space:
    base = learner.settings
    tries, fixed = read_tries(options.tries), options.changes()
    if options.space is None and not tries:
        default = learner.default_grid if options.search == "grid" else learner.default_space
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
