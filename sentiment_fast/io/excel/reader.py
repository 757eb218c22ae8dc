"""A sheet of a workbook -> windows of its rows, all cells as the texts that a user sees.

In: a `Source` and which sheet. Out: `TableWindow`s. Reading the file is left to python-calamine, which holds the sheet
in memory; choosing columns to table_windows.py.
"""

from __future__ import annotations

import datetime
import importlib
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa

from sentiment_fast.errors import DataError, listed
from sentiment_fast.extras import needs
from sentiment_fast.io.columns import numbered_names
from sentiment_fast.io.csv.header import is_known, known_names, reason_for_data, second_header, textual_columns
from sentiment_fast.io.csv.sample import SAMPLE_RECORDS
from sentiment_fast.io.formats import EXCEL
from sentiment_fast.io.options import Reading
from sentiment_fast.io.source import Source
from sentiment_fast.io.table_windows import TableWindow, TypedReader, runs_of
from sentiment_fast.io.window import Position

_ROWS_AT_ONCE = 256
_MOST_SHOWN = 5
_DIGITS = 15  # that a spreadsheet keeps of a number


class ExcelReader(TypedReader):
    """A sheet, whose first row that is not empty holds the column names. rows: those after it."""

    format = EXCEL

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source, self._reading = source, reading
        self._sheet = _open_sheet(source, reading)
        self.decided = {"sheet": str(self._sheet.name)}
        first = next(self._rows_from_first(), None)
        if first is None:
            raise DataError(f"{source.name}: expected rows in the sheet {self._sheet.name!r}, got an empty one")
        self._names = [_text(value) for value in first]
        if reading.options.header is False:
            self._names = numbered_names(len(first))
        else:
            self._check_names(self._names)
        sample = [[_text(value) for value in row] for row in islice(self._data_rows(), SAMPLE_RECORDS)]
        if reading.options.header is None:
            self._check_header(self._names, sample)
        self.rows = sum(1 for _ in self._data_rows())
        schema = pa.schema([(name, pa.large_string()) for name in self._names])
        self.choose_columns(schema, reading, textual_columns(sample, len(self._names)))

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[TableWindow]:
        rows = begin.rows
        size = self.source.size or 0
        for read, row in runs_of(self._batches(), begin.offset, window_bytes):
            rows += len(read)
            end = Position(offset=row, rows=rows)
            yield self.window(read, end, True, size * row // max(self.rows or 1, 1))

    def _batches(self) -> Iterator[pa.RecordBatch]:
        places = [self._names.index(name) for name in self.names_to_read]
        schema = pa.schema([(name, pa.large_string()) for name in self.names_to_read])
        columns: list[list[str]] = [[] for _ in places]
        for row in self._data_rows():
            for column, place in zip(columns, places, strict=True):
                column.append(_text(row[place]))
            if columns and len(columns[0]) == _ROWS_AT_ONCE:
                yield _batch(columns, schema)
                columns = [[] for _ in places]
        if columns and columns[0]:
            yield _batch(columns, schema)

    def _rows_from_first(self) -> Iterator[list[Any]]:
        """The rows from the first one that is not empty onwards, after those to skip."""
        begun = False
        for number, row in enumerate(self._sheet.iter_rows()):
            if number < self._reading.options.skip_lines:
                continue
            begun = begun or any(value != "" for value in row)
            if begun:
                yield row

    def _data_rows(self) -> Iterator[list[Any]]:
        rows = self._rows_from_first()
        if self._reading.options.header is not False:
            next(rows, None)
        return rows

    def _check_names(self, names: list[str]) -> None:
        """Raises DataError for a title in place of names: it has empty cells next to it, above cells that are filled.

        Only the first column may lack a name, as the index does that pandas writes.
        """
        lacking = [place for place, name in enumerate(names) if not name and place > 0]
        if not lacking:
            return
        for row in self._data_rows():
            for place in lacking:
                if row[place] != "":
                    raise DataError(
                        f"{self.source.name}: expected a name for each column in the first row of the sheet "
                        f"{self._sheet.name!r}, got none for column {place + 1}: if these are not the names, leave out "
                        "the rows above them with `skip_lines`"
                    )

    def _check_header(self, names: list[str], sample: list[list[str]]) -> None:
        """Raises DataError if the first row looks like data, or one of those below it, the `sample`, like the names."""
        known, rows = known_names(self._reading), dict(enumerate(sample, 1))
        if any(is_known(name, known) for name in names):
            return
        where = f"{self.source.name}: expected column names in the first row of the sheet {self._sheet.name!r}, got"
        shown = ", ".join(repr(name[:40]) for name in names[:_MOST_SHOWN])
        if (place := second_header(rows, known)) is not None:
            raise DataError(
                f"{where} {shown}, and what may be the names {_nth(place)} below it: leave out the rows above them "
                "with `skip_lines`, or choose `header=True` if the first row is the header"
            )
        if (reason := reason_for_data(rows, names)) is not None:
            raise DataError(
                f"{where} {shown}, which looks like data, since {reason}: choose `header=False` if it is data, "
                "`header=True` if it is a header"
            )


def _nth(place: int) -> str:
    return "right" if place == 1 else f"{place} rows"


def _open_sheet(source: Source, reading: Reading) -> Any:
    with needs("excel", f"{source.name}: reading {EXCEL} files"):
        calamine = importlib.import_module("python_calamine")
    try:
        opened = source.path if source.path is not None and source.rereadable else _in_memory(source)
        workbook = calamine.CalamineWorkbook.from_object(opened)
        name = _sheet_name(workbook, source, reading)
        return workbook.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError) as error:
        raise DataError(
            f"{source.name}: cannot be read ({error}). Is it a complete workbook, not encrypted?"
        ) from error


def _in_memory(source: Source) -> io.BytesIO:
    data, buffer = io.BytesIO(), bytearray(1 << 20)
    while count := source.readinto(memoryview(buffer)):
        data.write(buffer[:count])
    data.seek(0)
    return data


def _sheet_name(workbook: Any, source: Source, reading: Reading) -> str:
    names: list[str] = workbook.sheet_names
    chosen = reading.options.sheet
    if not names:
        raise DataError(f"{source.name}: expected a workbook with sheets, got none")
    if chosen is None:
        if len(names) > 1:
            reading.say(
                f"{source.name}: reading the sheet {names[0]!r}, the first of {len(names)} ({listed(names)}): choose "
                "another with `sheet`"
            )
        return names[0]
    if str(chosen) in names:
        return str(chosen)
    text = str(chosen)
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= len(names):
        return names[int(text) - 1]
    raise DataError(
        f"{source.name}: expected a sheet {chosen!r}, got {listed(names)}: choose one with `sheet`, by name or number"
    )


def _batch(columns: list[list[str]], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(column, pa.large_string()) for column in columns], schema=schema)


def _text(value: Any) -> str:
    """A cell as a text: "" if it is empty, whole numbers without decimals, dates and times in ISO 8601."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 10**_DIGITS:
            return str(int(value))
        case float():
            return f"{value:.{_DIGITS}g}"
        case datetime.datetime():
            return value.isoformat(" ")
        case datetime.timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case datetime.date() | datetime.time():
            return value.isoformat()
    return str(value)
