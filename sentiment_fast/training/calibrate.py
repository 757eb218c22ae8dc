"""A trained model and its validation part -> the model calibrated, and what that changed.

In: the model, its network, the encoded validation part. Out: the same model, and a `CalibrationReport`. Fitting is left
to evaluation/fit_calibration.py, applying what was fitted to model/calibration.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.fit_calibration import fit_calibration
from sentiment_fast.evaluation.metrics import Metrics, evaluate_decision
from sentiment_fast.model.calibration import Calibration, Logits, cascaded_probabilities
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import network_logits
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.training.encode import Encoded

# A cascade of this confidence is turned on if it loses at most this much accuracy (benchmarks/results/accuracy.md),
# which fewer texts cannot show.
_CONFIDENCE, _ACCURACY_LOST, _FEWEST_TEXTS = 0.95, 0.001, 500
_FIGURES = ("accuracy", "log_loss", "calibration_error", "positive_calibration_error")
_ONE_PART = {"network": "network", "wide": "n-gram model"}  # a part's key in metrics.json -> its name in messages


@dataclass(frozen=True)
class CalibrationReport:
    """Metrics of the validation part, which the calibration was fitted on, by what gave the probabilities.

    before: of both parts' uncalibrated logits, added up. parts: "network" and "wide" (the n-gram model), each on its
    own and uncalibrated, if the model has both, and "cascade". network_share: the share of the texts that the cascade
    passes to the network.
    """

    before: Metrics
    after: Metrics
    parts: dict[str, Metrics]
    network_share: float = 1.0

    def as_dict(self) -> dict[str, Any]:
        """Accuracy, log loss and calibration errors, ready for JSON."""
        measured = {"before": self.before, "after": self.after, **self.parts}
        figures: dict[str, Any] = {
            name: {figure: getattr(one, figure) for figure in _FIGURES} for name, one in measured.items()
        }
        if "cascade" in figures:
            figures["cascade"]["network_share"] = self.network_share
        return figures

    def as_text(self) -> str:
        """One line."""
        before, after = (_error(one) for one in (self.before, self.after))
        figures = [
            f"{name} only {self.parts[key].accuracy:.2%}" for key, name in _ONE_PART.items() if key in self.parts
        ]
        figures += [f"{self.before.accuracy:.2%} before", f"{self.after.accuracy:.2%} after"]
        return (
            f"calibrated on {self.after.n:,} validation texts: "
            f"calibration error {before:.2%} before, {after:.2%} after; "
            f"accuracy {', '.join(figures)}"
        )


def calibrate(
    model: Model,
    network: SentimentLSTM,
    validation: Encoded,
    precision: Precision,
    say: Callable[[str], None],
    weights: Sequence[float] | None = None,
) -> CalibrationReport | None:
    """Give the model the calibration that fits its validation part, and report what that changed.

    None, and the reason is reported, if the model stays uncalibrated. With an n-gram model, it gets a cascade too, if
    that costs at most 0.1 % of the accuracy on 500 texts or more. network: the model's, in evaluation mode, on any
    device. validation: texts that have a class. weights: (classes,), those of the training's losses, by which the texts
    count here too, and so do the texts' own weights: otherwise the calibration would undo them. The figures of the
    report count each text once.
    """
    logits = network_logits(network, validation.ids, precision)
    ngrams = None if model.wide is None else model.wide.logits(validation.ids)
    targets, classes = validation.targets, model.classes
    whole = replace(model.decision, neutral=None)
    try:
        calibration = fit_calibration(logits, ngrams, targets, len(classes), weights, validation.weights)
        if ngrams is not None:
            model.wide_calibration = fit_calibration(None, ngrams, targets, len(classes), weights, validation.weights)
    except DataError as error:
        say(f"the probabilities stay uncalibrated: {error}")
        return None

    def measured(one: Calibration) -> Metrics:
        return evaluate_decision(one.probabilities(logits, ngrams), targets, whole)

    one_part = {} if ngrams is None else {"network": Calibration(wide=0.0), "wide": Calibration(network=0.0)}
    report = CalibrationReport(
        measured(model.calibration), measured(calibration), {name: measured(one) for name, one in one_part.items()}
    )
    model.calibration = calibration
    say(report.as_text())
    return report if ngrams is None else _with_cascade(model, report, logits, ngrams, targets, say)


def _with_cascade(
    model: Model,
    report: CalibrationReport,
    network: Logits,
    ngrams: Logits,
    targets: npt.NDArray[np.int64],
    say: Callable[[str], None],
) -> CalibrationReport:
    """Turn the calibrated model's cascade on, if it is worth it; the report, with the cascade's figures."""
    probabilities, unsure = cascaded_probabilities(
        ngrams, model.wide_calibration, model.calibration, _CONFIDENCE, lambda rows: network[rows]
    )
    found = evaluate_decision(probabilities, targets, replace(model.decision, neutral=None))
    share = len(unsure) / len(targets)
    kept = len(targets) >= _FEWEST_TEXTS and found.accuracy >= report.after.accuracy - _ACCURACY_LOST
    if kept:
        model.cascade = _CONFIDENCE
    say(
        f"cascade {'on' if kept else 'off'}: the n-gram model is less than {_CONFIDENCE:.0%} confident about "
        f"{share:.0%} of the texts; with the network scoring only these, accuracy {found.accuracy:.2%}"
    )
    return replace(report, parts={**report.parts, "cascade": found}, network_share=share)


def _error(metrics: Metrics) -> float:
    if metrics.positive_calibration_error is not None:
        return metrics.positive_calibration_error
    return metrics.calibration_error
