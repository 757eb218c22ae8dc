"""A file of one JSON object around an array of rows -> where that array is, and what to do about it.

In: the object's members, or the start of its text. Out: the array's path, an error. Reading rows is left to reader.py.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from typing import Any

from sentiment_fast.errors import DataError
from sentiment_fast.io.jsonl.objects import Member

_DEEPEST = 5
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_START = re.compile(rb'\s*\{[^[{]*"([A-Za-z_][A-Za-z0-9_]*)"\s*:\s*\[\s*\{')  # of an object that is too long to read


def array_within(members: Sequence[Member]) -> str | None:
    """The path of an array of objects within an object, as jq writes it; the first one found, None if there is none."""
    for name, raw, _ in members:
        if raw.startswith(("[", "{")):
            path = _path_to_array(json.loads(raw, parse_int=str, parse_float=str), _step(name), 1)
            if path is not None:
                return path
    return None


def array_after(start: bytes) -> str | None:
    """The same, of an object of which there is only the start."""
    found = _START.match(start)
    return _step(found[1].decode()) if found else None


def wrapped_array(name: str, path: str) -> DataError:
    """The error for a file without rows but those in that array."""
    program = shlex.quote(f"{path}[]")
    return DataError(
        f"{name}: expected an object for each row, got one around an array of objects: write that array's objects to a "
        f"file of their own with `jq -c {program} FILE > rows.jsonl`, or, if the object is a row, choose `text_column`"
    )


def _path_to_array(value: Any, path: str, depth: int) -> str | None:
    if isinstance(value, list):
        return path if value and all(isinstance(one, dict) for one in value) else None
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            found = _path_to_array(inner, path + _step(name), depth + 1)
            if found is not None:
                return found
    return None


def _step(name: str) -> str:
    return f".{name}" if _PLAIN.fullmatch(name) else f".[{json.dumps(name)}]"
