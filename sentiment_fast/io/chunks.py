"""A stream of records -> chunks of whole records, in reused buffers, so that memory does not grow with the file.

In: anything with `readinto`, and a finder that tells where records end. Out: the bytes of the records, unchanged, and
where each record is. What the fields hold is left to others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.io.window import Position

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

CHUNK_BYTES = 4 << 20
MOST_RECORDS = 1 << 17  # in a chunk: what is kept of a record of two bytes takes much more memory than the record


class Stream(Protocol):
    """A binary stream: a file, a pipe, a decompressor."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


class Finder(Protocol):
    """An object that finds records: a RecordFinder, or what tests replace it with."""

    @property
    def offset(self) -> int: ...
    @property
    def row(self) -> int: ...
    @property
    def line(self) -> int: ...
    def find(self, buffer: memoryview, last: bool, most: int, /) -> _core.CsvRecords: ...


@dataclass(frozen=True)
class Chunk:
    """Consecutive whole records of a stream.

    data: their bytes, valid until as many further chunks were requested as there are buffers. records: where each is,
    relative to `data`. offset, row, line: where the next chunk begins, or the stream ends. If `resumable`, a
    RecordFinder that is given these three continues from there.
    """

    data: memoryview
    records: _core.CsvRecords
    offset: int
    row: int
    line: int

    @property
    def resumable(self) -> bool:
        """Whether the chunk ends after a line end, and not with a piece of an overlong line or the stream."""
        return bool(self.records.ends[-1] > self.records.content_ends[-1])


@dataclass(frozen=True, kw_only=True)
class RecordWindow:
    """Whole records, or lines, of a file of text, as a window.

    data: their bytes, valid until as many further windows have been read as there are buffers. records: where each
    record is in them. holds_row, rejected: (records,) bool. texts: (rows,) large_binary. end: where the next window
    begins. resumable: whether a run can be resumed there, which it cannot within an overlong line. consumed: bytes of
    the input on disk read so far.
    """

    data: memoryview
    records: _core.CsvRecords
    holds_row: Mask
    rejected: Mask
    texts: pa.LargeBinaryArray
    end: Position
    resumable: bool
    consumed: int

    @property
    def starts(self) -> Places:
        """(records,): where each record begins."""
        return np.concatenate([np.zeros(1, np.int64), self.records.ends[:-1]])


def read_chunks(
    stream: Stream,
    finder: Finder,
    chunk_bytes: int = CHUNK_BYTES,
    buffers: int = 1,
    start: bytes = b"",
    first_bytes: int | None = None,
) -> Iterator[Chunk]:
    """Cut a stream between records, into chunks of at most `chunk_bytes` and MOST_RECORDS, or more bytes if a single
    record is longer.

    Where a chunk ends depends only on where it begins, apart from the first one, for which `first_bytes`, if given,
    stands in for `chunk_bytes`: resumed after any chunk, without `first_bytes`, the stream is cut the same way.

    buffers: how many chunks may be in use at once; a chunk's data is overwritten when the `buffers`-th one after it is
    requested. start: bytes that were already read from the stream. A buffer grows to about twice the finder's
    max_record at most. Raises ValueError for sizes below 1, BlockingIOError for a non-blocking stream without bytes.
    """
    if chunk_bytes < 1 or buffers < 1:
        raise ValueError(f"Expected chunks of 1 byte or more and 1 buffer or more, got {chunk_bytes} and {buffers}")
    ring = [bytearray() for _ in range(buffers)]
    places = itertools.cycle(range(buffers))
    sizes = itertools.chain([first_bytes or chunk_bytes], itertools.repeat(chunk_bytes))
    buffer = rest = memoryview(start)  # rest: the bytes after the last chunk, at `begin` in the buffer
    begin, ended = 0, False  # ended: whether the stream has no more bytes
    searched = len(rest)  # of its bytes, in which no record ends; fewer than all after a chunk of MOST_RECORDS
    for size in sizes:
        while size <= searched:
            size *= 2
        place, cut = None, searched < len(rest)
        while True:
            filled, room = len(rest), max(size, len(rest))
            if place is not None or not cut or begin + room > len(buffer):
                place = next(places) if place is None else place
                buffer, begin = _buffer(ring, place, 2 * room if cut else room), 0  # so that few bytes are moved
                buffer[:filled] = rest
            data = buffer[begin : begin + room]
            if filled < size and not ended:
                filled += fill(stream, data[filled:])
                ended = filled < size
            # The finder is shown as much as if the stream had been read from here on.
            shown, last = min(filled, size), ended and filled < size
            records = finder.find(data[:shown], last, MOST_RECORDS)
            if len(records) > 0 or last:
                break
            rest, size, place = data[:filled], 2 * size, next(places) if place is None else place
        if len(records) == 0:
            return
        end = int(records.ends[-1])
        yield Chunk(data[:end], records, finder.offset, finder.row, finder.line)
        if last and end == filled:
            return
        rest, begin = data[end:filled], begin + end
        searched = shown - end if len(records) < MOST_RECORDS else 0


def _buffer(ring: list[bytearray], place: int, size: int) -> memoryview:
    """The buffer at a place, of that size: a new one if it has another."""
    if len(ring[place]) != size:
        ring[place] = bytearray(size)
    return memoryview(ring[place])


def fill(stream: Stream, buffer: memoryview) -> int:
    """Fill the buffer, also from a pipe, which gives less at a time. Returns the bytes read, fewer only at the end."""
    filled = 0
    while filled < len(buffer):
        count = stream.readinto(buffer[filled:])
        if count is None:
            raise BlockingIOError("Expected a blocking stream, got one that returns before it has bytes")
        if count == 0:
            break
        filled += count
    return filled
