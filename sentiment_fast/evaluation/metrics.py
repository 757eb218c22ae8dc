"""How good a classifier's probabilities are.

In: probabilities, the actual classes and their names. Out: Metrics, as numbers or as a table for the terminal.
Getting the probabilities is left to scoring, writing metrics.json to model/folder.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sentiment_fast.errors import DataError
from sentiment_fast.model.decision import Band, Decision

CALIBRATION_BINS = 15
# A probability computed in bfloat16 is off by up to 2**-9; logits are off by more.
ROW_SUM_TOLERANCE = 0.01


@dataclass(frozen=True)
class ClassMetrics:
    """One class against all others: precision, recall and f1 in [0, 1], support in texts."""

    label: str | int | float
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Metrics:
    """What `evaluate` found on n texts; shares are in [0, 1], log_loss is in nats per text.

    per_class and both axes of confusion follow `classes`; confusion[actual][predicted] is a number of texts.
    roc_auc is None if a class has no text. calibration_error is that of the predicted class's probability,
    positive_calibration_error that of the positive class's. positive, precision, recall, f1: the positive class and its
    figures. All of these are None for more than two classes.
    neutral: the band whose texts are left out of all figures, None without one; coverage: the share of texts that are
    not in it. mean_absolute_error: of the expected value of ordered classes, None for others.
    """

    n: int
    classes: tuple[str | int | float, ...]
    accuracy: float
    macro_f1: float
    roc_auc: float | None
    log_loss: float
    calibration_error: float
    positive_calibration_error: float | None
    per_class: tuple[ClassMetrics, ...]
    confusion: tuple[tuple[int, ...], ...]
    positive: str | int | float | None = None
    neutral: Band | None = None
    coverage: float = 1.0
    mean_absolute_error: float | None = None

    @property
    def of_positive(self) -> ClassMetrics | None:
        """The figures of the positive class; None for more than two classes."""
        return None if self.positive is None else self.per_class[self.classes.index(self.positive)]

    def as_dict(self) -> dict[str, Any]:
        """Plain ints, floats, lists and dicts, ready for JSON; labels keep their own type."""
        return asdict(self) | {
            "classes": list(self.classes),
            "per_class": [asdict(scores) for scores in self.per_class],
            "confusion": [list(row) for row in self.confusion],
            "neutral": None if self.neutral is None else list(self.neutral),
            **{name: getattr(self.of_positive, name, None) for name in ("precision", "recall", "f1")},
        }

    def as_text(self) -> str:
        """Three aligned tables for the terminal: the whole, each class, and the confusion matrix."""
        return "\n\n".join([self._summary(), self._class_table(), self._confusion_table()])

    def _summary(self) -> str:
        rows = {
            **self._neutral_rows(),
            "texts": f"{self.n:,}",
            "accuracy": _percent(self.accuracy),
            "macro F1": _percent(self.macro_f1),
            "calibration error": _percent(self.calibration_error),
            **self._positive_row(),
            "ROC AUC": "undefined" if self.roc_auc is None else f"{self.roc_auc:.4f}",
            "log loss": f"{self.log_loss:.4f}",
            **({} if self.mean_absolute_error is None else {"mean absolute error": f"{self.mean_absolute_error:.4f}"}),
        }
        width = max(18, *map(len, rows))
        return "\n".join(f"{name:<{width}}{value:>11}" for name, value in rows.items())

    def _neutral_rows(self) -> dict[str, str]:
        if self.neutral is None:
            return {}
        low, high = self.neutral
        return {f"coverage without {low:g} to {high:g}": _percent(self.coverage)}

    def _positive_row(self) -> dict[str, str]:
        if self.positive_calibration_error is None:
            return {}
        return {f"... of P({self.positive})": _percent(self.positive_calibration_error)}

    def _class_table(self) -> str:
        cells = [
            [_percent(scores.precision), _percent(scores.recall), _percent(scores.f1), f"{scores.support:,}"]
            for scores in self.per_class
        ]
        return _table(cells, self._names(), ["precision", "recall", "F1", "texts"], corner="class")

    def _confusion_table(self) -> str:
        cells = [[f"{count:,}" for count in row] for row in self.confusion]
        return _table(cells, self._names(), self._names(), corner="actual \\ predicted")

    def _names(self) -> list[str]:
        return [str(label) for label in self.classes]


def evaluate(
    probabilities: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str | int | float] | np.ndarray,
    threshold: float = 0.5,
) -> Metrics:
    """`evaluate_decision` of a model of these classes with this threshold, whose second class of two is positive."""
    return evaluate_decision(probabilities, labels, Decision(tuple(np.asarray(classes).tolist()), threshold))


def evaluate_decision(probabilities: np.ndarray, labels: np.ndarray, decision: Decision) -> Metrics:
    """Compare probabilities, and the labels that a decision makes of them, with the actual classes.

    probabilities: (n, classes) float, rows sum to 1. labels: (n,) int64, the actual column of each row.
    decision: the sorted label values, two or more, one per column, and how one is predicted. With a neutral band, the
    figures are those of the texts outside of it.

    scikit-learn computes each metric it has. A class never predicted has precision 0, one without texts recall 0, and
    macro F1 is the mean over the classes that occur, actual or predicted, as in scikit-learn. ROC AUC is that of the
    positive class, with more than two classes the unweighted mean of each class against the rest. Log loss takes a
    probability of 0 for the smallest step of a float64, so that no text costs more than 36.1 nats.

    Raises DataError without texts, outside of the neutral band if there is one, or if a probability is not a number;
    ValueError if the shapes or values of the arguments do not fit together.
    """
    # Imported here: scoring imports this package, and should not wait for scikit-learn to load.
    from sklearn import metrics as sk

    shares = _checked(probabilities, labels, len(decision.classes))
    neutral = decision.is_neutral(probabilities)
    if neutral.all():
        raise DataError(f"Expected texts outside of the neutral band to evaluate on, got {len(labels)} within it")
    labels, shares, probabilities = labels[~neutral], shares[~neutral], probabilities[~neutral]
    predicted = decision.indices(probabilities)
    columns = np.arange(len(decision.classes))
    two, positive = len(decision.classes) == 2, decision.positive
    scores = sk.precision_recall_fscore_support(labels, predicted, labels=columns, zero_division=0)
    rows = zip(decision.classes, *(column.tolist() for column in scores), strict=True)
    return Metrics(
        n=len(labels),
        classes=decision.classes,
        accuracy=float(sk.accuracy_score(labels, predicted)),
        macro_f1=float(sk.f1_score(labels, predicted, average="macro", zero_division=0)),
        roc_auc=_roc_auc(shares, labels, positive),
        log_loss=float(sk.log_loss(labels, shares, labels=columns)),
        calibration_error=_calibration_error(shares[np.arange(len(labels)), predicted], predicted == labels),
        positive_calibration_error=_calibration_error(shares[:, positive], labels == positive) if two else None,
        per_class=tuple(ClassMetrics(*row) for row in rows),
        confusion=tuple(map(tuple, sk.confusion_matrix(labels, predicted, labels=columns).tolist())),
        positive=decision.classes[positive] if two else None,
        neutral=decision.neutral,
        coverage=float(1 - neutral.mean()),
        mean_absolute_error=_mean_absolute_error(shares, labels, decision),
    )


def _mean_absolute_error(shares: np.ndarray, labels: np.ndarray, decision: Decision) -> float | None:
    if decision.ordinal is None:
        return None
    actual = np.array(decision.ordinal)[labels]
    return float(np.abs(decision.expected(shares) - actual).mean())


def _checked(probabilities: np.ndarray, labels: np.ndarray, class_count: int) -> np.ndarray:
    """The probabilities as (n, classes) float64 whose rows sum to 1 to the last digit, as scikit-learn demands."""
    n = len(labels)
    if class_count < 2:
        raise ValueError(f"Expected two or more classes, got {class_count}")
    if probabilities.shape != (n, class_count):
        raise ValueError(f"Expected probabilities of shape {(n, class_count)}, got {probabilities.shape}")
    if n == 0:
        raise DataError("Expected labelled texts to evaluate on, got none. Give a file that has rows.")
    if labels.min() < 0 or labels.max() >= class_count:
        raise ValueError(f"Expected labels from 0 to {class_count - 1}, got {labels.min()} to {labels.max()}")
    broken = np.flatnonzero(~np.isfinite(probabilities).all(axis=1))
    if len(broken):
        raise DataError(
            f"Expected probabilities, got {probabilities[broken[0]].tolist()} for text {broken[0] + 1} "
            f"(and for {len(broken)} of {n} texts in all). The model's training has diverged: "
            "train it again at a lower learning rate."
        )
    shares: np.ndarray = probabilities.astype(np.float64)
    sums = shares.sum(axis=1, keepdims=True)  # (n, 1)
    if shares.min() < 0 or np.abs(sums - 1).max() > ROW_SUM_TOLERANCE:
        raise ValueError("Expected rows of probabilities that sum to 1, got other numbers. Are they logits?")
    shares /= sums
    return shares


def _roc_auc(shares: np.ndarray, labels: np.ndarray, positive: int) -> float | None:
    """Area under the ROC curve, or None unless every class has a text."""
    from sklearn.metrics import roc_auc_score

    class_count = shares.shape[1]
    if len(np.unique(labels)) < class_count:
        return None
    if class_count == 2:
        return float(roc_auc_score(labels == positive, shares[:, positive]))
    return float(roc_auc_score(labels, shares, multi_class="ovr", average="macro"))


def _calibration_error(predicted: np.ndarray, actual: np.ndarray) -> float:
    """Expected calibration error over 15 bins of equal width (Guo et al. 2017, "On Calibration of Modern Neural
    Networks", section 2).

    The mean gap between the predicted probability, (n,), and how often the predicted event is true, bin by bin,
    weighted by the texts in each. A bin includes its upper edge, as in the paper.
    """
    inner_edges = np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1]
    bins = np.digitize(predicted, inner_edges, right=True)  # (n,)
    gaps = np.bincount(bins, weights=actual - predicted)  # summed in each bin
    return float(np.abs(gaps).sum() / len(predicted))


def _percent(share: float) -> str:
    return f"{share:.2%}"


def _table(cells: list[list[str]], rows: list[str], columns: list[str], corner: str) -> str:
    """Right-aligned columns next to the rows' names; `corner` is the heading of these."""
    import pandas as pd

    # The space separates column names that are wider than their column and contain spaces themselves.
    headings = pd.Index([f" {name}" for name in columns], name=corner)
    table = pd.DataFrame(cells, index=rows, columns=headings, dtype=object)
    with pd.option_context("display.unicode.east_asian_width", True):
        return table.to_string(col_space=9)
