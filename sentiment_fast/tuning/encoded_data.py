"""What all trials of a search share: the texts, read once, and their ids, encoded once for each kind of vocabulary.

In: labelled texts, a trial's settings. Out: examples, word vectors and n-gram logits for a training. Training is left
to run.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.model.calibration import Logits
from sentiment_fast.model.ngrams import NgramConfig, fit_ngrams
from sentiment_fast.model.presets import Preset, VocabularyConfig
from sentiment_fast.model.vectors import WordVectors
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import Encoded, encode_part, vocabulary_of
from sentiment_fast.training.prepare import with_vectors
from sentiment_fast.training.step import Examples

_KINDS_KEPT = 4  # kinds of vocabulary whose ids are cached; each takes about a fifth of the texts' memory


class EncodedData:
    """parts: "training" and "validation". classes: the labels, sorted."""

    def __init__(self, parts: Mapping[str, LabelledTexts], classes: list[Any], device: torch.device) -> None:
        self.parts, self.classes, self.device = dict(parts), classes, device
        self.encoded = lru_cache(_KINDS_KEPT)(self._encoded)
        self._ngram_logits = lru_cache(None)(self._fitted_ngram_logits)
        self._vectors: dict[tuple[VocabularyConfig, int, int], WordVectors | None] = {}

    def examples(self, settings: Preset) -> tuple[Vocabulary, dict[str, Examples]]:
        """The parts as the training loop takes them, and their vocabulary. Raises DataError if it has no words."""
        vocabulary, parts = self.encoded(settings.vocabulary)
        return vocabulary, {name: part.examples(settings.network, self.device) for name, part in parts.items()}

    def vectors(self, settings: Preset, say: Callable[[str], None]) -> WordVectors | None:
        """The initial word vectors of `train` with these settings; None for random ones. say: called for new ones."""
        if settings.training.word_vectors == "random":
            return None
        key = settings.vocabulary, settings.network.embedding_size, settings.training.seed
        if key not in self._vectors:
            vocabulary, parts = self.encoded(settings.vocabulary)
            if len(self._vectors) == _KINDS_KEPT:
                del self._vectors[next(iter(self._vectors))]
            self._vectors[key] = with_vectors(None, settings, vocabulary, parts["training"].ids, say)[1]
        return self._vectors[key]

    def ngram_logits(self, settings: Preset) -> Logits | None:
        """The validation logits of the n-gram model that `train` fits with these settings; None without one."""
        return self._ngram_logits(settings.vocabulary, settings.wide) if settings.wide.ngrams else None

    def _fitted_ngram_logits(self, vocabulary: VocabularyConfig, config: NgramConfig) -> Logits:
        parts = self.encoded(vocabulary)[1]
        training = parts["training"]
        targets, weights = training.learned_targets(), training.weights
        model = fit_ngrams(training.ids, targets, len(self.classes), config, row_weights=weights)
        return model.logits(parts["validation"].ids)

    def _encoded(self, config: VocabularyConfig) -> tuple[Vocabulary, dict[str, Encoded]]:
        vocabulary = vocabulary_of(self.parts["training"], config)
        return vocabulary, {name: encode_part(data, vocabulary, self.classes) for name, data in self.parts.items()}

    def digest(self) -> str:
        """SHA-256 of all texts, labels and weights, by which searches are compared."""
        digest = hashlib.sha256()
        for name, data in self.parts.items():
            digest.update(f"{name} {len(data)}\n".encode())
            for text in data.texts.to_pylist():
                raw = text if isinstance(text, bytes) else str(text or "").encode("utf-8", "surrogatepass")
                digest.update(len(raw).to_bytes(8, "little"))
                digest.update(raw)
            digest.update(repr(np.asarray(data.labels).tolist()).encode("utf-8", "surrogatepass"))
            for more in (data.weights, data.without_class):
                if more is not None:
                    digest.update(more.tobytes())
        return digest.hexdigest()
