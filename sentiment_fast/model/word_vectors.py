"""Word vectors from co-occurrence: ids of texts, labelled or not -> initial values of an embedding.

Each word's row of positive pointwise mutual information with the words up to five places away, reduced to its largest
singular vectors (Levy, Goldberg and Dagan 2015, "Improving Distributional Similarity with Lessons Learned from Word
Embeddings"). For 10,000 words of 70,000 reviews it takes 9 s and initialises a network as well as word2vec's
skip-grams, which took 88 s: 88.8 and 89.0 % on held-out IMDb reviews, 88.2 % without (benchmarks/results/accuracy.md).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.model.vectors import WordVectors
from sentiment_fast.text.encoding import TokenIds

_WINDOW = 5  # words to each side; nearer ones count for more: 5, 4, 3, 2, 1
_SMOOTHING = 0.75  # exponent of a neighbour's frequency: otherwise rare ones would dominate
_IDS_AT_ONCE = 1 << 22  # their pairs are counted at a time, in about 200 MB


def fit_word_vectors(ids: TokenIds, largest_id: int, size: int, seed: int = 0) -> WordVectors:
    """The vectors of the words in texts, including the unknown word's; words that occur in none keep NaN.

    largest_id: the vocabulary's. size: numbers of a vector. seed: the randomised decomposition's (Halko, Martinsson and
    Tropp 2011); the same seed gives the same vectors. Raises DataError for texts with too few different words to fit
    that many numbers.
    """
    from sklearn.utils.extmath import randomized_svd  # imported here: loading a model should not wait for it

    information = _positive_information(_neighbours(ids, largest_id + 1))
    occurring = np.flatnonzero(np.diff(information.indptr))
    if len(occurring) <= size:
        raise DataError(
            f"Expected texts with more than {size} different words next to others for vectors of {size} numbers, found "
            f"{len(occurring)}: take a smaller embedding_size, or more texts"
        )
    left, values, _ = randomized_svd(information, size, n_oversamples=16, n_iter=2, random_state=seed)
    matrix = np.full((largest_id + 1, size), np.nan, np.float32)
    matrix[occurring] = (left * np.sqrt(values))[occurring]
    return WordVectors(matrix)


def _neighbours(ids: TokenIds, words: int) -> Any:
    """(words, words), sparse: how often each occurs near each, nearer pairs weighted more; exact, in integers."""
    from scipy.sparse import csr_array

    counts = csr_array((words, words), dtype=np.int64)
    for begin, end in _row_ranges(ids.offsets):
        values = ids.values[ids.offsets[begin] : ids.offsets[end]].astype(np.int32)
        row = np.repeat(np.arange(end - begin), np.diff(ids.offsets[begin : end + 1]))
        for distance in range(1, min(_WINDOW, len(values) - 1) + 1):
            together = row[distance:] == row[:-distance]
            pairs = values[:-distance][together], values[distance:][together]
            weights = np.full(len(pairs[0]), _WINDOW + 1 - distance, np.int64)
            found = csr_array((weights, pairs), shape=(words, words))
            found.sum_duplicates()
            counts = counts + found
    return (counts + counts.T).tocsr()


def _row_ranges(offsets: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Ranges of rows, of about _IDS_AT_ONCE ids each, at least one row."""
    ranges, begin, rows = [], 0, len(offsets) - 1
    while begin < rows:
        end = int(np.searchsorted(offsets, offsets[begin] + _IDS_AT_ONCE, side="right")) - 1
        end = min(max(end, begin + 1), rows)
        ranges.append((begin, end))
        begin = end
    return ranges


def _positive_information(counts: Any) -> Any:
    """log(p(word, neighbour) / (p(word) p(neighbour))) if above 0, float32 in the sparse matrix's shape."""
    pairs = counts.tocoo()
    of_words = np.asarray(counts.sum(axis=1), np.float64).ravel()
    of_neighbours = of_words**_SMOOTHING
    information = np.log(pairs.data / of_words[pairs.row] * of_neighbours.sum() / of_neighbours[pairs.col])
    pairs.data = np.maximum(information, 0).astype(np.float32)
    positive = pairs.tocsr()
    positive.eliminate_zeros()
    return positive
