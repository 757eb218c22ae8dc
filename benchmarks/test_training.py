"""Time training: the tutorial's loop, padded to 500 in batches of 50, and ours with the preset `tutorial`."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from benchmarks.matrix_work import native_work_of, work_of
from benchmarks.tutorial_loop import BATCH_SIZE, CLIP, LENGTH, training_step
from benchmarks.tutorial_weights import as_tutorial_model
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.batches import Budget, random_batches
from sentiment_fast.model.devices import choose_precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.native.training import native_training
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.presets import PRESETS
from sentiment_fast.training.state import TrainingState
from sentiment_fast.training.step import Examples, TrainingStep

GROUP = "training"
TUTORIAL_STEPS = 3  # of 50 reviews each
OUR_REVIEWS = 6_400
CPU = torch.device("cpu")


class Setup:
    """Reviews as ids and both models with the same weights."""

    def __init__(self, labelled, dropout):
        rows = np.random.default_rng(0).permutation(len(labelled.texts))[:OUR_REVIEWS]
        texts = labelled.texts.take(rows)
        vocabulary = sf.build_vocabulary(labelled.texts)
        ids = sf.encode(texts, vocabulary)
        self.config = config = replace(PRESETS["tutorial"].network, dropout=dropout)
        self.source = BatchSource(ids, config.max_length, config.pads_on_left, CPU)
        self.matrix = torch.from_numpy(ids.pad(LENGTH, dtype=np.int64))
        self.targets = torch.from_numpy(labelled.labels[rows])
        torch.manual_seed(0)
        self.network = SentimentLSTM(config, len(vocabulary), 2).train()
        self.tutorial = as_tutorial_model(self.network).train()
        self.tutorial_optimizer = torch.optim.Adam(self.tutorial.parameters(), lr=1e-3)

    def tutorial_step(self, rows):
        rows = torch.from_numpy(rows)
        return training_step(self.tutorial, self.tutorial_optimizer, self.matrix[rows], self.targets[rows])[0]

    def our_epoch(self, precision):
        """A function: batches -> their summed losses. It takes the very steps of `python -m sentiment_fast.train`.

        Each learns from the same start: a network that saw these reviews thirty times needs three times as many pads.
        """
        network = copy.deepcopy(self.network)
        config = replace(PRESETS["tutorial"].training, clip_norm=CLIP, learning_rate=1e-3)
        state = TrainingState.at_start(network, config, precision.dtype)
        step = TrainingStep(
            state, Examples(self.source, self.targets), config, precision, TrainingProcesses(), say=print
        )

        def run(batches):
            network.pads_at_once = 64  # as at the beginning of each epoch
            losses = []
            for rows in batches:
                state.sums.zero_()
                step(rows, torch.from_numpy(rows), config.learning_rate)
                losses.append(state.sums[0].item())
            return losses

        return run

    def batches(self, rows=BATCH_SIZE):
        return random_batches(self.source.lengths, Budget(rows), np.random.default_rng(0))


@pytest.fixture(scope="module")
def setup(labelled):
    """Found equal first: the same losses, step by step, without dropout and in float32."""
    check = Setup(labelled, dropout=0.0)
    batches = check.batches()[:4]
    losses = check.our_epoch(choose_precision(CPU, "float32"))(batches)
    for rows, loss in zip(batches, losses, strict=True):
        assert abs(check.tutorial_step(rows) - loss / len(rows)) < 1e-4
    return Setup(labelled, dropout=0.3)


def test_tutorial(measure, setup):
    batches = setup.batches()[:TUTORIAL_STEPS]
    work = work_of(setup.config, setup.source.lengths, batches, torch.float32, learning=True, width=LENGTH)
    side = "tutorial, float32, padded to 500"
    measure(GROUP, side, lambda: [*map(setup.tutorial_step, batches)], 50 * len(batches), work=work)


@pytest.mark.parametrize(("reduced", "rows"), [(False, 50), (True, 50), (True, 128)], ids=["float32", "amp", "amp-128"])
def test_ours(measure, setup, reduced, rows):
    precision = choose_precision(CPU, "auto" if reduced else "float32")
    if reduced and precision.dtype == torch.float32:
        pytest.skip(precision.reason)
    side = f"sentiment_fast, {precision.name}, batches of {rows}"
    batches = setup.batches(rows)
    if native_training(setup.network, precision) is None:
        work = work_of(setup.config, setup.source.lengths, batches, precision.dtype, learning=True)
    else:
        work = native_work_of(setup.config, setup.source.lengths, precision.dtype, learning=True)
    epoch = setup.our_epoch(precision)
    measure(GROUP, side, lambda: epoch(batches), OUR_REVIEWS, work=work)
