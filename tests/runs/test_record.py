"""The record of a run: there from the first second, locked while the run lasts, gone with a run that left nothing."""

import contextlib

import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.runs.fingerprint import Wording
from sentiment_fast.runs.record import RECORD, RunRecord, read_record, remove_record

WORDING = Wording(noun="run", start_over="start over", differs="give the same options")
VALUES = {"options": {"epochs": 2}, "threads": 1}


def test_a_record_comes_back_and_makes_the_folder(tmp_path):
    with RunRecord(tmp_path / "runs" / "one", VALUES, WORDING):
        assert read_record(tmp_path / "runs" / "one") == VALUES
    assert read_record(tmp_path / "runs" / "one") == VALUES


@pytest.mark.parametrize("content", [None, b"", b"{}\n", b'{"checksum": "0", "entry": {}}\n'])
def test_without_a_whole_record_there_is_none(tmp_path, content):
    if content is not None:
        (tmp_path / RECORD).write_bytes(content)
    assert read_record(tmp_path) is None


def test_a_record_that_a_kill_tore_is_none_and_is_replaced(tmp_path):
    with RunRecord(tmp_path, VALUES, WORDING):
        pass
    whole = (tmp_path / RECORD).read_bytes()
    for length in range(len(whole)):
        (tmp_path / RECORD).write_bytes(whole[:length])
        assert read_record(tmp_path) is None
    with RunRecord(tmp_path, VALUES, WORDING):
        assert read_record(tmp_path) == VALUES


def test_a_second_run_in_the_folder_is_refused_while_the_first_lasts(tmp_path):
    with RunRecord(tmp_path, VALUES, WORDING):
        for again in (False, True):
            with pytest.raises(DataError, match="another run is writing"):
                RunRecord(tmp_path, VALUES, WORDING, again=again)
        assert read_record(tmp_path) == VALUES


def test_a_run_that_starts_over_must_be_the_same(tmp_path):
    with RunRecord(tmp_path, VALUES, WORDING):
        pass
    with RunRecord(tmp_path, VALUES, WORDING, again=True):
        pass
    with pytest.raises(UsageError, match="began with threads 1, and should now continue with 2: give the same options"):
        RunRecord(tmp_path, VALUES | {"threads": 2}, WORDING, again=True)


def test_a_new_run_replaces_the_record_of_one_that_ended_early(tmp_path):
    for threads in (1, 2):
        with RunRecord(tmp_path, VALUES | {"threads": threads}, WORDING):
            pass
    assert read_record(tmp_path) == VALUES | {"threads": 2}


def fail(folder, error, *names):
    with contextlib.suppress(type(error)), RunRecord(folder, VALUES, WORDING):
        for name in names:
            (folder / name).touch()
        raise error


def test_a_run_that_fails_with_nothing_done_leaves_nothing(tmp_path):
    fail(tmp_path / "runs" / "new", DataError("unreadable"))
    assert not (tmp_path / "runs").exists()
    (tmp_path / "empty").mkdir()
    fail(tmp_path / "empty", DataError("unreadable"))
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_run_that_fails_later_or_is_interrupted_keeps_its_record(tmp_path):
    fail(tmp_path / "later", DataError("unreadable"), "overview.json")
    fail(tmp_path / "interrupted", KeyboardInterrupt())
    assert read_record(tmp_path / "later") == read_record(tmp_path / "interrupted") == VALUES


def test_a_finished_run_removes_its_record(tmp_path):
    with RunRecord(tmp_path, VALUES, WORDING):
        remove_record(tmp_path)
    assert list(tmp_path.iterdir()) == []
