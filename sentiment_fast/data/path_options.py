"""Options after a path, such as "reviews.csv:weight=2:rows=1000" -> the path and their values.

In: the text, and the options that there are. Out: a path, values by name. What they mean is left to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sentiment_fast.errors import UsageError

_OPTION = re.compile(r"(?P<before>.+):(?P<name>[A-Za-z_]+)=(?P<value>[^:]*)", re.DOTALL)


class PathOption(NamedTuple):
    """written: how it is given. read: makes a value of its text, or raises ValueError. expected: what it takes."""

    written: str
    read: Callable[[str], Any]
    expected: str


def split_path_options(
    argument: str, text: str, options: Mapping[str, PathOption], exists: Callable[[str], bool]
) -> tuple[str, dict[str, Any]]:
    """The path, and the values of the options after it; a path that exists as written has none.

    argument: whose value the text is, for messages. Raises UsageError for an option that is unknown, malformed or given
    twice.
    """
    path, values = text, {}
    while not exists(path) and (found := _OPTION.fullmatch(path)):
        name, value = found["name"], found["value"]
        if name not in options:
            if not exists(found["before"]):
                break  # a name of its own, or a pattern
            known = " or ".join(option.written for option in options.values())
            raise UsageError(f"`{argument}={text}`: expected {known} after the path, got {name}={value}")
        if name in values:
            raise UsageError(f"`{argument}={text}`: expected {name} once, got it twice")
        try:
            values[name] = options[name].read(value)
        except ValueError as error:
            raise UsageError(f"`{argument}={text}`: expected {options[name].expected}, got {name}={value}") from error
        path = found["before"]
    return path, values
