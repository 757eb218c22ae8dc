"""Labelled texts and a tokenizer -> what the training loop needs to fine-tune a transformer.

In: a part's texts and labels, a Hugging Face tokenizer. Out: an `EncodedTokens`, and how the loop reads its ids. The
network is left to model/hugging_face.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.data.labelled_texts import LabelledTexts, class_indices
from sentiment_fast.data.overview import Split
from sentiment_fast.model.transformer import encode_tokens
from sentiment_fast.training.encode import Encoded


@dataclass(frozen=True)
class EncodedTokens(Encoded):
    """A part as ids of a tokenizer. whole: (n,) the lengths that its texts would have without a limit."""

    whole: npt.NDArray[np.int64]

    def overview_split(self) -> Split:
        return Split(self.data, self.whole, self.ids.word_count, self.ids.unknown_count)


@dataclass(frozen=True)
class ReadsTokens:
    """How a transformer reads the ids of a text: the first `max_length`, and pads after them."""

    max_length: int
    pads_on_left: bool = False
    tail_length: int = 0


def encode_tokens_of(part: LabelledTexts, tokenizer: Any, classes: list[Any], max_tokens: int) -> EncodedTokens:
    """Encode a part. Raises DataError for a label that is not among the classes."""
    texts = [text or "" for text in part.texts.to_pylist()]
    ids, whole = encode_tokens(tokenizer, texts, max_tokens)
    return EncodedTokens(part, ids, class_indices(part, classes), whole)
