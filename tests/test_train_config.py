"""`train --config FILE`: settings from a preset file, and that a run goes on with those it began with."""

import json
import os
import signal
import subprocess
import sys

import pytest

from sentiment_fast import cli
from sentiment_fast.model.preset_files import save_preset
from sentiment_fast.model.presets import preset
from sentiment_fast.training.checkpoints import CHECKPOINT

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
    with pytest.raises(SystemExit) as caught:
        cli.main(["train", "--config", "tiny.json", "--preset", "tutorial-large-batch"])
    assert caught.value.code == 2
    assert "--preset: not allowed with argument --config" in capsys.readouterr().err


def test_a_bad_preset_file_is_bad_usage(tiny, capsys):
    (tiny / "tiny.json").write_text('{"format": 1, "network": {"hiden_size": 3}}')
    assert cli.main(["train", *DATA, "--config", "tiny.json", "--out", "model"]) == 2
    assert "error: tiny.json: network: expected the settings" in capsys.readouterr().err
    assert not (tiny / "model").exists()


@pytest.mark.parametrize("change", ["vanished", "another"])
def test_a_run_goes_on_with_the_settings_it_began_with(tiny, change):
    command = [sys.executable, "-m", "sentiment_fast.train", *DATA, "--config", "tiny.json", "--epochs", "60"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([*command, "--out", "model"], stderr=subprocess.PIPE, text=True, env=environment) as process:
        next(line for line in process.stderr if line.startswith("epoch 2/"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert (process.returncode, (tiny / "model" / CHECKPOINT).exists()) == (cli.INTERRUPTED, True)
    if change == "vanished":
        (tiny / "tiny.json").unlink()
    else:
        save_preset("tiny.json", TINY.with_fields({"hidden_size": 9}))
    finished = subprocess.run(
        [sys.executable, "-m", "sentiment_fast.train", "--resume", "--out", "model"],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert finished.returncode == 0, finished.stderr
    assert settings_of(tiny / "model") == TINY.with_fields({"epochs": 60}).as_dict()
