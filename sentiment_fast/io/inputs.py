"""Inputs of any format -> windows, one way to read all of them: their texts, their columns, their rejected records.

In: a `Source` or several, and the options. Out: `Input`s, each of one file, and from them windows. A window can be
read, made a table of and searched for rejected records on its own, whatever was read before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.arrow import as_utf8, check_text_forms
from sentiment_fast.io.csv.layout import read_layout
from sentiment_fast.io.csv.reader import CsvWindow, Position, find_ends, large_binary, read_windows, rejection
from sentiment_fast.io.csv.writer import Rejects, csv_field
from sentiment_fast.io.formats import COMPRESSIONS, CSV, JSON_LINES, PARQUET, input_format
from sentiment_fast.io.jsonl.reader import JsonWindow, read_json_layout, read_json_windows
from sentiment_fast.io.options import ScoringOptions
from sentiment_fast.io.parquet.reader import ParquetWindow, read_parquet_layout, read_parquet_windows
from sentiment_fast.io.source import Source


@dataclass(frozen=True)
class Reading:
    """How inputs are to be read. output: the format that is written. names: those of the new columns. say: gets
    messages. named: whether rejected records are to say which input they are of.
    """

    options: ScoringOptions
    trained_on: str | None
    names: Sequence[str]
    output: str
    say: Callable[[str], None]
    named: bool = False


class Input(Protocol):
    """A file of one format, open for reading.

    columns: names of those to write, None where each row has its own. schema: these as `table` has them, None where the
    rows are to be copied. text_column: its name.
    """

    source: Source
    columns: list[str] | None
    schema: pa.Schema | None
    text_column: str

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[Any]:
        """The windows from `begin` on. buffers: how many may be in use at once."""

    def table(self, window: Any) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
        """(rows,): a window's columns; and (rows,) bool, in which rows bytes were replaced that are no UTF-8."""

    def rejected(self, window: Any) -> tuple[bytes, int]:
        """What to append to the file of rejected records, and how many there were; windows in their order."""


class CsvInput:
    format = CSV

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source, self._options = source, reading.options
        self.layout = read_layout(source, reading.options, reading.trained_on, reading.names, reading.say)
        width = len(self.layout.columns)
        self.kept = list(range(width)) if self.layout.kept is None else self.layout.kept
        self.columns: list[str] | None = [self.layout.columns[place] for place in self.kept]
        self.text_column = self.layout.columns[self.layout.text]
        self.schema = None if reading.output == CSV else _texts_schema(self.columns, source.name, reading.output)
        self._rejects = Rejects(self._reason, _first_field(source, reading))

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[CsvWindow]:
        if begin.offset:
            self.source.restart_at(begin.offset)
        self._rejects.within_record = begin.within_line
        converted = self.schema is not None
        yield from read_windows(self.source, self.layout, self._options, begin, buffers, window_bytes, converted)

    def window_ends(self, begin: Position, window_bytes: int) -> Iterator[Position]:
        """Where the windows from `begin` on end."""
        if begin.offset:
            self.source.restart_at(begin.offset)
        yield from find_ends(self.source, self.layout, self._options, begin, window_bytes)

    def table(self, window: CsvWindow) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
        columns, replaced = [], np.zeros(len(window.texts), bool)
        for place in self.kept:
            begins, ends = (places[window.holds_row] for places in window.fields[place])
            values, found = as_utf8(large_binary(*_core.field_values(window.data, begins, ends)))
            columns.append(values)
            replaced |= found
        return pa.Table.from_arrays(columns, schema=self.schema), replaced

    def rejected(self, window: CsvWindow) -> tuple[bytes, int]:
        return self._rejects.rows(window)

    def _reason(self, window: CsvWindow, record: int) -> str:
        return rejection(int(window.records.fields[record]), len(self.layout.columns), self._options.max_record)


class JsonInput:
    format = JSON_LINES

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source, self._options = source, reading.options
        self.layout = read_json_layout(source, reading.options, reading.trained_on, reading.names, reading.say)
        self.text_column, self.kept = self.layout.text, self.layout.kept
        self.columns: list[str] | None = None
        self.schema = None
        if reading.output != JSON_LINES:
            self.columns = self.layout.columns if self.kept is None else self.kept
            self.schema = _texts_schema(self.columns, source.name, reading.output)
        self._rejects = Rejects(lambda window, place: window.reasons[place], _first_field(source, reading))

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[JsonWindow]:
        if begin.offset:
            self.source.restart_at(begin.offset)
        closed = self.schema is not None
        yield from read_json_windows(self.source, self.layout, self._options, begin, buffers, window_bytes, closed)

    def take_columns(self, first: JsonInput) -> None:
        """Write the columns of the first of several inputs."""
        self.layout = replace(self.layout, columns=first.layout.columns, kept=first.kept)
        self.kept, self.columns, self.schema = first.kept, first.columns, first.schema

    def table(self, window: JsonWindow) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
        """Texts as they are, all other values as they stand in the line; null where there is none."""
        assert self.columns is not None
        values: dict[str, list[bytes | None]] = {name: [None] * len(window.objects) for name in self.columns}
        for row, members in enumerate(window.objects):
            for member in members:
                if member.name in values and member.raw != "null":
                    text = member.raw if member.text is None else member.text
                    values[member.name][row] = text.encode("utf-8", "surrogatepass")
        columns, replaced = [], np.zeros(len(window.objects), bool)
        for column in values.values():
            valid, found = as_utf8(pa.array(column, pa.large_binary()))
            columns.append(valid)
            replaced |= found
        return pa.Table.from_arrays(columns, schema=self.schema), replaced

    def rejected(self, window: JsonWindow) -> tuple[bytes, int]:
        return self._rejects.rows(window)


class ParquetInput:
    format = PARQUET

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source = source
        if source.path is None or not source.rereadable:
            raise DataError(f"{source.name}: expected a file: Parquet is read from its end")
        self._path = source.path
        self.layout = read_parquet_layout(self._path, reading.options, reading.trained_on, reading.names, reading.say)
        self.columns: list[str] | None = self.layout.schema.names
        self.schema, self.text_column = self.layout.schema, self.layout.text
        if reading.output != PARQUET:
            check_text_forms(self.schema, reading.output, source.name)

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[ParquetWindow]:
        yield from read_parquet_windows(self._path, self.layout, begin, window_bytes)

    def table(self, window: ParquetWindow) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
        return window.table, np.zeros(len(window.texts), bool)

    def rejected(self, window: ParquetWindow) -> tuple[bytes, int]:
        return b"", 0


def open_input(source: Source, reading: Reading) -> CsvInput | JsonInput | ParquetInput:
    """By the name of the source. Raises DataError for one that cannot be read in that way."""
    match input_format(source.name):
        case "JSON Lines":
            return JsonInput(source, reading)
        case "Parquet":
            return ParquetInput(source, reading)
    return CsvInput(source, reading)


class Inputs:
    """Inputs that are written into one output, in their order. Opens one at a time.

    sources: paths, or a single source of another kind. Raises DataError for several whose columns are not the same,
    UsageError for several that are not of one format or are no files.
    """

    def __init__(self, sources: Sequence[str | Path | BinaryIO], reading: Reading, first: Source) -> None:
        # What is said of the first holds for all.
        self._sources, self._reading, self._open = sources, replace(reading, say=lambda message: None), first
        self.first = open_input(first, reading)
        if self.first.columns == []:
            raise DataError(f"{first.name}: expected columns for {reading.output}, got a file without any")
        self.sizes = [first.size or 0]
        for source in sources[1:]:
            with Source(source) as other:
                if not (other.rereadable and first.rereadable):
                    name = first.name if other.rereadable else other.name
                    raise UsageError(f"{name}: expected a file, as one of several inputs: score it on its own")
                opened = open_input(other, self._reading)
                _compare(self.first, opened)
                self.sizes.append(other.size or 0)

    @property
    def rows(self) -> int | None:
        """How many there are, where all files say so."""
        return self.first.layout.rows if isinstance(self.first, ParquetInput) and len(self._sources) == 1 else None

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[tuple[Input, int, Any]]:
        """Each window with its input, and which of them that is, from 0."""
        for opened, start in self._opened(begin):
            for window in opened.windows(start, buffers, window_bytes):
                yield opened, start.source, window

    def window_ends(self, begin: Position, window_bytes: int) -> Iterator[tuple[Path, Position, Position]]:
        """Of inputs that are `copied_from_files`: each window's file, and where in it the window begins and ends."""
        for opened, start in self._opened(begin):
            assert isinstance(opened, CsvInput)
            assert opened.source.path is not None
            for end in opened.window_ends(start, window_bytes):
                yield opened.source.path, start, end
                start = end

    @property
    def copied_from_files(self) -> bool:
        """Whether these are CSV files to be written as CSV, of which any part can be read on its own."""
        names = [Path(one) for one in self._sources if isinstance(one, str | Path)]
        plain = all(name.suffix.lower() not in COMPRESSIONS for name in names)
        is_copied = isinstance(self.first, CsvInput) and self.first.schema is None
        return is_copied and plain and self.first.source.rereadable

    def _opened(self, begin: Position) -> Iterator[tuple[CsvInput | JsonInput | ParquetInput, Position]]:
        """Each input from a position on, one at a time, and where in it to begin."""
        for place in range(begin.source, len(self._sources)):
            start = begin if place == begin.source else Position(source=place)
            if place == 0:
                yield self.first, start
                continue
            with Source(self._sources[place]) as source:
                self._open = source
                opened = open_input(source, self._reading)
                if isinstance(opened, JsonInput) and isinstance(self.first, JsonInput):
                    opened.take_columns(self.first)
                yield opened, start

    def more_behind(self, place: int) -> bool:
        """Whether there are inputs behind one."""
        return place + 1 < len(self._sources)

    def consumed(self, place: int, window_consumed: int) -> int:
        """Bytes read of all inputs."""
        return sum(self.sizes[:place]) + window_consumed

    def cancel(self) -> None:
        """Ends a read that waits in another thread, and all reading."""
        self._open.cancel()


def _compare(first: CsvInput | JsonInput | ParquetInput, other: CsvInput | JsonInput | ParquetInput) -> None:
    """Whether the rows of both fit into one output."""
    names = f"{other.source.name}: to be written into one output with {first.source.name}"
    if isinstance(first, JsonInput) and isinstance(other, JsonInput):
        missing = [] if first.columns is None or first.kept else sorted(set(other.columns or []) - set(first.columns))
        if missing:
            raise DataError(f"{names}, has a member that this lacks: {missing[0]!r}: --columns says what to write")
    elif isinstance(first, ParquetInput) and isinstance(other, ParquetInput):
        for field in first.schema:
            if field.name not in other.schema.names:
                continue
            found = other.schema.field(field.name)
            if not found.type.equals(field.type) or (found.nullable and not field.nullable):
                raise DataError(f"{names}, expected {_kind(field)} in the column {field.name!r}, got {_kind(found)}")
        _compare_names(names, first.schema.names, other.schema.names)
    elif isinstance(first, CsvInput) and isinstance(other, CsvInput):
        _compare_names(names, first.columns or [], other.columns or [])
        if first.layout.delimiter != other.layout.delimiter:
            expected, got = first.layout.delimiter, other.layout.delimiter
            raise DataError(f"{names}, expected the delimiter {expected!r}, got {got!r}")
    else:
        raise UsageError(f"{names}, expected {first.format}, got {other.format}: score those on their own")
    empty = any(isinstance(one, JsonInput) and not one.layout.columns for one in (first, other))
    if first.text_column != other.text_column and not empty:
        raise DataError(
            f"{names}, expected the texts in {first.text_column!r}, got {other.text_column!r}: choose with "
            "--text-column"
        )


def _kind(field: pa.Field) -> str:
    return f"{field.type}{'' if field.nullable else ', never null'}"


def _compare_names(names: str, expected: list[str], got: list[str]) -> None:
    if expected != got:
        lacking = [f"lacks {name!r}" for name in expected if name not in got]
        foreign = [f"has {name!r}" for name in got if name not in expected]
        differences = ", ".join([*lacking, *foreign][:20]) or "has them in another order"
        raise DataError(f"{names}, expected the same columns: it {differences}: choose those of all with --columns")


def _texts_schema(columns: list[str], name: str, output: str) -> pa.Schema:
    twice = [column for column in columns if columns.count(column) > 1]
    if twice and output != CSV:
        raise DataError(
            f"{name}: has several columns {twice[0]!r}, and {output} has one of a name: choose with --columns, or "
            "rename all but one"
        )
    return pa.schema([pa.field(column, pa.large_string()) for column in columns])


def _first_field(source: Source, reading: Reading) -> bytes:
    return f"{csv_field(source.name)},".encode("utf-8", "surrogateescape") if reading.named else b""
