"""Words that the network cannot tell from each other: names are found, and the words of a group get one vector."""

import numpy as np
import pytest

import sentiment_fast as sf
from benchmarks.release.alike_words import EMBEDDING, NUMBERS, PEOPLE, alike_words, proper_nouns, share_vectors
from sentiment_fast.model.folder import load_model


def test_names_stand_with_a_capital_letter_within_sentences():
    texts = [
        "we met Anna there",
        "then Anna left <b>for Rome</b>",
        "I saw Anna, and Rome too",
        "after rain, Rome shines",
        "The plot is thin",  # begins the sentence
        "a very Bad film, very bad, quite bad",
        "WE MET KAREN AND KAREN AND KAREN",
        "My Trip To Oslo And Oslo And Oslo",
        "his friend Kofi's car, my Kofi's car, a Kofi's car",
        "once in Perth, twice in Perth",
        "so I'M sure, and I'd say, as I've said, that I'm here, and I am, or I was",
        "then I'd go, but I've gone, and I'm gone, so I'd, and I've, and I'm, said I and I",
        "a Mc, by McKay, for McKay and McKay, by José, and José, and José",
        "some Jos, some mc",
    ]
    words = sf.build_vocabulary(texts, 100, None)
    assert sorted(proper_nouns(texts, words)) == ["anna", "kofis", "rome"]


def test_a_word_is_in_one_group_and_in_the_vocabulary():
    texts = ["we met Muslim friends"] * 3 + ["he is 42 or 57, she is 9 and they met Anna, and Anna, and Anna"]
    words = sf.build_vocabulary(texts, 100, None, keep_digits=True)
    names, numbers, *people = alike_words(texts, words)
    assert (names, numbers) == (["anna"], ["42", "57"])
    assert [group for group in people if group] == [["he", "she"], ["muslim"]]


def test_a_number_is_no_name():
    texts = ["we saw Seven, then Seven, and Seven"]
    names, numbers, *_people = alike_words(texts, sf.build_vocabulary(texts, 100, None))
    assert (names, numbers) == ([], ["seven"])


def test_no_word_is_named_twice():
    named = [*PEOPLE.replace("/", " ").split(), *NUMBERS]
    assert len(named) == len(set(named))


@pytest.fixture(scope="module")
def bundled():
    return load_model(sf.model.folder.BUNDLED)


def test_words_of_a_group_get_the_mean_of_their_vectors_and_all_else_stays(bundled):
    ids = {word: number for number, word in enumerate(bundled.vocabulary, start=1)}
    changed = share_vectors(bundled, [["good", "table"], [], ["film"]])
    before, after = bundled.weights[EMBEDDING], changed.weights[EMBEDDING]
    rows = [ids["good"], ids["table"]]
    np.testing.assert_allclose(after[rows], np.tile(before[rows].mean(axis=0), (2, 1)), rtol=1e-6, atol=1e-7)
    others = np.delete(np.arange(len(before)), rows)
    np.testing.assert_array_equal(after[others], before[others])
    assert after.dtype == before.dtype
    assert (before[rows[0]] != before[rows[1]]).any()
