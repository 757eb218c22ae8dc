"""What a model says about texts unlike those it learned from."""

import csv

import numpy as np
import pytest

from benchmarks.studies import domains
from benchmarks.studies.scoring_memory import save_small_model
from sentiment_fast.scoring.scorer import load


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save_small_model(tmp_path_factory.mktemp("model"))


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("review", "sentiment"), *rows])
    return path


def cells(lines, name):
    return next([cell.strip() for cell in line.split("|")[2:-1]] for line in lines if line.startswith(f"| {name} |"))


@pytest.mark.slow
def test_a_file_gets_its_size_its_words_its_accuracy_and_its_calibration(model, tmp_path, capsys):
    scorer = load(model)
    texts = ["a good film", "a bad film", "the story is not good at all"]
    said = [str(label) for label in scorer.predict(texts)]
    others = {"positive": "negative", "negative": "positive"}
    path = write(tmp_path / "short.csv", zip(texts, [said[0], said[1], others[said[2]]], strict=True))
    assert domains.main(["--model", str(model), str(path)]) == 0
    n, words, accuracy, _, loss, error, confidence = cells(capsys.readouterr().out.splitlines(), "short")
    probabilities = scorer.predict_proba(texts)
    assert (n, words, accuracy) == ("3", "3", "66.7%")
    right = probabilities.max(axis=1)
    assert loss == f"{-np.log([right[0], right[1], 1 - right[2]]).mean():.3f}"
    assert confidence == f"{probabilities.max(axis=1).mean():.3f}"
    assert 0 <= float(error) <= 1


@pytest.mark.slow
def test_texts_of_all_files_are_evaluated_by_length_too(model, tmp_path, capsys):
    rows = [("good " * words, "positive") for words in (1, 8, 9, 250, 251)] + [("a bad film", "negative")]
    paths = [write(tmp_path / f"{place}.csv", rows) for place in (1, 2)]
    assert domains.main(["--model", str(model), *map(str, paths)]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = {name: cells(lines, name)[:2] for name in ("0 to 8 words", "9 to 15 words", "101 to 250 words")}
    assert found == {"0 to 8 words": ["6", "3"], "9 to 15 words": ["2", "9"], "101 to 250 words": ["2", "250"]}
    assert cells(lines, "251 words and more")[:2] == ["2", "251"]
    assert not any(line.startswith(("| 16 to", "| 31 to")) for line in lines)


@pytest.mark.slow
def test_without_files_the_texts_that_are_made_up_here_are_told_of(model, capsys):
    assert domains.main(["--model", str(model)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert not any("accuracy" in line for line in lines)
    assert len(lines) == 2 + len(domains.made_up_texts(["a"]))
    n, ids, positive, mean, highest = cells(lines, "no text")
    assert (n, ids) == ("3", "0")
    assert mean == highest  # the same text to the model
    assert float(mean) == pytest.approx(max(float(positive), 1 - float(positive)), abs=0.0011)


@pytest.mark.slow
def test_texts_are_the_same_each_time_and_of_known_words_where_they_should_be(model):
    words = load(model).model().vocabulary.words
    texts = domains.made_up_texts(words)
    assert texts == domains.made_up_texts(words)
    assert set(" ".join(texts["5 known words at random"]).split()) <= set(words)
    assert np.all([len(text.split()) == 100 for text in texts["100 words of random letters"]])


@pytest.mark.slow
def test_a_missing_model_is_told_of_and_fails(tmp_path, capsys):
    assert domains.main(["--model", str(tmp_path / "none")]) == 4
    assert "no such model folder" in capsys.readouterr().err
