"""Arrow tables with types of their own -> windows of rows, and what the readers of such inputs share.

In: record batches and a schema. Out: `TableWindow`s and the columns that were chosen. Opening the input is left to
parquet/, excel/ and memory/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.errors import DataError, quoted
from sentiment_fast.io.arrow import check_text_forms, holds_text
from sentiment_fast.io.columns import check_reserved, check_same_names, check_same_text_column, find_column
from sentiment_fast.io.formats import PARQUET
from sentiment_fast.io.options import Reading
from sentiment_fast.io.window import Position, Reader


@dataclass(frozen=True)
class TableWindow:
    """Rows of a table. table: (rows,), the columns to read. The rest as in a `Window`."""

    table: pa.Table
    texts: pa.LargeBinaryArray
    end: Position
    resumable: bool
    consumed: int


class TypedReader(Reader[TableWindow]):
    """The part of a reader that works on tables. schema: of the columns to read."""

    schema: pa.Schema

    def choose_columns(self, schema: pa.Schema, reading: Reading, textual: list[int] | None = None) -> None:
        """Sets `schema`, `columns` and `text_column`, of all columns in `schema`.

        textual: the places of those that may hold the texts if no name tells; None for those of strings.
        Raises DataError for duplicate names, a column that does not exist, has a reserved name or cannot be written,
        and a text column that does not hold text.
        """
        columns, name = schema.names, self.source.name
        twice = [column for column in columns if columns.count(column) > 1]
        if twice:
            raise DataError(f"{name}: has several columns {quoted(twice[0])}: rename all but one")
        check_reserved(columns, reading.reserved_names, name)

        def find_texts() -> list[int]:
            return [place for place, one in enumerate(schema) if holds_text(one.type)] if textual is None else textual

        text = find_column(columns, reading.text, name, find_texts, reading.say)
        if not holds_text(schema.field(text).type):
            raise DataError(
                f"{name}: expected texts in the column {columns[text]!r}, got {schema.field(text).type}: choose "
                f"another with {reading.text.argument}"
            )
        if reading.columns is not None:
            kept = [schema.field(find_column(columns, one, name, find_texts)) for one in reading.columns]
            schema = pa.schema(kept, schema.metadata)
        self.schema, self.columns, self.text_column = schema, schema.names, columns[text]
        if reading.output is not None and reading.output != PARQUET:
            check_text_forms(schema, reading.output, name)

    @property
    def names_to_read(self) -> list[str]:
        """The columns of `schema`, and the texts."""
        return [*self.schema.names, *([] if self.text_column in self.schema.names else [self.text_column])]

    def window(self, read: pa.Table, end: Position, resumable: bool, consumed: int) -> TableWindow:
        """read: (rows,), the columns `names_to_read`."""
        table = read.select(self.schema.names).replace_schema_metadata(self.schema.metadata)
        return TableWindow(table, _texts(read[self.text_column]), end, resumable, consumed)

    def values(self, window: TableWindow) -> list[pa.ChunkedArray]:
        return list(window.table.columns)

    def table(self, window: TableWindow) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
        return window.table, np.zeros(len(window.texts), bool)

    def rejected(self, window: TableWindow) -> tuple[bytes, int]:
        return b"", 0

    def follow(self, first: Reader[TableWindow]) -> None:
        assert isinstance(first, TypedReader)
        both = f"{self.source.name}: to be combined with {first.source.name}"
        for field in first.schema:
            if field.name not in self.schema.names:
                continue
            found = self.schema.field(field.name)
            if not found.type.equals(field.type) or (found.nullable and not field.nullable):
                raise DataError(f"{both}, expected {_kind(field)} in the column {field.name!r}, got {_kind(found)}")
        check_same_names(first.schema.names, self.schema.names, both)
        check_same_text_column(first.text_column, self.text_column, both)


def runs_of(batches: Iterable[pa.RecordBatch], start: int, window_bytes: int) -> Iterator[tuple[pa.Table, int]]:
    """The rows of each window, and the row after them, without the first `start` rows.

    Windows are the same wherever a run begins, because they end where batches do.
    """
    collected: list[pa.RecordBatch] = []
    row = size = 0
    for batch in batches:
        row += len(batch)
        if row <= start or len(batch) == 0:
            continue
        batch = _without_unused_entries(batch)
        collected.append(batch)
        size += batch.nbytes
        if size >= window_bytes:
            yield pa.Table.from_batches(collected), row
            collected, size = [], 0
    if collected:
        yield pa.Table.from_batches(collected), row


def _without_unused_entries(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows; an unordered dictionary with more entries than rows keeps only those that occur.

    Otherwise each batch would count as large as the whole dictionary, so that windows hold few rows, and Parquet would
    write the dictionary in every row group. Smaller dictionaries, nested ones, and ordered ones, whose entries have a
    meaning by position, stay as they are.
    """
    columns = list(batch.columns)
    for place, column in enumerate(columns):
        kind = column.type
        if pa.types.is_dictionary(kind) and not kind.ordered and len(column.dictionary) > len(column):
            occurring = column.indices.dictionary_encode()
            entries = column.dictionary.take(occurring.dictionary)
            columns[place] = pa.DictionaryArray.from_arrays(occurring.indices.cast(kind.index_type), entries)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _kind(field: pa.Field) -> str:
    return f"{field.type}{'' if field.nullable else ', never null'}"


def _texts(column: pa.ChunkedArray) -> pa.LargeBinaryArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    texts = column.cast(pa.large_binary()).combine_chunks()
    return texts if isinstance(texts, pa.LargeBinaryArray) else pa.concat_arrays(texts.chunks)
