"""Rejected records as rows of a file: the core against plain Python."""

from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest

from sentiment_fast import _core
from sentiment_fast.io.csv.layout import CsvLayout
from sentiment_fast.io.csv.reader import read_windows
from sentiment_fast.io.options import ReadOptions
from sentiment_fast.io.rejects import Rejects, csv_field
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position

REASONS = ["plain", "with, comma", 'a "quote"']


def number_of(window: Any, record: int) -> int:
    return (int(window.records.lines[record]) + int(window.records.fields[record])) % len(REASONS)


def by_python(windows: list[Any], first_field: bytes) -> list[tuple[bytes, int]]:
    rows, within = [], False
    for window in windows:
        written, count = b"", 0
        for record in np.flatnonzero(window.rejected).tolist():
            start, end = int(window.starts[record]), int(window.records.content_ends[record])
            if window.records.fields[record] != _core.REST_OF_LINE:
                written += b'"\n' if within else b""
                reason = REASONS[number_of(window, record)]
                field = reason if reason == "plain" else csv_field(reason)
                where = f"{window.records.lines[record]},{window.records.offset + start}"
                written += first_field + f'{where},{field},"'.encode()
                within, count = True, count + 1
            written += bytes(window.data[start:end]).replace(b'"', b'""')
        if window.resumable and within:
            written, within = written + b'"\n', False
        rows.append((written, count))
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("name", [None, "in.csv", 'a "b", c.csv'])
def test_rejected_records_are_written_as_python_writes_them(name):
    choose = random.Random(5)
    for _ in range(60):
        pieces = [b"1,a\n", b"a\n", b'"', b'a ""b""\r\n', b",,\n", b"\xff\n", b"x" * 50, b'1,"a\nb"c\n', b"\n"]
        data = b"".join(choose.choices(pieces, k=choose.randrange(60)))
        layout = CsvLayout(",", ["id", "text"], 1, None)
        begin = Position(offset=0, row=1)
        options = ReadOptions(max_record=20)
        windows = list(read_windows(Source(io.BytesIO(data)), layout, options, begin, 1000, choose.choice([1, 9, 200])))
        rejects = Rejects[Any](
            lambda window, rejected: (REASONS, np.array([number_of(window, one) for one in rejected], np.int64)), name
        )
        first_field = b"" if name is None else csv_field(name).encode() + b","
        assert [rejects.rows(window) for window in windows] == by_python(windows, first_field)


@pytest.mark.parametrize(
    ("begins", "ends", "numbers"), [([0], [9], [0]), ([2], [1], [0]), ([-1], [1], [0]), ([0], [1], [1]), ([0], [1], [])]
)
def test_places_and_reasons_that_do_not_exist_are_refused(begins, ends, numbers):
    arrays = (np.array(values, np.int64) for values in (begins, ends, [1], numbers))
    with pytest.raises(ValueError, match="Expected"):
        _core.rejected_rows(b"abcd", 0, *arrays, [b"reason"], b"", open=False, close=False)
