"""The native LSTM: PyTorch's results within rounding, a row's own whatever stands beside it, no read out of bounds."""

import copy
import pickle

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast import _core
from sentiment_fast.model import inference
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Device, Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.inference import all_logits, native_lstm, packed_lstm
from sentiment_fast.model.native import scoring as native
from sentiment_fast.model.native.pads import PadStates
from sentiment_fast.model.native.scoring import native_level
from sentiment_fast.model.network import SentimentLSTM, model_of

CPU, FLOAT32, BF16 = torch.device("cpu"), Precision("float32", "float32"), Precision("bfloat16", "bf16")
LEVELS = pytest.mark.parametrize(
    ("number", "level"), [(number, level) for number, levels in _core.LSTM_LEVELS.items() for level in levels]
)
FLOAT32_LEVELS = pytest.mark.parametrize("level", _core.LSTM_LEVELS["float32"])
POOLINGS = pytest.mark.parametrize("pooling", ["padded", "last", "max_mean"])
READINGS = pytest.mark.parametrize(
    ("pooling", "both"), [("padded", False), ("last", False), ("max_mean", False), ("last", True), ("max_mean", True)]
)
PRECISIONS = pytest.mark.parametrize(
    "precision",
    [
        pytest.param(
            precision, id=precision.name, marks=pytest.mark.skipif(native_level(CPU, precision) is None, reason=reason)
        )
        for precision, reason in (
            (FLOAT32, "needs a CPU with AVX2"),
            (BF16, "needs a CPU with AVX-512 BF16 and without AMX"),
        )
    ],
)


class NativeLSTM:
    """A network as the core runs it, with logits for PyTorch."""

    def __init__(self, network, number, level):
        self._lstm = packed_lstm(network, number, level)

    def logits(self, source, rows):
        return torch.from_numpy(self._lstm.logits(source, rows, torch.get_num_threads()))


def network_of(hidden=32, layers=2, words=50, pooling="padded", max_length=40, scale=1.0, classes=2, both=False):
    """both: in both directions, and then in one layer."""
    torch.manual_seed(hidden + layers)
    config = NetworkConfig(
        embedding_size=8,
        hidden_size=hidden,
        layers=1 if both else layers,
        dropout=0.0,
        bidirectional=both,
        pooling=pooling,
        max_length=max_length,
    )
    network = SentimentLSTM(config, words, classes).eval()
    for weight in network.recurrent.parameters():
        weight.data *= scale
    return network


def source_of(network, lengths, seed=0, dtype=np.int16):
    draw = np.random.default_rng(seed)
    lengths = np.asarray(lengths)
    values = draw.integers(1, len(network.embedding.weight), lengths.sum()).astype(dtype)
    ids = sf.TokenIds(values, np.concatenate([[0], np.cumsum(lengths)]))
    return BatchSource(ids, network.config.max_length, network.config.pads_on_left, CPU)


def all_rows(source):
    return np.arange(len(source))


def identity(size):
    layer = torch.nn.Linear(size, size)
    layer.weight.data, layer.bias.data = torch.eye(size), torch.zeros(size)
    return layer


def by_pytorch(network, source):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inference, "native_lstm", lambda network, precision: None)
        return all_logits(network, source, FLOAT32)


def by_definition(network, source, row, number):
    """A row's summary, all its pads run too, with weights and outputs rounded where they are multiplied."""

    def rounded(tensor):
        return tensor.to(getattr(torch, number)).float()

    values, starts, lengths = source.ragged(np.array([row]))
    ids = [int(value) for value in values[starts[0] : starts[0] + lengths[0]]]
    layers = [[weight.detach() for weight in weights] for weights in network.recurrent.all_weights]
    outputs, cells = network.states_after_pads(
        [max(network.config.max_length - len(ids), 0) if network.config.pads_on_left else 0]
    )
    outputs, cells, steps = list(outputs[0]), list(cells[0]), []
    for id_ in ids:
        step = network.embedding.weight[id_].detach()
        for layer, (w_in, w_out, b_in, b_out) in enumerate(layers):
            of_input = w_in @ step if layer == 0 else rounded(w_in) @ rounded(step)
            gates = of_input + b_in + b_out + rounded(w_out) @ rounded(outputs[layer])
            in_gate, forget, candidate, out_gate = gates.chunk(4)
            cells[layer] = forget.sigmoid() * cells[layer] + in_gate.sigmoid() * candidate.tanh()
            outputs[layer] = step = out_gate.sigmoid() * cells[layer].tanh()
        steps.append(step)
    steps = torch.stack(steps)
    return torch.cat([steps.amax(0), steps.mean(0)]) if network.config.pooling == "max_mean" else step


LENGTHS = [0, 1, 2, 3, 5, 7, 8, 12, 25, 39, 40, 41, 60, 4, 4, 4]


@pytest.mark.slow
@LEVELS
@POOLINGS
@pytest.mark.parametrize(
    ("hidden", "layers", "words"), [(16, 1, 1), (16, 3, 20), (48, 2, 300), (128, 1, 1000), (256, 2, 50)]
)
def test_outputs_are_those_of_the_definition(number, level, pooling, hidden, layers, words):
    network = network_of(hidden, layers, words, pooling)
    network.output = identity(network.config.features)
    source = source_of(network, LENGTHS if hidden < 256 else LENGTHS[:6])
    found = NativeLSTM(network, number, level).logits(source, all_rows(source))
    with torch.no_grad():
        expected = torch.stack([by_definition(network, source, row, number) for row in range(len(source))])
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-3 if number == "bfloat16" else 2e-6)


@pytest.mark.slow
@LEVELS
@READINGS
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(("hidden", "layers"), [(16, 1), (64, 3), (256, 2)])
def test_logits_are_those_of_pytorch_in_float32(number, level, pooling, both, classes, hidden, layers):
    network = network_of(hidden, layers, pooling=pooling, classes=classes, both=both)
    source = source_of(network, LENGTHS if hidden < 256 else LENGTHS[:8])
    found = NativeLSTM(network, number, level).logits(source, all_rows(source))
    expected = by_pytorch(network, source)
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-3 if number == "bfloat16" else 1e-5)


@pytest.mark.slow
@LEVELS
@READINGS
def test_summaries_are_those_of_pytorch_in_float32(number, level, pooling, both):
    network = network_of(64, 1, pooling=pooling, both=both)
    source = source_of(network, LENGTHS)
    with torch.no_grad():
        expected = network.summarise(*source.batch(all_rows(source)))
    network.output = identity(network.config.features)
    found = NativeLSTM(network, number, level).logits(source, all_rows(source))
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-3 if number == "bfloat16" else 2e-6)


@pytest.mark.slow
@LEVELS
@READINGS
def test_a_row_is_the_same_whatever_stands_beside_it_and_however_many_threads_run(
    number, level, pooling, both, monkeypatch
):
    network = network_of(pooling=pooling, both=both)
    source = source_of(network, np.random.default_rng(1).integers(0, 50, 131))
    lstm = NativeLSTM(network, number, level)
    together = lstm.logits(source, all_rows(source))
    alone = torch.stack([lstm.logits(source, np.array([row]))[0] for row in range(len(source))])
    assert torch.equal(together, alone)
    order = np.random.default_rng(2).permutation(len(source))
    for threads in (1, 2, 3, 16):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        assert torch.equal(lstm.logits(source, order), together[torch.from_numpy(order)])


@pytest.mark.slow
@LEVELS
@pytest.mark.parametrize("scale", [100.0, 1e6, 1e30])
def test_saturated_gates_are_those_of_the_definition(number, level, scale):
    network = network_of(16, 1, scale=scale, pooling="last")
    network.output = identity(16)
    source = source_of(network, LENGTHS)
    found = NativeLSTM(network, number, level).logits(source, all_rows(source))
    with torch.no_grad():
        expected = torch.stack([by_definition(network, source, row, number) for row in range(len(source))])
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-3 if number == "bfloat16" else 1e-4)


@pytest.mark.slow
@FLOAT32_LEVELS
@READINGS
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_long_rows_in_float32_are_those_of_pytorch(level, pooling, both, scale):
    network = network_of(64, 2, pooling=pooling, max_length=500, scale=scale, both=both)
    source = source_of(network, [1, 2, 100, 300, 499, 500])
    found = NativeLSTM(network, "float32", level).logits(source, all_rows(source))
    expected = by_pytorch(network, source)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    torch.testing.assert_close(found.sigmoid(), expected.sigmoid(), rtol=0, atol=1e-5)


@pytest.mark.slow
@FLOAT32_LEVELS
def test_cells_that_forget_nothing_add_up_as_in_float64(level):
    network = network_of(16, 1, max_length=500, pooling="last")
    weights = network.recurrent
    weights.weight_ih_l0.data *= 0.01  # so that the sums of candidates around zero stay small
    weights.weight_hh_l0.data *= 0.01
    weights.bias_ih_l0.data[16:32] = 40
    network.output = identity(16)
    source = source_of(network, [1, 50, 500])
    found = NativeLSTM(network, "float32", level).logits(source, all_rows(source))
    expected = by_pytorch(copy.deepcopy(network).double(), source)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@FLOAT32_LEVELS
def test_levels_agree_within_rounding(level):
    network = network_of(64, 2)
    source = source_of(network, LENGTHS)
    found, expected = (
        NativeLSTM(network, "float32", one).logits(source, all_rows(source)) for one in (level, "scalar")
    )
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-6)


@pytest.mark.slow
@LEVELS
@POOLINGS
def test_weights_that_are_no_numbers_show(number, level, pooling):
    network = network_of(16, 1, pooling=pooling)
    network.recurrent.weight_hh_l0.data[0, 0] = float("nan")
    source = source_of(network, [3, 4])
    assert NativeLSTM(network, number, level).logits(source, all_rows(source)).isnan().all()


@LEVELS
def test_ids_of_32_bits_give_what_those_of_16_give(number, level):
    network = network_of()
    narrow, wide = (source_of(network, LENGTHS, dtype=dtype) for dtype in (np.int16, np.int32))
    lstm = NativeLSTM(network, number, level)
    assert torch.equal(lstm.logits(narrow, all_rows(narrow)), lstm.logits(wide, all_rows(wide)))


def test_results_do_not_depend_on_what_ran_before():
    used, fresh = network_of(), network_of()
    source = source_of(used, LENGTHS)
    by_pytorch(used, source)
    first, second = (NativeLSTM(one, "float32", "scalar").logits(source, all_rows(source)) for one in (used, fresh))
    assert torch.equal(first, second)
    assert torch.equal(by_pytorch(fresh, source), by_pytorch(network_of(), source))


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.5, 1, 4])
def test_each_state_behind_pads_is_that_of_running_them(scale):
    network = network_of(16, 3, max_length=300, scale=scale)
    counts = [0, 1, 31, 32, 33, 100, 299]
    with torch.no_grad():
        outputs, cells = network.states_after_pads(counts)
        pads = network.embedding.weight[:1]
        for at, count in enumerate(counts[1:], 1):
            _, (h, c) = network.recurrent(pads.expand(1, count, -1))
            torch.testing.assert_close(outputs[at], h[:, 0], rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(cells[at], c[:, 0], rtol=1e-4, atol=1e-5)
    assert not outputs[0].any()
    assert not cells[0].any()


@pytest.mark.slow
@LEVELS
@pytest.mark.parametrize("changed", ["trained", "loaded"])
def test_changed_weights_are_packed_anew(number, level, changed):
    network, other = network_of(), network_of(scale=2)
    source = source_of(network, LENGTHS)
    before = NativeLSTM(network, number, level).logits(source, all_rows(source))
    if changed == "trained":
        network.train()
        for weight in network.recurrent.parameters():
            weight.data *= 2
        network.eval()
    else:
        network.load_state_dict(other.state_dict())
    after = NativeLSTM(network, number, level).logits(source, all_rows(source))
    assert not torch.equal(after, before)
    assert torch.equal(after, NativeLSTM(other, number, level).logits(source, all_rows(source)))


@pytest.mark.slow
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_a_network_that_was_used_can_be_copied(copied):
    network = network_of()
    source = source_of(network, LENGTHS)
    logits = NativeLSTM(network, "float32", "scalar").logits(source, all_rows(source))
    assert torch.equal(NativeLSTM(copied(network), "float32", "scalar").logits(source, all_rows(source)), logits)


# Without PyTorch: the same from a model's arrays.


@pytest.mark.slow
@LEVELS
@READINGS
@pytest.mark.parametrize("classes", [2, 3])
def test_a_model_of_arrays_gives_the_logits_of_its_network(number, level, pooling, both, classes):
    network = network_of(64, 2, words=5000, pooling=pooling, classes=classes, both=both)
    model = model_of(network, sf.Vocabulary(["a"]), list("abc"[:classes]))
    source = source_of(network, LENGTHS)
    found = torch.from_numpy(native.native_lstm(model, number, level).logits(source, all_rows(source), 2))
    expected = NativeLSTM(network, number, level).logits(source, all_rows(source))
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-3 if number == "bfloat16" else 2e-6)


@pytest.mark.slow
@LEVELS
@pytest.mark.parametrize("pooling", ["padded", "max_mean"])
def test_a_model_of_arrays_gives_the_same_at_any_number_of_threads_and_whatever_stands_beside(number, level, pooling):
    network = network_of(pooling=pooling)
    lstm = native.native_lstm(model_of(network, sf.Vocabulary(["a"]), ["a", "b"]), number, level)
    source = source_of(network, np.random.default_rng(1).integers(0, 50, 131))
    together = lstm.logits(source, all_rows(source), 1)
    for threads in (2, 3, 16):
        np.testing.assert_array_equal(lstm.logits(source, all_rows(source), threads), together)
    alone = np.concatenate([lstm.logits(source, np.array([row]), 1) for row in range(len(source))])
    np.testing.assert_array_equal(alone, together)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.5, 1, 4])
@pytest.mark.parametrize("layers", [1, 3])
def test_states_after_pads_are_those_of_pytorch(scale, layers):
    network = network_of(16, layers, max_length=300, scale=scale)
    model = model_of(network, sf.Vocabulary(["a"]), ["a", "b"])
    pads = PadStates(
        native._layers(model.weights, model.config, "recurrent."), model.weights["embedding.weight"][0], 300
    )
    counts = [299, 0, 1, 31, 32, 33, 100]
    for found, expected in zip(pads.after(counts), network.states_after_pads(counts), strict=True):
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-5)
    again = PadStates(
        native._layers(model.weights, model.config, "recurrent."), model.weights["embedding.weight"][0], 300
    )
    for found, expected in zip(again.after(sorted(counts)), pads.after(sorted(counts)), strict=True):
        np.testing.assert_array_equal(found, expected)


# Which networks it is used for, and where.


@pytest.mark.slow
@PRECISIONS
@READINGS
def test_all_logits_are_computed_natively(precision, pooling, both, monkeypatch):
    network = network_of(pooling=pooling, both=both)
    source = source_of(network, np.random.default_rng(3).integers(0, 50, 300))
    monkeypatch.setattr(native, "_IDS_OF_A_CALL", 1000)
    monkeypatch.setattr(SentimentLSTM, "forward", None)  # PyTorch's way is not taken
    lstm = NativeLSTM(network, precision.name, native_level(CPU, precision))
    assert torch.equal(all_logits(network, source, precision), lstm.logits(source, all_rows(source)))


@pytest.mark.slow
@PRECISIONS
@pytest.mark.parametrize("size", [3, 400])
def test_processes_share_the_rows(precision, size, monkeypatch):
    network = network_of()
    source = source_of(network, np.random.default_rng(4).integers(0, 50, 300))
    monkeypatch.setattr(TrainingProcesses, "add_up", lambda self, tensor: tensor)
    parts = [all_logits(network, source, precision, TrainingProcesses(rank, size)) for rank in range(size)]
    assert torch.equal(torch.stack(parts).sum(0), all_logits(network, source, precision))


@PRECISIONS
def test_no_texts_have_no_logits(precision):
    network = network_of()
    assert all_logits(network, source_of(network, np.zeros(0, int)), precision).shape == (0,)


@PRECISIONS
@pytest.mark.parametrize(
    "other",
    [
        {"cell": "gru"},
        {"cell": "rnn"},
        {"pooling": "attention"},
        {"pooling": "last", "bidirectional": True, "layers": 2},
        {"pooling": "max_mean", "bidirectional": True, "layers": 2},
        {"hidden_size": 24},
    ],
    ids=str,
)
def test_other_networks_stay_with_pytorch(precision, other):
    config = NetworkConfig(**{"embedding_size": 8, "hidden_size": 32, **other})
    assert native_lstm(SentimentLSTM(config, 50, 2).eval(), precision) is None


@PRECISIONS
@pytest.mark.parametrize("both", [False, True])
def test_a_vocabulary_whose_tables_would_be_huge_stays_with_pytorch(precision, both, monkeypatch):
    monkeypatch.setattr(native, "_LARGEST_TABLE", 51 * 4 * 32 * 4 * (2 if both else 1))
    assert native_lstm(network_of(words=50, pooling="last", both=both), precision) is not None
    assert native_lstm(network_of(words=51, pooling="last", both=both), precision) is None


def test_machines_without_the_instructions_stay_with_pytorch(monkeypatch):
    monkeypatch.setattr(_core, "LSTM_LEVELS", {"float32": ("scalar",), "bfloat16": ("scalar",)})
    network = network_of()
    assert native_lstm(network, FLOAT32) is None
    assert native_lstm(network, BF16) is None
    assert all_logits(network, source_of(network, LENGTHS), FLOAT32).shape == (len(LENGTHS),)


def test_machines_with_amx_stay_with_pytorch_in_bf16(monkeypatch):
    before = native_level(CPU, FLOAT32)
    monkeypatch.setattr(native, "cpu_has_amx", lambda: True)
    assert native_lstm(network_of(), BF16) is None
    assert native_level(CPU, FLOAT32) == before


@pytest.mark.parametrize(("forced", "expected"), [("scalar", None), ("avx2", "avx2"), ("other", None)])
def test_a_lower_simd_level_holds_for_the_lstm(forced, expected, monkeypatch):
    monkeypatch.setattr(_core, "LEVELS", ("scalar", "avx2", "avx512"))
    monkeypatch.setattr(
        _core, "LSTM_LEVELS", {"float32": ("scalar", "avx2", "avx512"), "bfloat16": ("scalar", "avx512_bf16")}
    )
    monkeypatch.setattr(native, "SIMD_LEVEL", forced)
    assert native_level(CPU, FLOAT32) == expected
    assert native_level(CPU, BF16) is None


def test_other_precisions_and_devices_stay_with_pytorch():
    assert native_level(CPU, Precision("float16", "float16")) is None
    assert native_level(torch.device("cuda"), FLOAT32) is None
    assert native_level(Device("cuda"), FLOAT32) is None


# Arguments that the package never gives.


def weights(hidden=16, layers=2, ids=5, number="float32", level="scalar"):
    draw = np.random.default_rng(0)

    def made(*shape):
        return draw.standard_normal(shape).astype(np.float32)

    return {
        "table": made(ids, 4 * hidden),
        "own": [made(4 * hidden, hidden) for _ in range(layers)],
        "below": [made(4 * hidden, hidden) for _ in range(layers - 1)],
        "biases": [made(4 * hidden) for _ in range(layers - 1)],
        "number": number,
        "level": level,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"table": np.zeros((5, 60), np.float32)},
        {"table": np.zeros((5, 68), np.float32)},
        {"table": np.zeros((0, 64), np.float32)},
        {"table": np.zeros((5, 0), np.float32)},
        {"table": np.zeros(64, np.float32)},
        {"table": np.zeros((5, 128), np.float32)},
        {"own": []},
        {"own": [np.zeros((64, 16), np.float32)]},
        {"own": [np.zeros((64, 16), np.float32), np.zeros((16, 64), np.float32)]},
        {"below": []},
        {"below": [np.zeros((64, 15), np.float32)]},
        {"biases": []},
        {"biases": [np.zeros(63, np.float32)]},
        {"biases": [np.zeros((64, 1), np.float32)]},
        {"number": "float64"},
        {"number": "bfloat16", "level": "avx2"},
        {"level": "neon"},
    ],
    ids="-".join,
)
def test_weights_of_other_shapes_numbers_and_levels_are_errors(wrong):
    with pytest.raises(ValueError, match="Expected"):
        _core.Lstm(**{**weights(), **wrong})


@pytest.mark.parametrize("name", ["table", "own", "below", "biases"])
def test_weights_of_another_type_are_an_error(name):
    given = weights()
    doubled = given[name].astype(np.float64) if name == "table" else [one.astype(np.float64) for one in given[name]]
    with pytest.raises(TypeError):
        _core.Lstm(**{**given, name: doubled})


def numbers(*items):
    return np.array(items, dtype=np.int64)


ROWS = {
    "values": np.array([1, 2, 3, 4], np.int16),
    "starts": numbers(0, 1),
    "counts": numbers(1, 3),
    "states": numbers(0, 0),
    "outputs": np.zeros((1, 2, 16), np.float32),
    "cells": np.zeros((1, 2, 16), np.float32),
    "backward": False,
    "threads": 1,
}


@LEVELS
@pytest.mark.parametrize(
    "wrong",
    [
        {"values": np.array([1, 2, 3, 5], np.int16)},
        {"values": np.array([1, 2, 3, -1], np.int32)},
        {"values": np.zeros((2, 2), np.int16)},
        {"values": np.zeros(8, np.int16)[::2]},
        {"starts": numbers(0, 2)},
        {"starts": numbers(0, -1)},
        {"starts": numbers(0, 5)},
        {"starts": numbers(0, 2**63 - 1)},
        {"starts": numbers(0)},
        {"starts": numbers(0, 1).reshape(2, 1)},
        {"counts": numbers(1, 4)},
        {"counts": numbers(1, 0)},
        {"counts": numbers(1, -1)},
        {"counts": numbers(1, 2**63 - 1)},
        {"counts": numbers(1, 1, 1)},
        {"states": numbers(0, 1)},
        {"states": numbers(0, -1)},
        {"states": numbers(0)},
        {"outputs": np.zeros((1, 2, 32), np.float32)},
        {"outputs": np.zeros((1, 1, 16), np.float32)},
        {"outputs": np.zeros((0, 2, 16), np.float32), "cells": np.zeros((0, 2, 16), np.float32)},
        {"cells": np.zeros((2, 2, 16), np.float32)},
        {"threads": 0},
        {"threads": 4097},
    ],
    ids="-".join,
)
def test_rows_that_read_out_of_bounds_are_errors(number, level, wrong):
    lstm = _core.Lstm(**weights(number=number, level=level))
    assert lstm.last_outputs(**ROWS).shape == (2, 16)
    assert lstm.max_mean(**ROWS).shape == (2, 32)
    for pooled in (lstm.last_outputs, lstm.max_mean):
        with pytest.raises(ValueError, match="Expected"):
            pooled(**{**ROWS, **wrong})


@pytest.mark.slow
@LEVELS
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("pooling", ["last_outputs", "max_mean"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("hidden", [16, 48, 80])
def test_every_level_gives_what_the_scalar_one_gives(number, level, hidden, layers, pooling, backward):
    """So the scalar one, which every CPU runs, runs every network that the others run."""
    draw = np.random.default_rng(hidden + layers)
    counts = draw.integers(1, 30, 40)
    rows = {
        "values": draw.integers(0, 5, counts.sum()).astype(np.int16),
        "starts": np.cumsum(counts) - counts,
        "counts": counts,
        "states": draw.integers(0, 3, len(counts)),
        "outputs": draw.uniform(-1, 1, (3, layers, hidden)).astype(np.float32),
        "cells": draw.uniform(-2, 2, (3, layers, hidden)).astype(np.float32),
        "backward": backward,
        "threads": 2,
    }
    # Small weights, as trained ones are: large ones make states chaotic, and rounding grows from step to step.
    given = weights(hidden, layers, number=number)
    given = {name: [0.2 * one for one in value] if isinstance(value, list) else value for name, value in given.items()}
    scalar, other = (getattr(_core.Lstm(**{**given, "level": one}), pooling)(**rows) for one in ("scalar", level))
    np.testing.assert_allclose(other, scalar, rtol=0, atol=2e-6 if number == "float32" else 0.02)


@pytest.mark.parametrize("number", _core.LSTM_LEVELS)
def test_every_cpu_has_the_scalar_level(number):
    assert _core.LSTM_LEVELS[number][0] == "scalar"


@pytest.mark.slow
@READINGS
@pytest.mark.parametrize("layers", [1, 2])
def test_a_network_scores_at_the_scalar_level_as_at_the_fastest(pooling, both, layers):
    network = network_of(pooling=pooling, both=both, layers=layers)
    source = source_of(network, LENGTHS)
    scalar, fastest = (
        NativeLSTM(network, "float32", level).logits(source, all_rows(source)).numpy()
        for level in (_core.LSTM_LEVELS["float32"][0], _core.LSTM_LEVELS["float32"][-1])
    )
    np.testing.assert_allclose(scalar, fastest, rtol=0, atol=1e-6)


@LEVELS
@pytest.mark.parametrize("pooling", ["last_outputs", "max_mean"])
def test_rows_read_backward_are_rows_that_are_reversed(number, level, pooling):
    pooled = getattr(_core.Lstm(**weights(number=number, level=level)), pooling)
    values, counts = np.array([1, 2, 3, 4, 1, 0], np.int16), numbers(4, 2)
    backward = {**ROWS, "values": values, "starts": numbers(0, 4), "counts": counts, "backward": True}
    forward = {**backward, "values": values[::-1].copy(), "starts": numbers(2, 0), "backward": False}
    np.testing.assert_array_equal(pooled(**backward), pooled(**forward))
    assert (pooled(**backward) != pooled(**{**backward, "backward": False})).any()


@LEVELS
def test_values_of_another_type_are_an_error(number, level):
    with pytest.raises(TypeError, match="Expected values of int16 or int32, got float64"):
        _core.Lstm(**weights(number=number, level=level)).last_outputs(**{**ROWS, "values": np.zeros(4)})
