"""Atomic writes: a file is whole, on disk and alone, or the earlier one is still there; and in what order."""

import os
from pathlib import Path

import pytest

from sentiment_fast.runs.atomic import part_of, publish, sync_files, write_atomically, write_together


@pytest.fixture
def calls(monkeypatch):
    """The names of files and folders, in the order in which they are synced and get their names."""
    recorded, fsync, replace = [], os.fsync, Path.replace

    def synced(descriptor):
        recorded.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    def replaced(path, target):
        recorded.append(("replace", Path(target).name))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    return recorded


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"\0\r\n", b"\0\r\n"), ("é\n", b"\xc3\xa9\n"), (lambda file: file.write(b"written"), b"written")],
)
def test_bytes_text_and_a_function_are_written(tmp_path, content, expected):
    write_atomically(tmp_path / "a.txt", content)
    assert (tmp_path / "a.txt").read_bytes() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_the_content_is_on_disk_before_the_name_and_the_name_after_it(tmp_path, calls):
    write_atomically(tmp_path / "a.txt", "content")
    assert calls == [("fsync", "a.txt.part"), ("replace", "a.txt"), ("fsync", tmp_path.name)]


def test_files_that_belong_together_get_their_names_when_all_are_on_disk(tmp_path, calls):
    write_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert calls == [
        ("fsync", "a.part"),
        ("fsync", "b.part"),
        ("replace", "a"),
        ("replace", "b"),
        ("fsync", tmp_path.name),
    ]


def test_a_file_written_elsewhere_is_on_disk_before_it_is_published(tmp_path, calls):
    (tmp_path / "there").write_bytes(b"1")
    publish(tmp_path / "there", tmp_path / "here")
    assert calls == [("fsync", "there"), ("replace", "here"), ("fsync", tmp_path.name)]


def test_files_are_synced_and_then_their_folder(tmp_path, calls):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"1")
    sync_files(tmp_path / name for name in ("a", "b"))
    assert calls == [("fsync", "a"), ("fsync", "b"), ("fsync", tmp_path.name)]


def test_a_file_that_is_missing_cannot_be_synced(tmp_path):
    with pytest.raises(FileNotFoundError):
        sync_files([tmp_path / "missing"])


def fail(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("at", ["content", "fsync", "replace"])
def test_a_failure_leaves_the_earlier_files_and_nothing_else(tmp_path, monkeypatch, at):
    first, second = tmp_path / "a", tmp_path / "b"
    write_together({first: b"1", second: b"2"})
    if at == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    if at == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_together({first: b"3", second: fail if at == "content" else b"4"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "b": b"2"}


def test_an_interrupted_write_leaves_nothing(tmp_path):
    def interrupted(file):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", interrupted)
    assert list(tmp_path.iterdir()) == []


def test_what_a_kill_left_is_overwritten(tmp_path):
    part_of(tmp_path / "a").write_bytes(b"much longer than the content")
    write_atomically(tmp_path / "a", b"1")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1"}
