"""Where the output goes: files that grow under another name and appear when they are whole, or a stream.

In: bytes, window by window. Out: OUTPUT and OUTPUT.rejects.csv. A compressed file is a row of frames, one for each
window, so that what was written up to the end of any window is a valid file.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.io.rejects import REJECTS_HEADER
from sentiment_fast.io.stdout import StandardOutput
from sentiment_fast.runs.atomic import sync_folder
from sentiment_fast.scoring.journal import Journal, State

SECONDS_BETWEEN_STATES = 2.0


def compression_of(path: Path) -> Callable[[Any], Any]:
    """What makes a frame of a window's bytes: by the file's extension, the same frame for the same bytes always."""
    match path.suffix.lower():
        case ".gz":
            return lambda data: gzip.compress(data, mtime=0)
        case ".bz2":
            return lambda data: bz2.compress(data)
        case ".xz":
            return lambda data: lzma.compress(data, preset=4)
        case ".zst":
            return lambda data: pa.compress(
                data, codec="zstd", asbytes=True
            )  # its Buffer's memoryview has a wrong length
    return lambda data: data


class GrowingFile:
    """A file that grows as PATH.part and gets its name when it is whole.

    size: bytes to keep of what is there already. Nothing is there before the first byte. Raises DataError where it
    cannot be written, or holds less than `size`.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        self.path, self.part = path, Path(f"{path}.part")
        self.size = 0
        self._file: BinaryIO | None = None
        if size == 0:
            self.part.unlink(missing_ok=True)
            return
        try:
            self._file = self.part.open("r+b", buffering=0)
            found = os.fstat(self._file.fileno()).st_size
            if found >= size:
                self._file.truncate(size)
                self._file.seek(size)
        except OSError as error:
            raise self._unwritable(error) from error
        if found < size:
            self._file.close()
            raise DataError(f"{self.part}: expected {size:,} bytes, got {found:,}: begin anew with --restart")
        self.size = size

    def write(self, data: Any) -> None:
        try:
            if self._file is None:
                self._file = self.part.open("wb", buffering=0)
            rest = memoryview(data)
            while len(rest):
                written = self._file.write(rest)
                rest = rest[written:]
                self.size += written
        except OSError as error:
            raise self._unwritable(error) from error

    def sync(self) -> None:
        """Raises DataError where what was written cannot be brought to the disk."""
        if self._file is not None:
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise self._unwritable(error) from error

    def publish(self) -> None:
        """Give it its name, in place of what may have that; where nothing was written, remove that."""
        self.close()
        if self.part.exists():
            self.part.replace(self.path)
        elif self.size == 0:
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        self.close()
        self.part.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> DataError:
        return DataError(f"{self.path}: cannot be written ({error.strerror})")


class Output(Protocol):
    """What a run writes to. state: what is done, so far. takes_rejects: is there a place for rejected records?"""

    state: State
    takes_rejects: bool

    def write(self, data: Any, rejects: bytes, state: State, resumable: bool) -> None:
        """Append a window's bytes. state: that behind it, but for the lengths of the files, which are added."""

    def pause(self) -> None:
        """Bring all of it to where it goes, so that a later run can go on from there."""

    def hurry(self) -> None:
        """The run was asked to stop, maybe in a signal handler: no more waiting for a reader who does not read."""

    def end(self, data: bytes, state: State) -> None:
        """Append what makes the output whole. state: the last one, but for the lengths of the files."""

    def finish(self) -> None:
        """Give everything that was written its name."""

    def abandon(self) -> None:
        """Remove what was written: it will not be gone on with."""

    def close(self) -> None:
        """To be called in any case, at the end."""


class FileOutput:
    """Output and rejects as files; with a journal, the run can be taken up.

    journal: None for an input that cannot be read again.
    """

    takes_rejects = True

    def __init__(
        self, path: Path, rejects: Path, journal: Journal | None, seconds: float, rejects_header: bytes = REJECTS_HEADER
    ) -> None:
        self.state = State() if journal is None else journal.state
        self._journal, self._seconds, self._rejects_header = journal, seconds, rejects_header
        self._compress = compression_of(path)
        finished = self.state.complete and not Path(f"{path}.part").exists()
        self._output = GrowingFile(path, 0 if finished else self.state.output_bytes)
        renamed = self.state.complete and not Path(f"{rejects}.part").exists()
        self._rejects = GrowingFile(rejects, 0 if renamed else self.state.rejects_bytes)
        self._output.size, self._rejects.size = self.state.output_bytes, self.state.rejects_bytes
        self._recorded = time.monotonic()

    def write(self, data: Any, rejects: bytes, state: State, resumable: bool) -> None:
        if len(data):
            self._output.write(self._compress(data))
        if rejects:
            if self._rejects.size == 0:
                self._rejects.write(self._rejects_header)
            self._rejects.write(rejects)
        if resumable:
            self.state = _with_lengths(state, self._output.size, self._rejects.size)
            if time.monotonic() - self._recorded >= self._seconds:
                self.pause()

    def pause(self) -> None:
        self._output.sync()
        self._rejects.sync()
        if self._journal is not None and self._journal.state != self.state:
            self._journal.record(self.state)
        self._recorded = time.monotonic()

    def hurry(self) -> None:
        """Files have no readers."""

    @property
    def part(self) -> Path:
        """Where the output grows."""
        return self._output.part

    def end(self, data: bytes, state: State) -> None:
        if data or self._output.size == 0:
            self._output.write(self._compress(data))
        # Complete at once, because a run cannot be gone on with behind these bytes.
        self.state = _with_lengths(state, self._output.size, self._rejects.size, complete=True)

    def finish(self) -> None:
        self.state = _with_lengths(self.state, self._output.size, self._rejects.size, complete=True)
        self.pause()
        self._rejects.publish()
        self._output.publish()
        sync_folder(self._output.path.parent)

    @property
    def resumable(self) -> bool:
        return self._journal is not None

    def remove_journal(self) -> None:
        if self._journal is not None:
            self._journal.remove()

    def close(self) -> None:
        self._output.close()
        self._rejects.close()
        if self._journal is not None:
            self._journal.close()

    def abandon(self) -> None:
        self._output.discard()
        self._rejects.discard()
        self.remove_journal()


def _with_lengths(state: State, output_bytes: int, rejects_bytes: int, complete: bool = False) -> State:
    return replace(state, output_bytes=output_bytes, rejects_bytes=rejects_bytes, complete=complete)


class StreamOutput:
    """A binary stream, such as stdout; rejects go to a file, if there is one."""

    def __init__(self, stream: Any, rejects: Path | None, rejects_header: bytes = REJECTS_HEADER) -> None:
        self._rejects_header = rejects_header
        self.state = State()
        self.takes_rejects = rejects is not None
        self._stream = stream
        self._rejects = None if rejects is None else GrowingFile(rejects)

    def write(self, data: Any, rejects: bytes, state: State, resumable: bool) -> None:
        self._stream.write(data)
        if rejects and self._rejects is not None:
            if self._rejects.size == 0:
                self._rejects.write(self._rejects_header)
            self._rejects.write(rejects)
        self.state = state

    def end(self, data: bytes, state: State) -> None:
        self._stream.write(data)
        self.state = state

    def pause(self) -> None:
        self._stream.flush()

    def hurry(self) -> None:
        if isinstance(self._stream, StandardOutput):
            self._stream.hurry()

    def finish(self) -> None:
        self._stream.flush()
        if self._rejects is not None:
            self._rejects.publish()

    def abandon(self) -> None:
        if self._rejects is not None:
            self._rejects.discard()

    def close(self) -> None:
        if isinstance(self._stream, StandardOutput):
            self._stream.close()
        if self._rejects is not None:
            self._rejects.close()
