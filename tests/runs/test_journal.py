"""Journals: what was appended comes back, a torn end does not count, and damage, locks and full disks are errors."""

import fcntl
import json
import os
import zlib
from pathlib import Path

import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.runs.fingerprint import Wording
from sentiment_fast.runs.journal import Journal, JournalError, check_journal, read_journal

WORDING = Wording("run", "start over with --restart", "give it what it began with", digests=("model",))
FINGERPRINT = {"model": "digest", "sizes": (1, 2)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "it.journal"


def opened(path, restart=False, **changes):
    return Journal(path, FINGERPRINT | changes, WORDING, restart=restart)


def write(path, *entries):
    with opened(path) as journal:
        for entry in entries:
            journal.append(entry)


def entries_of(path):
    with opened(path) as journal:
        return journal.entries


def test_entries_come_back_in_order(path):
    write(path, {"a": 1}, {"b": [1.5, None, "é"]})
    write(path, {"c": {}})
    assert entries_of(path) == [{"a": 1}, {"b": [1.5, None, "é"]}, {"c": {}}]


def test_it_is_lines_of_json_with_checksums_and_the_fingerprint_first(path):
    write(path, {"a": 1})
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert all(line.keys() == {"checksum", "entry"} for line in lines)
    assert [line["entry"] for line in lines] == [{"model": "digest", "sizes": [1, 2]}, {"a": 1}]
    assert read_journal(path) == [line["entry"] for line in lines]


def test_a_journal_that_is_not_there_has_no_lines(path):
    assert read_journal(path) == []


def test_each_entry_is_on_disk_before_append_returns(path, monkeypatch):
    synced, fsync = [], os.fsync

    def record(descriptor):
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    with opened(path) as journal:
        assert synced == ["it.journal", path.parent.name]
        journal.append({"a": 1})
        assert synced[2:] == ["it.journal"]


def test_every_cut_of_the_last_line_takes_off_that_line_only(path):
    write(path, {"a": 1}, {"b": 2})
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in range(1, len(last) + 1):
        path.write_bytes(whole[:-cut])
        assert entries_of(path) == [{"a": 1}]
        write(path, {"c": 3})
        assert entries_of(path) == [{"a": 1}, {"c": 3}]


def test_a_torn_fingerprint_is_a_journal_that_never_began(path):
    write(path, {"a": 1})
    path.write_bytes(path.read_bytes()[:20])
    assert entries_of(path) == []


LINES = [
    "{",
    "[]",
    "{}",
    "null",
    "",
    '{"checksum": "a", "entry": {}}',
    json.dumps({"checksum": f"{zlib.crc32(b'[1]'):08x}", "entry": [1]}),  # not an object
    "\udcff",
]


@pytest.mark.parametrize("line", LINES)
def test_a_damaged_line_before_the_last_is_refused_with_its_number(path, line):
    write(path, {"a": 1})
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + line.encode("utf-8", "surrogateescape") + b"\n" + second)
    with pytest.raises(JournalError, match=r"it\.journal: line 2 is damaged: start over with --restart"):
        opened(path)


def test_every_changed_byte_of_an_entry_is_noticed(path):
    write(path, {"a": 12}, {"b": 2})
    whole = path.read_bytes()
    start = whole.index(b'"a"')
    for at in range(start, start + 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(JournalError, match="line 2"):
            opened(path)


def test_another_fingerprint_is_refused_and_changes_nothing(path):
    write(path, {"a": 1})
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"began with sizes \[1, 2\], and should now continue with \[3\]"):
        opened(path, sizes=[3])
    assert path.read_bytes() == before


def test_a_restart_begins_with_the_new_fingerprint(path):
    write(path, {"a": 1})
    opened(path, restart=True, sizes=[3]).close()
    assert read_journal(path) == [{"model": "digest", "sizes": [3]}]


def test_a_journal_in_use_is_refused(path):
    with opened(path), pytest.raises(DataError, match="another run is writing this output: wait for it, or end it"):
        opened(path)
    opened(path).close()


def test_a_journal_that_nobody_refers_to_is_no_longer_in_use(path):
    opened(path)
    opened(path).close()


def test_a_journal_can_be_closed_twice_and_takes_nothing_then(path):
    journal = opened(path)
    journal.close()
    journal.close()
    with pytest.raises(DataError, match="cannot be written"):
        journal.append({"a": 1})


def test_a_journal_that_is_removed_is_gone(path):
    opened(path).remove()
    assert not path.exists()


def test_a_folder_that_is_missing_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="cannot be written"):
        opened(tmp_path / "missing" / "it.journal")


def test_a_disk_that_fails_is_a_data_error_with_its_cause(path, monkeypatch):
    def fail(descriptor):
        raise OSError(5, "Input/output error")

    with opened(path) as journal:
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(DataError, match=r"cannot be written \(Input/output error\)") as raised:
            journal.append({"a": 1})
        assert isinstance(raised.value.__cause__, OSError)
        assert journal.entries == []


@pytest.mark.parametrize(
    "content", [b"someone else's\n", b"{}\n", b'{"check', b"\0" * 100, b'{"checksum": "'], ids=repr
)
@pytest.mark.parametrize("restart", [False, True])
def test_a_file_that_is_not_a_journal_is_left_as_it_is(path, content, restart):
    path.write_bytes(content)
    if b'{"checksum": "'.startswith(content):  # as far as it goes, it is one
        assert check_journal(path)
        opened(path, restart).close()
        return
    for look in (lambda: opened(path, restart), lambda: check_journal(path)):
        with pytest.raises(UsageError, match=r"it\.journal: expected the journal of a run, got something else"):
            look()
    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "dangling link", "device", "sparse"])
def test_what_is_no_regular_file_is_not_a_journal_and_nobody_waits_for_it(path, kind):
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "sparse":
        path.touch()
        os.truncate(path, 20 << 30)
    else:
        write(path.with_name("other"), {"a": 1})
        path.symlink_to({"link": "other", "dangling link": "missing", "device": "/dev/zero"}[kind])
    for look in (lambda: opened(path), lambda: opened(path, restart=True), lambda: check_journal(path)):
        with pytest.raises(UsageError, match="expected the journal of a run"):
            look()
    assert read_journal(path) == [] or kind == "link"


def test_a_journal_existed_if_there_was_anything_of_it(path):
    assert not check_journal(path)
    with opened(path) as journal:
        assert not journal.existed
    assert check_journal(path)
    with opened(path, restart=True) as journal:
        assert journal.existed


def test_a_journal_that_another_run_removes_while_it_is_opened_is_made_again(path, monkeypatch):
    """As when one run waits for the lock of another that ends, and a third one begins."""
    first = opened(path)
    flock, calls = fcntl.flock, []

    def remove_first(descriptor, how):
        if not calls:
            calls.append(how)
            first.remove()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", remove_first)
    with opened(path) as second:
        second.append({"a": 1})
        assert [entry.get("a") for entry in read_journal(path)] == [None, 1]
        with pytest.raises(DataError, match="another run is writing"):
            opened(path)


def test_a_journal_that_was_closed_does_not_remove_a_later_one(path):
    first = opened(path)
    first.close()
    with opened(path):
        first.remove()
        assert path.exists()
