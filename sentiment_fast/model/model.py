"""A trained model as plain numpy arrays: its network's weights and everything that belongs to them.

In: the parts, checked against each other. Out: a `Model`, which the core scores with directly, network.py turns into a
PyTorch network, and folder.py saves. This file needs no PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError, quoted
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.decision import Band
from sentiment_fast.model.labelling import UNCHANGED as UNCHANGED
from sentiment_fast.model.labelling import Labelling, plain
from sentiment_fast.model.ngrams import NgramModel
from sentiment_fast.text.vocabulary import Vocabulary

Weights = Mapping[str, npt.NDArray[np.float32]]

_LEAST_CASCADE, _MOST_IDS = 0.5, 10**12
NGRAMS_ONLY = Calibration(network=0.0)


@dataclass(eq=False)  # comparing arrays gives no single answer
class Model(Labelling):
    """A network's weights and what belongs to them; for the labels see `Labelling`, whose fields are keywords.

    config, weights: the network's; weights by the names that PyTorch gives them, see `weight_shapes`. wide: the n-gram
    model, if any. calibration: of both together; wide_calibration: of the n-gram model on its own. settings: the preset
    it was trained with. cascade: run the network only on texts about which the n-gram model is less confident than
    this, 0.5 to 1; None to run it on every text. cascade_from: the network also runs on texts of fewer ids than this, 0
    or more, whatever the n-gram model says: it is quick with short texts, and better at them.
    Raises UsageError for any of these that does not fit the model.
    """

    config: NetworkConfig
    weights: Weights
    vocabulary: Vocabulary
    wide: NgramModel | None = None
    wide_calibration: Calibration = NGRAMS_ONLY
    cascade: float | None = None
    cascade_from: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if type(self.cascade_from) is not int or not 0 <= self.cascade_from <= _MOST_IDS:
            raise UsageError(
                "Expected the shortest text of a cascade ('cascade_from') to have 0 ids or more, up to "
                f"{_MOST_IDS:,}, got {quoted(self.cascade_from)}"
            )
        if self.cascade is None:
            return
        if type(self.cascade) not in (int, float) or not _LEAST_CASCADE <= self.cascade <= 1:
            raise UsageError(f"Expected the confidence of a cascade to be 0.5 to 1, got {self.cascade!r}")
        if self.wide is None:
            raise UsageError("Expected no cascade: this model has no n-gram model to answer in place of its network")

    def adjusted(
        self,
        threshold: float | None = None,
        cascade: float | bool | None = None,
        neutral: Band | str | bool | None = None,
    ) -> Model:
        """The model with another cascade or (False) none, and what `relabelled` changes; None changes nothing.

        Raises UsageError for a value that does not fit the model.
        """
        changed = self.relabelled(threshold, neutral)
        if cascade is None:
            return changed
        return replace(changed, cascade=None if cascade is False else plain(cascade))
