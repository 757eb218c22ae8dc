"""Pooling: the recurrent layers' outputs at every step -> the vector of each row that is classified.

In: steps (batch, time, features), padded on the right, and lengths (batch,). Out: a summary of each row's real steps,
on which the padding has no effect. The "padded" pooling, which reads its padding, is left to network.py.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def last_steps(steps: Tensor, lengths: Tensor, bidirectional: bool) -> Tensor:
    """The last real step of each direction, (batch, features); for the backward one, the row's first step."""
    last = (lengths - 1).long()[:, None, None].expand(-1, 1, steps.shape[2])
    summary = steps.gather(1, last).squeeze(1)
    if bidirectional:
        ahead, _ = summary.chunk(2, dim=-1)
        _, back = steps[:, 0].chunk(2, dim=-1)
        summary = torch.cat([ahead, back], dim=-1)
    return summary


def max_mean(steps: Tensor, lengths: Tensor) -> Tensor:
    """The maximum and the mean over the real steps, side by side: (batch, 2 features), float32 or wider.

    Johnson & Zhang 2016 take the maximum of an LSTM's outputs; Howard & Ruder 2018's concat pooling has both.
    """
    exact = steps.to(torch.promote_types(steps.dtype, torch.float32))  # hundreds of steps are added up
    padding = _padding(steps, lengths)[:, :, None]
    maximum = exact.masked_fill(padding, float("-inf")).max(dim=1).values
    mean = exact.masked_fill(padding, 0).sum(dim=1) / lengths[:, None]
    return torch.cat([maximum, mean], dim=-1)


class Attention(nn.Module):
    """A weighted mean of the real steps, the weights learned: softmax of v . tanh(W step). (batch, features) out."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.projection = nn.Linear(features, features)
        self.score = nn.Linear(features, 1, bias=False)

    def forward(self, steps: Tensor, lengths: Tensor) -> Tensor:
        scores = self.score(torch.tanh(self.projection(steps))).squeeze(-1).float()  # (batch, time)
        weights = scores.masked_fill(_padding(steps, lengths), float("-inf")).softmax(dim=1)
        mean: Tensor = (weights[:, None].to(steps.dtype) @ steps).squeeze(1)
        return mean


def _padding(steps: Tensor, lengths: Tensor) -> Tensor:
    """(batch, time) bool: is it padding?"""
    return torch.arange(steps.shape[1], device=steps.device) >= lengths[:, None]
