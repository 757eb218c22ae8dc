"""Reading labelled texts from files: what comes through untouched, and what each kind of bad file is told."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sentiment_fast.data.files import read_labelled

from sentiment_fast.data import csv_file
from sentiment_fast.errors import DataError, UsageError

DATA = os.environ.get("SENTIMENT_FAST_TEST_DATA")
HEADER = b"review,sentiment\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_file(content: bytes, name: str = "reviews.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write_file


def texts(path: Path, **columns: str) -> list[str]:
    return read_labelled(path, **columns).texts.to_pylist()


def labels(path: Path) -> np.ndarray:
    return read_labelled(path).labels


def complaint(path: Path, **columns: str) -> str:
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


@pytest.mark.parametrize("block_bytes", range(40, 80))
def test_quoted_crlf_survives_every_block_edge(write, monkeypatch, block_bytes):
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", block_bytes)
    expected = [f"a{'x' * (number % 7)}\r\nb\r\n\r\n" for number in range(60)]
    rows = "".join(f'"{text}",p\r\n' for text in expected)
    assert texts(write(HEADER + rows.encode())) == expected


def test_record_longer_than_a_block_is_read(write, monkeypatch):
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 64)
    long = "x\r\n" * 1000
    assert texts(write(HEADER + f'a,p\n"{long}",q\nb,p\n'.encode())) == ["a", long, "b"]


@pytest.mark.parametrize("seed", range(100))
def test_random_csv_reads_as_the_csv_module_reads_it(write, monkeypatch, seed):
    choose = random.Random(seed)
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", choose.choice([48, 100, 1 << 20]))
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
        assert "Is the file whole" in complaint(write(content[:1000], f"reviews.csv{suffix}"))

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
    message = complaint(write(b"id,body,label\n1,a,x\n"))
    assert "'review' or 'text'" in message
    assert "'id', 'body', 'label'" in message
    assert "--text-column" in message


def test_missing_label_column_lists_those_there_are(write):
    message = complaint(write(b"review,stars\na,1\n"))
    assert "'sentiment' or 'label'" in message
    assert "--label-column" in message


def test_named_column_that_is_missing_is_not_replaced_by_a_default(write):
    assert "'body'" in complaint(write(HEADER + b"a,x\n"), text_column="body")


def test_many_columns_are_not_all_listed(write):
    message = complaint(write(",".join(f"c{number}" for number in range(50)).encode() + b"\n"))
    assert "'c19' and 30 more" in message


def test_column_name_that_occurs_twice_is_refused(write):
    assert "expected one column 'review', got 2" in complaint(write(b"review,review,sentiment\na,b,x\n"))


def test_other_column_names_may_occur_twice(write):
    assert texts(write(b"id,id,review,sentiment\n1,2,a,x\n")) == ["a"]


def test_one_column_cannot_be_both(write):
    with pytest.raises(UsageError, match="as both --text-column and --label-column"):
        read_labelled(write(HEADER + b"a,x\n"), "review", "review")


# --- labels


@pytest.mark.parametrize(
    ("written", "expected", "dtype"),
    [
        (["0", "1", "-1", "+2"], [0, 1, -1, 2], "int64"),
        (["0", "1.5", "-2e3", ".5"], [0, 1.5, -2000, 0.5], "float64"),
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
def test_labels_become_numbers_only_where_all_are(write, written, expected, dtype):
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
    assert "Save the file again as UTF-8" in message


def test_label_that_is_not_utf8_is_reported_with_row(write):
    assert "column 'sentiment', row 2" in complaint(write(HEADER + b"a,x\nb,\xff\n"))


def test_lone_surrogates_in_bytes_are_not_utf8(write):
    assert "row 1" in complaint(write(HEADER + b"a\xed\xa0\x80,x\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings_are_refused(write, encoding):
    assert "expected UTF-8" in complaint(write("review,sentiment\na,x\n".encode(encoding)))


@pytest.mark.parametrize(("row", "found"), [(b"c", 1), (b"c,d,e", 3), (b"c\xff", 1)])
def test_ragged_row_is_reported_with_its_number(write, row, found):
    message = complaint(write(HEADER + b'"a\n\na",x\n\nb,y\n' + row + b"\nd,x\n"))
    assert f"expected 2 fields, as in the header, got {found} in row 3 (counting data rows from 1" in message


def test_ragged_row_is_found_beyond_the_first_block(write, monkeypatch):
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 64)
    assert "got 1 in row 1001" in complaint(write(HEADER + b'"a\r\n",x\r\n' * 1000 + b"c\n"))


def test_quote_never_closed_in_the_last_column_is_reported_with_its_row(write):
    message = complaint(write(HEADER + b'a,x\nb,"y\nc,x\nd,y\n'))
    assert "row 2" in message
    assert "never closed" in message


def test_quote_never_closed_in_the_first_column_is_reported_with_its_row(write):
    assert "got 1 in row 2" in complaint(write(HEADER + b'a,x\n"b,y\nc,x\nd,y\n'))


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_empty_file_is_refused(write, content):
    assert "got an empty file" in complaint(write(content))


@pytest.mark.parametrize("content", [HEADER, HEADER.strip()])
def test_header_alone_is_refused(write, content):
    assert "got only the header (review, sentiment)" in complaint(write(content))


def test_missing_file_is_reported(tmp_path):
    assert "got nothing there" in complaint(tmp_path / "none.csv")


@pytest.mark.parametrize("name", ["reviews.txt", "reviews", "reviews.xlsx", "reviews.gz", "reviews.parquet.gz"])
def test_other_kinds_of_file_are_a_usage_error_that_lists_the_accepted_ones(write, name):
    with pytest.raises(UsageError, match=r"expected \.csv or \.tsv .* \.parquet, or a folder"):
        read_labelled(write(HEADER + b"a,x\n", name))


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
        (pa.array(["1", "0"]), [1, 0], "int64"),
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
    assert "expected strings in the column 'review', got int64" in complaint(path)


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


# --- folders


def half(folder: Path, pos: dict[str, bytes], neg: dict[str, bytes]) -> None:
    for name, reviews in (("pos", pos), ("neg", neg)):
        (folder / name).mkdir(parents=True)
        for file_name, content in reviews.items():
            (folder / name / file_name).write_bytes(content)


def test_folder_of_classes_is_read_in_numerical_order(tmp_path):
    half(tmp_path, {"10_7.txt": b"c", "2_9.txt": b"b", "0_9.txt": b"a"}, {"1_1.txt": b"e", "0_3.txt": b"d"})
    data = read_labelled(tmp_path)
    assert data.texts.to_pylist() == ["a", "b", "c", "d", "e"]
    assert data.labels.tolist() == ["positive"] * 3 + ["negative"] * 2
    assert (data.name, data.text_column) == (tmp_path.name, None)


def test_folder_of_halves_is_read_together_without_the_unlabelled(tmp_path):
    half(tmp_path / "test", {"0_9.txt": b"c"}, {"0_1.txt": b"d"})
    half(tmp_path / "train", {"0_9.txt": b"a"}, {"0_1.txt": b"b"})
    (tmp_path / "train" / "unsup").mkdir()
    (tmp_path / "train" / "unsup" / "0_0.txt").write_bytes(b"unlabelled")
    data = read_labelled(tmp_path)
    assert data.texts.to_pylist() == ["a", "b", "c", "d"]
    assert data.labels.tolist() == ["positive", "negative"] * 2


def test_folder_texts_are_kept_byte_for_byte(tmp_path):
    half(tmp_path, {"0_9.txt": b"a\r\nb\n"}, {"0_1.txt": b""})
    assert texts(tmp_path) == ["a\r\nb\n", ""]


def test_folder_files_of_other_kinds_are_ignored(tmp_path):
    half(tmp_path, {"0_9.txt": b"a", "._0_9.txt": b"\xff", "notes.md": b"x"}, {"0_1.txt": b"b"})
    assert texts(tmp_path) == ["a", "b"]


def test_folder_file_that_is_not_utf8_is_named(tmp_path):
    half(tmp_path, {"0_9.txt": b"a", "1_9.txt": b"caf\xe9"}, {"0_1.txt": b"b"})
    message = complaint(tmp_path)
    assert str(Path("pos") / "1_9.txt") in message
    assert "byte 0xe9 at position 3" in message


def test_folder_of_another_layout_is_refused_with_what_it_holds(tmp_path):
    half(tmp_path / "train", {"0_9.txt": b"a"}, {"0_1.txt": b"b"})
    message = complaint(tmp_path)
    assert "train/ and test/" in message
    assert "got train" in message


def test_empty_folder_is_refused(tmp_path):
    assert "got an empty folder" in complaint(tmp_path)


def test_class_without_reviews_is_refused(tmp_path):
    half(tmp_path, {"0_9.txt": b"a"}, {})
    assert "neg: expected reviews in files named *.txt, got none" in complaint(tmp_path)
