"""A network's logits by the native core's LSTM (csrc/lstm.h), on the CPUs where nothing else is as fast.

In: a network and rows of a `BatchSource`. Out: their logits, each the same whatever rows stand beside it. Whether it is
used is decided here; where it is not, inference.py takes PyTorch.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sentiment_fast import _core
from sentiment_fast.model.batches import BatchSource, Rows
from sentiment_fast.model.devices import Precision, cpu_has_amx
from sentiment_fast.model.network import BothDirections, SentimentLSTM
from sentiment_fast.text.encoding import SIMD_LEVEL

# What all ids' shares of the first layer's gates may take: 65,000 words at 256 hidden units, half as many in both
# directions. With more, PyTorch's way, which multiplies each step's vectors, is left in place, for the memory's sake.
# Rows that come from beyond the caches are not what takes the time: if all were in them, 30,000 words at 128 hidden
# units would be 4 % faster, 10,000 at 64 units 5 %; so halving the table, in bf16, is not worth its rounding.
_LARGEST_TABLE = 1 << 28


def native_level(device: torch.device, precision: Precision) -> str | None:
    """The level at which the native LSTM runs where it is the fastest there is; None where PyTorch is.

    That is on a CPU, in float32 with AVX2 or AVX-512, in bf16 with AVX-512 BF16, but not with AMX: there, oneDNN is
    ahead. A lower level that SENTIMENT_FAST_SIMD forces holds here too; in bf16 there is none.
    """
    if device.type != "cpu" or (precision.dtype == torch.bfloat16 and cpu_has_amx()):
        return None
    levels = _core.LSTM_LEVELS.get(precision.name, ())
    if _core.LEVELS[-1] != SIMD_LEVEL:
        levels = tuple(level for level in levels if level == SIMD_LEVEL)
    return levels[-1] if levels and levels[-1] != "scalar" else None


def native_lstm(network: SentimentLSTM, precision: Precision) -> NativeLSTM | None:
    """The network's weights as the native LSTM takes them; None where PyTorch is faster, or the network another one."""
    level = native_level(network.embedding.weight.device, precision)
    if level is None or not can_run(network):
        return None
    tables = 4 * 4 * network.config.hidden_size * len(network.embedding.weight) * len(_directions(network))  # bytes
    if tables > _LARGEST_TABLE:
        return None
    return NativeLSTM(network, precision.name, level)


def can_run(network: SentimentLSTM) -> bool:
    """Can the core score and train the network? In both directions they know one layer."""
    config = network.config
    return (
        config.cell == "lstm"
        and config.pooling in ("padded", "last", "max_mean")
        and (not config.bidirectional or config.layers == 1)
        and config.hidden_size % 16 == 0
        and network.output.weight.dtype == torch.float32
    )


class NativeLSTM:
    """A network's recurrent layers, packed once for all calls until the weights change.

    number: "float32" or "bfloat16", what weights and outputs are. level: of _core.LSTM_LEVELS[number].
    """

    def __init__(self, network: SentimentLSTM, number: str, level: str) -> None:
        if (number, level) not in network.packed:
            network.packed[number, level] = [
                _pack(network, recurrent, number, level) for recurrent in _directions(network)
            ]
        self._network = network
        self._directions: list[_core.Lstm] = network.packed[number, level]

    def logits(self, source: BatchSource, rows: Rows) -> Tensor:
        """(batch,) logits for two classes, (batch, classes) for more; float32."""
        with torch.inference_mode():
            # In float64 because a matrix product's rounding goes by the size of the batch: here, none of it is left.
            summary, output = torch.from_numpy(self._summarise(source, rows)), self._network.output
            logits = F.linear(summary.double(), output.weight.double(), output.bias.double())
            return logits.float().squeeze(-1)

    def _summarise(self, source: BatchSource, rows: Rows) -> npt.NDArray[np.float32]:
        """(batch, features): what `SentimentLSTM.summarise` gives."""
        config = self._network.config
        values, starts, lengths = source.ragged(rows)
        states, outputs, cells = self._states(lengths)
        threads, parts = torch.get_num_threads(), []
        for backward, lstm in enumerate(self._directions):
            pooled = lstm.max_mean if config.pooling == "max_mean" else lstm.last_outputs
            parts.append(pooled(values, starts, lengths, states, outputs, cells, backward == 1, threads))
        if len(parts) == 1:
            return parts[0]
        # Maxima of both directions come before means.
        ahead, back = (part.reshape(len(rows), -1, config.hidden_size) for part in parts)
        return np.stack([ahead, back], axis=2).reshape(len(rows), config.features)

    def _states(self, lengths: Rows) -> tuple[Rows, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Each row's state to start from, a number, and what these stand for, (numbers, layers, hidden) twice."""
        config = self._network.config
        if not config.pads_on_left:
            zeros = np.zeros((1, config.layers, config.hidden_size), np.float32)
            return np.zeros_like(lengths), zeros, zeros
        # Each row starts from the state behind its own pads, so that no pad is run again.
        pads = np.maximum(config.max_length - lengths, 0)
        numbers, states = np.unique(pads, return_inverse=True)
        outputs, cells = self._network.states_behind_pads(numbers.tolist())
        return states, outputs.contiguous().numpy(), cells.contiguous().numpy()


def _directions(network: SentimentLSTM) -> list[nn.LSTM]:
    recurrent = network.recurrent
    if isinstance(recurrent, BothDirections):
        return [cast(nn.LSTM, recurrent.ahead[0]), cast(nn.LSTM, recurrent.back[0])]
    return [cast(nn.LSTM, recurrent)]


def _pack(network: SentimentLSTM, recurrent: nn.LSTM, number: str, level: str) -> _core.Lstm:
    with torch.inference_mode():
        layers = [[weight.detach() for weight in weights] for weights in recurrent.all_weights]
        w_in, _, b_in, b_out = layers[0]  # as for all others; (4 hidden, inputs) twice, (4 hidden,) twice
        return _core.Lstm(
            F.linear(network.embedding.weight.detach(), w_in, b_in + b_out).numpy(),  # (words + 1, 4 hidden)
            [weights[1].numpy() for weights in layers],
            [weights[0].numpy() for weights in layers[1:]],
            [(weights[2] + weights[3]).numpy() for weights in layers[1:]],
            number,
            level,
        )
