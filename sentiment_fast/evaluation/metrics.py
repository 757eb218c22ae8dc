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
    positive_calibration_error that of classes[1]'s, None for more than two classes.
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

    def as_dict(self) -> dict[str, Any]:
        """Plain ints, floats, lists and dicts, ready for JSON; labels keep their own type."""
        return asdict(self) | {
            "classes": list(self.classes),
            "per_class": [asdict(scores) for scores in self.per_class],
            "confusion": [list(row) for row in self.confusion],
        }

    def as_text(self) -> str:
        """Three aligned tables for the terminal: the whole, each class, and the confusion matrix."""
        return "\n\n".join([self._summary(), self._class_table(), self._confusion_table()])

    def _summary(self) -> str:
        rows = {
            "texts": f"{self.n:,}",
            "accuracy": _percent(self.accuracy),
            "macro F1": _percent(self.macro_f1),
            "calibration error": _percent(self.calibration_error),
            **self._positive_row(),
            "ROC AUC": "undefined" if self.roc_auc is None else f"{self.roc_auc:.4f}",
            "log loss": f"{self.log_loss:.4f}",
        }
        width = max(18, *map(len, rows))
        return "\n".join(f"{name:<{width}}{value:>11}" for name, value in rows.items())

    def _positive_row(self) -> dict[str, str]:
        if self.positive_calibration_error is None:
            return {}
        return {f"... of P({self._names()[1]})": _percent(self.positive_calibration_error)}

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


def predicted_indices(probabilities: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """The predicted class of each row of probabilities (n, classes), as (n,) int64 column numbers.

    The most probable one; with two classes, the second if its probability is above the threshold (the tutorial,
    section 5, rounds). At a tie, the threshold itself included, the lower class wins.
    """
    winners: np.ndarray = (
        probabilities[:, 1] > threshold if probabilities.shape[1] == 2 else probabilities.argmax(axis=1)
    )
    return winners.astype(np.int64)


def evaluate(
    probabilities: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str | int | float] | np.ndarray,
    threshold: float = 0.5,
) -> Metrics:
    """Compare probabilities with the actual classes.

    probabilities: (n, classes) float, rows sum to 1. labels: (n,) int64, the actual column of each row.
    classes: the sorted label values, two or more, one per column. threshold: see `predicted_indices`.

    scikit-learn computes each metric it has. A class never predicted has precision 0, one without texts recall 0, and
    macro F1 is the mean over the classes that occur, actual or predicted, as in scikit-learn. ROC AUC is that of
    classes[1], with more than two classes the unweighted mean of each class against the rest. Log loss takes a
    probability of 0 for the smallest step of a float64, so that no text costs more than 36.1 nats.

    Raises DataError without texts or if a probability is not a number, ValueError if the shapes or values of the
    arguments do not fit together.
    """
    # Imported here: scoring uses only predicted_indices, and should not wait for scikit-learn to load.
    from sklearn import metrics as sk

    shares = _checked(probabilities, labels, len(classes))
    predicted = predicted_indices(probabilities, threshold)
    columns = np.arange(len(classes))
    names: list[str | int | float] = np.asarray(classes).tolist()
    scores = sk.precision_recall_fscore_support(labels, predicted, labels=columns, zero_division=0)
    return Metrics(
        n=len(labels),
        classes=tuple(names),
        accuracy=float(sk.accuracy_score(labels, predicted)),
        macro_f1=float(sk.f1_score(labels, predicted, average="macro", zero_division=0)),
        roc_auc=_roc_auc(shares, labels),
        log_loss=float(sk.log_loss(labels, shares, labels=columns)),
        calibration_error=_calibration_error(shares[np.arange(len(labels)), predicted], predicted == labels),
        positive_calibration_error=_calibration_error(shares[:, 1], labels == 1) if len(classes) == 2 else None,
        per_class=tuple(ClassMetrics(*row) for row in zip(names, *(column.tolist() for column in scores), strict=True)),
        confusion=tuple(map(tuple, sk.confusion_matrix(labels, predicted, labels=columns).tolist())),
    )


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


def _roc_auc(shares: np.ndarray, labels: np.ndarray) -> float | None:
    """Area under the ROC curve, or None unless every class has a text."""
    from sklearn.metrics import roc_auc_score

    class_count = shares.shape[1]
    if len(np.unique(labels)) < class_count:
        return None
    if class_count == 2:
        return float(roc_auc_score(labels, shares[:, 1]))
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
