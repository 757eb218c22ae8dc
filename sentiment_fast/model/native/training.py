"""Training an LSTM in the native core (csrc/lstm/training.h), on the CPUs on which it is the fastest.

In: a network and rows of a `BatchSource`. Out: the pooled outputs of its recurrent layers, with gradients: PyTorch's,
without its padding. Decides whether it is used; if not, step.py runs the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.batches import Rows
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.native.layers import NativeLayers, Reading, table_of, weights_of
from sentiment_fast.model.native.pads import NativePads, run_pads
from sentiment_fast.model.native.scoring import can_run, native_level
from sentiment_fast.model.network import BothDirections, SentimentLSTM

# The number of words in a batch's products is a multiple of it: for each new number oneDNN builds a primitive, in 3 to
# 7 ms. (The products on two Python threads, for 4,000 words and two directions, took 42 ms of CPU time instead of 24,
# and so no less time than on one.)
_WORDS_STEP = 256


def native_training(network: SentimentLSTM, precision: Precision) -> NativeTraining | None:
    """None if PyTorch is faster, or if the core cannot train the network."""
    level = native_level(network.embedding.weight.device, precision)
    usable = can_run(network.config) and network.output.weight.dtype == torch.float32
    return NativeTraining(network, precision.name, level) if level is not None and usable else None


@contextmanager
def one_pytorch_thread() -> Iterator[int]:
    """Within it PyTorch computes only on the calling thread; yields how many threads it had, for the native core.

    PyTorch's OpenMP threads spin for milliseconds while they wait for work, on the CPU cores that the native core's
    threads need: a step of 50 reviews on 2 CPU cores takes 76 ms instead of 64.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield threads
    finally:
        torch.set_num_threads(threads)


class NativeTraining:
    """A network's recurrent layers, forward and backward passes.

    number: "float32" or "bfloat16", the type of products; all else is float32. level: one of _core.LSTM_LEVELS[number].
    threads: how many the core uses. Not thread-safe, and a batch's backward pass comes before the next batch.
    """

    def __init__(self, network: SentimentLSTM, number: str, level: str) -> None:
        config = network.config
        self.network = network
        self.ahead = NativeLayers(config.hidden_size, config.layers, number, level)
        self.back = NativeLayers(config.hidden_size, 1, number, level) if config.bidirectional else None
        self.threads = torch.get_num_threads()
        # An output that moves by no more than this from one pad to the next has converged: it is rounding.
        self.tolerance = 1e-6 if number == "float32" else 2**-8

    @property
    def _reads_last_outputs(self) -> bool:
        """Whether it is one direction, with or without pads, which `_LastOutputs` runs."""
        return self.back is None and self.network.config.pooling != "max_mean"

    def summarise(self, source: BatchSource, rows: Rows) -> Tensor:
        """(batch, features) float32: the result of `SentimentLSTM.summarise`."""
        texts = _Texts.of(source, rows, self.network.config, len(self.network.embedding.weight))
        if not self._reads_last_outputs:
            texts = texts.with_words_in_steps(_WORDS_STEP)
        with self.network.dropped_weights():
            vectors = self.network.word_vectors(torch.from_numpy(texts.words))  # (words, embedding)
            if self.back is not None:
                return self._both_directions(self.back, texts, vectors)
            return self._one_direction(texts, vectors)

    def _one_direction(self, texts: _Texts, vectors: Tensor) -> Tensor:
        weights = cast(nn.LSTM, self.network.recurrent).all_weights
        table = table_of(vectors, weights)
        if self._reads_last_outputs:
            return _LastOutputs.apply(self, texts, table, *weights_of(weights))  # type: ignore[no-any-return, no-untyped-call]
        return self.ahead.read(texts.ids, texts.lengths, table, weights, "max_mean", self.threads)

    def _both_directions(self, back: NativeLayers, texts: _Texts, vectors: Tensor) -> Tensor:
        """One layer in each direction, the backward one over rows that are reversed."""
        recurrent, reading = cast(BothDirections, self.network.recurrent), self.network.config.pooling
        parts: list[Sequence[Tensor]] = []
        for layers, modules, ids in (
            (self.ahead, recurrent.ahead, texts.ids),
            (back, recurrent.back, texts.reversed_ids()),
        ):
            weights = cast(nn.LSTM, modules[0]).all_weights
            table = table_of(vectors, weights)
            summary = layers.read(ids, texts.lengths, table, weights, cast(Reading, reading), self.threads)
            parts.append(summary.chunk(summary.shape[1] // layers.hidden, dim=1))
        # Maxima of both directions come before means.
        return torch.cat([part for of_both in zip(*parts, strict=True) for part in of_both], dim=1)


@dataclass(frozen=True)
class _Texts:
    """A batch. ids: (total,), its rows' ids as indices into `words`. lengths: (batch,), ids of each row. pads:
    (batch,), how many precede each row. words: the batch's different ids, sorted, the pad first.
    """

    ids: npt.NDArray[np.int32]
    lengths: Rows
    pads: Rows
    words: npt.NDArray[np.int32]

    @staticmethod
    def of(source: BatchSource, rows: Rows, config: NetworkConfig, vocabulary: int) -> _Texts:
        values, starts, lengths = source.ragged(rows)
        pads = np.maximum(config.max_length - lengths, 0) if config.pads_on_left else np.zeros_like(lengths)
        joined = values[_places(starts, lengths)]
        occurs = np.zeros(vocabulary, bool)
        occurs[joined] = occurs[0] = True
        words = np.flatnonzero(occurs).astype(np.int32)
        places = np.empty(vocabulary, np.int32)
        places[words] = np.arange(len(words))
        return _Texts(places[joined], lengths, pads, words)

    def with_words_in_steps(self, step: int) -> _Texts:
        """With pads appended to `words`, to which no id refers, so that its length is a multiple of `step`."""
        return replace(self, words=np.append(self.words, np.zeros(-len(self.words) % step, np.int32)))

    def reversed_ids(self) -> npt.NDArray[np.int32]:
        """Each row's ids from last to first."""
        ends = np.cumsum(self.lengths)
        mirrored = np.repeat(2 * ends - self.lengths - 1, self.lengths) - np.arange(len(self.ids))
        return self.ids[mirrored]


class _LastOutputs(torch.autograd.Function):
    """(table, own, below, biases) -> (batch, hidden). All float32; see _core.LstmTraining."""

    @staticmethod
    def forward(ctx: Any, training: NativeTraining, texts: _Texts, table: Tensor, *weights: Tensor) -> Tensor:
        ahead, threads, vectors = training.ahead, training.threads, table.detach().numpy()
        ctx.batch = ahead.begin_batch()
        ahead.lstm.set_weights(*ahead.by_kind([weight.detach().numpy() for weight in weights]), threads)

        # Rows start after their pads, in states that one run of pads gives; state 0 is the one before any pad.
        pads = run_pads(training, texts.pads, vectors[:1])
        states = _States.of(texts.pads, pads)
        zeros = np.zeros((1, ahead.layers, ahead.hidden), np.float32)
        outputs = cells = zeros
        if pads is not None:
            after = np.broadcast_to(pads.outputs, (len(states.further), ahead.layers, ahead.hidden))
            outputs = np.concatenate([zeros, after], dtype=np.float32, casting="same_kind")
            cells = np.concatenate([zeros, pads.cells_after(states.further)], dtype=np.float32, casting="same_kind")

        counts = texts.lengths + states.own_pads
        ids = np.zeros(counts.sum(), np.int32)
        ids[_places(np.cumsum(counts) - texts.lengths, texts.lengths)] = texts.ids
        trace = ahead.trace("rows", len(ids) + len(counts))
        last, _ = ahead.lstm.forward(trace, vectors, ids, counts, states.numbers, outputs, cells, threads)
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
        ahead, threads = training.ahead, training.threads
        ahead.check_last(ctx.batch)
        by_outputs = np.zeros((len(by_summary), ahead.layers, ahead.hidden), np.float32)
        by_outputs[:, -1] = by_summary.numpy()
        by_firsts = ahead.lstm.backward(ctx.trace, by_outputs, np.zeros_like(by_outputs), None, threads)

        table, weights = np.zeros((ctx.words, 4 * ahead.hidden), np.float32), ahead.weight_zeros()
        ahead.lstm.add_weight_gradients(ctx.trace, *ahead.by_kind(weights), threads)
        ahead.lstm.add_table_gradients(ctx.trace, ctx.ids, table, threads)
        if pads is not None:
            by_states = np.zeros((2, 1 + len(states.further), ahead.layers, ahead.hidden), np.float32)
            for by_state, by_first in zip(by_states, by_firsts, strict=True):
                np.add.at(by_state, states.numbers, by_first)
            nothing = np.zeros((1, ahead.layers, ahead.hidden), np.float32)
            by_last_pad = pads.gradients(states.further, by_states[0, 1:], by_states[1, 1:])
            ahead.lstm.backward(pads.trace, nothing, nothing, by_last_pad, threads)
            ahead.lstm.add_weight_gradients(pads.trace, *ahead.by_kind(weights), threads)
            ahead.lstm.add_table_gradients(pads.trace, pads.ids, table, threads)
        return None, None, torch.from_numpy(table), *map(torch.from_numpy, weights)


@dataclass(frozen=True)
class _States:
    """The states from which a batch's rows start. numbers: (batch,), 0 for the zero state, i for further[i - 1] pads
    after the run. own_pads: (batch,), pads that a row runs itself.
    """

    numbers: Rows
    own_pads: Rows
    further: Rows

    @staticmethod
    def of(pads: Rows, run: NativePads | None) -> _States:
        if run is None:
            return _States(np.zeros_like(pads), pads, pads[:0])
        if not run.converged:
            return _States(np.ones_like(pads), pads - run.done, np.zeros(1, np.int64))
        after = pads >= run.done  # rows with fewer run all of theirs
        further, places = np.unique(pads[after] - run.done, return_inverse=True)
        numbers = np.zeros_like(pads)
        numbers[after] = places + 1
        return _States(numbers, np.where(after, 0, pads), further)


def _places(starts: Rows, lengths: Rows) -> Rows:
    """starts[0], starts[0] + 1, ... for the first length, then for the second, and so on."""
    before = np.cumsum(lengths) - lengths
    places: Rows = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
    return places
