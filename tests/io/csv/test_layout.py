"""What the layout of a CSV file is detected to be, and what is refused because it is not certain."""

from __future__ import annotations

import gzip
import io
import random
import resource

import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.columns import label_column, text_column
from sentiment_fast.io.csv.layout import CsvLayout, read_layout
from sentiment_fast.io.options import LayoutOptions, Reading, ReadOptions
from sentiment_fast.io.source import Source
from tests.io.csv.generated import draw


def layout_of(data: bytes, name: str = "in.csv", said: list[str] | None = None, **options) -> CsvLayout:
    stream = io.BytesIO(data)
    stream.name = name
    reading = Reading(ReadOptions(**options), say=(said if said is not None else []).append)
    return read_layout(Source(stream), reading)


def refusal(data: bytes, **options) -> str:
    with pytest.raises(DataError) as caught:
        layout_of(data, **options)
    message = str(caught.value)
    assert message.startswith("in.csv: ")
    assert "\n" not in message
    return message


def said_of(data: bytes, name: str = "in.csv", **options) -> list[str]:
    said: list[str] = []
    layout_of(data, name, said, **options)
    return said


# --- the delimiter


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        (b"id;review;price, EUR\n1;Good film;3,50\n", ";"),
        (b"id,review\n1,a;b;c\n2,d;e;f\n", ","),
        (b"id\treview\n1\tfine, really\n2\tso, so, la la\n", "\t"),
        (b"id|review\n1|a;b\n2|c,d\n", "|"),
        (b"id;review\n1;1,5\n2;2,5\n", ";"),
        (b'id\treview\n1\t"Great\n2\tSlow "fine"\n3\tok\n', "\t"),
        (b'id,review\n1,"Great movie\n2,Slow\n3,"Bad"\n4,ok film\n', ","),
        (b"id,review\n1,Good film\n2\n3,a,b\n4,ok\n5,ok\n", ","),
    ],
)
def test_delimiter_is_the_one_under_which_header_and_rows_agree_on_most_fields(data, delimiter):
    assert layout_of(data).delimiter == delimiter


@pytest.mark.parametrize("name", ["in.tsv", "in.csv", "in.txt"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_whatever_the_name(name, delimiter):
    data = f"id{delimiter}review\n1{delimiter}Good film\n".encode()
    assert layout_of(data, name).delimiter == delimiter


def test_of_delimiters_that_fit_alike_a_tsv_has_tabs(tmp_path):
    (tmp_path / "in.tsv").write_bytes(b"id,a\tb,review\n1,2\t3,good\n")
    with Source(tmp_path / "in.tsv") as source:
        assert read_layout(source, Reading(ReadOptions(text_column=1))).delimiter == ","  # more fields
    (tmp_path / "in.tsv").write_bytes(b"id,a\tb\n1,2\tgood\n")
    with Source(tmp_path / "in.tsv") as source:
        assert read_layout(source, Reading(ReadOptions(text_column=2))).delimiter == "\t"


def test_delimiters_that_fit_alike_are_refused():
    message = refusal(b"id;a,review\n1;2,good\n2;3,bad\n")
    assert "',' and ';' fit alike" in message
    assert "`delimiter`" in message
    assert layout_of(b"id;a,review\n1;2,good\n2;3,bad\n", delimiter=",").columns == ["id;a", "review"]


def test_delimiter_that_fits_few_lines_is_refused():
    message = refusal(b"id,review\n1;Good film\n2;Dull\n3;Long, slow\n")
    assert "only 1 of the 3 lines below have as many" in message
    assert all(option in message for option in ("`delimiter`", "`skip_lines`", "`quoting=none`"))


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;", "sep=;\r"])
def test_line_that_names_the_delimiter_is_honoured(line):
    layout = layout_of(f"{line}\nid;review\n1;Good, film\n".encode())
    assert (layout.delimiter, layout.columns, layout.first_line) == (";", ["id", "review"], 2)
    assert layout.preamble == len(line.encode()) + 1


def test_line_that_names_a_delimiter_may_name_any():
    assert layout_of(b"sep=^\nid^review\n1^Good, film\n").delimiter == "^"
    assert layout_of(b"sep=a\nGood\n", header=True).columns == ["sep=a"]  # not a delimiter, so a name


def test_delimiter_that_is_given_comes_before_the_one_that_a_line_names():
    assert layout_of(b"sep=;\nid,review\n1,Good; film\n", delimiter=",").columns == ["id", "review"]


def test_tab_may_be_given_by_its_name():
    assert LayoutOptions(delimiter="tab").delimiter == "\t"


# --- titles, comments and lines to skip


TITLES = [
    b"Report\nid;review\n1;Good film\n2;Dull\n",
    b"# rows: 2\nid,review\n1,Good film\n",
    b"Report\nGenerated 2024\n\nid;review\n1;Good\n",
    b"Report\nid;kommentar\n1;Gut\n2;Schlecht\n",
    b"Report, 2024\nid,review\n1,Good\n2,Bad\n",
    b"Report, 2024\nid;stars;review\n1;5;Good, really\n2;4;Bad, really\n",
    b"Report, 2024\nid,kommentar\n1,Gut\n2,Schlecht\n3,Na ja\n4,Toll\n",
    b"Report;;\nid;review;stars\n1;Good;5\n2;Bad;1\n",
    b"Report;;\nname;kommentar;ort\nAnna;Gut;Berlin\nBert;Schlecht;Ulm\n",
    b"Report, May\nby hand\nart,kommentar\ngut,Gern wieder\ngut,Toll\n",
    b"Report\nreview\nGood film\n",
    b"All comments of May\tby hand\nid\treview\tstars\n1\tGood\t5\n2\tBad\t1\n",
]


@pytest.mark.parametrize("data", TITLES)
def test_title_above_the_header_is_refused(data):
    message = refusal(data)
    assert any(option in message for option in ("`skip_lines", "`header="))


@pytest.mark.parametrize("data", TITLES)
def test_title_is_skipped_on_request(data):
    lines = data.split(b"\n")
    number = 1 + next(place for place, line in enumerate(lines[1:]) if any(one in line for one in (b"review", b"komm")))
    said: list[str] = []
    layout = layout_of(data, said=said, skip_lines=number, text_column=1)
    assert {"review", "kommentar"} & {*layout.columns}
    assert layout.preamble == sum(len(line) + 1 for line in lines[:number])
    assert layout.first_line == number + 1
    assert f"the header comes after line {number}" in said[0]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("blank", [1, 3])
@pytest.mark.parametrize(
    "rows", [[b"1,Good"], [b"1,Good", b"2,Bad"], [b'"1","Good"', b"", b'"2","Bad"', b'"3","Dull"']]
)
def test_a_first_line_that_a_blank_one_follows_may_be_a_title_although_it_fits(line_end, blank, rows):
    data = line_end.join([b"By hand, 2024-05-01", *[b""] * blank, *rows])
    assert f"`skip_lines={1 + blank}`" in refusal(data, text_column=2)
    assert layout_of(data, text_column=2, header=True).columns == ["By hand", " 2024-05-01"]
    assert not layout_of(data, text_column=2, skip_lines=1 + blank, header=False).header


@pytest.mark.parametrize(
    "data",
    [
        b"name,opinion\n\nAnna,Good\n\nBert,Bad\n\nCarl,Dull\n",
        b"name,opinion\r\r\nAnna,Good\r\r\nBert,Bad\r\r\n",
        b"name,review\n\nAnna,Good\nBert,Bad\n",
        b"name,opinion\nAnna,Good\n\nBert,Bad\n",
        b"\n\nname,opinion\nAnna,Good\nBert,Bad\n",
        b"name,stars\n\nGood film,5\nBad,1\n",
    ],
)
def test_blank_lines_elsewhere_and_after_known_names_are_no_sign_of_a_title(data):
    assert layout_of(data, text_column=2).columns[0] == "name"


@pytest.mark.parametrize("line", [b"# A; B; C", b"// made; by; hand", "# Übersicht; B; C".encode()])
def test_a_first_line_of_a_mark_and_words_may_be_a_comment_although_it_fits(line):
    data = line + b"\nAnna;good film;Ulm\nBert;bad;Ulm\nCarl;dull;Bonn\n"
    assert "a comment: leave such lines out with `comment=" in refusal(data, text_column=2)
    assert len(layout_of(data, text_column=2, header=True).columns) == 3


def test_hashtags_are_no_comments():
    data = b"#hashtag,tweet\n#love,good film\n#hate,bad film\n#meh,dull\n"
    assert layout_of(data, text_column=2).columns == ["#hashtag", "tweet"]


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (b"body,user\n\ngood,anna\n\n# c\n\nbad,bob\n\nfine,c\n", False),
        (b"Title, x\n\n# c\nbody,user\ngood film,anna\nbad film,bob\n", True),
    ],
)
def test_comments_between_records_hide_no_blank_lines_and_are_none(data, refused):
    if refused:
        assert "may be the header" in refusal(data, comment="#", text_column=1)
    else:
        assert layout_of(data, comment="#", text_column=1).columns == ["body", "user"]


def test_a_long_text_above_empty_lines_of_one_column_is_no_name():
    assert "looks like data" in refusal(b'a film that was good and bad and long\r""\r""\r')


def test_the_line_that_may_be_the_header_is_named():
    message = refusal(b"# Export, v2\n\nbody,user\n\ngood film,anna\nbad,bob\n", comment="#", text_column=1)
    assert "`header=True` if line 3 is the header" in message


@pytest.mark.parametrize("name", [b"#", b"#id", b"# of stars", b"# Of Stars", b"# likes", b"% of users"])
def test_names_may_begin_like_comments(name):
    data = name + b",opinion\n1,good film\n2,bad\n3,dull\n"
    assert layout_of(data, text_column=2).columns == [name.decode(), "opinion"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_comments_above_the_header_are_skipped_on_request(line_end):
    data = line_end.join(["# rows: 2", '# by "hand, 2024', "", "#", "", "id,review", "1,Good film", ""]).encode()
    layout = layout_of(data, comment="#")
    assert (layout.columns, layout.first_line) == (["id", "review"], 5)
    assert data[layout.preamble :].lstrip(b"\r\n").startswith(b"id,review")


def test_skipped_lines_sep_line_and_comments_come_in_this_order():
    layout = layout_of(b"Report\n\n\nsep=;\n# by hand\nid;review\n1;Good\n", skip_lines=1, comment="#")
    assert (layout.delimiter, layout.columns, layout.first_line) == (";", ["id", "review"], 6)


def test_more_lines_to_skip_than_there_are_is_an_error():
    assert "got an empty file after 3 skipped lines" in refusal(b"id,review\n1,Good\n", skip_lines=3)


def test_many_lines_can_be_skipped():
    data = b"x" * 90 + b"\n"
    layout = layout_of(data * 20_000 + b"id,review\n1,Good\n", skip_lines=20_000)
    assert layout.preamble == 91 * 20_000


@pytest.mark.parametrize(
    "options",
    [
        {"skip_lines": -1},
        {"skip_lines": True},
        {"skip_lines": "2"},
        {"comment": ""},
        {"comment": "\u00a7"},
        {"comment": '"'},
        {"comment": "\n"},
        {"comment": 5},
        {"header": "no"},
        {"header": 1},
    ],
)
def test_option_that_makes_no_sense_is_a_usage_error(options):
    with pytest.raises(UsageError, match=f"Expected `{next(iter(options))}`"):
        LayoutOptions(**options)


# --- a header, or data


@pytest.mark.parametrize(
    "data",
    [
        b"good film\nbad film\n",
        b'"0","1","good film"\n"4","2","bad film"\n',
        b"good film,5\nbad film,1\n",
        b"1,Good film\n",
        b"Good film\n",
        b"good,positive\nbad,negative\nfine,positive\n",
        b"2024-01-05,good film\n2024-02-06,bad film\n",
        b"true,good film\nfalse,bad film\n",
        b"1,,good\n2,5,bad\n3,,ok\n",
        b"NA,good film\n2,bad film\n3,film\n",
        b'"Mon Apr 06 22:19:45 PDT 2009",good film\n"Tue Apr 07 22:19:45 PDT 2009",bad film\n',
        b"It was a long and slow film.\nBad.\nI did not like it at all, sadly.\n".replace(b",", b""),
        ("a " * 40 + "\nb\n").encode(),
    ],
)
def test_first_line_that_looks_like_data_is_refused(data):
    message = refusal(data, text_column=1)
    assert "looks like data" in message
    assert "`header=False`" in message
    assert "`header=True`" in message
    assert not layout_of(data, text_column=1, header=False).header
    assert layout_of(data, text_column=1, header=True).header


@pytest.mark.parametrize(
    "data",
    [
        b"id,review\n",
        b"kommentar\n",
        b"id,kommentar\n1,Gut\n",
        b"review,2024\nGood,1\n",
        b"Review\nGood film\nBad film\n",
        b",title,body\n0,Good,Nice\n1,Bad,Dull\n",
        b"What did you like?,Why:\nThe plot was nice,it was good\nno,yes it was\n",
        b"Customer name,kommentar\nAnna,Good film\nBert,Bad\n",
        b'comment\n"Good, really"\n"Bad, really"\n',
        b"comment\nGood; really\nBad\n",
        b"good\nbad\n",  # a known limit, which is reported
        b'"a ""quoted"" name",b\n1,x\n2,y\n',
    ],
)
def test_first_line_that_does_not_look_like_data_is_the_header(data):
    assert layout_of(data, text_column=1).header


def test_columns_without_a_header_are_numbered():
    layout = layout_of(b'"0","1","good film"\n"4","2","bad film"\n', header=False)
    assert layout.columns == ["column_1", "column_2", "column_3"]
    assert layout.text == 2  # the only one that holds text
    assert layout_of(b"a,b\nc,d\n", header=False, text_column=2).text == 1
    assert layout_of(b"a,b\nc,d\n", header=False, text_column="column_2").text == 1


def test_number_of_columns_without_a_header_is_that_of_the_first_record_that_can_be_read():
    assert len(layout_of(b'1,"Great\n2,Slow\n3,ok film\n', header=False, max_record=100).columns) == 2


def test_names_that_are_asked_for_make_a_header():
    data = b"a b c,d e f\nx y z,u v w\n"
    refusal(data)
    assert layout_of(data, text_column="a b c").header
    assert layout_of(data, text_column=1, columns=("d e f",)).header
    stream = io.BytesIO(data)
    assert read_layout(Source(stream), Reading(ReadOptions(), default_text_column="a b c")).header
    stream = io.BytesIO(data)
    wanted = (text_column(1), label_column("d e f"))
    assert read_layout(Source(stream), Reading(ReadOptions(), wanted=wanted)).header


def test_text_column_is_the_only_other_one_that_holds_text_and_never_that_of_the_labels():
    def text_of(data: bytes, chosen: str | None = None) -> int:
        labels = label_column(chosen)
        return read_layout(
            Source(io.BytesIO(data)), Reading(ReadOptions(), wanted=(text_column(besides=labels), labels))
        ).text

    assert text_of(b"id,body,label\n1,Good,pos\n2,Bad,neg\n") == 1
    assert text_of(b"id,body,art\n1,Good,pos\n2,Bad,neg\n", "art") == 1
    with pytest.raises(DataError, match="exactly one column that holds text, apart from the labels"):
        text_of(b"id,label\n1,pos\n2,neg\n")
    with pytest.raises(DataError, match="expected a column 'review' or 'text', got"):  # next to which labels?
        text_of(b"id,body,art\n1,Good,pos\n2,Bad,neg\n")


# --- one column


def test_lines_that_are_quoted_whole_are_refused():
    message = refusal(b'"id,review"\n"1,Good film"\n')
    assert "lines in quotes" in message
    assert "`delimiter=tab`" in message
    assert layout_of(b'"id,review"\n"1,Good film"\n', delimiter="tab").columns == ["id,review"]


def test_texts_with_commas_and_without_quotes_are_refused():
    data = b"comment\nGood, really\nBad, so, so\nfine, yes\n"
    assert "`delimiter=tab` if each line is a text" in refusal(data)
    assert layout_of(data, delimiter="tab").columns == ["comment"]


# --- what is not CSV


@pytest.mark.parametrize(
    ("data", "what", "option"),
    [
        (b'{"review":"Good film"}\n{"review":"Bad"}\n', "JSON Lines", "`input_format=jsonl`"),
        (b'\xef\xbb\xbf \n{"review":"Good film"}\n', "JSON Lines", "`input_format=jsonl`"),
        (b'{}\n{"review":"Bad"}\n', "JSON Lines", "`input_format=jsonl`"),
        (b'[\n{"text":"Good film"},\n{"text":"Bad"}\n]\n', "JSON", "`input_format=json`"),
        (b'[{"text":"Good film"},', "JSON", "`input_format=json`"),
        (b'["Good film","Bad"]\n', "JSON", "`input_format=json`"),
        (b'{\n  "text": "Good film"\n}\n', "JSON", "`input_format=json`"),
        (b"<!DOCTYPE html>\n<html>Not found</html>\n", "HTML", "`input_format=csv`"),
        (b"\n<HTML><body>Not found\n", "HTML", "`input_format=csv`"),
        (b'<table class="x"><tr><td>Good</td></tr></table>\n', "HTML", "`input_format=csv`"),
        (b'<?xml version="1.0"?>\n<rows/>\n', "XML", "`input_format=csv`"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image", "convert"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF file", "convert"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "a program", "convert"),
        (b"abc\0\0\x01\x02\ndef\0\n", "binary files", "`encoding`"),
    ],
)
def test_what_is_not_csv_is_refused_by_its_name(data, what, option):
    message = refusal(data)
    assert what in message
    assert option in message


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text", ["review\nA wonderful film\n", "影評\r\n好電影\r\n", "id,review\r\n1,café\r\n", "review"]
)
def test_wide_characters_without_a_byte_order_mark_are_refused_by_their_name(codec, text):
    assert f"`encoding={codec}`" in refusal(text.encode(codec))


@pytest.mark.parametrize("header", [b"[id],[review]", b"{id},review", b"[1],review", b"<id>,review", b"[x] y,review"])
def test_names_in_brackets_are_names(header):
    assert layout_of(header + b"\n1,good\n2,bad\n").columns[1].strip("[]") == "review"


def test_single_nuls_in_texts_are_text():
    assert layout_of(b"id,review\n1,a\0b\n2,\0\n").columns == ["id", "review"]


# --- what is reported


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"id,review\n1,good\n", "in.csv"), (b"Text,id\ngood,1\n", "in.csv"), (b"review\ngood\n", "in.csv")],
)
def test_nothing_is_said_of_commas_and_a_known_name(data, name):
    assert said_of(data, name, text_column=1) == []


def test_one_line_says_what_was_decided():
    assert said_of(b"id;review\n1;good\n") == ["in.csv: detected the delimiter ';'"]
    assert said_of(b"sep=;\nid;review\n1;good\n") == ["in.csv: line 1 sets the delimiter ';'"]
    assert said_of(b"x;y\n1;good\n", text_column=2) == ["in.csv: detected the delimiter ';'"]
    assert said_of(b"x;y\na;good\n", text_column=2) == [
        "in.csv: detected the delimiter ';', took line 1 for the header ('x', 'y'): choose `header=False` if it is data"
    ]
    assert said_of(b"x;y\n1;good\n", text_column=2, header=True, delimiter=";") == []
    assert said_of(b"#\nx,y\n1,good\n", text_column=2, header=False, comment="#") == [
        "in.csv: the data begin after line 1"
    ]


# --- bounds


def peak_growth(call) -> int:
    """By how many bytes a call raises the peak of this process's memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    call()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "message"),
    [(b"", "got only blank lines"), (b'id,"review\n', "opens a quote that never closes")],
    ids=["blank lines", "a quote"],
)
def test_header_that_does_not_come_is_refused_within_bounds(tmp_path, start, message):
    path = tmp_path / "in.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(start)
        for _ in range(70):
            file.write((b"\n" if not start else b"1,good film\n" * 87_381) * 1)
            if not start:
                file.write(b"\n" * (1 << 20))

    def refuse() -> None:
        with Source(path) as source, pytest.raises(DataError, match=message):
            read_layout(source, Reading(ReadOptions()))

    assert peak_growth(refuse) < 200 << 20


@pytest.mark.slow
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("line", [b"", b"x", b"1,2,3"])
@pytest.mark.parametrize("lines", [1, 21_845, 32_768, 65_535, 65_536, 65_537, 200_000])
def test_any_number_of_lines_is_skipped(line, line_end, lines):
    skipped = (line + line_end) * lines
    found = layout_of(skipped + b"id,review" + line_end + b"1,good", skip_lines=lines)
    assert (found.preamble, found.first_line, found.columns) == (len(skipped), lines + 1, ["id", "review"])


@pytest.mark.slow
def test_blank_lines_after_skipped_ones_are_counted_within_bounds():
    data = b"Report\n" + b"\n" * (24 << 20)
    assert peak_growth(lambda: refusal(data, skip_lines=1)) < 200 << 20


@pytest.mark.slow
def test_header_of_more_than_a_megabyte_is_read():
    names = [f"column number {number}" for number in range(60_000)]
    header = ",".join([*names, "review"])
    row = ",".join(["1"] * 60_000 + ["good"])
    assert len(header) > 1 << 20
    layout = layout_of(f"{header}\n{row}\n{row}\n".encode())
    assert (len(layout.columns), layout.text) == (60_001, 60_000)


def test_header_that_is_longer_than_a_record_may_be_is_refused():
    assert "raise `max_record`" in refusal(b"x" * 5000 + b"\n1\n", max_record=1000)
    assert "raise `max_record`" in refusal(b"x" * (3 << 20) + b"\n1\n", max_record=2 << 20)


# --- generated files


@pytest.mark.slow
def test_generated_files_are_read_as_they_were_made_or_refused():
    readings = set()
    for seed in range(600):
        drawn = draw(random.Random(seed))
        for options in ({}, drawn.decides):
            try:
                layout = layout_of(drawn.data, text_column=drawn.text + 1, **options)
            except DataError as error:
                refused = str(error)
            else:
                names = drawn.columns or [f"column_{place + 1}" for place in range(len(drawn.rows[0]))]
                assert (layout.delimiter, layout.columns) == (drawn.delimiter, names), (seed, drawn.data)
                assert layout.header == (drawn.columns is not None), (seed, drawn.data)
                assert layout.preamble in (drawn.preamble, 0), (seed, drawn.data)
                readings.add(str((layout, bool(options))))
                continue
            assert not options, (seed, drawn.data, refused)
            assert not drawn.certain, (seed, drawn.data, refused)
    assert len(readings) > 150
