"""Texts in files that are missing, or have no known word: their status, their labels, and what is reported."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sentiment_fast as sf
from sentiment_fast.cli.main import main
from sentiment_fast.errors import UsageError
from sentiment_fast.io.csv.missing import NA_SPELLINGS, count_na_spellings, without_missing
from sentiment_fast.scoring.options import ScoreOptions

DATA = 'text\ngood film\n\U0001f60d\n""\nDas Essen war kalt\n \n!?\nbad\n'
STATUSES = ["ok", "no_known_words", "empty", "no_known_words", "empty", "no_known_words", "ok"]


def score(data: bytes, scorer: sf.Scorer, **options: object) -> tuple[list[list[str]], sf.Summary]:
    sink = io.BytesIO()
    summary = sf.score_files(io.BytesIO(data), sink, scorer, **options)
    return [line.rsplit(",", 4)[1:] for line in sink.getvalue().decode("utf-8", "replace").splitlines()[1:]], summary


@pytest.mark.slow
@pytest.mark.parametrize("unknown_words", ["drop", "id"])
@pytest.mark.parametrize("unknown", ["prior", "blank"])
def test_a_text_without_known_words_has_a_status_and_the_prior_or_nothing(make_model, unknown_words, unknown):
    scorer = sf.load(make_model(["negative", "positive"], unknown=unknown_words), "cpu", "float32")
    rows, summary = score(DATA.encode(), scorer, status=True, tokens=True, unknown=unknown)
    assert [row[2] for row in rows] == STATUSES
    blank = {"empty"} if unknown == "prior" else {"empty", "no_known_words"}
    assert [row[0] == row[1] == "" for row in rows] == [status in blank for status in STATUSES]
    assert (summary.rows, summary.empty, summary.no_known_words) == (7, 2, 3)


@pytest.mark.slow
@pytest.mark.parametrize("unknown_words", ["drop", "id"])
def test_a_text_without_known_words_gets_the_answer_to_an_empty_text(make_model, unknown_words):
    scorer = sf.load(make_model(["negative", "positive"], unknown=unknown_words), "cpu", "float32")
    texts = ["", "unheardof", "good", "Das Essen war kalt " * 30, "unheardof good", "!?", "unheardof"]
    found = scorer.predict_proba(texts)[:, 1]
    assert [bool(one == found[0]) for one in found] == [True, True, False, True, False, True, True]
    rows, _ = score(b'text\n"good"\nunheardof\n', scorer, status=True, tokens=True)
    assert rows[1] == [str(scorer.predict([""])[0]), f"{found[0]:.6f}", "no_known_words", "0"]


def test_an_unknown_text_is_scored_as_before_unless_it_is_to_be_blank(scorer):
    rows, _ = score(DATA.encode(), scorer, status=True, tokens=True)
    probability = scorer.predict_proba(["Das Essen war kalt"])[0, 1]
    assert rows[3][:2] == [scorer.predict(["Das Essen war kalt"])[0], f"{probability:.6f}"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"good \xff", "invalid_utf8"),
        (b"\xff", "no_known_words"),
        (b"unheardof " * 30, "no_known_words"),
        (b"unheardof " * 30 + b"good", "truncated"),
        (b"good " * 30 + b"\xff", "invalid_utf8"),
        (b"  ", "empty"),
    ],
)
def test_of_several_statuses_the_one_that_says_most_is_written(make_model, text, status):
    scorer = sf.load(make_model(["negative", "positive"], unknown="id"), "cpu", "float32")
    rows, _ = score(b"text\n" + text + b"\n", scorer, status=True, tokens=True)
    assert rows[0][2] == status


def test_json_and_parquet_have_null_for_unknown_texts_too(scorer, tmp_path):
    table = pa.table({"text": ["good", "\U0001f60d", None]})
    pq.write_table(table, tmp_path / "in.parquet")
    for name in ("out.parquet", "out.jsonl"):
        sf.score_files(tmp_path / "in.parquet", tmp_path / name, scorer, unknown="blank", status=True)
    found = pq.read_table(tmp_path / "out.parquet")
    assert [label is None for label in found["sentiment_label"].to_pylist()] == [False, True, True]
    assert [score is None for score in found["sentiment_score"].to_pylist()] == [False, True, True]
    assert found["sentiment_status"].to_pylist() == ["ok", "no_known_words", "empty"]
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["sentiment_label"] is None for line in lines] == [False, True, True]


def test_another_answer_to_unknown_texts_is_a_usage_error(scorer):
    with pytest.raises(UsageError, match="Expected `unknown` to be prior or blank, got 'drop'"):
        score(b"text\ngood\n", scorer, unknown="drop")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ([], "3 without a known word and scored nevertheless"),
        (["--unknown", "blank"], "3 without a known word and therefore without a score"),
    ],
)
def test_unknown_texts_are_counted_in_the_last_message(model_folder, tmp_path, capsys, option, said):
    (tmp_path / "in.csv").write_text(DATA)
    assert main(["score", "--model", str(model_folder), str(tmp_path / "in.csv"), *option]) == 0
    assert f"2 of them without text and therefore without a score, {said};" in capsys.readouterr().err


def test_a_message_without_unknown_texts_does_not_mention_them(model_folder, tmp_path, capsys):
    (tmp_path / "in.csv").write_text("text\ngood\n")
    assert main(["score", "--model", str(model_folder), str(tmp_path / "in.csv")]) == 0
    assert "known word" not in capsys.readouterr().err


# --- texts of CSV that stand for missing ones


@pytest.mark.slow
@pytest.mark.parametrize("spelling", [*NA_SPELLINGS, b"", b"missing \xc3\xa9", b"0"])
@pytest.mark.parametrize("quoted", [False, True])
def test_listed_texts_are_missing_and_copied_as_they_are(scorer, spelling, quoted):
    field = b'"' + spelling + b'"' if quoted else spelling
    data = b"id,text\n1," + field + b"\n2,good\n3,x" + spelling + b"\n"
    sink = io.BytesIO()
    summary = sf.score_files(io.BytesIO(data), sink, scorer, na_values=[spelling.decode(), "-"])
    lines = sink.getvalue().splitlines()
    assert lines[1] == b"1," + field + b",,"
    assert not lines[3].endswith(b",,")
    assert (summary.empty, summary.na_spellings) == (1, 0)


def test_an_empty_text_is_missing_whatever_else_is(scorer):
    _, summary = score(b'text\nNULL\n""\n', scorer, na_values=["NULL"])
    assert summary.empty == 2


@pytest.mark.slow
@pytest.mark.parametrize("spelling", NA_SPELLINGS)
def test_texts_that_may_stand_for_missing_ones_are_counted(scorer, spelling):
    _, summary = score(b"text\n" + spelling + b"\ngood " + spelling + b"\n" + spelling + b"\n", scorer)
    assert (summary.na_spellings, summary.empty) == (2, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("option", "count"), [([], 3), (["--na-values", "NaN,N/A"], 0), (["--na-values", "-"], 0)])
def test_a_warning_counts_them_and_names_the_option(model_folder, tmp_path, capsys, option, count):
    (tmp_path / "in.tsv").write_text("id\ttext\n1\tNaN\n2\tgood\n3\tN/A\n4\tNaN\n")
    assert main(["score", "--model", str(model_folder), str(tmp_path / "in.tsv"), *option]) == 0
    said = capsys.readouterr().err
    assert ("texts are only NaN, None, NULL" in said) == (count > 0)
    assert count == 0 or "3 texts are only" in said
    assert count == 0 or "pass --na-values NaN,None,NULL,N/A,NA\n" in said


def test_other_formats_can_say_that_a_text_is_missing_and_are_not_warned_about(scorer, tmp_path):
    said = []
    (tmp_path / "in.jsonl").write_text('{"text": "NaN"}\n{"text": null}\n')
    summary = sf.score_files(tmp_path / "in.jsonl", tmp_path / "out.jsonl", scorer, say=said.append)
    assert (summary.na_spellings, summary.empty, said) == (0, 1, [])


def test_only_whole_texts_of_the_list_become_null():
    texts = pa.array([b"NaN", b"", None, b"nan", b"NaN "], pa.large_binary())
    assert without_missing(texts, ["NaN"]).to_pylist() == [None, b"", None, b"nan", b"NaN "]
    assert without_missing(texts, ("",)) is texts
    assert without_missing(texts, ["no such text"]) is texts
    assert count_na_spellings(texts) == 2
    assert count_na_spellings(texts.slice(1)) == 1
    assert count_na_spellings(texts.slice(0, 0)) == 0


@pytest.mark.parametrize("values", ["NaN", [1], [None]])
def test_na_values_must_be_a_list_of_texts(values):
    with pytest.raises(UsageError, match="Expected `na_values` to be a list of texts"):
        ScoreOptions(na_values=values)


@pytest.mark.parametrize("option", [{"unknown": "blank"}, {"na_values": ["NaN"]}])
def test_what_changes_the_output_is_in_the_fingerprint(option):
    assert ScoreOptions.from_keywords(option).fingerprint() != ScoreOptions().fingerprint()


def test_a_vocabulary_in_normal_form_makes_another_model(model_folder):
    model = sf.load(model_folder, "cpu").model()
    other = replace(model, vocabulary=replace(model.vocabulary, normalise="nfc"))
    assert sf.Scorer(model, "cpu").digest() != sf.Scorer(other, "cpu").digest()
