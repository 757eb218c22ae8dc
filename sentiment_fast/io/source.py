"""Where the input's bytes come from: a file, compressed or not, a pipe, or a binary file object, read in any sizes.

In: a path, "-" for stdin, or a file object, and on request its encoding. Out: a `Source`: bytes, how far it has been
read, and whether it can be read again. What the bytes mean is left to others.
"""

from __future__ import annotations

import io
import os
import select
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from sentiment_fast.errors import DataError
from sentiment_fast.io.compression import DamageError, decompressed
from sentiment_fast.io.encoding import DETECT_BYTES, UTF_8, Transcoder, text_encoding

_SKIP_BYTES = 1 << 20


@dataclass(frozen=True)
class FileState:
    """What tells whether a file has been changed or replaced: which one it is, its size and its time of change."""

    device: int
    number: int
    size: int
    changed: int

    @classmethod
    def of(cls, about: os.stat_result) -> FileState:
        return cls(about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)


class Source:
    """An input, open for reading.

    name: for messages. size: bytes on disk, None if unknown. rereadable: whether it can be opened again and gives the
    same bytes. encoding: of its bytes; see `decode`. state: of a regular file as it was opened; None for others. Raises
    DataError if it cannot be opened or read, or is a file that has changed by the time it has been read.
    """

    def __init__(self, source: str | Path | BinaryIO) -> None:
        self.path: Path | None = None
        self.size: int | None = None
        self.rereadable = False
        self.encoding = UTF_8
        self.state: FileState | None = None
        self._start = b""  # bytes that were peeked at and not yet read
        self._text: Transcoder | None = None
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
            self.size, self.rereadable, self.state = about.st_size, True, FileState.of(about)
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
        """Bytes on disk read so far, for a file that is not read as it is; None for all other inputs."""
        as_it_is = self._stream is self._raw and self._text is None
        return None if self._raw is None or as_it_is or self._pipe is not None else self._raw.tell()

    def decode(self, chosen: str | None, keep_bytes: bool, say: Callable[[str], None]) -> None:
        """Take the input for text, before anything is read: in the chosen encoding, else that of its byte-order mark.

        If its bytes are not UTF-8, they are from here on: offsets count bytes of UTF-8. keep_bytes: leave bytes in an
        encoding of one byte per character as they are; `encoding` then decodes them. Raises DataError for UTF-16 or
        UTF-32 that nothing names, and for first bytes that contradict the chosen encoding.
        """
        encoding = text_encoding(self.peek(DETECT_BYTES), chosen, self.name)
        self.encoding = encoding if keep_bytes else encoding.as_utf8()
        if self.encoding.transcoded:
            self._text = Transcoder(self._read_bytes, encoding, self._start)
            self._start = b""
            say(f"{self.name}: {encoding.name} is read as UTF-8{'' if chosen else ', detected by its byte-order mark'}")

    def check_unchanged(self) -> None:
        """Raises DataError if the input is a file that has been changed or replaced since it was opened."""
        if self.state is not None:
            assert self.path is not None
            check_unchanged(self.path, self.state, self.name)

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
        """Continue after the first `offset` bytes, counted as they are read. For rereadable sources."""
        assert self._raw is not None
        self._start = b""
        try:
            if self._stream is self._raw and self._text is None:
                self._raw.seek(offset)
                return
            self._raw.seek(0)
            self._stream = self._decompressed()
            if self._text is not None:
                self._text = Transcoder(self._read_bytes, self.encoding)
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
        return self._read_bytes(buffer) if self._text is None else self._text.readinto(buffer)

    def _read_bytes(self, buffer: memoryview) -> int:
        """Read bytes of the input after decompression, before decoding."""
        try:
            count: int | None = self._stream.readinto(buffer)
            if count == 0 and len(buffer):
                self._check_read_whole()
        except (OSError, DamageError) as error:
            raise self._unreadable(error) from error
        if count is None:
            raise BlockingIOError(f"{self.name}: expected a blocking stream, got one that returns before it has bytes")
        return count

    def _check_read_whole(self) -> None:
        """Raises DataError if the input is a file whose size, as it was opened, is not what has been read."""
        if self.state is not None and self._raw is not None and self._raw.tell() != self.state.size:
            raise _changed(self.name)
        self.check_unchanged()

    def _unreadable(self, error: BaseException) -> DataError:
        return unreadable(self.name, error, is_open=self._raw is not None)

    def _take_pipe(self, descriptor: int) -> _Pipe:
        self._pipe = _Pipe(descriptor)
        return self._pipe

    def _decompressed(self) -> Any:
        assert self.path is not None
        assert self._raw is not None
        return decompressed(self._raw, self.path.suffix.lower()) or self._raw


def check_unchanged(path: Path, state: FileState, name: str) -> None:
    """Raises DataError if a file is not in this state. One that was deleted is no matter: it was read as it was."""
    try:
        found = FileState.of(path.stat())
    except OSError:
        return
    if found != state:
        raise _changed(name)


def _changed(name: str) -> DataError:
    return DataError(f"{name}: was changed or replaced while it was read: repeat the call once the file is complete")


def unreadable(name: str, error: BaseException, is_open: bool = False) -> DataError:
    """What to raise for an input that cannot be opened, or, if it is open, not be read."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    advice = ". Is the path right?" if isinstance(error, FileNotFoundError) else ""
    if is_open:
        advice = ". Is the file complete, and of the type that its extension says?"
    return DataError(f"{name}: cannot be read ({reason}){advice}")


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
