"""Folders of runs: which ones a run may write into."""

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.runs.folder import check_folder


def check(folder, *names, resume):
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    check_folder(folder, "run", leftovers=("begun.part",), resume=resume, begun="begun", finished="finished")


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("names", [(), ("begun.part",)])
def test_an_empty_folder_is_taken(tmp_path, names, resume):
    check(tmp_path / "run", *names, resume=resume)


def test_a_folder_that_is_not_there_is_taken_and_not_made(tmp_path):
    check_folder(tmp_path / "run", "run")
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_run_is_taken_to_resume_it(tmp_path):
    check(tmp_path / "run", "begun", "anything", resume=True)


@pytest.mark.parametrize(
    ("names", "resume", "message"),
    [
        (("anything",), False, "run: already holds something, and a run writes into an empty folder"),
        (("begun",), False, "already holds something"),
        (("begun", "finished"), True, "already holds something"),
        (("anything",), True, "run: holds something, but no run that could be resumed"),
    ],
)
def test_any_other_is_refused(tmp_path, names, resume, message):
    with pytest.raises(UsageError, match=message):
        check(tmp_path / "run", *names, resume=resume)


@pytest.mark.parametrize("resume", [False, True])
def test_a_file_is_refused(tmp_path, resume):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="already holds something"):
        check_folder(tmp_path / "file", "run", resume=resume, begun="begun")


def test_a_run_that_cannot_be_resumed_needs_an_empty_folder(tmp_path):
    (tmp_path / "anything").touch()
    with pytest.raises(UsageError, match="already holds something, and a search writes"):
        check_folder(tmp_path, "search")
