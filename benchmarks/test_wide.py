"""Time ids -> logits of the n-gram model: plain Python, scikit-learn on sparse counts, and the native core."""

import math
from dataclasses import asdict

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

import sentiment_fast as sf
from benchmarks.test_preprocessing import thread_counts, utf8_bytes
from sentiment_fast import _core, reference
from sentiment_fast.model.ngrams import NgramConfig, NgramModel, fit_ngrams
from sentiment_fast.model.presets import preset

GROUP = "wide part"
CONFIG = NgramConfig(ngrams=2, ngram_bits=21)
SAMPLE = 500  # reviews that the plain Python side gets through in a second
LEARNED = 5_000


class Setup:
    """Reviews and an n-gram model trained on some of them."""

    def __init__(self, labelled):
        self.texts = labelled.texts
        options = asdict(preset("accurate").vocabulary) | {"stop_words": None}
        self.vocabulary = sf.build_vocabulary(self.texts, **options)
        self.ids = sf.encode(self.texts, self.vocabulary)
        learned = sf.encode(self.texts[:LEARNED], self.vocabulary)
        self.wide: NgramModel = fit_ngrams(learned, labelled.labels[:LEARNED], 2, CONFIG)
        tensors = self.wide.tensors()
        self.ratios, self.weights = (tensors[f"ngram_{name}"][:, 0] for name in ("ratios", "weights"))
        self.scale, self.bias = (tensors[f"ngram_{name}"].item() for name in ("scales", "biases"))

    def in_plain_python(self):
        logits = []
        for row in range(SAMPLE):
            buckets = reference.ngram_buckets(self.ids[row].tolist(), CONFIG.ngrams, CONFIG.ngram_bits)
            ratios, weights = self.ratios[buckets].tolist(), self.weights[buckets].tolist()
            length = math.sqrt(sum(ratio * ratio for ratio in ratios)) or 1.0
            logits.append(self.bias + self.scale * sum(map(int.__mul__, ratios, weights)) / length)
        return np.array(logits)

    def in_scikit_learn(self):
        """Its product of sparse features, which are made by the core's buckets: those are the smaller part."""
        buckets, offsets = _core.ngram_buckets(self.ids.values, self.ids.offsets, CONFIG.ngrams, CONFIG.ngram_bits, 1)
        shape = (len(self.ids), len(self.ratios))
        features = normalize(csr_array((self.ratios[buckets].astype(np.float64), buckets, offsets), shape=shape))
        return self.regression.decision_function(features)

    @property
    def regression(self):
        model = LogisticRegression()
        model.coef_, model.intercept_ = self.scale * self.weights[None].astype(np.float64), np.array([self.bias])
        model.classes_ = np.array([0, 1])
        return model


@pytest.fixture(scope="module")
def setup(labelled):
    """Equal first, up to float32 rounding."""
    setup = Setup(labelled)
    expected = setup.wide.logits(setup.ids)
    np.testing.assert_allclose(setup.in_plain_python(), expected[:SAMPLE], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(setup.in_scikit_learn(), expected, rtol=1e-5, atol=1e-5)
    return setup


def test_in_plain_python(measure, setup):
    text = utf8_bytes(setup.texts[:SAMPLE])
    measure(GROUP, "plain Python, from ids", setup.in_plain_python, SAMPLE, text_bytes=text)


def test_in_scikit_learn(measure, setup):
    side = "scikit-learn's LogisticRegression, from the core's buckets"
    measure(GROUP, side, setup.in_scikit_learn, len(setup.ids), text_bytes=utf8_bytes(setup.texts))


@pytest.mark.parametrize("threads", thread_counts())
def test_natively(measure, setup, threads):
    def run():
        return setup.wide.logits(setup.ids, threads=threads)

    np.testing.assert_array_equal(run(), setup.wide.logits(setup.ids, threads=1))
    side = f"native, from ids, threads: {threads}"
    measure(GROUP, side, run, len(setup.ids), rounds=7, text_bytes=utf8_bytes(setup.texts))


@pytest.mark.parametrize("threads", thread_counts())
def test_natively_from_text(measure, setup, threads):
    def run():
        return setup.wide.logits(sf.encode(setup.texts, setup.vocabulary, threads=threads), threads=threads)

    side = f"native, from text, threads: {threads}"
    measure(GROUP, side, run, len(setup.ids), rounds=7, text_bytes=utf8_bytes(setup.texts))
