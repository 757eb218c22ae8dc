"""The comparison: each side on a few made-up reviews, what becomes of rows that cannot run, the report."""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
import torch

import sentiment_fast as sf
from benchmarks import tutorial_loop
from benchmarks.studies import compare, compare_sides, compare_tutorial
from benchmarks.studies.compare import Comparison, Row
from benchmarks.studies.compare_sides import Figures
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.labelled_texts import read_labelled
from sentiment_fast.errors import DataError
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.network import SentimentLSTM, model_of

FIGURES = Figures(0.9, 0.01, 1000.0, 10.0, 2, 5_000_000)


def write(path, reviews, seed):
    data = demo_corpus(reviews, seed)
    pd.DataFrame({"review": data.texts.to_pylist(), "sentiment": data.labels}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reviews")
    return write(folder / "train.csv", 600, 0), write(folder / "test.csv", 150, 1)


@pytest.fixture(scope="module")
def tutorial_model(tmp_path_factory):
    """The tutorial's network with random weights, and the words of made-up reviews."""
    torch.manual_seed(0)
    vocabulary = sf.build_vocabulary(demo_corpus(200).texts)
    network = SentimentLSTM(NetworkConfig(), len(vocabulary), 2).eval()
    folder = tmp_path_factory.mktemp("models") / "tutorial"
    save_model(folder, model_of(network, vocabulary, ["negative", "positive"]))
    return folder


@pytest.fixture
def figures_file(tmp_path):
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(asdict(FIGURES)))
    return path


@pytest.fixture
def small_batches(monkeypatch):
    """Of 5 rows, ten times as fast."""
    for module in (tutorial_loop, compare_tutorial):
        monkeypatch.setattr(module, "BATCH_SIZE", 5)


def prepared(name, *training, **options):
    """A row whose processes print what stands in a file."""
    return Row(name, f"title of {name}", training, "json.tool --compact {figures}", **options)


def run(rows, data, quick=False):
    seen = []
    whole = Comparison(rows, data, 2, quick).run(lambda line: None, lambda results: seen.append(dict(results)))
    return whole, seen


# The sides.


@pytest.mark.slow
@pytest.mark.parametrize("side", ["tf-idf", "fastText"])
def test_a_peer_learns_and_is_judged_and_timed(side, files, tmp_path):
    if side == "fastText":
        pytest.importorskip("fasttext", reason="the extra `bench` is not installed")
    train, test = files
    compare_sides.train(compare_sides.TRAINERS[side], train, tmp_path / "model")
    trained = compare_sides.LOADERS[side](tmp_path / "model")
    figures = compare_sides.score(trained, test, 3)
    data = read_labelled(test)
    positive = trained.probabilities(data.texts.to_pylist())
    assert figures.accuracy == pytest.approx(np.mean((positive > 0.5) == (data.labels == "positive")))
    assert figures.accuracy > 0.7 or side == "fastText"  # which learns next to nothing of so few
    assert 0 <= figures.calibration_error <= 1
    assert figures.reviews_per_second > 0
    assert figures.rounds == 3
    assert figures.size == sum(path.stat().st_size for path in trained.files) > 0


@pytest.mark.slow
def test_our_model_gives_the_probabilities_of_its_scorer(tutorial_model):
    texts = ["a good film", "a bad film"]
    trained = compare_sides.load_ours(tutorial_model)
    assert trained.probabilities(texts) == pytest.approx(sf.load(tutorial_model).predict_proba(texts)[:, 1])
    assert {path.name for path in trained.files} == {"config.json", "vocabulary.txt", "model.safetensors"}


def test_fasttext_gets_words_and_marks_in_one_line():
    assert compare_sides.fasttext_line("It's\nGREAT!<br /><br />See it.") == "it ' s great ! see it ."


def test_more_than_two_classes_are_refused(tmp_path):
    path = tmp_path / "three.csv"
    path.write_text("review,sentiment\na film,0\nthe film,1\nfilm,2\n")
    with pytest.raises(DataError, match="expected two classes, got 3"):
        compare_sides.train(compare_sides.train_tf_idf, path, tmp_path / "model")


# The tutorial.


@pytest.mark.slow
def test_a_sample_of_the_tutorial_is_scaled_and_says_so(files, tutorial_model, small_batches):
    training, test = (read_labelled(path) for path in files)
    figures = compare_tutorial.sample(training, test, tutorial_model, steps=1, reviews=5, rounds=2)
    assert figures.note.startswith("~ means scaled from 1 of 450 steps")  # five epochs of 450 reviews, 5 each
    scorer = sf.load(tutorial_model, "cpu", "float32")  # its model has no calibration
    assert figures.accuracy == pytest.approx(np.mean(scorer.predict(test.texts) == test.labels))
    assert figures.seconds > 0


@pytest.mark.slow
def test_another_loss_than_the_tutorials_fails(files, tutorial_model):
    test = read_labelled(files[1])
    words = sf.load(tutorial_model).model().vocabulary.words
    matrix = compare_tutorial.matrix_of(test.texts[:5].to_pylist(), words)
    network = compare_tutorial.SentimentRNN(len(words))
    with pytest.raises(AssertionError, match="Expected the loss of the tutorial's model"):
        compare_tutorial.check_loss(network, matrix, np.full(5, 0.9), np.zeros(5, np.int64))


@pytest.mark.slow
def test_the_tutorial_in_full_learns_and_scores(tmp_path, monkeypatch, small_batches):
    monkeypatch.setattr(compare_tutorial, "EPOCHS", 1)
    folder = tmp_path / "model"
    compare_sides.train(compare_tutorial.train, write(tmp_path / "train.csv", 20, 0), folder)
    figures = compare_sides.score(compare_tutorial.load(folder), write(tmp_path / "test.csv", 5, 1), 1)
    assert 0 <= figures.accuracy <= 1
    assert figures.size > 3_000_000  # bytes of some 920,000 weights


# The rows.


@pytest.mark.slow
def test_a_row_that_fails_is_told_of_and_the_others_go_on(figures_file, tmp_path):
    rows = [prepared("bad", "json.tool {figures}.none"), prepared("good")]
    whole, seen = run(rows, {"figures": figures_file, "models": tmp_path})
    assert not whole
    assert seen[-1]["bad"].startswith("failed: json.tool ended with")
    assert "none" in seen[-1]["bad"]
    assert seen[-1]["good"].accuracy == FIGURES.accuracy


def test_rows_without_their_package_or_their_texts_are_skipped(figures_file, tmp_path):
    rows = [
        prepared("peer", package="a_package_that_is_not_there"),
        prepared("more", "json.tool {unlabelled}"),
        prepared("after", needs=("more",)),
    ]
    whole, seen = run(rows, {"figures": figures_file, "models": tmp_path})
    assert whole
    assert [seen[-1][name].split(":")[0] for name in ("peer", "more", "after")] == ["skipped"] * 3
    assert "a_package_that_is_not_there" in seen[-1]["peer"]


@pytest.mark.slow
def test_a_row_comes_after_those_that_it_needs_and_its_training_includes_theirs(figures_file, tmp_path):
    rows = [prepared("second", "json.tool {figures}", needs=("first",)), prepared("first", "json.tool {figures}")]
    _, seen = run(rows, {"figures": figures_file, "models": tmp_path})
    assert list(seen[0]) == ["first"]
    assert seen[-1]["second"].seconds > seen[-1]["first"].seconds > 0
    assert "that of first included" in seen[-1]["second"].note


def test_a_quick_run_trains_our_presets_for_one_epoch(tmp_path):
    row = next(row for row in compare.ROWS if row.name == "fast")
    train, score = Comparison([row], dict.fromkeys(("train", "test", "models"), tmp_path), 2, quick=True).commands(row)
    assert train[0] == "sentiment_fast.train"
    assert train[-2:] == ["--epochs", "1"]
    assert score[-2:] == ["--rounds", "2"]


def test_the_report_has_the_table_its_conditions_and_commands_without_paths(figures_file, tmp_path):
    rows = [prepared("first", "json.tool {figures}"), prepared("peer", package="a_package_that_is_not_there")]
    comparison = Comparison(rows, {"figures": figures_file, "models": tmp_path}, 2, quick=False)
    results = {"first": Figures(0.915, 0.0123, 18_000.4, 95.0, 5, 7_940_000, 150.0), "peer": "skipped: no package"}
    text = compare.as_markdown(comparison, results, {"commit": "abc"})
    assert "| title of first | 91.50% | 0.012 | 2.5 min | 18,000 (IQR 95, n 5) | 7.9 MB |" in text
    assert "- title of peer: skipped: no package" in text
    assert "- commit: abc" in text
    assert "    python -m json.tool FIGURES.csv" in text
    assert str(tmp_path) not in text


@pytest.mark.slow
def test_the_command_compares_a_peer_in_processes_of_its_own(files, tmp_path, capsys):
    report = tmp_path / "report.md"
    options = ["--quick", "--only", "tf-idf", "--rounds", "2", "--out", str(report)]
    assert compare.main(["--train", str(files[0]), "--test", str(files[1]), *options]) == 0
    text = report.read_text()
    assert "in haste" in text
    assert "--train TRAIN.csv --test TEST.csv --quick" in text
    assert "--out report.md" in text
    assert "train: 400, test: 150" in text
    assert text.count("| tf-idf of words and word pairs + logistic regression (scikit-learn) | ") == 1
    assert capsys.readouterr().out == ""
