"""Texts -> a vocabulary, ids, a padded matrix and n-grams: the specification of the preprocessing, in plain Python.

Deliberately slow and obvious: the native core is correct if it gives the same results as this file for every str.
Follows sections 3 and 4 of the tutorial (`preprocess_string`, `tokenize`, `padding_`); each function is independent.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from sentiment_fast.text.stop_words import stop_word_set

# An opening or closing tag, a comment or a declaration, up to the first ">"; with a "<" in between, it is not a tag.
TAG = re.compile(r"<(?:/?[A-Za-z]|!)[^<>]*>")

# Characters that people type as an apostrophe: "don't", "don`t", "don´t", "don‘t", "don’t"; and U+FFFD, which stands
# for invalid UTF-8 that often was one.
APOSTROPHES = "'`\u00b4\u2018\u2019\ufffd"


def clean_words(
    text: str,
    strip_html: bool = False,
    keep_digits: bool = False,
    split_at_marks: bool = False,
    normalise: Literal["none", "nfc"] = "none",
) -> list[str]:
    """The words of a text, lower-cased, without punctuation and digits (the tutorial's `preprocess_string`).

    Unicode throughout: spaces, word characters and digits are those of Python's `str` and `re`.
    strip_html: replaces each tag by a space first (entities stay as they are). keep_digits: digits stay.
    split_at_marks: punctuation marks and symbols (Unicode's general categories P and S), except apostrophes, count as
    spaces. normalise: with "nfc", puts the text into Unicode's normal form C before anything else, so that an accent
    that is a character of its own becomes part of its letter.
    """
    if normalise == "nfc":
        text = unicodedata.normalize("NFC", text)
    if strip_html:
        text = TAG.sub(" ", text)
    text = text.lower()
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
) -> list[str]:
    """The `max_words` most frequent words, without stop words, most frequent first; ties by first occurrence.

    A word's id is its index + 1: id 0 is padding (the first half of the tutorial's `tokenize`).
    min_count: less frequent words are left out. The other options are those of `clean_words`.
    """
    left_out = stop_word_set(stop_words)
    counts: Counter[str] = Counter()  # keeps the order of first occurrence, and sorted() is stable: this breaks ties
    for text in texts:
        words = clean_words(text, strip_html, keep_digits, split_at_marks, normalise)
        counts.update(word for word in words if word not in left_out)
    frequent = [word for word in counts if counts[word] >= min_count]
    return sorted(frequent, key=lambda word: counts[word], reverse=True)[:max_words]


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
) -> list[list[int]]:
    """Each text as the ids of its words, in order; words outside the vocabulary are dropped (`tokenize`'s other half).

    vocabulary: the words, most frequent first. unknown: with "id", words that are neither in the vocabulary nor stop
    words get the id after the last, len(vocabulary) + 1. The other options are those of `clean_words`.
    """
    id_of = {word: index + 1 for index, word in enumerate(vocabulary)}
    if unknown == "id":
        dropped = stop_word_set(stop_words)
        unknown_id = len(id_of) + 1
        return [
            [
                id_of.get(word, unknown_id)
                for word in clean_words(text, strip_html, keep_digits, split_at_marks, normalise)
                if word in id_of or word not in dropped
            ]
            for text in texts
        ]
    return [
        [id_of[word] for word in clean_words(text, strip_html, keep_digits, split_at_marks, normalise) if word in id_of]
        for text in texts
    ]


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


def ngram_buckets(row: Sequence[int], longest: int = 2, bits: int = 21) -> list[int]:
    """The distinct buckets, of 2**bits, of a row's n-grams of 1 to `longest` ids, ascending.

    The hash of an n-gram is updated id by id, each from 0 to 2**31 - 1; its top bits are the bucket. Saved models
    depend on it: never change it. Source of its multipliers: Steele et al. 2014 (SplitMix), and degski's 64-bit mixer.
    """
    buckets = set()
    for begin in range(len(row)):
        state = 0
        for number in row[begin : begin + longest]:
            state = (state + (int(number) + 1) * 0x9E3779B97F4A7C15) % 2**64
            state = (state ^ state >> 32) * 0xD6E8FEB86659FD93 % 2**64
            state ^= state >> 29
            buckets.add(state >> (64 - bits))
    return sorted(buckets)
