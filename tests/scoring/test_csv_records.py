"""Where records end: the native scan against Python's csv module, on whole inputs and on inputs cut anywhere.

The two differ in one thing, on purpose: a quote that never closes is reported, where csv takes the rest of the file
for the field and says nothing. A blank line is a record with empty content here, and `[]` there.
"""

from __future__ import annotations

import csv
import io
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment_fast._core import csv_records

PIECES = [b"a", b",", b'"', b'""', b"\n", b"\r", b"\r\n", b" ", "é".encode(), b"\xff", b"\0"]


def scan(data: bytes, last: bool = True) -> tuple[list[int], list[int], bool]:
    content_ends, ends, open_quote = csv_records(data, ",", last)
    return content_ends.tolist(), ends.tolist(), open_quote


def records(data: bytes) -> list[bytes]:
    """The records, each with its line end."""
    ends = [0, *scan(data)[1]]
    return [data[start:end] for start, end in itertools.pairwise(ends)]


def contents(data: bytes) -> list[bytes]:
    content_ends, ends, _ = scan(data)
    return [data[start:end] for start, end in zip([0, *ends[:-1]], content_ends, strict=True)] if ends else []


def rows(data: bytes) -> list[list[str]]:
    """What Python's csv reads; latin-1 makes each byte one character."""
    return list(csv.reader(io.StringIO(data.decode("latin-1"), newline="")))


def assert_as_csv(data: bytes) -> None:
    found = records(data)
    assert b"".join(found) == data
    assert [rows(record) for record in found] == [[row] for row in rows(data)]
    line_ends = [record[len(content) :] for record, content in zip(found, contents(data), strict=True)]
    assert set(line_ends[:-1]) <= {b"\n", b"\r", b"\r\n"}
    assert set(line_ends[-1:]) <= {b"\n", b"\r", b"\r\n", b""}


def in_two_reads(data: bytes, cut: int) -> tuple[list[int], list[int], bool]:
    """The scan of `data` where only data[:cut] was there at first, and what it left over was carried to the rest."""
    content_ends, ends, _ = scan(data[:cut], last=False)
    carried_from = ends[-1] if ends else 0
    more_content_ends, more_ends, open_quote = scan(data[carried_from:])
    return (
        content_ends + [carried_from + end for end in more_content_ends],
        ends + [carried_from + end for end in more_ends],
        open_quote,
    )


def assert_cuts_make_no_difference(data: bytes) -> None:
    whole = scan(data)
    for cut in range(len(data) + 1):
        assert in_two_reads(data, cut) == whole, cut


def short_inputs(longest: int) -> list[bytes]:
    """Every input of up to `longest` of the bytes that mean something, and one that does not."""
    return [bytes(text) for size in range(longest + 1) for text in itertools.product(b'a,"\n\r', repeat=size)]


def random_inputs(count: int) -> list[bytes]:
    choose = random.Random(7)
    return [b"".join(choose.choices(PIECES, k=choose.randrange(60))) for _ in range(count)]


# --- against Python's csv


def test_every_short_input_is_cut_as_csv_cuts_it():
    for data in short_inputs(6):
        assert_as_csv(data)


def test_random_inputs_are_cut_as_csv_cuts_them():
    for data in random_inputs(2000):
        assert_as_csv(data)


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=80).map(b"".join))
def test_generated_inputs_are_cut_as_csv_cuts_them(data):
    assert_as_csv(data)


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(
    st.lists(st.lists(st.text('a,"\n\r é', max_size=6), min_size=2, max_size=3), min_size=1, max_size=6),
    st.sampled_from(
        [("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]
    ),
)
def test_what_csv_writes_has_one_record_a_row(table, dialect):
    line_end, quoting = dialect
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(table)
    data = text.getvalue().encode()
    assert [rows(record) for record in records(data)] == [
        [[field.encode().decode("latin-1") for field in row]] for row in table
    ]
    assert not scan(data)[2]


# --- inputs in pieces


def test_every_short_input_may_be_cut_anywhere():
    for data in short_inputs(5):
        assert_cuts_make_no_difference(data)


def test_random_inputs_may_be_cut_anywhere():
    for data in random_inputs(300):
        assert_cuts_make_no_difference(data)


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_generated_inputs_may_be_cut_anywhere(data):
    assert_cuts_make_no_difference(data)


def test_records_found_in_a_beginning_are_records_of_the_whole():
    for data in random_inputs(100):
        content_ends, ends, _ = scan(data)
        for cut in range(len(data)):
            first_content_ends, first_ends, _ = scan(data[:cut], last=False)
            assert first_ends == ends[: len(first_ends)]
            assert first_content_ends == content_ends[: len(first_content_ends)]


def test_cr_at_the_end_of_a_buffer_waits_for_its_lf():
    assert scan(b"a\r", last=False) == ([], [], False)


def test_cr_at_the_end_of_the_input_ends_a_record():
    assert scan(b"a\r") == ([1], [2], False)


def test_quote_at_the_end_of_a_buffer_may_be_half_of_a_doubled_one():
    assert scan(b'"a"', last=False) == ([], [], False)
    assert records(b'"a""\n"\n') == [b'"a""\n"\n']


def test_bytes_behind_the_last_line_end_wait_for_more():
    assert scan(b"a\nb", last=False) == ([1], [2], False)


# --- one rule each


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"a,b\nc,d\n", [b"a,b", b"c,d"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"a\rb\r", [b"a", b"b"]),
        (b"a\n\rb", [b"a", b"", b"b"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\n\n\r\n\rb\n", [b"a", b"", b"", b"", b"b"]),
        (b'"a\nb",c\nd\n', [b'"a\nb",c', b"d"]),
        (b'"a\r\nb"\r\nc', [b'"a\r\nb"', b"c"]),
        (b'"a,""\n""",b\nc\n', [b'"a,""\n""",b', b"c"]),
        (b'1,a 5" screen\n2,b\n', [b'1,a 5" screen', b"2,b"]),
        (b'"a"b"\nc\n', [b'"a"b"', b"c"]),
        (b' "a\nb"\n', [b' "a', b'b"']),
        (b'""\n""', [b'""', b'""']),
        ("é,\u2028\x85\n".encode(), ["é,\u2028\x85".encode()]),
    ],
)
def test_contents_of_records(data, expected):
    assert contents(data) == expected


@pytest.mark.parametrize("data", [b'"', b'a\n"b', b'a,"b\nc\n', b'"a""', b'"a"" \n'])
def test_quote_that_never_closes_is_reported_where_csv_is_silent(data):
    content_ends, ends, open_quote = scan(data)
    assert open_quote
    assert content_ends[-1] == ends[-1] == len(data)
    assert_as_csv(data)


@pytest.mark.parametrize("data", [b"", b'"a"', b'a"', b'"a"b"\n', b'""""'])
def test_quotes_that_close_or_never_open_are_not_reported(data):
    assert not scan(data)[2]


def test_the_delimiter_decides_where_fields_start():
    data = b'a\t"b\nc"\n'
    assert csv_records(data, "\t", True)[1].tolist() == [8]
    assert csv_records(data, ",", True)[1].tolist() == [5, 8]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_bytes_is_read(kind):
    assert csv_records(kind(b"a\nb\n"), ",", True)[1].tolist() == [2, 4]


def test_other_buffers_are_refused():
    with pytest.raises(TypeError, match="Expected contiguous bytes"):
        csv_records(memoryview(b"abcdefgh").cast("i"), ",", True)


def test_bytes_with_gaps_between_them_are_refused():
    with pytest.raises(TypeError, match="Expected contiguous bytes"):
        csv_records(memoryview(b"abcdefgh")[::2], ",", True)
