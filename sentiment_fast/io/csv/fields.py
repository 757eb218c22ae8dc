"""Values -> the fields of a CSV file: names, the columns of a table, and columns that are added to each record.

In: Arrow columns and names. Out: the bytes of fields, quoted where necessary, and on request safe for spreadsheets.
Assembling records is left to writer.py.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.errors import UsageError
from sentiment_fast.io.arrow import csv_values
from sentiment_fast.io.csv.dialect import Dialect, Places
from sentiment_fast.io.csv.reader import large_binary

# Values that a spreadsheet runs, or may run once it has tidied them up: those with one of these signs, or of their wide
# forms, at the start or after quotes and white space of any kind. Matched byte by byte, so that the text may have any
# encoding in which ASCII is itself.
_SIGNS = ("=", "+", "-", "@", "\t", "\r", *"\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b")
_SPACES = (
    "\u0085",
    "\u00a0",
    "\u1680",
    *map(chr, range(0x2000, 0x2010)),
    *"\u2028\u2029\u202f\u205f\u2060\u3000\ufeff",
)


def _any_of(texts: Iterable[str]) -> str:
    return "|".join("".join(f"\\x{byte:02x}" for byte in text.encode()) for text in texts)


_FORMULA = rf"^(?:[\x00-\x20\"\xa0]|{_any_of(_SPACES)})*(?:{_any_of(_SIGNS)})"
_NUMBER = r"^ *[+-]?([0-9]+([.,][0-9]+)*[.,]?|[.,][0-9]+)([eE][+-]?[0-9]+)?%? *$"
# The bytes with which such values begin; nearly all values begin with another one.
_FIRST_BYTES = np.zeros(256, bool)
_FIRST_BYTES[[*range(0x21), ord('"'), 0xA0, *(one.encode()[0] for one in (*_SIGNS, *_SPACES))]] = True

_THREE_DIGITS = np.frombuffer("".join(f"{number:03}" for number in range(1000)).encode(), np.uint8).reshape(1000, 3)


def header_fields(names: Iterable[str], dialect: Dialect, excel_safe: bool, codec: str = "utf-8") -> bytes:
    """Names as the fields of a header, each with a delimiter before it."""
    return b"".join(_fields(names, dialect, excel_safe, codec))


def added_fields(
    added: Mapping[str, pa.Array], dialect: Dialect, excel_safe: bool, codec: str = "utf-8"
) -> pa.LargeBinaryArray:
    """(rows,): the added columns as fields of each row, each with a delimiter before it; null is an empty field.

    codec: in which ASCII characters are themselves. float32 is written with six decimals, all other values as Python's
    csv module writes them. Raises csv.Error for values that the dialect can't hold: see `check_values`.
    """
    delimiter = dialect.delimiter
    columns: list[pa.Array] = []
    for values in added.values():
        if pa.types.is_float32(values.type):
            columns.append(_decimal_fields(values, delimiter))
        elif pa.types.is_integer(values.type):
            columns.append(_take([delimiter.encode()], np.zeros(len(values), np.int64)))
            columns.append(values.cast(pa.large_string()).fill_null("").view(pa.large_binary()))
        else:
            columns.append(_repeated_fields(values, dialect, excel_safe, codec))
    return join_columns(columns)


def check_values(values: Iterable[str], dialect: Dialect, name: str) -> None:
    """Raises UsageError if the dialect of a file, which has no quotes, can't hold one of the values to be added."""
    for value in values:
        try:
            dialect.write(value)
        except csv.Error as error:
            raise UsageError(
                f"{name}: {value!r}, which would be added, holds the delimiter {dialect.delimiter!r} or a line end, "
                "and there are no quotes to put around it: name an `escape`, or write another format"
            ) from error


def table_fields(column: pa.ChunkedArray, delimiter: str, excel_safe: bool) -> pa.LargeBinaryArray:
    """(rows,): a column of a table as fields, without delimiters."""
    values = csv_values(column)
    if excel_safe and _may_be_formula(column.type):
        apostrophe = pa.scalar(b"'", pa.large_binary())
        guarded = pc.binary_join_element_wise(apostrophe, values, pa.scalar(b"", values.type))
        values = pc.if_else(are_formulas(values), guarded, values)
    return _quoted(values, delimiter)


def copied_fields(
    data: memoryview, begins: Places, ends: Places, dialect: Dialect, excel_safe: bool
) -> list[pa.LargeBinaryArray]:
    """(records,) each: columns that make up, joined, fields as they are in `data`; if `excel_safe`, with an apostrophe
    before values that a spreadsheet would run as formulas.
    """
    if not excel_safe:
        return [large_binary(*dialect.copied(data, begins, ends))]
    content = np.frombuffer(data, np.uint8)
    filled = begins < ends  # both are -1 for a record without the field
    first = content[np.where(filled, begins, 0)] if len(content) else np.zeros(len(begins), np.uint8)
    quoted = filled & (first == ord('"')) if dialect.quote else np.zeros(len(begins), bool)
    inside = content[np.where(quoted & (begins + 1 < ends), begins + 1, 0)] if quoted.any() else first
    likely = np.flatnonzero(filled & _FIRST_BYTES[np.where(quoted, inside, first)])
    formulas = np.zeros(len(begins), bool)
    if len(likely) > 0:
        values = large_binary(*dialect.values(data, begins[likely], ends[likely]))
        formulas[likely] = are_formulas(values).to_numpy(zero_copy_only=False)
    if not formulas.any():
        return [large_binary(*dialect.copied(data, begins, ends))]
    prefix = np.where(formulas, np.where(quoted, 2, 1), 0)
    return [
        _take([b"", b"'", b"\"'"], prefix),
        large_binary(*dialect.copied(data, np.where(formulas & quoted, begins + 1, begins), ends)),
    ]


def are_formulas(values: pa.LargeBinaryArray) -> pa.BooleanArray:
    """(n,): whether a spreadsheet would run each value, which is not so for numbers with a sign."""
    return pc.and_not(pc.match_substring_regex(values, _FORMULA), pc.match_substring_regex(values, _NUMBER))


def join_columns(columns: Sequence[pa.Array | pa.Scalar]) -> pa.LargeBinaryArray:
    """(rows,): each row's values, concatenated."""
    return pc.binary_join_element_wise(*columns, pa.scalar(b"", pa.large_binary()))


def _fields(values: Iterable[Any], dialect: Dialect, excel_safe: bool, codec: str) -> list[bytes]:
    """Values as CSV fields, quoted where necessary, each with a delimiter before it."""
    fields = []
    for value in values:
        if excel_safe and isinstance(value, str):
            runs = are_formulas(pa.array([value.encode()], pa.large_binary()))[0].as_py()
            value = f"'{value}" if runs else value
        fields.append(f"{dialect.delimiter}{dialect.write(value)}".encode(codec))
    return fields


def _repeated_fields(values: pa.Array, dialect: Dialect, excel_safe: bool, codec: str) -> pa.Array:
    """(rows,): fields of a column with few distinct values; each of them is formatted once."""
    encoded = values.dictionary_encode()
    fields = _fields([*encoded.dictionary.to_pylist(), None], dialect, excel_safe, codec)
    places = encoded.indices.fill_null(len(fields) - 1)
    return pa.array(fields, pa.large_binary()).take(places)


def _decimal_fields(values: pa.FloatArray, delimiter: str) -> pa.Array:
    """(rows,): delimiter and "0.123456", formatted like f"{value:.6f}"."""
    numbers = values.fill_null(0).to_numpy().astype(np.float64)
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() <= 1):
        texts = ["" if value is None else f"{value:.6f}" for value in values.to_pylist()]
        return pa.array([f"{delimiter}{text}".encode() for text in texts], pa.large_binary())
    filled = _probability_fields(numbers, delimiter)
    return pc.if_else(values.is_null(), pa.scalar(delimiter.encode(), pa.large_binary()), filled)


def _probability_fields(numbers: npt.NDArray[np.float64], delimiter: str) -> pa.Array:
    # A float32 times a million is exact in a float64, so this rounds like formatting does: half to even.
    millionths = np.rint(numbers * 1e6).astype(np.int64)
    text = np.empty((len(numbers), 9), np.uint8)
    text[:, 0] = ord(delimiter)
    text[:, 1] = ord("0") + millionths // 1_000_000
    text[:, 2] = ord(".")
    text[:, 3:6] = _THREE_DIGITS[millionths // 1000 % 1000]
    text[:, 6:9] = _THREE_DIGITS[millionths % 1000]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(9), len(numbers), [None, pa.py_buffer(text)]).cast(
        pa.large_binary()
    )


def _take(values: list[bytes], places: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(values, pa.large_binary()).take(pa.array(places))


def _quoted(values: pa.Array, delimiter: str) -> pa.Array:
    needs_quotes = pc.match_substring_regex(values, f'["\r\n{re.escape(delimiter)}]')
    if not pc.any(needs_quotes).as_py():
        return values
    quote = pa.scalar(b'"', pa.large_binary())
    doubled = pc.replace_substring(values, '"', '""')
    return pc.if_else(
        needs_quotes, pc.binary_join_element_wise(quote, doubled, quote, pa.scalar(b"", quote.type)), values
    )


def _may_be_formula(kind: pa.DataType) -> bool:
    return not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
