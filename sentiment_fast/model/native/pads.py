"""The states after many pads without PyTorch: for scoring, and for training, with gradients.

In: an LSTM's weights, or those packed in a `NativeTraining`, and how many pads rows have. Out: the states that rows
start from. The same in PyTorch, and why converged outputs allow a closed form, is in model/pads.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment_fast.model.batches import Rows

if TYPE_CHECKING:
    from sentiment_fast.model.native.training import NativeTraining

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# If outputs still move after this many, a batch starts after the pads that all its rows have.
_MOST_PADS = 256

# exp(-x) overflows for x below this.
_LEAST_LOGIT = -700

# Outputs have converged if a pad moves them by less than this, both absolutely and relatively.
_TOLERANCE = 1e-6
_PADS_BETWEEN_CHECKS = 32


class LayerWeights(NamedTuple):
    """(4 hidden, inputs), (4 hidden, hidden) and (4 hidden,) twice: a layer's weights, as PyTorch orders them."""

    of_input: Floats
    of_output: Floats
    input_bias: Floats
    output_bias: Floats


class PadStates:
    """An LSTM's states after each number of pads, cached; they do not depend on which are requested, in which order.

    Pads are run one at a time, in float64, until outputs have converged; larger numbers then take a few operations.
    layers: the lowest first. pad: (embedding,), the pad's vector. most: the largest number of pads.
    """

    def __init__(self, layers: Sequence[LayerWeights], pad: Floats, most: int) -> None:
        doubles = [[part.astype(np.float64) for part in layer] for layer in layers]
        self._weights = [(w_in, w_out, b_in + b_out) for w_in, w_out, b_in, b_out in doubles]
        self._pad, self._most = pad.astype(np.float64), most
        zeros = np.zeros((len(layers), layers[0].of_output.shape[1]))
        self._states: list[tuple[Doubles, Doubles]] = [(zeros, zeros)]  # by the number of pads run
        self._series: _Series | None = None  # once outputs have converged

    def after(self, pads: Sequence[int]) -> tuple[Floats, Floats]:
        """Outputs and cells after each of these numbers of pads, (numbers, layers, hidden) each."""
        states = [self._after(number) for number in pads]
        outputs, cells = (np.stack(parts).astype(np.float32) for parts in zip(*states, strict=True))
        return outputs, cells

    def _after(self, pads: int) -> tuple[Doubles, Doubles]:
        while self._series is None and len(self._states) <= pads:
            self._step()
        if pads < len(self._states):
            return self._states[pads]
        assert self._series is not None
        return self._states[-1][0], self._series.cells(np.array([pads - len(self._states) + 1]))[0]

    def _step(self) -> None:
        outputs, cells = self._states[-1]
        after, series = self._one_more(outputs, cells)
        done = len(self._states) - 1
        if done % _PADS_BETWEEN_CHECKS == 0 and _have_converged(outputs, after):
            # Outputs that still have their values at the largest number of pads have them in between too: each cell
            # moves in one direction only.
            last = series.cells(np.array([max(self._most - done - 1, 0)]))[0]
            if _have_converged(outputs, self._one_more(outputs, last)[0]):
                self._series = series
                return
        self._states.append((after, series.cells(np.ones(1))[0]))

    def _one_more(self, outputs: Doubles, cells: Doubles) -> tuple[Doubles, _Series]:
        """The outputs after one more pad, and the series that its gates give for the cells from now on."""
        after, gates = [], []
        step = self._pad  # the input of each layer in turn
        for layer, (w_in, w_out, bias) in enumerate(self._weights):
            in_logits, forget, candidate, out_logits = (w_in @ step + w_out @ outputs[layer] + bias).reshape(4, -1)
            opened, candidate = _sigmoid(in_logits), np.tanh(candidate)
            step = _sigmoid(out_logits) * np.tanh(_sigmoid(forget) * cells[layer] + opened * candidate)
            after.append(step)
            gates.append((forget, opened, candidate))
        forget, opened, candidate = (np.stack(parts) for parts in zip(*gates, strict=True))
        return np.stack(after), _Series(forget, opened, candidate, cells)


class _Series:
    """Cells under constant gates: after n steps f^n c + i g (1 + f + ... + f^(n - 1)).

    forget: the logits of f. opened, candidate, cells: i, g and c. (layers, hidden) each.
    """

    def __init__(self, forget: Doubles, opened: Doubles, candidate: Doubles, cells: Doubles) -> None:
        # Beyond 30, the share that is forgotten would be 0, and 0 / 0 follows.
        self.forget = np.clip(forget, _LEAST_LOGIT, 30)
        self._opened, self._candidate, self._cells = opened, candidate, cells
        self.lost = _sigmoid(-self.forget)

    def powers(self, more: npt.NDArray[Any]) -> tuple[Doubles, Doubles]:
        """f^n and 1 + f + ... + f^(n - 1), (numbers, layers, hidden) each."""
        power = more[:, None, None] * -np.log1p(np.exp(-self.forget))
        return np.exp(power), -np.expm1(power) / self.lost

    def cells(self, more: npt.NDArray[Any]) -> Doubles:
        """(numbers, layers, hidden), after these numbers of steps."""
        power, series = self.powers(more)
        return power * self._cells + series * self._opened * self._candidate


def _have_converged(before: Doubles, after: Doubles) -> bool:
    return bool((np.abs(before - after) <= _TOLERANCE + _TOLERANCE * np.abs(after)).all())


def run_pads(training: NativeTraining, pads: Rows, table: Floats) -> NativePads | None:
    """Run pads until outputs have converged, else those that all rows have; None if there are none.

    The first run has the network's `pads_at_once`, which grow when they are too few. pads: (batch,). table: (1, 4
    hidden), the pad's row.
    """
    least, most = int(pads.min()), int(pads.max())
    done = training.network.pads_at_once
    while done < min(most, _MOST_PADS):
        run = NativePads(training, table, done)
        if run.has_converged(most - done, training.tolerance):
            training.network.pads_at_once = done
            return run
        done += 32
    if most > _MOST_PADS:  # not again until the epoch ends
        training.network.pads_at_once = _MOST_PADS
    return NativePads(training, table, least) if least > 0 else None


class NativePads:
    """One row of `done` pads, and one more; the states after further pads.

    Once outputs have converged, so have the gates, which this last pad gives, and the cells after n further pads are a
    geometric series. outputs, cells: after `done` pads, (layers, hidden) float64.
    """

    def __init__(self, training: NativeTraining, table: Floats, done: int) -> None:
        self.done, self.converged = done, False
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
        self._in, self._candidate, self._out = _sigmoid(in_logits), np.tanh(candidate), _sigmoid(out_logits)
        self._series = _Series(forget, self._in, self._candidate, self.cells)

    def has_converged(self, more: int, tolerance: float) -> bool:
        """Have outputs converged, here and this many pads later? Then in between too: each cell moves one way."""
        last = self._out * np.tanh(self.cells_after(np.array([more]))[0])
        moved = np.maximum(self._moved, np.abs(last - self.outputs))
        self.converged = bool((moved <= tolerance + tolerance * np.abs(self.outputs)).all())
        return self.converged

    def cells_after(self, more: Rows) -> Doubles:
        """(numbers, layers, hidden), after this many further pads."""
        return self._series.cells(more)

    def gradients(self, more: Rows, by_outputs: Floats, by_cells: Floats) -> tuple[Floats, Floats, Floats]:
        """The loss's gradients with respect to the states after these numbers of further pads, (numbers, layers,
        hidden) each -> with respect to the last pad's logits, (1, layers, 4 hidden), and to the outputs and cells
        before it, (1, layers, hidden) each.
        """
        power, series = self._series.powers(more)
        number = more[:, None, None]
        added, lost, kept = self._in * self._candidate, self._series.lost, _sigmoid(self._series.forget)
        by_added = (by_cells * series).sum(axis=0)
        by_forget = number * power * lost * self.cells + added * (kept * series - number * power)
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
