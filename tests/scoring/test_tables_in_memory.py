"""What `sf.score_files` takes besides paths: tables, text and binary files, patterns; and what it refuses."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sentiment_fast as sf
from sentiment_fast.cli.main import main
from sentiment_fast.errors import DataError, UsageError

COLUMNS = {"id": [1, 2, 3], "text": ["good film", None, "bad, really"]}
TABLE = pa.table(COLUMNS)
TABLES = {
    "pandas": lambda: pd.DataFrame(COLUMNS),
    "polars": lambda: pl.DataFrame(COLUMNS),
    "polars with categories": lambda: pl.DataFrame(COLUMNS).with_columns(pl.col("text").cast(pl.Categorical)),
    "a table": lambda: TABLE,
    "a table of categories": lambda: pa.table({"id": TABLE["id"], "text": TABLE["text"].dictionary_encode()}),
    "a table of views": lambda: TABLE.cast(pa.schema([("id", pa.int64()), ("text", pa.string_view())])),
    "a table of chunks": lambda: pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)]),
    "a batch": lambda: TABLE.to_batches()[0],
    "a reader of batches": lambda: TABLE.to_reader(max_chunksize=2),
}


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 1 << 20])
@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_as_files_of_the_same_rows(exact_scorer, tmp_path, name, window_bytes):
    pq.write_table(TABLE, tmp_path / "in.parquet")
    for written in ("csv", "jsonl", "json", "parquet"):
        sf.score_files(tmp_path / "in.parquet", tmp_path / f"expected.{written}", exact_scorer)
        output = tmp_path / f"out.{written}"
        summary = sf.score_files(TABLES[name](), output, exact_scorer, window_bytes=window_bytes)
        assert summary.rows == 3
        if written == "parquet":
            assert pq.read_table(output).to_pylist() == pq.read_table(tmp_path / "expected.parquet").to_pylist()
        else:
            assert output.read_bytes() == (tmp_path / f"expected.{written}").read_bytes()


def test_table_is_written_to_a_stream_as_csv_or_as_chosen(exact_scorer):
    sink = io.BytesIO()
    sf.score_csv(TABLE, sink, exact_scorer)
    assert sink.getvalue().startswith(b"id,text,sentiment_label,sentiment_score\n1,good film,")
    sink = io.BytesIO()
    sf.score_files(TABLE, sink, exact_scorer, output_format="jsonl", columns=["text"])
    assert [json.loads(line)["text"] for line in sink.getvalue().splitlines()] == COLUMNS["text"]


def test_index_of_a_frame_is_kept_in_parquet(exact_scorer, tmp_path):
    frame = pd.DataFrame({"text": ["good", "bad"]}, index=[7, 3])
    sf.score_files(frame, tmp_path / "out.parquet", exact_scorer)
    assert pd.read_parquet(tmp_path / "out.parquet").index.tolist() == [7, 3]


def test_options_for_columns_hold_for_tables(exact_scorer):
    with pytest.raises(DataError, match="Table: expected a text column 'body', got columns 'id', 'text'"):
        sf.score_files(TABLE, io.BytesIO(), exact_scorer, text_column="body")
    with pytest.raises(DataError, match=r"DataFrame: cannot be read .*make each column of one type"):
        sf.score_files(pd.DataFrame({"text": ["good", 3]}), io.BytesIO(), exact_scorer)


DATA = 'id,text\n1,good film\n2,"bad\r\ncaf\u00e9"\n'


def text_files(path: Path):
    path.write_text(DATA, "utf-8", newline="")
    yield io.StringIO(DATA, newline="")
    yield path.open(encoding="utf-8", newline="")
    yield path.open("rb")
    yield io.BytesIO(DATA.encode())


def test_text_files_and_binary_files_are_read_alike(exact_scorer, tmp_path):
    outputs = []
    for file in text_files(tmp_path / "in.csv"):
        with file:
            sink = io.BytesIO()
            sf.score_files(file, sink, exact_scorer)
            outputs.append(sink.getvalue())
    assert set(outputs) == {outputs[0]}
    assert b'2,"bad\r\ncaf\xc3\xa9",' in outputs[0]


def test_half_of_a_surrogate_pair_in_a_text_file_is_invalid_text(exact_scorer):
    sink = io.BytesIO()
    summary = sf.score_files(io.StringIO("id,text\n1,good \ud800\n2,bad\n"), sink, exact_scorer)
    assert (summary.rows, summary.invalid_utf8) == (2, 1)


def test_patterns_and_several_paths_are_read_in_order(exact_scorer, tmp_path):
    for name in "ba":
        (tmp_path / f"{name}.csv").write_text(f"text\ngood {name}\n")
    for inputs in (
        str(tmp_path / "*.csv"),
        tmp_path / "*.csv",
        sorted(tmp_path.glob("*.csv")),
        tmp_path.glob("[ab].csv"),
    ):
        sink = io.BytesIO()
        assert sf.score_files(inputs, sink, exact_scorer).rows == 2
    with pytest.raises(DataError, match="expected files that match this pattern, found none"):
        sf.score_files(tmp_path / "none*.csv", sink, exact_scorer)


@pytest.mark.parametrize(
    "inputs",
    [None, 3, b"in.csv", {"text": ["good"]}, [3], [None], pd.Series(["good"]), pa.array(["good"]), pl.LazyFrame()],
)
def test_other_inputs_are_a_type_error_that_says_what_is_accepted(exact_scorer, inputs):
    with pytest.raises(TypeError, match=r"Expected a (path|table)"):
        sf.score_files(inputs, io.BytesIO(), exact_scorer)


@pytest.mark.parametrize("output", [3, io.StringIO(), [], b"out.csv"])
def test_other_outputs_are_a_type_error_that_says_what_is_accepted(exact_scorer, output):
    with pytest.raises(TypeError, match=r"Expected `output` to be a path.*binary file"):
        sf.score_files(TABLE, output, exact_scorer)


def test_missing_output_is_a_usage_error_that_says_what_is_needed(exact_scorer):
    with pytest.raises(UsageError, match="Expected `output`: a path"):
        sf.score_csv(TABLE, model=exact_scorer)


# --- outputs


@pytest.mark.slow
def test_option_decides_what_is_written(model_folder, tmp_path, capsysbinary):
    (tmp_path / "in.csv").write_text('id,text\n"1",good\n')
    run = ["score", "--model", str(model_folder), str(tmp_path / "in.csv")]
    assert main([*run, "-o", str(tmp_path / "out.html"), "--output-format", "json"]) == 0
    assert json.loads((tmp_path / "out.html").read_text())[0]["id"] == "1"
    assert main([*run, "-o", "-", "--output-format", "jsonl"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["text"] == "good"
    assert main([*run, "-o", "-", "--output-format", "tsv"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"id\ttext\tsentiment_label\tsentiment_score\n1\tgood\t")
    assert main([*run, "--output-format", "parquet"]) == 0
    assert pq.read_table(tmp_path / "in.scored.parquet")["text"].to_pylist() == ["good"]


@pytest.mark.parametrize("name", ["out.csv.zip", "out.ods", "out.html", "out.csv.Z"])
def test_endings_of_formats_that_are_not_written_are_refused_before_anything_is(model_folder, tmp_path, capfd, name):
    (tmp_path / "in.csv").write_text("text\ngood\n")
    run = ["score", "--model", str(model_folder), str(tmp_path / "in.csv"), "-o", str(tmp_path / name)]
    assert main(run) == 2
    assert "--output-format" in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_unknown_ending_is_reported(exact_scorer, tmp_path):
    messages = []
    sf.score_files(TABLE, tmp_path / "out.dat", exact_scorer, say=messages.append)
    assert any("writing CSV, because the extension is not that of a format" in message for message in messages)


def test_names_with_commas_are_quoted_in_the_option(model_folder, tmp_path, capfd):
    (tmp_path / "in.csv").write_text('id,"Review, in full"\n1,good\n')
    run = ["score", "--model", str(model_folder), str(tmp_path / "in.csv"), "-o", "-", "--columns"]
    for chosen in ('"Review, in full"', "2"):
        assert main([*run, chosen, "--text-column", "Review, in full"]) == 0
        assert capfd.readouterr().out.startswith('"Review, in full",sentiment_label')
    assert main([*run, "Review, in full", "--text-column", "2"]) == 1
    assert "choose one with --columns, by name or number" in capfd.readouterr().err
