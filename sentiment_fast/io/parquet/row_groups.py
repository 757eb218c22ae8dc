"""Tables -> the bytes of one Parquet file, row group by row group, so that it can be resumed after any of them.

In: tables of one schema, and where in the file they go. Out: bytes to append. Each row group is followed by a footer of
its own, which readers skip; the footer of the whole file is made from these. To resume, they are found by walking back
from the end of the file. When to append is left to writer.py.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sentiment_fast.errors import DataError

_MAGIC = b"PAR1"


class RowGroups:
    """A Parquet file that grows. schema: of all tables. compression: as named by PyArrow. size: bytes so far."""

    def __init__(self, schema: pa.Schema, compression: str) -> None:
        self.size = self.rows = 0
        self._schema = schema
        self._compression = "NONE" if compression == "UNCOMPRESSED" else compression
        self._footers: pq.FileMetaData | None = None

    def resume(self, path: Path, size: int) -> None:
        """Continue after the first `size` bytes of a file. Raises DataError if these do not end after a row group."""
        footers: list[pq.FileMetaData] = []
        try:
            with path.open("rb") as file:
                end = size
                while end > len(_MAGIC):
                    footers.append(_footer_before(file, end))
                    start = _first_byte(footers[-1])
                    if not len(_MAGIC) <= start < end:
                        raise DataError(f"{path}: has no row group before byte {end:,}: start over with `restart=True`")
                    end = start
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{path}: cannot be resumed ({error}): start over with `restart=True`") from error
        for footer in reversed(footers):
            self._add(footer)
        self.size = size

    def append(self, table: pa.Table) -> bytes:
        """The bytes of further row groups. Raises DataError if the temporary folder has no room for them."""
        start = max(self.size, len(_MAGIC))
        try:
            with tempfile.TemporaryFile() as scratch:
                with (
                    pa.OSFile(f"/dev/fd/{scratch.fileno()}", "wb") as sink,
                    pq.ParquetWriter(sink, self._schema, compression=self._compression) as writer,
                ):
                    # Footers hold the columns' offsets. After the writer's first four bytes, the magic, the rest is
                    # written where it will be in the file, so that the offsets are right there.
                    os.lseek(sink.fileno(), start, os.SEEK_SET)
                    for part in _with_one_dictionary_each(table):
                        writer.write_table(part)
                scratch.seek(start)
                data = scratch.read()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error  # PyArrow's message is a whole sentence
            raise DataError(f"{tempfile.gettempdir()}: cannot be written ({reason})") from error
        footer = _footer_before(io.BytesIO(data), len(data))
        if len(table) > 0 and _first_byte(footer) != start:
            raise AssertionError(f"Expected the first column at byte {start}, got {_first_byte(footer)}")
        self._add(footer)
        magic = _MAGIC if self.size == 0 else b""
        self.size = start + len(data)
        return magic + data

    def finish(self) -> bytes:
        """The bytes that complete the file."""
        begun = b"" if self.size else self.append(self._schema.empty_table())
        assert self._footers is not None
        footer = io.BytesIO()
        self._footers.write_metadata_file(footer)
        return begun + footer.getvalue()[len(_MAGIC) :]

    def _add(self, footer: pq.FileMetaData) -> None:
        self.rows += footer.num_rows
        if self._footers is None:
            self._footers = footer
        else:
            self._footers.append_row_groups(footer)


def _with_one_dictionary_each(table: pa.Table) -> list[pa.Table]:
    """The table, or its parts if one dictionary for all of it would have more entries than its indices can count."""
    try:
        return [table.unify_dictionaries()]
    except pa.ArrowInvalid:
        return [pa.Table.from_batches([batch]) for batch in table.to_batches()]


def _footer_before(file: io.BufferedIOBase | io.BufferedReader, end: int) -> pq.FileMetaData:
    """The footer that ends before byte `end` of the file."""
    file.seek(end - 8)
    tail = file.read(8)
    length = int.from_bytes(tail[:4], "little")
    file.seek(max(end - 8 - length, 0))
    return pq.read_metadata(pa.BufferReader(_MAGIC + file.read(length) + tail))


def _first_byte(footer: pq.FileMetaData) -> int:
    """Where the first row group begins."""
    if footer.num_row_groups == 0:
        return len(_MAGIC)
    group = footer.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    return min(
        int(column.data_page_offset if column.dictionary_page_offset is None else column.dictionary_page_offset)
        for column in columns
    )
