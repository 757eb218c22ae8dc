"""The wanted columns of files of every format: what comes out, and what is an error."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.columns import label_column, text_column
from sentiment_fast.io.formats import FORMATS
from sentiment_fast.io.options import ReadOptions
from sentiment_fast.io.tables import read_columns
from tests.io.workbooks import ods_bytes, xlsx_bytes

ROWS = [("a, b", "pos"), ('c "d"\ne', "neg"), ("", "pos"), ("NA", "x"), ("caf\u00e9 \U0001f600", "1")]
WANTED = (text_column(), label_column())
COMPRESS = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: pa.compress(data, "zstd", asbytes=True),
}


def csv_bytes(rows, delimiter=",", header=("id", "review", "sentiment")):
    quoted = [[str(number), *row] for number, row in enumerate(rows)]
    lines = [header, *quoted]
    return "".join(
        delimiter.join('"' + field.replace('"', '""') + '"' for field in line) + "\r\n" for line in lines
    ).encode()


def json_bytes(rows):
    lines = [{"id": number, "review": text, "sentiment": label} for number, (text, label) in enumerate(rows)]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def parquet_bytes(rows):
    texts, labels = zip(*rows, strict=True)
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": range(len(rows)), "review": texts, "sentiment": labels}), sink, row_group_size=2)
    return sink.getvalue()


def sheet(rows):
    return {"Sheet 1": [("id", "review", "sentiment"), *((str(number), *row) for number, row in enumerate(rows))]}


BINARY = {".xls", ".xlsb"}  # which only Excel writes
CONTENT = {
    ".csv": csv_bytes,
    ".tsv": lambda rows: csv_bytes(rows, "\t"),
    ".jsonl": json_bytes,
    ".ndjson": json_bytes,
    ".json": lambda rows: json.dumps([json.loads(line) for line in json_bytes(rows).splitlines()], indent=2).encode(),
    ".xlsx": lambda rows: xlsx_bytes(sheet(rows)),
    ".xlsm": lambda rows: xlsx_bytes(sheet(rows)),
    ".ods": lambda rows: ods_bytes(sheet(rows)),
    ".parquet": parquet_bytes,
    ".pq": parquet_bytes,
}


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def read(inputs, wanted=WANTED, **settings):
    """The rows of all tables, one tuple each."""
    tables = list(read_columns(inputs, wanted, **settings))
    assert len({table.table.schema for table in tables}) == 1
    return [tuple(row.values()) for one in tables for row in one.table.to_pylist()]


def complaint(inputs, wanted=WANTED, **settings):
    with pytest.raises(DataError) as error:
        read(inputs, wanted, **settings)
    return str(error.value)


def test_every_extension_is_tried():
    assert set(CONTENT) | BINARY == {extension for one in FORMATS for extension in one.extensions}


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 1 << 20])
@pytest.mark.parametrize("extension", CONTENT)
def test_wanted_columns_are_read_from_every_format(tmp_path, extension, window_bytes):
    path = write(tmp_path, f"in{extension}", CONTENT[extension](ROWS))
    assert read(path, window_bytes=window_bytes) == ROWS
    assert read(str(path), (text_column("2"), label_column("id")), window_bytes=window_bytes)[0][0] == "a, b"
    assert read(path, (text_column("sentiment"), label_column(2))) == [(label, text) for text, label in ROWS]
    assert read(path, (text_column(),)) == [(text,) for text, _ in ROWS]


@pytest.mark.parametrize("compression", COMPRESS)
@pytest.mark.parametrize("extension", [".csv", ".tsv", ".json", ".jsonl", ".ndjson"])
def test_files_may_be_compressed(tmp_path, extension, compression):
    path = write(tmp_path, f"in{extension}{compression}", COMPRESS[compression](CONTENT[extension](ROWS)))
    assert read(path) == ROWS


@pytest.mark.parametrize("delimiter", ",;\t|")
def test_delimiter_is_detected(tmp_path, delimiter):
    assert read(write(tmp_path, "in.csv", csv_bytes(ROWS, delimiter))) == ROWS


def test_delimiter_may_be_given(tmp_path):
    path = write(tmp_path, "in.csv", csv_bytes(ROWS, "!"))
    assert read(path, options=ReadOptions(delimiter="!", strict=True)) == ROWS


@pytest.mark.parametrize("extension", [".csv", ".jsonl", ".parquet"])
def test_several_files_are_read_in_order_and_by_pattern(tmp_path, extension):
    paths = [write(tmp_path, f"{name}{extension}", CONTENT[extension](ROWS[at:])) for name, at in (("a", 0), ("b", 3))]
    assert read(paths) == read([str(tmp_path / f"?{extension}")]) == ROWS + ROWS[3:]
    assert read(paths[::-1]) == ROWS[3:] + ROWS
    tables = list(read_columns(paths, WANTED, window_bytes=1))
    assert {one.name for one in tables} == set(map(str, paths))
    assert [one.first_row for one in tables if len(one.table)][-1] == len(ROWS[3:])


def test_files_with_different_delimiters_and_other_columns_are_read_as_one(tmp_path):
    first = write(tmp_path, "a.csv", csv_bytes(ROWS))
    other = csv_bytes(ROWS, ";", ("number", "review", "sentiment"))
    assert read([first, write(tmp_path, "b.csv", other)]) == ROWS * 2


def test_stream_and_stdin_are_read(monkeypatch):
    assert read(io.BytesIO(csv_bytes(ROWS))) == ROWS
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(csv_bytes(ROWS))))
    assert read("-") == ROWS


def test_values_of_json_that_are_not_texts_come_as_they_are_written(tmp_path):
    lines = b'{"text": "a", "label": 1}\n{"label": true, "text": null}\n{"x": 0, "label": "1.50", "text": ""}\n{}\n'
    assert read(write(tmp_path, "in.jsonl", lines)) == [("a", "1"), (None, "true"), ("", "1.50"), (None, None)]


def test_columns_of_parquet_keep_their_types_unless_they_hold_text(tmp_path):
    columns = {
        "text": pa.array(["a", None]).dictionary_encode(),
        "label": pa.array([1, None], pa.int8()),
    }
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")
    (table,) = list(read_columns(tmp_path / "in.parquet", WANTED))
    assert table.table.schema.types == [pa.large_string(), pa.int8()]
    assert table.table.to_pylist() == [{"text": "a", "label": 1}, {"text": None, "label": None}]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()])
def test_texts_of_parquet_come_as_large_string(tmp_path, kind):
    pq.write_table(pa.table({"text": pa.array(["a", "\u00e9"]).cast(kind), "label": ["x", "y"]}), tmp_path / "in.pq")
    assert read(tmp_path / "in.pq") == [("a", "x"), ("\u00e9", "y")]


@pytest.mark.parametrize(
    ("name", "content", "types"),
    [
        ("in.csv", b"review,sentiment\n", [pa.large_string()] * 2),
        ("in.parquet", parquet_bytes([("a", "b")]), [pa.large_string()] * 2),
    ],
)
def test_input_without_rows_gives_an_empty_table(tmp_path, name, content, types):
    path = write(tmp_path, name, content)
    if name == "in.parquet":
        pq.write_table(pq.read_table(path).slice(0, 0), path)
    (table,) = list(read_columns(path, WANTED))
    assert (table.table.num_rows, table.table.column_names) == (0, ["review", "sentiment"])
    assert table.table.schema.types == types


HEADER = b"review,sentiment\n"


@pytest.mark.parametrize("window_bytes", [1, 1 << 20])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n\nc\nd,x\n", r"expected 2 fields, as in the header, got 1 in row 3 \(counting data rows from 1"),
        (b"c,d,e\n", "expected 2 fields, as in the header, got 3 in row 3"),
        (b'b,"y\nc,x\nd,y\n', "row 3 .* opens a quote that never closes"),
        (b"caf\xe9 au lait,x\n", "column 'review', row 3 .*: expected UTF-8, got byte 0xe9 at position 3 of the text"),
        (b"b,\xff\n", "column 'sentiment', row 3 .*: expected UTF-8, got byte 0xff at position 0"),
        (b"a\xed\xa0\x80,x\n", "column 'review', row 3 .*: expected UTF-8"),
    ],
)
def test_record_of_csv_that_cannot_be_read_is_reported_with_its_row(tmp_path, content, reason, window_bytes):
    path = write(tmp_path, "in.csv", HEADER + b'"a\n\na",x\nb,y\n' + content)
    with pytest.raises(DataError, match=rf"in\.csv: .*{reason}"):
        read(path, window_bytes=window_bytes)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[]", "line 2: expected an object, got an array"),
        (b'{"review": 1, "sentiment": "x"}', "line 2: expected a string or null in 'review', got a number"),
        (b'{"sentiment": 1, "sentiment": 2}', "line 2: has several members 'sentiment'"),
        (b'{"review": "caf\xe9"}', "line 2: not valid UTF-8 at byte 16 of the line"),
        (b'{"review": "\\ud800"}', "column 'review', row 2 .*: expected UTF-8, got byte 0xed at position 0"),
    ],
)
def test_line_of_json_that_cannot_be_read_is_reported_with_its_number(tmp_path, line, reason):
    path = write(tmp_path, "in.jsonl", b'{"review": "a", "sentiment": "x"}\n' + line + b"\n")
    with pytest.raises(DataError, match=rf"in\.jsonl: {reason}"):
        read(path)


def test_invalid_utf8_in_parquet_is_reported_with_its_row(tmp_path):
    bad = pa.array([b"a", b"caf\xe9"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": bad, "label": [1, 2]}), tmp_path / "in.parquet")
    assert "column 'text', row 2 (counting" in complaint(tmp_path / "in.parquet", window_bytes=1)


def test_row_of_the_second_file_is_counted_from_its_start(tmp_path):
    paths = [write(tmp_path, "a.csv", HEADER + b"a,x\nb,y\n"), write(tmp_path, "b.csv", HEADER + b"a,x\n\xff,y\n")]
    assert complaint(paths).startswith(f"{paths[1]}: column 'review', row 2 (counting")


def test_records_that_cannot_be_read_are_handed_over_unless_strict(tmp_path):
    path = write(tmp_path, "in.csv", HEADER + b"a,x\nragged\nb,y\n")
    (table,) = list(read_columns(path, WANTED, ReadOptions()))
    assert table.table.column(0).to_pylist() == ["a", "b"]
    assert (table.rejected, table.rejects) == (1, b'3,21,"expected 2 fields, got 1","ragged"\n')


def test_one_column_cannot_be_wanted_twice(tmp_path):
    path = write(tmp_path, "in.csv", csv_bytes(ROWS))
    with pytest.raises(UsageError, match="'review' as both `text_column` and `label_column`"):
        read(path, (text_column("review"), label_column("2")))


def test_columns_of_one_name_may_be_chosen_by_number(tmp_path):
    path = write(tmp_path, "in.csv", b"text,x,x\na,b,c\n")
    assert read(path, (text_column(), label_column("3"))) == [("a", "c")]


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_empty_csv_is_an_error(tmp_path, content):
    assert "got an empty file" in complaint(write(tmp_path, "in.csv", content))


def test_empty_json_lines_lack_the_columns(tmp_path):
    assert "expected a column 'review' or 'text'" in complaint(write(tmp_path, "in.jsonl", b""))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("extension", [".csv", ".jsonl"])
def test_wide_encodings_are_read_by_their_mark(tmp_path, extension, encoding):
    text = '{"review": "é", "sentiment": "x"}\n' if extension == ".jsonl" else "review,sentiment\né,x\n"
    (table,) = read_columns(write(tmp_path, f"in{extension}", text.encode(encoding)), WANTED)
    assert table.table.column(0).to_pylist() == ["é"]
    named = write(tmp_path, f"in{extension}", text.encode(f"{encoding}-le"))
    assert f"read it with `encoding={encoding}-le`" in complaint(named)


@pytest.mark.parametrize("extension", CONTENT)
def test_missing_column_is_an_error_that_lists_the_others(tmp_path, extension):
    path = write(tmp_path, f"in{extension}", CONTENT[extension](ROWS))
    message = complaint(path, (text_column(), label_column("stars")))
    assert message == (
        f"{path}: expected a label column 'stars', got columns 'id', 'review', 'sentiment': choose one with "
        "`label_column`, by name or number"
    )


def test_texts_that_are_numbers_are_refused(tmp_path):
    pq.write_table(pa.table({"text": [1], "label": [2]}), tmp_path / "in.parquet")
    message = complaint(tmp_path / "in.parquet")
    assert "expected texts in the column 'text', got int64: choose another with `text_column`" in message


def test_files_of_different_formats_are_refused(tmp_path):
    paths = [write(tmp_path, f"in{extension}", CONTENT[extension](ROWS)) for extension in (".csv", ".jsonl")]
    with pytest.raises(UsageError, match="expected CSV, got JSON Lines"):
        read(paths)


def test_pattern_that_matches_nothing_is_an_error(tmp_path):
    assert "expected files that match this pattern" in complaint(str(tmp_path / "*.csv"))


def test_missing_or_damaged_file_is_an_error(tmp_path):
    assert "cannot be read (No such file or directory)" in complaint(tmp_path / "in.csv")
    assert "cannot be read" in complaint(write(tmp_path, "in.csv.gz", gzip.compress(csv_bytes(ROWS))[:-9]))
    assert "cannot be read" in complaint(write(tmp_path, "in.parquet", parquet_bytes(ROWS)[:-9]))
