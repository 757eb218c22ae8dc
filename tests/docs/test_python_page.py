"""The examples of docs/python.md about DuckDB, threads and processes run, and return what the page says."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

import sentiment_fast as sf
from sentiment_fast.data.datasets.demo import demo_corpus

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = (ROOT / "docs" / "python.md").read_text("utf-8").split("\n## ")


def examples_of(title):
    section = next(one for one in SECTIONS if one.startswith(f"{title}\n"))
    return re.findall(r"```python\n(.*?)```", section, re.S)


@pytest.fixture(scope="module")
def scorer():
    return sf.load("bundled", "cpu")


def test_duckdb_queries_what_is_scored(scorer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = [*demo_corpus(30).texts.to_pylist(), None]
    parquet.write_table(pa.table({"id": range(31), "review": texts}), "reviews.parquet")
    names = {"sf": sf, "scorer": scorer}
    for example in examples_of("DuckDB"):
        exec(example, names)
    labels = scorer.predict(texts[:30]).tolist()
    assert names["scored"]["sentiment_label"].tolist() == labels
    found = duckdb.sql("SELECT sentiment_label FROM 'scored.parquet' ORDER BY id").fetchall()
    assert [label for (label,) in found] == labels
    assert names["positive"](pa.array(["good", None])).is_null().to_pylist() == [False, True]


def test_threads_share_a_scorer():
    names = {"sf": sf}
    exec(examples_of("Threads and processes")[0], names)
    assert [part.argmax() for part in names["parts"]] == [1, 0]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes_get_the_scorer_when_they_start(method, scorer, tmp_path):
    program = examples_of("Threads and processes")[1].replace('"spawn"', f'"{method}"')
    (tmp_path / "program.py").write_text(program)
    found = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    first, second = ast.literal_eval(found.stdout)
    expected = scorer.predict_proba(["A wonderful film!", "Two hours of my life, gone."])[:, 1]
    assert [*first, *second] == pytest.approx(expected, abs=1e-6)
