"""Record batches, tables and data frames -> record batches with a scorer's columns.

In: what `Scorer.score_batches` takes, and a scorer. Out: record batches, one by one. The columns are made by
columns.py, files are left to score_files.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

import pyarrow as pa

from sentiment_fast.errors import DataError, TextsError, listed, quoted
from sentiment_fast.io.arrow import flat
from sentiment_fast.scoring.columns import AddedColumns, ColumnOptions, TextScorer, encode_texts, score_texts
from sentiment_fast.text.containers import arrow_values


def record_batches(given: Any) -> Iterator[pa.RecordBatch]:
    """The record batches of a table or a data frame, or of an iterable of batches, tables or data frames.

    A pandas index is kept as PyArrow keeps it: as a column, unless it only counts the rows. Raises TextsError, a
    TypeError, for anything else, and DataError for a data frame that Arrow cannot hold.
    """
    found = _batches_of(given)
    if found is not None:
        return found
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | Mapping | Set):
        raise _not_batches(given, "")
    return _batches_of_each(given)


def _batches_of_each(given: Iterable[Any]) -> Iterator[pa.RecordBatch]:
    for place, one in enumerate(given):
        found = _batches_of(one)
        if found is None:
            raise _not_batches(one, f" - at batches[{place}]")
        yield from found


def _batches_of(given: Any) -> Iterator[pa.RecordBatch] | None:
    """The batches of one table or data frame; None if it is neither."""
    if isinstance(given, pa.RecordBatch):
        return iter([given])
    pandas = sys.modules.get("pandas")
    try:
        if pandas is not None and isinstance(given, pandas.DataFrame):
            return (batch for batch in pa.Table.from_pandas(given).to_batches())
        if hasattr(given, "__arrow_c_stream__"):
            return (batch for batch in pa.RecordBatchReader.from_stream(given))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise DataError(f"Expected a table that Arrow can hold, got a `{type(given).__name__}`: {error}") from error
    return None


def _not_batches(given: Any, where: str) -> TextsError:
    return TextsError(
        "Expected record batches, or a PyArrow table, a pandas or polars data frame, or an iterable of these, got "
        f"`{type(given).__name__}`{where}. `sf.score_files` scores files, `predict_proba` a column of texts"
    )


def score_batch(scorer: TextScorer, batch: pa.RecordBatch, text_column: str, options: ColumnOptions) -> pa.RecordBatch:
    """The batch with columns added.

    Raises DataError if it lacks the text column or already has one of these, TextsError for other values in it.
    """
    columns = AddedColumns(scorer, options)
    names = batch.schema.names
    if names.count(text_column) != 1:
        raise DataError(f"Expected a batch with one column {quoted(text_column)}, got columns {listed(names)}")
    taken = [name for name in columns.names if name in names]
    if taken:
        raise DataError(f"Expected a batch without a column {quoted(taken[0])}, which would be added: rename it")
    column = batch.column(text_column)
    try:
        # pandas has a column of missing values only as numbers.
        known = column if column.null_count < len(column) else pa.nulls(len(column))
        texts = flat(arrow_values(known, pa.large_binary()))
    except TextsError as error:
        raise TextsError(f"Expected texts in column {quoted(text_column)}, got {column.type}") from error
    scored = score_texts(encode_texts(texts, scorer), scorer)
    for name, values in columns.of(scored).items():
        batch = batch.append_column(name, values)
    return batch
