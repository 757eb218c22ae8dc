"""Columns of an Arrow table -> the texts of their values in CSV and JSON Lines.

In: a column of any type that has a text form. Out: one text per value, without CSV quotes, and which texts are invalid
UTF-8. Assembling records is left to the writers.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.errors import DataError
from sentiment_fast.io.formats import format_named

_TEXTS: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_null,
)
_BYTES = (
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)


def check_text_forms(schema: pa.Schema, output_format: str, name: str) -> None:
    """Raises DataError for a column whose values have no text form."""
    for field in schema:
        try:
            _in_text(pa.chunked_array([], _value_type(field.type)))
        except (pa.ArrowNotImplementedError, TypeError) as error:
            raise DataError(
                f"{name}: the column {field.name!r}, {field.type}, cannot be written as {output_format}: write "
                "Parquet, or leave it out with `columns`"
            ) from error


def csv_values(column: pa.ChunkedArray) -> pa.LargeBinaryArray:
    """(n,): values of CSV fields: null is empty, nested values are JSON, all others as PyArrow casts them to text."""
    kind = _value_type(column.type)
    if pa.types.is_nested(kind):
        texts = ["" if text == "null" else text for text in _nested_json(column)]
        return pa.array(texts, pa.large_string()).view(pa.large_binary())
    return flat(_in_text(column.cast(kind))).fill_null(b"")


def json_values(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """(n,): JSON, with null for NaN and infinity, which JSON lacks; and which values had invalid UTF-8 replaced."""
    kind = _value_type(column.type)
    replaced = np.zeros(len(column), bool)
    if pa.types.is_nested(kind):
        return _nested_json(column), replaced
    column = column.cast(kind)
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    texts = flat(_in_text(column))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return texts.fill_null(b"null").view(pa.large_string()).to_pylist(), replaced
    valid, replaced = as_utf8(texts)
    return [json_text(value) for value in valid.to_pylist()], replaced


def json_text(value: Any) -> str:
    """A text, a number or None as JSON."""
    return json.dumps(value, ensure_ascii=False)


def as_utf8(texts: pa.LargeBinaryArray) -> tuple[pa.LargeStringArray, npt.NDArray[np.bool_]]:
    """The texts, with invalid UTF-8 replaced like bytes.decode("utf-8", "replace"); and which texts had some."""
    invalid = invalid_texts(texts)
    if invalid.any():
        values = texts.to_pylist()
        for row in np.flatnonzero(invalid).tolist():
            values[row] = values[row].decode("utf-8", "replace").encode()
        texts = pa.array(values, pa.large_binary())
    return texts.view(pa.large_string()), invalid


def holds_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds texts: strings, bytes, or only null."""
    if pa.types.is_dictionary(kind):
        return holds_text(kind.value_type)
    return any(is_kind(kind) for is_kind in _TEXTS)


def texts_schema(columns: Sequence[str], name: str, output: str | None) -> pa.Schema:
    """Text columns. Raises DataError for duplicate names if `output`, a format or None, does not allow them."""
    twice = [column for column in columns if columns.count(column) > 1]
    if twice and output is not None and not format_named(output).repeats_names:
        raise DataError(
            f"{name}: has several columns {twice[0]!r}, which {output} cannot have: rename all but one, or "
            "choose with `columns`"
        )
    return pa.schema([pa.field(column, pa.large_string()) for column in columns])


def texts_table(columns: Sequence[pa.ChunkedArray], schema: pa.Schema) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
    """Columns of large_binary as texts, with invalid UTF-8 replaced; and in which rows it was."""
    texts, replaced = [], np.zeros(len(columns[0]) if columns else 0, bool)
    for column in columns:
        valid, found = as_utf8(flat(column))
        texts.append(valid)
        replaced |= found
    return pa.Table.from_arrays(texts, schema=schema), replaced


def invalid_texts(texts: pa.LargeBinaryArray) -> npt.NDArray[np.bool_]:
    """Which texts are not valid UTF-8."""
    invalid = np.zeros(len(texts), bool)
    try:
        texts.view(pa.large_string()).validate(full=True)
    except pa.ArrowInvalid:
        offsets, values = value_offsets(texts), value_bytes(texts)
        filled = np.flatnonzero(np.diff(offsets))
        foreign = filled[np.logical_or.reduceat(values >= 0x80, offsets[filled] - offsets[0])]
        for place in foreign.tolist():
            try:
                (texts[place].as_py() or b"").decode()
            except UnicodeDecodeError:
                invalid[place] = True
    return invalid


def value_offsets(texts: pa.LargeBinaryArray) -> npt.NDArray[np.int64]:
    """(n + 1,): where each text begins and ends in the column's buffer."""
    return np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]


def value_bytes(texts: pa.LargeBinaryArray) -> npt.NDArray[np.uint8]:
    """(total,): the bytes of all texts, concatenated."""
    offsets, values = value_offsets(texts), texts.buffers()[2]
    if values is None:
        return np.zeros(0, np.uint8)
    return np.frombuffer(values, np.uint8)[offsets[0] : offsets[-1]]


def flat(column: pa.ChunkedArray) -> pa.LargeBinaryArray:
    """A column as one array."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _in_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """large_binary, with its nulls. Raises ArrowNotImplementedError or TypeError for a type without a text form."""
    kind = column.type
    if pa.types.is_nested(kind):
        _check_nested(kind)
        return column
    if isinstance(kind, pa.BaseExtensionType):
        raise TypeError(kind)
    if not any(is_kind(kind) for is_kind in _BYTES):
        column = _cast_to_text(column)
    return column.cast(pa.large_binary())


def _cast_to_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """large_string, as PyArrow casts; times in a zone that is unknown here are written in UTC."""
    try:
        return column.cast(pa.large_string())
    except pa.ArrowInvalid:
        if not pa.types.is_timestamp(column.type) or column.type.tz is None:
            raise
        texts = column.cast(pa.timestamp(column.type.unit)).cast(pa.large_string())
        return pc.binary_join_element_wise(texts, *(pa.scalar(one, pa.large_string()) for one in ("Z", "")))


def _check_nested(kind: pa.DataType) -> None:
    if pa.types.is_nested(kind):
        for place in range(kind.num_fields):
            _check_nested(kind.field(place).type)
    else:
        _in_text(pa.chunked_array([], _value_type(kind)))


def _nested_json(column: pa.ChunkedArray) -> list[str]:
    """(n,): nested values as JSON."""
    try:
        return [json.dumps(_plain(value), ensure_ascii=False) for value in column.to_pylist()]
    except (ValueError, OverflowError, pa.ArrowException):  # a value that Python lacks: convert them one by one
        return [_scalar_json(value) for chunk in column.chunks for value in chunk]


def _scalar_json(value: pa.Scalar) -> str:
    """JSON of a value; parts of it that Python has no type for, such as dates after the year 9999, become texts."""
    try:
        return json.dumps(_plain(value.as_py()), ensure_ascii=False)
    except (ValueError, OverflowError, pa.ArrowException):
        pass
    kind = value.type
    if pa.types.is_struct(kind):
        names = [json_text(kind.field(place).name) for place in range(kind.num_fields)]
        return "{" + ", ".join(f"{name}: {_scalar_json(value[place])}" for place, name in enumerate(names)) + "}"
    if pa.types.is_map(kind):
        pairs = value.values
        texts = [f"[{_scalar_json(pair[0])}, {_scalar_json(pair[1])}]" for pair in pairs]
        return "[" + ", ".join(texts) + "]"
    if pa.types.is_nested(kind):
        return "[" + ", ".join(_scalar_json(one) for one in value.values) + "]"
    if pa.types.is_dictionary(kind):
        return _scalar_json(value.value)
    text = _in_text(pa.chunked_array([pa.array([value], kind)]))[0].as_py()
    return json_text(text.decode("utf-8", "replace"))


def _plain(value: Any) -> Any:
    """A nested value of the types that JSON has; all others become strings or null."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time | Decimal | datetime.timedelta):
        return str(value)
    return value
