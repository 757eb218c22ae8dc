"""Training in other processes: forked and spawned ones train the model that this one does."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast.model.threads import pytorch_threads

pytestmark = pytest.mark.slow

SETTINGS = {"hidden_size": 4, "embedding_size": 4, "max_words": 50, "ngrams": 1, "ngram_bits": 10}
TEXTS = [f"{('good', 'bad')[row % 2]} film {'x' * (row + 2)}" for row in range(40)]
LABELS = ["positive", "negative"] * 20


def trained(threads: int) -> list[list[float]]:
    """The probabilities of a model that is trained in this process."""
    estimator = sf.SentimentClassifier(
        settings=SETTINGS, epochs=1, batch_size=8, device="cpu", threads=threads, random_state=0
    )
    return estimator.fit(TEXTS, LABELS).predict_proba(TEXTS).tolist()


@pytest.mark.parametrize(("method", "threads"), [("fork", 2), ("spawn", 1)])
def test_a_process_trains_what_its_parent_does(method, threads):
    with pytorch_threads(2):
        torch.ones(500, 500) @ torch.ones(500, 500)  # so that there is a pool of threads, which a fork does not have
        expected = trained(threads)
    with ProcessPoolExecutor(1, get_context(method)) as pool:
        found = pool.submit(trained, threads).result(timeout=300)
    np.testing.assert_allclose(found, expected, atol=1e-5)  # sums are rounded as by one thread in a forked process
