"""A row group of a Parquet file -> how many of its rows to decode at once.

In: an open file and the columns to read. Out: numbers of rows, which depend on the file only. Reading the rows is left
to reader.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sentiment_fast.runs.regular_files import open_regular

_READ_AHEAD = 1 << 20  # bytes of each column; by default, PyArrow reads a whole column of a row group at once
_MOST_ROWS_AT_ONCE = 1024
_MOST_WINDOWS_AT_ONCE = 16  # that a batch may fill if all its texts are as long as the longest one
_SAMPLE_ROWS = 32
_FEWEST_SAMPLE_ROWS = 4


def opened(path: Path, read_dictionary: Sequence[str] = ()) -> pq.ParquetFile:
    """read_dictionary: the paths of columns to read as dictionaries."""
    try:
        str(path).encode("utf-8")
        source: Any = path
    except UnicodeEncodeError:  # PyArrow cannot open it by its name
        source = open_regular(path)
    return pq.ParquetFile(
        source,
        buffer_size=_READ_AHEAD,
        pre_buffer=False,
        page_checksum_verification=True,
        read_dictionary=list(read_dictionary),
    )


class BatchSizes:
    """About a quarter of a window for each batch.

    The metadata gives the size of encoded values. A dictionary can hold a text of megabytes that all rows refer to, so
    the longest text in the dictionaries and in the first rows counts, too. names: the columns to read.
    """

    def __init__(self, path: Path, file: pq.ParquetFile, names: list[str], window_bytes: int) -> None:
        self._path, self._file, self._names, self._window_bytes = path, file, names, window_bytes
        columns = [(place, file.schema.column(place)) for place in range(len(file.schema))]
        wanted = frozenset(names)
        columns = [(place, column) for place, column in columns if not wanted.isdisjoint(_ancestors(column.path))]
        texts = {place: column.path for place, column in columns if column.physical_type == "BYTE_ARRAY"}
        self._texts, self._paths = list(texts), list(texts.values())
        self._nested = [place for place, one in columns if one.max_repetition_level > 0 and place not in texts]
        self._with_dictionaries: pq.ParquetFile | None = None
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def rows_at_once(self, group: int) -> int:
        """The number of rows of a batch of a row group that has rows. Raises PyArrow's errors."""
        about: Any = self._file.metadata.row_group(group)
        rows_at_once = int(self._window_bytes * about.num_rows // (4 * max(about.total_byte_size, 1)))
        rows_at_once = min(max(rows_at_once, 1), _MOST_ROWS_AT_ONCE)
        longest = max(map(_longest, self._sample(group).columns), default=0)
        decoded = sum(longest * about.column(place).num_values for place in self._texts)
        decoded += sum(8 * about.column(place).num_values for place in self._nested)
        if rows_at_once * decoded > _MOST_WINDOWS_AT_ONCE * self._window_bytes * about.num_rows:
            rows_at_once = int(self._window_bytes * about.num_rows // (4 * decoded))
        return max(rows_at_once, 1)

    def _sample(self, group: int) -> pa.RecordBatch:
        """Some rows, with the dictionaries of their texts, which PyArrow does not give for delta encodings."""
        try:
            if self._with_dictionaries is None:
                self._with_dictionaries = self._opened.enter_context(opened(self._path, self._paths))
            return next(self._with_dictionaries.iter_batches(_SAMPLE_ROWS, [group], self._names, use_threads=False))
        except (pa.ArrowNotImplementedError, OSError):
            return next(self._file.iter_batches(_FEWEST_SAMPLE_ROWS, [group], self._names, use_threads=False))


def _ancestors(path: str) -> list[str]:
    """The names that a column may have of which this is the path of a leaf: names may hold dots themselves."""
    parts = path.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _longest(column: pa.Array) -> int:
    """The most bytes of a text in a column, which may be nested, and in its dictionaries."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _longest(column.dictionary)
    if pa.types.is_struct(kind):
        return max((_longest(column.field(place)) for place in range(kind.num_fields)), default=0)
    if pa.types.is_map(kind):
        return max(_longest(column.keys), _longest(column.items))
    if pa.types.is_nested(kind):
        return _longest(column.values)
    if kind in (pa.string(), pa.large_string(), pa.binary(), pa.large_binary()):
        return int(pc.max(pc.binary_length(column)).as_py() or 0)
    return 0
