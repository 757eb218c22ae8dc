"""The training loop: a network, labelled ids, settings -> the trained network and its history.

Follows the tutorial's section 6, with batches of rows of similar length cut to their longest. Nothing is printed or
drawn here, and nothing written but checkpoints: whoever calls is told of each epoch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
from sentiment_fast.model.ranks import Ranks
from sentiment_fast.training.checkpoints import Checkpoints
from sentiment_fast.training.schedules import learning_rate
from sentiment_fast.training.state import Epoch, TrainingState, dropout_generator

Progress = Callable[[list[Rows]], Iterable[Rows]]
_RANKS_AGREE_EVERY = 16  # batches; asking all processes whether to stop takes a message, and on a GPU a pause


@dataclass(frozen=True)
class Examples:
    """Labelled ids. source: the texts' ids on the device. targets: (n,) int64 class indices on the device."""

    source: BatchSource
    targets: Tensor


def train(
    network: SentimentLSTM,
    training: Examples,
    validation: Examples,
    config: TrainingConfig,
    precision: Precision,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
    progress: Progress = lambda batches: batches,
    *,
    checkpoints: Checkpoints | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda message: None,
    ranks: Ranks | None = None,
) -> list[Epoch]:
    """Train the network in place and leave it with the weights of the epoch with the lowest validation loss.

    on_epoch: called after each epoch, when the network holds that epoch's weights. progress: wraps an epoch's batches
    (a progress bar). checkpoints: where the state is kept, and taken up from where one is. stop_requested: asked after
    each step (by several processes, every 16 steps and at an epoch's end); once it says so, the state is saved and
    KeyboardInterrupt raised. say: told when a batch does not fit
    into memory and is cut. ranks: the processes that train together.
    Returns the history. Raises DataError where a loss is no longer a number. The seed decides the batches and the
    dropout; the caller's random state is untouched.
    """
    ranks = ranks or Ranks()
    state = TrainingState.at_start(network, config, precision.dtype)
    if checkpoints is not None and checkpoints.restore(state) and not ranks.writes:
        state.sums.zero_()  # all processes' sums are with the first
    batch_size = config.batch_size * config.batch_scale
    steps_per_epoch = -(-len(training.source) // batch_size)

    with _dropout_numbers(training.targets.device, config.seed + ranks.rank) as dropout_numbers:
        if state.random_states:
            dropout_numbers.set_state(state.random_states[ranks.rank])

        def save() -> None:
            state.random_states = ranks.gather(dropout_numbers.get_state())
            # One process goes on with the sums of all of them.
            sums = ranks.add_up(state.sums.clone())
            state.sums.copy_(sums if ranks.writes else torch.zeros_like(sums))
            if checkpoints is not None:
                ranks.first_does(lambda: _save_finite(state, config, checkpoints))

        try:
            while state.epoch <= config.epochs and not 0 < config.patience <= state.epochs_without_gain:
                started = time.perf_counter() - state.seconds
                network.train()
                batches = random_batches(
                    training.source.lengths, batch_size, np.random.default_rng([config.seed, state.epoch])
                )
                for rows in progress(batches[state.batches_done :]):
                    step = (state.epoch - 1) * steps_per_epoch + state.batches_done
                    rate = learning_rate(config, step, config.epochs * steps_per_epoch)
                    state.sums += _step(state, training, rows, rate, config, precision, ranks, say)
                    state.batches_done += 1

                    # Only the process that saves knows how long that was ago.
                    stop, due = stop_requested(), ranks.writes and checkpoints is not None and checkpoints.due
                    if ranks.size > 1:
                        last = state.batches_done == len(batches)
                        stop, due = _agreed(ranks, last or state.batches_done % _RANKS_AGREE_EVERY == 0, stop, due)
                    if stop or due:
                        state.seconds = time.perf_counter() - started
                        save()
                    if stop:
                        raise KeyboardInterrupt
                sums = ranks.add_up(state.sums.clone())
                train_loss, train_accuracy = (sums / len(training.source)).tolist()
                seconds = time.perf_counter() - started
                _check_finite("training", train_loss, state.epoch, config)
                validation_loss, validation_accuracy = measure(network, validation, precision, ranks)
                _check_finite("validation", validation_loss, state.epoch, config)

                figures = (train_loss, train_accuracy, validation_loss, validation_accuracy)
                best = validation_loss < state.best_loss
                state.finish_epoch(Epoch(state.epoch, *figures, seconds, len(training.source) / seconds, best))
                on_epoch(state.history[-1])
                save()
        finally:
            network.load_state_dict(state.best_weights)
            network.eval()
    return state.history


def _step(
    state: TrainingState,
    training: Examples,
    rows: Rows,
    rate: float,
    config: TrainingConfig,
    precision: Precision,
    ranks: Ranks,
    say: Callable[[str], None],
) -> Tensor:
    """One step of the optimiser; returns (2,), this process's summed loss and right answers, left on the device."""
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    while True:
        try:
            result = _gradients(state, training, rows, precision, ranks)
            break
        except torch.OutOfMemoryError:
            if state.pieces >= len(rows):
                raise DataError(
                    "Not even one review at a time fits into the device's memory: take a smaller max_length, network "
                    "or vocabulary, or --device cpu"
                ) from None
            state.pieces *= 2
            say(f"out of memory: each batch is now computed in {state.pieces} pieces, which changes no result")
    ranks.add_up_gradients(state.network.parameters())
    state.scaler.unscale_(state.optimizer)
    nn.utils.clip_grad_norm_(state.network.parameters(), config.clip_norm)
    state.scaler.step(state.optimizer)
    state.scaler.update()
    return result


def _gradients(state: TrainingState, training: Examples, rows: Rows, precision: Precision, ranks: Ranks) -> Tensor:
    """Sets the gradients of the batch's mean loss, this process's share of it, piece by piece."""
    device = training.targets.device
    result = torch.zeros(2, dtype=torch.float64, device=device)
    state.optimizer.zero_grad(set_to_none=True)
    for piece in np.array_split(ranks.share(rows), state.pieces):
        if len(piece) == 0:
            continue
        ids, lengths = training.source.batch(piece)  # (batch, time), (batch,)
        targets = training.targets[torch.from_numpy(piece).to(device)]
        with precision.autocast(device):
            logits = state.network(ids, lengths)
        loss = class_loss(logits, targets)
        state.scaler.scale(loss * (len(piece) / len(rows))).backward()  # type: ignore[no-untyped-call]
        result += _loss_and_correct(loss, logits, targets)
    return result


def measure(
    network: SentimentLSTM, examples: Examples, precision: Precision, ranks: Ranks | None = None
) -> tuple[float, float]:
    """The mean loss and the accuracy of a network, without learning."""
    network.eval()
    logits = all_logits(network, examples.source, precision, ranks)
    loss = class_loss(logits, examples.targets)
    loss_sum, correct = _loss_and_correct(loss, logits, examples.targets).tolist()
    return loss_sum / len(examples.source), correct / len(examples.source)


def _loss_and_correct(loss: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
    """(2,): a batch's summed loss and its number of right answers, left on the device."""
    correct = (class_probabilities(logits.detach()).argmax(dim=1) == targets).sum()
    return torch.stack([loss.detach() * len(targets), correct])


def _save_finite(state: TrainingState, config: TrainingConfig, checkpoints: Checkpoints) -> None:
    """What is not finite never replaces a checkpoint from which training can go on: it raises DataError."""
    _check_finite("training", float(state.sums[0]), state.epoch, config)
    if not all(bool(weight.isfinite().all()) for weight in state.network.parameters()):
        raise DataError(
            f"The weights became infinite or no numbers in epoch {state.epoch}: lower the learning rate "
            f"(now {config.learning_rate}) or train without --amp"
        )
    checkpoints.save(state)


def _check_finite(part: str, loss: float, epoch: int, config: TrainingConfig) -> None:
    if not math.isfinite(loss):
        raise DataError(
            f"The {part} loss became {loss} in epoch {epoch}: lower the learning rate (now {config.learning_rate}) "
            "or train without --amp"
        )


def _agreed(ranks: Ranks, now: bool, *wishes: bool) -> list[bool]:
    """What any process wishes, known to all of them at the same step, which is `now`; all False otherwise."""
    if not now:
        return [False] * len(wishes)
    return [wish > 0 for wish in ranks.add_up(torch.tensor(wishes, dtype=torch.int32, device=ranks.device)).tolist()]


@contextmanager
def _dropout_numbers(device: torch.device, seed: int) -> Iterator[torch.Generator]:
    """What dropout on the device draws from, seeded; the caller's state of it is back afterwards."""
    generator = dropout_generator(device)
    before = generator.get_state()
    generator.manual_seed(seed)
    try:
        yield generator
    finally:
        generator.set_state(before)
