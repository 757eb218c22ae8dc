"""How the logits of a model's two parts, its network and its n-gram model, become one probability.

In: the parts' logits. Out: the combined logits or probabilities. Fitting the scales is left to
evaluation/fit_calibration.py, storing them to folder.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError, quoted

_LARGEST = 1e9  # a scale or bias; with any, and the largest logits, a probability is still a number
Logits = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Calibration:
    """logit = network * the network's + wide * the n-gram model's + bias (Platt 1999; with one part and no bias, the
    temperature 1 / network of Guo et al. 2017).

    network, wide: 0 or more; 0 leaves a part out. bias: one number for two classes, one per class for more; empty for
    no bias. The default adds the parts' logits up and changes nothing else.
    """

    network: float = 1.0
    wide: float = 1.0
    bias: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("network", "wide"):
            if not _is_number(getattr(self, name)) or getattr(self, name) < 0:
                raise UsageError(f"Expected a scale {name!r} of 0 or more, got {quoted(getattr(self, name))}")
        if not all(map(_is_number, self.bias)):
            raise UsageError(f"Expected a bias of numbers, got {quoted(self.bias)}")

    def logits(self, network: Logits | None, ngrams: Logits | None) -> Logits:
        """The calibrated logits, in the parts' shape: (n,) for two classes, (n, classes) for more.

        network, ngrams: None for a part that the model lacks, or that is left out. Computed in float64, row by row.
        """
        bias: Any = np.array(self.bias) if self.bias else 0.0
        scaled = [
            scale * part.astype(np.float64)
            for scale, part in ((self.network, network), (self.wide, ngrams))
            if part is not None and scale > 0  # a part that is left out may be infinite
        ]
        given = network if network is not None else ngrams
        if given is None:
            raise ValueError("Expected the logits of the network or the n-gram model, got neither")
        combined: Logits = (sum(scaled, np.zeros(given.shape)) + bias).astype(np.float32)
        return combined

    def probabilities(self, network: Logits | None, ngrams: Logits | None) -> Probabilities:
        """(n, classes) float32, rows sum to 1. network, ngrams: as for `logits`."""
        return class_probabilities(self.logits(network, ngrams))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"bias": list(self.bias)}

    @classmethod
    def from_dict(cls, stored: Any, classes: int) -> Calibration:
        """The inverse of `as_dict`. Raises UsageError for anything else, or another number of classes."""
        if not isinstance(stored, Mapping) or set(stored) != {"network", "wide", "bias"}:
            raise UsageError(f"Expected the scales network and wide and a bias, got {quoted(stored)}")
        bias, outputs = stored["bias"], 1 if classes == 2 else classes
        if not isinstance(bias, list) or len(bias) not in (0, outputs):
            raise UsageError(f"Expected a bias of {outputs} numbers or none, got {quoted(bias)}")
        return cls(stored["network"], stored["wide"], tuple(bias))


def class_probabilities(logits: Logits) -> Probabilities:
    """The softmax: (n, classes) float32, rows sum to 1. logits: (n,) for two classes, (n, classes) for more."""
    if logits.ndim == 1:
        logits = np.stack([np.zeros_like(logits), logits], axis=1)  # whose softmax is the sigmoid
    scores = logits.astype(np.float64)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    probabilities: Probabilities = shares.astype(np.float32)
    return probabilities


def cascaded_probabilities(
    ngrams: Logits, ngrams_only: Calibration, both: Calibration, confidence: float, network_of: Callable[[Rows], Logits]
) -> tuple[Probabilities, Rows]:
    """(n, classes) float32: the n-gram model's if it is at least this confident of a class, else those of both parts.

    ngrams_only, both: the calibrations of the n-gram model and of both parts. network_of: returns the network's logits
    for some rows; called once. Also returns those rows, ascending.
    """
    probabilities = ngrams_only.probabilities(None, ngrams)
    unsure = np.flatnonzero(probabilities.max(axis=1) < confidence)
    probabilities[unsure] = both.probabilities(network_of(unsure), ngrams[unsure])
    return probabilities, unsure


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return -_LARGEST <= value <= _LARGEST  # also False for NaN
