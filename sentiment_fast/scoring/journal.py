"""The journal of a scoring run: its fingerprint and its progress, from which it can be resumed.

In and out: a `Progress` <-> a dict in the journal, recorded once the data that it describes are on disk. The journal's
file is left to runs/journal.py, the output to output.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from sentiment_fast.errors import DataError, UsageError, quoted
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
_RESUMABLE, _REJECTS_OF = "resumable", "rejects of"  # in the fingerprint of a journal that only locks


@dataclass(frozen=True)
class Progress:
    """What is done, up to the end of a window.

    windows: the number of finished windows. position: where the next one begins. output_bytes, rejects_bytes: lengths
    of the files. output_digest, rejects_digest: those of their ends, or "". output_time, rejects_time: when they were
    last written to, if complete, else 0. rows: the number of rows written. rejects, empty, truncated, invalid_utf8,
    replaced: as in a `Summary`. complete: whether all windows are finished.
    """

    windows: int = 0
    position: Position = field(default_factory=Position)
    output_bytes: int = 0
    rejects_bytes: int = 0
    output_digest: str = ""
    rejects_digest: str = ""
    output_time: int = 0
    rejects_time: int = 0
    rows: int = 0
    rejects: int = 0
    empty: int = 0
    truncated: int = 0
    invalid_utf8: int = 0
    replaced: int = 0
    complete: bool = False


class ScoringJournal:
    """A run's journal, locked while it is open: see `runs.journal.Journal`, whose errors it raises.

    fingerprint: what must be equal for the run to be resumed, by name; None for an input that cannot be read again:
    then the journal only locks the output. progress: how far the run has come. Raises UsageError if such a run would
    replace the journal of one that can be resumed.
    """

    def __init__(self, path: Path, fingerprint: Mapping[str, Any] | None, restart: bool = False) -> None:
        self.resumable = fingerprint is not None
        recorded = next(iter(journal.read_journal(path)), {})
        has_progress = _RESUMABLE not in recorded
        if recorded and has_progress and fingerprint is None and not restart:
            raise UsageError(
                f"{path}: belongs to an unfinished run on another input: choose another `output`, or start over "
                "with `restart=True`"
            )
        fingerprint = {_RESUMABLE: False} if fingerprint is None else fingerprint
        self._open(path, fingerprint, restart or not has_progress)

    @classmethod
    def lock(cls, path: Path, output: Path | None) -> Self:
        """A journal that only locks a file of rejects, for the run with this output; None for a stream.

        Raises UsageError if the file belongs to the unfinished run with another output.
        """
        recorded = next(iter(journal.read_journal(path)), {})
        of_run, owner = None if output is None else str(output.resolve()), recorded.get(_REJECTS_OF)
        is_kept = isinstance(owner, str) and owner != of_run and Path(f"{owner}.journal").exists()
        if recorded and (is_kept or _RESUMABLE not in recorded):
            raise UsageError(
                f"{path}: belongs to an unfinished run: finish that one first, or choose another name with `rejects`"
            )
        made = cls.__new__(cls)
        made.resumable = False
        made._open(path, {_RESUMABLE: False, _REJECTS_OF: of_run}, restart=True)
        return made

    def _open(self, path: Path, fingerprint: Mapping[str, Any], restart: bool) -> None:
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


def has_journal(path: Path) -> bool:
    """Whether there is a journal of a run. Raises UsageError for anything else of that name."""
    return journal.check_journal(path)


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
        if type(value) is not type(kinds[name]) or (isinstance(value, int) and not 0 <= value < 1 << 63):
            raise _no_progress(path, f"{name}: {quoted(value)}")
    return progress


def _no_progress(path: Path, reason: object) -> DataError:
    return DataError(f"{path}: records no progress of a run ({reason!s:.200}): start over with `restart=True`")
