"""Texts in any container -> a list of str and None, or an Arrow column: what the core reads.

In: what Python, NumPy, pandas, polars and PyArrow keep texts in, and the values that stand for a missing text there.
Out: such a list or column, and which of its rows have no text. Encoding the texts is left to encoding.py.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence, ValuesView
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import TextsError, quoted

if TYPE_CHECKING:
    import pyarrow as pa

Result = TypeVar("Result")

ACCEPTED = (
    "a list, a tuple or an iterator of str, a NumPy array, a pandas or polars Series, a pandas Index, a PyArrow Array "
    "or ChunkedArray, or a table of one such column"
)
_ARROW_TEXTS = ("string", "binary", "null", "categorical", "enum")  # occur in the names of types that the core reads


def read(texts: Any, use: Callable[[Any], Result]) -> Result:
    """What `use` returns for the texts as a list or tuple of str and None, or as an object with Arrow's C interface.

    use: raises TypeError for a list with other items; then it gets one with None for each missing value. So lists of
    texts are not searched for missing values first. Raises TextsError for anything else.
    """
    column = column_of(texts)
    if not isinstance(column, list | tuple):
        return use(column)
    with suppress(TypeError):
        return use(column)
    return use(_without_missing(column))


def column_of(texts: Any) -> Any:
    """The texts as a list or tuple, whose items were not looked at, or as an object with Arrow's C interface.

    An iterator is read to its end. Raises TextsError for what is not a column of texts, a single str among them.
    """
    if isinstance(texts, str | bytes | bytearray):
        raise TextsError(f"Expected several texts, got one `{type(texts).__name__}`: wrap it in a list")
    if isinstance(texts, list | tuple):
        return texts
    if isinstance(texts, memoryview):
        texts = np.asarray(texts)
    if isinstance(texts, np.ndarray):
        if texts.ndim != 1:
            raise TextsError(f"Expected texts in an array of one dimension, got shape {texts.shape}")
        return texts.tolist()
    if _of_pandas(texts):
        texts = _pandas_values(texts)
    if hasattr(texts, "__arrow_c_stream__") or hasattr(texts, "__arrow_c_array__"):
        return _arrow_column(texts)
    if isinstance(texts, Iterator | Sequence | ValuesView):
        return list(texts)
    raise TextsError(f"Expected texts as {ACCEPTED}, got `{type(texts).__name__}`")


def large_strings(texts: Any) -> pa.ChunkedArray:
    """(n,) Arrow large_string, null for a missing text.

    Raises TextsError for anything else, including bytes that are not UTF-8 and lone surrogates, which Arrow lacks.
    """
    import pyarrow as pa

    column = column_of(texts)
    if not isinstance(column, list | tuple):
        return arrow_values(column, pa.large_string())
    items = _without_missing(column)
    try:
        return pa.chunked_array([pa.array(items, pa.large_string())])
    except UnicodeEncodeError as error:
        row = next(row for row, item in enumerate(items) if item is not None and not is_unicode(item))
        raise TextsError(f"Expected texts that UTF-8 can encode, got {quoted(items[row])} - at texts[{row}]") from error


def arrow_values(column: Any, kind: pa.DataType) -> pa.ChunkedArray:
    """An object with Arrow's C interface as (n,) values of one type. Raises TextsError if it has no such values."""
    import pyarrow as pa

    try:
        stream = hasattr(column, "__arrow_c_stream__")
        found = pa.chunked_array(column) if stream else pa.chunked_array([pa.array(column)])
        chunks = found.chunks
        if pa.types.is_struct(found.type) and found.type.num_fields == 1:  # a table of one column
            chunks = [chunk.flatten()[0] for chunk in chunks]
        if any(pa.types.is_nested(chunk.type) for chunk in chunks):
            raise TextsError(
                "Expected one column of texts, got a table of several columns or a nested one: pass one column"
            )
        return pa.chunked_array([_plain(chunk).cast(kind) for chunk in chunks], kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise TextsError(f"Expected texts, got an Arrow column of other values: {error}") from error


def rows_without_text(column: Any, candidates: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The rows among the candidates, (m,), whose texts are missing, empty or only white space.

    column: what `column_of` returned.
    """
    if isinstance(column, list | tuple):
        items = [_plain_value(column[row]) for row in candidates.tolist()]
    else:
        import pyarrow as pa

        found = arrow_values(column, pa.large_binary()).take(pa.array(candidates)).to_pylist()
        items = [None if item is None else item.decode("utf-8", "replace") for item in found]
    return candidates[[not isinstance(item, str) or not item.strip() for item in items]]


def is_missing(value: Any) -> bool:
    """Whether a value stands for a missing one: None, NaN, NaT, pandas' NA, NumPy's masked value."""
    if value is None or value is np.ma.masked or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, float | np.floating):
        return math.isnan(value)
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return isinstance(value, Decimal) and value.is_nan()


def _without_missing(items: Sequence[Any]) -> list[str | None]:
    """The items with None for missing values. Raises TextsError for an item that is neither a str nor missing."""
    found: list[str | None] = []
    for row, item in enumerate(items):
        value = _plain_value(item)
        if not isinstance(value, str) and not is_missing(value):
            raise TextsError(
                f"Expected `str` or a missing value, got `{type(value).__name__}` {quoted(value)} - at texts[{row}]"
            )
        found.append(value if isinstance(value, str) else None)
    return found


def _plain_value(item: Any) -> Any:
    return item.as_py() if hasattr(item, "as_py") else item  # a scalar of PyArrow


def _of_pandas(texts: Any) -> bool:
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    extension = pandas.api.extensions.ExtensionArray
    return isinstance(texts, pandas.DataFrame | pandas.Series | pandas.Index | extension)


def _pandas_values(texts: Any) -> Any:
    """The values of a pandas object without its index: in Arrow if they are kept there, else a list."""
    pandas = sys.modules["pandas"]
    if isinstance(texts, pandas.DataFrame):
        if len(texts.columns) != 1:
            names = ", ".join(map(repr, texts.columns[:20])) or "none"
            raise TextsError(f"Expected a table of one column of texts, got the columns {names}: pass one of them")
        texts = texts.iloc[:, 0]
    flat = isinstance(texts, pandas.Series | pandas.Index) and not isinstance(texts, pandas.MultiIndex)
    values = texts.array if flat else texts
    return values.__arrow_array__() if hasattr(values, "_pa_array") else np.asarray(values, object).tolist()


def _arrow_column(texts: Any) -> Any:
    """A column with Arrow's C interface, unless it is one of PyArrow or polars without texts: then a list."""
    kind = getattr(texts, "type", getattr(texts, "dtype", None))
    listed = getattr(texts, "to_pylist", getattr(texts, "to_list", None))
    if kind is None or listed is None or any(name in str(kind).lower() for name in _ARROW_TEXTS):
        return texts
    return listed()


def _plain(values: pa.Array) -> pa.Array:
    """Without a dictionary, whose entries PyArrow can look up only if they are no views."""
    import pyarrow as pa

    if not pa.types.is_dictionary(values.type):
        return values
    return values.dictionary.cast(pa.large_binary()).take(values.indices)


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can encode a text: it holds no half of a surrogate pair, which JSON's escapes can spell."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
