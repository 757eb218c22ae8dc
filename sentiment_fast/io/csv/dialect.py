"""How CSV marks fields: its delimiter, quote and escape -> the core's finder, the values of fields, and their writing.

In: options. Out: a `Dialect`, the one place that says what the core and Python's csv are told about a file. What the
fields mean is left to others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast import _core
from sentiment_fast.io.options import LayoutOptions
from sentiment_fast.text.encoding import SIMD_LEVEL

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Dialect:
    """One character each. quote: None if quotes are ordinary characters. escape: the character after which one has no
    meaning; None if there is none.
    """

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None

    @classmethod
    def of(cls, options: LayoutOptions, delimiter: str) -> Dialect:
        """The dialect of files with this delimiter that are read with these options."""
        return cls(delimiter, None if options.quoting == "none" else '"', options.escape)

    def finder(self, **settings: Any) -> _core.RecordFinder:
        """A finder of records. settings: its other arguments."""
        return _core.RecordFinder(
            SIMD_LEVEL, delimiter=self.delimiter, quote=self.quote, escape=self.escape, **settings
        )

    def values(self, data: memoryview | bytes, begins: Places, ends: Places) -> tuple[npt.NDArray[np.uint8], Places]:
        """The values of fields of `data`: see `_core.field_values`."""
        return _core.field_values(data, begins, ends, self.quote, self.escape)

    def copied(self, data: memoryview, begins: Places, ends: Places) -> tuple[npt.NDArray[np.uint8], Places]:
        """The fields themselves, with their quotes and escapes; the same for records."""
        return _core.field_values(data, begins, ends, None)

    def fields(self, record: str) -> list[str]:
        """The values of a record's fields. Raises csv.Error for a field of more than 128 KiB."""
        rows: Iterator[list[str]] = csv.reader(io.StringIO(record, newline=""), **self._of_python())
        return next(rows, [])

    def write(self, value: object) -> str:
        """A value as a field that comes after others. Raises csv.Error for one that the dialect can't hold."""
        line = io.StringIO(newline="")
        # After an empty field, an empty one needs no quotes. Python 3.11 only quotes the line ends that it writes.
        csv.writer(line, lineterminator="\r\n", **self._of_python()).writerow(["", value])
        return line.getvalue().removesuffix("\r\n").removeprefix(self.delimiter)

    def _of_python(self) -> dict[str, Any]:
        quoting = csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL
        return {"delimiter": self.delimiter, "quotechar": self.quote, "escapechar": self.escape, "quoting": quoting}
