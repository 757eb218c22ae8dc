"""The specification of the preprocessing, in plain Python: texts in; a vocabulary, ids and a padded matrix out.

Slow and obvious on purpose: the native core is right when it gives the same results as this file, for every str there
is. Follows section 3 and 4 of the tutorial (`preprocess_string`, `tokenize`, `padding_`); each function works alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from sentiment_fast.text.stop_words import stop_word_set


def clean_words(text: str) -> list[str]:
    """The words of a text, lower-cased, without punctuation and digits (the tutorial's `preprocess_string`).

    Unicode throughout: what is a space, a word character and a digit is what Python's `str` and `re` say.
    """
    words = []
    for piece in text.lower().split():
        word = re.sub(r"[^\w\s]", "", piece)
        word = re.sub(r"\s+", "", word)
        word = re.sub(r"\d", "", word)
        if word != "":
            words.append(word)
    return words


def build_vocabulary(
    texts: Iterable[str], max_words: int = 1000, stop_words: str | Iterable[str] | None = "english"
) -> list[str]:
    """The `max_words` most frequent words that are no stop words, most frequent first; ties by first occurrence.

    A word's id is its index + 1: id 0 is padding (the first half of the tutorial's `tokenize`).
    """
    left_out = stop_word_set(stop_words)
    counts: Counter[str] = Counter()  # keeps first occurrence order, and sorted() is stable: ties are settled by both
    for text in texts:
        counts.update(word for word in clean_words(text) if word not in left_out)
    return sorted(counts, key=lambda word: counts[word], reverse=True)[:max_words]


def encode(texts: Iterable[str], vocabulary: Iterable[str]) -> list[list[int]]:
    """Each text as the ids of its words, in order; words outside the vocabulary are dropped (`tokenize`'s other half).

    vocabulary: the words, most frequent first.
    """
    id_of = {word: index + 1 for index, word in enumerate(vocabulary)}
    return [[id_of[word] for word in clean_words(text) if word in id_of] for text in texts]


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
