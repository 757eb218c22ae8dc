"""A Parquet file -> its layout, and windows of consecutive rows within row groups, with their texts.

In: a path. Out: a `ParquetLayout`, then `ParquetWindow`s. Where one ends depends only on where it begins and on the
file, as for CSV files. Writing the rows is left to others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sentiment_fast.errors import DataError
from sentiment_fast.io.arrow import check_text_forms, holds_text
from sentiment_fast.io.columns import check_reserved, check_same_names, check_same_text_column, find_column
from sentiment_fast.io.formats import PARQUET
from sentiment_fast.io.options import Reading
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position, Reader
from sentiment_fast.runs.regular_files import open_regular

_READ_AHEAD = 1 << 20  # bytes of each column; by default, PyArrow reads a whole column of a row group at once
_MOST_ROWS_AT_ONCE = 1024


@dataclass(frozen=True)
class ParquetLayout:
    """schema: of the columns to read. text: the text column's name. compression: that of the file's columns."""

    schema: pa.Schema
    text: str
    compression: str
    rows: int


@dataclass(frozen=True)
class ParquetWindow:
    """Rows of a Parquet file. table: (rows,), the columns to read. The rest as in a `Window`."""

    table: pa.Table
    texts: pa.LargeBinaryArray
    end: Position
    resumable: bool
    consumed: int


class ParquetReader(Reader[ParquetWindow]):
    """A Parquet file, always read from a path."""

    format = PARQUET
    schema: pa.Schema

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source = source
        if source.path is None or not source.rereadable:
            raise DataError(f"{source.name}: expected a regular file, because Parquet is read from its end")
        self._path = source.path
        self.layout = read_layout(self._path, reading)
        self.rows = self.layout.rows
        self.columns = self.layout.schema.names
        self.schema, self.text_column = self.layout.schema, self.layout.text
        if reading.output is not None and reading.output != PARQUET:
            check_text_forms(self.schema, reading.output, source.name)

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[ParquetWindow]:
        yield from read_windows(self._path, self.layout, begin, window_bytes)

    def values(self, window: ParquetWindow) -> list[pa.ChunkedArray]:
        return list(window.table.columns)

    def table(self, window: ParquetWindow) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
        return window.table, np.zeros(len(window.texts), bool)

    def rejected(self, window: ParquetWindow) -> tuple[bytes, int]:
        return b"", 0

    def follow(self, first: Reader[ParquetWindow]) -> None:
        assert isinstance(first, ParquetReader)
        both = f"{self.source.name}: to be combined with {first.source.name}"
        for field in first.schema:
            if field.name not in self.schema.names:
                continue
            found = self.schema.field(field.name)
            if not found.type.equals(field.type) or (found.nullable and not field.nullable):
                raise DataError(f"{both}, expected {_kind(field)} in the column {field.name!r}, got {_kind(found)}")
        check_same_names(first.schema.names, self.schema.names, both)
        check_same_text_column(first.text_column, self.text_column, both)


def _kind(field: pa.Field) -> str:
    return f"{field.type}{'' if field.nullable else ', never null'}"


@contextmanager
def open_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Raises DataError if the file cannot be opened or, within the context, read."""
    try:
        with ExitStack() as opened:
            source: Path | BinaryIO = path
            if not _is_utf8(path):  # PyArrow can't open it by its name
                source = opened.enter_context(open_regular(path))
            yield opened.enter_context(pq.ParquetFile(source, buffer_size=_READ_AHEAD, pre_buffer=False))
    except (pa.ArrowException, OSError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error).partition("\n")[0]
        raise DataError(f"{path}: cannot be read ({reason}). Is it a complete Parquet file?") from error


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def read_layout(path: Path, reading: Reading) -> ParquetLayout:
    """Raises DataError for a file that cannot be read, a column that does not exist or has a reserved name, a text
    column that does not hold text, and duplicate names.
    """
    with open_parquet(path) as file:
        schema, metadata = file.schema_arrow, file.metadata
        compression = metadata.row_group(0).column(0).compression if metadata.num_row_groups else "ZSTD"
    columns = schema.names
    name = str(path)
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        raise DataError(f"{name}: has several columns {twice[0]!r}: rename all but one")
    check_reserved(columns, reading.reserved_names, name)

    def find_texts() -> list[int]:
        return [place for place, column in enumerate(schema) if holds_text(column.type)]

    text = find_column(columns, reading.text, name, find_texts, reading.say)
    if not holds_text(schema.field(text).type):
        raise DataError(
            f"{name}: expected texts in the column {columns[text]!r}, got {schema.field(text).type}: choose another "
            f"with {reading.text.argument}"
        )
    if reading.columns is not None:
        kept = [schema.field(find_column(columns, one, name, find_texts)) for one in reading.columns]
        schema = pa.schema(kept, schema.metadata)
    return ParquetLayout(schema, columns[text], compression, metadata.num_rows)


def read_windows(path: Path, layout: ParquetLayout, begin: Position, window_bytes: int) -> Iterator[ParquetWindow]:
    """The windows from `begin` onwards. Checks at the end that no row was lost."""
    names = [*layout.schema.names, *([] if layout.text in layout.schema.names else [layout.text])]
    size, rows = path.stat().st_size, begin.rows
    with open_parquet(path) as file:
        for group in range(begin.row, file.metadata.num_row_groups):
            start = begin.offset if group == begin.row else 0
            for batches, row in _runs(file, group, names, start, window_bytes):
                read = pa.Table.from_batches(batches)
                rows += len(read)
                yield ParquetWindow(
                    table=read.select(layout.schema.names).replace_schema_metadata(layout.schema.metadata),
                    texts=_texts(read[layout.text]),
                    end=Position(offset=row, row=group, rows=rows),
                    resumable=True,
                    consumed=size * rows // max(layout.rows, 1),
                )
    if rows != layout.rows:
        raise DataError(f"{path}: expected {layout.rows:,} rows, as in the file's metadata, got {rows:,}")


def _runs(
    file: pq.ParquetFile, group: int, names: list[str], start: int, window_bytes: int
) -> Iterator[tuple[list[pa.RecordBatch], int]]:
    """The batches of each window of a row group, and the row after them, without the first `start` rows.

    Batches are the same wherever a run begins, because windows end where batches do.
    """
    about: Any = file.metadata.row_group(group)
    rows_at_once = window_bytes * about.num_rows // (4 * max(about.total_byte_size, 1))
    rows_at_once = min(max(rows_at_once, 1), _MOST_ROWS_AT_ONCE)
    batches: list[pa.RecordBatch] = []
    row = size = 0
    for batch in file.iter_batches(rows_at_once, [group], names, use_threads=False):
        row += len(batch)
        if row <= start or len(batch) == 0:
            continue
        batches.append(batch)
        size += batch.nbytes
        if size >= window_bytes:
            yield batches, row
            batches, size = [], 0
    if batches:
        yield batches, row


def _texts(column: pa.ChunkedArray) -> pa.LargeBinaryArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    texts = column.cast(pa.large_binary()).combine_chunks()
    return texts if isinstance(texts, pa.LargeBinaryArray) else pa.concat_arrays(texts.chunks)
