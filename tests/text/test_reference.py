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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("good\U0001f44d\U0001f3fdfilm", "good _emoji thumbs up film"),
        ("\u2764\ufe0f\u2764", "_emoji red heart _emoji red heart"),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "_emoji woman technologist"),
        ("\U0001f469\u200d\U0001f469", "_emoji woman _emoji woman"),  # not a sequence that has a name
        ("fine :-D (xD) <3", "fine _emoji grinning face with big eyes _emoji grinning squinting face _emoji red heart"),
        ("http://x 4:3 fine:) :Dora &lt;) <30 1:D", "http x fine dora lt d"),
        ("\u00a9 \u2122 \U0001f3fd", ""),
    ],
)
def test_emojis_and_emoticons_become_the_words_of_their_names(text, words):
    assert reference.clean_words(text, split_at_marks=True, emojis=True) == words.split()


@pytest.mark.parametrize(
    ("stars", "texts"),
    [
        ("zero", ["0/10", "zero stars", "0 out of 5", "0.4/5"]),
        ("one", ["1/10", "1 star", "One-star", "1.0 out of 5", "\u2605\u2606\u2606\u2606\u2606"]),
        ("two", ["3/10", "4/10", "2 stars", "two out of five", "\u2605\u2605"]),
        ("three", ["5/10", "6/10", "2.5/5", "three stars out of five", "\u2605\u2605\u2606", "6 stars"]),
        ("four", ["8/10", "7 / 10", "3,5 / 5", "EIGHT OUT OF TEN", "\u2605\u2605\u2605\u00bd", "\u2b50\ufe0f" * 4]),
        ("five", ["10/10", "4.5/5", "9 out of 10", "five stars", "5-star", "10.00 stars", "\u2605" * 9, "9 stars"]),
    ],
)
def test_ratings_become_one_of_six_words(stars, texts):
    for text in texts:
        assert reference.clean_words(f"so {text}.", ratings=True) == ["so", f"_rating_{stars}"]


@pytest.mark.parametrize(
    "text",
    [
        *("5/10/2001", "1/5/10", "11/10", "6/5", "24/7", "3 8/100", "8/10th", "a8/10", "0.5.5/10", "9/11", "x5 stars"),
        *("5 starships", "stars", "five", "many stars", "10.5/10", "8//10", "8/  10", "8 out of 9", "\u2605"),
        "\u2606\u2606",
    ],
)
def test_other_numbers_and_single_stars_are_not_ratings(text):
    options = {"keep_digits": True, "split_at_marks": True}
    assert reference.clean_words(text, ratings=True, **options) == reference.clean_words(text, **options)


def test_a_rating_begins_at_its_first_number_and_is_not_found_twice():
    assert reference.clean_words("nine out of 5 stars", ratings=True) == ["nine", "out", "of", "_rating_five"]
    assert reference.clean_words("2 out of 5 stars", ratings=True) == ["_rating_two", "stars"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is n't ca n\u2019t do N`T", "isnt cant dont"),
        ("it 's i 'm they \u2019re we 've he 'll i 'd", "its im theyre weve hell id"),
        ("is  n't is n'ts 'n't 9 's it 's' it 'so", "is nt is nts nt s it s it so"),
    ],
)
def test_contractions_that_were_split_are_joined(text, words):
    assert reference.clean_words(text, contractions=True) == words.split()


def test_what_is_replaced_does_not_extend_over_a_tag():
    options = {"strip_html": True, "ratings": True, "contractions": True, "keep_digits": True, "split_at_marks": True}
    assert reference.clean_words("8<b>/10</b> is<i> n't", **options) == ["8", "10", "is", "nt"]


@pytest.mark.slow
def test_all_options_together():
    text = "Was n't bad \U0001f642\u2605\u2605\u2605\u2605\u2606 \u2013 4/5 :)"
    options = dict.fromkeys(("keep_digits", "split_at_marks", "emojis", "ratings", "contractions"), True)
    words = "wasnt bad _emoji slightly smiling face _rating_four _rating_four _emoji slightly smiling face"
    assert reference.clean_words(text, **options) == words.split()


def test_ties_go_to_the_word_that_came_first():
    assert reference.build_vocabulary(["pear apple", "fig apple pear"], stop_words=None) == ["pear", "apple", "fig"]


def test_no_texts_give_a_matrix_without_rows():
    assert reference.pad([], 7).shape == (0, 7)
