"""Scoring CSV streams: every byte of the input comes through, and only the new fields are added."""

from __future__ import annotations

import csv
import io
import itertools
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sentiment_fast as sf
from sentiment_fast._core import RecordFinder
from sentiment_fast.cli.main import main
from sentiment_fast.errors import DataError
from sentiment_fast.scoring.score_files import score_csv

NEW_COLUMNS = b",sentiment_label,sentiment_score"


def score(data: bytes, scorer, **options) -> bytes:
    sink = io.BytesIO()
    score_csv(io.BytesIO(data), sink, scorer, **options)
    return sink.getvalue()


def summary(data: bytes, scorer):
    return score_csv(io.BytesIO(data), io.BytesIO(), scorer)


def complaint(data: bytes, scorer, **options) -> str:
    with pytest.raises(DataError) as caught:
        score(data, scorer, **options)
    message = str(caught.value)
    assert message.startswith("input: ")
    return message


def rows(data: bytes) -> list[list[str]]:
    """What Python's csv reads, as latin-1, which makes each byte one character; blank lines are []."""
    return list(csv.reader(io.StringIO(data.decode("latin-1"), newline="")))


def new_fields(text: str, scorer) -> bytes:
    """What is to be appended to the row of a text, by a scorer of two classes."""
    if not text.strip():
        return b",,"
    label, score_ = scorer.predict([text])[0], scorer.predict_proba([text])[0, 1]
    return f",{label},{score_:.6f}".encode()


def scored_by_hand(data: bytes, scorer, column: int = 0) -> bytes:
    """The output that is to be expected for a CSV of two or more columns, by Python's csv and one text at a time."""
    found = RecordFinder("scalar", offset=1).find(data, True)  # a byte-order mark is not looked for
    output, start, header = b"", 0, True
    for content_end, end in zip(found.content_ends.tolist(), found.ends.tolist(), strict=True):
        content, line_end = data[start:content_end], data[content_end:end]
        output += content
        if content and header:
            output, header = output + NEW_COLUMNS, False
        elif content:
            field = rows(content + line_end)[0][column]
            output += new_fields(field.encode("latin-1").decode("utf-8", "replace"), scorer)
        output += line_end
        start = end
    return output


# --- what is appended


def test_label_and_score_are_appended_to_each_row(exact_scorer):
    output = score(b"review,stars\ngood,5\nbad,1\n", exact_scorer)
    good, bad = (exact_scorer.predict_proba([text])[0, 1] for text in ("good", "bad"))
    labels = exact_scorer.predict(["good", "bad"])
    assert output.decode() == (
        f"review,stars,sentiment_label,sentiment_score\ngood,5,{labels[0]},{good:.6f}\nbad,1,{labels[1]},{bad:.6f}\n"
    )


def test_scores_are_those_of_the_scorer_and_labels_the_likelier_classes(scorer):
    choose = random.Random(1)
    texts = [" ".join(choose.choices(["good", "bad", "film", "awful", "other"], k=20)) for _ in range(300)]
    output = score("\n".join(["text", *texts]).encode(), scorer)
    found = rows(output)[1:]
    expected = scorer.predict_proba(texts)
    assert np.abs(np.array([float(row[2]) for row in found]) - expected[:, 1]).max() < 1.1e-6
    assert [row[1] for row in found] == scorer.predict(texts).tolist()
    assert len({row[1] for row in found}) == 2


def test_three_classes_get_a_score_each(make_exact_scorer):
    scorer = make_exact_scorer(["bad", "good", "mixed"])
    output = rows(score(b"text\na good film\n\n", scorer))
    assert output[0] == ["text", "sentiment_label"] + [f"sentiment_score_{label}" for label in ("bad", "good", "mixed")]
    expected = scorer.predict_proba(["a good film"])[0]
    assert output[1] == ["a good film", scorer.predict(["a good film"])[0], *(f"{share:.6f}" for share in expected)]
    assert output[2] == ["", "", "", "", ""]


@pytest.mark.slow
@pytest.mark.parametrize("label", ["a, b", 'say "a"', "a\nb", "a\rb", '"'])
def test_labels_are_quoted_where_they_must_be(make_exact_scorer, label):
    labels = [label + "1", label + "2", label + "3"]
    header, row = rows(score(b"text\ngood\n", make_exact_scorer(labels)))
    assert header[2:] == [f"sentiment_score_{one}" for one in labels]
    assert row[1] in labels
    assert len(row) == 5


def test_integer_labels_are_written_as_integers(make_exact_scorer):
    scorer = make_exact_scorer([0, 1])
    assert rows(score(b"text\ngood\n", scorer))[1][1] == str(scorer.predict(["good"])[0])


# --- what is kept


@pytest.mark.slow
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_are_kept(exact_scorer, line_end):
    data = line_end.join([b"review,stars", b"good,5", b"bad,1", b""])
    assert score(data, exact_scorer) == scored_by_hand(data, exact_scorer)
    assert score(data, exact_scorer).startswith(b"review,stars" + NEW_COLUMNS + line_end)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        b'"good\nfilm",1\n',
        b'"good\r\nfilm",1\r\n"bad\r\n\r\n",2\r\n',
        b'"a ""good"" film, really",1\n',
        b'a 5" good screen,1\n',
        b'"good"ness,"1"\n',
        b' "good,1\n',
        b"good,1\n\nbad,2\n",
        b"good,1\r\n\r\n\r\nbad,2\r\n",
        b"good,1\nbad,2",
        b'good,1\n"bad\n",2',
        b"NA,1\nnull,2\nNaN,3\nTrue,4\n1,5\n",
        b'"NA",1\n"",2\n',
        b"good,NA\nbad,\n",
        b"good\0film,1\n\0,2\n",
        b"good,1\nbad,\xff\xfe\n",
        b"caf\xe9 good,1\n\xff,2\nfilm\xc3,3\n",
        b"caf\xc3\xa9,1\n",
        b"\xef\xbb\xbfgood,1\n\xef\xbb\xbf,2\n",
        b'good,1\n\xef\xbb\xbf"bad",2\n',
        b",1\n  ,2\n\xc2\xa0\t,3\n\xe2\x80\x83,4\n",
        b"",
    ],
)
@pytest.mark.parametrize("window_bytes", [1, 7, 64, 1 << 20])
def test_own_bytes_of_each_row_are_kept(exact_scorer, body, window_bytes):
    data = b"review,stars\n" + body
    assert score(data, exact_scorer, window_bytes=window_bytes) == scored_by_hand(data, exact_scorer)


def random_csv(seed: int) -> bytes:
    choose = random.Random(seed)
    pieces = ["good", "bad ", "a", ",", '""', "\n", "\r", "\r\n", " ", "é", "\ufeff", "\u00a0", "\0", "NA"]
    line_end = choose.choice(["\n", "\r\n", "\r"])

    def field() -> str:
        text = "".join(choose.choices(pieces, k=choose.randrange(5)))
        if choose.random() < 0.6:
            after = choose.choice(["", "", "", 'b"'])
            return f'"{text}"' + ("" if "\n" in text or "\r" in text else after)  # else it is rejected: test_quotes.py
        return "".join(character for character in text if character not in ',"\r\n') + choose.choice(["", 'a"'])

    lines = [",".join((field() or "-", field(), field())) if choose.random() < 0.85 else "" for _ in range(12)]
    start = choose.choice(["", "\ufeff", "\n\r\n", "\ufeff\n"])
    text = start + line_end.join(["id,review,stars", *lines]) + choose.choice(["", line_end])
    return text.encode().replace("é".encode(), choose.choice(["é".encode(), b"\xe9", b"\xc3"]))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_random_files_are_scored_as_by_hand_in_windows_of_any_size(exact_scorer, seed):
    data = random_csv(seed)
    start = data[: data.index(b"id,")]
    expected = start + scored_by_hand(data.removeprefix(start), exact_scorer, column=1)
    for window_bytes in (1, 7, 64, len(data), 1 << 20):
        assert score(data, exact_scorer, window_bytes=window_bytes) == expected


@pytest.mark.slow
def test_every_short_body_is_scored_as_by_hand_or_refused(exact_scorer):
    header = b"text,b\n"
    scored = 0
    for body in (bytes(text) for size in range(5) for text in itertools.product(b'a,"\n\r', repeat=size)):
        readable = set(RecordFinder("scalar").find(body, True).fields.tolist()) <= {0, 2}
        if readable:
            assert score(header + body, exact_scorer) == scored_by_hand(header + body, exact_scorer), body
            scored += 1
        else:
            complaint(header + body, exact_scorer)
    assert scored > 100


def test_output_read_by_csv_has_the_rows_of_the_input_and_two_fields_more(exact_scorer):
    data = random_csv(99).removeprefix(b"\xef\xbb\xbf")
    before, after = rows(data), rows(score(data, exact_scorer))
    assert [row and row[:-2] for row in after] == before


@pytest.mark.slow
def test_every_split_of_a_file_gives_the_same_output(exact_scorer):
    data = b'\xef\xbb\xbf\r\nreview,stars\r\n"good ""film""\r\n",1\r\n\r\nbad,"2\r\n"\r\ngood,3'
    whole = score(data, exact_scorer)
    for window_bytes in range(1, len(data) + 2):
        assert score(data, exact_scorer, window_bytes=window_bytes) == whole


def test_source_that_gives_little_at_a_time_is_read_whole(exact_scorer):
    class Pipe(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size, 3))

    data = b"review,stars\ngood,1\n\nbad,2\n"
    sink = io.BytesIO()
    score_csv(Pipe(data), sink, exact_scorer)
    assert sink.getvalue() == scored_by_hand(data, exact_scorer)


# --- the header


@pytest.mark.slow
@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\n\r\n\r", b"\xef\xbb\xbf\n", b"\n" * 70_000])
def test_byte_order_mark_and_blank_lines_before_the_header_are_kept(exact_scorer, start):
    data = b"text,stars\ngood,1\n"
    assert score(start + data, exact_scorer) == start + score(data, exact_scorer)


def test_byte_order_mark_does_not_hide_a_quote(exact_scorer):
    data = b'"a,""\n",text\n1,good\n'
    assert score(b"\xef\xbb\xbf" + data, exact_scorer) == b"\xef\xbb\xbf" + score(data, exact_scorer)


def test_quoted_names_are_understood_and_kept(exact_scorer):
    output = score(b'"id\n(""x"")","review"\n1,good\n', exact_scorer)
    assert output.startswith(b'"id\n(""x"")","review"' + NEW_COLUMNS + b"\n1,good,")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("header", [b"text", b"id,text"])
def test_header_alone_gives_a_header(exact_scorer, header, line_end):
    assert score(header + line_end, exact_scorer) == header + NEW_COLUMNS + line_end


def test_other_columns_may_share_a_name(exact_scorer):
    data = b"id,id,review\n1,2,good\n"
    assert score(data, exact_scorer) == scored_by_hand(data, exact_scorer, column=2)


# --- rows without a text


def test_blank_lines_of_a_single_column_are_rows_without_a_text(exact_scorer):
    output = score(b"text\ngood\n\n\nbad\n", exact_scorer)
    good, bad = new_fields("good", exact_scorer), new_fields("bad", exact_scorer)
    assert output == b"text" + NEW_COLUMNS + b"\ngood" + good + b"\n,,\n,,\nbad" + bad + b"\n"


@pytest.mark.parametrize("window_bytes", [1, 5, 1 << 20])
def test_byte_order_mark_among_the_texts_is_a_text(exact_scorer, window_bytes):
    output = score("text\n\ufeff\n\n\ufeff\n".encode(), exact_scorer, window_bytes=window_bytes)
    assert [row[1] != "" for row in rows(output)[1:]] == [True, False, True]


def test_blank_lines_between_several_columns_are_no_rows(exact_scorer):
    output = score(b"id,text\n\n1,good\n\r\n", exact_scorer)
    assert output == b"id,text" + NEW_COLUMNS + b"\n\n1,good" + new_fields("good", exact_scorer) + b"\n\r\n"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", '""', "   ", "\t", "\u00a0", "\u3000 ", '" \n "'])
def test_text_of_white_space_gets_no_label_and_no_score(exact_scorer, text):
    output = score(f"id,text\n1,{text}\n".encode(), exact_scorer)
    assert output.endswith(f"1,{text},,\n".encode())


@pytest.mark.slow
@pytest.mark.parametrize("text", [b"NA", b"...", b"42", b"\0", b"\xff", "\u200b".encode()])
def test_text_without_known_words_gets_the_models_answer(exact_scorer, text):
    output = score(b"id,text\n1," + text + b"\n", exact_scorer)
    expected = new_fields(text.decode("utf-8", "replace"), exact_scorer)
    assert output.endswith(text + expected + b"\n")
    assert expected != b",,"


def test_summary_counts_rows_and_those_without_a_text(exact_scorer):
    found = summary("id,text\n1,good\n\n2,\n3,\u00a0\n4,NA\n".encode(), exact_scorer)
    assert (found.rows, found.empty, found.text_column) == (4, 2, "text")


def test_summary_of_a_header_alone_counts_nothing(exact_scorer):
    found = summary(b"id,text\n", exact_scorer)
    assert (found.rows, found.empty) == (0, 0)


def test_progress_ends_at_all_bytes_and_rows(exact_scorer):
    data = b"\xef\xbb\xbf\nid,text\n1,good\n\n2,bad\n3,\n"
    seen = []
    score(data, exact_scorer, on_window=lambda read, rows: seen.append((read, rows)), window_bytes=8)
    assert seen == sorted(seen)
    assert seen[-1] == (len(data), 3)


# --- bytes that are no UTF-8


@pytest.mark.parametrize("text", [b"good caf\xe9", b"go\xffod", b"good\xc3", b"\xed\xa0\x80 bad"])
def test_text_that_is_not_utf8_is_kept_and_scored_with_its_bytes_replaced(exact_scorer, text):
    output = score(b"id,text\n1," + text + b"\n", exact_scorer)
    assert output.endswith(b"1," + text + new_fields(text.decode("utf-8", "replace"), exact_scorer) + b"\n")


def test_other_columns_that_are_not_utf8_are_kept(exact_scorer):
    assert b"\n\xff\xfe,good," in score(b"id,text\n\xff\xfe,good\n", exact_scorer)


def test_text_column_is_guessed_although_it_is_not_utf8(exact_scorer):
    assert b"1,caf\xe9 good," in score(b"id,comment\n1,caf\xe9 good\n", exact_scorer)


# --- which column


@pytest.mark.parametrize(
    ("header", "expected"), [(b"text,review", "review"), (b"text,body", "text"), (b"Review,text", "text")]
)
def test_review_is_preferred_to_text(exact_scorer, header, expected):
    assert summary(header + b"\na,b\n", exact_scorer).text_column == expected


def test_column_the_model_was_trained_on_is_preferred_to_review(make_exact_scorer):
    scorer = make_exact_scorer(["negative", "positive"], "body")
    assert summary(b"review,body\na,b\n", scorer).text_column == "body"


def test_file_without_the_column_the_model_was_trained_on_falls_back_to_review(make_exact_scorer):
    scorer = make_exact_scorer(["negative", "positive"], "body")
    assert summary(b"review,text\na,b\n", scorer).text_column == "review"


def test_named_column_is_preferred_to_all(make_exact_scorer):
    scorer = make_exact_scorer(["negative", "positive"], "body")
    data = b"review,body,notes\ngood,bad,film\n"
    assert score(data, scorer, text_column="notes") == scored_by_hand(data, scorer, column=2)


def test_only_column_that_holds_text_is_taken_and_said(exact_scorer):
    said = []
    data = b"id,comment,when,rate,sure,none\n1,good,2020-01-01,1.5,true,\n"
    assert score(data, exact_scorer, say=said.append) == scored_by_hand(data, exact_scorer, column=1)
    assert said == ["input: using column 'comment' for the texts, the only one that holds text"]


def test_column_found_by_name_is_not_remarked_on(exact_scorer):
    said = []
    score(b"id,text\n1,good\n", exact_scorer, say=said.append)
    assert said == []


def test_column_that_is_missing_is_refused_with_those_there_are(exact_scorer):
    message = complaint(b"id,text\n1,good\n", exact_scorer, text_column="body")
    assert "expected a text column 'body', got columns 'id', 'text'" in message
    assert "`text_column`" in message


@pytest.mark.parametrize(
    "data", [b"id,title,comment\n1,a,b\n", b"id,stars\n1,5\n", b"id,comment\n", b"id,comment\n\n\n"]
)
def test_none_or_several_columns_of_text_are_refused(exact_scorer, data):
    message = complaint(data, exact_scorer)
    assert "expected a column 'review' or 'text', or exactly one column that holds text, got columns 'id'" in message
    assert "`text_column`" in message


@pytest.mark.parametrize("text_column", [None, "text"])
def test_text_column_that_occurs_twice_is_refused(exact_scorer, text_column):
    message = complaint(b"text,text\na,b\n", exact_scorer, text_column=text_column)
    assert "has several columns 'text': rename all but one, or give `text_column` its number" in message


@pytest.mark.parametrize("column", ["sentiment_label", "sentiment_score"])
def test_file_that_is_scored_already_is_refused(exact_scorer, column):
    message = complaint(f"text,{column}\na,b\n".encode(), exact_scorer)
    assert f"already has a column '{column}'" in message
    assert "score the original file, or rename it" in message


# --- what is refused


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\r\n", b"\xef\xbb\xbf\n"])
def test_empty_file_is_refused(exact_scorer, data):
    assert "expected a CSV file with a line of column names, got an empty file" in complaint(data, exact_scorer)


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 30, 1 << 20])
@pytest.mark.parametrize(("row", "found"), [(b"c", 1), (b"c,d,e", 3), (b"c\xff", 1), (b"c,d,\xff", 3)])
def test_ragged_row_is_reported_with_its_number_and_content(exact_scorer, row, found, window_bytes):
    data = b'text,b\n"a\n\na",x\n\n\r\nb,y\n' + row + b"\nd,x\n"
    message = complaint(data, exact_scorer, window_bytes=window_bytes)
    assert f"expected 2 fields, as in the header, got {found} in row 3 (counting data rows from 1" in message
    assert repr(row.decode("utf-8", "replace")) in message
    assert "Put quotes around a text that holds commas" in message


def test_ragged_row_of_a_single_column_is_counted_with_the_blank_lines_which_are_rows(exact_scorer):
    assert "got 2 in row 3" in complaint(b"text\na\n\nb,c\n", exact_scorer)


def test_ragged_row_is_reported_where_the_column_has_to_be_guessed(exact_scorer):
    assert "got 1 in row 2" in complaint(b"id,comment\n1,good\n2\n", exact_scorer)


def test_long_content_of_a_ragged_row_is_cut_short(exact_scorer):
    assert len(complaint(b"text,b\n" + b"good " * 1000 + b"\n", exact_scorer)) < 400


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 30, 1 << 20])
@pytest.mark.parametrize("row", [b'"b,y\nc,x\n', b'b,"y\nc,x\n', b'b,"', b'"b"",y'])
def test_quote_that_never_closes_is_reported_with_its_row(exact_scorer, row, window_bytes):
    message = complaint(b"text,b\na,x\n\n" + row, exact_scorer, window_bytes=window_bytes)
    assert "row 2 (counting data rows from 1, without the header; line 4) opens a quote that never closes" in message
    assert "double the quotes inside quoted fields" in message


@pytest.mark.parametrize("data", [b'text,"b\n1,2\n', b'"text\ngood\n'])
def test_quote_that_never_closes_in_the_header_is_reported(exact_scorer, data):
    assert "the header opens a quote that never closes" in complaint(data, exact_scorer)


def test_quote_that_never_closes_is_reported_where_the_column_has_to_be_guessed(exact_scorer):
    assert "row 2" in complaint(b'id,comment\n1,good\n2,"bad\n', exact_scorer)


def test_rows_before_an_open_quote_are_written(exact_scorer):
    sink = io.BytesIO()
    with pytest.raises(DataError):
        score_csv(io.BytesIO(b'text,b\ngood,1\nbad,2\n"x\n'), sink, exact_scorer, window_bytes=8)
    assert sink.getvalue().startswith(score(b"text,b\ngood,1\n", exact_scorer))


def test_record_beyond_the_limit_is_refused_before_the_whole_file_is_read(exact_scorer):
    source = io.BytesIO(b'text,b\ngood,1\n"' + b"a,b\n" * 1_000_000)
    with pytest.raises(DataError, match=r"row 2 .* opens a quote that never closes"):
        score_csv(source, io.BytesIO(), exact_scorer, window_bytes=64, max_record=1000)
    assert source.tell() < 1_100_000  # the sample by which the columns are found


def test_line_beyond_the_limit_is_refused(exact_scorer):
    message = complaint(b"text,b\ngood,1\n" + b"bad" * 1000, exact_scorer, max_record=1000)
    assert "row 2" in message
    assert "is longer than 1,000 bytes: raise `max_record` if the record is correct" in message


def test_record_that_is_longer_than_a_window_is_scored(exact_scorer):
    data = b'text,b\n"' + b"good\n" * 2000 + b'",1\nbad,2\n'
    assert score(data, exact_scorer, window_bytes=64) == scored_by_hand(data, exact_scorer)


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le"])
def test_file_in_a_wide_encoding_that_nothing_names_is_refused(exact_scorer, encoding):
    data = "é,text\n1,good\n".encode(encoding)
    assert f"expected UTF-8, got NUL bytes as in {encoding.upper()} without" in complaint(data, exact_scorer)


def test_header_that_is_not_utf8_is_kept(exact_scorer):
    data = "é,text\n1,good\n".encode("latin-1")
    assert score(data, exact_scorer) == scored_by_hand(data, exact_scorer, column=1)


def test_header_field_too_long_for_csv_is_refused(exact_scorer):
    message = complaint(b'"text\n' + b"good " * 40_000 + b'"\n', exact_scorer)
    assert "expected a line of column names" in message
    assert "does it open a quote that never closes?" in message


def test_bad_rows_write_nothing_to_stderr(exact_scorer, capfd):
    """pyarrow's own handler of invalid rows prints a traceback for a row that holds bad UTF-8."""
    complaint(b"text,b\na\xff\n", exact_scorer)
    assert capfd.readouterr() == ("", "")


# --- the command


@pytest.fixture
def reviews(tmp_path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_bytes(b"id,review\n1,good\n2,bad\n3,\n")
    return path


@pytest.fixture
def command(model_folder):
    """Runs `sentiment-fast score ...` with the small model; returns the exit code."""
    return lambda *arguments: main(["score", "--model", str(model_folder), *map(str, arguments)])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_command_writes_beside_the_input_and_says_so_on_stderr(command, reviews, capfd):
    assert command(reviews) == 0
    output = rows((reviews.parent / "reviews.scored.csv").read_bytes())
    assert [row[:2] for row in output] == [["id", "review"], ["1", "good"], ["2", "bad"], ["3", ""]]
    assert output[0][2:] == ["sentiment_label", "sentiment_score"]
    assert output[1][2] in ("negative", "positive")
    assert names(reviews.parent) == ["reviews.csv", "reviews.scored.csv"]
    stdout, stderr = capfd.readouterr()
    assert stdout == ""
    assert "3 rows in, 3 rows out to" in stderr
    assert "1 of them without text and therefore without a score" in stderr


def test_command_gives_what_score_csv_gives(command, model_folder, reviews, tmp_path):
    assert command(reviews, "-o", tmp_path / "out.csv", "--device", "cpu") == 0
    assert (tmp_path / "out.csv").read_bytes() == score(reviews.read_bytes(), sf.load(model_folder, "cpu"))


def test_command_takes_the_column_that_is_named(command, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"review,notes\n,good\n")
    assert command(path, "--text-column", "notes") == 0
    assert rows((tmp_path / "a.scored.csv").read_bytes())[1][2] != ""


def test_command_refuses_one_file_for_scores_and_rejects(command, reviews, capfd):
    output = reviews.parent / "out.csv"
    assert command(reviews, "-o", output, "--rejects", reviews.parent / "." / "out.csv") == 2
    assert "out.csv: expected one file for scores and another for --rejects, got one for both" in capfd.readouterr().err
    assert not output.exists()


def test_command_keeps_an_output_that_exists(command, reviews, capfd):
    output = reviews.parent / "out.csv"
    output.write_bytes(b"kept")
    assert command(reviews, "-o", output) == 2
    assert output.read_bytes() == b"kept"
    assert (
        "out.csv: already exists: choose another name with --output, or replace it with --force"
        in capfd.readouterr().err
    )


def test_messages_of_the_command_name_options(command, reviews, tmp_path, capfd):
    assert command(reviews, "--columns", "none") == 1
    assert "expected a column 'none', got columns 'id', 'review': choose one with --columns" in capfd.readouterr().err
    assert command(reviews, "--workers", "2") == 2
    assert "Expected no --workers without --engine ray: a single process scores with threads, see --threads" in (
        capfd.readouterr().err
    )
    (tmp_path / "a.csv").write_bytes(b"a,b\nx,y\n")
    assert command(tmp_path / "a.csv") == 1
    assert "got columns 'a', 'b': choose one with --text-column" in capfd.readouterr().err
    assert command(reviews, reviews, "-o", tmp_path / "scored", "--rejects", tmp_path / "r.csv") == 2
    (tmp_path / "reviews").write_bytes(reviews.read_bytes())
    assert command(tmp_path / "reviews") == 2
    assert "has no extension from which to make the output's name: choose one with --output" in capfd.readouterr().err


def test_command_replaces_an_output_when_told_to(command, reviews):
    output = reviews.parent / "out.csv"
    output.write_bytes(b"old")
    assert command(reviews, "-o", output, "--force") == 0
    assert output.read_bytes().startswith(b"id,review,sentiment_label")


def test_command_does_not_replace_its_input_even_when_told_to(command, reviews, capfd):
    before = reviews.read_bytes()
    assert command(reviews, "-o", reviews, "--force") == 2
    assert "expected a file of its own for the output, got an input" in capfd.readouterr().err
    assert reviews.read_bytes() == before
    assert names(reviews.parent) == ["reviews.csv"]


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_command_does_not_replace_a_folder(command, reviews, tmp_path, capfd, force):
    (tmp_path / "folder").mkdir()
    assert command(reviews, "-o", tmp_path / "folder", *force) == 2
    assert names(tmp_path) == ["folder", "reviews.csv"]
    assert "expected the name of a file, got something else" in capfd.readouterr().err


def test_rows_that_cannot_be_read_are_rejected_with_exit_code_1(command, reviews, capfd):
    reviews.write_bytes(b'id,review\n1,good\nb"d\n2,bad\n3,"x\n')
    assert command(reviews) == 1
    assert names(reviews.parent) == ["reviews.csv", "reviews.scored.csv", "reviews.scored.csv.rejects.csv"]
    output = rows((reviews.parent / "reviews.scored.csv").read_bytes())
    assert [row[:2] for row in output[1:]] == [["1", "good"], ["2", "bad"]]
    rejects = (reviews.parent / "reviews.scored.csv.rejects.csv").read_bytes()
    assert rejects == (
        b"line,byte_offset,reason,record\n"
        b'3,17,"expected 2 fields, got 1","b""d"\n'
        b'5,27,a quote opens and does not close before the end of the file or within 67108864 bytes,"3,""x"\n'
    )
    stderr = capfd.readouterr().err
    assert "4 rows in, 2 rows out to" in stderr
    assert "2 rejected to" in stderr
    assert "Traceback" not in stderr


def test_strict_command_stops_at_the_first_bad_row_and_leaves_nothing(command, reviews, capfd):
    reviews.write_bytes(b"id,review\n" + b"1,good\n" * 50 + b"bad\n")
    assert command(reviews, "--strict") == 1
    assert names(reviews.parent) == ["reviews.csv"]
    stdout, stderr = capfd.readouterr()
    assert stdout == ""
    assert "error:" in stderr
    assert "got 1 in row 51" in stderr
    assert "Traceback" not in stderr


def test_bad_row_keeps_the_output_that_was_to_be_replaced(command, reviews):
    reviews.write_bytes(b"id,review\n1,good\nbad\n")
    output = reviews.parent / "out.csv"
    output.write_bytes(b"old")
    assert command(reviews, "-o", output, "--force", "--strict") == 1
    assert output.read_bytes() == b"old"
    assert names(reviews.parent) == ["out.csv", "reviews.csv"]


def test_output_appears_only_when_it_is_whole(exact_scorer, reviews):
    seen = []
    score_csv(
        reviews,
        reviews.parent / "out.csv",
        exact_scorer,
        on_window=lambda *_: seen.extend(names(reviews.parent)),
    )
    assert seen == ["out.csv.journal", "out.csv.part", "reviews.csv"]
    assert names(reviews.parent) == ["out.csv", "reviews.csv"]


def test_missing_input_is_a_data_error(command, tmp_path, capfd):
    assert command(tmp_path / "none.csv") == 1
    assert names(tmp_path) == []
    assert "none.csv: cannot be read (No such file or directory)" in capfd.readouterr().err


def test_output_in_a_folder_that_does_not_exist_is_a_data_error(command, reviews, capfd):
    assert command(reviews, "-o", reviews.parent / "none" / "out.csv") == 1
    assert "out.csv: cannot be written (No such file or directory)" in capfd.readouterr().err


@pytest.mark.slow
def test_missing_model_is_a_model_folder_error(reviews, capfd):
    assert main(["score", str(reviews), "--model", str(reviews.parent / "none")]) == 4
    assert names(reviews.parent) == ["reviews.csv"]
    assert "no such model folder" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["reviews", "some.folder/reviews"])
def test_output_that_cannot_be_named_is_a_usage_error(command, name, capfd):
    assert command(name) == 2
    assert "has no extension from which to make the output's name: choose one with --output" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["a.csv", "--nonsense"], ["a.csv", "--device", "tpu"]])
def test_bad_arguments_are_a_usage_error(command, arguments, capfd):
    with pytest.raises(SystemExit) as caught:
        sys.exit(command(*arguments))
    assert caught.value.code == 2
    assert capfd.readouterr().out == ""


def test_file_may_be_scored_to_stdout(command, model_folder, reviews, capfdbinary):
    assert command(reviews, "-o", "-") == 0
    stdout, stderr = capfdbinary.readouterr()
    assert stdout == score(reviews.read_bytes(), sf.load(model_folder))
    assert b"3 rows out to stdout" in stderr


def test_stdin_may_be_scored_to_a_file(command, reviews, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(reviews.read_bytes())))
    assert command("-", "-o", tmp_path / "out.csv") == 0
    assert command(reviews) == 0
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "reviews.scored.csv").read_bytes()


@pytest.mark.slow
def test_module_scores_stdin_to_stdout(model_folder):
    data = b'\xef\xbb\xbfid,review\r\n1,"good\r\nfilm"\r\n\r\n2,\xff\r\n3,'
    run = subprocess.run(
        [sys.executable, "-m", "sentiment_fast.score", "-", "--model", str(model_folder)],
        input=data,
        capture_output=True,
        check=True,
    )
    assert run.stdout == score(data, sf.load(model_folder))
    assert b"3 rows in, 3 rows out to stdout" in run.stderr
