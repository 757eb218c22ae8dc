"""Errors that a user can fix; each class is one exit code of the commands.

Messages say what was expected, what was found, where, and what to do. What they quote of files and options is shortened
by `quoted` and `listed`, and a message as a whole by `shortened`.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

_MOST_QUOTED = 60
_MOST_LISTED, _MOST_VALUES = 200, 20
_FIRST, _LAST = 600, 300  # characters of a message


class SentimentFastError(Exception):
    """Base of every error this package raises on purpose. message: its middle is left out if it is too long."""

    exit_code = 1

    def __init__(self, message: object = "") -> None:
        super().__init__(shortened(str(message)))


class DataError(SentimentFastError):
    """The data cannot be used as it is: a missing column, a bad row, a single class (exit code 1)."""


class TextsError(DataError, TypeError):
    """What was given is not a column of texts, or holds a value that is not a text (exit code 1). Also a TypeError."""


class MissingTextError(DataError, ValueError):
    """A text is missing, and the caller asked for an error then (exit code 1). Also a ValueError."""


class InputError(DataError, ValueError):
    """What an estimator was given cannot be used: labels, weights or parameters (exit code 1). Also a ValueError."""


class StoppedError(KeyboardInterrupt):
    """A run was stopped or interrupted, and can be resumed. A KeyboardInterrupt, which `except Exception` lets pass.

    folder: the run's; None for one in memory, which cannot be resumed. has_checkpoint: False if it ended before its
    first checkpoint. processes: how many trained together. rank: this process's number.
    """

    def __init__(self, folder: Path | None, has_checkpoint: bool, processes: int = 1, rank: int = 0) -> None:
        over = "" if has_checkpoint else " (there is no checkpoint yet: the run starts over)"
        if folder is None:
            super().__init__("stopped; a run that can be resumed needs a folder, out=FOLDER")
        else:
            super().__init__(f"{folder}: stopped; continue with resume=True, out={str(folder)!r}{over}")
        self.folder, self.has_checkpoint = folder, has_checkpoint
        self.processes, self.rank = processes, rank

    def __reduce__(self) -> tuple[type[Self], tuple[Path | None, bool, int, int]]:
        """How to pickle it, which a pool of processes does with what its workers raise."""
        return type(self), (self.folder, self.has_checkpoint, self.processes, self.rank)


class ClusterError(SentimentFastError):
    """The machines failed, not the data; finished work is kept (exit code 1)."""


class UsageError(SentimentFastError):
    """The request makes no sense: an unknown option value, an output that exists (exit code 2)."""

    exit_code = 2


class MissingPackageError(UsageError, ImportError):
    """A package that this use needs is missing or broken; see extras.py (exit code 2). Also an ImportError."""


class DownloadError(SentimentFastError):
    """A data set could not be downloaded or arrived damaged (exit code 3)."""

    exit_code = 3


class ModelFolderError(SentimentFastError):
    """A model folder is missing, damaged, or of a newer format (exit code 4)."""

    exit_code = 4


def shortened(message: str) -> str:
    """A message without its middle if it is too long: it begins with where and what, and ends with what to do."""
    if len(message) <= _FIRST + _LAST:
        return message
    return f"{message[:_FIRST]} [...] {message[-_LAST:]}"


def quoted(value: object, most: int = _MOST_QUOTED) -> str:
    """A value as messages quote it: its repr, in at most about this many characters."""
    if isinstance(value, str):
        value = value[: most + 1]  # before repr, which would copy all of it
    elif isinstance(value, bytes | bytearray):
        value = bytes(value[: most + 1])
    try:
        text = repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        return "a number of thousands of digits"
    return text if len(text) <= most + 2 else f"{text[: most - 3]}..."


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about a name that is not known: "; did you mean emojis?", or nothing if none is similar."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def listed(values: Iterable[object], most: int = _MOST_LISTED) -> str:
    """Values as messages list them: quoted, in at most about this many characters; and how many more there are."""
    every = list(values)
    shown: list[str] = []
    for value in every:
        shown.append(quoted(value))
        if (sum(map(len, shown)) > most or len(shown) == _MOST_VALUES) and len(shown) < len(every):
            return f"{', '.join(shown)} and {len(every) - len(shown)} more"
    return ", ".join(shown)
