"""Values of `data` with weights and numbers of rows: how they are read, spelled and refused."""

from pathlib import Path

import pytest

import sentiment_fast as sf
from sentiment_fast.data.data_files import DataFile, data_file_of, data_files_of, expanded
from sentiment_fast.errors import DataError, UsageError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.csv", DataFile("a.csv")),
        ("a.csv:weight=2", DataFile("a.csv", weight=2.0)),
        ("a.csv:weight=0.5:rows=10", DataFile("a.csv", weight=0.5, rows=10)),
        ("a.csv:rows=10:weight=5e-1", DataFile("a.csv", weight=0.5, rows=10)),
        ("a.csv:label_weight=1", DataFile("a.csv", label_weight=1.0)),
        ("a.csv:label_weight=0:rows=3", DataFile("a.csv", rows=3, label_weight=0.0)),
        ("demo:100:label_weight=0.25:weight=2", DataFile("demo:100", 2.0, None, 0.25)),
        ("demo:100", DataFile("demo:100")),
        ("demo:100:rows=50", DataFile("demo:100", rows=50)),
        ("C:/data/a.csv:rows=5", DataFile("C:/data/a.csv", rows=5)),
        ("-:weight=3", DataFile("-", weight=3.0)),
    ],
)
def test_options_follow_the_file(text, expected):
    assert data_file_of(text) == expected
    assert data_file_of(str(expected)) == expected


def test_a_path_that_exists_as_written_has_no_options():
    Path("a:rows=5").write_text("")
    assert data_file_of("a:rows=5") == DataFile("a:rows=5")
    assert data_file_of("a:rows=5:weight=2") == DataFile("a:rows=5", weight=2.0)


def test_a_pattern_may_have_colons_of_its_own():
    Path("day:date=3.csv").write_text("")
    assert expanded(data_files_of("*:date=3.csv:weight=2")) == [DataFile("day:date=3.csv", 2.0)]


def test_a_typed_file_is_spelled_so_that_it_is_read_back():
    file = DataFile(Path("a.csv"), weight=0.1, rows=3)
    assert str(file) == "a.csv:weight=0.1:rows=3"
    assert str(DataFile("a.csv", 2, 3, 1)) == "a.csv:weight=2:rows=3:label_weight=1"
    assert str(DataFile("a.csv", label_weight=0)) == "a.csv:label_weight=0"
    Path("b:weight=2").write_text("")
    with pytest.raises(UsageError, match="rename it"):
        DataFile("b", weight=2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.csv:wieght=2", "expected weight=W, rows=N or label_weight=X after the path, got wieght=2"),
        ("a.csv:label-weight=1", "expected weight=W, rows=N or label_weight=X after the path, got label-weight=1"),
        ("a.csv:weight=two", "expected a weight above 0, got weight=two"),
        ("a.csv:weight=0", "expected a weight above 0, up to 1,000,000,000, got 0.0"),
        ("a.csv:weight=nan", "expected a weight above 0, up to 1,000,000,000, got nan"),
        ("a.csv:weight=inf", "expected a weight above 0, up to 1,000,000,000, got inf"),
        ("a.csv:rows=0", "expected rows of 1 or more, got 0"),
        ("a.csv:rows=1.5", "expected rows of 1 or more, got rows=1.5"),
        ("a.csv:rows=1:rows=2", "expected rows once"),
        ("a.csv:label_weight=half", "expected a label_weight of 0 to 1, got label_weight=half"),
        ("a.csv:label_weight=1.1", "expected a label_weight of 0 to 1, got 1.1"),
        ("a.csv:label_weight=-0.1", "expected a label_weight of 0 to 1, got -0.1"),
        ("a.csv:label_weight=nan", "expected a label_weight of 0 to 1, got nan"),
    ],
)
def test_malformed_options_are_usage_errors(text, message):
    Path("a.csv").write_text("")
    with pytest.raises(UsageError, match=message):
        data_file_of(text)


@pytest.mark.parametrize(("weight", "rows"), [(True, None), ("2", None), (-1, None), (1, True), (1, 2.0), (1, "3")])
def test_values_of_another_type_are_usage_errors(weight, rows):
    with pytest.raises(UsageError, match=r"`data=a\.csv`: expected"):
        DataFile("a.csv", weight, rows)


@pytest.mark.parametrize("label_weight", [True, "1", [1]])
def test_a_label_weight_of_another_type_is_a_usage_error(label_weight):
    with pytest.raises(UsageError, match=r"`data=a\.csv`: expected a label_weight of 0 to 1"):
        DataFile("a.csv", label_weight=label_weight)


def test_a_pattern_gives_its_weight_to_each_file():
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("")
    assert expanded(data_files_of("?.csv:weight=2")) == [DataFile("a.csv", 2.0), DataFile("b.csv", 2.0)]
    with pytest.raises(DataError, match="found none"):
        expanded(data_files_of("?.tsv:weight=2"))


def test_the_type_is_public():
    assert sf.DataFile is DataFile
