"""The model that the package carries: where it is looked for, what uses it, and the one that is really there."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sentiment_fast as sf
from benchmarks.release.bundled_model import LARGEST_BYTES
from benchmarks.studies.scoring_memory import save_small_model
from sentiment_fast import cli
from sentiment_fast.errors import ModelFolderError
from sentiment_fast.model import folder
from sentiment_fast.scoring.journal import read_progress

ROOT = Path(__file__).parents[1]
NOTICE = "using the bundled model (everyday English); name a model folder to use your own"
REVIEWS = {
    "A wonderful film, I loved every minute of it.": "positive",
    "One of the best movies I have ever seen: superb acting and a great story.": "positive",
    "An excellent, moving and beautifully shot picture.": "positive",
    "A dreadful film, the worst I have seen in years.": "negative",
    "Boring, badly acted and a complete waste of time.": "negative",
    "The plot is terrible and I was not interested in anyone.": "negative",
}


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = save_small_model(tmp_path_factory.mktemp("bundled"))
    return made


@pytest.fixture
def bundled(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small model where the bundled one is looked for."""
    monkeypatch.setattr(folder, "BUNDLED", small_model)
    return small_model


@pytest.fixture
def nothing_bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "BUNDLED", tmp_path / "bundled")


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("review", "sentiment"), *REVIEWS.items()])
    return path


@pytest.fixture(scope="module")
def real() -> Path:
    """The bundled model itself; a source tree may be without it."""
    if not (folder.BUNDLED / folder.CONFIG).is_file():
        pytest.skip(f"{folder.BUNDLED}: no bundled model there; `python -m benchmarks.release.bundled_model` makes it")
    return folder.BUNDLED


@pytest.mark.slow
def test_without_a_folder_the_bundled_model_is_loaded_and_said(bundled, capsys):
    assert sf.load().digest() == sf.load(bundled).digest()
    printed = capsys.readouterr()
    assert (printed.out, printed.err.splitlines()) == ("", [NOTICE])


@pytest.mark.slow
def test_a_model_that_is_named_is_not_announced(bundled, capsys):
    sf.load(bundled)
    assert capsys.readouterr().err == ""


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "predict": lambda reviews: ["a good film"],
    "evaluate": lambda reviews: [str(reviews), "--json"],
    "score": lambda reviews: [str(reviews), "-o", "-"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_a_model_uses_the_bundled_one_and_says_so_once(bundled, reviews, capfd, command):
    arguments = [command, *COMMANDS[command](reviews)]
    assert cli.main(arguments) == 0
    told = capfd.readouterr()
    assert cli.main([*arguments, "--model", str(bundled)]) == 0
    named = capfd.readouterr()
    assert told.out == named.out != ""
    assert told.err.splitlines().count(NOTICE) == 1
    assert NOTICE not in named.err


@pytest.mark.parametrize("command", COMMANDS)
def test_where_it_is_missing_a_command_says_what_to_do(nothing_bundled, reviews, capsys, command):
    assert cli.main([command, *COMMANDS[command](reviews)]) == ModelFolderError.exit_code
    message = capsys.readouterr().err
    assert "expected the bundled model, got none there" in message
    assert "--model FOLDER" in message


def test_where_it_is_missing_loading_is_a_model_folder_error(nothing_bundled):
    with pytest.raises(ModelFolderError, match="expected the bundled model"):
        sf.load()


def test_a_damaged_one_is_told_as_any_damaged_model(small_model, tmp_path, monkeypatch, capsys):
    damaged = shutil.copytree(small_model, tmp_path / "bundled")
    (damaged / folder.WEIGHTS).write_bytes(b"")
    monkeypatch.setattr(folder, "BUNDLED", damaged)
    assert cli.main(["predict", "a film"]) == ModelFolderError.exit_code
    assert "cannot be read as safetensors" in capsys.readouterr().err


def test_score_csv_without_a_model_uses_it_and_tells_its_caller(bundled, reviews):
    output, expected, told = io.BytesIO(), io.BytesIO(), []
    sf.score_csv(reviews, output, say=told.append)
    sf.score_csv(reviews, expected, bundled)
    assert output.getvalue() == expected.getvalue()
    assert told == [NOTICE]


def test_a_threshold_goes_with_it(bundled, capsys):
    assert sf.load(threshold=0.9).threshold == 0.9


def interrupted_run(reviews: Path, output: Path) -> None:
    """A run with the bundled model that is stopped before it is finished."""

    class Stopped(Exception):  # noqa: N818  (no error)
        pass

    def stop(consumed: int, rows: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        sf.score_csv(reviews, output, on_window=stop, window_bytes=1 << 10)


@pytest.mark.slow
def test_a_run_that_was_ended_goes_on_with_the_model_by_whatever_name(bundled, reviews, tmp_path):
    reviews.write_text("review\n" + "a good film\n" * 1000)
    output, expected = tmp_path / "scored.csv", tmp_path / "expected.csv"
    interrupted_run(reviews, output)
    assert read_progress(Path(f"{output}.journal")) is not None
    sf.score_csv(reviews, output, bundled, window_bytes=1 << 10)
    sf.score_csv(reviews, expected, window_bytes=1 << 10)
    assert output.read_bytes() == expected.read_bytes()


def test_a_run_does_not_go_on_with_another_bundled_model(bundled, reviews, tmp_path, monkeypatch):
    reviews.write_text("review\n" + "a good film\n" * 1000)
    interrupted_run(reviews, tmp_path / "scored.csv")
    other = sf.load(bundled).model()
    other.weights["output.bias"][:] += 1
    folder.save_model(tmp_path / "other", other)
    monkeypatch.setattr(folder, "BUNDLED", tmp_path / "other")
    with pytest.raises(sf.UsageError, match="model"):
        sf.score_csv(reviews, tmp_path / "scored.csv", window_bytes=1 << 10)


@pytest.mark.slow
def test_packages_that_are_built_hold_it(small_model, tmp_path):
    pytest.importorskip("setuptools", minversion="77")  # as builds have; an environment may have an older one
    source, built = tmp_path / "source", tmp_path / "built"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(
        ROOT / "sentiment_fast", source / "sentiment_fast", ignore=shutil.ignore_patterns("bundled", "*.so")
    )
    shutil.copytree(small_model, source / "sentiment_fast" / "bundled")
    setup = "from setuptools import setup; setup()"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", setup, "-q", "build_py", "--build-lib", str(built)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    carried = built / "sentiment_fast" / "bundled"
    assert {path.name for path in carried.iterdir()} == {path.name for path in small_model.iterdir()}


def test_the_real_one_has_the_classes_negative_and_positive(real):
    assert sf.load(real).classes == ["negative", "positive"]


def test_the_real_one_is_at_most_20_mb(real):
    assert sum(path.stat().st_size for path in real.iterdir()) <= LARGEST_BYTES


def test_the_real_one_has_a_card_and_figures(real):
    card = (real / folder.CARD).read_text("utf-8")
    assert "Large Movie Review Dataset" in card
    figures = json.loads((real / folder.METRICS).read_text("utf-8"))["validation"]
    assert f"{figures['accuracy']:.2%}" in card
    assert figures["positive_calibration_error"] <= 0.02


@pytest.mark.slow
@pytest.mark.parametrize("review", REVIEWS)
def test_the_real_one_is_right_about_what_is_obvious(real, review):
    assert sf.load(real).predict([review]).tolist() == [REVIEWS[review]]


def test_the_real_one_scores_a_file_without_being_named(real, reviews):
    assert cli.main(["score", str(reviews)]) == 0
    with reviews.with_suffix(".scored.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["sentiment_label"] for row in rows] == list(REVIEWS.values())
