"""Sentences with a small change: each kind does what its name says, the same each time."""

import random
import re

import pytest

from benchmarks.release.changed_sentences import (
    ASKED,
    CHANGES,
    JOINED,
    NAMES,
    about_others,
    asked,
    changed,
    joined,
    negated,
    nouns_of,
    renamed,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The soup wasn't warm.", "The soup was warm."),
        ("You can't miss the tower.", "You can miss the tower."),
        ("She never answers.", "She always answers."),
        ("no soap, some towels", "some soap, some towels"),
        ("It is a lie", "It isn't a lie"),
        ("I like the view", "I don't like the view"),
        ("Not a toy.", "Toy."),
        ("not amazing at all", "amazing at all"),
        ("Not another one", "Another one"),
        ("I'd recommend it", "I would never recommend it"),
        ("we went home", "we went home"),
    ],
)
def test_a_sentence_is_negated_or_no_longer(text, expected):
    assert negated(text, random.Random(0)) == expected


@pytest.mark.parametrize("text", ["It was not good", "It is never late", "We can not go"])
def test_a_negated_sentence_gets_no_second_negation(text):
    for seed in range(30):
        assert not re.search(r"n't|not|never", negated(text, random.Random(seed)))


@pytest.mark.parametrize("seed", range(10))
def test_two_sentences_are_joined(seed):
    found = joined("The room was small.", "I loved the view!", random.Random(seed))
    assert found[0].isupper()
    assert "room was small" in found
    assert "I loved the view" in found
    of_all = {one.format("the room was small", "I loved the view").lower() for one in JOINED}
    assert found.rstrip(".!").lower() in of_all


def test_names_become_others_of_their_kind():
    people, _, places, nations = NAMES
    text = f"{min(people)} moved to Oslo with a Greek friend."
    for seed in range(10):
        found = re.fullmatch(r"(.+) moved to (.+) with a (.+) friend\.", renamed(text, random.Random(seed)))
        person, place, nation = found.groups()
        assert (person in people, place in places, nation in nations) == (True, True, True)
    assert len({renamed(text, random.Random(seed)) for seed in range(10)}) > 5
    assert renamed("Nobody moved. Do not move.", random.Random(0)) == "Nobody moved. Do not move."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The staff were kind and helpful.", "Were the staff kind and helpful?"),
        ("It has a small garden", "Has it a small garden?"),
    ],
)
def test_a_statement_is_asked_by_its_word_order(text, expected):
    assert expected in {asked(text, random.Random(seed)) for seed in range(10)}


@pytest.mark.parametrize("text", ["Was it any good?", "The food was good. I hated the service."])
def test_questions_and_several_sentences_stay_unchanged(text):
    assert {asked(text, random.Random(seed)) for seed in range(10)} == {text}


def test_other_short_sentences_are_asked_within_a_question():
    found = {asked("Great view!", random.Random(seed)) for seed in range(20)}
    assert found <= {question.format("great view") for question in ASKED}
    assert len(found) > 1


def test_nouns_are_words_that_stand_where_nouns_do():
    sentences = ["Sadly the harbour was closed", "I think the harbour is big", "my view has changed", "the worst of it"]
    sentences += ["the streets of Rome", "a very big harbour"]
    assert nouns_of(sentences, least=2) == ["harbour"]
    assert nouns_of(sentences, least=1) == ["harbour", "view"]


def test_known_nouns_become_others_the_same_for_the_same():
    found = about_others("The lamp is good, Lamp!", {"lamp"}, ["harbour"], random.Random(0))
    assert found == "The harbour is good, Harbour!"
    assert about_others("lampshade", {"lamp"}, ["harbour"], random.Random(0)) == "lampshade"


def test_no_sentence_is_as_it_was_and_each_kind_has_as_many():
    sentences = [
        f"The {thing} of Paris was wonderful {number}" for thing in ("hotel", "bridge") for number in range(20)
    ]
    found = changed(sentences, most=7)
    assert len(found) == (len(CHANGES) + 1) * 7
    assert not set(found) & set(sentences)
    assert found == changed(sentences, most=7)
    assert changed([], most=7) == []
