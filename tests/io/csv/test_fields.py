"""Values as fields of CSV: numbers, labels, nulls and quotes."""

import csv

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.io.csv.dialect import Dialect
from sentiment_fast.io.csv.fields import added_fields, header_fields

PLAIN = Dialect()


def written(values, dialect=PLAIN, excel_safe=False):
    return [field.decode() for field in added_fields({"added": values}, dialect, excel_safe).to_pylist()]


def test_scores_are_written_as_python_writes_them():
    random_scores = np.random.default_rng(0).random(20_000, np.float32)
    edges = np.array([0, 1, 0.5, 1e-7, 5e-7, 1 - 2**-24, 2**-21, 2.5e-6, 0.9999995, 0.1234565], np.float32)
    scores = np.concatenate([random_scores, edges, np.arange(2000, dtype=np.float32) / 2**20])
    found = added_fields({"score": pa.array(scores)}, Dialect(), excel_safe=False).to_pylist()
    assert [field.decode() for field in found] == [f",{score:.6f}" for score in scores.tolist()]


def test_numbers_beyond_probabilities_are_written_as_python_writes_them():
    scores = np.array([-0.25, 1.5, 1e9, -0.0, 1e-7, np.inf], np.float32)
    assert written(pa.array(scores)) == [f",{score:.6f}" for score in scores.tolist()]


@pytest.mark.parametrize("values", [[0.5, None, 0.25], [2.5, None]])
def test_null_is_an_empty_field(values):
    expected = ["," if value is None else f",{value:.6f}" for value in values]
    assert written(pa.array(values, pa.float32())) == expected
    assert written(pa.array(["good", None])) == [",good", ","]
    assert written(pa.array([7, None])) == [",7", ","]


@pytest.mark.parametrize("values", [["a,b", 'say "x"', "", "line\nend", "a,b"], [1.0, 0.5, 1e22], [True, False]])
def test_other_values_are_written_as_the_csv_module_writes_them(values):
    lines = written(pa.array(values))
    assert [next(csv.reader([f"x{line}"], strict=True))[1] for line in lines] == [str(value) for value in values]


def test_formulas_are_guarded_only_on_request():
    assert written(pa.array(["=1", "a"])) == [",=1", ",a"]
    assert written(pa.array(["=1", "a"]), excel_safe=True) == [",'=1", ",a"]
    assert header_fields(["=x", "y"], Dialect(";"), excel_safe=True) == b";'=x;y"


def test_several_columns_stand_in_their_order():
    columns = {"label": pa.array(["a;b", None]), "score": pa.array([0.5, None], pa.float32()), "n": pa.array([1, 20])}
    assert added_fields(columns, Dialect(";"), excel_safe=False).to_pylist() == [b';"a;b";0.500000;1', b";;;20"]


def test_slices_are_written_from_where_they_begin():
    whole = pa.array([0.125, 0.25, None, 0.5], pa.float32())
    assert written(whole.slice(1, 2)) == [",0.250000", ","]
    assert written(pa.array(["a", "b", "c"]).slice(2)) == [",c"]
