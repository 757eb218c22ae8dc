"""A JSON object -> the members of its object, each with its source text, so that values can be copied unchanged.

In: its text. Out: names, values as written, and the value of those that are strings. Finding it is left to reader.py.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from sentiment_fast import _core
from sentiment_fast.errors import DataError

MOST_LEVELS = 500  # Python reads about 1,000 at most; the exact number depends on the depth of the call stack

# Numbers stay as written: Python refuses to convert more than 4,300 digits.
_read_value = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode
_line_ends = re.compile(r"[ \t]*[\r\n][ \t\r\n]*").sub
_line_ends_at_bracket = re.compile(r"(?<=[\[{])[ \t]*[\r\n][ \t\r\n]*|[ \t]*[\r\n][ \t\r\n]*(?=[\]}])").sub
_space = re.compile(r"[ \t\r\n]*").match
_plain_name = re.compile(r'"([^"\\\x00-\x1f]*+)"[ \t\r\n]*+:[ \t\r\n]*+').match  # one without escapes
_comma = re.compile(r"[ \t\r\n]*+,[ \t\r\n]*+").match


class Member(NamedTuple):
    """name. raw: the value as written in the line. text: the value if it is a string, else None."""

    name: str
    raw: str
    text: str | None


def read_members(line: str) -> list[Member]:
    """The members of the object in a line. Raises DataError with the reason if there is no object."""
    if line.count("[") + line.count("{") > MOST_LEVELS and _levels(line) > MOST_LEVELS:
        raise DataError(f"nested more than {MOST_LEVELS} levels deep")
    end = _after_space(line, 0)
    if line[end : end + 1] != "{":
        raise DataError(f"expected an object, got {kind_of(line[end:])}")
    try:
        members, end = _members(line, _after_space(line, end + 1))
    except json.JSONDecodeError as error:
        reason = "no value" if error.msg == "Expecting value" else error.msg
        raise DataError(f"not valid JSON: {reason} at character {error.pos + 1}") from error
    end = _after_space(line, end)
    if end < len(line):
        raise DataError(f"not valid JSON: text after the object at character {end + 1}")
    return members


def _members(line: str, end: int) -> tuple[list[Member], int]:
    """The members from after the opening brace, and the place after the closing one."""
    members: list[Member] = []
    if line[end : end + 1] == "}":
        return members, end + 1
    while True:
        if found := _plain_name(line, end):
            name, begin = found[1], found.end()
        else:
            name, begin = _name(line, end)
        value, end = _read_value(line, begin)
        members.append(Member(name, line[begin:end], value if line[begin] == '"' else None))
        if found := _comma(line, end):
            end = found.end()
            continue
        end = _after_space(line, end)
        if line[end : end + 1] != "}":
            raise DataError(f"not valid JSON: no comma or closing brace at character {end + 1}")
        return members, end + 1


def _name(line: str, end: int) -> tuple[str, int]:
    """A name, and where its value begins."""
    if line[end : end + 1] != '"':
        raise DataError(f"not valid JSON: no name in quotes at character {end + 1}")
    name, end = _read_value(line, end)
    end = _after_space(line, end)
    if line[end : end + 1] != ":":
        raise DataError(f"not valid JSON: no colon at character {end + 1}")
    return name, _after_space(line, end + 1)


def _after_space(line: str, begin: int) -> int:
    found = _space(line, begin)
    assert found is not None  # may be empty
    return found.end()


def _levels(line: str) -> int:
    return _core.deepest_level(line.encode("utf-8", "surrogatepass"), MOST_LEVELS)


def on_one_line(raw: str) -> str:
    """JSON without the line ends and indentation between its parts; strings hold none."""
    if "\n" not in raw and "\r" not in raw:
        return raw
    return _line_ends(" ", _line_ends_at_bracket("", raw))


def kind_of(raw: str) -> str:
    """The type of a value, in words, by its first character."""
    match raw[:1]:
        case "{":
            return "an object"
        case "[":
            return "an array"
        case '"':
            return "a string"
        case "t" | "f":
            return "a boolean"
        case "n":
            return "null"
        case first if first and first in "-0123456789NI":
            return "a number"
    return "something that is not JSON"
