"""The suite measures what a model has learned only if its sentences are not among those that models learn from."""

from __future__ import annotations

import csv
import re
from itertools import chain

import pytest

from benchmarks.release import made_sentences, own_sentences
from benchmarks.studies.behaviour import read_cases
from sentiment_fast.data.texts import read_texts

RUN = 5  # words


def words_of(text):
    return re.findall(r"\w+", re.sub("['’]", "", text.lower()))


def runs_of(text):
    words = words_of(text)
    return set(zip(*(words[start:] for start in range(RUN)), strict=False))


def plain(text):
    """What is left of a text that has no letters but emojis or stars, and of one without its punctuation."""
    return " ".join(re.sub(r"[.,!?'’]", "", text.lower()).split())


@pytest.fixture(scope="module")
def suite():
    return list(chain.from_iterable(case.texts for case in read_cases()))


@pytest.fixture(scope="module")
def own():
    with own_sentences.FILE.open(newline="", encoding="utf-8") as file:
        return [row["review"] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def made():
    return [text for text, _ in made_sentences.rows()]


def test_no_text_of_the_suite_is_one_of_our_own_sentences(suite, own):
    assert {plain(text) for text in suite} & {plain(text) for text in own} == set()


def test_no_five_words_of_the_suite_follow_each_other_in_our_own_sentences(suite, own):
    assert set().union(*map(runs_of, suite)) & set().union(*map(runs_of, own)) == set()


def test_the_suite_is_about_other_things_than_our_own_sentences(suite):
    names = chain([noun.noun for found in own_sentences.aspects() for noun in found], *own_sentences.things())
    nouns = {words_of(name)[-1] for name in names} - {"bought", "version"}
    assert nouns & set(chain.from_iterable(map(words_of, suite))) == set()


@pytest.mark.slow
def test_the_suite_has_nothing_of_the_made_sentences(suite, made):
    assert {plain(text) for text in suite} & {plain(text) for text in made} == set()
    assert set().union(*map(runs_of, suite)) & set().union(*map(runs_of, made)) == set()
    subjects = chain.from_iterable(found.nouns for found in made_sentences.SUBJECTS)
    nouns = {noun.split()[-1] for noun in (*made_sentences.NOUNS, *made_sentences.PLURAL_NOUNS, *subjects)}
    assert nouns & set(chain.from_iterable(map(words_of, suite))) == set()


@pytest.mark.slow
def test_no_five_words_of_the_suite_follow_each_other_in_the_data_that_models_are_trained_on(suite, imdb_folder):
    runs = set().union(*map(runs_of, suite))
    files = [imdb_folder / "imdb_train.csv.xz", *sorted((imdb_folder / "other_domains").glob("*.csv.xz"))]
    found = {}
    for path in files:
        for text in read_texts(path).texts.to_pylist():
            for run in runs_of(text) & runs:
                found.setdefault(" ".join(run), path.name)
    assert found == {}, "\n".join(f"{name}: {run}" for run, name in found.items())
