"""The contract between the formats and their users: positions, windows of rows, readers and writers.

In: nothing. Out: the types that each format's reader and writer implement. The formats' names and classes are listed in
formats.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.io.source import Source

WINDOW_BYTES = 3 << 20
_FIRST_WINDOW_BYTES = 1 << 18  # the first rows are out after a fraction of the time that a whole window takes


@dataclass(frozen=True)
class Position:
    """A position between two windows. offset: bytes from the start of the (decompressed) input. row, line: as a
    RecordFinder counts them.

    rows: rows before it, including rejected ones and the blank lines of a file of one column. source: the number of the
    input, from 0. within_line: whether it lies within an overlong line, not between two records. In a Parquet file, row
    is a row group, and offset is a row in that group; in a workbook, offset is a row; in JSON, row is the number of
    arrays that are open, 0 or 1.
    """

    offset: int = 0
    row: int = 0
    line: int = 1
    rows: int = 0
    source: int = 0
    within_line: bool = False


def first_window_bytes(begin: Position, window_bytes: int) -> int:
    """The size of the window at `begin`: smaller at the start of an input."""
    return window_bytes if begin.offset else min(window_bytes, _FIRST_WINDOW_BYTES)


class Window(Protocol):
    """Rows of one input that are processed together.

    texts: (rows,) large_binary. end: where the next window begins. resumable: whether a run can be resumed there.
    consumed: bytes of the input on disk that were read up to there.
    """

    @property
    def texts(self) -> pa.LargeBinaryArray: ...
    @property
    def end(self) -> Position: ...
    @property
    def resumable(self) -> bool: ...
    @property
    def consumed(self) -> int: ...


WindowT = TypeVar("WindowT", bound=Window)


class Reader(Protocol[WindowT]):
    """An input of one format, open for reading. Windows can be used in any order, except where a method says otherwise.

    format: the format's name. columns: the names of the columns of `table`, None if each row has its own. schema: the
    schema of `table`, None if rows are copied verbatim. text_column: the name of the text column. rows: the number of
    rows, if the file records it. separable: whether a window can be read without the windows before it, given where it
    begins (see `window_ends`). decided: what was detected about the file's layout and not given, ready for JSON.
    strings: the columns in which `values` has found strings so far, in a format whose values have types of their own.
    """

    format: str
    source: Source
    columns: list[str] | None
    schema: pa.Schema | None
    text_column: str
    rows: int | None = None
    separable: bool = False
    decided: Mapping[str, str | int] = MappingProxyType({})
    strings: Collection[str] = ()

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[WindowT]:
        """The windows from `begin` onwards, which depend only on `begin` and the file's bytes. buffers: how many
        windows may be in use at once.
        """

    def window_ends(self, begin: Position, window_bytes: int) -> Iterator[Position]:
        """Where the windows from `begin` onwards end, found without reading their fields; for separable inputs."""
        raise NotImplementedError(f"{self.format} is not separable")

    def values(self, window: WindowT) -> list[pa.ChunkedArray]:
        """(rows,) each: a window's columns as stored in the file; large_binary if the format has no types."""

    def table(self, window: WindowT) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
        """(rows,): a window's columns; and (rows,) bool, whether invalid UTF-8 was replaced in a row."""

    def rejected(self, window: WindowT) -> tuple[bytes, int]:
        """What to append to the file of rejected records, and how many there were. Must be called in window order."""

    def follow(self, first: Reader[WindowT]) -> None:
        """Prepare to read an input after the first one of the same format.

        Raises DataError if the rows of both do not fit into one output.
        """


class WrittenPart(NamedTuple):
    """data: what to append to the output. resumable: whether a run can be resumed after it; if not, the writer still
    has data in memory. replaced: the number of rows in which invalid UTF-8 was replaced.
    """

    data: bytes | pa.Buffer
    resumable: bool
    replaced: int


class Writer(Protocol[WindowT]):
    """Takes windows in their order, each with the columns to add."""

    def write(
        self,
        reader: Reader[WindowT],
        source_number: int,
        window: WindowT,
        added: Mapping[str, pa.Array],
        more_follow: bool,
    ) -> WrittenPart:
        """source_number: the number of the window's input, from 0. added: (rows,) each, the new columns, by name.
        more_follow: whether further inputs will be written after this one.
        """

    def finish(self, windows: int, rows: int) -> bytes:
        """The bytes that complete the output. windows, rows: how many it has, including those of earlier runs."""

    def resume(self, path: Path, size: int) -> None:
        """Continue after the first `size` bytes of a file."""
