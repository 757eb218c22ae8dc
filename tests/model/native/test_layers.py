"""All of an LSTM's steps in the native core, read in every way: PyTorch's outputs and gradients within rounding."""

import numpy as np
import pytest
import torch
from torch import nn

import sentiment_fast as sf
from sentiment_fast import _core
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.native.layers import NativeLayers, table_of
from sentiment_fast.model.native.training import NativeTraining, native_training
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.pooling import max_mean

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
LEVELS = pytest.mark.parametrize(
    ("number", "level"), [(number, level) for number, levels in _core.LSTM_LEVELS.items() for level in levels]
)
READINGS = pytest.mark.parametrize("reading", ["last", "max_mean"])
SIZES = pytest.mark.parametrize(("hidden", "layers"), [(16, 1), (48, 2), (32, 3)])
COUNTS = np.array([1, 5, 17, 2, 1, 9, 30, 3, 12, 12])
WORDS, EMBEDDING = 20, 8


class Batch:
    """Rows of ids, and the layers that read them: the core's way and PyTorch's."""

    def __init__(self, hidden, layers, counts=COUNTS):
        torch.manual_seed(hidden + layers)
        self.lstm = nn.LSTM(EMBEDDING, hidden, layers, batch_first=True)
        self.vectors = torch.randn(WORDS, EMBEDDING, requires_grad=True)
        self.counts = counts
        self.ids = np.random.default_rng(0).integers(0, WORDS, counts.sum()).astype(np.int32)

    def native(self, number, level, reading, threads=1):
        lstm = self.lstm
        layers = NativeLayers(lstm.hidden_size, lstm.num_layers, number, level)
        table = table_of(self.vectors, lstm.all_weights)
        return layers.read(self.ids, self.counts, table, lstm.all_weights, reading, threads)

    def pytorchs(self, reading):
        rows = torch.from_numpy(self.ids).split(self.counts.tolist())
        steps = [self.lstm(self.vectors[row][None])[0] for row in rows]  # (1, count, hidden) each
        if reading == "last":
            return torch.cat([step[:, -1] for step in steps])
        return torch.cat([max_mean(step, torch.tensor([step.shape[1]])) for step in steps])

    def with_gradients(self, output):
        """output, and those of a loss that weighs all of it differently."""
        leaves = [self.vectors, *self.lstm.parameters()]
        weights = torch.randn(output.shape, generator=torch.Generator().manual_seed(1))
        return [output.detach(), *torch.autograd.grad((output * weights).sum(), leaves)]


def assert_alike(ours, theirs, within):
    torch.testing.assert_close(ours[0], theirs[0], rtol=0, atol=within)
    for mine, expected in zip(ours[1:], theirs[1:], strict=True):
        error = (mine - expected).norm() / expected.norm()
        assert error < 10 * within, error


def tolerance(number, reading):
    """In bf16 a maximum may stand at another step, which is all but as high, and its gradient goes there."""
    return 1e-6 if number == "float32" else 1e-2 if reading == "max_mean" else 2e-3


@pytest.mark.slow
@LEVELS
@READINGS
@SIZES
def test_outputs_and_gradients_are_pytorchs(number, level, reading, hidden, layers):
    batch = Batch(hidden, layers)
    ours = batch.with_gradients(batch.native(number, level, reading))
    assert_alike(ours, batch.with_gradients(batch.pytorchs(reading)), tolerance(number, reading))


@pytest.mark.slow
@LEVELS
@READINGS
def test_the_number_of_threads_changes_no_bit(number, level, reading):
    batch = Batch(48, 2, np.tile(COUNTS, 8))
    alone = batch.with_gradients(batch.native(number, level, reading))
    for threads in (2, 3):
        for one, other in zip(alone, batch.with_gradients(batch.native(number, level, reading, threads)), strict=True):
            assert torch.equal(one, other)


def test_a_batch_goes_back_before_the_next_one_or_not_at_all():
    batch = Batch(16, 1)
    layers, weights = NativeLayers(16, 1, "float32", "scalar"), batch.lstm.all_weights
    table = table_of(batch.vectors, weights)
    first, second = (layers.read(batch.ids, batch.counts, table, weights, "last", 1) for _ in range(2))
    with pytest.raises(RuntimeError, match="number 2, got number 1"):
        first.sum().backward(retain_graph=True)
    second.sum().backward()


def network_of(bidirectional, pooling, layers=1, hidden=32):
    torch.manual_seed(layers)
    config = NetworkConfig(
        embedding_size=EMBEDDING,
        hidden_size=hidden,
        layers=layers,
        dropout=0.0,
        bidirectional=bidirectional,
        pooling=pooling,
        max_length=40,
    )
    return SentimentLSTM(config, WORDS, 2).train()


def source_of(network):
    lengths = [0, 1, 2, 5, 39, 40, 41, 60, 7, 7]
    values = np.random.default_rng(0).integers(1, WORDS + 1, sum(lengths)).astype(np.int16)
    ids = sf.TokenIds(values, np.concatenate([[0], np.cumsum(lengths)]))
    return BatchSource(ids, network.config.max_length, network.config.pads_on_left, CPU)


def of_network(network, summarise):
    network.zero_grad()
    summary = summarise()
    weights = torch.randn(summary.shape, generator=torch.Generator().manual_seed(1))
    (summary * weights).sum().backward()
    return [summary.detach(), *(w.grad.clone() for w in network.parameters() if w.grad is not None)]


@pytest.mark.slow
@LEVELS
@pytest.mark.parametrize(
    ("bidirectional", "pooling", "layers"), [(True, "max_mean", 1), (True, "last", 1), (False, "max_mean", 2)]
)
def test_a_networks_summaries_and_gradients_are_pytorchs(number, level, bidirectional, pooling, layers):
    network = network_of(bidirectional, pooling, layers)
    source, native = source_of(network), NativeTraining(network, number, level)
    rows = np.arange(len(source))
    ours = of_network(network, lambda: native.summarise(source, rows))
    theirs = of_network(network, lambda: network.summarise(*source.batch(rows)))
    assert_alike(ours, theirs, tolerance(number, pooling))


@pytest.mark.skipif("avx2" not in _core.LSTM_LEVELS["float32"], reason="PyTorch is as fast here")
@pytest.mark.parametrize(
    ("bidirectional", "pooling", "layers", "hidden", "taken"),
    [
        (True, "max_mean", 1, 32, True),
        (True, "last", 1, 32, True),
        (False, "max_mean", 3, 32, True),
        (True, "max_mean", 2, 32, False),
        (True, "attention", 1, 32, False),
        (False, "max_mean", 1, 24, False),
    ],
)
def test_the_core_takes_the_networks_that_it_has_kernels_for(bidirectional, pooling, layers, hidden, taken):
    network = network_of(bidirectional, pooling, layers, hidden)
    assert (native_training(network, FLOAT32) is not None) == taken


class TestCore:
    """What Python code of ours never asks for, and what it cannot see."""

    def trace(self, counts=(3, 1), table=None):
        counts, training = np.array(counts, np.int64), _core.LstmTraining(16, 1, "float32", "scalar")
        training.set_weights([np.zeros((64, 16), np.float32)], [], [], 1)
        trace, zeros = training.trace(counts.sum() + len(counts) + 1), np.zeros((1, 1, 16), np.float32)
        ids = np.arange(counts.sum(), dtype=np.int32)
        table = np.ones((counts.sum(), 64), np.float32) if table is None else table
        training.forward(trace, table, ids, counts, np.zeros(len(counts), np.int64), zeros, zeros, 1)
        return training, trace

    def test_the_first_of_equal_steps_is_the_maximum(self):
        table = np.zeros((6, 64), np.float32)  # gates half open, candidates 0: outputs of 0
        table[3:, 32:48] = -1  # and below
        _, trace = self.trace([3, 3], table)
        pooled, maxima = trace.max_mean(2)
        assert (maxima == 0).all()
        assert (pooled[0] == 0).all()
        assert (pooled[1, 16:] < pooled[1, :16]).all()  # cells grow below 0, so that the first step is the highest

    def test_gradients_of_last_outputs_and_of_pooled_ones_are_added(self):
        last = np.arange(32, dtype=np.float32).reshape(2, 1, 16)
        pooled = np.arange(64, dtype=np.float32).reshape(2, 32), np.zeros((2, 16), np.int32)

        def table_gradients(by_last, **by_more):
            training, trace = self.trace()
            training.backward(trace, by_last, np.zeros_like(last), None, 1, **by_more)
            table = np.zeros((4, 64), np.float32)
            training.add_table_gradients(trace, np.arange(4, dtype=np.int32), table, 1)
            return table

        of_last, of_pooled = table_gradients(last), table_gradients(np.zeros_like(last), by_max_mean=pooled)
        assert of_last.any()
        assert of_pooled.any()
        np.testing.assert_allclose(table_gradients(last, by_max_mean=pooled), of_last + of_pooled, rtol=1e-5)

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"by_max_mean": (np.zeros((2, 16), np.float32), np.zeros((2, 16), np.int32))}, "maxima and means"),
            ({"by_max_mean": (np.zeros((2, 32), np.float32), np.zeros((1, 16), np.int32))}, "maxima's steps"),
        ],
    )
    def test_gradients_of_other_shapes_are_refused(self, more, message):
        training, trace = self.trace()
        zeros = np.zeros((2, 1, 16), np.float32)
        with pytest.raises(ValueError, match=message):
            training.backward(trace, zeros, zeros, None, 1, **more)

    def test_a_trace_without_rows_has_no_outputs(self):
        _, trace = self.trace([])
        assert trace.max_mean(2)[0].shape == (0, 32)
