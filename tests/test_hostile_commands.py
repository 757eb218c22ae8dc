"""Commands that get what no one should give them: the exit code, one line that helps, and nothing else changed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from sentiment_fast import cli
from sentiment_fast.model.config import NetworkConfig, weight_shapes
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.model import Model
from sentiment_fast.text.vocabulary import Vocabulary

CONFIG = NetworkConfig(embedding_size=4, hidden_size=16, layers=1)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    """A folder with reviews and a model."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{number},{word} film,{label}" for number in range(40) for word, label in (("good", "yes"), ("bad", "no"))]
    Path("reviews.csv").write_text("\n".join(["id,review,sentiment", *rows]) + "\n")
    weights = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(CONFIG, 2, 2).items()}
    save_model(Path("model"), Model(CONFIG, weights, Vocabulary(["good", "bad"]), classes=["no", "yes"]))


def contents() -> dict[str, bytes]:
    """All files, without those of a training that has begun."""
    files = (path for path in Path().rglob("*") if path.is_file() and not path.is_symlink() and path.parts[0] != "run")
    return {str(path): path.read_bytes() for path in files}


def fails(code: int, *arguments: object, capfd) -> str:
    """What a command that fails says after "error: ", in one line of a sensible length; it changes nothing."""
    before = contents()
    capfd.readouterr()
    try:
        found = cli.main([str(argument) for argument in arguments])
    except SystemExit as exit_:
        found = exit_.code
    assert contents() == before
    stdout, stderr = capfd.readouterr()
    assert stdout == ""
    assert found == code, stderr
    last = stderr.splitlines()[-1]
    assert "error: " in last
    assert len(last) < 1200
    return last


TRAIN = ("train", "--data", "reviews.csv", "--out", "run", "--device", "cpu")
SCORE = ("score", "reviews.csv", "--model", "model", "--device", "cpu", "--rejects")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "arguments", "says"),
    [
        (2, (*TRAIN, "--label-column", "review"), "review"),
        (2, (*TRAIN, "--label-column", "2", "--text-column", "2"), "review"),
        (2, (*TRAIN, "--set", "hidden_size=100000"), "hidden_size of up to 8,192, got 100000"),
        (2, (*TRAIN, "--set", f"min_count={10**21}"), "min_count of 1 to 2**40"),
        (2, (*TRAIN, "--set", "layers=100000"), "layers of up to 64"),
        (2, (*TRAIN, "--set", "stop_words=../../etc/passwd"), "stop_words to be the name of a language"),
        (2, (*TRAIN, "--set", "epochs=" + "1" * 5000), "epochs to be a whole number"),
        (2, (*TRAIN, "--epochs", "1" * 5000), "--epochs"),
        (1, (*TRAIN, "--text-column", "1" * 5000), "--text-column"),
        (1, (*TRAIN, "--text-column", "x" * 100_000), "--text-column"),
        (1, (*TRAIN, "--vectors", "million.txt"), "million.txt, line 1: expected a word and its numbers"),
        (1, (*TRAIN, "--vectors", "pipe"), "pipe: cannot be read as word vectors (expected a regular file"),
        (2, (*TRAIN, "--config", "pipe"), "pipe: cannot be read (expected a regular file, got a pipe)"),
        (4, (*TRAIN, "--init", "model"), "model"),
        (2, (*SCORE, "reviews.csv", "-o", "out.csv"), "got an input"),
        (2, (*SCORE, "/dev/null", "-o", "out.csv"), "/dev/null: expected the name of a file"),
        (2, (*SCORE, "out.csv", "-o", "out.csv"), "out.csv: expected one file for scores and another for --rejects"),
        (2, (*SCORE, "out.csv.part", "-o", "out.csv"), "out.csv.part: expected a file of its own"),
        (2, (*SCORE, "million.txt", "-o", "-"), "million.txt: already exists"),
        (2, (*SCORE[:-1], "-o", "reviews.csv", "--force"), "reviews.csv: expected a file of its own for the output"),
        (2, (*SCORE[:-1], "-o", "link.csv", "--force"), "link.csv: expected a file of its own for the output"),
        (2, (*SCORE[:-1], "-o", "piped.csv"), "piped.csv.journal: expected the journal of a"),
    ],
)  # fmt: skip
def test_a_request_that_can_not_be_right_is_refused(code, arguments, says, capfd):
    Path("million.txt").write_text("film" + " 1" * 1_000_000)
    os.mkfifo("pipe")
    os.mkfifo("piped.csv.journal")
    Path("link.csv").symlink_to("reviews.csv")
    assert says in fails(code, *arguments, capfd=capfd)


@pytest.mark.slow
def test_a_file_of_many_long_names_is_refused_in_a_short_message(capfd):
    names = ",".join("x" * 100_000 + str(number) for number in range(20))
    Path("wide.csv").write_text(f"{names}\n{',1' * 19}\n")
    for command in (("score", "wide.csv", "--model", "model"), ("train", "--data", "wide.csv", "--out", "run")):
        assert "column" in fails(1, *command, capfd=capfd)


@pytest.mark.slow
@pytest.mark.parametrize("command", [("predict", "good film"), ("evaluate", "reviews.csv"), ("score", "reviews.csv")])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_model_of_weights_that_are_not_finite_is_refused_by_every_command(command, value, capfd):
    import hashlib

    weights = load_file("model/model.safetensors")
    weights["output.bias"][0] = value
    save_file(weights, "model/model.safetensors")
    config = json.loads(Path("model/config.json").read_text())
    del config["config_sha256"]
    config["sha256"]["model.safetensors"] = hashlib.sha256(Path("model/model.safetensors").read_bytes()).hexdigest()
    Path("model/config.json").write_text(json.dumps(config))
    assert "expected finite numbers in output.bias" in fails(4, *command, "--model", "model", capfd=capfd)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["config.json", "vocabulary.txt", "model.safetensors"])
@pytest.mark.parametrize("kind", ["pipe", "sparse"])
def test_a_model_of_a_file_without_end_is_refused_by_its_name(name, kind, capfd):
    path = Path("model", name)
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.touch()
        os.truncate(path, 20 << 30)
    before = {one: one.stat().st_size for one in Path("model").iterdir()}
    assert cli.main(["predict", "good film", "--model", "model"]) == 4
    assert name in capfd.readouterr().err
    assert {one: one.stat().st_size for one in Path("model").iterdir()} == before


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (4, ("predict", "good", "--model", "private/model")),
        (1, ("score", "private/reviews.csv", "--model", "model")),
        (1, ("score", "reviews.csv", "--model", "model", "-o", "private/out.csv")),
        (1, ("evaluate", "private/reviews.csv", "--model", "model")),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_folder_that_only_another_user_may_read_is_one_line(code, arguments, tmp_path, tmp_path_factory, capfd):
    Path("private").mkdir()
    shutil.copy("reviews.csv", "private")
    shutil.copytree("model", "private/model")
    Path("private").chmod(0o700)
    base = tmp_path_factory.getbasetemp()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to(base) or (folder in (base.parent, base.parents[1]) and "pytest" in folder.name):
            folder.chmod(0o755)
    cli.main(list(arguments))  # as root, so that all modules are loaded: the other user may not be able to read them
    Path("private", "out.csv").unlink(missing_ok=True)
    capfd.readouterr()
    os.seteuid(65534)
    try:
        found = cli.main(list(arguments))
    finally:
        os.seteuid(0)
    stderr = capfd.readouterr().err
    assert found == code
    assert len(stderr.splitlines()) <= 2
    assert arguments[0] == "evaluate" or "Permission denied" in stderr
