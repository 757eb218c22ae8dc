"""Scoring from each format to each: what columns become, what is kept, several inputs, runs that are taken up."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import itertools
import json
import random
from pathlib import Path

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentiment_fast.cli.main import main
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.parquet.row_groups import RowGroups
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring import output as output_module
from sentiment_fast.scoring.score_files import score_csv
from tests.scoring.compression import COMPRESS, DECOMPRESS

FORMATS = ("csv", "jsonl", "parquet")
NEW = ["sentiment_label", "sentiment_score"]


def some_rows(count: int, seed: int = 1) -> list[tuple[str, str]]:
    choose = random.Random(seed)
    texts = ["good film", "", "bad, really", 'a "wonderful"\nplot', "caf\u00e9 \u2028", "=1+1", "NA", "  "]
    return [(str(row), choose.choice(texts) + " unknown" * choose.randrange(3)) for row in range(count)]


def write_rows(path: Path, rows: list[tuple[str, str]]) -> None:
    """Rows of the columns id and text, as the extension says."""
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("id", "text"), *rows])
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps({"id": id_, "text": text}) + "\n" for id_, text in rows))
    else:
        table = pa.table({"id": [id_ for id_, _ in rows], "text": [text for _, text in rows]})
        pq.write_table(table.cast(pa.schema([("id", pa.string()), ("text", pa.string())])), path, row_group_size=70)


def read_rows(path: Path) -> list[dict]:
    """Rows by column; scores as texts of six decimals, None for no label."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    elif path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
    else:
        rows = pq.read_table(path).to_pylist()
    for row in rows:
        label, score = row["sentiment_label"], row["sentiment_score"]
        row["sentiment_label"] = label or None
        row["sentiment_score"] = None if score in (None, "") else f"{float(score):.6f}"
    return rows


def stop_again_and_again(source, output: Path, scorer, **options) -> int:
    """Run to the end, each time for five windows: those of a Parquet row group, and one. How often it was stopped."""
    for stops in range(1000):
        stop, windows = StopRequest(), itertools.count(1)

        def on_window(consumed, rows, stop=stop, windows=windows):
            if next(windows) == 5:
                stop.request()

        try:
            score_csv(source, output, scorer, stop=stop, on_window=on_window, **options)
        except KeyboardInterrupt:
            assert not output.exists()
        else:
            return stops
    raise AssertionError("Expected the run to come to its end, got none after 1,000 stops")


# --- each to each


@pytest.mark.slow
@pytest.mark.parametrize("written", FORMATS)
@pytest.mark.parametrize("read", FORMATS)
def test_rows_and_scores_are_the_same_in_every_format(exact_scorer, tmp_path, read, written):
    rows = some_rows(100)
    source, output = tmp_path / f"in.{read}", tmp_path / f"out.{written}"
    write_rows(source, rows)
    summary = score_csv(source, output, exact_scorer, window_bytes=700, tokens=True, status=True)
    found = read_rows(output)
    assert [(row["id"], row["text"]) for row in found] == rows
    assert list(found[0]) == ["id", "text", *NEW, "sentiment_status", "sentiment_tokens"]
    texts = [text for _, text in rows]
    for row, text, label, score in zip(
        found, texts, exact_scorer.predict(texts), exact_scorer.predict_proba(texts)[:, 1], strict=True
    ):
        blank = not text.strip()
        assert row["sentiment_label"] == (None if blank else label)
        assert row["sentiment_score"] == (None if blank else f"{score:.6f}")
        unknown = exact_scorer.encode([text]).known_lengths[0] == 0
        assert row["sentiment_status"] == ("empty" if blank else "no_known_words" if unknown else "ok")
    assert (summary.rows, summary.rejects, summary.replaced) == (100, 0, 0)
    assert summary.empty == sum(not text.strip() for text in texts)


@pytest.mark.slow
@pytest.mark.parametrize("written", FORMATS)
@pytest.mark.parametrize("read", FORMATS)
def test_run_may_be_stopped_after_every_window_and_come_to_the_same_bytes(
    exact_scorer, tmp_path, monkeypatch, read, written
):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)
    source = tmp_path / f"in.{read}"
    write_rows(source, some_rows(600))
    options = {"window_bytes": 1000}
    score_csv(source, tmp_path / f"whole.{written}", exact_scorer, **options)
    output = tmp_path / f"out.{written}"
    stops = stop_again_and_again(source, output, exact_scorer, **options)
    assert stops >= 2
    assert output.read_bytes() == (tmp_path / f"whole.{written}").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("written", ["csv", "jsonl"])
@pytest.mark.parametrize("compression", [".gz", ".bz2", ".xz", ".zst"])
def test_json_lines_may_be_compressed(exact_scorer, tmp_path, written, compression):
    write_rows(tmp_path / "in.jsonl", some_rows(100))
    data = (tmp_path / "in.jsonl").read_bytes()
    (tmp_path / f"in.ndjson{compression}").write_bytes(COMPRESS[compression](data))
    score_csv(tmp_path / "in.jsonl", tmp_path / f"plain.{written}", exact_scorer)
    output = tmp_path / f"out.{written}{compression}"
    score_csv(tmp_path / f"in.ndjson{compression}", output, exact_scorer, window_bytes=500)
    assert DECOMPRESS[compression](output.read_bytes()) == (tmp_path / f"plain.{written}").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["in.jsonl", "in.parquet", "in.pq"])
def test_output_has_the_format_of_the_input_unless_named_otherwise(model_folder, tmp_path, name):
    write_rows(tmp_path / name, some_rows(3))
    assert main(["score", "--model", str(model_folder), str(tmp_path / name)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {name, name.replace("in.", "in.scored.")}
    assert main(["score", "--model", str(model_folder), str(tmp_path / name), "-o", str(tmp_path / "x")]) == 0
    assert (tmp_path / "x").read_bytes() == (tmp_path / name.replace("in.", "in.scored.")).read_bytes()


@pytest.mark.slow
def test_parquet_may_be_written_to_a_stream(exact_scorer, tmp_path):
    write_rows(tmp_path / "in.parquet", some_rows(300))
    sink = io.BytesIO()
    score_csv(tmp_path / "in.parquet", sink, exact_scorer, window_bytes=1000)
    assert len(pq.read_table(io.BytesIO(sink.getvalue()))) == 300


# --- nothing, and hardly anything


@pytest.mark.slow
@pytest.mark.parametrize(
    ("read", "data", "written", "expected"),
    [
        ("csv", b"id,text\n", "csv", b"id,text,sentiment_label,sentiment_score\n"),
        ("csv", b"id,text\n", "jsonl", b""),
        ("jsonl", b"", "jsonl", b""),
        ("jsonl", b"\n \n", "jsonl", b"\n \n"),
        ("parquet", None, "csv", b"id,text,sentiment_label,sentiment_score\n"),
        ("parquet", None, "jsonl", b""),
    ],
)
def test_input_without_rows_gives_an_output_without_rows(exact_scorer, tmp_path, read, data, written, expected):
    source, output = tmp_path / f"in.{read}", tmp_path / f"out.{written}"
    write_rows(source, [])
    if data is not None:
        source.write_bytes(data)
    assert score_csv(source, output, exact_scorer).rows == 0
    assert output.read_bytes() == expected


@pytest.mark.parametrize("read", ["csv", "parquet"])
def test_input_without_rows_gives_parquet_with_the_columns(exact_scorer, tmp_path, read):
    write_rows(tmp_path / f"in.{read}", [])
    score_csv(tmp_path / f"in.{read}", tmp_path / "out.parquet", exact_scorer)
    table = pq.read_table(tmp_path / "out.parquet")
    assert (len(table), table.schema.names) == (0, ["id", "text", *NEW])


@pytest.mark.parametrize("written", ["csv", "parquet"])
def test_empty_json_lines_have_no_columns(exact_scorer, tmp_path, written):
    (tmp_path / "in.jsonl").write_bytes(b"")
    with pytest.raises(DataError, match=r"expected columns for .*, got a file without any"):
        score_csv(tmp_path / "in.jsonl", tmp_path / f"out.{written}", exact_scorer)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"id,text\n1,good\n"])
def test_file_that_is_no_parquet_is_a_data_error_that_leaves_nothing(exact_scorer, tmp_path, data):
    (tmp_path / "in.parquet").write_bytes(data)
    with pytest.raises(DataError, match=r"in\.parquet: cannot be read .* Is it a complete Parquet file\?"):
        score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.slow
def test_damaged_pages_are_a_data_error_that_leaves_nothing(exact_scorer, tmp_path):
    write_rows(tmp_path / "in.parquet", some_rows(2000))
    data = bytearray((tmp_path / "in.parquet").read_bytes())
    data[2000:4000] = bytes(2000)
    (tmp_path / "in.parquet").write_bytes(data)
    with pytest.raises(DataError, match=r"in\.parquet: cannot be read"):
        score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer, window_bytes=1000)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


# --- Parquet


def of_many_types(rows: int) -> pa.Table:
    columns = {
        "number": (pa.int32(), lambda row: row),
        "real": (pa.float64(), lambda row: row / 4),
        "small": (pa.float32(), lambda row: 0.1),
        "truth": (pa.bool_(), lambda row: row % 2 == 0),
        "day": (pa.date32(), lambda row: datetime.date(2020, 1, 1 + row % 28)),
        "time": (pa.timestamp("us", "UTC"), lambda row: datetime.datetime(2020, 1, 1, 0, row % 60)),
        "price": (pa.decimal128(10, 2), lambda row: decimal.Decimal(row).scaleb(-2)),
        "bytes": (pa.binary(), lambda row: b"\xff" * (row % 3)),
        "list": (pa.list_(pa.int64()), lambda row: [row, None]),
        "struct": (pa.struct([("a", pa.string()), ("b", pa.list_(pa.float64()))]), lambda row: {"a": "x,", "b": [0.5]}),
        "map": (pa.map_(pa.string(), pa.int64()), lambda row: [("k", row)]),
        "nothing": (pa.null(), lambda row: None),
    }
    made = {
        name: pa.array([None if row % 7 == 0 else make(row) for row in range(rows)], kind)
        for name, (kind, make) in columns.items()
    }
    return pa.table({"text": ["good film"] * rows, **made})


@pytest.mark.slow
def test_types_metadata_and_nullability_are_kept_from_parquet_to_parquet(exact_scorer, tmp_path):
    table = of_many_types(500)
    fields = [field.with_metadata({"unit": field.name}) for field in table.schema]
    fields[0] = fields[0].with_nullable(False)
    table = table.cast(pa.schema(fields, {"made by": "hand"}))
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=90, compression="gzip")
    before = pq.read_table(tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer, window_bytes=3000)
    after = pq.read_table(tmp_path / "out.parquet")
    assert after.schema.names == [*before.schema.names, *NEW]
    assert after.drop_columns(NEW).schema.equals(before.schema, check_metadata=True)
    assert after.drop_columns(NEW).equals(before)
    assert after.schema.field("sentiment_score").type == pa.float32()
    assert pq.ParquetFile(tmp_path / "out.parquet").metadata.row_group(0).column(0).compression == "GZIP"


@pytest.mark.slow
def test_other_readers_read_the_parquet_that_was_grown_row_group_by_row_group(exact_scorer, tmp_path):
    write_rows(tmp_path / "in.csv", some_rows(2000))
    score_csv(tmp_path / "in.csv", tmp_path / "out.parquet", exact_scorer, window_bytes=2000)
    file = pq.ParquetFile(tmp_path / "out.parquet")
    assert file.metadata.num_row_groups > 3
    expected = file.read().to_pylist()
    assert polars.read_parquet(tmp_path / "out.parquet").to_dicts() == expected
    found = duckdb.sql(f"select * from '{tmp_path}/out.parquet'").to_arrow_table()
    assert found.to_pylist() == expected
    row_groups = [file.read_row_group(place) for place in range(file.metadata.num_row_groups)]
    assert pa.concat_tables(row_groups).to_pylist() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(),
        pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.large_string()),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("written", FORMATS)
def test_texts_may_be_of_any_type_of_text(exact_scorer, tmp_path, kind, written):
    texts = ["good film", None, "", "bad", "caf\u00e9", "good film"] * 20
    plain = pa.array(texts, pa.string())
    values = plain.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else plain.cast(kind)
    pq.write_table(pa.table({"text": values}), tmp_path / "in.parquet", row_group_size=50)
    output = tmp_path / f"out.{written}"
    summary = score_csv(tmp_path / "in.parquet", output, exact_scorer, window_bytes=100)
    labels = {text: exact_scorer.predict([text])[0] for text in set(texts) if text}
    expected = [labels.get(text) for text in texts]
    assert [row["sentiment_label"] for row in read_rows(output)] == expected
    assert summary.empty == 40
    if written == "parquet":
        assert pq.read_table(output)["text"].type == pq.read_table(tmp_path / "in.parquet")["text"].type


def test_bytes_that_are_no_utf8_are_scored_and_kept(exact_scorer, tmp_path):
    pq.write_table(pa.table({"text": pa.array([b"good \xff", b"bad"])}), tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer, status=True)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["text"].to_pylist() == [b"good \xff", b"bad"]
    assert table["sentiment_status"].to_pylist() == ["invalid_utf8", "ok"]


def test_column_that_holds_no_text_is_a_data_error(exact_scorer, tmp_path):
    pq.write_table(of_many_types(3), tmp_path / "in.parquet")
    with pytest.raises(DataError, match=r"expected texts in the column 'number', got int32: .*`text_column`"):
        score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer, text_column="number")


def test_values_of_parquet_have_their_usual_forms_in_csv(exact_scorer, tmp_path):
    pq.write_table(of_many_types(3), tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.csv", exact_scorer)
    with (tmp_path / "out.csv").open(newline="", encoding="latin-1") as file:
        none, one, _ = csv.DictReader(file)
    assert {value for name, value in none.items() if name not in ("text", *NEW)} == {""}
    del one["sentiment_label"], one["sentiment_score"]
    assert one == {
        "text": "good film",
        "number": "1",
        "real": "0.25",
        "small": "0.1",
        "truth": "false",
        "day": "2020-01-02",
        "time": "2020-01-01 00:01:00.000000Z",
        "price": "0.01",
        "bytes": "\xff",
        "list": "[1, null]",
        "struct": '{"a": "x,", "b": [0.5]}',
        "map": '[["k", 1]]',
        "nothing": "",
    }


def test_values_of_parquet_keep_their_kinds_in_json_lines(exact_scorer, tmp_path):
    pq.write_table(of_many_types(3), tmp_path / "in.parquet")
    summary = score_csv(tmp_path / "in.parquet", tmp_path / "out.jsonl", exact_scorer)
    none, one, _ = map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert {value for name, value in none.items() if name not in ("text", *NEW)} == {None}
    del one["sentiment_label"], one["sentiment_score"]
    assert one == {
        "text": "good film",
        "number": 1,
        "real": 0.25,
        "small": 0.1,
        "truth": False,
        "day": "2020-01-02",
        "time": "2020-01-01 00:01:00.000000Z",
        "price": "0.01",
        "bytes": "\ufffd",
        "list": [1, None],
        "struct": {"a": "x,", "b": [0.5]},
        "map": [["k", 1]],
        "nothing": None,
    }
    assert summary.replaced == 2


def test_numbers_that_json_lacks_are_null(exact_scorer, tmp_path):
    real = [float("nan"), float("inf"), 1.5]
    table = pa.table(
        {"text": ["a"] * 3, "real": real, "half": pa.array(real, pa.float32()), "list": [[x] for x in real]}
    )
    pq.write_table(table, tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.jsonl", exact_scorer)
    rows = read_rows(tmp_path / "out.jsonl")
    assert [(row["real"], row["half"], row["list"]) for row in rows] == [(None, None, [None])] * 2 + [(1.5, 1.5, [1.5])]


@pytest.mark.parametrize("written", ["csv", "jsonl"])
def test_columns_without_a_text_form_must_be_left_out(exact_scorer, tmp_path, written):
    pq.write_table(pa.table({"text": ["a"], "id": pa.array([b"x" * 16], pa.uuid())}), tmp_path / "in.parquet")
    with pytest.raises(DataError, match=r"the column 'id', .*uuid.*, cannot be written as .*`columns`"):
        score_csv(tmp_path / "in.parquet", tmp_path / f"out.{written}", exact_scorer)
    score_csv(tmp_path / "in.parquet", tmp_path / f"out.{written}", exact_scorer, columns=["text"])
    assert len(read_rows(tmp_path / f"out.{written}")) == 1


def test_row_groups_of_no_rows_are_passed_over(exact_scorer, tmp_path):
    table = pa.table({"text": ["good"]})
    with pq.ParquetWriter(tmp_path / "in.parquet", table.schema) as writer:
        for rows in (0, 1, 0, 1, 0):
            writer.write_table(table.slice(0, rows))
    assert score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer).rows == 2


def test_row_groups_say_where_they_are_and_the_file_can_be_gone_on_with(tmp_path):
    table = pa.table({"a": list(range(1000)), "b": ["x"] * 1000})
    path, whole = tmp_path / "grown.parquet", RowGroups(table.schema, "SNAPPY")
    parts = [whole.append(table.slice(start, 250)) for start in (0, 250, 500, 750)]
    expected = b"".join(parts) + whole.finish()
    path.write_bytes(b"".join(parts[:2]))
    resumed = RowGroups(table.schema, "SNAPPY")
    resumed.resume(path, len(parts[0]) + len(parts[1]))
    assert [resumed.append(table.slice(start, 250)) for start in (500, 750)] == parts[2:]
    assert b"".join(parts) + resumed.finish() == expected
    path.write_bytes(expected)
    assert pq.read_table(path).equals(table)


def test_parquet_that_was_not_grown_so_cannot_be_gone_on_with(tmp_path):
    (tmp_path / "other").write_bytes(bytes(1000))
    with pytest.raises(DataError, match="start over with `restart=True`"):
        RowGroups(pa.schema([("a", pa.int64())]), "SNAPPY").resume(tmp_path / "other", 1000)


# --- CSV and JSON Lines


def test_json_becomes_texts_as_they_stand_in_the_line(exact_scorer, tmp_path):
    (tmp_path / "in.jsonl").write_text(
        '{"text": "good", "n": 1.50, "b": true, "l": [1,  {"a":1E5}], "big": ' + "9" * 5000 + "}\n"
        '{"n": null, "b": "x, y", "text": "bad"}\n'
    )
    score_csv(tmp_path / "in.jsonl", tmp_path / "out.parquet", exact_scorer)
    first, second = pq.read_table(tmp_path / "out.parquet").drop_columns(NEW).to_pylist()
    assert first == {"text": "good", "n": "1.50", "b": "true", "l": '[1,  {"a":1E5}]', "big": "9" * 5000}
    assert second == {"text": "bad", "n": None, "b": "x, y", "l": None, "big": None}
    score_csv(tmp_path / "in.jsonl", tmp_path / "out.csv", exact_scorer)
    row = (tmp_path / "out.csv").read_text().splitlines()[2].rsplit(",", 2)[0]
    assert row == 'bad,,"x, y",,'


def test_chosen_members_are_written_in_their_order_as_they_stand(exact_scorer, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"a": 1.50, "text": "good \\u00e9", "b": 2}\n{"text": null}\n')
    score_csv(tmp_path / "in.jsonl", tmp_path / "out.jsonl", exact_scorer, columns=["text", "a"])
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert lines[0].startswith('{"text": "good \\u00e9", "a": 1.50, "sentiment_label": "')
    assert lines[1] == '{"text": null, "sentiment_label": null, "sentiment_score": null}'


@pytest.mark.parametrize("written", ["jsonl", "parquet"])
def test_bytes_that_are_no_utf8_are_replaced_and_counted(exact_scorer, tmp_path, written):
    (tmp_path / "in.csv").write_bytes(b"id,text\n1,caf\xe9\n\xff,\xff\n3,good\n")
    summary = score_csv(tmp_path / "in.csv", tmp_path / f"out.{written}", exact_scorer)
    assert (summary.rows, summary.replaced) == (3, 2)
    assert [row["text"] for row in read_rows(tmp_path / f"out.{written}")] == ["caf\ufffd", "\ufffd", "good"]


def test_columns_of_one_name_are_refused_where_there_can_be_one(exact_scorer, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"a,a,text\n1,2,good\n")
    with pytest.raises(DataError, match="has several columns 'a', which JSON Lines cannot have"):
        score_csv(tmp_path / "in.csv", tmp_path / "out.jsonl", exact_scorer)


def test_rejected_records_are_the_same_whatever_is_written(exact_scorer, tmp_path):
    (tmp_path / "in.csv").write_bytes(b'id,text\n1\n2,good\n3,"bad\n')
    found = set()
    for written in FORMATS:
        summary = score_csv(tmp_path / "in.csv", tmp_path / f"out.{written}", exact_scorer, delimiter=",", header=True)
        assert summary.rejects == 2
        found.add((tmp_path / f"out.{written}.rejects.csv").read_bytes())
        assert [row["id"] for row in read_rows(tmp_path / f"out.{written}")] == ["2"]
    assert len(found) == 1


@pytest.mark.parametrize("read", ["jsonl", "parquet"])
def test_csv_made_from_another_format_is_guarded_on_request(exact_scorer, tmp_path, read):
    write_rows(tmp_path / f"in.{read}", [("-1", "=cmd"), ("+a", '@"x"'), ("1", "good")])
    score_csv(tmp_path / f"in.{read}", tmp_path / "out.csv", exact_scorer, excel_safe=True)
    assert [(row["id"], row["text"]) for row in read_rows(tmp_path / "out.csv")] == [
        ("-1", "'=cmd"),
        ("'+a", '\'@"x"'),
        ("1", "good"),
    ]


def test_csv_made_from_another_format_has_the_delimiter_of_its_name_or_of_the_option(exact_scorer, tmp_path):
    write_rows(tmp_path / "in.jsonl", [("1;2", "good\tfilm")])
    score_csv(tmp_path / "in.jsonl", tmp_path / "out.tsv", exact_scorer)
    assert (
        (tmp_path / "out.tsv").read_text().startswith('id\ttext\tsentiment_label\tsentiment_score\n1;2\t"good\tfilm"\t')
    )
    score_csv(tmp_path / "in.jsonl", tmp_path / "out.csv", exact_scorer, delimiter=";")
    assert (tmp_path / "out.csv").read_text().startswith('id;text;sentiment_label;sentiment_score\n"1;2";good\tfilm;')


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (("in.jsonl", "out.parquet"), {"delimiter": ";"}),
        (("in.csv", "out.jsonl"), {"excel_safe": True}),
        (("in.csv", "out.parquet.gz"), {}),
        (("in.csv", "out.html"), {}),
    ],
)
def test_option_or_name_that_does_not_fit_the_format_is_a_usage_error(exact_scorer, tmp_path, names, options):
    write_rows(tmp_path / names[0], some_rows(3))
    with pytest.raises(UsageError):
        score_csv(tmp_path / names[0], tmp_path / names[1], exact_scorer, **options)


@pytest.mark.parametrize("name", ["in.feather", "in.xlsx", "in.parquet.gz"])
def test_input_of_another_format_is_a_data_error(exact_scorer, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(
        DataError, match=r"expected CSV, JSON Lines|Is it a complete workbook|Parquet files cannot be read"
    ):
        score_csv(tmp_path / name, tmp_path / "out.csv", exact_scorer)


# --- several inputs in one output


@pytest.mark.slow
@pytest.mark.parametrize("written", FORMATS)
@pytest.mark.parametrize("read", FORMATS)
def test_several_inputs_go_into_one_output_in_their_order(exact_scorer, tmp_path, read, written):
    rows = some_rows(300)
    for name, start, end in (("b", 0, 100), ("a", 100, 101), ("c", 101, 300)):
        write_rows(tmp_path / f"{name}.{read}", rows[start:end])
    write_rows(tmp_path / f"all.{read}", rows)
    sources = [tmp_path / f"{name}.{read}" for name in "bac"]
    summary = score_csv(sources, tmp_path / f"out.{written}", exact_scorer, window_bytes=1000)
    score_csv(tmp_path / f"all.{read}", tmp_path / f"whole.{written}", exact_scorer, window_bytes=1000)
    assert read_rows(tmp_path / f"out.{written}") == read_rows(tmp_path / f"whole.{written}")
    assert summary.rows == 300


@pytest.mark.slow
@pytest.mark.parametrize("columns", [None, ["text"]])
@pytest.mark.parametrize("read", ["csv", "jsonl"])
def test_file_that_ends_without_a_line_end_gets_one_before_the_next(exact_scorer, tmp_path, read, columns):
    for name in "ab":
        write_rows(tmp_path / f"{name}.{read}", some_rows(3))
        data = (tmp_path / f"{name}.{read}").read_bytes().rstrip(b"\r\n")
        (tmp_path / f"{name}.{read}").write_bytes(b"\xef\xbb\xbf" * (read == "csv") + data)
    sources = [tmp_path / f"{name}.{read}" for name in "ab"]
    score_csv(sources, tmp_path / f"out.{read}", exact_scorer, columns=columns, window_bytes=30)
    data = (tmp_path / f"out.{read}").read_bytes()
    assert data.count(b"\xef\xbb\xbf") == (read == "csv")
    (tmp_path / f"out.{read}").write_bytes(data.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n") + b"\n")
    assert [row["text"] for row in read_rows(tmp_path / f"out.{read}")] == [text for _, text in some_rows(3)] * 2


@pytest.mark.slow
@pytest.mark.parametrize(("read", "written"), [("csv", "csv"), ("jsonl", "parquet"), ("parquet", "jsonl")])
def test_several_inputs_may_be_stopped_after_every_window(exact_scorer, tmp_path, monkeypatch, read, written):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)
    for seed, name in enumerate("abc"):
        write_rows(tmp_path / f"{name}.{read}", some_rows(150, seed))
    sources = [tmp_path / f"{name}.{read}" for name in "abc"]
    score_csv(sources, tmp_path / f"whole.{written}", exact_scorer, window_bytes=1000)
    stops = stop_again_and_again(sources, tmp_path / f"out.{written}", exact_scorer, window_bytes=1000)
    assert stops >= 1
    assert (tmp_path / f"out.{written}").read_bytes() == (tmp_path / f"whole.{written}").read_bytes()


@pytest.mark.parametrize(
    ("name", "first", "second", "complaint"),
    [
        ("csv", b"id,text\n", b"id,text,x\n", "expected the same columns: it has 'x'"),
        ("csv", b"id,text\n", b"text\n", "it lacks 'id'"),
        ("csv", b"id,text\n", b"text,id\n", "it has them in a different order"),
        ("csv", b"id,text\n1,a\n", b"id;text\n1;a\n", "expected the delimiter ',', got ';'"),
    ],
)
def test_inputs_of_other_columns_are_refused(exact_scorer, tmp_path, name, first, second, complaint):
    (tmp_path / f"a.{name}").write_bytes(first)
    (tmp_path / f"b.{name}").write_bytes(second)
    with pytest.raises(DataError, match=rf"b\.csv: to be combined with .*a\.csv, .*{complaint}"):
        score_csv([tmp_path / f"a.{name}", tmp_path / f"b.{name}"], tmp_path / "out.csv", exact_scorer)
    assert not (tmp_path / "out.csv.journal").exists()


def test_parquet_of_other_types_is_refused(exact_scorer, tmp_path):
    pq.write_table(pa.table({"id": [1], "text": ["a"]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": [1.0], "text": ["a"]}), tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"b\.parquet: .* expected int64 in the column 'id', got double"):
        score_csv([tmp_path / "a.parquet", tmp_path / "b.parquet"], tmp_path / "out.parquet", exact_scorer)


def test_json_of_other_members_is_refused_where_columns_are_fixed(exact_scorer, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "a"}\n')
    (tmp_path / "b.jsonl").write_text('{"text": "a", "x": 1}\n')
    sources = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    with pytest.raises(DataError, match=r"b\.jsonl: .* expected only its members, got 'x'"):
        score_csv(sources, tmp_path / "out.csv", exact_scorer)
    score_csv(sources, tmp_path / "out.jsonl", exact_scorer)
    assert len(read_rows(tmp_path / "out.jsonl")) == 2
    score_csv(sources, tmp_path / "out.csv", exact_scorer, columns=["text", "x"])
    assert [(row["text"], row["x"]) for row in read_rows(tmp_path / "out.csv")] == [("a", ""), ("a", "1")]


def test_inputs_of_several_formats_are_refused(exact_scorer, tmp_path):
    for name in ("a.csv", "b.jsonl"):
        write_rows(tmp_path / name, some_rows(3))
    with pytest.raises(UsageError, match="expected CSV, got JSON Lines"):
        score_csv([tmp_path / "a.csv", tmp_path / "b.jsonl"], tmp_path / "out.csv", exact_scorer)


def test_rejected_records_of_several_inputs_say_of_which(exact_scorer, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_bytes(b"id,text\n1,good\nragged\n")
    summary = score_csv([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "out.csv", exact_scorer)
    assert summary.rejects == 2
    with (tmp_path / "out.csv.rejects.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(Path(row["input"]).name, row["line"], row["byte_offset"], row["record"]) for row in found] == [
        ("a.csv", "3", "15", "ragged"),
        ("b.csv", "3", "15", "ragged"),
    ]


def test_several_inputs_go_into_a_file_by_the_command(model_folder, tmp_path, capsys):
    for name in "ab":
        write_rows(tmp_path / f"{name}.jsonl", some_rows(5))
    arguments = [str(tmp_path / "[ab].jsonl"), "-o", str(tmp_path / "out.parquet")]
    assert main(["score", "--model", str(model_folder), *arguments]) == 0
    assert len(pq.read_table(tmp_path / "out.parquet")) == 10
    assert "2 inputs: 10 rows in, 10 rows out" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"a.jsonl", "b.jsonl", "out.parquet"}


def test_what_is_found_out_about_several_inputs_is_said_once(exact_scorer, tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.csv").write_bytes(b"id;body\n1;good\n2;bad\n")
    said: list[str] = []
    score_csv([tmp_path / f"{name}.csv" for name in "abc"], tmp_path / "out.csv", exact_scorer, say=said.append)
    assert [message.partition(": ")[2] for message in said] == [
        "detected the delimiter ';'",
        "using column 'body' for the texts, the only one that holds text",
    ]


def test_names_of_parquet_may_have_dots(exact_scorer, tmp_path):
    table = pa.table({"a": [1], "a.b": ["good"], "s": [{"b": 1}], "s.b": [2]})
    pq.write_table(table, tmp_path / "in.parquet")
    score_csv(tmp_path / "in.parquet", tmp_path / "out.parquet", exact_scorer, text_column="a.b")
    assert pq.read_table(tmp_path / "out.parquet").drop_columns(NEW).equals(pq.read_table(tmp_path / "in.parquet"))
    options = {"text_column": "a.b", "columns": ["s.b", "a"]}
    score_csv(tmp_path / "in.parquet", tmp_path / "chosen.parquet", exact_scorer, **options)
    assert pq.read_table(tmp_path / "chosen.parquet").drop_columns(NEW).to_pylist() == [{"s.b": 2, "a": 1}]


def test_another_input_among_several_is_refused(exact_scorer, tmp_path, monkeypatch):
    for name in "abc":
        write_rows(tmp_path / f"{name}.csv", some_rows(5))
    stop, sources = StopRequest(), [tmp_path / "a.csv", tmp_path / "b.csv"]
    with pytest.raises(KeyboardInterrupt):
        score_csv(sources, tmp_path / "out.csv", exact_scorer, stop=stop, on_window=lambda *_: stop.request())
    with pytest.raises(UsageError, match="the input 2 is not what the unfinished run began with"):
        score_csv([tmp_path / "a.csv", tmp_path / "c.csv"], tmp_path / "out.csv", exact_scorer)


@pytest.mark.slow
def test_scores_of_windows_do_not_depend_on_where_a_row_group_ends(exact_scorer, tmp_path):
    rows = some_rows(300)
    for size in (1, 37, 300):
        table = pa.table({"id": [id_ for id_, _ in rows], "text": [text for _, text in rows]})
        pq.write_table(table, tmp_path / f"{size}.parquet", row_group_size=size)
        score_csv(tmp_path / f"{size}.parquet", tmp_path / f"{size}.csv", exact_scorer, window_bytes=1200)
    assert len({(tmp_path / f"{size}.csv").read_bytes() for size in (1, 37, 300)}) == 1
    assert np.unique([row["id"] for row in read_rows(tmp_path / "37.csv")]).size == 300
