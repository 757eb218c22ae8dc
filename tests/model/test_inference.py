"""Logits for every text: in the texts' order, whatever the batches, and also where memory is short."""

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast.errors import DataError
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.network import SentimentLSTM

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
CONFIG = NetworkConfig(embedding_size=8, hidden_size=12, layers=1, dropout=0.0, max_length=40)


class SmallMemory(SentimentLSTM):
    """A network on a device that has room for so many rows at once."""

    most_rows = 10**9

    def forward(self, ids, lengths):
        if len(ids) > self.most_rows:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return super().forward(ids, lengths)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return SmallMemory(CONFIG, 50, 2).eval()


@pytest.fixture
def source():
    draw = np.random.default_rng(0)
    lengths = draw.integers(0, 45, 300)
    values = draw.integers(1, 51, lengths.sum()).astype(np.int16)
    ids = sf.TokenIds(values, np.concatenate([[0], np.cumsum(lengths)]))
    return BatchSource(ids, CONFIG.max_length, CONFIG.pads_on_left, CPU)


def test_each_logit_is_that_of_its_text_alone(network, source):
    logits = all_logits(network, source, FLOAT32)
    for row in (0, 17, 299):
        with torch.no_grad():
            alone = network(*source.batch(np.array([row])))
        torch.testing.assert_close(logits[row], alone[0], rtol=0, atol=1e-6)


@pytest.mark.slow
def test_batches_that_do_not_fit_are_halved_with_a_warning_and_nothing_is_lost(network, source):
    expected = all_logits(network, source, FLOAT32)
    network.most_rows = 10
    with pytest.warns(RuntimeWarning, match="out of memory: batches of") as warnings:
        logits = all_logits(network, source, FLOAT32)
    assert [str(warning.message).split()[5] for warning in warnings] == ["32", "16", "8"]
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-6)


def test_a_text_that_does_not_fit_alone_is_an_error(network, source):
    network.most_rows = 0
    with pytest.warns(RuntimeWarning), pytest.raises(DataError, match="A single text does not fit"):
        all_logits(network, source, FLOAT32)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_logits_on_cuda_in_its_own_batches_are_those_of_the_cpu(network, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn.rnn, "fp32_precision", "ieee")
    draw = np.random.default_rng(0)
    lengths = draw.integers(0, 45, 20_000)
    values = draw.integers(1, 51, lengths.sum()).astype(np.int16)
    ids = sf.TokenIds(values, np.concatenate([[0], np.cumsum(lengths)]))
    on_cpu, on_gpu = (
        BatchSource(ids, CONFIG.max_length, CONFIG.pads_on_left, torch.device(device)) for device in ("cpu", "cuda")
    )
    expected = all_logits(network, on_cpu, FLOAT32)
    found = all_logits(network.to("cuda"), on_gpu, FLOAT32)
    torch.testing.assert_close(found.cpu(), expected, rtol=0, atol=1e-4)
