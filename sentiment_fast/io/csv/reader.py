"""A CSV file -> numbered windows of whole records: the texts in them, and which records are rows at all.

In: a `Source` and its `CsvLayout`. Out: `CsvWindow`s, or where they end, for those who read them elsewhere. A window is
what is batched, freed of duplicates and journalled together. Where one ends depends on where it begins and on the bytes
alone, so that a run taken up at the end of any window has the windows of one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.chunks import Finder, read_chunks
from sentiment_fast.io.csv.layout import CsvLayout
from sentiment_fast.io.options import ScoringOptions
from sentiment_fast.io.source import Source
from sentiment_fast.text.encoding import SIMD_LEVEL

WINDOW_BYTES = 3 << 20

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Position:
    """A place between two windows. offset: in the (decompressed) input. row, line: as a RecordFinder counts them.

    rows: rows before it, those that were rejected too, and the blank lines of a file of one column. source: which of
    several inputs, from 0. within_line: whether it is not between two records, but within an overlong line. In a
    Parquet file, row is a row group, and offset a row in that.
    """

    offset: int = 0
    row: int = 0
    line: int = 1
    rows: int = 0
    source: int = 0
    within_line: bool = False


@dataclass(frozen=True)
class CsvWindow:
    """Whole records of a CSV file.

    data: their bytes, good until as many more windows were read as there are buffers. records: where each is in them.
    fields: begins and ends, (records,) each, of the fields of further columns, by column. holds_row, rejected:
    (records,) bool. header: the number of the record with the names, -1 without. texts: (rows,) large_binary, their
    values. row_numbers: (records,), counting data rows from 1. end: where the next window begins. resumable: whether a
    run can be taken up there, which it cannot within an overlong line. consumed: bytes read of the input on disk.
    """

    data: memoryview
    records: _core.CsvRecords
    fields: dict[int, tuple[Places, Places]]
    holds_row: Mask
    rejected: Mask
    header: int
    texts: pa.LargeBinaryArray
    row_numbers: Places
    end: Position
    resumable: bool
    consumed: int

    @property
    def starts(self) -> Places:
        """(records,): where each record begins."""
        return np.concatenate([np.zeros(1, np.int64), self.records.ends[:-1]])


def read_windows(
    source: Source,
    layout: CsvLayout,
    options: ScoringOptions,
    begin: Position,
    buffers: int,
    window_bytes: int = WINDOW_BYTES,
    all_fields: bool = False,
) -> Iterator[CsvWindow]:
    """The windows of a source that stands at `begin`.

    buffers: how many may be in use at once. all_fields: find those of all columns to write. With options.strict, raises
    DataError at the first record that cannot be read. Checks at the end that as many rows came out as the file has.
    """
    width = len(layout.columns)
    others = layout.kept or []
    if options.excel_safe or all_fields:
        others = list(range(width)) if layout.kept is None else layout.kept
    finder = _FieldFinder(layout, others, options, begin)
    rows, blank_lines = begin.rows, 0
    for chunk in read_chunks(source, finder, window_bytes, buffers):
        records, fields = finder.found[layout.text], finder.found
        holds_row, rejected, numbers = _rows_of(records, width, rows)
        headers = np.flatnonzero((records.rows == 0) & (records.fields != 0))
        rows, blank_lines = int(numbers[-1]), blank_lines + _blank_lines(records, holds_row)
        window = CsvWindow(
            data=chunk.data,
            records=records,
            fields={column: (fields[column].field_begins, fields[column].field_ends) for column in others},
            holds_row=holds_row,
            rejected=rejected,
            header=int(headers[0]) if len(headers) > 0 else -1,
            texts=_values(chunk.data, records.field_begins[holds_row], records.field_ends[holds_row]),
            row_numbers=numbers,
            end=Position(chunk.offset, chunk.row, chunk.line, rows, within_line=finder.within_line),
            resumable=not finder.within_line,
            consumed=chunk.offset if source.consumed is None else source.consumed,
        )
        if options.strict and rejected.any():
            raise DataError(f"{source.name}: {first_rejection(window, width, options.max_record)}")
        yield window
    _check_count(source, finder, begin, rows, blank_lines)


def find_ends(
    source: Source, layout: CsvLayout, options: ScoringOptions, begin: Position, window_bytes: int = WINDOW_BYTES
) -> Iterator[Position]:
    """Where the windows end that `read_windows` would give, found without a look at any field."""
    width, rows, blank_lines = len(layout.columns), begin.rows, 0
    finder = _core.RecordFinder(SIMD_LEVEL, **_settings(layout, options, begin))
    for chunk in read_chunks(source, finder, window_bytes):
        holds_row, _, numbers = _rows_of(chunk.records, width, rows)
        rows, blank_lines = int(numbers[-1]), blank_lines + _blank_lines(chunk.records, holds_row)
        yield Position(chunk.offset, chunk.row, chunk.line, rows, begin.source, finder.within_line)
    _check_count(source, finder, begin, rows, blank_lines)


def _rows_of(records: _core.CsvRecords, width: int, rows: int) -> tuple[Mask, Mask, Places]:
    """Which records hold rows, which are rejected, and their numbers behind `rows` earlier ones; (records,) each."""
    counts, behind_header = records.fields, records.rows > 0
    holds_row = behind_header & ((counts == width) | ((counts == 0) & (width == 1)))
    rejected = ~holds_row & (counts != 0) & behind_header
    return holds_row, rejected, rows + np.cumsum(holds_row | (rejected & (counts != _core.REST_OF_LINE)))


def _blank_lines(records: _core.CsvRecords, holds_row: Mask) -> int:
    """How many rows of a file of one column are blank lines, which the finder does not count."""
    return int((holds_row & (records.fields == 0)).sum())


def _check_count(source: Source, finder: Finder, begin: Position, rows: int, blank_lines: int) -> None:
    found = finder.row - max(begin.row, 1) + blank_lines  # without the header
    if rows - begin.rows != found:
        raise AssertionError(f"{source.name}: {found} rows were found, {rows - begin.rows} came out")


def rejection(fields: int, width: int, max_record: int) -> str:
    """Why a record was rejected."""
    if fields == _core.UNCLOSED:
        return f"a quote opens and does not close before the end or within {max_record} bytes"
    if fields < 0:
        return f"longer than {max_record} bytes"
    return f"expected {width} fields, got {fields}"


def first_rejection(window: CsvWindow, width: int, max_record: int) -> str:
    """The first rejected record of a window, in words."""
    record = int(np.flatnonzero(window.rejected)[0])
    fields = int(window.records.fields[record])
    where = (
        f"row {window.row_numbers[record]} (counting data rows from 1, without the header; "
        f"line {window.records.lines[record]})"
    )
    start, end = int(window.starts[record]), int(window.records.content_ends[record])
    content = bytes(window.data[start : min(end, start + 400)]).decode("utf-8", "replace")[:80]
    if fields == _core.UNCLOSED:
        return f'{where} opens a quote that never closes: close it, or double the quotes inside quoted fields ("")'
    if fields < 0:
        return f"{where} is longer than {max_record:,} bytes: raise --max-record, if that is right"
    return (
        f"expected {width} fields, as in the header, got {fields} in {where}: {content!r}. Put quotes around a text "
        "that holds commas, quotes or line breaks, and double the quotes inside it"
    )


class _FieldFinder:
    """RecordFinders that go over the same bytes, each with a wanted field of its own."""

    def __init__(self, layout: CsvLayout, others: list[int], options: ScoringOptions, begin: Position) -> None:
        settings = _settings(layout, options, begin)
        self._finders = {
            column: _core.RecordFinder(SIMD_LEVEL, wanted_field=column, **settings) for column in {layout.text, *others}
        }
        self._first = self._finders[layout.text]
        self.found: dict[int, _core.CsvRecords] = {}
        self._text = layout.text

    def find(self, buffer: memoryview, last: bool) -> _core.CsvRecords:
        self.found = {column: finder.find(buffer, last) for column, finder in self._finders.items()}
        return self.found[self._text]

    @property
    def offset(self) -> int:
        return self._first.offset

    @property
    def row(self) -> int:
        return self._first.row

    @property
    def line(self) -> int:
        return self._first.line

    @property
    def within_line(self) -> bool:
        return self._first.within_line


def _settings(layout: CsvLayout, options: ScoringOptions, begin: Position) -> dict[str, Any]:
    """Of a RecordFinder that begins there."""
    return {
        "delimiter": layout.delimiter,
        "max_record": options.max_record,
        "offset": begin.offset,
        "row": begin.row,
        "line": begin.line,
        "within_line": begin.within_line,
    }


def _values(data: memoryview, begins: Places, ends: Places) -> pa.LargeBinaryArray:
    values, offsets = _core.field_values(data, begins, ends)
    return large_binary(values, offsets)


def large_binary(values: npt.NDArray[np.uint8], offsets: Places) -> pa.LargeBinaryArray:
    """Bytes (total,) and where each value begins and ends in them, (n + 1,), as an Arrow column; nothing is copied."""
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(values)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)
