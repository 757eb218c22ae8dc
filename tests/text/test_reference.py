"""The specification against golden rows made by the tutorial's own statements (golden/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest

from sentiment_fast.text import reference

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "preprocessing.json").read_text())


def test_words_are_the_tutorials():
    assert [reference.clean_words(text) for text in GOLDEN["texts"]] == GOLDEN["words"]


@pytest.mark.parametrize("max_words", GOLDEN["max_words"])
def test_vocabulary_is_the_tutorials(max_words):
    expected = GOLDEN["max_words"][max_words]["vocabulary"]
    assert reference.build_vocabulary(GOLDEN["texts"], int(max_words)) == expected


@pytest.mark.parametrize("max_words", GOLDEN["max_words"])
def test_ids_are_the_tutorials(max_words):
    case = GOLDEN["max_words"][max_words]
    assert reference.encode(GOLDEN["texts"], case["vocabulary"]) == case["ids"]


@pytest.mark.parametrize("max_words", GOLDEN["max_words"])
def test_padding_is_the_tutorials(max_words):
    case = GOLDEN["max_words"][max_words]
    matrix = reference.pad(case["ids"], 5)
    assert matrix.dtype == np.int32
    assert matrix.tolist() == case["padded_to_5"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("film...and", ["film", "and"]),
        ("8/10!", ["8", "10"]),
        ("it's, don\u2019t, don`t, don\u00b4t, \u2018tis", ["its", "dont", "dont", "dont", "tis"]),
        ("a\u2014b\u2026c\u20acd\U0001f600e_f", ["a", "b", "c", "d", "e_f"]),
        ("cafe\u0301 a\u200db a\x00b a\ufffdb", ["cafe", "ab", "ab", "ab"]),
    ],
)
def test_words_are_split_at_marks_where_that_is_asked_for(text, words):
    assert reference.clean_words(text, keep_digits=True, split_at_marks=True) == words


def test_ties_go_to_the_word_that_came_first():
    assert reference.build_vocabulary(["pear apple", "fig apple pear"], stop_words=None) == ["pear", "apple", "fig"]


def test_no_texts_give_a_matrix_without_rows():
    assert reference.pad([], 7).shape == (0, 7)
