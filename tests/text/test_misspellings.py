"""The option `misspellings`: the rules in examples, and that the native core gives the reference's ids."""

import itertools
from string import ascii_lowercase

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sentiment_fast as sf
from sentiment_fast import reference

# Up to and beyond the 16 bytes of a short word, the longest that can be corrected to, and what never is.
WORDS = ["story", "letter", "wonderful", "aardvark", "characteristically", "x" * 63 + "y", "x" * 64 + "y", "film"]
OTHERS = ["größere", "wonder_ful", "10movies"]


def ids_of(text, vocabulary):
    [row] = sf.encode([text], vocabulary)
    return row.tolist()


def vocabulary_of(words, *, stop_words=None, unknown="id"):
    return sf.Vocabulary(words, stop_words=stop_words, unknown=unknown, keep_digits=True, misspellings=True)


def assert_equal(texts, vocabulary):
    options = {"stop_words": vocabulary.stop_words, "unknown": vocabulary.unknown}
    expected = reference.encode(texts, vocabulary.words, keep_digits=True, misspellings=True, **options)
    assert [row.tolist() for row in sf.encode(texts, vocabulary)] == expected


def with_one_mistake(word, letters):
    places = range(len(word))
    yield from (word[:i] + word[i + 1 :] for i in places)
    yield from (word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in letters)
    yield from (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-1])
    yield from (word[:i] + letter + word[i + 1 :] for i in places for letter in letters)


def test_misspelled_words_are_read_as_the_words_they_stand_for():
    texts = ["A wonderful film, a masterpiece with a terrible sound."]
    vocabulary = sf.build_vocabulary(texts, misspellings=True)
    assert ids_of("A wonderfull film, a masterpice with a terrable sonud.", vocabulary) == ids_of(texts[0], vocabulary)
    without = sf.build_vocabulary(texts)
    assert vocabulary.words == without.words
    assert ids_of("A wonderfull film, a masterpice with a terrable sonud.", without) == ids_of("film", without)


@pytest.mark.parametrize(
    ("word", "correct", "is_one"),
    [
        ("", "story", False),
        ("stoy", "story", True),
        ("sttory", "story", True),
        ("sotry", "story", True),
        ("stary", "story", False),  # fewer than 7 letters
        ("streng", "strong", False),
        ("quolity", "quality", True),
        ("fantestic", "fantastic", True),
        ("fantestik", "fantastic", False),  # two mistakes
        ("wondxeful", "wonderful", False),  # the same letters once one of each is left out
        ("wondrxful", "wonderful", False),
        ("wnderfoul", "wonderful", False),
        ("cnadaian", "canadian", False),  # a letter moved, past a pair that looks swapped
        ("fnatestic", "fantastic", False),
        ("tory", "story", False),  # another first letter
        ("tsory", "story", False),
        ("bantastic", "fantastic", False),
        ("ardvark", "aardvark", True),
        ("flm", "film", False),  # fewer than 5 letters
        ("fillm", "film", False),
        ("storyé", "story", False),
        ("story1", "story", False),
        ("großere", "größere", False),
        ("x" * 63, "x" * 63 + "y", True),
        ("x" * 65, "x" * 64 + "y", False),  # more than 64 letters
        ("story", "story", False),
        ("letter", "letter", False),
    ],
)
def test_what_a_misspelling_is(word, correct, is_one):
    assert reference.is_misspelling(word, correct) == is_one
    if word not in ("", correct):
        assert ids_of(word, vocabulary_of([correct])) == [1 if is_one else 2]


def test_each_mistake_in_each_word():
    mistaken = [made for word in WORDS + OTHERS for made in with_one_mistake(word, ascii_lowercase + "é1_")]
    assert_equal(mistaken, vocabulary_of(WORDS + OTHERS))
    assert_equal([" ".join(mistaken)], vocabulary_of(WORDS + OTHERS, unknown="drop"))


@pytest.mark.slow
def test_all_words_of_two_letters_of_the_alphabet():
    words = ["".join(letters) for size in range(3, 10) for letters in itertools.product("ab", repeat=size)]
    assert_equal([" ".join(words)], vocabulary_of(words[5::7]))


MISTAKEN = st.sampled_from(WORDS + OTHERS).flatmap(
    lambda word: st.sampled_from(sorted(set(with_one_mistake(word, "aey\u00e91_"))))
)
ANY_WORD = st.one_of(
    st.sampled_from(WORDS + OTHERS),
    MISTAKEN,
    MISTAKEN.flatmap(lambda word: st.sampled_from(sorted(set(with_one_mistake(word, "ae"))))),
    st.text("aabc", min_size=3, max_size=9),
    st.text("ab", min_size=15, max_size=19),
)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(
    st.lists(ANY_WORD, max_size=20, unique=True),
    st.lists(st.lists(ANY_WORD, max_size=20).map(" ".join), max_size=4),
    st.lists(ANY_WORD, max_size=4),
    st.sampled_from(["drop", "id"]),
)
def test_generated_words(words, texts, stop_words, unknown):
    known = [word for word in words if word.strip()]
    assert_equal(texts, vocabulary_of(known, stop_words=stop_words, unknown=unknown))


@pytest.mark.parametrize("words", [["there", "three"], ["three", "there"]])
def test_the_most_frequent_word_counts(words):
    assert ids_of("thre", vocabulary_of(words)) == [1]


@pytest.mark.parametrize("unknown", ["drop", "id"])
def test_a_stop_word_is_not_a_misspelling(unknown):
    assert ids_of("through throughh", vocabulary_of(["though"], stop_words="english", unknown=unknown)) == (
        [] if unknown == "drop" else [2]
    )
    assert ids_of("through", vocabulary_of(["though"], unknown=unknown)) == [1]


def test_words_after_the_ten_thousandth_are_not_corrected_to():
    words = ["".join(letters) for letters in itertools.product(ascii_lowercase, repeat=3)][:9_999]
    vocabulary = vocabulary_of([*words, "wonderful", "terrible"])
    assert ids_of("wonderfull terible terrible", vocabulary) == [10_000, vocabulary.unknown_id, 10_001]
    assert_equal(["wonderfull terible terrible"], vocabulary)


def test_ids_of_32_bits():
    words = ["".join(letters) for letters in itertools.product(ascii_lowercase, repeat=4)][:40_000]
    vocabulary = vocabulary_of(["wonderful", *words])
    ids = sf.encode(["wonderfull wnderful internationalisation " + words[-1]], vocabulary)
    assert ids.values.dtype == np.int32
    assert ids.values.tolist() == [1, 1, 40_002, 40_001]


def test_a_word_of_a_megabyte_is_unknown():
    assert ids_of("wonderfull " + "wonderful" * 100_000 + " wonderfu", vocabulary_of(["wonderful"])) == [1, 2, 1]


@pytest.mark.parametrize("words", [[], ["film"], ["größere"]])
def test_a_vocabulary_without_a_word_to_correct_to(words):
    assert ids_of("flim films grossere", vocabulary_of(words)) == [len(words) + 1] * 3


@pytest.mark.slow
@pytest.mark.no_cover
def test_real_reviews(imdb_folder):
    texts = pd.read_csv(imdb_folder / "imdb_test.csv.xz", keep_default_na=False, nrows=2000)["review"].tolist()
    vocabulary = sf.build_vocabulary(texts[40:], 12_000, None, unknown="id", keep_digits=True, misspellings=True)
    assert_equal(texts[:40], vocabulary)
    without = sf.encode(texts[:40], sf.build_vocabulary(texts[40:], 12_000, None, unknown="id", keep_digits=True))
    corrected = sf.encode(texts[:40], vocabulary)
    assert 0 < corrected.unknown_count < without.unknown_count
    known = without.values != without.unknown_id
    np.testing.assert_array_equal(corrected.values[known], without.values[known])
