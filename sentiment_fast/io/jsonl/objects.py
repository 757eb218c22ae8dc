"""A line of JSON -> the members of the object in it, each with its own text, so that nothing has to be written anew.

In: a line. Out: names, values as they stand, and those that are texts read. Where lines begin is left to
json_windows.py.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from sentiment_fast.errors import DataError

MOST_LEVELS = 500  # Python reads no more than about 1,000, and how many exactly depends on who calls

# Numbers are kept as they stand: reading one of more than 4,300 digits is an error.
_read_value = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode
_space = re.compile(r"[ \t\r\n]*").match
_brackets_and_texts = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL).finditer


class Member(NamedTuple):
    """name, and the value: as it stands in the line, and as a text, None if it is none."""

    name: str
    raw: str
    text: str | None


def read_members(line: str) -> list[Member]:
    """The members of the object that a line holds. Raises DataError that says why it holds none."""
    if line.count("[") + line.count("{") > MOST_LEVELS and _levels(line) > MOST_LEVELS:
        raise DataError(f"nested more than {MOST_LEVELS} levels deep")
    end = _behind_space(line, 0)
    if line[end : end + 1] != "{":
        raise DataError(f"expected an object, got {kind_of(line[end:])}")
    try:
        members, end = _members(line, _behind_space(line, end + 1))
    except json.JSONDecodeError as error:
        reason = "no value" if error.msg == "Expecting value" else error.msg
        raise DataError(f"no JSON: {reason} at character {error.pos + 1}") from error
    end = _behind_space(line, end)
    if end < len(line):
        raise DataError(f"no JSON: something behind the object at character {end + 1}")
    return members


def _members(line: str, end: int) -> tuple[list[Member], int]:
    """From behind the opening brace to behind the closing one."""
    members: list[Member] = []
    if line[end : end + 1] == "}":
        return members, end + 1
    while True:
        if line[end : end + 1] != '"':
            raise DataError(f"no JSON: no name in quotes at character {end + 1}")
        name, end = _read_value(line, end)
        end = _behind_space(line, end)
        if line[end : end + 1] != ":":
            raise DataError(f"no JSON: no colon at character {end + 1}")
        begin = _behind_space(line, end + 1)
        value, end = _read_value(line, begin)
        members.append(Member(name, line[begin:end], value if line[begin] == '"' else None))
        end = _behind_space(line, end)
        if line[end : end + 1] == "}":
            return members, end + 1
        if line[end : end + 1] != ",":
            raise DataError(f"no JSON: no comma or closing brace at character {end + 1}")
        end = _behind_space(line, end + 1)


def _behind_space(line: str, begin: int) -> int:
    found = _space(line, begin)
    assert found is not None  # which may be empty
    return found.end()


def _levels(line: str) -> int:
    deepest = level = 0
    for found in _brackets_and_texts(line):
        level += (found[0] in "[{") - (found[0] in "]}")
        deepest = max(deepest, level)
    return deepest


def kind_of(raw: str) -> str:
    """What a value is, in words, by the character it begins with."""
    match raw[:1]:
        case "{":
            return "an object"
        case "[":
            return "an array"
        case '"':
            return "a text"
        case "t" | "f":
            return "a truth value"
        case "n":
            return "null"
        case first if first and first in "-0123456789NI":
            return "a number"
    return "no JSON"
