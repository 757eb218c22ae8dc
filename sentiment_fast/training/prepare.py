"""The inputs of a training -> its parts, encoded, and an untrained model.

In: the options data, validation, test and vectors, and settings. Out: `TrainingData`, `Model`. Training the model is
left to loop.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.overview import TRAINING, Overview, overview
from sentiment_fast.data.sources import open_parts
from sentiment_fast.errors import DataError
from sentiment_fast.model.config import check_size
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM, model_of
from sentiment_fast.model.ngrams import check_ngram_size
from sentiment_fast.model.presets import Preset, TrainingConfig
from sentiment_fast.model.vectors import WordVectors, read_vectors
from sentiment_fast.model.word_vectors import fit_word_vectors
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.class_options import ClassOptions, warn_of_few_texts
from sentiment_fast.training.encode import Encoded, encode_part, new_network, vocabulary_of
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.initial_weights import InitialWeights
from sentiment_fast.training.options import TrainingOptions

VALIDATION = "validation"


@dataclass(frozen=True)
class TrainingData:
    """parts: TRAINING, VALIDATION, and "test" if requested."""

    parts: dict[str, Encoded]
    classes: list[Any]
    vocabulary: Vocabulary
    overview: Overview
    class_options: ClassOptions = field(default_factory=ClassOptions)

    @property
    def training(self) -> Encoded:
        return self.parts[TRAINING]

    @property
    def validation(self) -> Encoded:
        return self.parts[VALIDATION]


def open_training_data(
    options: TrainingOptions, settings: Preset, initial: InitialWeights | None, say: Callable[[str], None]
) -> TrainingData:
    """Read and encode the data; errors as for `open_parts`. initial: if given, its vocabulary is used."""
    parts, classes = open_labelled(options, settings.training, say)
    vocabulary = initial.vocabulary if initial else vocabulary_of(parts[TRAINING], settings.vocabulary)
    check_size(settings.network, vocabulary.largest_id, len(classes))
    check_ngram_size(settings.wide, len(classes))
    encoded = {name: encode_part(part, vocabulary, classes) for name, part in parts.items()}
    return training_data(options, encoded, classes, vocabulary, settings.network.max_length, say)


def open_labelled(
    options: TrainingOptions | FinetuningOptions, config: TrainingConfig, say: Callable[[str], None]
) -> tuple[dict[str, LabelledTexts], list[Any]]:
    """The labelled texts of a training by part, and the classes; errors as for `open_parts`."""
    return open_parts(
        options.data,
        options.validation or str(config.validation_share),
        options.test,
        options.text_column,
        options.label_column,
        config.seed,
        say,
        options,
        options.label_rules(),
    )


def training_data(
    options: TrainingOptions | FinetuningOptions,
    encoded: Mapping[str, Encoded],
    classes: list[Any],
    vocabulary: Vocabulary,
    max_length: int,
    say: Callable[[str], None],
) -> TrainingData:
    """Encoded parts with what the options make of the classes; what is unusual is reported. max_length: in ids."""
    splits = {name: part.overview_split() for name, part in encoded.items()}
    about = overview(splits, max_length)
    counts = _class_counts(encoded[TRAINING], len(classes))
    chosen = ClassOptions.of(classes, counts, options.positive, options.class_weight, options.ordinal, options.neutral)
    chosen = replace(chosen, rules=options.label_rules())
    chosen.report(say)
    warn_of_few_texts(classes, counts, len(encoded[VALIDATION].targets), chosen.weights is not None, say)
    return TrainingData(dict(encoded), classes, vocabulary, about, chosen)


def _class_counts(part: Encoded, classes: int) -> npt.NDArray[Any]:
    """(classes,): the texts of each class, as often as they count; those between the classes belong to none."""
    has_class = part.targets >= 0
    weights = None if part.weights is None else part.weights[has_class]
    return np.bincount(part.targets[has_class], weights, classes)


def with_vectors(
    file: str | None, settings: Preset, vocabulary: Vocabulary, corpus: TokenIds, say: Callable[[str], None]
) -> tuple[Preset, WordVectors | None]:
    """Initial word vectors, and settings with their size; None, and unchanged settings, for random ones.

    file: a file of vectors; if None, the settings decide. corpus: all texts that vectors can be learned from.
    """
    if file is None and settings.training.word_vectors == "neighbours":
        return settings, vectors_of(corpus, settings, vocabulary, say)
    if file is None:
        return settings, None
    vectors = read_vectors(file, vocabulary)
    covered = f"{int(vectors.found.sum()):,} of {len(vocabulary):,} words"
    say(f"{file}: vectors of {vectors.size} numbers for {covered}")
    return settings.with_fields({"embedding_size": vectors.size}), vectors


def vectors_of(
    corpus: TokenIds, settings: Preset, vocabulary: Vocabulary, say: Callable[[str], None]
) -> WordVectors | None:
    """Vectors learned from the corpus; None, with the reason reported, if it has too few words for their size."""
    started, size = time.perf_counter(), settings.network.embedding_size
    try:
        vectors = fit_word_vectors(corpus, vocabulary.largest_id, size, settings.training.seed)
    except DataError as error:
        say(f"word vectors are initialised at random: {error}")
        return None
    say(f"word vectors of {len(corpus):,} texts ({time.perf_counter() - started:.1f} s)")
    return vectors


def new_model(
    settings: Preset,
    data: TrainingData,
    vectors: WordVectors | None,
    initial: InitialWeights | None,
    device: torch.device,
    say: Callable[[str], None],
) -> tuple[SentimentLSTM, Model]:
    """A network with random weights, word vectors or initial weights, on the device, and the model to save."""
    weights = initial.weights_for(data.classes, say) if initial else None
    network = new_network(settings, data.vocabulary, data.classes, vectors, weights).to(device)
    texts = data.training.data
    model = model_of(
        network,
        data.vocabulary,
        data.classes,
        text_column=texts.text_column,
        label_column=texts.label_column,
        settings=settings.as_dict(),
    )
    data.class_options.apply_to(model)
    return network, model
