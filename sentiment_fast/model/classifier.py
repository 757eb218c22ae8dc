"""What training asks of a network: ours, and Hugging Face's in transformer.py.

In: padded ids. Out: logits. The loop, the step, their state and inference know a network as a `Classifier` only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from sentiment_fast.model.presets import TrainingConfig


@dataclass(frozen=True)
class ParameterGroup:
    """Weights that an optimiser treats alike. rate_share: theirs of the learning rate."""

    weights: list[nn.Parameter]
    rate_share: float = 1.0
    weight_decay: float = 0.0


class Classifier(nn.Module):
    """Ids -> a summary of each text -> dropout -> output: logits, (n,) for two classes, (n, classes) for more.

    pads_at_once, pad_drift: see `SentimentLSTM`; other networks leave them alone.
    """

    dropout: nn.Module
    output: nn.Module
    pads_at_once: int = 1
    pad_drift: Tensor | None = None

    @property
    def device(self) -> torch.device:
        raise NotImplementedError

    @property
    def outputs(self) -> int:
        """Logits per text: 1 for two classes."""
        raise NotImplementedError

    def summarise(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """(batch, features). ids: (batch, time), padded with 0. lengths: (batch,), 1 to time."""
        raise NotImplementedError

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        return self.classify(self.summarise(ids, lengths))

    def classify(self, summary: Tensor) -> Tensor:
        """Summaries -> logits."""
        return self.output(self.dropout(summary)).squeeze(-1)  # type: ignore[no-any-return]

    def parameter_groups(self, config: TrainingConfig) -> list[ParameterGroup]:
        """All weights that are trained."""
        raise NotImplementedError

    def compile_parts(self, compiled: Callable[[Any], Any]) -> None:
        """compiled: a function -> the same function, compiled; for what is neither a layer nor the output."""
