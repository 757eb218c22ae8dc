"""A Parquet file -> its layout, and windows of consecutive rows within row groups, with their texts.

In: a path. Out: `TableWindow`s. Where one ends depends only on where it begins and on the file, as for CSV files.
Choosing columns is left to table_windows.py, writing the rows to others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sentiment_fast.errors import DataError
from sentiment_fast.io.formats import PARQUET
from sentiment_fast.io.options import Reading
from sentiment_fast.io.parquet.batch_sizes import BatchSizes, opened
from sentiment_fast.io.source import Source
from sentiment_fast.io.table_windows import TableWindow, TypedReader, runs_of
from sentiment_fast.io.window import Position


class ParquetReader(TypedReader):
    """A Parquet file, always read from a path. compression: that of the file's columns."""

    format = PARQUET

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source = source
        if source.path is None or not source.rereadable:
            raise DataError(f"{source.name}: expected a regular file, because Parquet is read from its end")
        self._path = source.path
        with open_parquet(self._path) as file:
            schema, self.rows, self.compression = file.schema_arrow, file.metadata.num_rows, _compression(file)
        self.choose_columns(schema, reading)

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[TableWindow]:
        """The windows from `begin` onwards. Checks at the end that no row was lost."""
        path, names, expected = self._path, self.names_to_read, self.rows or 0
        size, rows = path.stat().st_size, begin.rows
        with open_parquet(path) as file, BatchSizes(path, file, names, window_bytes) as sizes:
            for group in range(begin.row, file.metadata.num_row_groups):
                start = begin.offset if group == begin.row else 0
                if file.metadata.row_group(group).num_rows == 0:
                    continue
                batches = file.iter_batches(sizes.rows_at_once(group), [group], names, use_threads=False)
                for read, row in runs_of(batches, start, window_bytes):
                    rows += len(read)
                    end = Position(offset=row, row=group, rows=rows)
                    yield self.window(read, end, True, size * rows // max(expected, 1))
        if rows != expected:
            raise DataError(f"{path}: expected {expected:,} rows, as in the file's metadata, got {rows:,}")


@contextmanager
def open_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Raises DataError if the file cannot be opened or, within the context, read."""
    try:
        with opened(path) as file:
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error).partition("\n")[0]
        if "decrypt" in reason:
            raise DataError(f"{path}: is encrypted ({reason}): decrypt it first") from error
        raise DataError(f"{path}: cannot be read ({reason}). Is it a complete Parquet file?") from error


def _compression(file: pq.ParquetFile) -> str:
    """The first column's, as PyArrow names it."""
    if file.metadata.num_row_groups == 0 or file.metadata.num_columns == 0:
        return "ZSTD"
    # PyArrow aborts the process when it is asked for the metadata of an encrypted column, but not when it reads it.
    next(file.iter_batches(1, [0], file.schema_arrow.names[:1], use_threads=False), None)
    return str(file.metadata.row_group(0).column(0).compression)
