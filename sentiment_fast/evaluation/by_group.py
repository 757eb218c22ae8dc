"""How good a classifier's probabilities are for each group of texts, such as those of one file or domain.

In: probabilities, the actual classes, each text's group. Out: a `GroupMetrics` for each group, and a table of them for
the terminal. The figures of all texts together are left to metrics.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.data.groups import Groups, table_of_groups
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.evaluation.metrics import Metrics, evaluate_decision
from sentiment_fast.model.decision import Decision

_SMALLEST = np.finfo(np.float64).eps  # a probability of 0 counts as this, as in `Metrics.log_loss`
_MOST_ROWS = 40
_NEAR_HALF = (0.25, 0.75)
_HEADINGS = ("texts", "accuracy", "balanced", "log loss")


@dataclass(frozen=True)
class GroupMetrics:
    """The figures of a group's n texts, each counted once.

    accuracy: in [0, 1]. balanced_accuracy: the mean over the classes that occur of the share that is classified
    rightly. log_loss: in nats per text.
    """

    name: str
    n: int
    accuracy: float
    balanced_accuracy: float
    log_loss: float


def evaluate_groups(
    probabilities: npt.NDArray[Any], targets: npt.NDArray[np.int64], groups: Groups, decision: Decision
) -> list[GroupMetrics]:
    """The figures of each group that has texts, in the order of their names in `groups`.

    probabilities: (n, classes) float, rows sum to 1. targets: (n,) actual columns, -1 for texts without one, which are
    left out, as are those in the decision's neutral band, if it has one.
    """
    outside = ~decision.is_neutral(probabilities) & (targets >= 0)
    probabilities, targets, numbers = probabilities[outside], targets[outside], groups.numbers[outside]
    right = decision.indices(probabilities) == targets
    losses = _log_losses(probabilities, targets)
    figures = []
    for number, name in enumerate(groups.names):
        rows = numbers == number
        if rows.any():
            of_class = np.bincount(targets[rows])
            shares = np.bincount(targets[rows], right[rows])[of_class > 0] / of_class[of_class > 0]
            figures.append(
                GroupMetrics(
                    name,
                    int(rows.sum()),
                    float(right[rows].mean()),
                    float(shares.mean()),
                    float(losses[rows].mean()),
                )
            )
    return figures


def mean_log_loss(
    probabilities: npt.NDArray[Any], targets: npt.NDArray[Any], weights: npt.NDArray[np.float64] | None
) -> float:
    """The mean of the texts' log losses, in nats.

    targets: (n,) actual columns of probabilities, or (n, classes) float, each one's share. weights: (n,), by which the
    texts count, with a sum above 0; None for 1.
    """
    if targets.ndim == 1:
        losses = _log_losses(probabilities, targets)
    else:
        losses = -(targets * np.log(np.clip(probabilities.astype(np.float64), _SMALLEST, 1))).sum(axis=1)
    return float(np.average(losses, weights=weights))


def _log_losses(probabilities: npt.NDArray[Any], targets: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    of_actual = probabilities[np.arange(len(targets)), targets].astype(np.float64)
    losses: npt.NDArray[np.float64] = -np.log(np.clip(of_actual, _SMALLEST, 1))
    return losses


def evaluate_all_groups(
    probabilities: npt.NDArray[Any], targets: npt.NDArray[np.int64], data: LabelledTexts, decision: Decision
) -> dict[str, list[GroupMetrics]]:
    """The figures "by_source" and "by_domain" of those that the data have; see `evaluate_groups`."""
    kinds = {"by_source": data.sources, "by_domain": data.domains}
    return {
        kind: evaluate_groups(probabilities, targets, groups, decision)
        for kind, groups in kinds.items()
        if groups is not None
    }


def groups_as_dict(figures: dict[str, list[GroupMetrics]]) -> dict[str, list[dict[str, Any]]]:
    """Plain values, ready for JSON."""
    return {kind: [asdict(one) for one in of_kind] for kind, of_kind in figures.items()}


def groups_as_lines(figures: dict[str, list[GroupMetrics]]) -> list[str]:
    """A table for the terminal, line by line, of each kind: the largest groups, at most 40 of them."""
    lines = []
    for kind, of_kind in figures.items():
        largest = sorted(of_kind, key=lambda one: -one.n)[:_MOST_ROWS]
        rows = [
            (f"{one.n:,}", f"{one.accuracy:.2%}", f"{one.balanced_accuracy:.2%}", f"{one.log_loss:.4f}")
            for one in largest
        ]
        lines += ["", *table_of_groups(kind.removeprefix("by_"), [one.name for one in largest], _HEADINGS, rows)]
        if len(of_kind) > len(largest):
            lines.append(f"and {len(of_kind) - len(largest):,} smaller ones")
    return lines


def neutral_figures(of_positive: npt.NDArray[Any]) -> dict[str, Any]:
    """What a model says about texts between its classes. of_positive: (n,), one or more probabilities."""
    low, high = _NEAR_HALF
    near = (of_positive >= low) & (of_positive <= high)
    return {
        "n": len(of_positive),
        "mean_probability": float(of_positive.mean()),
        f"share_{low:g}_to_{high:g}": float(near.mean()),
    }


@dataclass(frozen=True)
class TextsMetrics:
    """The figures of labelled texts. whole: of all that have a class. groups: of each group of these, by kind. neutral:
    of those between the classes, as `neutral_figures` returns them; None if there are none.
    """

    whole: Metrics
    groups: dict[str, list[GroupMetrics]]
    neutral: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        neutral = {} if self.neutral is None else {"neutral_texts": self.neutral}
        return self.whole.as_dict() | groups_as_dict(self.groups) | neutral

    def as_text(self) -> str:
        """Tables for the terminal."""
        lines = [self.whole.as_text(), *groups_as_lines(self.groups)]
        if self.neutral is not None:
            n, mean, share = self.neutral.values()
            low, high = _NEAR_HALF
            lines += ["", f"{n:,} texts between the classes: P({self.whole.positive}) is {mean:.4f} in the mean, and"]
            lines[-1] += f" {low:g} to {high:g} for {share:.2%}"
        return "\n".join(lines)


def evaluate_texts(
    probabilities: npt.NDArray[Any], targets: npt.NDArray[np.int64], data: LabelledTexts, decision: Decision
) -> TextsMetrics:
    """The figures of labelled texts. targets: (n,) actual columns of probabilities, (n, classes); -1 for a text between
    the classes. Raises the errors of `evaluate_decision`.
    """
    has_class = targets >= 0
    return TextsMetrics(
        evaluate_decision(probabilities[has_class], targets[has_class], decision),
        evaluate_all_groups(probabilities, targets, data, decision),
        None if has_class.all() else neutral_figures(probabilities[~has_class, decision.positive]),
    )
