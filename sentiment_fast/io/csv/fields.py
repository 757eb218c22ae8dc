"""Values -> the fields of a CSV file: names, the columns of a table, and columns that are added to each record.

In: Arrow columns and names. Out: the bytes of fields, quoted where necessary, and on request safe for spreadsheets.
Assembling records is left to writer.py.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.io.arrow import as_utf8, csv_values

NUMBER = r"^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?%?$"
FORMULA_STARTS = "=+-@\t\r"  # of the values that a spreadsheet would run

_THREE_DIGITS = np.frombuffer("".join(f"{number:03}" for number in range(1000)).encode(), np.uint8).reshape(1000, 3)


def header_fields(names: Iterable[str], delimiter: str, excel_safe: bool, codec: str = "utf-8") -> bytes:
    """Names as the fields of a header, each with a delimiter before it."""
    return b"".join(_fields(names, delimiter, excel_safe, codec))


def added_fields(
    added: Mapping[str, pa.Array], delimiter: str, excel_safe: bool, codec: str = "utf-8"
) -> pa.LargeBinaryArray:
    """(rows,): the added columns as fields of each row, each with a delimiter before it; null is an empty field.

    codec: in which ASCII characters are themselves. float32 is written with six decimals, all other values as Python's
    csv module writes them.
    """
    columns: list[pa.Array] = []
    for values in added.values():
        if pa.types.is_float32(values.type):
            columns.append(_decimal_fields(values, delimiter))
        elif pa.types.is_integer(values.type):
            columns.append(_take([delimiter.encode()], np.zeros(len(values), np.int64)))
            columns.append(values.cast(pa.large_string()).fill_null("").view(pa.large_binary()))
        else:
            columns.append(_repeated_fields(values, delimiter, excel_safe, codec))
    return join_columns(columns)


def table_fields(column: pa.ChunkedArray, delimiter: str, excel_safe: bool) -> pa.LargeBinaryArray:
    """(rows,): a column of a table as fields, without delimiters."""
    values = csv_values(column)
    if excel_safe and _may_be_formula(column.type):
        values = _guarded(values)
    return _quoted(values, delimiter)


def join_columns(columns: Sequence[pa.Array | pa.Scalar]) -> pa.LargeBinaryArray:
    """(rows,): each row's values, concatenated."""
    return pc.binary_join_element_wise(*columns, pa.scalar(b"", pa.large_binary()))


def _fields(values: Iterable[Any], delimiter: str, excel_safe: bool, codec: str) -> list[bytes]:
    """Values as CSV fields, quoted where necessary, each with a delimiter before it."""
    fields = []
    for value in values:
        if excel_safe and isinstance(value, str) and value.startswith(tuple(FORMULA_STARTS)):
            value = f"'{value}"
        line = io.StringIO(newline="")
        # After an empty field, an empty one needs no quotes. Python 3.11 only quotes the line ends that it writes.
        csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(["", value])
        fields.append(line.getvalue().removesuffix("\r\n").encode(codec))
    return fields


def _repeated_fields(values: pa.Array, delimiter: str, excel_safe: bool, codec: str) -> pa.Array:
    """(rows,): fields of a column with few distinct values; each of them is formatted once."""
    encoded = values.dictionary_encode()
    fields = _fields([*encoded.dictionary.to_pylist(), None], delimiter, excel_safe, codec)
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


def _guarded(values: pa.Array) -> pa.Array:
    """Put an apostrophe before values that a spreadsheet would run: formulas, not numbers."""
    texts = as_utf8(values)[0]
    runs = pc.and_not(
        pc.match_substring_regex(texts, f"^[{re.escape(FORMULA_STARTS)}]"), pc.match_substring_regex(texts, NUMBER)
    )
    apostrophe = pa.scalar(b"'", pa.large_binary())
    return pc.if_else(runs, pc.binary_join_element_wise(apostrophe, values, pa.scalar(b"", values.type)), values)


def _may_be_formula(kind: pa.DataType) -> bool:
    return not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
