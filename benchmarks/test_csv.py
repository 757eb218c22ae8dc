"""Time finding and writing the records of a CSV file: Python's csv, pyarrow and the native finder."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from sentiment_fast import _core
from sentiment_fast.io.chunks import read_chunks

GROUP = "records of a CSV file"
SUFFIX = b",positive,0.987654"


@pytest.fixture(scope="module")
def data(reviews):
    """The reviews and a number each, as Python's csv writes them: text/s below is bytes of this file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["review", "id"], *([review, i] for i, review in enumerate(reviews.texts.to_pylist()))])
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def rows(data):
    return read_by_csv(data)


def read_by_csv(data):
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_by_python(measure, data, rows):
    measure(GROUP, "Python's csv, fields too", lambda: read_by_csv(data), len(rows) - 1, text_bytes=len(data))


def test_by_pyarrow(measure, data, rows):
    def run():
        return pa.csv.read_csv(
            pa.py_buffer(data),
            pa.csv.ReadOptions(use_threads=False),
            pa.csv.ParseOptions(newlines_in_values=True),
            pa.csv.ConvertOptions(check_utf8=False, include_columns=["review"], column_types={"review": pa.binary()}),
        )

    assert run()["review"].to_pylist() == [row[0].encode() for row in rows[1:]]
    measure(GROUP, "pyarrow, threads: 1, the texts too", run, len(rows) - 1, rounds=7, text_bytes=len(data))


@pytest.mark.parametrize("level", _core.LEVELS)
def test_natively(measure, data, rows, level):
    def run():
        return _core.RecordFinder(level, wanted_field=0).find(data, True)

    found = run()
    assert found.fields.tolist() == [len(row) for row in rows]
    assert as_texts(data, found).to_pylist() == [row[0].encode() for row in rows]
    side = f"native, {level}, threads: 1, where the texts are too"
    measure(GROUP, side, run, len(rows) - 1, rounds=15, text_bytes=len(data))


def as_texts(data, found):
    """The wanted fields' values, as the Arrow column that they are."""
    values, offsets = _core.field_values(data, found.field_begins, found.field_ends)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(values)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(found), buffers)


def test_natively_with_the_texts(measure, data, rows):
    def run():
        return as_texts(data, _core.RecordFinder(_core.LEVELS[-1], wanted_field=0).find(data, True))

    side = f"native, {_core.LEVELS[-1]}, threads: 1, the texts too"
    measure(GROUP, side, run, len(rows) - 1, rounds=15, text_bytes=len(data))


def test_natively_from_a_file(measure, data, rows, tmp_path):
    (tmp_path / "reviews.csv").write_bytes(data)

    def run():
        with (tmp_path / "reviews.csv").open("rb", buffering=0) as source:
            finder = _core.RecordFinder(_core.LEVELS[-1], wanted_field=0)
            return sum(len(chunk.records) for chunk in read_chunks(source, finder))

    assert run() == len(rows)
    side = f"native, {_core.LEVELS[-1]}, threads: 1, read in chunks"
    measure(GROUP, side, run, len(rows) - 1, rounds=15, text_bytes=len(data))


def test_appending_in_plain_python(measure, data, rows):
    found = _core.RecordFinder(_core.LEVELS[-1]).find(data, True)
    places = list(zip([0, *found.ends[:-1].tolist()], found.content_ends.tolist(), found.ends.tolist(), strict=True))

    def run():
        return b"".join(part for begin, end, behind in places for part in (data[begin:end], SUFFIX, data[end:behind]))

    assert read_by_csv(run()) == [[*row, "positive", "0.987654"] for row in rows]
    measure("fields appended to each record", "Python's join", run, len(rows) - 1, rounds=5, text_bytes=len(data))


def test_appending_natively(measure, data, rows):
    found = _core.RecordFinder(_core.LEVELS[-1]).find(data, True)
    suffixes, offsets = SUFFIX * len(rows), np.arange(len(rows) + 1) * len(SUFFIX)

    def run():
        return _core.append_suffixes(data, found.content_ends, suffixes, offsets)

    assert read_by_csv(run()) == [[*row, "positive", "0.987654"] for row in rows]
    measure("fields appended to each record", "native, threads: 1", run, len(rows) - 1, rounds=15, text_bytes=len(data))
