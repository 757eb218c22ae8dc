"""An Arrow record batch -> the same with the new columns: for those who read and write by themselves."""

from __future__ import annotations

import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.scoring.columns import NewColumns, score_texts
from sentiment_fast.scoring.encoded_texts import encode_texts
from sentiment_fast.scoring.scorer import Scorer


def score_batch(
    scorer: Scorer, batch: pa.RecordBatch, text_column: str, status: bool = False, tokens: bool = False
) -> pa.RecordBatch:
    """What `Scorer.score_batches` does with each."""
    columns = NewColumns(scorer.classes, status, tokens, scorer.threshold)
    names = batch.schema.names
    if names.count(text_column) != 1:
        raise DataError(f"Expected a batch with one column {text_column!r}, got columns {', '.join(map(repr, names))}")
    taken = [name for name in columns.names if name in names]
    if taken:
        raise DataError(f"Expected a batch without a column {taken[0]!r}, which would be added: rename it")
    try:
        texts = batch.column(text_column).cast(pa.large_binary())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"Expected texts in column {text_column!r}, got {batch.schema.field(text_column).type}"
        ) from error
    scored = score_texts(encode_texts(texts, scorer), scorer)
    for name, values in columns.arrow_columns(scored).items():
        batch = batch.append_column(name, values)
    return batch
