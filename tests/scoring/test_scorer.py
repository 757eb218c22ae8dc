"""Scoring texts: shapes, classes, and that a text's score is its own, however it comes."""

from __future__ import annotations

import copy
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sentiment_fast as sf
from sentiment_fast.errors import ModelFolderError, UsageError
from tests.scoring.conftest import WORDS

TEXTS = [
    "a good film",
    "bad",
    "",
    "café, NA",
    "nothing known here",
    "awful plot " * 30,
    "Good!",
    "\u00a0",
    "bad bad good",
]


def random_texts(count: int) -> list[str]:
    choose = random.Random(5)
    words = ["good", "bad", "film", "awful", "wonderful", "unknown"]
    return [" ".join(choose.choices(words, k=choose.randrange(40))) for _ in range(count)]


# --- shapes, classes, labels


@pytest.mark.parametrize("classes", [["negative", "positive"], ["bad", "good", "mixed"], [0, 1]])
def test_probabilities_are_float32_rows_that_sum_to_1(make_model, classes):
    probabilities = sf.load(make_model(classes), "cpu", "float32").predict_proba(TEXTS)
    assert (probabilities.shape, probabilities.dtype) == ((len(TEXTS), len(classes)), np.float32)
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("classes", [["negative", "positive"], ["bad", "good", "mixed"], [0, 1], [-1.5, 0.5]])
def test_classes_are_those_of_the_model_in_their_order_and_type(make_model, classes):
    found = sf.load(make_model(classes), "cpu").classes
    assert found == classes
    assert [type(label) for label in found] == [type(label) for label in classes]


def test_changing_the_list_of_classes_changes_nothing(scorer):
    scorer.classes.reverse()
    assert scorer.classes == ["negative", "positive"]


@pytest.mark.parametrize("classes", [["negative", "positive"], ["bad", "good", "mixed"], [0, 1]])
def test_labels_are_the_likelier_classes(make_model, classes):
    scorer = sf.load(make_model(classes), "cpu", "float32")
    texts = random_texts(200)
    labels = scorer.predict(texts)
    assert labels.tolist() == [classes[index] for index in scorer.predict_proba(texts).argmax(axis=1)]
    assert len(set(labels.tolist())) > 1


def test_integer_labels_stay_integers(make_model):
    assert sf.load(make_model([0, 1]), "cpu").predict(TEXTS).dtype == np.int64


@pytest.mark.parametrize("classes", [["negative", "positive"], ["bad", "good", "mixed"]])
def test_no_texts_give_no_rows(make_model, classes):
    scorer = sf.load(make_model(classes), "cpu", "float32")
    probabilities = scorer.predict_proba([])
    assert (probabilities.shape, probabilities.dtype) == ((0, len(classes)), np.float32)
    assert scorer.predict([]).shape == (0,)


@pytest.mark.parametrize(
    "empty", [(), np.array([], object), pd.Series([], dtype=object), pa.chunked_array([], pa.string())]
)
def test_no_texts_in_any_container_give_no_rows(scorer, empty):
    assert scorer.predict_proba(empty).shape == (0, 2)


# --- a text's score is its own


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"pooling": "last", "bidirectional": True},
        {"pooling": "attention", "bidirectional": True, "layers": 2},
        {"pooling": "max_mean", "bidirectional": True, "hidden_size": 16},  # natively
        {"pooling": "padded", "cell": "gru", "max_length": 500},
    ],
    ids=["padded", "last", "attention", "max_mean", "gru"],
)
@pytest.mark.parametrize("classes", [["negative", "positive"], ["bad", "good", "mixed"]])
def test_score_does_not_depend_on_what_else_is_scored(make_model, settings, classes):
    scorer = sf.load(make_model(classes, **settings), "cpu", "float32")
    texts = [*TEXTS, *random_texts(80)]
    alone = np.concatenate([scorer.predict_proba([text]) for text in texts])
    np.testing.assert_allclose(scorer.predict_proba(texts), alone, rtol=0, atol=1e-6)


def test_rows_come_in_the_order_of_the_texts(scorer):
    texts = random_texts(200)
    order = np.random.default_rng(0).permutation(200)
    shuffled = scorer.predict_proba([texts[index] for index in order])
    np.testing.assert_allclose(shuffled, scorer.predict_proba(texts)[order], rtol=0, atol=1e-6)


def test_words_behind_the_longest_length_read_make_no_difference(scorer):
    long = "good " * 20
    np.testing.assert_array_equal(scorer.predict_proba([long + "bad " * 50]), scorer.predict_proba([long]))


def test_texts_without_known_words_share_an_answer(scorer):
    probabilities = scorer.predict_proba(["", "unknown words", "42 ... !", None])
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities, np.repeat(probabilities[:1], 4, axis=0), atol=1e-6)


def test_encoding_and_scoring_are_the_two_halves_of_predict_proba(scorer):
    np.testing.assert_array_equal(scorer.probabilities_of(scorer.encode(TEXTS)), scorer.predict_proba(TEXTS))


def test_reduced_precision_is_close_to_float32(model_folder):
    texts = random_texts(100)
    automatic = sf.load(model_folder, "cpu").predict_proba(texts)
    assert automatic.dtype == np.float32
    np.testing.assert_allclose(automatic, sf.load(model_folder, "cpu", "float32").predict_proba(texts), atol=0.05)


# --- containers


@pytest.mark.parametrize(
    "container",
    [
        tuple,
        np.array,
        lambda texts: np.array(texts, object),
        pd.Series,
        lambda texts: pd.Series(texts, dtype=object),
        lambda texts: pd.Series(texts, index=range(100, 100 + len(texts))),
        pa.array,
        lambda texts: pa.array(texts, pa.large_string()),
        lambda texts: pa.array([text.encode() for text in texts], pa.binary()),
        lambda texts: pa.chunked_array([texts[:3], texts[3:]]),
        pl.Series,
    ],
    ids="tuple numpy-str numpy-object pandas pandas-object pandas-index arrow large binary chunked polars".split(),
)
def test_every_container_gives_the_scores_of_a_list(scorer, container):
    np.testing.assert_array_equal(scorer.predict_proba(container(TEXTS)), scorer.predict_proba(TEXTS))


@pytest.mark.parametrize("method", ["predict", "predict_proba", "encode"])
@pytest.mark.parametrize("text", ["a good film", b"a good film", ""])
def test_lone_text_is_a_type_error(scorer, method, text):
    with pytest.raises(TypeError, match=r"Expected several texts, got one `(str|bytes)`: wrap it in a list"):
        getattr(scorer, method)(text)


@pytest.mark.parametrize("texts", [42, None, {"a": 1}, [1, 2], np.array([1.5]), pd.Series([1, 2]), np.array([["a"]])])
def test_what_is_no_column_of_texts_is_a_type_error(scorer, texts):
    with pytest.raises(TypeError, match="Expected"):
        scorer.predict_proba(texts)


# --- missing and unknown texts

WITHOUT_TEXT = [None, float("nan"), pd.NA, "", " \u00a0\n"]
WITHOUT_WORDS = ["\U0001f60d", "Das Essen war kalt", "!?", "42"]


@pytest.mark.slow
@pytest.mark.parametrize("container", [list, tuple, iter, lambda texts: np.array(texts, object), pd.Series, pd.Index])
@pytest.mark.parametrize(
    ("options", "blank"),
    [
        ({}, ""),
        ({"missing": "blank"}, "missing"),
        ({"unknown": "blank"}, "unknown"),
        ({"missing": "blank", "unknown": "blank"}, "missing unknown"),
        ({"missing": "prior", "unknown": "prior"}, ""),
    ],
    ids=str,
)
def test_missing_and_unknown_texts_get_the_prior_or_nothing_in_every_container(scorer, container, options, blank):
    texts = ["a good film", *WITHOUT_TEXT, "bad", *WITHOUT_WORDS]
    kind = ["", *["missing"] * 5, "", *["unknown"] * 4]
    is_blank = [bool(one) and one in blank for one in kind]
    prior = scorer.predict_proba([""])[0]
    probabilities, labels = (ask(container(texts), **options) for ask in (scorer.predict_proba, scorer.predict))
    assert (probabilities.dtype, probabilities.shape, labels.shape) == (np.float32, (11, 2), (11,))
    np.testing.assert_array_equal(np.isnan(probabilities), np.repeat([[one] for one in is_blank], 2, axis=1))
    assert [label is None for label in labels] == is_blank
    for row, one in enumerate(kind):
        expected = scorer.predict_proba([texts[row]])[0] if not one else prior
        if not is_blank[row]:
            np.testing.assert_allclose(probabilities[row], expected, atol=1e-6)
            assert labels[row] == scorer.predict([texts[row] if not one else ""])[0]


@pytest.mark.parametrize("container", [list, np.array, pd.Series, pl.Series, pa.array])
@pytest.mark.parametrize("text", [None, "", " "])
def test_a_missing_text_can_be_an_error_that_names_its_row(scorer, container, text):
    texts = container(["good", "\U0001f60d", text, "bad", text])
    for ask in (scorer.predict, scorer.predict_proba):
        with pytest.raises(ValueError, match=r"got none in 2, the first at texts\[2\]") as failed:
            ask(texts, missing="error")
        assert isinstance(failed.value, sf.SentimentFastError)
    assert scorer.predict(["good", "\U0001f60d"], missing="error").shape == (2,)


def test_labels_with_blanks_are_objects_of_their_own_type(make_model):
    labels = sf.load(make_model([0, 1]), "cpu").predict(["good", None], missing="blank")
    assert (labels.dtype, type(labels[0]), labels[1]) == (object, int, None)


@pytest.mark.parametrize("choice", [{"missing": "drop"}, {"missing": None}, {"unknown": "error"}])
def test_another_answer_to_missing_texts_is_a_usage_error(scorer, choice):
    with pytest.raises(UsageError, match=f"Expected `{next(iter(choice))}` to be prior"):
        scorer.predict(["good"], **choice)


def test_stop_words_are_not_known_words(make_model):
    scorer = sf.load(make_model(["negative", "positive"], unknown="id"), "cpu")
    found = np.isnan(scorer.predict_proba(["the", "the unheardof", "the good"], unknown="blank")[:, 0])
    assert found.tolist() == [True, True, False]


# --- loading


@pytest.mark.slow
def test_missing_folder_is_an_error_that_names_it(tmp_path):
    with pytest.raises(ModelFolderError, match=r"none: no such model folder.*`train` makes one"):
        sf.load(tmp_path / "none")


def test_folder_without_a_model_is_an_error(tmp_path):
    with pytest.raises(ModelFolderError, match=r"is not a model folder: it has no config\.json"):
        sf.load(tmp_path)


def test_folder_may_be_named_by_a_str(model_folder, scorer):
    found = sf.load(str(model_folder), "cpu", "float32").predict_proba(TEXTS)
    np.testing.assert_array_equal(found, scorer.predict_proba(TEXTS))


def test_text_column_is_that_of_the_model(make_model):
    assert sf.load(make_model(["a", "b"], "body"), "cpu").text_column == "body"
    assert sf.load(make_model(["a", "b"]), "cpu").text_column is None


def test_unknown_device_is_a_usage_error(model_folder):
    with pytest.raises(UsageError, match="Expected a device of auto, cpu or cuda, got 'tpu'"):
        sf.load(model_folder, "tpu")


def test_unknown_precision_is_a_usage_error(model_folder):
    with pytest.raises(UsageError, match="Expected a precision of auto, float32, bfloat16, float16, got 'int8'"):
        sf.load(model_folder, "cpu", "int8")


# Copies, and other threads.


@pytest.mark.parametrize("settings", [{"hidden_size": 16}, {"cell": "gru"}], ids=["core", "PyTorch"])
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["deepcopy", "pickle"]
)
def test_a_copy_scores_as_the_scorer_does(make_model, settings, copied):
    scorer = sf.load(make_model(["negative", "positive"], **settings), "cpu", threads=1, neutral=(0.45, 0.6))
    scorer.threshold = 0.55
    texts = ["a good film", "bad", "boring plot"] * 50  # so many that the core packs all words
    expected = scorer.predict_proba(texts)
    again = copied(scorer)
    np.testing.assert_array_equal(again.predict_proba(texts), expected)
    assert (again.threshold, again.neutral, again.digest()) == (0.55, (0.45, 0.6), scorer.digest())
    assert again.predict(texts).tolist() == scorer.predict(texts).tolist()


def test_a_pool_of_threads_shares_a_scorer(make_model):
    scorer = sf.load(make_model(["negative", "positive"], hidden_size=16), "cpu", "float32")
    parts = [[f"{word} film"] * (size + 1) for size, word in enumerate(WORDS * 4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(scorer.predict_proba, parts))
    for probabilities, part in zip(found, parts, strict=True):
        np.testing.assert_array_equal(probabilities, scorer.predict_proba(part))
