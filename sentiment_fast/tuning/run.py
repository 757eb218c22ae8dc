"""A search, trial after trial: settings -> a training -> its figures, in the log.

In: a search, a `TrialSetup`, a log. Out: the log with more trials. Choosing the settings is left to
searches.py, training to training/loop.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

import torch

from sentiment_fast.errors import DataError, MissingPackageError, UsageError
from sentiment_fast.model.devices import Precision
from sentiment_fast.training.loop import train
from sentiment_fast.training.state import Epoch
from sentiment_fast.training.step import CaptureError
from sentiment_fast.tuning.searches import Search
from sentiment_fast.tuning.trial_data import SettingsT, TrialData
from sentiment_fast.tuning.trials import CUT, FAILED, FINISHED, STOPPED, Trial, TrialLog, is_hopeless


@dataclass(frozen=True)
class TrialSetup(Generic[SettingsT]):
    """How each trial is trained and scored. base: what its settings change. metric: "accuracy" or "loss", on the
    validation part. cuda_graphs: see training/step.py.
    """

    base: SettingsT
    data: TrialData[SettingsT]
    precision: Precision
    metric: str
    cuda_graphs: bool = False


def run_search(
    search: Search,
    setup: TrialSetup[SettingsT],
    log: TrialLog,
    most: int | None,
    stop_requested: Callable[[], bool],
    on_trial: Callable[[Trial], None] = lambda trial: None,
    say: Callable[[str], None] = lambda message: None,
) -> None:
    """Continue the log's search until it has `most` trials, has nothing more to try, or is asked to stop.

    stop_requested: asked after each step; the current trial then ends as cut. on_trial: called with each trial that is
    in the log. say: called with a message for each epoch.
    """
    while (most is None or len(log.trials) < most) and not stop_requested():
        settings = search(log.trials)
        if settings is None:
            return
        say(f"trial {len(log.trials) + 1}: {described(settings)}")
        trial = run_trial(settings, setup, log.trials, stop_requested, say)
        if trial.status == CUT and not trial.epochs:
            return
        log.append(trial)
        on_trial(trial)
        if trial.status == CUT:
            return


def run_trial(
    settings: dict[str, Any],
    setup: TrialSetup[SettingsT],
    before: Sequence[Trial],
    stop_requested: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda message: None,
) -> Trial:
    """Train with these settings. before: the trials so far; one that they show to be hopeless is stopped early."""
    began = time.monotonic()
    epochs: list[Epoch] = []

    def after_epoch(epoch: Epoch) -> None:
        if training.whole is not None:
            epoch = training.whole(epoch)
        epochs.append(epoch)
        best = epoch.best and training.config.keep == "best"
        say(
            f"  epoch {epoch.epoch}/{training.config.epochs}: validation loss {epoch.validation_loss:.4f}, accuracy "
            f"{epoch.validation_accuracy:.2%}{'' if training.whole is None else ' with n-grams'}"
            f"{', its best so far' if best else ''} ({epoch.seconds:.1f} s)"
        )
        if epoch.epoch < training.config.epochs and is_hopeless(epochs, before, setup.metric):
            raise _HopelessError

    def ended(status: str, reason: str = "") -> Trial:
        return Trial(len(before) + 1, settings, status, epochs, time.monotonic() - began, reason)

    try:
        training = setup.data.training(setup.base.with_fields(settings), setup.precision, say)
        train(
            training.network,
            training.examples["training"],
            training.examples["validation"],
            training.config,
            setup.precision,
            after_epoch,
            stop_requested=stop_requested,
            say=say,
            cuda_graphs=setup.cuda_graphs,
            pieces=training.pieces,
        )
    except _HopelessError:
        return ended(STOPPED)
    except KeyboardInterrupt:
        return ended(CUT)
    except (CaptureError, MissingPackageError):  # later trials would run on what it has left, or lack the same
        raise
    except (
        DataError,
        UsageError,
        torch.OutOfMemoryError,
    ) as error:  # settings that contradict each other, or a training that diverges
        return ended(FAILED, str(error))
    return ended(FINISHED)


def described(settings: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in settings.items())


class _HopelessError(Exception):
    """Ends a training after an epoch."""
