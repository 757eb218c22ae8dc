"""Texts of CSV, which cannot mark a text as missing -> null for those that mean it, and how many others may mean it.

In: a column of texts, and the texts that mean "missing". Out: the column with nulls, a count, a warning. What becomes
of missing texts is left to the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.io.arrow import value_offsets
from sentiment_fast.io.options import NA_VALUES

# What pandas, R, spreadsheets and databases write for a missing value, in bytes.
NA_SPELLINGS = tuple(
    b"NaN nan NAN -NaN -nan NaT None none NONE NULL null Null N/A n/a #N/A NA <NA> \\N".split()  # not "na", a word
)
_SHORTEST, _LONGEST = min(map(len, NA_SPELLINGS)), max(map(len, NA_SPELLINGS))


def without_missing(texts: pa.LargeBinaryArray, na_values: Sequence[str]) -> pa.LargeBinaryArray:
    """(n,): null instead of a text that is one of `na_values`. An empty text stays, it is missing anyway."""
    if na_values == NA_VALUES:
        return texts
    wanted = pa.array([value.encode("utf-8", "surrogateescape") for value in na_values if value], pa.large_binary())
    missing = pc.is_in(texts, value_set=wanted)
    return pc.if_else(missing, pa.scalar(None, pa.large_binary()), texts) if pc.any(missing).as_py() else texts


def count_na_spellings(texts: pa.LargeBinaryArray) -> int:
    """How many texts consist of a spelling of "missing"; only texts of as few bytes are compared."""
    lengths = np.diff(value_offsets(texts))
    short = np.flatnonzero((lengths >= _SHORTEST) & (lengths <= _LONGEST))
    if len(short) == 0:
        return 0
    found = pc.is_in(texts.take(pa.array(short)), value_set=pa.array(NA_SPELLINGS, pa.large_binary()))
    return int(pc.sum(found).as_py() or 0)


def report_na_spellings(name: str, count: int, na_values: Sequence[str], say: Callable[[str], None]) -> None:
    """Say how many texts may stand for missing ones, unless it was decided which do. name: of the input."""
    if count and na_values == NA_VALUES:
        say(
            f"{name}: {count:,} texts are only NaN, None, NULL, N/A, NA or a similar word, and count as texts. If they "
            "stand for missing ones, pass `na_values=NaN,None,NULL,N/A,NA`"
        )
