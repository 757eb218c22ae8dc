"""The end of a run: everything that is kept is on disk before anything goes that it could be resumed from."""

import os
from pathlib import Path

import pytest
import torch

from sentiment_fast import cli
from sentiment_fast.model.folder import load_model
from sentiment_fast.training.checkpoints import CHECKPOINT
from sentiment_fast.training.distillation import SOFT_TARGETS
from sentiment_fast.training.finish import keep_for_good

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
