"""Files that are whole or not there, even after a power cut.

In: a path and what it should hold. Out: the file, on disk. What the bytes are is left to those who write them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

# A file's content: its bytes, its text (written as UTF-8), or a function that writes it into a binary file.
Content = bytes | str | Callable[[BinaryIO], object]


def part_of(path: Path) -> Path:
    """Where a file is written before it gets its name: NAME.part, in the same folder."""
    return path.with_name(path.name + ".part")


def write_atomically(path: Path, content: Content) -> None:
    """Write a file that appears whole, on disk, or not at all. Raises OSError; an earlier file is then still there."""
    write_together({path: content})


def write_together(contents: Mapping[Path, Content]) -> None:
    """Write several files that belong together: none gets its name before all are on disk.

    They get their names in the order given, so the last one can mark the others as complete. Raises OSError.
    """
    try:
        for path, content in contents.items():
            with part_of(path).open("wb") as file:
                if callable(content):
                    content(file)
                else:
                    # A name of a file may have bytes that are not UTF-8, which Python keeps as lone surrogates.
                    file.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
                file.flush()
                sync(file.fileno())
        for path in contents:
            part_of(path).replace(path)
    except BaseException:
        for path in contents:
            part_of(path).unlink(missing_ok=True)
        raise
    for folder in {path.parent for path in contents}:
        sync_folder(folder)


def publish(part: Path, path: Path) -> None:
    """Give a file that was written under another name its own, with its content on disk first. Raises OSError."""
    _sync_file(part)
    part.replace(path)
    sync_folder(path.parent)


def sync(descriptor: int) -> None:
    """Bring what was written to an open file to the disk. Raises OSError."""
    os.fsync(descriptor)


def start_sync(descriptor: int, begin: int, end: int) -> None:
    """Have these bytes of an open file written to the disk while the caller continues, so that `sync` takes less long.

    Where the system can't, nothing happens. Errors are left to `sync`.
    """
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(descriptor, begin, end - begin, os.POSIX_FADV_DONTNEED)  # of Linux: starts at once


def sync_files(files: Iterable[Path]) -> None:
    """Bring the content of files to the disk, and then their names. Raises OSError for one that is missing or fails."""
    written = list(files)
    for path in written:
        _sync_file(path)
    for folder in {path.parent for path in written}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Bring a folder's new names to the disk, if the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)  # writable, as Windows wants it
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
