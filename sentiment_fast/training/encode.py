"""Labelled texts and settings -> what the training loop needs: vocabulary, ids, targets, a new network.

In: a part's texts and labels, and settings. Out: an `Encoded`, a `Vocabulary`, a network with initial weights. Reading
texts is left to data/, learning vectors to prepare.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sentiment_fast.data.labelled_texts import LabelledTexts, class_indices
from sentiment_fast.data.overview import Split
from sentiment_fast.data.texts import Texts
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.model.config import check_size
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.presets import Preset, VocabularyConfig
from sentiment_fast.model.vectors import WordVectors
from sentiment_fast.text.encoding import TokenIds, build_vocabulary, encode
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.step import Examples, ReadsIds


@dataclass(frozen=True)
class Encoded:
    """One part of the data, encoded. targets: (n,) int64 class indices, -1 for texts without a class.

    Such texts are between the two classes of a model: they are learned from, and left out of figures of right and wrong
    answers.
    """

    data: LabelledTexts
    ids: TokenIds
    targets: npt.NDArray[np.int64]

    @property
    def weights(self) -> npt.NDArray[np.float64] | None:
        """(n,): how often each text counts; None for once."""
        return self.data.weights

    def learned_targets(self) -> npt.NDArray[Any]:
        """What is learned: (n,) int64 class indices, or (n, 2) float32 probabilities if a text has no class: 0.5."""
        if (self.targets >= 0).all():
            return self.targets
        return np.where(self.targets[:, None] < 0, np.float32(0.5), np.eye(2, dtype=np.float32)[self.targets])

    def with_class(self) -> Encoded:
        """The texts that have a class."""
        has_class = self.targets >= 0
        if has_class.all():
            return self
        rows = np.flatnonzero(has_class)
        return Encoded(self.data.take(rows), self.ids.filter(has_class), self.targets[rows])

    def overview_split(self) -> Split:
        """The part for the overview of the data before training."""
        return Split(self.data, self.ids.lengths, self.ids.word_count, self.ids.unknown_count)

    def examples(self, config: ReadsIds, device: torch.device) -> Examples:
        """The part as the training loop takes it, on a device."""
        return Examples.of(self.ids, self.learned_targets(), config, device, self.weights)


def vocabulary_of(training: LabelledTexts | Texts, config: VocabularyConfig) -> Vocabulary:
    """The vocabulary of the training texts. Raises DataError if no word is left."""
    options = asdict(config)
    if config.stop_words == "none":
        options["stop_words"] = None
    vocabulary = build_vocabulary(training.texts, **options)
    if len(vocabulary) == 0:
        raise DataError(
            f"{training.name}: expected texts with words, found none except stop words and what cleaning drops. "
            "Is the text column the right one (`text_column`)?"
        )
    return vocabulary


def encode_part(data: LabelledTexts, vocabulary: Vocabulary, classes: list[Any]) -> Encoded:
    """Encode a part. Raises DataError for a label that is not among the classes."""
    return Encoded(data, encode(data.texts, vocabulary), class_indices(data, classes))


def digest_of(parts: Mapping[str, Encoded], vocabulary: Vocabulary) -> str:
    """SHA-256 of everything that training sees of the data, by which runs are compared."""
    digest = hashlib.sha256("\n".join(vocabulary).encode())
    for name, part in parts.items():
        digest.update(name.encode())
        for array in (part.ids.values, part.ids.offsets, part.targets):
            digest.update(np.ascontiguousarray(array).tobytes())
        if part.weights is not None:
            digest.update(b"weights" + part.weights.tobytes())
    return digest.hexdigest()


def new_network(
    settings: Preset,
    vocabulary: Vocabulary,
    classes: list[Any],
    vectors: WordVectors | None = None,
    initial: Mapping[str, Tensor] | None = None,
) -> SentimentLSTM:
    """A network with random weights drawn from the settings' seed, on the CPU; the caller's random state is untouched.

    vectors: initial values of the embedding; words without a vector keep random ones, scaled to the others' spread.
    initial: weights to use instead of random ones, by name.
    """
    if vectors is not None and vectors.size != settings.network.embedding_size:
        raise UsageError(
            f"Expected word vectors of embedding_size {settings.network.embedding_size}, got {vectors.size}"
        )
    check_size(settings.network, vocabulary.largest_id, len(classes))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(settings.training.seed)  # torch.manual_seed would seed CUDA's too
        network = SentimentLSTM(settings.network, vocabulary.largest_id, len(classes))
    if vectors is not None:
        found = torch.from_numpy(vectors.found)
        known = torch.from_numpy(vectors.matrix)
        with torch.no_grad():
            network.embedding.weight.mul_(float(known[found].std(correction=0)))
            network.embedding.weight[found] = known[found]
    if initial is not None:
        network.load_state_dict(dict(initial), strict=False)
    return network
