"""Bytes out: to files that grow under another name and get their own once complete, compressed or not; and to stdout.

In: bytes. Out: the same bytes, in a file, a pipe or a terminal. A run that is asked to stop does not wait for a reader
of stdout that has stopped reading. What the bytes are, and when they are synced, is left to others.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.runs.atomic import publish, start_sync, sync
from sentiment_fast.runs.regular_files import check_regular

Data: TypeAlias = bytes | pa.Buffer

_SYNC_BYTES = 16 << 20  # how much is written to a file before it is sent to the disk
_PATIENCE = 1.0  # seconds that a reader has to read something, once the run was asked to stop


def compression_of(path: Path) -> Callable[[Data], Data]:
    """The function that compresses a window's bytes into a frame, by the file's extension. It is deterministic."""
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
    """A file that grows as PATH.part and gets its name when it is complete.

    size: how many bytes of an existing PATH.part to keep. No file is created before the first byte. Raises DataError if
    the file cannot be written, or holds fewer bytes than `size`.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        self.path, self.part = path, Path(f"{path}.part")
        self.size = self._sent = 0
        self._file: BinaryIO | None = None
        if size == 0:
            self.part.unlink(missing_ok=True)
            return
        try:
            self._file = self._open(0)
            check_regular(self._file.fileno(), str(self.part))
            found = os.fstat(self._file.fileno()).st_size
            if found >= size:
                self._file.truncate(size)
                self._file.seek(size)
        except FileNotFoundError:
            found = 0
        except OSError as error:
            self.close()
            raise self._unwritable(error) from error
        if found < size:
            self.close()
            raise DataError(f"{self.part}: expected {size:,} bytes, got {found:,}: start over with `restart=True`")
        self.size = size

    def write(self, data: Data) -> None:
        try:
            if self._file is None:
                self._file = self._open(os.O_CREAT | os.O_EXCL)
            rest = memoryview(data)
            while len(rest):
                written = self._file.write(rest)
                rest = rest[written:]
                self.size += written
            if self.size - self._sent >= _SYNC_BYTES:
                start_sync(self._file.fileno(), self._sent, self.size)
                self._sent = self.size
        except OSError as error:
            raise self._unwritable(error) from error

    def sync(self) -> None:
        """Raises DataError if what was written cannot be synced to the disk."""
        if self._file is not None:
            try:
                sync(self._file.fileno())
            except OSError as error:
                raise self._unwritable(error) from error

    def publish(self, replace: bool) -> None:
        """Give the file its name, or leave none of that name if nothing was written.

        replace: whether a file of that name may be replaced; else raises DataError if there is one.
        """
        self.close()
        if self.part.exists():
            if not replace and os.path.lexists(self.path):
                raise DataError(
                    f"{self.path}: a file of this name has appeared during the run, whose output is in {self.part}: "
                    "move one of them away, then repeat the call"
                )
            publish(self.part, self.path)
        elif self.size == 0 and replace:
            self.path.unlink(missing_ok=True)

    @property
    def descriptor(self) -> int | None:
        """The open file's; None if it isn't open."""
        return None if self._file is None else self._file.fileno()

    @property
    def time(self) -> int:
        """When the open file was last written to, in nanoseconds since 1970."""
        assert self._file is not None
        return os.fstat(self._file.fileno()).st_mtime_ns

    def _open(self, flags: int) -> BinaryIO:
        """Open PATH.part, which a link must not lead anywhere else."""
        flags |= os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return cast(BinaryIO, os.fdopen(os.open(self.part, flags, 0o666), "r+b", buffering=0))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        self.close()
        self.part.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> DataError:
        return DataError(f"{self.path}: cannot be written ({error.strerror})")


def standard_output() -> Any:
    """An object with `write` and `flush`: a StandardOutput if writing to stdout may block."""
    try:
        descriptor = sys.stdout.buffer.fileno()
    except (io.UnsupportedOperation, AttributeError):  # tests replace it
        return sys.stdout.buffer
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return sys.stdout.buffer
    sys.stdout.flush()
    return StandardOutput(descriptor)


class StandardOutput:
    """A pipe or terminal with a reader at its other end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._hurried = self._closed = False
        self._woken, self._wake = os.pipe()

    def write(self, data: Data) -> None:
        """Raises KeyboardInterrupt if the run was asked to stop and the reader reads nothing."""
        rest = memoryview(data)
        while len(rest):
            self._wait_for_room()
            # If there is room at all, the kernel takes PIPE_BUF bytes without blocking; for more, it could block.
            rest = rest[os.write(self._descriptor, rest[: select.PIPE_BUF]) :]

    def hurry(self) -> None:
        """End another thread's wait if the reader reads nothing for a second; may be called in a signal handler."""
        if not self._closed:
            os.write(self._wake, b"x")

    def flush(self) -> None:
        """Nothing is buffered."""

    def close(self) -> None:
        """stdout itself stays open."""
        self._closed = True
        os.close(self._woken)
        os.close(self._wake)

    def _wait_for_room(self) -> None:
        while True:
            waiting = select.poll()  # unlike select, for descriptors of any number
            waiting.register(self._descriptor, select.POLLOUT)
            if not self._hurried:
                waiting.register(self._woken, select.POLLIN)
            ready = [descriptor for descriptor, _ in waiting.poll(1000 * _PATIENCE if self._hurried else None)]
            if self._descriptor in ready:  # for room, or for an error that the write reports
                return
            if not ready:
                raise KeyboardInterrupt
            self._hurried = True
