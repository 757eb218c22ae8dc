"""The look at the data, on parts small enough to count by hand."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.overview import Split, overview
from sentiment_fast.errors import DataError


def part(texts, labels=None, lengths=None, word_count=100) -> Split:
    column = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([pa.array(texts, pa.string())])
    labels = np.array(["negative", "positive"] * len(column))[: len(column)] if labels is None else np.array(labels)
    lengths = np.ones(len(column), dtype=np.int64) if lengths is None else np.array(lengths, dtype=np.int64)
    return Split(LabelledTexts(column, labels, name="reviews.csv"), lengths, word_count)


TRAINING = part(
    ["good", "bad", "good", "so so", "bad", "good"],
    labels=["positive", "negative", "positive", "negative", "negative", "positive"],
    lengths=[0, 1, 2, 3, 4, 600],
    word_count=1220,
)
TEST = part(["good", "new", "good", "so so"], labels=["positive", "positive", "positive", "negative"])


def test_texts_are_counted():
    assert overview({"training": TRAINING, "test": TEST}, 500).parts["test"].texts == 4


def test_class_counts_are_sorted_by_label():
    counts = overview({"training": TRAINING, "test": TEST}, 500).parts["test"].class_counts
    assert list(counts.items()) == [("negative", 1), ("positive", 3)]


def test_class_counts_keep_integer_labels():
    counts = overview({"training": part(["a", "b", "c"], labels=[5, 1, 5])}, 500).parts["training"].class_counts
    assert [(type(label), label, texts) for label, texts in counts.items()] == [(int, 1, 1), (int, 5, 2)]


def test_token_lengths_are_summarised():
    lengths = overview({"training": TRAINING}, 500).parts["training"].token_lengths
    assert (lengths.minimum, lengths.maximum) == (0, 600)
    assert (lengths.percentile_25, lengths.median, lengths.percentile_75) == (1.25, 2.5, 3.75)
    assert (lengths.percentile_95, lengths.mean) == pytest.approx((4 + 0.75 * 596, 610 / 6))


def test_only_lengths_above_the_padding_length_are_longer():
    looked = overview({"training": part(["a", "b", "c", "d"], lengths=[499, 500, 501, 3], word_count=2000)}, 500)
    assert looked.parts["training"].longer_than_padding == 0.25


def test_words_without_an_id_are_outside_the_vocabulary():
    assert overview({"training": TRAINING}, 500).parts["training"].outside_vocabulary == 0.5


def test_no_word_at_all_leaves_the_share_outside_the_vocabulary_undefined():
    looked = overview({"training": part(["..."], lengths=[0], word_count=0)}, 500)
    assert looked.parts["training"].outside_vocabulary is None


def test_texts_without_ids_are_counted():
    assert overview({"training": TRAINING}, 500).parts["training"].without_ids == 1


def test_different_repeated_texts_are_counted_once_each():
    assert overview({"training": TRAINING}, 500).parts["training"].repeated_texts == 2


def test_texts_also_in_training_are_counted_as_often_as_they_stand():
    assert overview({"training": TRAINING, "test": TEST}, 500).parts["test"].also_in_training == 3


def test_training_is_not_compared_with_itself():
    assert overview({"training": TRAINING, "test": TEST}, 500).parts["training"].also_in_training is None


def test_texts_are_equal_to_the_last_character_only():
    looked = overview({"training": part(["Good film"]), "test": part(["good film", "Good film ", "Good  film"])}, 500)
    assert looked.parts["test"].also_in_training == 0


@pytest.mark.parametrize("other", [pa.string(), pa.large_string(), pa.string_view()])
def test_duplicates_are_found_across_arrow_types_and_chunks(other):
    test = part(pa.chunked_array([pa.array(["x"], other), pa.array(["good"], other)]))
    assert overview({"training": TRAINING, "test": test}, 500).parts["test"].also_in_training == 1


def test_texts_of_a_pandas_column_are_compared():
    test = part(pa.chunked_array([pa.array(pd.Series(["bad", "other"]))]))
    assert overview({"training": TRAINING, "test": test}, 500).parts["test"].also_in_training == 1


def test_a_missing_text_equals_an_empty_one():
    looked = overview({"training": part(["", "a"]), "test": part([None, "b"])}, 500)
    assert looked.parts["test"].also_in_training == 1


def test_bytes_that_are_no_utf8_are_compared_too():
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 2], dtype=np.int32)), pa.py_buffer(b"\xff\xfe")]
    )
    same = part(pa.chunked_array([broken]))
    assert overview({"training": same, "test": same}, 500).parts["test"].also_in_training == 1


def test_as_dict_survives_json():
    as_dict = overview({"training": TRAINING, "test": TEST}, 500).as_dict()
    assert json.loads(json.dumps(as_dict)) == as_dict


def test_as_dict_lists_classes_with_labels_in_their_own_type():
    as_dict = overview({"training": part(["a", "b", "c"], labels=[5, 1, 5])}, 500).as_dict()
    assert as_dict["parts"]["training"]["class_counts"] == [{"label": 1, "texts": 1}, {"label": 5, "texts": 2}]


def test_as_text_has_one_column_per_part():
    lines = overview({"training": TRAINING, "test": TEST}, 500).as_text().splitlines()
    assert lines[0].split() == ["training", "test"]
    assert lines[1].split() == ["texts", "6", "4"]


def test_as_text_is_aligned():
    labels = ["好评", "a label of some length", "c"]
    text = overview({"training": part(["a", "b", "c"], labels=labels)}, 500).as_text()
    ends = {len(line) for line in text.splitlines() if "好评" not in line}
    assert len(ends) == 1


def test_as_text_shows_a_class_that_a_part_lacks_as_zero():
    lines = overview({"training": TRAINING, "test": part(["x"], labels=["positive"])}, 500).as_text().splitlines()
    assert next(line for line in lines if "labelled negative" in line).split() == ["labelled", "negative", "3", "0"]


def test_as_text_has_a_dash_where_training_would_be_compared_with_itself():
    lines = overview({"training": TRAINING, "test": TEST}, 500).as_text().splitlines()
    assert lines[-1].split() == ["texts", "also", "in", "training", "-", "3"]


def test_as_text_names_the_padding_length():
    assert "longer than the padding of 1,500" in overview({"training": TRAINING}, 1500).as_text()


def test_a_part_without_texts_is_a_data_error():
    with pytest.raises(DataError, match=r"reviews\.csv: expected texts in the test part, got none"):
        overview({"training": TRAINING, "test": part([])}, 500)


def test_training_must_be_among_the_parts():
    with pytest.raises(ValueError, match="Expected a part named 'training', got \\['test'\\]"):
        overview({"test": TEST}, 500)


def test_a_part_needs_one_length_per_text():
    with pytest.raises(ValueError, match="Expected one length per text, got 1 for 2 texts"):
        part(["a", "b"], lengths=[1])


def test_a_part_cannot_have_more_ids_than_words():
    with pytest.raises(ValueError, match="Expected no more ids than words, got 3 of 2"):
        part(["a", "b"], lengths=[1, 2], word_count=2)
