"""Texts -> a vocabulary; texts and a vocabulary -> ids, by the native core.

In: texts in any of the usual containers. Out: a `Vocabulary`, or `TokenIds` that pad themselves into a matrix.
What is computed is specified in reference.py; reading containers is left to containers.py.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError
from sentiment_fast.text.containers import read
from sentiment_fast.text.core_sources import core_digest
from sentiment_fast.text.emojis import emoji_words
from sentiment_fast.text.normal_form import quick_check_table
from sentiment_fast.text.stop_words import stop_word_set
from sentiment_fast.text.vocabulary import Normalise, Unknown, Vocabulary

_BUILD = "build it with `pip install --no-build-isolation -e .` in the checkout (or `pip install -e .`)"

try:
    from sentiment_fast import _core
except ImportError as error:
    raise ImportError(f"The native core of sentiment_fast is missing or broken ({error}): {_BUILD}") from error


def _check_freshness(sources: Path) -> None:
    """In a checkout, the extension must have been built from the current sources."""
    digest = core_digest(sources)
    if digest not in (None, _core.SOURCES):
        raise ImportError(f"The native core of sentiment_fast was not built from the current csrc/: {_BUILD}")


_check_freshness(Path(__file__).resolve().parents[2] / "csrc")


def _simd_level() -> str:
    """The fastest level that this machine can run, or the one that SENTIMENT_FAST_SIMD names."""
    asked = os.environ.get("SENTIMENT_FAST_SIMD") or _core.LEVELS[-1]
    if asked not in _core.LEVELS:
        raise UsageError(
            f"SENTIMENT_FAST_SIMD={asked}: expected a level that this machine can run: {', '.join(_core.LEVELS)}"
        )
    return asked


SIMD_LEVEL = _simd_level()

Ids = npt.NDArray[np.int16] | npt.NDArray[np.int32] | npt.NDArray[np.int64]


def build_vocabulary(
    texts: Any,
    max_words: int = 1000,
    stop_words: str | Iterable[str] | None = "english",
    threads: int | None = None,
    *,
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
) -> Vocabulary:
    """The `max_words` most frequent words of the texts, without stop words; ties by first occurrence.

    texts: list, tuple or iterator of str, NumPy array, pandas or polars Series, pandas Index, PyArrow Array or
    ChunkedArray, or a table of one such column. Missing values (None, NaN, NaT, pandas' NA, Arrow's null, NumPy's
    masked value) are empty texts. max_words: 1 to 2**24. stop_words: "english", another of NLTK's languages, your own
    words, or None. min_count: less frequent words are left out. strip_html: a tag (`<br />`)
    counts as a space; entities (`&amp;`) stay as they are. keep_digits: digits are parts of words. split_at_marks:
    punctuation marks and symbols, except apostrophes, count as spaces, so that "film...and" is two words, and so is
    "8/10". unknown: whether encoding drops words that are neither in the vocabulary nor stop words ("drop") or gives
    all of them one id, the last ("id"). normalise: "nfc" puts texts into Unicode's normal form C first, so that an
    accented letter is the same whether it is one character or a letter and an accent; "none" leaves them as they are.
    emojis: an emoji or emoticon becomes the word "_emoji" and the words of its name. ratings: "8/10", "five stars" and
    rows of stars become one of six words, "_rating_zero" to "_rating_five". contractions: "is n't" becomes "isn't";
    `sentiment_fast.reference.clean_words` has the rules of these three. misspellings: encoding gives a word that is
    neither in the vocabulary nor a stop word the id of the most frequent of the first 10,000 words that it misspells by
    one mistake; `sentiment_fast.reference.is_misspelling` has the rules.
    The vocabulary stores these options, and encoding uses them.
    Source: the tutorial, section 3 (`tokenize`); specified in `sentiment_fast.reference`.
    Raises TextsError, a TypeError, for anything other than a column of texts, ValueError for an invalid option.
    """
    left_out = stop_word_set(stop_words)
    kept_stop_words = stop_words if stop_words is None or stop_words == "english" else sorted(left_out)
    sizes = operator.index(max_words), operator.index(min_count)  # numpy's integers too
    empty = Vocabulary(
        [],
        sizes[0],
        kept_stop_words,
        sizes[1],
        strip_html=strip_html,
        keep_digits=keep_digits,
        split_at_marks=split_at_marks,
        unknown=unknown,
        normalise=normalise,
        emojis=emojis,
        ratings=ratings,
        contractions=contractions,
        misspellings=misspellings,
    )
    cleaning, used_threads = _cleaning(empty), thread_count(threads)
    words, _ = read(
        texts, lambda column: _core.count_words(column, left_out, *sizes, cleaning, used_threads, SIMD_LEVEL)
    )
    return replace(empty, words=words)


def encode(texts: Any, vocabulary: Vocabulary, threads: int | None = None) -> TokenIds:
    """Each text as the ids of its words in the vocabulary, in order; other words are dropped or get the unknown id.

    texts: as for `build_vocabulary`; they are cleaned with the options that the vocabulary was built with. threads: how
    many to use; by default, all that this process may use. The result is the same with any number.
    Source: the tutorial, section 3; specified in `sentiment_fast.reference`.
    Raises TextsError, a TypeError, for anything other than a column of texts.
    """
    if vocabulary._lexicon is None:
        object.__setattr__(vocabulary, "_lexicon", _lexicon(vocabulary))
    how = _cleaning(vocabulary), thread_count(threads), SIMD_LEVEL
    values, offsets, nulls, words = read(texts, lambda column: vocabulary._lexicon.encode(column, *how))
    return TokenIds(values, offsets, nulls, words, vocabulary.unknown_id)


def _cleaning(vocabulary: Vocabulary) -> _core.CleaningOptions:
    chosen = vocabulary.strip_html, vocabulary.keep_digits, vocabulary.split_at_marks, vocabulary.normalise
    return cleaning_options(*chosen, vocabulary.emojis, vocabulary.ratings, vocabulary.contractions)


@cache  # the core copies the tables
def cleaning_options(
    strip_html: bool = False,
    keep_digits: bool = False,
    split_at_marks: bool = False,
    normalise: Normalise = "none",
    emojis: bool = False,
    ratings: bool = False,
    contractions: bool = False,
) -> _core.CleaningOptions:
    """The options of the cleaning, as in `reference.clean_words`, for the core."""
    return _core.CleaningOptions(
        strip_html,
        keep_digits,
        split_at_marks,
        quick_check_table() if normalise == "nfc" else b"",
        list(emoji_words().items()) if emojis else [],
        ratings,
        contractions,
    )


def _lexicon(vocabulary: Vocabulary) -> _core.Lexicon:
    if not vocabulary.needs_stop_words:
        return _core.Lexicon(vocabulary.words)
    dropped, unknown_id = stop_word_set(vocabulary.stop_words), vocabulary.unknown_id or 0
    return _core.Lexicon(vocabulary.words, dropped, unknown_id, vocabulary.misspellings)


@dataclass(frozen=True, eq=False)
class TokenIds:
    """The concatenated ids of n texts.

    values: (total,) int16, or int32 if the vocabulary needs it. offsets: (n + 1,) int64; text i's ids are
    values[offsets[i]:offsets[i + 1]]. null_count: the number of null texts, which have no ids. word_count: the
    number of cleaned words, in the vocabulary or not. unknown_id: the id of unknown words; None if they were dropped.
    """

    values: npt.NDArray[np.int16] | npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    null_count: int = 0
    word_count: int = 0
    unknown_id: int | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> npt.NDArray[np.int16] | npt.NDArray[np.int32]:
        """The ids of one text, (length,), as a view."""
        if not -len(self) <= row < len(self):
            raise IndexError(f"Expected a row of 0 to {len(self) - 1}, got {row}")
        row %= len(self)
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    def take(self, rows: npt.NDArray[np.int64]) -> TokenIds:
        """The texts of these rows, (m,), in that order; rows may repeat, -1 is the last one.

        The numbers of their words and nulls are not known: both counts are 0.
        """
        lengths = self.lengths[rows]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths)
        return TokenIds(self.values[places], offsets, unknown_id=self.unknown_id)

    def filter(self, kept: npt.NDArray[np.bool_]) -> TokenIds:
        """The texts for which `kept`, (n,), is true; counts are 0, as for `take`."""
        if kept.shape != (len(self),):
            raise ValueError(f"Expected a mask of shape {(len(self),)}, got {kept.shape}")
        return self.take(np.flatnonzero(kept))

    def join(self, other: TokenIds) -> TokenIds:
        """These texts, then those of `other`, which were encoded with the same vocabulary; counts are added.

        Raises ValueError if the unknown words' ids differ.
        """
        if other.unknown_id != self.unknown_id:
            raise ValueError(f"Expected ids with unknown_id {self.unknown_id}, got {other.unknown_id}")
        return TokenIds(
            np.concatenate([self.values, other.values]),
            np.concatenate([self.offsets, self.offsets[-1] + other.offsets[1:]]),
            self.null_count + other.null_count,
            self.word_count + other.word_count,
            self.unknown_id,
        )

    def shortened(self, length: int, tail: int) -> TokenIds:
        """The same texts; those of more than `length` ids keep only the first `length - tail` and the last `tail`.

        The counts of words and nulls stay those of the whole texts. Raises ValueError unless 0 <= tail <= length.
        """
        if not 0 <= tail <= length:
            raise ValueError(f"Expected a tail of 0 to {length} ids, got {tail}")
        longer = np.flatnonzero(self.lengths > length)
        if len(longer) == 0:
            return self
        kept = np.ones(len(self.values), bool)
        begins, ends = self.offsets[longer] + (length - tail), self.offsets[longer + 1] - tail
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            kept[begin:end] = False
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.minimum(self.lengths, length))])
        return replace(self, values=self.values[kept], offsets=offsets)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """(n,) int64: ids per text."""
        return np.diff(self.offsets)

    @property
    def unknown_count(self) -> int:
        """The number of unknown words."""
        return 0 if self.unknown_id is None else int(np.count_nonzero(self.values == self.unknown_id))

    @property
    def known_lengths(self) -> npt.NDArray[np.int64]:
        """(n,) int64: ids per text, without those of unknown words."""
        if self.unknown_id is None:
            return self.lengths
        rows = np.searchsorted(self.offsets, np.flatnonzero(self.values == self.unknown_id), side="right") - 1
        return self.lengths - np.bincount(rows, minlength=len(self))

    def without_strangers(self) -> TokenIds:
        """The same texts, without ids in those in which no word is known: to a model they are empty.

        Only texts that begin with an unknown word are looked at.
        """
        if self.unknown_id is None:
            return self
        filled = np.flatnonzero(self.lengths)
        likely = filled[self.values[self.offsets[filled]] == self.unknown_id]
        if len(likely) == 0:
            return self
        found = self.take(likely)
        strangers = likely[np.logical_and.reduceat(found.values == self.unknown_id, found.offsets[:-1])]
        kept = np.ones(len(self), bool)
        kept[strangers] = False
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.where(kept, self.lengths, 0))])
        return replace(self, values=self.values[np.repeat(kept, self.lengths)], offsets=offsets)

    def pad(
        self,
        length: int = 500,
        dtype: npt.DTypeLike = np.int32,
        out: Ids | None = None,
        threads: int | None = None,
    ) -> Ids:
        """An (n, length) matrix of ids: zeros on the left; a longer row keeps its first `length` ids.

        dtype: int16, int32 or int64. out: a contiguous (n, length) array of such a dtype to fill instead of a new one.
        Source: the tutorial, section 4 (`padding_`). Raises ValueError and TypeError for an unsuitable matrix.
        """
        if length < 1:
            raise ValueError(f"Expected a length of 1 or more, got {length}")
        if out is None:
            out = np.empty((len(self), length), dtype=dtype)
        elif out.shape != (len(self), length):
            raise ValueError(f"Expected `out` of shape {(len(self), length)}, got {out.shape}")
        if (
            out.dtype == np.int16
            and self.values.dtype != np.int16
            and self.values.max(initial=0) > np.iinfo(np.int16).max
        ):
            raise ValueError(f"Expected a dtype that holds the ids, up to {self.values.max()}, got int16: use int32")
        _core.pad(self.values, self.offsets, out, thread_count(threads))
        return out


_default_threads: ContextVar[int | None] = ContextVar("default_threads", default=None)


@contextmanager
def default_threads(threads: int) -> Iterator[None]:
    """Within it, in this thread, calls of the core that are given no number of threads use this one."""
    before = _default_threads.set(threads)
    try:
        yield
    finally:
        _default_threads.reset(before)


def asked_threads(threads: int | None = None) -> int | None:
    """`threads` if given, else the number of `default_threads`; None if there is neither."""
    return _default_threads.get() if threads is None else threads


def thread_count(threads: int | None = None) -> int:
    """How many threads the core uses.

    That is `threads` if given, else the number of `default_threads`, else the number of CPUs that this process may use,
    or OMP_NUM_THREADS if that is less.
    """
    asked = asked_threads(threads)
    if asked is not None:
        return asked
    try:
        available = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        available = os.cpu_count() or 1
    limit = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()  # further numbers are for nested loops
    return min(available, int(limit)) if limit.isascii() and limit.isdigit() and int(limit) > 0 else available
