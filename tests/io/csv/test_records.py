"""Where records are: the native finder against Python's csv module, at every SIMD level, on inputs in any pieces.

The two differ in two things, on purpose. A quote that never closes makes csv take the rest of the file for one field,
and one that closes before text on another line all rows up to there; here these records are rejected (oracle.py has
the rules in plain Python).
"""

from __future__ import annotations

import csv
import io
import itertools
import random
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment_fast import _core
from sentiment_fast._core import LEVELS, MISQUOTED, OVERLONG, REST_OF_LINE, UNCLOSED, RecordFinder, field_values
from tests.io.csv.oracle import BOM, Record, expected_records

ALPHABET = [b",", b'"', b"\r", b"\n", b" ", b"a", b";", b"\\", b"\t"]
PIECES = [*ALPHABET, b'""', b"\r\n", b'","', b'",', "é".encode(), b"\xff", b"\0", BOM, b"text " * 13]
# Each at a time stands across the edges of blocks and of pieces.
EDGES = [
    b'a,"b",c\n',
    b'"a""b"\n',
    b'""""\n',
    b'"\r\n","\r","\n"\r\n',
    b"a\r\nb\rc\n",
    b"\r\r\n\n\n\r",
    b'"a"b"c,d\n',
    b',,"",\n',
    b'"never',
    b'"a\nb" \t,c\n',
    b'"a\r\nb" \tc\n"',
    b'\\"a\\,"b\\"\\\n",\\\r\n',
]


def find(data: bytes, cuts: tuple[int, ...] = (), level: str = LEVELS[-1], **options) -> list[Record]:
    """The records of `data`, which the finder gets in pieces that end at the cuts."""
    finder = RecordFinder(level, **options)
    records, carried, begin = [], b"", 0
    for end, last in [*((cut, False) for cut in cuts), (len(data), True)]:
        buffer = carried + data[begin:end]
        assert finder.offset == begin - len(carried)
        found = finder.find(buffer, last)
        records += as_records(buffer, found, options)
        carried, begin = buffer[found.ends[-1] if len(found) else 0 :], end
        assert len(carried) <= options.get("max_record", 1 << 26) + 5
    assert carried == b""
    assert finder.offset == len(data)
    return records


def as_records(buffer: bytes, found: _core.CsvRecords, options: dict) -> list[Record]:
    begins = [0, *found.ends.tolist()][: len(found)]
    columns = (
        begins,
        *(array.tolist() for array in (found.content_ends, found.ends, found.rows, found.lines, found.fields)),
    )
    wanted = wanted_fields(buffer, found, options) if options.get("wanted_field", -1) >= 0 else itertools.repeat(None)
    return [
        Record(buffer[begin:content_end], buffer[content_end:end], *numbers, field)
        for (begin, content_end, end, *numbers), field in zip(zip(*columns, strict=True), wanted, strict=False)
    ]


def wanted_fields(buffer: bytes, found: _core.CsvRecords, options: dict) -> list[str | None]:
    """Their values, a character for each byte; None for a record without the field."""
    return values_between(buffer, found.field_begins, found.field_ends, options)


def values_between(buffer: bytes, begins: np.ndarray, ends: np.ndarray, options: dict) -> list[str | None]:
    values, offsets = field_values(buffer, begins, ends, options.get("quote", '"'), options.get("escape"))
    texts = [values[start:end].tobytes().decode("latin-1") for start, end in itertools.pairwise(offsets.tolist())]
    assert offsets[0] == 0
    assert offsets[-1] == len(values)
    return [None if begin < 0 else text for begin, text in zip(begins.tolist(), texts, strict=True)]


def assert_as_csv(data: bytes, **options) -> None:
    expected = expected_records(data, **options)
    for level in LEVELS:
        assert find(data, (), level, **options) == expected, (data, level, options)


def assert_cuts_make_no_difference(data: bytes, **options) -> None:
    whole = expected_records(data, **options)
    for cut in range(len(data) + 1):
        assert find(data, (cut,), **options) == whole, (data, cut, options)
    for size in (1, 2, 3, 7, 63, 64, 65):
        assert find(data, tuple(range(size, len(data), size)), **options) == whole, (data, size, options)


def short_inputs(longest: int, alphabet: bytes = b'a,"\n\r') -> list[bytes]:
    """Every input of up to `longest` of the bytes that mean something, and one that does not."""
    return [bytes(text) for size in range(longest + 1) for text in itertools.product(alphabet, repeat=size)]


def random_inputs(count: int, seed: int = 7, longest: int = 200):
    choose = random.Random(seed)
    for _ in range(count):
        pieces = ALPHABET if choose.random() < 0.7 else PIECES
        yield b"".join(choose.choices(pieces, k=choose.randrange(longest)))[:longest]


# --- against Python's csv


@pytest.mark.slow
def test_every_short_input_is_cut_as_csv_cuts_it():
    for data in short_inputs(6):
        assert_as_csv(data)


@pytest.mark.slow
def test_every_short_input_with_blanks_after_quotes_is_cut_as_the_rule_says():
    for data in short_inputs(6, b'a,"\n '):
        assert_as_csv(data)
    for data in short_inputs(4, b'a\t"\n '):
        assert_as_csv(data, delimiter="\t")
        assert_as_csv(data, delimiter=" ")


@pytest.mark.slow
def test_every_short_input_with_escapes_is_cut_as_csv_cuts_it():
    for data in short_inputs(5, b'a,"\n\\'):
        assert_as_csv(data, escape="\\", wanted_field=1)
        assert_as_csv(data, escape="\\", quote=None, wanted_field=0)
    for data in short_inputs(5, b'",\n\r\\'):
        assert_as_csv(data, escape="\\", wanted_field=0)


def assert_random_inputs_are_cut_as_csv_cuts_them(count: int, seed: int) -> None:
    choose = random.Random(seed)
    for data in random_inputs(count, seed):
        options = {"wanted_field": choose.randrange(-1, 4)}
        if choose.random() < 0.2:
            options |= {"delimiter": choose.choice(";a \t\0"), "quote": choose.choice(['"', "'", ",", " ", None])}
            if options["delimiter"] == options["quote"]:
                options["quote"] = '"'
        if choose.random() < 0.2:
            options["max_record"] = choose.randrange(1, 100)
        if choose.random() < 0.3 and options.get("delimiter") != "a":
            options["escape"] = choose.choice(["\\", "a"])
        assert_as_csv(data, **options)
        cuts = tuple(sorted(choose.choices(range(len(data) + 1), k=choose.randrange(6))))
        assert find(data, cuts, **options) == find(data, **options), (data, cuts, options)


@pytest.mark.slow
@pytest.mark.no_cover  # the plain cutting that it compares with would take three times as long
def test_random_inputs_are_cut_as_csv_cuts_them():
    assert_random_inputs_are_cut_as_csv_cuts_them(10_000, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_random_inputs_are_cut_as_csv_cuts_them(seed):
    assert_random_inputs_are_cut_as_csv_cuts_them(100_000, seed)


@pytest.mark.slow
@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=80).map(b"".join), st.integers(-1, 3))
def test_generated_inputs_are_cut_as_csv_cuts_them(data, wanted_field):
    assert_as_csv(data, wanted_field=wanted_field)


@pytest.mark.slow
@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(
    st.lists(st.lists(st.text('a,"\n\r é', max_size=6), min_size=2, max_size=3), min_size=1, max_size=6),
    st.sampled_from(
        [("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]
    ),
)
def test_what_csv_writes_has_one_record_a_row_and_the_fields_written(table, dialect):
    line_end, quoting = dialect
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(table)
    found = find(text.getvalue().encode(), wanted_field=1)
    assert [record.fields for record in found] == [len(row) for row in table]
    assert [record.wanted for record in found] == [row[1].encode().decode("latin-1") for row in table]


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " ", "a", "\0", "\xff"])
@pytest.mark.parametrize("quote", ['"', "'", "\0", "\xfe", None])
def test_every_delimiter_and_quote(delimiter, quote):
    if delimiter == quote:
        return
    swapped = {b",": delimiter.encode("latin-1"), b'"': (quote or '"').encode("latin-1")}
    for data in random_inputs(300, seed=3):
        data = b"".join(swapped.get(bytes([byte]), bytes([byte])) for byte in data)
        assert_as_csv(data, delimiter=delimiter, quote=quote, wanted_field=1)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1 << 22, pytest.param(-1, marks=pytest.mark.long)], ids=["4 MB", "all"])
def test_reviews_are_cut_as_csv_cuts_them(imdb_folder, size):
    lzma = pytest.importorskip("lzma")
    data = lzma.open(imdb_folder / "imdb_train.csv.xz").read(size)
    expected = expected_records(data, wanted_field=0)
    for level in LEVELS:
        assert find(data, tuple(range(1 << 20, len(data), 1 << 20)), level, wanted_field=0) == expected


# --- inputs in pieces


@pytest.mark.slow
def test_every_short_input_may_be_cut_anywhere():
    for data in short_inputs(4):
        assert_cuts_make_no_difference(data)


@pytest.mark.slow
def test_every_short_input_with_blanks_and_escapes_may_be_cut_anywhere():
    for data in short_inputs(4, b' ,"\n\\'):
        assert_cuts_make_no_difference(data)
        assert_cuts_make_no_difference(data, escape="\\")


@pytest.mark.slow
@pytest.mark.parametrize("escape", [None, "\\"])
def test_random_inputs_may_be_cut_anywhere(escape):
    for data in random_inputs(100, longest=150):
        assert_cuts_make_no_difference(data, wanted_field=1, escape=escape)


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("edge", EDGES)
def test_what_means_something_may_stand_anywhere_in_a_block_and_be_cut_anywhere(edge, level):
    options = {"wanted_field": 1, "escape": "\\" if b"\\" in edge else None}
    for before in range(130):
        data = b"x" * before + b"," + edge + b"y\n"
        expected = expected_records(data, **options)
        for cut in range(before, len(data) + 1):
            assert find(data, (cut,), level, **options) == expected, (data, cut)


@pytest.mark.slow
@pytest.mark.parametrize("max_record", [1, 2, 5, 20, 64, 70])
def test_inputs_with_rejected_records_may_be_cut_anywhere(max_record):
    for data in random_inputs(40, seed=max_record, longest=150):
        assert_cuts_make_no_difference(data, max_record=max_record, wanted_field=0)
        assert_cuts_make_no_difference(data, max_record=max_record, escape="\\")


def test_cr_at_the_end_of_a_buffer_waits_for_its_lf():
    assert len(RecordFinder("scalar").find(b"a\r", False)) == 0


def test_quote_at_the_end_of_a_buffer_may_be_half_of_a_doubled_one():
    assert len(RecordFinder("scalar").find(b'"a"\n"a"', False)) == 1


def test_bytes_left_over_must_be_given_again():
    finder = RecordFinder("scalar")
    finder.find(b"a\nbcd", False)
    with pytest.raises(ValueError, match="Expected the 3 bytes left over, and more, got 2 bytes"):
        finder.find(b"bc", False)
    assert finder.find(b"bcd\n", True).ends.tolist() == [4]


# --- one rule each


@pytest.mark.parametrize(
    ("data", "contents", "fields"),
    [
        (b"", [], []),
        (b"a,b\n", [b"a,b"], [2]),
        (b"a,b\nc,d\n", [b"a,b", b"c,d"], [2, 2]),
        (b"a\r\nb\rc\n\rd", [b"a", b"b", b"c", b"", b"d"], [1, 1, 1, 0, 1]),
        (b'\n \n,\n""\n', [b"", b" ", b",", b'""'], [0, 1, 2, 1]),
        (b'"a\nb",c\nd\n', [b'"a\nb",c', b"d"], [2, 1]),
        (b'"a,""\n""",b\nc\n', [b'"a,""\n""",b', b"c"], [2, 1]),
        (b'1,a 5" screen\n2,b\n', [b'1,a 5" screen', b"2,b"], [2, 2]),
        (b'"a"b"\nc\n', [b'"a"b"', b"c"], [1, 1]),
        (b' "a\nb"\n', [b' "a', b'b"'], [1, 1]),
        (BOM + b'"a,b"\n', [BOM + b'"a,b"'], [1]),
        (BOM + b"\n" + BOM + b'"a,b"\n', [BOM, BOM + b'"a,b"'], [0, 2]),
        (BOM, [BOM], [0]),
        (BOM[:2], [BOM[:2]], [1]),
        ("é,\u2028\x85\x0b\x1c\n".encode(), ["é,\u2028\x85\x0b\x1c".encode()], [2]),
        (b"a\0,\0\n\0", [b"a\0,\0", b"\0"], [2, 1]),
    ],
)
def test_records_and_their_fields(data, contents, fields):
    found = find(data)
    assert [record.content for record in found] == contents
    assert [record.fields for record in found] == fields
    assert b"".join(record.content + record.line_end for record in found) == data
    assert_cuts_make_no_difference(data)


def test_rows_count_what_is_no_blank_line_and_lines_count_physical_ones():
    found = find(b'a,b\n\n"c\r\n\r",d\r\r\ne,f')
    assert [(record.row, record.line, record.fields) for record in found] == [
        (0, 1, 2), (1, 2, 0), (1, 3, 2), (2, 6, 0), (2, 7, 2),
    ]  # fmt: skip


@pytest.mark.parametrize("wanted_field", [0, 1, 2])
def test_range_of_the_wanted_field(wanted_field):
    data = b'a,"b,",c\n\nd\n,,\n'
    found = RecordFinder(LEVELS[-1], wanted_field=wanted_field).find(data, True)
    ranges = zip(found.field_begins.tolist(), found.field_ends.tolist(), strict=True)
    fields = [None if begin < 0 else data[begin:end] for begin, end in ranges]
    assert (
        fields == {0: [b"a", None, b"d", b""], 1: [b'"b,"', None, None, b""], 2: [b"c", None, None, b""]}[wanted_field]
    )


# --- several wanted fields


def assert_each_field_as_one_alone(data: bytes, wanted: list[int], cuts: tuple[int, ...], **options) -> None:
    """Found together, in pieces, each field is where the plain reader has it."""
    expected = {
        field: [record.wanted for record in expected_records(data, wanted_field=field, **options)] for field in wanted
    }
    for level in LEVELS:
        finder = RecordFinder(level, wanted_fields=wanted, **options)
        got: list[list[str | None]] = [[] for _ in wanted]
        carried, begin = b"", 0
        for end, last in [*((cut, False) for cut in cuts), (len(data), True)]:
            buffer = carried + data[begin:end]
            found = finder.find(buffer, last)
            for place, values in enumerate(got):
                values += values_between(buffer, *found.wanted_field(place), options)
            carried, begin = buffer[found.ends[-1] if len(found) else 0 :], end
        assert got == [expected[field] for field in wanted], (data, wanted, cuts, level, options)


@pytest.mark.slow
def test_several_wanted_fields_of_every_short_input():
    for data in short_inputs(5):
        assert_each_field_as_one_alone(data, [1, 0, 2], ())


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [[0, 1], [1, 0], [2, 2], [0, 2, 5], [3, 1, 0, 2, 1], [2**31 - 1, 0], []])
def test_several_wanted_fields_of_random_inputs(wanted):
    choose = random.Random(len(wanted))
    for data in random_inputs(400, seed=5):
        cuts = tuple(sorted(choose.choices(range(len(data) + 1), k=choose.randrange(6))))
        options = {"max_record": choose.randrange(1, 100)} if choose.random() < 0.2 else {}
        assert_each_field_as_one_alone(data, wanted, cuts, **options)


def test_several_wanted_fields_of_more_fields_than_a_block_holds():
    data = b"\n".join(b",".join(b'"%d,"' % i if i % 7 else b"" for i in range(fields)) for fields in (1, 70, 300, 129))
    assert_each_field_as_one_alone(data, [299, 0, 64, 63, 128, 65, 1], tuple(range(0, len(data), 17)))


def test_the_first_wanted_field_is_the_one_of_field_begins():
    found = RecordFinder("scalar", wanted_fields=[1, 0]).find(b"a,b\nc\n", True)
    assert (found.field_begins.tolist(), found.field_ends.tolist()) == ([2, -1], [3, -1])
    assert [array.tolist() for array in found.wanted_field(1)] == [[0, 4], [1, 5]]
    with pytest.raises(IndexError, match="one of 2 wanted fields, got number 2"):
        found.wanted_field(2)


def test_a_finder_goes_on_from_any_record():
    data = b'a,b\n\n"c\n",d\n"never\nx,"y\ne\n"f\n"g\nh\n'
    whole = find(data)
    begin = row = 0
    line = 1
    for number, record in enumerate(whole):
        rest = RecordFinder("scalar", offset=begin, row=row, line=line).find(data[begin:], True)
        assert as_records(data[begin:], rest, {}) == whole[number:]
        begin += len(record.content + record.line_end)
        row += record.fields != 0
        line = whole[number + 1].line if number + 1 < len(whole) else 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"", b""),
        (b"a", b"a"),
        (b'""', b""),
        (b'"a,\r\n"', b"a,\r\n"),
        (b'"""a"""', b'"a"'),
        (b'"a"b', b"ab"),
        (b'"a"b""c"', b'ab""c"'),
        (b'a""b', b'a""b'),
        (b'"a', b"a"),
        (b'"a""', b'a"'),
        (b'"', b""),
    ],
)
def test_values_of_fields(field, value):
    data = b"x" + field + b"y"
    begins, ends = np.array([0, 1, -1, 1 + len(field)]), np.array([1, 1 + len(field), -1, 2 + len(field)])
    values, offsets = field_values(data, begins, ends)
    assert values.tobytes() == b"x" + value + b"y"
    assert offsets.tolist() == [0, 1, 1 + len(value), 1 + len(value), 2 + len(value)]
    values, _ = field_values(data, begins, ends, quote=None)
    assert values.tobytes() == data


@pytest.mark.parametrize(("begins", "ends"), [([0], [5]), ([2], [1]), ([0, 1], [1]), ([[0]], [[1]])])
def test_fields_that_leave_the_data_are_refused(begins, ends):
    with pytest.raises(ValueError, match="Expected"):
        field_values(b"abcd", np.array(begins), np.array(ends))


# --- rejected records


def test_unclosed_quote_costs_the_line_on_which_its_record_begins():
    assert [(record.content, record.line, record.fields) for record in find(b'a,b\nc,"d\ne,f\ng,h\n')] == [
        (b"a,b", 1, 2), (b'c,"d', 2, UNCLOSED), (b"e,f", 3, 2), (b"g,h", 4, 2),
    ]  # fmt: skip


def test_quote_that_closes_too_far_away_costs_the_same():
    data = b'a,"b\n' + b"c,d\n" * 10 + b'",e\nf,g\n'
    assert [record.fields for record in find(data)] == [3, 2]
    assert [record.fields for record in find(data, max_record=30)] == [UNCLOSED, *[2] * 10, UNCLOSED, 2]


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (b'1\t"Great\n2\tSlow "fine"\n3\tok\n', [MISQUOTED, 2, 2]),
        (b'1\t"Great\n2\t"fine"\n3\tok\n', [MISQUOTED, 2, 2]),
        (b'1\t"a\nb" \t2\n', [3]),
        (b'1\t"a\nb" x\n', [MISQUOTED, 1]),
    ],
)
def test_quote_that_closes_before_text_on_another_line_costs_the_first_line(data, fields):
    assert [record.fields for record in find(data, delimiter="\t")] == fields
    assert_cuts_make_no_difference(data, delimiter="\t")


@pytest.mark.slow
@pytest.mark.parametrize("ends", [b"", b"\n", b"\r", b"\r\n", b",c\n"])
@pytest.mark.parametrize("blanks", [b"", b" ", b"\t ", b" " * 200])
@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n", b'\n""'])
def test_quotes_over_lines_may_be_followed_by_blanks_and_the_end_of_the_field(ends, blanks, line_end):
    data = b'"a' + line_end + b'b"' + blanks + ends
    assert find(data)[0].fields == 1 + (ends == b",c\n")
    assert find(data + b'"' if ends == b"" else data.replace(blanks + ends, blanks + b"x" + ends))[0].fields < 0
    assert_cuts_make_no_difference(data[:80])


def test_text_after_quotes_of_one_line_belongs_to_the_field():
    assert [record.fields for record in find(b'1,"Great" movie\n"a\nb","c"d\n')] == [2, 2]


@pytest.mark.parametrize("max_record", [7, 8, 9, 10, 11])
def test_misquoted_record_is_one_only_if_that_is_seen_within_the_longest_record(max_record):
    data = b'"aa\nb"  x\n"\n'  # x is the ninth byte
    assert find(data, max_record=max_record)[0].fields == (MISQUOTED if max_record >= 9 else UNCLOSED)
    assert_as_csv(data, max_record=max_record)
    assert_cuts_make_no_difference(data, max_record=max_record)


@pytest.mark.slow
def test_lines_that_all_lead_to_the_same_stray_quote_do_not_cost_a_scan_each():
    """Read again for each line, these would be 10**12 bytes."""
    line = b'x","y\n'
    found = RecordFinder(LEVELS[-1]).find(line * (10 << 20 >> 3) + b'z"z\n', True)
    assert set(found.fields[:-1].tolist()) == {MISQUOTED}


@pytest.mark.slow
@pytest.mark.parametrize("line", [b"a\\\n", b'a","\\\n', b'x","y\n', b'"\\\n'])
def test_lines_that_all_escape_their_ends_do_not_cost_the_longest_record_each(line):
    found = RecordFinder(LEVELS[-1], escape="\\", max_record=1 << 20).find(line * (4 << 20 >> 2), True)
    assert (np.diff(found.ends[:-400_000]) == len(line)).all()


def test_input_that_ends_with_an_escape_ends_within_a_record():
    assert [record.fields for record in find(b"a,b\nc,d\\", escape="\\")] == [2, UNCLOSED]
    assert [record.fields for record in find(b"a,b\nc,d\\\n", escape="\\")] == [2, 2]


def test_overlong_line_comes_in_pieces():
    found = find(b"a\n" + b"b" * 25 + b"\r\nc\n", max_record=10)
    assert [(len(record.content), record.line_end, record.row, record.line, record.fields) for record in found] == [
        (1, b"\n", 0, 1, 1),
        (10, b"", 1, 2, OVERLONG),
        (10, b"", 1, 2, REST_OF_LINE),
        (5, b"\r\n", 1, 2, REST_OF_LINE),
        (1, b"\n", 2, 3, 1),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize("options", [{}, {"max_record": 3}, {"escape": "\\"}, {"quote": None}])
def test_records_found_a_few_at_a_time_are_those_found_at_once(level, most, options):
    choose = random.Random(most)
    for _ in range(100):
        data = b"\xef\xbb\xbf" * choose.randint(0, 1) + bytes(choose.choices(b'a,"\r\n\\', k=choose.randrange(150)))
        whole = as_records(data, RecordFinder(level, **options).find(data, True), {})
        finder, found, begin = RecordFinder(level, **options), [], 0
        while begin < len(data):
            records = finder.find(data[begin:], True, most)
            assert 1 <= len(records) <= most
            found += as_records(data[begin:], records, {})
            begin += int(records.ends[-1])
        assert found == whole


def test_finding_no_records_makes_no_sense():
    with pytest.raises(ValueError, match="Expected to find 1 record or more"):
        RecordFinder("scalar").find(b"a", True, 0)
    with pytest.raises(ValueError, match="Expected to find 1 record or more"):
        _core.ValueFinder().find(b"1", True, 0)


def test_finder_says_whether_it_stopped_within_a_line():
    finder = RecordFinder("scalar", max_record=2)
    assert len(finder.find(b"abcd", False)) == 1
    assert finder.within_line
    assert len(finder.find(b"cd\ne\n", True)) == 2
    assert not finder.within_line


def test_finder_that_is_taken_up_within_a_line_finds_the_rest():
    data = b"a\n" + b"b" * 25 + b'\r\nc,"d\n"\n'
    first = RecordFinder("scalar", max_record=10)
    for end in range(2, len(data)):
        first = RecordFinder("scalar", max_record=10)
        first.find(data[:end], False)
        place = {"offset": first.offset, "row": first.row, "line": first.line, "within_line": first.within_line}
        rest = RecordFinder("scalar", max_record=10, **place).find(data[first.offset :], True)
        expected = first.find(data[first.offset :], True)
        for name in ("ends", "content_ends", "rows", "lines", "fields"):
            assert getattr(rest, name).tolist() == getattr(expected, name).tolist()


def test_record_of_the_longest_size_is_none_too_long():
    data = b'"' + b"\n" * 98 + b'"\r\n'
    assert [record.fields for record in find(data, max_record=100)] == [1]
    assert find(data, max_record=99)[0].fields == UNCLOSED


@pytest.mark.slow
def test_lines_that_each_leave_a_quote_open_do_not_cost_the_longest_record_each():
    """Read again for each line, these would be 10**12 bytes."""
    line = b'x","y\n'
    found = RecordFinder(LEVELS[-1]).find(line * (10 << 20 >> 3), True)
    assert set(found.fields.tolist()) == {UNCLOSED}
    assert (np.diff(found.ends) == len(line)).all()


def test_record_behind_such_lines_that_does_close_is_counted_in_full():
    data = b'x","y\n' * 40 + b'",b,c\nd\n'
    assert_cuts_make_no_difference(data, max_record=100, wanted_field=2)


# --- arguments


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": "\n"}, "other than line ends"),
        ({"quote": "\r"}, "other than line ends"),
        ({"delimiter": '"'}, "other than the quote"),
        ({"escape": '"'}, "an escape other than the delimiter, the quote"),
        ({"escape": ","}, "an escape other than"),
        ({"escape": " "}, "spaces"),
        ({"escape": "\n"}, "line ends"),
        ({"max_record": 0}, "longest record of 1 to 1073741824 bytes, got 0"),
        ({"max_record": (1 << 30) + 1}, "longest record"),
        ({"offset": -1}, "an offset"),
        ({"wanted_fields": [0, -1]}, "wanted fields from 0, got -1"),
        ({"wanted_field": 0, "wanted_fields": [1]}, "wanted_field or wanted_fields, got both"),
        ({"line": 0}, "a line from 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        RecordFinder("scalar", **options)


def test_unknown_level_is_refused():
    with pytest.raises(ValueError, match="Expected a SIMD level"):
        RecordFinder("sse9")


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_bytes_is_read(kind):
    assert RecordFinder("scalar").find(kind(b"a\nb\n"), True).ends.tolist() == [2, 4]


@pytest.mark.parametrize("buffer", [memoryview(b"abcdefgh").cast("i"), memoryview(b"abcdefgh")[::2]])
def test_other_buffers_are_refused(buffer):
    with pytest.raises(TypeError, match="Expected contiguous bytes"):
        RecordFinder("scalar").find(buffer, True)


def test_arrays_have_the_types_they_should():
    found = RecordFinder("scalar", wanted_field=0).find(b"a\n", True)
    offsets = (found.content_ends, found.ends, found.rows, found.lines, found.field_begins, found.field_ends)
    assert {array.dtype for array in offsets} == {np.dtype(np.int64)}
    assert found.fields.dtype == np.int32
    assert RecordFinder("scalar").find(b"a\n", True).field_begins.size == 0


def test_threads_may_each_have_a_finder():
    data = b'"a\n",b\n' * 20_000
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(len(RecordFinder(LEVELS[-1]).find(data, True)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [20_000] * 4
