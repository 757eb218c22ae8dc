"""Operations of a network, counted by PyTorch itself and by formula."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.matrix_work import matrix_peak, native_work_of, operations_per_id, work_of
from sentiment_fast.model.config import NetworkConfig


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("layers", [1, 3])
def test_operations_are_those_of_the_cells_matrix_products(cell, layers):
    config = NetworkConfig(embedding_size=6, hidden_size=10, layers=layers, cell=cell)
    kind = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell, "rnn": torch.nn.RNNCell}[cell]
    cells = [kind(6 if layer == 0 else 10, 10) for layer in range(layers)]
    counter = FlopCounterMode(display=False)
    with counter:
        step = torch.randn(1, 6)
        for one in cells:
            step = one(step)[0] if cell == "lstm" else one(step)
            step = step.reshape(1, 10)
    assert operations_per_id(config) == counter.get_total_flops()


def test_padding_is_what_was_computed_beyond_the_texts():
    lengths = np.array([3, 8, 12])
    config = NetworkConfig(embedding_size=6, hidden_size=10)
    work = work_of(config, lengths, [np.array([0, 1]), np.array([2])], torch.float32, learning=False)
    assert (work.ids, work.computed) == (23, 2 * 8 + 12)
    assert work.padding == pytest.approx(1 - 23 / 28)
    padded = work_of(config, lengths, [np.array([0, 1, 2])], torch.float32, learning=True, width=500)
    assert padded.computed == 1500
    assert padded.operations == 3 * 1500 * operations_per_id(config)


def test_the_native_lstm_multiplies_no_padding_and_no_vectors():
    config = NetworkConfig(embedding_size=6, hidden_size=16)
    work = native_work_of(config, np.array([3, 8]), torch.float32)
    assert (work.padding, work.operations) == (0, 11 * 2 * 4 * 16 * (16 + 2 * 16))


@pytest.mark.slow
def test_the_peak_is_measured():
    assert matrix_peak(torch.float32) > 1e8
