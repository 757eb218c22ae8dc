"""Logits of a model's parts and the actual classes -> the calibration that makes their probabilities hold.

In: validation logits, which nothing was trained on. Out: a `Calibration`, which model/calibration.py applies.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.model.calibration import Calibration, Logits

FEWEST_TEXTS = 10  # of a class; a few scales and a bias need more than a handful to be better than none
_PULL = 1e-6  # towards 0, which decides where the data do not: of parts that say the same, or nothing

Floats = npt.NDArray[np.float64]


def fit_calibration(
    network: Logits | None, wide: Logits | None, targets: npt.NDArray[np.int64], classes: int
) -> Calibration:
    """The scales and the bias with the lowest cross-entropy: at once how to mix the parts, and how sure to be.

    network, wide: (n,) logits for two classes, (n, classes) for more; None for a part that is left out, whose scale
    is then 0. targets: (n,) actual classes. A part that makes things worse gets the scale 0. Each class counts as seen
    once more than it was, so that even texts told apart without an error make nothing certain (Platt 1999,
    "Probabilistic Outputs for Support Vector Machines", section 2.2). In float64, by L-BFGS, without randomness.

    Raises DataError where there are less than 10 texts of a class, or logits that are no finite numbers.
    """
    from scipy.optimize import minimize  # imported here: scoring needs this package, but never fits

    given = [part.astype(np.float64) for part in (network, wide) if part is not None]
    parts = [part[:, None] if part.ndim == 1 else part for part in given]  # (n, outputs)
    _check(parts, targets, classes)
    sizes = [float(np.sqrt((part**2).mean())) or 1.0 for part in parts]
    parts = [part / size for part, size in zip(parts, sizes, strict=True)]  # parts of any size are fitted alike
    wanted = _targets(targets, classes)  # (n, classes)
    outputs = parts[0].shape[1]
    start = np.concatenate([np.ones(len(parts)), np.zeros(outputs)])

    def loss(values: Floats) -> tuple[float, Floats]:
        logits = sum((scale * part for scale, part in zip(values, parts, strict=False)), np.zeros(parts[0].shape))
        logits = logits + values[len(parts) :]
        wrong, cross_entropy = _cross_entropy(logits, wanted)
        slope = [*((wrong * part).sum() for part in parts), *wrong.sum(axis=0)]
        return cross_entropy + _PULL * float((values**2).sum()), np.array(slope) + 2 * _PULL * values

    bounds = [(0.0, None)] * len(parts) + [(None, None)] * outputs
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9})
    scales = iter(scale / size for scale, size in zip(found.x.tolist(), sizes, strict=False))
    return Calibration(
        next(scales) if network is not None else 0.0,
        next(scales) if wide is not None else 0.0,
        tuple(found.x[len(parts) :].tolist()),
    )


def _check(parts: list[Floats], targets: npt.NDArray[np.int64], classes: int) -> None:
    if not parts:
        raise ValueError("Expected the logits of a part, got none")
    fewest = int(np.bincount(targets, minlength=classes).min())
    if fewest < FEWEST_TEXTS:
        raise DataError(f"Expected {FEWEST_TEXTS} texts or more of each class to calibrate by, got {fewest} of one")
    if not all(np.isfinite(part).all() for part in parts):
        raise DataError("Expected logits to calibrate, got some that are no finite numbers: the training has diverged")


def _targets(targets: npt.NDArray[np.int64], classes: int) -> Floats:
    """(n, classes): what each row's probabilities should be, were each class seen once more in the texts of each."""
    counts = np.bincount(targets, minlength=classes)
    wanted = np.repeat(1 / (counts[targets] + classes), classes).reshape(-1, classes)
    wanted[np.arange(len(targets)), targets] *= counts[targets] + 1
    return wanted


def _cross_entropy(logits: Floats, wanted: Floats) -> tuple[Floats, float]:
    """Its slope by each logit, (n, outputs), and its value: means over the rows. logits: (n, 1) or (n, classes)."""
    scores = np.concatenate([np.zeros_like(logits), logits], axis=1) if logits.shape[1] == 1 else logits
    largest = scores.max(axis=1, keepdims=True)
    log_sum = largest + np.log(np.exp(scores - largest).sum(axis=1, keepdims=True))
    wrong = (np.exp(scores - log_sum) - wanted) / len(logits)
    return wrong[:, -logits.shape[1] :], float(((log_sum - scores) * wanted).sum() / len(logits))
