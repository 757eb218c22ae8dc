"""The training loop: a network, labelled ids, settings -> the trained network and its history.

Follows the tutorial's section 6, with batches of rows of similar length cut to their longest. Nothing is printed,
drawn or written here: whoever calls is told of each epoch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from sentiment_fast.errors import DataError
from sentiment_fast.model.batches import BatchSource, Rows, random_batches
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.network import SentimentLSTM, class_loss, class_probabilities
from sentiment_fast.model.presets import TrainingConfig

Progress = Callable[[list[Rows]], Iterable[Rows]]


@dataclass(frozen=True)
class Examples:
    """Labelled ids. source: the texts' ids on the device. targets: (n,) int64 class indices on the device."""

    source: BatchSource
    targets: Tensor


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


def train(
    network: SentimentLSTM,
    training: Examples,
    validation: Examples,
    config: TrainingConfig,
    precision: Precision,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
    progress: Progress = lambda batches: batches,
) -> list[Epoch]:
    """Train the network in place and leave it with the weights of the epoch with the lowest validation loss.

    on_epoch: called after each epoch, when the network holds that epoch's weights. progress: wraps an epoch's batches
    (a progress bar). Interrupted, it leaves the best weights so far. Returns the history. Raises DataError where a
    loss is no longer a number. The seed decides the batches and the dropout; the caller's random state is untouched.
    """
    device = training.targets.device
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate, fused=True)
    scaler = torch.amp.GradScaler(device.type, enabled=precision.dtype == torch.float16)
    shuffling = np.random.default_rng(config.seed)
    history: list[Epoch] = []
    best_loss, best_weights = math.inf, _copy_of(network)
    dropout_numbers = _generator_of(device)
    random_state = dropout_numbers.get_state()
    dropout_numbers.manual_seed(config.seed)

    try:
        for number in range(1, config.epochs + 1):
            started = time.perf_counter()
            network.train()
            sums = torch.zeros(2, device=device)  # loss, correct; read once an epoch
            for rows in progress(random_batches(training.source.lengths, config.batch_size, shuffling)):
                ids, lengths = training.source.batch(rows)  # (batch, time), (batch,)
                targets = training.targets[torch.from_numpy(rows).to(device)]
                with precision.autocast(device):
                    logits = network(ids, lengths)
                loss = class_loss(logits, targets)

                optimizer.zero_grad(set_to_none=True)
                scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm)
                scaler.step(optimizer)
                scaler.update()

                sums += _loss_and_correct(loss, logits, targets)
            train_loss, train_accuracy = (sums / len(training.source)).tolist()
            seconds = time.perf_counter() - started
            _check_finite("training", train_loss, number, config)
            validation_loss, validation_accuracy = measure(network, validation, precision)
            _check_finite("validation", validation_loss, number, config)

            best = validation_loss < best_loss
            if best:
                best_loss, best_weights = validation_loss, _copy_of(network)
            rate = len(training.source) / seconds
            history.append(
                Epoch(number, train_loss, train_accuracy, validation_loss, validation_accuracy, seconds, rate, best)
            )
            on_epoch(history[-1])
    finally:
        network.load_state_dict(best_weights)
        network.eval()
        dropout_numbers.set_state(random_state)
    return history


def measure(network: SentimentLSTM, examples: Examples, precision: Precision) -> tuple[float, float]:
    """The mean loss and the accuracy of a network, without learning."""
    network.eval()
    logits = all_logits(network, examples.source, precision)
    loss = class_loss(logits, examples.targets)
    loss_sum, correct = _loss_and_correct(loss, logits, examples.targets).tolist()
    return loss_sum / len(examples.source), correct / len(examples.source)


def _loss_and_correct(loss: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
    """(2,): a batch's summed loss and its number of right answers, left on the device."""
    correct = (class_probabilities(logits.detach()).argmax(dim=1) == targets).sum()
    return torch.stack([loss.detach() * len(targets), correct])


def _check_finite(part: str, loss: float, epoch: int, config: TrainingConfig) -> None:
    if not math.isfinite(loss):
        raise DataError(
            f"The {part} loss became {loss} in epoch {epoch}: lower the learning rate (now {config.learning_rate}) "
            "or train without --amp"
        )


def _generator_of(device: torch.device) -> torch.Generator:
    """What dropout on the device draws from."""
    return torch.cuda.default_generators[device.index] if device.type == "cuda" else torch.default_generator


def _copy_of(network: SentimentLSTM) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
