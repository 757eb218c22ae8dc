"""Files of any format -> the wanted columns of their rows, window by window, as Arrow tables.

In: file names or patterns, the wanted columns, and options for reading. Out: `ColumnTable`s. What the columns mean, and
whether they are kept in memory, is left to the caller.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.arrow import flat, holds_text, invalid_texts
from sentiment_fast.io.columns import WantedColumn
from sentiment_fast.io.csv.missing import count_na_spellings, report_na_spellings
from sentiment_fast.io.encoding import UTF_8, Encoding
from sentiment_fast.io.formats import CSV
from sentiment_fast.io.inputs import Inputs, expand_patterns
from sentiment_fast.io.options import STRICT, Reading, ReadOptions, check_applies
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import WINDOW_BYTES, Position

ENCODING_ADVICE = "Name the encoding, such as `encoding=cp1252`, or save the file again as UTF-8."
ROW_NOTE = "(counting data rows from 1, without the header)"


@dataclass(frozen=True)
class ColumnTable:
    """A window's rows. name: the file's name. table: (rows,), the wanted columns in the order of the request, under
    their names in the file. first_row: the number of the first row in its file, from 1, if no record was rejected.
    rejects: rejected records as rows of a CSV file (see rejects.py). rejected: the number of rejected records. strings:
    names of columns in which JSON has strings, up to this window, rather than only numbers and other values.
    """

    name: str
    table: pa.Table
    first_row: int
    rejects: bytes
    rejected: int
    strings: frozenset[str] = frozenset()

    @property
    def first_reject(self) -> str:
        """Where the first rejected record is, and why it was rejected."""
        fields = next(csv.reader(io.StringIO(self.rejects[:4096].decode("utf-8", "replace"), newline="")))
        line, _, reason = fields[-4:-1]
        return f"line {line}: {reason}"


def read_columns(
    inputs: str | Path | BinaryIO | Sequence[str | Path],
    wanted: Sequence[WantedColumn],
    options: ReadOptions = STRICT,
    say: Callable[[str], None] = lambda message: None,
    window_bytes: int = WINDOW_BYTES,
) -> Iterator[ColumnTable]:
    """Read columns of one file, or of several as one, in the order of the files.

    inputs: file names, patterns, "-" for stdin, or a binary file. wanted: the column of the texts first (see
    `columns.text_column`); `options.text_column` and `options.columns` are not used. Texts are returned as
    large_string, null where a row has none; so are all other columns of strings or bytes, and all columns of JSON
    Lines. Other columns of Parquet keep their types. With `options.strict`, a record that cannot be read is an error.

    An input without rows gives one table without rows. Raises DataError, with the file and the row, for what cannot be
    read, including text that is not valid UTF-8; UsageError for several files of different formats, or a column that is
    requested twice.
    """
    sources = _sources(inputs)
    reading = Reading(options, wanted=tuple(wanted), named=len(sources) > 1, say=say, warn=say)
    with Source(sources[0]) as source:
        opened = Inputs(sources, reading, source)
        first = opened.first
        check_applies(options, first.format)
        assert first.schema is not None
        _check_distinct(first.schema.names, wanted)
        row, number, na_spellings = 0, -1, 0
        for reader, place, window in opened.windows(Position(), 1, window_bytes):
            row, number = (row if place == number else 0), place
            values = reader.values(window)
            if reader.format == CSV:
                values[0] = pa.chunked_array([window.texts])  # in which those of `na_values` are missing
                na_spellings += count_na_spellings(window.texts)
            table = _checked(values, first.schema.names, reader.source, row)
            rejects, rejected = reader.rejected(window)
            strings = frozenset(reader.strings)
            yield ColumnTable(reader.source.name, table, row + 1, rejects, rejected, strings)
            row = window.end.rows
        report_na_spellings(first.source.name, na_spellings, options.na_values, say)
        if number < 0:
            nothing = first.schema.empty_table().columns
            yield ColumnTable(first.source.name, _checked(nothing, first.schema.names, first.source, 0), 1, b"", 0)
        opened.check_unchanged()


def _sources(inputs: str | Path | BinaryIO | Sequence[str | Path]) -> Sequence[str | Path | BinaryIO]:
    if not isinstance(inputs, str | Path | Sequence):
        return [inputs]
    names = [inputs] if isinstance(inputs, str | Path) else inputs
    if not names:
        raise UsageError("Expected one or more inputs, got none")
    return expand_patterns([str(name) for name in names])


def _check_distinct(columns: Sequence[str], wanted: Sequence[WantedColumn]) -> None:
    for place, name in enumerate(columns):
        if name in columns[:place]:
            both = f"{wanted[columns.index(name)].argument} and {wanted[place].argument}"
            raise UsageError(f"Expected two columns, got {name!r} as both {both}")


def _checked(columns: Sequence[pa.ChunkedArray], titles: Sequence[str], source: Source, rows_before: int) -> pa.Table:
    """Columns of text as large_string, others unchanged. Raises DataError for text that could not be decoded."""
    checked = []
    for column, title in zip(columns, titles, strict=True):
        if not holds_text(column.type):
            checked.append(column)
            continue
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        texts = flat(column.cast(pa.large_binary()))
        invalid = invalid_texts(texts)
        if invalid.any():
            place = int(invalid.argmax())
            fault = decoding_fault(texts[place].as_py(), source.encoding)
            raise DataError(f"{source.name}: column {title!r}, row {rows_before + place + 1} {ROW_NOTE}: {fault}")
        checked.append(pa.chunked_array([texts.view(pa.large_string())]))
    return pa.Table.from_arrays(checked, titles)


def decoding_fault(text: bytes, encoding: Encoding = UTF_8) -> str | None:
    """What is wrong with a text that is not valid UTF-8, and what to do; None for one that is.

    encoding: of the file that it was read from.
    """
    try:
        text.decode()
    except UnicodeDecodeError as error:
        if encoding is not UTF_8:
            before = len(text[: error.start].decode())
            return f"expected {encoding.name}, got bytes that it does not have after {before} characters of the text."
        found = f"byte 0x{error.object[error.start]:02x} at position {error.start} of the text"
        return f"expected UTF-8, got {found} (counting bytes from 0). {ENCODING_ADVICE}"
    return None
