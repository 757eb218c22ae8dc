import numpy as np
import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.model import word_vectors
from sentiment_fast.model.word_vectors import fit_word_vectors
from sentiment_fast.text.encoding import TokenIds


def ids_of(rows):
    values = np.concatenate([np.asarray(row, np.int16) for row in rows])
    return TokenIds(values, np.cumsum([0, *map(len, rows)]), 0, len(values), None)


def texts_of_two_topics(count, seed=0):
    """Words 1 to 8 stand together, and words 9 to 16; 17 in both."""
    random = np.random.default_rng(seed)
    return ids_of([random.permutation([*random.choice(8, 6) + 1 + 8 * (row % 2), 17]) for row in range(count)])


@pytest.mark.slow
def test_words_in_the_same_company_get_vectors_that_point_the_same_way():
    vectors = fit_word_vectors(texts_of_two_topics(400), 17, 2).matrix[1:17]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    assert cosines[:8, :8].min() > 0.8
    assert cosines[8:, 8:].min() > 0.8
    assert cosines[:8, 8:].max() < 0.2


def test_words_that_stand_in_no_text_keep_nan():
    vectors = fit_word_vectors(texts_of_two_topics(100), 20, 3)
    assert vectors.size == 3
    assert not vectors.found[[0, 18, 19, 20]].any()
    assert vectors.found[1:18].all()


def test_neighbours_are_counted_within_a_text_and_count_for_more_the_nearer_they_are():
    counts = word_vectors._neighbours(ids_of([[1, 2, 3], [], [4], [5, 5]]), 6).toarray()
    assert (counts[1, 2], counts[2, 3], counts[1, 3]) == (5, 5, 4)
    assert counts[5, 5] == 10  # each is the other's neighbour
    assert counts[3].sum() == 9
    assert counts[4].sum() == 0
    assert (counts == counts.T).all()


def test_information_is_the_formulas():
    counts = word_vectors._neighbours(texts_of_two_topics(30), 18)
    dense = counts.toarray().astype(np.float64)
    smoothed = dense.sum(axis=0) ** 0.75
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.log((dense / dense.sum(axis=1, keepdims=True)) / (smoothed / smoothed.sum()))
    expected = np.where(dense > 0, np.maximum(expected, 0), 0)
    np.testing.assert_allclose(word_vectors._positive_information(counts).toarray(), expected, rtol=1e-5)


@pytest.mark.slow
def test_results_are_the_same_again_and_whatever_is_counted_at_once(monkeypatch):
    ids = texts_of_two_topics(200)
    first = fit_word_vectors(ids, 17, 4).matrix
    monkeypatch.setattr(word_vectors, "_IDS_AT_ONCE", 10)
    np.testing.assert_array_equal(fit_word_vectors(ids, 17, 4).matrix, first)


@pytest.mark.parametrize("rows", [[[]], [[1], [2]], [[1, 2, 1, 2]]])
def test_texts_with_too_few_words_are_refused_with_what_to_do(rows):
    with pytest.raises(DataError, match="smaller embedding_size, or more texts"):
        fit_word_vectors(ids_of(rows), 5, 2)
