"""The journal of a run: what it is, and how far it has come, in a file that survives a kill at any moment.

In and out: dicts <-> lines of JSON, each with a checksum: first the run's fingerprint, then its entries, each on disk
before `append` returns. A file of that name that is not a journal is never changed. What the entries mean is left to
each kind of run.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import weakref
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.runs.atomic import sync_folder
from sentiment_fast.runs.fingerprint import Wording, as_recorded, check_fingerprint
from sentiment_fast.runs.regular_files import check_regular, read_regular

_FIRST_BYTES = b'{"checksum": "'
_MOST_BYTES = 1 << 30  # a line every two seconds for two months


class JournalError(DataError):
    """A line of a journal is not what was written."""


class Journal:
    """A run's journal, locked while it is open: close it, or use it in a `with` statement.

    Opens the journal in the file if it has the same fingerprint, and creates one if there is none. entries: those after
    the fingerprint; the first of them is in line 2. existed: whether there was a journal already, maybe one that was
    cut short. Raises UsageError or DataError for another fingerprint, as `check_fingerprint` does, JournalError,
    UsageError for a file that is not a journal, and DataError for one that is in use or can't be written.
    """

    def __init__(self, path: Path, fingerprint: Mapping[str, Any], wording: Wording, *, restart: bool = False) -> None:
        self.path = path
        self.entries: list[dict[str, Any]] = []
        self._wording = wording
        self._open()
        try:
            content = self._content()
            self.existed = bool(content)
            found, size = ([], 0) if restart else self._entries_of(content)
            if found:
                check_fingerprint(path, found[0], fingerprint, wording)
                self.entries = found[1:]
            os.ftruncate(self._file, size)
            os.lseek(self._file, size, os.SEEK_SET)
            if not found:
                self._write(as_recorded(fingerprint))
                sync_folder(path.parent)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def append(self, entry: Mapping[str, Any]) -> None:
        """Record an entry, on disk. Raises DataError if it can't be written."""
        self._write(entry)
        self.entries.append(dict(entry))

    def close(self) -> None:
        self._file = -1
        self._close()

    def remove(self) -> None:
        """Delete the file, unless it was closed, when it may already be another run's."""
        if self._file != -1:
            self.path.unlink(missing_ok=True)
            self.close()

    def _open(self) -> None:
        """Open and lock the file. One that another run removed in between is not the journal any more."""
        while True:
            try:
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
                self._file = os.open(self.path, flags, 0o666)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
                    raise _not_a_journal(self.path) from error
                raise DataError(f"{self.path}: cannot be written ({error.strerror})") from error
            self._close = weakref.finalize(self, os.close, self._file)  # also if nobody closes it: its lock goes
            try:
                self._lock()
                if self._is_the_path():
                    return
            except BaseException:
                self.close()
                raise
            self.close()

    def _is_the_path(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._file), self.path.lstat())
        except FileNotFoundError:
            return False

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(f"{self.path}: another run is writing this output: wait for it, or end it") from error
        except OSError:  # a file system without locks
            pass

    def _content(self) -> bytes:
        try:
            check_regular(self._file, str(self.path), _MOST_BYTES)
        except OSError as error:
            raise _not_a_journal(self.path) from error
        with open(os.dup(self._file), "rb") as file:  # noqa: PTH123
            content = file.read()
        if not _is_ours(content):
            raise _not_a_journal(self.path)
        return content

    def _entries_of(self, content: bytes) -> tuple[list[dict[str, Any]], int]:
        """The fingerprint and the entries, and the bytes they take; a last line that is cut short does not count."""
        lines = content.splitlines(keepends=True)
        entries, size = [], 0
        for number, line in enumerate(lines, 1):
            entry = _checked(line)
            if entry is None and number < len(lines):
                raise JournalError(f"{self.path}: line {number} is damaged: {self._wording.start_over}")
            if entry is not None:
                entries.append(entry)
                size += len(line)
        return entries, size

    def _write(self, entry: Mapping[str, Any]) -> None:
        line = memoryview(json.dumps({"checksum": _checksum(entry), "entry": entry}).encode() + b"\n")
        try:
            while line:
                line = line[os.write(self._file, line) :]
            os.fsync(self._file)
        except OSError as error:
            raise DataError(f"{self.path}: cannot be written ({error.strerror})") from error


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The intact lines of a journal, whether in use or not: the fingerprint and the entries; [] if there is none."""
    try:
        lines = read_regular(path, _MOST_BYTES).splitlines(keepends=True)
    except OSError:
        return []
    return [entry for line in lines if (entry := _checked(line)) is not None]


def check_journal(path: Path) -> bool:
    """Whether there is a journal, maybe one that was cut short.

    Raises UsageError for anything else of that name, DataError for a file that can't be read.
    """
    try:
        if path.is_symlink():
            raise _not_a_journal(path)
        content = read_regular(path, _MOST_BYTES)
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EIO):
            raise DataError(f"{path}: cannot be read ({error.strerror})") from error
        raise _not_a_journal(path) from error
    if not _is_ours(content):
        raise _not_a_journal(path)
    return bool(content)


def _is_ours(content: bytes) -> bool:
    """Whether it begins as a journal does, as far as it goes: a kill may leave only the first bytes."""
    return content.startswith(_FIRST_BYTES[: len(content)])


def _not_a_journal(path: Path) -> UsageError:
    return UsageError(
        f"{path}: expected the journal of a run, got something else, which is left as it is: move it away, or write to "
        "another place"
    )


def _checksum(entry: Mapping[str, Any]) -> str:
    return f"{zlib.crc32(json.dumps(entry, sort_keys=True).encode()):08x}"


def _checked(line: bytes) -> dict[str, Any] | None:
    """A line's entry; None if the line is not whole."""
    try:
        found = json.loads(line)
        entry = found["entry"]
        whole = line.endswith(b"\n") and isinstance(entry, dict) and found["checksum"] == _checksum(entry)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return entry if whole else None
