"""The state from which a training can be resumed, between two steps, as tensors and plain values, and back.

In and out: a network, an optimiser and progress <-> named tensors and values for JSON. Saving them is left to
checkpoints.py, training steps to loop.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import torch
from torch import Tensor

from sentiment_fast.errors import quoted
from sentiment_fast.model.classifier import Classifier
from sentiment_fast.model.presets import TrainingConfig

RATE_SHARE = "rate_share"  # key of an optimiser's parameter group: its share of the learning rate


@dataclass(frozen=True)
class Epoch:
    """The figures of one epoch; losses are mean cross-entropies in nats. seconds: training time, without validation.
    best: whether it is the best so far, so that its weights are kept; True for each epoch if the last one is kept.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float
    reviews_per_second: float
    best: bool

    def as_text(self, config: TrainingConfig) -> str:
        """One line. config: of the training."""
        best = self.best and config.keep == "best"
        return (
            f"epoch {self.epoch}/{config.epochs}: "
            f"training loss {self.train_loss:.4f}, accuracy {self.train_accuracy:.2%}; "
            f"validation loss {self.validation_loss:.4f}, accuracy {self.validation_accuracy:.2%}"
            f"{', the best so far' if best else ''} "
            f"({self.seconds:.1f} s, {self.reviews_per_second:,.0f} reviews/s)"
        )


_KINDS = {"int": (int,), "float": (int, float), "bool": (bool,)}


def epoch_of(values: Mapping[str, Any]) -> Epoch:
    """The epoch whose `asdict` this is, as JSON gives it back. Raises TypeError for anything else."""
    epoch = Epoch(**values)
    for one in fields(epoch):
        if type(getattr(epoch, one.name)) not in _KINDS[str(one.type)]:
            raise TypeError(f"expected {one.name} to be {one.type}, got {quoted(getattr(epoch, one.name))}")
    return epoch


@dataclass
class TrainingState:
    """epoch: the one in progress, from 1; batches_done: in it. sums: (2,) float64, its summed loss and correct answers.

    pieces: how many a batch is cut into, to need less memory. random_states: those of dropout's
    generators, by rank, when the state was last captured. pads_at_once: the networks', likewise: it affects how sums
    are rounded.
    """

    network: Classifier
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
    pads_at_once: list[int] = field(default_factory=list)

    @classmethod
    def at_start(
        cls,
        network: Classifier,
        config: TrainingConfig,
        precision: torch.dtype,
        capturable: bool = False,
        pieces: int = 1,
    ) -> TrainingState:
        """A new training's state. capturable: whether the optimiser's step can be captured in a CUDA graph."""
        device = network.device
        # AdamW is Adam if the weight decay is 0, as in the tutorial.
        optimizer = torch.optim.AdamW(
            [
                {
                    "params": group.weights,
                    RATE_SHARE: group.rate_share,
                    "lr": torch.tensor(rate, device=device) if capturable else rate,
                    "weight_decay": group.weight_decay,
                }
                for group in network.parameter_groups(config)
                for rate in [config.learning_rate * group.rate_share]
            ],
            fused=True,
            capturable=capturable,
        )
        scaler = torch.amp.GradScaler(device.type, enabled=precision == torch.float16)
        scaler.scale(torch.zeros(1, device=device))  # creates its scale, also if the first step has no rows for it
        sums = torch.zeros(2, dtype=torch.float64, device=device)
        return cls(network, optimizer, scaler, copy_of(network), sums, pieces=pieces)

    @property
    def epochs_without_gain(self) -> int:
        """How many epochs ago the validation loss was lowest, no matter which epoch is kept."""
        losses = [epoch.validation_loss for epoch in self.history]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0

    def finish_epoch(self, epoch: Epoch) -> None:
        self.history.append(epoch)
        if epoch.best:
            self.best_loss, self.best_weights = epoch.validation_loss, copy_of(self.network)
        self.epoch, self.batches_done, self.seconds = epoch.epoch + 1, 0, 0.0
        self.sums.zero_()

    def tensors(self) -> dict[str, Tensor]:
        """Copies of its tensors, by name, on the CPU."""
        named = {f"weights.{name}": tensor for name, tensor in self.network.state_dict().items()}
        named |= {f"best.{name}": tensor for name, tensor in self.best_weights.items()}
        named |= moments_of(self.optimizer)
        named |= {f"random.{rank}": state for rank, state in enumerate(self.random_states)}
        named["sums"] = self.sums
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in named.items()}

    def values(self) -> dict[str, Any]:
        """Everything that is not a tensor, ready for JSON."""
        return {
            "epoch": self.epoch,
            "batches_done": self.batches_done,
            "seconds": self.seconds,
            "pieces": self.pieces,
            "pads_at_once": self.pads_at_once,
            "processes": len(self.random_states),
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "history": [asdict(epoch) for epoch in self.history],
            "scaler": self.scaler.state_dict(),
        }

    def restore(self, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
        """Restore the state from the results of `tensors` and `values`.

        Raises KeyError, TypeError or ValueError if they are damaged; nothing is restored then.
        """
        history = [epoch_of(epoch) for epoch in values["history"]]
        numbers = {
            name: whole_number(values, name, least)
            for name, least in (("epoch", 1), ("batches_done", 0), ("pieces", 1), ("processes", 0))
        }
        pads_at_once = [
            whole_number(dict(enumerate(values["pads_at_once"])), rank, 1) for rank in range(numbers["processes"])
        ]
        seconds = float(values["seconds"])
        best_loss = math.inf if values["best_loss"] is None else float(values["best_loss"])
        if [epoch.epoch for epoch in history] != list(range(1, numbers["epoch"])):
            raise ValueError(f"expected the history of the epochs before {numbers['epoch']}")
        self._check(tensors, has_steps=bool(history or numbers["batches_done"]), processes=numbers["processes"])

        parts: dict[str, dict[str, Tensor]] = {"weights": {}, "best": {}, "random": {}}
        for name, tensor in tensors.items():
            part, _, rest = name.partition(".")
            if rest and part in parts:
                parts[part][rest] = tensor
        self.scaler.load_state_dict(values["scaler"])
        self.network.load_state_dict(parts["weights"])
        self.best_weights = {name: parts["best"][name].to(self.sums.device) for name in self.best_weights}
        restore_moments(self.optimizer, tensors)
        self.random_states = [parts["random"][str(rank)] for rank in range(len(parts["random"]))]
        self.sums.copy_(tensors["sums"])
        self.pads_at_once = pads_at_once
        self.history, self.best_loss, self.seconds = history, best_loss, seconds
        self.epoch, self.batches_done, self.pieces = (numbers[name] for name in ("epoch", "batches_done", "pieces"))

    def _check(self, tensors: Mapping[str, Tensor], has_steps: bool, processes: int) -> None:
        """Raises ValueError unless the tensors are those of a training of this network, by name, shape and dtype."""
        expected = {name: (tensor.shape, tensor.dtype) for name, tensor in self.tensors().items()}
        if has_steps:
            expected |= expected_moments(self.optimizer)
        random = dropout_generator(self.sums.device).get_state()
        expected |= {f"random.{rank}": (random.shape, random.dtype) for rank in range(processes)}
        check_tensors(tensors, expected)


Shapes = dict[str, tuple[torch.Size, torch.dtype]]


def moments_of(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """An optimiser's tensors, by name; it has them from its first step on."""
    states = optimizer.state_dict()["state"].items()
    return {f"optimizer.{index}.{name}": tensor for index, moments in states for name, tensor in moments.items()}


def expected_moments(optimizer: torch.optim.Optimizer) -> Shapes:
    """The shapes and dtypes of `moments_of` after a step of Adam."""
    expected: Shapes = {}
    for index, weight in enumerate(weight for group in optimizer.param_groups for weight in group["params"]):
        expected[f"optimizer.{index}.step"] = (torch.Size([]), torch.float32)
        for moment in ("exp_avg", "exp_avg_sq"):
            expected[f"optimizer.{index}.{moment}"] = (weight.shape, weight.dtype)
    return expected


def restore_moments(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Restore the result of `moments_of`, which may be among other tensors."""
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        part, _, rest = name.partition(".")
        if part == "optimizer":
            index, _, moment = rest.partition(".")
            moments.setdefault(int(index), {})[moment] = tensor
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})


def check_tensors(tensors: Mapping[str, Tensor], expected: Shapes) -> None:
    """Raises ValueError if names, shapes or dtypes differ."""
    found = {name: (tensor.shape, tensor.dtype) for name, tensor in tensors.items()}
    for name in found.keys() | expected.keys():
        if found.get(name) != expected.get(name):
            raise ValueError(f"expected {name} to be {expected.get(name, 'absent')}, got {found.get(name, 'nothing')}")


def whole_number(values: Mapping[Any, Any], name: str | int, least: int) -> int:
    value = values[name]
    if type(value) is not int or value < least:
        raise ValueError(f"expected {name} to be a whole number of {least} or more, got {quoted(value)}")
    return value


def dropout_generator(device: torch.device) -> torch.Generator:
    """The generator that dropout on the device draws from."""
    return torch.cuda.default_generators[device.index] if device.type == "cuda" else torch.default_generator


def copy_of(network: Classifier) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
