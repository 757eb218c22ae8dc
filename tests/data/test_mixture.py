"""Several files as one data set: rows drawn, weights given, copies left out, and a split that keeps copies together."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.data.data_files import DataFile
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.label_rules import LabelRules
from sentiment_fast.data.labelled_texts import LabelledTexts, class_indices, classes_of, read_labelled, stratified_split
from sentiment_fast.data.mixture import sampled, text_numbers
from sentiment_fast.data.sources import open_data, open_parts
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.options import LabelledDataOptions

HEADER = ("review", "sentiment", "domain")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def said():
    return []


def write(name, rows, header=HEADER):
    with Path(name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header[: len(rows[0])], *rows])
    return name


def opened(said, *files, **options):
    return open_data(list(files), say=said.append, layout=LabelledDataOptions(**options))


# Drawing rows.


def test_each_label_has_its_share_of_the_rows_drawn():
    labels = np.array(["a"] * 60 + ["b"] * 30 + ["c"] * 10)
    rows = sampled(labels, 25, seed=0)
    assert np.unique(labels[rows], return_counts=True)[1].tolist() == [15, 8, 2]
    assert (np.diff(rows) > 0).all()


def test_the_seed_decides_which_rows_are_drawn():
    labels = np.arange(1000) % 2
    first, again, other = (sampled(labels, 100, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert abs(first.mean() - 499.5) < 100  # from all of the file


def test_rows_of_one_file_are_drawn_whatever_the_others(said):
    write("a.csv", [(f"film {row}", "yx"[row % 2]) for row in range(50)])
    write("b.csv", [(f"book {row}", "yx"[row % 2]) for row in range(50)])
    alone = opened(said, "b.csv:rows=10").texts.to_pylist()
    both = opened(said, "a.csv", DataFile("b.csv", rows=10))
    assert len(alone) == 10
    assert both.texts.to_pylist()[50:] == alone
    assert "b.csv: 10 of 50 rows, drawn at random with the seed 0" in said


def test_a_file_with_fewer_rows_gives_all_of_them_and_says_so(said):
    write("a.csv", [("good", "x"), ("bad", "y")])
    assert len(opened(said, "a.csv:rows=3")) == 2
    assert said == ["a.csv: all of its 2 rows, of the 3 that were requested"]


@pytest.mark.slow
def test_rows_of_made_up_reviews_are_drawn_too(said):
    found = open_data("demo:40:rows=10:weight=2", seed=3, say=said.append)
    assert set(found.texts.to_pylist()) < set(demo_corpus(40, 3).texts.to_pylist())
    assert found.weights.tolist() == [2.0] * 10


# Weights.


def test_each_row_has_the_weight_of_its_file(said):
    write("a.csv", [("good", "x"), ("bad", "y")])
    write("b.csv", [("fine", "x")])
    data = opened(said, "a.csv:weight=0.5", "b.csv")
    assert data.weights.tolist() == [0.5, 0.5, 1.0]
    assert (data.sources.names, data.sources.numbers.tolist()) == (("a.csv", "b.csv"), [0, 0, 1])
    assert opened(said, "a.csv", "b.csv").weights is None


def test_each_row_has_the_label_weight_of_its_file(said):
    write("a.csv", [("Good film", "x"), ("bad", "y")])
    write("b.csv", [("good film.", "y"), ("new", "x"), ("new", "x")])
    write("c.csv", [("bad!", "x"), ("old", "y")])
    data = opened(said, "a.csv:label_weight=0", "b.csv", DataFile("c.csv", label_weight=0.25))
    assert data.texts.to_pylist() == ["Good film", "bad", "new", "new", "old"]
    np.testing.assert_array_equal(data.label_weights, [0, 0, np.nan, np.nan, 0.25])
    assert data.weights is None


def test_a_single_file_may_have_a_label_weight(said):
    write("a.csv", [(f"film {row}", "yx"[row % 2]) for row in range(50)])
    data = opened(said, "a.csv:rows=10:label_weight=1")
    assert data.label_weights.tolist() == [1.0] * 10


def test_one_plain_file_is_read_as_it_always_was(said):
    write("a.csv", [("good", "x"), ("good", "y")])
    data = opened(said, "a.csv")
    assert (data.weights, data.sources, data.same_text, data.without_class) == (None, None, None, None)
    assert data.label_weights is None
    assert len(data) == 2


def test_files_of_the_same_name_are_called_by_their_paths(said):
    for folder in ("one", "two"):
        Path(folder).mkdir()
        write(f"{folder}/a.csv", [(folder, "x")])
    assert opened(said, "one/a.csv", "two/a.csv").sources.names == ("one/a.csv", "two/a.csv")
    assert opened(said, "one/a.csv", "one/a.csv").sources.names == ("one/a.csv (1)", "one/a.csv (2)")


# Copies.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Great, isn't it?", "great isnt IT", True),
        ("8/10", "810", True),
        ("café", "CAFE\u0301!", True),
        ("good 😀", "good", True),
        ("good", "god", False),
        ("😀", "😡", False),
        (" 😀", "😀 ", True),
        ("", "...", False),
        ("हिन्दी", "हिन्दा", False),
    ],
)
def test_texts_with_the_same_letters_and_digits_are_copies(one, other, same):
    first, second = text_numbers(pa.chunked_array([[one], [other]], pa.large_string()))
    assert (first == second) == same


def test_the_first_files_copy_is_kept_and_copies_within_a_file_are(said):
    write("a.csv", [("Good film", "x"), ("bad", "y"), ("bad!", "y")])
    write("b.csv", [("good film.", "y"), ("new", "x"), ("new", "x")])
    data = opened(said, "a.csv", "b.csv:weight=2")
    assert data.texts.to_pylist() == ["Good film", "bad", "bad!", "new", "new"]
    assert data.labels.tolist() == ["x", "y", "y", "x", "x"]
    assert data.weights.tolist() == [1, 1, 1, 2, 2]
    assert said == ["a.csv + b.csv: left out 1 texts that an earlier file has too (same letters and digits)"]


def test_copies_fall_on_one_side_of_the_split():
    texts = pa.chunked_array([[f"text {row // 3}" for row in range(300)]], pa.large_string())
    labels = np.array(["x", "y"])[np.arange(300) // 3 % 2]
    data = LabelledTexts(texts, labels, "all", same_text=text_numbers(texts))
    parts = stratified_split(data, 0.2, 0)
    training, held = (set(part.texts.to_pylist()) for part in parts)
    assert not training & held
    assert [len(part) for part in parts] == [240, 60]


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_each_class_is_in_both_parts_of_the_split(share):
    texts = pa.chunked_array([[f"text {row}" for row in range(100)]], pa.large_string())
    labels = np.array(["often"] * 96 + ["seldom"] * 2 + ["rare"] * 2)
    parts = stratified_split(LabelledTexts(texts, labels, "all"), share, 0)
    for part in parts:
        assert Counter(part.labels.tolist())["seldom"] == Counter(part.labels.tolist())["rare"] == 1
    assert sorted(text for part in parts for text in part.texts.to_pylist()) == sorted(texts.to_pylist())


def test_without_copies_the_split_is_the_usual_one():
    texts = pa.chunked_array([[f"text {row}" for row in range(100)]], pa.large_string())
    labels = np.arange(100) % 2
    plain = stratified_split(LabelledTexts(texts, labels, "all"), 0.3, 5)
    known = stratified_split(LabelledTexts(texts, labels, "all", same_text=text_numbers(texts)), 0.3, 5)
    for one, other in zip(plain, known, strict=True):
        assert one.texts.to_pylist() == other.texts.to_pylist()


def test_all_that_rows_have_is_split_with_them(said):
    write("a.csv", [(f"good {row}", "xy"[row % 2], "films") for row in range(20)])
    write("b.csv", [(f"fine {row}", "xyn"[row % 3], "") for row in range(30)])
    layout = LabelledDataOptions(domain_column="domain")
    rules = LabelRules(neutral_label="n")
    files = ["a.csv:weight=3:label_weight=1", "b.csv:label_weight=0.5"]
    parts, classes = open_parts(files, "0.4", None, None, None, 0, said.append, layout, rules)
    assert classes == ["x", "y"]
    for part in parts.values():
        of_first = np.array([text.startswith("good") for text in part.texts.to_pylist()])
        assert (part.weights == np.where(of_first, 3, 1)).all()
        assert (part.label_weights == np.where(of_first, 1, 0.5)).all()
        assert (part.sources.numbers == np.where(of_first, 0, 1)).all()
        assert [part.domains.names[number] for number in part.domains.numbers] == [
            "films" if first else "b.csv" for first in of_first
        ]
        assert (part.without_class == (part.labels == "n")).all()
        assert (class_indices(part, classes)[part.without_class] == -1).all()


def test_a_part_of_weight_0_is_an_error():
    texts = pa.chunked_array([[f"text {row}" for row in range(20)]], pa.large_string())
    data = LabelledTexts(texts, np.arange(20) % 2, "mine", weights=np.zeros(20))
    with pytest.raises(DataError, match="expected a text with a weight above 0, got 15 texts of weight 0"):
        open_parts(data, "0.25", None, None, None, 0, print)


# Domains.


def test_rows_without_a_domain_count_under_the_name_of_their_file(said):
    write("a.csv", [("good", "x", "films"), ("bad", "y", "")])
    write("b.csv", [("fine", "x")])
    domains = opened(said, "a.csv", "b.csv", domain_column="domain").domains
    assert [domains.names[number] for number in domains.numbers] == ["films", "a.csv", "b.csv"]


def test_a_column_of_domains_that_no_file_has_is_an_error():
    write("a.csv", [("good", "x")])
    with pytest.raises(DataError, match="choose one with `domain_column`"):
        read_labelled("a.csv", layout=LabelledDataOptions(domain_column="domain"))


def test_a_column_of_a_thousand_and_one_domains_is_the_wrong_one():
    write("a.csv", [(f"text {row}", "x", row) for row in range(1001)])
    with pytest.raises(DataError, match=r"expected up to 1,000 domains, got 1,001: is `domain_column`"):
        read_labelled("a.csv", layout=LabelledDataOptions(domain_column=3))


# Rows without a label or a class.


def test_rows_without_a_label_are_left_out_on_request(said):
    write("a.csv", [("good", "x", "d"), ("so", "", "d"), ("bad", "y", "d")])
    with pytest.raises(DataError, match=r"got an empty one in row 2 .*leave such rows out with `skip_unlabelled=True`"):
        opened(said, "a.csv")
    data = opened(said, "a.csv", skip_unlabelled=True, domain_column="domain")
    assert (data.texts.to_pylist(), data.domains.sizes().tolist()) == (["good", "bad"], [2])
    assert said == ["a.csv: left out 1 of 3 rows, which have no label"]


def test_missing_labels_of_parquet_are_left_out_too(said):
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": ["good", "so", "bad"], "label": [1, None, 0]}), "a.parquet")
    assert opened(said, "a.parquet", skip_unlabelled=True).labels.tolist() == [1, 0]


def test_a_file_without_any_label_is_an_error(said):
    write("a.csv", [("good", ""), ("so", "")])
    with pytest.raises(DataError, match="expected data rows, got rows without labels only"):
        opened(said, "a.csv", skip_unlabelled=True)


def parts_of(said, rows, **rules):
    write("a.csv", rows)
    return open_parts("a.csv", "0.5", None, None, None, 0, said.append, rules=LabelRules(**rules))


NEUTRAL = [(f"text {row}", ("1", "2", "3")[row % 3]) for row in range(24)]


def test_a_neutral_label_is_not_a_class(said):
    parts, classes = parts_of(said, NEUTRAL, neutral_label="2")
    assert classes == [1, 3]
    assert classes_of(parts["training"]) == [1, 3]
    assert sorted(set(class_indices(parts["training"], classes))) == [-1, 0, 1]


def test_a_neutral_label_is_a_new_one(said):
    assert parts_of(said, NEUTRAL, label_map={"2": "so"}, neutral_label="so")[1] == ["1", "3"]


def test_a_neutral_label_that_the_data_lack_is_a_usage_error(said):
    with pytest.raises(UsageError, match=r"`neutral_label=so`: expected one of the labels '1', '2', '3'"):
        parts_of(said, NEUTRAL, neutral_label="so")


def test_a_neutral_label_needs_two_classes_to_be_between(said):
    rows = [(f"text {row}", str(row % 4)) for row in range(24)]
    with pytest.raises(UsageError, match="expected two other labels, which it is between, got 0, 1, 3"):
        parts_of(said, rows, neutral_label="2")


def test_a_neutral_label_of_a_models_texts_is_not_one_of_its_classes():
    data = LabelledTexts(pa.chunked_array([["a", "b"]]), np.array(["x", "n"]), "mine")
    assert LabelRules(neutral_label="n").of_model(data, ["x", "y"]).without_class.tolist() == [False, True]
    for classes in (["n", "x"], ["x", "y", "z"]):
        with pytest.raises(UsageError, match="expected a model of two other classes"):
            LabelRules(neutral_label="n").of_model(data, classes)
