"""What makes a run the same run."""

import pytest

import sentiment_fast as sf
from sentiment_fast.errors import UsageError
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.presets import preset
from sentiment_fast.training import resume
from sentiment_fast.training.checkpoints import RecordedRun
from sentiment_fast.training.resume import recorded_run, run_fingerprint


def fingerprint_of(settings):
    vocabulary = sf.build_vocabulary(["a good film"])
    return run_fingerprint({}, vocabulary, settings, Precision("float32", "float32"), TrainingProcesses())


def test_all_settings_make_a_run_the_same():
    settings = preset("tutorial").with_fields({"ngrams": "2"})
    assert fingerprint_of(settings)["settings"] == settings.as_dict()


def test_a_run_of_another_command_is_not_gone_on_with(monkeypatch, tmp_path):
    monkeypatch.setattr(resume, "read_recorded_run", lambda folder: RecordedRun(folder, {}, {"command": "pretrain"}))
    with pytest.raises(UsageError, match="holds a run of pretrain, not of train"):
        recorded_run(tmp_path, "train")
