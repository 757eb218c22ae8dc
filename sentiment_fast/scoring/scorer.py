"""Texts -> class probabilities of a trained model, at full speed.

In: a model folder, then texts in any of the usual containers. Out: probabilities or labels, in the texts' order.
Files are left to score_files.py. PyTorch is imported only if the model's engine needs it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError
from sentiment_fast.evaluation.metrics import predicted_indices
from sentiment_fast.model.calibration import cascaded_probabilities
from sentiment_fast.model.devices import choose_precision, find_device
from sentiment_fast.model.engine import engine_for
from sentiment_fast.model.folder import load_model, named_or_bundled
from sentiment_fast.model.model import Model
from sentiment_fast.text.encoding import TokenIds, encode


class Scorer:
    """A trained model, ready to score texts.

    device: "auto" (a CUDA device if available), "cpu" or "cuda". precision: "auto" (bf16 or fp16 if the device has
    it in hardware), "float32", "bfloat16" or "float16". threads: how many to use on a CPU; None for as many as
    `thread_count` gives. Except for rounding, a text's scores do not depend on the other texts in a call: they are
    calibrated from the summed logits of the network and the n-gram model. If the model has a cascade, the n-gram model
    scores texts that it is confident about without the network. Raises UsageError for a device or a precision that is
    not available, and if PyTorch is needed but not installed.
    """

    def __init__(self, model: Model, device: str = "auto", precision: str = "auto", threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise UsageError(f"Expected `threads` of 1 or more, got {threads}")
        self._threads = threads
        self.device = find_device(device)
        self.precision = choose_precision(self.device, precision)
        self.text_column, self.label_column = model.text_column, model.label_column
        self.engine = engine_for(model, self.device, self.precision, threads)
        self._model = model

    @property
    def classes(self) -> list[Any]:
        """The labels, sorted, in their own type: the columns of `predict_proba`. The second of two is the positive."""
        return list(self._model.classes)

    @property
    def threshold(self) -> float:
        """Predict the positive class, the second of two, above this probability. Can be set, above 0 and below 1.

        Raises UsageError for any other value, and for a model with more than two classes.
        """
        return self._model.threshold

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        self._model = self._model.adjusted(threshold=threshold)

    @property
    def cascade(self) -> float | None:
        """The network scores only texts that the n-gram model is less confident about; None: all texts."""
        return self._model.cascade

    @property
    def max_length(self) -> int:
        """The number of ids that the network reads of a text; an n-gram model reads all."""
        return self._model.config.max_length

    def predict_proba(self, texts: Any) -> npt.NDArray[np.float32]:
        """(n, classes) float32; rows sum to 1, columns are in the order of `classes`.

        texts: list or tuple of str, numpy array, pandas or polars Series, pyarrow Array or ChunkedArray. A text
        without known words is scored as well. Raises TypeError for anything else, including a single str.
        """
        return self.probabilities_of(self.encode(texts))

    def predict(self, texts: Any) -> npt.NDArray[Any]:
        """(n,) labels: the most probable class of each text; with two classes, `threshold` decides."""
        indices = predicted_indices(self.predict_proba(texts), self.threshold)
        return np.take(np.asarray(self._model.classes), indices)

    def encode(self, texts: Any) -> TokenIds:
        """The texts' ids in this model's vocabulary: the first step of `predict_proba`."""
        return encode(texts, self._model.vocabulary, self._threads)

    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]:
        """(n, classes) float32: the second step of `predict_proba`."""
        model = self._model
        ngrams = None if model.wide is None else model.wide.logits(ids, self._threads)
        if ngrams is None or model.cascade is None:
            return model.calibration.probabilities(self.engine.logits(ids), ngrams)
        ngrams_only, both = model.wide_calibration, model.calibration
        probabilities, _ = cascaded_probabilities(
            ngrams, ngrams_only, both, model.cascade, lambda rows: self.engine.logits(ids.take(rows))
        )
        return probabilities

    def score_batches(
        self, batches: Iterable[Any], text_column: str, *, status: bool = False, tokens: bool = False
    ) -> Iterator[Any]:
        """Arrow record batches -> the same batches with `sentiment_label` and `sentiment_score` appended, one by one.

        For data that you read yourself. status, tokens: also append `sentiment_status` and `sentiment_tokens`, as
        `sf.score_files` does. Labels have their own type, scores are float32; both are null for a text that is null,
        empty or only white space. The texts of a batch are scored together, each distinct one once. Raises DataError
        for a batch that lacks the text column, or already has one of the new columns.
        """
        from sentiment_fast.scoring.columns import ColumnOptions, score_batch  # which import PyArrow

        for batch in batches:
            yield score_batch(self, batch, text_column, ColumnOptions(status, tokens))

    def model(self) -> Model:
        """A copy of its model, from which to make another `Scorer`, for example in another process."""
        weights = {name: array.copy() for name, array in self._model.weights.items()}
        return replace(self._model, weights=weights, classes=self.classes)

    def digest(self) -> str:
        """SHA-256 of the model: the weights, the vocabulary, the settings, the calibration and the labels.

        Together with `cascade`, it covers all that probabilities depend on; with `threshold` too, all that labels do.
        """
        model = self._model
        about = (model.config, model.vocabulary, model.classes, model.calibration, model.wide_calibration)
        digest = hashlib.sha256(repr(about).encode())
        arrays: dict[str, npt.NDArray[Any]] = dict(model.weights)
        if model.wide is not None:
            digest.update(repr(model.wide.config).encode())
            arrays |= {f"wide.{name}": array for name, array in model.wide.tensors().items()}
        for name, array in arrays.items():
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def load(
    folder: str | Path | None = None,
    device: str = "auto",
    precision: str = "auto",
    *,
    threshold: float | None = None,
    cascade: float | bool | None = None,
    threads: int | None = None,
) -> Scorer:
    """A `Scorer` for a model folder that `python -m sentiment_fast.train` wrote, or for the bundled model.

    folder: None for the bundled model, with the classes "negative" and "positive"; a line on stderr reports that.
    threshold: predict the positive class, the second of two, above this probability; None for the model's own, usually
    0.5. cascade: run the network only on texts that the n-gram model is less confident about than this, 0.5 to 1; False
    to run it on all texts, None for the model's own setting. threads: how many to use on a CPU; None for all that this
    process may use, or OMP_NUM_THREADS if that is less.
    Raises ModelFolderError for a folder that is missing, damaged or of a newer format, UsageError for a threshold or a
    cascade that the model does not support.
    """
    found = named_or_bundled(folder, partial(print, file=sys.stderr, flush=True))
    return Scorer(load_model(found).adjusted(threshold, cascade), device, precision, threads)
