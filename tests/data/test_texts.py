"""Reading texts without labels: what each kind of file gives, and what bad ones are told."""

import functools
import gzip
import json
import lzma

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentiment_fast.data import texts as data_texts
from sentiment_fast.data.sources import open_texts
from sentiment_fast.data.texts import Texts, joined, read_texts, report_missing
from sentiment_fast.errors import DataError
from sentiment_fast.io.options import LayoutOptions
from sentiment_fast.io.tables import read_columns

TEXTS = ["a film", 'two\n"lines"', "é", ""]


def test_csv_needs_no_labels(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text('id,review\n1,a film\n2,"two\n""lines"""\n3,é\n4,\n', encoding="utf-8")
    assert read_texts(path).texts.to_pylist() == TEXTS


def test_labels_are_not_looked_at(tmp_path):
    path = tmp_path / "texts.tsv"
    path.write_text("text\tsentiment\nfine\t\ndull\tbad\n", encoding="utf-8")
    assert read_texts(path).texts.to_pylist() == ["fine", "dull"]


def test_parquet_null_is_an_empty_text(tmp_path):
    path = tmp_path / "texts.parquet"
    pq.write_table(pa.table({"body": ["a", None], "n": [1, 2]}), path)
    assert read_texts(path, "body").texts.to_pylist() == ["a", ""]


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".jsonl.gz"])
def test_json_lines_are_read_by_member(tmp_path, suffix):
    lines = "\n".join(json.dumps({"n": row, "review": text, "more": {"x": [1]}}) for row, text in enumerate(TEXTS))
    path = tmp_path / f"texts{suffix}"
    path.write_bytes(gzip.compress(lines.encode()) if suffix.endswith(".gz") else lines.encode())
    assert read_texts(path).texts.to_pylist() == TEXTS


def test_json_null_and_missing_members_are_empty_texts(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "a"}\n{"text": null}\n{"other": 1}\n')
    assert read_texts(path).texts.to_pylist() == ["a", "", ""]


@pytest.mark.parametrize("content", ['["a"]\n', '{"text": 1', '{"text": "a"}\n{"text": 7}\n', '{"text": "a"}\nno\n'])
def test_json_lines_that_are_no_texts_are_a_data_error(tmp_path, content):
    path = tmp_path / "texts.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=r"texts\.jsonl"):
        read_texts(path)


def test_a_long_line_of_json_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(data_texts, "read_columns", functools.partial(read_columns, window_bytes=64))
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(json.dumps({"text": "x" * length}) for length in (3, 500, 2)))
    assert [len(text) for text in read_texts(path).texts.to_pylist()] == [3, 500, 2]


@pytest.mark.parametrize("suffix", [".jsonl.zst", ".tsv.xz", ".pq"])
def test_texts_are_read_from_whatever_score_reads(tmp_path, suffix):
    path = tmp_path / f"texts{suffix}"
    if suffix == ".pq":
        pq.write_table(pa.table({"review": TEXTS}), path)
    elif suffix == ".tsv.xz":
        path.write_bytes(lzma.compress('review\tn\na film\t1\n"two\n""lines"""\t2\n\u00e9\t3\n\t4\n'.encode()))
    else:
        lines = "".join(json.dumps({"review": text}) + "\n" for text in TEXTS)
        path.write_bytes(pa.compress(lines.encode(), codec="zstd", asbytes=True))
    assert read_texts(path).texts.to_pylist() == TEXTS


def test_files_of_a_pattern_are_read_in_order_with_columns_and_delimiters_of_their_own(tmp_path):
    (tmp_path / "a.csv").write_text("id;review\n1;a\n")
    (tmp_path / "b.jsonl").write_text('{"text": "b"}\n')
    texts = read_texts(str(tmp_path / "*"))
    assert (texts.texts.to_pylist(), texts.name) == (["a", "b"], "a.csv + b.jsonl")


def test_blank_lines_of_a_file_of_one_column_are_empty_texts_as_in_scoring(tmp_path):
    (tmp_path / "texts.csv").write_text("review\na\n\nb\n\n")
    assert read_texts(tmp_path / "texts.csv").texts.to_pylist() == ["a", "", "b", ""]


def test_column_by_number_and_delimiter_may_be_given(tmp_path):
    (tmp_path / "texts.csv").write_text("x!y\na!b\n")
    assert read_texts(tmp_path / "texts.csv", 2, LayoutOptions(delimiter="!")).texts.to_pylist() == ["b"]


def test_the_only_column_that_holds_text_is_chosen_and_reported(tmp_path):
    said = []
    (tmp_path / "texts.csv").write_text("n,body\n1,fine\n")
    assert read_texts(tmp_path / "texts.csv", say=said.append).texts.to_pylist() == ["fine"]
    assert "using column 'body' for the texts, the only one that holds text" in said[0]


def test_text_of_a_folder_that_is_not_utf8_is_reported_with_its_file(tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.txt").write_bytes(b"caf\xe9" if number == 2 else b"a")
    with pytest.raises(DataError, match=r"2\.txt: expected UTF-8, got byte 0xe9 at position 3 of the text"):
        read_texts(tmp_path)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "cp037"])
def test_texts_of_a_folder_may_be_in_another_encoding(tmp_path, encoding):
    (tmp_path / "1.txt").write_bytes("schön".encode(encoding))
    assert read_texts(tmp_path, layout=LayoutOptions(encoding=encoding)).texts.to_pylist() == ["schön"]
    if encoding == "cp1252":
        (tmp_path / "2.txt").write_bytes(b"bad\x81")
        with pytest.raises(DataError, match=r"2\.txt: expected cp1252, got byte 0x81 at position 3"):
            read_texts(tmp_path, layout=LayoutOptions(encoding=encoding))


def test_a_folder_of_texts_is_read_in_numerical_order(tmp_path):
    for number in (10, 9):
        (tmp_path / f"{number}_0.txt").write_text(f"text {number}")
    assert read_texts(tmp_path).texts.to_pylist() == ["text 9", "text 10"]


def test_of_the_imdb_layout_the_unlabelled_ones_are_read(tmp_path):
    for name in ("train/unsup", "train/pos", "train/neg"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "0_0.txt").write_text(name)
    assert read_texts(tmp_path).texts.to_pylist() == ["train/unsup"]


def test_without_unlabelled_ones_a_folder_gives_all_its_texts(tmp_path):
    for name in ("pos", "neg"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0_9.txt").write_text(name)
    assert read_texts(tmp_path).texts.to_pylist() == ["pos", "neg"]


def test_another_kind_of_file_lists_those_that_are_read(tmp_path):
    (tmp_path / "texts.feather").write_text("a")
    with pytest.raises(DataError, match=r"\.jsonl"):
        read_texts(tmp_path / "texts.feather")


def test_a_file_without_texts_is_a_data_error(tmp_path):
    (tmp_path / "texts.csv").write_text("review\n")
    with pytest.raises(DataError, match="expected texts, got none"):
        read_texts(tmp_path / "texts.csv")


def test_a_missing_file_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="got nothing there"):
        read_texts(tmp_path / "texts.csv")


def test_sources_are_joined_in_their_order():
    first, second = (Texts(pa.chunked_array([[text]]), text) for text in "ab")
    both = joined([first, second])
    assert (both.texts.to_pylist(), both.name, both.made_up) == (["a", "b"], "a + b", False)


@pytest.mark.slow
def test_demo_texts_are_said_to_be_made_up():
    assert open_texts("demo:7").made_up
    assert len(open_texts("demo:7")) == 7


def test_sources_of_texts_may_be_several(tmp_path):
    (tmp_path / "texts.csv").write_text("review;n\na;1\n")
    texts = open_texts([str(tmp_path / "texts.csv"), "demo:7"], layout=LayoutOptions(delimiter=";"))
    assert (len(texts), texts.texts[0].as_py(), texts.made_up) == (8, "a", True)
    assert open_texts(str(tmp_path / "t*.csv")).name == "texts.csv"


def test_a_path_that_leads_nowhere_is_a_data_error_with_a_suggestion(tmp_path):
    (tmp_path / "texts.csv").write_text("review\na\n")
    with pytest.raises(DataError, match=r"texts\.csv"):
        open_texts(str(tmp_path / "text.csv"))


# Missing texts.


def test_missing_and_empty_texts_are_reported():
    said: list[str] = []
    report_missing(pa.chunked_array([["good", "", " \n"], ["\u00a0", "bad", "NA"]]), "a.csv", said.append)
    assert said == ["a.csv: 3 of 6 texts are missing or empty: each counts as a text without words"]


@pytest.mark.parametrize("texts", [["good", "NA"], []])
def test_texts_of_which_none_is_missing_are_not_reported(texts):
    report_missing(pa.chunked_array([texts], pa.large_string()), "a.csv", pytest.fail)


def test_listed_texts_of_csv_are_missing(tmp_path):
    (tmp_path / "a.csv").write_text("id,review\n1,good\n2,NaN\n3,NULL\n")
    said: list[str] = []
    texts = read_texts(tmp_path / "a.csv", layout=LayoutOptions(na_values=["NaN", "NULL"]), say=said.append)
    assert (texts.texts.to_pylist(), said) == (["good", "", ""], [])


def test_texts_of_csv_that_may_stand_for_missing_ones_are_reported(tmp_path):
    (tmp_path / "a.csv").write_text("id,review\n1,good\n2,NaN\n3,NULL\n")
    (tmp_path / "a.jsonl").write_text('{"review": "NaN"}\n')
    said: list[str] = []
    assert read_texts(tmp_path / "a.csv", say=said.append).texts.to_pylist() == ["good", "NaN", "NULL"]
    read_texts(tmp_path / "a.jsonl", say=said.append)
    assert [line.partition(", and count")[0] for line in said] == [
        f"{tmp_path / 'a.csv'}: 2 texts are only NaN, None, NULL, N/A, NA or a similar word"
    ]
