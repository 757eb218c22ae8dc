"""Preset files: all settings of a training run as JSON that people write and edit, and back.

{"format": 1, "name": "mine", "vocabulary": {"max_words": 20000}, "network": {"hidden_size": 128}, "training": {}}

In and out: such a file <-> a `Preset`, with the same parts and fields; fields that it leaves out have the tutorial's
values. The tables of a run.toml are read in the same way. Checking single values is left to presets.py.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from sentiment_fast.errors import UsageError, did_you_mean, quoted
from sentiment_fast.model.presets import DEFAULT, PARTS, Preset, preset
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.runs.config_file import in_words, is_config_file, read_config
from sentiment_fast.runs.regular_files import read_regular

FORMAT = 1
_MOST_BYTES = 1 << 20
_PLAIN = (bool, int, float, str)  # types that JSON has


def read_preset(path: str | Path, named_preset: Callable[[str], Preset] = preset) -> Preset:
    """The preset of a file; its name is the file's stem if it has none.

    The settings of a run.toml are in its tables; what they leave out is as in the preset that it names, if any, which
    named_preset gives.
    Raises UsageError, with the file and the field, for a file that cannot be read, unknown fields and invalid values.
    """
    path = Path(path)
    if is_config_file(path):
        return _of_config(path, named_preset)
    values = read_json(path)
    if not isinstance(values, dict) or type(values.get("format")) is not int:
        raise UsageError(f'{path}: expected a preset, an object with "format": {FORMAT}, got {_shown(values)}')
    if values["format"] != FORMAT:
        raise UsageError(
            f"{path}: has format {values['format']}, this version of sentiment_fast reads format {FORMAT}: "
            "use the version that wrote it"
        )
    return preset_of({"name": path.stem, **{name: value for name, value in values.items() if name != "format"}}, path)


def _of_config(path: Path, named_preset: Callable[[str], Preset]) -> Preset:
    """The settings in a run.toml, whichever command it is for."""
    values = read_config(path)
    named = values.get("preset", DEFAULT)
    if not isinstance(named, str):
        raise UsageError(f"{path}: expected preset to be a text, got {_shown(named)}")
    try:
        parts = named_preset(named).as_dict()
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
    for part in set(PARTS) & values.keys():
        given = values[part]
        parts[part] = {**parts[part], **given} if isinstance(given, dict) else given
    return preset_of({**parts, "name": values.get("name", named)}, path)


def save_preset(path: str | Path, settings: Preset) -> None:
    """Write a preset file, whole or not at all; raises OSError if that fails."""
    write_atomically(Path(path), json.dumps({"format": FORMAT, **settings.as_dict()}, indent=2) + "\n")


def preset_of(values: Mapping[str, Any], where: object) -> Preset:
    """The preset of a result of `Preset.as_dict`, or of a part of it. where: its origin, for error messages.

    Raises UsageError for unknown fields and invalid values.
    """
    kinds = get_type_hints(Preset)
    _check_names(values, kinds, where, "parts")
    if not isinstance(values["name"], str) or not values["name"]:
        raise UsageError(f"{where}: expected name to be a text, got {_shown(values['name'])}")
    parts = {name: _part(kinds[name], name, part, where) for name, part in values.items() if name != "name"}
    return Preset(values["name"], **parts)


def read_json(path: Path) -> Any:
    """The JSON of a file that a person wrote; UsageError if it is invalid, has NaN or names that occur twice."""
    try:
        text = read_regular(path, _MOST_BYTES).decode("utf-8")
        return json.loads(text, object_pairs_hook=_without_twins, parse_constant=_refuse_constant)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not valid JSON ({error})") from error


def _part(kind: Any, part: str, values: object, where: object) -> Any:
    if not isinstance(values, dict):
        raise UsageError(f"{where}: expected {part} to be an object of settings, got {_shown(values)}")
    kinds = get_type_hints(kind)
    _check_names(values, [field.name for field in fields(kind)], f"{where}: {part}", "settings")
    read = {name: _read(kinds[name], value, f"{where}: expected {part}.{name}") for name, value in values.items()}
    try:
        return kind(**read)
    except UsageError as error:
        raise UsageError(f"{where}: {part}: {error}") from error


def _check_names(values: Mapping[str, Any], known: Any, where: object, what: str) -> None:
    unknown = [name for name in values if name not in known]
    if unknown:
        meant = did_you_mean(unknown[0], known)
        raise UsageError(f"{where}: expected the {what} {', '.join(known)}, got {quoted(unknown[0])}{meant}")


def _read(wanted: Any, value: object, expected: str) -> Any:
    """A JSON value as the type of its field; types that JSON lacks are left to the field's own check."""
    if wanted is float and type(value) is int:
        try:
            return float(value)
        except OverflowError as error:
            raise UsageError(f"{expected} to be a number that fits a float, got {_shown(value)}") from error
    if wanted in _PLAIN and (type(value) is not wanted or (wanted is float and not math.isfinite(value))):  # type: ignore[arg-type]
        raise UsageError(f"{expected} to be {in_words(wanted)}, got {_shown(value)}")
    choices = get_args(wanted)
    if choices and all(isinstance(choice, str) for choice in choices) and value not in choices:
        raise UsageError(f"{expected} to be one of {', '.join(choices)}, got {_shown(value)}")
    return value


def _shown(value: object) -> str:
    """A value as in the file, shortened to fit into a message."""
    text = json.dumps(value, default=str)  # TOML has dates
    return text if len(text) <= 60 else text[:57] + "..."


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} occurs twice")
    return found


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
