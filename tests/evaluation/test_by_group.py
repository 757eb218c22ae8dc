"""Figures of groups of texts."""

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.data.groups import Groups, table_of_groups
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.evaluation.by_group import (
    GroupMetrics,
    evaluate_groups,
    evaluate_texts,
    groups_as_lines,
    mean_log_loss,
)
from sentiment_fast.evaluation.metrics import evaluate_decision
from sentiment_fast.model.decision import Decision

DECISION = Decision(("bad", "good"))
OF_GOOD = np.array([0.9, 0.2, 0.6, 0.3, 0.8, 0.45])
PROBABILITIES = np.stack([1 - OF_GOOD, OF_GOOD], axis=1)
TARGETS = np.array([1, 0, 0, 1, 1, -1])
GROUPS = Groups(("films", "none", "books"), np.array([0, 0, 0, 2, 2, 2], np.int32))


def test_figures_are_those_of_the_groups_texts():
    films, books = evaluate_groups(PROBABILITIES, TARGETS, GROUPS, DECISION)
    whole = evaluate_decision(PROBABILITIES[:3], TARGETS[:3], DECISION)
    assert (films.name, films.n, films.accuracy) == ("films", 3, whole.accuracy)
    assert films.log_loss == pytest.approx(whole.log_loss)
    assert films.balanced_accuracy == pytest.approx((1 + 0.5) / 2)
    assert (books.name, books.n, books.accuracy, books.balanced_accuracy) == ("books", 2, 0.5, 0.5)


def test_texts_in_the_neutral_band_are_left_out():
    (films, books) = evaluate_groups(PROBABILITIES, TARGETS, GROUPS, Decision(("bad", "good"), neutral=(0.25, 0.7)))
    assert (films.n, books.n) == (2, 1)


def test_the_figures_of_all_texts_leave_out_those_between_the_classes():
    texts = pa.chunked_array([list("abcdef")])
    data = LabelledTexts(texts, np.array(["good", "bad", "bad", "good", "good", "so"]), "mine", domains=GROUPS)
    found = evaluate_texts(PROBABILITIES, TARGETS, data, DECISION)
    assert found.whole == evaluate_decision(PROBABILITIES[:5], TARGETS[:5], DECISION)
    assert found.neutral == {"n": 1, "mean_probability": 0.45, "share_0.25_to_0.75": 1.0}
    assert set(found.as_dict()) - set(found.whole.as_dict()) == {"by_domain", "neutral_texts"}
    assert "1 texts between the classes: P(good) is 0.4500 in the mean, and 0.25 to 0.75 for 100.00%" in found.as_text()


def test_without_groups_the_figures_are_those_of_all_texts_only():
    data = LabelledTexts(pa.chunked_array([list("abcde")]), np.array(["good"] * 5), "mine")
    found = evaluate_texts(PROBABILITIES[:5], TARGETS[:5], data, DECISION)
    assert found.as_dict() == found.whole.as_dict()
    assert found.as_text() == found.whole.as_text()


def test_the_table_has_the_largest_groups_only():
    figures = {"by_domain": [GroupMetrics(f"d{n}", n, 0.5, 0.25, 0.7) for n in range(1, 43)]}
    lines = groups_as_lines(figures)
    assert lines[1].split() == ["domain", "texts", "accuracy", "balanced", "log", "loss"]
    assert lines[2].split() == ["d42", "42", "50.00%", "25.00%", "0.7000"]
    assert len(lines) == 43
    assert lines[-1] == "and 2 smaller ones"


def test_names_that_a_terminal_cannot_show_are_quoted():
    lines = table_of_groups("domain", ["a\x1b[2J", "b" * 50], ["n"], [["1"], ["2"]])
    assert lines[1].startswith("'a\\x1b[2J'")
    assert len(lines[2]) < 50


def test_the_mean_loss_is_weighted():
    weights = np.array([1.0, 2.0, 0.5, 1.0, 3.0])
    rows = np.repeat(np.arange(5), (2 * weights).astype(int))
    expected = evaluate_decision(PROBABILITIES[rows], TARGETS[rows], DECISION).log_loss
    assert mean_log_loss(PROBABILITIES[:5], TARGETS[:5], weights) == pytest.approx(expected)
    soft = np.eye(2)[TARGETS[:5]]
    assert mean_log_loss(PROBABILITIES[:5], soft, weights) == pytest.approx(expected)
