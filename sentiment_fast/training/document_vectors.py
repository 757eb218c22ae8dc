"""Document vectors -> a teacher: it learns from all texts, labelled or not, and knows no others.

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
from sentiment_fast.model.ngrams import log_count_ratios, shares_of_classes
from sentiment_fast.text.encoding import TokenIds, thread_count
from sentiment_fast.training.label_cache import Teacher

DOCUMENT_VECTORS = "document-vectors"  # its name where a teacher is named
_LONGEST, _BITS = 2, 22  # words of an n-gram; 2**22 buckets
_FEWEST_TEXTS = 10  # that have an n-gram; with 5 or 20, answers are no better
_SHARPNESS, _NEGATIVES, _GROUPS = 4.5, 5, 2
_EPOCHS, _FIRST_RATE, _LAST_RATE = 30, 0.03, 0.001
_C = 1.0  # inverse strength of the regression's regularisation
_SECONDS_TO_REPORT = 60.0

Floats = npt.NDArray[np.float64]


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
    """Fits a teacher to these texts; the same each time, with any number of threads.

    texts, ids: (n,), the labelled ones first. labels: (labelled,) class indices, or (labelled, classes) probabilities.
    weights: (labelled,), 0 or more: how often each of these counts; None for once. class_weights: (classes,), by which
    the regression's losses of each class are multiplied; None for 1. Raises ValueError for labels of other shapes. The
    teacher returns (m, classes) float32, and raises ValueError for a text that is not one of these.
    """
    started = time.perf_counter()
    say(f"learning document vectors of {len(texts):,} texts")
    shares = shares_of_classes(labels, len(labels), classes)
    often = np.ones(len(labels)) if weights is None else weights
    vectors, are_known, ngrams = _vectors(ids, shares, often, seed, say)
    losses = shares * often[:, None] * (1.0 if class_weights is None else np.array(class_weights))
    probabilities = _probabilities(vectors, are_known, losses)
    say(f"document vectors: {ngrams:,} n-grams, {(~are_known).sum():,} texts without any ({_seconds_since(started)})")
    all_texts = texts.cast(pa.large_string()).combine_chunks()

    def answers(asked: pa.ChunkedArray) -> npt.NDArray[np.float32]:
        rows = pc.index_in(asked.cast(pa.large_string()), value_set=all_texts)
        if rows.null_count:
            raise ValueError(f"Expected texts that have vectors, got {rows.null_count:,} others")
        found: npt.NDArray[np.float32] = probabilities[rows.to_numpy()]
        return found

    return answers


def _vectors(
    ids: TokenIds, shares: Floats, often: Floats, seed: int, say: Callable[[str], None]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], int]:
    """(n, dimensions); (n,): whether a text has n-grams to learn a vector from; and how many n-grams there are.

    shares: (labelled, classes), the classes of the first texts. often: (labelled,), how often they count.
    """
    threads = thread_count(None)
    known = known_ngrams(ids, _LONGEST, _BITS, True, threads)
    presence = known.presence[:, known.counts >= _FEWEST_TEXTS]
    del known  # as large as the rest together
    outputs = shares[:, 1:] if shares.shape[1] == 2 else shares
    labelled = presence[: len(shares)]
    ratios = log_count_ratios(labelled, labelled.T @ often.astype(np.float32), outputs * often[:, None])
    probabilities = np.minimum(np.square(ratios).max(axis=1, initial=0.0), 1.0).astype(np.float32)
    are_known = _EPOCHS * (presence @ probabilities) >= 1  # one drawn n-gram may be expected
    documents = _core.DocumentVectors(
        presence.indices.astype(np.int32, copy=False),
        presence.indptr.astype(np.int64, copy=False),
        probabilities,
        _SHARPNESS,
        _NEGATIVES,
        _GROUPS,
        seed,
    )
    del presence, labelled  # the core has a copy
    rates = np.linspace(_FIRST_RATE, _LAST_RATE, _EPOCHS + 1).tolist()
    reported = time.monotonic()
    for epoch, (begin, end) in enumerate(pairwise(rates)):
        if time.monotonic() - reported > _SECONDS_TO_REPORT:
            reported = time.monotonic()
            say(f"document vectors: {epoch} of {_EPOCHS} epochs")
        documents.learn(begin, end, threads)
    return documents.vectors().reshape(len(ids), -1), are_known, len(probabilities)


def _probabilities(
    vectors: npt.NDArray[np.float32], are_known: npt.NDArray[np.bool_], losses: Floats
) -> npt.NDArray[np.float32]:
    """(n, classes), by a regression on the labelled texts; for texts that are not known, the classes' shares.

    losses: (labelled, classes), the weight of each class in the loss of each labelled text.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    found = np.tile((losses.sum(axis=0) / losses.sum()).astype(np.float32), (len(vectors), 1))
    rows, columns = np.nonzero(losses * are_known[: len(losses), None])
    if len(there := np.unique(columns)) < 2:
        return found
    with threadpool_limits(1):  # the rounding of dot products depends on the number of BLAS threads
        model = LogisticRegression(C=_C, max_iter=1000)
        model.fit(vectors[rows], columns, sample_weight=losses[rows, columns])
        by_vectors = np.zeros((int(are_known.sum()), losses.shape[1]), np.float32)
        by_vectors[:, there] = model.predict_proba(vectors[are_known])
    found[are_known] = by_vectors
    return found


def _seconds_since(started: float) -> str:
    return f"{time.perf_counter() - started:.0f} s"
