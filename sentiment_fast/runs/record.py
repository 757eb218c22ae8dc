"""The record of a run: what it was asked to do, on disk from its first second, in a file that is locked while it lasts.

In: a folder and values by name. Out: OUT/run.journal, from which the run can be started over if it is killed before it
has saved anything else. What the values mean, and when the record is no longer needed, is left to each kind of run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from sentiment_fast.errors import DataError
from sentiment_fast.runs.fingerprint import Wording
from sentiment_fast.runs.journal import Journal, read_journal

RECORD = "run.journal"


class RunRecord:
    """A run's record: use it in a `with` statement, which holds its lock.

    Creates the folder and the record. again: continue the run that is recorded there, if any: then its values must be
    the same, or `values` is None to take those that are there. Raises UsageError for other values, DataError if it
    can't be written or if another run has the lock.

    A run that fails with nothing but its record in the folder leaves neither: there is nothing to resume.
    """

    def __init__(self, folder: Path, values: Mapping[str, Any], wording: Wording, *, again: bool = False) -> None:
        self._folder = folder
        self._new = [one for one in (folder, *folder.parents) if not one.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(
                f"{folder}: cannot be written ({error.strerror or error}): choose another folder with `out`"
            ) from error
        self._journal = Journal(folder / RECORD, values, wording, restart=not again)

    def __enter__(self) -> RunRecord:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and {path.name for path in self._folder.iterdir()} == {RECORD}:
            self._journal.remove()
            with contextlib.suppress(OSError):  # another run may have begun to use one of them
                for folder in self._new:
                    folder.rmdir()
        self._journal.close()


def read_record(folder: Path) -> dict[str, Any] | None:
    """The values of the record in a folder; None if there is none that is whole."""
    return next(iter(read_journal(folder / RECORD)), None)


def remove_record(folder: Path) -> None:
    (folder / RECORD).unlink(missing_ok=True)
