"""What the native core offers; csrc/bindings.cpp."""

from collections.abc import Set
from typing import Any

import numpy as np
import numpy.typing as npt

SOURCES: str
"""SHA-256 of the sources the extension was built from."""

LEVELS: tuple[str, ...]
"""The SIMD levels that this machine can run, slowest first; all give the same results."""

def count_words(
    texts: Any, stop_words: Set[str], max_words: int, threads: int, level: str
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The most frequent words that are no stop words, and how often each stands in the texts."""

class Lexicon:
    """Words and their ids, made for looking up; any number of threads may use one."""

    def __init__(self, words: list[str]) -> None: ...
    def encode(
        self, texts: Any, threads: int, level: str
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
