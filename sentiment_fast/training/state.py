"""Everything that a training goes on from, at the border between two steps; as tensors and plain values, and back.

Writing it down is checkpoints.py's. What a step does is loop.py's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.presets import TrainingConfig


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to; losses are mean cross-entropies in nats. seconds: of training alone."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float
    reviews_per_second: float
    best: bool


@dataclass
class TrainingState:
    """epoch: the one in progress, from 1; batches_done: of it. sums: (2,) float64, its summed loss and right answers.

    pieces: how many a batch is cut into, because the whole did not fit into memory. random_states: what dropout draws
    from, by rank, as it was when the state was last captured.
    """

    network: SentimentLSTM
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    best_weights: dict[str, Tensor]
    sums: Tensor
    best_loss: float = math.inf
    epoch: int = 1
    batches_done: int = 0
    seconds: float = 0.0
    pieces: int = 1
    history: list[Epoch] = field(default_factory=list)
    random_states: list[Tensor] = field(default_factory=list)

    @classmethod
    def at_start(cls, network: SentimentLSTM, config: TrainingConfig, precision: torch.dtype) -> TrainingState:
        device = network.output.weight.device
        # AdamW is Adam where the weight decay is 0, as it is in the tutorial.
        optimizer = torch.optim.AdamW(
            network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
        )
        scaler = torch.amp.GradScaler(device.type, enabled=precision == torch.float16)
        sums = torch.zeros(2, dtype=torch.float64, device=device)
        return cls(network, optimizer, scaler, copy_of(network), sums)

    @property
    def epochs_without_gain(self) -> int:
        """How many epochs ago the best one was."""
        best = max((epoch.epoch for epoch in self.history if epoch.best), default=0)
        return len(self.history) - best

    def finish_epoch(self, epoch: Epoch) -> None:
        self.history.append(epoch)
        if epoch.best:
            self.best_loss, self.best_weights = epoch.validation_loss, copy_of(self.network)
        self.epoch, self.batches_done, self.seconds = epoch.epoch + 1, 0, 0.0
        self.sums.zero_()

    def tensors(self) -> dict[str, Tensor]:
        """By name, on the CPU, copied."""
        named = {f"weights.{name}": tensor for name, tensor in self.network.state_dict().items()}
        named |= {f"best.{name}": tensor for name, tensor in self.best_weights.items()}
        for index, moments in self.optimizer.state_dict()["state"].items():
            named |= {f"optimizer.{index}.{name}": tensor for name, tensor in moments.items()}
        named |= {f"random.{rank}": state for rank, state in enumerate(self.random_states)}
        named["sums"] = self.sums
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in named.items()}

    def values(self) -> dict[str, Any]:
        """What is no tensor, ready for JSON."""
        return {
            "epoch": self.epoch,
            "batches_done": self.batches_done,
            "seconds": self.seconds,
            "pieces": self.pieces,
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "history": [asdict(epoch) for epoch in self.history],
            "scaler": self.scaler.state_dict(),
        }

    def restore(self, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
        """Take over what `tensors` and `values` gave. Damage raises KeyError, TypeError, ValueError or RuntimeError."""
        parts: dict[str, dict[str, Tensor]] = {"weights": {}, "best": {}, "optimizer": {}, "random": {}}
        for name, tensor in tensors.items():
            part, _, rest = name.partition(".")
            if rest:
                parts[part][rest] = tensor
        device = self.sums.device
        self.network.load_state_dict(parts["weights"])
        self.best_weights = {name: parts["best"][name].to(device) for name in self.best_weights}
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in parts["optimizer"].items():
            index, _, moment = name.partition(".")
            moments.setdefault(int(index), {})[moment] = tensor
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        self.random_states = [parts["random"][str(rank)] for rank in range(len(parts["random"]))]
        self.sums.copy_(tensors["sums"])
        self.scaler.load_state_dict(values["scaler"])
        self.best_loss = math.inf if values["best_loss"] is None else float(values["best_loss"])
        self.history = [Epoch(**epoch) for epoch in values["history"]]
        self.epoch, self.batches_done = int(values["epoch"]), int(values["batches_done"])
        self.seconds, self.pieces = float(values["seconds"]), int(values["pieces"])


def copy_of(network: SentimentLSTM) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
