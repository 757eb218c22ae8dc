"""A trained model as plain numpy arrays: its network's weights and everything that belongs to them.

In: the parts, checked against each other. Out: a `Model`, which the core scores with directly, network.py turns into a
PyTorch network, and folder.py saves. This file needs no PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError
from sentiment_fast.model.calibration import Calibration, is_number
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.decision import Band, Decision, band_of, check_band, positive_of
from sentiment_fast.model.ngrams import NgramModel
from sentiment_fast.text.vocabulary import Vocabulary

Weights = Mapping[str, npt.NDArray[np.float32]]

_LEAST_CASCADE = 0.5
UNCHANGED, NGRAMS_ONLY = Calibration(), Calibration(network=0.0)


@dataclass(eq=False)  # comparing arrays gives no single answer
class Model:
    """A network's weights and what belongs to them.

    config, weights: the network's; weights by the names that PyTorch gives them, see `weight_shapes`. classes: the
    sorted labels, in their own type, in the order of the network's outputs. text_column, label_column: the columns that
    the training data came from, if they came from a table. settings: the preset it was trained with, for the record.
    wide: the n-gram model, if any. calibration: of both together; wide_calibration: of the n-gram model on its own.
    positive: with two classes, the positive one: by default the second; None with more. threshold: predict it above
    this probability. neutral: the label "neutral" is predicted for probabilities of it in this band; None for no band.
    ordinal: a number for each class, if they are ordered, such as stars. cascade: run the network only on texts about
    which the n-gram model is less confident than this, 0.5 to 1; None to run it on every text.
    Raises UsageError for any of these that does not fit the model.
    """

    config: NetworkConfig
    weights: Weights
    vocabulary: Vocabulary
    classes: list[Any]
    text_column: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    wide: NgramModel | None = None
    calibration: Calibration = UNCHANGED
    wide_calibration: Calibration = NGRAMS_ONLY
    threshold: float = 0.5
    cascade: float | None = None
    label_column: str | None = None
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
        if self.cascade is None:
            return
        if type(self.cascade) not in (int, float) or not _LEAST_CASCADE <= self.cascade <= 1:
            raise UsageError(f"Expected the confidence of a cascade to be 0.5 to 1, got {self.cascade!r}")
        if self.wide is None:
            raise UsageError("Expected no cascade: this model has no n-gram model to answer in place of its network")

    @property
    def decision(self) -> Decision:
        """How its probabilities become labels, as it is now."""
        positive = 1 if self.positive is None else self.classes.index(self.positive)
        return Decision(tuple(self.classes), self.threshold, positive, self.neutral, self.ordinal)

    def adjusted(
        self,
        threshold: float | None = None,
        cascade: float | bool | None = None,
        neutral: Band | str | bool | None = None,
    ) -> Model:
        """The model with another threshold, and another cascade and neutral band or (False) none; None changes nothing.

        neutral: two numbers, "LOW:HIGH", or "off", which is False. NumPy scalars are accepted too. Raises UsageError
        for a value that does not fit the model.
        """
        changes: dict[str, Any] = {}
        if threshold is not None:
            changes["threshold"] = _plain(threshold)
        if cascade is not None:
            changes["cascade"] = None if cascade is False else _plain(cascade)
        if neutral is not None:
            changes["neutral"] = None if neutral is False or neutral == "off" else band_of(neutral)
        return replace(self, **changes)


def _checked_values(values: Any, classes: int) -> tuple[float, ...]:
    numbers = isinstance(values, list | tuple) and len(values) == classes and all(map(is_number, values))
    if not numbers or len(set(values)) != classes:
        raise UsageError(f"Expected a different number for each of {classes} classes, got {values!r:.100}")
    return tuple(map(float, values))


def _plain(number: Any) -> Any:
    return number.item() if isinstance(number, np.number) else number
