"""The states behind many pads by the native core, and back: one run of pads for all rows of a batch.

In: the packed weights of a `NativeTraining`, how many pads its rows have. Out: their states, and gradients. The same
way of thinking in PyTorch, and why it holds, is pads.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sentiment_fast.model.batches import Rows

if TYPE_CHECKING:
    from sentiment_fast.model.native.training import NativeTraining

Floats = npt.NDArray[np.float32]

# When so many have run and outputs still move, a batch begins behind those pads that all its rows have.
_MOST_PADS = 256

# The exp of what is further below 0 overflows.
_LEAST_LOGIT = -700


def run_pads(training: NativeTraining, pads: Rows, table: Floats) -> NativePads | None:
    """As many pads as it takes until outputs stand still, else those that all rows have; None where that is none.

    The first run is of the network's `pads_at_once`, which grow when they are too few. pads: (batch,). table: (1, 4
    hidden), the pad's.
    """
    least, most = int(pads.min()), int(pads.max())
    done = training.network.pads_at_once
    while done < min(most, _MOST_PADS):
        run = NativePads(training, table, done)
        if run.stops_at(most - done, training.stillness):
            training.network.pads_at_once = done
            return run
        done += 32
    if most > _MOST_PADS:  # not again until the epoch ends
        training.network.pads_at_once = _MOST_PADS
    return NativePads(training, table, least) if least > 0 else None


class NativePads:
    """One row of `done` pads, and one more; the states from there on.

    Where outputs stand still, the gates do that this last pad shows, and the cells behind n further pads are a
    geometric series. outputs, cells: behind `done` pads, (layers, hidden) float64.
    """

    def __init__(self, training: NativeTraining, table: Floats, done: int) -> None:
        self.done, self.stand_still = done, False
        layers, hidden = training.network.config.layers, training.network.config.hidden_size
        zeros = np.zeros((1, layers, hidden), np.float32)
        self.trace = training.ahead.trace("pads", done + 2)
        self.ids = np.zeros(done + 1, np.int32)
        counts, state = np.array([done + 1]), np.zeros(1, np.int64)
        after, _ = training.ahead.lstm.forward(
            self.trace, table, self.ids, counts, state, zeros, zeros, training.threads
        )
        kept = [self.trace.last_step(0, layer) for layer in range(layers)]
        logits, self.outputs, self.cells = (np.stack(part).astype(np.float64) for part in zip(*kept, strict=True))
        self._moved = np.abs(after[0] - self.outputs)
        in_logits, forget, candidate, out_logits = logits.reshape(layers, 4, hidden).transpose(1, 0, 2)
        # Beyond 30 the share that is forgotten would be 0, and divide 0.
        self._forget = np.clip(forget, _LEAST_LOGIT, 30)
        self._in, self._candidate, self._out = _sigmoid(in_logits), np.tanh(candidate), _sigmoid(out_logits)
        self._kept, self._lost = _sigmoid(self._forget), _sigmoid(-self._forget)

    def stops_at(self, more: int, tolerance: float) -> bool:
        """Do outputs stand still here, and so many pads on? Then between as well: each cell moves in one direction."""
        last = self._out * np.tanh(self.cells_after(np.array([more]))[0])
        moved = np.maximum(self._moved, np.abs(last - self.outputs))
        self.stand_still = bool((moved <= tolerance + tolerance * np.abs(self.outputs)).all())
        return self.stand_still

    def _powers(self, more: Rows) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """f^n and 1 + f + ... + f^(n - 1), (numbers, layers, hidden) each."""
        power = more[:, None, None] * -np.log1p(np.exp(-self._forget))
        return np.exp(power), -np.expm1(power) / self._lost

    def cells_after(self, more: Rows) -> npt.NDArray[np.float64]:
        """(numbers, layers, hidden), of so many further pads."""
        power, series = self._powers(more)
        return power * self.cells + series * self._in * self._candidate

    def gradients(self, more: Rows, by_outputs: Floats, by_cells: Floats) -> tuple[Floats, Floats, Floats]:
        """The loss's, by the states behind so many further pads, (numbers, layers, hidden) each -> by the last pad's
        logits, (1, layers, 4 hidden), and by the outputs and cells before it, (1, layers, hidden) each.
        """
        power, series = self._powers(more)
        number = more[:, None, None]
        added = self._in * self._candidate
        by_added = (by_cells * series).sum(axis=0)
        by_forget = number * power * self._lost * self.cells + added * (self._kept * series - number * power)
        by_logits = [
            by_added * self._candidate * self._in * (1 - self._in),
            (by_cells * by_forget).sum(axis=0),
            by_added * self._in * (1 - self._candidate**2),
            np.zeros_like(by_added),
        ]
        parts = np.concatenate(by_logits, axis=-1), by_outputs.sum(axis=0), (by_cells * power).sum(axis=0)
        by_last, outputs, cells = (part[None].astype(np.float32) for part in parts)
        return by_last, outputs, cells


def _sigmoid(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.maximum(logits, _LEAST_LOGIT)))
