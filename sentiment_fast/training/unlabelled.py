"""Texts without labels + settings -> what pretraining needs: vocabulary, ids, a held-back part, a fresh model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from sentiment_fast.data.texts import Texts
from sentiment_fast.errors import DataError
from sentiment_fast.model.batches import BatchSource, Rows
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.presets import Preset
from sentiment_fast.model.vectors import WordVectors
from sentiment_fast.text.encoding import TokenIds, encode
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import vocabulary_of
from sentiment_fast.training.language_model import Draws, LanguageModel, with_steps

_HELD_BACK, _MOST_HELD_BACK = 0.01, 200  # share, texts: exact losses of more take longer than they are worth


@dataclass(frozen=True)
class Corpus:
    """training, held_back: texts of two ids or more. ids: of both. look: what it has, in words."""

    vocabulary: Vocabulary
    ids: TokenIds
    training: BatchSource
    held_back: BatchSource
    draws: Draws
    digest: str
    look: str

    def new_model(self, settings: Preset, vectors: WordVectors | None) -> LanguageModel:
        """A model with weights drawn from the settings' seed, on the CPU; the caller's random state is untouched.

        vectors: what words begin as, where they have one.
        """
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(settings.training.seed)
            model = LanguageModel(settings.network, self.vocabulary.largest_id)
        if vectors is not None:
            found = torch.from_numpy(vectors.found)
            with torch.no_grad():
                model.embedding.weight[found] = torch.from_numpy(vectors.matrix)[found]
        return model


def open_corpus(texts: Texts, settings: Preset) -> Corpus:
    """Raises DataError where fewer than two texts have two words of the vocabulary."""
    vocabulary = vocabulary_of(texts, settings.vocabulary)
    ids = with_steps(encode(texts.texts, vocabulary))
    if len(ids) < 2:
        raise DataError(
            f"{texts.name}: expected two or more texts of two words or more that are in the vocabulary, got {len(ids)}"
        )
    held_back = min(max(round(_HELD_BACK * len(ids)), 1), _MOST_HELD_BACK)
    order = np.random.default_rng(settings.training.seed).permutation(len(ids))
    kept, held = taken(ids, np.sort(order[held_back:])), taken(ids, np.sort(order[:held_back]))
    cpu, longest = torch.device("cpu"), settings.network.max_length
    if longest < 2:
        raise DataError(f"Expected max_length of 2 or more for pretraining, got {longest}")
    training, measured = (BatchSource(part, longest, False, cpu) for part in (kept, held))
    digest = hashlib.sha256("\n".join(vocabulary).encode())
    for array in (ids.values, ids.offsets):
        digest.update(np.ascontiguousarray(array).tobytes())
    look = (
        f"{len(texts):,} texts, {len(ids):,} of them with two words or more of a vocabulary of {len(vocabulary):,}; "
        f"{held_back:,} held back"
    )
    return Corpus(vocabulary, ids, training, measured, Draws.of(kept, vocabulary.largest_id), digest.hexdigest(), look)


def taken(ids: TokenIds, rows: Rows) -> TokenIds:
    """The given rows, in the given order."""
    lengths = ids.lengths[rows]
    before = np.cumsum(lengths) - lengths
    places = np.arange(lengths.sum()) + np.repeat(ids.offsets[:-1][rows] - before, lengths)
    return TokenIds(ids.values[places], np.concatenate([[0], np.cumsum(lengths)]), unknown_id=ids.unknown_id)


def pretraining_fingerprint(
    corpus: Corpus, settings: Preset, precision: Precision, device: torch.device
) -> dict[str, Any]:
    """What must be the same for a run to be the same."""
    return {
        "command": "pretrain",
        "data": corpus.digest,
        "settings": settings.as_dict(),
        "precision": precision.name,
        "device": device.type,
        "threads": torch.get_num_threads(),
    }
