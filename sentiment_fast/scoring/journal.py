"""What a run of scoring records in its journal: how far it has come, and what it is resumed by.

In and out: a `Progress` <-> a dict in the journal, recorded after the data that it speaks of are on disk. The file is
left to runs/journal.py, files of data to output.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from sentiment_fast.errors import DataError
from sentiment_fast.io.window import Position
from sentiment_fast.runs import journal
from sentiment_fast.runs.fingerprint import Wording

FORMAT = 2
_WORDING = Wording(
    noun="unfinished run",
    start_over="start over with --restart",
    differs="give it what it began with, or start over with --restart",
    digests=("input", "model"),
)


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
    """A run's journal, locked while it is open: see `runs.journal.Journal`, whose errors it raises.

    identity: what must be the same for a run to be the same, by name. state: how far the run has come.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any], restart: bool = False) -> None:
        self._journal = journal.Journal(path, {"format": FORMAT, **identity}, _WORDING, restart=restart)
        self.state = Progress()
        if self._journal.entries:
            try:
                self.state = _state_of(path, self._journal.entries[-1])
            except BaseException:
                self.close()
                raise

    def record(self, state: Progress) -> None:
        """Record a state, after its data is on disk. Raises DataError if it cannot be written."""
        self._journal.append(asdict(state))
        self.state = state

    def close(self) -> None:
        self._journal.close()

    def remove(self) -> None:
        self._journal.remove()


def read_state(path: Path) -> Progress | None:
    """How far the run of a journal has come; None without one. Raises DataError for a damaged one."""
    lines = journal.read_journal(path)
    return None if not lines else Progress() if len(lines) == 1 else _state_of(path, lines[-1])


def _state_of(path: Path, entry: dict[str, Any]) -> Progress:
    """Raises DataError for an entry that is not a state: one of its fields is missing, of another type, or below 0."""
    try:
        values = {one.name: entry[one.name] for one in fields(Progress)}
        state = Progress(**(values | {"position": Position(**values["position"])}))
    except (KeyError, TypeError) as error:
        raise _no_state(path, error) from error
    found, kinds = ({**asdict(one.position), **asdict(one), "position": 0} for one in (state, Progress()))
    for name, value in found.items():
        if type(value) is not type(kinds[name]) or value < 0:
            raise _no_state(path, f"{name}: {value!r}")
    return state


def _no_state(path: Path, reason: object) -> DataError:
    return DataError(f"{path}: holds no state of a run ({reason}): start over with --restart")
