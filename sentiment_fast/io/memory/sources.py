"""Tables in memory and text files -> sources.

In: an object. Out: whether it is such a one; a `TableSource`; the bytes of a text file. What the rows hold is left to
reader.py.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.io.source import Source

_CHARACTERS = 1 << 16


def is_table(value: object) -> bool:
    """Whether a value is a table: it speaks Arrow's C data interface, as pandas, polars and pyarrow do."""
    speaks_arrow = hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")
    return speaks_arrow or hasattr(value, "iloc")  # a Series of pandas 2 does not speak it: no list of paths either


def is_text_file(value: object) -> bool:
    """Whether a value is a file whose `read` returns str."""
    return isinstance(value, io.TextIOBase) and not isinstance(value, type)


class TableSource(Source):
    """A table in memory. batches: its rows, which can be read once.

    Raises TypeError for what has no columns, DataError for a column that Arrow cannot hold.
    """

    def __init__(self, table: Any) -> None:
        super().__init__(cast(BinaryIO, io.BytesIO()))
        self.name = type(table).__name__
        self.rows: int | None = len(table) if hasattr(table, "__len__") else None
        try:
            if isinstance(table, pa.RecordBatch):
                table = pa.Table.from_batches([table])
            self.batches: pa.RecordBatchReader = pa.RecordBatchReader.from_stream(table)
        except (pa.ArrowException, TypeError, ValueError) as error:
            reason = " ".join(str(part) for part in error.args).partition("\n")[0]
            if "struct" in reason or "PyCapsule" in reason:
                raise TypeError(f"Expected a table with columns, got {self.name}: {reason}") from error
            raise DataError(f"{self.name}: cannot be read ({reason}): make each column of one type") from error

    def __exit__(self, *_: object) -> None:
        self.batches.close()

    @property
    def consumed(self) -> int | None:
        return None

    def cancel(self) -> None:
        """Nothing to do: reading a table does not wait."""


class TextStream:
    """A text file as a binary file: its text in UTF-8."""

    def __init__(self, file: Any) -> None:
        self.name = str(getattr(file, "name", "input"))
        self._file, self._rest = file, b""

    def readinto(self, buffer: memoryview) -> int:
        if not self._rest:
            text = self._file.read(_CHARACTERS)
            try:
                self._rest = text.encode("utf-8", "surrogateescape")
            except UnicodeEncodeError:  # half of a surrogate pair becomes invalid UTF-8, which is reported
                self._rest = text.encode("utf-8", "surrogatepass")
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
