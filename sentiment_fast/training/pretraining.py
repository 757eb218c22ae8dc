"""Pretraining: texts' ids -> a language model's weights and history, checkpointed as trainings are.

Nothing is printed here, and nothing written but checkpoints. What a step computes is language_model.py's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sentiment_fast.errors import DataError
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.batches import Budget, Rows, batches_by_length, random_batches
from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.training.checkpoints import Checkpoints
from sentiment_fast.training.language_model import Draws, LanguageModel, Steps
from sentiment_fast.training.schedules import learning_rate
from sentiment_fast.training.state import (
    check_tensors,
    expected_moments,
    moments_of,
    restore_moments,
    whole_number,
)

# Adam at 3e-3, a warm-up of some 200 steps of 4,000, clipped at 1: as a trial on the IMDb reviews had it.
PRETRAINING = TrainingConfig(epochs=2, batch_size=64, learning_rate=3e-3, clip_norm=1.0, warmup=0.05, decay="linear")


@dataclass(frozen=True)
class PretrainingEpoch:
    """What one epoch came to. train_loss: by the sampled softmax, in nats a word. held_back_loss: exact, likewise; the
    mean over both directions. perplexity: its exponential. seconds: of training alone. words: steps taken, of all
    directions.
    """

    epoch: int
    train_loss: float
    held_back_loss: float
    perplexity: float
    seconds: float
    words_per_second: float


@dataclass
class PretrainingState:
    """epoch: the one in progress, from 1; batches_done: of it. sums: (2,) float64, its summed loss and steps so far.

    random_state: what dropout and the draws come from, as it was when the state was last captured.
    """

    model: LanguageModel
    optimizer: torch.optim.Optimizer
    sums: Tensor
    random_state: Tensor
    epoch: int = 1
    batches_done: int = 0
    seconds: float = 0.0
    history: list[PretrainingEpoch] = field(default_factory=list)

    @classmethod
    def at_start(cls, model: LanguageModel, config: TrainingConfig) -> PretrainingState:
        optimizer = torch.optim.AdamW(
            model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
        )
        sums = torch.zeros(2, dtype=torch.float64, device=model.biases.device)
        return cls(model, optimizer, sums, torch.get_rng_state())

    def tensors(self) -> dict[str, Tensor]:
        """By name, on the CPU, copied."""
        named = {f"weights.{name}": tensor for name, tensor in self.model.state_dict().items()}
        named |= moments_of(self.optimizer) | {"random": self.random_state, "sums": self.sums}
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in named.items()}

    def values(self) -> dict[str, Any]:
        """What is no tensor, ready for JSON."""
        history = [asdict(epoch) for epoch in self.history]
        return {"epoch": self.epoch, "batches_done": self.batches_done, "seconds": self.seconds, "history": history}

    def restore(self, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
        """Take over what `tensors` and `values` gave; KeyError, TypeError or ValueError if they are damaged."""
        history = [PretrainingEpoch(**epoch) for epoch in values["history"]]
        epoch, batches_done = whole_number(values, "epoch", 1), whole_number(values, "batches_done", 0)
        seconds = float(values["seconds"])
        if [one.epoch for one in history] != list(range(1, epoch)):
            raise ValueError(f"expected the history of the epochs before {epoch}")
        expected = {name: (tensor.shape, tensor.dtype) for name, tensor in self.tensors().items()}
        check_tensors(tensors, expected | (expected_moments(self.optimizer) if history or batches_done else {}))
        weights = {name.removeprefix("weights."): one for name, one in tensors.items() if name.startswith("weights.")}
        self.model.load_state_dict(weights)
        restore_moments(self.optimizer, tensors)
        self.sums.copy_(tensors["sums"])
        self.random_state = tensors["random"].clone()
        self.history, self.epoch, self.batches_done, self.seconds = history, epoch, batches_done, seconds


def pretrain(
    model: LanguageModel,
    training: BatchSource,
    held_back: BatchSource,
    draws: Draws,
    config: TrainingConfig,
    on_epoch: Callable[[PretrainingEpoch], None] = lambda epoch: None,
    progress: Callable[[list[Rows]], Iterable[Rows]] = lambda batches: batches,
    *,
    checkpoints: Checkpoints | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> list[PretrainingEpoch]:
    """Train the model in place; returns the history.

    training, held_back: texts of two ids or more, on the CPU. checkpoints: where the state is kept, and taken up from
    where one is. stop_requested: asked after each step; once it says so, the state is saved and KeyboardInterrupt
    raised. Raises DataError where the loss is no longer a number. The seed decides batches, dropout and draws; the
    caller's random state is untouched.
    """
    directions = len(model.directions)
    with _random_numbers(config.seed):
        state = PretrainingState.at_start(model, config)
        if checkpoints is not None and checkpoints.restore(state):
            torch.set_rng_state(state.random_state)

        def save() -> None:
            _check_finite(float(state.sums[0]), state.epoch, config)
            state.random_state = torch.get_rng_state()
            if checkpoints is not None:
                checkpoints.save(state)

        while state.epoch <= config.epochs:
            started = time.perf_counter() - state.seconds
            model.train()
            generator = np.random.default_rng([config.seed, state.epoch])
            batches = random_batches(training.lengths, config.budget, generator)
            for rows in progress(batches[state.batches_done :]):
                steps = Steps.of(training, rows, directions, draws.draw())
                number = (state.epoch - 1) * len(batches) + state.batches_done
                _step(state, steps, draws, config, learning_rate(config, number, config.epochs * len(batches)))
                state.batches_done += 1
                stop = stop_requested()
                if stop or (checkpoints is not None and checkpoints.due):
                    state.seconds = time.perf_counter() - started
                    save()
                if stop:
                    raise KeyboardInterrupt
            seconds = time.perf_counter() - started
            loss, words = state.sums.tolist()
            _check_finite(loss, state.epoch, config)
            exact = exact_loss(model, held_back)
            figures = (loss / words, exact, math.exp(min(exact, 700.0)), seconds, words / seconds)
            state.history.append(PretrainingEpoch(state.epoch, *figures))
            state.epoch, state.batches_done, state.seconds = state.epoch + 1, 0, 0.0
            state.sums.zero_()
            on_epoch(state.history[-1])
            save()
    model.eval()
    return state.history


def exact_loss(model: LanguageModel, source: BatchSource) -> float:
    """The mean loss a word over the whole vocabulary, in nats, of all directions."""
    model.eval()
    nothing: Rows = np.zeros(0, np.int64)
    summed, count = 0.0, 0
    for rows in batches_by_length(source.lengths, Budget(rows=64)):
        steps = Steps.of(source, rows, len(model.directions), nothing)
        summed += float(model.full_loss(steps))
        count += sum(map(len, steps.targets))
    return summed / count


def _step(state: PretrainingState, steps: Steps, draws: Draws, config: TrainingConfig, rate: float) -> None:
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    state.optimizer.zero_grad(set_to_none=True)
    loss = state.model.loss(steps, draws)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.model.parameters(), config.clip_norm)
    state.optimizer.step()
    count = sum(map(len, steps.targets))
    state.sums += torch.stack([loss.detach() * count, torch.tensor(count, device=loss.device)])


def _check_finite(loss: float, epoch: int, config: TrainingConfig) -> None:
    if not math.isfinite(loss):
        raise DataError(
            f"The loss became {loss} in epoch {epoch}: lower the learning rate (now {config.learning_rate})"
        )


@contextmanager
def _random_numbers(seed: int) -> Iterator[None]:
    """PyTorch's, seeded; the caller's are back afterwards."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
