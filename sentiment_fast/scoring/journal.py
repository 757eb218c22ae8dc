"""The journal of a scoring run: its fingerprint and its progress, from which it can be resumed.

In and out: a `Progress` <-> a dict in the journal, recorded once the data that it describes are on disk. The journal's
file is left to runs/journal.py, the output to output.py.
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

FORMAT = 3
_WORDING = Wording(
    noun="unfinished run",
    start_over="start over with `restart=True`",
    differs="repeat the call that it began with, or start over with `restart=True`",
    digests=("input", "model"),
)


@dataclass(frozen=True)
class Progress:
    """What is done, up to the end of a window.

    windows: the number of finished windows. position: where the next one begins. output_bytes, rejects_bytes: lengths
    of the files. rows: the number of rows written. rejects, empty, no_known_words, truncated, invalid_utf8,
    na_spellings, replaced: as in a `Summary`. complete: whether all windows are finished.
    """

    windows: int = 0
    position: Position = field(default_factory=Position)
    output_bytes: int = 0
    rejects_bytes: int = 0
    rows: int = 0
    rejects: int = 0
    empty: int = 0
    no_known_words: int = 0
    truncated: int = 0
    invalid_utf8: int = 0
    na_spellings: int = 0
    replaced: int = 0
    complete: bool = False


class ScoringJournal:
    """A run's journal, locked while it is open: see `runs.journal.Journal`, whose errors it raises.

    fingerprint: what must be equal for the run to be resumed, by name. progress: how far the run has come.
    """

    def __init__(self, path: Path, fingerprint: Mapping[str, Any], restart: bool = False) -> None:
        self._journal = journal.Journal(path, {"format": FORMAT, **fingerprint}, _WORDING, restart=restart)
        self.progress = Progress()
        if self._journal.entries:
            try:
                self.progress = _progress_of(path, self._journal.entries[-1])
            except BaseException:
                self.close()
                raise

    def record(self, progress: Progress) -> None:
        """Record progress, once its data is on disk. Raises DataError if it cannot be written."""
        self._journal.append(asdict(progress))
        self.progress = progress

    def close(self) -> None:
        self._journal.close()

    def remove(self) -> None:
        self._journal.remove()


def read_progress(path: Path) -> Progress | None:
    """The progress in a journal; None if there is no journal. Raises DataError if it is damaged."""
    lines = journal.read_journal(path)
    return None if not lines else Progress() if len(lines) == 1 else _progress_of(path, lines[-1])


def _progress_of(path: Path, entry: dict[str, Any]) -> Progress:
    """Raises DataError for an entry that is not a Progress: a field is missing, of another type, or below 0."""
    try:
        values = {one.name: entry[one.name] for one in fields(Progress)}
        progress = Progress(**(values | {"position": Position(**values["position"])}))
    except (KeyError, TypeError) as error:
        raise _no_progress(path, error) from error
    found, kinds = ({**asdict(one.position), **asdict(one), "position": 0} for one in (progress, Progress()))
    for name, value in found.items():
        if type(value) is not type(kinds[name]) or value < 0:
            raise _no_progress(path, f"{name}: {value!r}")
    return progress


def _no_progress(path: Path, reason: object) -> DataError:
    return DataError(f"{path}: records no progress of a run ({reason}): start over with `restart=True`")
