"""The Spark recipe of docs/clusters.md, run as it stands there, in a local Spark of two tasks."""

from __future__ import annotations

import importlib.util
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sentiment_fast as sf
from sentiment_fast.model.native.scoring import native_level
from tests.scoring.conftest import WORDS

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="needs pyspark: pip install pyspark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="needs a Java runtime, for Spark"),
]


def recipe() -> str:
    """The code between the marks of the page."""
    page = (ROOT / "docs" / "clusters.md").read_text("utf-8")
    found = re.search(r"<!-- spark -->\n```python\n(.*?)```\n<!-- end -->", page, re.DOTALL)
    assert found is not None
    return found[1]


def run_recipe(folder: Path, model_folder: Path, reviews: pa.Table) -> pa.Table:
    """Its output for a model and a table of reviews, in the order of their ids."""
    (folder / "runs").mkdir()
    shutil.copytree(model_folder, folder / "runs" / "mine")
    pq.write_table(reviews, folder / "reviews.parquet", row_group_size=len(reviews) // 4)
    (folder / "recipe.py").write_text(recipe())
    settings = ["spark.ui.enabled=false", "spark.driver.host=localhost", "spark.driver.bindAddress=127.0.0.1"]
    settings += ["spark.sql.execution.arrow.maxRecordsPerBatch=300", "spark.sql.files.maxPartitionBytes=100000"]
    submitted = " ".join(f"--conf {setting}" for setting in settings)
    environment = os.environ | {
        "PYSPARK_SUBMIT_ARGS": f"--master local[2] {submitted} pyspark-shell",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    run = subprocess.run([sys.executable, "recipe.py"], cwd=folder, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    parts = sorted((folder / "scored.parquet").glob("part-*.parquet"))
    assert len(parts) > 1  # several tasks
    return pa.concat_tables(pq.read_table(part) for part in parts).sort_by("id")


def assert_scored(scored: pa.Table, reviews: pa.Table, scorer: sf.Scorer) -> None:
    assert scored.column_names == ["id", "review", "sentiment_label", "sentiment_score"]
    assert scored.select(["id", "review"]).equals(reviews)
    expected = scorer.predict_proba(reviews["review"])
    # The native core gives the same bits in any batch; elsewhere bf16 rounds otherwise in batches of other shapes.
    tolerance = 0.0 if native_level(scorer.device, scorer.precision) else 2e-2
    np.testing.assert_allclose(scored["sentiment_score"].to_numpy(), expected[:, 1], rtol=0, atol=tolerance)
    clear = np.abs(expected[:, 1] - 0.5) > tolerance
    labels = np.asarray(scorer.classes)[(expected[:, 1] > 0.5).astype(int)]
    assert (np.asarray(scored["sentiment_label"].to_pylist())[clear] == labels[clear]).all()


def test_recipe_scores_as_predict_proba_does(tmp_path, make_model):
    choose = random.Random(5)
    model_folder = make_model(["negative", "positive"], hidden_size=16)  # a size that the native core computes
    texts = [" ".join(choose.choices(WORDS, k=choose.randrange(1, 40))) for _ in range(3000)]
    reviews = pa.table({"id": pa.array(range(len(texts)), pa.int64()), "review": texts})
    assert_scored(run_recipe(tmp_path, model_folder, reviews), reviews, sf.load(model_folder))
