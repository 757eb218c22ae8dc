"""What makes a run the same run."""

import pytest

import sentiment_fast as sf
from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.presets import preset
from sentiment_fast.training import resume
from sentiment_fast.training.checkpoints import RecordedRun
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.resume import recorded_run, resumed_options, run_fingerprint


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("epochs", value) for value in ("two", 2.5, [], {}, True)),
        *(("set", value) for value in ("cell=gru", [1], {"cell": "gru"}, None)),
        *(("amp", value) for value in (1, "true", None)),
        *(("learning_rate", value) for value in ("fast", [0.1], False)),
        *(("data", value) for value in (5, [1], {}, ["a.csv", None])),
        ("device", None),
        ("text_column", 1.5),
    ],
    ids=str,
)
def test_recorded_options_of_other_types_are_damage(tmp_path, name, value):
    with pytest.raises(ModelFolderError, match=f"is damaged: expected a value of `{name}` that was given"):
        resumed_options(TrainingOptions, tmp_path, {name: value}, {"out": tmp_path, "resume": True})


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 2), ("learning_rate", 1), ("set", ["cell=gru"]), ("data", ["a.csv", "b.csv"]), ("amp", True)],
)
def test_recorded_options_come_back(tmp_path, name, value):
    options = resumed_options(TrainingOptions, tmp_path, {name: value}, {"out": tmp_path, "resume": True})
    assert getattr(options, name) == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize(("recorded", "expected"), [(None, ()), ("runs/a", ("runs/a",)), (["a", "b"], ("a", "b"))])
def test_runs_that_recorded_one_teacher_at_most_are_resumed(tmp_path, recorded, expected):
    options = resumed_options(TrainingOptions, tmp_path, {"teacher": recorded}, {"out": tmp_path, "resume": True})
    assert options.teacher == expected
