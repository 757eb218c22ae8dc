"""Texts -> a vocabulary, ids, a padded matrix and n-grams: the specification of the preprocessing, in plain Python.

Deliberately slow and obvious: the native core is correct if it gives the same results as this file for every str.
Follows sections 3 and 4 of the tutorial (`preprocess_string`, `tokenize`, `padding_`); each function is independent.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Literal

import numpy as np

from sentiment_fast.text.emojis import MODIFIERS, emoji_words, is_modifier
from sentiment_fast.text.stop_words import stop_word_set

# An opening or closing tag, a comment or a declaration, up to the first ">"; with a "<" in between, it is not a tag.
TAG = re.compile(r"<(?:/?[A-Za-z]|!)[^<>]*>")

# Characters that people type as an apostrophe: "don't", "don`t", "don´t", "don‘t", "don’t"; and U+FFFD, which stands
# for invalid UTF-8 that often was one.
APOSTROPHES = "'`\u00b4\u2018\u2019\ufffd"


# ---- What `emojis`, `ratings` and `contractions` replace -----------------------------------------------------------

_MODIFIERS = f"[{MODIFIERS}]*"
_EMOTICON_BEFORE, _EMOTICON_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z/])"
EMOJI_MARKER = "_emoji"

# A number of 0 to 10 with up to two decimals, or as a word; not a part of a longer number, a date or a word.
_NUMBER_BEFORE, _NUMBER_AFTER = r"(?<![0-9A-Za-z_/])(?<![0-9][.,])", r"(?![0-9A-Za-z_/])(?![.,][0-9])"
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_UP_TO_5 = "(?:5(?:[.,]0{1,2})?|[0-4](?:[.,][0-9]{1,2})?|" + "|".join(_NUMBERS[:6]) + ")"
_UP_TO_10 = "(?:10(?:[.,]0{1,2})?|[0-9](?:[.,][0-9]{1,2})?|" + "|".join(_NUMBERS) + ")"
_OUT_OF = "(?:[ -]stars?)? out of "
RATINGS = [
    rf"{_NUMBER_BEFORE}(?P<of_10>{_UP_TO_10})(?: ?/ ?10|{_OUT_OF}(?:10|ten)){_NUMBER_AFTER}",
    rf"{_NUMBER_BEFORE}(?P<of_5>{_UP_TO_5})(?: ?/ ?5|{_OUT_OF}(?:5|five)){_NUMBER_AFTER}",
    rf"{_NUMBER_BEFORE}(?P<stars>{_UP_TO_10})[ -]stars?{_NUMBER_AFTER}",
]
FILLED, HALF, EMPTY = "\u2605\u2b50\U0001f31f", "\u00bd", "\u2606"  # three stars; one half; one star
_STAR, _NO_STAR = f"[{FILLED}]{_MODIFIERS}", f"{EMPTY}{_MODIFIERS}"
# Two characters or more, because one star often is an ornament.
STAR_ROW = f"(?={_STAR}[{FILLED}{HALF}{EMPTY}])(?P<row>(?:{_STAR})+{HALF}?(?:{_NO_STAR})*)"

# The space before the part of a contraction that some texts write as a word of its own: "is n't", "it 's".
_APOSTROPHE = "['`\u00b4\u2018\u2019]"
CONTRACTION = (
    rf"(?<=[A-Za-z]) (?=(?:n{_APOSTROPHE}t|{_APOSTROPHE}(?:s|m|d|ll|re|ve))(?![0-9A-Za-z_'`\u00b4\u2018\u2019]))"
)


@cache
def _items(emojis: bool, ratings: bool, contractions: bool) -> re.Pattern[str] | None:
    """What is replaced, the first of these alternatives wherever it is found; letters are ASCII's, in either case."""
    alternatives = [*RATINGS, STAR_ROW] if ratings else []
    if emojis:
        longest_first = sorted(emoji_words(), key=len, reverse=True)
        found = [
            f"{_EMOTICON_BEFORE}{re.escape(one)}{_EMOTICON_AFTER}"
            if one.isascii()
            else _MODIFIERS.join(one) + _MODIFIERS
            for one in longest_first
        ]
        first = "".join({re.escape(one[0]) for one in longest_first})
        alternatives.append(f"(?=[{first}])(?P<emoji>{'|'.join(found)})")
    if contractions:
        alternatives.append(CONTRACTION)
    return re.compile("|".join(alternatives), re.ASCII | re.IGNORECASE) if alternatives else None


def _replacement(found: re.Match[str]) -> str:
    if found[0] == " ":
        return ""
    named = {name: text for name, text in found.groupdict().items() if text is not None}
    if "emoji" in named:
        emoji = "".join(character for character in found[0] if not is_modifier(character))
        return f" {EMOJI_MARKER} {emoji_words()[emoji.lower() if emoji.isascii() else emoji]} "
    [(kind, text)] = named.items()
    return f" _rating_{_NUMBERS[_stars_of_5(kind, text)]} "


def _stars_of_5(kind: str, text: str) -> int:
    """A rating on a scale of 0 to 5, halves rounded up."""
    if kind == "row":
        filled = sum(character in FILLED for character in text) + Fraction(text.count(HALF), 2)
        empty = text.count(EMPTY)
        return floor(filled * 5 / (ceil(filled) + empty) + Fraction(1, 2)) if empty else min(ceil(filled), 5)
    text = text.lower()
    value = Fraction(_NUMBERS.index(text) if text in _NUMBERS else text.replace(",", "."))
    scale = 10 if kind == "of_10" or value > 5 else 5
    return floor(value * 5 / scale + Fraction(1, 2))


def clean_words(
    text: str,
    strip_html: bool = False,
    keep_digits: bool = False,
    split_at_marks: bool = False,
    normalise: Literal["none", "nfc"] = "none",
    emojis: bool = False,
    ratings: bool = False,
    contractions: bool = False,
) -> list[str]:
    """The words of a text, lower-cased, without punctuation and digits (the tutorial's `preprocess_string`).

    Unicode throughout: spaces, word characters and digits are those of Python's `str` and `re`. The options, in the
    order in which they take effect:
    normalise: with "nfc", puts the text into Unicode's normal form C, so that an accent that is a character of its own
    becomes part of its letter.
    strip_html: replaces each tag by a space; entities stay as they are. Nothing that follows is found across a tag.
    ratings, emojis, contractions: in one pass from left to right, what begins first is replaced, and what has been
    replaced is not searched again. If several begin at one place, they are tried in this order. ASCII letters count in
    either case.
    ratings: "8/10", "4,5 / 5", "9 out of 10", "three stars out of five", "five stars", "1-star" and rows of stars
    become one word, "_rating_zero" to "_rating_five", on a scale of 0 to 5, halves rounded up. Numbers are 0 to 10 with
    up to two decimals, or "zero" to "ten", and not above their scale of 5 or 10; more than 5 stars are of 10. A row is
    two characters or more: filled stars (U+2605, U+2B50, U+1F31F), then perhaps a half (U+00BD), then empty stars
    (U+2606), whose number gives the scale; without empty stars it is 5, and more than 5 stars count as 5.
    emojis: an emoji or emoticon becomes "_emoji" and the words of its name (emojis.py); the longest one counts, and
    variation selectors and skin tones are ignored. No ASCII letter or digit may be next to an emoticon, and no "/"
    after it.
    contractions: a space between an ASCII letter and "n't", "'s", "'m", "'d", "'ll", "'re" or "'ve" is removed, so that
    "is n't" is the same word as "isn't". The apostrophe is any of APOSTROPHES except U+FFFD.
    split_at_marks: punctuation marks and symbols (Unicode's general categories P and S), except apostrophes, count as
    spaces. keep_digits: digits stay.
    """
    if normalise == "nfc":
        text = unicodedata.normalize("NFC", text)
    parts = TAG.split(text) if strip_html else [text]
    items = _items(emojis, ratings, contractions)
    if items is not None:
        parts = [items.sub(_replacement, part) for part in parts]
    text = " ".join(parts).lower()
    if split_at_marks:
        text = re.sub(r"[^\w\s]", lambda found: " " if _is_mark(found[0]) else found[0], text)
    words = []
    for piece in text.split():
        word = re.sub(r"[^\w\s]", "", piece)
        word = re.sub(r"\s+", "", word)
        if not keep_digits:
            word = re.sub(r"\d", "", word)
        if word != "":
            words.append(word)
    return words


def _is_mark(character: str) -> bool:
    return character not in APOSTROPHES and unicodedata.category(character)[0] in "PS"


def build_vocabulary(
    texts: Iterable[str],
    max_words: int = 1000,
    stop_words: str | Iterable[str] | None = "english",
    *,
    min_count: int = 1,
    strip_html: bool = False,
    keep_digits: bool = False,
    split_at_marks: bool = False,
    normalise: Literal["none", "nfc"] = "none",
    emojis: bool = False,
    ratings: bool = False,
    contractions: bool = False,
) -> list[str]:
    """The `max_words` most frequent words, without stop words, most frequent first; ties by first occurrence.

    A word's id is its index + 1: id 0 is padding (the first half of the tutorial's `tokenize`).
    min_count: less frequent words are left out. The other options are those of `clean_words`.
    """
    left_out = stop_word_set(stop_words)
    counts: Counter[str] = Counter()  # keeps the order of first occurrence, and sorted() is stable: this breaks ties
    for text in texts:
        words = clean_words(text, strip_html, keep_digits, split_at_marks, normalise, emojis, ratings, contractions)
        counts.update(word for word in words if word not in left_out)
    frequent = [word for word in counts if counts[word] >= min_count]
    return sorted(frequent, key=lambda word: counts[word], reverse=True)[:max_words]


# ---- What `misspellings` corrects ---------------------------------------------------------------------------------

CORRECT_WORDS = 10_000  # only the vocabulary's first words, the most frequent ones, are taken to be spelled correctly
SHORTEST_CORRECT, LONGEST_CORRECT = 5, 64  # letters; others are not corrected to
SHORTEST_CHANGED = 7  # letters; in a shorter word, a changed letter more often makes another word than a misspelling


def is_misspelling(word: str, correct: str) -> bool:
    """Whether a word is another one, `correct`, with one mistake.

    A mistake is a letter left out, a letter put in, two neighbouring letters swapped, or, in a word of SHORTEST_CHANGED
    letters or more, a letter changed. The first letter must stay the same, and all letters are a to z. The words that
    can be misspelled have SHORTEST_CORRECT to LONGEST_CORRECT letters.
    """
    if not re.fullmatch("[a-z]+", word) or not re.fullmatch("[a-z]+", correct):
        return False
    if word == correct or word[0] != correct[0]:
        return False
    size = len(correct)
    if not SHORTEST_CORRECT <= size <= LONGEST_CORRECT:
        return False
    swapped = [correct[:i] + correct[i + 1] + correct[i] + correct[i + 2 :] for i in range(size - 1)]
    changed = len(word) == size and sum(a != b for a, b in zip(word, correct, strict=True)) == 1
    return (
        word in _with_a_letter_left_out(correct)
        or correct in _with_a_letter_left_out(word)
        or word in swapped
        or (changed and size >= SHORTEST_CHANGED)
    )


def _with_a_letter_left_out(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def correction(word: str, vocabulary: Iterable[str]) -> str | None:
    """The most frequent of the vocabulary's words of which an unknown word is a misspelling; None if there is none."""
    frequent = itertools.islice(vocabulary, CORRECT_WORDS)
    return next((correct for correct in frequent if is_misspelling(word, correct)), None)


def encode(
    texts: Iterable[str],
    vocabulary: Iterable[str],
    *,
    stop_words: str | Iterable[str] | None = "english",
    strip_html: bool = False,
    keep_digits: bool = False,
    split_at_marks: bool = False,
    unknown: Literal["drop", "id"] = "drop",
    normalise: Literal["none", "nfc"] = "none",
    emojis: bool = False,
    ratings: bool = False,
    contractions: bool = False,
    misspellings: bool = False,
) -> list[list[int]]:
    """Each text as the ids of its words, in order; words outside the vocabulary are dropped (`tokenize`'s other half).

    vocabulary: the words, most frequent first. unknown: with "id", words that are neither in the vocabulary nor stop
    words get the id after the last, len(vocabulary) + 1. misspellings: such a word is replaced by its `correction`
    first, if it has one. The other options are those of `clean_words`.
    """
    id_of = {word: index + 1 for index, word in enumerate(vocabulary)}
    dropped = stop_word_set(stop_words) if unknown == "id" or misspellings else frozenset()
    unknown_id = len(id_of) + 1
    rows = []
    for text in texts:
        row = []
        for word in clean_words(
            text, strip_html, keep_digits, split_at_marks, normalise, emojis, ratings, contractions
        ):
            known: str | None = word
            if misspellings and word not in id_of and word not in dropped:
                known = correction(word, id_of)
            if known in id_of:
                row.append(id_of[known])
            elif unknown == "id" and word not in dropped:
                row.append(unknown_id)
        rows.append(row)
    return rows


def pad(rows: Sequence[Sequence[int]], length: int = 500) -> np.ndarray:
    """The rows as an (n, length) int32 matrix: zeros on the left; a longer row keeps its first `length` ids.

    The tutorial's `padding_`, in which an all-zero row is a text without known words.
    """
    matrix = np.zeros((len(rows), length), dtype=np.int32)
    for index, row in enumerate(rows):
        if len(row) != 0:
            kept = row[:length]
            matrix[index, length - len(kept) :] = kept
    return matrix


LONG_SEED = 0xA0761D6478BD642F  # the hash of no ids, for n-grams of long rows; 0 for n-grams of all rows


def ngram_buckets(row: Sequence[int], longest: int = 2, bits: int = 21, long_from: int = 0) -> list[int]:
    """The distinct buckets, of 2**bits, of a row's n-grams of 1 to `longest` ids, ascending.

    long_from: a row of this many ids or more is long; each of its n-grams has a second hash, from LONG_SEED, and so a
    second bucket; 0 for no long rows.
    The hash of an n-gram is updated id by id, each from 0 to 2**31 - 1; its top bits are the bucket. Saved models
    depend on it: never change it. Source of its multipliers: Steele et al. 2014 (SplitMix), and degski's 64-bit mixer.
    """
    seeds = (0, LONG_SEED) if 0 < long_from <= len(row) else (0,)
    buckets = set()
    for begin, seed in itertools.product(range(len(row)), seeds):
        state = seed
        for number in row[begin : begin + longest]:
            state = (state + (int(number) + 1) * 0x9E3779B97F4A7C15) % 2**64
            state = (state ^ state >> 32) * 0xD6E8FEB86659FD93 % 2**64
            state ^= state >> 29
            buckets.add(state >> (64 - bits))
    return sorted(buckets)


FINGERPRINT_BITS = 8


def ngram_codes(row: Sequence[int], longest: int = 2, bits: int = 21, long_from: int = 0) -> list[int]:
    """The distinct codes of a row's n-grams, ascending: bucket * 2**FINGERPRINT_BITS + fingerprint.

    The fingerprint is the hash's bits below the bucket's, so a code is a bucket of FINGERPRINT_BITS more bits.
    """
    return ngram_buckets(row, longest, bits + FINGERPRINT_BITS, long_from)


def bucket_owners(
    rows: Iterable[Sequence[int]], longest: int = 2, bits: int = 21, long_from: int = 0
) -> dict[int, int]:
    """The fingerprint of each bucket's owner: of its codes that two or more rows have, the one that most rows have.

    Of codes that equally many rows have, the smallest one is the owner. Buckets without an owner are left out.
    """
    counts = Counter(code for row in rows for code in ngram_codes(row, longest, bits, long_from))
    owners: dict[int, int] = {}
    for code in sorted(counts, key=lambda code: (-counts[code], code)):
        bucket, fingerprint = divmod(code, 2**FINGERPRINT_BITS)
        if counts[code] >= 2:
            owners.setdefault(bucket, fingerprint)
    return owners


def owned_buckets(
    row: Sequence[int], owners: Mapping[int, int], longest: int = 2, bits: int = 21, long_from: int = 0
) -> list[int]:
    """The buckets whose owner the row has, ascending. owners: as `bucket_owners` returns them."""
    found = (divmod(code, 2**FINGERPRINT_BITS) for code in ngram_codes(row, longest, bits, long_from))
    return [bucket for bucket, fingerprint in found if owners.get(bucket) == fingerprint]
