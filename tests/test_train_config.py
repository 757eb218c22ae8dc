"""`train --config FILE`: settings from a preset file, and that a run goes on with those it began with."""

import json
import signal

import pytest

from sentiment_fast import cli
from sentiment_fast.model.preset_files import save_preset
from sentiment_fast.model.presets import preset
from sentiment_fast.report.run_folder import append_history
from sentiment_fast.training import ngrams, session
from sentiment_fast.training.checkpoints import CHECKPOINT

pytestmark = pytest.mark.slow

TINY = preset("tutorial").with_fields(
    {"hidden_size": 6, "embedding_size": 4, "layers": 1, "max_words": 50, "epochs": 1}
)
DATA = ["--data", "demo:120"]


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A folder to work in, with the preset file tiny.json."""
    monkeypatch.chdir(tmp_path)
    save_preset("tiny.json", TINY)
    return tmp_path


def settings_of(folder):
    return json.loads((folder / "config.json").read_text())["settings"]


def test_training_takes_the_settings_of_a_preset_file(tiny):
    assert cli.main(["train", *DATA, "--config", "tiny.json", "--out", "model"]) == 0
    assert settings_of(tiny / "model") == TINY.as_dict()


def test_other_options_change_what_the_file_says(tiny):
    options = ["--set", "hidden_size=7", "--batch-size", "30", "--seed", "3"]
    assert cli.main(["train", *DATA, "--config", "tiny.json", *options, "--out", "model"]) == 0
    expected = TINY.with_fields({"hidden_size": 7, "batch_size": 30, "seed": 3})
    assert settings_of(tiny / "model") == expected.as_dict()


def test_a_preset_and_a_preset_file_exclude_each_other(tiny, capsys):
    assert cli.main(["train", "--config", "tiny.json", "--preset", "tutorial-large-batch"]) == 2
    assert "error: Expected --preset or --config, got both" in capsys.readouterr().err


def test_a_bad_preset_file_is_bad_usage(tiny, capsys):
    (tiny / "tiny.json").write_text('{"format": 1, "network": {"hiden_size": 3}}')
    assert cli.main(["train", *DATA, "--config", "tiny.json", "--out", "model"]) == 2
    assert "error: tiny.json: network: expected the settings" in capsys.readouterr().err
    assert not (tiny / "model").exists()


@pytest.fixture
def stopped(tiny, monkeypatch):
    """The folder of a run that was asked to stop after its first epoch."""

    def append_and_stop(folder, epoch):
        append_history(folder, epoch)
        signal.raise_signal(signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(session, "append_history", append_and_stop)
        command = ["train", *DATA, "--config", "tiny.json", "--epochs", "3", "--out", "model"]
        assert cli.main(command) == cli.INTERRUPTED
    assert (tiny / "model" / CHECKPOINT).exists()
    return tiny / "model"


@pytest.mark.parametrize("change", ["vanished", "another"])
def test_a_run_goes_on_with_the_settings_it_began_with(tiny, stopped, change):
    if change == "vanished":
        (tiny / "tiny.json").unlink()
    else:
        save_preset("tiny.json", TINY.with_fields({"hidden_size": 9}))
    assert cli.main(["train", "--resume", "--out", str(stopped)]) == 0
    assert settings_of(stopped) == TINY.with_fields({"epochs": 3}).as_dict()
    assert len((stopped / "history.jsonl").read_text().splitlines()) == 3


def test_a_run_does_not_go_on_with_another_preset_file(stopped, capsys):
    assert cli.main(["train", "--resume", "--out", str(stopped), "--config", "other.json"]) == 2
    assert "error: --config: the run in" in capsys.readouterr().err


def test_a_run_that_goes_on_learns_no_word_vectors_again(tiny, monkeypatch, capsys):
    save_preset("tiny.json", TINY.with_fields({"word_vectors": "neighbours", "epochs": 2}))

    def append_and_stop(folder, epoch):
        append_history(folder, epoch)
        signal.raise_signal(signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(session, "append_history", append_and_stop)
        assert cli.main(["train", *DATA, "--config", "tiny.json", "--out", "model"]) == cli.INTERRUPTED
    assert "word vectors of" in capsys.readouterr().err
    assert cli.main(["train", "--resume", "--out", "model"]) == 0
    assert "word vectors of" not in capsys.readouterr().err
    assert cli.main(["train", *DATA, "--config", "tiny.json", "--out", "whole"]) == 0
    assert (tiny / "model" / "model.safetensors").read_bytes() == (tiny / "whole" / "model.safetensors").read_bytes()


def test_a_run_interrupted_before_its_first_checkpoint_says_how_to_begin_again(tiny, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ngrams, "fit_ngrams", interrupted)
        command = ["train", *DATA, "--config", "tiny.json", "--set", "ngrams=1", "--out", "model"]
        assert cli.main(command) == cli.INTERRUPTED
    said = capsys.readouterr().err
    *_, first, second = said.splitlines()
    assert first == "interrupted: there is no checkpoint yet; start over with"
    assert second == "  sentiment-fast train --resume --out model"
    assert cli.main(["train", "--resume", "--out", "model"]) == 0
