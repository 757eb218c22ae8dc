"""Probabilities -> the new columns, as CSV fields to append to each row, and as Arrow columns.

In: `EncodedTexts` and the probabilities of the different ones. Out: `ScoredTexts`, and from them the columns
sentiment_label, sentiment_score, and on request sentiment_status and sentiment_tokens. Files are left to others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.metrics import predicted_indices
from sentiment_fast.scoring.encoded_texts import EncodedTexts
from sentiment_fast.scoring.scorer import Scorer

LABEL, SCORE, STATUS, TOKENS = "sentiment_label", "sentiment_score", "sentiment_status", "sentiment_tokens"
STATUSES = ("ok", "empty", "truncated", "invalid_utf8")  # where several hold, the last of them is said
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_THREE_DIGITS = np.frombuffer("".join(f"{number:03}" for number in range(1000)).encode(), np.uint8).reshape(1000, 3)


@dataclass(frozen=True)
class ScoredTexts:
    """probabilities: (n, classes) float32. status: (n,), places in STATUSES. The rest as in `EncodedTexts`."""

    probabilities: npt.NDArray[np.float32]
    blank: npt.NDArray[np.bool_]
    status: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.blank)


def score_texts(texts: EncodedTexts, scorer: Scorer) -> ScoredTexts:
    """Raises DataError for a model whose scores are no numbers."""
    return texts_with_scores(texts, scorer.probabilities_of(texts.ids))


def texts_with_scores(texts: EncodedTexts, distinct: npt.NDArray[np.float32]) -> ScoredTexts:
    """distinct: (distinct, classes), the probabilities of the different texts. Raises DataError as `score_texts`."""
    if not np.isfinite(distinct).all():
        raise DataError("Expected probabilities from the model, got some that are no numbers: its weights are damaged")
    status = np.zeros(len(texts), np.int64)
    for place, holds in enumerate((texts.blank, texts.truncated, texts.invalid), 1):
        status[holds] = place
    return ScoredTexts(distinct[texts.places], texts.blank, status, texts.tokens)


class NewColumns:
    """The columns that a scorer adds. Blank texts get a blank label and blank scores.

    threshold: of two classes, the probability above which the second is said.
    """

    def __init__(
        self, classes: Sequence[Any], status: bool = False, tokens: bool = False, threshold: float = 0.5
    ) -> None:
        self._classes, self._status, self._tokens, self._threshold = list(classes), status, tokens, threshold
        scores = [SCORE] if len(classes) == 2 else [f"{SCORE}_{label}" for label in classes]
        self.names = [LABEL, *scores, *([STATUS] if status else []), *([TOKENS] if tokens else [])]

    @property
    def classes(self) -> list[Any]:
        """The scorer's labels."""
        return list(self._classes)

    def csv_header(self, delimiter: str, excel_safe: bool = False) -> bytes:
        """The columns' names as fields, each with a delimiter before it."""
        return b"".join(_fields(self.names, delimiter, excel_safe))

    def csv_fields(self, scored: ScoredTexts, delimiter: str, excel_safe: bool = False) -> pa.LargeBinaryArray:
        """(n,): the fields of each row, each with a delimiter before it. Scores have six decimals."""
        labels = _fields([*self._classes, ""], delimiter, excel_safe)
        label = np.where(scored.blank, len(self._classes), self._predicted(scored))
        columns = [_take(labels, label), _score_fields(_shown(scored), scored.blank, delimiter)]
        if self._status:
            columns.append(_take(_fields(STATUSES, delimiter), scored.status))
        if self._tokens:
            columns += [_take([delimiter.encode()], np.zeros(len(scored), np.int64)), _numbers(scored.tokens)]
        return join_columns(columns)

    def arrow_columns(self, scored: ScoredTexts) -> dict[str, pa.Array]:
        """By name: labels in their own type, scores float32, both null for blank texts; statuses as text, tokens."""
        label = pa.array(self._predicted(scored), mask=scored.blank)
        columns = [pa.array(self._classes).take(label)]
        columns += [pa.array(scores, pa.float32(), mask=scored.blank) for scores in _shown(scored).T]
        if self._status:
            columns.append(pa.array(STATUSES).take(pa.array(scored.status)))
        if self._tokens:
            columns.append(pa.array(scored.tokens))
        return dict(zip(self.names, columns, strict=True))

    def _predicted(self, scored: ScoredTexts) -> npt.NDArray[np.int64]:
        return predicted_indices(scored.probabilities, self._threshold)


def csv_names(names: Sequence[str], delimiter: str, excel_safe: bool = False) -> bytes:
    """Names as the fields of a header, without a line end."""
    return b"".join(_fields(names, delimiter, excel_safe)).removeprefix(delimiter.encode())


def join_columns(columns: list[pa.Array]) -> pa.LargeBinaryArray:
    """(n,): each row's values, end to end."""
    return pc.binary_join_element_wise(*columns, pa.scalar(b"", pa.large_binary()))


def _shown(scored: ScoredTexts) -> npt.NDArray[np.float32]:
    """(n, scores): of two classes, the probability of the positive one."""
    return scored.probabilities[:, 1:] if scored.probabilities.shape[1] == 2 else scored.probabilities


def _score_fields(scores: npt.NDArray[np.float32], blank: npt.NDArray[np.bool_], delimiter: str) -> pa.Array:
    """(n,): delimiter and "0.123456", as f"{score:.6f}" has it, for each score of a row."""
    rows, columns = scores.shape
    # A float32 times a million is exact in a float64, so that this rounds like formatting: half to even.
    millionths = np.rint(scores.astype(np.float64) * 1e6).astype(np.int64)
    text = np.empty((rows, columns, 9), np.uint8)
    text[:, :, 0] = ord(delimiter)
    text[:, :, 1] = ord("0") + millionths // 1_000_000
    text[:, :, 2] = ord(".")
    text[:, :, 3:6] = _THREE_DIGITS[millionths // 1000 % 1000]
    text[:, :, 6:9] = _THREE_DIGITS[millionths % 1000]
    width = 9 * columns
    filled = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), rows, [None, pa.py_buffer(text)])
    return pc.if_else(
        pa.array(blank), pa.scalar(delimiter.encode() * columns, pa.large_binary()), filled.cast(pa.large_binary())
    )


def _numbers(numbers: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(numbers).cast(pa.large_string()).view(pa.large_binary())


def _take(values: list[bytes], places: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(values, pa.large_binary()).take(pa.array(places))


def _fields(values: Sequence[Any], delimiter: str, excel_safe: bool = False) -> list[bytes]:
    """Values as CSV fields, quoted where they must be, each with a delimiter before it."""
    fields = []
    for value in values:
        if excel_safe and isinstance(value, str) and value.startswith(FORMULA_STARTS):
            value = f"'{value}"
        line = io.StringIO(newline="")
        # With an empty field before it, an empty one needs no quotes. Python 3.11 quotes no line ends but this one's.
        csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(["", value])
        fields.append(line.getvalue().removesuffix("\r\n").encode())
    return fields
