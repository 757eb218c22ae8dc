"""Scoring what is in memory in columns: record batches, tables and data frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sentiment_fast as sf
from sentiment_fast.errors import DataError, TextsError

TEXTS = ["good", None, " ", "bad film", "\U0001f60d"]
TABLES = {
    "batch": lambda columns: pa.record_batch(columns),
    "list of batches": lambda columns: [pa.record_batch(columns)],
    "generator of batches": lambda columns: (pa.record_batch(columns).slice(row, 1) for row in range(5)),
    "table": lambda columns: pa.table(columns),
    "list of tables": lambda columns: [pa.table(columns).slice(0, 2), pa.table(columns).slice(2)],
    "reader": lambda columns: pa.table(columns).to_reader(2),
    "pandas": lambda columns: pd.DataFrame(columns),
    "pandas of objects": lambda columns: pd.DataFrame(columns, dtype=object),
    "chunks of pandas": lambda columns: [pd.DataFrame(columns)[:2], pd.DataFrame(columns)[2:]],
    "polars": lambda columns: pl.DataFrame(columns),
    "polars categories": lambda columns: pl.DataFrame(columns, schema={"n": pl.Int64, "body": pl.Categorical}),
}


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_kind_of_table_is_scored(scorer, table):
    scored = pa.Table.from_batches(
        scorer.score_batches(table({"n": [0, 1, 2, 3, 4], "body": TEXTS}), "body", status=True)
    )
    assert scored.column_names == ["n", "body", "sentiment_label", "sentiment_score", "sentiment_status"]
    assert scored["n"].to_pylist() == [0, 1, 2, 3, 4]
    assert scored["sentiment_status"].to_pylist() == ["ok", "empty", "empty", "ok", "no_known_words"]
    expected = scorer.predict([text or "" for text in TEXTS]).tolist()
    assert scored["sentiment_label"].to_pylist() == [expected[0], None, None, expected[3], expected[4]]


def test_the_index_of_a_data_frame_comes_back(scorer):
    frame = pd.DataFrame({"body": ["good", "bad"]}, index=pd.Index([3, 7], name="id"))
    (batch,) = scorer.score_batches(frame, "body")
    assert batch.to_pandas().index.tolist() == [3, 7]


def test_texts_without_known_words_can_be_blank(scorer):
    (batch,) = scorer.score_batches(pa.record_batch({"body": TEXTS}), "body", unknown="blank")
    assert [label is None for label in batch["sentiment_label"].to_pylist()] == [False, True, True, False, True]


def test_a_column_of_missing_texts_only_is_scored(scorer):
    (batch,) = scorer.score_batches(pd.DataFrame({"body": [np.nan, np.nan]}), "body", status=True)
    assert batch["sentiment_status"].to_pylist() == ["empty", "empty"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("reviews.csv", "`str`"),
        (b"x", "`bytes`"),
        (None, "`NoneType`"),
        ({"body": ["good"]}, "`dict`"),
        (["good", "bad"], r"`str` - at batches\[0\]"),
        ([pa.record_batch({"body": ["good"]}), None], r"`NoneType` - at batches\[1\]"),
    ],
    ids=str,
)
def test_what_has_no_batches_is_refused_with_what_is_accepted(scorer, given, found):
    with pytest.raises(TypeError, match=f"Expected record batches, or a PyArrow table, .* got {found}"):
        list(scorer.score_batches(given, "body"))


def test_a_column_instead_of_a_table_is_refused(scorer):
    for column in (pd.Series(["good"]), pl.Series(["good"]), pa.chunked_array([["good"]])):
        with pytest.raises(sf.SentimentFastError, match="Expected"):
            list(scorer.score_batches(column, "body"))


def test_a_data_frame_that_arrow_cannot_hold_is_a_data_error(scorer):
    with pytest.raises(DataError, match=r"table that Arrow can hold, got a `DataFrame`: .*body"):
        list(scorer.score_batches(pd.DataFrame({"body": ["good", 3]}), "body"))


def test_batches_get_the_new_columns(scorer):
    texts = ["good", None, " ", "bad film", "good"]
    batches = [pa.record_batch({"n": range(5), "body": pa.array(texts, kind)}) for kind in (pa.string(), pa.binary())]
    scored = list(scorer.score_batches(batches, "body", status=True, tokens=True))
    expected = scorer.predict_proba([text or "" for text in texts])[:, 1]
    for batch in scored:
        assert batch.schema.names == [
            "n", "body", "sentiment_label", "sentiment_score", "sentiment_status", "sentiment_tokens",
        ]  # fmt: skip
        assert [batch["sentiment_label"][row].as_py() for row in (1, 2)] == [None, None]
        assert batch["sentiment_label"].to_pylist()[0] == scorer.predict(["good"])[0]
        assert batch["sentiment_score"].type == pa.float32()
        found = batch["sentiment_score"].to_pylist()
        assert [score is None for score in found] == [False, True, True, False, False]
        np.testing.assert_allclose([found[0], found[3]], expected[[0, 3]], atol=1e-6)
        assert batch["sentiment_status"].to_pylist() == ["ok", "empty", "empty", "ok", "ok"]
        assert batch["sentiment_tokens"].to_pylist() == [1, 0, 0, 2, 1]


def test_empty_and_sliced_batches_are_scored(scorer):
    batch = pa.record_batch({"body": ["good", "", "caf", "bad", " "]})
    whole = next(scorer.score_batches([batch], "body"))
    assert (
        next(scorer.score_batches([batch.slice(1, 3)], "body"))["sentiment_label"].to_pylist()
        == (whole["sentiment_label"].to_pylist()[1:4])
    )
    assert next(scorer.score_batches([batch.slice(0, 0)], "body")).num_rows == 0


@pytest.mark.parametrize("batch", [{"a": ["x"]}, {"body": [1]}, {"body": ["x"], "sentiment_score": [1.0]}])
def test_batch_that_does_not_fit_is_a_data_error(scorer, batch):
    with pytest.raises(DataError, match="Expected"):
        list(scorer.score_batches([pa.record_batch(batch)], "body"))


def test_a_column_of_other_values_than_texts_is_a_type_error_too(scorer):
    with pytest.raises(TextsError, match="Expected texts in column 'body', got int64"):
        list(scorer.score_batches([pa.record_batch({"body": [1]})], "body"))


def test_scores_of_integer_classes_keep_their_type(make_model):
    batch = next(sf.load(make_model([0, 1]), "cpu").score_batches([pa.record_batch({"t": ["good"]})], "t"))
    assert batch["sentiment_label"].type == pa.int64()
