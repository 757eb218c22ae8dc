"""Texts and a scorer -> the columns to add, in Arrow: label, score, stars, and on request status and tokens.

In: a column of texts. Out: `EncodedTexts`, with each distinct text once; `ScoredTexts`; and from these, `AddedColumns`.
Formatting the columns for files is left to the writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.arrow import invalid_texts, value_bytes, value_offsets
from sentiment_fast.model.decision import Decision
from sentiment_fast.text.encoding import TokenIds

Mask = npt.NDArray[np.bool_]
Unknown = Literal["prior", "blank"]

LABEL, SCORE, STATUS, TOKENS = "sentiment_label", "sentiment_score", "sentiment_status", "sentiment_tokens"
STARS = "sentiment_stars"  # of ordered classes: the expected value
# If several apply, the last of them is written: what says most about the score.
STATUSES = ("ok", "truncated", "invalid_utf8", "no_known_words", "empty")

# The bytes that occur in white space, in UTF-8: a text with any other byte is not blank.
_SPACE_BYTES = np.zeros(256, bool)
_SPACE_BYTES[[byte for code in range(0x3001) if chr(code).isspace() for byte in chr(code).encode()]] = True


class TextScorer(Protocol):
    """The part of `Scorer` that is used here."""

    @property
    def classes(self) -> list[Any]: ...
    @property
    def decision(self) -> Decision: ...
    @property
    def max_length(self) -> int: ...
    def encode(self, texts: Any) -> TokenIds: ...
    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]: ...


@dataclass(frozen=True)
class ColumnOptions:
    """What is written for a text.

    status: add `sentiment_status`. tokens: add `sentiment_tokens`, the number of known words. unknown: "prior" to label
    a text without known words by the model's answer to an empty text; "blank" for neither label nor score.
    Raises UsageError for another `unknown`.
    """

    status: bool = False
    tokens: bool = False
    unknown: Unknown = "prior"

    def __post_init__(self) -> None:
        if self.unknown not in ("prior", "blank"):
            raise UsageError(f"Expected `unknown` to be prior or blank, got {self.unknown!r}")


@dataclass(frozen=True)
class EncodedTexts:
    """ids: token ids of the distinct texts, (distinct,). places: (n,) int64, the index of each text's ids in them.
    tokens: (n,) int64, the number of known words. blank: (n,) bool, null, empty or only white space. unknown: (n,)
    bool, not blank, but without known words. invalid: (n,) bool, not valid UTF-8. truncated: (n,) bool, more ids than
    the network reads.
    """

    ids: TokenIds
    places: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    blank: Mask
    unknown: Mask
    invalid: Mask
    truncated: Mask

    def __len__(self) -> int:
        return len(self.places)


def encode_texts(texts: pa.LargeBinaryArray, scorer: TextScorer) -> EncodedTexts:
    """Encode a column of texts; texts with the same words after cleaning are deduplicated."""
    ids = scorer.encode(texts)
    distinct, places = _distinct(ids)
    tokens, blank = distinct.known_lengths[places], _blank(texts, ids.lengths == 0)
    return EncodedTexts(
        ids=distinct,
        places=places,
        tokens=tokens,
        blank=blank,
        unknown=(tokens == 0) & ~blank,
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
    blank: Mask
    unknown: Mask
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
    for place, holds in enumerate((texts.truncated, texts.invalid, texts.unknown, texts.blank), 1):
        status[holds] = place
    return ScoredTexts(distinct[texts.places], texts.blank, texts.unknown, status, texts.tokens)


class AddedColumns:
    """The columns that a scorer adds. Labels and scores are null for blank texts, and on request for unknown ones.

    schema: their names and types. names: their names.
    """

    def __init__(self, scorer: TextScorer, options: ColumnOptions) -> None:
        self._decision, self._options = scorer.decision, options
        self._labels = pa.array(self._decision.labels)
        classes = self._decision.classes
        self._scores = [SCORE] if len(classes) == 2 else [f"{SCORE}_{label}" for label in classes]
        empty = np.zeros(0, np.int64)
        nothing = ScoredTexts(np.zeros((0, len(classes)), np.float32), empty > 0, empty > 0, empty, empty)
        self.schema = pa.schema([(name, values.type) for name, values in self.of(nothing).items()])
        self.names: Sequence[str] = self.schema.names

    def of(self, scored: ScoredTexts) -> dict[str, pa.Array]:
        """(n,) each: labels in their own type, scores and stars in float32, statuses as strings, numbers of tokens."""
        decision, shown = self._decision, scored.probabilities
        null = scored.blank | scored.unknown if self._options.unknown == "blank" else scored.blank
        label = pa.array(decision.indices(shown), mask=null)
        columns = {LABEL: self._labels.take(label)}
        if len(decision.classes) == 2:
            shown = shown[:, decision.positive : decision.positive + 1]
        for name, scores in zip(self._scores, shown.T, strict=True):
            columns[name] = pa.array(scores, pa.float32(), mask=null)
        if decision.ordinal is not None:
            columns[STARS] = pa.array(decision.expected(scored.probabilities), pa.float32(), mask=null)
        if self._options.status:
            columns[STATUS] = pa.array(STATUSES).take(pa.array(scored.status))
        if self._options.tokens:
            columns[TOKENS] = pa.array(scored.tokens)
        return columns
