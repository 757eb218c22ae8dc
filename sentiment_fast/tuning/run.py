"""A search, trial after trial: settings -> a training -> its figures, in the log.

In: a search, a `TrialSetup`, a log. Out: the log with more trials. Choosing the settings is left to
searches.py, training to training/loop.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.evaluation.by_group import mean_log_loss
from sentiment_fast.evaluation.fit_calibration import fit_calibration
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.calibration import Calibration, Logits
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import network_logits
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.presets import Preset
from sentiment_fast.training.encode import Encoded, new_network
from sentiment_fast.training.loop import train
from sentiment_fast.training.state import Epoch
from sentiment_fast.training.step import CaptureError
from sentiment_fast.tuning.encoded_data import EncodedData
from sentiment_fast.tuning.searches import Search
from sentiment_fast.tuning.trials import CUT, FAILED, FINISHED, STOPPED, Trial, TrialLog, is_hopeless


@dataclass(frozen=True)
class TrialSetup:
    """How each trial is trained and scored. base: what its settings change. metric: "accuracy" or "loss", on the
    validation part. cuda_graphs: see training/step.py.

    With an n-gram model next to the network, both are scored together: each epoch's figures are those of the calibrated
    sum. The network's own loss decides which epoch is kept, as in `train`.
    """

    base: Preset
    data: EncodedData
    precision: Precision
    metric: str
    cuda_graphs: bool = False


def run_search(
    search: Search,
    setup: TrialSetup,
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
    setup: TrialSetup,
    before: Sequence[Trial],
    stop_requested: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda message: None,
) -> Trial:
    """Train with these settings. before: the trials so far; one that they show to be hopeless is stopped early."""
    began = time.monotonic()
    epochs: list[Epoch] = []

    def after_epoch(epoch: Epoch) -> None:
        if ngram_logits is not None:
            epoch = _with_ngrams(epoch, network, ngram_logits, validation, setup)
        epochs.append(epoch)
        best = epoch.best and changed.training.keep == "best"
        say(
            f"  epoch {epoch.epoch}/{changed.training.epochs}: validation loss {epoch.validation_loss:.4f}, accuracy "
            f"{epoch.validation_accuracy:.2%}{'' if ngram_logits is None else ' with n-grams'}"
            f"{', its best so far' if best else ''} ({epoch.seconds:.1f} s)"
        )
        if epoch.epoch < changed.training.epochs and is_hopeless(epochs, before, setup.metric):
            raise _HopelessError

    def ended(status: str, reason: str = "") -> Trial:
        return Trial(len(before) + 1, settings, status, epochs, time.monotonic() - began, reason)

    try:
        changed = setup.base.with_fields(settings)
        vocabulary, examples = setup.data.examples(changed)
        vectors = setup.data.vectors(changed, say)
        validation = setup.data.encoded(changed.vocabulary)[1]["validation"]
        ngram_logits = setup.data.ngram_logits(changed)
        network = new_network(changed, vocabulary, setup.data.classes, vectors).to(setup.data.device)
        train(
            network,
            examples["training"],
            examples["validation"],
            changed.training,
            setup.precision,
            after_epoch,
            stop_requested=stop_requested,
            say=say,
            cuda_graphs=setup.cuda_graphs,
        )
    except _HopelessError:
        return ended(STOPPED)
    except KeyboardInterrupt:
        return ended(CUT)
    except CaptureError:  # the trials after it would run on what it has left
        raise
    except (
        DataError,
        UsageError,
        torch.OutOfMemoryError,
    ) as error:  # settings that contradict each other, or a training that diverges
        return ended(FAILED, str(error))
    return ended(FINISHED)


def _with_ngrams(
    epoch: Epoch, network: SentimentLSTM, ngram_logits: Logits, validation: Encoded, setup: TrialSetup
) -> Epoch:
    """The epoch with the figures of network and n-gram model together, calibrated on the same texts."""
    logits = network_logits(network, validation.ids, setup.precision)
    targets, weights = validation.targets, validation.weights
    classes, known = setup.data.classes, targets >= 0
    try:
        of_known = None if weights is None else weights[known]
        calibration = fit_calibration(
            logits[known], ngram_logits[known], targets[known], len(classes), row_weights=of_known
        )
    except DataError:  # too few texts (the loop has checked that the loss is finite): added up, as train does
        calibration = Calibration()
    probabilities = calibration.probabilities(logits, ngram_logits)
    found = evaluate(probabilities[known], targets[known], classes)
    loss = found.log_loss
    if weights is not None or not known.all():
        loss = mean_log_loss(probabilities, validation.learned_targets(), weights)
    return replace(epoch, validation_loss=loss, validation_accuracy=found.accuracy)


def described(settings: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in settings.items())


class _HopelessError(Exception):
    """Ends a training after an epoch."""
