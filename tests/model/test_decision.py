"""How probabilities become labels: positive class, threshold, neutral band, expected values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment_fast.errors import UsageError
from sentiment_fast.model.decision import (
    Decision,
    band_of,
    check_band,
    class_values,
    expected_values,
    positive_of,
    predicted_indices,
)

CLASSES = ("bad", "good")


def binary(*of_second: float) -> np.ndarray:
    return np.array([[1 - p, p] for p in of_second], np.float32)


def test_the_positive_class_is_predicted_above_the_threshold():
    assert predicted_indices(binary(0.2, 0.7, 0.9), 0.8, positive=1).tolist() == [0, 0, 1]
    assert predicted_indices(binary(0.1, 0.3, 0.9), 0.8, positive=0).tolist() == [0, 1, 1]


def test_at_the_threshold_the_other_class_is_predicted():
    assert predicted_indices(binary(0.5), positive=0).tolist() == [1]
    assert predicted_indices(binary(0.5), positive=1).tolist() == [0]


def test_texts_within_the_band_are_neutral_its_ends_included():
    decision = Decision(CLASSES, neutral=(0.25, 0.75))
    assert decision.labels == ["bad", "good", "neutral"]
    assert decision.indices(binary(0.2, 0.25, 0.5, 0.75, 0.8)).tolist() == [0, 2, 2, 2, 1]


def test_the_band_is_one_of_the_positive_class():
    decision = Decision(CLASSES, positive=0, neutral=(0.25, 0.5))
    assert decision.indices(binary(0.6, 0.4)).tolist() == [2, 0]


def test_labels_are_strings_next_to_neutral():
    assert Decision((0, 1), neutral=(0.4, 0.6)).labels == ["0", "1", "neutral"]
    assert Decision((0, 1)).labels == [0, 1]


def test_a_neutral_text_shows_the_probability_of_the_positive_class():
    shown = Decision(CLASSES, positive=0, neutral=(0.25, 0.75)).shown(binary(0.4, 0.9))
    assert shown.tolist() == pytest.approx([0.6, 0.9])


@pytest.mark.slow
@given(st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=1, max_size=5))
def test_expected_values_are_within_the_range_of_the_numbers(shares):
    probabilities = np.array(shares, np.float64)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    found = expected_values(probabilities.astype(np.float32), [1, 2.5, 5])
    assert found.dtype == np.float32
    assert found == pytest.approx(probabilities @ np.array([1, 2.5, 5]), abs=1e-5)
    assert ((found >= 1) & (found <= 5)).all()


@pytest.mark.parametrize(
    "given", ["0.4:0.6", (0.4, 0.6), [0.4, 0.6], (np.float32(0.4), np.float64(0.6)), " 0.4 : 0.6 "]
)
def test_a_band_has_several_forms(given):
    assert band_of(given) == pytest.approx((0.4, 0.6))


@pytest.mark.parametrize(
    "given", ["0.4", "0.6:0.4", "a:b", "0:1.5", "-1:1", "0.5:0.5", "nan:1", (0.4,), 0.4, (True, 1), True, {}, "auto"]
)
def test_a_band_that_makes_no_sense_is_bad_usage(given):
    with pytest.raises(UsageError, match="`neutral` as LOW:HIGH"):
        band_of(given)


@pytest.mark.parametrize(
    ("classes", "threshold", "message"),
    [
        ([1, 2, 3], 0.5, "only with two classes"),
        (["neutral", "x"], 0.5, 'a class "neutral" of its own'),
        (["a", "b"], 0.7, "Expected a threshold within the neutral band, 0.4 to 0.6, got 0.7"),
    ],
)
def test_a_band_must_fit_the_model(classes, threshold, message):
    with pytest.raises(UsageError, match=message):
        check_band((0.4, 0.6), classes, threshold)


def test_numbers_of_ordered_classes():
    assert class_values([1, 2, 5]) == (1, 2, 5)
    assert class_values(["1", "2.50", "10"]) == (1, 2.5, 10)
    assert class_values(["bad", "fair", "good"], ["good", "fair", "bad"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("classes", "order"),
    [(["a", "b"], None), (["1", "01"], None), (["1", "nan"], None), (["a", "b"], ["a"]), (["a", "b"], ["a", "a"])],
)
def test_classes_without_an_order_are_bad_usage(classes, order):
    with pytest.raises(UsageError, match="`ordinal`"):
        class_values(classes, order)


def test_the_positive_class_is_named_by_its_spelling():
    assert positive_of("1", [0, 1]) == 1
    assert positive_of(0, [0, 1]) == 0
    assert positive_of(None, ["a", "b"]) == "b"
    assert positive_of(None, ["a", "b", "c"]) is None
    with pytest.raises(UsageError, match="`positive` to be one of 'a' and 'b', got 'c'"):
        positive_of("c", ["a", "b"])
    with pytest.raises(UsageError, match="only with two classes, got 3"):
        positive_of("c", ["a", "b", "c"])
