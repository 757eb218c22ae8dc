"""A table in memory -> windows of consecutive rows, with their texts.

In: a `TableSource`. Out: `TableWindow`s. Choosing columns is left to table_windows.py, what is written to the writers.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.io.formats import TABLE
from sentiment_fast.io.memory.sources import TableSource
from sentiment_fast.io.options import Reading
from sentiment_fast.io.source import Source
from sentiment_fast.io.table_windows import TableWindow, TypedReader, runs_of
from sentiment_fast.io.window import Position

_MOST_ROWS_AT_ONCE = 1 << 16


class TableReader(TypedReader):
    """A table in memory. Runs on it cannot be resumed."""

    format = TABLE

    def __init__(self, source: Source, reading: Reading) -> None:
        assert isinstance(source, TableSource)
        self.source, self.rows, self._batches = source, source.rows, source.batches
        schema = self._batches.schema
        self.choose_columns(pa.schema([_stored(field) for field in schema], schema.metadata), reading)

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[TableWindow]:
        rows = 0
        for read, row in runs_of(self._pieces(window_bytes), 0, window_bytes):
            rows += len(read)
            yield self.window(read, Position(offset=row, rows=rows), resumable=True, consumed=0)

    def _pieces(self, window_bytes: int) -> Iterator[pa.RecordBatch]:
        names = self.names_to_read
        try:
            for batch in self._batches:
                batch = batch.select(names)
                schema = pa.schema([_stored(field) for field in batch.schema])
                columns = [_as_stored(one, kind) for one, kind in zip(batch.columns, schema.types, strict=True)]
                batch = pa.RecordBatch.from_arrays(columns, schema=schema)
                rows = window_bytes * len(batch) // (4 * max(batch.nbytes, 1))
                rows = min(max(rows, 1), _MOST_ROWS_AT_ONCE)
                for begin in range(0, len(batch), rows):
                    yield batch.slice(begin, rows)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise DataError(f"{self.source.name}: cannot be read ({str(error).partition(chr(10))[0]})") from error


def _as_stored(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):  # PyArrow cannot take from views
        return column.dictionary.cast(kind).take(column.indices)
    return column.cast(kind)


def _stored(field: pa.Field) -> pa.Field:
    """The field with a type that every writer knows: views become strings and bytes, categories their values."""
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string_view(kind):
        kind = pa.large_string()
    elif pa.types.is_binary_view(kind):
        kind = pa.large_binary()
    return field.with_type(kind)
