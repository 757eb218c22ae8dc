"""The commands as users run them: train, then evaluate, score and predict with what it wrote; and how they fail."""

import csv
import json
import os
import signal
import subprocess
import sys

import pytest

from sentiment_fast import cli
from sentiment_fast.data.demo import demo_corpus

SMALL = ["--set", "hidden_size=32", "--set", "embedding_size=16", "--set", "layers=1", "--learning-rate", "0.01"]
OFFLINE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


def run(*arguments, **options):
    """A command in a process of its own."""
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


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
        *("overview.json", "overview.txt", "history.jsonl"),
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


def test_evaluate_agrees_with_what_training_measured(trained, data):
    folder, _ = trained
    found = run("sentiment_fast.evaluate", data / "test.csv", "--model", folder, "--json")
    expected = json.loads((folder / "metrics.json").read_text())["test"]
    figures = json.loads(found.stdout)
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
    finished = run("sentiment_fast.score", data / "test.csv", "-o", output, "--model", folder)
    assert finished.returncode == 0, finished.stderr
    with (data / "test.csv").open(newline="") as file:
        before = list(csv.reader(file))
    with output.open(newline="") as file:
        after = list(csv.reader(file))
    assert [row[:2] for row in after] == before
    assert after[0][2:] == ["sentiment_label", "sentiment_score"]
    assert all((row[2] == "positive") == (float(row[3]) > 0.5) for row in after[1:])


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


def test_word_vectors_start_the_embedding_and_their_coverage_is_printed(tmp_path, data, capsys):
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("film 0.1 0.2 0.3\nacting -0.1 0.5 1\nzzzz 1 1 1\n")
    arguments = ["train", "--data", str(data / "train.csv"), "--epochs", "1", "--vectors", str(vectors), *SMALL]
    assert cli.main([*arguments, "--out", str(tmp_path / "model")]) == 0
    assert "vectors of 3 numbers for 2 of 1,000 words" in capsys.readouterr().err


def test_without_data_and_network_the_demo_corpus_is_used_and_said_to_be(tmp_path):
    tiny = [part for name in ("hidden_size", "embedding_size", "layers") for part in ("--set", f"{name}=1")]
    finished = run(
        *("sentiment_fast.train", "--amp", "--epochs", "1", "--batch-size", "4000", "--out", "model"),
        *("--set", "max_length=20", *tiny),
        cwd=tmp_path,
        env=os.environ | OFFLINE | {"SENTIMENT_FAST_CACHE": str(tmp_path / "cache")},
    )
    assert finished.returncode == 0, finished.stderr
    assert "*** MADE-UP DATA ***" in finished.stderr
    assert "--data PATH" in finished.stderr
    assert "made-up data" in (tmp_path / "model" / "README.md").read_text()


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


def test_an_unknown_label_in_the_test_file_names_its_row(tmp_path, data, capsys):
    test = write_csv(tmp_path / "test.csv", [("a film", "positive"), ("another", "meh")])
    message = fails(["train", "--data", data / "train.csv", "--test", test, "--out", tmp_path / "m"], 1, capsys)
    assert "expected one of the labels ['negative', 'positive']" in message
    assert "got 'meh' in row 2" in message


def test_texts_that_are_all_empty_are_an_error(tmp_path, capsys):
    source = write_csv(tmp_path / "empty.csv", [("", "good"), ("  ", "bad")] * 8)
    assert "got 16 empty ones" in fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)


def test_texts_of_stop_words_alone_are_an_error(tmp_path, capsys):
    source = write_csv(tmp_path / "stop.csv", [("the and of 12!", "good"), ("it is", "bad")] * 8)
    message = fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)
    assert "found none beside stop words" in message


def test_a_missing_column_lists_those_that_exist(tmp_path, capsys):
    source = write_csv(tmp_path / "other.csv", [("a", "b")], ("body", "stars"))
    message = fails(["train", "--data", source, "--out", tmp_path / "m"], 1, capsys)
    assert "'body', 'stars'" in message
    assert "--text-column" in message


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


def test_the_review_na_stays_text(tmp_path):
    source = write_csv(tmp_path / "na.csv", [("NA", "good"), ("null", "bad"), ("nan", "bad"), ("NA", "good")] * 8)
    assert cli.main(["train", "--data", str(source), "--out", str(tmp_path / "m"), "--epochs", "1", *SMALL]) == 0
    words = (tmp_path / "m" / "vocabulary.txt").read_text().splitlines()[2:]
    assert set(words) == {"na", "null", "nan"}


def test_a_folder_in_use_is_not_written_into(tmp_path, data, capsys):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "precious.txt").write_text("keep")
    message = fails(["train", "--data", data / "train.csv", "--out", tmp_path / "m"], 2, capsys)
    assert "already holds something" in message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "cell"], "expected NAME=VALUE"),
        (["--set", "cell=tree"], "Expected a cell of lstm, gru, rnn, got 'tree'"),
        (["--set", "nonsense=1"], "Expected a setting of"),
        (["--set", "bidirectional=true"], "Expected pooling last or attention with bidirectional"),
        (["--preset", "best"], "Expected a preset of tutorial, got 'best'"),
        (["--epochs", "0"], "Expected epochs of 1 or more, got 0"),
        (["--validation", "1.5"], "expected a share above 0 and below 1, or a file"),
        (["--learning-rate", "-1"], "Expected learning_rate above 0"),
    ],
)
def test_impossible_settings_are_bad_usage(tmp_path, data, capsys, arguments, said):
    message = fails(["train", "--data", data / "train.csv", "--out", tmp_path / "m", *arguments], 2, capsys)
    assert said in message


def test_a_download_that_fails_has_its_own_exit_code(tmp_path, monkeypatch, capsys):
    for name, value in (OFFLINE | {"SENTIMENT_FAST_CACHE": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    assert "--data" in fails(["train", "--data", "imdb", "--out", tmp_path / "m"], 3, capsys)


@pytest.mark.parametrize("command", [["predict", "text"], ["evaluate", "x.csv"], ["score", "x.csv"]])
def test_a_missing_model_folder_has_its_own_exit_code(tmp_path, capsys, command):
    message = fails([*command, "--model", tmp_path / "none"], 4, capsys)
    assert "no such model folder" in message


def test_an_unknown_command_is_bad_usage(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["nonsense"])
    assert stopped.value.code == 2
    assert "invalid choice: 'nonsense'" in capsys.readouterr().err


def test_info_names_the_level_and_the_device(capsys):
    assert cli.main(["info", "--device", "cpu"]) == 0
    printed = capsys.readouterr().out
    assert "SIMD level" in printed
    assert "scalar" in printed
    assert "the CPU" in printed


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert (stopped.value.code, capsys.readouterr().out) == (0, "sentiment_fast 0.1.0\n")


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


def test_an_interrupted_training_keeps_its_best_epoch(data, tmp_path):
    out = str(tmp_path / "model")
    process = subprocess.Popen(
        [sys.executable, "-m", "sentiment_fast.train", "--data", "train.csv", "--epochs", "500", "--out", out, *SMALL],
        cwd=data,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith("epoch 2/"):
            process.send_signal(signal.SIGINT)
            break
    said.append(process.stderr.read())
    process.stderr.close()
    assert process.wait(timeout=120) == cli.INTERRUPTED, "".join(said)
    assert "interrupted: the best epoch so far is in" in "".join(said)
    assert cli.main(["predict", "--model", out, "a text"]) == 0
