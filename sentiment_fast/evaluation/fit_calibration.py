"""Logits of a model's parts and the actual classes -> the calibration that fits them best.

In: logits of validation texts, on which nothing was trained. Out: a `Calibration`; model/calibration.py applies it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.model.calibration import Calibration, Logits

FEWEST_TEXTS = 10  # of each class; with only a handful, fitted scales and a bias are no better than none
_PULL = 1e-6  # towards 0: decides if the data do not, because the parts agree or are constant

Floats = npt.NDArray[np.float64]


def fit_calibration(
    network: Logits | None,
    ngrams: Logits | None,
    targets: npt.NDArray[np.int64],
    classes: int,
    weights: Sequence[float] | None = None,
    row_weights: Floats | None = None,
) -> Calibration:
    """The scales and the bias with the lowest cross-entropy: both how to mix the parts and how confident to be.

    network, ngrams: (n,) logits for two classes, (n, classes) for more; None for a part that is left out, whose scale
    is then 0. targets: (n,) actual classes. weights: (classes,), by which the texts of each class count; None for 1.
    row_weights: (n,), by which each text counts too; None for 1.
    A part that increases the loss gets the scale 0. Each class counts as seen
    once more than it was, so that even perfectly separated texts make no class certain (Platt 1999, "Probabilistic
    Outputs for Support Vector Machines", section 2.2). In float64, by L-BFGS, without randomness.

    Raises DataError for fewer than 10 texts of a class, only weights of 0, or logits that are not finite numbers.
    """
    from scipy.optimize import minimize  # imported here: scoring imports this package, but never fits

    given = [part.astype(np.float64) for part in (network, ngrams) if part is not None]
    parts = [part[:, None] if part.ndim == 1 else part for part in given]  # (n, outputs)
    _check(parts, targets, classes)
    if row_weights is not None and not row_weights.any():
        raise DataError("Expected a text with a weight above 0 to calibrate with, got none")
    sizes = [float(np.sqrt((part**2).mean())) or 1.0 for part in parts]
    parts = [part / size for part, size in zip(parts, sizes, strict=True)]  # parts of any size are fitted alike
    wanted = _targets(targets, classes)  # (n, classes)
    counted = np.ones((len(targets), 1)) if weights is None else np.array(weights, np.float64)[targets, None]
    if row_weights is not None:
        counted *= row_weights[:, None]
    counted /= counted.mean()  # (n, 1)
    outputs = parts[0].shape[1]
    start = np.concatenate([np.ones(len(parts)), np.zeros(outputs)])

    def loss(values: Floats) -> tuple[float, Floats]:
        logits = sum((scale * part for scale, part in zip(values, parts, strict=False)), np.zeros(parts[0].shape))
        logits = logits + values[len(parts) :]
        wrong, cross_entropy = _cross_entropy(logits, wanted, counted)
        slope = [*((wrong * part).sum() for part in parts), *wrong.sum(axis=0)]
        return cross_entropy + _PULL * float((values**2).sum()), np.array(slope) + 2 * _PULL * values

    bounds = [(0.0, None)] * len(parts) + [(None, None)] * outputs
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9})
    scales = iter(scale / size for scale, size in zip(found.x.tolist(), sizes, strict=False))
    return Calibration(
        next(scales) if network is not None else 0.0,
        next(scales) if ngrams is not None else 0.0,
        tuple(found.x[len(parts) :].tolist()),
    )


def _check(parts: list[Floats], targets: npt.NDArray[np.int64], classes: int) -> None:
    if not parts:
        raise ValueError("Expected the logits of the network or the n-gram model, got neither")
    fewest = int(np.bincount(targets, minlength=classes).min())
    if fewest < FEWEST_TEXTS:
        raise DataError(f"Expected {FEWEST_TEXTS} texts or more of each class to calibrate with, got {fewest} of one")
    if not all(np.isfinite(part).all() for part in parts):
        raise DataError("Expected logits to calibrate, got some that are not finite numbers: the training has diverged")


def _targets(targets: npt.NDArray[np.int64], classes: int) -> Floats:
    """(n, classes): each row's target probabilities, as if each class's texts held each class once more."""
    counts = np.bincount(targets, minlength=classes)
    wanted = np.repeat(1 / (counts[targets] + classes), classes).reshape(-1, classes)
    wanted[np.arange(len(targets)), targets] *= counts[targets] + 1
    return wanted


def _cross_entropy(logits: Floats, wanted: Floats, counted: Floats) -> tuple[Floats, float]:
    """Its gradient with respect to the logits, (n, outputs), and its value: means over the rows.

    logits: (n, 1) or (n, classes). counted: (n, 1), how much each row counts.
    """
    scores = np.concatenate([np.zeros_like(logits), logits], axis=1) if logits.shape[1] == 1 else logits
    largest = scores.max(axis=1, keepdims=True)
    log_sum = largest + np.log(np.exp(scores - largest).sum(axis=1, keepdims=True))
    wrong = (np.exp(scores - log_sum) - wanted) * counted / len(logits)
    return wrong[:, -logits.shape[1] :], float(((log_sum - scores) * wanted * counted).sum() / len(logits))
