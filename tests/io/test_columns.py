"""Which column is wanted: by name, by number, by its usual names, or as the only one that holds text."""

from __future__ import annotations

import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.columns import WantedColumn, find_column, label_column, text_column


def find(columns, wanted, texts=()):
    said = []
    return find_column(columns, wanted, "in.csv", lambda: list(texts), said.append), said


def complaint(columns, wanted, texts=()):
    with pytest.raises(DataError) as error:
        find(columns, wanted, texts)
    return str(error.value)


@pytest.mark.parametrize(
    ("columns", "wanted", "place"),
    [
        (["id", "body"], text_column("body"), 1),
        (["id", "body"], text_column("2"), 1),
        (["id", "body"], text_column(2), 1),
        (["2", "body"], text_column("2"), 0),  # a name wins over a number
        (["2", "body"], text_column(2), 1),
        (["text", "review"], text_column(), 1),
        (["text", "review", "comment"], text_column(default="comment"), 2),
        (["a", "a", "text"], text_column(), 2),
        (["label", "sentiment"], label_column(), 1),
        (["review", "label"], label_column(), 1),
        (["review", "stars"], label_column("stars"), 1),
        (["review", "stars"], label_column("2"), 1),
    ],
)
def test_column_is_found(columns, wanted, place):
    assert find(columns, wanted) == (place, [])


def test_only_column_that_holds_text_is_taken_and_reported():
    place, said = find(["id", "body"], text_column(), texts=[1])
    assert place == 1
    assert said == ["in.csv: using column 'body' for the texts, the only one that holds text"]


@pytest.mark.parametrize("texts", [[], [0, 1]])
def test_no_text_column_is_guessed_among_several_or_none(texts):
    message = complaint(["a", "b"], text_column(), texts)
    assert message == (
        "in.csv: expected a column 'review' or 'text', or exactly one column that holds text, got columns 'a', 'b': "
        "choose one with `text_column`"
    )


def test_label_column_is_never_guessed():
    message = complaint(["review", "stars"], label_column(), texts=[1])
    assert message == (
        "in.csv: expected a column 'sentiment' or 'label', got columns 'review', 'stars': choose one "
        "with `label_column`"
    )


def test_text_column_is_the_only_one_that_holds_text_next_to_that_of_the_labels():
    labels = label_column("b")
    assert find(["a", "b", "c"], text_column(besides=labels), texts=[1, 2])[0] == 2
    assert "apart from the labels" in complaint(["a", "b", "c"], text_column(besides=labels), texts=[1])
    assert "apart from the labels" in complaint(["a", "b", "c"], text_column(besides=labels), texts=[0, 1, 2])
    assert "'review' or 'text', got columns" in complaint(["a", "b"], text_column(besides=label_column()), texts=[0])


@pytest.mark.parametrize("chosen", ["0", "3", "-1", "body", "\u0662", 3])
def test_column_that_does_not_exist_is_an_error(chosen):
    message = complaint(["a", "b"], text_column(chosen))
    assert message == f"in.csv: expected a text column {chosen!r}, got columns 'a', 'b': choose one with `text_column`"


def test_column_that_exists_twice_is_an_error_unless_chosen_by_number():
    assert "has several columns 'a'" in complaint(["a", "a"], WantedColumn("`columns`", "a"))
    assert find(["a", "a"], WantedColumn("`columns`", "2"))[0] == 1


def test_many_columns_are_not_all_listed():
    message = complaint([f"c{number}" for number in range(30)], label_column())
    assert "'c19' and 10 more" in message
    assert "c20" not in message


def test_names_of_any_length_are_listed_in_a_short_message():
    columns = ["x" * 100_000 + str(number) for number in range(20)]
    for wanted in (text_column(), text_column("y" * 100_000), label_column("1" * 5000)):
        with pytest.raises(DataError, match="choose one with") as caught:
            find_column(columns, wanted, "in.csv", lambda: [])
        assert len(str(caught.value)) < 600
