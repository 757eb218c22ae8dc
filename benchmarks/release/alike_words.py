"""Names, numbers and words that say who somebody is -> one word vector for each group of them.

In: texts, and a model. Out: groups of words, and the model whose network cannot tell the words of a group from each
other, so that another name, sex or faith does not change the network's logit. N-grams keep what they know of names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from sentiment_fast.model.model import Model
from sentiment_fast.text.vocabulary import Vocabulary

EMBEDDING = "embedding.weight"
# The least number of a word's occurrences within sentences, and the least share of them with a capital letter.
LEAST_COUNT, LEAST_SHARE = 3, 0.9
# Who somebody is: groups, separated by "/" or a new line.
PEOPLE = """
    he she/him her/his hers/himself herself
    man woman boy girl guy lady gentleman male female/men women boys girls guys ladies
    husband wife partner spouse/mother father mom dad mum parent/son daughter child/brother sister/uncle aunt
    grandmother grandfather grandma grandpa/young old elderly
    gay lesbian straight bisexual queer transgender
    muslim christian jewish hindu buddhist sikh catholic protestant/muslims christians jews hindus buddhists catholics
    black white asian latino/immigrant refugee local foreigner/blind deaf disabled
"""
# Ages, sizes and times; other numbers in digits may be ratings.
NUMBERS = [str(number) for number in range(11, 100)]
NUMBERS += "two three four five six seven eight nine ten twelve twenty thirty forty fifty".split()
_TAG = re.compile(r"<[^<>]*>")
_WITHIN_SENTENCE = re.compile(r"(?<=[a-z,] )[A-Za-z][a-z]+(?:'s)?(?![\w'])")  # not "I", "I'd" or a part of "McKay"


def proper_nouns(texts: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    """The words of the vocabulary that nearly always begin with a capital letter where no sentence begins."""
    capitalised: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for text in texts:
        if text.isupper() or text.istitle():
            continue
        words = [word.replace("'", "") for word in _WITHIN_SENTENCE.findall(_TAG.sub(" ", text))]
        counts.update(word.lower() for word in words)
        capitalised.update(word.lower() for word in words if word[0].isupper())
    often = [word for word in vocabulary if counts[word] >= LEAST_COUNT]
    return [word for word in often if capitalised[word] >= LEAST_SHARE * counts[word]]


def alike_words(texts: Iterable[str], vocabulary: Vocabulary) -> list[list[str]]:
    """Groups of words of the vocabulary: names, NUMBERS, and the groups of PEOPLE. None is in two groups."""
    people = [group.split() for line in PEOPLE.strip().splitlines() for group in line.split("/")]
    taken = {*NUMBERS, *chain.from_iterable(people)}
    names = [word for word in proper_nouns(texts, vocabulary) if word not in taken]
    known = set(vocabulary)
    return [[word for word in group if word in known] for group in (names, NUMBERS, *people)]


def share_vectors(model: Model, groups: Sequence[Sequence[str]]) -> Model:
    """Give all words of a group the mean of their vectors."""
    ids = {word: number for number, word in enumerate(model.vocabulary, start=1)}
    vectors = np.array(model.weights[EMBEDDING])
    for group in filter(None, groups):
        rows = [ids[word] for word in group]
        vectors[rows] = vectors[rows].mean(axis=0, dtype=np.float64)
    return replace(model, weights={**model.weights, EMBEDDING: vectors})
