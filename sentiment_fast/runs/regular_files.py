"""Regular files of bounded size: opening one never waits, as a pipe does, and reading one always ends.

In: a path and the most bytes that its file may have. Out: the open file or its bytes; OSError, whose strerror says why,
for a pipe, a device, a folder or more bytes. What the bytes mean is left to those who read them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_regular(path: str | Path, most: int | None = None, folder: int | None = None) -> BinaryIO:
    """Open a regular file for reading.

    most: bytes that it may have; None for any number. folder: a descriptor of the folder that `path` is relative to.
    Raises OSError, also for anything other than a regular file of that size, without waiting for its other end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    try:
        check_regular(descriptor, str(path), most)
        return cast(BinaryIO, os.fdopen(descriptor, "rb"))
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: str | Path, most: int) -> bytes:
    """The bytes of a regular file. Raises OSError, also if it is something else or has more bytes than `most`."""
    with open_regular(path, most) as file:
        return read_at_most(file, most)


def read_at_most(file: BinaryIO, most: int) -> bytes:
    """The rest of an open file, which may have grown since it was opened. Raises OSError if it is more than `most`."""
    content = file.read(most + 1)
    if len(content) > most:
        raise _too_large(str(file.name), len(content), most)
    return content


def check_regular(descriptor: int, name: str, most: int | None = None) -> None:
    """Raises OSError unless the open file is a regular one of at most this many bytes."""
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(about.st_mode)), "something else")
        raise OSError(errno.EINVAL, f"expected a regular file, got {kind}", name)
    if most is not None and about.st_size > most:
        raise _too_large(name, about.st_size, most)


def _too_large(name: str, size: int, most: int) -> OSError:
    return OSError(errno.EFBIG, f"expected a file of up to {most:,} bytes, got {size:,} or more", name)
