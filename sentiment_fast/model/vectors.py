"""Pretrained word vectors in the text format of GloVe and word2vec -> initial values of an embedding.

In: a file and a vocabulary. Out: `WordVectors`, a row per id. Initial weights are left to training/encode.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.runs.regular_files import open_regular
from sentiment_fast.text.vocabulary import Vocabulary

_MOST_NUMBERS = 1 << 13  # the largest embedding_size
_MOST_LINE = 1 << 19  # bytes: as many numbers of 60 characters


@dataclass(frozen=True)
class WordVectors:
    """The vectors of a vocabulary's words.

    matrix: (largest id + 1, size) float32, row = id; the pad's row and those of words without a vector are NaN.
    """

    matrix: npt.NDArray[np.float32]

    @property
    def size(self) -> int:
        return int(self.matrix.shape[1])

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """(largest id + 1,): which rows have one."""
        return ~np.isnan(self.matrix[:, 0])


def read_vectors(path: str | Path, vocabulary: Vocabulary) -> WordVectors:
    """Read the vectors of the vocabulary's words: a word and its numbers per line, separated by single spaces.

    word2vec's first line (count and size) is optional. Words are compared exactly; if one occurs twice, its first line
    counts. Raises DataError, with the line, for a file that is not of that format.
    """
    path = Path(path)
    id_of = {word: index + 1 for index, word in enumerate(vocabulary)}
    matrix: npt.NDArray[np.float32] | None = None
    try:
        with open_regular(path) as file:
            for number, line in enumerate(_lines(path, file), start=1):
                word, *values = line.rstrip(" \r\n").split(" ")
                if number == 1 and len(values) == 1 and word.isdecimal():
                    continue
                if matrix is None:
                    if len(values) > _MOST_NUMBERS:
                        raise DataError(
                            f"{path}, line {number}: expected a word and up to {_MOST_NUMBERS:,} numbers, got "
                            f"{len(values):,}"
                        )
                    matrix = np.full((vocabulary.largest_id + 1, len(values)), np.nan, np.float32)
                id_ = id_of.pop(word, None)
                if id_ is not None:
                    matrix[id_] = _numbers(path, number, values, matrix.shape[1])
    except OSError as error:
        raise DataError(f"{path}: cannot be read as word vectors ({error.strerror})") from error
    if matrix is None or matrix.shape[1] == 0:
        raise DataError(f"{path}: expected lines of a word and its numbers (GloVe or word2vec text format), got none")
    if len(id_of) == len(vocabulary):
        raise DataError(
            f"{path}: has a vector for none of the vocabulary's {len(vocabulary)} words (such as "
            f"{', '.join(vocabulary.words[:3])}). Is it in text format, in the language of the texts, lower-cased?"
        )
    return WordVectors(matrix)


def _lines(path: Path, file: BinaryIO) -> Iterator[str]:
    """Raises DataError for a line that is longer than a word and its numbers are."""
    for number in count(1):
        line = file.readline(_MOST_LINE)
        if not line:
            return
        if len(line) == _MOST_LINE and not line.endswith(b"\n"):
            raise DataError(
                f"{path}, line {number}: expected a word and its numbers in up to {_MOST_LINE:,} bytes, got more: is "
                "it in text format?"
            )
        yield line.decode("utf-8", "replace")


def _numbers(path: Path, line: int, values: list[str], size: int) -> npt.NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):  # becomes infinite, which is reported below
            vector = np.array(values, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"{path}, line {line}: expected numbers after the word: {str(error)[:200]}") from error
    if len(vector) != size:
        raise DataError(f"{path}, line {line}: expected {size} numbers as in the lines before, got {len(vector)}")
    if not np.isfinite(vector).all():
        raise DataError(f"{path}, line {line}: expected finite numbers, got nan or infinity")
    return vector
