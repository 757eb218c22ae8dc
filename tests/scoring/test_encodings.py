"""Files in other encodings than UTF-8: what is written for them is what Python's own codecs say it must be."""

from __future__ import annotations

import io
import json
import random

import pyarrow.parquet as pq
import pytest

import sentiment_fast as sf
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring import output as output_module
from sentiment_fast.scoring.score_files import score_csv
from tests.scoring.compression import COMPRESS, DECOMPRESS

KEPT = ("latin-1", "cp1252", "iso8859-15", "mac-roman", "koi8-r", "cp437")
TRANSCODED = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis", "gbk", "cp037", "utf-7", "iso2022_jp")
LETTERS = {"koi8-r": "жщы", "shift_jis": "日本語ソ表", "gbk": "电影好看", "iso2022_jp": "日本語"}


def table(encoding: str, delimiter: str = ",", line_end: str = "\n", rows: int = 40, seed: int = 1) -> str:
    """A CSV file with quotes and line ends in its fields, in characters that an encoding has."""
    choose, letters = random.Random(seed), LETTERS.get(encoding, "éñ" if encoding != "cp037" else "éñß")
    words = [
        "good",
        "bad",
        "film",
        "caf" + letters[0],
        letters,
        '""plot""',
        f"a{delimiter}b",
        line_end,
        " " + letters[1:],
    ]
    lines = [f'"{letters} id"{delimiter}review']
    for row in range(rows):
        lines.append(f'{row}{letters}{delimiter}"{" ".join(choose.choices(words, k=choose.randrange(12)))}"')
    return line_end.join(lines) + line_end * (seed % 2)


def score(data: bytes, scorer: sf.Scorer, **options) -> bytes:
    sink = io.BytesIO()
    score_csv(io.BytesIO(data), sink, scorer, **options)
    return sink.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("encoding", KEPT)
@pytest.mark.parametrize("window_bytes", [50, 1 << 20])
@pytest.mark.parametrize(("delimiter", "line_end"), [(",", "\n"), (";", "\r\n"), ("\t", "\r")])
def test_records_in_an_encoding_of_single_bytes_keep_their_bytes(
    exact_scorer, encoding, window_bytes, delimiter, line_end
):
    text = table(encoding, delimiter, line_end, seed=window_bytes % 2)
    expected = score(text.encode(), exact_scorer, window_bytes=window_bytes, status=True).decode()
    found = score(text.encode(encoding), exact_scorer, window_bytes=window_bytes, status=True, encoding=encoding)
    assert found == expected.encode(encoding)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", TRANSCODED)
@pytest.mark.parametrize("window_bytes", [50, 1 << 20])
@pytest.mark.parametrize(("delimiter", "line_end"), [(",", "\n"), (";", "\r\n")])
def test_records_in_all_other_encodings_become_utf8(exact_scorer, encoding, window_bytes, delimiter, line_end):
    text = table(encoding, delimiter, line_end, seed=window_bytes % 2)
    expected = score(text.encode(), exact_scorer, window_bytes=window_bytes)
    assert score(text.encode(encoding), exact_scorer, window_bytes=window_bytes, encoding=encoding) == expected


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_encoding_is_recognised_by_its_mark_and_reported(exact_scorer, encoding):
    said: list[str] = []
    text = table("utf-16")
    found = score(text.encode(encoding), exact_scorer, say=said.append)
    assert found.removeprefix(b"\xef\xbb\xbf") == score(text.encode(), exact_scorer)
    assert [line for line in said if "detected by its byte-order mark" in line] == (
        [] if encoding == "utf-8-sig" else [f"input: {encoding}-le is read as UTF-8, detected by its byte-order mark"]
    )


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "gbk"])
@pytest.mark.parametrize("compression", COMPRESS)
def test_compressed_files_are_decoded_too_and_outputs_compressed(exact_scorer, tmp_path, encoding, compression):
    text = table(encoding)
    source, output = tmp_path / f"in.csv{compression}", tmp_path / f"out.csv{compression}"
    source.write_bytes(COMPRESS[compression](text.encode(encoding)))
    score_csv(source, output, exact_scorer, window_bytes=100, encoding=encoding)
    expected = score(text.encode(), exact_scorer).decode().encode("cp1252" if encoding == "cp1252" else "utf-8")
    assert DECOMPRESS[compression](output.read_bytes()) == expected


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "shift_jis"])
@pytest.mark.parametrize("compression", ["", ".gz"])
def test_run_may_be_stopped_after_every_window(monkeypatch, exact_scorer, tmp_path, encoding, compression):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)
    data = table(encoding, rows=120).encode(encoding) + "ragged\n".encode(encoding).removeprefix(b"\xff\xfe")
    source, output = tmp_path / f"in.csv{compression}", tmp_path / "out.csv"
    source.write_bytes(COMPRESS[compression](data))
    score_csv(source, tmp_path / "whole.csv", exact_scorer, encoding=encoding, window_bytes=300)
    stops, summary = 0, None
    while summary is None:
        stop = StopRequest()
        try:
            summary = score_csv(
                source,
                output,
                exact_scorer,
                encoding=encoding,
                window_bytes=300,
                stop=stop,
                on_window=lambda *_, stop=stop: stop.request(),
            )
        except KeyboardInterrupt:
            stops += 1
    assert stops > 5
    assert summary.rows == 120
    for suffix in ("", ".rejects.csv"):
        assert (tmp_path / f"out.csv{suffix}").read_bytes() == (tmp_path / f"whole.csv{suffix}").read_bytes()


def test_journal_of_a_run_in_another_encoding_is_refused(monkeypatch, exact_scorer, tmp_path):
    monkeypatch.setattr(output_module, "SECONDS_BETWEEN_RECORDS", 0.0)
    (tmp_path / "in.csv").write_bytes(table("latin-1").encode("latin-1"))
    stop = StopRequest()
    with pytest.raises(KeyboardInterrupt):
        score_csv(
            tmp_path / "in.csv",
            tmp_path / "out.csv",
            exact_scorer,
            encoding="latin-1",
            window_bytes=100,
            stop=stop,
            on_window=lambda *_: stop.request(),
        )
    with pytest.raises(UsageError, match="encoding"):
        score_csv(tmp_path / "in.csv", tmp_path / "out.csv", exact_scorer, encoding="cp1252", window_bytes=100)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
@pytest.mark.parametrize("columns", [None, ["review"], ["é id"]])
def test_columns_of_other_formats_hold_decoded_text(exact_scorer, tmp_path, encoding, columns):
    (tmp_path / "in.csv").write_bytes("é id,review\n1é,caf\xe9 ist gut\n2,”\n".encode(encoding))
    options = {"encoding": encoding, "columns": columns, "text_column": "review"}
    score_csv(tmp_path / "in.csv", tmp_path / "out.parquet", exact_scorer, **options)
    found = pq.read_table(tmp_path / "out.parquet").to_pydict()
    assert list(found)[: len(columns or "ab")] == (columns or ["é id", "review"])
    if columns is None:
        assert (found["é id"], found["review"]) == (["1é", "2"], ["caf\xe9 ist gut", "”"])
        score_csv(tmp_path / "in.csv", tmp_path / "out.jsonl", exact_scorer, **options)
        rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().decode().splitlines()]
        assert [row["é id"] for row in rows] == found["é id"]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-32-be", "shift_jis"])
def test_json_lines_become_utf8(exact_scorer, tmp_path, encoding):
    lines = '{"text": "good é"}\n{"text": "bad"}\n' if encoding != "shift_jis" else '{"text": "日本ソ"}\n'
    (tmp_path / "in.jsonl").write_bytes(lines.encode(encoding))
    (tmp_path / "utf8.jsonl").write_bytes(lines.encode())
    score_csv(tmp_path / "in.jsonl", tmp_path / "a.jsonl", exact_scorer, encoding=encoding)
    score_csv(tmp_path / "utf8.jsonl", tmp_path / "b.jsonl", exact_scorer)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_parquet_refuses_the_option(exact_scorer, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"text\ngood\n")
    score_csv(tmp_path / "in.csv", tmp_path / "in.parquet", exact_scorer, columns=["text"])
    with pytest.raises(UsageError, match="expected no `encoding` for Parquet"):
        score_csv(tmp_path / "in.parquet", tmp_path / "out.csv", exact_scorer, encoding="cp1252")


def test_bytes_that_a_kept_encoding_lacks_are_copied_and_their_texts_marked(exact_scorer):
    said: list[str] = []
    data = b"id,text\n1,good \x81 film\n2,bad \xe9\n"
    found = score(data, exact_scorer, status=True, encoding="cp1252", say=said.append)
    assert [line.rsplit(b",", 1)[1] for line in found.splitlines()] == [b"sentiment_status", b"invalid_utf8", b"ok"]
    assert found.splitlines()[1].startswith(b"1,good \x81 film,")
    assert said[-1] == "input: invalid cp1252 in the texts of 1 rows was read as U+FFFD"


@pytest.mark.parametrize(("encoding", "bad"), [("utf-16-le", b"\x00\xd8"), ("shift_jis", b"\x81 "), ("gbk", b"\xff")])
def test_bytes_that_a_transcoded_encoding_lacks_become_u_fffd_and_their_texts_are_marked(exact_scorer, encoding, bad):
    head, tail = (one.encode(encoding) for one in ("id,text\n1,good", " film\n2,bad\n"))
    said: list[str] = []
    found = score(head + bad + tail, exact_scorer, status=True, encoding=encoding, say=said.append).decode()
    assert found.splitlines()[1].startswith((head + bad + tail).decode(encoding, "replace").splitlines()[1])
    assert [line.rsplit(",", 1)[1] for line in found.splitlines()[1:]] == ["invalid_utf8", "ok"]
    assert f"invalid {encoding} in" in said[-1]


def test_rejected_records_of_a_transcoded_file_are_valid_utf8(exact_scorer, tmp_path):
    (tmp_path / "in.csv").write_bytes(
        "id,text\nragged ".encode("utf-16") + "\ud800\n2,bad\n".encode("utf-16-le", "surrogatepass")
    )
    summary = score_csv(tmp_path / "in.csv", tmp_path / "out.csv", exact_scorer)
    assert (summary.rows, summary.rejects) == (1, 1)
    assert "ragged \ufffd" in (tmp_path / "out.csv.rejects.csv").read_bytes().decode()


def test_texts_that_are_not_utf8_are_counted_with_the_option_that_helps(exact_scorer):
    said: list[str] = []
    score("text\nschön\nübel\nok\n".encode("latin-1"), exact_scorer, say=said.append)
    assert said[-1] == (
        "input: invalid UTF-8 in the texts of 2 rows was read as U+FFFD: if they are in another encoding, name it, "
        "such as `encoding=cp1252`"
    )


@pytest.mark.parametrize("data", [b"", b"text\n", b"text\ngood\n", "text\ngo\u00f6d\n".encode()])
def test_nothing_is_said_of_valid_texts(exact_scorer, data):
    said: list[str] = []
    if data:
        score(data, exact_scorer, say=said.append)
    assert said == []


def test_label_that_the_input_lacks_is_an_error_before_the_first_row(make_exact_scorer, tmp_path):
    scorer = make_exact_scorer(["плохо", "хорошо"])
    (tmp_path / "in.csv").write_bytes(b"text\ncaf\xe9\n")
    with pytest.raises(DataError, match=r"in\.csv: expected cp1252, as in the input, to have all .* of 'плохо'"):
        score_csv(tmp_path / "in.csv", tmp_path / "out.csv", scorer, encoding="cp1252")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    score_csv(tmp_path / "in.csv", tmp_path / "out.parquet", scorer, encoding="cp1252")
    assert pq.read_table(tmp_path / "out.parquet")["sentiment_label"][0].as_py() in scorer.classes


def test_labels_are_written_in_the_encoding_of_the_records(make_exact_scorer):
    scorer = make_exact_scorer(["плохо", "хорошо", "так себе"])
    text = "текст\nхорошо\nбез\n"
    assert score(text.encode("koi8-r"), scorer, encoding="koi8-r") == score(text.encode(), scorer).decode().encode(
        "koi8-r"
    )


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_several_inputs_have_the_same_encoding(exact_scorer, tmp_path, encoding):
    texts = [table(encoding, seed=seed) for seed in (1, 2, 3)]
    for place, text in enumerate(texts):
        (tmp_path / f"{place}.csv").write_bytes(text.encode(encoding))
        (tmp_path / f"{place}.utf8.csv").write_bytes(text.encode())
    score_csv([tmp_path / f"{place}.csv" for place in range(3)], tmp_path / "out.csv", exact_scorer, encoding=encoding)
    score_csv([tmp_path / f"{place}.utf8.csv" for place in range(3)], tmp_path / "utf8.csv", exact_scorer)
    written = "utf-8" if encoding == "utf-16" else encoding
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "utf8.csv").read_bytes().decode().encode(written)


def test_inputs_in_utf8_and_in_utf16_with_a_mark_fit_into_one_output(exact_scorer, tmp_path):
    (tmp_path / "a.csv").write_bytes("text\né gut\n".encode())
    (tmp_path / "b.csv").write_bytes("text\né gut\n".encode("utf-16"))
    score_csv([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "out.csv", exact_scorer)
    lines = (tmp_path / "out.csv").read_bytes().decode().splitlines()
    assert lines[1] == lines[2]


@pytest.mark.slow
def test_input_that_changes_while_it_is_scored_leaves_nothing(exact_scorer, tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(b"text\n" + b"good\n" * 1000)

    def grow(*_) -> None:
        with source.open("ab") as file:
            file.write(b"bad\n")

    with pytest.raises(DataError, match=r"in\.csv: was changed or replaced while it was read"):
        score_csv(source, tmp_path / "out.csv", exact_scorer, window_bytes=100, on_window=grow)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
