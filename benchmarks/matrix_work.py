"""A network and its rows -> its floating-point operations, and the peak speed of the machine.

In: a network's sizes and the rows it ran on. Out: operations, ids, and the share of padding. Timing is left to
conftest.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from sentiment_fast.model.batches import Rows, batch_width
from sentiment_fast.model.config import NetworkConfig

BACKWARD = 2  # a backward pass multiplies as many numbers as two forward ones: by weights, and by inputs


@dataclass(frozen=True)
class MatrixWork:
    """ids: of texts. computed: ids that went through the network, padding included. operations: of its products."""

    ids: int
    computed: int
    operations: int
    precision: torch.dtype

    @property
    def padding(self) -> float:
        """The share of what was computed."""
        return 1 - self.ids / self.computed


def operations_per_id(config: NetworkConfig) -> int:
    """Multiplications and additions of the recurrent layers' matrix products for one id, forward."""
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[config.cell] * config.hidden_size
    directions = 2 if config.bidirectional else 1
    above = (config.layers - 1) * gates * (config.hidden_size * directions + config.hidden_size)
    return 2 * directions * (gates * (config.embedding_size + config.hidden_size) + above)


def work_of(
    config: NetworkConfig, lengths: Rows, batches: list[Rows], precision: torch.dtype, *, learning: bool, width: int = 0
) -> MatrixWork:
    """Of the network over some batches. width: all rows are padded to it; 0: each batch to its longest, rounded up."""
    widths = [width or batch_width(int(lengths[rows].max()), config.max_length) for rows in batches]
    computed = sum(len(rows) * columns for rows, columns in zip(batches, widths, strict=True))
    passes = 1 + BACKWARD if learning else 1
    ids = int(lengths[np.concatenate(batches)].sum())
    return MatrixWork(ids, computed, computed * passes * operations_per_id(config), precision)


def native_work_of(
    config: NetworkConfig, lengths: Rows, precision: torch.dtype, *, learning: bool = False
) -> MatrixWork:
    """Of the native LSTM (model/native/scoring.py): without padding, and its first layer's inputs are looked up."""
    ids = int(lengths.sum())
    looked_up = 2 * 4 * config.hidden_size * config.embedding_size
    passes = 1 + BACKWARD if learning else 1
    return MatrixWork(ids, ids, ids * passes * (operations_per_id(config) - looked_up), precision)


@cache
def matrix_peak(precision: torch.dtype) -> float:
    """Operations per second of square matrix products of 2,048, the best of 8: what the machine has just now."""
    one, other = (torch.randn(2048, 2048).to(precision) for _ in range(2))
    best = float("inf")
    for _ in range(8):
        started = time.perf_counter()
        torch.mm(one, other)
        best = min(best, time.perf_counter() - started)
    return 2 * 2048**3 / best
