"""Time scoring of texts in memory: the tutorial's padded batches and `Scorer.predict_proba`, with the same weights."""

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from benchmarks.matrix_work import native_work_of, work_of
from benchmarks.tutorial_loop import LENGTH, loader, predict
from benchmarks.tutorial_weights import as_tutorial_model
from sentiment_fast.model import inference
from sentiment_fast.model.batches import batches_by_length
from sentiment_fast.model.inference import CPU_BUDGET
from sentiment_fast.model.native.scoring import native_level
from sentiment_fast.model.network import SentimentLSTM, model_of
from sentiment_fast.model.presets import PRESETS

GROUP = "inference"
TUTORIAL_REVIEWS = 400
OUR_REVIEWS = 6_400


class Setup:
    def __init__(self, reviews):
        rows = np.random.default_rng(0).permutation(len(reviews.texts))[:OUR_REVIEWS]
        self.texts = reviews.texts.take(rows)
        vocabulary = sf.build_vocabulary(reviews.texts)
        torch.manual_seed(0)
        network = SentimentLSTM(PRESETS["tutorial"].network, len(vocabulary), 2)
        with torch.no_grad():
            network.output.weight *= 20  # so that answers spread over 0 to 1, as a trained model's do
        self.tutorial = as_tutorial_model(network)
        self.saved = model_of(network, vocabulary, ["negative", "positive"])
        ids = sf.encode(self.texts[:TUTORIAL_REVIEWS], vocabulary)
        matrix = ids.pad(LENGTH, dtype=np.int64)
        self.lengths = np.clip(sf.encode(self.texts, vocabulary).lengths, 1, LENGTH)
        self.padded = loader(matrix, np.zeros(len(matrix), np.int64), shuffle=False)

    def work_of_pytorch(self, dtype):
        batches = batches_by_length(self.lengths, CPU_BUDGET)
        return work_of(PRESETS["tutorial"].network, self.lengths, batches, dtype, learning=False)

    def scorer(self, precision):
        return sf.Scorer(self.saved, device="cpu", precision=precision)


@pytest.fixture(scope="module")
def setup(reviews):
    """Found equal first: the same probabilities within 1e-5 in float32, within 0.02 in the reduced precision."""
    setup = Setup(reviews)
    expected = predict(setup.tutorial, setup.padded).numpy()
    for precision, tolerance in (("float32", 1e-5), ("auto", 0.02)):
        found = setup.scorer(precision).predict_proba(setup.texts[:TUTORIAL_REVIEWS])[:, 1]
        assert np.abs(found - expected).max() < tolerance
    return setup


def test_tutorial(measure, setup):
    side = "tutorial, float32, padded to 500"
    rows = np.arange(TUTORIAL_REVIEWS)
    work = work_of(PRESETS["tutorial"].network, setup.lengths, [rows], torch.float32, learning=False, width=LENGTH)
    measure(GROUP, side, lambda: predict(setup.tutorial, setup.padded), TUTORIAL_REVIEWS, work=work)


@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_ours(measure, setup, precision):
    scorer = setup.scorer(precision)
    if precision == "auto" and scorer.precision.dtype == torch.float32:
        pytest.skip(scorer.precision.reason)
    side = f"sentiment_fast, {str(scorer.precision.dtype).removeprefix('torch.')}, from text"
    if native_level(scorer.device, scorer.precision):
        work = native_work_of(PRESETS["tutorial"].network, setup.lengths, scorer.precision.dtype)
    else:
        work = setup.work_of_pytorch(scorer.precision.dtype)
    measure(GROUP, side, lambda: scorer.predict_proba(setup.texts), OUR_REVIEWS, work=work)


@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_ours_by_pytorch(measure, setup, precision, monkeypatch):
    """What the native LSTM is there for: the same precision without it."""
    scorer = setup.scorer(precision)
    if precision == "auto" and scorer.precision.dtype == torch.float32:
        pytest.skip(scorer.precision.reason)
    if not native_level(scorer.device, scorer.precision):
        pytest.skip("PyTorch is what this machine takes anyway")
    monkeypatch.setattr(inference, "native_lstm", lambda network, precision: None)
    work = setup.work_of_pytorch(scorer.precision.dtype)
    side = f"sentiment_fast, {scorer.precision.name} by PyTorch, from text"
    measure(GROUP, side, lambda: scorer.predict_proba(setup.texts), OUR_REVIEWS, work=work)
