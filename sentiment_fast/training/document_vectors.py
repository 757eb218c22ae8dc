"""Vectors of documents -> a teacher: it learns from all texts, labelled or not, and knows no others.

In: ids of labelled and other texts, and the labels. Out: a teacher of these texts. Learning vectors is left to csrc/.

The vectors are those by which the n-grams of a text are told from others (PV-DBOW by the cosine, Thongtan and
Phienthrakul 2019, "Sentiment Classification Using Document Embeddings Trained with Cosine Similarity"). N-grams are
drawn by the square of their log-count ratio, so that vectors tell the classes apart rather than the topics. On the
vectors of labelled texts, a logistic regression is fitted. Like every teacher, it is surer of these than of others.
Asking regressions that were each fitted without these texts hardly helps, because the ratios know all labels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast import _core
from sentiment_fast.model.known_ngrams import known_ngrams
from sentiment_fast.model.ngrams import log_count_ratios, shares_of
from sentiment_fast.text.encoding import TokenIds, thread_count
from sentiment_fast.training.label_cache import Teacher

DOCUMENT_VECTORS = "document-vectors"  # its name where a teacher is named
_LONGEST, _BITS = 2, 22  # words of an n-gram; 2**22 buckets
_FEWEST_TEXTS = 10  # that have an n-gram; with 5 or 20, answers are no better
_SHARPNESS, _NEGATIVES, _GROUPS = 4.5, 5, 2
_EPOCHS, _FIRST_RATE, _LAST_RATE = 30, 0.03, 0.001
_C = 1.0  # inverse strength of the regression's regularisation


def document_teacher(
    texts: pa.ChunkedArray,
    ids: TokenIds,
    labels: npt.NDArray[Any],
    classes: int,
    seed: int,
    say: Callable[[str], None],
    weights: npt.NDArray[np.float64] | None = None,
    class_weights: Sequence[float] | None = None,
) -> Teacher:
    """A teacher of these texts; the same each time, at any number of threads.

    labels: of the first texts, (labelled,) class indices, or (labelled, classes) probabilities. weights: (labelled,),
    how often each of these counts. class_weights: (classes,), by which the losses of each class are multiplied. The
    teacher raises ValueError for a text that is not one of these.
    """
    started = time.perf_counter()
    vectors, ngrams = _vectors(ids, labels, classes, seed)
    probabilities = _probabilities(vectors, labels, classes, weights, class_weights)
    say(f"document vectors: {len(texts):,} texts, {ngrams:,} n-grams ({time.perf_counter() - started:.0f} s)")
    known = texts.cast(pa.large_string()).combine_chunks()

    def answers(asked: pa.ChunkedArray) -> npt.NDArray[np.float32]:
        rows = pc.index_in(asked.cast(pa.large_string()), value_set=known)
        if rows.null_count:
            raise ValueError(f"Expected texts that have vectors, got {rows.null_count:,} others")
        asked_for: npt.NDArray[np.float32] = probabilities[rows.to_numpy()]
        return asked_for

    return answers


def _vectors(ids: TokenIds, labels: npt.NDArray[Any], classes: int, seed: int) -> tuple[npt.NDArray[np.float32], int]:
    """(n, numbers), and how many n-grams they were learned from."""
    threads = thread_count(None)
    known = known_ngrams(ids, _LONGEST, _BITS, True, threads)
    presence = known.presence[:, known.counts >= _FEWEST_TEXTS]
    labelled = presence[: len(labels)]
    ratios = log_count_ratios(labelled, labelled.sum(axis=0), shares_of(labels, len(labels), classes))
    drawn = np.minimum(np.square(ratios).max(axis=1, initial=0.0), 1.0).astype(np.float32)
    documents = _core.DocumentVectors(
        presence.indices.astype(np.int32, copy=False),
        presence.indptr.astype(np.int64, copy=False),
        drawn,
        _SHARPNESS,
        _NEGATIVES,
        _GROUPS,
        seed,
    )
    rates = np.linspace(_FIRST_RATE, _LAST_RATE, _EPOCHS + 1)
    for begin, end in pairwise(rates.tolist()):
        documents.learn(begin, end, threads)
    return documents.vectors().reshape(len(ids), -1), len(drawn)


def _probabilities(
    vectors: npt.NDArray[np.float32],
    labels: npt.NDArray[Any],
    classes: int,
    weights: npt.NDArray[np.float64] | None,
    class_weights: Sequence[float] | None,
) -> npt.NDArray[np.float32]:
    """(n, classes), by a regression that is fitted to the first texts, the labelled ones."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    # The weight of each class in each text's loss, (labelled, classes).
    shares = np.eye(classes)[labels] if labels.ndim == 1 else labels.astype(np.float64)
    shares = shares * (1.0 if weights is None else weights[:, None])
    shares *= 1.0 if class_weights is None else np.array(class_weights)
    rows, columns = np.nonzero(shares)
    there = np.unique(columns)
    found = np.zeros((len(vectors), classes), np.float32)
    if len(there) == 1:
        found[:, there] = 1
        return found
    with threadpool_limits(1):  # the rounding of dot products depends on the number of BLAS threads
        model = LogisticRegression(C=_C, max_iter=1000)
        model.fit(vectors[rows], columns, sample_weight=shares[rows, columns])
        found[:, there] = model.predict_proba(vectors)
    return found
