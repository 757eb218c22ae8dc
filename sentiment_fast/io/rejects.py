"""Rejected records -> the rows of a CSV file of their own.

In: windows of records, in their order, and why each record was rejected. Out: bytes to append to that file, and the
number of rejected records. Where the file is and when it is written is left to others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.chunks import Places, RecordWindow
from sentiment_fast.runs.regular_files import open_regular

REJECTS_HEADER = b"line,byte_offset,reason,record\n"
FIRST_FIELD = b"input,"  # comes first if there are several inputs


class RecordError(DataError):
    """The first record that cannot be read, if such records are not to be rejected."""


RecordWindowT = TypeVar("RecordWindowT", bound=RecordWindow)


def is_rejects_file(path: Path) -> bool:
    """Whether a file begins as files of rejected records do, or is empty."""
    try:
        with open_regular(path) as file:
            start = file.readline(1000)
    except OSError:
        return False
    return start.removeprefix(FIRST_FIELD) in (b"", REJECTS_HEADER)


def csv_field(value: str) -> str:
    """A value in quotes."""
    return '"' + value.replace('"', '""') + '"'


class Rejects(Generic[RecordWindowT]):
    """Rejected records -> rows of a file of their own: line, byte offset, reason, the record as one quoted field.

    reasons_of: returns why records of a window, by their indices, were rejected: the distinct reasons, and for each
    record the index of its own, (records,) int64. input_name: the first field of each row; None to leave it out.
    """

    def __init__(
        self, reasons_of: Callable[[RecordWindowT, Places], tuple[Sequence[str], Places]], input_name: str | None
    ) -> None:
        self._reasons_of = reasons_of
        self._first_field = b""
        if input_name is not None:
            self._first_field = f"{csv_field(input_name)},".encode("utf-8", "surrogateescape")
        self.within_record = False  # an overlong line arrives in several pieces, which become one field

    def rows(self, window: RecordWindowT) -> tuple[bytes, int]:
        """What to append to the file, and the number of rejected records."""
        rejected = np.flatnonzero(window.rejected)
        if len(rejected) == 0 and not self.within_record:
            return b"", 0
        records = window.records
        reasons, numbers = self._reasons_of(window, rejected)
        numbers = np.where(records.fields[rejected] == _core.REST_OF_LINE, -1, numbers)
        rows = _core.rejected_rows(
            window.data,
            records.offset,
            window.starts[rejected],
            records.content_ends[rejected],
            records.lines[rejected],
            numbers,
            [_reason_field(reason) for reason in reasons],
            self._first_field,
            open=self.within_record,
            close=window.resumable,
        )
        self.within_record = not window.resumable and (self.within_record or len(rejected) > 0)
        return rows, int((numbers >= 0).sum())


def _reason_field(reason: str) -> bytes:
    quoted = csv_field(reason) if any(one in reason for one in ',"\r\n') else reason
    return quoted.encode("utf-8", "replace")
