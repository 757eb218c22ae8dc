"""A CSV or TSV file, compressed or not -> columns of it as strings, every byte checked.

In: a path, and which columns are wanted. Out: an Arrow table of large_string columns, and errors with rows.
What the columns mean is left to files.py; files that are scored, to scoring/.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from sentiment_fast.errors import DataError

ROW_NOTE = "(counting data rows from 1, without the header)"

HEADER_BYTES = 1 << 20
BLOCK_BYTES = 1 << 20
LONGEST_RECORD_BYTES = 1 << 30
CLOSING_FIELD = b"end of file"


@dataclass(frozen=True)
class Wanted:
    """A column that is wanted: the first of `names` that a file has. option: what names another one."""

    names: tuple[str, ...]
    option: str


def opened(path: Path, compression: str | None) -> BinaryIO:
    """A file's bytes, decompressed. compression: as pyarrow calls it; None for none."""
    if compression is None:
        return path.open("rb")
    if compression == "xz":
        return cast(BinaryIO, lzma.open(path))
    return cast(BinaryIO, pa.input_stream(str(path), compression=compression))


def choose_columns(path: Path, columns: list[str], wanted: Sequence[Wanted]) -> list[str]:
    """The names of the wanted columns; raises DataError where a file lacks one, or has it twice."""
    return [_choose_column(path, columns, one) for one in wanted]


def _choose_column(path: Path, columns: list[str], wanted: Wanted) -> str:
    for name in wanted.names:
        if columns.count(name) > 1:
            raise DataError(f"{path}: expected one column {name!r}, got {columns.count(name)}. Rename the others.")
        if name in columns:
            return name
    listed = ", ".join(map(repr, columns[:20])) + (f" and {len(columns) - 20} more" if len(columns) > 20 else "")
    raise DataError(
        f"{path}: expected a column {' or '.join(map(repr, wanted.names))}, got the columns {listed}. "
        f"Name the right one with {wanted.option}."
    )


class _Records:
    """A CSV's bytes as pyarrow asks for them: no block ends inside a CRLF, and a closing row follows the last one.

    pyarrow (26.0) drops the newline of a quoted CRLF that straddles two blocks, with read_csv and open_csv alike. And
    it takes a quote that is never closed for one that closes at the end of the file, so that all rows behind it vanish
    into one field: the closing row vanishes with them, which is how that is noticed.
    """

    closed = False

    def __init__(self, stream: BinaryIO, closing_row: bytes) -> None:
        self._stream = stream
        self._closing_row = closing_row
        self._held = b""

    def read(self, size: int) -> bytes:
        block = self._held
        while len(block) < size and self._closing_row:
            fresh = self._stream.read(size - len(block))
            if not fresh:
                fresh, self._closing_row = self._closing_row, b""
            block += fresh
        kept = block.rstrip(b"\r") or block
        self._held = block[len(kept) :]
        return kept

    def close(self) -> None:
        """Nothing to do: whoever opened the stream closes it."""


@dataclass(frozen=True)
class CsvFile:
    """compression: as pyarrow calls it; None for none."""

    path: Path
    compression: str | None
    delimiter: str

    def read(self, wanted: Sequence[Wanted]) -> pa.Table:
        """The wanted columns, each large_string."""
        header = self._header()
        chosen = choose_columns(self.path, header, wanted)
        table = self._parse_in_blocks(header, chosen)
        rows = len(table) - 1
        if any(column[rows].as_py() != CLOSING_FIELD for column in table.columns):
            raise DataError(
                f'{self.path}: expected the last field to end, got a quote (") in row {rows + 1} {ROW_NOTE} that is '
                "opened and never closed. Close it, or double the quotes inside quoted fields."
            )
        table = table.slice(0, rows)
        return pa.table({name: checked_strings(self.path, name, table[name]) for name in chosen})

    def _header(self) -> list[str]:
        with opened(self.path, self.compression) as stream:
            head = stream.read(HEADER_BYTES).decode("utf-8-sig", "surrogateescape")
        try:
            rows = csv.reader(io.StringIO(head, newline=""), delimiter=self.delimiter)
            header = next((row for row in rows if row), [])
        except csv.Error as error:
            raise DataError(f"{self.path}: expected a header line with column names, got {error}") from error
        if not header:
            raise DataError(f"{self.path}: expected a header line with column names, got an empty file")
        if re.search("[\udc80-\udcff]", "".join(header)):
            raise DataError(
                f"{self.path}: expected UTF-8, got other bytes in the header. Save the file again as UTF-8."
            )
        return header

    def _parse_in_blocks(self, header: list[str], chosen: list[str]) -> pa.Table:
        """The chosen columns and the closing row, as bytes: those that are not UTF-8 arrive too and can be reported."""
        closing_row = b"\n" + self.delimiter.encode().join([CLOSING_FIELD] * len(header)) + b"\n"
        for block_bytes in (BLOCK_BYTES, LONGEST_RECORD_BYTES):
            try:
                with opened(self.path, self.compression) as stream:
                    return _parse(_Records(stream, closing_row), self.delimiter, chosen, block_bytes)
            except pa.ArrowInvalid as error:
                if "straddles two block boundaries" not in str(error):
                    raise DataError(f"{self.path}: {_parse_advice(str(error))}") from error
        raise DataError(
            f"{self.path}: expected records of up to {LONGEST_RECORD_BYTES:,} bytes, got a longer one. "
            "Is a quote never closed?"
        )


def _parse(records: _Records, delimiter: str, chosen: list[str], block_bytes: int) -> pa.Table:
    return pa_csv.read_csv(
        records,
        # One thread: two were no faster (33 MB in 40 ms instead of 26), and only one knows the number of a bad row.
        read_options=pa_csv.ReadOptions(block_size=block_bytes, use_threads=False),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            include_columns=chosen,
            column_types=dict.fromkeys(chosen, pa.large_binary()),
            strings_can_be_null=False,
        ),
    )


def _parse_advice(message: str) -> str:
    ragged = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", message)
    if ragged:
        row, expected, found = map(int, ragged.groups())
        return (
            f"expected {expected} fields, as in the header, got {found} in row {row - 1} {ROW_NOTE}. "
            "Put quotes around a text that holds commas, quotes or line breaks, and double the quotes inside it."
        )
    return f"cannot be read as CSV: {message.splitlines()[0]}"


def checked_strings(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of strings or of bytes as large_string; DataError where it is not UTF-8.

    large_string, because reordering a column of small ones that holds 2 GiB or more fails.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    column = column.cast(pa.large_binary())
    try:
        return column.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        row, fault = first_fault(column)
        raise DataError(f"{path}: column {name!r}, row {row + 1} {ROW_NOTE}: {fault}") from error


def first_fault(column: pa.ChunkedArray) -> tuple[int, str]:
    """The index of the first row that is not UTF-8, and what is wrong with it."""
    for row, field in enumerate(column):
        try:
            (field.as_py() or b"").decode()
        except UnicodeDecodeError as error:
            fault = f"byte 0x{error.object[error.start]:02x} at position {error.start} of the text"
            return row, f"expected UTF-8, got {fault} (counting bytes from 0). Save the file again as UTF-8."
    raise ValueError("Expected a column with a fault in it, got none")
