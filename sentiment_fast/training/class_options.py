"""The options about classes: `positive`, `class_weight`, `ordinal`, `neutral` -> what they mean for the data's classes.

In: option values, and the classes with their counts. Out: a `ClassOptions` that fits them, and messages about classes
that are rare. How probabilities become labels is left to model/decision.py.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.data.data_files import MOST_WEIGHT
from sentiment_fast.data.label_rules import LabelRules
from sentiment_fast.data.labels import positions
from sentiment_fast.errors import UsageError, listed
from sentiment_fast.model.decision import Band, band_of, check_band, class_values, positive_of
from sentiment_fast.model.labelling import Labelling

AUTO = "auto"
BALANCED = "balanced"
_RARE = 0.2  # of the share that a class would have if all were as frequent
_FEW_VALIDATION_TEXTS = 100

Weights = npt.NDArray[np.float64]
Neutral = Band | str


@dataclass(frozen=True)
class ClassOptions:
    """positive: the positive class, None with more than two. weights: (classes,), by which the losses of each class are
    multiplied; None for no weights. ordinal: the classes' numbers if they are ordered. neutral: a band, "auto" or None.
    rules: how the labels were renamed.
    """

    classes: tuple[Any, ...] = ()
    positive: Any = None
    weights: tuple[float, ...] | None = None
    ordinal: tuple[float, ...] | None = None
    neutral: Neutral | None = None
    rules: LabelRules = field(default_factory=LabelRules)

    @classmethod
    def of(
        cls,
        classes: Sequence[Any],
        counts: npt.NDArray[Any],
        positive: Any,
        class_weight: str | Mapping[str, float] | None,
        ordinal: bool | Sequence[str],
        neutral: Neutral | None,
    ) -> ClassOptions:
        """The options that fit the classes. counts: (classes,) training texts of each, as often as they count; the
        others: as in `TrainingOptions`. Raises UsageError for those that do not fit.
        """
        if neutral is not None:
            check_band((0.4, 0.6) if isinstance(neutral, str) else neutral, classes, 0.5)
        values = class_values(classes, None if ordinal is True else ordinal) if ordinal else None
        weights = _weights(classes, counts, class_weight)
        return cls(tuple(classes), positive_of(positive, classes), weights, values, neutral)

    def apply_to(self, model: Labelling) -> None:
        """Give them to a new model; a band to be chosen is left to the end of the training."""
        model.positive, model.ordinal = self.positive, self.ordinal
        model.neutral = None if isinstance(self.neutral, str) else self.neutral

    def recorded(self) -> dict[str, Any]:
        """For a run's fingerprint."""
        return {
            "classes": list(self.classes),
            "positive": self.positive,
            "class weights": self.weights,
            "ordinal": self.ordinal,
            "neutral": self.neutral,
        }

    def report(self, say: Callable[[str], None]) -> None:
        """Report what the classes are taken for."""
        if len(self.classes) == 2:
            say(f"positive class: {self.positive!r}, whose probability is the score (choose with `positive`)")
        if self.weights is not None:
            named = zip(self.classes, self.weights, strict=True)
            say(f"class weights: {', '.join(f'{label!r} {weight:.4g}' for label, weight in named)}")
        if self.ordinal is not None:
            named = zip(self.classes, self.ordinal, strict=True)
            say(f"ordered classes: {', '.join(f'{label!r} is {value:g}' for label, value in named)}")


def warn_of_few_texts(
    classes: Sequence[Any], counts: npt.NDArray[Any], validation: int, weighted: bool, say: Callable[[str], None]
) -> None:
    """Report a rare class, unless losses are weighted, and a validation part that is too small to choose by.

    A class is rare if it has less than a fifth of the texts that it would have if all classes were as frequent.
    counts: (classes,) training texts of each, as often as they count. validation: the number of validation texts.
    """
    rarest = int(counts.argmin())
    if not weighted and counts[rarest] < _RARE * counts.sum() / len(classes):
        threshold = ", or another threshold when scoring (`score --threshold P`, `sf.load(..., threshold=P)`)"
        say(
            f"unbalanced classes: {classes[rarest]!r} has {counts[rarest] / counts.sum():.1%} of the training texts and"
            f" may hardly be predicted; consider `class_weight=balanced`{threshold if len(classes) == 2 else ''}"
        )
    if validation < _FEW_VALIDATION_TEXTS:
        say(
            f"the validation part has only {validation} texts: its figures, and what is chosen by them, such as the "
            f"calibration, are uncertain by up to ±{100 / math.sqrt(validation):.0f} points; hold out more "
            "with `validation`"
        )


def class_weight_of(given: Any) -> str | dict[str, float] | None:
    """The option as "balanced", a weight for some labels by their spelling, or None.

    given: one of these, or a text such as "pos=2,neg=1". Raises UsageError for anything else.
    """
    if given is None or (isinstance(given, str) and given == BALANCED):
        return given
    wrong = (
        f"Expected `class_weight` to be balanced or weights above 0, up to {MOST_WEIGHT:,}, LABEL=X,LABEL=X, got "
        f"{given!r:.100}"
    )
    if isinstance(given, str):
        given = dict(item.rpartition("=")[::2] for item in next(csv.reader([given]), []))
    if not isinstance(given, Mapping) or not given:
        raise UsageError(wrong)
    try:
        weights = {str(label): float(weight) for label, weight in given.items()}
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(wrong) from error
    if not all(label and 0 < weight <= MOST_WEIGHT for label, weight in weights.items()):
        raise UsageError(wrong)
    return weights


def order_of(given: Any) -> bool | tuple[str, ...]:
    """The option `ordinal` as a bool, or as all labels in their order, spelled. Raises UsageError for anything else."""
    if given is None or isinstance(given, bool):
        return bool(given)
    if isinstance(given, str):
        given = next(csv.reader([given]), [])
    order = tuple(map(str, given)) if isinstance(given, Sequence) else ()
    if len(order) < 2:
        raise UsageError(f"Expected `ordinal` to be true or the labels in their order, got {given!r:.100}")
    return order


def neutral_of(given: Any) -> Neutral | None:
    """The option `neutral` of a training as a band, "auto" or None. Raises UsageError for anything else."""
    if given is None or given is False or given == "off":
        return None
    return AUTO if isinstance(given, str) and given == AUTO else band_of(given)


def _weights(
    classes: Sequence[Any], counts: npt.NDArray[Any], wanted: str | Mapping[str, float] | None
) -> tuple[float, ...] | None:
    """(classes,): the classes' weights, 1 for those that are not named; balanced: the mean over all texts is 1."""
    if wanted is None:
        return None
    if isinstance(wanted, str):
        return tuple((counts.sum() / (len(classes) * np.where(counts > 0, counts, 1))).tolist())
    weights = np.ones(len(classes))
    for (label, weight), place in zip(wanted.items(), positions(list(wanted), classes), strict=True):
        if place is None:
            raise UsageError(f"`class_weight`: expected labels among {listed(classes)}, got {label!r}")
        weights[place] = weight
    return tuple(weights.tolist())
