"""Arrays of objects, and objects on several lines: rows in, rows out; what is rejected; runs that are resumed."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random

import pyarrow.parquet as pq
import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.columns import label_column, text_column
from sentiment_fast.io.tables import read_columns
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring import output as output_module
from sentiment_fast.scoring.score_files import score_csv
from tests.scoring.test_malformed import records_of

ROWS = [{"id": 1, "text": "good\nfilm"}, {"id": 2.50, "text": "bad", "more": {"a": [1, "}"]}}, {"id": None, "text": ""}]
SPELLINGS = {
    "an array": json.dumps(ROWS),
    "an array on several lines": json.dumps(ROWS, indent=2),
    "an array of lines": "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
    "objects on several lines": "".join(json.dumps(row, indent=1) + "\n" for row in ROWS),
    "objects after each other": "".join(map(json.dumps, ROWS)),
    "lines": "".join(json.dumps(row) + "\r\n" for row in ROWS),
    "arrays": "".join(json.dumps([row]) for row in ROWS),
    "with a byte-order mark": "\ufeff" + json.dumps(ROWS, indent=4),
}


def lines_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def without_scores(row):
    return {name: value for name, value in row.items() if not name.startswith("sentiment_")}


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 1 << 20])
@pytest.mark.parametrize("extension", ["json", "jsonl"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_rows_are_the_same_however_they_are_spelled(exact_scorer, tmp_path, spelling, extension, window_bytes):
    source = tmp_path / f"in.{extension}"
    source.write_text(SPELLINGS[spelling], "utf-8", newline="")
    summary = score_csv(source, tmp_path / "out.jsonl", exact_scorer, window_bytes=window_bytes)
    rows = lines_of(tmp_path / "out.jsonl")
    assert list(map(without_scores, rows)) == ROWS
    assert [row["sentiment_label"] for row in rows] == [*exact_scorer.predict(["good\nfilm", "bad"]), None]
    assert (summary.rows, summary.rejects) == (3, 0)
    score_csv(source, tmp_path / "out.json", exact_scorer, window_bytes=window_bytes)
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == rows
    score_csv(source, tmp_path / "out.parquet", exact_scorer, window_bytes=window_bytes)
    assert pq.read_table(tmp_path / "out.parquet")["id"].to_pylist() == ["1", "2.5", None]
    score_csv(source, tmp_path / "out.csv", exact_scorer, window_bytes=window_bytes, columns=["more", "text"])
    written = list(csv.reader((tmp_path / "out.csv").read_text("utf-8").splitlines(keepends=True)))
    assert [row[:2] for row in written[1:]] == [["", "good\nfilm"], ['{"a": [1, "}"]}', "bad"], ["", ""]]


def test_objects_are_copied_as_they_are_written(exact_scorer, tmp_path):
    (tmp_path / "in.json").write_bytes(
        b'[ {"n": 1.50 ,\n\t"text": "caf\\u00e9 \\ud800",\r\n  "n": [\n 1E400,\n 2]\n} ]'
    )
    score_csv(tmp_path / "in.json", tmp_path / "out.jsonl", exact_scorer)
    assert (
        (tmp_path / "out.jsonl")
        .read_bytes()
        .startswith(b'{"n": 1.50 , "text": "caf\\u00e9 \\ud800", "n": [1E400, 2], "sentiment_label": ')
    )


@pytest.mark.slow
@pytest.mark.parametrize("read", ["csv", "jsonl", "parquet"])
def test_other_formats_become_an_array(exact_scorer, tmp_path, read):
    (tmp_path / "in.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "good"}\r\n\n{"text": "bad", "x": 1}\n')
    source = tmp_path / f"in.{read}"
    if read != "jsonl":
        score_csv(tmp_path / "in.jsonl", tmp_path / "a.csv", exact_scorer, columns=["text"])
        text = (tmp_path / "a.csv").read_text().replace("sentiment_", "old_")
        (tmp_path / "in.csv").write_text(text)
    if read == "parquet":
        score_csv(tmp_path / "in.csv", source, exact_scorer, columns=["text"])
        table = pq.read_table(source)
        pq.write_table(table.select(["text"]), source)
    score_csv(source, tmp_path / "out.json", exact_scorer, window_bytes=1)
    assert [row["text"] for row in json.loads((tmp_path / "out.json").read_text())] == ["good", "bad"]


@pytest.mark.parametrize("data", [b"[]", b"", b" \n", b"[\n]\n"])
def test_file_without_objects_gives_an_array_without_any(exact_scorer, tmp_path, data):
    (tmp_path / "in.json").write_bytes(data)
    score_csv(tmp_path / "in.json", tmp_path / "out.json", exact_scorer)
    assert (tmp_path / "out.json").read_bytes() == b"[]\n"


def test_elements_that_cannot_be_read_are_rejected(exact_scorer, tmp_path):
    data = (
        b'[\n{"text": "good"},\n17,\n{"text": 5},\n{"text": "bad},\n["good"],\n{"text": "bad",\n{"text": "ba\\x"},\n'
        b'{"text": "\xff"},\n{"text": "' + b"x" * 1000 + b'"},\n{"text": "bad"}\n'
    )
    (tmp_path / "in.json").write_bytes(data)
    summary = score_csv(tmp_path / "in.json", tmp_path / "out.json", exact_scorer, max_record=500)
    assert [row["text"] for row in json.loads((tmp_path / "out.json").read_text())] == ["good", "bad"]
    rejected = records_of((tmp_path / "out.json.rejects.csv").read_bytes())
    assert summary.rejects == len(rejected) == 9
    for line, (found_line, offset, reason, record) in zip([3, 4, 5, 6, 7, 8, 9, 10, 12], rejected, strict=True):
        assert found_line == line, reason
        assert data[offset : offset + len(record)] == record
    expected = [
        "got a number", "string or null in 'text'", "does not close", "got an array", "does not close",
        "not valid JSON", "not valid UTF-8", "longer than 500 bytes", "the array does not end",
    ]  # fmt: skip
    for part, (_, _, reason, _) in zip(expected, rejected, strict=True):
        assert part in reason


def test_strict_stops_at_an_array_that_does_not_end(exact_scorer, tmp_path):
    (tmp_path / "in.json").write_bytes(b'[{"text": "good"},\n')
    with pytest.raises(DataError, match=r"in\.json: line 2: the array does not end: is the file complete"):
        score_csv(tmp_path / "in.json", tmp_path / "out.json", exact_scorer, strict=True)
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[1, 2]", "expected JSON objects, got none: line 1: expected an object, got a number"),
        (b'"good"', "expected JSON objects, got none: line 1: expected an object, got a string"),
    ],
)
def test_files_of_other_values_are_refused(exact_scorer, tmp_path, data, message):
    (tmp_path / "in.json").write_bytes(data)
    with pytest.raises(DataError, match=message):
        score_csv(tmp_path / "in.json", tmp_path / "out.csv", exact_scorer)


WRAPPED = {
    "a member": ({"reviews": ROWS}, "'.reviews[]'"),
    "a name with a space": ({"my reviews": ROWS}, "'.[\"my reviews\"][]'"),
    "next to a text": ({"status": "ok", "page": 1, "reviews": ROWS}, "'.reviews[]'"),
    "within another": ({"meta": {"n": [1]}, "data": {"reviews": ROWS}}, "'.data.reviews[]'"),
}


@pytest.mark.slow
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("extension", ["json", "jsonl"])
@pytest.mark.parametrize("name", WRAPPED)
def test_object_around_an_array_of_rows_is_refused_with_the_way_to_its_rows(
    exact_scorer, tmp_path, name, extension, indent
):
    value, program = WRAPPED[name]
    (tmp_path / f"in.{extension}").write_text(json.dumps(value, indent=indent))
    with pytest.raises(DataError, match="got one around an array of objects") as caught:
        score_csv(tmp_path / f"in.{extension}", tmp_path / "out.jsonl", exact_scorer)
    assert f"`jq -c {program} FILE > rows.jsonl`" in str(caught.value)
    assert not (tmp_path / "out.jsonl").exists()


def test_object_around_an_array_is_recognised_if_it_is_too_long_for_a_record(exact_scorer, tmp_path):
    (tmp_path / "in.json").write_text(json.dumps({"page": 1, "reviews": ROWS * 10}))
    with pytest.raises(DataError, match="got one around an array of objects"):
        score_csv(tmp_path / "in.json", tmp_path / "out.jsonl", exact_scorer, max_record=100)


def test_labelled_rows_within_an_object_are_refused_in_the_same_way(tmp_path):
    (tmp_path / "in.json").write_text(json.dumps({"reviews": ROWS}))
    with pytest.raises(DataError, match="got one around an array of objects"):
        list(read_columns(tmp_path / "in.json", [text_column(), label_column()]))


@pytest.mark.parametrize(
    "row",
    [
        {"text": "good", "tags": [{"a": 1}]},
        {"comment": "good", "tags": ["a"], "n": []},
    ],
)
def test_single_row_with_arrays_in_it_is_read(exact_scorer, tmp_path, row):
    (tmp_path / "in.json").write_text(json.dumps(row))
    assert score_csv(tmp_path / "in.json", tmp_path / "out.jsonl", exact_scorer).rows == 1


def test_file_of_lines_whose_first_one_is_broken_stays_one_of_lines(exact_scorer, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'{"text": "good\n{"text": "bad"}\n')
    summary = score_csv(tmp_path / "in.jsonl", tmp_path / "out.jsonl", exact_scorer)
    assert (summary.rows, summary.rejects) == (1, 1)


def test_reading_lines_as_json_is_reported_and_can_be_chosen(exact_scorer, tmp_path):
    messages = []
    data = b'[\n{"text": "good"}\n]\n'
    (tmp_path / "in.jsonl").write_bytes(data)
    score_csv(tmp_path / "in.jsonl", tmp_path / "out.csv", exact_scorer, say=messages.append)
    assert any("reading it as JSON" in message for message in messages)
    sink = io.BytesIO()
    score_csv(io.BytesIO(data), sink, exact_scorer, input_format="json")
    assert json.loads(sink.getvalue())[0]["text"] == "good"
    with pytest.raises(DataError, match="expected an object, got an array"):
        score_csv(tmp_path / "in.jsonl", io.BytesIO(), exact_scorer, input_format="jsonl")


@pytest.mark.slow
@pytest.mark.parametrize("written", ["json", "jsonl", "csv", "json.gz"])
@pytest.mark.parametrize("indent", [None, 1])
def test_run_may_be_stopped_after_every_window_and_gives_the_same_bytes(
    exact_scorer, tmp_path, monkeypatch, written, indent
):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)
    choose = random.Random(5)
    rows = [{"text": "good " * choose.randrange(20)} for _ in range(200)]
    source, output = tmp_path / "in.json", tmp_path / f"out.{written}"
    data = json.dumps(rows, indent=indent)
    source.write_text(data.replace('"good good "', "5") if indent is None else data.replace('"good good "', '"good'))
    options = {"window_bytes": 300}
    score_csv(source, tmp_path / f"whole.{written}", exact_scorer, **options)
    for stops in itertools.count():  # noqa: B007
        stop, windows = StopRequest(), itertools.count(1)

        def on_window(consumed, rows, stop=stop, windows=windows):
            if next(windows) == 5:
                stop.request()

        try:
            score_csv(source, output, exact_scorer, stop=stop, on_window=on_window, **options)
            break
        except KeyboardInterrupt:
            assert not output.exists()
    assert stops >= 2
    assert output.read_bytes() == (tmp_path / f"whole.{written}").read_bytes()
    assert (tmp_path / f"{output.name}.rejects.csv").read_bytes() == (
        tmp_path / f"whole.{written}.rejects.csv"
    ).read_bytes()


def test_several_files_become_one_array(exact_scorer, tmp_path):
    (tmp_path / "a.json").write_text('[{"text": "good"}]')
    (tmp_path / "b.json").write_text('{"text": "bad"}')
    score_csv([tmp_path / "a.json", tmp_path / "b.json"], tmp_path / "out.json", exact_scorer)
    assert [row["text"] for row in json.loads((tmp_path / "out.json").read_text())] == ["good", "bad"]


def test_labels_are_read_from_json_too(tmp_path):
    (tmp_path / "in.json").write_text('[{"text": "good", "label": 1},\n {"text": "bad", "label": "0"}]')
    (table,) = read_columns(tmp_path / "in.json", [text_column(), label_column()])
    assert table.table.to_pylist() == [{"text": "good", "label": "1"}, {"text": "bad", "label": "0"}]


# --- what used to take too long, or too much memory


@pytest.mark.slow
@pytest.mark.parametrize("name", [b'"a\\ud800"', b'"a"'])
@pytest.mark.parametrize("written", ["csv", "jsonl", "json", "parquet"])
def test_half_of_a_surrogate_pair_in_a_name_is_read_or_rejected(exact_scorer, tmp_path, written, name):
    (tmp_path / "in.jsonl").write_bytes(b'{"text": "good"}\n{"text": "bad", ' + name + b": 1}\n")
    summary = score_csv(tmp_path / "in.jsonl", tmp_path / f"out.{written}", exact_scorer)
    lost = len(name) > 3 and written in ("csv", "parquet")
    assert (summary.rows, summary.rejects) == ((1, 1) if lost else (2, 0))
    if lost:
        (rejected,) = records_of((tmp_path / f"out.{written}.rejects.csv").read_bytes())
        assert "whose name is not valid Unicode" in rejected[2]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1 << 16, 1 << 20])
def test_deep_brackets_and_strings_that_do_not_close_are_rejected_in_linear_time(exact_scorer, tmp_path, size):
    deep = b'{"text": "good", "x": ' + b"[" * 501 + b'"' + b'\\"' * size
    good = b'{"text": "good"}\n'
    (tmp_path / "in.jsonl").write_bytes(good + deep + b"\n" + good)
    summary = score_csv(tmp_path / "in.jsonl", tmp_path / "out.jsonl", exact_scorer)
    assert (summary.rows, summary.rejects) == (2, 1)


def test_many_short_lines_are_read_as_each_of_them_is(exact_scorer, tmp_path):
    choose = random.Random(2)
    lines = [
        choose.choice(["{}", "{ }", "1", "{", "a", "", " ", "[]", '"', "{}1", "\u00e9", " {}", "{} "])
        for _ in range(5000)
    ]
    data = "".join(f"{line}\n" for line in lines)
    (tmp_path / "in.jsonl").write_text('{"text": "good"}\n' + data, "utf-8")
    summary = score_csv(tmp_path / "in.jsonl", tmp_path / "out.jsonl", exact_scorer)
    objects = [line for line in lines if line.strip() in ("{}", "{ }")]
    assert summary.rows == 1 + len(objects)
    assert summary.rejects == sum(bool(line.strip()) for line in lines) - len(objects)
    written = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()[1:]
    kept = [line for line in lines if not line.strip() or line.strip() in ("{}", "{ }")]
    new = '"sentiment_label": null, "sentiment_score": null'
    assert written == [line.replace("}", new + "}") if line.strip() else line for line in kept]


@pytest.mark.slow
def test_rows_of_few_members_do_not_fill_many_columns(exact_scorer, tmp_path):
    names = [f"c{place}" for place in range(400)]
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": "good"} | dict.fromkeys(names, 1)) + "\n" + "{}\n" * 20_000)
    reader_windows = []
    score_csv(
        tmp_path / "in.jsonl",
        tmp_path / "out.csv",
        exact_scorer,
        window_bytes=60_000,
        on_window=lambda consumed, rows: reader_windows.append(rows),
    )
    assert max(b - a for a, b in itertools.pairwise([0, *reader_windows])) * 401 < 60_000 * 32
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert len(lines) == 20_002
    assert lines[-1] == "," * 402
