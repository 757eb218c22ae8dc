"""A pandas or polars data frame and a scorer -> the frame with the scorer's columns.

In: what `Scorer.score_frame` takes. Out: a frame of the same kind, with the same rows, index and columns, and the new
ones. The columns are made by columns.py, batches of Arrow are left to batches.py.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from sentiment_fast.errors import DataError, TextsError, quoted
from sentiment_fast.io.arrow import flat
from sentiment_fast.io.columns import check_reserved, find_column, text_column
from sentiment_fast.scoring.columns import AddedColumns, ColumnOptions, TextScorer, encode_texts, score_texts
from sentiment_fast.text.containers import large_strings

_NAME = "the data frame"


def score_frame(scorer: TextScorer, frame: Any, wanted: Any, usual: str | None, options: ColumnOptions) -> Any:
    """The frame with the columns that the scorer and the options add.

    wanted: the text column's name, or its number from 1, or None to find it. usual: the name to try first then.

    Raises TextsError for what is not a data frame, or has other values than texts in the column, and DataError for one
    that lacks the column or has one of the new names.
    """
    kind = _kind_of(frame)
    if kind is None:
        raise TextsError(
            f"Expected a pandas or polars data frame, got `{type(frame).__name__}`. `score_batches` scores other "
            "tables, `predict_proba` a column of texts; call `collect` on a polars LazyFrame"
        )
    added = AddedColumns(scorer, options)
    place = _text_place(frame, kind, wanted, usual)
    check_reserved([str(name) for name in frame.columns], added.names, _NAME)
    column = frame.iloc[:, place] if kind == "pandas" else frame.to_series(place)
    try:
        texts = flat(large_strings(column).cast(pa.large_binary()))
    except TextsError as error:
        raise TextsError(f"Column {quoted(frame.columns[place])}: {error}") from error
    values = added.of(score_texts(encode_texts(texts, scorer), scorer))
    return _with_columns_of_pandas(frame, values) if kind == "pandas" else _with_columns_of_polars(frame, values)


def _kind_of(frame: Any) -> str | None:
    for kind in ("pandas", "polars"):
        module = sys.modules.get(kind)
        if module is not None and isinstance(frame, module.DataFrame):
            return kind
    return None


def _text_place(frame: Any, kind: str, wanted: Any, usual: str | None) -> int:
    """The place of the text column, chosen as for files (io/columns.py); here, names need not be str."""
    names = list(frame.columns)
    if wanted is not None and not isinstance(wanted, str) and names.count(wanted) == 1:
        return names.index(wanted)

    def find_texts() -> list[int]:
        if kind == "polars":
            return [place for place, dtype in enumerate(frame.dtypes) if str(dtype) == "String"]
        pandas = sys.modules["pandas"]
        return [place for place in range(len(names)) if pandas.api.types.infer_dtype(frame.iloc[:, place]) == "string"]

    if wanted is not None and not isinstance(wanted, str | int):
        raise DataError(f"{_NAME}: expected a text column {quoted(wanted)}, got columns {quoted(names, 200)}")
    return find_column([str(name) for name in names], text_column(wanted, usual), _NAME, find_texts)


def _with_columns_of_pandas(frame: Any, values: Mapping[str, pa.Array]) -> Any:
    """Labels that are whole numbers become pandas' Int64, which has a missing value, if one of them is missing."""
    pandas = sys.modules["pandas"]

    def series(column: pa.Array) -> Any:
        nullable = column.null_count and pa.types.is_integer(column.type)
        return column.to_pandas(types_mapper={pa.int64(): pandas.Int64Dtype()}.get if nullable else None)

    return frame.assign(**{name: series(column).array for name, column in values.items()})


def _with_columns_of_polars(frame: Any, values: Mapping[str, pa.Array]) -> Any:
    polars = sys.modules["polars"]
    return frame.with_columns(**{name: polars.Series(name, column) for name, column in values.items()})
