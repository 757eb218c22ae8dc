"""Texts in every container: what is read, what counts as missing, and what is refused by name."""

from __future__ import annotations

import collections
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sentiment_fast as sf
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.errors import DataError, TextsError
from sentiment_fast.text.containers import column_of, is_missing, large_strings, rows_without_text

TEXTS = ["good film", None, "good good acting", ""]
VOCABULARY = sf.Vocabulary(["good", "film", "acting"])
ROWS = [[1, 2], [], [1, 1, 3], []]
STRINGS = np.dtypes.StringDType(na_object=None)

CONTAINERS = {
    "list": list,
    "tuple": tuple,
    "deque": collections.deque,
    "generator": lambda texts: (text for text in texts),
    "values of a dict": lambda texts: dict(enumerate(texts)).values(),
    "numpy objects": lambda texts: np.array(texts, object),
    "numpy StringDType": lambda texts: np.array(texts, STRINGS),
    "numpy masked": lambda texts: np.ma.array([text or "" for text in texts], mask=[text is None for text in texts]),
    "memoryview": lambda texts: memoryview(np.array(texts, object)),
    "list of PyArrow scalars": lambda texts: list(pa.array(texts)),
    "list with NaN": lambda texts: [float("nan") if text is None else text for text in texts],
    "Series": pd.Series,
    "Series of objects": lambda texts: pd.Series(texts, dtype=object),
    "Series with an index": lambda texts: pd.Series(texts, index=[3, 7, 9, 9]),
    "Series with names of attributes": lambda texts: pd.Series(texts, index=["columns", "array", "nlevels", "dtype"]),
    "Series of Python strings": lambda texts: pd.Series(texts, dtype="string[python]"),
    "Series of Arrow": lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
    "Series of categories": lambda texts: pd.Series(texts, dtype="category"),
    "Series.values": lambda texts: pd.Series(texts).values,
    "pd.unique": lambda texts: pd.unique(pd.Series(texts)),
    "pd.array": pd.array,
    "pd.Categorical": pd.Categorical,
    "Index": pd.Index,
    "Index of objects": lambda texts: pd.Index(texts, dtype=object),
    "frame of one column with an index": lambda texts: pd.DataFrame({"review": texts}, index=[3, 7, 9, 9]),
    "polars": pl.Series,
    "polars categories": lambda texts: pl.Series(texts, dtype=pl.Categorical),
    "polars frame": lambda texts: pl.DataFrame({"review": texts}),
    "Arrow": pa.array,
    "Arrow views": lambda texts: pa.array(texts, pa.string_view()),
    "Arrow dictionary": lambda texts: pa.array(texts).dictionary_encode(),
    "Arrow chunks": lambda texts: pa.chunked_array([texts[:1], texts[1:]]),
    "Arrow table": lambda texts: pa.table({"review": texts}),
    "Arrow batch": lambda texts: pa.record_batch({"review": texts}),
}
MISSING = [
    None,
    float("nan"),
    np.float32("nan"),
    np.float64("nan"),
    pd.NA,
    pd.NaT,
    np.datetime64("NaT"),
    decimal.Decimal("NaN"),
    np.ma.masked,
]


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_every_container_gives_the_same_ids(container):
    assert [row.tolist() for row in sf.encode(container(TEXTS), VOCABULARY)] == ROWS


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_every_container_gives_the_same_vocabulary(container):
    assert sf.build_vocabulary(container(TEXTS)).words == ["good", "film", "acting"]


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_every_container_can_be_learned_from(container):
    data = labelled_texts_of(container(TEXTS), ["a", "b", "a", "b"])
    assert data.texts.to_pylist() == ["good film", "", "good good acting", ""]
    assert data.texts.type == pa.large_string()


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_rows_without_text_are_found_in_every_container(container):
    column = column_of(container([*TEXTS[:3], " \u00a0\n"]))
    assert rows_without_text(column, np.arange(4)).tolist() == [1, 3]
    assert rows_without_text(column, np.array([2, 1])).tolist() == [1]
    assert rows_without_text(column, np.zeros(0, np.int64)).tolist() == []


@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_a_missing_value_of_any_library_is_a_text_without_words(value):
    assert is_missing(value)
    ids = sf.encode(["good", value, "film"], VOCABULARY)
    assert ([row.tolist() for row in ids], ids.null_count) == ([[1], [], [2]], 1)
    assert large_strings(["good", value]).to_pylist() == ["good", None]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([np.nan, np.nan]),
        pd.Series([pd.NA, pd.NA], dtype="Int64"),
        pd.Series([pd.NaT, pd.NaT]),
        pd.DataFrame({"review": [np.nan, np.nan]}),
        np.array([np.nan, np.nan]),
        pl.Series([float("nan"), None]),
        pl.Series([None, None]),
        pa.array([None, float("nan")]),
        pa.nulls(2),
    ],
    ids=lambda column: f"{type(column).__module__} {getattr(column, 'dtype', '')}",
)
def test_a_column_of_missing_values_only_is_read_whatever_its_type(column):
    assert sf.encode(column, VOCABULARY).null_count == 2


@pytest.mark.parametrize(
    "value", [0, 3, True, 1.5, b"good", ["good"], object, np.array([np.nan]), float("inf")], ids=repr
)
def test_a_value_that_is_no_text_is_named_with_its_row(value):
    assert not is_missing(value)
    message = rf"Expected `str` or a missing value, got `{type(value).__name__}` .* - at texts\[2\]"
    texts = ["good", None, value]
    for attempt in (
        lambda: sf.encode(texts, VOCABULARY),
        lambda: sf.build_vocabulary(texts),
        lambda: labelled_texts_of(texts, ["a", "b", "a"]),
        lambda: sf.encode(pd.Series(texts, dtype=object), VOCABULARY),
        lambda: sf.encode(iter(texts), VOCABULARY),
    ):
        with pytest.raises(TypeError, match=message):
            attempt()


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (pd.Series([1, 2]), "`int` 1"),
        (pd.Series([1.5]), "`float` 1.5"),
        (pd.RangeIndex(2), "`int` 0"),
        (pd.MultiIndex.from_tuples([("a", 1)]), r"`tuple` \('a', 1\)"),
        (pd.Series(pd.to_datetime(["2020-01-01"])), "`Timestamp` Timestamp"),
        (np.array([1]), "`int` 1"),
        (np.array([b"a"]), "`bytes` b'a'"),
        (pl.Series([1]), "`int` 1"),
        (pa.array([True]), "`bool` True"),
        (memoryview(b"abc"), "`int` 97"),
        (range(3), "`int` 0"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_column_of_other_values_is_refused_by_its_first_one(column, found):
    with pytest.raises(TypeError, match=rf"got {found}.* - at texts\[0\]"):
        sf.encode(column, VOCABULARY)


def test_a_long_value_is_shortened_in_the_message():
    with pytest.raises(TypeError) as failed:
        sf.encode([["x" * 1000]], VOCABULARY)
    assert len(str(failed.value)) < 200


@pytest.mark.parametrize(
    "texts", [None, 42, {"a", "b"}, {"a": "b"}, {"a": "b"}.keys(), object(), pl.LazyFrame({"a": ["b"]})]
)
def test_what_has_no_order_or_no_texts_is_refused_with_what_is_accepted(texts):
    with pytest.raises(TypeError, match=rf"Expected texts as a list, .* got `{type(texts).__name__}`"):
        sf.encode(texts, VOCABULARY)


@pytest.mark.parametrize("text", ["good film", b"good film", bytearray(b"good"), ""])
def test_a_lone_text_is_refused(text):
    for attempt in (lambda: sf.encode(text, VOCABULARY), lambda: labelled_texts_of(text, ["a"])):
        with pytest.raises(TypeError, match="Expected several texts, got one"):
            attempt()


@pytest.mark.parametrize("columns", [{"a": ["x"], "b": ["y"]}, {}])
def test_a_frame_of_several_columns_or_none_is_refused_by_their_names(columns):
    with pytest.raises(TypeError, match=r"Expected a table of one column of texts, got the columns ('a', 'b'|none)"):
        sf.encode(pd.DataFrame(columns), VOCABULARY)


@pytest.mark.parametrize(
    "table", [pa.table({"a": ["x"], "b": ["y"]}), pl.DataFrame({"a": ["x"], "b": ["y"]}), pa.array([["x"]])]
)
def test_a_table_of_several_columns_cannot_be_learned_from(table):
    with pytest.raises(DataError, match="got a table of several columns or a nested one: pass one column"):
        labelled_texts_of(table, ["a"])


def test_texts_that_arrow_cannot_hold_are_named():
    with pytest.raises(TextsError, match=r"texts that UTF-8 can encode, got '\\ud800' - at texts\[1\]"):
        labelled_texts_of(["a", "\ud800"], ["a", "b"])
    with pytest.raises(TextsError, match="Invalid UTF8"):
        labelled_texts_of(pa.array([b"a", b"\xff"]), ["a", "b"])


def test_arrow_columns_are_not_copied():
    texts = pd.Series(["good film"] * 3, dtype="string[pyarrow]")
    column = column_of(texts)
    assert column.chunks[0].buffers()[2].address == texts.array.__arrow_array__().chunks[0].buffers()[2].address
    assert column_of(chosen := pa.array(["a"])) is chosen
    assert column_of(listed := ["a", 3]) is listed
