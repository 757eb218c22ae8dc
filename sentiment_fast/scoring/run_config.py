"""A file with the options of scoring, for people: to keep, to change, and to score with again.

In and out: such a file <-> options by name, with the inputs, the output, the model and the engine. TOML is left to
runs/config_file.py, what the options mean to options.py and jobs.py.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from sentiment_fast import __version__
from sentiment_fast.errors import UsageError
from sentiment_fast.model.devices import DEVICES, PRECISIONS
from sentiment_fast.runs.config_file import FORMAT, check_values, is_config_file, read_config, write_config
from sentiment_fast.scoring.options import ScoreOptions

_COMMAND = "score"
_NOT_IN_FILES = ("window_bytes", "keep_journal")  # which the command has no options for
_OF_JOBS = {"inputs": tuple[str, ...], "output": str | None, "model": str | None, "engine": str}
_CHOICES = {"device": DEVICES, "precision": PRECISIONS, "unknown": ("prior", "blank"), "engine": ("local", "ray")}


def with_config_file(config: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are given, and in addition those in a file, if one is named; what is given takes precedence.

    Raises UsageError, with the file and the name, for unknown names and values that do not fit.
    """
    if config is None:
        return dict(given)
    path = Path(config)
    if not is_config_file(path):
        raise UsageError(f"`config={config}`: expected a file whose name ends in .toml")
    values = read_config(path, _COMMAND)
    check_values(path, values, _types(), _CHOICES)
    return values | dict(given)


def save_config(path: Path, given: Mapping[str, Any]) -> None:
    """Write the options to a file, those that are not given with their defaults.

    Raises UsageError for a file that exists, unless `force` is given, and for another extension than .toml.
    """
    if not is_config_file(path):
        raise UsageError(f"`save_config={path}`: expected a name that ends in .toml")
    if path.exists() and not given.get("force", False):
        raise UsageError(f"{path}: already exists: choose another name, or replace it with `force=True`")
    defaults: dict[str, Any] = {"inputs": None, "output": None, "model": None, "engine": "local"}
    defaults |= {field.name: field.default for field in fields(ScoreOptions)}
    command = f"sentiment-fast {_COMMAND}"
    comment = (
        f"Options of `{command}`, with sentiment_fast {__version__}. The same again:\n"
        f"  {command} --config {shlex.quote(str(path))}\n"
        "Options that are given there replace those in here. Paths are relative to the folder that the command runs in."
    )
    values = {name: given.get(name, defaults[name]) for name in _types()}
    try:
        write_config(path, comment, {"format": FORMAT, "command": _COMMAND, **values})
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error}): choose another name") from error


def _types() -> dict[str, Any]:
    """The types of all options, by name."""
    hints = get_type_hints(ScoreOptions)
    names = (name for name in ScoreOptions.names() if name not in _NOT_IN_FILES)
    return _OF_JOBS | {name: hints[name] for name in names}
