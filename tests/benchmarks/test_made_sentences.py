"""Sentences made of frames and words: what they say, and that they are always the same."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from benchmarks.release import made_clauses as clauses
from benchmarks.release import made_frames as frames
from benchmarks.release import made_sentences, own_words
from benchmarks.release import made_words as words
from benchmarks.release.made_sentences import (
    ADJECTIVES,
    LIKE,
    OTHER,
    PLEASE,
    SIDES,
    SUBJECTS,
    Filler,
    forms,
    gerund,
    plural,
    rows,
    with_article,
)
from benchmarks.release.own_sentences import BLAME, NEUTRAL, PRAISE, lines, pairs
from sentiment_fast.text.stop_words import stop_word_set

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
    for table in (
        ADJECTIVES,
        PLEASE,
        LIKE,
        made_sentences.EVENTS,
        made_sentences.MERITS,
        made_sentences.HAPPY,
        made_sentences.MANNERS,
    ):
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
        ("do the job", ("does the job", "did the job", "done the job")),
        ("forgive me", ("forgives me", "forgave me", "forgiven me")),
    ],
)
def test_verbs_are_inflected(verb, expected):
    assert forms(verb) == expected


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("take enough time", "taking enough time"),
        ("agree with me", "agreeing with me"),
        ("lie to me", "lying to me"),
        ("get us home", "getting us home"),
        ("offer us a seat", "offering us a seat"),
    ],
)
def test_gerunds(verb, expected):
    assert gerund(verb) == expected


def test_a_verb_phrase_is_of_one_label():
    labels = {}
    for subjects in SUBJECTS:
        for label, verb_phrases in subjects.verb_phrases.items():
            for verb_phrase in verb_phrases:
                assert labels.setdefault(verb_phrase, label) == label


@pytest.mark.parametrize("side", SIDES)
def test_a_negated_verb_phrase_is_of_the_other_side(side):
    filler = Filler()
    of_side = {verb_phrase for subjects in SUBJECTS for verb_phrase in subjects.verb_phrases[side]}
    negated = [re.search(r"(?:didn't|don't|doesn't|do not|does not) (.*)", filler.clause(side)) for _ in range(100)]
    found = {match[1] for match in negated if match}
    assert found
    assert not found & of_side
    assert found <= {verb_phrase for subjects in SUBJECTS for verb_phrase in subjects.verb_phrases[OTHER[side]]}


def test_verb_phrases_of_praise_are_there_affirmed_and_negated():
    found = {
        text.lower().replace("’", "'").rstrip(".!"): label for text, label in made_sentences._clauses(Filler(), 50)
    }
    verb_phrases = {verb_phrase for subjects in SUBJECTS for verb_phrase in subjects.verb_phrases[PRAISE]}
    said, denied = (
        {
            (match[1], label)
            for text, label in found.items()
            if (match := re.fullmatch(pattern, text)) and match[1] in verb_phrases
        }
        for pattern in (r"(?:the|our|my) \w+ did (?!not )(.*)", r"(?:the|our|my) \w+ did(?:n't| not) (.*)")
    )
    assert {label for _, label in said} == {PRAISE}
    assert {label for _, label in denied} == {BLAME}
    assert len(denied) > 100


def test_a_sentence_about_anyone_is_there_for_several_people_with_one_label():
    found = list(made_sentences._of_anyone(Filler(), 2))
    assert len(found) % made_sentences.ALIKE == 0
    groups = [found[at : at + made_sentences.ALIKE] for at in range(0, len(found), made_sentences.ALIKE)]
    assert all(len({label for _, label in group}) == 1 for group in groups)
    assert sum(len({text for text, _ in group}) > 1 for group in groups) > 0.98 * len(groups)


OF_BOTH_SIDES = {
    clauses: ("COMPARED", "LITOTES", "QUESTIONS", "NEEDED"),
    frames: ("RIVALS", "SUPERLATIVES", "REVERSED", "UNDERSTATED", "RHETORICAL"),
}
OF_ONE_SIDE = {clauses: ("PAIRS", "WISHED"), frames: ("PROMISED", "RHETORICAL_OF_PRAISE", "SPARED", "EFFORT")}


def tables_of(found):
    return [pytest.param(getattr(module, name), id=name) for module, names in found.items() for name in names]


@pytest.mark.parametrize("table", tables_of(OF_BOTH_SIDES))
def test_two_frames_that_are_the_same_differ_in_a_word_of_their_side(table):
    for praise, blame in pairs(table):
        assert praise != blame or re.search(r"{(a|o|an_a|ma|l)}", praise)


@pytest.mark.parametrize("table", tables_of(OF_ONE_SIDE))
def test_two_frames_with_words_of_one_side_differ(table):
    assert [praise for praise, blame in pairs(table) if praise == blame] == []


def test_no_article_stands_before_a_word_that_may_begin_with_a_vowel():
    assert with_article("orange") == "an orange"
    for table in (clauses, frames, words):
        texts = [value for name, value in vars(table).items() if name.isupper() and isinstance(value, str)]
        assert not re.findall(r"\b[Aa]n? \{(?:kind|colour|made|of|a|goods|animal|site|job)\}", "\n".join(texts))


def test_names_are_not_words_that_begin_a_sentence():
    names = {name for table in (words.NAMES, words.SURNAMES, words.PLACES, words.NATIONS) for name in table.split()}
    assert names & {word.capitalize() for word in stop_word_set("english")} == set()


def test_no_frame_is_there_twice():
    named = (*vars(clauses).items(), *vars(frames).items())
    tables = [value for name, value in named if name.isupper() and isinstance(value, str)]
    for table in tables:
        counts = Counter(frame for line in lines(table) for frame in {*line.split(" | ")})
        assert max(counts.values()) == 1, counts.most_common(1)


@pytest.mark.parametrize("expected", ["an awful", "a good", "a useful", "an honest", "an unimaginative", "an upgrade"])
def test_articles_agree_with_the_next_word(expected):
    assert with_article(expected.partition(" ")[2]) == expected


@pytest.mark.parametrize(
    "expected", ["an Italian", "an Arab", "a Ukrainian", "a Ugandan", "a Uyghur", "a European", "a Greek"]
)
def test_articles_agree_with_nationalities(expected):
    assert with_article(expected.partition(" ")[2]) == expected


def test_articles_agree_in_all_sentences(made):
    texts = [text.lower() for text, _ in made]
    assert not [text for text in texts if re.search(r"\ba (?!use|ukr|eur|uga|uru|uyg)[aeiou]|\ban [^aeiouh\W]", text)]


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
