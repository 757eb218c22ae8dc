"""CSV files that are broken, or look it: what becomes of each is written down here by hand.

The model is left out: every text gets the same score, and the new fields of a row are shortened to `#`, those of an
empty text to `~`, the new names to `$`.
"""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.scoring.score_files import score_csv

NEW_NAMES, SCORED, EMPTY = b",sentiment_label,sentiment_score", b",positive,0.750000", b",,"
WIDTH, QUOTE, LONG = "expected {} fields, got {}", "a quote opens and does not close", "longer than 1000 bytes"
MISQUOTED = "a quote opens and closes on another line, before text"


# Input; output; rejected records as (line, offset, reason, record), or the error as a text.
CASES = {
    # --- nothing, and hardly anything
    "zero bytes": (b"", "got an empty file", []),
    "a byte-order mark alone": (b"\xef\xbb\xbf", "got an empty file", []),
    "line ends alone": (b"\n\r\n\r", "got an empty file", []),
    "a header alone": (b"id,text\n", b"id,text$\n", []),
    "a header alone, without a line end": (b"id,text", b"id,text$", []),
    "a header and blank lines": (b"id,text\n\n\r\n", b"id,text$\n\n\r\n", []),
    "one column, a header alone": (b"text", b"text$", []),
    "blank lines before the header": (b"\n\nid,text\n1,a\n", b"\n\nid,text$\n1,a#\n", []),
    "a lone space as a header": (b" \n", "looks like data", []),
    # --- the last line
    "no final line end": (b"id,text\n1,a", b"id,text$\n1,a#", []),
    "no final line end in quotes": (b'id,text\n1,"a"', b'id,text$\n1,"a"#', []),
    "blank lines at the end": (b"id,text\n1,a\n\n\n", b"id,text$\n1,a#\n\n\n", []),
    "a last line that is cut short": (b"id,text\n1,a\n2", b"id,text$\n1,a#\n", [(3, 12, WIDTH.format(2, 1), b"2")]),
    "a last empty field": (b"id,text\n1,", b"id,text$\n1,~", []),
    "a last lone quote": (b'id,text\n1,a\n2,"', b"id,text$\n1,a#\n", [(3, 12, QUOTE, b'2,"')]),
    "a final carriage return": (b"id,text\r1,a\r", b"id,text$\r1,a#\r", []),
    "a Ctrl-Z at the end": (b"id,text\n1,a\n\x1a", b"id,text$\n1,a#\n", [(3, 12, WIDTH.format(2, 1), b"\x1a")]),
    # --- line ends
    "CRLF": (b"id,text\r\n1,a\r\n", b"id,text$\r\n1,a#\r\n", []),
    "mixed line ends": (b"id,text\r\n1,a\n2,b\r3,c\n", b"id,text$\r\n1,a#\n2,b#\r3,c#\n", []),
    "LF CR": (b"id,text\n\r1,a\n\r", b"id,text$\n\r1,a#\n\r", []),
    "two CRs and an LF": (b"id,text\r\r\n1,a\r\r\n", b"id,text$\r\r\n1,a#\r\r\n", []),
    "blank lines between rows": (b"id,text\n\n1,a\n\n2,b\n", b"id,text$\n\n1,a#\n\n2,b#\n", []),
    "a line of a space": (b"id,text\n \n1,a\n", b"id,text$\n1,a#\n", [(2, 8, WIDTH.format(2, 1), b" ")]),
    "a line of a comma": (b"id,text\n,\n", b"id,text$\n,~\n", []),
    "quoted line ends of all kinds": (b'id,text\n1,"a\r\nb\rc\nd"\n', b'id,text$\n1,"a\r\nb\rc\nd"#\n', []),
    "a vertical tab, a form feed": (b"id,text\n1,a\x0bb\x0cc\n", b"id,text$\n1,a\x0bb\x0cc#\n", []),
    "U+2028 and U+0085": ("id,text\n1,a\u2028b\u0085c\n".encode(), "id,text$\n1,a\u2028b\u0085c#\n".encode(), []),
    # --- ragged rows
    "a field too few": (
        b"id,text\n1\n2,b\n",
        b"id,text$\n2,b#\n",
        [(2, 8, WIDTH.format(2, 1), b"1")],
    ),
    "a field too many": (b"id,text\n1,a,b\n2,b\n", b"id,text$\n2,b#\n", [(2, 8, WIDTH.format(2, 3), b"1,a,b")]),
    "a comma at each end": (b"id,text,\n1,a,\n", b"id,text,$\n1,a,#\n", []),
    "commas at the end of rows alone": (b"id,text\n1,a,\n", b"id,text$\n", [(2, 8, WIDTH.format(2, 3), b"1,a,")]),
    "commas in one column": (b"text\na, b\nc\n", b"text$\nc#\n", [(2, 5, WIDTH.format(1, 2), b"a, b")]),
    "all rows ragged": (
        b"id,text\n1\n2\n",
        b"id,text$\n",
        [(2, 8, WIDTH.format(2, 1), b"1"), (3, 10, WIDTH.format(2, 1), b"2")],
    ),
    "ragged rows around a good one": (
        b"id,text\n1\n2,b\n3,c,d\n",
        b"id,text$\n2,b#\n",
        [(2, 8, WIDTH.format(2, 1), b"1"), (4, 14, WIDTH.format(2, 3), b"3,c,d")],
    ),
    "a ragged row of several lines": (
        b'id,text\n1,"a\nb",c\n2,b\n',
        b"id,text$\n2,b#\n",
        [(2, 8, WIDTH.format(2, 3), b'1,"a\nb",c')],
    ),
    "a ragged row that is not UTF-8": (
        b"id,text\n\xff\n2,b\n",
        b"id,text$\n2,b#\n",
        [(2, 8, WIDTH.format(2, 1), b"\xff")],
    ),
    "the header again": (b"id,text\n1,a\nid,text\n2,b\n", b"id,text$\n1,a#\nid,text#\n2,b#\n", []),
    "a line of remarks before the header": (
        b"% made by hand\nid,text\n1,a\n",
        "line 2, 'id,text', has 2 fields .* choose `skip_lines=1`, or `comment`",
        [],
    ),
    # --- quotes
    "a quote inside an unquoted field": (b'id,text\n1,a 5" screen\n', b'id,text$\n1,a 5" screen#\n', []),
    "a quote behind a space": (b'id,text\n1, "a\n2,b\n', b'id,text$\n1, "a#\n2,b#\n', []),
    "a quoted comma behind a space": (
        b'id,text\n1, "a,b"\n',
        b"id,text$\n",
        [(2, 8, WIDTH.format(2, 3), b'1, "a,b"')],
    ),
    "text behind a closing quote": (b'id,text\n1,"a"b\n', b'id,text$\n1,"a"b#\n', []),
    "a quote behind a closing quote": (b'id,text\n1,"a"b"\n', b'id,text$\n1,"a"b"#\n', []),
    "doubled quotes": (b'id,text\n1,"a ""b"" c"\n', b'id,text$\n1,"a ""b"" c"#\n', []),
    "doubled quotes alone": (b'id,text\n1,""""\n', b'id,text$\n1,""""#\n', []),
    "an empty quoted field": (b'id,text\n1,""\n', b'id,text$\n1,""~\n', []),
    "backslashes before quotes": (b'id,text\n1,"a \\" b"\n', b'id,text$\n1,"a \\" b"#\n', []),
    "a backslash before a quote and a comma": (
        b'id,text\n1,"a \\", b"\n2,b\n',
        b"id,text$\n2,b#\n",
        [(2, 8, WIDTH.format(2, 3), b'1,"a \\", b"')],
    ),
    "single quotes": (b"id,text\n1,'a\n2,b'\n", b"id,text$\n1,'a#\n2,b'#\n", []),
    "typographic quotes": ("id,text\n1,“a”\n".encode(), "id,text$\n1,“a”#\n".encode(), []),
    "a quote that never closes": (
        b'id,text\n1,"a\n2,b\n3,c\n',
        b"id,text$\n2,b#\n3,c#\n",
        [(2, 8, QUOTE, b'1,"a')],
    ),
    "a quote that never closes, twice": (
        b'id,text\n1,"a\n2,b\n"3,c\n4,d\n',
        b"id,text$\n2,b#\n4,d#\n",
        [(2, 8, MISQUOTED, b'1,"a'), (4, 17, QUOTE, b'"3,c')],
    ),
    "a quote that closes at the next quoted text": (
        b'id,text\n1,"a\n2,b\n3,"c"\n4,d\n',
        b'id,text$\n2,b#\n3,"c"#\n4,d#\n',
        [(2, 8, MISQUOTED, b'1,"a')],
    ),
    "backslashes before quotes that are quoted": (
        b'id,text\n1,"19\\""\n2,b\n3,"c"\n',
        b'id,text$\n2,b#\n3,"c"#\n',
        [(2, 8, MISQUOTED, b'1,"19\\""')],
    ),
    "a quoted text of two lines, then blanks": (b'id,text\n1,"a\nb" \t\n', b'id,text$\n1,"a\nb" \t#\n', []),
    "a quote over lines in the header": (b'id,"a\nb"text\n1,a\n', "never closes, or only before text", []),
    "a quote that never closes in the header": (b'id,"text\n1,a\n', "the header opens a quote that never closes", []),
    "quoted names": (b'"id","te""xt"\n1,a\n', b'"id","te""xt"$\n1,a#\n', []),
    "a line end in a name": (b'"i\nd",text\n1,a\n', b'"i\nd",text$\n1,a#\n', []),
    # --- bytes
    "NUL bytes": (b"id,text\n\0,a\0b\n", b"id,text$\n\0,a\0b#\n", []),
    "a text of NUL bytes": (b"id,text\n1,\0\0\n", b"id,text$\n1,\0\0#\n", []),
    "invalid UTF-8": (b"id,text\n1,caf\xe9\n", b"id,text$\n1,caf\xe9#\n", []),
    "UTF-8 that is cut short": (b"id,text\n1,\xe2\x82\n2,b\n", b"id,text$\n1,\xe2\x82#\n2,b#\n", []),
    "a lone surrogate": (b"id,text\n1,\xed\xa0\x80\n", b"id,text$\n1,\xed\xa0\x80#\n", []),
    "a name that is not UTF-8": (b"\xe9,text\n1,a\n", b"\xe9,text$\n1,a#\n", []),
    "a byte-order mark": (b"\xef\xbb\xbfid,text\n1,a\n", b"\xef\xbb\xbfid,text$\n1,a#\n", []),
    "a byte-order mark before a quote": (b'\xef\xbb\xbf"id",text\n1,a\n', b'\xef\xbb\xbf"id",text$\n1,a#\n', []),
    "a byte-order mark inside": (b"id,text\n\xef\xbb\xbf1,a\n", b"id,text$\n\xef\xbb\xbf1,a#\n", []),
    "UTF-16": ("\ufeffid,text\n1,a\n".encode("utf-16-le"), b"id,text$\n1,a#\n", []),
    "UTF-16 without a mark": ("id,text\n1,a\n".encode("utf-16-le"), "read it with `encoding=utf-16-le`", []),
    "a compressed file": (b"\x1f\x8b\x08\0\0\0\0\0", "has the content of a gzip file", []),
    # --- texts
    "empty, blank and missing texts": (
        "id,text\n1,\n2,  \n3,\t\n4,\u00a0\u3000\n5,NA\n6,null\n".encode(),
        "id,text$\n1,~\n2,  ~\n3,\t~\n4,\u00a0\u3000~\n5,NA#\n6,null#\n".encode(),
        [],
    ),
    "blank lines of one column are texts": (b"text\na\n\nb\n", b"text$\na#\n~\nb#\n", []),
    "formulas": (b"id,text\n1,=1+1\n", b"id,text$\n1,=1+1#\n", []),
    "a record longer than the longest": (
        b"id,text\n1," + b"a" * 2000 + b"\n2,b\n",
        b"id,text$\n2,b#\n",
        [(2, 8, LONG, b"1," + b"a" * 2000)],
    ),
    "a quoted record longer than the longest": (
        b'id,text\n1,"' + b"a\n" * 700 + b'"\n2,b\n',
        b"id,text$\n2,b#\n",  # line by line from its second one on, of which the last opens a quote too
        [
            (2, 8, QUOTE, b'1,"a'),
            *((3 + line, 13 + 2 * line, WIDTH.format(2, 1), b"a") for line in range(699)),
            (702, 1411, QUOTE, b'"'),
        ],
    ),
    # --- names
    "names that occur twice": (b"id,id,text\n1,2,a\n", b"id,id,text$\n1,2,a#\n", []),
    "a text column that occurs twice": (b"text,text\na,b\n", "has several columns 'text'", []),
    "names without letters": (b",text\n1,a\n", b",text$\n1,a#\n", []),
    "a column of the output": (b"sentiment_score,text\n1,a\n", "already has a column 'sentiment_score'", []),
    "no column of texts": (b"a,b\n1,2\n", "choose one with `text_column`", []),
    "two columns that may be": (b"a,b\nx,y\n", "choose one with `text_column`", []),
}  # fmt: skip

# Most of their lines have another number of fields than the header, so that the delimiter must be given.
RAGGED = {
    "commas at the end of rows alone",
    "all rows ragged",
    "ragged rows around a good one",
    "a quoted comma behind a space",
    "a quoted record longer than the longest",
}


def expand(pattern: bytes) -> bytes:
    return pattern.replace(b"$", NEW_NAMES).replace(b"#", SCORED).replace(b"~", EMPTY)


def run(data: bytes, scorer, folder: Path, window_bytes: int, **options):
    """The output's bytes, those of the rejects or None, and the summary."""
    source, output = folder / "in.csv", folder / "out.csv"
    source.write_bytes(data)
    output.unlink(missing_ok=True)
    summary = score_csv(source, output, scorer, max_record=1000, force=True, window_bytes=window_bytes, **options)
    rejects = folder / "out.csv.rejects.csv"
    return output.read_bytes(), rejects.read_bytes() if rejects.exists() else None, summary


@pytest.mark.slow
@pytest.mark.parametrize("window_bytes", [1, 8, 1 << 20])
@pytest.mark.parametrize("name", CASES)
def test_malformed_file_comes_to_what_is_written_down(certain, tmp_path, name, window_bytes):
    data, expected, rejected = CASES[name]
    if isinstance(expected, str):
        with pytest.raises(DataError, match=expected):
            run(data, certain, tmp_path, window_bytes)
        assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
        return
    given = {"delimiter": ","} if name in RAGGED else {}
    output, rejects, summary = run(data, certain, tmp_path, window_bytes, **given)
    assert output == expand(expected)
    found = [] if rejects is None else records_of(rejects)
    assert [(line, offset, record) for line, offset, _, record in found] == [
        (line, offset, record) for line, offset, _, record in rejected
    ]
    for (_, _, reason, _), (_, _, start, _) in zip(found, rejected, strict=True):
        assert reason.startswith(start)
    assert summary.rejects == len(rejected)


@pytest.mark.parametrize("name", sorted(RAGGED))
def test_file_most_of_whose_lines_do_not_fit_is_refused(certain, tmp_path, name):
    with pytest.raises(DataError, match=r"fields with the delimiter ',', but only [01] of the [0-9]+ lines below"):
        run(CASES[name][0], certain, tmp_path, 1 << 20)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def records_of(rejects: bytes) -> list[tuple[int, int, str, bytes]]:
    import csv

    rows = list(csv.reader(io.StringIO(rejects.decode("latin-1"), newline="")))
    assert rows[0] == ["line", "byte_offset", "reason", "record"]
    return [(int(row[0]), int(row[1]), row[2], row[3].encode("latin-1")) for row in rows[1:]]


def test_corpus_is_large():
    assert len(CASES) >= 60


# --- files with flipped bytes


def flipped(choose: random.Random) -> bytes:
    rows = [b"id,text,stars"]
    for number in range(choose.randrange(12)):
        text = choose.choice([b"good", b'"a ""b"", c"', b'"a\r\nb"', b"", b"caf\xc3\xa9", b'a 5" screen'])
        rows.append(b"%d,%b,%d" % (number, text, number))
    data = bytearray(choose.choice([b"\n", b"\r\n", b"\r"]).join(rows) + choose.choice([b"", b"\n"]))
    for _ in range(choose.randrange(1, 4)):
        data[choose.randrange(len(data))] = (
            choose.choice(b'",\n\r\0\xff\xef;\t a') if choose.random() < 0.7 else (choose.randrange(256))
        )
    return bytes(data)


def check_flipped(seeds: range, scorer, folder: Path) -> None:
    """A result in which every row is accounted for, or an error that says what is wrong."""
    results = 0
    for seed in seeds:
        choose = random.Random(seed)
        data = flipped(choose)
        sink = io.BytesIO()
        rejects = folder / "rejects.csv"
        rejects.unlink(missing_ok=True)
        try:
            summary = score_csv(
                io.BytesIO(data), sink, scorer, rejects=rejects, text_column=2, delimiter=",",
                window_bytes=choose.choice([1, 16, 1 << 16]), max_record=choose.choice([20, 1 << 20]),
            )  # fmt: skip
        except DataError:  # any other error fails the test
            continue
        results += 1
        output = sink.getvalue()
        lost = b"".join(record for *_, record in records_of(rejects.read_bytes())) if rejects.exists() else b""
        marks = output.count(SCORED) + output.count(b",,")
        assert summary.rows <= marks, seed
        shortened = output.replace(NEW_NAMES, b"").replace(SCORED, b"")
        # Every byte is in one of the two files, but for the commas of empty rows and the line ends of rejected records.
        assert 0 <= len(data) - (len(shortened) - 2 * summary.empty) - len(lost) <= 2 * summary.rejects, seed
    assert results > len(seeds) // 2


@pytest.mark.slow
@pytest.mark.no_cover  # for time
def test_files_with_flipped_bytes_give_a_result_or_an_error(certain, tmp_path):
    check_flipped(range(400), certain, tmp_path)


@pytest.mark.long
@pytest.mark.no_cover  # for time
@pytest.mark.parametrize("first", range(400, 100_400, 10_000))  # so that all CPUs take part
def test_hundred_thousand_files_with_flipped_bytes_give_a_result_or_an_error(certain, tmp_path, first):
    check_flipped(range(first, first + 10_000), certain, tmp_path)
