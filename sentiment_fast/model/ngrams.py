"""The n-gram model: hashed n-grams of ids -> logits, by a linear model that naive Bayes scales.

In: ids, and in training their classes. Out: logits, (n,) for two classes, (n, classes) for more. Hashing and summing
n-grams is left to csrc/, the choice of those that are learned from to known_ngrams.py, calibrating the logits to
calibration.py, saving the model to folder.py.

Source: Wang and Manning 2012, "Baselines and Bigrams". The features of a text are the log-count ratios of its distinct
n-grams, r = log((p / |p|) / (q / |q|)), divided by their norm: p and q are one more than the number of texts of the
class, and of all others, that contain an n-gram. On them, a logistic regression is fitted.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast import _core
from sentiment_fast.errors import UsageError, quoted
from sentiment_fast.model.known_ngrams import known_ngrams
from sentiment_fast.text.encoding import TokenIds, thread_count

MOST_ENTRIES = 1 << 30  # buckets times outputs, of two bytes each
_ROUNDS = 300  # 50 to 80 are usual
_LARGEST_C = 1e12
_LEVELS = 127  # of 8 bits: ratios and weights are whole multiples of a step, which costs no accuracy

# Each tensor's dtype, and whether it has a row for each bucket; in the order in which the core takes them.
_TENSORS: dict[str, tuple[np.dtype[Any], bool]] = {
    "ngram_ratios": (np.dtype(np.int8), True),
    "ngram_weights": (np.dtype(np.int8), True),
    "ngram_scales": (np.dtype(np.float32), False),
    "ngram_biases": (np.dtype(np.float32), False),
}
_FINGERPRINTS = "ngram_fingerprints"  # uint8 (buckets,); only if the setting of the same name is on
_LARGEST_LONG_FROM = 1 << 31  # ids; any limit above all texts would do
_LEFT_OUT_IF_OFF = (_FINGERPRINTS, "ngram_long_from")  # so that earlier versions read the other settings

_Numbers = npt.NDArray[np.float64]
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class NgramConfig:
    """ngrams: the longest n-grams, in ids; 0 for no n-gram model. ngram_bits: they are hashed into 2**ngram_bits
    buckets, of two bytes a class. ngram_c: inverse strength of the regularisation (scikit-learn's C, for the sum of all
    losses). ngram_fingerprints: whether each bucket counts only for its owner, in one more byte a bucket; without them,
    for all n-grams that are hashed into it. ngram_long_from: texts of this many ids or more are long; each of their
    n-grams counts twice, as one of all texts and as one of long texts, with a weight of its own, since words may mean
    something else there; 0 for no long texts. After Daumé III 2007, "Frustratingly Easy Domain Adaptation", with the
    length in place of the domain. Raises UsageError for values out of range.
    """

    ngrams: int = 0
    ngram_bits: int = 21
    ngram_c: float = 30.0
    ngram_fingerprints: bool = False
    ngram_long_from: int = 0

    def __post_init__(self) -> None:
        bounds = (("ngrams", 0, 5), ("ngram_bits", 10, 24), ("ngram_long_from", 0, _LARGEST_LONG_FROM))
        for name, least, most in bounds:
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise UsageError(f"Expected {name} to be a whole number of {least} to {most}, got {quoted(value)}")
        if type(self.ngram_c) not in (int, float) or not 0 < self.ngram_c <= _LARGEST_C:
            raise UsageError(f"Expected ngram_c above 0, up to {_LARGEST_C:g}, got {quoted(self.ngram_c)}")
        if type(self.ngram_fingerprints) is not bool:
            raise UsageError(f"Expected ngram_fingerprints of true or false, got {quoted(self.ngram_fingerprints)}")

    def as_dict(self) -> dict[str, Any]:
        """All settings for files, without those that earlier versions do not know if they are off."""
        return {name: value for name, value in asdict(self).items() if name not in _LEFT_OUT_IF_OFF or value}


def check_ngram_size(config: NgramConfig, classes: int) -> None:
    """Raises UsageError for an n-gram model of more than MOST_ENTRIES buckets times outputs."""
    entries = (1 if classes == 2 else classes) << config.ngram_bits
    if config.ngrams and entries > MOST_ENTRIES:
        raise UsageError(
            f"Expected 2**ngram_bits times {classes:,} classes of up to {MOST_ENTRIES:,}, got {entries:,}: choose a "
            f"smaller ngram_bits than {config.ngram_bits}"
        )


class NgramModel:
    """A fitted n-gram model; immutable, so any number of threads may use one.

    tensors: as `tensors()` returns them; others are ignored. Raises ValueError for those that do not fit the config.
    """

    def __init__(self, config: NgramConfig, tensors: Mapping[str, Array]) -> None:
        names = [*_TENSORS, *([_FINGERPRINTS] if config.ngram_fingerprints else [])]
        if missing := [name for name in names if name not in tensors]:
            raise ValueError(f"Expected the tensors {', '.join(names)}, got none named {', '.join(missing)}")
        self.config = config
        self._tensors = {name: np.array(tensors[name], order="C") for name in names}  # copies
        self.outputs = self._tensors["ngram_scales"].size  # logits of a text: 1 for two classes, else one a class
        if self.outputs in (0, 2):
            raise ValueError(f"Expected ngram_scales of 1 output, or of 3 or more, got {self.outputs}")
        for name, tensor in self._tensors.items():
            dtype, shape = self._expected(name)
            if (tensor.dtype, tensor.shape) != (dtype, shape):
                raise ValueError(f"Expected {name} of {dtype} {shape}, got {tensor.dtype} {tensor.shape}")
            if not np.isfinite(tensor).all():
                raise ValueError(f"Expected finite {name}, got infinity or NaN")
        ratios, weights, scales, biases = (self._tensors[name] for name in _TENSORS)
        fingerprints = self._tensors.get(_FINGERPRINTS)
        self._model = _core.NgramModel(
            ratios, weights, scales, biases, config.ngrams, fingerprints, config.ngram_long_from
        )

    def _expected(self, name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
        """A tensor's dtype and shape."""
        buckets = 1 << self.config.ngram_bits
        if name == _FINGERPRINTS:
            return np.dtype(np.uint8), (buckets,)
        dtype, of_buckets = _TENSORS[name]
        shape = (buckets, self.outputs) if of_buckets else (self.outputs,)
        return dtype, shape

    def logits(self, ids: TokenIds, threads: int | None = None) -> npt.NDArray[np.float32]:
        """(n,) logits of the second class for two classes, (n, classes) for more; the same at any number of threads.

        A text without known n-grams gets the biases. Known are those of two or more training texts, with fingerprints
        only the owners of buckets.
        """
        logits = self._model.logits(ids.values, ids.offsets, thread_count(threads))
        return logits[:, 0] if self.outputs == 1 else logits

    def tensors(self) -> dict[str, Array]:
        """Everything except its config, as copies: two bytes for each bucket and output, and little else.

        ngram_ratios, ngram_weights: (buckets, outputs) int8, in steps. ngram_scales: (outputs,) float32, the weights'
        step; that of the ratios cancels out. ngram_biases: (outputs,) float32. With ngram_fingerprints,
        ngram_fingerprints: (buckets,) uint8, of the buckets' owners; any value if a bucket has none.
        """
        return {name: tensor.copy() for name, tensor in self._tensors.items()}

    def __reduce__(self) -> tuple[type[NgramModel], tuple[NgramConfig, dict[str, Array]]]:
        return NgramModel, (self.config, self._tensors)


def fit_ngrams(
    ids: TokenIds,
    targets: npt.ArrayLike,
    classes: int,
    config: NgramConfig,
    threads: int | None = None,
    weights: Sequence[float] | None = None,
    row_weights: npt.NDArray[np.float64] | None = None,
) -> NgramModel:
    """An n-gram model fitted to the texts' classes; the same each time, at any number of threads.

    targets: (n,) whole numbers of 0 up to classes - 1, or (n, classes) probabilities. Two classes are fitted with log
    loss, more with softmax cross-entropy, each with its own ratios, against the rest. weights: (classes,), by which the
    losses of each class are multiplied; None for 1. row_weights: (n,), 0 or more: how often each text counts, in the
    ratios and in the sum of losses; None for once. A text is a single one whatever its weight: an n-gram of only one
    text is left out.
    Raises ValueError for targets that do not fit and for a config without n-grams. A fit that stops before it has
    converged gives a RuntimeWarning.
    """
    check_ngram_size(config, classes)
    if config.ngrams == 0:
        raise ValueError("Expected a config of ngrams 1 or more to fit, got 0, which means no n-gram model")
    shares = _shares(targets, len(ids), classes)  # (n, outputs)
    known = known_ngrams(
        ids,
        config.ngrams,
        config.ngram_bits,
        config.ngram_fingerprints,
        thread_count(threads),
        config.ngram_long_from,
    )
    presence = known.presence  # (n, known)
    if row_weights is None:
        ratios = _ratios(presence, known.counts, shares)  # (known, outputs)
        losses = *_weighted(shares, weights), float(len(shares))
    else:
        often = row_weights[:, None]  # (n, 1)
        ratios = _ratios(presence, presence.T @ row_weights.astype(np.float32), shares * often)
        of_classes, totals = _weighted(shares, weights)
        losses = of_classes * often, totals * often, float(row_weights.sum())
    slopes, biases = _regression(presence, ratios, *losses, config.ngram_c)
    steps = np.maximum(np.abs(slopes).max(axis=0, initial=0.0), 1e-30) / _LEVELS  # (outputs,)
    tables = np.zeros((2, 1 << config.ngram_bits, shares.shape[1]), np.int8)
    tables[0, known.buckets], tables[1, known.buckets] = ratios, np.rint(slopes / steps)
    arrays = (*tables, steps.astype(np.float32), biases.astype(np.float32))
    owners = {} if known.fingerprints is None else {_FINGERPRINTS: known.fingerprints}
    return NgramModel(config, dict(zip(_TENSORS, arrays, strict=True)) | owners)


def _shares(targets: npt.ArrayLike, texts: int, classes: int) -> _Numbers:
    """(n, outputs): each text's target probability of an output's class; errors as for `shares_of_classes`."""
    shares = shares_of_classes(targets, texts, classes)
    return shares[:, 1:] if classes == 2 else shares


def shares_of_classes(targets: npt.ArrayLike, texts: int, classes: int) -> _Numbers:
    """(texts, classes): each text's target probabilities.

    targets: (texts,) class indices, or (texts, classes) probabilities. Raises ValueError for other shapes, for values
    out of range, and without texts.
    """
    given = np.asarray(targets)
    if classes < 2:
        raise ValueError(f"Expected 2 classes or more, got {classes}")
    if given.shape == (texts,) and given.dtype.kind in "iu":
        if texts and not 0 <= given.min() <= given.max() < classes:
            raise ValueError(f"Expected targets of 0 to {classes - 1}, got {given.min()} to {given.max()}")
        shares: _Numbers = np.eye(classes)[given]
    elif given.shape == (texts, classes) and given.dtype.kind == "f":
        shares = given.astype(np.float64)
        if not (shares >= 0).all() or not np.allclose(shares.sum(axis=1), 1, atol=1e-3):
            raise ValueError("Expected targets that are probabilities: 0 or more, of a sum of 1 in each row")
    else:
        raise ValueError(
            f"Expected targets as ({texts},) whole numbers or ({texts}, {classes}) probabilities, "
            f"got {given.dtype} {given.shape}"
        )
    if texts == 0:
        raise ValueError("Expected targets of 1 text or more, got none")
    return shares


def _weighted(shares: _Numbers, weights: Sequence[float] | None) -> tuple[_Numbers, _Numbers]:
    """(n, outputs): the shares times the classes' weights; (n, 1): the weights of each text's classes, added up."""
    outputs = shares.shape[1]
    if weights is None:
        return shares, np.ones((len(shares), 1)) if outputs == 1 else shares.sum(axis=1, keepdims=True)
    factors = np.array(weights, np.float64)
    if outputs == 1:
        return shares * factors[1], shares * factors[1] + (1 - shares) * factors[0]
    return shares * factors, (shares * factors).sum(axis=1, keepdims=True)


def _ratios(presence: Any, counts: npt.NDArray[Any], shares: _Numbers) -> _Numbers:
    """(known, outputs): the log-count ratios, rounded to steps of the largest one's 127th part."""
    ratios = log_count_ratios(presence, counts, shares)
    largest = np.maximum(np.abs(ratios).max(axis=0, initial=0.0), 1e-30)
    rounded: _Numbers = np.rint(ratios * (_LEVELS / largest))
    return rounded


def log_count_ratios(presence: Any, counts: npt.NDArray[Any], shares: _Numbers) -> _Numbers:
    """(known, outputs), as Wang and Manning 2012 define them, with 1 added to each count.

    presence: (n, known), as `KnownNgrams` has it. counts: (known,), texts with the n-gram. shares: (n, outputs), target
    probabilities. Both as often as texts count.
    """
    found: _Numbers = presence.T @ shares.astype(np.float32)  # (known, outputs): texts of the class with the n-gram
    positive, negative = 1.0 + found, 1.0 + np.maximum(counts[:, None] - found, 0)
    ratios: _Numbers = np.log(positive / positive.sum(axis=0)) - np.log(negative / negative.sum(axis=0))
    return ratios


def _regression(
    presence: Any, ratios: _Numbers, shares: _Numbers, totals: _Numbers, texts: float, c: float
) -> tuple[_Numbers, _Numbers]:
    """Weights, (known, outputs), and biases, (outputs,), that minimise the regularised mean loss.

    shares, totals: (n, outputs) and (n, 1), as `_weighted` returns them, as often as texts count. texts: the number of
    texts, counted likewise.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    known, outputs = ratios.shape
    lengths = np.sqrt(presence @ (ratios**2).astype(np.float32))  # (n, outputs)
    lengths[lengths == 0] = 1
    back = presence.T
    losses_of = _binary_losses if outputs == 1 else _softmax_losses

    def objective(parameters: _Numbers) -> tuple[float, _Numbers]:
        weights, biases = parameters[:-outputs].reshape(known, outputs), parameters[-outputs:]
        logits = (presence @ (ratios * weights).astype(np.float32)) / lengths + biases  # (n, outputs)
        loss, errors = losses_of(logits, shares, totals)
        by_weights = ratios * (back @ (errors / lengths).astype(np.float32)) + weights / c
        value = loss + 0.5 * float(parameters[:-outputs] @ parameters[:-outputs]) / c
        return value / texts, np.concatenate([by_weights.ravel(), errors.sum(axis=0)]) / texts

    # Five pairs of steps and gradients, and a relative change of the loss of 1e-5 as the end: more pairs or a smaller
    # change are no more accurate, and take up to three times as long.
    options = {"maxcor": 5, "maxiter": _ROUNDS, "ftol": 1e-5, "gtol": 1e-6}
    start = np.zeros((known + 1) * outputs)
    with threadpool_limits(
        1
    ):  # the rounding of dot products depends on the number of BLAS threads, and more gain nothing
        found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    if not found.success:
        warnings.warn(
            f"the n-gram model's weights had not converged after {found.nit} rounds ({found.message}): "
            f"take a smaller ngram_c than {c:g}, which regularises them more",
            RuntimeWarning,
            stacklevel=3,
        )
    return found.x[:-outputs].reshape(known, outputs), found.x[-outputs:]


def _binary_losses(logits: _Numbers, shares: _Numbers, totals: _Numbers) -> tuple[float, _Numbers]:
    """The sum of the texts' log losses, and its gradient with respect to the logits, (n, 1)."""
    softplus = np.logaddexp(0, logits)
    return float((totals * softplus - shares * logits).sum()), totals * np.exp(logits - softplus) - shares


def _softmax_losses(logits: _Numbers, shares: _Numbers, totals: _Numbers) -> tuple[float, _Numbers]:
    """The same for more classes, (n, classes)."""
    from scipy.special import logsumexp

    log_probabilities = logits - logsumexp(logits, axis=1, keepdims=True)
    return float(-(shares * log_probabilities).sum()), np.exp(log_probabilities) * totals - shares
