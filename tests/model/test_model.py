"""Models as arrays: what a network's weights are called, and the way to PyTorch and back."""

import itertools

import numpy as np
import pytest
import torch

from sentiment_fast.model.config import CELLS, NetworkConfig, weight_shapes
from sentiment_fast.model.network import SentimentLSTM, model_of, network_of, weights_of
from sentiment_fast.text.vocabulary import Vocabulary

CONFIGS = [
    NetworkConfig(embedding_size=6, hidden_size=5, layers=layers, cell=cell, bidirectional=both, pooling=pooling)
    for cell, both, layers, pooling in itertools.product(
        CELLS, (False, True), (1, 2, 3), ("padded", "last", "attention", "max_mean")
    )
    if not (both and pooling == "padded")
]
SMALL = NetworkConfig(embedding_size=4, hidden_size=16, layers=2)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
def test_weights_have_the_names_shapes_and_order_of_the_networks(classes):
    for config in CONFIGS:
        with torch.device("meta"):
            state = SentimentLSTM(config, 7, classes).state_dict()
        expected = [(name, tuple(tensor.shape)) for name, tensor in state.items()]
        assert list(weight_shapes(config, 7, classes).items()) == expected, config


def model_and_network():
    network = SentimentLSTM(SMALL, 3, 2)
    return model_of(network, Vocabulary(["a", "b", "c"]), ["no", "yes"], text_column="t"), network


def test_a_network_survives_the_way_to_arrays_and_back():
    model, network = model_and_network()
    again = network_of(model)
    assert not again.training
    assert again.config == network.config
    for name, tensor in network.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)
    assert (model.text_column, model.classes) == ("t", ["no", "yes"])


def test_training_a_network_changes_neither_the_model_it_was_made_of_nor_the_one_made_of_it():
    model, network = model_and_network()
    before = {name: array.copy() for name, array in model.weights.items()}
    for one in (network, network_of(model)):
        with torch.no_grad():
            for weight in one.parameters():
                weight += 1
    for name, array in model.weights.items():
        np.testing.assert_array_equal(array, before[name])
    assert not np.array_equal(weights_of(network)["output.bias"], before["output.bias"])
