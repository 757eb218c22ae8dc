"""How the logits of a model's two parts, its network and its n-gram model, become one probability.

In: the parts' logits. Out: the combined logits or probabilities. Fitting the scales is left to
evaluation/fit_calibration.py, storing them to folder.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError, quoted

_LARGEST = 1e9  # a scale or bias; with any, and the largest logits, a probability is still a number
Logits = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
Scale = float | tuple[float, ...]  # the same for all texts, or one at each of a calibration's lengths


@dataclass(frozen=True)
class Calibration:
    """logit = network * the network's + wide * the n-gram model's + bias (Platt 1999; with one part and no bias, the
    temperature 1 / network of Guo et al. 2017).

    network, wide: scales of 0 or more; 0 leaves a part out. One number each, or one for each of `lengths`, in ids and
    ascending: then a text's scale depends on its length, linearly in the logarithm between two of them, and is constant
    outside of them. bias: one number for two classes, one per class for more; empty for no bias. The default adds the
    parts' logits up and changes nothing else. Raises UsageError for other values.
    """

    network: Scale = 1.0
    wide: Scale = 1.0
    bias: tuple[float, ...] = ()
    lengths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not all(type(length) is int and 0 < length <= _LARGEST for length in self.lengths) or any(
            later <= earlier for earlier, later in pairwise(self.lengths)
        ):
            raise UsageError(f"Expected ascending lengths in ids, got {quoted(self.lengths)}")
        for name in ("network", "wide"):
            given = getattr(self, name)
            scales = given if isinstance(given, tuple) else (given,)
            if not all(is_number(scale) and scale >= 0 for scale in scales):
                raise UsageError(f"Expected a scale {name!r} of 0 or more, got {quoted(given)}")
            if isinstance(given, tuple) and (not given or len(given) != len(self.lengths)):
                raise UsageError(f"Expected a scale {name!r} for each of {len(self.lengths)} lengths, got {len(given)}")
        if not all(map(is_number, self.bias)):
            raise UsageError(f"Expected a bias of numbers, got {quoted(self.bias)}")

    def logits(self, network: Logits | None, ngrams: Logits | None, lengths: Rows | None = None) -> Logits:
        """The calibrated logits, in the parts' shape: (n,) for two classes, (n, classes) for more.

        network, ngrams: None for a part that the model lacks, or that is left out. lengths: (n,) int64 ids per
        text, required if the scales depend on them (ValueError otherwise). Computed in float64, row by row.
        """
        given = network if network is not None else ngrams
        if given is None:
            raise ValueError("Expected the logits of the network or the n-gram model, got neither")
        combined = np.zeros(given.shape)
        for scale, part in ((self.network, network), (self.wide, ngrams)):
            if part is not None and np.any(scale):
                combined += self.scaled(scale, part, lengths)
        bias: Any = np.array(self.bias) if self.bias else 0.0
        calibrated: Logits = (combined + bias).astype(np.float32)
        return calibrated

    def scaled(self, scale: Scale, part: Logits, lengths: Rows | None) -> npt.NDArray[np.float64]:
        """A part's logits times its scale, in their shape; 0 where the scale is, even if the logit is infinite.

        scale: `network` or `wide`. lengths: as for `logits`.
        """
        scales = self._row_scales(scale, lengths)
        if part.ndim == 2 and scales.ndim == 1:
            scales = scales[:, None]
        with np.errstate(invalid="ignore"):
            return np.where(scales > 0, scales * part.astype(np.float64), 0.0)

    def _row_scales(self, scale: Scale, lengths: Rows | None) -> npt.NDArray[np.float64]:
        """(n,), or () if it is the same for all rows."""
        if not isinstance(scale, tuple):
            return np.array(scale, np.float64)
        if lengths is None:
            raise ValueError("Expected the texts' lengths, on which the scales depend, got none")
        # Row by row: how a matrix product rounds a row's may depend on the rows next to it.
        found: npt.NDArray[np.float64] = np.interp(_places(lengths), np.log(self.lengths), scale)
        return found

    def probabilities(
        self, network: Logits | None, ngrams: Logits | None, lengths: Rows | None = None
    ) -> Probabilities:
        """(n, classes) float32, rows sum to 1. network, ngrams, lengths: as for `logits`."""
        return class_probabilities(self.logits(network, ngrams, lengths))

    def as_dict(self) -> dict[str, Any]:
        """For JSON. Without `lengths` if no scale depends on them, as in models of earlier versions."""
        stored = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return stored if self.lengths else {name: value for name, value in stored.items() if name != "lengths"}

    @classmethod
    def from_dict(cls, stored: Any, classes: int) -> Calibration:
        """The inverse of `as_dict`. Raises UsageError for anything else, or another number of classes."""
        if not isinstance(stored, Mapping) or set(stored) - {"lengths"} != {"network", "wide", "bias"}:
            raise UsageError(f"Expected the scales network and wide and a bias, got {quoted(stored)}")
        lengths = stored.get("lengths", [])
        if not isinstance(lengths, list):
            raise UsageError(f"Expected a list of lengths, got {quoted(lengths)}")
        bias, outputs = stored["bias"], 1 if classes == 2 else classes
        if not isinstance(bias, list) or len(bias) not in (0, outputs):
            raise UsageError(f"Expected a bias of {outputs} numbers or none, got {quoted(bias)}")
        network, wide = (tuple(one) if isinstance(one, list) else one for one in (stored["network"], stored["wide"]))
        return cls(network, wide, tuple(bias), tuple(lengths))


def length_shares(lengths: Rows, knots: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """(knots, n): the weights with which the values at the knots are interpolated at each length; columns sum to 1.

    Linear in the logarithm of the length between two knots, constant outside of them. lengths: (n,), in ids. knots: in
    ids, ascending, 1 or more.
    """
    places, at = _places(lengths), np.log(knots)
    return np.stack([np.interp(places, at, one) for one in np.eye(len(knots))])


def _places(lengths: Rows) -> npt.NDArray[np.float64]:
    """(n,): where texts of so many ids are on the logarithmic scale."""
    places: npt.NDArray[np.float64] = np.log(np.maximum(lengths, 1))
    return places


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
    ngrams: Logits,
    lengths: Rows,
    ngrams_only: Calibration,
    both: Calibration,
    confidence: float,
    network_of: Callable[[Rows], Logits],
    shortest: int = 0,
) -> tuple[Probabilities, Rows]:
    """(n, classes) float32: the n-gram model's if it is at least this confident of a class, else those of both parts.

    lengths: (n,) int64 ids per text. ngrams_only, both: the calibrations of the n-gram model and of both parts.
    network_of: returns the network's logits for some rows; called once. shortest: the network also scores all texts of
    fewer ids than this. Also returns the rows that the network scored, ascending.
    """
    probabilities = ngrams_only.probabilities(None, ngrams, lengths)
    unsure = np.flatnonzero((probabilities.max(axis=1) < confidence) | (lengths < shortest))
    probabilities[unsure] = both.probabilities(network_of(unsure), ngrams[unsure], lengths[unsure])
    return probabilities, unsure


def is_number(value: object) -> bool:
    """Whether a value, such as JSON has, is a finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return -_LARGEST <= value <= _LARGEST  # also False for NaN
