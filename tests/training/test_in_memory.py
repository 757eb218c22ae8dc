"""Training in memory: `sf.train` without a folder writes no files, and trains the model that one with a folder does."""

from pathlib import Path

import numpy as np
import pytest

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.data.datasets.demo import demo_corpus

pytestmark = pytest.mark.slow

TINY = {"hidden_size": 4, "embedding_size": 4, "layers": 1, "max_words": 50, "ngrams": 1, "ngram_bits": 10}
SMALL = {"set": TINY, "epochs": 2, "batch_size": 64, "device": "cpu"}
TEXTS = ["a wonderful film", "boring", ""]


@pytest.fixture(scope="module")
def corpus():
    """(texts, labels): 120 made-up reviews."""
    made_up = demo_corpus(120)
    return made_up.texts.to_pylist(), made_up.labels.tolist()


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    """Where a file that is written by mistake would be found."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")


def test_it_writes_no_files(corpus, tmp_path):
    result = sf.train(corpus, **SMALL)
    assert result.folder is None
    assert not list(tmp_path.rglob("*/*"))
    assert (len(result.history), result.metrics["validation"]["n"]) == (2, 30)


def test_it_trains_the_model_that_a_run_with_a_folder_does(corpus, tmp_path):
    ours, kept = sf.train(corpus, **SMALL), sf.train(corpus, out=tmp_path / "run", **SMALL)
    assert ours.scorer().digest() == kept.scorer().digest() == sf.load(tmp_path / "run").digest()
    np.testing.assert_array_equal(ours.scorer().predict_proba(TEXTS), kept.scorer().predict_proba(TEXTS))
    assert ours.metrics["validation"] == kept.metrics["validation"]
    assert ours.model.classes == kept.model.classes == ["negative", "positive"]


def test_the_model_can_be_saved_afterwards(corpus, tmp_path):
    result = sf.train(corpus, **SMALL | {"epochs": 1})
    result.save(tmp_path / "model")
    assert sf.load(tmp_path / "model").digest() == result.scorer().digest()


def test_the_result_of_a_finished_run_has_its_model(corpus, tmp_path):
    first = sf.train(corpus, out=tmp_path / "run", **SMALL | {"epochs": 1})
    again = sf.train(out=tmp_path / "run", resume=True)
    assert (again.was_finished, again.trained) == (True, None)
    assert again.model.classes == first.model.classes


def test_a_student_is_taught_in_memory(corpus, tmp_path):
    sf.train(corpus, out=tmp_path / "teacher", **SMALL | {"epochs": 1})
    result = sf.train(corpus, teacher=tmp_path / "teacher", **SMALL | {"epochs": 1})
    assert result.metrics["validation"]["n"] == 30


def test_one_that_is_stopped_says_that_it_cannot_be_resumed(corpus):
    stop = sf.StopRequest()

    def stop_early(batches):
        stop.request()
        return batches

    with pytest.raises(sf.StoppedError, match="a run that can be resumed needs a folder, out=FOLDER") as caught:
        sf.train(corpus, stop=stop, progress=stop_early, **SMALL)
    assert (caught.value.folder, caught.value.has_checkpoint) == (None, False)


def test_a_log_needs_a_folder(corpus):
    with pytest.raises(sf.UsageError, match="`tensorboard`: expected the folder of the run"):
        sf.train(corpus, tensorboard=True, **SMALL)


def test_the_command_keeps_its_run_in_a_folder_of_the_date(capsys):
    options = [part for name, value in TINY.items() for part in ("--set", f"{name}={value}")]
    assert cli.main(["train", "--data", "demo:80", *options, "--epochs", "1", "--device", "cpu"]) == 0
    (folder,) = Path("runs").iterdir()
    assert f"The model is in {folder}." in capsys.readouterr().out
    assert sf.load(folder).classes == ["negative", "positive"]
