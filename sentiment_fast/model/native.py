"""A network's logits by the native core's bf16 LSTM (csrc/lstm.h), on the CPUs where nothing else is as fast.

In: a network and rows of a `BatchSource`. Out: their logits, each the same whatever rows stand beside it. Whether it is
used is decided here; where it is not, inference.py takes PyTorch.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sentiment_fast import _core
from sentiment_fast.model.batches import BatchSource, Rows
from sentiment_fast.model.devices import Precision, cpu_has_amx
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.text.encoding import SIMD_LEVEL

# What all ids' shares of the first layer's gates may take: 16,000 words at 256 hidden units. With more, PyTorch's
# way, which multiplies each step's vectors, is left in place.
_LARGEST_TABLE = 1 << 26


def native_level(device: torch.device, precision: Precision) -> str | None:
    """The level at which the native LSTM runs where it is the fastest there is; None where PyTorch is.

    That is on a CPU with AVX-512 BF16, in bf16: with AMX, oneDNN is ahead. Not where SENTIMENT_FAST_SIMD forces a
    lower level.
    """
    if device.type != "cpu" or precision.dtype != torch.bfloat16 or _core.LEVELS[-1] != SIMD_LEVEL or cpu_has_amx():
        return None
    return _core.LSTM_LEVELS[-1] if _core.LSTM_LEVELS[-1] != "scalar" else None


def native_lstm(network: SentimentLSTM, precision: Precision) -> NativeLSTM | None:
    """The network's weights as the native LSTM takes them; None where PyTorch is faster, or the network another one."""
    weight = network.embedding.weight
    level = native_level(weight.device, precision)
    return NativeLSTM(network, level) if level is not None and _fits(network) else None


def _fits(network: SentimentLSTM) -> bool:
    config = network.config
    table = 4 * 4 * config.hidden_size * len(network.embedding.weight)  # bytes
    return (
        config.cell == "lstm"
        and not config.bidirectional
        and config.pooling in ("padded", "last")
        and config.hidden_size % 16 == 0
        and network.output.weight.dtype == torch.float32
        and table <= _LARGEST_TABLE
    )


class NativeLSTM:
    """A network's recurrent layers, packed once for all calls until the weights change. level: of _core.LSTM_LEVELS."""

    def __init__(self, network: SentimentLSTM, level: str) -> None:
        self._network, self._level = network, level
        if network.packed is None:
            network.packed = _pack(network)

    def logits(self, source: BatchSource, rows: Rows) -> Tensor:
        """(batch,) logits for two classes, (batch, classes) for more; float32."""
        config = self._network.config
        values, starts, lengths = source.ragged(rows)
        # Each row starts from the state behind its own pads, so that no pad is run again.
        pads = np.maximum(config.max_length - lengths, 0) if config.pads_on_left else np.zeros_like(lengths)
        numbers, states = np.unique(pads, return_inverse=True)
        with torch.inference_mode():
            outputs, cells = self._network.states_behind_pads(numbers.tolist())  # (numbers, layers, hidden)
            steps = self._network.packed.last_outputs(
                values,
                starts,
                lengths,
                states,
                outputs.contiguous().numpy(),
                cells.contiguous().numpy(),
                torch.get_num_threads(),
                self._level,
            )
            # In float64 because a matrix product's rounding goes by the size of the batch: here, none of it is left.
            output = self._network.output
            logits = F.linear(torch.from_numpy(steps).double(), output.weight.double(), output.bias.double())
            return logits.float().squeeze(-1)


def _pack(network: SentimentLSTM) -> _core.Lstm:
    recurrent = cast(nn.LSTM, network.recurrent)
    with torch.inference_mode():
        layers = [[weight.detach() for weight in weights] for weights in recurrent.all_weights]
        w_in, _, b_in, b_out = layers[0]  # as for all others; (4 hidden, inputs) twice, (4 hidden,) twice
        return _core.Lstm(
            F.linear(network.embedding.weight.detach(), w_in, b_in + b_out).numpy(),  # (words + 1, 4 hidden)
            [weights[1].numpy() for weights in layers],
            [weights[0].numpy() for weights in layers[1:]],
            [(weights[2] + weights[3]).numpy() for weights in layers[1:]],
        )
