"""Training an LSTM by the native core (csrc/lstm_training.h), on the CPUs where nothing else is as fast.

In: a network and rows of a `BatchSource`. Out: what its recurrent layers make of each row, with gradients: PyTorch's,
without its padding. Whether it is used is decided by native.py's rules; where it is not, step.py takes the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from sentiment_fast import _core
from sentiment_fast.model.batches import BatchSource, Rows
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.native import can_run, native_level
from sentiment_fast.model.native_pads import NativePads, run_pads
from sentiment_fast.model.network import SentimentLSTM


def native_training(network: SentimentLSTM, precision: Precision) -> NativeTraining | None:
    """None where PyTorch is faster, or the network another one."""
    level = native_level(network.embedding.weight.device, precision)
    return NativeTraining(network, precision.name, level) if level is not None and can_run(network) else None


@contextmanager
def one_pytorch_thread() -> Iterator[int]:
    """Within it PyTorch computes on the calling thread alone; gives how many threads it had, for the native core.

    Its OpenMP threads wait for their next work by spinning, for milliseconds, on the cores that the core's threads
    then want: a step of 50 reviews on 2 cores takes 76 ms instead of 64 so.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield threads
    finally:
        torch.set_num_threads(threads)


class NativeTraining:
    """A network's recurrent layers, forward and back.

    number: "float32" or "bfloat16", what is multiplied; all else is float32. level: of _core.LSTM_LEVELS[number].
    threads: that the core takes. Not for several threads at once, and a batch goes back before the next one comes.
    """

    def __init__(self, network: SentimentLSTM, number: str, level: str) -> None:
        config = network.config
        self.network = network
        self.lstm = _core.LstmTraining(config.hidden_size, config.layers, number, level)
        self.threads = torch.get_num_threads()
        # What an output may move by from one pad to the next when it is taken to stand still: rounding.
        self.stillness = 1e-6 if number == "float32" else 2**-8
        self.batches = 0  # so far: the traces are the last one's
        self._traces: dict[str, _core.LstmTrace] = {}

    def summarise(self, source: BatchSource, rows: Rows) -> Tensor:
        """The top layer's last output of each row, (batch, hidden) float32: what `SentimentLSTM.summarise` gives."""
        network, config = self.network, self.network.config
        values, starts, lengths = source.ragged(rows)
        pads = np.maximum(config.max_length - lengths, 0) if config.pads_on_left else np.zeros_like(lengths)
        weights = cast(nn.LSTM, network.recurrent).all_weights
        w_in, _, b_in, b_out = weights[0]
        own = [layer[1] for layer in weights]
        below = [layer[0] for layer in weights[1:]]
        biases = [layer[2] + layer[3] for layer in weights[1:]]

        joined = values[_places(starts, lengths)]
        words = np.unique(np.append(joined, joined.dtype.type(0)))  # the pad is the first
        vectors = network.embedding(torch.from_numpy(words).int())  # (words, embedding)
        table = F.linear(vectors, w_in, b_in + b_out).float()  # (words, 4 hidden)
        return _LastOutputs.apply(  # type: ignore[no-any-return, no-untyped-call]
            self, _Texts(joined, lengths, pads, words), table, *own, *below, *biases
        )

    def trace(self, name: str, slots: int) -> _core.LstmTrace:
        """One to write to, kept from batch to batch: fresh memory costs a tenth of the time of what is done in it."""
        if name not in self._traces or self._traces[name].slots < slots:
            self._traces.pop(name, None)
            self._traces[name] = self.lstm.trace(slots)
        return self._traces[name]


@dataclass(frozen=True)
class _Texts:
    """A batch. joined: (total,), its rows' values, of `lengths`. pads: before each row. words: those it has, sorted."""

    joined: npt.NDArray[Any]
    lengths: Rows
    pads: Rows
    words: npt.NDArray[Any]

    def ids(self) -> npt.NDArray[np.int64]:
        """The values' places in `words`."""
        return np.searchsorted(self.words, self.joined)


class _LastOutputs(torch.autograd.Function):
    """(table, own, below, biases) -> (batch, hidden). All float32; see _core.LstmTraining."""

    @staticmethod
    def forward(ctx: Any, training: NativeTraining, texts: _Texts, table: Tensor, *weights: Tensor) -> Tensor:
        lstm, threads, vectors = training.lstm, training.threads, table.detach().numpy()
        training.batches += 1
        ctx.batch = training.batches
        layers, hidden = training.network.config.layers, training.network.config.hidden_size
        lstm.set_weights(*_by_kind([weight.detach().numpy() for weight in weights], layers), threads)

        # Rows begin behind their pads, in the states that one run of pads gave all of them: the first is before it.
        pads = run_pads(training, texts.pads, vectors[:1])
        states = _States.of(texts.pads, pads)
        zeros = np.zeros((1, layers, hidden), np.float32)
        outputs = cells = zeros
        if pads is not None:
            behind = np.broadcast_to(pads.outputs, (len(states.further), layers, hidden))
            outputs = np.concatenate([zeros, behind], dtype=np.float32, casting="same_kind")
            cells = np.concatenate([zeros, pads.cells_after(states.further)], dtype=np.float32, casting="same_kind")

        counts = texts.lengths + states.own_pads
        ids = np.zeros(counts.sum(), np.int32)
        ids[_places(np.cumsum(counts) - texts.lengths, texts.lengths)] = texts.ids()
        trace = training.trace("rows", len(ids) + len(counts))
        last, _ = lstm.forward(trace, vectors, ids, counts, states.numbers, outputs, cells, threads)
        ctx.training, ctx.trace, ctx.ids, ctx.pads, ctx.states, ctx.words = (
            training,
            trace,
            ids,
            pads,
            states,
            len(vectors),
        )
        return torch.from_numpy(last[:, -1].copy())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_summary: Tensor) -> tuple[Tensor | None, ...]:
        training, pads, states = ctx.training, ctx.pads, ctx.states
        if ctx.batch != training.batches:
            raise RuntimeError(
                f"Expected the last batch summarised, number {training.batches}, to go back, got number {ctx.batch}, "
                "whose steps are overwritten: call backward() before the next summarise()"
            )
        lstm, threads = training.lstm, training.threads
        layers, hidden = training.network.config.layers, training.network.config.hidden_size
        by_outputs = np.zeros((len(by_summary), layers, hidden), np.float32)
        by_outputs[:, -1] = by_summary.numpy()
        by_firsts = lstm.backward(ctx.trace, by_outputs, np.zeros_like(by_outputs), None, threads)

        table = np.zeros((ctx.words, 4 * hidden), np.float32)
        shapes = [(4 * hidden, hidden)] * (2 * layers - 1) + [(4 * hidden,)] * (layers - 1)
        weights = [np.zeros(shape, np.float32) for shape in shapes]
        lstm.add_weight_gradients(ctx.trace, *_by_kind(weights, layers), threads)
        lstm.add_table_gradients(ctx.trace, ctx.ids, table, threads)
        if pads is not None:
            by_states = np.zeros((2, 1 + len(states.further), layers, hidden), np.float32)
            for by_state, by_first in zip(by_states, by_firsts, strict=True):
                np.add.at(by_state, states.numbers, by_first)
            nothing = np.zeros((1, layers, hidden), np.float32)
            by_last_pad = pads.gradients(states.further, by_states[0, 1:], by_states[1, 1:])
            lstm.backward(pads.trace, nothing, nothing, by_last_pad, threads)
            lstm.add_weight_gradients(pads.trace, *_by_kind(weights, layers), threads)
            lstm.add_table_gradients(pads.trace, pads.ids, table, threads)
        return None, None, torch.from_numpy(table), *map(torch.from_numpy, weights)


@dataclass(frozen=True)
class _States:
    """Where a batch's rows begin. numbers: (batch,), 0 for the zero state, i for so many pads behind the run as
    further[i - 1] says. own_pads: (batch,), those that a row runs itself.
    """

    numbers: Rows
    own_pads: Rows
    further: Rows

    @staticmethod
    def of(pads: Rows, run: NativePads | None) -> _States:
        if run is None:
            return _States(np.zeros_like(pads), pads, pads[:0])
        if not run.stand_still:
            return _States(np.ones_like(pads), pads - run.done, np.zeros(1, np.int64))
        behind = pads >= run.done  # rows with fewer run all of theirs
        further, places = np.unique(pads[behind] - run.done, return_inverse=True)
        numbers = np.zeros_like(pads)
        numbers[behind] = places + 1
        return _States(numbers, np.where(behind, 0, pads), further)


def _places(starts: Rows, lengths: Rows) -> Rows:
    """starts[0], starts[0] + 1, ... for the first length, then for the second, and so on."""
    before = np.cumsum(lengths) - lengths
    places: Rows = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
    return places


def _by_kind(arrays: list[Any], layers: int) -> tuple[list[Any], list[Any], list[Any]]:
    """own, below, biases."""
    return arrays[:layers], arrays[layers : 2 * layers - 1], arrays[2 * layers - 1 :]
