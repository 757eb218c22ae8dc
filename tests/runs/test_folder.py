"""Folders of runs: which ones a run may write into."""

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.runs.folder import check_folder, dated_folder
from sentiment_fast.runs.record import RECORD


def check(folder, *names):
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    check_folder(folder, "run", leftovers=("early.json", "early.png"))


def test_an_empty_folder_is_taken(tmp_path):
    check(tmp_path / "run")


def test_a_folder_that_is_not_there_is_taken_and_not_made(tmp_path):
    check_folder(tmp_path / "run", "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("names", [(), ("early.json", "early.png"), ("early.json.part",)])
def test_a_folder_with_what_a_run_that_ended_early_has_left_is_taken(tmp_path, names):
    check(tmp_path / "run", RECORD, *names)


@pytest.mark.parametrize("names", [("anything",), ("early.json",), (RECORD, "early.json", "anything")])
def test_any_other_is_refused(tmp_path, names):
    with pytest.raises(UsageError, match="run: already holds something, and a run writes into an empty folder"):
        check(tmp_path / "run", *names)


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="already holds something"):
        check_folder(tmp_path / "file", "run")


def test_a_run_that_cannot_be_resumed_needs_an_empty_folder(tmp_path):
    (tmp_path / "anything").touch()
    with pytest.raises(UsageError, match="already holds something, and a search writes"):
        check_folder(tmp_path, "search")


def test_runs_that_begin_in_the_same_second_have_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = []
    for _ in range(3):
        found.append(dated_folder("start-"))
        found[-1].mkdir(parents=True)
    assert len(set(found)) == 3
    assert all(folder.parts[0] == "runs" and folder.name.startswith("start-20") for folder in found)
