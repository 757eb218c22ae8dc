"""The end of a run: everything that is kept is on disk before anything goes that it could be resumed from."""

import json
import os
import shutil
from pathlib import Path

import pytest
import torch

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.errors import ModelFolderError
from sentiment_fast.model.folder import load_model
from sentiment_fast.report import run_folder
from sentiment_fast.training import finish, session
from sentiment_fast.training.checkpoints import CHECKPOINT
from sentiment_fast.training.distillation import SOFT_TARGETS
from sentiment_fast.training.finish import keep_for_good
from tests.long import long_after

pytestmark = pytest.mark.slow

SMALL = ["--set", "embedding_size=4", "--set", "hidden_size=4", "--set", "layers=1", "--set", "max_length=30"]


@pytest.fixture
def calls(monkeypatch):
    """What is synced, under its own name, and removed, in order."""
    recorded, fsync, unlink = [], os.fsync, os.unlink

    def synced(descriptor):
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        recorded.append(("fsync", name.removesuffix(".part")))
        fsync(descriptor)

    def unlinked(path, **options):
        recorded.append(("unlink", Path(path).name))
        unlink(path, **options)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "unlink", unlinked)
    return recorded


def check_order(calls, folder, removed):
    """All that is in the folder was synced, then the folder, and then these files were removed."""
    gone = calls.index(("unlink", removed))
    named = max(at for at in range(gone) if calls[at] == ("fsync", folder.name))
    kept = {path.name for path in folder.iterdir() if path.is_file()}
    assert removed not in kept
    assert kept <= {name for call, name in calls[:named] if call == "fsync"}


def test_the_finished_model_is_on_disk_before_its_checkpoint_goes(tmp_path, calls):
    folder, threads = tmp_path / "run", torch.get_num_threads()
    try:
        assert cli.main(["train", "--data", "demo:160", *SMALL, "--epochs", "1", "--out", str(folder)]) == 0
    finally:
        torch.set_num_threads(threads)
    load_model(folder)
    check_order(calls, folder, CHECKPOINT)
    last = {call: at for at, call in enumerate(calls)}
    for name in ("model.safetensors", "vocabulary.txt", "config.json", "metrics.json", "history.jsonl", "README.md"):
        assert last["fsync", name] < last["unlink", CHECKPOINT]


@pytest.mark.parametrize("removed", [CHECKPOINT, SOFT_TARGETS])
def test_what_only_resuming_needs_goes_last(tmp_path, calls, removed):
    names = ["model.safetensors", "metrics.json", "lengths.png", CHECKPOINT, SOFT_TARGETS]
    for name in names:
        (tmp_path / name).write_bytes(b"content")
    keep_for_good(tmp_path)
    check_order(calls, tmp_path, removed)
    assert {path.name for path in tmp_path.iterdir()} == set(names[:3])


def test_a_disk_that_fails_at_the_end_leaves_the_checkpoint(tmp_path, monkeypatch):
    for name in ("model.safetensors", CHECKPOINT):
        (tmp_path / name).write_bytes(b"content")

    def fail(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        keep_for_good(tmp_path)
    assert (tmp_path / CHECKPOINT).exists()


class Killed(BaseException):
    """What ends a run as a kill does: nothing catches it, nothing is tidied up after it."""


@pytest.fixture(scope="module")
def before_the_end(tmp_path_factory):
    """The folder of a run that was killed when all epochs were done, and that of the same run, whole."""
    folder, threads = tmp_path_factory.mktemp("runs"), torch.get_num_threads()
    options = {"set": {"embedding_size": 4, "hidden_size": 4, "layers": 1, "ngrams": 1, "ngram_bits": 10}, "epochs": 1}
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "finish_run", kill)
            with pytest.raises(Killed):
                sf.train("demo:160", out=folder / "killed", device="cpu", **options)
        sf.train("demo:160", out=folder / "whole", device="cpu", **options)
    finally:
        torch.set_num_threads(threads)
    return folder / "killed", folder / "whole"


def kill(*_, **__):
    raise Killed


@pytest.mark.parametrize(
    ("module", "name"),
    long_after(
        4,
        [
            (finish, "save_model"),
            (finish, "keep_for_good"),
            (finish, "remove_checkpoint"),
            (run_folder, "write_atomically"),
            *((finish, name) for name in ("calibrate", "evaluate_decision", "write_results", "sync_files")),
            (finish, "remove_temporary_files"),
            *((run_folder, name) for name in ("save_metrics", "learning_curves")),
        ],
    ),
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_run_that_is_killed_while_it_finishes_is_resumed_to_the_same_end(
    before_the_end, tmp_path, monkeypatch, module, name
):
    killed, whole = before_the_end
    shutil.copytree(killed, tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(module, name, kill)
        with pytest.raises(Killed):
            sf.train(out=tmp_path / "run", resume=True)
    resumed = sf.train(out=tmp_path / "run", resume=True)
    assert {path.name for path in (tmp_path / "run").iterdir()} == {path.name for path in whole.iterdir()}
    for same in ("model.safetensors", "config.json", "vocabulary.txt"):
        assert (tmp_path / "run" / same).read_bytes() == (whole / same).read_bytes()
    assert resumed.metrics["validation"] == json.loads((whole / "metrics.json").read_text())["validation"]


@pytest.mark.parametrize("name", ["metrics.json", "history.jsonl"])
@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b'{"epoch": "one"}\n', b"\xff", b"1" * 5000, None])
def test_a_finished_run_whose_figures_are_damaged_says_so(before_the_end, tmp_path, name, content):
    shutil.copytree(before_the_end[1], tmp_path / "run")
    path = tmp_path / "run" / name
    path.unlink()
    if content is None:
        os.mkfifo(path)
    else:
        path.write_bytes(content)
    if name == "metrics.json" and content == b'{"epoch": "one"}\n':
        assert sf.train(out=tmp_path / "run", resume=True).metrics == {"epoch": "one"}
        return
    if name == "history.jsonl" and content == b"":
        assert sf.train(out=tmp_path / "run", resume=True).history == []
        return
    with pytest.raises(
        ModelFolderError, match=r"is a finished run whose metrics\.json or history\.jsonl cannot be read"
    ):
        sf.train(out=tmp_path / "run", resume=True)
