"""Texts and a scorer -> the columns to add, in Arrow: label, score, and on request status and tokens.

In: a column of texts. Out: `EncodedTexts`, with each distinct text once; `ScoredTexts`; and from these, `AddedColumns`.
Formatting the columns for files is left to the writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.errors import DataError, listed, quoted
from sentiment_fast.evaluation.metrics import predicted_indices
from sentiment_fast.io.arrow import invalid_texts, value_bytes, value_offsets
from sentiment_fast.text.encoding import TokenIds

Mask = npt.NDArray[np.bool_]

LABEL, SCORE, STATUS, TOKENS = "sentiment_label", "sentiment_score", "sentiment_status", "sentiment_tokens"
STATUSES = ("ok", "empty", "truncated", "invalid_utf8")  # if several apply, the last of them is written

# The bytes that occur in white space, in UTF-8: a text with any other byte is not blank.
_SPACE_BYTES = np.zeros(256, bool)
_SPACE_BYTES[[byte for code in range(0x3001) if chr(code).isspace() for byte in chr(code).encode()]] = True


class TextScorer(Protocol):
    """The part of `Scorer` that is used here."""

    @property
    def classes(self) -> list[Any]: ...
    @property
    def threshold(self) -> float: ...
    @property
    def max_length(self) -> int: ...
    def encode(self, texts: Any) -> TokenIds: ...
    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]: ...


@dataclass(frozen=True)
class ColumnOptions:
    """Optional columns. status: add `sentiment_status`. tokens: add `sentiment_tokens`, the number of known words."""

    status: bool = False
    tokens: bool = False


@dataclass(frozen=True)
class EncodedTexts:
    """ids: token ids of the distinct texts, (distinct,). places: (n,) int64, the index of each text's ids in them.
    tokens: (n,) int64, the number of known words. blank: (n,) bool, null, empty or only white space. invalid: (n,)
    bool, not valid UTF-8. truncated: (n,) bool, more ids than the network reads.
    """

    ids: TokenIds
    places: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    blank: Mask
    invalid: Mask
    truncated: Mask

    def __len__(self) -> int:
        return len(self.places)


def encode_texts(texts: pa.LargeBinaryArray, scorer: TextScorer) -> EncodedTexts:
    """Encode a column of texts; texts with the same words after cleaning are deduplicated."""
    ids = scorer.encode(texts)
    distinct, places = _distinct(ids)
    return EncodedTexts(
        ids=distinct,
        places=places,
        tokens=distinct.known_lengths[places],
        blank=_blank(texts, ids.lengths == 0),
        invalid=invalid_texts(texts),
        truncated=ids.lengths > scorer.max_length,
    )


def _distinct(ids: TokenIds) -> tuple[TokenIds, npt.NDArray[np.int64]]:
    """The distinct rows of ids, in the order of their first appearance, and the index of each row in them."""
    width = ids.values.itemsize
    rows = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(ids), [None, pa.py_buffer(ids.offsets * width), pa.py_buffer(ids.values)]
    )
    encoded = rows.dictionary_encode()
    places = encoded.indices.to_numpy().astype(np.int64)
    _, offsets, values = encoded.dictionary.buffers()
    count = len(encoded.dictionary)
    ends = np.frombuffer(offsets, np.int64)[: count + 1] // width if count else np.zeros(1, np.int64)
    kept: Any = np.frombuffer(values, ids.values.dtype)[: int(ends[-1])] if count and values else ids.values[:0]
    return TokenIds(kept, ends, ids.null_count, ids.word_count, ids.unknown_id), places


def _blank(texts: pa.LargeBinaryArray, candidates: Mask) -> Mask:
    """Which texts are empty or only white space; only those without ids can be."""
    rows = np.flatnonzero(candidates)
    blank = np.zeros(len(texts), bool)
    if len(rows) == 0:
        return blank
    found = texts.take(pa.array(rows)).fill_null(b"")
    offsets, values = value_offsets(found), value_bytes(found)
    lengths = np.diff(offsets)
    blank[rows[lengths == 0]] = True
    filled = np.flatnonzero(lengths)
    if len(filled) > 0:
        # A text is blank only if all its bytes occur in white space; these few texts are checked one by one.
        likely = filled[np.logical_and.reduceat(_SPACE_BYTES[values], offsets[filled] - offsets[0])]
        for place in likely.tolist():
            blank[rows[place]] = not found[place].as_py().decode("utf-8", "replace").strip()
    return blank


@dataclass(frozen=True)
class ScoredTexts:
    """probabilities: (n, classes) float32. status: (n,), places in STATUSES. The rest as in `EncodedTexts`."""

    probabilities: npt.NDArray[np.float32]
    blank: npt.NDArray[np.bool_]
    status: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.blank)


def score_texts(texts: EncodedTexts, scorer: TextScorer) -> ScoredTexts:
    """Raises DataError if the model's probabilities are not finite."""
    return texts_with_scores(texts, scorer.probabilities_of(texts.ids))


def texts_with_scores(texts: EncodedTexts, distinct: npt.NDArray[np.float32]) -> ScoredTexts:
    """distinct: (distinct, classes), the probabilities of the distinct texts. Raises DataError like `score_texts`."""
    if not np.isfinite(distinct).all():
        raise DataError("Expected finite probabilities from the model, got NaN or infinity: its weights are damaged")
    status = np.zeros(len(texts), np.int64)
    for place, holds in enumerate((texts.blank, texts.truncated, texts.invalid), 1):
        status[holds] = place
    return ScoredTexts(distinct[texts.places], texts.blank, status, texts.tokens)


class AddedColumns:
    """The columns that a scorer adds. Labels and scores of blank texts are null.

    schema: their names and types. names: their names.
    """

    def __init__(self, scorer: TextScorer, options: ColumnOptions) -> None:
        self._classes, self._threshold, self._options = pa.array(scorer.classes), scorer.threshold, options
        self._scores = [SCORE] if len(self._classes) == 2 else [f"{SCORE}_{label}" for label in scorer.classes]
        empty = np.zeros(0, np.int64)
        nothing = ScoredTexts(np.zeros((0, len(self._classes)), np.float32), empty > 0, empty, empty)
        self.schema = pa.schema([(name, values.type) for name, values in self.of(nothing).items()])
        self.names: Sequence[str] = self.schema.names

    def of(self, scored: ScoredTexts) -> dict[str, pa.Array]:
        """(n,) each: labels in their own type, scores in float32, statuses as strings, numbers of tokens."""
        label = pa.array(predicted_indices(scored.probabilities, self._threshold), mask=scored.blank)
        columns = {LABEL: self._classes.take(label)}
        # For two classes, the probability of the positive one.
        shown = scored.probabilities[:, 1:] if len(self._classes) == 2 else scored.probabilities
        for name, scores in zip(self._scores, shown.T, strict=True):
            columns[name] = pa.array(scores, pa.float32(), mask=scored.blank)
        if self._options.status:
            columns[STATUS] = pa.array(STATUSES).take(pa.array(scored.status))
        if self._options.tokens:
            columns[TOKENS] = pa.array(scored.tokens)
        return columns


def score_batch(scorer: TextScorer, batch: pa.RecordBatch, text_column: str, options: ColumnOptions) -> pa.RecordBatch:
    """The batch with columns added. Raises DataError if it lacks the text column or already has one of these."""
    columns = AddedColumns(scorer, options)
    names = batch.schema.names
    if names.count(text_column) != 1:
        raise DataError(f"Expected a batch with one column {quoted(text_column)}, got columns {listed(names)}")
    taken = [name for name in columns.names if name in names]
    if taken:
        raise DataError(f"Expected a batch without a column {quoted(taken[0])}, which would be added: rename it")
    try:
        texts = batch.column(text_column).cast(pa.large_binary())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"Expected texts in column {quoted(text_column)}, got {batch.schema.field(text_column).type}"
        ) from error
    scored = score_texts(encode_texts(texts, scorer), scorer)
    for name, values in columns.of(scored).items():
        batch = batch.append_column(name, values)
    return batch
