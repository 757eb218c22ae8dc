"""What the native core offers; csrc/bindings.cpp."""

from collections.abc import Set
from typing import Any

import numpy as np
import numpy.typing as npt

SOURCES: str
"""SHA-256 of the sources the extension was built from."""

LEVELS: tuple[str, ...]
"""The SIMD levels that this machine can run, slowest first; all give the same results."""

class CleaningOptions:
    """What of the cleaning can be chosen."""

    def __init__(self, strip_html: bool = False, keep_digits: bool = False) -> None: ...

def count_words(
    texts: Any,
    left_out: Set[str],
    max_words: int,
    min_count: int,
    options: CleaningOptions,
    threads: int,
    level: str,
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The most frequent words that are not left out, and how often each stands in the texts."""

class Lexicon:
    """Words and their ids, made for looking up; any number of threads may use one.

    The words' ids are their places, from 1. dropped: words that get no id (but for those in `words`).
    unknown_id: the id of all others; 0 for none.
    """

    def __init__(self, words: list[str], dropped: Set[str] = ..., unknown_id: int = 0) -> None: ...
    def encode(
        self, texts: Any, options: CleaningOptions, threads: int, level: str
    ) -> tuple[npt.NDArray[np.int16] | npt.NDArray[np.int32], npt.NDArray[np.int64], int, int]:
        """(values (total,), offsets (n + 1,), how many texts were null, how many cleaned words were read)."""

def pad(
    values: npt.NDArray[np.int16] | npt.NDArray[np.int32],
    offsets: npt.NDArray[np.int64],
    matrix: npt.NDArray[np.int16] | npt.NDArray[np.int32] | npt.NDArray[np.int64],
    threads: int,
) -> None:
    """Fill the (n, length) matrix: zeros on the left, then the first `length` ids of each row."""

def csv_records(
    buffer: bytes | bytearray | memoryview, delimiter: str, last: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
    """Where each record's content ends, where the next one begins, and whether the bytes end inside quotes."""
