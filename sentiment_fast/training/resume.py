"""Resuming a run: the options, settings and precision that it was started with.

In: a run's folder, the options given now. Out: the run's own options, settings and precision, or an error if others are
given. What the options mean is left to options.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import torch

from sentiment_fast.errors import ModelFolderError, UsageError, quoted
from sentiment_fast.model.devices import Precision, choose_precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.folder import CONFIG, METRICS, VOCABULARY, WEIGHTS
from sentiment_fast.model.preset_files import preset_of
from sentiment_fast.model.presets import Preset
from sentiment_fast.report.run_folder import HISTORY, OVERVIEW_FILES
from sentiment_fast.runs.config_file import fits
from sentiment_fast.runs.record import RunRecord, read_record
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.checkpoints import CHECKPOINT, WORDING, RecordedRun, read_recorded_run
from sentiment_fast.training.distillation import SOFT_TARGETS
from sentiment_fast.training.encode import Encoded, digest_of
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.initial_weights import NGRAMS
from sentiment_fast.training.options import IN_MEMORY, SAMPLE_WEIGHT, RunOptions, TrainingOptions
from sentiment_fast.training.run_config import RUN_CONFIG

Options = TypeVar("Options", bound=RunOptions)
Learning = TypeVar("Learning", TrainingOptions, FinetuningOptions)


# What a run may leave in its folder before its first checkpoint.
EARLY_FILES = (
    *OVERVIEW_FILES,
    *("tensorboard", RUN_CONFIG),
    *(CONFIG, VOCABULARY, WEIGHTS, SOFT_TARGETS, NGRAMS, HISTORY, f"{CHECKPOINT}.part"),
)


def is_finished(folder: Path) -> bool:
    """Whether the run in a folder has ended, and nothing is left to resume."""
    return (folder / METRICS).exists() and not (folder / CHECKPOINT).exists()


def recorded_run(folder: Path | None, command: str) -> RecordedRun | None:
    """The run of a command, such as "train", in a folder; None if neither checkpoint nor record is there.

    Raises UsageError without a folder, and for another command's run.
    """
    if folder is None:
        raise UsageError("`resume=True`: expected the folder of the run, `out=FOLDER`")
    recorded = read_recorded_run(folder)
    if recorded is None:
        return None
    begun_by = recorded.fingerprint.get("command")
    if begun_by != command:
        raise UsageError(f"{folder}: holds a run of {begun_by}, not of {command}: resume it with that command")
    return recorded


def begun_or_resumed(
    kind: type[Learning], command: str, given: Mapping[str, Any]
) -> tuple[Learning, RecordedRun | None]:
    """The options to train with, checked, and the command's run that they resume; None if there is none.

    Raises UsageError if there is none and the options do not say what a new run should train on.
    """
    chosen = kind.of(given)
    recorded = recorded_run(chosen.out, command) if chosen.resume else None
    if recorded is not None:
        chosen = resumed_options(kind, recorded.folder, recorded.arguments, given)
    elif chosen.resume and chosen.data is None and chosen.out is not None and not is_finished(chosen.out):
        raise UsageError(f"{chosen.out}: no checkpoint there; give the whole command, with `data`, to start a run")
    chosen.check()
    return chosen, recorded


def resumed_options(
    kind: type[Options], folder: Path, recorded: Mapping[str, Any], given: Mapping[str, Any]
) -> Options:
    """The options of the run in a folder. recorded: its arguments. given: the values given in this call.

    Raises UsageError for a value that is neither the run's nor a default.
    """
    now, defaults = kind.of(given), kind.of({}).recorded()
    began = {name: recorded.get(name, default) for name, default in defaults.items()}
    if "teacher" in began and not isinstance(began["teacher"], list):  # recorded when a run had one teacher at most
        began["teacher"] = [] if began["teacher"] is None else [began["teacher"]]
    _check_recorded(kind, folder, began)
    for name, value in now.recorded().items():
        if value not in (defaults[name], began[name]):
            raise UsageError(
                f"`{name}`: the run in {folder} began with {quoted(began[name])} and continues with it; got "
                f"{quoted(value)}"
            )
    if began.get("data") == IN_MEMORY:
        began["data"] = given.get("data")
        if began["data"] is None:
            raise UsageError(f"{folder}: the run trains on texts that were in memory: give them as `data` again")
        began[SAMPLE_WEIGHT] = given.get(SAMPLE_WEIGHT)  # the fingerprint has them
    return kind.of(began | {name: getattr(now, name) for name in kind.NOT_RECORDED})


def _check_recorded(kind: type[RunOptions], folder: Path, recorded: Mapping[str, Any]) -> None:
    """Raises ModelFolderError for a value of a type that the option of that name does not have."""
    hints = get_type_hints(kind)
    for name, value in recorded.items():
        if not fits(value, hints[name]):
            raise ModelFolderError(
                f"{folder}: is damaged: expected a value of `{name}` that was given, got {quoted(value)}; start over "
                "in another folder"
            )


def recorded_settings(recorded: RecordedRun) -> Preset:
    """The settings of a run, even if the preset file that they came from has changed since."""
    try:
        return preset_of(recorded.fingerprint["settings"], recorded.folder)
    except (KeyError, TypeError, AttributeError, UsageError) as error:
        raise ModelFolderError(
            f"{recorded.folder}: the settings in its checkpoint are damaged ({error}); train again"
        ) from error


def resumed_precision(wanted: str, recorded: RecordedRun | None, device: torch.device) -> Precision:
    """The precision to compute in; a run that is resumed keeps its own.

    wanted: the name of a new run's.
    """
    if recorded is None:
        return choose_precision(device, wanted)
    return choose_precision(device, recorded.fingerprint["precision"])


def open_record(
    folder: Path,
    options: TrainingOptions | FinetuningOptions,
    settings: Preset | FinetuningOptions,
    precision: Precision,
    processes: TrainingProcesses,
    recorded: RecordedRun | None,
    command: str = "train",
) -> RunRecord:
    """The record of a run, from which `recorded_run` knows it before its first checkpoint. recorded: as it knew it.

    Raises UsageError for a run that starts over on another device or with another number of processes.
    """
    if recorded is not None and recorded.has_checkpoint:
        values = read_record(folder) or {}
    else:
        values = {
            "options": options.recorded(),
            "command": command,
            "settings": settings.as_dict(),
            "precision": precision.name,
            "device": processes.device.type,
            "processes": processes.size,
            "threads": torch.get_num_threads(),
        }
    return RunRecord(folder, values, WORDING, again=recorded is not None)


def run_fingerprint(
    parts: dict[str, Encoded],
    vocabulary: Vocabulary,
    settings: Preset | FinetuningOptions,
    precision: Precision,
    processes: TrainingProcesses,
    command: str = "train",
) -> dict[str, Any]:
    """What must be the same for a run to be the same."""
    return {
        "command": command,
        "data": digest_of(parts, vocabulary),
        "settings": settings.as_dict(),
        "precision": precision.name,
        "device": processes.device.type,
        "processes": processes.size,
        "threads": torch.get_num_threads(),
    }
