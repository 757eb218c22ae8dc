"""A scorer works wherever Python works: in forked and spawned processes, in threads, in servers that load it first."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

import sentiment_fast as sf
from tests.long import long_after

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("program_of_processes.py")
# Two threads, so that there is a pool of them that a forked child does not have.
SURROUNDINGS = os.environ | {"OMP_NUM_THREADS": "2", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
FORKS = ["os.fork", "fork", "executor", "asyncio", "fork while threads score"]
OTHERS = ["forkserver", "spawn", "threads"]


@pytest.fixture(scope="module")
def pytorch_model(make_model) -> Path:
    """A model whose network the core can't run: PyTorch does, with a pool of threads."""
    return make_model(["negative", "positive"], cell="gru", hidden_size=64, embedding_size=32)


@pytest.fixture
def reviews(tmp_path) -> Path:
    (tmp_path / "in.csv").write_text("review\n" + "a good film\nso bad\n" * 50)
    parquet.write_table(pa.table({"n": range(100), "review": ["a good film", "so bad"] * 50}), tmp_path / "in.parquet")
    return tmp_path


def outcome(way, model, folder) -> str:
    """What the program printed. It is ended after two minutes."""
    command = [sys.executable, str(PROGRAM), way, str(model), str(folder)]
    with subprocess.Popen(
        command, env=SURROUNDINGS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            printed, errors = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return "hangs"
    return printed.strip() if process.returncode == 0 else f"{process.returncode}: {errors}"


@pytest.mark.parametrize("way", long_after(2, FORKS))
def test_a_forked_child_scores_as_its_parent_does_with_the_core(way, model_folder, reviews):
    assert outcome(way, model_folder, reviews) == "same"


@pytest.mark.parametrize("way", FORKS)
def test_a_forked_child_scores_as_its_parent_does_with_pytorch(way, pytorch_model, reviews):
    assert outcome(way, pytorch_model, reviews) == "same"


@pytest.mark.parametrize("way", OTHERS)
def test_other_processes_and_threads_score_alike(way, pytorch_model, reviews):
    assert outcome(way, pytorch_model, reviews) == "same"


def test_a_forked_child_of_the_bundled_model_scores_as_its_parent_does(reviews):
    assert outcome("executor", "bundled", reviews) == "same"


def test_spawned_processes_score_with_the_scorer_that_they_are_sent(reviews):
    assert outcome("spawn with the scorer", "bundled", reviews) == "same"


# A server that loads the model before it forks its workers.

APPLICATION = """
import json
import sentiment_fast as sf
scorer = sf.load({model!r}, "cpu", "float32")
before = scorer.predict_proba(["a good film"] * 200)

def application(environ, start_response):
    scores = scorer.predict_proba(["a good film"] * 200)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(scores[0].tolist()).encode()]
"""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


@pytest.mark.parametrize("kind", ["core", "pytorch"])
def test_workers_of_gunicorn_that_are_forked_after_loading_answer(kind, model_folder, pytorch_model, tmp_path):
    pytest.importorskip("gunicorn")
    model = model_folder if kind == "core" else pytorch_model
    (tmp_path / "served.py").write_text(APPLICATION.format(model=str(model)))
    path = tmp_path / "socket"
    expected = sf.load(model, "cpu", "float32").predict_proba(["a good film"])[0].tolist()
    command = [sys.executable, "-m", "gunicorn", "--preload", "-w", "2", "-b", f"unix:{path}", "served:application"]
    with subprocess.Popen(command, cwd=tmp_path, env=SURROUNDINGS, stderr=subprocess.PIPE, text=True) as server:
        try:
            waited_until = time.monotonic() + 60
            while not path.exists() and server.poll() is None and time.monotonic() < waited_until:
                time.sleep(0.05)
            for _ in range(6):
                connection = UnixConnection(path)
                connection.request("GET", "/")
                answer = connection.getresponse()
                assert answer.status == 200
                found = json.loads(answer.read())
                connection.close()
                assert found == pytest.approx(expected, abs=1e-5)
        finally:
            server.terminate()
            server.communicate(timeout=60)


# The end of the interpreter.

DAEMON = """
import sys, threading, time
import sentiment_fast as sf
texts = ["a good film and a bad one"] * 100_000
vocabulary = sf.build_vocabulary(texts)
begun = threading.Event()

def encode():
    while True:
        begun.set()
        sf.encode(texts, vocabulary, threads=1)

for _ in range(3):
    threading.Thread(target=encode, daemon=True).start()
begun.wait()
time.sleep(0.1)
print("ends")
"""


def test_the_interpreter_ends_quietly_while_daemon_threads_are_in_the_core():
    for _ in range(3):
        ended = subprocess.run(
            [sys.executable, "-c", DAEMON], env=SURROUNDINGS, capture_output=True, text=True, timeout=120, check=False
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "ends\n", "")


def test_a_child_that_was_forked_while_a_thread_is_in_the_core_ends():
    code = DAEMON.replace('print("ends")', "import os\nif os.fork(): os.wait()\nelse: sys.exit(0)")
    ended = subprocess.run(
        [sys.executable, "-c", code], env=SURROUNDINGS, capture_output=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
