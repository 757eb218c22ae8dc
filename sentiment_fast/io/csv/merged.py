"""Records of several lines -> how many look like several rows that a stray quote has merged.

In: windows of records. Out: a warning about them. Records that are certainly misquoted are rejected by the core.
"""

from __future__ import annotations

import numpy as np

from sentiment_fast.io.chunks import RecordWindow
from sentiment_fast.io.csv.dialect import Dialect
from sentiment_fast.io.options import LARGEST_MAX_RECORD


class MergedRows:
    """Counts rows of three lines and more whose inner lines all have as many fields as the header.

    With a single column, each line of a text has one field, which says nothing: none is counted.
    """

    def __init__(self, dialect: Dialect, width: int) -> None:
        self._lines = Dialect(dialect.delimiter, quote=None)
        self._width = width
        self.count = 0
        self.first_line = 0

    def add(self, window: RecordWindow) -> None:
        """Look at a window's records."""
        records, next_line = window.records, window.end.line
        if self._width == 1 or next_line - int(records.lines[0]) <= len(records):
            return
        lacks_line_end = records.ends[-1] == records.content_ends[-1]  # the last line of the file then
        sizes = np.diff(records.lines, append=next_line + lacks_line_end)
        chosen = np.flatnonzero((sizes >= 3) & (records.fields == self._width))
        if len(chosen) == 0:
            return
        sizes = sizes[chosen]
        bytes_, _ = self._lines.copied(window.data, window.starts[chosen], records.ends[chosen])
        fields = self._lines.finder(max_record=LARGEST_MAX_RECORD, offset=1).find(bytes_.data, True).fields
        firsts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)[:-1]])
        fits = fields == self._width
        fits[firsts] = fits[firsts + sizes - 1] = True
        merged = chosen[np.logical_and.reduceat(fits, firsts)]
        if len(merged) > 0 and self.count == 0:
            self.first_line = int(records.lines[merged[0]])
        self.count += len(merged)

    def warning(self, name: str) -> str | None:
        """What to say about a file, None if there is nothing."""
        if self.count == 0:
            return None
        which = "1 row has" if self.count == 1 else f"{self.count:,} rows have"
        first = "" if self.count == 1 else ", the first of them"
        return (
            f"{name}: {which} a quoted field over several lines, each of which has {self._width} fields like the header"
            f"{first} in line {self.first_line}: if stray quotes have merged rows there, correct them, or choose "
            "`quoting=none`"
        )
