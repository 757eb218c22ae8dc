"""A trained model and its validation part -> the model calibrated, and what that changed.

In: the model, its network, the encoded validation part. Out: the same model, and a `CalibrationReport`. Fitting is left
to evaluation/fit_calibration.py, applying what was fitted to model/calibration.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.fit_calibration import adapt_calibration, fit_calibration
from sentiment_fast.evaluation.metrics import Metrics, evaluate_decision
from sentiment_fast.model.calibration import Calibration, Logits, Rows, cascaded_probabilities
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import network_logits
from sentiment_fast.model.labelling import UNCHANGED, Labelling
from sentiment_fast.model.model import NGRAMS_ONLY, Model
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.training.encode import Encoded

# Confidences of a cascade, the fastest first, and how many texts that it may keep from the network it takes to show
# that one costs at most this much of their accuracy (benchmarks/results/accuracy.md).
_CASCADES, _ACCURACY_LOST = {0.85: 1500, 0.9: 1500, 0.95: 500}, 0.001
# In ids. The network is quick with shorter texts, and knows better than their n-grams what a "not" negates.
_CASCADE_FROM = 64
_FIGURES = ("accuracy", "log_loss", "calibration_error", "positive_calibration_error")
_ONE_PART = {"network": "network", "wide": "n-gram model"}  # a part's key in metrics.json -> its name in messages


@dataclass(frozen=True)
class CalibrationReport:
    """Metrics of the validation part, which the calibration was fitted on, by what gave the probabilities.

    before: with the calibration that the model came with, which adds both parts' logits up if it had none. parts:
    "network" and "wide" (the n-gram model), each on its own and uncalibrated, if the model has both, and "cascade".
    network_share: the share of the texts that the cascade passes to the network.
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

    A model that was calibrated before it was trained further keeps close to that calibration if the texts are few.
    None, and the reason is reported, if the model stays uncalibrated. With an n-gram model, it gets a cascade too, if
    that costs at most 0.1 points of accuracy on 500 texts or more that are long enough for one. network: the model's,
    in evaluation mode, on any device. validation: texts that have a class. weights: (classes,), those of the training's
    losses, by which the texts count here too, and so do the texts' own weights: otherwise the calibration would undo
    them. The figures of the report count each text once.
    """
    if model.wide is not None:
        model.cascade_from = _CASCADE_FROM  # also of a cascade that the user turns on
    logits = network_logits(network, validation.ids, precision)
    ngrams = None if model.wide is None else model.wide.logits(validation.ids)
    lengths = validation.ids.lengths
    report = calibrate_logits(model, logits, ngrams, validation, say, weights, lengths)
    if report is None or ngrams is None:
        return report
    model.wide_calibration = _fitted(
        model.wide_calibration, None, ngrams, validation, len(model.classes), weights, lengths
    )
    return _with_cascade(model, report, logits, ngrams, validation, say)


def calibrate_logits(
    model: Labelling,
    logits: Logits,
    ngrams: Logits | None,
    validation: Encoded,
    say: Callable[[str], None],
    weights: Sequence[float] | None = None,
    lengths: Rows | None = None,
) -> CalibrationReport | None:
    """As `calibrate`, from the validation part's logits and without a cascade.

    ngrams: None for a model without n-grams. lengths: (n,) ids per text, on which the scales may then depend; None for
    scales that do not.
    """
    targets, classes = validation.targets, model.classes
    whole = replace(model.decision, neutral=None)
    try:
        calibration = _fitted(model.calibration, logits, ngrams, validation, len(classes), weights, lengths)
    except DataError as error:
        say(f"the probabilities stay uncalibrated: {error}")
        return None

    def measured(one: Calibration) -> Metrics:
        return evaluate_decision(one.probabilities(logits, ngrams, lengths), targets, whole)

    one_part = {} if ngrams is None else {"network": Calibration(wide=0.0), "wide": Calibration(network=0.0)}
    report = CalibrationReport(
        measured(model.calibration), measured(calibration), {name: measured(one) for name, one in one_part.items()}
    )
    model.calibration = calibration
    say(report.as_text())
    return report


def _fitted(
    known: Calibration,
    logits: Logits | None,
    ngrams: Logits | None,
    validation: Encoded,
    classes: int,
    weights: Sequence[float] | None,
    lengths: Rows | None,
) -> Calibration:
    """The known calibration adapted, or a new one if it is the default. Raises DataError if nothing can be fitted."""
    arguments = logits, ngrams, validation.targets, classes, weights, validation.weights, lengths
    if known in (UNCHANGED, NGRAMS_ONLY):
        return fit_calibration(*arguments)
    return adapt_calibration(known, *arguments)


def _with_cascade(
    model: Model,
    report: CalibrationReport,
    network: Logits,
    ngrams: Logits,
    validation: Encoded,
    say: Callable[[str], None],
) -> CalibrationReport:
    """Turn on the fastest cascade that costs little enough accuracy; returns the report with the cascade's figures.

    Only texts of `cascade_from` ids or more are evidence: a cascade changes nothing for the others.
    """
    targets, lengths, both = validation.targets, validation.ids.lengths, model.calibration
    decision = replace(model.decision, neutral=None)
    model.cascade, tested = None, int((lengths >= model.cascade_from).sum())
    for confidence, fewest in _CASCADES.items():
        probabilities, unsure = cascaded_probabilities(
            ngrams,
            lengths,
            model.wide_calibration,
            both,
            confidence,
            lambda rows: network[rows],
            model.cascade_from,
        )
        found = evaluate_decision(probabilities, targets, decision)
        lost = round((report.after.accuracy - found.accuracy) * len(targets))  # texts, all of them long
        if tested >= fewest and lost <= _ACCURACY_LOST * tested:
            model.cascade = confidence
            break
    share = len(unsure) / len(targets)
    if tested < fewest:
        say(
            f"cascade off: expected {fewest} validation texts of {model.cascade_from} words or more to test one, "
            f"got {tested}"
        )
    else:
        say(
            f"cascade {'off' if model.cascade is None else 'on'}: accuracy {found.accuracy:.2%} if the network scores "
            f"only texts of fewer than {model.cascade_from} words and those about which the n-gram model is less than "
            f"{confidence:.0%} confident, {share:.0%} of all"
        )
    return replace(report, parts={**report.parts, "cascade": found}, network_share=share)


def _error(metrics: Metrics) -> float:
    if metrics.positive_calibration_error is not None:
        return metrics.positive_calibration_error
    return metrics.calibration_error
