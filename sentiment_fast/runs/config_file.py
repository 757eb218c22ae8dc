"""Options of a run as TOML that people read and edit, and back; errors name the file and the place in it.

In and out: a file <-> values by name, checked against types. What the values mean is left to each kind of run. Python
reads TOML but does not write it; the few kinds of values here take less code than another dependency.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from sentiment_fast.errors import UsageError, did_you_mean, quoted
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.runs.regular_files import read_regular

FORMAT = 1
_MOST_BYTES = 1 << 20
# Options that tell a file without `command` from one for another command. With it, read_config does.
_OWNERS = {"inputs": "`score`", "output": "`score`", "data": "the commands that train", "trials": "`tune`"}
_WORDS = {bool: "true or false", int: "a whole number", float: "a number"}  # all else is a text: paths, names


def is_config_file(name: object) -> bool:
    """Whether a name is that of such a file, by its extension; the preset files that `tune` writes are JSON."""
    return str(name).lower().endswith(".toml")


def write_config(
    path: Path, comment: str, values: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]] | None = None
) -> None:
    """Write a file, whole or not at all; raises OSError if that fails.

    comment: lines for people. values: texts, numbers, booleans, lists and mappings of these; those that are None are
    listed in a comment. tables: values that belong together, below the others.
    """
    lines = [f"# {_printable(line)}".rstrip() for line in comment.splitlines()]
    lines += ["", *(f"{name} = {as_toml(value)}" for name, value in values.items() if value is not None)]
    if missing := [name for name, value in values.items() if value is None]:
        lines += [
            "",
            *textwrap.wrap(f"Not given: {', '.join(missing)}", 110, initial_indent="# ", subsequent_indent="# "),
        ]
    for table, members in (tables or {}).items():
        lines += ["", f"[{table}]", *(f"{name} = {as_toml(value)}" for name, value in members.items())]
    # File names that are not valid UTF-8 are kept: `read_config` decodes with the same error handler.
    text = "".join(f"{line}\n" for line in lines)
    try:
        write_atomically(path, text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte, so it is in no file's name
        write_atomically(path, text.encode("utf-8", "replace"))


def as_toml(value: Any) -> str:
    """A value as TOML spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | Path):  # TOML's escapes are JSON's, except for DEL
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        members = ", ".join(f"{as_toml(str(name))} = {as_toml(one)}" for name, one in value.items())
        return f"{{ {members} }}" if members else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, int | float):
        return repr(value)
    raise TypeError(f"{value!r} has no form in TOML")


def read_config(path: Path, command: str | None = None) -> dict[str, Any]:
    """The values of a command's file, without its format and command, which are checked. command: None for any.

    Raises UsageError for a file that cannot be read, or that is another command's.
    """
    import tomllib

    try:
        text = read_regular(path, _MOST_BYTES).decode("utf-8-sig", "surrogateescape")
        values = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not valid TOML: {str(error)[:200]}") from error
    version, of_command = values.pop("format", None), values.pop("command", command)
    if type(version) is not int:
        found = "no format" if version is None else f"format = {quoted(version)}"
        raise UsageError(f"{path}: expected options of a run, with format = {FORMAT}, got {found}")
    if version != FORMAT:
        raise UsageError(
            f"{path}: has format {version}, this version of sentiment_fast reads format {FORMAT}: use the version that "
            "wrote it"
        )
    if command is not None and of_command != command:
        raise UsageError(f'{path}: expected command = "{command}", got {quoted(of_command)}')
    return values


def check_values(
    path: Path, values: Mapping[str, Any], types: Mapping[str, Any], choices: Mapping[str, Sequence[str]]
) -> None:
    """Raises UsageError for a name without a type, and for a value that is not of its name's type or choices."""
    if others := [name for name in values if name in _OWNERS and name not in types]:
        raise UsageError(
            f"{path}: expected options of this command, got {quoted(others[0])}, an option of {_OWNERS[others[0]]}: is "
            "it the file of another command?"
        )
    for name, value in values.items():
        if name not in types:
            meant = did_you_mean(name, types) or f"; it has {', '.join(types)}"
            raise UsageError(f"{path}: expected the name of an option, got {quoted(name)}{meant}")
        if not fits(value, types[name]):
            raise UsageError(f"{path}: {name}: expected {in_words(types[name])}, got {quoted(value)}")
        if name in choices and value not in choices[name]:
            raise UsageError(f"{path}: {name}: expected {', '.join(choices[name])}, got {quoted(value)}")


def fits(value: object, kind: Any) -> bool:
    """Whether a value from TOML or JSON is of a type: lists stand for tuples, texts for paths and all else."""
    parts = get_args(kind)
    if get_origin(kind) is tuple:
        return isinstance(value, list) and all(fits(one, parts[0]) for one in value)
    if get_origin(kind) is dict:
        return isinstance(value, dict) and all(fits(one, parts[1]) for one in value.values())
    if parts:
        return any(fits(value, one) for one in parts)
    if kind is float:
        return type(value) in (int, float)
    return type(value) is (kind if kind in (int, bool, NoneType) else str)


def in_words(kind: Any) -> str:
    """A type as messages name it: "a text or a list of texts"."""
    parts = get_args(kind)
    if get_origin(kind) is tuple:
        return f"a list of {_plural(parts[0])}"
    if get_origin(kind) is dict:
        return f"a table of {_plural(parts[1])}"
    if not parts:
        return _WORDS.get(kind, "a text")
    return " or ".join(dict.fromkeys(in_words(one) for one in parts if one is not NoneType))


def _plural(kind: Any) -> str:
    return re.sub(r"\ba ((?:whole )?number|text)\b", r"\1s", in_words(kind))


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in line)
