"""Several inputs -> one stream of windows, in their order.

In: paths or a stream, and how to read them. Out: windows, each with the reader of its input. The content of a window is
left to the readers, the choice of the reader to formats.py.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.formats import FIRST_BYTES, TABLE, check_content, format_named, input_format, is_compressed
from sentiment_fast.io.memory.sources import TableSource, TextStream, is_table, is_text_file
from sentiment_fast.io.options import Reading
from sentiment_fast.io.source import Source, check_unchanged
from sentiment_fast.io.window import Position, Reader, Window

_ACCEPTED = (
    'Expected a path, a pattern, "-" for stdin, a file, several paths or patterns, or a table in memory (a pandas or '
    "polars DataFrame, a pyarrow Table, RecordBatch or RecordBatchReader)"
)


def expand_patterns(inputs: Sequence[str]) -> list[str]:
    """File names; a pattern that the shell did not expand, such as a quoted one, becomes the files that match it."""
    names = []
    for name in inputs:
        if name == "-" or exists(name) or not glob.has_magic(name):
            names.append(name)
        elif found := sorted(glob.glob(name)):  # noqa: PTH207
            names += found
        else:
            raise DataError(f"{name}: expected files that match this pattern, found none")
    return names


def exists(name: str) -> bool:
    """Whether there is something of this name; not if no file can have it, such as a text in place of a path."""
    try:
        return Path(name).exists()
    except OSError:
        return False


def sources_of(inputs: Any) -> list[Any]:
    """Paths, patterns, a file or a table, or several -> each for `open_source`, with patterns expanded.

    Raises UsageError for no inputs, TypeError for anything else.
    """
    if isinstance(inputs, str | os.PathLike):
        inputs = [inputs]
    elif hasattr(inputs, "read") or is_table(inputs):
        return [inputs]
    elif not isinstance(inputs, Iterable) or isinstance(inputs, bytes | bytearray | memoryview | Mapping):
        raise TypeError(f"{_ACCEPTED}, got {type(inputs).__name__}")
    found: list[Any] = []
    for one in inputs:
        if isinstance(one, str | os.PathLike):
            found += expand_patterns([os.fspath(one)])
        elif hasattr(one, "read") or is_table(one):
            found.append(one)
        else:
            raise TypeError(f"{_ACCEPTED}, got {type(inputs).__name__} with {type(one).__name__} in it")
    if not found:
        raise UsageError("Expected one or more inputs, got none")
    return found


def open_source(source: Any) -> Source:
    """source: a path, "-" for stdin, a file or a table. Raises DataError if it cannot be opened or read."""
    if is_table(source):
        return TableSource(source)
    return Source(TextStream(source) if is_text_file(source) else source)  # type: ignore[arg-type]


def format_of(source: Source, chosen: str | None) -> str:
    """The format of an open source. chosen: an `input_format`. Raises the errors of `input_format`."""
    return TABLE if isinstance(source, TableSource) else input_format(source.name, chosen)


def open_reader(source: Source, reading: Reading) -> Reader[Window]:
    """The reader for the format that the options or the source's name say. Raises DataError for a source that it cannot
    read, UsageError for an `encoding` of a format that has none.
    """
    found = format_named(format_of(source, reading.options.input_format))
    if found.streamed:
        check_content(source.peek(FIRST_BYTES), source.name)
        source.decode(reading.options.encoding, found.keeps_bytes, reading.say)
    elif reading.options.encoding is not None:
        raise UsageError(f"{source.name}: expected no `encoding` for {found.name}, whose texts are UTF-8")
    return found.open_reader(source, reading)


class Inputs:
    """Inputs that are read as one, in their order; one is open at a time.

    sources: paths, or a single source of another kind. first: the first of them, open. decided: what was detected about
    the layout of each. Raises DataError if the inputs
    have different columns, UsageError if they have different formats or if one of several is not a regular file.
    """

    def __init__(self, sources: Sequence[Any], reading: Reading, first: Source) -> None:
        # The first input's messages apply to all.
        self._sources, self._reading, self._open = sources, replace(reading, say=_say_nothing), first
        self.first = open_reader(first, reading)
        if self.first.columns == [] and reading.output is not None:
            raise DataError(f"{first.name}: expected columns for {reading.output}, got a file without any")
        self.sizes, self._states = [first.size or 0], [first.state]
        self._transcoded = first.encoding.transcoded
        self.decided = [dict(self.first.decided)]
        for source in sources[1:]:
            with open_source(source) as other:
                if not (other.rereadable and first.rereadable):
                    name = first.name if other.rereadable else other.name
                    raise UsageError(f"{name}: expected a regular file as one of several inputs: pass it on its own")
                self.decided.append(dict(self._open_next(other).decided))
                self.sizes.append(other.size or 0)
                self._states.append(other.state)
                self._transcoded |= other.encoding.transcoded

    @property
    def rows(self) -> int | None:
        """The number of rows, if there is one input and its format records it."""
        return self.first.rows if len(self._sources) == 1 else None

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[tuple[Reader[Window], int, Window]]:
        """Each window with its reader and the number of its input, from 0."""
        for reader, start in self._readers(begin):
            for window in reader.windows(start, buffers, window_bytes):
                yield reader, start.source, window

    def window_ends(self, begin: Position, window_bytes: int) -> Iterator[tuple[Reader[Window], Position, Position]]:
        """For separable inputs: each window's reader, and where in its file the window begins and ends."""
        for reader, start in self._readers(begin):
            for end in reader.window_ends(start, window_bytes):
                yield reader, start, end
                start = end

    @property
    def separable(self) -> bool:
        """Whether these are files whose windows can be read independently of each other."""
        names = [str(one) for one in self._sources if isinstance(one, str | Path)]
        as_they_are = not self._transcoded and not any(map(is_compressed, names))
        return self.first.separable and self.first.source.rereadable and as_they_are

    def more_follow(self, source_number: int) -> bool:
        """Whether there are inputs after input number `source_number`."""
        return source_number + 1 < len(self._sources)

    def consumed(self, source_number: int, window_consumed: int) -> int:
        """Bytes read from all inputs."""
        return sum(self.sizes[:source_number]) + window_consumed

    def check_unchanged(self) -> None:
        """Raises DataError if one of the files has been changed or replaced since it was first opened."""
        for source, state in zip(self._sources, self._states, strict=True):
            if state is not None:
                check_unchanged(Path(str(source)), state, str(source))

    def cancel(self) -> None:
        """End a read that waits in another thread, and all further reading."""
        self._open.cancel()

    def _readers(self, begin: Position) -> Iterator[tuple[Reader[Window], Position]]:
        """Each input from a position onwards, one at a time, and where in it to begin."""
        for source_number in range(begin.source, len(self._sources)):
            start = begin if source_number == begin.source else Position(source=source_number)
            if source_number == 0:
                yield self.first, start
                continue
            with open_source(self._sources[source_number]) as source:
                self._open = source
                yield self._open_next(source), start

    def _open_next(self, source: Source) -> Reader[Window]:
        """The reader of an input after the first."""
        reader = open_reader(source, self._reading)
        if reader.format != self.first.format:
            raise UsageError(
                f"{source.name}: to be combined with {self.first.source.name}, expected {self.first.format}, got "
                f"{reader.format}: pass inputs of different formats separately"
            )
        reader.follow(self.first)
        return reader


def _say_nothing(message: str) -> None:
    pass
