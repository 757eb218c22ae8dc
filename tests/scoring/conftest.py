"""A small model folder with random weights, and scorers from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.folder import load_model, save_model
from sentiment_fast.model.network import SentimentLSTM, model_of

WORDS = ["good", "bad", "film", "wonderful", "awful", "boring", "acting", "plot", "café", "na"]


class OneAtATime(sf.Scorer):
    """Scores each text in a batch of its own.

    Batches of other shapes round otherwise, by up to about 1e-7, which may turn a written score's last digit. Where
    output is compared byte for byte, that must not happen.
    """

    def probabilities_of(self, ids: sf.TokenIds) -> np.ndarray:
        one_each = [
            super(OneAtATime, self).probabilities_of(sf.TokenIds(ids[row], np.array([0, len(ids[row])])))
            for row in range(len(ids))
        ]
        return np.concatenate([np.empty((0, len(self.classes)), np.float32), *one_each])


class Certain(sf.Scorer):
    """Gives every text the same score."""

    def probabilities_of(self, ids: sf.TokenIds) -> np.ndarray:
        return np.full((len(ids), 2), [0.25, 0.75], np.float32)


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a model folder: make_model(classes, text_column=None, unknown="drop", **network_settings)."""

    def make(
        classes: list[Any], text_column: str | None = None, unknown: Literal["drop", "id"] = "drop", **settings: Any
    ) -> Path:
        vocabulary = sf.Vocabulary(WORDS, unknown=unknown)
        config = NetworkConfig(**({"embedding_size": 8, "hidden_size": 8, "layers": 1, "max_length": 20} | settings))
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(1)  # one by which texts differ in their labels
            network = SentimentLSTM(config, vocabulary.largest_id, len(classes))
            for weights in network.parameters():
                weights *= 3  # as drawn, they would put every score near 0.5
        folder = tmp_path_factory.mktemp("model")
        save_model(folder, model_of(network, vocabulary, classes, text_column=text_column))
        return folder

    return make


@pytest.fixture(scope="session")
def model_folder(make_model: Callable[..., Path]) -> Path:
    return make_model(["negative", "positive"])


@pytest.fixture(scope="session")
def scorer(model_folder: Path) -> sf.Scorer:
    """A scorer as users have it, in float32."""
    return sf.load(model_folder, "cpu", "float32")


@pytest.fixture(scope="session")
def make_exact_scorer(make_model: Callable[..., Path]) -> Callable[..., sf.Scorer]:
    """Makes a scorer whose scores are the same to the last bit, whatever is scored together: see `make_model`."""

    def make(classes: list[Any], text_column: str | None = None) -> sf.Scorer:
        return OneAtATime(load_model(make_model(classes, text_column)), "cpu", "float32")

    return make


@pytest.fixture(scope="session")
def exact_scorer(make_exact_scorer: Callable[..., sf.Scorer]) -> sf.Scorer:
    return make_exact_scorer(["negative", "positive"])


@pytest.fixture(scope="session")
def certain(model_folder: Path) -> sf.Scorer:
    return Certain(load_model(model_folder), "cpu", "float32")
