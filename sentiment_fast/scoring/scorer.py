"""Texts -> class probabilities of a trained model, at full speed.

In: a model folder, then texts in any of the usual containers. Out: probabilities or labels, in the texts' order.
Files are left to score_files.py. PyTorch is imported only if the model's engine needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import MissingTextError, UsageError
from sentiment_fast.model.calibration import cascaded_probabilities
from sentiment_fast.model.decision import Band, Decision
from sentiment_fast.model.devices import find_device
from sentiment_fast.model.engine import engine_for, scoring_precision
from sentiment_fast.model.folder import (
    load_model,
    model_digest,
    model_files,
    model_of_files,
    named_or_bundled,
    save_model,
)
from sentiment_fast.model.model import Model
from sentiment_fast.text.containers import column_of, rows_without_text
from sentiment_fast.text.encoding import TokenIds, encode

if TYPE_CHECKING:
    from sentiment_fast.scoring.columns import Unknown

Missing = Literal["prior", "blank", "error"]


class Scorer:
    """A trained model, ready to score texts.

    device: "auto" (a CUDA device if available), "cpu" or "cuda". precision: "auto" (the fastest: bf16 or fp16 if the
    device has it in hardware, but float32 for small networks on a CPU with AMX), "float32", "bfloat16" or "float16".
    threads: how many to use on a CPU; None for as many as
    `thread_count` gives. Except for rounding, a text's scores do not depend on the other texts in a call: they are
    calibrated from the summed logits of the network and the n-gram model. If the model has a cascade, the n-gram model
    scores the long texts that it is confident about without the network. Any number of threads may use one. Pickled, it
    is the files of its model's folder, JSON and safetensors, and the three parameters, which are validated again when
    it is loaded. Raises UsageError for a device or a precision that is not available, and MissingPackageError, which is
    one too, if PyTorch is needed but not installed.
    """

    def __init__(self, model: Model, device: str = "auto", precision: str = "auto", threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise UsageError(f"Expected `threads` of 1 or more, got {threads}")
        self._threads = threads
        self._asked = {"device": device, "precision": precision, "threads": threads}
        self.device = find_device(device)
        self.precision = scoring_precision(model, self.device, precision)
        self.text_column, self.label_column = model.text_column, model.label_column
        self.engine = engine_for(model, self.device, self.precision, threads)
        self._model = model

    @property
    def classes(self) -> list[Any]:
        """The labels, sorted, in their own type: the columns of `predict_proba`."""
        return list(self._model.classes)

    @property
    def positive(self) -> Any:
        """The positive one of two classes, by default the second: what `threshold` and `sentiment_score` are about.

        None for a model with more than two classes.
        """
        return self._model.positive

    @property
    def ordinal(self) -> tuple[float, ...] | None:
        """A number for each class, if they are ordered, such as stars: `predict_proba(texts) @ ordinal` is the expected
        value, which files get as `sentiment_stars`. None for other models.
        """
        return self._model.ordinal

    @property
    def decision(self) -> Decision:
        """How probabilities become labels, as it is now."""
        return self._model.decision

    @property
    def threshold(self) -> float:
        """Predict the positive class above this probability. Can be set, above 0 and below 1.

        Raises UsageError for any other value, one outside of the neutral band, and for more than two classes.
        """
        return self._model.threshold

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        self._model = self._model.adjusted(threshold=threshold)

    @property
    def neutral(self) -> Band | None:
        """Texts whose probability of the positive class is in this band, ends included, are labelled "neutral".

        Can be set, to two probabilities or "LOW:HIGH", or to None for no band. With a band, all labels are strings.
        Raises UsageError for a band without the threshold in it, for a model that does not have two classes, and for
        one with a class "neutral".
        """
        return self._model.neutral

    @neutral.setter
    def neutral(self, neutral: Band | str | None) -> None:
        self._model = self._model.adjusted(neutral=False if neutral is None else neutral)

    @property
    def cascade(self) -> float | None:
        """The network scores only texts that the n-gram model is less confident about than this; None: all texts.

        It also scores all texts of fewer ids than the model's `cascade_from`, which is 64 for newly trained models.
        """
        return self._model.cascade

    @property
    def max_length(self) -> int:
        """The number of ids that the network reads of a text; an n-gram model reads all."""
        return self._model.config.max_length

    def predict_proba(
        self, texts: Any, *, missing: Missing = "prior", unknown: Unknown = "prior"
    ) -> npt.NDArray[np.float32]:
        """(n, classes) float32; rows sum to 1, columns are in the order of `classes`.

        texts: list, tuple or iterator of str, NumPy array, pandas or polars Series, pandas Index, PyArrow Array or
        ChunkedArray, or a table of one such column. missing: what becomes of a missing text (None, NaN, NaT, pandas'
        NA, Arrow's null, NumPy's masked value), and of one that is empty or only white space: "prior" for the model's
        answer to an empty text, "blank" for NaN, "error" for MissingTextError, a ValueError. unknown: what becomes of
        another text without known words: "prior" for the same answer, or "blank". Raises TextsError, a TypeError, for
        anything else, including a single str, and UsageError for another `missing` or `unknown`.
        """
        probabilities, blank = self._scored(texts, missing, unknown)
        probabilities[blank] = np.nan
        return probabilities

    def predict(self, texts: Any, *, missing: Missing = "prior", unknown: Unknown = "prior") -> npt.NDArray[Any]:
        """(n,) labels: the most probable class of each text; with two classes, `threshold` and `neutral` decide.

        In their own type; strings, among them "neutral", if there is a neutral band. missing, unknown: as for
        `predict_proba`. With "blank", labels are objects, None for such a text.
        """
        probabilities, blank = self._scored(texts, missing, unknown)
        decision = self.decision
        indices = decision.indices(probabilities)
        if "blank" not in (missing, unknown):
            return np.take(np.asarray(decision.labels), indices)
        labels = np.take(np.array(decision.labels, object), indices)
        labels[blank] = None
        return labels

    def _scored(
        self, texts: Any, missing: Missing, unknown: Unknown
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """(n, classes), the probabilities, and (m,), the rows that are to be blank."""
        if missing not in ("prior", "blank", "error"):
            raise UsageError(f"Expected `missing` to be prior, blank or error, got {missing!r}")
        if unknown not in ("prior", "blank"):
            raise UsageError(f"Expected `unknown` to be prior or blank, got {unknown!r}")
        column = column_of(texts)
        ids = self.encode(column)
        blank = np.zeros(0, np.int64)
        if (missing, unknown) != ("prior", "prior"):
            strange = np.flatnonzero(ids.known_lengths == 0)
            without_text = rows_without_text(column, strange)
            if missing == "error" and len(without_text):
                raise MissingTextError(
                    f"Expected a text in every row, got none in {len(without_text):,}, the first at "
                    f"texts[{without_text[0]}]: fill them in, or pass `missing='prior'` or `missing='blank'`"
                )
            without_words = np.setdiff1d(strange, without_text)
            chosen = ((without_text, missing), (without_words, unknown))
            blank = np.concatenate([rows for rows, answer in chosen if answer == "blank"] or [blank])
        return self.probabilities_of(ids), blank

    def encode(self, texts: Any) -> TokenIds:
        """The texts' ids in this model's vocabulary: the first step of `predict_proba`, with the same errors."""
        return encode(texts, self._model.vocabulary, self._threads)

    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]:
        """(n, classes) float32: the second step of `predict_proba`. Texts in which no word is known count as empty."""
        model, ids = self._model, ids.without_strangers()
        ngrams = None if model.wide is None else model.wide.logits(ids, self._threads)
        if ngrams is None or model.cascade is None:
            return model.calibration.probabilities(self.engine.logits(ids), ngrams, ids.lengths)
        ngrams_only, both = model.wide_calibration, model.calibration
        probabilities, _ = cascaded_probabilities(
            ngrams,
            ids.lengths,
            ngrams_only,
            both,
            model.cascade,
            lambda rows: self.engine.logits(ids.take(rows)),
            model.cascade_from,
        )
        return probabilities

    def score_batches(
        self, batches: Any, text_column: str, *, status: bool = False, tokens: bool = False, unknown: Unknown = "prior"
    ) -> Iterator[Any]:
        """Arrow record batches -> the same batches with `sentiment_label` and `sentiment_score` appended, one by one.

        For data that you read yourself. batches: an iterable of record batches, or of tables or data frames; or one
        table, pandas or polars data frame, or anything else with Arrow's C interface. status, tokens: also append
        `sentiment_status` and `sentiment_tokens`, as `sf.score_files` does. Labels have their own type, scores are
        float32; both are null for a text that is null, empty or only white space, and with unknown="blank" also for a
        text without known words. The texts of a batch are scored together, each distinct one once. Raises TextsError, a
        TypeError, for what has no batches or other values than texts in the column, and DataError for a batch that
        lacks the text column, or already has one of the new columns.
        """
        from sentiment_fast.scoring.batches import record_batches, score_batch  # which import PyArrow
        from sentiment_fast.scoring.columns import ColumnOptions

        options = ColumnOptions(status, tokens, unknown)
        return (score_batch(self, batch, text_column, options) for batch in record_batches(batches))

    def score_frame(
        self,
        frame: Any,
        text_column: Any = None,
        *,
        status: bool = False,
        tokens: bool = False,
        unknown: Unknown = "prior",
    ) -> Any:
        """A pandas or polars data frame -> a new one with `sentiment_label` and `sentiment_score` appended.

        The rows, their order and the index of a pandas frame stay as they are. text_column: its name, or its number
        from 1; None for the one that the model was trained on, else "review", else "text", else the only one that holds
        text. Scores are float32. status, tokens, unknown, and missing texts: as for `score_batches`. Raises TextsError,
        a TypeError, for anything else, and DataError for a frame without the text column or with one of the new ones.
        """
        from sentiment_fast.scoring.columns import ColumnOptions
        from sentiment_fast.scoring.frames import score_frame  # which imports PyArrow

        return score_frame(self, frame, text_column, self.text_column, ColumnOptions(status, tokens, unknown))

    def model(self) -> Model:
        """A copy of its model, from which to make another `Scorer`, for example in another process."""
        weights = {name: array.copy() for name, array in self._model.weights.items()}
        return replace(self._model, weights=weights, classes=self.classes)

    def save(self, folder: str | Path) -> None:
        """Write its model, with the threshold and the neutral band as they are now, to a folder that `load` reads."""
        save_model(Path(folder), self._model)

    def __getstate__(self) -> dict[str, Any]:
        return self._asked | {"model": model_files(self._model)}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        asked = dict(state)
        Scorer.__init__(self, model_of_files(asked.pop("model"), "the pickled model"), **asked)

    def digest(self) -> str:
        """SHA-256 of the model: the weights, the vocabulary, the settings, the calibration and the labels.

        Together with `cascade`, it covers all that probabilities depend on; with `decision` too, all that labels do. It
        is computed from what files of the model hold, so that a model keeps it in later versions of this package.
        """
        return model_digest(self._model)


def load(
    folder: str | Path | None = None,
    device: str = "auto",
    precision: str = "auto",
    *,
    threshold: float | None = None,
    cascade: float | bool | None = None,
    threads: int | None = None,
    neutral: Band | str | bool | None = None,
) -> Scorer:
    """A `Scorer` for a model folder that `sentiment-fast train` wrote, or for the bundled model.

    folder: None or "bundled" for the bundled model, with the classes "negative" and "positive"; for None, a line on
    stderr reports that.
    threshold: predict the positive class above this probability; None for the model's own, usually 0.5. neutral: label
    texts "neutral" whose probability of the positive class is in this band, (LOW, HIGH) or "LOW:HIGH"; False for no
    band, None for the model's own. cascade: run the network only on texts that the n-gram model is less confident
    about than this, 0.5 to 1, and on those of fewer words than the model's `cascade_from`; False to run it on all
    texts, None for the model's own setting. threads: how many to use on a CPU; None for all that this process may use,
    or OMP_NUM_THREADS if that is less.
    Raises ModelFolderError for a folder that is missing, damaged or of a newer format, UsageError for a threshold, a
    band or a cascade that the model does not support.
    """
    found = named_or_bundled(folder, partial(print, file=sys.stderr, flush=True))
    return Scorer(load_model(found).adjusted(threshold, cascade, neutral), device, precision, threads)
