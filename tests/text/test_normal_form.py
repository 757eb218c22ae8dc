"""Unicode's normal form C: which texts the quick check lets pass, and what encoding makes of the others."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest

import sentiment_fast as sf
from sentiment_fast import _core
from sentiment_fast.text.normal_form import CODE_POINTS, MAY_CHANGE, quick_check_table

SPELLINGS = [
    unicodedata.normalize(form, "Ein trübes Café, größer als há một tiếng 한국어 Åse") for form in ("NFC", "NFD")
]


def canonical_parts(character):
    """The code points of a canonical decomposition, one step of it."""
    parts = unicodedata.decomposition(character).split()
    return [] if not parts or parts[0].startswith("<") else [chr(int(part, 16)) for part in parts]


@pytest.mark.slow
@pytest.mark.no_cover
def test_the_table_is_that_of_the_running_unicodedata():
    composing = {chr(code) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}  # jamo compose by a formula
    for character in map(chr, range(CODE_POINTS)):
        parts = canonical_parts(character)
        if len(parts) == 2 and unicodedata.normalize("NFC", "".join(parts)) == character:
            composing.add(parts[1])
    expected = [
        MAY_CHANGE
        if character in composing or not unicodedata.is_normalized("NFC", character)
        else unicodedata.combining(character)
        for character in map(chr, range(CODE_POINTS))
    ]
    assert quick_check_table() == bytes(expected)


def test_what_the_core_does_not_look_at_has_one_form():
    assert not any(quick_check_table()[:0x300])


def test_every_spelling_of_a_text_has_the_same_ids():
    composed, decomposed = SPELLINGS
    assert composed != decomposed
    vocabulary = sf.build_vocabulary([composed], stop_words=None, normalise="nfc")
    same = [row.tolist() for row in sf.encode(SPELLINGS, vocabulary)]
    assert same[0] == same[1]
    assert "café" in vocabulary.words
    assert sf.build_vocabulary([decomposed], stop_words=None, normalise="nfc").words == vocabulary.words


def test_without_the_option_spellings_differ():
    vocabulary = sf.build_vocabulary(SPELLINGS[:1], stop_words=None)
    first, second = sf.encode(SPELLINGS, vocabulary)
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize("form", [list, pa.array, lambda texts: np.array(texts, object)])
def test_every_container_is_normalised(form):
    vocabulary = sf.build_vocabulary(SPELLINGS[:1], stop_words=None, normalise="nfc")
    ids = sf.encode(form(SPELLINGS), vocabulary)
    assert ids[0].tolist() == ids[1].tolist()


@pytest.mark.slow
def test_texts_of_many_threads_are_normalised_each():
    texts = [SPELLINGS[number % 2] + f" {'x' * (number % 7)}" for number in range(20_000)]
    vocabulary = sf.build_vocabulary(texts, stop_words=None, normalise="nfc", threads=3)
    ids = sf.encode(texts, vocabulary, threads=3)
    assert ids[0].tolist() == ids[7].tolist() == ids[14].tolist()
    assert len(vocabulary) == 16


def test_the_core_refuses_a_table_of_another_size():
    with pytest.raises(ValueError, match="Expected a quick check of 0x110000 bytes, got 3"):
        _core.CleaningOptions(quick_check=b"abc")
