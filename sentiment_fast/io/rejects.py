"""Rejected records -> the rows of a CSV file of their own.

In: windows of records, in their order, and why each record was rejected. Out: bytes to append to that file, and the
number of rejected records. Where the file is and when it is written is left to others.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.chunks import RecordWindow
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

    reason_of: returns why a record of a window was rejected. input_name: the first field of each row; None to leave it
    out.
    """

    def __init__(self, reason_of: Callable[[RecordWindowT, int], str], input_name: str | None) -> None:
        self._reason_of = reason_of
        self._first_field = b""
        if input_name is not None:
            self._first_field = f"{csv_field(input_name)},".encode("utf-8", "surrogateescape")
        self.within_record = False  # an overlong line arrives in several pieces, which become one field

    def rows(self, window: RecordWindowT) -> tuple[bytes, int]:
        """What to append to the file, and the number of rejected records."""
        rejected = np.flatnonzero(window.rejected)
        if len(rejected) == 0 and not self.within_record:
            return b"", 0
        records, starts = window.records, window.starts
        parts, count = [], 0
        for record in rejected.tolist():
            fields = int(records.fields[record])
            start, content_end = int(starts[record]), int(records.content_ends[record])
            if fields != _core.REST_OF_LINE:
                parts.append(self._close())
                reason = self._reason_of(window, record)
                quoted = csv_field(reason) if any(one in reason for one in ',"\r\n') else reason
                where = f"{records.lines[record]},{records.offset + start}"
                parts.append(self._first_field + f'{where},{quoted},"'.encode("utf-8", "replace"))
                self.within_record, count = True, count + 1
            parts.append(bytes(window.data[start:content_end]).replace(b'"', b'""'))
        if window.resumable:
            parts.append(self._close())
        return b"".join(parts), count

    def _close(self) -> bytes:
        end, self.within_record = b'"\n' if self.within_record else b"", False
        return end
