"""What can be chosen: delimiters, columns, compression, several inputs; and batches of Arrow."""

from __future__ import annotations

import gzip
import io
import os
import random
import sys

import numpy as np
import pytest

import sentiment_fast as sf
from sentiment_fast.cli.main import main
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.scoring.score_files import score_csv
from tests.scoring.compression import COMPRESS, DECOMPRESS


def score(data: bytes, scorer, **options) -> bytes:
    sink = io.BytesIO()
    score_csv(io.BytesIO(data), sink, scorer, **options)
    return sink.getvalue()


def fields(text: str, scorer, delimiter: str = ",") -> str:
    return delimiter + scorer.predict([text])[0] + delimiter + f"{scorer.predict_proba([text])[0, 1]:.6f}"


# --- delimiters


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(exact_scorer, delimiter):
    data = f"id{delimiter}text\n1{delimiter}good\n2{delimiter}bad film\n"
    expected = (
        f"id{delimiter}text{delimiter}sentiment_label{delimiter}sentiment_score\n"
        f"1{delimiter}good{fields('good', exact_scorer, delimiter)}\n"
        f"2{delimiter}bad film{fields('bad film', exact_scorer, delimiter)}\n"
    )
    assert score(data.encode(), exact_scorer).decode() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"id;price;text\n1;2,50;good\n2;3,75;bad\n", 3),
        (b'id;text\n1;"good, but; long"\n2;"bad, so"\n', 2),
        (b"id\ttext\n1\tgood, bad; film | plot\n", 2),
        (b"text\ngood; bad\nbad | film\n", 1),
        (b"id,text\n1,good;bad\n2,a;b\n", 2),
        (b"id;text\n1;good\n2;bad;film\n3;bad\n", 2),
    ],
)
def test_delimiter_is_the_one_by_which_rows_have_the_fields_of_the_header(exact_scorer, tmp_path, data, columns):
    (tmp_path / "in.csv").write_bytes(data)
    score_csv(tmp_path / "in.csv", tmp_path / "out.csv", exact_scorer)
    header = (tmp_path / "out.csv").read_bytes().partition(b"\n")[0]
    assert len(header.replace(b";", b",").replace(b"\t", b",").split(b",")) == columns + 2


def test_name_that_ends_in_tsv_decides_for_tabs(exact_scorer, tmp_path):
    (tmp_path / "in.tsv.gz").write_bytes(gzip.compress(b"a,b\ttext\n1,2\tgood\n"))
    score_csv(tmp_path / "in.tsv.gz", tmp_path / "out.tsv", exact_scorer)
    expected = f"a,b\ttext\tsentiment_label\tsentiment_score\n1,2\tgood{fields('good', exact_scorer, chr(9))}\n"
    assert (tmp_path / "out.tsv").read_text() == expected


def test_delimiter_that_is_given_is_taken(exact_scorer):
    assert score(b"a,b^text\n1^good\n", exact_scorer, delimiter="^").startswith(b"a,b^text^sentiment_label^")


@pytest.mark.parametrize("delimiter", ["", ",,", "a", "1", '"', "\n", "\r", "é", "_", "."])
def test_delimiter_that_makes_no_sense_is_a_usage_error(exact_scorer, delimiter):
    with pytest.raises(UsageError, match="Expected `delimiter`"):
        score(b"a,b\n", exact_scorer, delimiter=delimiter)


# --- columns


def test_text_column_may_be_a_number(exact_scorer):
    data = b"a,a\nbad,good\n"
    assert score(data, exact_scorer, text_column=2).endswith(f"{fields('good', exact_scorer)}\n".encode())
    assert score(data, exact_scorer, text_column="1").endswith(f"{fields('bad', exact_scorer)}\n".encode())


def test_name_of_a_column_wins_over_its_number(exact_scorer):
    output = score(b"x,1\nbad,good\n", exact_scorer, text_column="1")
    assert output.endswith(f"{fields('good', exact_scorer)}\n".encode())


@pytest.mark.parametrize("text_column", ["0", "3", 0, "-1", "²"])
def test_number_of_no_column_is_refused(exact_scorer, text_column):
    with pytest.raises(DataError, match=r"expected a text column .*, got columns 'a', 'b'"):
        score(b"a,b\n1,2\n", exact_scorer, text_column=text_column)


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 20, 1 << 20])
def test_chosen_columns_are_written_in_their_order_as_they_stand_in_the_file(exact_scorer, window_bytes):
    data = b'\xef\xbb\xbfid,"te""xt",x\r\n\r\n1,"good, ""film""\n",\xff\r\n2, "a,b\r\n3,,'
    output = score(data, exact_scorer, columns=["x", 1], text_column=2, window_bytes=window_bytes)
    assert output == (
        b"\xef\xbb\xbfx,id,sentiment_label,sentiment_score\r\n\r\n"
        + b"\xff,1" + fields("good film", exact_scorer).encode() + b"\r\n"
        + b"b,2" + fields("", exact_scorer).encode() + b"\r\n"
        + b",3,,"
    )  # fmt: skip


def test_missing_chosen_column_is_refused(exact_scorer):
    with pytest.raises(DataError, match="expected a column 'c', got columns 'a', 'text': choose one with `columns`"):
        score(b"a,text\n1,2\n", exact_scorer, columns=["c"])


def test_status_and_tokens_are_appended(exact_scorer):
    data = b"id,text\n1,good film\n2, \n3,caf\xe9 bad\n4," + b"good " * 21 + b"\n5,unknown\n"
    output = score(data, exact_scorer, status=True, tokens=True).decode("latin-1").splitlines()
    assert output[0].endswith(",sentiment_score,sentiment_status,sentiment_tokens")
    assert [line.split(",")[-2:] for line in output[1:]] == [
        ["ok", "2"], ["empty", "0"], ["invalid_utf8", "1"], ["truncated", "21"], ["no_known_words", "0"],
    ]  # fmt: skip
    assert output[2].startswith("2, ,,,")


@pytest.mark.parametrize("unknown", ["drop", "id"])
def test_tokens_count_words_of_the_vocabulary_only(make_model, unknown):
    scorer = sf.load(make_model(["negative", "positive"], unknown=unknown), "cpu", "float32")
    assert (scorer.encode(["unheardof"]).unknown_id is None) == (unknown == "drop")
    data = b'text\ngood unheardof film\nunheardof unheardof\n""\nunheardof bad\ngood unheardof film\n'
    output = score(data, scorer, tokens=True).decode().splitlines()
    assert [line.rsplit(",", 1)[1] for line in output] == ["sentiment_tokens", "2", "0", "0", "1", "2"]


@pytest.mark.parametrize("columns", [None, ["id", "text"]])
def test_excel_safe_guards_formulas_and_leaves_numbers(exact_scorer, columns):
    data = b'id,text\n=1+1,"=cmd"\n-1.5,@a\n+4e5,-a\n"+1","\t x"\n,a=b\n-,"+"\n'
    output = score(data, exact_scorer, excel_safe=True, columns=columns).decode()
    kept = [line.rsplit(",", 2)[0] for line in output.splitlines()]
    assert kept == ["id,text", "'=1+1,\"'=cmd\"", "-1.5,'@a", "+4e5,'-a", '"+1","\'\t x"', ",a=b", "'-,\"'+\""]


# --- compression


@pytest.mark.slow
@pytest.mark.parametrize("written", COMPRESS)
@pytest.mark.parametrize("read", COMPRESS)
def test_files_may_be_compressed(exact_scorer, tmp_path, read, written):
    data = b"id,text\n" + b"1,good film\n2,bad\n" * 50
    source, output = tmp_path / f"in.csv{read}", tmp_path / f"out.csv{written}"
    source.write_bytes(COMPRESS[read](data[:100]) + COMPRESS[read](data[100:]))  # of several frames
    score_csv(source, output, exact_scorer, window_bytes=200)
    assert DECOMPRESS[written](output.read_bytes()) == score(data, exact_scorer)


@pytest.mark.slow
@pytest.mark.parametrize("compression", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-10], lambda data: data[:50] + b"xxxx" + data[54:], lambda _: b"?"]
)
def test_damaged_compressed_file_is_an_error_that_leaves_nothing(exact_scorer, tmp_path, compression, damage):
    choose = random.Random(1)
    data = b"id,text\n" + b"".join(b"%d,good\n" % choose.randrange(10**9) for _ in range(90_000))
    source = tmp_path / f"in.csv{compression}"
    source.write_bytes(damage(COMPRESS[compression](data)))
    if compression == ".zst" and b"xxxx" in source.read_bytes():
        return  # its frames have no checksum by default: what still decodes is taken
    with pytest.raises(DataError, match=r"in\.csv.*: cannot be read .* Is the file complete"):
        score_csv(source, tmp_path / "out.csv", exact_scorer)
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


@pytest.mark.slow
def test_same_input_gives_the_same_compressed_bytes(exact_scorer, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"id,text\n1,good\n")
    for compression in COMPRESS:
        outputs = [tmp_path / f"{name}.csv{compression}" for name in "ab"]
        for output in outputs:
            score_csv(tmp_path / "in.csv", output, exact_scorer)
        assert outputs[0].read_bytes() == outputs[1].read_bytes()


# --- duplicates


def test_identical_texts_of_a_window_are_scored_once(scorer, monkeypatch):
    seen = []
    monkeypatch.setattr(
        type(scorer), "probabilities_of", lambda self, ids: seen.append(len(ids)) or np.full((len(ids), 2), 0.5, "f4")
    )
    score(b"id,text\n" + b"1,good\n2,bad\n3,good\n4,\n5,bad\n6,film\n7, \n" * 100, scorer)
    assert seen == [4]  # good, bad, film, and nothing


# --- several inputs


@pytest.fixture
def command(model_folder):
    return lambda *arguments: main(["score", "--model", str(model_folder), *map(str, arguments)])


@pytest.fixture
def three(tmp_path):
    for name, text in (("a", "good"), ("b", "bad"), ("c", "film")):
        (tmp_path / f"{name}.csv").write_text(f"id,text\n1,{text}\n")
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_several_inputs_have_an_output_each_in_a_folder(command, three, capsys):
    assert command(three / "a.csv", three / "b.csv", "-o", three / "out") == 0
    assert names(three / "out") == ["a.csv", "b.csv"]
    assert "1,bad," in (three / "out" / "b.csv").read_text()
    assert capsys.readouterr().err.count("1 rows in, 1 rows out") == 2


def test_several_inputs_have_outputs_beside_them_without_a_folder(command, three):
    assert command(three / "a.csv", three / "b.csv") == 0
    assert names(three) == ["a.csv", "a.scored.csv", "b.csv", "b.scored.csv", "c.csv"]


def test_pattern_stands_for_the_files_that_fit_it(command, three):
    assert command(three / "[ab].csv", "-o", three / "out") == 0
    assert names(three / "out") == ["a.csv", "b.csv"]


def test_pattern_that_nothing_fits_is_a_data_error(command, three, capsys):
    assert command(three / "x*.csv", "-o", three / "out") == 1
    assert "expected files that match this pattern, found none" in capsys.readouterr().err


def test_inputs_of_one_name_are_refused(command, three, capsys):
    (three / "sub").mkdir()
    (three / "sub" / "a.csv").write_text("id,text\n1,good\n")
    assert command(three / "a.csv", three / "sub" / "a.csv", "-o", three / "out") == 2
    assert "different names" in capsys.readouterr().err


def test_same_command_skips_the_inputs_that_were_done_before_it_failed(command, three, capsys):
    (three / "b.csv").write_text("id,other\n")
    assert command(three / "a.csv", three / "b.csv", "-o", three / "out") == 1
    assert names(three / "out") == ["a.csv", "a.csv.journal"]
    (three / "b.csv").write_text("id,text\n1,bad\n")
    before = (three / "out" / "a.csv").stat().st_mtime_ns
    assert command(three / "a.csv", three / "b.csv", "-o", three / "out") == 0
    assert names(three / "out") == ["a.csv", "b.csv"]
    assert (three / "out" / "a.csv").stat().st_mtime_ns == before
    assert "1 of them in an earlier run" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--max-record", "x"], ["--max-record", "0"], ["--delimiter", "ab"], ["--delimiter", "a"]]
)
def test_option_that_makes_no_sense_is_a_usage_error(command, three, arguments):
    with pytest.raises(SystemExit) as caught:
        sys.exit(command(three / "a.csv", *arguments))
    assert caught.value.code == 2


def test_output_of_another_format_is_refused(command, three, capsys):
    assert command(three / "a.csv", "-o", three / "out.feather") == 2
    assert "expected a file name ending in .csv, .tsv, .jsonl" in capsys.readouterr().err


def test_input_that_is_missing_is_reported_before_the_model_is_loaded(three, capsys):
    assert main(["score", "--model", str(three / "no model"), str(three / "none.csv")]) == 1
    assert "none.csv: cannot be read (No such file or directory)" in capsys.readouterr().err
    with pytest.raises(DataError, match=r"none\.csv: cannot be read"):
        score_csv(three / "none.csv", three / "out.csv", three / "no model")


def test_pipe_is_read_like_a_file(command, three):
    os.mkfifo(three / "pipe")
    import threading

    writer = threading.Thread(target=(three / "pipe").write_bytes, args=(b"id,text\n1,good\n",))
    writer.start()
    assert command(three / "pipe", "-o", three / "out.csv") == 0
    writer.join()
    assert command(three / "a.csv") == 0
    assert (three / "out.csv").read_bytes() == (three / "a.scored.csv").read_bytes()
