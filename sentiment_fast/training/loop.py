"""The training loop: a network, labelled ids, settings -> the trained network and its history.

Follows the tutorial's section 6, with batches of rows of similar length cut to their longest. Nothing is printed or
drawn here, and nothing is written except checkpoints: the caller gets each epoch's figures.
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
from sentiment_fast.model.classifier import Classifier
from sentiment_fast.model.compiling import Compiler
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.network import class_loss
from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.training.checkpoints import Checkpoints
from sentiment_fast.training.schedules import learning_rate
from sentiment_fast.training.state import Epoch, TrainingState, dropout_generator
from sentiment_fast.training.step import Examples, TrainingStep, loss_and_correct

Progress = Callable[[list[Rows]], Iterable[Rows]]
_LARGEST_DRIFT = 1e-5  # how far an output may move from one pad to the next; see LastPads.outputs_have_converged
_PROCESSES_AGREE_EVERY = 16  # batches; asking all processes whether to stop takes a message, and on a GPU a pause


def train(
    network: Classifier,
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
    processes: TrainingProcesses | None = None,
    compiler: Compiler | None = None,
    cuda_graphs: bool = False,
    pieces: int = 1,
) -> list[Epoch]:
    """Train the network in place and leave it with the weights of the epoch that the config says is kept.

    on_epoch: called after each epoch, when the network holds that epoch's weights. progress: wraps an epoch's batches
    (a progress bar). checkpoints: where the state is saved, and resumed from if there is one. stop_requested: called
    after each step (with several processes, every 16 steps and at an epoch's end); once it returns True, the state is
    saved and KeyboardInterrupt raised. say: called if a batch does not fit into memory and is cut, and if something
    that was requested is not possible. processes: those that train together. compiler, cuda_graphs: see
    training/step.py. pieces: how many passes a batch takes, whose gradients are added up.
    Returns the history. Raises DataError if a loss is not finite. The seed decides the batches and the dropout; the
    caller's random state is untouched.
    """
    # Long: the whole loop in one place, to be read from top to bottom.
    processes = processes or TrainingProcesses()
    state = TrainingState.at_start(network, config, precision.dtype, cuda_graphs, pieces)
    if checkpoints is not None and checkpoints.restore(state) and not processes.writes:
        state.sums.zero_()  # the first process has the sums of all of them
    step = TrainingStep(state, training, config, precision, processes, say, compiler, cuda_graphs)

    with step.stream(), _dropout_numbers(training.targets.device, config.seed + processes.rank) as dropout_numbers:
        if state.random_states:
            dropout_numbers.set_state(state.random_states[processes.rank])
            network.pads_at_once = state.pads_at_once[processes.rank]

        def save() -> None:
            state.random_states = processes.gather(dropout_numbers.get_state())
            state.pads_at_once = torch.cat(processes.gather(torch.tensor([network.pads_at_once]))).tolist()
            # The first process resumes with the sums of all of them.
            sums = processes.add_up(state.sums.clone())
            state.sums.copy_(sums if processes.writes else torch.zeros_like(sums))
            if checkpoints is not None:
                processes.first_does(lambda: _save_finite(state, config, checkpoints))

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
                    stop, due = stop_requested(), processes.writes and checkpoints is not None and checkpoints.due
                    if processes.size > 1:
                        last = state.batches_done == len(batches)
                        stop, due = _agreed(
                            processes, last or state.batches_done % _PROCESSES_AGREE_EVERY == 0, stop, due
                        )
                    if stop or due:
                        state.seconds = time.perf_counter() - started
                        save()
                    if stop:
                        raise KeyboardInterrupt
                sums = processes.add_up(state.sums.clone())
                train_loss, train_accuracy = _means(sums, training)
                seconds = time.perf_counter() - started
                _check_finite("training", train_loss, state.epoch, config)
                _report_drift(network, say)
                validation_loss, validation_accuracy = measure(network, validation, precision, processes)
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
    network: Classifier, examples: Examples, precision: Precision, processes: TrainingProcesses | None = None
) -> tuple[float, float]:
    """The mean loss, weighted as in training, and the accuracy, unweighted, of a network, without training it."""
    network.eval()
    logits = all_logits(network, examples.source, precision, processes)
    loss = class_loss(logits, examples.targets, examples.weights, examples.row_weights)
    return _means(loss_and_correct(loss, logits, examples.targets), examples)


def _means(sums: Tensor, examples: Examples) -> tuple[float, float]:
    """The mean loss and the accuracy. sums: (2,), the summed loss and the number of correct answers."""
    loss_sum, correct = sums.tolist()
    return loss_sum / len(examples.source), correct / max(examples.decided, 1)


def _on_device(batches: list[Rows], device: torch.device) -> Sequence[Tensor]:
    """The batches' rows on the device, copied in one transfer."""
    if not batches:
        return []
    rows = torch.from_numpy(np.concatenate(batches)).to(device)
    return torch.split(rows, [len(batch) for batch in batches])


def _report_drift(network: Classifier, say: Callable[[str], None]) -> None:
    if network.pad_drift is None:
        return
    drift = network.pad_drift.item()
    if drift > _LARGEST_DRIFT:
        say(
            f"the outputs after 128 pads still moved by up to {drift:.1g} a step, although training on a GPU assumes "
            "that they have converged: gradients are not exactly those of padding to the full length"
        )
    network.pad_drift.zero_()


def _save_finite(state: TrainingState, config: TrainingConfig, checkpoints: Checkpoints) -> None:
    """Save a checkpoint; raises DataError if the state is not finite, so that it never replaces one that is."""
    _check_finite("training", float(state.sums[0]), state.epoch, config)
    if not all(bool(weight.isfinite().all()) for weight in state.network.parameters()):
        raise DataError(
            f"The weights became infinite or NaN in epoch {state.epoch}: lower the learning rate "
            f"(now {config.learning_rate}) or train without `amp`"
        )
    checkpoints.save(state)


def _check_finite(part: str, loss: float, epoch: int, config: TrainingConfig) -> None:
    if not math.isfinite(loss):
        raise DataError(
            f"The {part} loss became {loss} in epoch {epoch}: lower the learning rate (now {config.learning_rate}) "
            "or train without `amp`"
        )


def _agreed(processes: TrainingProcesses, now: bool, *flags: bool) -> list[bool]:
    """Each flag, true if any process sets it, for all processes at the same step; all False unless `now`."""
    if not now:
        return [False] * len(flags)
    return [
        flag > 0 for flag in processes.add_up(torch.tensor(flags, dtype=torch.int32, device=processes.device)).tolist()
    ]


@contextmanager
def _dropout_numbers(device: torch.device, seed: int) -> Iterator[torch.Generator]:
    """The generator that dropout on the device draws from, seeded; its previous state is restored afterwards."""
    generator = dropout_generator(device)
    before = generator.get_state()
    generator.manual_seed(seed)
    try:
        yield generator
    finally:
        generator.set_state(before)
