"""Windows of any format, and the columns to add to them -> Parquet.

In: windows, their reader, and Arrow columns to add. Out: bytes to append, when enough windows for a row group have been
collected. The file's bytes, and resuming after a row group, are left to row_groups.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from sentiment_fast.io.parquet.pandas_metadata import true_metadata
from sentiment_fast.io.parquet.reader import ParquetReader
from sentiment_fast.io.parquet.row_groups import RowGroups
from sentiment_fast.io.window import Reader, Window, WrittenPart

_WINDOWS_PER_GROUP = 4


def make_writer(first: Reader[Any], added: pa.Schema, options: object, window_bytes: int) -> ParquetWriter:
    """first: the reader of the first input, whose columns the output has. added: the columns to append to them."""
    assert first.schema is not None
    schema = first.schema
    for field in added:
        schema = schema.append(field)
    compression = first.compression if isinstance(first, ParquetReader) else "ZSTD"
    return ParquetWriter(true_metadata(schema), compression, _WINDOWS_PER_GROUP * window_bytes)


class ParquetWriter:
    """Collects windows for row groups of about `group_bytes`. schema: the output's."""

    def __init__(self, schema: pa.Schema, compression: str, group_bytes: int) -> None:
        self._schema, self._group_bytes = schema, group_bytes
        self._groups = RowGroups(schema, compression)
        self._collected: list[pa.Table] = []
        self._bytes = 0

    def write(
        self,
        reader: Reader[Window],
        source_number: int,
        window: Window,
        added: Mapping[str, pa.Array],
        more_follow: bool,
    ) -> WrittenPart:
        table, replaced = reader.table(window)
        columns = [*table.columns, *(pa.chunked_array([values]) for values in added.values())]
        self._collected.append(pa.Table.from_arrays(columns, schema=self._schema))
        self._bytes += self._collected[-1].nbytes
        full = self._bytes >= self._group_bytes and window.resumable
        return WrittenPart(self._group() if full else b"", full, int(replaced.sum()))

    def finish(self, windows: int, rows: int) -> bytes:
        data = self._group() + self._groups.finish()
        if self._groups.rows != rows:
            raise AssertionError(f"Expected {rows:,} rows in the output, got {self._groups.rows:,}")
        return data

    def resume(self, path: Path, size: int) -> None:
        self._groups.resume(path, size)

    def _group(self) -> bytes:
        collected, self._collected, self._bytes = self._collected, [], 0
        table = pa.concat_tables(collected) if collected else None
        return self._groups.append(table) if table is not None and len(table) > 0 else b""
