"""What a run began with: the options and the identity that a run which goes on must share.

In: a run's folder, the options given now. Out: those it began with. What the options are is train.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.preset_files import preset_of
from sentiment_fast.model.presets import Preset
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.checkpoints import read_origin
from sentiment_fast.training.encode import Encoded, digest_of


def options_as_it_began(
    folder: Path, command: str, given: Mapping[str, Any], defaults: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The options that the run in a folder began with, and its identity; None if there is no run.

    command: the one that resumes. Raises UsageError for another command's run, such as one of `pretrain` of an earlier
    version, and for an option that is given and differs.
    """
    origin = read_origin(folder)
    if origin is None:
        return None
    begun_by = origin.identity.get("command")
    if begun_by != command:
        raise UsageError(f"{folder}: holds a run of {begun_by}, not of {command}: go on with it by that command")
    return began_with(folder, origin.arguments, given, defaults), origin.identity


def began_with(
    folder: Path, options: Mapping[str, Any], given: Mapping[str, Any], defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """All options of a run that began with `options`; UsageError for one that is given now and differs."""
    began = {name: options.get(name, default) for name, default in defaults.items()}
    for name, default in defaults.items():
        if given[name] not in (default, began[name]):
            raise UsageError(
                f"--{name.replace('_', '-')}: the run in {folder} began with {began[name]!r} and goes on with it; "
                f"got {given[name]!r}"
            )
    return began


def settings_as_it_began(folder: Path, identity: Mapping[str, Any]) -> Preset:
    """The settings of the run in a folder, whatever has become of the preset file that they came from."""
    try:
        return preset_of(identity["settings"], folder)
    except (KeyError, TypeError, AttributeError, UsageError) as error:
        raise ModelFolderError(f"{folder}: the settings in its checkpoint are damaged ({error}); train anew") from error


def check_folder(folder: Path, resume: bool) -> None:
    """A run writes into an empty folder; one that goes on, into its own, also where it was killed at its very start.

    Raises UsageError for any other.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not folder.is_dir() or not resume or (folder / "metrics.json").exists():
        raise UsageError(f"{folder}: already holds something, and a run writes into an empty folder: choose another")
    if not (folder / "overview.json").exists():
        raise UsageError(f"{folder}: holds something, but no run that could go on")


def run_identity(
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
