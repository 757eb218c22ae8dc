"""The journal of a run: what it is, and how far it has come, in a file that survives a kill at any moment.

JSON lines, each with a checksum: first the run's identity, then its states, each appended and on disk only after the
data that it speaks of. Files of data are left to output.py.
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.window import Position
from sentiment_fast.runs.atomic import sync_folder

FORMAT = 2


@dataclass(frozen=True)
class Progress:
    """What is done, up to the end of a window.

    windows: how many. position: in the input. output_bytes, rejects_bytes: lengths of the files. rows: written;
    rejects, empty, truncated, invalid_utf8, replaced: how many. complete: all windows are.
    """

    windows: int = 0
    position: Position = field(default_factory=Position)
    output_bytes: int = 0
    rejects_bytes: int = 0
    rows: int = 0
    rejects: int = 0
    empty: int = 0
    truncated: int = 0
    invalid_utf8: int = 0
    replaced: int = 0
    complete: bool = False


class ScoringJournal:
    """A run's journal, locked while it is open.

    Takes up the run in the file if that has the same identity, else begins one where there is none. identity: what must
    be the same for a run to be the same, by name. Raises UsageError for a run of another identity, DataError for a file
    that is damaged, in use or cannot be written.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any], restart: bool = False) -> None:
        self.path = path
        self.state = Progress()
        identity = json.loads(json.dumps({"format": FORMAT, **identity}))  # as it comes back
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise DataError(f"{path}: cannot be written ({error.strerror})") from error
        try:
            self._lock()
            entries, size = ([], 0) if restart else self._read()
            if entries:
                _compare(path, entries[0], identity)
                if len(entries) > 1:
                    self.state = _state_of(path, entries[-1])
            os.ftruncate(self._file, size)
            os.lseek(self._file, size, os.SEEK_SET)
            if not entries:
                self._append(identity)
                sync_folder(path.parent)
        except BaseException:
            os.close(self._file)
            raise

    def record(self, state: Progress) -> None:
        """Note a state, the data of which is on disk. Raises DataError where that cannot be written."""
        self._append(asdict(state))
        self.state = state

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(f"{self.path}: another run is writing this output: wait for it, or end it") from error
        except OSError:  # a file system without locks
            pass

    def _read(self) -> tuple[list[dict[str, Any]], int]:
        """The entries, and the bytes they take: a line that was cut short by a kill is none."""
        with open(os.dup(self._file), "rb") as file:  # noqa: PTH123
            lines = file.read().splitlines(keepends=True)
        entries, size = [], 0
        for number, line in enumerate(lines, 1):
            entry = _checked(line)
            if entry is None and number < len(lines):
                raise DataError(f"{self.path}: line {number} is damaged: begin anew with --restart")
            if entry is not None:
                entries.append(entry)
                size += len(line)
        return entries, size

    def _append(self, entry: Mapping[str, Any]) -> None:
        line = memoryview(json.dumps({"checksum": _checksum(entry), "entry": entry}).encode() + b"\n")
        try:
            while line:
                line = line[os.write(self._file, line) :]
            os.fsync(self._file)
        except OSError as error:
            raise DataError(f"{self.path}: cannot be written ({error.strerror})") from error


def read_state(path: Path) -> Progress | None:
    """How far the run of a journal has come; None without one. Raises DataError for a damaged one."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError:
        return None
    entries = [entry for line in lines if (entry := _checked(line)) is not None]
    return None if not entries else Progress() if len(entries) == 1 else _state_of(path, entries[-1])


def _checksum(entry: Mapping[str, Any]) -> str:
    return f"{zlib.crc32(json.dumps(entry, sort_keys=True).encode()):08x}"


def _checked(line: bytes) -> dict[str, Any] | None:
    """A line's entry; None where the line is not whole."""
    try:
        found = json.loads(line)
        entry = found["entry"]
        return entry if line.endswith(b"\n") and found["checksum"] == _checksum(entry) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _state_of(path: Path, entry: dict[str, Any]) -> Progress:
    try:
        values = {one.name: entry[one.name] for one in fields(Progress)}
        return Progress(**(values | {"position": Position(**values["position"])}))
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: holds no state of a run ({error}): begin anew with --restart") from error


def _compare(path: Path, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for name in {**expected, **found}:
        if found.get(name) == expected.get(name):
            continue
        if name.startswith("input"):
            what = f"the {name} is not what the unfinished run began with"
        elif name == "model":
            what = "the model is not the one that the unfinished run began with"
        else:
            what = f"the unfinished run began with {name} {found.get(name)!r}, and this one has {expected.get(name)!r}"
        raise UsageError(f"{path}: {what}: give it what it began with, or begin anew with --restart")
