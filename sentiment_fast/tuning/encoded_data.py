"""What all trials of a search share: the texts, read once, and their ids, encoded once for each kind of vocabulary.

In: labelled texts, a trial's settings. Out: examples, word vectors and n-gram logits for a training, and the figures
of network and n-grams together. Training is left to run.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.by_group import mean_log_loss
from sentiment_fast.evaluation.fit_calibration import fit_calibration
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.calibration import Calibration, Logits
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import network_logits
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.ngrams import NgramConfig, fit_ngrams
from sentiment_fast.model.presets import Preset, VocabularyConfig
from sentiment_fast.model.vectors import WordVectors
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import Encoded, encode_part, new_network, vocabulary_of
from sentiment_fast.training.prepare import with_vectors
from sentiment_fast.training.state import Epoch
from sentiment_fast.training.step import Examples
from sentiment_fast.tuning.trial_data import Say, TrialData, TrialTraining

_KINDS_KEPT = 4  # kinds of vocabulary whose ids are cached; each takes about a fifth of the texts' memory


class EncodedData(TrialData[Preset]):
    """parts: "training" and "validation". classes: the labels, sorted."""

    def __init__(self, parts: Mapping[str, LabelledTexts], classes: list[Any], device: torch.device) -> None:
        super().__init__(parts, classes, device)
        self.encoded = lru_cache(_KINDS_KEPT)(self._encoded)
        self._ngram_logits = lru_cache(None)(self._fitted_ngram_logits)
        self._vectors: dict[tuple[VocabularyConfig, int, int], WordVectors | None] = {}

    def training(self, settings: Preset, precision: Precision, say: Say) -> TrialTraining:
        """The training that `train` does with these settings.

        With an n-gram model next to the network, both are scored together: each epoch's figures are those of the
        calibrated sum. The network's own loss decides which epoch is kept, as in `train`.
        """
        vocabulary, examples = self.examples(settings)
        vectors = self.vectors(settings, say)
        ngram_logits = self.ngram_logits(settings)
        network = new_network(settings, vocabulary, self.classes, vectors).to(self.device)
        if ngram_logits is None:
            return TrialTraining(network, examples, settings.training)
        validation = self.encoded(settings.vocabulary)[1]["validation"]

        def whole(epoch: Epoch) -> Epoch:
            return _with_ngrams(epoch, network, ngram_logits, validation, self.classes, precision)

        return TrialTraining(network, examples, settings.training, whole=whole)

    def examples(self, settings: Preset) -> tuple[Vocabulary, dict[str, Examples]]:
        """The parts as the training loop takes them, and their vocabulary. Raises DataError if it has no words."""
        vocabulary, parts = self.encoded(settings.vocabulary)
        return vocabulary, {name: part.examples(settings.network, self.device) for name, part in parts.items()}

    def vectors(self, settings: Preset, say: Say) -> WordVectors | None:
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


def _with_ngrams(
    epoch: Epoch,
    network: SentimentLSTM,
    ngram_logits: Logits,
    validation: Encoded,
    classes: list[Any],
    precision: Precision,
) -> Epoch:
    """The epoch with the figures of network and n-gram model together, calibrated on the same texts."""
    logits = network_logits(network, validation.ids, precision)
    targets, weights = validation.targets, validation.weights
    known, lengths = targets >= 0, validation.ids.lengths
    try:
        of_known = None if weights is None else weights[known]
        calibration = fit_calibration(
            logits[known],
            ngram_logits[known],
            targets[known],
            len(classes),
            row_weights=of_known,
            lengths=lengths[known],
        )
    except DataError:  # too few texts (the loop has checked that the loss is finite): added up, as train does
        calibration = Calibration()
    probabilities = calibration.probabilities(logits, ngram_logits, lengths)
    found = evaluate(probabilities[known], targets[known], classes)
    loss = found.log_loss
    if weights is not None or not known.all():
        loss = mean_log_loss(probabilities, validation.learned_targets(), weights)
    return replace(epoch, validation_loss=loss, validation_accuracy=found.accuracy)
