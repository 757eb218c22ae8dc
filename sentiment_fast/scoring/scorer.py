"""Texts -> class probabilities with a trained model, at full speed.

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

    device: "auto" (a CUDA device if there is one), "cpu" or "cuda". precision: "auto" (bf16 or fp16 if the device has
    it in hardware), "float32", "bfloat16" or "float16". threads: how many to use on a CPU; None for as many as
    `thread_count` gives. Scores do not depend on which texts stand together in a call, beyond rounding: each is the
    calibrated sum of what the network and the n-gram model say about it, and if the model has a cascade, the n-gram
    model's alone for a text that it is confident about. Raises UsageError for a device or a precision that is not
    available, and for a network that needs PyTorch, which is not installed.
    """

    def __init__(self, model: Model, device: str = "auto", precision: str = "auto", threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise UsageError(f"Expected threads of 1 or more, got {threads}")
        self._threads = threads
        self.device = find_device(device)
        self.precision = choose_precision(self.device, precision)
        self.text_column = model.text_column
        self.engine = engine_for(model, self.device, self.precision, threads)
        self._model = model

    @property
    def classes(self) -> list[Any]:
        """The labels, sorted, in their own type: the columns of `predict_proba`. Of two, the second is the positive."""
        return list(self._model.classes)

    @property
    def threshold(self) -> float:
        """Of two classes, the second is predicted above this probability; it may be set, above 0 and below 1.

        Raises UsageError for a value outside of that, and for a model of more classes.
        """
        return self._model.threshold

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        self._model = self._model.adjusted(threshold=threshold)

    @property
    def cascade(self) -> float | None:
        """The network is asked only about texts of which the n-gram model is less confident; None: about all."""
        return self._model.cascade

    @property
    def max_length(self) -> int:
        """How many of a text's ids the network reads; an n-gram model reads all of them."""
        return self._model.config.max_length

    def predict_proba(self, texts: Any) -> npt.NDArray[np.float32]:
        """(n, classes) float32, rows sum to 1; columns in the order of `classes`.

        texts: list or tuple of str, numpy array, pandas or polars Series, pyarrow Array or ChunkedArray. A text
        without known words gets the model's answer too. Raises TypeError for anything else, a lone str included.
        """
        return self.probabilities_of(self.encode(texts))

    def predict(self, texts: Any) -> npt.NDArray[Any]:
        """(n,) labels: the likelier class of each text; of two classes, as `threshold` says."""
        indices = predicted_indices(self.predict_proba(texts), self.threshold)
        return np.take(np.asarray(self._model.classes), indices)

    def encode(self, texts: Any) -> TokenIds:
        """The texts' ids in this model's vocabulary: the first half of `predict_proba`."""
        return encode(texts, self._model.vocabulary, self._threads)

    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]:
        """(n, classes) float32: the second half of `predict_proba`."""
        model = self._model
        wide = None if model.wide is None else model.wide.logits(ids, self._threads)
        if wide is None or model.cascade is None:
            return model.calibration.probabilities(self._network_logits(ids), wide)
        alone, both = model.wide_calibration, model.calibration
        probabilities, _ = cascaded_probabilities(
            wide, alone, both, model.cascade, lambda rows: self._network_logits(ids.take(rows))
        )
        return probabilities

    def _network_logits(self, ids: TokenIds) -> npt.NDArray[np.float32]:
        return self.engine.logits(ids)

    def score_batches(
        self, batches: Iterable[Any], text_column: str, *, status: bool = False, tokens: bool = False
    ) -> Iterator[Any]:
        """Arrow record batches -> the same with `sentiment_label` and `sentiment_score` appended, one by one.

        For readers of one's own. The columns are those of `sf.score_csv`, with labels in their own type and float32
        scores, both null for a text that is null, empty or white space alone; so are status and tokens. A batch is
        what is scored together: rows of similar length, each different text once. Raises DataError for a batch that
        lacks the text column, or has one of the new ones.
        """
        from sentiment_fast.scoring.columns import ColumnOptions, score_batch  # which import PyArrow

        for batch in batches:
            yield score_batch(self, batch, text_column, ColumnOptions(status, tokens))

    def model(self) -> Model:
        """A copy of its model: what another `Scorer`, elsewhere, is made of."""
        weights = {name: array.copy() for name, array in self._model.weights.items()}
        return replace(self._model, weights=weights, classes=self.classes)

    def digest(self) -> str:
        """SHA-256 of the model: the weights, the vocabulary, the settings, the calibration and the labels.

        With `cascade`, all that probabilities depend on; with `threshold`, all that labels do.
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
    """A `Scorer` from a model folder that `python -m sentiment_fast.train` made, or of the model that is bundled.

    folder: None for the bundled model, with the classes "negative" and "positive", which a line on stderr reports.
    threshold: of two classes, predict the second above this probability; None for the model's own, usually 0.5.
    cascade: ask the network only about texts of which the model's n-gram model is less confident than this, 0.5 to 1;
    False to ask it about every text, None for the model's own setting. threads: how many to use on a CPU; None for all
    that this process may use, or OMP_NUM_THREADS if that is less.
    Raises ModelFolderError for a folder that is missing, damaged or of a newer format, UsageError for a threshold or a
    cascade that does not fit the model.
    """
    found = named_or_bundled(folder, partial(print, file=sys.stderr, flush=True))
    return Scorer(load_model(found).adjusted(threshold, cascade), device, precision, threads)
