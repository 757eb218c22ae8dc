"""Scoring on a Ray cluster of two workers. The bytes are those of a local run, whatever happens to the workers."""

from __future__ import annotations

import gzip
import importlib.util
import io
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast.cli.main import main
from sentiment_fast.errors import ClusterError, DataError, UsageError
from sentiment_fast.io.options import Reading
from sentiment_fast.io.window import Position
from sentiment_fast.model.folder import load_model
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring.cluster.ray_cluster import Cluster
from sentiment_fast.scoring.cluster.worker import WindowRange, Worker
from sentiment_fast.scoring.options import ScoreOptions
from tests.long import long_after
from tests.scoring.conftest import WORDS

SLOW_FIXTURES = {"ray"}

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason='needs Ray: pip install -e ".[ray]"')

WINDOW = 1 << 16
ROOT = Path(__file__).parents[2]


def reviews(count: int, seed: int = 3) -> bytes:
    """A CSV of that many records, of which some cannot be read."""
    choose = random.Random(seed)
    words = [*WORDS, '""unknown""', "plot,", "\n", "=1", "é"]
    lines = ["id,review,stars"]
    for number in range(count):
        lines.append(f'{number},"{" ".join(choose.choices(words, k=choose.randrange(60)))}",{number % 5}')
        if number % 97 == 0:
            lines.append(choose.choice(["a row,with", "a,row,with,too,many", 'a,"quote that stays open', ""]))
        if number % 1501 == 0:
            lines.append("x" * 5000)
    return "\r\n".join(lines).encode().replace(b"\xc3\xa9 b", b"\xe9 b")


@pytest.fixture(scope="module")
def data() -> bytes:
    return reviews(12_000)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """For runs of one engine that the other takes up: workers have one each."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def ray(one_thread):
    """Ray, connected to a cluster of its own, with CPUs for `cluster` and as many more."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    ray.init("local", num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield ray
    ray.shutdown()


@pytest.fixture(scope="module")
def cluster(ray, model_folder) -> Iterator[Cluster]:
    with Cluster(model_folder, "cpu", "float32", workers=2) as cluster:
        yield cluster


class Pair:
    """The same call, scored here and by a cluster."""

    def __init__(self, folder: Path, scorer: sf.Scorer, data: bytes, name: str = "in.csv") -> None:
        self.folder, self.scorer = folder, scorer
        self.input = folder / name
        self.input.write_bytes(data)

    def score(self, name: str, engine: Cluster | None = None, **options):
        model, engine_ = (self.scorer, "local") if engine is None else (engine.scorer, engine)
        options = {"window_bytes": WINDOW} | options
        return sf.score_csv(self.input, self.folder / name, model, engine=engine_, **options)

    def files(self, name: str) -> tuple[bytes, bytes | None]:
        rejects = self.folder / f"{name}.rejects.csv"
        return (self.folder / name).read_bytes(), rejects.read_bytes() if rejects.exists() else None

    def assert_same(self, one: str, other: str) -> None:
        assert self.files(one) == self.files(other)


@pytest.fixture
def pair(tmp_path, scorer, data) -> Pair:
    return Pair(tmp_path, scorer, data)


def kill(ray, cluster: Cluster, workers: int) -> None:
    """End the processes of so many workers, as a lack of memory would."""
    pids = [ray.get(actor.handle.__ray_call__.remote(lambda worker: os.getpid())) for actor in cluster._actors]
    for pid in pids[:workers]:
        os.kill(pid, signal.SIGKILL)


# --- the same bytes


@needs_ray
@pytest.mark.parametrize(
    "options",
    long_after(
        3,
        [
            {"status": True, "tokens": True},
            {"columns": ["stars", "review"], "excel_safe": True},
            {"max_record": 1000, "window_bytes": 700},  # lines of several windows
            {},
            {"text_column": "id", "delimiter": ","},
            {"text_column": 2, "skip_lines": 1, "comment": "7", "header": False},
        ],
    ),
)
def test_cluster_writes_what_a_local_run_writes(cluster, tmp_path, scorer, data, options):
    pair = Pair(tmp_path, scorer, data[: len(data) // 10] if "max_record" in options else data)
    local, remote = pair.score("local.csv", **options), pair.score("remote.csv", cluster, **options)
    assert pair.files("local.csv")[1]
    pair.assert_same("local.csv", "remote.csv")
    for name in ("rows", "rejects", "empty", "truncated", "invalid_utf8", "text_column"):
        assert getattr(local, name) == getattr(remote, name)


@needs_ray
def test_compressed_input_and_output_are_those_of_a_local_run(cluster, tmp_path, scorer, data):
    pair = Pair(tmp_path, scorer, gzip.compress(data), "in.csv.gz")
    pair.score("local.csv.gz")
    pair.score("remote.csv.gz", cluster)
    pair.assert_same("local.csv.gz", "remote.csv.gz")


@needs_ray
def test_stream_is_scored_as_in_a_local_run(cluster, scorer):
    data, local, remote = b"review\n" + b"good film\nbad\n\n" * 3000, io.BytesIO(), io.BytesIO()
    sf.score_csv(io.BytesIO(data), local, scorer, window_bytes=1000)
    sf.score_csv(io.BytesIO(data), remote, cluster.scorer, engine=cluster, window_bytes=1000)
    assert remote.getvalue() == local.getvalue()


@needs_ray
def test_file_of_no_rows_is_its_header(cluster, tmp_path, scorer):
    pair = Pair(tmp_path, scorer, b"id,review\n")
    assert pair.score("remote.csv", cluster).rows == 0
    assert pair.files("remote.csv") == (b"id,review,sentiment_label,sentiment_score\n", None)


@needs_ray
def test_strict_run_ends_as_a_local_one_does(cluster, pair):
    messages = []
    for engine in (None, cluster):
        with pytest.raises(DataError) as caught:
            pair.score("out.csv", engine, strict=True)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert [path.name for path in pair.folder.iterdir()] == ["in.csv"]


@needs_ray
def test_command_scores_many_files_at_once_to_the_same_files(ray, tmp_path, model_folder, capsys):
    for number in range(7):
        (tmp_path / f"{number}.csv").write_bytes(reviews(20 + number, seed=number))
    common = [str(tmp_path / "?.csv"), "--model", str(model_folder), "--device", "cpu", "--precision", "float32"]
    assert main(["score", *common, "-o", str(tmp_path / "local")]) == 1  # of some, records are rejected
    local = capsys.readouterr().err
    assert main(["score", *common, "-o", str(tmp_path / "remote"), "--engine", "ray", "--workers", "2"]) == 1
    remote = capsys.readouterr().err
    assert "Scoring with 2 workers of a Ray cluster, on cpu, float32" in remote
    names = sorted(path.name for path in (tmp_path / "local").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "remote").iterdir())
    assert len(names) >= 7
    for name in names:
        assert (tmp_path / "remote" / name).read_bytes() == (tmp_path / "local" / name).read_bytes()
    expected = local.splitlines()[-1].replace(str(tmp_path / "local"), str(tmp_path / "remote"))
    assert remote.splitlines()[-1][:500] == expected[:500]  # long messages are cut in the middle


@needs_ray
@pytest.mark.parametrize(
    ("read", "written"),
    long_after(
        3,
        [
            ("csv", "parquet"),
            ("jsonl", "csv"),
            ("parquet", "jsonl"),
            *(("csv", "csv"), ("csv", "jsonl"), ("jsonl", "jsonl")),
            *(("jsonl", "parquet"), ("parquet", "parquet"), ("parquet", "csv")),
        ],
    ),
)
def test_formats_are_written_as_in_a_local_run(cluster, tmp_path, scorer, data, read, written):
    texts = [f"good film {number} " + "bad " * (number % 7) for number in range(3000)]
    table = pa.table({"id": pa.array(range(3000)), "review": texts})
    if read == "csv":
        pair = Pair(tmp_path, scorer, data)
    elif read == "jsonl":
        lines = [json.dumps({"id": number, "review": text}) for number, text in enumerate(texts)]
        pair = Pair(tmp_path, scorer, "\n".join([*lines, "no object"]).encode(), "in.jsonl")
    else:
        pair = Pair(tmp_path, scorer, b"", "in.parquet")
        pq.write_table(table, pair.input, row_group_size=700)
    pair.score(f"local.{written}", window_bytes=4096)
    pair.score(f"remote.{written}", cluster, window_bytes=4096)
    pair.assert_same(f"local.{written}", f"remote.{written}")


@needs_ray
def test_several_files_are_written_into_one_as_in_a_local_run(cluster, tmp_path, scorer):
    names = [tmp_path / f"{number}.csv" for number in range(3)]
    for number, name in enumerate(names):
        name.write_bytes(reviews(500, seed=number))
    for output, model, engine in (("local.csv", scorer, "local"), ("remote.csv", cluster.scorer, cluster)):
        sf.score_csv(names, tmp_path / output, model, engine=engine, window_bytes=5000)
    assert (tmp_path / "remote.csv").read_bytes() == (tmp_path / "local.csv").read_bytes()
    rejects = [(tmp_path / f"{name}.csv.rejects.csv").read_bytes() for name in ("local", "remote")]
    assert rejects[0] == rejects[1]


@needs_ray
def test_threshold_that_the_workers_do_not_have_is_refused(cluster, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"review\ngood\n")
    before = cluster.scorer.threshold
    cluster.scorer.threshold = 0.3
    try:
        with pytest.raises(UsageError, match=r"the threshold that the cluster was opened with, 0\.5, got 0\.3"):
            sf.score_csv(tmp_path / "in.csv", tmp_path / "out.csv", engine=cluster)
    finally:
        cluster.scorer.threshold = before


# --- how much is under way


@needs_ray
def test_calls_are_asked_for_only_as_far_ahead_as_may_be_under_way(cluster):
    asked = 0

    def calls():
        nonlocal asked
        for number in range(40):
            asked += 1
            yield (sf.TokenIds(np.full(number + 1, 1, np.int32), np.array([0, number + 1])),)

    for handed_on, probabilities in enumerate(cluster.map("probabilities_of", calls())):
        assert probabilities.shape == (1, 2)
        assert asked - handed_on <= cluster.in_flight + 1
    assert handed_on == 39


@needs_ray
def test_cancelled_map_ends_and_leaves_the_cluster_to_others(cluster):
    ids = sf.TokenIds(np.ones(5, np.int32), np.array([0, 5]))
    cancelled = threading.Event()
    results = cluster.map("probabilities_of", itertools.repeat((ids,)), cancelled)
    next(results)
    cancelled.set()
    assert len(list(results)) <= cluster.in_flight + 1
    assert len(list(cluster.map("probabilities_of", [(ids,)] * 50))) == 50


# --- what cannot be


@needs_ray
def test_file_that_a_worker_does_not_have_keeps_what_was_scored(cluster, pair):
    pair.score("local.csv")
    hidden = pair.folder / "hidden.csv"

    def hide(consumed: int, rows: int) -> None:
        if pair.input.exists():
            pair.input.rename(hidden)

    with pytest.raises(ClusterError, match=r"in\.csv: is not on .*: every machine of the cluster must have it at"):
        pair.score("out.csv", cluster, on_window=hide)
    hidden.rename(pair.input)
    pair.score("out.csv", cluster)
    pair.assert_same("local.csv", "out.csv")


def test_worker_refuses_a_window_that_lies_elsewhere(tmp_path, model_folder, one_thread):
    (tmp_path / "in.csv").write_bytes(b"id,review\n1,good\n2,bad\n")
    place = WindowRange(tmp_path / "in.csv", "in.csv", Position(), Position(20, 3, 4, 2), False)
    worker = Worker(load_model(model_folder), "cpu", "float32", 1)
    options = ScoreOptions(window_bytes=1000)
    reading = Reading(options, reserved_names=("sentiment_label", "sentiment_score"), output="CSV", say=print)
    with pytest.raises(OSError, match=r"in\.csv: expected bytes 0 to 20 to be whole records on .*is it the same file"):
        worker.score_window(place, reading, options)


def test_without_ray_it_says_what_to_install(monkeypatch, tmp_path, model_folder):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    (tmp_path / "in.csv").write_bytes(b"review\ngood\n")
    with pytest.raises(UsageError, match=r"`engine=ray` needs ray, which is not installed: pip install .*\[ray\]"):
        sf.score_csv(tmp_path / "in.csv", tmp_path / "out.csv", model_folder, engine="ray")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "dask"}, "Expected `engine` to be local or ray, got 'dask'"),
        ({"workers": 2}, "Expected no `workers` without `engine=ray`"),
        ({"engine": "ray", "workers": 0}, "Expected `workers` of 1 or more, got 0"),
    ],
)
def test_senseless_requests_are_refused(scorer, options, message):
    with pytest.raises(UsageError, match=message):
        sf.score_csv(io.BytesIO(b"review\ngood\n"), io.BytesIO(), scorer, **options)


def test_command_refuses_workers_of_a_local_run(tmp_path, model_folder, capsys):
    (tmp_path / "in.csv").write_bytes(b"review\ngood\n")
    assert main(["score", str(tmp_path / "in.csv"), "--model", str(model_folder), "--workers", "2"]) == 2
    assert "Expected no --workers without --engine ray" in capsys.readouterr().err


# --- workers and drivers that end


@needs_ray
@pytest.mark.parametrize("killed", long_after(1, [1, 2]))
def test_killed_workers_are_replaced_and_nothing_is_lost_or_doubled(ray, pair, killed):
    said: list[str] = []
    with Cluster(pair.scorer, workers=2, say=said.append) as cluster:
        windows = 0

        def on_window(consumed: int, rows: int) -> None:
            nonlocal windows
            windows += 1
            if windows == 1:
                kill(ray, cluster, killed)

        pair.score("remote.csv", cluster, on_window=on_window)
        pair.score("local.csv")
        pair.assert_same("local.csv", "remote.csv")
        assert len([line for line in said if "is being replaced" in line]) == killed
        assert windows > 3 * cluster.in_flight


@needs_ray
def test_stopped_run_is_taken_up_by_either_engine(cluster, pair):
    pair.score("local.csv")
    stop = StopRequest()
    with pytest.raises(KeyboardInterrupt):
        pair.score("out.csv", cluster, on_window=lambda consumed, rows: stop.request(), stop=stop)
    assert (pair.folder / "out.csv.journal").exists()
    stop = StopRequest()
    with pytest.raises(KeyboardInterrupt):
        pair.score("out.csv", on_window=lambda consumed, rows: stop.request(), stop=stop)
    assert pair.score("out.csv", cluster).earlier_rows > 0
    pair.assert_same("local.csv", "out.csv")


@needs_ray
@pytest.mark.long
def test_run_whose_driver_is_killed_goes_on_to_the_same_bytes(ray, cluster, pair, model_folder):
    program = f"""
import os, signal
from sentiment_fast.scoring import output
from sentiment_fast.scoring.cluster.ray_cluster import Cluster
from sentiment_fast.scoring.score_files import score_files

def on_window(consumed, rows):
    if rows > 3000:
        os.kill(os.getpid(), signal.SIGKILL)

output.SECONDS_BETWEEN_RECORDS = 0.0
with Cluster({str(model_folder)!r}, "cpu", "float32", workers=1) as cluster:
    score_files("in.csv", "out.csv", cluster.scorer, engine=cluster, window_bytes={WINDOW}, on_window=on_window)
"""
    address = ray.get_runtime_context().gcs_address
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=pair.folder,
        env=os.environ | {"RAY_ADDRESS": address, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert pair.score("out.csv", cluster).earlier_rows > 0
    pair.score("local.csv")
    pair.assert_same("local.csv", "out.csv")
