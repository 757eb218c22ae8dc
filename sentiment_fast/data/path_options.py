"""Options after a path, such as "reviews.csv:weight=2:rows=1000" -> the path and their values.

In: a text, and the options that may follow its path. Out: the path, and the values of its options by name. What they
mean is left to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sentiment_fast.errors import UsageError

_OPTION = re.compile(r"(?P<before>.+):(?P<name>[A-Za-z_-]+)=(?P<value>[^:]*)", re.DOTALL)


class PathOption(NamedTuple):
    """written: the option as messages show it. read: converts its text to a value, or raises ValueError. expected: the
    valid values, for messages.
    """

    written: str
    read: Callable[[str], Any]
    expected: str


def split_path_options(
    argument: str, text: str, options: Mapping[str, PathOption], exists: Callable[[str], bool]
) -> tuple[str, dict[str, Any]]:
    """Split a text into a path and the values of its options. A text that exists as a path has no options.

    argument: whose value the text is, for messages. exists: whether a path exists. Raises UsageError for an option that
    is unknown, malformed or given twice.
    """
    path, values = text, {}
    while not exists(path) and (found := _OPTION.fullmatch(path)):
        name, value = found["name"], found["value"]
        if name not in options:
            if not exists(_without_options(found["before"], options)):
                break  # part of a name or of a pattern, not an option
            *others, last = (option.written for option in options.values())
            known = f"{', '.join(others)} or {last}" if others else last
            raise UsageError(f"`{argument}={text}`: expected {known} after the path, got {name}={value}")
        if name in values:
            raise UsageError(f"`{argument}={text}`: expected {name} once, got it twice")
        try:
            values[name] = options[name].read(value)
        except ValueError as error:
            raise UsageError(f"`{argument}={text}`: expected {options[name].expected}, got {name}={value}") from error
        path = found["before"]
    return path, values


def _without_options(text: str, options: Mapping[str, PathOption]) -> str:
    while (found := _OPTION.fullmatch(text)) and found["name"] in options:
        text = found["before"]
    return text
