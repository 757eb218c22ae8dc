"""Texts -> what the network and the new columns need: the ids of the different ones, and what each text is.

In: a column of texts. Out: `EncodedTexts`. Everything about a text but its probabilities is found out here, without a
loop over rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.encoding import TokenIds

Mask = npt.NDArray[np.bool_]

# The bytes that white space is made of, in UTF-8: a text with another one is not blank.
_SPACE_BYTES = np.zeros(256, bool)
_SPACE_BYTES[[byte for code in range(0x3001) if chr(code).isspace() for byte in chr(code).encode()]] = True


@dataclass(frozen=True)
class EncodedTexts:
    """ids: of the different texts, (distinct,). places: (n,) int64, which of them each text is. tokens: (n,) int64,
    how many ids. blank: (n,) bool, null, empty or white space alone. invalid, truncated: (n,) bool, not UTF-8, and with
    more ids than the network reads.
    """

    ids: TokenIds
    places: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    blank: Mask
    invalid: Mask
    truncated: Mask

    def __len__(self) -> int:
        return len(self.places)


def encode_texts(texts: pa.LargeBinaryArray, scorer: Scorer) -> EncodedTexts:
    """Encode a column of texts, each different one once; texts that clean to the same words are the same."""
    ids = scorer.encode(texts)
    distinct, places = _distinct(ids)
    return EncodedTexts(
        ids=distinct,
        places=places,
        tokens=ids.lengths,
        blank=_blank(texts, ids.lengths == 0),
        invalid=invalid_texts(texts),
        truncated=ids.lengths > scorer.max_length,
    )


def _distinct(ids: TokenIds) -> tuple[TokenIds, npt.NDArray[np.int64]]:
    """The different rows of ids, in the order of their first appearance, and which of them each row is."""
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
    """Which texts are empty or white space alone; only those without ids can be."""
    rows = np.flatnonzero(candidates)
    blank = np.zeros(len(texts), bool)
    if len(rows) == 0:
        return blank
    found = texts.take(pa.array(rows)).fill_null(b"")
    offsets, values = _offsets(found), _bytes(found)
    lengths = np.diff(offsets)
    blank[rows[lengths == 0]] = True
    filled = np.flatnonzero(lengths)
    if len(filled) > 0:
        # A text is blank only if all its bytes occur in white space; those few are looked at one by one.
        likely = filled[np.logical_and.reduceat(_SPACE_BYTES[values], offsets[filled] - offsets[0])]
        for place in likely.tolist():
            blank[rows[place]] = not found[place].as_py().decode("utf-8", "replace").strip()
    return blank


def invalid_texts(texts: pa.LargeBinaryArray) -> Mask:
    """Which texts are not UTF-8."""
    invalid = np.zeros(len(texts), bool)
    try:
        texts.view(pa.large_string()).validate(full=True)
    except pa.ArrowInvalid:
        offsets, values = _offsets(texts), _bytes(texts)
        filled = np.flatnonzero(np.diff(offsets))
        foreign = filled[np.logical_or.reduceat(values >= 0x80, offsets[filled] - offsets[0])]
        for place in foreign.tolist():
            try:
                (texts[place].as_py() or b"").decode()
            except UnicodeDecodeError:
                invalid[place] = True
    return invalid


def _offsets(texts: pa.LargeBinaryArray) -> npt.NDArray[np.int64]:
    """(n + 1,): where each text begins and ends in the column's buffer."""
    return np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]


def _bytes(texts: pa.LargeBinaryArray) -> npt.NDArray[np.uint8]:
    """(total,): the texts' bytes, end to end."""
    offsets, values = _offsets(texts), texts.buffers()[2]
    if values is None:
        return np.zeros(0, np.uint8)
    return np.frombuffer(values, np.uint8)[offsets[0] : offsets[-1]]
