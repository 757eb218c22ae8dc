"""Labels by their spellings: every one comes back, numbers only where that is sound, and renaming."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment_fast.data.label_rules import LabelRules
from sentiment_fast.data.labelled_texts import (
    LabelledTexts,
    class_indices,
    classes_of,
    read_labelled,
    stratified_split,
)
from sentiment_fast.data.labels import (
    label_map_of,
    label_map_text,
    label_values,
    near_equal,
    positions,
    shortest_floats,
)
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.errors import DataError, UsageError

# What people write in a column of labels: numbers in many spellings, and words.
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.integers(-9, 9).map(str),
    st.floats(allow_nan=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{0,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.sampled_from(["01", "1", "+1", "-0", "0", "0.0", "-0.0", "1.1", "1.10", "1E5", "1e5", "1_0", " 1", "٣", "nan"]),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
COLUMNS = st.one_of(st.lists(NUMBERS, min_size=1, max_size=8), st.lists(st.one_of(NUMBERS, WORDS), min_size=1))


def written(tmp_path_factory: pytest.TempPathFactory, spellings: list[str]) -> Path:
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(
            [("review", "label"), *(("a film", one) for one in spellings)]
        )
    return path


def data_of(labels: list, name: str = "data") -> LabelledTexts:
    return labelled_texts_of(["a film"] * len(labels), labels, name)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(COLUMNS)
def test_every_spelling_of_a_column_comes_back(tmp_path_factory, spellings):
    found = read_labelled(written(tmp_path_factory, spellings)).labels
    assert [str(label) for label in found.tolist()] == spellings
    assert len(np.unique(found)) == len(set(spellings))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(COLUMNS)
def test_a_column_is_one_of_numbers_exactly_where_all_spell_themselves(spellings):
    spellings = list(dict.fromkeys(spellings))

    def is_spelled_as(kind: type, text: str) -> bool:
        try:
            number = kind(text)
        except (ValueError, OverflowError):
            return False
        return str(number) == text and math.isfinite(number) and (kind is float or -(2**63) <= number < 2**63)

    kinds = {"i": all(is_spelled_as(int, text) for text in spellings)}
    kinds["f"] = all(is_spelled_as(float, text) for text in spellings) and not {"0.0", "-0.0"} <= set(spellings)
    expected = next((kind for kind, holds in kinds.items() if holds), "U")
    assert label_values(spellings).dtype.kind == expected


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["01", "02"], ["01", "02"]),
        (["3.10", "4.0"], ["3.10", "4.0"]),
        (["1E5", "2"], ["1E5", "2"]),
        (["+1", "-1"], ["+1", "-1"]),
        (["1.1", "1.10", "1.2"], ["1.1", "1.10", "1.2"]),
        (["01", "1"], ["01", "1"]),
        (["-0", "0"], ["-0", "0"]),
        (["1", "2"], [1, 2]),
        (["0.5", "1.0"], [0.5, 1.0]),
    ],
)
def test_classes_are_as_spelled(tmp_path_factory, labels, classes):
    assert classes_of(read_labelled(written(tmp_path_factory, labels * 3))) == classes


def test_json_numbers_are_labels_by_their_source_text(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(f'{{"review": "a", "label": {one}}}\n' for one in ("1.10", "1.1", "1E5")))
    assert read_labelled(path).labels.tolist() == ["1.10", "1.1", "1E5"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["01", "1"]), ["01", "1"]),
        (pa.array(["1", "2"]).dictionary_encode(), ["1", "2"]),
        (pa.array([0.1, 2.5], pa.float32()), [0.1, 2.5]),
        (pa.array([np.float16(0.1), np.float16(2)], pa.float16()), [0.1, 2.0]),
        (pa.array([1, 2], pa.int16()), [1, 2]),
    ],
)
def test_parquet_labels_keep_their_type(tmp_path, column, expected):
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({"review": ["a", "b"], "label": column}), path)
    assert read_labelled(path).labels.tolist() == expected


def test_floats_in_memory_are_taken_by_their_shortest_spelling():
    assert data_of(np.array([0.1, 0.7], np.float32)).labels.tolist() == [0.1, 0.7]


@pytest.mark.slow
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_a_float32_is_spelled_as_short_as_it_comes_back(values):
    single = np.array(values, np.float32)
    assert (shortest_floats(single).astype(np.float32) == single).all()


def test_a_label_with_nul_is_refused(tmp_path):
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({"review": ["a", "b"], "label": ["x", "x\0"]}), path)
    with pytest.raises(DataError, match="without the character NUL"):
        read_labelled(path)
    with pytest.raises(DataError, match="without the character NUL"):
        data_of(["x", "x\0"])


# Which labels are the same, across files and for models.


@pytest.mark.parametrize(
    ("classes", "label", "place"),
    [
        ([0, 1], "1", 1),
        ([0, 1], 1, 1),
        ([0, 1], 1.0, 1),
        ([0, 1], "1.0", 1),
        ([0, 1], "01", None),
        ([0, 1], "+1", None),
        ([1.0, 1.5], "1", 0),
        ([1.0, 1.5], 1, 0),
        (["0", "1"], 1, 1),
        (["0", "1"], 1.0, 1),
        (["1", "1.0"], 1.0, 1),
        (["1", "1.0"], 1, 0),
        (["01", "1"], 1, 1),
        (["01", "02"], 1, None),
        (["1.1", "1.10"], 1.1, 0),
        (["neg", "pos"], "pos", 1),
        (["neg", "pos"], "Pos", None),
        ([2**60, 2**60 + 1], str(2**60 + 1), 1),
    ],
)
def test_a_label_is_a_class_by_its_spelling(classes, label, place):
    assert positions([label], classes) == [place]


def test_a_label_that_is_not_a_class_is_reported_with_its_row_and_what_helps():
    with pytest.raises(DataError, match=r"labels 'neg', 'pos' \(.*got 'good' in row 3\. .*`label_map`"):
        class_indices(data_of(["pos", "neg", "good", "good"]), ["neg", "pos"])


# Renaming.


def test_a_label_map_renames_all_at_once():
    data = LabelRules({"a": "b", "b": "a"}).of_training({"training": data_of(["a", "b", "a"])}, "training")
    assert data["training"].labels.tolist() == ["b", "a", "b"]


def test_numbers_can_be_merged_and_stay_numbers():
    data = LabelRules({"3": "2"}).of_training({"training": data_of([1, 2, 3])}, "training")
    assert data["training"].labels.tolist() == [1, 2, 2]


def test_numbers_can_be_named():
    data = LabelRules({"1": "positive", "0": "negative"}).of_model(data_of([1, 0]), ["negative", "positive"])
    assert data.labels.tolist() == ["positive", "negative"]


def test_a_label_of_the_map_may_be_in_any_part():
    parts = {"training": data_of(["a", "b"]), "validation": data_of(["A", "b"])}
    assert LabelRules({"A": "a"}).of_training(parts, "training")["validation"].labels.tolist() == ["a", "b"]


def test_a_label_of_the_map_that_no_part_has_is_bad_usage():
    with pytest.raises(UsageError, match="`label_map`: expected labels of the data, 'a', 'b', got 'c'"):
        LabelRules({"c": "a"}).of_training({"training": data_of(["a", "b"])}, "training")


def test_a_new_label_that_the_model_lacks_is_bad_usage():
    with pytest.raises(UsageError, match="`label_map`: expected new labels among the model's, 'neg', 'pos', got"):
        LabelRules({"good": "posit"}).of_model(data_of(["good"]), ["neg", "pos"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("pos=positive,neg=negative", {"pos": "positive", "neg": "negative"}),
        (["pos=positive", "neg=negative"], {"pos": "positive", "neg": "negative"}),
        ({1: "yes", 0.5: "no"}, {"1": "yes", "0.5": "no"}),
        ('"a,b=c",d=e=f', {"a,b": "c", "d": "e=f"}),
        ('{"a=b": "c", "1": 2.50}', {"a=b": "c", "1": "2.50"}),
        (['{"a=b": "c"}', "d=e"], {"a=b": "c", "d": "e"}),
        ("{x}=y", {"{x}": "y"}),
        (None, None),
        ({}, None),
    ],
)
def test_a_label_map_has_several_forms(given, expected):
    assert label_map_of(given) == expected


@pytest.mark.parametrize(
    "label_map", [{"a": "b", "c": "d"}, {"a=b": "c"}, {"a,b": "c"}, {'"': "x"}, {"a": "b=c"}, {'{"': "x"}, {"ä": " "}]
)
def test_a_label_map_is_read_back_from_its_text(label_map):
    assert label_map_of(label_map_text(label_map)) == label_map


def test_labels_with_equals_signs_are_said_to_need_json():
    with pytest.raises(UsageError, match=r"got 'a': .* in JSON, such as `label_map=\{\"a=b\": \"new\"\}`"):
        LabelRules(label_map_of("a=b=c")).of_training({"training": data_of(["a=b", "c"])}, "training")


@pytest.mark.parametrize("given", ['{"a": 1', '{"a": null}', '{"a": {"b": "c"}}', '{"a": "b", "a": "c"}', '{"a": ""}'])
def test_a_label_map_in_json_that_is_not_one_is_bad_usage(given):
    with pytest.raises(UsageError, match="`label_map`: expected"):
        label_map_of(given)


@pytest.mark.parametrize("given", ["pos", "pos=", "=x", "a=b,a=c", {"a": ""}])
def test_a_label_map_that_makes_no_sense_is_bad_usage(given):
    with pytest.raises(UsageError, match="`label_map`: expected"):
        label_map_of(given)


def test_a_very_long_label_is_refused_in_a_short_message(tmp_path):
    with pytest.raises(DataError, match=r"labels of up to 1,000 characters, got one of 1,001, 'xxx") as caught:
        labelled_texts_of(["a", "b"], ["x" * 1001, "y"])
    assert len(str(caught.value)) < 300
    (tmp_path / "in.csv").write_text(f"text,label\na,{'x' * 1001}\nb,y\n")
    with pytest.raises(DataError, match="is the label column the right one"):
        read_labelled(str(tmp_path / "in.csv"))


def test_many_classes_are_counted_in_a_short_message():
    data = labelled_texts_of(["a"] * 600, [f"class {row % 300}" for row in range(600)])
    with pytest.raises(DataError, match=r"'class 0': 2, .* and 295 more classes") as caught:
        stratified_split(data, 0.25, 0)
    assert len(str(caught.value)) < 400


def test_labels_that_are_almost_equal_are_named():
    said: list[str] = []
    labels = ["Pos", "pos", " pos", "neg", "pos"]
    parts = LabelRules().of_training({"training": data_of(labels, "a.csv")}, "training", said.append)
    assert parts["training"].labels.tolist() == labels
    assert "a.csv: the labels ' pos', 'Pos', 'pos' differ only" in said[0]
    assert "`normalise_labels=True` merges them" in said[0]


def test_normalising_merges_into_the_most_frequent_spelling():
    parts = {"training": data_of(["Pos", "pos", " Pos ", "neg"]), "test": data_of(["POS", "Neg", "other"])}
    merged = LabelRules(normalise=True).of_training(parts, "training")
    assert merged["training"].labels.tolist() == ["Pos", "Pos", "Pos", "neg"]
    assert merged["test"].labels.tolist() == ["Pos", "neg", "other"]


def test_normalising_for_a_model_gives_its_classes():
    found = LabelRules(normalise=True).of_model(data_of(["POS", "neg "]), ["Neg", "pos"])
    assert found.labels.tolist() == ["pos", "Neg"]


def test_composed_characters_count_as_almost_equal():
    assert near_equal(["é", "e\u0301", "E"]) == [["e\u0301", "é"]]


@pytest.mark.slow
@given(st.lists(WORDS, min_size=1))
def test_normalised_labels_have_no_almost_equal_ones(labels):
    merged = LabelRules(normalise=True).of_training({"training": data_of(labels)}, "training")["training"]
    assert near_equal(np.unique(merged.labels).tolist()) == []


def test_label_values_survive_json():
    values = label_values(["0.1", "1e-05", "1e+22"]).tolist()
    assert json.loads(json.dumps(values)) == values
