"""Training texts -> the n-grams that an n-gram model learns from.

In: ids. Out: the n-grams' buckets, and which texts have each. Hashing is left to csrc/, learning to ngrams.py.

With fingerprints, each bucket counts for a single n-gram, its owner, known by 8 more bits of the hash: of those that
two or more training texts contain, the one that most contain, and of several of these that with the smallest
fingerprint. All others are left out: in training, and of the texts that are scored. Without them, a bucket counts for
all n-grams that are hashed into it, also for those that no training text has.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sentiment_fast import _core
from sentiment_fast.text.encoding import TokenIds

# An n-gram of a single text says little about any other: without these, the model is as good and half the size.
_FEWEST_TEXTS = 2
_FINGERPRINT_BITS = 8  # a code is a bucket times 2**8, plus the fingerprint


class KnownNgrams(NamedTuple):
    """The n-grams that are learned from.

    buckets, counts: (known,), their buckets, ascending, and how many texts have each. presence: (n, known) float32, as
    a sparse matrix: 1 if a text has an n-gram. fingerprints: (all buckets,) uint8, of the owners; None without owners.
    """

    buckets: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    presence: Any
    fingerprints: npt.NDArray[np.uint8] | None


def known_ngrams(
    ids: TokenIds, longest: int, bits: int, with_fingerprints: bool, threads: int, long_from: int = 0
) -> KnownNgrams:
    """The buckets of two or more texts; with fingerprints, those that have an owner. long_from: as in `NgramConfig`."""
    column = np.full(1 << bits, -1, np.int32)  # of each bucket; -1 for those that are not known
    if not with_fingerprints:
        buckets, offsets = _core.ngram_buckets(ids.values, ids.offsets, longest, bits, threads, long_from)
        counts = np.bincount(buckets, minlength=len(column))
        known = np.flatnonzero(counts >= _FEWEST_TEXTS)
        column[known] = np.arange(len(known), dtype=np.int32)
        return KnownNgrams(known, counts[known], _presence(column[buckets], offsets, len(known)), None)
    codes, offsets = _core.ngram_codes(ids.values, ids.offsets, longest, bits, threads, long_from)
    owners, counts = _owners(codes)
    known = owners >> _FINGERPRINT_BITS
    column[known] = np.arange(len(known), dtype=np.int32)
    fingerprints = np.zeros(len(column), np.uint8)
    fingerprints[known] = owners.astype(np.uint8)  # the last 8 bits
    code_buckets = codes >> _FINGERPRINT_BITS
    columns = column[code_buckets]
    columns[fingerprints[code_buckets] != codes.astype(np.uint8)] = -1
    return KnownNgrams(known, counts, _presence(columns, offsets, len(known)), fingerprints)


def _owners(codes: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The codes of the buckets' owners, ascending, and how many texts have each. codes: of all texts, distinct in each.

    The owner is the code of most texts, two or more; of several, the smallest.
    """
    candidates, counts = np.unique(codes, return_counts=True)
    candidates, counts = candidates[counts >= _FEWEST_TEXTS], counts[counts >= _FEWEST_TEXTS]
    if len(candidates) == 0:
        return candidates.astype(np.int64), counts
    buckets = candidates >> _FINGERPRINT_BITS
    begins = np.flatnonzero(np.concatenate([[True], buckets[1:] != buckets[:-1]]))  # of the buckets' candidates
    most = np.repeat(np.maximum.reduceat(counts, begins), np.diff(begins, append=len(buckets)))
    best = np.flatnonzero(counts == most)  # one or more of each bucket, ascending
    chosen = best[np.concatenate([[True], buckets[best[1:]] != buckets[best[:-1]]])]
    return candidates[chosen].astype(np.int64), counts[chosen]


def _presence(columns: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64], known: int) -> Any:
    """(n, known) float32, as a sparse matrix: 1 in the columns of each text; -1 stands for none."""
    from scipy.sparse import csr_array

    kept = columns >= 0
    ends = np.concatenate([[0], np.cumsum(kept)])[offsets]
    ones = np.ones(ends[-1], np.float32)
    return csr_array((ones, columns[kept], ends), shape=(len(offsets) - 1, known))
