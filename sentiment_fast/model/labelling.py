"""How any classifier's logits become probabilities and labels: its classes, calibration, threshold and neutral band.

In: the parts, checked against each other. Out: a `Labelling`, which each kind of model extends by what computes logits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from sentiment_fast.errors import UsageError
from sentiment_fast.model.calibration import Calibration, is_number
from sentiment_fast.model.decision import Band, Decision, band_of, check_band, positive_of

UNCHANGED = Calibration()


@dataclass(eq=False, kw_only=True)
class Labelling:
    """What is known about the labels of a classifier.

    classes: the sorted labels, in their own type, in the order of its outputs. text_column, label_column: the columns
    that the training data came from, if they came from a table. settings: those it was trained with, for the record.
    calibration: of its logits. positive: with two classes, the positive one: by default the second; None with more.
    threshold: predict it above this probability. neutral: the label "neutral" is predicted for probabilities of it in
    this band; None for no band. ordinal: a number for each class, if they are ordered, such as stars.
    Raises UsageError for any of these that does not fit the others.
    """

    classes: list[Any]
    text_column: str | None = None
    label_column: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    calibration: Calibration = UNCHANGED
    threshold: float = 0.5
    positive: Any = None
    neutral: Band | None = None
    ordinal: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        self.positive = positive_of(self.positive, self.classes)
        if type(self.threshold) not in (int, float) or not 0 < self.threshold < 1:
            raise UsageError(f"Expected a threshold above 0 and below 1, got {self.threshold!r}")
        if self.threshold != 0.5 and len(self.classes) != 2:
            raise UsageError(
                f"Expected no threshold, got {self.threshold}: with {len(self.classes)} classes, "
                "the most probable one is predicted"
            )
        if self.neutral is not None:
            self.neutral = band_of(self.neutral)
            check_band(self.neutral, self.classes, self.threshold)
        if self.ordinal is not None:
            self.ordinal = _checked_values(self.ordinal, len(self.classes))

    @property
    def decision(self) -> Decision:
        """How its probabilities become labels, as it is now."""
        positive = 1 if self.positive is None else self.classes.index(self.positive)
        return Decision(tuple(self.classes), self.threshold, positive, self.neutral, self.ordinal)

    def relabelled(self, threshold: float | None = None, neutral: Band | str | bool | None = None) -> Self:
        """The same with another threshold, and another neutral band or (False) none; None changes nothing.

        neutral: two numbers, "LOW:HIGH", or "off", which is False. NumPy scalars are accepted too. Raises UsageError
        for a value that does not fit the classes.
        """
        changes: dict[str, Any] = {}
        if threshold is not None:
            changes["threshold"] = plain(threshold)
        if neutral is not None:
            changes["neutral"] = None if neutral is False or neutral == "off" else band_of(neutral)
        return replace(self, **changes)


def _checked_values(values: Any, classes: int) -> tuple[float, ...]:
    numbers = isinstance(values, list | tuple) and len(values) == classes and all(map(is_number, values))
    if not numbers or len(set(values)) != classes:
        raise UsageError(f"Expected a different number for each of {classes} classes, got {values!r:.100}")
    return tuple(map(float, values))


def plain(number: Any) -> Any:
    """A NumPy scalar as Python's number; anything else as it is."""
    return number.item() if isinstance(number, np.number) else number
