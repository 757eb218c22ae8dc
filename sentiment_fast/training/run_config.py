"""run.toml: the options and settings of a run, for people: to read, to change, and to run again with `config`.

In and out: such a file <-> options by name and a `Preset`. TOML is left to runs/config_file.py. Resuming does not read
it: what a run needs for that is in its checkpoint and record, which nobody edits.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_type_hints

from sentiment_fast import __version__
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.sources import share_of
from sentiment_fast.errors import UsageError
from sentiment_fast.model.preset_files import read_preset
from sentiment_fast.model.presets import DEFAULT, PARTS, PRESETS, Preset, setting_as_text
from sentiment_fast.runs.config_file import FORMAT, check_values, is_config_file, read_config, write_config
from sentiment_fast.training.options import IN_MEMORY, RunOptions, SettingsOptions

RUN_CONFIG = "run.toml"
_OF_SETTINGS = ("seed", "epochs", "batch_size", "learning_rate")  # options that are settings, too
_NOT_IN_FILES = ("config", "resume", "out")


def with_config_file(kind: type[SettingsOptions], command: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a call gives, and in addition the options of the run.toml that its `config` names, if it names one.

    What is given takes precedence; the items of `set` follow those of the file. A given `preset` replaces all settings
    of the file. Raises UsageError, with the file and the name, for unknown names and values that do not fit.
    """
    config = given.get("config")
    if config is None:
        return dict(given)
    if not is_config_file(config):  # but a preset file
        if given.get("preset") is not None:
            raise UsageError("Expected `preset` or `config`, got both")
        return dict(given)
    path = Path(config)
    values = _options_of(path, kind, command)
    _check_memory(path, values, given)
    merged = values | dict(given)
    if changes := [*values.get("set", ()), *_items(given.get("set"))]:
        merged["set"] = changes
    return merged if given.get("preset") is None else merged | {"config": None}


def with_option_file(kind: type[RunOptions], command: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """As `with_config_file`, for a command all of whose settings are options: without `config` itself."""
    given = dict(given)
    config = given.pop("config", None)
    if config is None:
        return given
    path = Path(config)
    values = read_config(path, command)
    _check_types(path, kind, values)
    _check_options(path, kind, values)
    _check_memory(path, values, given)
    return values | given


def save_option_file(
    path: Path, command: str, options: RunOptions, without: Collection[str] = (), about: str = ""
) -> None:
    """As `save_run_config`, for a command all of whose settings are options.

    without: options that do not apply. about: the first sentence of the comment; by default it says that these are the
    options of a run.
    """
    names = [field.name for field in fields(options) if field.name not in (*_NOT_IN_FILES, *without)]
    values = {"format": FORMAT, "command": command, **{name: _plain(getattr(options, name)) for name in names}}
    write_config(path, _comment(path, command, about), values)


def save_run_config(
    folder: Path,
    command: str,
    options: SettingsOptions,
    settings: Preset,
    changed: Mapping[str, Any] | None = None,
    without: Collection[str] = (),
) -> None:
    """Write run.toml into the folder of a run; raises OSError if that fails.

    settings: all of the run's. changed: settings to list as `set` too, because `tune` and `pretrain` treat chosen ones
    unlike those of a preset. without: tables that do not apply.
    """
    comment = _comment(folder / RUN_CONFIG, command)
    if changed:
        comment += "\n`set` repeats settings that were chosen; its values replace those in the tables."
    values: dict[str, Any] = {"format": FORMAT, "command": command, "name": settings.name}
    for field in fields(options):
        if field.name not in (*_OF_SETTINGS, *_NOT_IN_FILES, "preset", "set"):
            values[field.name] = _plain(getattr(options, field.name))
    if values.get("validation") is not None and share_of(values["validation"]) is not None:
        values["validation"] = None  # validation_share has it
    values["set"] = [f"{name}={setting_as_text(value)}" for name, value in (changed or {}).items()] or None
    tables = {name: asdict(getattr(settings, name)) for name in PARTS if name not in without}
    write_config(folder / RUN_CONFIG, comment, values, tables)


def as_set_items(settings: Preset) -> tuple[str, list[str]]:
    """A preset's name, and the items of `set` that make these settings of it, without those of the training."""
    base = PRESETS.get(settings.name, PRESETS[DEFAULT])
    items = []
    for table in PARTS:
        ours, theirs = asdict(getattr(settings, table)), asdict(getattr(base, table))
        if table != "training":
            items += [f"{name}={setting_as_text(value)}" for name, value in ours.items() if value != theirs[name]]
    return base.name, items


def _options_of(path: Path, kind: type[SettingsOptions], command: str) -> dict[str, Any]:
    """The options in a file; those that are settings become items of `set`, so that a call's items replace them."""
    values = read_config(path, command)
    options = {name: value for name, value in values.items() if name not in (*PARTS, "name", "preset")}
    _check_types(path, kind, options)
    read_preset(path)  # whose errors come first
    _check_options(path, kind, options)
    try:
        settings = {name: options.pop(name) for name in _OF_SETTINGS if name in options}
        if options.get("validation") is not None and (share := share_of(options["validation"])) is not None:
            del options["validation"]
            settings["validation_share"] = share
    except UsageError as error:  # without backquotes, which stand for arguments of a call
        raise UsageError(f"{path}: {str(error).replace('`', '')}") from error
    if items := [*_items(options.get("set")), *(f"{name}={value}" for name, value in settings.items())]:
        options["set"] = items
    return options


def _comment(path: Path, command: str, about: str = "") -> str:
    what = about or f"What `sentiment-fast {command}` was asked to do, with sentiment_fast {__version__}."
    return (
        f"{what} The same again:\n"
        f"  sentiment-fast {command} --config {shlex.quote(str(path))} --out NEW-FOLDER\n"
        "Options that are given there replace those in here. Paths are relative to the folder that the command runs in."
    )


def _check_types(path: Path, kind: type[RunOptions], options: Mapping[str, Any]) -> None:
    """Raises UsageError for a name that is not an option's, and for a value of another type."""
    hints = get_type_hints(kind)
    types = {field.name: hints[field.name] for field in fields(kind) if field.name not in _NOT_IN_FILES}
    check_values(path, options, types, kind.CHOICES)


def _check_options(path: Path, kind: type[RunOptions], options: Mapping[str, Any]) -> None:
    """Raises UsageError, with the file, for a value that makes no sense."""
    try:
        kind.of(options)
    except UsageError as error:
        raise UsageError(f"{path}: {str(error).replace('`', '')}") from error


def _check_memory(path: Path, values: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    if values.get("data") == IN_MEMORY and given.get("data") is None:
        raise UsageError(f"{path}: data: expected a file, got texts that were in memory: give them again, from Python")


def _items(given: Any) -> list[str]:
    """The items of `set` in any form that a call may give it."""
    return list(SettingsOptions.of({"set": given}).set)


def _plain(value: Any) -> Any:
    return IN_MEMORY if isinstance(value, LabelledTexts) else value
