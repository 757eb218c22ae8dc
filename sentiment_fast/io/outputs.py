"""Scored windows -> the bytes of the output, in any format.

In: a window, its `Reader` and its scores. Out: what to append to the output. Rows of CSV to CSV and of JSON Lines to
JSON Lines are copied; all others are written from their columns. `scored_table`, `csv_lines`, `json_lines`,
`append_fields` and `append_members` need nothing of other windows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.io.arrow import as_utf8, csv_values
from sentiment_fast.io.csv.reader import CsvReader
from sentiment_fast.io.csv.writer import NUMBER, append_fields
from sentiment_fast.io.formats import JSON_LINES, PARQUET
from sentiment_fast.io.jsonl.reader import JsonLinesReader
from sentiment_fast.io.jsonl.writer import append_members, json_lines, new_members
from sentiment_fast.io.parquet.reader import ParquetReader
from sentiment_fast.io.parquet.row_groups import RowGroups
from sentiment_fast.io.window import Reader
from sentiment_fast.scoring.columns import NewColumns, ScoredTexts, csv_names, join_columns

_WINDOWS_PER_GROUP = 4


class Part(NamedTuple):
    """data: to be appended. whole: whether the output can be gone on with behind it: else more is held back. replaced:
    in how many rows bytes were replaced that are no UTF-8.
    """

    data: Any
    whole: bool
    replaced: int


class Writer(Protocol):
    """What windows are given to in their order."""

    def write(self, source: Reader[Any], place: int, window: Any, scored: ScoredTexts, more_behind: bool) -> Part:
        """place: of the input, from 0. more_behind: whether further inputs will be written behind this one."""

    def finish(self, windows: int, rows: int) -> bytes:
        """What makes the output whole. windows, rows: how many it has, those of an earlier run too."""

    def resume(self, path: Path, size: int) -> None:
        """Go on behind the first bytes of a file."""


def make_writer(
    output_format: str, first: Reader[Any], new_columns: NewColumns, delimiter: str, excel_safe: bool, window_bytes: int
) -> Writer:
    """first: the first input, whose columns are those of the output. delimiter: of a CSV output."""
    if output_format == PARQUET:
        return _ParquetWriter(first, new_columns, _WINDOWS_PER_GROUP * window_bytes)
    if output_format == JSON_LINES:
        return _JsonCopy(new_columns) if isinstance(first, JsonLinesReader) else _JsonWriter(new_columns)
    if isinstance(first, CsvReader):
        return _CsvCopy(new_columns, first.layout.delimiter, excel_safe)
    return _CsvWriter(first, new_columns, delimiter, excel_safe)


class _Stateless:
    """Formats that end anywhere."""

    def finish(self, windows: int, rows: int) -> bytes:
        return b""

    def resume(self, path: Path, size: int) -> None:
        pass


class _CsvCopy(_Stateless):
    def __init__(self, new_columns: NewColumns, delimiter: str, excel_safe: bool) -> None:
        self._new, self._delimiter, self._excel_safe = new_columns, delimiter, excel_safe
        self._header = new_columns.csv_header(delimiter, excel_safe)

    def write(self, source: Reader[Any], place: int, window: Any, scored: ScoredTexts, more_behind: bool) -> Part:
        fields = self._new.csv_fields(scored, self._delimiter, self._excel_safe)
        header = self._header if place == 0 else None
        data = append_fields(window, fields, header, self._delimiter, self._excel_safe)
        return Part(_ended(data) if more_behind and _lacks_line_end(window) else data, window.resumable, 0)


class _JsonCopy(_Stateless):
    def __init__(self, new_columns: NewColumns) -> None:
        self._new = new_columns

    def write(self, source: Reader[Any], place: int, window: Any, scored: ScoredTexts, more_behind: bool) -> Part:
        assert isinstance(source, JsonLinesReader)
        data = append_members(window, new_members(self._new, scored), source.kept)
        lacking = more_behind and source.kept is None and _lacks_line_end(window)
        return Part(_ended(data) if lacking else data, window.resumable, 0)


def _lacks_line_end(window: Any) -> bool:
    """Whether the last record, which is written, is that of a file that ends without a line end."""
    return bool(window.records.ends[-1] == window.records.content_ends[-1] and not window.rejected[-1])


def _ended(data: Any) -> bytes:
    return bytes(memoryview(data)) + b"\n" if len(data) else b""


class _CsvWriter(_Stateless):
    def __init__(self, first: Reader[Any], new_columns: NewColumns, delimiter: str, excel_safe: bool) -> None:
        self._new, self._delimiter, self._excel_safe = new_columns, delimiter, excel_safe
        names = csv_names(first.columns or [], delimiter, excel_safe)
        self._header: bytes = names + new_columns.csv_header(delimiter, excel_safe) + b"\n"
        self._begun = False

    def write(self, source: Reader[Any], place: int, window: Any, scored: ScoredTexts, more_behind: bool) -> Part:
        table, replaced = source.table(window)
        fields = self._new.csv_fields(scored, self._delimiter, self._excel_safe)
        lines = csv_lines(table, fields, self._delimiter, self._excel_safe)
        header = b"" if self._begun else self._header
        self._begun = True
        return Part(header + lines, window.resumable, int(replaced.sum()))

    def finish(self, windows: int, rows: int) -> bytes:
        return b"" if windows else self._header

    def resume(self, path: Path, size: int) -> None:
        self._begun = True


class _JsonWriter(_Stateless):
    def __init__(self, new_columns: NewColumns) -> None:
        self._new = new_columns

    def write(self, source: Reader[Any], place: int, window: Any, scored: ScoredTexts, more_behind: bool) -> Part:
        table, replaced = source.table(window)
        lines, found = json_lines(table, new_members(self._new, scored))
        return Part(lines, window.resumable, int((replaced | found).sum()))


class _ParquetWriter:
    """Holds windows back until they make a row group."""

    def __init__(self, first: Reader[Any], new_columns: NewColumns, group_bytes: int) -> None:
        assert first.schema is not None
        self._new, self._group_bytes = new_columns, group_bytes
        self._schema = first.schema
        nothing = np.zeros(0, np.int64)
        none_scored = ScoredTexts(np.zeros((0, len(new_columns.classes)), np.float32), nothing > 0, nothing, nothing)
        for name, values in new_columns.arrow_columns(none_scored).items():
            self._schema = self._schema.append(pa.field(name, values.type))
        self._groups = RowGroups(self._schema, first.layout.compression if isinstance(first, ParquetReader) else "ZSTD")
        self._held: list[pa.Table] = []
        self._bytes = 0

    def write(self, source: Reader[Any], place: int, window: Any, scored: ScoredTexts, more_behind: bool) -> Part:
        table, replaced = source.table(window)
        self._held.append(scored_table(table, self._new, scored, self._schema))
        self._bytes += self._held[-1].nbytes
        full = self._bytes >= self._group_bytes and window.resumable
        return Part(self._group() if full else b"", full, int(replaced.sum()))

    def finish(self, windows: int, rows: int) -> bytes:
        data = self._group() + self._groups.finish()
        if self._groups.rows != rows:
            raise AssertionError(f"Expected {rows:,} rows in the output, got {self._groups.rows:,}")
        return data

    def resume(self, path: Path, size: int) -> None:
        self._groups.resume(path, size)

    def _group(self) -> bytes:
        held, self._held, self._bytes = self._held, [], 0
        table = pa.concat_tables(held) if held else None
        return self._groups.append(table) if table is not None and len(table) > 0 else b""


def scored_table(table: pa.Table, new_columns: NewColumns, scored: ScoredTexts, schema: pa.Schema) -> pa.Table:
    """A window's columns and the new ones, of a schema that has both."""
    added = new_columns.arrow_columns(scored).values()
    return pa.Table.from_arrays([*table.columns, *(pa.chunked_array([one]) for one in added)], schema=schema)


def csv_lines(table: pa.Table, fields: pa.LargeBinaryArray, delimiter: str, excel_safe: bool) -> bytes:
    """A record for each row of a table, with further fields, each of which brings its delimiter."""
    if len(table) == 0:
        return b""
    parts: list[Any] = []
    for column in table.columns:
        if parts:
            parts.append(pa.scalar(delimiter.encode(), pa.large_binary()))
        values = csv_values(column)
        parts.append(_quoted(_guarded(values) if excel_safe and _may_be_formula(column.type) else values, delimiter))
    joined = join_columns([*parts, fields, pa.scalar(b"\n", pa.large_binary())])
    if joined.null_count:
        raise AssertionError(f"Expected a record for each of {len(joined)} rows, {joined.null_count} came out empty")
    _, offsets, lines = joined.buffers()
    return bytes(memoryview(lines)[: int(np.frombuffer(offsets, np.int64)[len(joined)])])


def _quoted(values: pa.Array, delimiter: str) -> pa.Array:
    must_be = pc.match_substring_regex(values, f'["\r\n{re.escape(delimiter)}]')
    if not pc.any(must_be).as_py():
        return values
    quote = pa.scalar(b'"', pa.large_binary())
    doubled = pc.replace_substring(values, '"', '""')
    return pc.if_else(must_be, pc.binary_join_element_wise(quote, doubled, quote, pa.scalar(b"", quote.type)), values)


def _guarded(values: pa.Array) -> pa.Array:
    """An apostrophe before what a spreadsheet would run: formulas, not numbers."""
    texts = as_utf8(values)[0]
    runs = pc.and_not(pc.match_substring_regex(texts, r"^[=+\-@\t\r]"), pc.match_substring_regex(texts, NUMBER))
    apostrophe = pa.scalar(b"'", pa.large_binary())
    return pc.if_else(runs, pc.binary_join_element_wise(apostrophe, values, pa.scalar(b"", values.type)), values)


def _may_be_formula(kind: pa.DataType) -> bool:
    return not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
