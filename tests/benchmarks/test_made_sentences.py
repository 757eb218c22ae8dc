"""Sentences made of frames and words: what they say, and that they are always the same."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from benchmarks.release import made_sentences, own_words
from benchmarks.release import made_words as words
from benchmarks.release.made_sentences import ADJECTIVES, LIKE, PLEASE, Filler, forms, plural, rows, with_article
from benchmarks.release.own_sentences import BLAME, NEUTRAL, PRAISE

SLOW_FIXTURES = {"made"}


@pytest.fixture(scope="module")
def made():
    return rows(times=3)


def test_they_are_always_the_same_and_none_is_there_twice(made):
    assert made == rows(times=3)
    assert len({text.lower() for text, _ in made}) == len(made)


def test_there_is_about_as_much_praise_as_blame(made):
    counts = Counter(label for _, label in made)
    assert set(counts) == {PRAISE, BLAME, NEUTRAL}
    assert abs(counts[PRAISE] - counts[BLAME]) < 0.1 * counts[PRAISE]


def test_every_field_of_a_frame_is_filled(made):
    assert not [text for text, _ in made if re.search(r"[{}|]|[a-z]/[a-z]|\s{2}", text)]


def test_each_emoji_is_of_one_side():
    counts = Counter(
        emoji for table in (words.EMOJIS, own_words.EMOJIS) for signs in table.values() for emoji in signs.split()
    )
    assert set(counts.values()) == {1}


def test_no_word_both_praises_and_blames():
    for table in (ADJECTIVES, PLEASE, LIKE, made_sentences.EVENTS, made_sentences.MERITS, made_sentences.HAPPY):
        assert set(table[PRAISE]) & set(table[BLAME]) == set()


@pytest.mark.parametrize("frame", ["I am {h}.", "It is not {a}."])
@pytest.mark.parametrize("side", [PRAISE, BLAME])
def test_a_frame_is_filled_with_words_of_its_side(frame, side):
    filler, words = Filler(), {*ADJECTIVES[side], *made_sentences.HAPPY[side]}
    for _ in range(50):
        text = filler.fill(frame, side).lower()
        assert re.sub(r"^(i am|it is not) |[.!]$", "", text) in words


@pytest.mark.slow
def test_what_a_not_turns_round_is_labelled_by_what_it_comes_to():
    found = {text.rstrip(".!").lower(): label for text, label in rows(times=20)}
    said = {text.removeprefix("nobody was "): label for text, label in found.items() if text.startswith("nobody was ")}
    assert len(said) > 10
    for side, other in ((PRAISE, BLAME), (BLAME, PRAISE)):
        assert {said[word] for word in made_sentences.HAPPY[side] if word in said} == {other}


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("impress", ("impresses", "impressed", "impressed")),
        ("satisfy", ("satisfies", "satisfied", "satisfied")),
        ("enjoy", ("enjoys", "enjoyed", "enjoyed")),
        ("snap", ("snaps", "snapped", "snapped")),
        ("break", ("breaks", "broke", "broken")),
        ("wear out", ("wears out", "wore out", "worn out")),
        ("enthral", ("enthrals", "enthralled", "enthralled")),
        ("excel", ("excels", "excelled", "excelled")),
    ],
)
def test_verbs_are_inflected(verb, expected):
    assert forms(verb) == expected


@pytest.mark.parametrize("expected", ["an awful", "a good", "a useful", "an honest", "an unimaginative", "an upgrade"])
def test_articles_agree_with_the_next_word(expected):
    assert with_article(expected.partition(" ")[2]) == expected


@pytest.mark.parametrize("expected", ["an Italian", "an Arab", "a Ukrainian", "a European", "a Greek"])
def test_articles_agree_with_nationalities(expected):
    assert with_article(expected.partition(" ")[2]) == expected


def test_articles_agree_in_all_sentences(made):
    texts = [text.lower() for text, _ in made]
    assert not [text for text in texts if re.search(r"\ba (?!use|ukr|eur)[aeiou]|\ban [^aeiouh\W]", text)]


@pytest.mark.parametrize("expected", ["policies", "remixes", "knives", "toys", "login pages", "actresses", "agencies"])
def test_plurals(expected):
    assert expected in {plural(noun) for noun in made_sentences.NOUNS}


@pytest.mark.parametrize("what", ["who", "place"])
def test_two_people_or_places_of_a_sentence_differ(what):
    filler = Filler()
    found = [filler.facts() for _ in range(1000)]
    assert all(one[what] != one[f"{what}2"] for one in found)


def test_no_sentence_ends_with_two_full_stops(made):
    assert not [text for text, _ in made if re.search(r"(?<!\.)\.\.(?!\.)", text)]
