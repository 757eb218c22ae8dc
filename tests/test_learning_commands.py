"""pretrain, train --init and train --teacher as users run them, in this process; and how they fail."""

import csv
import json
import shutil
import signal

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from sentiment_fast import cli
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.training import pretrain as pretrain_module
from sentiment_fast.training.distillation import SOFT_TARGETS

NETWORK = [f"--set={field}" for field in ("hidden_size=16", "embedding_size=8", "layers=1")]
WORDS = ["--set=max_words=300", "--set=stop_words=none", "--set=unknown=id", "--set=strip_html=true"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """labelled.csv, unlabelled.csv, more.jsonl."""
    folder = tmp_path_factory.mktemp("data")
    corpus = demo_corpus(360)
    rows = list(zip(corpus.texts.to_pylist(), corpus.labels.tolist(), strict=True))
    for name, some in (("labelled.csv", rows[:160]), ("unlabelled.csv", [row[:1] for row in rows[160:260]])):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["review", "sentiment"][: len(some[0])], *some])
    lines = (json.dumps({"n": 1, "review": text}) for text, _ in rows[260:])
    (folder / "more.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def start(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("start") / "start"
    assert pretrain(data, folder) == 0
    return folder


@pytest.fixture(scope="module")
def teacher(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher") / "teacher"
    assert train(data, folder) == 0
    return folder


def pretrain(data, folder, *more):
    files = ["--data", str(data / "unlabelled.csv"), "--data", str(data / "more.jsonl")]
    return cli.main(["pretrain", *files, *NETWORK, *WORDS, "--out", str(folder), *map(str, more)])


def train(data, folder, *more):
    arguments = ["--data", str(data / "labelled.csv"), *NETWORK, "--epochs", "2", "--out", str(folder)]
    return cli.main(["train", *arguments, *map(str, more)])


def stopped_after(steps, function):
    """Ctrl-C after so many calls of what makes a step."""
    calls = iter(range(1, 1 << 30))

    def counting(*arguments, **options):
        result = function(*arguments, **options)
        if next(calls) == steps:
            signal.raise_signal(signal.SIGINT)
        return result

    return counting


def weights_of(folder, name="model.safetensors"):
    return load_file(folder / name)


def assert_same(weights, others):
    assert weights.keys() == others.keys()
    assert all(torch.equal(weight, others[name]) for name, weight in weights.items())


def test_a_start_folder_holds_weights_vocabulary_figures_and_a_card(start):
    assert {path.name for path in start.iterdir()} == {
        "config.json",
        "vocabulary.txt",
        "start.safetensors",
        "README.md",
    }
    config = json.loads((start / "config.json").read_text())
    assert (config["kind"], config["figures"]["texts"]) == ("start", 200)
    assert config["figures"]["epochs"] == []
    assert "embedding.weight" in weights_of(start, "start.safetensors")
    assert "--init" in (start / "README.md").read_text()


def test_pretraining_reports_its_texts_and_what_to_do_next(data, tmp_path, capsys):
    assert pretrain(data, tmp_path / "start") == 0
    told = capsys.readouterr()
    assert "200 texts" in told.err
    assert "word vectors of 200 texts" in told.err
    assert f"--init {tmp_path / 'start'}" in told.out
    assert "--set max_words=300" in told.out


def test_the_same_texts_and_seed_give_the_same_pretrained_folder(data, start, tmp_path):
    assert pretrain(data, tmp_path / "same") == 0
    assert pretrain(data, tmp_path / "other", "--seed", "1") == 0
    for name in ("start.safetensors", "vocabulary.txt", "config.json"):
        assert (tmp_path / "same" / name).read_bytes() == (start / name).read_bytes()
    ours, theirs = (weights_of(folder, "start.safetensors") for folder in (start, tmp_path / "other"))
    assert not torch.equal(ours["embedding.weight"], theirs["embedding.weight"])


def test_an_interrupted_pretraining_leaves_no_folder(data, tmp_path, monkeypatch):
    def interrupted(*arguments):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(pretrain_module, "vectors_of", interrupted)
    assert pretrain(data, tmp_path / "start") == cli.INTERRUPTED
    assert not (tmp_path / "start").exists()


def test_pretraining_writes_into_an_empty_folder_only(data, start, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert pretrain(data, tmp_path / "empty") == 0
    before = {path: path.read_bytes() for path in start.iterdir()}
    assert pretrain(data, start) == 2
    assert f"{start}: already holds something" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in start.iterdir()} == before


def test_pretraining_takes_no_epochs(data, tmp_path, capsys):
    assert pretrain(data, tmp_path / "start", "--set", "epochs=1") == 2
    assert "--set epochs=1: word vectors are learned without epochs" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        pretrain(data, tmp_path / "start", "--epochs", "1")


def test_a_training_begins_with_the_starts_weights_and_vocabulary(data, start, tmp_path):
    folder = tmp_path / "model"
    assert train(data, folder, "--init", start, "--learning-rate", "1e-12") == 0
    assert (folder / "vocabulary.txt").read_bytes() == (start / "vocabulary.txt").read_bytes()
    weights = weights_of(folder)
    for name, begun in weights_of(start, "start.safetensors").items():
        torch.testing.assert_close(weights[name], begun, rtol=0, atol=1e-9)
    settings = json.loads((folder / "config.json").read_text())["settings"]
    assert settings["vocabulary"]["max_words"] == 300
    assert settings["vocabulary"]["strip_html"] is True


def test_a_training_says_which_of_the_vocabularys_options_its_start_brings(data, start, tmp_path, capsys):
    assert train(data, tmp_path / "others", "--init", start) == 0
    assert "the vocabulary is that of --init, with max_words=300" in capsys.readouterr().err
    assert train(data, tmp_path / "same", "--init", start, *WORDS) == 0
    assert "the vocabulary is that of --init" not in capsys.readouterr().err


def test_a_training_from_a_start_goes_on_when_the_start_is_gone(data, start, tmp_path, monkeypatch):
    from sentiment_fast.training import step

    whole, folder, lent = tmp_path / "whole", tmp_path / "model", tmp_path / "lent"
    assert train(data, whole, "--init", start) == 0
    shutil.copytree(start, lent)
    with monkeypatch.context() as patched:
        counted = stopped_after(2, step.TrainingStep.__call__)
        patched.setattr(step.TrainingStep, "__call__", counted)
        assert train(data, folder, "--init", lent) == cli.INTERRUPTED
    shutil.rmtree(lent)
    assert cli.main(["train", "--resume", "--out", str(folder)]) == 0
    assert_same(weights_of(folder), weights_of(whole))


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--set=hidden_size=32"], "--set hidden_size=16"),
        (["--set=max_words=500"], "leave it out, or pretrain with it"),
        (["--vectors", "vectors.txt"], "--init, which has word vectors of its own"),
    ],
)
def test_what_does_not_go_with_a_start_is_a_usage_error(data, start, tmp_path, capsys, options, complaint):
    assert train(data, tmp_path / "model", "--init", start, *options) == 2
    assert complaint in capsys.readouterr().err


def test_a_damaged_start_has_the_exit_code_of_model_folders(data, start, tmp_path, capsys):
    damaged = shutil.copytree(start, tmp_path / "start")
    (damaged / "start.safetensors").write_bytes(b"")
    assert train(data, tmp_path / "model", "--init", damaged) == 4
    assert "cut short or altered" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--unlabelled", "demo:9"], "expected a --teacher"),
        (["--label-weight", "0.3"], "expected a --teacher"),
        (["--teacher", "nothing", "--label-weight", "1.5"], "0 to 1"),
    ],
)
def test_options_of_teaching_that_make_no_sense_are_usage_errors(data, tmp_path, capsys, options, complaint):
    assert train(data, tmp_path / "model", *options) == 2
    assert complaint in capsys.readouterr().err


def test_a_student_learns_from_a_teacher_and_keeps_nothing_of_it(data, teacher, tmp_path, capsys):
    folder = tmp_path / "student"
    options = ["--teacher", teacher, "--unlabelled", data / "unlabelled.csv", "--label-weight", "0.2"]
    assert train(data, folder, *options) == 0
    assert "unlabelled.csv, 100 texts" in capsys.readouterr().err
    assert not (folder / SOFT_TARGETS).exists()
    differs = weights_of(folder)["output.weight"] - weights_of(teacher)["output.weight"]
    assert differs.abs().max() > 0


def test_a_taught_training_goes_on_when_the_teacher_is_gone(data, teacher, tmp_path, monkeypatch):
    from sentiment_fast.training import step

    lent, whole, folder = tmp_path / "lent", tmp_path / "whole", tmp_path / "student"
    more = ["--unlabelled", data / "unlabelled.csv", "--unlabelled", data / "more.jsonl"]
    assert train(data, whole, "--teacher", teacher, *more) == 0
    shutil.copytree(teacher, lent)
    with monkeypatch.context() as patched:
        counted = stopped_after(3, step.TrainingStep.__call__)
        patched.setattr(step.TrainingStep, "__call__", counted)
        assert train(data, folder, "--teacher", lent, *more) == cli.INTERRUPTED
    with safe_open(folder / SOFT_TARGETS, "pt") as kept:
        assert kept.get_slice("probabilities").get_shape() == [320, 2]  # 120 of them labelled
    shutil.rmtree(lent)
    again = [str(one) for one in more]  # without the teacher, which the run knows
    assert cli.main(["train", "--resume", "--out", str(folder), *again]) == 0
    assert_same(weights_of(folder), weights_of(whole))


def test_a_taught_training_whose_targets_and_teacher_are_gone_says_so(data, teacher, tmp_path, monkeypatch, capsys):
    from sentiment_fast.training import step

    lent, folder = shutil.copytree(teacher, tmp_path / "lent"), tmp_path / "student"
    with monkeypatch.context() as patched:
        counted = stopped_after(1, step.TrainingStep.__call__)
        patched.setattr(step.TrainingStep, "__call__", counted)
        assert train(data, folder, "--teacher", lent) == cli.INTERRUPTED
    shutil.rmtree(lent)
    (folder / SOFT_TARGETS).unlink()
    assert cli.main(["train", "--resume", "--out", str(folder)]) == 4
    assert f"{lent}: no such model folder" in capsys.readouterr().err


def test_a_teacher_or_texts_that_are_not_there_leave_no_folder_behind(data, teacher, tmp_path, capsys):
    folder, nowhere = tmp_path / "student", tmp_path / "nowhere"
    assert train(data, folder, "--teacher", nowhere) == 4
    assert f"{nowhere}: no such model folder" in capsys.readouterr().err
    assert train(data, folder, "--teacher", teacher, "--unlabelled", nowhere) == 1
    assert f"{nowhere}: expected a file or a folder" in capsys.readouterr().err
    assert not folder.exists()
