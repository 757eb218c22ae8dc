"""A Parquet file -> its layout, and numbered windows of rows: runs of them within row groups, and the texts in them.

In: a path. Out: a `ParquetLayout`, then `ParquetWindow`s. Where one ends depends on where it begins and on the file
alone, as with CSV files. What the rows become is left to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sentiment_fast.errors import DataError
from sentiment_fast.io.csv.layout import choose_text_column, index_of_column
from sentiment_fast.io.csv.reader import Position
from sentiment_fast.io.options import ScoringOptions

_READ_AHEAD = 1 << 20  # bytes of each column; without, pyarrow reads a row group's whole column at once
_MOST_ROWS_AT_ONCE = 1024

_TEXTS: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_null,
)


@dataclass(frozen=True)
class ParquetLayout:
    """schema: of the columns to write. text: the one with the texts. compression: what the file's own columns have."""

    schema: pa.Schema
    text: str
    compression: str
    rows: int


@dataclass(frozen=True)
class ParquetWindow:
    """Rows of a Parquet file. table: their columns to write, (rows,). The rest as in a `CsvWindow`."""

    table: pa.Table
    texts: pa.LargeBinaryArray
    end: Position
    resumable: bool
    consumed: int


@contextmanager
def open_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Raises DataError where the file cannot be opened or, within the context, read."""
    try:
        with pq.ParquetFile(path, buffer_size=_READ_AHEAD, pre_buffer=False) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error).partition("\n")[0]
        raise DataError(f"{path}: cannot be read ({reason}). Is the file whole, and Parquet?") from error


def read_parquet_layout(
    path: Path,
    options: ScoringOptions,
    trained_on: str | None,
    new_columns: Sequence[str],
    say: Callable[[str], None],
) -> ParquetLayout:
    """Raises DataError for a file that cannot be read, a column that is not there, holds no text or would be
    overwritten, and for names that occur twice.
    """
    with open_parquet(path) as file:
        schema, metadata = file.schema_arrow, file.metadata
        compression = metadata.row_group(0).column(0).compression if metadata.num_row_groups else "ZSTD"
    columns = schema.names
    name = str(path)
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        raise DataError(f"{name}: has several columns {twice[0]!r}: rename all but one")
    taken = [column for column in new_columns if column in columns]
    if taken:
        raise DataError(
            f"{name}: already has a column {taken[0]!r}, which would be written: score the original file, or rename it"
        )
    if options.text_column is not None:
        text = index_of_column(options.text_column, columns, name, "--text-column")
    else:
        textual = [place for place, column in enumerate(schema) if _holds_text(column.type)]
        text = choose_text_column(columns, lambda: textual, trained_on, name, say)
    if not _holds_text(schema.field(text).type):
        raise DataError(
            f"{name}: expected texts in the column {columns[text]!r}, got {schema.field(text).type}: choose another "
            "with --text-column"
        )
    if options.columns is not None:
        kept = [schema.field(index_of_column(one, columns, name, "--columns")) for one in options.columns]
        schema = pa.schema(kept, schema.metadata)
    return ParquetLayout(schema, columns[text], compression, metadata.num_rows)


def _holds_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _holds_text(kind.value_type)
    return any(is_kind(kind) for is_kind in _TEXTS)


def read_parquet_windows(
    path: Path, layout: ParquetLayout, begin: Position, window_bytes: int
) -> Iterator[ParquetWindow]:
    """The windows from `begin` on. Checks at the end that as many rows came out as the file has."""
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
        raise DataError(f"{path}: expected {layout.rows:,} rows, as the file says, got {rows:,}")


def _runs(
    file: pq.ParquetFile, group: int, names: list[str], start: int, window_bytes: int
) -> Iterator[tuple[list[pa.RecordBatch], int]]:
    """A row group's batches, a window's at a time, and the row behind them; the first `start` rows are left out.

    Batches are the same wherever the run begins, because windows end where batches do.
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
