"""Pretraining: it learns, is the same from the same seed, and goes on where it was interrupted."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sentiment_fast.errors import DataError, ModelFolderError
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.training.checkpoints import CHECKPOINT, Checkpoints
from sentiment_fast.training.language_model import Draws, LanguageModel
from sentiment_fast.training.pretraining import PRETRAINING, exact_loss, pretrain

WORDS = 12
CONFIG = replace(PRETRAINING, epochs=2, batch_size=8, learning_rate=0.02)
STEPS_AN_EPOCH = 5


def cyclic_texts(count, seed):
    """Each word is followed by the next one, and the last by the first: all but a text's first word can be known."""
    generator = np.random.default_rng(seed)
    rows = [(np.arange(length) + start) % WORDS + 1 for length, start in generator.integers(2, 12, (count, 2))]
    return TokenIds(np.concatenate(rows).astype(np.int16), np.cumsum([0, *map(len, rows)]))


class Run:
    def __init__(self, **fields):
        torch.manual_seed(3)
        sizes = {"embedding_size": 16, "hidden_size": 16, "layers": 1, "bidirectional": True, "pooling": "last"}
        self.model = LanguageModel(NetworkConfig(**sizes), WORDS)
        ids = cyclic_texts(37, 0)
        self.training, self.held_back = (
            BatchSource(texts, 10, False, torch.device("cpu")) for texts in (ids, cyclic_texts(9, 1))
        )
        self.draws, self.config = Draws.of(ids, WORDS), replace(CONFIG, **fields)

    def pretrain(self, **options):
        return pretrain(self.model, self.training, self.held_back, self.draws, self.config, **options)

    def checkpoints(self, folder):
        return Checkpoints(folder, {"data": "digest", "precision": "float32", "threads": 1}, {})

    @property
    def weights(self):
        return {name: tensor.clone() for name, tensor in self.model.state_dict().items()}


def after(steps):
    left = iter(range(steps - 1, -1, -1))
    return lambda: next(left, 0) == 0


def assert_same(weights, others):
    assert all(torch.equal(weights[name], others[name]) for name in weights | others)


def test_it_learns_what_comes_next():
    run = Run(epochs=40)
    before = exact_loss(run.model, run.held_back)
    history = run.pretrain()
    assert before > 0.9 * math.log(WORDS)
    assert history[-1].held_back_loss < 0.3
    assert history[-1].perplexity == pytest.approx(math.exp(history[-1].held_back_loss))
    assert [epoch.epoch for epoch in history] == list(range(1, 41))


def test_the_same_seed_gives_the_same_weights_and_another_one_others():
    runs = [Run(), Run(), Run(seed=1)]
    for run in runs:
        run.pretrain()
    assert_same(runs[0].weights, runs[1].weights)
    assert not torch.equal(runs[0].weights["embedding.weight"], runs[2].weights["embedding.weight"])


def test_the_callers_random_state_stays_as_it_was():
    run = Run()
    before = torch.get_rng_state()
    run.pretrain()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("step", [1, 3, STEPS_AN_EPOCH, STEPS_AN_EPOCH + 2, 2 * STEPS_AN_EPOCH])
def test_an_interrupted_run_goes_on_to_the_same_weights(tmp_path, step):
    whole, first, second = Run(), Run(), Run()
    expected = whole.pretrain()
    with pytest.raises(KeyboardInterrupt):
        first.pretrain(checkpoints=first.checkpoints(tmp_path), stop_requested=after(step))
    history = second.pretrain(checkpoints=second.checkpoints(tmp_path))
    assert_same(whole.weights, second.weights)
    assert [epoch.held_back_loss for epoch in history] == [epoch.held_back_loss for epoch in expected]


def test_each_epoch_ends_with_a_checkpoint(tmp_path):
    run = Run()
    run.pretrain(checkpoints=run.checkpoints(tmp_path))
    finished = Run()
    assert len(finished.pretrain(checkpoints=finished.checkpoints(tmp_path))) == 2  # nothing is left to do
    assert_same(run.weights, finished.weights)


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    run = Run()
    run.pretrain(checkpoints=run.checkpoints(tmp_path))
    other = Run()
    other.model.biases = torch.nn.Parameter(torch.zeros(3, 1))
    with pytest.raises(ModelFolderError, match=CHECKPOINT):
        other.pretrain(checkpoints=other.checkpoints(tmp_path))


def test_a_loss_that_is_no_number_is_a_data_error_and_no_checkpoint(tmp_path):
    run = Run()
    with torch.no_grad():
        run.model.biases.fill_(math.nan)
    with pytest.raises(DataError, match="lower the learning rate"):
        run.pretrain(checkpoints=run.checkpoints(tmp_path))
    assert not (tmp_path / CHECKPOINT).exists()
