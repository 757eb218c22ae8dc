"""Texts without labels -> what pretraining learns from.

In: texts and settings. Out: their vocabulary and ids. Learning word vectors is left to model/word_vectors.py, writing
them to report/pretrained_folder.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from sentiment_fast.data.texts import Texts
from sentiment_fast.errors import DataError
from sentiment_fast.model.presets import Preset, TrainingConfig
from sentiment_fast.text.encoding import TokenIds, encode
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import vocabulary_of

# Only the seed has an effect. The rest belongs to a language model that was removed; it stays in the figures of
# config.json, so that the same texts give the same files.
PRETRAINING = TrainingConfig(epochs=2, batch_size=64, learning_rate=3e-3, clip_norm=1.0, warmup=0.05, decay="linear")


@dataclass(frozen=True)
class Corpus:
    """ids: those of the texts with two ids or more; others have no neighbouring words. summary: of it, for people."""

    vocabulary: Vocabulary
    ids: TokenIds
    summary: str


def open_corpus(texts: Texts, settings: Preset) -> Corpus:
    """Build the vocabulary and encode. Raises DataError if fewer than two texts have two words of the vocabulary."""
    vocabulary = vocabulary_of(texts, settings.vocabulary)
    ids = encode(texts.texts, vocabulary)
    ids = ids.filter(ids.lengths >= 2)
    if len(ids) < 2:
        raise DataError(
            f"{texts.name}: expected two or more texts of two words or more that are in the vocabulary, got {len(ids)}"
        )
    summary = (
        f"{len(texts):,} texts, {len(ids):,} of them with two words or more of a vocabulary of {len(vocabulary):,}"
    )
    return Corpus(vocabulary, ids, summary)
