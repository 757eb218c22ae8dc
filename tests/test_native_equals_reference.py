"""The native core gives reference.py's words and ids: on golden rows, every code point, generated text, real data."""

import json
import random
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sentiment_fast as sf
from sentiment_fast import _core, reference
from sentiment_fast.text.emojis import emoji_words
from sentiment_fast.text.encoding import cleaning_options
from tests.long import long_after

GOLDEN = json.loads((Path(__file__).parent / "golden" / "preprocessing.json").read_text())

# Characters that are anything but ordinary to the cleaning, and what may stand around them.
NASTY = st.sampled_from(
    "aAzZ_ .'\u0301\u03a3\u03c3\u03c2\u0130\u0131\u212a\u00a0\u0085\u001c\u001f\u200b\u200d\u00ad\u2028\ufeff\u00b2"
    "\u0664\uff15\u2167\u1e9e\ufb01\u01c5\ud800\udfff\x00\x7f\U0001f600\U00010400\u0345\u02b0"
)
TEXT = st.text(st.one_of(NASTY, st.characters(), st.characters(codec="ascii")), max_size=60)
MARKUP = st.lists(
    st.sampled_from(
        ["<", ">", "</", "<!", "/>", "<br />", "<b", "!--", "a", "Aé", "\u03a3", "7", "\u0664", " ", "漢", "\U00010400"]
    )
).map("".join)

# What is replaced by words, parts of it, and what looks like it.
ITEMS = st.lists(
    st.one_of(
        st.sampled_from(
            " .,/-'nt:)(<3>xX_^*=;dD5asS`\u00b4\u2018\u2019\u2605\u2b50\U0001f31f\u2606\u00bd\u03a3\u0301\u20e3"
        ),
        st.sampled_from(
            "\ufe0e\ufe0f\u200d\U0001f3fd\ufffd\ud83d\u2764\u263a\U0001f469\U0001f4bb\U0001f3f4\U0001f1eb\U0001f1f7"
        ),
        st.sampled_from("10|00|.5|/10|/5| / |five|ten|One|seven| out of | star|-Stars".split("|")),
        st.sampled_from(" n't| 's| 'LL|is|<b>|</i>|http://".split("|")),
    ),
    max_size=16,
).map("".join)

# The reference takes most of the time; being traced, it would take three times as long.
pytestmark = pytest.mark.no_cover

PLAIN = _core.CleaningOptions()
REPLACING = {"emojis": True, "ratings": True, "contractions": True}
EVERY_OPTION = {"strip_html": True, "keep_digits": True, "split_at_marks": True, "normalise": "nfc", **REPLACING}
# What normal form C composes, decomposes and sorts: letters, marks of several classes, jamo, and pairs that become one.
MARKED = st.text(
    st.sampled_from(
        "eoA<>\u1ebf\u00e9\u0301\u0302\u0323\u0338\u0344\u0345\u03b1\u212b\u0958\u0915\u093c\u094d"
        "\u1100\u1161\u11a8\uac00\ud55c\u05e9\u05c1\ufb2a\U000110a5\U000110ba\U0001d15e\ufffd\ud800"
    )
)


def assert_equal(texts, forms=None, threads=(1, 2, 3, 8), levels=_core.LEVELS, **cleaning):
    """Words, order and ids are the reference's in each of the given forms of the texts, at every level."""
    words = reference.build_vocabulary(texts, max_words=1 << 24, stop_words=None, **cleaning)
    rows = reference.encode(texts, words, **cleaning)
    expected = np.array([id_ for row in rows for id_ in row], dtype=np.int64)
    offsets = np.cumsum([0] + [len(row) for row in rows])
    lexicon = _core.Lexicon(words)
    options = cleaning_options(**cleaning)
    for form in forms or (texts,):
        for count in threads:
            for level in levels:
                assert _core.count_words(form, set(), 1 << 24, 1, options, count, level)[0] == words
                values, ends, _, word_count = lexicon.encode(form, options, count, level)
                np.testing.assert_array_equal(values, expected)
                np.testing.assert_array_equal(ends, offsets)
                assert word_count == len(expected)


def as_utf8(texts):
    """Arrow bytes; a lone surrogate becomes three bytes that are no UTF-8, which cleaning drops like the surrogate."""
    return pa.array([text.encode("utf-8", "surrogatepass") for text in texts], pa.binary())


@pytest.mark.slow
def test_golden_rows():
    assert_equal(GOLDEN["texts"], (GOLDEN["texts"], as_utf8(GOLDEN["texts"])))


@pytest.mark.parametrize("max_words", GOLDEN["max_words"])
def test_golden_ids(max_words):
    case = GOLDEN["max_words"][max_words]
    vocabulary = sf.build_vocabulary(GOLDEN["texts"], int(max_words))
    ids = sf.encode(GOLDEN["texts"], vocabulary)
    assert (vocabulary.words, [row.tolist() for row in ids]) == (case["vocabulary"], case["ids"])
    assert ids.pad(5).tolist() == case["padded_to_5"]


def frames(*templates, always=()):
    """Parameters: what stands around each code point; the reference takes a minute for two of them."""
    return [pytest.param(one, marks=() if one in always else pytest.mark.long, id=ascii(one)) for one in templates]


@pytest.mark.slow
@pytest.mark.parametrize("frame", frames("{}", "a{}b", "ab{}", "{}ab", "A{}\u03a3", "a\u03a3{}b", always=("a{}b",)))
def test_every_code_point(frame):
    texts = [frame.format(chr(code)) for code in range(0x110000)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,))


@pytest.mark.parametrize("frame", frames("{}", "a{}b", "<{}>b"))
def test_every_code_point_without_tags_and_with_digits(frame):
    texts = [frame.format(chr(code)) for code in range(0x110000)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), strip_html=True, keep_digits=True)


@pytest.mark.long
@pytest.mark.parametrize(("frame", "keep_digits"), [("{}", False), ("a{}b", True), ("A{}\u03a3", False)], ids=ascii)
def test_every_code_point_with_words_split_at_marks(frame, keep_digits):
    texts = [frame.format(chr(code)) for code in range(0x110000)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), split_at_marks=True, keep_digits=keep_digits)


@pytest.mark.slow
@pytest.mark.parametrize("frame", ["{}", "a{}b", "e{}\u0301", "\u1100{}\u11a8"], ids=ascii)
def test_every_code_point_that_normal_form_is_about(frame):
    everything = [chr(code) for code in range(0x110000)]
    parts = {part for one in everything for part in unicodedata.normalize("NFD", one) if part != one}
    hangul = {*map(chr, range(0x1100, 0x1200)), *map(chr, range(0xAC00, 0xD7A4))}
    concerned = [one for one in everything if unicodedata.combining(one) or unicodedata.decomposition(one)]
    concerned += sorted(hangul | parts)
    texts = [frame.format(one) for one in concerned]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), normalise="nfc")


@pytest.mark.long
@pytest.mark.parametrize("frame", ["{}", "a{}b", "e{}\u0301", "\u1100{}\u11a8", "<{}>"], ids=ascii)
def test_every_code_point_in_normal_form(frame):
    texts = [frame.format(chr(code)) for code in range(0x110000)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), normalise="nfc")


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    long_after(2, [{}, EVERY_OPTION, {"split_at_marks": True}, {"strip_html": True, "keep_digits": True}, REPLACING]),
    ids=lambda options: "-".join(options) or "plain",
)
def test_every_code_point_in_one_text(options):
    # One string of four-byte units, in which every code point has neighbours on both sides.
    texts = ["".join(map(chr, range(0x110000)))]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,), **options)


@pytest.mark.slow
@settings(max_examples=700, deadline=None)
@example(["\u03a3"])
@example(["A\u03a3'", "A\u03a3'b", "'\u03a3", "A'\u0301\u03a3\u0301 b"])
@example(["\u0130\u0130", "\u0130\u03a3"])
@given(st.lists(TEXT, max_size=12))
def test_generated_texts(texts):
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1, 3))


@pytest.mark.slow
@settings(max_examples=700, deadline=None)
@example(["a<b>\u03a3</b>", "A<i>\u03a3", "A\u03a3<i>b", "A\u03a3<i b"], True, False, False, "none")
@example(["a<\u0338b>c", "a<b>\u0338c>d", "e\u0301<i>\u0301"], True, False, False, "nfc")
@example(
    ["<", "a<", "<a", "<a<b>", "</>", "</1>", "<a\n>", "I <3 you", "a<b and c>d", "<!doctype><!-- a > b -->"],
    True,
    True,
    False,
    "none",
)
@example(
    ["don't", "don\u2019t", "a-b\u2014c", "8/10", "\u0905\u0928\u0941", "\U0001f600a\ufffdb"],
    False,
    False,
    True,
    "none",
)
@given(
    st.lists(st.one_of(MARKUP, MARKED, TEXT), max_size=12),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["none", "nfc"]),
)
def test_generated_texts_with_each_option(texts, strip_html, keep_digits, split_at_marks, normalise):
    options = {"strip_html": strip_html, "keep_digits": keep_digits, "split_at_marks": split_at_marks}
    options["normalise"] = normalise
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1, 3), **options)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@example(["is n't\u03a3", "a\u03a3a n't", "it 's:\u03a3", "it 's 't", "a n't 's", " n't", "a n't", "a n"], REPLACING)
@example(
    [
        "\u2605" * 9 + "\u2606",
        "\u2605\u00bd",
        "\u00bd\u2605",
        "\u2605\ufe0f\ufe0f\u2606",
        "\U0001f31f\u2605\u00bd\u2606\u2606",
    ],
    REPLACING,
)
@example(
    ["five stars out of ten", "7 stars out of 5 stars", "nine out of 5-stars", "1.5/5.", "1.5/5.1", "8/10"], REPLACING
)
@given(
    st.lists(st.one_of(ITEMS, st.tuples(ITEMS, TEXT, ITEMS).map("".join)), max_size=12),
    st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in EVERY_OPTION.items()}),
)
def test_generated_texts_with_what_is_replaced(texts, options):
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1, 3), **options)


@pytest.mark.slow
@pytest.mark.parametrize("frame", ["{}", "a{}b", "a {} b", "{}1/5", "{}:)"], ids=ascii)
def test_every_emoji_and_emoticon(frame):
    known = [*emoji_words(), *(emoticon.upper() for emoticon in emoji_words() if emoticon.isascii())]
    dressed = ["\ufe0f".join(emoji) + "\U0001f3fd\ufe0e" for emoji in known]
    cut = [emoji[:end] for emoji in known for end in range(1, len(emoji))]
    texts = [frame.format(one) for one in [*known, *dressed, *cut]]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), **REPLACING)
    texts = ["".join(texts)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,), **EVERY_OPTION)


@pytest.mark.long
@pytest.mark.parametrize(
    "frame",
    [
        *"is{}n't|is {}n't|is n{}t|is n't{}|it 's{}|A{}\u03a3 n't|8{}10|{}8/10|8/10{}|five{}stars|:{})|{}:)|:){}".split(
            "|"
        ),
        *("\u2605{}\u2606", "\u2605\u2605{}", "\U0001f469{}\U0001f4bb"),
    ],
    ids=ascii,
)
def test_every_code_point_next_to_what_is_replaced(frame):
    texts = [frame.format(chr(code)) for code in range(0x110000)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), **REPLACING)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.text("abcΣ 1<>", max_size=20), max_size=8),
    st.integers(1, 6),
    st.integers(1, 4),
    st.sampled_from([None, ["a", "bb", "ς"], "english"]),
    st.sampled_from(["drop", "id"]),
    st.booleans(),
    st.booleans(),
)
def test_generated_vocabularies(texts, max_words, min_count, stop_words, unknown, cleaning, misspellings):
    options = EVERY_OPTION if cleaning else {}
    building = {"min_count": min_count, **options}
    words = reference.build_vocabulary(texts, max_words, stop_words, **building)
    vocabulary = sf.build_vocabulary(
        texts, max_words, stop_words, threads=2, unknown=unknown, misspellings=misspellings, **building
    )
    assert vocabulary.words == words
    encoding = {"stop_words": stop_words, "unknown": unknown, "misspellings": misspellings, **options}
    rows = reference.encode(texts, words, **encoding)
    assert [row.tolist() for row in sf.encode(texts, vocabulary)] == rows


@pytest.mark.slow
@settings(max_examples=700, deadline=None)
@example(
    [b"A\xc2\xce\xa3", b"A\xc2\xb4\x80\xce\xa3", b"\xf4\x90\x80\x80", b"\xe0\x80\x80a", b"\xed\xa0\x80", b"\xf0\x9f"]
)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40), st.one_of(TEXT, ITEMS).map(lambda text: text.encode("utf-8", "replace")[1:-1])
        ),
        max_size=12,
    )
)
def test_bytes_mean_what_decoding_with_replacement_gives(items):
    texts = [item.decode("utf-8", "replace") for item in items]
    forms = [pa.array(items, kind) for kind in (pa.binary(), pa.large_binary(), pa.binary_view())]
    assert_equal(texts, forms, threads=(1,))
    assert_equal(texts, forms, threads=(1,), normalise="nfc")
    assert_equal(texts, forms, threads=(1,), **REPLACING)


@pytest.mark.parametrize("kind", ["latin-1", "two bytes", "four bytes"])
def test_each_width_of_str(kind):
    beyond = {"latin-1": "é", "two bytes": "ж", "four bytes": "𐐀"}[kind]
    texts = [f"Plain {beyond}words, {beyond * 3} and {beyond}.{beyond}! {beyond}" * 50, beyond, f" {beyond}a "]
    assert_equal(texts, (texts, as_utf8(texts)))


@pytest.mark.slow
@pytest.mark.parametrize("thing", ["word", " ", "é", "!", "漢", "\U0001f600", "'", "Σ", "\n"])
def test_whatever_starts_at_whichever_offset_of_a_block(thing):
    fill = ("lorem Ipsum, dolor " * 20)[:200]
    texts = [fill[:offset] + thing + fill[offset:] + thing + fill[: offset % 67] for offset in range(201)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


@pytest.mark.slow
@pytest.mark.parametrize(
    "item",
    [
        " n't",
        " n\u2019t",
        ":)",
        "xD",
        "<3",
        "8/10",
        "seven stars out of ten",
        "\u2605\u2606",
        "\U0001f469\u200d\U0001f4bb",
        "\U0001f600",
    ],
)
@pytest.mark.parametrize("fill", ["lorem Ipsum, dolor ", "zażółć gęślą, "], ids=["ascii", "beyond ascii"])
def test_what_is_replaced_starts_at_whichever_offset_of_a_block(fill, item):
    text = (fill * 20)[:200]
    texts = [text[:offset] + between + item for offset in range(140) for between in ("", " ")]
    texts += [one + after for one in texts for after in (" ", "b", "s" * 70)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,), **REPLACING)


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["", "é", "ж", "\U00010400"], ids=["ascii", "latin-1", "two bytes", "four bytes"])
def test_words_and_gaps_of_every_length(unit):
    texts = [unit + "a" * size + " " * (size % 71) + "b" * (size % 19) + "-" * size + "c" for size in range(200)]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


def test_words_at_the_edge_of_what_is_a_short_one():
    texts = [" ".join(letter * size for size in range(1, 40)) for letter in "abé漢"]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


@pytest.mark.slow
@pytest.mark.parametrize("words", [1, 2, 3, 64, 1000, 30_000, 70_000])
def test_lexicons_of_every_size_find_every_word_and_no_other(words):
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = [
        letters[i % 26] + letters[i // 26 % 26] + letters[i // 676 % 26] + letters[i // 17576] for i in range(words)
    ]
    lexicon = _core.Lexicon(known)
    for level in _core.LEVELS:
        values, *_ = lexicon.encode([" ".join(known), " ".join(word + "q" for word in known)], PLAIN, 1, level)
        assert values.tolist() == list(range(1, words + 1))


@pytest.mark.slow
def test_ties_are_settled_by_first_occurrence_at_any_thread_count():
    # As many distinct words as tables have to grow for, each equally frequent, spread over many ranges.
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [a + b + c for a in letters for b in letters for c in letters]
    texts = [" ".join(words[i::97]) + " filler" * 2000 for i in range(97)]
    assert_equal(texts)


@pytest.mark.slow
@pytest.mark.parametrize("size", [63, 64, 65, 127, 128, 129, 1000, 100_000])
def test_long_words(size):
    texts = ["x" * size, "é" * size, "y" * size + " " + "x" * size, "ab" * size + "!" * size + "c"]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


def test_lower_casing_may_lengthen_a_word():
    # U+023A has two bytes in UTF-8, its lower case three.
    texts = ["\u023a" * 1000]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(1,))


@pytest.mark.slow
def test_many_capital_sigmas_in_one_piece_take_linear_time():
    texts = ["\u03a3" * 200_000, "a" + "'" * 200_000 + "\u03a3", "a\u03a3" + "'" * 200_000]
    assert_equal(texts, threads=(1,))


def random_texts(count, seed):
    """Up to 50 characters each, from an alphabet that each text draws anew: a listed one, or of any code points."""
    draw = random.Random(seed)
    pools = ["abcABC  '.,<>", "aé\u03a3\u03c2 \u0301-", "aж 漢\u3000", "\U00010400 a\u0130\u00a0", "0aA\u0664_ \u00b2"]
    for _ in range(count):
        pool = draw.choice(pools) if draw.random() < 0.8 else [chr(draw.randrange(0x110000)) for _ in range(9)] + [" "]
        yield "".join(draw.choices(pool, k=draw.randrange(50)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "count", [20_000, pytest.param(1_000_000, marks=pytest.mark.long)], ids=["20 thousand", "a million"]
)
def test_random_texts(count):
    texts = list(random_texts(count, seed=count))
    assert_equal(texts, (texts, as_utf8(texts)))
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), **EVERY_OPTION)


@pytest.mark.slow
@pytest.mark.parametrize("letter", ["a", "é", "漢"])
def test_a_word_of_ten_megabytes(letter):
    size = 10_000_000 // len(letter.encode())
    texts = ["x " + letter * size + "! y", letter * size]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,), levels=_core.LEVELS)


@pytest.mark.slow
def test_a_million_empty_texts():
    texts = [""] * 1_000_000
    assert_equal(texts, (texts, as_utf8(texts), pa.nulls(len(texts))), threads=(1, 8))


@pytest.mark.long
@pytest.mark.parametrize("piece", ["Lorem Ipsum, dolor. ", "Zażółć gęślą; jaźń! "], ids=["ascii", "beyond ascii"])
def test_a_text_of_a_hundred_megabytes(piece):
    texts = [piece * (100_000_000 // len(piece.encode())) + "end", "another"]
    assert_equal(texts, (texts, as_utf8(texts)), threads=(2,))


@pytest.mark.long
def test_the_largest_vocabulary_there_may_be():
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [
        a + b + c + d + e for a in letters + "éж漢" for b in letters for c in letters for d in letters for e in letters
    ]
    words += [word[::-1] + "q" for word in words[: (1 << 24) - len(words)]]
    assert len(words) == 1 << 24
    lexicon = _core.Lexicon(words)
    for start in (0, 1 << 20, (1 << 24) - 100_000):
        values, *_ = lexicon.encode([" ".join(words[start : start + 100_000])], PLAIN, 2, _core.LEVELS[-1])
        np.testing.assert_array_equal(values, np.arange(start + 1, start + 100_001))
    with pytest.raises(ValueError, match=r"at most 2\^24 words"):
        _core.Lexicon([*words, "toomany"])


def check_real_reviews(path, rows=None):
    reviews = pd.read_csv(path, keep_default_na=False, nrows=rows)["review"]
    texts = reviews.tolist()
    assert_equal(texts, (texts, reviews, as_utf8(texts)))
    assert_equal(texts, (reviews,), threads=(2,), **EVERY_OPTION)


@pytest.mark.slow
@pytest.mark.parametrize("name", long_after(1, ["imdb_test", "imdb_train"]))
def test_real_reviews(imdb_folder, name):
    check_real_reviews(imdb_folder / f"{name}.csv.xz", rows=1000)


@pytest.mark.long
@pytest.mark.parametrize("name", ["imdb_train", "imdb_test", "imdb_unsup"])
def test_all_real_reviews(imdb_folder, name):
    check_real_reviews(imdb_folder / f"{name}.csv.xz")
