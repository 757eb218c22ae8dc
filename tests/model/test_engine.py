"""What computes a model's logits: the core where it is fastest or alone, PyTorch otherwise, or what to install."""

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast import _core
from sentiment_fast.errors import MissingPackageError
from sentiment_fast.model import devices, engine
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Device, Precision
from sentiment_fast.model.engine import NativeEngine, PyTorchEngine, engine_for, scoring_precision
from sentiment_fast.model.native import scoring as native
from sentiment_fast.model.network import SentimentLSTM, model_of
from sentiment_fast.text.encoding import default_threads

CPU, FLOAT32 = Device("cpu"), Precision("float32", "float32")
IDS = sf.TokenIds(np.array([1, 2, 3, 3, 1], np.int16), np.array([0, 2, 2, 5]))


def model(classes=2, **settings):
    torch.manual_seed(0)
    config = NetworkConfig(**{"embedding_size": 4, "hidden_size": 16, "max_length": 9} | settings)
    return model_of(SentimentLSTM(config, 3, classes), sf.Vocabulary(["a", "b", "c"]), list("xyz"[:classes]))


def without_pytorch(monkeypatch):
    monkeypatch.setattr(engine, "pytorch_is_installed", lambda: False)


def with_levels(monkeypatch, *levels):
    monkeypatch.setattr(_core, "LSTM_LEVELS", {"float32": levels, "bfloat16": ("scalar",)})


OTHERS = [
    {"cell": "gru"},
    {"hidden_size": 8},
    {"pooling": "attention"},
    {"pooling": "last", "bidirectional": True, "layers": 2},
]


@pytest.mark.skipif(native.native_level(CPU, FLOAT32) is None, reason="needs a CPU with AVX2")
@pytest.mark.parametrize("installed", [True, False])
def test_the_core_runs_what_it_is_fastest_at_whether_pytorch_is_installed_or_not(monkeypatch, installed):
    monkeypatch.setattr(engine, "pytorch_is_installed", lambda: installed)
    found = engine_for(model(), CPU, FLOAT32)
    assert found.fingerprint()["instructions"] == native.native_level(CPU, FLOAT32)
    assert isinstance(found, NativeEngine)


@pytest.mark.parametrize(
    ("settings", "asked", "amx", "expected"),
    [
        ({"hidden_size": 64}, "auto", True, "float32"),
        ({"hidden_size": 128, "bidirectional": True, "layers": 1, "pooling": "max_mean"}, "auto", True, "float32"),
        ({"hidden_size": 256}, "auto", True, "bfloat16"),
        ({"hidden_size": 64, "cell": "gru"}, "auto", True, "bfloat16"),
        ({"hidden_size": 64}, "bfloat16", True, "bfloat16"),
        ({"hidden_size": 64}, "auto", False, "bfloat16"),
    ],
)
def test_small_networks_are_scored_in_float32_where_amx_would_be_slower(monkeypatch, settings, asked, amx, expected):
    monkeypatch.setattr(devices, "cpu_has_bf16", lambda: True)
    monkeypatch.setattr(engine, "cpu_has_amx", lambda: amx)
    monkeypatch.setattr(engine, "native_level", lambda device, precision: "avx512")
    assert scoring_precision(model(**settings), CPU, asked).name == expected


@pytest.mark.parametrize("settings", OTHERS, ids=str)
def test_pytorch_runs_what_the_core_can_not(settings):
    assert isinstance(engine_for(model(**settings), CPU, FLOAT32), PyTorchEngine)


@pytest.mark.parametrize("settings", OTHERS, ids=str)
def test_without_pytorch_what_the_core_can_not_run_is_refused_with_what_to_install(monkeypatch, settings):
    without_pytorch(monkeypatch)
    with pytest.raises(MissingPackageError, match=r"Expected PyTorch to run this model's network.*: pip install torch"):
        engine_for(model(**settings), CPU, FLOAT32)


def test_a_slow_cpu_takes_pytorch_and_without_it_the_cores_scalar_lstm(monkeypatch):
    with_levels(monkeypatch, "scalar")
    assert isinstance(engine_for(model(), CPU, FLOAT32), PyTorchEngine)
    without_pytorch(monkeypatch)
    assert engine_for(model(), CPU, FLOAT32).fingerprint()["instructions"] == "scalar"


def test_tables_that_would_be_huge_are_pytorchs_and_without_it_the_cores(monkeypatch):
    monkeypatch.setattr(native, "_LARGEST_TABLE", 100)
    assert isinstance(engine_for(model(), CPU, FLOAT32), PyTorchEngine)
    without_pytorch(monkeypatch)
    assert isinstance(engine_for(model(), CPU, FLOAT32), NativeEngine)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("pooling", ["padded", "last", "max_mean"])
def test_engines_agree_within_rounding(monkeypatch, classes, pooling):
    one = model(classes, pooling=pooling)
    expected = PyTorchEngine(one, CPU, FLOAT32, None).logits(IDS)
    for level in _core.LSTM_LEVELS["float32"]:
        found = NativeEngine(one, FLOAT32, level, None).logits(IDS)
        assert (found.dtype, found.shape) == (np.dtype(np.float32), (3,) if classes == 2 else (3, 3))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_no_texts_have_no_logits(classes):
    none = sf.TokenIds(np.zeros(0, np.int16), np.zeros(1, np.int64))
    found = NativeEngine(model(classes), FLOAT32, "scalar", None).logits(none)
    assert found.shape == ((0,) if classes == 2 else (0, 3))


@pytest.mark.parametrize("pooling", ["padded", "last", "max_mean"])
def test_few_ids_have_the_logits_that_they_have_among_many(monkeypatch, pooling):
    torch.manual_seed(1)
    config = NetworkConfig(embedding_size=48, hidden_size=32, max_length=40, pooling=pooling)
    one = model_of(SentimentLSTM(config, 4000, 2), sf.Vocabulary([str(number) for number in range(4000)]), ["a", "b"])
    draw = np.random.default_rng(0)
    lengths = draw.integers(0, 12, 16)
    values = draw.integers(1, 4001, lengths.sum()).astype(np.int16)
    ids = sf.TokenIds(values, np.concatenate([[0], np.cumsum(lengths)]))
    found = NativeEngine(one, FLOAT32, "scalar", None)
    few = found.logits(ids)
    assert found._lstm is None
    for _ in range(3):
        many = found.logits(ids)
    assert found._lstm is not None
    np.testing.assert_array_equal(few, many)


def test_threads_are_pytorchs_while_it_computes(monkeypatch):
    seen, before = [], torch.get_num_threads()
    found = PyTorchEngine(model(cell="gru"), CPU, FLOAT32, before + 1)
    monkeypatch.setattr(
        "sentiment_fast.model.inference.network_logits", lambda *given: seen.append(torch.get_num_threads())
    )
    found.logits(IDS)
    assert (seen, torch.get_num_threads()) == ([before + 1], before)
    assert found.fingerprint()["threads"] == before + 1
    with default_threads(before + 2):
        PyTorchEngine(model(cell="gru"), CPU, FLOAT32, None).logits(IDS)
    assert seen[1:] == [before + 2]


@pytest.mark.skipif(native.native_level(CPU, FLOAT32) is None, reason="needs a CPU with AVX2")
@pytest.mark.parametrize("tail", [0, 1, 2])
def test_the_ids_that_a_network_reads_are_the_same_in_both_engines(tail):
    rows = [[1, 2, 3, 3, 1, 2, 2], [2], [], [1, 2, 3, 2], [3, 3, 3, 1, 1]]
    ids = sf.TokenIds(np.concatenate([np.array(row, np.int16) for row in rows]), np.cumsum([0, *map(len, rows)]))
    shown = [row if len(row) <= 4 else row[: 4 - tail] + row[len(row) - tail :] for row in rows]
    cut = sf.TokenIds(np.concatenate([np.array(row, np.int16) for row in shown]), np.cumsum([0, *map(len, shown)]))
    one = model(max_length=4, tail_length=tail)
    native_engine = NativeEngine(one, FLOAT32, native.native_level(CPU, FLOAT32), 1)
    for found in (native_engine, PyTorchEngine(one, CPU, FLOAT32, 1)):
        np.testing.assert_array_equal(found.logits(ids), found.logits(cut))
    assert tail == 0 or not np.array_equal(found.logits(ids), engine_for(model(max_length=4), CPU, FLOAT32).logits(ids))
