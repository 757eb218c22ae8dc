"""Texts whose label is in the order of their words alone: every kind of network learns what a bag of words cannot."""

import numpy as np
import pyarrow as pa
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.presets import Preset, preset
from sentiment_fast.model.vectors import read_vectors
from sentiment_fast.training.encode import encode_part, new_network, vocabulary_of
from sentiment_fast.training.loop import measure, train
from tests.long import long_after

pytestmark = pytest.mark.slow

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
FILLERS = "river stone cloud lamp chair green paper seven north glass plain rope".split()
CLASSES = ["dawn first", "dusk first"]
ROWS, HELD_BACK = 900, 300
SETTINGS = preset("tutorial").with_fields(
    {
        "stop_words": "none",
        "embedding_size": 16,
        "hidden_size": 32,
        "layers": 1,
        "dropout": 0.0,
        "max_length": 12,
        "batch_size": 30,
        "learning_rate": 0.01,
        "epochs": 6,
    }
)


def two_markers_among_fillers(rows: int, seed: int) -> LabelledTexts:
    """Each text holds "dawn" and "dusk" once, at random places; its label is which of the two stands first.

    Every text stands here a second time with the two exchanged, under the other label: any set of words has as many
    texts of one class as of the other.
    """
    generator = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(rows // 2):
        words = generator.choice(FILLERS, generator.integers(8, 13)).tolist()
        first, second = sorted(generator.choice(len(words), 2, replace=False).tolist())
        for label, pair in enumerate([("dawn", "dusk"), ("dusk", "dawn")]):
            words[first], words[second] = pair
            texts.append(" ".join(words))
            labels.append(CLASSES[label])
    return LabelledTexts(pa.chunked_array([pa.array(texts)]), np.array(labels), "two markers")


TRAINING = two_markers_among_fillers(ROWS, seed=0)
UNSEEN = two_markers_among_fillers(HELD_BACK, seed=1)


def accuracy_on_unseen_texts(settings: Preset, vectors_file=None) -> float:
    vocabulary = vocabulary_of(TRAINING, settings.vocabulary)
    vectors = None if vectors_file is None else read_vectors(vectors_file, vocabulary)
    network = new_network(settings, vocabulary, CLASSES, vectors)
    training, unseen = (
        encode_part(data, vocabulary, CLASSES).examples(settings.network, CPU) for data in (TRAINING, UNSEEN)
    )
    train(network, training, training, settings.training, FLOAT32)  # the unseen texts choose nothing
    return measure(network, unseen, FLOAT32)[1]


def test_a_bag_of_words_is_at_chance():
    bags = CountVectorizer().fit(TRAINING.texts.to_pylist())
    model = LogisticRegression().fit(bags.transform(TRAINING.texts.to_pylist()), TRAINING.labels)
    assert model.score(bags.transform(UNSEEN.texts.to_pylist()), UNSEEN.labels) <= 0.6


@pytest.mark.parametrize("pooling", ["padded", "last", "attention", "max_mean"])
@pytest.mark.parametrize("cell", long_after(1, ["lstm", "gru", "rnn"]))
def test_one_direction_learns_the_order(cell, pooling):
    assert accuracy_on_unseen_texts(SETTINGS.with_fields({"cell": cell, "pooling": pooling})) >= 0.9


@pytest.mark.parametrize("pooling", ["last", "attention"])
@pytest.mark.parametrize("cell", long_after(1, ["gru", "lstm", "rnn"]))
def test_both_directions_learn_the_order(cell, pooling):
    settings = SETTINGS.with_fields({"cell": cell, "pooling": pooling, "bidirectional": True})
    assert accuracy_on_unseen_texts(settings) >= 0.9


def test_two_layers_in_both_directions_learn_the_order():
    settings = SETTINGS.with_fields({"layers": 2, "pooling": "last", "bidirectional": True})
    assert accuracy_on_unseen_texts(settings) >= 0.9


def test_a_start_from_word_vectors_learns_the_order(tmp_path):
    generator = np.random.default_rng(0)
    lines = [f"{word} {' '.join(f'{number:.4f}' for number in generator.normal(0, 0.4, 16))}" for word in FILLERS]
    (tmp_path / "vectors.txt").write_text("\n".join([f"{len(lines)} 16", *lines]) + "\n")
    assert accuracy_on_unseen_texts(SETTINGS, tmp_path / "vectors.txt") >= 0.9
