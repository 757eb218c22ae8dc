"""Recurrent layers in one direction in the native core (csrc/lstm/training.h), with gradients, for PyTorch's autograd.

In: ragged ids, a table of what each adds to the first layer's gates, recurrent weights. Out: the top layer's pooled
outputs for each row. Rows start from the zero state; rows after pads are left to training.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from sentiment_fast import _core
from sentiment_fast.model.batches import Rows

Reading = Literal["last", "max_mean"]


class NativeLayers:
    """LSTM layers of the same size, forward and backward passes.

    number: "float32" or "bfloat16", the type of products; all else is float32. level: one of _core.LSTM_LEVELS[number].
    Not thread-safe, and a batch's backward pass comes before the next batch.
    """

    def __init__(self, hidden: int, layers: int, number: str, level: str) -> None:
        self.hidden, self.layers = hidden, layers
        self.lstm = _core.LstmTraining(hidden, layers, number, level)
        self.batches = 0  # so far: the traces belong to the last one
        self._traces: dict[str, _core.LstmTrace] = {}

    def read(
        self,
        ids: npt.NDArray[np.int32],
        counts: Rows,
        table: Tensor,
        weights: Sequence[Sequence[Tensor]],
        reading: Reading,
        threads: int,
    ) -> Tensor:
        """The top layer's pooled outputs, float32, with gradients for the table and the weights.

        reading: "last", each row's last step, (rows, hidden); "max_mean", the maximum and the mean of each row's steps
        side by side, (rows, 2 hidden).
        ids: (total,), rows of the table, one of the batch's rows after the other. counts: (rows,), 1 or more. table:
        (words, 4 hidden), see `table_of`. weights: as in `nn.LSTM.all_weights`; of the first layer, whose input weights
        are in the table, only the hidden-to-hidden ones are read.
        """
        flat = weights_of(weights)
        return _Read.apply(self, ids, counts, reading, threads, table, *flat)  # type: ignore[no-any-return, no-untyped-call]

    def trace(self, name: str, slots: int) -> _core.LstmTrace:
        """A trace to write to, reused from batch to batch: fresh memory would cost a tenth of the computing time."""
        if name not in self._traces or self._traces[name].slots < slots:
            self._traces.pop(name, None)
            self._traces[name] = self.lstm.trace(slots)
        return self._traces[name]

    def begin_batch(self) -> int:
        """The number of a batch that is about to write to the traces."""
        self.batches += 1
        return self.batches

    def check_last(self, batch: int) -> None:
        """Raises RuntimeError if another batch has written to the traces since."""
        if batch != self.batches:
            raise RuntimeError(
                f"Expected a backward pass of the last batch summarised, number {self.batches}, got number {batch}, "
                "whose steps are overwritten: call backward() before the next summarise()"
            )

    def by_kind(self, flat: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """The result of `weights_of`, or its gradients -> own, below, biases, as the core takes them."""
        first, second = self.layers, 2 * self.layers - 1
        return list(flat[:first]), list(flat[first:second]), list(flat[second:])

    def weight_zeros(self) -> list[npt.NDArray[np.float32]]:
        """Zeros in which the gradients with respect to the result of `weights_of` are added up."""
        square, biases = (4 * self.hidden, self.hidden), (4 * self.hidden,)
        shapes = [square] * (2 * self.layers - 1) + [biases] * (self.layers - 1)
        return [np.zeros(shape, np.float32) for shape in shapes]


def table_of(vectors: Tensor, weights: Sequence[Sequence[Tensor]]) -> Tensor:
    """Words' vectors, (words, embedding) -> what each adds to the first layer's gates, (words, 4 hidden) float32."""
    w_in, _, b_in, b_out = weights[0]
    return F.linear(vectors, w_in, b_in + b_out).float()


def weights_of(weights: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """`nn.LSTM.all_weights` -> own of all layers, below and biases of all except the first, which the table has."""
    own, below = [layer[1] for layer in weights], [layer[0] for layer in weights[1:]]
    return own + below + [layer[2] + layer[3] for layer in weights[1:]]


class _Read(torch.autograd.Function):
    """See `NativeLayers.read`."""

    @staticmethod
    def forward(
        ctx: Any,
        layers: NativeLayers,
        ids: npt.NDArray[np.int32],
        counts: Rows,
        reading: Reading,
        threads: int,
        table: Tensor,
        *weights: Tensor,
    ) -> Tensor:
        ctx.batch = layers.begin_batch()
        layers.lstm.set_weights(*layers.by_kind([weight.detach().numpy() for weight in weights]), threads)
        trace = layers.trace("rows", len(ids) + len(counts))
        zeros = np.zeros((1, layers.layers, layers.hidden), np.float32)
        last, _ = layers.lstm.forward(
            trace, table.detach().numpy(), ids, counts, np.zeros_like(counts), zeros, zeros, threads
        )
        ctx.layers, ctx.trace, ctx.ids, ctx.rows, ctx.reading = layers, trace, ids, len(counts), reading
        ctx.threads, ctx.words = threads, len(table)
        if reading == "max_mean":
            pooled, ctx.maxima = trace.max_mean(threads)
            return torch.from_numpy(pooled)
        return torch.from_numpy(last[:, -1].copy())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_read: Tensor) -> tuple[Tensor | None, ...]:
        layers, threads = ctx.layers, ctx.threads
        layers.check_last(ctx.batch)
        by_outputs = np.zeros((ctx.rows, layers.layers, layers.hidden), np.float32)
        by_cells, gradients = np.zeros_like(by_outputs), by_read.contiguous().numpy()
        if ctx.reading == "max_mean":
            by_max_mean = gradients, ctx.maxima
            layers.lstm.backward(ctx.trace, by_outputs, by_cells, None, threads, by_max_mean=by_max_mean)
        else:
            by_outputs[:, -1] = gradients
            layers.lstm.backward(ctx.trace, by_outputs, by_cells, None, threads)
        table, weights = np.zeros((ctx.words, 4 * layers.hidden), np.float32), layers.weight_zeros()
        layers.lstm.add_weight_gradients(ctx.trace, *layers.by_kind(weights), threads)
        layers.lstm.add_table_gradients(ctx.trace, ctx.ids, table, threads)
        return None, None, None, None, None, torch.from_numpy(table), *map(torch.from_numpy, weights)
