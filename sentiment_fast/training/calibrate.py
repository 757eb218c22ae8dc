"""A trained model and its validation part -> the model calibrated, and what that changed.

What is fitted, and how, is evaluation/calibration.py's; how it is applied, model/calibration.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.fit_calibration import fit_calibration
from sentiment_fast.evaluation.metrics import Metrics, evaluate
from sentiment_fast.model.calibration import Calibration, Logits, cascaded_probabilities
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import network_logits
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.training.encode import Encoded

# A cascade of this confidence is turned on where it loses so little (benchmarks/results/accuracy.md); by fewer texts,
# that cannot be told.
_CONFIDENCE, _ACCURACY_LOST, _FEWEST_TEXTS = 0.95, 0.001, 500
_FIGURES = ("accuracy", "log_loss", "calibration_error", "positive_calibration_error")


@dataclass(frozen=True)
class CalibrationReport:
    """Metrics of the validation part, which the calibration was fitted on, by what gave the probabilities.

    before: the parts' logits as they are, added up. parts: "network" and "wide", each alone and as it is, where the
    model has both, and "cascade". network_share: the share of the texts that this gives to the network.
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
        alone = [f"{name} alone {one.accuracy:.2%}" for name, one in self.parts.items() if name != "cascade"]
        return (
            f"calibrated on {self.after.n:,} validation texts: "
            f"calibration error {before:.2%} before, {after:.2%} after; "
            f"accuracy {', '.join([*alone, f'{self.before.accuracy:.2%} before', f'{self.after.accuracy:.2%} after'])}"
        )


def calibrate(
    model: Model, network: SentimentLSTM, validation: Encoded, precision: Precision, say: Callable[[str], None]
) -> CalibrationReport | None:
    """Give the model the calibration that fits its validation part; tell what that changed, or why it stays as it is.

    None where it does. With a wide part, the model gets a cascade too, if that costs at most 0.1 % of the accuracy, as
    500 texts or more tell. network: the model's, in evaluation mode, on any device.
    """
    logits = network_logits(network, validation.ids, precision)
    wide = None if model.wide is None else model.wide.logits(validation.ids)
    targets, classes = validation.targets, model.classes
    try:
        calibration = fit_calibration(logits, wide, targets, len(classes))
        if wide is not None:
            model.wide_calibration = fit_calibration(None, wide, targets, len(classes))
    except DataError as error:
        say(f"the probabilities stay as the model gives them, not calibrated: {error}")
        return None

    def measured(one: Calibration) -> Metrics:
        return evaluate(one.probabilities(logits, wide), targets, classes)

    alone = {} if wide is None else {"network": Calibration(wide=0.0), "wide": Calibration(network=0.0)}
    report = CalibrationReport(
        measured(model.calibration), measured(calibration), {name: measured(one) for name, one in alone.items()}
    )
    model.calibration = calibration
    say(report.as_text())
    return report if wide is None else _with_cascade(model, report, logits, wide, targets, say)


def _with_cascade(
    model: Model,
    report: CalibrationReport,
    network: Logits,
    wide: Logits,
    targets: npt.NDArray[np.int64],
    say: Callable[[str], None],
) -> CalibrationReport:
    """Turn the calibrated model's cascade on, if it is worth it. The report, with what it does."""
    probabilities, unsure = cascaded_probabilities(
        wide, model.wide_calibration, model.calibration, _CONFIDENCE, lambda rows: network[rows]
    )
    found, share = evaluate(probabilities, targets, model.classes), len(unsure) / len(targets)
    kept = len(targets) >= _FEWEST_TEXTS and found.accuracy >= report.after.accuracy - _ACCURACY_LOST
    if kept:
        model.cascade = _CONFIDENCE
    say(
        f"cascade {'on' if kept else 'off'}: n-grams are less than {_CONFIDENCE:.0%} sure of {share:.0%} of the texts; "
        f"with the network asked about these alone, accuracy {found.accuracy:.2%}"
    )
    return replace(report, parts={**report.parts, "cascade": found}, network_share=share)


def _error(metrics: Metrics) -> float:
    if metrics.positive_calibration_error is not None:
        return metrics.positive_calibration_error
    return metrics.calibration_error
