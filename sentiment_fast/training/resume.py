"""What a run began with: the options and the fingerprint that a run which resumes it must share.

In: a run's folder, the options given now. Out: those it began with, its settings, its precision. What the options mean
is left to options.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.devices import Precision, choose_precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.preset_files import preset_of
from sentiment_fast.model.presets import Preset
from sentiment_fast.runs import folder as folders
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.checkpoints import RecordedRun, read_recorded_run
from sentiment_fast.training.encode import Encoded, digest_of
from sentiment_fast.training.options import IN_MEMORY, SettingsOptions

Options = TypeVar("Options", bound=SettingsOptions)


def recorded_run(folder: Path | None, command: str) -> RecordedRun | None:
    """The run of a command, "train" or "pretrain", in a folder; None if there is no checkpoint of one.

    Raises UsageError without a folder, and for the other command's run.
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


def as_it_began(kind: type[Options], folder: Path, recorded: Mapping[str, Any], given: Mapping[str, Any]) -> Options:
    """The options of the run in a folder. recorded: its arguments. given: the values that this call names.

    Raises UsageError for one that is neither the run's nor a default.
    """
    now, defaults = kind.of(given), kind.of({}).recorded()
    began = {name: recorded.get(name, default) for name, default in defaults.items()}
    for name, value in now.recorded().items():
        if value not in (defaults[name], began[name]):
            raise UsageError(
                f"`{name}`: the run in {folder} began with {began[name]!r} and continues with it; got {value!r}"
            )
    if began.get("data") == IN_MEMORY:
        began["data"] = given.get("data")
        if began["data"] is None:
            raise UsageError(f"{folder}: the run learns from texts that were in memory: give them as `data` again")
    return kind.of(began | {name: getattr(now, name) for name in kind.NOT_RECORDED})


def settings_as_it_began(recorded: RecordedRun) -> Preset:
    """The settings of a run, even if the preset file that they came from has changed since."""
    try:
        return preset_of(recorded.fingerprint["settings"], recorded.folder)
    except (KeyError, TypeError, AttributeError, UsageError) as error:
        raise ModelFolderError(
            f"{recorded.folder}: the settings in its checkpoint are damaged ({error}); train again"
        ) from error


def precision_as_it_began(wanted: str, recorded: RecordedRun | None, device: torch.device) -> Precision:
    """The precision to compute in; a run that is resumed keeps its own, and its threads, whose number decides rounding.

    wanted: the name of a new run's.
    """
    if recorded is None:
        return choose_precision(device, wanted)
    torch.set_num_threads(recorded.fingerprint["threads"])
    return choose_precision(device, recorded.fingerprint["precision"])


def check_folder(folder: Path, resume: bool) -> None:
    """A run writes into an empty folder; one that is resumed, into its own, also if it was killed at its very start.

    Raises UsageError for any other.
    """
    folders.check_folder(
        folder,
        "run",
        leftovers=("overview.json.part",),
        resume=resume,
        begun="overview.json",
        finished="metrics.json",
    )


def run_fingerprint(
    parts: dict[str, Encoded], vocabulary: Vocabulary, settings: Preset, precision: Precision, ranks: TrainingProcesses
) -> dict[str, Any]:
    """What must be the same for a run to be the same."""
    return {
        "command": "train",
        "data": digest_of(parts, vocabulary),
        "settings": settings.as_dict(),
        "precision": precision.name,
        "device": ranks.device.type,
        "processes": ranks.size,
        "threads": torch.get_num_threads(),
    }
