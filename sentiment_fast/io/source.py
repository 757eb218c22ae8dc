"""Where the input's bytes come from: a file, compressed or not, a pipe, or a binary file object, read in any sizes.

In: a path, "-" for stdin, or a file object. Out: a `Source`: bytes, how far it has been read, and whether it can be
read again. What the bytes mean is left to others.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import select
import stat
import sys
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from sentiment_fast.errors import DataError

_DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error, pa.ArrowException)
_SKIP_BYTES = 1 << 20


class Source:
    """An input, open for reading.

    name: for messages. size: bytes on disk, None if unknown. rereadable: whether it can be opened again and gives the
    same bytes. Raises DataError if it cannot be opened or read.
    """

    def __init__(self, source: str | Path | BinaryIO) -> None:
        self.path: Path | None = None
        self.size: int | None = None
        self.rereadable = False
        self._start = b""  # bytes that were peeked at and not yet read
        self._pipe: _Pipe | None = None
        self._raw: BinaryIO | None = None
        if source == "-":
            source, self.name = sys.stdin.buffer, "stdin"
        else:
            self.name = str(source) if isinstance(source, str | Path) else str(getattr(source, "name", "input"))
        if not isinstance(source, str | Path):
            pipe = _descriptor(source) if self.name == "stdin" else None
            self._stream: Any = source if pipe is None else self._take_pipe(pipe)
            return
        self.path = Path(source)
        try:
            self._raw = cast(BinaryIO, self.path.open("rb", buffering=0))
            about = os.fstat(self._raw.fileno())
        except OSError as error:
            raise self._unreadable(error) from error
        if stat.S_ISREG(about.st_mode):
            self.size, self.rereadable = about.st_size, True
            self._stream = self._decompressed()
        else:
            self._stream = self._take_pipe(self._raw.fileno())

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        if self._raw is not None:
            self._raw.close()
        if self._pipe is not None:
            self._pipe.close()

    @property
    def consumed(self) -> int | None:
        """Bytes on disk read so far, for a compressed file; None for an input that is not compressed."""
        return None if self._raw is None or self._stream is self._raw or self._pipe is not None else self._raw.tell()

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, which remain to be read; fewer only at the end of the input."""
        parts = [self._start]
        missing = size - len(self._start)
        while missing > 0:
            buffer = bytearray(missing)
            if (count := self._read(memoryview(buffer))) == 0:
                break
            parts.append(bytes(buffer[:count]))
            missing -= count
        self._start = b"".join(parts)
        return self._start[:size]

    def readinto(self, buffer: memoryview) -> int:
        if self._start:
            count = min(len(buffer), len(self._start))
            buffer[:count], self._start = self._start[:count], self._start[count:]
            return count
        return self._read(buffer)

    def restart_at(self, offset: int) -> None:
        """Continue after the first `offset` bytes, counted after decompression. For rereadable sources."""
        assert self._raw is not None
        self._start = b""
        try:
            if self._stream is self._raw:
                self._raw.seek(offset)
                return
            assert self.path is not None
            self._stream = None  # PyArrow's stream closes the file that it reads
            self._raw.close()
            self._raw = cast(BinaryIO, self.path.open("rb", buffering=0))
            self._stream = self._decompressed()
        except OSError as error:
            raise self._unreadable(error) from error
        buffer = memoryview(bytearray(_SKIP_BYTES))
        while offset and (count := self._read(buffer[:offset])):
            offset -= count

    def cancel(self) -> None:
        """End a read that waits in another thread, and all further reading."""
        if self._pipe is not None:
            self._pipe.cancel()

    def _read(self, buffer: memoryview) -> int:
        try:
            count: int | None = self._stream.readinto(buffer)
        except _DAMAGE as error:
            raise self._unreadable(error) from error
        if count is None:
            raise BlockingIOError(f"{self.name}: expected a blocking stream, got one that returns before it has bytes")
        return count

    def _unreadable(self, error: BaseException) -> DataError:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        advice = ". Is the file complete, and of the type that its extension says?" if self._raw is not None else ""
        return DataError(f"{self.name}: cannot be read ({reason}){advice}")

    def _take_pipe(self, descriptor: int) -> _Pipe:
        self._pipe = _Pipe(descriptor)
        return self._pipe

    def _decompressed(self) -> Any:
        assert self.path is not None
        assert self._raw is not None
        match self.path.suffix.lower():
            case ".gz":
                return gzip.GzipFile(fileobj=self._raw)
            case ".bz2":
                return bz2.BZ2File(self._raw)
            case ".xz":
                return lzma.LZMAFile(self._raw)
            case ".zst":
                return pa.CompressedInputStream(pa.PythonFile(self._raw, "r"), "zstd")
        return self._raw


class _Pipe:
    """A pipe or a terminal, where reading may block; another thread can end the wait."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._woken, self._wake = os.pipe()

    def readinto(self, buffer: memoryview) -> int:
        waiting = select.poll()  # unlike select, for descriptors of any number
        for descriptor in (self._descriptor, self._woken):
            waiting.register(descriptor, select.POLLIN)
        ready = [descriptor for descriptor, _ in waiting.poll()]
        return 0 if self._woken in ready else os.readv(self._descriptor, [buffer])

    def cancel(self) -> None:
        os.write(self._wake, b"x")

    def close(self) -> None:
        os.close(self._woken)
        os.close(self._wake)


def _descriptor(stream: BinaryIO) -> int | None:
    """The stream's file descriptor, None if it has none: tests replace stdin with such streams."""
    try:
        return stream.fileno()
    except (io.UnsupportedOperation, AttributeError):
        return None
