"""A CSV file of reviews -> the same file with labels and scores: by this package, and in other common ways.

In: a model in a file or folder, a CSV file with a column `review`. Out: the CSV file that a side writes. Each side can
run in its own process, to measure its peak memory. Timing is left to test_scoring.py.

    python -m benchmarks.scoring_sides SIDE MODEL INPUT OUTPUT
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.counters import peak_resident

_REPOSITORY = Path(__file__).resolve().parents[1]
LABELS = np.array(["negative", "positive"])
Side = Callable[[Path, Path], None]  # reads the first, writes the second


def tutorial(model: Path) -> Side:
    """A model folder -> pandas, the tutorial's preprocessing in plain Python and its padded loop in batches of 50."""
    from benchmarks.tutorial_loop import loader, predict
    from benchmarks.tutorial_weights import as_tutorial_model
    from sentiment_fast import reference
    from sentiment_fast.model.folder import load_model
    from sentiment_fast.model.network import network_of

    saved = load_model(model)
    network = as_tutorial_model(network_of(saved))

    def score(source: Path, output: Path) -> None:
        table = _read(source)
        matrix = reference.pad(reference.encode(table["review"], saved.vocabulary.words))
        _write(table, predict(network, loader(matrix, np.zeros(len(matrix), np.int64), shuffle=False)).numpy(), output)

    return score


def tf_idf(model: Path) -> Side:
    """What `fit_tf_idf` wrote -> pandas and scikit-learn."""
    pipeline = pickle.loads(model.read_bytes())  # written by this run

    def score(source: Path, output: Path) -> None:
        table = _read(source)
        _write(table, pipeline.predict_proba(table["review"])[:, 1], output)

    return score


def fit_tf_idf(texts: Any, labels: np.ndarray, model: Path) -> None:
    """Words' tf-idf + logistic regression, as in scikit-learn's documentation, except for more steps."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000)).fit(texts, labels)
    model.write_bytes(pickle.dumps(pipeline))


def model_alone(model: Path) -> Side:
    """A model folder -> this package's scorer on texts that are in memory already; nothing is written."""
    import sentiment_fast as sf

    scorer = sf.load(model, "cpu")
    return lambda source, output: _discard(scorer.predict_proba(texts_of(source)))


def sentiment_fast(model: Path) -> Side:
    """A model folder -> this package, from file to file."""
    import sentiment_fast as sf

    scorer = sf.load(model, "cpu")
    return lambda source, output: _discard(sf.score_csv(source, output, scorer, force=True))


SIDES: dict[str, Callable[[Path], Side]] = {
    side.__name__: side for side in (tutorial, tf_idf, model_alone, sentiment_fast)
}


def texts_of(source: Path) -> Any:
    """The column `review` as Arrow strings."""
    import pyarrow as pa
    import pyarrow.csv

    return pa.csv.read_csv(source, parse_options=pa.csv.ParseOptions(newlines_in_values=True))["review"]


def peak_of_process(side: str, model: Path, source: Path, output: Path) -> int | None:
    """Bytes that were resident at the peak of a process which runs a side once; None where the system cannot say."""
    paths = [path.resolve() for path in (model, source, output)]
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.scoring_sides", side, *paths]
    environment = os.environ | {"THP_MEM_ALLOC_ENABLE": os.environ.get("THP_MEM_ALLOC_ENABLE", "1")}
    said = subprocess.run(command, cwd=_REPOSITORY, env=environment, check=True, capture_output=True, text=True).stdout
    return int(said) if said.strip() != "None" else None


def main(arguments: Sequence[str]) -> None:
    side, model, source, output = arguments
    SIDES[side](Path(model))(Path(source), Path(output))
    print(peak_resident())


def _read(source: Path) -> Any:
    import pandas as pd

    return pd.read_csv(source, keep_default_na=False)


def _write(table: Any, positive: np.ndarray, output: Path) -> None:
    table["sentiment_label"] = LABELS[(positive >= 0.5).astype(int)]
    table["sentiment_score"] = positive.round(6)
    table.to_csv(output, index=False)


def _discard(result: object) -> None:
    """A side's result is its file."""


if __name__ == "__main__":
    main(sys.argv[1:])
