"""Windows of any format, and the columns to add to them -> CSV.

In: windows, their reader, and Arrow columns to add. Out: bytes to append. If the input is CSV, the bytes of records are
copied: nothing is re-quoted, re-encoded or reordered. Formatting values as fields is left to fields.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import UsageError
from sentiment_fast.io.chunks import Mask, Places
from sentiment_fast.io.csv.dialect import Dialect
from sentiment_fast.io.csv.fields import (
    added_fields,
    check_values,
    copied_fields,
    header_fields,
    join_columns,
    table_fields,
)
from sentiment_fast.io.csv.reader import CsvReader, CsvWindow, large_binary
from sentiment_fast.io.encoding import INVALID
from sentiment_fast.io.formats import CSV
from sentiment_fast.io.lines import ended, lacks_line_end
from sentiment_fast.io.options import LayoutOptions
from sentiment_fast.io.window import Reader, Window, WrittenPart

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class CsvOptions:
    """How CSV is written.

    delimiter: between the fields of an output that is not copied from CSV; None for a comma. excel_safe: put an
    apostrophe before fields that a spreadsheet would run as formulas.
    """

    delimiter: str | None = None
    excel_safe: bool = False


def check_options(options: CsvOptions, layout: LayoutOptions, read: str, written: str) -> None:
    """Raises UsageError for options of CSV if no CSV is read or written, and for those that exclude each other.

    layout: of the inputs. read, written: format names.
    """
    if options.delimiter is not None and CSV not in (read, written):
        raise UsageError(f"Expected no `delimiter` from {read} to {written}: only CSV has one")
    if options.excel_safe and written != CSV:
        raise UsageError(f"Expected no `excel_safe=True` when writing {written}: it applies to CSV only")
    if options.excel_safe and layout.escape is not None:
        raise UsageError("Expected no `excel_safe=True` with `escape`: spreadsheets split such fields differently")


def make_writer(
    first: Reader[Any], added: pa.Schema, options: CsvOptions, window_bytes: int
) -> CsvCopyWriter | CsvTableWriter:
    """first: the reader of the first input, whose columns the output has. added: the columns to append to them."""
    if isinstance(first, CsvReader) and first.schema is None:
        return CsvCopyWriter(added.names, first.dialect, options.excel_safe, first.source.encoding.codec)
    return CsvTableWriter(first.columns or [], added.names, options.delimiter or ",", options.excel_safe)


def check_added(first: Reader[Any], values: Iterable[str]) -> None:
    """values: the names and labels to add to records that are copied from `first`, and others like it.

    Raises UsageError for one that these can't hold.
    """
    if isinstance(first, CsvReader):
        check_values(values, first.dialect, first.source.name)


class CsvCopyWriter:
    """CSV to CSV: copies records and appends fields to them. codec: of the records."""

    def __init__(self, added_names: list[str], dialect: Dialect, excel_safe: bool, codec: str) -> None:
        self._dialect, self._excel_safe, self._codec = dialect, excel_safe, codec
        self._header = header_fields(added_names, dialect, excel_safe, codec)

    def write(
        self,
        reader: Reader[CsvWindow],
        source_number: int,
        window: CsvWindow,
        added: Mapping[str, pa.Array],
        more_follow: bool,
    ) -> WrittenPart:
        fields = added_fields(added, self._dialect, self._excel_safe, self._codec)
        header = self._header if source_number == 0 else None
        data = append_fields(window, fields, header, self._dialect, self._excel_safe)
        if window.preamble and source_number == 0:
            data = b"".join([window.preamble, data])
        if more_follow and lacks_line_end(window):
            data = ended(data)
        encoding = reader.source.encoding
        if not encoding.transcoded:
            return WrittenPart(data, window.resumable, 0)
        return WrittenPart(encoding.repaired(bytes(memoryview(data))), window.resumable, _rows_with(INVALID, window))

    def finish(self, windows: int, rows: int) -> bytes:
        return b""

    def resume(self, path: Path, size: int) -> None:
        """Nothing to do: CSV may end after any window."""


class CsvTableWriter:
    """Other formats to CSV, from the columns of their tables."""

    def __init__(self, names: list[str], added_names: list[str], delimiter: str, excel_safe: bool) -> None:
        self._delimiter, self._excel_safe = delimiter, excel_safe
        header = header_fields([*names, *added_names], Dialect(delimiter), excel_safe)
        self._header = header.removeprefix(delimiter.encode()) + b"\n"
        self._begun = False

    def write(
        self,
        reader: Reader[Window],
        source_number: int,
        window: Window,
        added: Mapping[str, pa.Array],
        more_follow: bool,
    ) -> WrittenPart:
        table, replaced = reader.table(window)
        lines = self._lines(table, added_fields(added, Dialect(self._delimiter), self._excel_safe))
        header = b"" if self._begun else self._header
        self._begun = True
        return WrittenPart(header + lines, window.resumable, int(replaced.sum()))

    def finish(self, windows: int, rows: int) -> bytes:
        return b"" if windows else self._header

    def resume(self, path: Path, size: int) -> None:
        self._begun = True

    def _lines(self, table: pa.Table, added: pa.LargeBinaryArray) -> bytes:
        """A record for each row of a table, with the added fields, which include their delimiters."""
        if len(table) == 0:
            return b""
        parts: list[Any] = []
        for column in table.columns:
            if parts:
                parts.append(pa.scalar(self._delimiter.encode(), pa.large_binary()))
            parts.append(table_fields(column, self._delimiter, self._excel_safe))
        joined = join_columns([*parts, added, pa.scalar(b"\n", pa.large_binary())])
        if joined.null_count:
            raise AssertionError(f"Expected a record for each of {len(joined)} rows, {joined.null_count} are empty")
        _, offsets, lines = joined.buffers()
        return bytes(memoryview(lines)[: int(np.frombuffer(offsets, np.int64)[len(joined)])])


def append_fields(
    window: CsvWindow, appended: pa.LargeBinaryArray, header: bytes | None, dialect: Dialect, excel_safe: bool
) -> bytes | pa.Buffer:
    """The window's records with fields appended, without rejected records; blank lines are kept.

    appended: (rows,), what to append to each row. header: what to append to the record with the column names; None
    leaves out that record and what precedes it. The output has the columns of `window.fields`, or all if that is empty.
    """
    kept = ~window.rejected
    if header is None:
        kept[: window.header + 1] = False
    if not kept.any():
        return b""
    suffixes, offsets = _spread(window, appended, header or b"", kept)
    if window.fields:
        return _chosen_columns(window, kept, large_binary(suffixes, offsets), dialect, excel_safe)
    if kept.all():
        return _core.append_suffixes(window.data, window.records.content_ends, suffixes.data, offsets)
    starts, content_ends = window.starts[kept], window.records.content_ends[kept]
    data, begins = _core.field_values(window.data, starts, window.records.ends[kept], None)
    return _core.append_suffixes(data.data, begins[:-1] + content_ends - starts, suffixes.data, offsets)


def _rows_with(byte: bytes, window: CsvWindow) -> int:
    """The number of rows whose records hold a byte."""
    places = np.flatnonzero(np.frombuffer(window.data, np.uint8) == byte[0])
    records = np.unique(np.searchsorted(window.records.ends, places, "right"))
    return int(window.holds_row[records].sum())


def _spread(
    window: CsvWindow, appended: pa.LargeBinaryArray, header: bytes, kept: Mask
) -> tuple[npt.NDArray[np.uint8], Places]:
    """Fields of rows and of the header -> those of all kept records, including blank lines: bytes and offsets."""
    ends = np.frombuffer(appended.buffers()[1], np.int64)[: len(appended) + 1] if len(appended) else np.zeros(1, int)
    values = appended.buffers()[2] if len(appended) else None
    fields = np.frombuffer(values, np.uint8)[: int(ends[-1])] if values else np.zeros(0, np.uint8)
    lengths = np.zeros(len(kept), np.int64)
    lengths[window.holds_row] = np.diff(ends)
    if window.header >= 0:  # before all rows
        lengths[window.header] = len(header)
        fields = np.concatenate([np.frombuffer(header, np.uint8), fields])
    return fields, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[kept])])


def _chosen_columns(
    window: CsvWindow, kept: Mask, suffixes: pa.LargeBinaryArray, dialect: Dialect, excel_safe: bool
) -> pa.Buffer:
    records, comments = window.records, window.comments
    separated = (records.fields[kept] != 0) & ~comments[kept]
    delimiters = pa.array(["", dialect.delimiter], pa.large_binary()).take(pa.array(separated.astype(int)))
    parts: list[pa.Array] = []
    if comments.any():  # copied as they are, without fields
        ends = np.where(comments, records.content_ends, window.starts)
        parts += copied_fields(window.data, window.starts[kept], ends[kept], dialect, False)
    for begins, ends in window.fields.values():
        if comments.any():
            begins, ends = np.where(comments, -1, begins), np.where(comments, -1, ends)
        if len(parts) > comments.any():
            parts.append(delimiters)
        parts += copied_fields(window.data, begins[kept], ends[kept], dialect, excel_safe)
    parts += [suffixes, *copied_fields(window.data, records.content_ends[kept], records.ends[kept], dialect, False)]
    joined = join_columns(parts)
    total = int(np.frombuffer(joined.buffers()[1], np.int64)[len(joined)]) if len(joined) else 0
    first = records.offset == 0 and kept[0] and bytes(window.data[:3]) == _BOM  # belongs to no field
    mark = _BOM if first else b""
    if total == 0:
        return pa.py_buffer(mark)
    content = joined.buffers()[2].slice(0, total)
    return pa.py_buffer(mark + content.to_pybytes()) if mark else content
