"""A vocabulary -> a Hugging Face tokenizer and a scikit-learn vectorizer that compute what sentiment_fast computes.

In: the words of a vocabulary. Out: the two, which follow the rules of reference.py, and functions that compare their
results with `TokenIds`. Timing is left to test_preprocessing.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sentiment_fast import reference
from sentiment_fast.text.encoding import TokenIds, thread_count

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNKNOWN = "[unknown]"  # no word that was cleaned can look like this
UNKNOWN_ID = 0  # padding's, so that a word's id is its index + 1 there too


def hugging_face_tokenizer(words: Sequence[str]) -> Tokenizer:
    """A `tokenizers.Tokenizer` with one token per word, which runs on all cores that this process may use.

    Its rules are those of reference.py on all characters that both know (Unicode versions differ), with two exceptions:
    it lower-cases one character at a time, so a capital sigma at a word's end becomes σ where `str.lower` has ς; and
    the separators U+001C to U+001F, spaces to `str.split`, are deleted. With \\w and \\d, as its regular expressions
    understand them, it would differ on 3,500 more: combining marks, fractions, superscripts.
    """
    # Read when the package starts its threads, which is at the first batch.
    os.environ["RAYON_NUM_THREADS"] = str(thread_count())
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase, Replace, Sequence
    from tokenizers.pre_tokenizers import WhitespaceSplit

    ids = {UNKNOWN: UNKNOWN_ID, **{word: index + 1 for index, word in enumerate(words)}}
    tokenizer = Tokenizer(WordLevel(ids, unk_token=UNKNOWN))
    deleted = Regex(r"[^\p{L}\p{Nl}\p{No}_\s]+")  # neither word character nor space, or a decimal digit (Nd)
    tokenizer.normalizer = Sequence([Lowercase(), Replace(deleted, "")])
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer


def known_ids(encodings: Iterable[Any]) -> list[list[int]]:
    """The ids of `encode_batch_fast`'s results, without those of unknown words."""
    return [[token for token in encoding.ids if token != UNKNOWN_ID] for encoding in encodings]


def count_vectorizer(words: Sequence[str]) -> Any:
    """A `CountVectorizer` whose columns are the words, in their order; equal to reference.py's counts on every text.

    It is set up as its documentation shows, with a preprocessor and a token pattern, and runs on one thread.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    deleted = re.compile(r"[^\w\s]|\d")
    return CountVectorizer(
        vocabulary=list(words), preprocessor=lambda text: deleted.sub("", text.lower()), token_pattern=r"\S+"
    )


def tuned_count_vectorizer(words: Sequence[str]) -> Any:
    """The same with an analyzer that deletes by `str.translate`: in about half the time."""
    from sklearn.feature_extraction.text import CountVectorizer

    kept = _KeptCharacters()
    return CountVectorizer(vocabulary=list(words), analyzer=lambda text: text.lower().translate(kept).split())


def word_counts(ids: TokenIds, words: int) -> npt.NDArray[np.int64]:
    """(n, words): how often each word of the vocabulary stands in each text."""
    cells = np.repeat(np.arange(len(ids)) * words, ids.lengths) + (ids.values - 1)
    return np.bincount(cells, minlength=len(ids) * words).reshape(len(ids), words)


class _KeptCharacters(dict[int, int | None]):
    """A table for `str.translate`: lower-case characters that cleaning keeps, and spaces, stay; others go.

    It asks reference.py about each character that it meets for the first time.
    """

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        self[code] = code if character.isspace() or reference.clean_words(character) else None
        return self[code]
