"""A network's logits by the native core's LSTM, on the CPUs on which it is the fastest, without PyTorch.

In: a model's weights and rows of ids. Out: their logits, each the same whatever other rows are in the batch. Decides
which networks the core can run, and at which level it is the fastest; running the others is left to engine.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from sentiment_fast import _core
from sentiment_fast.model.batches import Rows
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Device, Precision, cpu_has_amx
from sentiment_fast.model.model import Model, Weights
from sentiment_fast.model.native.pads import Floats, LayerWeights, PadStates
from sentiment_fast.text.encoding import SIMD_LEVEL

if TYPE_CHECKING:
    import torch

# Bytes of the table of what ids add to the first layer's gates: 65,000 words at 256 hidden units, half as many in both
# directions. Beyond, PyTorch multiplies each step's vectors instead, to save memory.
# Cache misses are not what takes the time: if all rows were in the caches, 30,000 words at 128 hidden units would be
# 4 % faster, 10,000 at 64 units 5 %; so halving the table, in bf16, is not worth its rounding.
_LARGEST_TABLE = 1 << 28
# About how many ids a call of the native LSTM gets: Ctrl-C waits for its end, which takes two cores a second.
_IDS_OF_A_CALL = 1 << 18
_WORDS_AT_ONCE = 2048  # rows of a table, so that their float64 copies take little memory


def native_level(device: Device | torch.device, precision: Precision) -> str | None:
    """The level at which the native LSTM runs if it is the fastest; None if PyTorch is.

    It is on a CPU, in float32 with AVX2 or AVX-512, in bf16 with AVX-512 BF16, but not with AMX: there, oneDNN is
    faster. A lower level that SENTIMENT_FAST_SIMD forces applies here too; in bf16 there is none.
    """
    if device.type != "cpu" or (precision.name == "bfloat16" and cpu_has_amx()):
        return None
    levels = _levels(precision)
    return levels[-1] if levels and levels[-1] != "scalar" else None


def slow_level(precision: Precision) -> str | None:
    """The level at which the native LSTM runs without PyTorch; None if it lacks this number type."""
    levels = _levels(precision) or _core.LSTM_LEVELS.get(precision.name, ())[:1]
    return levels[-1] if levels else None


def _levels(precision: Precision) -> Sequence[str]:
    levels = _core.LSTM_LEVELS.get(precision.name, ())
    if _core.LEVELS[-1] != SIMD_LEVEL:
        levels = tuple(level for level in levels if level == SIMD_LEVEL)
    return levels


def can_run(config: NetworkConfig) -> bool:
    """Can the core score and train the network? In both directions it supports one layer."""
    return (
        config.cell == "lstm"
        and config.pooling in ("padded", "last", "max_mean")
        and (not config.bidirectional or config.layers == 1)
        and config.hidden_size % 16 == 0
    )


def tables_fit(config: NetworkConfig, ids: int) -> bool:
    """Are the tables of what each id, the pad included, adds to the gates small enough?"""
    return 4 * 4 * config.hidden_size * ids * (2 if config.bidirectional else 1) <= _LARGEST_TABLE  # bytes


class RowsOfIds(Protocol):
    """Texts' ids as rows that can be read in place; see `RaggedRows`."""

    lengths: Rows

    def ragged(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows, Rows]: ...


class NativeLSTM:
    """A network as the core runs it: packed recurrent layers, the output layer's weights.

    directions: one, or the forward and the backward one. output: (outputs, features) and (outputs,). after_pads:
    numbers of pads -> an LSTM's outputs and cells after each of them, (numbers, layers, hidden) each.
    """

    def __init__(
        self,
        config: NetworkConfig,
        directions: Sequence[_core.Lstm],
        output: tuple[Floats, Floats],
        after_pads: Callable[[Sequence[int]], tuple[Floats, Floats]],
    ) -> None:
        self._config, self._directions, self._after_pads = config, directions, after_pads
        weight, bias = output
        self._output = weight.T.astype(np.float64), bias.astype(np.float64)

    def logits(self, source: RowsOfIds, rows: Rows, threads: int) -> Floats:
        """(batch,) logits for two classes, (batch, classes) for more."""
        # In float64: a matrix product's rounding depends on the size of the batch, which float64 makes invisible.
        weight, bias = self._output
        summary = self._summarise(source, rows, threads).astype(np.float64)
        logits = (summary @ weight + bias).astype(np.float32)  # (batch, outputs)
        return logits[:, 0] if logits.shape[1] == 1 else logits

    def _summarise(self, source: RowsOfIds, rows: Rows, threads: int) -> Floats:
        """(batch, features): the result of `SentimentLSTM.summarise`."""
        config = self._config
        values, starts, lengths = source.ragged(rows)
        states, outputs, cells = self._states(lengths)
        parts = []
        for backward, lstm in enumerate(self._directions):
            pooled = lstm.max_mean if config.pooling == "max_mean" else lstm.last_outputs
            parts.append(pooled(values, starts, lengths, states, outputs, cells, backward == 1, threads))
        if len(parts) == 1:
            return parts[0]
        # Maxima of both directions come before means.
        ahead, back = (part.reshape(len(rows), -1, config.hidden_size) for part in parts)
        return np.stack([ahead, back], axis=2).reshape(len(rows), config.features)

    def _states(self, lengths: Rows) -> tuple[Rows, Floats, Floats]:
        """Each row's initial state, as an index, and the states' outputs and cells, (states, layers, hidden) each."""
        config = self._config
        if not config.pads_on_left:
            zeros = np.zeros((1, config.layers, config.hidden_size), np.float32)
            return np.zeros_like(lengths), zeros, zeros
        # Each row starts from the state after its own pads, so that no pad is run again.
        pads = np.maximum(config.max_length - lengths, 0)
        numbers, states = np.unique(pads, return_inverse=True)
        outputs, cells = self._after_pads(numbers.tolist())
        return states, outputs, cells


def native_lstm(model: Model, number: str, level: str) -> NativeLSTM:
    """A model's network, one that `can_run`. number: "float32" or "bfloat16", the type of weights and outputs. level:
    one of _core.LSTM_LEVELS[number].
    """
    config, vectors = model.config, model.weights["embedding.weight"]
    directions = [_layers(model.weights, config, name) for name in _direction_names(config)]
    pads = PadStates(directions[0], vectors[0], config.max_length)
    output = model.weights["output.weight"], model.weights["output.bias"]
    return NativeLSTM(config, [_packed(vectors, layers, number, level) for layers in directions], output, pads.after)


def _direction_names(config: NetworkConfig) -> tuple[str, ...]:
    return ("recurrent.ahead.0.", "recurrent.back.0.") if config.bidirectional else ("recurrent.",)


def _layers(weights: Weights, config: NetworkConfig, before: str) -> list[LayerWeights]:
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return [LayerWeights(*(weights[f"{before}{part}_l{layer}"] for part in parts)) for layer in range(config.layers)]


def _packed(vectors: Floats, layers: Sequence[LayerWeights], number: str, level: str) -> _core.Lstm:
    return _core.Lstm(
        _table(vectors, layers[0]),
        [layer.of_output for layer in layers],
        [layer.of_input for layer in layers[1:]],
        [layer.input_bias + layer.output_bias for layer in layers[1:]],
        number,
        level,
    )


def _table(vectors: Floats, layer: LayerWeights) -> Floats:
    """(words + 1, 4 hidden): what each id adds to the first layer's gates. vectors: (words + 1, embedding).

    In float64, since the rounding of a float32 product depends on BLAS: its version, its threads, the CPU.
    """
    weight = layer.of_input.T.astype(np.float64)
    bias = layer.input_bias.astype(np.float64) + layer.output_bias
    table = np.empty((len(vectors), weight.shape[1]), np.float32)
    for start in range(0, len(vectors), _WORDS_AT_ONCE):
        words = slice(start, start + _WORDS_AT_ONCE)
        table[words] = vectors[words].astype(np.float64) @ weight + bias
    return table


def rows_of_calls(lengths: Rows, rows: Rows) -> list[Rows]:
    """Rows, longest first -> the rows of each call of `NativeLSTM.logits`, of all lengths: threads then end together.

    lengths: those of all rows.
    """
    calls = -(-int(lengths[rows].sum()) // _IDS_OF_A_CALL)
    return [rows[call::calls] for call in range(calls)]
