"""Estimators of scikit-learn over raw texts: a classifier, and an encoder of texts as padded ids.

In: texts in any of the usual containers, labels, parameters. Out: estimators that follow scikit-learn's developer
guide. Training is left to training/session.py, scoring to scoring/scorer.py, ids to text/encoding.py.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from numbers import Real
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.errors import DataError, InputError, MissingPackageError, MissingTextError, UsageError, quoted
from sentiment_fast.extras import needs
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.containers import large_strings
from sentiment_fast.text.encoding import Ids, build_vocabulary, default_threads, encode
from sentiment_fast.text.vocabulary import Normalise, Unknown, Vocabulary

with needs("train", "An estimator"):
    from joblib.parallel import get_active_backend
    from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.utils import check_consistent_length, check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, column_or_1d

_PICKLED = Path("the pickled encoder")  # the name of its vocabulary's file in messages
_TINY = np.finfo(np.float32).tiny  # the least probability whose logarithm is taken
_TRAINING = threading.Lock()  # dropout draws from PyTorch's own generator, which threads share


class _TextEstimator(BaseEstimator):  # type: ignore[misc]
    """What both have in common: they take texts, and inside a worker of joblib they use one thread."""

    threads: int | None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags

    def _threads(self) -> int | None:
        given = self.threads
        if given is not None and (isinstance(given, bool) or not isinstance(given, int | np.integer) or given < 1):
            raise InputError(f"Expected `threads` of 1 or more, got {given!r}")
        in_worker = get_active_backend()[0].nesting_level > 0
        return 1 if self.threads is None and in_worker else self.threads

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Within it, the core uses this estimator's threads, and errors of input are ValueErrors too.

        A missing package is none of these: scikit-learn's tools must not take it for a parameter that does not fit.
        """
        threads = self._threads()
        try:
            with nullcontext() if threads is None else default_threads(threads):
                yield
        except (DataError, UsageError) as error:
            if isinstance(error, TypeError | ValueError | MissingPackageError):
                raise
            raise InputError(error) from error


class SentimentClassifier(ClassifierMixin, _TextEstimator):  # type: ignore[misc]
    """A classifier of scikit-learn over raw texts; `fit` is `sf.train` in memory: it writes no files, prints nothing.

    Parameters, which `fit` validates; None leaves the choice to the preset, unless noted otherwise:

    - preset (str, "fast"): the settings to start from; settings (mapping, None): single ones to change, by name, such
      as {"max_words": 5000}; epochs, batch_size (int), learning_rate (float): likewise
    - class_weight ("balanced" or mapping, None): factors for the losses of the classes, by label
    - validation_fraction (float, 0.1): the share of the texts that is held out to calibrate the probabilities, and to
      choose the epoch if the preset keeps the best one (`fast` and `accurate` keep the last). At least one text of each
      class is held out, and one learned from; copies of a text stay together
    - init (path or "bundled", None): a pretrained folder or a model to start from
    - random_state (int, RandomState or None): None for another seed each time, as everywhere in scikit-learn
    - device ("auto", "cpu" or "cuda"), precision ("float32", "auto", ...): of both training and scoring
    - threads (int, None): how many to use on a CPU; None for all that this process may use, but one in a worker of
      joblib. Fits in several threads of one process wait for each other

    X: texts as `sf.encode` takes them, or an array or a frame of one such column; a missing one is a MissingTextError,
    which is a ValueError. Fitted attributes: classes_, (classes,) the sorted labels; scorer_, the `Scorer` of the
    model, whose threshold and neutral band may be set; history_, a mapping of figures for each epoch; metrics_, the
    figures of the texts that were held out. Pickled, a model is its folder's files: JSON and safetensors.
    """

    def __init__(
        self,
        *,
        preset: str = "fast",
        settings: Mapping[str, Any] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        class_weight: str | Mapping[Any, float] | None = None,
        validation_fraction: float = 0.1,
        init: str | Path | None = None,
        random_state: Any = None,
        device: str = "auto",
        precision: str = "float32",
        threads: int | None = None,
    ) -> None:
        self.preset = preset
        self.settings = settings
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.class_weight = class_weight
        self.validation_fraction = validation_fraction
        self.init = init
        self.random_state = random_state
        self.device = device
        self.precision = precision
        self.threads = threads

    @classmethod
    def from_scorer(cls, scorer: Scorer, **parameters: Any) -> Self:
        """A fitted classifier that scores with an existing model. parameters: for `fit`, and for its clones.

        Its `classes_` are the model's: those of a model that was trained on True and False are strings. Raises
        UsageError for what is not a `Scorer`.
        """
        if not isinstance(scorer, Scorer):
            raise UsageError(f"Expected a `Scorer`, such as sf.load(folder), got `{type(scorer).__name__}`")
        estimator = cls(**parameters)
        estimator.scorer_, estimator.classes_ = scorer, np.asarray(scorer.classes)
        return estimator

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on texts and (n,) labels, str, bool or numbers.

        sample_weight: (n,) numbers of 0 or more, how often each text counts; a text of weight 0 is left out. Raises
        ValueError, mostly as InputError, for labels, weights and parameters that cannot be used, TextsError, a
        TypeError, for what are not texts, MissingPackageError, an ImportError, without a package that they need.
        """
        from sentiment_fast.training.session import train  # which imports PyTorch

        with self._working():
            data, y = _labelled(X, y, sample_weight)
            data, share = _to_split(data, self.validation_fraction)
            with _TRAINING:
                result = train(data, validation=share, seed=self._seed(), **self._options())
            self.classes_ = np.unique(y)
            self.history_, self.metrics_ = [asdict(epoch) for epoch in result.history], result.metrics
            self.scorer_ = Scorer(result.model, self.device, self.precision, self.threads)
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float32]:
        """(n, classes) float32, calibrated probabilities in the order of `classes_`."""
        check_is_fitted(self)
        with self._working():
            return self.scorer_.predict_proba(_texts(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """(n,) labels, elements of `classes_`; strings, including "neutral", if `scorer_` has a neutral band."""
        check_is_fitted(self)
        with self._working():
            if self.scorer_.neutral is not None:
                return self.scorer_.predict(_texts(X))
            labels: npt.NDArray[Any] = self.classes_[self.scorer_.decision.indices(self.predict_proba(X))]
            return labels

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """(n,) log odds of `classes_[1]`, above 0 if it is predicted; for more classes (n, classes) log probabilities.

        The scorer's threshold, if it is not 0.5, moves the log odds.
        """
        logs = np.log(np.maximum(self.predict_proba(X).astype(np.float64), _TINY))
        if len(self.classes_) > 2:
            return logs
        decision = self.scorer_.decision
        odds = np.log(decision.threshold / (1 - decision.threshold))
        difference: npt.NDArray[np.float64] = logs[:, 1] - logs[:, 0] - (odds if decision.positive == 1 else -odds)
        return difference

    def _options(self) -> dict[str, Any]:
        """Its parameters as options of `sf.train`."""
        if self.settings is not None and not isinstance(self.settings, Mapping):
            raise InputError(f"Expected `settings` to be a mapping of names to values, got {self.settings!r:.100}")
        same = ("preset", "epochs", "batch_size", "learning_rate", "class_weight", "init", "device", "precision")
        return {name: getattr(self, name) for name in same} | {"set": self.settings, "threads": self._threads()}

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))


class ReviewEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, _TextEstimator):  # type: ignore[misc]
    """A transformer of scikit-learn from texts to padded ids: `fit` builds a vocabulary, `transform` encodes with it.

    max_length: ids per text; shorter ones have zeros on the left, longer ones lose their end. dtype: int16, int32 or
    int64. threads: as for `SentimentClassifier`. The others are those of `sf.build_vocabulary`. Fitted attribute:
    vocabulary_, the `Vocabulary`. A missing text is a MissingTextError, which is a ValueError.
    """

    def __init__(
        self,
        *,
        max_length: int = 500,
        max_words: int = 1000,
        stop_words: str | Iterable[str] | None = "english",
        min_count: int = 1,
        strip_html: bool = False,
        keep_digits: bool = False,
        split_at_marks: bool = False,
        unknown: Unknown = "drop",
        normalise: Normalise = "none",
        emojis: bool = False,
        ratings: bool = False,
        contractions: bool = False,
        misspellings: bool = False,
        dtype: npt.DTypeLike = np.int32,
        threads: int | None = None,
    ) -> None:
        self.max_length = max_length
        self.max_words = max_words
        self.stop_words = stop_words
        self.min_count = min_count
        self.strip_html = strip_html
        self.keep_digits = keep_digits
        self.split_at_marks = split_at_marks
        self.unknown = unknown
        self.normalise = normalise
        self.emojis = emojis
        self.ratings = ratings
        self.contractions = contractions
        self.misspellings = misspellings
        self.dtype = dtype
        self.threads = threads

    def fit(self, X: Any, y: Any = None) -> Self:
        """Build the vocabulary of the texts. y: not used. Raises ValueError for parameters that cannot be used."""
        options = self.get_params(deep=False)
        del options["max_length"], options["dtype"], options["threads"]
        with self._working():
            texts = _texts(X)
            if len(texts) == 0:
                raise InputError("Expected one or more texts, got none")
            self.vocabulary_ = build_vocabulary(texts, **options)
        return self

    def transform(self, X: Any) -> Ids:
        """(n, max_length) ids, of the type `dtype`."""
        check_is_fitted(self)
        with self._working():
            return encode(_texts(X), self.vocabulary_).pad(self.max_length, self.dtype)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    @property
    def _n_features_out(self) -> int:
        """What the names of `get_feature_names_out` are counted by; it exists once the encoder is fitted."""
        if not hasattr(self, "vocabulary_"):
            raise AttributeError("vocabulary_")
        return self.max_length

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "vocabulary_" in state:
            state["vocabulary_"] = state["vocabulary_"].as_bytes()
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        super().__setstate__(dict(state))
        if "vocabulary_" in state:
            self.vocabulary_ = Vocabulary.of_bytes(state["vocabulary_"], _PICKLED)


def _texts(X: Any) -> pa.ChunkedArray:
    """(n,) large_string, from a column of texts or an array of one. Raises MissingTextError and TextsError."""
    if isinstance(X, np.ndarray) and X.ndim == 2 and X.shape[1] == 1:
        X = X[:, 0]
    texts = large_strings(X)
    if texts.null_count:
        row = texts.is_null().index(True).as_py()
        raise MissingTextError(f'Expected a text in every row, got none at X[{row}]: fill it in, for example with ""')
    return texts


def _labelled(X: Any, y: Any, sample_weight: Any) -> tuple[LabelledTexts, npt.NDArray[Any]]:
    """The texts with a weight above 0, and their labels: in the first result as training takes them, (n,) as given."""
    if y is None:
        raise InputError("SentimentClassifier requires y to be passed, but the target y is None")
    texts, labels = _texts(X), column_or_1d(y, warn=True)
    check_consistent_length(texts, labels)
    data = labelled_texts_of(texts, labels, weights=sample_weight)
    check_classification_targets(labels)
    if data.weights is not None and not data.weights.all():
        rows = np.flatnonzero(data.weights)
        if len(rows) == 0:
            raise InputError("`sample_weight`: expected a number above 0, got only weights of zero")
        data, labels = data.take(rows), labels[rows]
    return data, labels


def _to_split(data: LabelledTexts, fraction: float) -> tuple[LabelledTexts, float]:
    """The data with what is known about copies, and the share to hold out, such that both parts can have each class.

    A class all of whose texts are copies could not be in both parts: then each copy counts as a text of its own.
    """
    classes, places = np.unique(data.labels, return_inverse=True)
    rows = np.bincount(places, minlength=1)
    if len(classes) < 2:
        found = f"only one class, {quoted(classes[0].item())}" if len(classes) else "no texts"
        raise InputError(f"Expected texts of two or more classes in y, with weights above 0, got {found}")
    if rows.min() < 2:
        raise InputError(
            "Expected two or more texts of each class, of which one is held out to calibrate the probabilities, got "
            f"one of the class {quoted(classes[rows.argmin()].item())}"
        )
    if not isinstance(fraction, Real) or not 0 < fraction < 1:
        raise InputError(f"Expected `validation_fraction` above 0 and below 1, got {fraction!r}")
    same = data.texts.combine_chunks().dictionary_encode().indices.to_numpy()
    first = np.unique(same, return_index=True)[1]
    if np.bincount(places[first], minlength=len(classes)).min() >= 2:
        data, units = replace(data, same_text=same), len(first)
    else:
        units = len(data)
    least, most = len(classes) / units, (units - len(classes) - 0.5) / units  # which is rounded up to whole texts
    return data, min(max(float(fraction), least), most)
