"""Time a CSV file of reviews -> the same with labels and scores: this package and other common ways.

Scores some of the reviews, or all of them with SENTIMENT_FAST_SCORED_ROWS=50000. "process" is the peak memory of a
process that does only the work of that side.
"""

import csv
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

import sentiment_fast as sf
from benchmarks.scoring_sides import SIDES, fit_tf_idf, peak_of_process, texts_of
from sentiment_fast.model.folder import load_model, save_model
from sentiment_fast.model.network import SentimentLSTM, model_of
from sentiment_fast.model.presets import PRESETS

GROUP = "from CSV file to CSV file"
ROWS = int(os.environ.get("SENTIMENT_FAST_SCORED_ROWS", "6400"))
TUTORIAL_ROWS = 400
PARSING = "from CSV file to CSV file, without the LSTM"
START = "start-up, from the start of the process"


class WithoutNetwork(sf.Scorer):
    """A scorer whose probabilities are computed from the numbers of ids, at no cost.

    Reading, finding records, encoding, deduplicating, formatting and writing are the real ones; only the LSTM, from ids
    to logits, and their probabilities are replaced.
    """

    def probabilities_of(self, ids):
        positive = np.minimum(ids.lengths, 100).astype(np.float32) / 100
        return np.stack([1 - positive, positive], axis=1)


def write_csv(path, reviews):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "review"], *enumerate(reviews)])
    return path


@pytest.fixture(scope="module")
def model(reviews, tmp_path_factory):
    """A model folder: the tutorial's network with random weights, at which its speed is the same."""
    vocabulary = sf.build_vocabulary(reviews.texts)
    torch.manual_seed(0)
    network = SentimentLSTM(PRESETS["tutorial"].network, len(vocabulary), 2)
    with torch.no_grad():
        network.output.weight *= 20  # so that answers spread over 0 to 1, as a trained model's do
    folder = tmp_path_factory.mktemp("model")
    save_model(folder, model_of(network, vocabulary, ["negative", "positive"]))
    return folder


@pytest.fixture(scope="module")
def file(reviews, tmp_path_factory):
    rows = np.random.default_rng(0).permutation(len(reviews.texts))[:ROWS]
    return write_csv(tmp_path_factory.mktemp("scoring") / "reviews.csv", reviews.texts.take(rows).to_pylist())


@pytest.fixture(scope="module")
def sample(file):
    with file.open(newline="", encoding="utf-8") as whole:
        texts = [row[1] for row, _ in zip(csv.reader(whole), range(TUTORIAL_ROWS + 1), strict=False)]
    return write_csv(file.parent / "sample.csv", texts[1:])


@pytest.fixture(scope="module")
def expected(sample, model):
    """The sample, scored in the tutorial's way."""
    output = sample.parent / "expected.csv"
    SIDES["tutorial"](model)(sample, output)
    return pd.read_csv(output, keep_default_na=False)


def assert_scored(output, source, expected=None, tolerance=0.02):
    """All rows of the source, in its order; scores near the expected ones, labels equal except for scores near 0.5."""
    found, given = (pd.read_csv(path, keep_default_na=False) for path in (output, source))
    assert found.columns.tolist() == ["id", "review", "sentiment_label", "sentiment_score"]
    assert found[["id", "review"]].equals(given)
    if expected is not None:
        scores = expected["sentiment_score"]
        assert (found["sentiment_score"] - scores).abs().max() < tolerance
        clear = (scores - 0.5).abs() >= tolerance
        assert found["sentiment_label"][clear].equals(expected["sentiment_label"][clear])


def measure_side(measure, side, model, source, rows, name):
    score, output = SIDES[side](model), source.parent / f"{side}.csv"

    def peak():
        return peak_of_process(side, model, source, output)

    measure(GROUP, name, lambda: score(source, output), rows, peak=peak)


def test_tutorial(measure, model, sample, expected):
    assert_scored(sample.parent / "expected.csv", sample)
    measure_side(measure, "tutorial", model, sample, len(expected), "the tutorial's way: pandas, Python, padded to 500")


def test_tf_idf(measure, labelled, file, tmp_path):
    fit_tf_idf(labelled.texts.to_pylist(), labelled.labels, tmp_path / "tf_idf")
    SIDES["tf_idf"](tmp_path / "tf_idf")(file, tmp_path / "out.csv")
    assert_scored(tmp_path / "out.csv", file)
    name = "pandas, scikit-learn's tf-idf + logistic regression"
    measure_side(measure, "tf_idf", tmp_path / "tf_idf", file, ROWS, name)


def test_model_alone(measure, model, file):
    scorer, texts = sf.load(model, "cpu"), texts_of(file)
    assert len(texts) == ROWS

    def peak():
        return peak_of_process("model_alone", model, file, file)

    name = f"sentiment_fast, {scorer.precision.name}, from texts in memory, no file"
    measure(GROUP, name, lambda: scorer.predict_proba(texts), ROWS, peak=peak)


def test_ours(measure, model, file, sample, expected, tmp_path):
    score = SIDES["sentiment_fast"](model)
    score(sample, tmp_path / "sample.csv")
    assert_scored(tmp_path / "sample.csv", sample, expected)
    score(file, tmp_path / "all.csv")
    assert_scored(tmp_path / "all.csv", file)
    name = f"sentiment_fast, {sf.load(model, 'cpu').precision.name}"
    measure_side(measure, "sentiment_fast", model, file, ROWS, name)


@pytest.fixture(scope="module")
def large_file(reviews, tmp_path_factory):
    return write_csv(tmp_path_factory.mktemp("parsing") / "reviews.csv", reviews.texts.to_pylist())


def test_copying_with_pandas(measure, reviews, large_file, tmp_path):
    def run():
        table = pd.read_csv(large_file, keep_default_na=False)
        table["sentiment_label"], table["sentiment_score"] = "positive", 0.5
        table.to_csv(tmp_path / "out.csv", index=False)

    run()
    assert_scored(tmp_path / "out.csv", large_file)
    size = large_file.stat().st_size
    measure(PARSING, "pandas, two columns more, nothing encoded", run, len(reviews.texts), text_bytes=size)


def test_all_but_the_network(measure, reviews, model, large_file, tmp_path):
    scorer = WithoutNetwork(load_model(model), "cpu")

    def run():
        sf.score_csv(large_file, tmp_path / "out.csv", scorer, force=True)

    run()
    assert_scored(tmp_path / "out.csv", large_file)
    name = "sentiment_fast, all but the LSTM"
    measure(PARSING, name, run, len(reviews.texts), rounds=9, text_bytes=large_file.stat().st_size)


def test_import_of_torch(measure):
    command = [sys.executable, "-c", "import torch"]
    measure(START, "import torch, and nothing else", lambda: subprocess.run(command, check=True), 1)


def test_one_row_from_start_to_end(measure, model, tmp_path):
    source, output = write_csv(tmp_path / "one.csv", ["A wonderful film!"]), tmp_path / "out.csv"
    command = [sys.executable, "-m", "sentiment_fast.score", "--model", model, source, "-o", output, "--force"]

    def run():
        subprocess.run(command, check=True, capture_output=True)

    run()
    assert_scored(output, source)
    measure(START, "score, a file of one row, to the end", run, 1)


def test_until_the_first_window_is_written(measure, model, large_file, tmp_path):
    part = tmp_path / "out.csv.part"
    command = [sys.executable, "-m", "sentiment_fast.score", "--model", model, large_file, "-o", tmp_path / "out.csv"]

    def run():
        part.unlink(missing_ok=True)
        with subprocess.Popen([*command, "--restart"], stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and not (part.exists() and part.stat().st_size):
                try:
                    process.wait(0.005)
                except subprocess.TimeoutExpired:
                    continue
            process.kill()
        assert process.returncode == -signal.SIGKILL

    measure(START, "score, until a first window of 3 MB is in the file", run, 1)
