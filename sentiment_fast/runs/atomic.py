"""Files that are whole or not there, even after a power cut.

In: a path and bytes. Out: the file, on disk. What the bytes are is left to those who write them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Makes new names in a folder last, where the system can."""
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


def sync_files(files: Iterable[Path]) -> None:
    """Makes the content of files last, and then their names. Raises OSError for one that is missing or cannot be."""
    written = list(files)
    for path in written:
        descriptor = os.open(path, os.O_RDWR)  # writable, as Windows wants it
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    for folder in {path.parent for path in written}:
        sync_folder(folder)
