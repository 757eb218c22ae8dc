"""The space of a search: read in the settings' own types, and refused by name where it makes no sense."""

import json

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.model.presets import PRESETS, preset
from sentiment_fast.tuning.space import DEFAULT_GRID, DEFAULT_SPACE, Range, read_tries, space_as_json, space_of

BASE = preset("tutorial")


def typed(values):
    return [(type(value), value) for value in values]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("hidden_size", [64, 128], (64, 128)),
        ("hidden_size", ["64", "128"], (64, 128)),
        ("learning_rate", [1, 0.5], (1.0, 0.5)),
        ("learning_rate", ["1e-3"], (0.001,)),
        ("cell", ["lstm", "gru"], ("lstm", "gru")),
        ("strip_html", [True, False], (True, False)),
        ("strip_html", ["true", "false"], (True, False)),
        ("stop_words", ["none", "english"], ("none", "english")),
    ],
)
def test_values_have_the_settings_own_type(name, values, expected):
    assert typed(space_of({name: values}, BASE, "x")[name]) == typed(expected)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("dropout", {"low": 0, "high": 0.5}, Range(0.0, 0.5, False, False)),
        ("learning_rate", {"low": 3e-4, "high": 3e-2, "log": True}, Range(3e-4, 3e-2, True, False)),
        ("hidden_size", {"low": 8, "high": 64, "log": True}, Range(8, 64, True, True)),
        ("epochs", {"low": 1, "high": 3}, Range(1, 3, False, True)),
    ],
)
def test_a_range_knows_whether_its_numbers_are_whole(name, values, expected):
    assert space_of({name: values}, BASE, "x") == {name: expected}


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [DEFAULT_SPACE, DEFAULT_GRID], ids=["space", "grid"])
@pytest.mark.parametrize("base", PRESETS.values(), ids=lambda base: base.name)
def test_the_default_spaces_fit_every_preset(wanted, base):
    assert space_of(wanted, base, "default").keys() == wanted.keys()


def test_a_space_comes_back_from_its_json():
    space = space_of({**DEFAULT_SPACE, "cell": ["gru"], "epochs": {"low": 1, "high": 3}}, BASE, "x")
    assert space_of(json.loads(json.dumps(space_as_json(space))), BASE, "x") == space


def test_a_value_that_another_choice_makes_possible_is_taken():
    space = space_of({"bidirectional": [True, False], "pooling": ["padded", "last"]}, BASE, "x")
    assert space["bidirectional"] == (True, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({}, "x: expected settings and what to try for each, got {}"),
        ({"hiden_size": [1]}, "x: hiden_size: Expected a setting of max_words, "),
        ({"hidden_size": []}, "x: hidden_size: expected a list of values, or a range"),
        ({"hidden_size": 64}, "x: hidden_size: expected a list of values, or a range"),
        ({"hidden_size": [64, 0]}, "x: hidden_size: Expected hidden_size"),
        ({"hidden_size": [64, "many"]}, "x: hidden_size: Expected hidden_size to be a whole number, got 'many'"),
        ({"hidden_size": [64.5]}, "x: hidden_size: Expected hidden_size to be a whole number, got 64.5"),
        ({"hidden_size": [True]}, "x: hidden_size: expected values like 1, got True"),
        ({"hidden_size": [64, 64]}, "x: hidden_size: expected different values"),
        ({"hidden_size": [64, None]}, "x: hidden_size: Expected hidden_size to be a whole number, got None"),
        ({"bidirectional": [True]}, "x: bidirectional: Expected pooling last, attention or max_mean"),
        (
            {"bidirectional": [True], "pooling": ["padded"]},
            "x: bidirectional: Expected pooling last, attention or max_mean",
        ),
        ({"dropout": {"low": 0.1}}, "x: dropout: expected low, high and"),
        ({"dropout": {"low": 0.1, "high": 0.2, "step": 0.1}}, "x: dropout: expected low, high and"),
        ({"dropout": {"low": 0.2, "high": 0.2}}, "x: dropout: expected low < high, got 0.2 and 0.2"),
        ({"dropout": {"low": 0, "high": 0.2, "log": True}}, "x: dropout: expected 0 < low < high, got 0.0 and 0.2"),
        ({"dropout": {"low": 0, "high": 0.2, "log": 1}}, "x: dropout: expected log to be true or false, got 1"),
        ({"dropout": {"low": "0", "high": 0.2}}, "x: dropout: expected low and high to be numbers, got '0'"),
        ({"dropout": {"low": 0.5, "high": 1}}, "x: dropout: Expected a dropout of 0 up to"),
        ({"hidden_size": {"low": 1.5, "high": 4}}, "x: hidden_size: Expected hidden_size to be a whole number"),
        ({"strip_html": {"low": 0, "high": 1}}, "x: strip_html: Expected strip_html of type bool, got 0"),
        ({"stop_words": {"low": 0, "high": 1}}, "x: stop_words: Expected "),
        ({"cell": {"low": 0, "high": 1}}, "x: cell: Expected a cell of lstm, gru, rnn, got 0"),
    ],
)
def test_a_bad_space_is_refused_by_its_origin_and_the_setting(wanted, message):
    with pytest.raises(UsageError) as caught:
        space_of(wanted, BASE, "x")
    assert str(caught.value).startswith(message)


def test_tries_are_read():
    assert read_tries(["layers=1,2", "cell=gru"]) == {"layers": ["1", "2"], "cell": ["gru"]}


@pytest.mark.parametrize("texts", [["layers"], ["layers="], ["layers=1,,2"], ["layers=1", "layers=2"]])
def test_bad_tries_are_refused(texts):
    with pytest.raises(UsageError, match=f"`tries={texts[-1]}`: expected"):
        read_tries(texts)


def test_a_setting_that_changes_no_trial_is_no_dimension():
    with pytest.raises(UsageError, match="x: expected settings that change a trial, got validation_share"):
        space_of({"validation_share": ["0.1", "0.2"]}, preset("tutorial"), "x")
