"""How probabilities become labels: the positive class, its threshold, a neutral band, numbers of ordered classes.

In: probabilities, and a `Decision`. Out: indices of labels, and expected values. Where a decision comes from is left to
model.py, the options that choose one to the callers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError, listed, quoted

NEUTRAL = "neutral"  # the label of texts within the band
Band = tuple[float, float]
Probabilities = npt.NDArray[Any]


@dataclass(frozen=True)
class Decision:
    """classes: the model's. threshold: with two classes, the positive one is predicted above this probability.
    positive: its index. neutral: texts whose probability of the positive class is in this band, both ends included, get
    the label "neutral"; None for no band. ordinal: a number for each class, if they are ordered.
    """

    classes: tuple[Any, ...]
    threshold: float = 0.5
    positive: int = 1
    neutral: Band | None = None
    ordinal: tuple[float, ...] | None = None

    @property
    def labels(self) -> list[Any]:
        """The labels that can be predicted. With a neutral band they are strings, and "neutral" is the last."""
        return list(self.classes) if self.neutral is None else [*map(str, self.classes), NEUTRAL]

    def indices(self, probabilities: Probabilities) -> npt.NDArray[np.int64]:
        """(n,): the index in `labels` that is predicted for each row of probabilities, (n, classes)."""
        winners = predicted_indices(probabilities, self.threshold, self.positive)
        if self.neutral is not None:
            winners[self.is_neutral(probabilities)] = len(self.classes)
        return winners

    def is_neutral(self, probabilities: Probabilities) -> npt.NDArray[np.bool_]:
        """(n,): which rows are within the band."""
        if self.neutral is None:
            return np.zeros(len(probabilities), bool)
        low, high = self.neutral
        of_positive = probabilities[:, self.positive]
        within: npt.NDArray[np.bool_] = (of_positive >= low) & (of_positive <= high)
        return within

    def shown(self, probabilities: Probabilities) -> npt.NDArray[Any]:
        """(n,): the probability of the predicted class; of the positive one for a neutral text."""
        winners = self.indices(probabilities)
        winners[winners == len(self.classes)] = self.positive
        picked: npt.NDArray[Any] = probabilities[np.arange(len(winners)), winners]
        return picked

    def expected(self, probabilities: Probabilities) -> npt.NDArray[np.float32]:
        """(n,): the mean of the classes' numbers, weighted by their probabilities. ValueError if there are none."""
        if self.ordinal is None:
            raise ValueError("Expected ordered classes, got classes without numbers")
        return expected_values(probabilities, self.ordinal)


def predicted_indices(probabilities: Probabilities, threshold: float = 0.5, positive: int = 1) -> npt.NDArray[np.int64]:
    """The predicted class of each row of probabilities (n, classes), as (n,) int64 column numbers.

    The most probable one; with two classes, the positive one if its probability is above the threshold (the tutorial,
    section 5, rounds), else the other. At a tie of more classes, the lowest wins.
    """
    if probabilities.shape[1] != 2:
        most_probable: npt.NDArray[np.int64] = probabilities.argmax(axis=1).astype(np.int64)
        return most_probable
    return np.where(probabilities[:, positive] > threshold, positive, 1 - positive).astype(np.int64)


def expected_values(probabilities: Probabilities, values: Sequence[float]) -> npt.NDArray[np.float32]:
    """(n,): the mean of the classes' numbers, weighted by the rows' probabilities, (n, classes); within their range."""
    exact = probabilities.astype(np.float64)
    means = exact @ np.array(values, np.float64) / exact.sum(axis=1)
    within: npt.NDArray[np.float32] = np.clip(means, min(values), max(values)).astype(np.float32)
    return within


def band_of(given: Any) -> Band:
    """A neutral band, as two numbers or as the text "LOW:HIGH". Raises UsageError for anything else."""
    wrong = UsageError(f"Expected `neutral` as LOW:HIGH, two probabilities such as 0.4:0.6, got {given!r:.100}")
    try:
        low, high = given.split(":") if isinstance(given, str) else given
        numbers = float(low), float(high)
    except (TypeError, ValueError, OverflowError) as error:
        raise wrong from error
    if any(isinstance(end, bool) for end in (low, high)) or not 0 <= numbers[0] < numbers[1] <= 1:
        raise wrong
    return numbers


def check_band(band: Band, classes: Sequence[Any], threshold: float) -> None:
    """Raises UsageError for a band that a model of these classes cannot have."""
    if len(classes) != 2:
        raise UsageError(f"Expected `neutral` only with two classes, got a model of {len(classes)}")
    if NEUTRAL in classes:
        raise UsageError('Expected no `neutral`: the model has a class "neutral" of its own, rename it to use a band')
    low, high = band
    if not low <= threshold <= high:
        raise UsageError(
            f"Expected a threshold within the neutral band, {low:g} to {high:g}, got {threshold:g}: choose another "
            "`threshold` or band, or switch the band off with `neutral=off`"
        )


def class_values(classes: Sequence[Any], order: Sequence[str] | None = None) -> tuple[float, ...]:
    """The numbers of ordered classes: their own, or their places in `order`, from 1, all spelled as the labels are.

    Raises UsageError unless all classes are finite numbers, or for an order that is not one of all classes.
    """
    spelled = [str(label) for label in classes]
    if order is not None:
        if sorted(order) != sorted(spelled):
            raise UsageError(f"Expected `ordinal` to name each class once, {listed(spelled)}, got {listed(order)}")
        return tuple(float(list(order).index(label) + 1) for label in spelled)
    try:
        values = tuple(map(float, spelled))
    except ValueError as error:
        raise UsageError(
            f"Expected classes that are numbers with `ordinal`, got {listed(spelled)}: name them in their "
            "order, such as `ordinal=bad,fair,good`"
        ) from error
    if not all(map(math.isfinite, values)) or len(set(values)) != len(values):
        raise UsageError(f"Expected classes that are different numbers with `ordinal`, got {listed(spelled)}")
    return values


def positive_of(given: Any, classes: Sequence[Any]) -> Any:
    """The class that the option `positive` names, as it is spelled; for None the second of two, and None of more.

    Raises UsageError for a label that is not a class, and with more than two classes.
    """
    if given is None:
        return classes[1] if len(classes) == 2 else None
    if len(classes) != 2:
        raise UsageError(f"Expected `positive` only with two classes, got {len(classes)}")
    found = [label for label in classes if str(label) == str(given)]
    if not found:
        raise UsageError(
            f"Expected `positive` to be one of {quoted(classes[0])} and {quoted(classes[1])}, got {quoted(given)}"
        )
    return found[0]
