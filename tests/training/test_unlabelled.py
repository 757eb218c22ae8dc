"""What pretraining learns from: the texts with neighbouring words."""

import pyarrow as pa
import pytest

from sentiment_fast.data.texts import Texts
from sentiment_fast.errors import DataError
from sentiment_fast.model.presets import preset
from sentiment_fast.training.unlabelled import open_corpus


def texts_of(texts):
    return Texts(pa.chunked_array([texts], pa.large_string()), "reviews.csv")


@pytest.fixture
def settings():
    return preset("tutorial").with_fields({"stop_words": "none"})


def test_texts_of_fewer_than_two_words_are_left_out(settings):
    corpus = open_corpus(texts_of(["good film", "good", "", "bad film good"]), settings)
    assert list(corpus.vocabulary) == ["good", "film", "bad"]
    assert [corpus.ids[row].tolist() for row in range(len(corpus.ids))] == [[1, 2], [3, 2, 1]]
    assert corpus.summary == "4 texts, 2 of them with two words or more of a vocabulary of 3"


def test_fewer_than_two_such_texts_are_a_data_error(settings):
    with pytest.raises(DataError, match=r"reviews\.csv: expected two or more texts of two words or more.*got 1"):
        open_corpus(texts_of(["good film", "good"]), settings)
