"""Commands in the surroundings that people have: ASCII terminals, the locale "C", closed streams, many open files."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sentiment_fast import cli
from sentiment_fast.cli.streams import decode_arguments, escape_what_cannot_be_encoded, print_json
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.network import SentimentLSTM, model_of
from sentiment_fast.text.vocabulary import Vocabulary

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
OURS = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
ASCII = OURS | {"PYTHONIOENCODING": "ascii"}
C_LOCALE = OURS | {"LC_ALL": "C", "PYTHONUTF8": "0"}
TEXT = "un film magnifique, très émouvant 😀"


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """A model whose labels are not ASCII."""
    config = NetworkConfig(embedding_size=4, hidden_size=16, layers=1, max_length=10)
    network, vocabulary = SentimentLSTM(config, 3, 2), Vocabulary(["film", "magnifique", "émouvant"])
    folder = tmp_path_factory.mktemp("models") / "modèle"
    save_model(folder, model_of(network, vocabulary, ["négatif", "positif é"]))
    return folder


@pytest.fixture
def data(tmp_path) -> Path:
    rows = "".join(f"{TEXT},{label}\n" for label in ("négatif", "positif é") * 3)
    (tmp_path / "données.csv").write_text(f"réview,étiquette\n{rows.replace(', très', ' très')}", encoding="utf-8")
    return tmp_path


def run(environment, folder, *arguments) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own; arguments are passed as UTF-8."""
    command = [os.fsencode(sys.executable), b"-m", *(str(one).encode() for one in arguments)]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=120, check=False)


COLUMNS = ("--text-column", "réview", "--label-column", "étiquette")


@pytest.mark.parametrize("environment", [ASCII, C_LOCALE], ids=["ascii", "C"])
def test_what_a_terminal_cannot_show_is_escaped(environment, model, data):
    shown = run(environment, data, "sentiment_fast.evaluate", "données.csv", *COLUMNS, "--model", model, "--show", "2")
    assert (shown.returncode, shown.stdout.count(rb"tr\xe8s \xe9mouvant \U0001f600")) == (0, 2)
    assert shown.stdout.isascii()
    assert shown.stderr.isascii()
    predicted = run(environment, data, "sentiment_fast.predict", TEXT, TEXT, "--model", model)
    assert predicted.returncode == 0
    assert predicted.stdout.startswith((rb"n\xe9gatif", rb"positif \xe9"))


def test_json_that_a_terminal_cannot_show_is_escaped_as_json_does_it(model, data):
    command = ("sentiment_fast.evaluate", "données.csv", *COLUMNS, "--model", model, "--show", "1", "--json")
    shown = run(ASCII, data, *command)
    assert shown.stdout.isascii()
    assert json.loads(shown.stdout)["reviews"][0]["text"] == TEXT.replace(", très", " très")


def test_a_message_about_a_column_is_escaped(data):
    refused = run(ASCII, data, "sentiment_fast.score", "données.csv", "--text-column", "crème", "-o", "out.csv")
    assert refused.returncode == 1
    assert b"r\\xe9view" in refused.stderr
    assert b"Traceback" not in refused.stderr


@pytest.mark.parametrize("environment", [ASCII, C_LOCALE], ids=["ascii", "C"])
def test_a_scored_file_is_the_same_in_any_locale(environment, model, data):
    options = ("--text-column", "réview", "--model", model)
    for name, one in (("ici.csv", OURS), ("là.csv", environment)):
        scored = run(one, data, "sentiment_fast.score", "données.csv", "-o", name, *options)
        assert scored.returncode == 0, scored.stderr
    printed = run(environment, data, "sentiment_fast.score", "données.csv", "-o", "-", *options)
    assert (data / "là.csv").read_bytes() == (data / "ici.csv").read_bytes() == printed.stdout


def test_a_model_is_trained_on_files_columns_and_labels_in_the_locale_c(data):
    small = ("--set", "hidden_size=4", "--set", "embedding_size=4", "--epochs", "1", "--validation", "0.5")
    where = ("--data", "données.csv", *COLUMNS, "--out", "modèle")
    trained = run(C_LOCALE | {"PYTHONIOENCODING": ""}, data, "sentiment_fast.train", *where, *small)
    assert trained.returncode == 0, trained.stderr
    assert json.loads((data / "modèle" / "config.json").read_text("utf-8"))["classes"] == ["négatif", "positif é"]
    assert json.loads((data / "modèle" / "metrics.json").read_text("utf-8"))["data"]


def test_arguments_that_python_could_not_decode_are_decoded_except_names_of_files():
    undecoded = "réview".encode().decode("ascii", "surrogateescape")
    parser = argparse.ArgumentParser()
    parser.add_argument("--text-column", metavar="NAME")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append")
    parser.add_argument("--columns", type=lambda text: text.split(","))
    parser.add_argument("--out", metavar="FOLDER")
    parser.add_argument("inputs", metavar="INPUT", nargs="+")
    options = ["--text-column", undecoded, "--set", f"a={undecoded}", "--columns", f"{undecoded},b"]
    given = parser.parse_args([*options, "--out", undecoded, undecoded])
    decode_arguments(parser, given)
    assert vars(given) == {
        "text_column": "réview",
        "set": ["a=réview"],
        "columns": ["réview", "b"],
        "out": undecoded,
        "inputs": [undecoded],
    }


@pytest.mark.parametrize("text", ["plain", "décodé", b"Latin-1: \xe9".decode("utf-8", "surrogateescape"), "\ud800"])
def test_arguments_that_are_texts_or_not_utf8_stay_as_they_are(text):
    parser = argparse.ArgumentParser()
    parser.add_argument("text")
    given = argparse.Namespace(text=text)
    decode_arguments(parser, given)
    assert given.text == text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "cp1252"])
def test_a_stream_escapes_what_its_encoding_lacks(encoding, monkeypatch):
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding)
    escape_what_cannot_be_encoded(stream)
    monkeypatch.setattr(sys, "stdout", stream)
    print_json({"a": "é 😀 \udce9"})
    print("é 😀 \udce9", flush=True)
    as_json, as_text, _ = written.getvalue().decode(encoding).split("\n")
    assert json.loads(as_json) == {"a": "é 😀 \udce9"}
    assert as_text.endswith("\\udce9")


# Closed streams.


def run_without(streams, folder, command) -> tuple[int, bytes, bytes]:
    """A command with some of its standard streams closed, such as "<&-": its exit code, stdout and stderr."""
    script = f'"{sys.executable}" -m {command} {streams}'
    ended = subprocess.run(
        ["/bin/sh", "-c", script], env=OURS, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=120
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.fixture
def reviews(tmp_path, model) -> Path:
    (tmp_path / "in.csv").write_text("review,id\nfilm magnifique,1\nfilm,2\n")
    (tmp_path / "model").symlink_to(model)
    return tmp_path


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_file_is_scored_with_closed_streams(reviews, streams):
    score = "sentiment_fast.score in.csv --model model -o"
    assert run_without("", reviews, f"{score} expected.csv")[0] == 0
    code, printed, _ = run_without(streams, reviews, f"{score} out.csv")
    assert (code, printed) == (0, b"")
    assert (reviews / "out.csv").read_bytes() == (reviews / "expected.csv").read_bytes()


@pytest.mark.parametrize(
    "command",
    [
        "predict film --model model",
        "evaluate labelled.csv --model model",
        "score in.csv -o - --model model",
        "info --device cpu",
    ],
)
def test_what_belongs_on_a_closed_stdout_is_one_line_of_error(reviews, command):
    (reviews / "labelled.csv").write_text("review,sentiment\nfilm,négatif\nfilm,positif é\n", encoding="utf-8")
    code, _, errors = run_without(">&-", reviews, f"sentiment_fast.{command}")
    assert code == 1
    assert errors.splitlines()[-1] == b"error: stdout is closed"
    assert b"Traceback" not in errors
    assert b"Exception ignored" not in errors


def test_a_closed_stderr_loses_messages_only(reviews):
    code, printed, _ = run_without("2>&-", reviews, "sentiment_fast.predict film --model model")
    assert (code, printed.count(b"\t")) == (0, 1)
    assert run_without("2>&-", reviews, "sentiment_fast.predict film --model nowhere")[:2] == (4, b"")


def test_a_closed_stdin_is_an_empty_input(reviews):
    code, printed, errors = run_without("<&-", reviews, "sentiment_fast.score - --model model")
    assert (code, printed) == (1, b"")
    assert errors.splitlines()[-1].startswith(b"error: stdin: ")
    assert b"Traceback" not in errors


# Many open files.

MANY = """
import os, resource, sys
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
for _ in range(1100):
    os.open(os.devnull, os.O_RDONLY)
from sentiment_fast.cli.main import main
sys.exit(main(["score", "-", "-o", "-", "--model", sys.argv[1]]))
"""


def test_pipes_are_read_and_written_next_to_more_than_1024_open_files(model):
    command = [sys.executable, "-c", MANY, str(model)]
    rows = b"review\n" + b"film\n" * 20_000
    scored = subprocess.run(command, env=OURS, input=rows, capture_output=True, timeout=120, check=False)
    assert (scored.returncode, scored.stdout.count(b"\n")) == (0, 20_001), scored.stderr


def test_a_command_in_this_process_leaves_its_streams_alone(capsys):
    before = sys.stdout, sys.stderr
    assert cli.main(["info", "--device", "cpu"]) == 0
    assert (sys.stdout, sys.stderr) == before
