"""How files are laid out, for everything that learns or evaluates: given by the same options, recorded, restored."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.training.options import PretrainingOptions, TrainingOptions
from sentiment_fast.training.pretrain import pretrain
from sentiment_fast.training.resume import resumed_options
from sentiment_fast.tuning.session import TuningOptions

pytestmark = pytest.mark.slow

SMALL = {
    "set": {"hidden_size": 4, "embedding_size": 4, "layers": 1, "max_words": 50},
    "epochs": 1,
    "batch_size": 32,
    "device": "cpu",
}
ODD = {"delimiter": ";", "header": False, "skip_lines": 1, "comment": "#", "text_column": 2, "label_column": 3}


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    made_up = demo_corpus(80)
    pairs = zip(made_up.texts.to_pylist(), made_up.labels.tolist(), strict=True)
    return [[str(number), text, label] for number, (text, label) in enumerate(pairs, 1)]


def write(path: Path, rows: list[list[str]], header: list[str] | None = None, start: str = "", **layout) -> Path:
    with path.open("w", newline="") as file:
        file.write(start)
        csv.writer(file, **layout).writerows(([] if header is None else [header]) + rows)
    return path


@pytest.fixture(scope="module")
def odd(rows, tmp_path_factory) -> Path:
    """A file that needs all options: a title, a comment, semicolons, no column names."""
    path = tmp_path_factory.mktemp("data") / "odd.csv"
    return write(path, rows, start='Report\n# by "hand;\n', delimiter=";")


@pytest.fixture(scope="module")
def trained(odd, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "odd"
    sf.train(odd, out=folder, **ODD, **SMALL)
    return folder


def test_training_from_any_layout_gives_the_model_of_the_plain_file(trained, rows, tmp_path):
    plain = write(tmp_path / "plain.csv", rows, ["id", "review", "sentiment"])
    sf.train(plain, out=tmp_path / "plain", **SMALL)
    for name in ("model.safetensors", "vocabulary.txt"):
        assert (tmp_path / "plain" / name).read_bytes() == (trained / name).read_bytes()


def test_a_model_records_the_columns_of_its_texts_and_labels(trained):
    config = json.loads((trained / "config.json").read_text())
    assert (config["text_column"], config["label_column"]) == ("column_2", "column_3")


def test_evaluate_takes_the_same_options(trained, odd, capsys):
    options = ["--delimiter", ";", "--no-header", "--skip-lines", "1", "--comment", "#"]
    assert cli.main(["evaluate", "--model", str(trained), str(odd), "--json", *options]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 80


def test_evaluate_tries_the_columns_that_the_model_was_trained_on_first(rows, tmp_path, capsys):
    data = write(tmp_path / "in.csv", [[*row, "text", "x"] for row in rows], ["id", "body", "stars", "text", "label"])
    sf.train(data, out=tmp_path / "model", text_column="body", label_column="stars", **SMALL)
    assert cli.main(["evaluate", "--model", str(tmp_path / "model"), str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 80


def test_pretrain_takes_the_same_options(odd, tmp_path):
    options = {name: value for name, value in ODD.items() if name != "label_column"}
    small = {"embedding_size": 4, "hidden_size": 4, "layers": 1}
    assert pretrain(odd, out=tmp_path / "start", set=small, **options).options.header is False


@pytest.mark.parametrize("kind", [TrainingOptions, TuningOptions])
def test_a_resumed_run_has_its_own_layout_and_refuses_another(kind, tmp_path):
    recorded = json.loads(json.dumps(kind.of({"data": "in.csv", "skip_bad_rows": True, **ODD}).recorded()))
    again = resumed_options(kind, tmp_path, recorded, {})
    assert {name: getattr(again, name) for name in ODD} == ODD
    assert again.skip_bad_rows
    with pytest.raises(UsageError, match=r"`header`: the run in .* began with False"):
        resumed_options(kind, tmp_path, recorded, {"header": True})


def test_options_of_layout_are_checked_before_anything_is_read():
    with pytest.raises(UsageError, match="Expected `skip_lines`"):
        sf.train("nowhere.csv", skip_lines=-1)
    with pytest.raises(UsageError, match="Expected `delimiter`"):
        PretrainingOptions.of({"delimiter": "ab"})


def test_training_stops_at_a_record_that_cannot_be_read_and_names_the_option(rows, tmp_path):
    data = write(tmp_path / "in.csv", [*rows[:40], ["41", "cut"], *rows[41:]], ["id", "review", "sentiment"])
    with pytest.raises(DataError, match=r"expected 3 fields, as in the header, got 2 in row 41 .*`skip_bad_rows=True`"):
        sf.train(data, out=tmp_path / "model", **SMALL)
    said: list[str] = []
    result = sf.train(data, out=tmp_path / "model", skip_bad_rows=True, say=said.append, **SMALL)
    assert f"{data}: skipped 1 records that cannot be read, the first in line 42: expected 3 fields, got 2" in said
    assert result.options.skip_bad_rows


def test_evaluate_skips_such_records_on_request(trained, rows, tmp_path, capsys):
    data = write(tmp_path / "in.csv", [*rows[:9], ["10"], *rows[10:]], ["id", "review", "sentiment"])
    assert cli.main(["evaluate", "--model", str(trained), str(data), "--json"]) == 1
    assert "--skip-bad-rows" in capsys.readouterr().err
    assert cli.main(["evaluate", "--model", str(trained), str(data), "--json", "--skip-bad-rows"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 79


def test_texts_are_in_the_only_column_of_text_next_to_the_labels(rows, tmp_path):
    data = write(tmp_path / "in.csv", rows, ["id", "body", "label"])
    said: list[str] = []
    result = sf.train(data, out=tmp_path / "model", say=said.append, **SMALL)
    assert f"{data}: using column 'body' for the texts, the only one that holds text" in said
    assert json.loads((result.folder / "config.json").read_text())["text_column"] == "body"
