"""Workbooks as inputs: cells as a user sees them, rows in = rows out, which sheet, and what is refused."""

from __future__ import annotations

import csv
import io
import itertools
import json
import sys

import pyarrow.parquet as pq
import pytest

from sentiment_fast.cli.main import main
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring import output as output_module
from sentiment_fast.scoring.score_files import score_csv
from tests.io.workbooks import ods_bytes, xlsx_bytes

HEADER = ("id", "review")


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def scored(book: bytes, scorer, **options) -> list[list[str]]:
    """The rows of the output, without scores."""
    sink = io.BytesIO()
    score_csv(io.BytesIO(book), sink, scorer, input_format="excel", **options)
    return [row[:-2] for row in rows_of(sink.getvalue())]


def test_cells_are_texts_as_a_user_sees_them(exact_scorer):
    cells = [
        (1, "1"), (1.0, "1"), (-2.50, "-2.5"), (0.1 + 0.2, "0.3"), (1e20, "1e+20"), (True, "TRUE"), (False, "FALSE"),
        ((45000, 1), "2023-03-15"), ((45000.5, 2), "2023-03-15 12:00:00"), ((0.5, 3), "12:00:00"),
        ((1.5, 4), "36:00:00"), ("=1+1", "=1+1"), (" a\n\u00e9 ", " a\n\u00e9 "), (None, ""), ("007", "007"),
    ]  # fmt: skip
    book = xlsx_bytes({"A": [HEADER, *((cell, "good") for cell, _ in cells)]})
    assert scored(book, exact_scorer) == [list(HEADER), *([text, "good"] for _, text in cells)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["in.xlsx", "in.ods"])
@pytest.mark.parametrize("written", ["csv", "jsonl", "json", "parquet"])
def test_rows_in_are_rows_out_in_every_format(exact_scorer, tmp_path, name, written):
    rows = [("1", "good"), ("", ""), ("2", ""), ("3", "bad")]
    make = ods_bytes if name.endswith("ods") else xlsx_bytes
    (tmp_path / name).write_bytes(make({"A": [HEADER, *rows]}))
    summary = score_csv(tmp_path / name, tmp_path / f"out.{written}", exact_scorer)
    assert (summary.rows, summary.empty) == (4, 2)
    path = tmp_path / f"out.{written}"
    if written == "csv":
        found = [tuple(row[:2]) for row in rows_of(path.read_bytes())[1:]]
    elif written == "parquet":
        found = [(row["id"], row["review"]) for row in pq.read_table(path).to_pylist()]
    else:
        text = path.read_text()
        objects = json.loads(text) if written == "json" else map(json.loads, text.splitlines())
        found = [(row["id"], row["review"]) for row in objects]
    assert found == rows


def test_sheet_is_the_first_or_the_chosen_one(exact_scorer):
    book = xlsx_bytes({"One": [["review"], ["good"]], "2": [["review"], ["bad"]], "Three": [["review"], ["plot"]]})
    messages = []
    assert scored(book, exact_scorer, say=messages.append)[1] == ["good"]
    assert any("reading the sheet 'One', the first of 3 ('One', '2', 'Three')" in one for one in messages)
    assert scored(book, exact_scorer, sheet="Three") == scored(book, exact_scorer, sheet=3) == [["review"], ["plot"]]
    assert scored(book, exact_scorer, sheet="2")[1] == ["bad"]  # by name before number
    for sheet in ("four", 0, 4):
        with pytest.raises(DataError, match="got 'One', '2', 'Three'"):
            scored(book, exact_scorer, sheet=sheet)


def test_empty_rows_above_the_header_are_left_out_and_titles_refused(exact_scorer):
    book = xlsx_bytes({"A": [[], [None, "review"], [None, "good"]]})
    assert [row[-1] for row in scored(book, exact_scorer)] == ["review", "good"]
    titled = xlsx_bytes({"A": [["Report"], HEADER, (1, "good")]})
    with pytest.raises(DataError, match=r"got none for column 2.*`skip_lines`"):
        scored(titled, exact_scorer)


def test_a_sheet_of_csv_is_refused(exact_scorer):
    with pytest.raises(UsageError, match="no `sheet` when reading CSV: it applies to Excel only"):
        score_csv(io.BytesIO(b"id,review\n1,good\n"), io.BytesIO(), exact_scorer, sheet=2)


def test_a_record_with_backslashes_before_quotes_is_refused_with_the_option_that_decides(exact_scorer):
    data = b'id,review\n1,"so \\"good\\", really"\n2,bad\n'
    with pytest.raises(DataError, match="name the `escape`"):
        score_csv(io.BytesIO(data), io.BytesIO(), exact_scorer)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "advice"),
    [
        ([(1, "good film"), (2, "bad film"), (3, "a boring plot")], "numbers where the rows below do|`header=False`"),
        ([("This is a good film.",), ("bad film it was",)], "is a sentence.*`header=False`"),
        ([("Report", "May"), HEADER, (1, "good"), (2, "bad")], "right below it.*`skip_lines`"),
        ([("Report",), ("2024",), ("review",), ("good film",)], "2 rows below it.*`skip_lines`"),
    ],
)
def test_first_row_that_is_not_one_of_names_is_refused_as_in_csv(exact_scorer, rows, advice):
    with pytest.raises(DataError, match=advice):
        scored(xlsx_bytes({"A": rows}), exact_scorer, text_column=len(rows[0]))
    assert scored(xlsx_bytes({"A": rows}), exact_scorer, text_column=1, header=True)


def test_without_names_columns_are_numbered_as_in_csv(exact_scorer):
    book = xlsx_bytes({"A": [(1, "good film"), (2, "bad film")]})
    found = scored(book, exact_scorer, header=False)
    assert found == [["column_1", "column_2"], ["1", "good film"], ["2", "bad film"]]


def test_texts_are_in_the_only_column_that_holds_text(exact_scorer):
    book = xlsx_bytes({"A": [("id", "comment", "on"), (1, "good film", "2024-01-02"), (2, "bad film", None)]})
    assert len(scored(book, exact_scorer)) == 3


def test_index_without_a_name_is_accepted(exact_scorer):
    book = xlsx_bytes({"A": [[None, "review"], [0, "good"]]})
    assert scored(book, exact_scorer) == [["", "review"], ["0", "good"]]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and", b"id,review\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9])
@pytest.mark.parametrize("name", ["in.xlsx", "in.xls", "in.ods"])
def test_file_that_is_not_a_workbook_is_one_line(exact_scorer, tmp_path, data, name):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=r"cannot be read .*workbook") as error:
        score_csv(tmp_path / name, tmp_path / "out.csv", exact_scorer)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out.csv").exists()


def test_sheet_without_rows_is_refused(exact_scorer):
    with pytest.raises(DataError, match="expected rows in the sheet 'A', got an empty one"):
        scored(xlsx_bytes({"A": []}), exact_scorer)


def test_without_the_package_the_message_says_what_to_install(exact_scorer, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(UsageError, match=r'needs python-calamine, .*: pip install "sentiment-fast\[excel\]"'):
        scored(xlsx_bytes({"A": [["review"], ["good"]]}), exact_scorer)


def test_default_output_is_a_csv_file(model_folder, tmp_path):
    (tmp_path / "in.xlsx").write_bytes(xlsx_bytes({"A": [["review"], ["good"]]}))
    assert main(["score", "--model", str(model_folder), str(tmp_path / "in.xlsx")]) == 0
    assert (tmp_path / "in.scored.csv").read_text().startswith("review,sentiment_label,sentiment_score\ngood,")


@pytest.mark.slow
def test_run_may_be_stopped_and_gives_the_same_bytes(exact_scorer, tmp_path, monkeypatch):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)
    source, output = tmp_path / "in.xlsx", tmp_path / "out.csv"
    source.write_bytes(xlsx_bytes({"A": [HEADER, *((row, "good film " * (row % 7)) for row in range(3000))]}))
    score_csv(source, tmp_path / "whole.csv", exact_scorer, window_bytes=1000)
    for stops in itertools.count():  # noqa: B007
        stop, windows = StopRequest(), itertools.count(1)

        def on_window(consumed, rows, stop=stop, windows=windows):
            if next(windows) == 3:
                stop.request()

        try:
            score_csv(source, output, exact_scorer, window_bytes=1000, stop=stop, on_window=on_window)
            break
        except KeyboardInterrupt:
            continue
    assert stops >= 2
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
