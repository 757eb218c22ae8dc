"""What the native core offers; csrc/bindings.cpp."""

from collections.abc import Set
from typing import Any

import numpy as np
import numpy.typing as npt

SOURCES: str
"""SHA-256 of the sources the extension was built from."""

LEVELS: tuple[str, ...]
"""The SIMD levels that this machine can run, slowest first; all give the same results."""

LSTM_LEVELS: tuple[str, ...]
"""The levels at which this machine can run `Lstm`: "scalar", slow, and what is faster; equal but for rounding."""

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

class Lstm:
    """The recurrent layers of an LSTM in one direction, for scoring; weights and outputs in bf16, cells in float32.

    table: (ids, 4 hidden), what each id adds to the gates of the first layer (input, forget, candidate, output), biases
    included. own: for each layer, (4 hidden, hidden), the weights of its own outputs. below, biases: for all layers but
    the first, (4 hidden, hidden), the weights of the layer below's outputs, and (4 hidden,). hidden: a multiple of 16.
    All float32, and copied. Raises ValueError for other shapes.
    """

    def __init__(
        self,
        table: npt.NDArray[np.float32],
        own: list[npt.NDArray[np.float32]],
        below: list[npt.NDArray[np.float32]],
        biases: list[npt.NDArray[np.float32]],
    ) -> None: ...
    def last_outputs(
        self,
        values: npt.NDArray[np.int16] | npt.NDArray[np.int32],
        starts: npt.NDArray[np.int64],
        counts: npt.NDArray[np.int64],
        states: npt.NDArray[np.int64],
        outputs: npt.NDArray[np.float32],
        cells: npt.NDArray[np.float32],
        threads: int,
        level: str,
    ) -> npt.NDArray[np.float32]:
        """The top layer's last output of each row, (rows, hidden); bit for bit the same whatever rows stand beside it.

        Row i reads values[starts[i]] and the counts[i] - 1 ids behind it, and starts from the state states[i], of those
        given as outputs and cells, (states, layers, hidden) each. level: one of LSTM_LEVELS. Raises ValueError for a
        row that reads beyond the values, the table or the states.
        """

def csv_records(
    buffer: bytes | bytearray | memoryview, delimiter: str, last: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bool]:
    """Where each record's content ends, where the next one begins, and whether the bytes end inside quotes."""
