"""A file's windows: as many rows come out of them as there are in it."""

from __future__ import annotations

import io
import random

import pytest

from sentiment_fast import _core
from sentiment_fast.io.csv import reader
from sentiment_fast.io.csv.layout import CsvLayout, read_layout
from sentiment_fast.io.csv.reader import find_ends, read_windows
from sentiment_fast.io.options import Reading, ReadOptions
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position

FILES = {"one column": b"text\n\na\n\n\nb\nc,d\ne\n\n", "two columns": b"id,text\n\n1,a\n2\n\n3,b\n4,c\n\n"}


class OneRowMore(_core.RecordFinder):
    """A finder that has found a row which nobody gets."""

    @property
    def row(self):
        return super().row + 1


START = Position()


def read(path, begin=START):
    with Source(path) as source:
        layout = read_layout(source, Reading(ReadOptions(text_column="text", delimiter=",")))
        source.restart_at(begin.offset)
        return list(read_windows(source, layout, ReadOptions(), begin, buffers=100, window_bytes=4))


@pytest.fixture(params=FILES)
def path(request, tmp_path):
    (tmp_path / "in.csv").write_bytes(FILES[request.param])
    return tmp_path / "in.csv"


def test_windows_behind_any_other_are_those_of_the_whole_file(path):
    whole = read(path)
    assert len(whole) > 3
    for done, window in enumerate(whole, 1):
        assert [other.end for other in read(path, window.end)] == [other.end for other in whole[done:]]


def test_rows_that_did_not_come_out_are_noticed(path, monkeypatch):
    monkeypatch.setattr(reader._core, "RecordFinder", OneRowMore)
    with pytest.raises(AssertionError, match="rows were found"):
        read(path)


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 50, 700, 1 << 16])
def test_windows_end_where_they_are_found_to(window_bytes):
    choose = random.Random(3)
    records = ["id,review,stars"]
    for number in range(300):
        text = " ".join(
            choose.choices(["good", "caf\u00e9", '""unknown""', "plot,", "\n", "=1"], k=choose.randrange(60))
        )
        records.append(f'{number},"{text}",{number % 5}')
        if number % 97 == 0:
            records.append(choose.choice(["a row,with", "a,row,with,too,many", "", "x" * 3000]))
    data = "\n".join(records).encode() + b'\r\n1,"open\r\n' + b"y" * 9000
    options = ReadOptions(max_record=2000)
    layout = CsvLayout(",", ["id", "review", "stars"], 1, None)
    windows = read_windows(Source(io.BytesIO(data)), layout, options, Position(), 1, window_bytes)
    ends = [window.end for window in windows]
    assert list(find_ends(Source(io.BytesIO(data)), layout, options, Position(), window_bytes)) == ends
    assert any(end.within_line for end in ends) or window_bytes > 9000
