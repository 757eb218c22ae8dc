"""Training in the native core: PyTorch's outputs and gradients within rounding, with any number of threads."""

import copy

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast import _core
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.native.training import NativeTraining, native_training, one_pytorch_thread
from sentiment_fast.model.network import SentimentLSTM

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
LEVELS = pytest.mark.parametrize(
    ("number", "level"), [(number, level) for number, levels in _core.LSTM_LEVELS.items() for level in levels]
)
FLOAT32_LEVELS = pytest.mark.parametrize("level", _core.LSTM_LEVELS["float32"])
POOLINGS = pytest.mark.parametrize("pooling", ["padded", "last"])
LENGTHS = [0, 1, 2, 3, 5, 7, 8, 12, 25, 39, 40, 41, 60, 4, 4, 4, 150, 199, 200, 210]


def network_of(hidden=32, layers=2, pooling="padded", max_length=200, scale=1.0):
    torch.manual_seed(hidden + layers)
    config = NetworkConfig(
        embedding_size=8, hidden_size=hidden, layers=layers, dropout=0.0, pooling=pooling, max_length=max_length
    )
    network = SentimentLSTM(config, 50, 2).train()
    for weight in network.recurrent.parameters():
        weight.data *= scale
    return network


def source_of(network, lengths=LENGTHS):
    draw = np.random.default_rng(0)
    values = draw.integers(1, len(network.embedding.weight), sum(lengths)).astype(np.int16)
    ids = sf.TokenIds(values, np.concatenate([[0], np.cumsum(lengths)]))
    return BatchSource(ids, network.config.max_length, network.config.pads_on_left, CPU)


def summary_and_gradients(network, summarise, rows):
    """Of a loss that weighs every output differently."""
    network.zero_grad()
    summary = summarise()
    weights = torch.randn(rows, network.config.hidden_size, generator=torch.Generator().manual_seed(1))
    (summary * weights).sum().backward()
    gradients = {name: weight.grad for name, weight in network.named_parameters() if weight.grad is not None}
    return summary.detach(), {name: gradient.clone() for name, gradient in gradients.items()}


def both(network, number, level, lengths=LENGTHS, threads=None):
    source = source_of(network, lengths)
    rows, native = np.arange(len(source)), NativeTraining(network, number, level)
    native.threads = threads or native.threads
    ours = summary_and_gradients(network, lambda: native.summarise(source, rows), len(rows))
    theirs = summary_and_gradients(network, lambda: network.summarise(*source.batch(rows)), len(rows))
    return ours, theirs


def assert_alike(ours, theirs, tolerance):
    (summary, gradients), (expected, expected_gradients) = ours, theirs
    torch.testing.assert_close(summary, expected, rtol=0, atol=tolerance)
    assert gradients.keys() == expected_gradients.keys()
    for name, gradient in expected_gradients.items():
        error = (gradients[name] - gradient).abs().max() / gradient.abs().max()
        assert error < 10 * tolerance, f"{name}: {error}"


@pytest.mark.slow
@LEVELS
@POOLINGS
@pytest.mark.parametrize(("hidden", "layers"), [(16, 1), (16, 3), (48, 2), (128, 1), (256, 2)])
def test_outputs_and_gradients_are_pytorchs(number, level, pooling, hidden, layers):
    lengths = LENGTHS if hidden < 256 else LENGTHS[:9]
    ours, theirs = both(network_of(hidden, layers, pooling), number, level, lengths)
    assert_alike(ours, theirs, 2e-3 if number == "bfloat16" else 1e-6)


@pytest.mark.slow
@FLOAT32_LEVELS
@pytest.mark.parametrize(
    "lengths",
    [[200], [210, 200], [199], [150, 199], [1], [0], [0, 0, 0], [137, 135, 136, 200], [3] * 70],
    ids=lambda lengths: f"{len(lengths)} of {lengths[0]}",
)
def test_rows_of_any_lengths_start_behind_their_own_pads(level, lengths):
    ours, theirs = both(network_of(), "float32", level, lengths)
    assert_alike(ours, theirs, 1e-6)


@pytest.mark.slow
@FLOAT32_LEVELS
@pytest.mark.parametrize("scale", [1.0, 2.0, 4.0])
def test_cells_that_go_on_moving_behind_outputs_that_stand_still_do_so(level, scale):
    """Trained networks count pads in cells that a saturated tanh hides; gradients reach back through all of them."""
    network = network_of(scale=scale, max_length=500)
    with torch.no_grad():  # forget gates near 1, with an input: cells that grow with each pad
        network.recurrent.bias_ih_l1[32:40] += 12
        network.recurrent.bias_ih_l1[40:64] += 3
    ours, theirs = both(network, "float32", level, [0, 3, 30, 430])
    assert_alike(ours, theirs, 2e-5)


def swinging_network():
    """Outputs that swing from pad to pad and never stand still."""
    network = network_of(hidden=16, layers=1, max_length=300)
    with torch.no_grad():
        w_in, w_out, b_in, b_out = network.recurrent.all_weights[0]
        for weight in (w_in, w_out, b_in, b_out):
            weight.zero_()
        w_in[32:48] = 0.1
        w_out[32:48] = -2 * torch.eye(16)
        b_in[0:16], b_in[16:32], b_in[48:64] = 8, -8, 8
        b_in[32:48] = torch.linspace(0.1, 0.5, 16)
    return network


@pytest.mark.slow
@FLOAT32_LEVELS
@pytest.mark.parametrize("lengths", [[3, 10, 5], [290, 300, 3], [299]], ids=str)
def test_where_outputs_never_stand_still_every_pad_is_run(level, lengths):
    ours, theirs = both(swinging_network(), "float32", level, lengths)
    assert_alike(ours, theirs, 1e-5)


def test_the_network_of_the_test_above_does_swing():
    network = swinging_network()
    with torch.no_grad():
        steps, _ = network.recurrent(network.embedding.weight[:1].expand(1, 299, -1))
    assert (steps[0, -1] - steps[0, -2]).abs().max() > 0.1


@pytest.mark.slow
@LEVELS
@POOLINGS
def test_the_number_of_threads_changes_no_bit(number, level, pooling):
    network = network_of(48, 2, pooling)
    summary, gradients = both(network, number, level, threads=1)[0]
    for threads in (2, 3, 8):
        other, other_gradients = both(network, number, level, threads=threads)[0]
        assert torch.equal(summary, other)
        for name, gradient in gradients.items():
            assert torch.equal(gradient, other_gradients[name]), name


@pytest.mark.slow
@LEVELS
def test_a_rows_output_depends_on_the_rows_beside_it_by_rounding_alone(number, level):
    network = network_of(48)
    source, native = source_of(network), NativeTraining(network, number, level)
    with torch.no_grad():
        together = native.summarise(source, np.arange(len(source)))
        # Rows with so few pads that they run their own say nothing of when pads' outputs stand still.
        alone = torch.cat([native.summarise(source, np.array([row])) for row in range(16)])
    torch.testing.assert_close(together[:16], alone, rtol=0, atol=1e-6)


def test_pads_that_are_too_few_are_more_from_then_on():
    network = network_of(scale=2.0, max_length=500)
    network.pads_at_once = 1
    NativeTraining(network, "float32", "scalar").summarise(source_of(network), np.arange(3))
    assert network.pads_at_once > 1


def test_new_weights_are_taken_up():
    network = network_of()
    source, rows, native = source_of(network), np.arange(5), NativeTraining(network, "float32", "scalar")
    native.summarise(source, rows)
    with torch.no_grad():
        for weight in network.parameters():
            weight += 0.05
        torch.testing.assert_close(native.summarise(source, rows), network.summarise(*source.batch(rows)))


def test_a_batch_goes_back_before_the_next_one_or_not_at_all():
    """The second, as large as the first, writes to the same memory."""
    network = network_of()
    source, native = source_of(network, [4] * 6), NativeTraining(network, "float32", "scalar")
    first, second = (native.summarise(source, rows) for rows in (np.arange(3), np.arange(3, 6)))
    with pytest.raises(RuntimeError, match="last batch summarised, number 2, got number 1"):
        first.sum().backward()
    second.sum().backward()


@FLOAT32_LEVELS
def test_gates_beyond_every_range_of_exp_still_give_pytorchs_gradients(level):
    network = network_of()
    with torch.no_grad():
        network.recurrent.bias_ih_l0[:4] -= 1000  # input gates
        network.recurrent.bias_ih_l0[32:40] -= 1000  # forget gates
    ours, theirs = both(network, "float32", level, [0, 3, 30, 150])
    assert_alike(ours, theirs, 1e-6)


def test_weights_that_are_no_numbers_give_outputs_that_are_none():
    network = network_of()
    with torch.no_grad():
        network.recurrent.bias_ih_l0[3] = torch.nan
        native = NativeTraining(network, "float32", "scalar")
        assert native.summarise(source_of(network), np.arange(5)).isnan().all()


def test_networks_that_the_core_has_no_kernels_for_stay_with_pytorch():
    for changed in ({"cell": "gru"}, {"bidirectional": True, "pooling": "last"}, {"hidden_size": 20}):
        config = NetworkConfig(**{"embedding_size": 8, "hidden_size": 16, **changed})
        assert native_training(SentimentLSTM(config, 10, 2), FLOAT32) is None
    double = SentimentLSTM(NetworkConfig(embedding_size=8, hidden_size=16), 10, 2).double()
    assert native_training(double, FLOAT32) is None


def test_a_copy_of_the_network_does_not_share_what_training_keeps():
    network = network_of()
    native = NativeTraining(network, "float32", "scalar")
    native.summarise(source_of(network), np.arange(3))
    other = copy.deepcopy(network)
    assert other.pads_at_once == network.pads_at_once
    assert native.network is network


def test_pytorch_gets_its_threads_back():
    before = torch.get_num_threads()
    with one_pytorch_thread() as threads:
        assert (torch.get_num_threads(), threads) == (1, before)
    assert torch.get_num_threads() == before


class TestCore:
    """What Python code of ours never asks for."""

    HIDDEN, LAYERS = 16, 2

    def training(self, number="float32"):
        training = _core.LstmTraining(self.HIDDEN, self.LAYERS, number, "scalar")
        training.set_weights(*self.weights(), 1)
        return training

    def weights(self):
        square = np.full((4 * self.HIDDEN, self.HIDDEN), 0.1, np.float32)
        return [square, square], [square], [np.zeros(4 * self.HIDDEN, np.float32)]

    def forward(self, training, trace=None, **changed):
        state = np.zeros((1, self.LAYERS, self.HIDDEN), np.float32)
        arguments = {
            "trace": trace or training.trace(8),
            "table": np.ones((3, 4 * self.HIDDEN), np.float32),
            "ids": np.array([0, 1, 2, 1, 1], np.int32),
            "counts": np.array([3, 2]),
            "states": np.array([0, 0]),
            "outputs": state,
            "cells": state,
            "threads": 1,
        } | changed
        training.forward(**arguments)
        return arguments["trace"]

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"ids": np.array([0, 1, 3, 1, 1], np.int32)}, "ids of 0 to 2, got 3"),
            ({"ids": np.array([0, -1, 2, 1, 1], np.int32)}, "ids of 0 to 2, got -1"),
            ({"counts": np.array([3, 3])}, "of 5 ids, got 3 from 3"),
            ({"counts": np.array([3, 1])}, "Expected 4 ids"),
            ({"counts": np.array([5, 0])}, "rows of 1 or more"),
            ({"counts": np.array([2**62, 2**62])}, "of 5 ids"),
            ({"states": np.array([0, 1])}, "one of 1 states"),
            ({"states": np.array([-1, 0])}, "one of 1 states"),
            ({"states": np.array([0])}, "states"),
            ({"table": np.ones((3, 60), np.float32)}, "a table"),
            ({"outputs": np.zeros((1, 1, 16), np.float32)}, "outputs"),
            ({"cells": np.zeros((2, 2, 16), np.float32)}, "cells"),
            ({"threads": 0}, "threads"),
        ],
    )
    def test_what_would_be_read_out_of_bounds_is_refused(self, changed, message):
        with pytest.raises(ValueError, match=message):
            self.forward(self.training(), **changed)

    def test_a_trace_that_is_too_small_is_refused(self):
        training = self.training()
        with pytest.raises(ValueError, match="7 slots or more, got 6"):
            self.forward(training, training.trace(6))

    def test_a_trace_beyond_all_memory_is_refused(self):
        with pytest.raises(MemoryError):
            self.training().trace(2**58)

    @pytest.mark.parametrize("other", [(32, 2, "float32"), (16, 1, "float32"), (16, 2, "bfloat16")])
    def test_a_trace_of_another_lstm_is_refused(self, other):
        with pytest.raises(ValueError, match="trace"):
            self.forward(self.training(), _core.LstmTraining(*other, "scalar").trace(8))

    @pytest.mark.skipif("avx2" not in _core.LSTM_LEVELS["float32"], reason="every level here has tiles of one width")
    def test_a_trace_of_other_tiles_is_refused(self):
        with pytest.raises(ValueError, match="level"):
            self.forward(self.training(), _core.LstmTraining(self.HIDDEN, self.LAYERS, "float32", "avx2").trace(8))

    def test_a_trace_goes_back_once(self):
        training = self.training()
        trace, gradients = self.forward(training), np.ones((2, self.LAYERS, self.HIDDEN), np.float32)
        training.backward(trace, gradients, gradients, None, 1)
        with pytest.raises(ValueError, match="before backward"):
            training.backward(trace, gradients, gradients, None, 1)
        with pytest.raises(ValueError, match="before backward"):
            trace.last_step(0, 0)
        training.backward(self.forward(training, trace), gradients, gradients, None, 1)

    def test_a_trace_has_no_gradients_before_it_went_back(self):
        training = self.training()
        trace, table = self.forward(training), np.zeros((3, 4 * self.HIDDEN), np.float32)
        with pytest.raises(ValueError, match="after backward"):
            training.add_weight_gradients(trace, *self.weights(), 1)
        with pytest.raises(ValueError, match="after backward"):
            training.add_table_gradients(trace, np.array([0, 1, 2, 1, 1], np.int32), table, 1)

    @pytest.mark.parametrize("threads", [1, 2])
    def test_more_of_the_last_step_is_added_once_for_each_row(self, threads):
        rows, draw = 70, np.random.default_rng(0)  # more than a group has
        states, before = draw.random((2, 2, rows, self.LAYERS, self.HIDDEN), np.float32)
        more = draw.random((rows, self.LAYERS, 4 * self.HIDDEN), np.float32)

        def back(some):
            training, counts = self.training(), np.full(len(some), 3)
            ids = np.tile(np.arange(3, dtype=np.int32), len(some))
            trace = self.forward(
                training, training.trace(4 * len(some)), ids=ids, counts=counts, states=np.zeros_like(counts)
            )
            last_step = (more[some], before[0, some], before[1, some])
            return np.stack(training.backward(trace, states[0, some], states[1, some], last_step, threads))

        alone = np.concatenate([back([row]) for row in range(rows)], axis=1)
        np.testing.assert_array_equal(back([*range(rows)]), alone)

    def test_gradients_of_other_shapes_are_refused(self):
        training = self.training()
        trace, gradients = self.forward(training), np.ones((2, self.LAYERS, self.HIDDEN), np.float32)
        with pytest.raises(ValueError, match="gradients with respect to outputs"):
            training.backward(trace, gradients[:1], gradients, None, 1)
        with pytest.raises(ValueError, match="respect to the last steps"):
            training.backward(trace, gradients, gradients, (gradients, gradients, gradients), 1)
        own, below, biases = self.weights()
        with pytest.raises(ValueError, match="gradients"):
            training.add_weight_gradients(trace, own[:1], below, biases, 1)
        with pytest.raises(TypeError):  # a converted copy would get them
            training.add_weight_gradients(trace, [weight.astype(np.float64) for weight in own], below, biases, 1)
        table = np.zeros((2, 4 * self.HIDDEN), np.float32)
        with pytest.raises(ValueError, match="ids of 0 to 1"):
            training.add_table_gradients(trace, np.array([0, 1, 2, 1, 1], np.int32), table, 1)

    def test_more_of_the_last_step_needs_one_before_it(self):
        training = self.training()
        trace = self.forward(training, ids=np.zeros(2, np.int32), counts=np.array([1, 1]))
        states = np.zeros((2, self.LAYERS, self.HIDDEN), np.float32)
        with pytest.raises(ValueError, match="2 or more ids"):
            training.backward(trace, states, states, (np.tile(states, 4), states, states), 1)

    @pytest.mark.parametrize(
        "arguments", [(15, 1, "float32", "scalar"), (16, 0, "float32", "scalar"), (16, 1, "int8", "scalar")]
    )
    def test_other_sizes_and_numbers_are_refused(self, arguments):
        with pytest.raises(ValueError, match="Expected"):
            _core.LstmTraining(*arguments)

    def test_a_level_that_is_not_there_is_refused(self):
        with pytest.raises(ValueError, match="level"):
            _core.LstmTraining(16, 1, "float32", "avx1024")

    def test_weights_of_other_layers_are_refused(self):
        own, _, _ = self.weights()
        with pytest.raises(ValueError, match="2 layers, got 1"):
            self.training().set_weights(own[:1], [], [], 1)

    def test_rows_without_any(self):
        none = np.zeros(0, np.int64)
        training = self.training()
        trace = self.forward(training, ids=none.astype(np.int32), counts=none, states=none)
        gradients = np.zeros((0, self.LAYERS, self.HIDDEN), np.float32)
        first, _ = training.backward(trace, gradients, gradients, None, 2)
        assert first.shape == (0, self.LAYERS, self.HIDDEN)
