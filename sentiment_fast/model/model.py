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
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.config import NetworkConfig
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
    threshold: with two classes, predict the second above this probability. cascade: run the network only on texts about
    which the n-gram model is less confident than this, 0.5 to 1; None to run it on every text.
    Raises UsageError for a threshold or a cascade that does not fit the model.
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

    def __post_init__(self) -> None:
        if type(self.threshold) not in (int, float) or not 0 < self.threshold < 1:
            raise UsageError(f"Expected a threshold above 0 and below 1, got {self.threshold!r}")
        if self.threshold != 0.5 and len(self.classes) != 2:
            raise UsageError(
                f"Expected no threshold, got {self.threshold}: with {len(self.classes)} classes, "
                "the most probable one is predicted"
            )
        if self.cascade is None:
            return
        if type(self.cascade) not in (int, float) or not _LEAST_CASCADE <= self.cascade <= 1:
            raise UsageError(f"Expected the confidence of a cascade to be 0.5 to 1, got {self.cascade!r}")
        if self.wide is None:
            raise UsageError("Expected no cascade: this model has no n-gram model to answer in place of its network")

    def adjusted(self, threshold: float | None = None, cascade: float | bool | None = None) -> Model:
        """The model with another threshold, and another cascade or (False) none; None leaves either as it is.

        NumPy scalars are accepted too. Raises UsageError for a value that does not fit the model.
        """
        changes: dict[str, Any] = {}
        if threshold is not None:
            changes["threshold"] = _plain(threshold)
        if cascade is not None:
            changes["cascade"] = None if cascade is False else _plain(cascade)
        return replace(self, **changes)


def _plain(number: Any) -> Any:
    return number.item() if isinstance(number, np.number) else number
