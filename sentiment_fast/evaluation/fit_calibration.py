"""Logits of a model's parts and the actual classes -> the calibration that fits them best.

In: logits of validation texts, on which nothing was trained. Out: a `Calibration`; model/calibration.py applies it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.model.calibration import Calibration, Logits, Rows, Scale, length_shares

FEWEST_TEXTS = 10  # of each class; with only a handful, fitted scales and a bias are no better than none
_SMALLEST = 1e-6  # root mean square of logits; smaller ones, of a network that has died, are noise and not scaled up
_PULL = 1e-6  # towards 0: decides if the data do not, because the parts agree or are constant
# The lengths, in ids, at which the scales may differ. A network knows most about short texts, an n-gram model about
# long ones; a fourth length gained nothing (benchmarks/results/accuracy.md).
_KNOTS = (8, 50, 300)
# How strongly a known calibration pulls: the prior of the bias, and of the factors by which the scales change, is
# normal with a standard deviation of a quarter. Fitted from scratch on 50 texts, a calibration made a model that had
# been trained further on 150 less accurate than it was before (benchmarks/results/accuracy.md, "Few labels").
_KNOWN_PULL = 8.0

Floats = npt.NDArray[np.float64]


def fit_calibration(
    network: Logits | None,
    ngrams: Logits | None,
    targets: npt.NDArray[np.int64],
    classes: int,
    weights: Sequence[float] | None = None,
    row_weights: Floats | None = None,
    lengths: Rows | None = None,
) -> Calibration:
    """The scales and the bias with the lowest cross-entropy: both how to mix the parts and how confident to be.

    network, ngrams: (n,) logits for two classes, (n, classes) for more; None for a part that is left out, whose scale
    is then 0. targets: (n,) actual classes. weights: (classes,), by which the texts of each class count; None for 1.
    row_weights: (n,), by which each text counts too; None for 1. lengths: (n,) int64 ids per text; None for scales that
    are the same at all lengths. With lengths, the scales depend on them if that lowers the cross-entropy, summed over
    the texts, by more than 1 for each additional scale (Akaike 1974, "A New Look at the Statistical Model
    Identification").

    A part that increases the loss gets the scale 0. Each class counts as seen once more than it was, so that even
    perfectly separated texts make no class certain (Platt 1999, "Probabilistic Outputs for Support Vector Machines",
    section 2.2). In float64, by L-BFGS, without randomness.

    Raises DataError for fewer than 10 texts of a class, only weights of 0, or logits that are not finite numbers.
    """
    given = [part.astype(np.float64) for part in (network, ngrams) if part is not None]
    parts = [part[:, None] if part.ndim == 1 else part for part in given]  # (n, outputs)
    _check(parts, targets, classes)
    sizes = [max(float(np.sqrt((part**2).mean())), _SMALLEST) for part in parts]
    parts = [part / size for part, size in zip(parts, sizes, strict=True)]  # parts of any size are fitted alike
    goal = _Goal.of(targets, classes, weights, row_weights)
    scales, bias, cross_entropy = goal.fitted(parts, np.ones((1, len(targets))))
    knots: tuple[int, ...] = ()
    if lengths is not None:
        by_length = goal.fitted(parts, length_shares(lengths, _KNOTS))
        more = len(parts) * (len(_KNOTS) - 1)
        if len(targets) * (cross_entropy - by_length[2]) > more:
            (scales, bias, _), knots = by_length, _KNOTS
    values = [(of_part / size).tolist() for of_part, size in zip(scales, sizes, strict=True)]
    found = iter(tuple(of_part) if knots else of_part[0] for of_part in values)
    network_scale, wide_scale = (0.0 if part is None else next(found) for part in (network, ngrams))
    return Calibration(network_scale, wide_scale, tuple(bias.tolist()), knots)


def adapt_calibration(
    known: Calibration,
    network: Logits | None,
    ngrams: Logits | None,
    targets: npt.NDArray[np.int64],
    classes: int,
    weights: Sequence[float] | None = None,
    row_weights: Floats | None = None,
    lengths: Rows | None = None,
) -> Calibration:
    """The known calibration, adapted to these texts: the fewer they are, the closer the result stays to it.

    known: the calibration of the model before it was trained further. The other arguments are those of
    `fit_calibration`; lengths are required if the scales depend on them (ValueError otherwise). Each scale is
    multiplied by a factor, the same at all lengths; the factors and the bias are fitted with a normal prior around the
    known ones. The scale of a part that was left out is fitted with one around 0. Raises DataError without texts, for
    only weights of 0, or for logits that are not finite numbers.
    """
    if not len(targets):
        raise DataError("Expected a text or more to calibrate with, got none")
    given = [(scale, part) for scale, part in ((known.network, network), (known.wide, ngrams)) if part is not None]
    # No factor of 0 would ever bring back a part that was left out, however much it has learned since.
    units = [scale if np.any(scale) else _ones_like(scale) for scale, _ in given]
    scaled = [known.scaled(unit, part, lengths) for unit, (_, part) in zip(units, given, strict=True)]
    parts = [part[:, None] if part.ndim == 1 else part for part in scaled]  # (n, outputs)
    _check_finite(parts)
    outputs = parts[0].shape[1]
    centre = np.array([*(float(np.any(scale)) for scale, _ in given), *(known.bias or [0.0] * outputs)])
    goal = _Goal.of(targets, classes, weights, row_weights)
    factors, bias, _ = goal.fitted(parts, np.ones((1, len(targets))), centre, _KNOWN_PULL / len(targets))
    found = map(_times, units, factors[:, 0].tolist())
    network_scale, wide_scale = (0.0 if part is None else next(found) for part in (network, ngrams))
    return Calibration(network_scale, wide_scale, tuple(bias.tolist()), known.lengths)


def _ones_like(scale: Scale) -> Scale:
    return (1.0,) * len(scale) if isinstance(scale, tuple) else 1.0


def _times(scale: Scale, factor: float) -> Scale:
    return tuple(one * factor for one in scale) if isinstance(scale, tuple) else scale * factor


@dataclass(frozen=True)
class _Goal:
    """What scales and a bias are fitted to.

    wanted: (n, classes) target probabilities. counted: (n, 1), how much each row counts; 1 in the mean.
    """

    wanted: Floats
    counted: Floats

    @classmethod
    def of(
        cls,
        targets: npt.NDArray[np.int64],
        classes: int,
        weights: Sequence[float] | None,
        row_weights: Floats | None,
    ) -> _Goal:
        """Arguments as for `fit_calibration`. Raises DataError if no text counts."""
        if row_weights is not None and not row_weights.any():
            raise DataError("Expected a text with a weight above 0 to calibrate with, got none")
        counted = np.ones((len(targets), 1)) if weights is None else np.array(weights, np.float64)[targets, None]
        if row_weights is not None:
            counted *= row_weights[:, None]
        return cls(_targets(targets, classes), counted / counted.mean())

    def fitted(
        self, parts: Sequence[Floats], shares: Floats, centre: Floats | None = None, pull: float = _PULL
    ) -> tuple[Floats, Floats, float]:
        """The scales, (parts, knots), the bias, (outputs,), and the cross-entropy that they leave, with its penalties.

        parts: (n, outputs) each. shares: (knots, n): a row's scale is the sum of the knots' scales, each times its
        share. centre: (parts * knots + outputs,) scales, then bias, at which the fit starts and towards which it is
        pulled; None to start at scales of 1 and a bias of 0, and to be pulled towards 0. pull: the weight of the
        squared distance from the centre.
        """
        from scipy.optimize import minimize  # imported here: scoring imports this package, but never fits

        outputs, rows = parts[0].shape[1], len(self.wanted)
        shape = len(parts), len(shares)

        def loss(values: Floats) -> tuple[float, Floats]:
            scales = values[:-outputs].reshape(shape)
            of_rows = scales @ shares  # (parts, n)
            logits = sum((scale[:, None] * part for scale, part in zip(of_rows, parts, strict=True)), values[-outputs:])
            wrong, cross_entropy = _cross_entropy(logits, self.wanted, self.counted)
            slopes = np.stack([shares @ (wrong * part).sum(axis=1) for part in parts])
            # Scales at neighbouring lengths differ no more than their texts say, as if one text said that they do not.
            steps = np.diff(scales, axis=1)
            slopes[:, 1:] += 2 / rows * steps
            slopes[:, :-1] -= 2 / rows * steps
            off = values if centre is None else values - centre
            penalty = pull * float((off**2).sum()) + float((steps**2).sum()) / rows
            slope = np.concatenate([slopes.ravel(), wrong.sum(axis=0)]) + 2 * pull * off
            return cross_entropy + penalty, slope

        start = np.concatenate([np.ones(shape).ravel(), np.zeros(outputs)]) if centre is None else centre
        bounds = [(0.0, None)] * (len(start) - outputs) + [(None, None)] * outputs
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9})
        return found.x[:-outputs].reshape(shape), found.x[-outputs:], float(found.fun)


def _check(parts: list[Floats], targets: npt.NDArray[np.int64], classes: int) -> None:
    if not parts:
        raise ValueError("Expected the logits of the network or the n-gram model, got neither")
    fewest = int(np.bincount(targets, minlength=classes).min())
    if fewest < FEWEST_TEXTS:
        raise DataError(f"Expected {FEWEST_TEXTS} texts or more of each class to calibrate with, got {fewest} of one")
    _check_finite(parts)


def _check_finite(parts: list[Floats]) -> None:
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
