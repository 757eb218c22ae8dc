"""The commands as users run them: train, then evaluate, score and predict with what it wrote; and how they fail."""

import argparse
import contextlib
import csv
import functools
import importlib
import io
import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from sentiment_fast import cli
from sentiment_fast.cli.messages import COMMANDS
from sentiment_fast.data import sources
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.model.devices import cpu_has_bf16
from sentiment_fast.runs.atomic import part_of
from sentiment_fast.training.checkpoints import CHECKPOINT, FORMAT

SLOW_FIXTURES = {
    "trained",
    "two_parts",
    "uninterrupted",
    "stopped",
    "resumed",
    "pair",
    "single",
    "pair_stopped",
    "pair_resumed",
}

SMALL = ["--set", "hidden_size=32", "--set", "embedding_size=16", "--set", "layers=1", "--learning-rate", "0.01"]
OFFLINE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


def run(*arguments, **options):
    """A command in a process of its own."""
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


def run_here(folder, *arguments):
    """A command in this process and a folder: what it printed to stderr; it must not fail."""
    with contextlib.chdir(folder), contextlib.redirect_stderr(io.StringIO()) as said:
        code = cli.main([*map(str, arguments)])
    assert code == 0, said.getvalue()
    return said.getvalue()


def write_csv(path, rows, header=("review", "sentiment")):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Labelled CSV files: train.csv, test.csv."""
    folder = tmp_path_factory.mktemp("data")
    corpus = demo_corpus(1500)
    rows = list(zip(corpus.texts.to_pylist(), corpus.labels.tolist(), strict=True))
    write_csv(folder / "train.csv", rows[:1200])
    write_csv(folder / "test.csv", rows[1200:])
    return folder


@pytest.fixture(scope="module")
def trained(data):
    """A real training run through the real command; its folder and what it printed."""
    arguments = ("--data", "train.csv", "--test", "test.csv", "--out", "model", "--epochs", "4", "--amp", *SMALL)
    finished = run("sentiment_fast.train", *arguments, cwd=data)
    assert finished.returncode == 0, finished.stderr
    return data / "model", finished


def test_training_leaves_a_complete_run_folder(trained):
    folder, _ = trained
    assert {path.name for path in folder.iterdir()} == {
        *("config.json", "vocabulary.txt", "model.safetensors", "metrics.json", "README.md"),
        *("overview.json", "overview.txt", "history.jsonl", "run.toml"),
        *("learning_curves.png", "class_balance.png", "lengths.png"),
    }


def test_training_learns_more_than_the_class_balance(trained):
    folder, _ = trained
    assert json.loads((folder / "metrics.json").read_text())["test"]["accuracy"] > 0.65


def test_training_writes_a_line_of_history_per_epoch(trained):
    folder, _ = trained
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4]


def test_training_says_which_precision_it_chose(trained):
    _, finished = trained
    assert any(word in finished.stderr for word in ("bfloat16 autocast", "float32: this CPU"))


def test_training_shows_the_data_before_it_starts(trained):
    _, finished = trained
    assert finished.stderr.index("words outside the vocabulary") < finished.stderr.index("epoch 1/4")


def test_training_ends_with_commands_that_work(trained, data):
    _, finished = trained
    command = next(line for line in finished.stdout.splitlines() if ".predict" in line).strip()
    repeated = subprocess.run(
        command.replace("python", sys.executable, 1), shell=True, cwd=data, capture_output=True, text=True, check=True
    )
    label, probability = repeated.stdout.split("\t")
    assert label in ("negative", "positive")
    assert 0.5 <= float(probability) <= 1


def test_evaluate_agrees_with_what_training_measured(trained, data, capsys):
    folder, _ = trained
    assert cli.main(["evaluate", str(data / "test.csv"), "--model", str(folder), "--json"]) == 0
    expected = json.loads((folder / "metrics.json").read_text())["test"]
    figures = json.loads(capsys.readouterr().out)
    assert figures["confusion"] == expected["confusion"]
    assert figures["log_loss"] == pytest.approx(expected["log_loss"], abs=1e-3)


def test_evaluate_prints_a_table_and_reviews(trained, data, capsys):
    folder, _ = trained
    assert cli.main(["evaluate", str(data / "test.csv"), "--model", str(folder), "--show", "2"]) == 0
    printed = capsys.readouterr().out
    assert "ROC AUC" in printed
    assert printed.count("actual ") >= 2
    assert printed.count("with a probability of") == 2


def test_predict_prints_a_line_per_text(trained, capsys):
    folder, _ = trained
    assert cli.main(["predict", "--model", str(folder), "a text", "", "another"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(0.5 <= float(line.split("\t")[1]) <= 1 for line in lines)


def test_score_keeps_every_column_and_row(trained, data):
    folder, _ = trained
    output = data / "scored.csv"
    assert cli.main(["score", str(data / "test.csv"), "-o", str(output), "--model", str(folder)]) == 0
    with (data / "test.csv").open(newline="") as file:
        before = list(csv.reader(file))
    with output.open(newline="") as file:
        after = list(csv.reader(file))
    assert [row[:2] for row in after] == before
    assert after[0][2:] == ["sentiment_label", "sentiment_score"]
    assert all((row[2] == "positive") == (float(row[3]) > 0.5) for row in after[1:])


@pytest.fixture(scope="module")
def two_parts(data):
    """The folder of a run with a wide part, and what it said."""
    options = ("--epochs", "1", *SMALL, "--set", "ngrams=2", "--set", "ngram_bits=12", "--set", "validation_share=0.2")
    return data / "two parts", run_here(data, "train", "--data", "train.csv", "--out", "two parts", *options)


def test_a_wide_part_is_fitted_before_and_calibrated_after_the_network(two_parts):
    folder, said = two_parts
    assert said.index("n-gram model: validation accuracy") < said.index("epoch 1/1") < said.index("calibrated on 240 ")
    assert set(json.loads((folder / "metrics.json").read_text())["calibration"]) == {
        "before",
        "after",
        "network",
        "wide",
        "cascade",
    }


def test_a_cascade_and_a_threshold_can_be_asked_for(two_parts, data, capsys):
    arguments = ["evaluate", str(data / "test.csv"), "--model", str(two_parts[0]), "--json"]
    found = []
    for more in ([], ["--cascade", "0.5"], ["--threshold", "0.999"], ["--cascade", "off"]):
        assert cli.main([*arguments, *more]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[3] != found[1]
    assert sum(row[1] for row in found[2]["confusion"]) < sum(row[1] for row in found[0]["confusion"])


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--threshold", "1"], "Expected a threshold above 0 and below 1, got 1.0"),
        (["--cascade", "0.9"], "Expected no cascade: this model has no n-gram model"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "score"])
def test_a_threshold_or_cascade_that_does_not_fit_is_bad_usage(trained, data, tmp_path, capsys, command, option, said):
    output = ["-o", tmp_path / "out.csv"] if command == "score" else []
    assert said in fails([command, data / "test.csv", "--model", trained[0], *option, *output], 2, capsys)


@pytest.mark.slow
def test_three_classes_of_numbers_work_from_end_to_end(tmp_path, capsys):
    words = {1: "awful dreadful boring", 2: "average ordinary passable", 3: "wonderful brilliant superb"}
    rows = [(f"{words[stars].split()[i % 3]} film number {i}", stars) for i in range(120) for stars in words]
    source = write_csv(tmp_path / "stars.csv", rows, ("body", "stars"))
    columns = ["--text-column", "body", "--label-column", "stars"]
    folder = str(tmp_path / "model")
    assert cli.main(["train", "--data", str(source), "--out", folder, "--epochs", "3", *columns, *SMALL]) == 0
    assert cli.main(["evaluate", str(source), "--model", folder, "--json", *columns]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["classes"], figures["accuracy"]) == ([1, 2, 3], 1.0)
    assert cli.main(["score", str(source), "--model", folder, "-o", str(tmp_path / "scored.csv")]) == 0
    header = (tmp_path / "scored.csv").read_text().splitlines()[0]
    assert header == "body,stars,sentiment_label,sentiment_score_1,sentiment_score_2,sentiment_score_3"


@pytest.mark.slow
def test_word_vectors_start_the_embedding_and_their_coverage_is_printed(tmp_path, data, capsys):
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("film 0.1 0.2 0.3\nacting -0.1 0.5 1\nzzzz 1 1 1\n")
    arguments = ["train", "--data", str(data / "train.csv"), "--epochs", "1", "--vectors", str(vectors), *SMALL]
    assert cli.main([*arguments, "--out", str(tmp_path / "model")]) == 0
    assert "vectors of 3 numbers for 2 of 1,000 words" in capsys.readouterr().err


@pytest.mark.slow
def test_without_data_and_network_the_demo_corpus_is_used_and_said_to_be(tmp_path, monkeypatch):
    tiny = [part for name in ("hidden_size", "embedding_size", "layers") for part in ("--set", f"{name}=1")]
    for name, value in (OFFLINE | {"SENTIMENT_FAST_CACHE": str(tmp_path / "cache")}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sources, "demo_corpus", functools.partial(demo_corpus, 400))  # a hundredth of it
    said = run_here(tmp_path, "train", "--amp", "--epochs", "1", "--out", "model", "--set", "max_length=20", *tiny)
    assert "*** MADE-UP DATA ***" in said
    assert "--data PATH" in said
    assert "made-up data" in (tmp_path / "model" / "README.md").read_text()


@pytest.mark.slow
def test_the_well_known_file_in_the_working_folder_is_the_default(tmp_path, data, monkeypatch, capsys):
    (tmp_path / "IMDB Dataset.csv").write_bytes((data / "train.csv").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert cli.main(["train", "--epochs", "1", "--out", "model", *SMALL]) == 0
    assert "900" in capsys.readouterr().err
    assert json.loads((tmp_path / "model" / "metrics.json").read_text())["made_up_data"] is False


# ---- failures: each exit code, and what is said --------------------------------------------------------------------


def fails(arguments, code, capsys):
    assert cli.main([str(item) for item in arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_single_class_is_an_error(tmp_path, capsys):
    source = write_csv(tmp_path / "one.csv", [("a film", "good"), ("another", "good")])
    assert "expected two or more classes, got only 'good' in all 2 rows" in fails(
        ["train", "--data", source, "--out", tmp_path / "m"], 1, capsys
    )


@pytest.mark.slow
def test_an_unknown_label_in_the_test_file_names_its_row(tmp_path, data, capsys):
    test = write_csv(tmp_path / "test.csv", [("a film", "positive"), ("another", "meh")])
    message = fails(["train", "--data", data / "train.csv", "--test", test, "--out", tmp_path / "m"], 1, capsys)
    assert "expected one of the labels 'negative', 'positive'" in message
    assert "got 'meh' in row 2" in message


def test_texts_that_are_all_empty_are_an_error(tmp_path, capsys):
    source = write_csv(tmp_path / "empty.csv", [("", "good"), ("  ", "bad")] * 8)
    assert "got 16 empty ones" in fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)


def test_texts_of_stop_words_alone_are_an_error(tmp_path, capsys):
    source = write_csv(tmp_path / "stop.csv", [("the and of 12!", "good"), ("it is", "bad")] * 8)
    message = fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)
    assert "found none except stop words" in message


def test_a_missing_column_lists_those_that_exist(tmp_path, capsys):
    source = write_csv(tmp_path / "other.csv", [("a", "b")], ("body", "stars"))
    message = fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)
    assert "'body', 'stars'" in message
    assert "--text-column" in message


def test_messages_of_evaluate_name_options(tmp_path, capsys):
    source = write_csv(tmp_path / "other.csv", [("a", "b")], ("body", "stars"))
    message = fails(["evaluate", source], 1, capsys)
    assert "expected a column 'review' or 'text', got columns 'body', 'stars': choose one with --text-column" in message
    message = fails(["evaluate", "--text-column", "body", source], 1, capsys)
    assert "choose one with --label-column" in message


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_help_describes_every_option_and_ends_with_an_example(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    _, _, options = capsys.readouterr().out.partition("\n\n")
    assert re.search(rf"examples:\n(  .*\n)*  sentiment-fast {command}.*\n(  .*\n)*$", options)
    parser = argparse.ArgumentParser()
    importlib.import_module(f"sentiment_fast.{command}").add_arguments(parser)
    assert [action.dest for action in parser._actions if not action.help] == []


def test_a_file_that_is_not_utf8_names_the_row(tmp_path, capsys):
    source = tmp_path / "latin1.csv"
    source.write_bytes("review,sentiment\nfine,good\ncafé,bad\n".encode("latin-1"))
    message = fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)
    assert "row 2" in message
    assert "UTF-8" in message


def test_a_class_too_small_to_split_is_an_error(tmp_path, capsys):
    source = write_csv(tmp_path / "few.csv", [("a film", "good")] * 5 + [("a play", "bad")])
    message = fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)
    assert "'bad': 1" in message
    assert "--validation PATH" in message


@pytest.mark.slow
def test_the_review_na_stays_text(tmp_path):
    source = write_csv(tmp_path / "na.csv", [("NA", "good"), ("null", "bad"), ("nan", "bad"), ("NA", "good")] * 8)
    assert cli.main(["train", "--data", str(source), "--out", str(tmp_path / "m"), "--epochs", "1", *SMALL]) == 0
    words = (tmp_path / "m" / "vocabulary.txt").read_text().splitlines()[2:]
    assert set(words) == {"na", "null", "nan"}


@pytest.mark.slow
def test_a_folder_in_use_is_not_written_into(tmp_path, data, capsys):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "precious.txt").write_text("keep")
    message = fails(["train", "--data", data / "train.csv", "--out", tmp_path / "m"], 2, capsys)
    assert "already holds something" in message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "cell"], "expected NAME=VALUE"),
        (["--set", "cell=tree"], "Expected a cell of lstm, gru, rnn, got 'tree'"),
        (["--set", "nonsense=1"], "Expected a setting of"),
        (["--set", "bidirectional=true"], "Expected pooling last, attention or max_mean with bidirectional"),
        (["--preset", "best"], "Expected a preset of tutorial, tutorial-large-batch, accurate, fast, got 'best'"),
        (["--epochs", "0"], "Expected epochs of 1 or more, got 0"),
        (["--validation", "1.5"], "expected a share above 0 and below 1, or a file"),
        (["--set", "validation_share=1"], "Expected a validation_share above 0 and below 1, got 1.0"),
        (["--set", "batch_ids=-1"], "Expected batch_ids of 0 or more, got -1"),
        (["--set", "batch_ids=many"], "Expected batch_ids to be a whole number, got 'many'"),
        (["--cuda-graphs", "--device", "cpu"], "Expected a CUDA device for --cuda-graphs, found the CPU: leave it out"),
        (["--learning-rate", "-1"], "Expected learning_rate above 0"),
    ],
)
def test_impossible_settings_are_bad_usage(tmp_path, data, capsys, arguments, said):
    message = fails(["train", "--data", data / "train.csv", "--out", tmp_path / "m", *arguments], 2, capsys)
    assert said in message


@pytest.mark.slow
def test_a_download_that_fails_has_its_own_exit_code(tmp_path, monkeypatch, capsys):
    for name, value in (OFFLINE | {"SENTIMENT_FAST_CACHE": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    assert "--data" in fails(["train", "--data", "imdb", "--out", tmp_path / "m"], 3, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("command", [["predict", "text"], ["evaluate", "x.csv"], ["score", "x.csv"]])
def test_a_missing_model_folder_has_its_own_exit_code(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("review\nfine\n")  # a missing one is said before any model is looked for
    message = fails([*command, "--model", tmp_path / "none"], 4, capsys)
    assert "no such model folder" in message


@pytest.mark.parametrize(("typed", "said"), [("trian", "did you mean train?"), ("xyz", "sentiment-fast --help")])
def test_an_unknown_command_is_bad_usage_in_one_line_with_the_nearest_one(capsys, typed, said):
    message = fails([typed], 2, capsys)
    assert said in message
    assert f"got '{typed}'" in message
    assert message.count("\n") == 1


def test_info_names_the_level_and_the_device(capsys):
    assert cli.main(["info", "--device", "cpu"]) == 0
    printed = capsys.readouterr().out
    assert "SIMD level" in printed
    assert "scalar" in printed
    assert "the CPU" in printed


def test_info_as_json_has_plain_values(capsys):
    assert cli.main(["info", "--device", "cpu", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["simd_level"] in found["simd_levels"]
    assert (found["device"], found["gpu"]) == ("cpu", None)
    assert found["precision"] in found["lstm_scoring"]


@pytest.mark.parametrize(("given", "used"), [(None, "passive"), ("active", "active")])
def test_idle_threads_of_openmp_sleep_unless_the_user_says_otherwise(monkeypatch, given, used):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if given:
        monkeypatch.setenv("OMP_WAIT_POLICY", given)
    assert cli.main(["info", "--device", "cpu"]) == 0
    assert os.environ["OMP_WAIT_POLICY"] == used


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert (stopped.value.code, capsys.readouterr().out) == (0, "sentiment_fast 0.2.0\n")


def test_a_reader_that_leaves_early_is_no_error_message(trained):
    folder, _ = trained
    texts = ["text"] * 2000
    command = [sys.executable, "-m", "sentiment_fast.predict", "--model", str(folder), *texts]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=120), errors) == (1, b"")


def test_a_full_disk_behind_stdout_is_an_error_message(trained):
    folder, _ = trained
    with open("/dev/full", "w") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "sentiment_fast.predict", "--model", str(folder), "text"]
        finished = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert (finished.returncode, finished.stderr) == (1, "error: [Errno 28] No space left on device\n")


# ---- interrupted, and gone on with ---------------------------------------------------------------------------------

# Four epochs of 56 steps; the last batch has one row.
REVIEWS = ("--data", "reviews.csv", "--device", "cpu", "--batch-size", "8", "--set", "hidden_size=16")
LONG_RUN = (*REVIEWS, "--epochs", "4", "--set", "embedding_size=8", "--learning-rate", "0.005", "--amp")
LONG_RUN += ("--deterministic", "--no-compile")
ONE_THREAD, TWO_THREADS = (os.environ | {"OMP_NUM_THREADS": number} for number in "12")


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """A folder with reviews.csv."""
    folder = tmp_path_factory.mktemp("reviews")
    corpus = demo_corpus(588)
    write_csv(folder / "reviews.csv", zip(corpus.texts.to_pylist(), corpus.labels.tolist(), strict=True))
    return folder


@contextlib.contextmanager
def started(*command, **options):
    """A command that runs beside the test, but never beyond it, nor for more than three minutes."""
    process = subprocess.Popen(
        [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options
    )
    too_long = threading.Timer(180, process.kill)
    too_long.start()
    try:
        yield process
    finally:
        too_long.cancel()
        process.kill()
        process.wait(timeout=60)
        process.stderr.close()


def interrupted(number, at, *command, **options):
    """The exit code of a command that gets a signal once it has said a line that begins so, and all it said."""
    with started(sys.executable, "-m", *command, **options) as process:
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith(at):
                process.send_signal(number)
                break
        said.append(process.stderr.read())
        return process.wait(timeout=120), "".join(said)


def history_of(folder):
    """A run's epochs, without the times that no two runs share."""
    lines = [json.loads(line) for line in (folder / "history.jsonl").read_text("utf-8").splitlines()]
    return [{key: line[key] for key in line if key not in ("seconds", "reviews_per_second")} for line in lines]


def position_of(folder):
    """The epoch and the number of its batches behind which a run's checkpoint stands."""
    with safe_open(folder / CHECKPOINT, "pt") as file:
        state = json.loads(file.metadata()["sentiment_fast"])["state"]
    return state["epoch"], state["batches_done"]


@pytest.fixture(scope="module")
def uninterrupted(reviews):
    """The folder of a run, and how long it took in seconds."""
    began = time.monotonic()
    finished = run("sentiment_fast.train", *LONG_RUN, "--out", "whole", cwd=reviews, env=ONE_THREAD)
    assert finished.returncode == 0, finished.stderr
    return reviews / "whole", time.monotonic() - began


@pytest.fixture(scope="module")
def stopped(reviews):
    """The folder of a run like it that was asked to stop in its second epoch, its exit code, and what it said."""
    command = ("sentiment_fast.train", *LONG_RUN, "--out", "it's stopped")
    code, said = interrupted(signal.SIGTERM, "epoch 1/", *command, cwd=reviews, env=ONE_THREAD)
    return reviews / "it's stopped", code, said


@pytest.fixture(scope="module")
def resumed(stopped, reviews):
    """The folder of that run after it was gone on with, and what was said; the environment asks for more threads."""
    shutil.copytree(stopped[0], reviews / "resumed")
    finished = run("sentiment_fast.train", "--resume", "--out", "resumed", cwd=reviews, env=TWO_THREADS)
    assert finished.returncode == 0, finished.stderr
    return reviews / "resumed", finished


@pytest.fixture
def stopped_copy(stopped, reviews, tmp_path, monkeypatch):
    """A copy of the stopped run's folder, for commands in this process, which keeps its threads."""
    threads = torch.get_num_threads()
    monkeypatch.chdir(reviews)
    yield shutil.copytree(stopped[0], tmp_path / "copy")
    torch.set_num_threads(threads)


@pytest.mark.slow
def test_an_interrupted_training_keeps_its_best_epoch(data, tmp_path):
    out = tmp_path / "model"
    command = ("sentiment_fast.train", "--data", "train.csv", "--epochs", "500", "--out", out, *SMALL)
    code, said = interrupted(signal.SIGINT, "epoch 2/", *command, cwd=data)
    assert code == cli.INTERRUPTED, said
    assert cli.main(["predict", "--model", str(out), "a text"]) == 0
    assert (out / CHECKPOINT).exists()


def test_a_training_asked_to_stop_exits_as_interrupted(stopped):
    _, code, said = stopped
    assert code == cli.INTERRUPTED, said


def test_a_training_asked_to_stop_leaves_a_checkpoint_within_its_second_epoch(stopped):
    folder, _, _ = stopped
    epoch, batches = position_of(folder)
    assert (epoch, 0 < batches < 56) == (2, True)
    assert [epoch["epoch"] for epoch in history_of(folder)] == [1]
    assert not (folder / "metrics.json").exists()


def test_a_training_asked_to_stop_ends_with_a_command_that_goes_on(stopped):
    _, _, said = stopped
    command = said[said.index("interrupted: resume with") :].splitlines()[1].strip()
    assert shlex.split(command) == ["python", "-m", "sentiment_fast.train", "--resume", "--out", "it's stopped"]


def test_a_resumed_run_ends_with_the_model_of_an_uninterrupted_one_to_the_last_byte(resumed, uninterrupted):
    ours, expected = ((folder / "model.safetensors").read_bytes() for folder in (resumed[0], uninterrupted[0]))
    assert ours == expected


def test_a_resumed_run_has_the_history_of_an_uninterrupted_one(resumed, uninterrupted):
    assert history_of(resumed[0]) == history_of(uninterrupted[0])


def test_a_resumed_run_has_the_metrics_of_an_uninterrupted_one(resumed, uninterrupted):
    ours, expected = (json.loads((folder / "metrics.json").read_text()) for folder in (resumed[0], uninterrupted[0]))
    assert ours | {"training_seconds": 0} == expected | {"training_seconds": 0}


def test_a_resumed_run_leaves_the_files_of_an_uninterrupted_one(resumed, uninterrupted):
    ours, expected = ({path.name for path in folder.iterdir()} for folder in (resumed[0], uninterrupted[0]))
    assert ours == expected


def test_a_finished_run_has_no_checkpoint(uninterrupted):
    assert not (uninterrupted[0] / CHECKPOINT).exists()


def test_a_resumed_run_keeps_its_threads_and_its_precision(resumed):
    precision = "bfloat16 autocast" if cpu_has_bf16() else "float32"  # which --resume asks for, without the reason
    assert f"Training on the CPU, 1 threads, {precision}" in resumed[1].stderr


def test_a_resumed_run_goes_on_with_the_epoch_that_was_interrupted(resumed):
    said = [line.partition(":")[0] for line in resumed[1].stderr.splitlines() if line.startswith("epoch ")]
    assert said == ["epoch 2/4", "epoch 3/4", "epoch 4/4"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--epochs", "9"),
        ("--batch-size", "16"),
        ("--learning-rate", "0.1"),
        ("--seed", "5"),
        ("--preset", "tutorial-large-batch"),
        ("--set", "hidden_size=8"),
        ("--validation", "0.5"),
        ("--test", "reviews.csv"),
        ("--data", "others.csv"),
        ("--vectors", "vectors.txt"),
        ("--precision", "float32"),
        ("--device", "cuda"),
        ("--text-column", "body"),
        ("--label-column", "stars"),
    ],
)
def test_an_option_that_differs_from_the_runs_is_bad_usage(stopped_copy, capsys, option, value):
    message = fails(["train", "--resume", "--out", stopped_copy, option, value], 2, capsys)
    assert message.startswith(f"error: {option}: the run in {stopped_copy} began with ")
    assert value in message


def test_the_share_that_a_run_held_back_by_default_may_be_named(stopped_copy, capsys):
    message = fails(["train", "--resume", "--out", stopped_copy, "--validation", "0.25", "--epochs", "9"], 2, capsys)
    assert message.startswith("error: --epochs: ")


def test_an_option_that_turns_around_one_of_the_runs_is_bad_usage(stopped_copy, capsys):
    message = fails(["train", "--resume", "--out", stopped_copy, "--compile"], 2, capsys)
    assert "--compile" in message
    assert "began with False" in message


def test_a_checkpoint_holds_how_the_run_computes(stopped):
    with safe_open(stopped[0] / CHECKPOINT, "pt") as file:
        options = json.loads(file.metadata()["sentiment_fast"])["arguments"]
    assert (options["compile"], options["cuda_graphs"], options["deterministic"]) == (False, None, True)


def test_an_option_that_differs_leaves_the_checkpoint_as_it_is(stopped_copy, capsys):
    before = (stopped_copy / CHECKPOINT).read_bytes()
    fails(["train", "--resume", "--out", stopped_copy, "--epochs", "9"], 2, capsys)
    assert (stopped_copy / CHECKPOINT).read_bytes() == before


@pytest.mark.parametrize("change", ["a row more", "another label", "another word"])
def test_data_that_changed_since_are_not_gone_on_with(stopped_copy, reviews, tmp_path, monkeypatch, capsys, change):
    with (reviews / "reviews.csv").open(newline="", encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    if change == "a row more":
        rows += [["film film film", "positive"], ["plot plot plot", "negative"]]
    elif change == "another label":
        rows[0][1], rows[1][1] = rows[1][1], rows[0][1]
        assert rows[0][1] != rows[1][1]
    else:
        rows[7][0] += " film"
    write_csv(tmp_path / "reviews.csv", rows)
    monkeypatch.chdir(tmp_path)
    message = fails(["train", "--resume", "--out", stopped_copy], 1, capsys)
    assert "the data are not those that the run began with" in message


def test_data_that_are_gone_are_an_error(stopped_copy, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "reviews.csv" in fails(["train", "--resume", "--out", stopped_copy], 1, capsys)


@pytest.mark.parametrize("header", [None, {}, {"identity": {"threads": "all"}}])
def test_a_damaged_checkpoint_has_the_exit_code_of_damaged_models(stopped_copy, capsys, header):
    path = stopped_copy / CHECKPOINT
    if header is None:
        path.write_bytes(path.read_bytes()[:1000])
    else:
        whole = {"format": FORMAT, "arguments": {}, "identity": {}, "state": {}} | header
        save_file(load_file(path), path, {"sentiment_fast": json.dumps(whole)})
    assert f"{path}: cannot be read as a checkpoint" in fails(["train", "--resume", "--out", stopped_copy], 4, capsys)


def test_a_run_that_had_written_its_results_but_kept_its_checkpoint_is_gone_on_with(stopped_copy, uninterrupted):
    for path in uninterrupted[0].iterdir():
        shutil.copy(path, stopped_copy)
    assert cli.main(["train", "--resume", "--out", str(stopped_copy)]) == 0
    ours, expected = ({path.name for path in folder.iterdir()} for folder in (stopped_copy, uninterrupted[0]))
    assert ours == expected
    assert history_of(stopped_copy) == history_of(uninterrupted[0])


def test_a_finished_run_says_that_there_is_nothing_to_go_on_with(uninterrupted, capsys):
    before = {path.name: path.read_bytes() for path in uninterrupted[0].iterdir()}
    message = fails(["train", "--resume", "--out", uninterrupted[0]], 0, capsys)
    assert message == f"{uninterrupted[0]}: this run is finished, there is nothing to resume\n"
    assert {path.name: path.read_bytes() for path in uninterrupted[0].iterdir()} == before


def test_to_resume_without_a_folder_is_bad_usage(capsys):
    assert "expected the folder of the run, --out FOLDER" in fails(["train", "--resume"], 2, capsys)


ONE_EPOCH = (*REVIEWS[:-2], *SMALL, "--epochs", "1", "--batch-size", "64")


@pytest.mark.slow
@pytest.mark.parametrize("left", [None, [], ["run.journal", "overview.json", "checkpoint.safetensors.part"]], ids=str)
def test_to_resume_what_never_came_to_a_checkpoint_starts_a_new_run(reviews, tmp_path, monkeypatch, capsys, left):
    out = tmp_path / "run"
    if left is not None:
        out.mkdir()
        for name in left:
            (out / name).write_bytes(b'{"check')  # a journal that was cut short
    monkeypatch.chdir(reviews)
    assert cli.main(["train", "--resume", "--out", str(out), *ONE_EPOCH]) == 0, capsys.readouterr().err
    assert len(history_of(out)) == 1


@pytest.mark.slow
def test_to_resume_does_not_write_into_a_folder_of_other_things(reviews, tmp_path, monkeypatch, capsys):
    (tmp_path / "precious.txt").write_text("keep")
    monkeypatch.chdir(reviews)
    assert "holds something" in fails(["train", "--resume", "--out", tmp_path, *ONE_EPOCH], 2, capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


# ---- killed, and gone on with --------------------------------------------------------------------------------------


def killed(when, *command, **options):
    """Start a command and kill it once `when()` says so, or when it ends: its exit code, and what it said."""
    with started(*command, **options) as process, tempfile.TemporaryFile("w+") as log:
        reader = threading.Thread(target=lambda: log.writelines(process.stderr))
        reader.start()
        while process.poll() is None and not when():
            time.sleep(0.005)  # polling
        process.kill()
        code = process.wait(timeout=60)
        reader.join(timeout=60)
        log.seek(0)
        return code, log.read()


def unkillable(out):
    """The command that starts the long run, or goes on with it, with a checkpoint after every step."""
    command = ("-m", "sentiment_fast.train", *LONG_RUN, "--resume", "--checkpoint-minutes", "0", "--out", out)
    return sys.executable, *command


@pytest.mark.long
def test_a_run_that_is_killed_three_times_ends_as_if_it_had_not_been(uninterrupted, reviews):
    out, options = reviews / "killed", {"cwd": reviews, "env": ONE_THREAD}
    moments = {
        "before the first checkpoint": (out / "overview.json").exists,
        "within an epoch": (out / CHECKPOINT).exists,
        "after an epoch": lambda: (out / "history.jsonl").exists() and len(history_of(out)) == 2,
    }
    for moment, when in moments.items():
        code, said = killed(when, *unkillable(out), **options)
        assert code == -signal.SIGKILL, f"{moment}: {said}"
    code, said = killed(lambda: False, *unkillable(out), **options)
    assert code == 0, said
    assert (out / "model.safetensors").read_bytes() == (uninterrupted[0] / "model.safetensors").read_bytes()
    assert history_of(out) == history_of(uninterrupted[0])
    assert {path.name for path in out.iterdir()} == {path.name for path in uninterrupted[0].iterdir()}


def moment_of(out):
    """How far a run had come when it was killed."""
    if not out.exists():
        return "before its folder"
    if (out / "metrics.json").exists():
        return "at the end, with its results written"
    if not (out / CHECKPOINT).exists():
        return "before the first checkpoint"
    if part_of(out / CHECKPOINT).exists():
        return "with a checkpoint partly written"
    epochs = len(history_of(out)) if (out / "history.jsonl").exists() else 0
    return f"with {epochs} epochs done"


@pytest.mark.long
def test_runs_that_are_killed_at_twenty_random_moments_end_as_if_they_had_not_been(uninterrupted, reviews):
    whole, seconds = uninterrupted
    generator, deadline = random.Random(0), time.monotonic() + 900
    moments, finished = Counter(), 0
    while moments.total() < 20:
        out = reviews / f"killed {finished}"
        code = None
        while code != 0:
            assert time.monotonic() < deadline, moments
            at = time.monotonic() + generator.uniform(0, seconds)
            code, said = killed(lambda at=at: time.monotonic() >= at, *unkillable(out), cwd=reviews, env=ONE_THREAD)
            assert code in (0, -signal.SIGKILL), f"{moments}: {said}"
            if code != 0:
                moments[moment_of(out)] += 1
        finished += 1
        assert (out / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes(), moments
        assert history_of(out) == history_of(whole), moments
        assert {path.name for path in out.iterdir()} == {path.name for path in whole.iterdir()}
    print(f"{finished} runs finished; killed", dict(moments))


# ---- in two processes ----------------------------------------------------------------------------------------------

PAIR = (*REVIEWS, "--epochs", "3", "--set", "embedding_size=8", "--set", "dropout=0", "--learning-rate", "0.001")
TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "sentiment_fast.train")
LOCAL = ONE_THREAD | {"GLOO_SOCKET_IFNAME": "lo"}


@pytest.fixture(scope="module")
def pair(reviews):
    """The folder of a run in two processes, and what they said."""
    finished = run(*TORCHRUN, *PAIR, "--out", "pair", cwd=reviews, env=LOCAL)
    assert finished.returncode == 0, finished.stderr
    return reviews / "pair", finished


@pytest.fixture(scope="module")
def single(reviews):
    """The folder of the same run in one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(reviews)
        assert cli.main(["train", *PAIR, "--out", "single"]) == 0
    return reviews / "single"


@pytest.fixture(scope="module")
def pair_stopped(reviews):
    """The folder of a run in two processes that was asked to stop in its second epoch, its exit code, what it said."""
    command = (*TORCHRUN, *PAIR, "--out", "pair stopped")
    code, said = interrupted(signal.SIGTERM, "epoch 1/", *command, cwd=reviews, env=LOCAL)
    return reviews / "pair stopped", code, said


@pytest.fixture(scope="module")
def pair_resumed(pair_stopped, reviews):
    """The folder of that run after it was gone on with."""
    shutil.copytree(pair_stopped[0], reviews / "pair resumed")
    finished = run(*TORCHRUN, "--resume", "--out", "pair resumed", cwd=reviews, env=LOCAL)
    assert finished.returncode == 0, finished.stderr
    return reviews / "pair resumed"


def test_two_processes_come_to_the_weights_of_one(pair, single):
    ours, expected = (load_file(folder / "model.safetensors") for folder in (pair[0], single))
    assert ours.keys() == expected.keys()
    for name, weights in ours.items():
        torch.testing.assert_close(weights, expected[name], rtol=0, atol=1e-5)


def test_two_processes_have_the_history_of_one(pair, single):
    ours, expected = history_of(pair[0]), history_of(single)
    assert len(ours) == 3
    for epoch, other in zip(ours, expected, strict=True):
        assert epoch == {name: pytest.approx(figure, abs=1e-5) for name, figure in other.items()}


def test_two_processes_leave_the_files_of_one(pair, single):
    assert {path.name for path in pair[0].iterdir()} == {path.name for path in single.iterdir()}


def test_of_two_processes_one_speaks(pair):
    _, finished = pair
    lines = [line for line in finished.stderr.splitlines() if line.startswith(("epoch", "Training on", "texts  "))]
    assert [line.partition(":")[0] for line in lines if "epoch" in line] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert [line for line in lines if line.startswith("Training")] == ["Training on 2 x the CPU, 1 threads, float32"]
    assert finished.stdout.count("The model is in") == 1


def test_two_processes_asked_to_stop_leave_a_checkpoint_within_the_second_epoch(pair_stopped):
    folder, code, said = pair_stopped
    assert code != 0
    epoch, batches = position_of(folder)
    assert (epoch, 0 < batches < 56) == (2, True), said
    assert [epoch["epoch"] for epoch in history_of(folder)] == [1]


@pytest.mark.long
def test_two_processes_interrupted_from_the_keyboard_leave_such_a_checkpoint_too(reviews):
    # The terminal sends Ctrl-C to all of them, and torchrun once more to each.
    out, command = reviews / "pair interrupted", (sys.executable, "-m", *TORCHRUN, *PAIR, "--out")
    with started(*command, out, cwd=reviews, env=LOCAL, start_new_session=True) as process:
        next(line for line in process.stderr if line.startswith("epoch 1/"))
        os.killpg(process.pid, signal.SIGINT)
        said = process.stderr.read()
        process.wait(timeout=120)
    epoch, batches = position_of(out)
    assert (epoch, 0 < batches < 56) == (2, True), said


@pytest.mark.parametrize("line", ["stopping after this step", "interrupted: resume with"])
def test_of_two_processes_asked_to_stop_one_speaks(pair_stopped, line):
    assert pair_stopped[2].count(line) == 1


@pytest.mark.long
def test_two_processes_go_on_to_the_weights_of_uninterrupted_ones(pair_resumed, pair):
    ours, expected = ((folder / "model.safetensors").read_bytes() for folder in (pair_resumed, pair[0]))
    assert ours == expected


@pytest.mark.long
def test_two_processes_go_on_to_the_history_of_uninterrupted_ones(pair_resumed, pair):
    for epoch, expected in zip(history_of(pair_resumed), history_of(pair[0]), strict=True):
        assert epoch == {name: pytest.approx(figure, abs=1e-9) for name, figure in expected.items()}


def test_a_run_in_two_processes_is_not_gone_on_with_by_one(pair_stopped, reviews, monkeypatch, capsys):
    threads = torch.get_num_threads()
    monkeypatch.chdir(reviews)
    try:
        message = fails(["train", "--resume", "--out", pair_stopped[0]], 2, capsys)
    finally:
        torch.set_num_threads(threads)
    assert "the run began with processes 2, and should now continue with 1" in message
