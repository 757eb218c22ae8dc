"""Messages: what they quote is short, whatever it was."""

import pickle

import pytest

from sentiment_fast.errors import DataError, UsageError, listed, quoted, shortened


@pytest.mark.parametrize(
    "value",
    ["x" * 100_000, b"x" * 100_000, [1] * 100_000, {"a": "b" * 100_000}, 10**5000, "\n" * 1000, ("\ud800" * 900,)],
    ids=lambda it: type(it).__name__,
)
def test_a_quoted_value_is_short(value):
    assert len(quoted(value)) < 70
    assert "\n" not in quoted(value)


@pytest.mark.parametrize("value", ["a", "it's", 3, None, ["a", 1], 1.5, b"\xff"])
def test_a_short_value_is_quoted_as_python_writes_it(value):
    assert quoted(value) == repr(value)


def test_a_list_is_short_and_says_how_many_more_there_are():
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed(["x" * 100_000] * 20).endswith(" and 16 more")
    assert len(listed(["x" * 100_000] * 20)) < 300
    assert listed(range(1000)).startswith("0, 1, 2")
    assert len(listed(range(1000))) < 500
    assert listed([]) == ""


def test_a_message_keeps_its_beginning_and_its_end():
    message = str(UsageError("in.csv: " + "x" * 100_000 + ": choose one with `text_column`"))
    assert message.startswith("in.csv: xxx")
    assert message.endswith("xxx: choose one with `text_column`")
    assert len(message) < 1000
    assert shortened("short") == "short"


def test_an_error_survives_being_sent_to_another_process():
    error = pickle.loads(pickle.dumps(DataError("in.csv: bad")))
    assert (type(error), str(error)) == (DataError, "in.csv: bad")
