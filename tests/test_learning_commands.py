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

pytestmark = pytest.mark.slow

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
        "run.toml",
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
    ignored_maybe = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # as by a shell for what runs in its background
    try:
        assert pretrain(data, tmp_path / "start") == cli.INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, ignored_maybe)
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


def test_an_interruption_is_reported_once(data, tmp_path, monkeypatch, capsys):
    from sentiment_fast.training import step

    monkeypatch.setattr(step.TrainingStep, "__call__", stopped_after(2, step.TrainingStep.__call__))
    assert train(data, tmp_path / "model") == cli.INTERRUPTED
    *_, asked, interrupted, command = capsys.readouterr().err.splitlines()
    assert (asked, interrupted) == ("stopping after this step", "interrupted: resume with")
    assert command == f"  sentiment-fast train --resume --out {tmp_path / 'model'}"


def test_pretraining_uses_as_many_threads_as_it_was_given(data, tmp_path, monkeypatch):
    used, vectors_of = [], pretrain_module.vectors_of

    def noted(*arguments):
        used.append(torch.get_num_threads())
        return vectors_of(*arguments)

    monkeypatch.setattr(pretrain_module, "vectors_of", noted)
    assert pretrain(data, tmp_path / "start", "--threads", "3") == 0
    assert used == [3]


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
    assert "cannot be read as safetensors" in capsys.readouterr().err


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


@pytest.mark.slow
def test_the_weights_of_several_teachers_are_chosen_and_printed(data, teacher, tmp_path, capsys):
    assert train(data, tmp_path / "student", "--teacher", teacher, "--teacher", f"{teacher}:words=-5") == 0
    printed = "".join(capsys.readouterr())
    assert "on the validation part; weights:" in printed
    assert "the teachers label" in printed


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


# Fine-tuning: --init with a model.


@pytest.fixture(scope="module")
def model(data, tmp_path_factory):
    """A model with n-grams, whose settings are not the preset's."""
    folder = tmp_path_factory.mktemp("model") / "model"
    more = ["--set=ngrams=2", "--set=ngram_bits=12", "--set=pooling=max_mean", "--set=keep_digits=true", *WORDS]
    assert train(data, folder, *more) == 0
    return folder


def fine_tune(data, folder, init, *more):
    labelled = [] if "--data" in more else ["--data", data / "labelled.csv"]
    arguments = [*labelled, "--epochs", "2", "--out", folder, "--init", init, *more]
    return cli.main(["train", *map(str, arguments)])


def calibrations_of(folder):
    config = json.loads((folder / "config.json").read_text())
    return config["calibration"], config["wide_calibration"]


def test_fine_tuning_starts_from_all_of_a_model(data, model, tmp_path, capsys):
    assert fine_tune(data, tmp_path / "tuned", model, "--learning-rate", "1e-12") == 0
    assert (tmp_path / "tuned" / "vocabulary.txt").read_bytes() == (model / "vocabulary.txt").read_bytes()
    ours, begun = weights_of(tmp_path / "tuned"), weights_of(model)
    assert ours.keys() == begun.keys()
    assert "wide.ngram_weights" in ours
    for name, weight in begun.items():
        torch.testing.assert_close(ours[name], weight, rtol=0, atol=1e-9)
    settings, expected = (json.loads((one / "config.json").read_text()) for one in (tmp_path / "tuned", model))
    for part in ("network", "wide", "classes"):
        assert settings[part] == expected[part]
    said = capsys.readouterr().err
    assert "the vocabulary and the network are those of --init, with max_words=300" in said
    assert "for the preset's max_words=1000" in said


def test_fine_tuning_changes_the_network_and_keeps_the_ngrams(data, model, tmp_path):
    assert fine_tune(data, tmp_path / "tuned", model) == 0
    ours, begun = weights_of(tmp_path / "tuned"), weights_of(model)
    assert not torch.equal(ours["output.weight"], begun["output.weight"])
    assert all(torch.equal(ours[name], begun[name]) for name in begun if name.startswith("wide."))
    assert not (tmp_path / "tuned" / "initial_ngrams.safetensors").exists()


def test_fine_tuning_to_other_labels_learns_the_output_from_scratch(data, model, tmp_path, capsys):
    other = (data / "labelled.csv").read_text("utf-8").replace(",negative", ",no").replace(",positive", ",yes")
    (tmp_path / "other.csv").write_text(other, encoding="utf-8")
    more = ("--learning-rate", "1e-12", "--data", tmp_path / "other.csv")
    assert fine_tune(data, tmp_path / "tuned", model, *more) == 0
    assert "the labels are not those of --init ('negative', 'positive')" in capsys.readouterr().err
    ours, begun = weights_of(tmp_path / "tuned"), weights_of(model)
    torch.testing.assert_close(ours["embedding.weight"], begun["embedding.weight"], rtol=0, atol=1e-9)
    assert (ours["output.weight"] - begun["output.weight"]).abs().max() > 1e-3
    assert json.loads((tmp_path / "tuned" / "config.json").read_text())["classes"] == ["no", "yes"]


def test_fine_tuning_resumes_when_the_model_is_gone(data, model, tmp_path, monkeypatch):
    from sentiment_fast.training import step

    lent = shutil.copytree(model, tmp_path / "lent")
    assert fine_tune(data, tmp_path / "whole", lent) == 0
    with monkeypatch.context() as patched:
        patched.setattr(step.TrainingStep, "__call__", stopped_after(2, step.TrainingStep.__call__))
        assert fine_tune(data, tmp_path / "tuned", lent) == cli.INTERRUPTED
    shutil.rmtree(lent)
    assert cli.main(["train", "--resume", "--out", str(tmp_path / "tuned")]) == 0
    assert_same(weights_of(tmp_path / "tuned"), weights_of(tmp_path / "whole"))
    ours, begun = (calibrations_of(tmp_path / name) for name in ("tuned", "whole"))
    assert ours == begun


def test_fine_tuning_with_a_small_validation_part_stays_near_the_models_calibration(data, model, tmp_path, capsys):
    assert fine_tune(data, tmp_path / "tuned", model, "--learning-rate", "1e-12", "--validation", "0.05") == 0
    assert "calibrated on 8 validation texts" in capsys.readouterr().err
    for ours, known in zip(calibrations_of(tmp_path / "tuned"), calibrations_of(model), strict=True):
        assert known["bias"] != []
        assert ours["bias"] == pytest.approx(known["bias"], abs=0.5)
        for part in ("network", "wide"):
            assert ours[part] == pytest.approx(known[part], rel=0.5)


def test_ngrams_that_the_initial_model_lacks_count_in_the_new_one(data, teacher, tmp_path, capsys):
    assert calibrations_of(teacher)[0]["wide"] == 0
    assert fine_tune(data, tmp_path / "tuned", teacher, "--set", "ngrams=2", "--set", "ngram_bits=12") == 0
    both, ngrams_only = calibrations_of(tmp_path / "tuned")
    assert both["wide"] > 0
    assert ngrams_only["wide"] > 0


def test_ngrams_that_the_initial_model_lacks_do_not_need_a_calibration(data, teacher, tmp_path, capsys):
    added = ["--set", "ngrams=2", "--set", "ngram_bits=12", "--validation", "0.05"]
    assert fine_tune(data, tmp_path / "tuned", teacher, *added) == 0
    assert "the probabilities stay uncalibrated" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("--set=hidden_size=32", "--set hidden_size=32: the vocabulary and the network are those of --init"),
        ("--set=max_words=500", "which has max_words 300: leave it out, or train without --init"),
        ("--set=ngrams=1", "which has ngrams 2"),
        ("--set=pooling=last", "which has pooling max_mean"),
    ],
)
def test_settings_that_are_not_the_models_are_a_usage_error(data, model, tmp_path, capsys, option, complaint):
    assert fine_tune(data, tmp_path / "tuned", model, option) == 2
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "tuned").exists()


def test_settings_that_no_weight_depends_on_may_be_changed(data, model, tmp_path):
    assert fine_tune(data, tmp_path / "tuned", model, "--set=dropout=0.1", "--set=word_dropout=0.2") == 0
    network = json.loads((tmp_path / "tuned" / "config.json").read_text())["network"]
    assert (network["dropout"], network["word_dropout"]) == (0.1, 0.2)


# The bundled model by its name.


def test_the_bundled_model_is_fine_tuned_and_teaches_by_its_name(data, tmp_path, monkeypatch):
    assert fine_tune(data, tmp_path / "tuned", "bundled", "--epochs", "1") == 0
    assert json.loads((tmp_path / "tuned" / "config.json").read_text())["network"]["pooling"] == "max_mean"
    assert train(data, tmp_path / "taught", "--teacher", "bundled", "--epochs", "1") == 0


def test_the_bundled_model_is_used_by_its_name(data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    labelled = str(data / "labelled.csv")
    for command in (["predict", "fine"], ["evaluate", labelled], ["score", labelled, "-o", "named.csv"]):
        assert cli.main([*command, "--model", "bundled"]) == 0
        assert "with the bundled model" not in capsys.readouterr().err
    assert cli.main(["score", labelled, "-o", "default.csv"]) == 0
    assert (tmp_path / "named.csv").read_bytes() == (tmp_path / "default.csv").read_bytes()
    assert cli.main(["predict", "fine", "--model", "./bundled"]) == 4


def test_a_teacher_of_hugging_faces_hub_must_be_downloaded_first(data, tmp_path, capsys):
    assert train(data, tmp_path / "student", "--teacher", "someone/some-model") == 4
    assert "read from a folder that you have downloaded it to" in capsys.readouterr().err
