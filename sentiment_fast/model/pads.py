"""The state after many pads: step by step until outputs have converged, in closed form from there.

In: recurrent layers' weights, the pad's vector, a state. Out: the state N pads later. Deciding when pads are run in one
go, and from which state, is left to network.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

LSTMState = Tensor | tuple[Tensor, Tensor]


class LastPads:
    """One more pad, and all those after it once the outputs of every layer have converged.

    An LSTM's cell state may keep moving while its tanh is saturated: trained models count pads that way. But its gates
    see only the outputs, so they have converged too, and n more steps of c <- f c + i g are a geometric series:
    f^n c + i g (1 - f^n) / (1 - f). Other cells have no state besides their outputs.

    weights: of each layer, as nn.RNNBase.all_weights. pad: (1, embedding). state: as the recurrent layers return it,
    (layers, 1, hidden) or two of these.
    """

    def __init__(self, cell: str, weights: Sequence[Sequence[Tensor]], pad: Tensor, state: LSTMState) -> None:
        self._state = state
        self._forget_logits: list[Tensor] = []
        self._added: list[Tensor] = []
        self._cells: list[Tensor] = []
        after = []
        step = pad  # the input of each layer in turn
        for layer, layer_weights in enumerate(weights):
            if isinstance(state, tuple):
                step = self._lstm_step(step, state[0][layer], state[1][layer], *layer_weights)
            else:
                one_step = torch.gru_cell if cell == "gru" else torch.rnn_tanh_cell
                step = one_step(step, state[layer], *layer_weights)
            after.append(step)
        self._outputs = (state[0] if isinstance(state, tuple) else state).detach()
        self._outputs_after = torch.stack(after)

    @property
    def outputs_have_converged(self) -> bool:
        # To 1e-6: with 1e-5, thirty steps of training end 6e-4 from the padded model's loss.
        return torch.allclose(self._outputs, self._outputs_after.detach(), rtol=1e-6, atol=1e-6)

    def _lstm_step(
        self, step: Tensor, output: Tensor, cell: Tensor, w_in: Tensor, w_out: Tensor, b_in: Tensor, b_out: Tensor
    ) -> Tensor:
        gates = F.linear(step, w_in, b_in) + F.linear(output, w_out, b_out)
        in_logits, forget_logits, candidate, out_logits = gates.chunk(4, dim=-1)
        added = in_logits.sigmoid() * candidate.tanh()
        self._forget_logits.append(forget_logits)
        self._added.append(added)
        self._cells.append(forget_logits.sigmoid() * cell + added)
        return out_logits.sigmoid() * self._cells[-1].tanh()

    @property
    def next_state(self) -> tuple[Tensor, Tensor]:
        """An LSTM's state after the one more pad."""
        return self._outputs_after, torch.stack(self._cells)

    def state_after(self, pads: int) -> LSTMState:
        if not isinstance(self._state, tuple):
            return self._state
        outputs, cells = self._state
        # 1 - f and log f from the logits: f itself rounds to 1. Beyond 30 they would be 0 and divide each other.
        logits = torch.stack(self._forget_logits).clamp(max=30)
        power = pads * F.logsigmoid(logits)  # log f^pads
        steps = -torch.expm1(power) / torch.sigmoid(-logits)
        return outputs, torch.exp(power) * cells + torch.stack(self._added) * steps


class SteppedPads:
    """An LSTM's states after each number of pads, cached; they do not depend on which are requested, in which order.

    Pads are run one at a time until outputs have converged; each larger number then takes a few operations.
    weights, pad: as for `LastPads`. most: the largest number of pads.
    """

    def __init__(self, weights: Sequence[Sequence[Tensor]], pad: Tensor, most: int) -> None:
        self._weights, self._pad, self._most = weights, pad, most
        zeros = pad.new_zeros(len(weights), 1, weights[0][1].shape[1])
        self._states: dict[int, tuple[Tensor, Tensor]] = {0: (zeros, zeros)}
        self._done = 0  # pads run so far
        self._rest: LastPads | None = None  # once outputs have converged

    def state_after(self, pads: int) -> tuple[Tensor, Tensor]:
        """Outputs and cells, (layers, 1, hidden) each."""
        while self._rest is None and self._done < pads:
            self._step()
        if pads not in self._states:
            rest = cast(LastPads, self._rest)
            self._states[pads] = cast(tuple[Tensor, Tensor], rest.state_after(pads - self._done))
        return self._states[pads]

    def _step(self) -> None:
        rest = self._last_pads(self._states[self._done])
        # Outputs that still have their values at the largest number of pads have them in between too: each cell moves
        # in one direction only.
        if (
            self._done % 32 == 0
            and rest.outputs_have_converged
            and self._last_pads(rest.state_after(max(self._most - self._done - 1, 0))).outputs_have_converged
        ):
            self._rest = rest
            return
        self._done += 1
        self._states[self._done] = rest.next_state

    def _last_pads(self, state: LSTMState) -> LastPads:
        return LastPads("lstm", self._weights, self._pad, state)


def after_last_pads(
    cell: str, weights: Sequence[Sequence[Tensor]], pad: Tensor, state: LSTMState, pads: int
) -> LSTMState:
    """The state after this many more pads, once outputs have converged."""
    return LastPads(cell, weights, pad, state).state_after(pads)


@contextmanager
def no_tf32(device: torch.device) -> Iterator[None]:
    """Within it, recurrent layers on a GPU compute float32 as such, not in TF32, cuDNN's default.

    TF32 moves outputs by more than the 1e-6 that counts as converged: all pads would be run.
    """
    if device.type != "cuda":
        yield
        return
    recurrent: Any = torch.backends.cudnn.rnn
    before = recurrent.fp32_precision
    recurrent.fp32_precision = "ieee"
    try:
        yield
    finally:
        recurrent.fp32_precision = before
