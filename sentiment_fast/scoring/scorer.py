"""Texts -> class probabilities with a trained model, at full speed.

In: a model folder, then texts in any of the usual containers. Out: probabilities or labels, in the texts' order.
Files are left to files.py.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.evaluation.metrics import predicted_indices
from sentiment_fast.model.calibration import cascaded_probabilities
from sentiment_fast.model.devices import choose_device, choose_precision
from sentiment_fast.model.folder import Model, load_model, named_or_bundled
from sentiment_fast.model.inference import network_logits
from sentiment_fast.text.encoding import TokenIds, encode


class Scorer:
    """A trained model, ready to score texts.

    device: "auto" (a CUDA device if there is one), "cpu" or "cuda". precision: "auto" (bf16 or fp16 where the device
    has it in hardware), "float32", "bfloat16" or "float16". threads: that turn texts into ids; None for as many as this
    process may use (those of the network are PyTorch's). Scores do not depend on which texts stand together in a call,
    beyond rounding: each is the calibrated sum of what the model's parts say about it, and where the model has a
    cascade, of a text about which the wide part alone is sure enough, that part's own.
    """

    def __init__(self, model: Model, device: str = "auto", precision: str = "auto", threads: int | None = None) -> None:
        self._threads = threads
        self.device = choose_device(device)
        self.precision = choose_precision(self.device, precision)
        self.text_column = model.text_column
        self._network = model.network.to(self.device).eval()
        self._vocabulary = model.vocabulary
        self._classes = model.classes
        self._model = replace(model, network=self._network)

    @property
    def classes(self) -> list[Any]:
        """The labels, sorted, in their own type: the columns of `predict_proba`. Of two, the second is the positive."""
        return list(self._classes)

    @property
    def threshold(self) -> float:
        """Of two classes, the second is said where its probability is above this; it may be set, above 0 and below 1.

        Raises UsageError for a value outside of that, and for a model of more classes.
        """
        return self._model.threshold

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        self._model = self._model.adjusted(threshold=threshold)

    @property
    def cascade(self) -> float | None:
        """How probable a class must be to the wide part alone for the network not to be asked; None: it always is."""
        return self._model.cascade

    @property
    def max_length(self) -> int:
        """How many of a text's ids the network reads; a wide part reads all of them."""
        return self._network.config.max_length

    def predict_proba(self, texts: Any) -> npt.NDArray[np.float32]:
        """(n, classes) float32, rows sum to 1; columns in the order of `classes`.

        texts: list or tuple of str, numpy array, pandas or polars Series, pyarrow Array or ChunkedArray. A text
        without known words gets the model's answer too. Raises TypeError for anything else, a lone str included.
        """
        return self.probabilities_of(self.encode(texts))

    def predict(self, texts: Any) -> npt.NDArray[Any]:
        """(n,) labels: the likelier class of each text; of two classes, as `threshold` says."""
        indices = predicted_indices(self.predict_proba(texts), self.threshold)
        return np.take(np.asarray(self._classes), indices)

    def encode(self, texts: Any) -> TokenIds:
        """The texts' ids in this model's vocabulary: the first half of `predict_proba`."""
        return encode(texts, self._vocabulary, self._threads)

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
        return network_logits(self._network, ids, self.precision)

    def score_batches(
        self, batches: Iterable[Any], text_column: str, *, status: bool = False, tokens: bool = False
    ) -> Iterator[Any]:
        """Arrow record batches -> the same with `sentiment_label` and `sentiment_score` appended, one by one.

        For readers of one's own. The columns are those of `sf.score_csv`, with labels in their own type and float32
        scores, both null for a text that is null, empty or white space alone; so are status and tokens. A batch is
        what is scored together: rows of similar length, each different text once. Raises DataError for a batch that
        lacks the text column, or has one of the new ones.
        """
        from sentiment_fast.scoring.record_batches import score_batch  # which needs this class

        for batch in batches:
            yield score_batch(self, batch, text_column, status, tokens)

    def model(self) -> Model:
        """A copy of its model, on the CPU: what another `Scorer`, elsewhere, is made of."""
        return replace(self._model, network=deepcopy(self._network).cpu(), classes=self.classes)

    def digest(self) -> str:
        """SHA-256 of the model: the weights, the vocabulary, the settings, the calibration and the labels.

        With `cascade`, all that probabilities depend on; with `threshold`, all that labels do.
        """
        model = self._model
        about = (self._network.config, self._vocabulary, self._classes, model.calibration, model.wide_calibration)
        digest = hashlib.sha256(repr(about).encode())
        arrays = {name: weights.cpu().numpy() for name, weights in self._network.state_dict().items()}
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
) -> Scorer:
    """A `Scorer` from a model folder that `python -m sentiment_fast.train` made, or of the model that is bundled.

    folder: None for the bundled model, of the classes "negative" and "positive", which is said in a line on stderr.
    threshold: of two classes, the probability above which the second is said; None for the model's own, as a rule 0.5.
    cascade: how probable a class must be to the model's wide part alone, 0.5 to 1, for its network not to be asked;
    False to ask it about every text, None for what the model says, as a rule that too.
    Raises ModelFolderError for a folder that is missing, damaged or of a newer format, UsageError for a threshold or a
    cascade that does not fit the model.
    """
    found = named_or_bundled(folder, partial(print, file=sys.stderr, flush=True))
    return Scorer(load_model(found).adjusted(threshold, cascade), device, precision)
