"""`sf.finetune`: a pretrained model, tiny and random, becomes a classifier that evaluates and teaches."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from safetensors.torch import load_file

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.model.hugging_face import read_base
from sentiment_fast.training import finetuning
from sentiment_fast.training.checkpoints import CHECKPOINT
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.teachers import open_teacher
from tests.tiny_transformers import reviews, write_bert, write_gpt, write_reviews

pytestmark = pytest.mark.slow

SMALL = {"max_tokens": 16, "learning_rate": 0.02, "epochs": 2, "batch_size": 16, "device": "cpu"}
STEPS = 12  # two epochs of six


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_bert(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with training and held-out reviews."""
    folder = tmp_path_factory.mktemp("data")
    write_reviews(folder / "train.csv", 96)
    write_reviews(folder / "held_out.csv", 60, seed=1)
    return folder


@pytest.fixture(scope="module")
def options(data):
    columns = {"text_column": "body", "label_column": "stars"}
    return SMALL | columns | {"data": data / "train.csv", "validation": data / "held_out.csv"}


@pytest.fixture(scope="module")
def finished(base, options, tmp_path_factory):
    """A run, and what it reported."""
    said = []
    result = sf.finetune(base, out=tmp_path_factory.mktemp("runs") / "finished", say=said.append, **options)
    return result, "\n".join(said)


def weights_of(folder):
    return (folder / "model.safetensors").read_bytes()


# What a run leaves, and what its model is good for.


def test_a_run_leaves_what_a_training_does_and_nothing_for_resuming(finished):
    folder = finished[0].folder
    names = {path.name for path in folder.iterdir()}
    reports = {"metrics.json", "history.jsonl", "README.md", "overview.json", "learning_curves.png", "lengths.png"}
    assert names >= reports | {"config.json", "model.safetensors", "tokenizer.json", "run.toml"}
    assert not names & {CHECKPOINT, "run.journal", "vocabulary.txt"}


def test_a_result_holds_what_the_folder_does(finished):
    result, _ = finished
    assert result.metrics == json.loads((result.folder / "metrics.json").read_text())
    lines = (result.folder / "history.jsonl").read_text().splitlines()
    assert [vars(epoch) for epoch in result.history] == [json.loads(line) for line in lines]
    assert result.metrics["calibration"]["after"]["log_loss"] <= result.metrics["calibration"]["before"]["log_loss"]
    assert "BertForSequenceClassification" in (result.folder / "README.md").read_text()


def test_texts_that_are_longer_than_what_is_read_are_counted(finished):
    assert "longer than the padding of 16" in finished[1]
    part = json.loads((finished[0].folder / "overview.json").read_text())["parts"]["training"]
    assert part["longer_than_padding"] > 0
    assert part["token_lengths"]["maximum"] > 16


def test_evaluate_finds_the_figures_of_the_run(finished, data, capsys):
    result, _ = finished
    command = ["evaluate", "--model", str(result.folder), str(data / "held_out.csv"), "--json"]
    assert cli.main([*command, "--device", "cpu", "--precision", "float32"]) == 0
    found, expected = json.loads(capsys.readouterr().out), result.metrics["validation"]
    for figure in ("n", "accuracy", "log_loss", "roc_auc"):
        assert found[figure] == pytest.approx(expected[figure], rel=1e-5)


def test_evaluate_takes_a_threshold_and_no_cascade(finished, data, capsys):
    command = ["evaluate", "--model", str(finished[0].folder), str(data / "held_out.csv"), "--device", "cpu"]
    assert cli.main([*command, "--json", "--threshold", "0.999999"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == 0.5
    assert cli.main([*command, "--cascade", "0.9"]) == 2
    assert "which has no n-gram model" in capsys.readouterr().err


def test_train_learns_from_it(finished, data, tmp_path, monkeypatch):
    monkeypatch.setenv("SENTIMENT_FAST_CACHE", str(tmp_path / "cache"))
    folder, texts = str(finished[0].folder), pa.chunked_array([["the film was good", "", "bad"]])
    probabilities = open_teacher(folder, ["positive", "negative"], "cpu", print)(texts)
    assert probabilities[0, 0] > probabilities[2, 0]
    settings = {"hidden_size": 6, "embedding_size": 4, "layers": 1}
    result = sf.train(reviews(80), teacher=folder, set=settings, epochs=1, device="cpu", out=tmp_path / "student")
    assert result.metrics["validation"]["n"] == 20


@pytest.mark.parametrize("command", [["score", "FILE", "-o", "out.csv"], ["predict", "a text"]])
def test_what_scores_files_refuses_it_in_one_line(finished, data, tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    words = [str(data / "held_out.csv") if word == "FILE" else word for word in command]
    assert cli.main([*words, "--model", str(finished[0].folder)]) == 4
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "is a Hugging Face model, which can be evaluated, fine-tuned and be a teacher, but cannot score" in line


def test_what_it_has_recorded_in_its_config_is_checked(finished, tmp_path, data, capsys):
    for path in finished[0].folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    by_length = {"network": [1.0, 0.5], "wide": 1.0, "bias": [], "lengths": [1, 9]}
    hostile = [("classes", ["a"]), ("threshold", "high"), ("calibration", None), ("positive", "c")]
    for name, value in [*hostile, ("calibration", by_length)]:
        changed = config | {"sentiment_fast": config["sentiment_fast"] | {name: value}}
        (tmp_path / "config.json").write_text(json.dumps(changed))
        assert cli.main(["evaluate", "--model", str(tmp_path), str(data / "held_out.csv"), "--device", "cpu"]) == 4
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert "is not what was saved" in line


def test_transformers_reads_the_folder_too(finished):
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModelForSequenceClassification.from_pretrained(finished[0].folder, local_files_only=True)
    assert model.config.id2label == {0: "negative", 1: "positive"}


# What is learned.


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(finished, base, options, tmp_path):
    again = sf.finetune(base, out=tmp_path / "again", **options)
    assert weights_of(again.folder) == weights_of(finished[0].folder)
    other = sf.finetune(base, out=tmp_path / "other", seed=1, **options)
    assert weights_of(other.folder) != weights_of(finished[0].folder)


def test_a_run_from_the_run_toml_of_another_gives_the_same_weights(finished, tmp_path, capsys):
    config, out = finished[0].folder / "run.toml", tmp_path / "again"
    assert cli.main(["finetune", "--config", str(config), "--out", str(out), "--json", "--quiet"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["folder"], len(printed["history"])) == (str(out), 2)
    assert weights_of(out) == weights_of(finished[0].folder)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(config.read_text().replace("max_tokens = 16", 'max_tokens = "16"'))
    assert cli.main(["finetune", "--config", str(wrong), "--out", str(tmp_path / "wrong")]) == 2
    assert "max_tokens: expected a whole number, got '16'" in capsys.readouterr().err


def test_accumulated_gradients_are_those_of_the_whole_batch(options, tmp_path):
    base = write_bert(tmp_path / "base", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    whole = sf.finetune(base, out=tmp_path / "whole", **options | {"batch_size": 16})
    parts = sf.finetune(base, out=tmp_path / "parts", **options | {"batch_size": 4, "accumulate": 4})
    ours, expected = (load_file(one.folder / "model.safetensors") for one in (parts, whole))
    for name, weights in ours.items():
        torch.testing.assert_close(weights, expected[name], rtol=1e-3, atol=1e-4)


def test_a_training_that_no_longer_gains_stops_early(base, options, tmp_path):
    result = sf.finetune(base, out=tmp_path / "model", **options | {"learning_rate": 3.0, "epochs": 9})
    assert len(result.history) < 9
    assert not result.history[-1].best


def test_numbers_as_labels_stay_numbers_and_may_be_ordered(base, tmp_path, capsys):
    words, labels = ("bad", "very", "good"), (1, 2, 3)
    texts = reviews(90, words=words, labels=labels)
    held_out = write_reviews(tmp_path / "held_out.csv", 30, seed=1, words=words, labels=labels)
    columns = {"text_column": "body", "label_column": "stars"}
    result = sf.finetune(base, texts, out=tmp_path / "model", ordinal=True, validation=held_out, **SMALL | columns)
    stored = json.loads((result.folder / "config.json").read_text())["sentiment_fast"]
    assert (stored["classes"], stored["ordinal"], stored["positive"]) == ([1, 2, 3], [1.0, 2.0, 3.0], None)
    command = ["evaluate", "--model", str(result.folder), str(held_out), "--text-column", "body"]
    assert cli.main([*command, "--label-column", "stars", "--device", "cpu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 30


def test_files_have_weights_and_figures_of_their_own_and_neutral_texts_lie_between(base, data, options, tmp_path):
    neutral = pd.DataFrame({"body": ["a film", "the shop"] * 6, "stars": "neutral"})
    more = write_reviews(tmp_path / "more.csv", 20, seed=2, words=("very bad", "very good"))
    pd.concat([pd.read_csv(more), neutral]).to_csv(more, index=False)
    files = [data / "train.csv", f"{more}:weight=3"]
    changes = {"data": files, "validation": "0.25", "neutral_label": "neutral", "class_weight": "balanced", "epochs": 1}
    result = sf.finetune(base, out=tmp_path / "model", **options | changes)
    assert [source["name"] for source in result.metrics["sources"]] == ["train.csv", "more.csv"]
    assert {group["name"] for group in result.metrics["validation"]["by_source"]} == {"train.csv", "more.csv"}
    assert result.metrics["validation"]["neutral_texts"]["n"] > 0
    assert result.metrics["labels"]["class_weight"] is not None


def test_a_decoder_is_fine_tuned_and_padded_with_its_last_token(data, options, tmp_path, monkeypatch):
    monkeypatch.setenv("SENTIMENT_FAST_CACHE", str(tmp_path / "cache"))
    base = write_gpt(tmp_path / "gpt")
    result = sf.finetune(base, out=tmp_path / "model", **options | {"epochs": 3})
    assert result.metrics["validation"]["accuracy"] == 1.0
    teacher = open_teacher(result.folder, ["negative", "positive"], "cpu", print)
    texts = ["the film was good a shop a shop", "bad", ""]
    together = teacher(pa.chunked_array([texts]))
    monkeypatch.setenv("SENTIMENT_FAST_CACHE", str(tmp_path / "another"))
    teacher = open_teacher(result.folder, ["negative", "positive"], "cpu", print)
    alone = np.concatenate([teacher(pa.chunked_array([[text]])) for text in texts])
    np.testing.assert_allclose(together, alone, rtol=1e-3)


def test_a_classifier_keeps_its_output_for_the_same_classes_only(tmp_path):
    names = {"id2label": {0: "Negative", 1: "Positive"}, "label2id": {"Negative": 0, "Positive": 1}}
    base = write_bert(tmp_path, seed=3, classifier=True, **names)
    stored = load_file(base / "model.safetensors")["classifier.weight"]
    same, *_ = read_base(base, ["negative", "positive"], 0)
    assert torch.equal(same.model.classifier.weight, stored)
    for classes in (["bad", "good"], ["a", "b", "c"]):
        other, *_ = read_base(base, classes, 0)
        assert other.model.classifier.weight.shape[0] == len(classes)
        assert not torch.equal(other.model.classifier.weight[:2], stored)
        again, *_ = read_base(base, classes, 0)
        assert torch.equal(other.model.classifier.weight, again.model.classifier.weight)


def test_weights_that_no_gradient_reaches_are_left_alone(base):
    network, *_ = read_base(base, ["negative", "positive"], 0)
    network.model.unused = torch.nn.Linear(2, 2)
    network.freeze_unused()
    assert not network.model.unused.weight.requires_grad
    assert network.model.classifier.weight.requires_grad


# Stopping and resuming.


def stopped_after(steps):
    """A request to stop, and a wrapper of batches that makes it after so many of them."""
    stop, left = sf.StopRequest(), iter(range(steps - 1, -1, -1))

    def progress(batches):
        for batch in batches:
            if next(left, 0) == 0:
                stop.request()
            yield batch

    return {"stop": stop, "progress": progress}


@pytest.mark.parametrize("steps", [1, 7])
def test_a_stopped_run_resumes_to_the_same_weights(finished, base, options, tmp_path, steps):
    with pytest.raises(sf.StoppedError) as stopped:
        sf.finetune(base, out=tmp_path / "model", **options, **stopped_after(steps))
    assert stopped.value.has_checkpoint
    result = sf.finetune(resume=True, out=tmp_path / "model")  # its options are recorded
    assert weights_of(result.folder) == weights_of(finished[0].folder)
    assert [epoch.validation_loss for epoch in result.history] == [
        epoch.validation_loss for epoch in finished[0].history
    ]
    assert sf.finetune(resume=True, out=tmp_path / "model").was_finished


def test_a_resumed_run_keeps_its_base_its_data_and_its_options(options, data, tmp_path):
    base, file = write_bert(tmp_path / "base"), write_reviews(tmp_path / "train.csv", 96)
    out = tmp_path / "model"
    with pytest.raises(sf.StoppedError):
        sf.finetune(base, out=out, **options | {"data": file}, **stopped_after(3))
    with pytest.raises(sf.UsageError, match=r"`epochs`: the run in .* began with 2"):
        sf.finetune(out=out, resume=True, epochs=5)
    with pytest.raises(sf.UsageError, match="`base`: the run in"):
        sf.finetune(tmp_path / "other", out=out, resume=True)
    with pytest.raises(sf.UsageError, match="holds a run of finetune, not of train"):
        sf.train(out=out, resume=True)
    write_reviews(file, 96, seed=5)
    with pytest.raises(sf.DataError, match="the data are not those that the run began with"):
        sf.finetune(out=out, resume=True)
    write_reviews(file, 96)
    write_bert(base, seed=1)
    with pytest.raises(sf.UsageError, match="the run began with base"):
        sf.finetune(out=out, resume=True)


def test_a_killed_run_resumes_to_the_same_weights(finished, base, options, tmp_path):
    words = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    out = tmp_path / "model"
    command = [sys.executable, "-m", "sentiment_fast.finetune", "--base", str(base), *words, "--out", str(out)]
    environment = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    with subprocess.Popen(
        [*command, "--checkpoint-minutes", "0"], stderr=subprocess.DEVNULL, env=environment
    ) as process:
        while process.poll() is None and not (out / CHECKPOINT).exists():
            time.sleep(0.01)  # polling
        process.kill()
    assert process.returncode == -signal.SIGKILL
    result = sf.finetune(resume=True, out=out)
    assert weights_of(result.folder) == weights_of(finished[0].folder)


# What is refused.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_tokens": 64}, "`max_tokens=64`: .* reads up to 32 tokens"),
        ({"accumulate": 0}, "`accumulate` of 1 to 256, got 0"),
        ({"epochs": 1.5}, "`epochs` of 1 to"),
        ({"learning_rate": -1.0}, "learning_rate above 0"),
        ({"warmup": 2.0}, "warmup"),
        ({"amp": True, "precision": "float32"}, "`amp`, which is `precision=auto`"),
        ({"positive": "best"}, "`positive` to be one of"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(base, options, tmp_path, changes, message):
    with pytest.raises(sf.UsageError, match=message):
        sf.finetune(base, out=tmp_path / "model", **options | changes)
    assert not (tmp_path / "model").exists()


def test_all_options_are_keywords_that_the_documentation_names():
    for field in fields(FinetuningOptions):
        assert field.name in finetuning.finetune.__doc__


def test_an_unknown_option_is_a_type_error_with_the_nearest_one(base):
    with pytest.raises(TypeError, match=r"unexpected option 'max_token'; did you mean max_tokens\?"):
        sf.finetune(base, "demo:40", max_token=3)


def test_a_base_is_needed(options, tmp_path):
    with pytest.raises(sf.UsageError, match="`base`: expected the folder"):
        sf.finetune(out=tmp_path / "model", **options)
