"""Reading labelled texts from files of every format: what comes through untouched, what bad files are told."""

from __future__ import annotations

import bz2
import csv
import functools
import gzip
import io
import json
import lzma
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentiment_fast.data import texts as data_texts
from sentiment_fast.data.labelled_texts import read_labelled
from sentiment_fast.data.texts import Paths
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.options import LayoutOptions
from sentiment_fast.io.tables import read_columns

DATA = os.environ.get("SENTIMENT_FAST_TEST_DATA")
HEADER = b"review,sentiment\n"
Rows = list[tuple[str, Any]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_file(content: bytes, name: str = "reviews.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write_file


@pytest.fixture
def window(monkeypatch) -> Callable[[int], None]:
    """Sets the size of the windows that files are read in."""

    def set_window(size: int) -> None:
        monkeypatch.setattr(data_texts, "read_columns", functools.partial(read_columns, window_bytes=size))

    return set_window


def texts(path: Path, **columns: str) -> list[str]:
    return read_labelled(path, **columns).texts.to_pylist()


def labels(path: Path) -> np.ndarray:
    return read_labelled(path).labels


def complaint(path: Paths, **columns: str) -> str:
    with pytest.raises(DataError) as caught:
        read_labelled(path, **columns)
    return str(caught.value)


# --- CSV: what comes through


def test_csv_gives_texts_labels_name_and_column(write):
    data = read_labelled(write(HEADER + b'"good, ""very"" good",positive\nbad,negative\n'))
    assert data.texts.to_pylist() == ['good, "very" good', "bad"]
    assert data.labels.tolist() == ["positive", "negative"]
    assert (data.name, data.text_column, data.made_up) == ("reviews.csv", "review", False)


def test_null_like_reviews_stay_text(write):
    assert texts(write(HEADER + b"NA,a\nnull,b\n,a\nNaN,b\n#N/A,a\n")) == ["NA", "null", "", "NaN", "#N/A"]


def test_null_like_labels_stay_text(write):
    assert labels(write(HEADER + b"a,NA\nb,null\n")).tolist() == ["NA", "null"]


def test_byte_order_mark_is_not_part_of_the_header(write):
    assert texts(write(b'\xef\xbb\xbf"review",sentiment\na,b\n')) == ["a"]


def test_quoted_line_breaks_are_kept_byte_for_byte(write):
    assert texts(write(HEADER + b'"a\r\nb\rc\n\nd\r\n",x\r\n')) == ["a\r\nb\rc\n\nd\r\n"]


def test_last_row_without_line_break_is_read(write):
    assert texts(write(HEADER + b"a,x\nb,y")) == ["a", "b"]


def test_blank_lines_are_no_rows(write):
    assert texts(write(b"\n" + HEADER + b"\na,x\n\n\nb,y\n\n")) == ["a", "b"]


def test_lines_may_end_in_carriage_returns_alone(write):
    assert texts(write(b"review,sentiment\ra,x\rb,y\r")) == ["a", "b"]


def test_quotes_inside_an_unquoted_field_are_text(write):
    assert texts(write(HEADER + b'a 5" screen,x\n')) == ['a 5" screen']


def test_other_columns_are_not_looked_at(write):
    assert texts(write(b"id,review,sentiment\n\xff,a,x\n,b,y\n")) == ["a", "b"]


@pytest.mark.slow
@pytest.mark.parametrize("block_bytes", range(40, 80))
def test_quoted_crlf_survives_every_block_edge(write, window, block_bytes):
    window(block_bytes)
    expected = [f"a{'x' * (number % 7)}\r\nb\r\n\r\n" for number in range(60)]
    rows = "".join(f'"{text}",p\r\n' for text in expected)
    assert texts(write(HEADER + rows.encode())) == expected


def test_record_longer_than_a_block_is_read(write, window):
    window(64)
    long = "x\r\n" * 1000
    assert texts(write(HEADER + f'a,p\n"{long}",q\nb,p\n'.encode())) == ["a", long, "b"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100))
def test_random_csv_reads_as_the_csv_module_reads_it(write, window, seed):
    choose = random.Random(seed)
    window(choose.choice([48, 100, 1 << 20]))
    pieces = ["a", "b ", '"', ",", "\r", "\n", "\r\n", "é", "😀", ""]
    rows = [["".join(choose.choices(pieces, k=12)), choose.choice(["pos", 'n"g', " n\r\n"])] for _ in range(20)]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=choose.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    writer.writerows([["review", "sentiment"], *rows])
    data = read_labelled(write(buffer.getvalue().encode()))
    assert list(map(list, zip(data.texts.to_pylist(), data.labels.tolist(), strict=True))) == rows


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [
        (".gz", gzip.compress),
        (".xz", lzma.compress),
        (".bz2", bz2.compress),
        (".zst", lambda content: pa.compress(content, codec="zstd", asbytes=True)),
    ],
)
class TestCompressed:
    def test_file_is_read(self, write, suffix, compress):
        assert texts(write(compress(HEADER + b"a,x\n"), f"reviews.csv{suffix}")) == ["a"]

    def test_file_that_was_cut_off_is_refused(self, write, suffix, compress):
        content = compress(HEADER + os.urandom(3000).hex().encode() + b",x\n")
        assert "Is the file complete" in complaint(write(content[:1000], f"reviews.csv{suffix}"))

    def test_file_of_another_kind_is_refused(self, write, suffix, compress):
        assert "cannot be read" in complaint(write(HEADER + b"a,x\n", f"reviews.csv{suffix}"))


def test_tsv_is_split_at_tabs(write):
    assert texts(write(b"review\tsentiment\na, b\tx\n", "reviews.tsv")) == ["a, b"]


def test_suffix_may_be_in_capitals(write):
    assert texts(write(HEADER + b"a,x\n", "IMDB Dataset.CSV")) == ["a"]


@pytest.mark.slow
@pytest.mark.skipif(not DATA, reason="SENTIMENT_FAST_TEST_DATA names no folder with the real reviews")
def test_real_reviews_read_as_pandas_reads_them():
    path = Path(DATA or "") / "imdb_test.csv.xz"
    data = read_labelled(path)
    frame = pd.read_csv(path, keep_default_na=False)
    assert data.texts.to_pylist() == frame["review"].tolist()
    assert data.labels.tolist() == frame["sentiment"].tolist()


# --- columns


def test_columns_can_be_named(write):
    path = write(b"body,review,stars\na,b,1\n")
    data = read_labelled(path, text_column="body", label_column="stars")
    assert (data.texts.to_pylist(), data.labels.tolist(), data.text_column) == (["a"], [1], "body")


def test_text_and_label_are_the_second_choice(write):
    assert texts(write(b"text,label\na,x\n")) == ["a"]


def test_review_is_preferred_to_text(write):
    assert texts(write(b"text,review,sentiment\na,b,x\n")) == ["b"]


def test_missing_text_column_lists_those_there_are(write):
    message = complaint(write(b"title,body,label\nb,a,x\n"))
    assert "'review' or 'text', or exactly one column that holds text, apart from the labels" in message
    assert "'title', 'body', 'label'" in message
    assert "`text_column`" in message


def test_missing_label_column_lists_those_there_are(write):
    message = complaint(write(b"review,stars\na,1\n"))
    assert "'sentiment' or 'label'" in message
    assert "`label_column`" in message


def test_named_column_that_is_missing_is_not_replaced_by_a_default(write):
    assert "'body'" in complaint(write(HEADER + b"a,x\n"), text_column="body")


def test_many_columns_are_not_all_listed(write):
    message = complaint(write(",".join(f"c{number}" for number in range(50)).encode() + b"\n"))
    assert "'c19' and 30 more" in message


def test_column_name_that_occurs_twice_is_refused(write):
    assert "has several columns 'review': rename all but one" in complaint(write(b"review,review,sentiment\na,b,x\n"))


def test_column_name_that_occurs_twice_can_be_chosen_by_number(write):
    assert texts(write(b"review,review,sentiment\na,b,x\n"), text_column="2") == ["b"]


def test_other_column_names_may_occur_twice(write):
    assert texts(write(b"id,id,review,sentiment\n1,2,a,x\n")) == ["a"]


def test_one_column_cannot_be_both(write):
    with pytest.raises(UsageError, match="as both `text_column` and `label_column`"):
        read_labelled(write(HEADER + b"a,x\n"), "review", "review")


# --- labels


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "expected", "dtype"),
    [
        (["0", "1", "-1"], [0, 1, -1], "int64"),
        (["0.0", "1.5", "-2000.0", "1e-05"], [0, 1.5, -2000, 1e-05], "float64"),
        (["01", "02"], ["01", "02"], "<U2"),
        (["1", "+2"], ["1", "+2"], "<U2"),
        (["0", "-0"], ["0", "-0"], "<U2"),
        (["0.0", "-0.0"], ["0.0", "-0.0"], "<U4"),
        (["1.1", "1.10"], ["1.1", "1.10"], "<U4"),
        (["1", "1.5"], ["1", "1.5"], "<U3"),
        (["1E5"], ["1E5"], "<U3"),
        ([".5"], [".5"], "<U2"),
        (["1", "nan"], ["1", "nan"], "<U3"),
        (["1", "inf"], ["1", "inf"], "<U3"),
        (["1", "1e999"], ["1", "1e999"], "<U5"),
        (["1", "1_000"], ["1", "1_000"], "<U5"),
        (["1", "0x1"], ["1", "0x1"], "<U3"),
        (["1", "\u0663"], ["1", "\u0663"], "<U1"),
        (["1", str(2**63)], ["1", str(2**63)], "<U19"),
        (["positive", "positive "], ["positive", "positive "], "<U9"),
        (["1", " 1"], ["1", " 1"], "<U2"),
        (["True", "False"], ["True", "False"], "<U5"),
    ],
)
def test_labels_become_numbers_only_if_each_is_spelled_as_its_number_is(write, written, expected, dtype):
    found = labels(write(HEADER + "".join(f"a,{label}\n" for label in written).encode()))
    assert (found.tolist(), found.dtype) == (expected, np.dtype(dtype))


def test_labels_keep_their_rows(write):
    assert labels(write(HEADER + b"a,y\nb,x\nc,y\nd,z\n")).tolist() == ["y", "x", "y", "z"]


def test_empty_label_is_reported_with_its_row(write):
    message = complaint(write(HEADER + b"a,x\n\nb,\nc,x\n"))
    assert "got an empty one in row 2 (counting data rows from 1, without the header)" in message


# --- CSV: what is refused


def test_text_that_is_not_utf8_is_reported_with_row_and_byte(write):
    message = complaint(write(HEADER + b'a,x\n"b\nb",y\ncaf\xe9 au lait,x\n'))
    assert "column 'review', row 3 (counting data rows from 1" in message
    assert "byte 0xe9 at position 3" in message
    assert "Name the encoding, such as `encoding=cp1252`, or save the file again as UTF-8" in message


def test_label_that_is_not_utf8_is_reported_with_row(write):
    assert "column 'sentiment', row 2" in complaint(write(HEADER + b"a,x\nb,\xff\n"))


def test_lone_surrogates_in_bytes_are_not_utf8(write):
    assert "row 1" in complaint(write(HEADER + b"a\xed\xa0\x80,x\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings_are_read_by_their_mark_or_by_name(write, encoding):
    path, said = write("review,sentiment\né,x\nb,y\n".encode(encoding)), []
    assert read_labelled(path, say=said.append).texts.to_pylist() == ["é", "b"]
    assert f"{encoding}-le is read as UTF-8, detected by its byte-order mark" in said[0]
    path.write_bytes("review,sentiment\né,x\nb,y\n".encode(f"{encoding}-be"))
    assert f"read it with `encoding={encoding}-be`" in complaint(path)
    options = LayoutOptions(encoding=f"{encoding}-be")
    assert read_labelled(path, layout=options).texts.to_pylist() == ["é", "b"]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "shift_jis", "cp037", "utf-16"])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl"])
def test_labels_and_texts_are_decoded(tmp_path, encoding, suffix):
    text, label = ("日本ソ", "良い") if encoding == "shift_jis" else ("schön", "für")
    content = f"id,review,sentiment\n1,{text},{label}\n2,b,y\n"
    if suffix == ".jsonl":
        content = f'{{"review": "{text}", "sentiment": "{label}"}}\n{{"review": "b", "sentiment": "y"}}\n'
    data, path = content.encode(encoding), tmp_path / f"in{suffix}"
    path.write_bytes(gzip.compress(data) if suffix == ".csv.gz" else data)
    found = read_labelled(path, layout=LayoutOptions(encoding=encoding))
    assert (found.texts.to_pylist(), list(found.labels)) == ([text, "b"], [label, "y"])


@pytest.mark.parametrize(("encoding", "bad"), [("cp1252", b"\x81"), ("shift_jis", b"\x81 ")])
def test_bytes_that_the_named_encoding_lacks_are_an_error_with_their_row(write, encoding, bad):
    with pytest.raises(DataError) as caught:
        read_labelled(write(HEADER + b"a,x\nbad" + bad + b",y\n"), layout=LayoutOptions(encoding=encoding))
    assert f"column 'review', row 2 (counting data rows from 1, without the header): expected {encoding}" in str(
        caught.value
    )
    assert "after 3 characters of the text" in str(caught.value)


@pytest.mark.parametrize(("row", "found"), [(b"c", 1), (b"c,d,e", 3), (b"c\xff", 1)])
def test_ragged_row_is_reported_with_its_number(write, row, found):
    message = complaint(write(HEADER + b'"a\n\na",x\n\nb,y\n' + row + b"\nd,x\n"))
    assert f"expected 2 fields, as in the header, got {found} in row 3 (counting data rows from 1" in message


@pytest.mark.slow
def test_ragged_row_is_found_beyond_the_first_block(write, window):
    window(64)
    assert "got 1 in row 1001" in complaint(write(HEADER + b'"a\r\n",x\r\n' * 1000 + b"c\n"))


def test_quote_never_closed_in_the_last_column_is_reported_with_its_row(write):
    message = complaint(write(HEADER + b'a,x\nb,"y\nc,x\nd,y\n'))
    assert "row 2 (counting data rows from 1, without the header; line 3) opens a quote that never closes" in message


def test_quote_never_closed_in_the_first_column_is_reported_with_its_row(write):
    message = complaint(write(HEADER + b'a,x\n"b,y\nc,x\nd,y\n'))
    assert "row 2 (counting data rows from 1, without the header; line 3) opens a quote that never closes" in message


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_empty_file_is_refused(write, content):
    assert "got an empty file" in complaint(write(content))


@pytest.mark.parametrize("content", [HEADER, HEADER.strip()])
def test_header_alone_is_refused(write, content):
    assert "got only the header (review, sentiment)" in complaint(write(content))


def test_missing_file_is_reported(tmp_path):
    assert "got nothing there" in complaint(tmp_path / "none.csv")


@pytest.mark.parametrize("name", ["reviews.txt", "reviews"])
def test_file_of_another_name_is_read_as_csv(write, name):
    assert texts(write(HEADER + b"a,x\n", name)) == ["a"]


@pytest.mark.parametrize("name", ["reviews.xlsx", "reviews.json", "reviews.gz", "reviews.parquet.gz"])
def test_file_of_a_name_that_says_another_kind_is_refused(write, name):
    assert f"{name}: " in complaint(write(HEADER + b"a,x\n", name))


def test_other_kinds_of_file_are_refused_with_a_list_of_the_accepted_ones(write):
    message = complaint(write(HEADER + b"a,x\n", "reviews.feather"))
    assert "convert it to CSV (.csv, .tsv), JSON Lines (.jsonl, .ndjson), JSON (.json)" in message


# --- Parquet


def parquet(folder: Path, **columns: pa.Array) -> Path:
    path = folder / "reviews.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_parquet_texts_of_every_string_type_are_read(tmp_path, kind):
    column = pa.array(["NA", "", "é"]).cast(kind)
    assert texts(parquet(tmp_path, review=column, sentiment=pa.array(["x", "y", "x"]))) == ["NA", "", "é"]


def test_parquet_null_texts_become_empty(tmp_path):
    path = parquet(tmp_path, review=pa.array(["a", None]), sentiment=pa.array(["x", "y"]))
    assert texts(path) == ["a", ""]


@pytest.mark.parametrize(
    ("column", "expected", "dtype"),
    [
        (pa.array([1, 0], pa.int8()), [1, 0], "int64"),
        (pa.array([1, 0], pa.uint64()), [1, 0], "int64"),
        (pa.array([1.5, 0.0], pa.float32()), [1.5, 0.0], "float64"),
        (pa.array([True, False]), ["True", "False"], "<U5"),
        (pa.array([0.1, -0.0], pa.float32()), [0.1, 0.0], "float64"),
        (pa.array(["1", "0"]), ["1", "0"], "<U1"),
        (pa.array(["01", "1"]), ["01", "1"], "<U2"),
        (pa.array(["x", "y"]).dictionary_encode(), ["x", "y"], "<U1"),
        (pa.array([7, 8]).dictionary_encode(), [7, 8], "int64"),
    ],
)
def test_parquet_labels_of_every_type_are_read(tmp_path, column, expected, dtype):
    found = labels(parquet(tmp_path, review=pa.array(["a", "b"]), sentiment=column))
    assert (found.tolist(), found.dtype) == (expected, np.dtype(dtype))


@pytest.mark.parametrize("column", [pa.array(["x", None]), pa.array([1, None]), pa.array([1.0, None])])
def test_parquet_null_label_is_reported_with_its_row(tmp_path, column):
    assert "an empty one in row 2" in complaint(parquet(tmp_path, review=pa.array(["a", "b"]), sentiment=column))


def test_parquet_label_that_is_not_a_number_is_reported_with_its_row(tmp_path):
    path = parquet(tmp_path, review=pa.array(["a", "b"]), sentiment=pa.array([1.0, float("nan")]))
    assert "got nan in row 2" in complaint(path)


def test_parquet_text_column_of_numbers_is_refused(tmp_path):
    path = parquet(tmp_path, review=pa.array([1]), sentiment=pa.array(["x"]))
    assert "expected texts in the column 'review', got int64" in complaint(path)


def test_parquet_label_column_of_dates_is_refused(tmp_path):
    path = parquet(tmp_path, review=pa.array(["a"]), sentiment=pa.array([0], pa.date32()))
    assert "got date32[day]" in complaint(path)


def test_parquet_string_column_that_is_not_utf8_is_reported_with_its_row(tmp_path):
    column = pa.array([b"a", b"caf\xe9"]).view(pa.string())
    assert "row 2" in complaint(parquet(tmp_path, review=column, sentiment=pa.array(["x", "y"])))


def test_parquet_without_rows_is_refused(tmp_path):
    path = parquet(tmp_path, review=pa.array([], pa.string()), sentiment=pa.array([], pa.string()))
    assert "expected data rows" in complaint(path)


def test_parquet_columns_come_back_in_the_order_asked_for(tmp_path):
    assert texts(parquet(tmp_path, sentiment=pa.array(["x"]), review=pa.array(["a"]))) == ["a"]


def test_file_that_is_no_parquet_is_refused(write):
    assert "cannot be read" in complaint(write(b"hello, I am not Parquet at all", "reviews.parquet"))


def test_parquet_that_was_cut_off_is_refused(tmp_path):
    path = parquet(tmp_path, review=pa.array(["a"] * 1000), sentiment=pa.array(["x"] * 1000))
    path.write_bytes(path.read_bytes()[:-20])
    assert "cannot be read" in complaint(path)


def test_parquet_bytes_are_texts_and_labels(tmp_path):
    data = read_labelled(parquet(tmp_path, review=pa.array([b"a", b"b"]), sentiment=pa.array([b"x", b"1"])))
    assert (data.texts.to_pylist(), data.labels.tolist()) == (["a", "b"], ["x", "1"])


def test_parquet_label_above_64_bits_with_a_sign_is_refused(tmp_path):
    path = parquet(tmp_path, review=pa.array(["a"]), sentiment=pa.array([2**63], pa.uint64()))
    assert "expected integers of 64 bits in the column 'sentiment'" in complaint(path)


# --- every format, compression and delimiter

ROWS = [("a, b", "pos"), ('c "d"\ne', "neg"), ("", "pos"), ("caf\u00e9", "neg")]
COMPRESS = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda content: pa.compress(content, codec="zstd", asbytes=True),
}


def csv_content(rows: Rows, delimiter: str = ",") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([("review", "sentiment"), *rows])
    return buffer.getvalue().encode()


def json_content(rows: Rows) -> bytes:
    return "".join(json.dumps({"review": text, "sentiment": label}) + "\n" for text, label in rows).encode()


def parquet_content(rows: Rows) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(list(map(pa.array, zip(*rows, strict=True))), names=["review", "sentiment"]), sink)
    return sink.getvalue()


CONTENT = {
    ".csv": csv_content,
    ".tsv": functools.partial(csv_content, delimiter="\t"),
    ".jsonl": json_content,
    ".ndjson": json_content,
    ".parquet": parquet_content,
    ".pq": parquet_content,
}


def rows_of(paths: Paths, **options: Any) -> Rows:
    data = read_labelled(paths, **options)
    return list(zip(data.texts.to_pylist(), data.labels.tolist(), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extension", "compression"),
    [(one, other) for one in CONTENT for other in COMPRESS if not other or one not in (".parquet", ".pq")],
)
def test_every_format_and_compression_gives_the_same(write, extension, compression):
    path = write(COMPRESS[compression](CONTENT[extension](ROWS)), f"in{extension}{compression}")
    assert rows_of(path) == ROWS
    assert read_labelled(path).name == f"in{extension}{compression}"


@pytest.mark.slow
@pytest.mark.parametrize("second", CONTENT)
@pytest.mark.parametrize("first", CONTENT)
def test_files_of_any_two_formats_are_read_as_one(write, first, second):
    paths = [write(CONTENT[first](ROWS), f"a{first}"), write(CONTENT[second](ROWS[2:]), f"b{second}")]
    data = read_labelled(paths)
    assert list(zip(data.texts.to_pylist(), data.labels.tolist(), strict=True)) == ROWS + ROWS[2:]
    assert (data.name, data.text_column) == (f"a{first} + b{second}", "review")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_and_reported(write, delimiter):
    said: list[str] = []
    path = write(csv_content(ROWS, delimiter))
    assert rows_of(path, say=said.append) == ROWS
    assert said == ([] if delimiter == "," else [f"{path}: detected the delimiter {delimiter!r}"])


def test_delimiter_may_be_given(write):
    path = write(csv_content(ROWS, "!"))
    assert rows_of(path, layout=LayoutOptions(delimiter="!")) == ROWS
    with pytest.raises(UsageError, match="Expected `delimiter` to be one character"):
        read_labelled(path, layout=LayoutOptions(delimiter="ab"))


@pytest.mark.parametrize("extension", CONTENT)
@pytest.mark.parametrize("numbers", [("2", "1"), (2, 1)])
def test_columns_can_be_chosen_by_number(write, extension, numbers):
    path = write(CONTENT[extension](ROWS[:2]), f"in{extension}")
    assert rows_of(path, text_column=numbers[0], label_column=numbers[1]) == [(label, text) for text, label in ROWS[:2]]


def test_pattern_stands_for_all_files_that_match(write, tmp_path):
    for name, row in zip("badc", [ROWS[1], ROWS[0], ROWS[3], ROWS[2]], strict=True):
        write(csv_content([row]), f"{name}.csv")
    data = read_labelled(str(tmp_path / "?.csv"))
    assert list(zip(data.texts.to_pylist(), data.labels.tolist(), strict=True)) == ROWS
    assert data.name == "a.csv + 3 more"
    assert "expected files that match this pattern, found none" in complaint(str(tmp_path / "*.jsonl"))


def test_each_file_may_have_columns_and_a_delimiter_of_its_own(write):
    paths = [write(b"id;text;label\n1;a;x\n", "a.csv"), write(b"sentiment,review\ny,b\n", "b.csv")]
    assert rows_of(paths) == [("a", "x"), ("b", "y")]


def test_folder_and_file_are_read_as_one(write, tmp_path):
    for name in ("pos", "neg"):
        write(name.encode(), f"folder/{name}/0_1.txt")
    paths = [tmp_path / "folder", write(HEADER + b"a,positive\n")]
    assert rows_of(paths) == [("pos", "positive"), ("neg", "negative"), ("a", "positive")]


def test_stdin_is_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(csv_content(ROWS))))
    assert rows_of("-") == ROWS


def test_no_files_are_a_usage_error():
    with pytest.raises(UsageError, match="Expected a file or several, got none"):
        read_labelled([])


# --- labels of several files


def test_labels_are_numbers_only_if_those_of_all_files_are(write):
    first, second = write(HEADER + b"a,01\n", "a.csv"), write(HEADER + b"b,x\n", "b.csv")
    assert read_labelled(first).labels.tolist() == ["01"]
    assert read_labelled([first, second]).labels.tolist() == ["01", "x"]
    both = [write(HEADER + b"a,1.0\n", "d.csv"), write(HEADER + b"b,0.5\n", "c.csv")]
    assert read_labelled(both).labels.tolist() == [1, 0.5]


@pytest.mark.parametrize(
    ("column", "written", "expected"),
    [
        (pa.array([0]), "1", [0, 1]),
        (pa.array([0]), "x", ["0", "x"]),
        (pa.array([0.5]), "1", ["0.5", "1"]),
        (pa.array([0.5]), "1.0", [0.5, 1]),
        (pa.array([0]), "1.5", ["0", "1.5"]),
        (pa.array([True]), "False", ["True", "False"]),
        (pa.array([True]), "1", ["True", "1"]),
    ],
)
def test_typed_labels_go_with_written_ones(tmp_path, write, column, written, expected):
    paths = [parquet(tmp_path, review=pa.array(["a"]), sentiment=column), write(HEADER + f"b,{written}\n".encode())]
    assert read_labelled(paths).labels.tolist() == expected


def test_bad_label_of_the_second_file_is_reported_with_file_and_row(write):
    paths = [write(HEADER + b"a,x\nb,y\n", "a.csv"), write(HEADER + b"c,x\nd,\n", "b.csv")]
    assert "b.csv: expected a label in the column 'sentiment', got an empty one in row 2 (" in complaint(paths)


def test_file_without_rows_is_accepted_among_others(write):
    assert rows_of([write(HEADER, "a.csv"), write(HEADER + b"a,1\n", "b.csv")]) == [("a", 1)]


# --- JSON Lines


def test_json_labels_come_as_they_are_written(write):
    assert labels(write(b'{"text": "a", "label": 1}\n\n{"label": 0, "text": null}\n', "in.jsonl")).tolist() == [1, 0]
    assert labels(write(b'{"text": "a", "label": true}\n', "in.jsonl")).tolist() == ["true"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["in.jsonl", "in.json"])
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (['"1"', '"2"'], ["1", "2"]),
        (['"1"', '"01"'], ["1", "01"]),
        (['"1.0"', '"-2"'], ["1.0", "-2"]),
        (["1", '"2"'], ["1", "2"]),  # one string makes all of them strings
        (["1", "2"], [1, 2]),
        (["1.5", "2.5"], [1.5, 2.5]),
        (["1", "1.0"], ["1", "1.0"]),
    ],
)
def test_strings_of_json_stay_strings_and_its_numbers_numbers(write, name, written, expected):
    lines = [f'{{"text": "1", "label": {label}}}' for label in written]
    content = "\n".join(lines) if name == "in.jsonl" else f"[\n{', '.join(lines)}\n]"
    assert labels(write(content.encode(), name)).tolist() == expected


@pytest.mark.parametrize("line", [b'{"text": "b"}', b'{"text": "b", "label": null}', b'{"text": "b", "label": ""}'])
def test_json_line_without_a_label_is_reported_with_its_row(write, line):
    path = write(b'{"text": "a", "label": 1}\n\n' + line + b"\n", "in.jsonl")
    assert "expected a label in the column 'label', got an empty one in row 2 (" in complaint(path)


@pytest.mark.parametrize("line", [b'["a"]', b'{"text": 1', b'{"text": 7, "label": 1}', b'{"text": "\xff"}'])
def test_json_line_that_cannot_be_read_is_reported_with_its_number(write, line):
    assert "in.jsonl: line 2: " in complaint(write(b'{"text": "a", "label": 1}\n' + line + b"\n", "in.jsonl"))


def test_missing_member_lists_those_there_are(write):
    message = complaint(write(b'{"text": "a", "stars": 1}\n', "in.jsonl"))
    assert (
        "expected a column 'sentiment' or 'label', got columns 'text', 'stars': choose one with `label_column`"
        in message
    )
