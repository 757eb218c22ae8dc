"""Dropout of words and of recurrent weights: what is dropped, where, and that the native core drops the same."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import sentiment_fast as sf
from sentiment_fast import _core
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.dropout import word_scales
from sentiment_fast.model.native.training import NativeTraining
from sentiment_fast.model.network import SentimentLSTM

CPU = torch.device("cpu")
WORDS, LENGTH = 30, 80
NETWORKS = pytest.mark.parametrize(
    ("pooling", "bidirectional", "layers"),
    [("padded", False, 2), ("last", False, 2), ("max_mean", False, 1), ("max_mean", True, 1), ("last", True, 1)],
)


def network_of(pooling="last", bidirectional=False, layers=1, **shares):
    torch.manual_seed(3)
    sizes = {"embedding_size": 6, "hidden_size": 16, "layers": layers, "dropout": 0.0, "max_length": LENGTH}
    return SentimentLSTM(NetworkConfig(pooling=pooling, bidirectional=bidirectional, **sizes, **shares), WORDS, 2)


def source_of(network):
    lengths = [3, 12, 1, 30, LENGTH, 7]
    values = np.random.default_rng(0).integers(1, WORDS + 1, sum(lengths)).astype(np.int16)
    ids = sf.TokenIds(values, np.concatenate([[0], np.cumsum(lengths)]))
    return BatchSource(ids, LENGTH, network.config.pads_on_left, CPU)


def drawn(network, summarise, seed=5):
    """A summary and the gradients of its sum, with draws that begin at a seed."""
    network.zero_grad()
    torch.manual_seed(seed)
    summary = summarise()
    summary.sum().backward()
    return [summary.detach(), *(weight.grad.clone() for weight in network.parameters() if weight.grad is not None)]


def pytorchs(network, seed=5):
    source = source_of(network)
    return drawn(network, lambda: network.summarise(*source.batch(np.arange(len(source)))), seed)


def assert_close(ours, theirs):
    for mine, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=2e-5)


def test_a_word_is_dropped_wherever_it_stands_and_the_others_are_scaled():
    network = network_of(word_dropout=0.4).train()
    ids = torch.arange(WORDS + 1).tile(3, 1)
    vectors, whole = network.word_vectors(ids), network.embedding(ids)
    dropped = (vectors == 0).all(dim=-1)
    assert (dropped == dropped[0]).all()
    assert 0 < dropped[0].sum() < WORDS
    assert not dropped[0, 0]
    assert torch.equal(vectors[:, 0], whole[:, 0])  # the pad
    kept = ~dropped
    kept[:, 0] = False
    torch.testing.assert_close(vectors[kept], whole[kept] / 0.6)


def test_words_are_dropped_as_often_as_asked_for():
    scales = word_scales(torch.empty(100_001, 1), 0.25)
    assert (scales == 0).float().mean() == pytest.approx(0.25, abs=0.01)
    assert scales.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.slow
@NETWORKS
def test_recurrent_weights_are_dropped_for_all_steps_of_a_batch(pooling, bidirectional, layers):
    """As in a network that has the weights that are left, the larger for it."""
    network = network_of(pooling, bidirectional, layers, recurrent_dropout=0.5).train()
    ours, other = pytorchs(network), network_of(pooling, bidirectional, layers).train()
    torch.manual_seed(5)
    scales = {}
    for lstm in (module for module in other.recurrent.modules() if isinstance(module, nn.LSTM)):
        for name, weight in lstm.named_parameters():
            if name.startswith("weight_hh"):
                scales[weight] = F.dropout(torch.ones_like(weight), 0.5)
                weight.data *= scales[weight]
    theirs = pytorchs(other)
    used = [weight for weight in other.parameters() if weight.grad is not None]
    theirs[1:] = [gradient * scales.get(weight, 1) for gradient, weight in zip(theirs[1:], used, strict=True)]
    assert scales
    assert_close(ours, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("level", _core.LSTM_LEVELS["float32"])
@NETWORKS
def test_the_native_core_drops_the_same(level, pooling, bidirectional, layers):
    network = network_of(pooling, bidirectional, layers, word_dropout=0.3, recurrent_dropout=0.4).train()
    source, native = source_of(network), NativeTraining(network, "float32", level)
    ours = drawn(network, lambda: native.summarise(source, np.arange(len(source))))
    assert_close(ours, pytorchs(network))
    assert not torch.equal(ours[0], pytorchs(network, seed=6)[0])


@pytest.mark.parametrize("share", ["word_dropout", "recurrent_dropout"])
def test_nothing_is_dropped_but_in_training(share):
    network, other = network_of(**{share: 0.5}).eval(), network_of().eval()
    assert all(torch.equal(one, two) for one, two in zip(pytorchs(network), pytorchs(other), strict=True))
    assert not torch.equal(pytorchs(network.train())[0], pytorchs(other)[0])


@pytest.mark.parametrize("training", [False, True])
def test_without_dropout_nothing_is_drawn(training):
    network = network_of().train(training)
    pytorchs(network)
    after = torch.get_rng_state()
    torch.manual_seed(5)
    assert torch.equal(after, torch.get_rng_state())


def test_the_networks_weights_are_in_their_places_afterwards_even_after_an_error():
    network = network_of(layers=2, recurrent_dropout=0.5).train()
    before, flat = dict(network.named_parameters()), list(network.recurrent._flat_weights)
    with network.dropped_weights():
        assert not isinstance(network.recurrent.weight_hh_l1, nn.Parameter)
        with pytest.raises(RuntimeError):
            network.summarise(torch.zeros(1, 1), torch.ones(1))  # ids that are no whole numbers
    after = dict(network.named_parameters())
    assert list(after) == list(before)
    assert all(after[name] is before[name] for name in before)
    assert all(one is two for one, two in zip(network.recurrent._flat_weights, flat, strict=True))


def test_states_after_pads_of_one_draw_are_not_anothers():
    network = network_of("padded", recurrent_dropout=0.5).train()
    batch = source_of(network).batch(np.arange(3))
    with torch.no_grad():
        torch.manual_seed(5)
        first, _ = network.summarise(*batch), network.summarise(*batch)
        torch.manual_seed(5)
        assert torch.equal(network.summarise(*batch), first)
