"""Time to accuracy on a corpus that is learned at once."""

import csv

import pytest

from benchmarks.studies import time_to_accuracy

SMALL = ["--set", "hidden_size=12", "--set", "layers=1", "--set", "max_length=20", "--set", "learning_rate=0.05"]


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    with path.open("w", newline="") as file:
        rows = [("wonderful film", "positive"), ("dreadful film", "negative")] * 60
        csv.writer(file).writerows([("review", "sentiment"), *rows])
    return str(path)


def run(reviews, *options):
    return time_to_accuracy.main(["--train", reviews, "--test", reviews, "--seeds", "2", *SMALL, *options])


@pytest.mark.slow
def test_the_seconds_of_each_seed_and_their_median_are_told(reviews, capsys):
    assert run(reviews, "--accuracy", "0.9", "--set", "epochs=20") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == ["seed 0", "seed 1", "median of 2"]
    assert "100.00%)" in lines[1]
    assert lines[3].endswith(" s")


@pytest.mark.slow
def test_an_accuracy_that_is_never_reached_is_told_and_fails(reviews, capsys):
    assert run(reviews, "--accuracy", "1.1", "--set", "epochs=1") == 1
    assert "median of 2: not reached" in capsys.readouterr().out
