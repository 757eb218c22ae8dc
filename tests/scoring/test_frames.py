"""Data frames in memory: two columns more, everything else as it was."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sentiment_fast as sf

TEXTS = ["a good film", None, "bad, awful", "  ", "good"]


@pytest.fixture(scope="module")
def scorer(make_model):
    return sf.load(make_model(["negative", "positive"], text_column="body"), "cpu")


@pytest.fixture(scope="module")
def expected(scorer):
    """The same rows as Arrow batches get them: (labels, scores)."""
    (batch,) = scorer.score_batches(pa.table({"body": TEXTS}), "body")
    return batch["sentiment_label"].to_pylist(), batch["sentiment_score"].to_pylist()


def test_a_pandas_frame_keeps_its_index_and_columns_and_gets_two_more(scorer, expected):
    frame = pd.DataFrame({"n": [1, 2, 3, 4, 5], "body": TEXTS}, index=list("edcbe"))
    before = frame.copy()
    scored = scorer.score_frame(frame, "body")
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(scored[["n", "body"]], before)
    assert list(scored.columns) == ["n", "body", "sentiment_label", "sentiment_score"]
    assert [None if pd.isna(one) else one for one in scored["sentiment_label"]] == expected[0]
    assert scored["sentiment_score"].dtype == np.float32
    np.testing.assert_array_equal(scored["sentiment_score"], np.array(expected[1], np.float32))


def test_a_polars_frame_gets_two_more_columns(scorer, expected):
    frame = pl.DataFrame({"n": [1, 2, 3, 4, 5], "body": TEXTS})
    scored = scorer.score_frame(frame, "body")
    assert scored.select("n", "body").equals(frame)
    assert scored["sentiment_label"].to_list() == expected[0]
    assert scored["sentiment_score"].to_list() == expected[1]
    assert scored["sentiment_score"].dtype == pl.Float32


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
@pytest.mark.parametrize(
    "columns",
    [["review", "body"], ["review", "other"], ["n", "text"], ["n", "anything"]],
    ids=["the model's", "review", "text", "the only one of texts"],
)
def test_the_text_column_is_found_as_for_files(scorer, library, columns):
    first = ["bad"] if columns[0] == "review" else [3]
    expected = "bad" if columns == ["review", "other"] else "good"
    scored = scorer.score_frame(library.DataFrame({columns[0]: first, columns[1]: ["good"]}))
    assert scored["sentiment_score"][0] == scorer.predict_proba([expected])[0, 1]


def test_a_column_may_be_chosen_by_number_or_by_a_name_that_is_not_a_text(scorer):
    frame = pd.DataFrame({"n": ["bad"], 7: ["good"]})
    scores = [scorer.score_frame(frame, column)["sentiment_score"][0] for column in (1, 2, 7)]
    np.testing.assert_array_equal(scores, scorer.predict_proba(["bad", "good", "good"])[:, 1])


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_further_columns_are_added_on_request(scorer, library):
    scored = scorer.score_frame(library.DataFrame({"body": ["good", "😍", ""]}), status=True, tokens=True)
    assert list(scored["sentiment_status"]) == ["ok", "no_known_words", "empty"]
    assert list(scored["sentiment_tokens"]) == [1, 0, 0]
    blank = scorer.score_frame(library.DataFrame({"body": ["good", "😍"]}), unknown="blank")
    assert np.isnan(np.array(blank["sentiment_score"], float)).tolist() == [False, True]


def test_labels_keep_their_type_and_missing_ones_are_missing(make_model):
    scorer = sf.load(make_model([0, 1]), "cpu")
    whole = scorer.score_frame(pd.DataFrame({"text": ["good", "bad"]}))["sentiment_label"]
    assert whole.dtype == np.int64
    some = scorer.score_frame(pd.DataFrame({"text": ["good", None]}))["sentiment_label"]
    assert (some[0], some[1]) == (whole[0], pd.NA) or some[1] is pd.NA
    assert scorer.score_frame(pl.DataFrame({"text": ["good", None]}))["sentiment_label"].to_list() == [whole[0], None]


def test_more_than_two_classes_have_a_score_each(make_model):
    scored = sf.load(make_model(["a", "b", "c"]), "cpu").score_frame(pd.DataFrame({"text": ["good"]}))
    assert list(scored.columns)[1:] == [
        "sentiment_label",
        "sentiment_score_a",
        "sentiment_score_b",
        "sentiment_score_c",
    ]


def test_a_frame_without_rows_gets_the_columns_too(scorer):
    for library in (pd, pl):
        scored = scorer.score_frame(library.DataFrame({"body": ["good"]})[:0])
        assert (len(scored), list(scored.columns)) == (0, ["body", "sentiment_label", "sentiment_score"])


def test_texts_in_categories_are_read(scorer):
    frame = pd.DataFrame({"body": pd.Categorical(["good", "bad", "good"])})
    scores = scorer.score_frame(frame)["sentiment_score"]
    assert scores[0] == scores[2] != scores[1]


@pytest.mark.parametrize(
    ("frame", "column", "error", "message"),
    [
        (pd.DataFrame({"body": ["good"], "sentiment_label": [1]}), None, sf.DataError, "already has a column"),
        (pd.DataFrame({"a": [1]}), None, sf.DataError, "exactly one column that holds text, got columns 'a'"),
        (pd.DataFrame({"a": ["x"]}), "b", sf.DataError, "the data frame: expected a text column 'b', got columns 'a'"),
        (pd.DataFrame({"body": ["good", 3]}), None, TypeError, r"Column 'body': Expected `str` .* at texts\[1\]"),
        (pd.DataFrame({"a": ["x"]}), 2.5, sf.DataError, "expected a text column 2.5, got columns"),
        (["good"], None, TypeError, "Expected a pandas or polars data frame, got `list`"),
        (pl.LazyFrame({"body": ["good"]}), None, TypeError, "call `collect` on a polars LazyFrame"),
    ],
)
def test_what_cannot_be_scored_is_an_error_that_says_why(scorer, frame, column, error, message):
    with pytest.raises(error, match=message):
        scorer.score_frame(frame, column)
