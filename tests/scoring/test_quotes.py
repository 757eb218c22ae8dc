"""Quotes and escapes of CSV files: stray ones, none at all, and what is written for files of each kind."""

from __future__ import annotations

import csv
import io
import json
import random

import pyarrow as pa
import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.columns import WantedColumn
from sentiment_fast.io.options import LayoutOptions, ReadOptions
from sentiment_fast.io.tables import read_columns
from sentiment_fast.model.folder import load_model
from sentiment_fast.scoring.score_files import score_csv
from tests.scoring.conftest import Certain

ADDED = ["positive", "0.750000"]
DIALECTS = {
    "quotes": {},
    "quotes and escapes": {"escape": "\\"},
    "escapes": {"quoting": "none", "escape": "\\"},
    "neither": {"quoting": "none"},
}


def score(data, scorer, path, **options):
    """The output, the rejected records and the messages."""
    (path / "in.csv").write_bytes(data)
    said: list[str] = []
    score_csv(path / "in.csv", path / "out.csv", scorer, force=True, say=said.append, **options)
    rejects = path / "out.csv.rejects.csv"
    rejected = list(csv.reader(rejects.read_text("latin-1").splitlines(keepends=True)))[1:] if rejects.exists() else []
    rejects.unlink(missing_ok=True)
    return (path / "out.csv").read_bytes(), [row[3] for row in rejected], said


def python_dialect(quoting="standard", escape=None, delimiter=","):
    none = quoting == "none"
    return {
        "delimiter": delimiter,
        "escapechar": escape,
        "quoting": csv.QUOTE_NONE if none else csv.QUOTE_MINIMAL,
        "quotechar": None if none else '"',
    }


# --- stray quotes


@pytest.mark.slow
@pytest.mark.parametrize("quoted", [["Bad"], ["Bad", "worse"], ["Bad, really", ""], ['said ""yes"" twice']])
@pytest.mark.parametrize("between", [0, 1, 5])
@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_stray_quote_costs_one_row(certain, tmp_path, quoted, between, line_end, delimiter):
    rows = ['1,"Great movie', *(f"{number},Slow" for number in range(between))]
    rows += [f'9,"{text}"' if delimiter == "," or "," not in text else f"9,{text}" for text in quoted] + ["10,ok"]
    lines = [line.replace(",", delimiter, 1) for line in ["id,review", *rows]]
    data = line_end.join([*lines, ""]).encode()
    output, rejected, _ = score(data, certain, tmp_path, delimiter=delimiter)
    assert rejected == [lines[1]]
    kept = [line for line in output.decode().split(line_end) if line][1:]
    assert [line.rsplit(delimiter, 2)[0] for line in kept] == lines[2:]


def test_strict_reading_names_the_line_and_what_helps(certain, tmp_path):
    with pytest.raises(
        DataError, match=r"line 3\) opens a quote that closes on another line.*`escape` or `quoting=none`"
    ):
        score(b'id,review\n1,a\n2,"Great\n3,"Bad"\n', certain, tmp_path, strict=True)


def test_text_of_several_lines_is_kept(certain, tmp_path):
    data = b'id,review\n1,"Great\n2 Slow"\n3,"a\r\nb" \n4,"Great" movie\n'
    output, rejected, said = score(data, certain, tmp_path)
    assert (rejected, said) == ([], [])
    assert output.count(b",positive,0.750000") == 3


# --- rows that may have been merged


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "count", "line"),
    [
        (b'id,review\n1,"Great\n2,Slow\n3,Bad"\n4,ok\n', 1, 2),
        (b'id,review\n0,a\n1,"Great\n2,Slow\n3,b\n\n",c', 0, 0),
        (b'id,review\n0,a\n1,"Great\n2,Slow\n3,Bad"', 1, 3),
        (b'id,review\r\n0,a\r\n1,"Great\r\n2,Slow\r\n3,b\r\n"\r\n5,"a\r\n6,b\r\nc"\r\n', 2, 3),
        (b'id,review\n1,"Great\n2,Slow"\n', 0, 0),
        (b'id,review\n1,"Great, but\n slow"\n2,"a\nb\nc"\n', 0, 0),
        (b'id,review\n1,"Great\n2,Slow\n3\n4,d"\n', 0, 0),
        (b'review\n"Great\nSlow\nBad"\n', 0, 0),
    ],
)
@pytest.mark.parametrize("window_bytes", [1, 1 << 20])
def test_quoted_lines_that_look_like_rows_are_reported(certain, tmp_path, data, count, line, window_bytes):
    said = score(data, certain, tmp_path, window_bytes=window_bytes)[2]
    assert [message for message in said if "merged" in message] == said
    assert len(said) == (count > 0)
    if count:
        assert said[0].startswith(f"{tmp_path / 'in.csv'}: {count} row")
        assert f"in line {line}:" in said[0]


def test_each_of_several_files_is_reported(certain, tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b'id,review\n1,"Great\n2,Slow\n3,Bad"\n')
    said: list[str] = []
    score_csv([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "out.csv", certain, say=said.append)
    assert [message.partition(":")[0] for message in said] == [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]


# --- dialects


def table_of(choose: random.Random, holds: str) -> list[list[str]]:
    width = choose.randrange(2, 5)
    texts = ["".join(choose.choices(holds, k=choose.randrange(1, 9))) for _ in range(width * choose.randrange(1, 9))]
    names = ["review", *(f"c{place}" for place in range(1, width))]
    return [names, *(texts[begin : begin + width] for begin in range(0, len(texts), width))]


def written(table, line_end, **options):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end, **python_dialect(**options)).writerows(table)
    return text.getvalue().encode()


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("columns", [None, ["c1", "review"]])
def test_output_is_the_table_with_two_columns_in_the_same_dialect(certain, tmp_path, dialect, line_end, columns):
    options = DIALECTS[dialect]
    choose = random.Random(len(dialect))
    # Python 3.11 quotes and escapes a CR only if the line end has one.
    holds = 'ab"\\ \t' + ("" if options == {"quoting": "none"} else f",{line_end}")
    if dialect == "quotes":
        holds = holds.replace("\\", "/")
    for _ in range(40):
        table = table_of(choose, holds)
        data = written(table, line_end, **options)
        output, rejected, _ = score(data, certain, tmp_path, columns=columns, delimiter=",", text_column=1, **options)
        assert rejected == [], data
        found = list(csv.reader(io.StringIO(output.decode(), newline=""), **python_dialect(**options)))
        kept = [table[0].index(name) for name in columns or table[0]]
        assert [row[:-2] for row in found] == [[row[place] for place in kept] for row in table], data
        assert [row[-2:] for row in found[1:]] == [ADDED if row[0].strip() else ["", ""] for row in table[1:]], data


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_are_those_of_pythons_csv_in_other_formats_too(certain, tmp_path, dialect):
    options = DIALECTS[dialect]
    table = [["review", "c1"], ['good "film"', "a/b"], ["bad", 'x"y"']]
    if dialect != "neither":
        table += [["a, b\nc", "d,"]]
    data = written(table, "\n", **options)
    (tmp_path / "in.csv").write_bytes(data)
    score_csv(tmp_path / "in.csv", tmp_path / "out.jsonl", certain, **options)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [[row["review"], row["c1"]] for row in rows] == table[1:]
    wanted = [WantedColumn("`text_column`", "review"), WantedColumn("`label_column`", "c1")]
    found = pa.concat_tables(one.table for one in read_columns(tmp_path / "in.csv", wanted, ReadOptions(**options)))
    assert [list(row.values()) for row in found.to_pylist()] == table[1:]


def test_no_quoting_takes_every_line_as_it_is(certain, tmp_path):
    data = b'id,review\n1,"Great movie\n2,Slow\n3,"Bad"\n4,5" disk\n'
    output, rejected, _ = score(data, certain, tmp_path, quoting="none")
    assert rejected == []
    assert output.count(b",positive,0.750000\n") == 4


def test_escape_reads_what_backslashes_protect(certain, tmp_path):
    data = b'id,review\n1,"19\\""\n2,Slow\n3,"Dull"\n'
    output, rejected, _ = score(data, certain, tmp_path, escape="\\")
    assert rejected == []
    assert output == data.replace(b"\n", b",positive,0.750000\n").replace(
        b"review,positive,0.750000", b"review,sentiment_label,sentiment_score"
    )


@pytest.mark.parametrize("quoted_names", [b'"id","te,xt"\n1,good\n', b'id,"te""xt"\n1,good\n'])
def test_quotes_in_names_are_characters_without_quoting(certain, tmp_path, quoted_names):
    output, _, _ = score(b"x" + quoted_names, certain, tmp_path, quoting="none", text_column=1, delimiter=",")
    assert output.startswith(b"x" + quoted_names.partition(b"\n")[0] + b",sentiment_label")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "delimiter"), [("very, very good", ","), ("good;", ";"), ("two\nlines", ","), ("a\rb", "|")]
)
def test_label_that_needs_quotes_is_refused_without_any(make_model, tmp_path, label, delimiter):
    scorer = Certain(load_model(make_model([label, "\x7fother"])), "cpu", "float32")
    data = f"id{delimiter}review\n1{delimiter}good\n".encode()
    with pytest.raises(UsageError, match=r"in\.csv: .*which would be added.*name an `escape`"):
        score(data, scorer, tmp_path, quoting="none", delimiter=delimiter)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    for options in ({}, {"escape": "\\"}, {"quoting": "none", "escape": "\\"}):
        output, _, _ = score(data, scorer, tmp_path, delimiter=delimiter, **options)
        python = python_dialect(**options, delimiter=delimiter)
        assert len(list(csv.reader(io.StringIO(output.decode(), newline=""), **python))[1]) == 4


def test_label_with_the_escape_in_it_is_escaped(make_model, tmp_path):
    scorer = Certain(load_model(make_model(["\\o/", "a\\b"])), "cpu", "float32")
    for options in DIALECTS.values():
        output, _, _ = score(b"id,review\n1,good\n", scorer, tmp_path, **options)
        row = list(csv.reader(io.StringIO(output.decode(), newline=""), **python_dialect(**options)))[1]
        assert row == ["1", "good", "a\\b", "0.750000"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quoting": "some"}, "`quoting` to be standard or none, got 'some'"),
        ({"escape": "ab"}, "`escape` to be one character"),
        ({"escape": ""}, "`escape` to be one character"),
        ({"escape": " "}, "`escape` to be one character"),
        ({"escape": "\t"}, "`escape` to be one character"),
        ({"escape": '"'}, "`escape` to be one character"),
        ({"escape": "n"}, "`escape` to be one character"),
        ({"escape": "é"}, "`escape` to be one character"),
        ({"escape": ";"}, "another character than the delimiter"),
        ({"escape": "~", "delimiter": "~"}, "another character than the delimiter"),
    ],
)
def test_quoting_and_escapes_that_make_no_sense_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        LayoutOptions(**options)


@pytest.mark.parametrize("options", [{"quoting": "none"}, {"escape": "\\"}])
def test_formats_without_quotes_refuse_these_options(certain, tmp_path, options):
    (tmp_path / "in.jsonl").write_text('{"review": "good"}\n')
    with pytest.raises(UsageError, match="applies to CSV only"):
        score_csv(tmp_path / "in.jsonl", tmp_path / "out.csv", certain, **options)
    with pytest.raises(UsageError, match="spreadsheets split"):
        score(b"id,review\n1,good\n", certain, tmp_path, escape="\\", excel_safe=True)
