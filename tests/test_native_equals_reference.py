"""The native core gives reference.py's words and ids: on golden rows, every code point, generated text, real data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sentiment_fast as sf
from sentiment_fast import _core, reference

GOLDEN = json.loads((Path(__file__).parent / "golden" / "preprocessing.json").read_text())

# Characters that are anything but ordinary to the cleaning, and what may stand around them.
NASTY = st.sampled_from(
    "aAzZ_ .'\u0301\u03a3\u03c3\u03c2\u0130\u0131\u212a\u00a0\u0085\u001c\u001f\u200b\u200d\u00ad\u2028\ufeff\u00b2"
    "\u0664\uff15\u2167\u1e9e\ufb01\u01c5\ud800\udfff\x00\x7f\U0001f600\U00010400\u0345\u02b0"
)
TEXT = st.text(st.one_of(NASTY, st.characters(), st.characters(codec="ascii")), max_size=60)


def assert_equal(texts, forms=None, threads=(1, 2, 3, 8), levels=_core.LEVELS):
    """Words, order and ids are the reference's in each of the given forms of the texts, at every level."""
    words = reference.build_vocabulary(texts, max_words=1 << 24, stop_words=None)
    rows = reference.encode(texts, words)
    expected = np.array([id_ for row in rows for id_ in row], dtype=np.int64)
    offsets = np.cumsum([0] + [len(row) for row in rows])
    lexicon = _core.Lexicon(words)
    for form in forms or (texts,):
        for count in threads:
            for level in levels:
                assert _core.count_words(form, set(), 1 << 24, count, level)[0] == words
                values, ends, _, word_count = lexicon.encode(form, count, level)
                np.testing.assert_array_equal(values, expected)
                np.testing.assert_array_equal(ends, offsets)
                assert word_count == len(expected)


def as_utf8(texts):
    """Arrow bytes; a lone surrogate becomes three bytes that are no UTF-8, which cleaning drops like the surrogate."""
    return pa.array([text.encode("utf-8", "surrogatepass") for text in texts], pa.binary())


def test_golden_rows():
    assert_equal(GOLDEN["texts"], (GOLDEN["texts"], as_utf8(GOLDEN["texts"])))


@pytest.mark.parametrize("max_words", GOLDEN["max_words"])
def test_golden_ids(max_words):
    case = GOLDEN["max_words"][max_words]
    vocabulary = sf.build_vocabulary(GOLDEN["texts"], int(max_words))
    ids = sf.encode(GOLDEN["texts"], vocabulary)
    assert (vocabulary.words, [row.tolist() for row in ids]) == (case["vocabulary"], case["ids"])
    assert ids.pad(5).tolist() == case["padded_to_5"]


@pytest.mark.parametrize(
    "frame",
    ["{}", "a{}b", "ab{}", "{}ab", "A{}\u03a3", "a\u03a3{}b"],
    ids=ascii,
)
def test_every_code_point(frame):
    texts = [frame.format(chr(code)) for code in range(0x110000)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,))


def test_every_code_point_in_one_text():
    # One string of four-byte units, in which every code point has neighbours on both sides.
    texts = ["".join(map(chr, range(0x110000)))]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


@settings(max_examples=1500, deadline=None)
@example(["\u03a3"])
@example(["A\u03a3'", "A\u03a3'b", "'\u03a3", "A'\u0301\u03a3\u0301 b"])
@example(["\u0130\u0130", "\u0130\u03a3"])
@given(st.lists(TEXT, max_size=12))
def test_generated_texts(texts):
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1, 3))


@settings(max_examples=1500, deadline=None)
@example(
    [b"A\xc2\xce\xa3", b"A\xc2\xb4\x80\xce\xa3", b"\xf4\x90\x80\x80", b"\xe0\x80\x80a", b"\xed\xa0\x80", b"\xf0\x9f"]
)
@given(
    st.lists(
        st.one_of(st.binary(max_size=40), TEXT.map(lambda text: text.encode("utf-8", "replace")[1:-1])), max_size=12
    )
)
def test_bytes_mean_what_decoding_with_replacement_gives(items):
    texts = [item.decode("utf-8", "replace") for item in items]
    forms = [pa.array(items, kind) for kind in (pa.binary(), pa.large_binary(), pa.binary_view())]
    assert_equal(texts, forms, threads=(1,))


@pytest.mark.parametrize("kind", ["latin-1", "two bytes", "four bytes"])
def test_each_width_of_str(kind):
    beyond = {"latin-1": "é", "two bytes": "ж", "four bytes": "𐐀"}[kind]
    texts = [f"Plain {beyond}words, {beyond * 3} and {beyond}.{beyond}! {beyond}" * 50, beyond, f" {beyond}a "]
    assert_equal(texts, (texts, as_utf8(texts)))


@pytest.mark.parametrize("thing", ["word", " ", "é", "!", "漢", "\U0001f600", "'", "Σ", "\n"])
def test_whatever_starts_at_whichever_offset_of_a_block(thing):
    fill = ("lorem Ipsum, dolor " * 20)[:200]
    texts = [fill[:offset] + thing + fill[offset:] + thing + fill[: offset % 67] for offset in range(201)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


@pytest.mark.parametrize("unit", ["", "é", "ж", "\U00010400"], ids=["ascii", "latin-1", "two bytes", "four bytes"])
def test_words_and_gaps_of_every_length(unit):
    texts = [unit + "a" * size + " " * (size % 71) + "b" * (size % 19) + "-" * size + "c" for size in range(200)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


def test_words_at_the_edge_of_what_is_a_short_one():
    texts = [" ".join(letter * size for size in range(1, 40)) for letter in "abé漢"]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


@pytest.mark.parametrize("words", [1, 2, 3, 64, 1000, 30_000, 70_000])
def test_lexicons_of_every_size_find_every_word_and_no_other(words):
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = [
        letters[i % 26] + letters[i // 26 % 26] + letters[i // 676 % 26] + letters[i // 17576] for i in range(words)
    ]
    lexicon = _core.Lexicon(known)
    for level in _core.LEVELS:
        values, *_ = lexicon.encode([" ".join(known), " ".join(word + "q" for word in known)], 1, level)
        assert values.tolist() == list(range(1, words + 1))


def test_ties_are_settled_by_first_occurrence_at_any_thread_count():
    # As many distinct words as tables have to grow for, each equally frequent, spread over many ranges.
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [a + b + c for a in letters for b in letters for c in letters]
    texts = [" ".join(words[i::97]) + " filler" * 2000 for i in range(97)]
    assert_equal(texts)


@pytest.mark.parametrize("size", [63, 64, 65, 127, 128, 129, 1000, 100_000])
def test_long_words(size):
    texts = ["x" * size, "é" * size, "y" * size + " " + "x" * size, "ab" * size + "!" * size + "c"]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


def test_lower_casing_may_lengthen_a_word():
    # U+023A has two bytes in UTF-8, its lower case three.
    texts = ["\u023a" * 1000]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


def test_many_capital_sigmas_in_one_piece_take_linear_time():
    texts = ["\u03a3" * 200_000, "a" + "'" * 200_000 + "\u03a3", "a\u03a3" + "'" * 200_000]
    assert_equal(texts, threads=(1,))


@pytest.mark.parametrize("name", ["imdb_train", "imdb_test"])
def test_real_reviews(imdb_folder, name):
    reviews = pd.read_csv(imdb_folder / f"{name}.csv.xz", keep_default_na=False, nrows=3000)["review"]
    texts = reviews.tolist()
    assert_equal(texts, (texts, reviews), threads=(2,))
