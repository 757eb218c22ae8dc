"""The training loop: a network, labelled ids, settings -> the trained network and its history.

Follows the tutorial's section 6, with batches of rows of similar length cut to their longest. Nothing is printed or
drawn here, and nothing written but checkpoints: whoever calls is told of each epoch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from sentiment_fast.errors import DataError
from sentiment_fast.model.batches import Rows, random_batches
from sentiment_fast.model.compiling import Compiler
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.network import SentimentLSTM, class_loss
from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.training.checkpoints import Checkpoints
from sentiment_fast.training.schedules import learning_rate
from sentiment_fast.training.state import Epoch, TrainingState, dropout_generator
from sentiment_fast.training.step import Examples, TrainingStep, loss_and_correct

Progress = Callable[[list[Rows]], Iterable[Rows]]
_LARGEST_DRIFT = 1e-5  # of an output, from one pad to the next; see LastPads.outputs_stand_still
_RANKS_AGREE_EVERY = 16  # batches; asking all processes whether to stop takes a message, and on a GPU a pause


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
    ranks: TrainingProcesses | None = None,
    compiler: Compiler | None = None,
    cuda_graphs: bool = False,
) -> list[Epoch]:
    """Train the network in place and leave it with the weights of the epoch that the config says is kept.

    on_epoch: called after each epoch, when the network holds that epoch's weights. progress: wraps an epoch's batches
    (a progress bar). checkpoints: where the state is kept, and taken up from where one is. stop_requested: asked after
    each step (by several processes, every 16 steps and at an epoch's end); once it says so, the state is saved and
    KeyboardInterrupt raised. say: told when a batch does not fit into memory and is cut, and of what else is less than
    was asked for. ranks: the processes that train together. compiler, cuda_graphs: see training/step.py.
    Returns the history. Raises DataError where a loss is no longer a number. The seed decides the batches and the
    dropout; the caller's random state is untouched.
    """
    ranks = ranks or TrainingProcesses()
    state = TrainingState.at_start(network, config, precision.dtype, cuda_graphs)
    if checkpoints is not None and checkpoints.restore(state) and not ranks.writes:
        state.sums.zero_()  # all processes' sums are with the first
    step = TrainingStep(state, training, config, precision, ranks, say, compiler, cuda_graphs)

    with step.stream(), _dropout_numbers(training.targets.device, config.seed + ranks.rank) as dropout_numbers:
        if state.random_states:
            dropout_numbers.set_state(state.random_states[ranks.rank])
            network.pads_at_once = state.pads_at_once[ranks.rank]

        def save() -> None:
            state.random_states = ranks.gather(dropout_numbers.get_state())
            state.pads_at_once = torch.cat(ranks.gather(torch.tensor([network.pads_at_once]))).tolist()
            # One process goes on with the sums of all of them.
            sums = ranks.add_up(state.sums.clone())
            state.sums.copy_(sums if ranks.writes else torch.zeros_like(sums))
            if checkpoints is not None:
                ranks.first_does(lambda: _save_finite(state, config, checkpoints))

        try:
            while state.epoch <= config.epochs and not 0 < config.patience <= state.epochs_without_gain:
                started = time.perf_counter() - state.seconds
                network.train()
                if state.batches_done == 0:
                    network.pads_at_once = 64
                batches = random_batches(
                    training.source.lengths,
                    config.budget,
                    np.random.default_rng([config.seed, state.epoch]),
                    training.source.width_step,
                )
                left = batches[state.batches_done :]
                for rows, device_rows in zip(progress(left), _on_device(left, training.source.device), strict=False):
                    number = (state.epoch - 1) * len(batches) + state.batches_done
                    step(rows, device_rows, learning_rate(config, number, config.epochs * len(batches)))
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
                _report_drift(network, say)
                validation_loss, validation_accuracy = measure(network, validation, precision, ranks)
                _check_finite("validation", validation_loss, state.epoch, config)

                figures = (train_loss, train_accuracy, validation_loss, validation_accuracy)
                best = config.keep == "last" or validation_loss < state.best_loss
                state.finish_epoch(Epoch(state.epoch, *figures, seconds, len(training.source) / seconds, best))
                on_epoch(state.history[-1])
                save()
        finally:
            network.load_state_dict(state.best_weights)
            network.eval()
    return state.history


def measure(
    network: SentimentLSTM, examples: Examples, precision: Precision, ranks: TrainingProcesses | None = None
) -> tuple[float, float]:
    """The mean loss and the accuracy of a network, without learning."""
    network.eval()
    logits = all_logits(network, examples.source, precision, ranks)
    loss = class_loss(logits, examples.targets)
    loss_sum, correct = loss_and_correct(loss, logits, examples.targets).tolist()
    return loss_sum / len(examples.source), correct / len(examples.source)


def _on_device(batches: list[Rows], device: torch.device) -> Sequence[Tensor]:
    """The batches' rows on the device, copied there at once."""
    if not batches:
        return []
    rows = torch.from_numpy(np.concatenate(batches)).to(device)
    return torch.split(rows, [len(batch) for batch in batches])


def _report_drift(network: SentimentLSTM, say: Callable[[str], None]) -> None:
    if network.pad_drift is None:
        return
    drift = network.pad_drift.item()
    if drift > _LARGEST_DRIFT:
        say(
            f"the outputs behind 128 pads still moved by up to {drift:.1g} a step, which training on a GPU takes for "
            "still: gradients are not exactly those of padding to the full length"
        )
    network.pad_drift.zero_()


def _save_finite(state: TrainingState, config: TrainingConfig, checkpoints: Checkpoints) -> None:
    """What is not finite never replaces a checkpoint from which training can go on: it raises DataError."""
    _check_finite("training", float(state.sums[0]), state.epoch, config)
    if not all(bool(weight.isfinite().all()) for weight in state.network.parameters()):
        raise DataError(
            f"The weights became infinite or no numbers in epoch {state.epoch}: lower the learning rate "
            f"(now {config.learning_rate}) or train without `amp`"
        )
    checkpoints.save(state)


def _check_finite(part: str, loss: float, epoch: int, config: TrainingConfig) -> None:
    if not math.isfinite(loss):
        raise DataError(
            f"The {part} loss became {loss} in epoch {epoch}: lower the learning rate (now {config.learning_rate}) "
            "or train without `amp`"
        )


def _agreed(ranks: TrainingProcesses, now: bool, *wishes: bool) -> list[bool]:
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
