"""Formulas in fields: whatever a spreadsheet would run gets an apostrophe, numbers and all other fields stay."""

from __future__ import annotations

import csv
import io
import itertools
import random
import re
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.io.csv.dialect import Dialect
from sentiment_fast.io.csv.fields import added_fields, copied_fields, header_fields, table_fields

PLAIN = Dialect()
SIGNS = ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
BEFORE = ["", " ", "  ", '"', '""', '" "', "\u00a0", "\u3000", "\n", "\ufeff", "\u200b", "\x00", ' "\u2003']
AFTER = ["", "1+1", 'HYPERLINK("http://x","y")', "cmd|' /C calc'!A0", "sum", "1", " 2", "\uff11"]
SAFE = [
    "", "good", "a=b", "1-2", "'=1", "-1", "+1", "-1.5", "+4e5", "-.5", "-1,5", "-1,234.5", "-5%", " -1", "-1 ", "0",
    '"quoted"', "(=1)", "\u2212x", "#=1", "x\t=1", "caf\u00e9", "\u00e9=1", "\u4e2d", "<br />-a", "\uff11",
]  # fmt: skip


def runs(value: str) -> bool:
    """Whether a spreadsheet would run a value: the rule once more, character by character."""
    for char in value:
        if char in "=+-@\t\r\uff1d\uff0b\uff0d\uff20":
            number = value.strip(" ")
            return re.fullmatch(r"[+-]?(\d+([.,]\d+)*[.,]?|[.,]\d+)(e[+-]?\d+)?%?", number, re.ASCII | re.I) is None
        invisible = char in '"\ufeff\u00a0\u200b' or char.isspace() or char < " "
        if not invisible:
            return False
    return False


def dangerous() -> list[str]:
    found = [before + sign + after for before, sign, after in itertools.product(BEFORE, SIGNS, AFTER)]
    return [value for value in found if runs(value)]


def raw_forms(value: str) -> list[str]:
    """Fields that all have this value."""
    doubled = value.replace('"', '""')
    forms = [f'"{doubled}"']
    if not any(one in value for one in ",\n\r") and not value.startswith('"'):
        forms += [value, f'""{value}']
    return forms


def copied(fields: list[str], dialect: Dialect = PLAIN) -> list[str]:
    """Fields as they are copied from a file."""
    data = ",".join(fields).encode()
    ends = np.cumsum([len(field.encode()) + 1 for field in fields]) - 1
    begins = np.concatenate([[0], ends[:-1] + 1])
    columns = copied_fields(memoryview(data), begins, ends, dialect, excel_safe=True)
    parts = zip(*(column.to_pylist() for column in columns), strict=True)
    return [b"".join(row).decode() for row in parts]


def value_of(field: str) -> str:
    return next(csv.reader(io.StringIO(f"x,{field}", newline="")))[1]


@pytest.mark.slow
def test_every_dangerous_value_is_guarded_however_it_is_written():
    values = dangerous()
    assert len(values) > 700
    for value in values:
        for raw, field in zip(raw_forms(value), copied(raw_forms(value)), strict=True):
            assert value_of(field) == f"'{value}", (value, raw)
            assert field.replace("'", "", 1) == raw


def test_every_other_value_stays_as_it_is():
    for value in SAFE:
        assert copied(raw_forms(value)) == raw_forms(value)


def test_random_values_are_guarded_by_the_rule_and_nothing_else_changes():
    choose = random.Random(4)
    characters = ["=", "-", "1", "a", " ", '"', "\t", "\u3000", "\uff0b", "'", ".", "\n"]
    values = ["".join(choose.choices(characters, k=choose.randrange(6))) for _ in range(5_000)]
    raws = [choose.choice(raw_forms(value)) for value in values]
    for value, raw, field in zip(values, raws, copied(raws), strict=True):
        assert value_of(field) == (f"'{value}" if runs(value) else value), raw
        assert runs(value) or field == raw


def test_fields_that_are_not_there_stay_so():
    begins, ends = np.array([-1, 0]), np.array([-1, 2])
    columns = copied_fields(memoryview(b"=1"), begins, ends, Dialect(), excel_safe=True)
    assert [b"".join(row) for row in zip(*(column.to_pylist() for column in columns), strict=True)] == [b"", b"'=1"]
    nothing = copied_fields(memoryview(b""), begins[:1], ends[:1], Dialect(), excel_safe=True)
    assert [column.to_pylist() for column in nothing] == [[b""]]


def test_quotes_that_are_characters_are_passed_too():
    assert copied(['"=1"', '"=1', "=1", '"a'], Dialect(quote=None)) == ['\'"=1"', "'\"=1", "'=1", '"a']


def test_bytes_that_are_not_utf8_are_read_as_they_are():
    data = b"\xa0=1,\xff=1,\xe9-1"
    columns = copied_fields(memoryview(data), np.array([0, 4, 8]), np.array([3, 7, 11]), Dialect(), excel_safe=True)
    assert [b"".join(row) for row in zip(*(column.to_pylist() for column in columns), strict=True)] == [
        b"'\xa0=1", b"\xff=1", b"\xe9-1",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("values", [dangerous(), SAFE])
def test_names_labels_and_tables_follow_the_same_rule(values):
    expected = [f"'{value}" if runs(value) else value for value in values]
    column = pa.chunked_array([pa.array(values)])
    assert [value_of(field.decode()) for field in table_fields(column, ",", excel_safe=True).to_pylist()] == expected
    added = added_fields({"label": pa.array(values)}, Dialect(), excel_safe=True).to_pylist()
    assert [value_of(field.decode()[1:]) for field in added] == expected
    header = header_fields(values, Dialect(), excel_safe=True).decode()
    assert next(csv.reader(io.StringIO(f"x{header}", newline="")))[1:] == expected


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.float32(), pa.decimal128(9, 2)])
def test_numbers_of_tables_stay_numbers(kind):
    column = pa.chunked_array([pa.array([Decimal(-1), Decimal(2), None], pa.decimal128(19, 0)).cast(kind)])
    assert not any(field.startswith(b"'") for field in table_fields(column, ",", excel_safe=True).to_pylist())
