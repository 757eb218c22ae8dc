"""Where a run's output goes: to files, with a journal for resuming the run, or to a stream.

In: bytes, window by window, and the progress after each. Out: OUTPUT and OUTPUT.rejects.csv. A compressed file is a
sequence of frames, one for each window, so that it is valid after every window. Which files may be written is left to
target.py.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from sentiment_fast.errors import DataError
from sentiment_fast.io.rejects import REJECTS_HEADER
from sentiment_fast.io.sink import Data, GrowingFile, StandardOutput, compression_of
from sentiment_fast.runs.atomic import sync_folder
from sentiment_fast.scoring.fingerprint import ends_digest
from sentiment_fast.scoring.journal import Progress, ScoringJournal

SECONDS_BETWEEN_RECORDS = 2.0


class Output(Protocol):
    """What a run writes to. progress: what is done so far. takes_rejects: whether it can store rejected records."""

    progress: Progress
    takes_rejects: bool

    def write(self, data: Data, rejects: bytes, progress: Progress, resumable: bool) -> None:
        """Append a window's bytes. progress: after the window; the lengths of the files are filled in here."""

    def pause(self) -> None:
        """Flush everything to its destination, so that a later run can resume from there."""

    def hurry(self) -> None:
        """Stop waiting for a reader that does not read: the run was asked to stop. Safe in signal handlers."""

    def end(self, data: bytes, progress: Progress) -> None:
        """Append the bytes that complete the output. progress: after it; the lengths of the files are filled in."""

    def finish(self) -> None:
        """Give the files their names."""

    def abandon(self) -> None:
        """Remove what was written, because the run cannot be resumed."""

    def close(self) -> None:
        """Must always be called at the end."""


class FileOutput:
    """Output and rejects as files.

    journal: the run's, which locks the output. locks: those of the rejects, if another run could write them. force:
    whether existing files are replaced. Raises DataError if unfinished files are not those that the journal describes.
    """

    takes_rejects = True

    def __init__(
        self,
        path: Path,
        rejects: Path,
        journal: ScoringJournal,
        rejects_header: bytes = REJECTS_HEADER,
        locks: Sequence[ScoringJournal] = (),
        force: bool = False,
    ) -> None:
        self.progress = journal.progress
        self._journal, self._rejects_header, self._locks, self._force = journal, rejects_header, locks, force
        self._compress = compression_of(path)
        finished = self.progress.complete and not Path(f"{path}.part").exists()
        self._output = GrowingFile(path, 0 if finished else self.progress.output_bytes)
        renamed = self.progress.complete and not Path(f"{rejects}.part").exists()
        try:
            self._rejects = GrowingFile(rejects, 0 if renamed else self.progress.rejects_bytes)
            _check(self._output, self.progress.output_digest)
        except BaseException:
            self._output.close()
            raise
        try:
            _check(self._rejects, self.progress.rejects_digest)
        except BaseException:
            self._output.close()
            raise
        self._output.size, self._rejects.size = self.progress.output_bytes, self.progress.rejects_bytes
        self._finished = finished and renamed
        self._recorded = time.monotonic()

    def write(self, data: Data, rejects: bytes, progress: Progress, resumable: bool) -> None:
        if len(data):
            self._output.write(self._compress(data))
        if rejects:
            if self._rejects.size == 0:
                self._rejects.write(self._rejects_header)
            self._rejects.write(rejects)
        if resumable:
            self.progress = _with_lengths(progress, self._output.size, self._rejects.size)
            if time.monotonic() - self._recorded >= SECONDS_BETWEEN_RECORDS:
                self.pause()

    def pause(self) -> None:
        self._output.sync()
        self._rejects.sync()
        if self._journal.resumable:
            self.progress = self._with_digests(self.progress)
            if self._journal.progress != self.progress:
                self._journal.record(self.progress)
        self._recorded = time.monotonic()

    def _with_digests(self, progress: Progress) -> Progress:
        found: dict[str, Any] = {}
        for name, file in (("output", self._output), ("rejects", self._rejects)):
            if file.descriptor is not None:
                found[f"{name}_digest"] = ends_digest(file.descriptor, getattr(progress, f"{name}_bytes"))
                found[f"{name}_time"] = file.time if progress.complete else 0
        return replace(progress, **found)

    def hurry(self) -> None:
        """Nothing to do: a file does not wait for a reader."""

    @property
    def part(self) -> Path:
        """The file that the output is written to until it is complete."""
        return self._output.part

    def end(self, data: bytes, progress: Progress) -> None:
        if data or self._output.size == 0:
            self._output.write(self._compress(data))
        # Complete from here on, because a run cannot be resumed after these bytes.
        self.progress = _with_lengths(progress, self._output.size, self._rejects.size, complete=True)

    def finish(self) -> None:
        self.progress = _with_lengths(self.progress, self._output.size, self._rejects.size, complete=True)
        self.pause()
        self._rejects.publish(self._force)
        self._output.publish(self._force)
        sync_folder(self._output.path.parent)
        self._finished = True

    @property
    def resumable(self) -> bool:
        return self._journal.resumable

    def remove_journal(self) -> None:
        self._journal.remove()

    def close(self) -> None:
        self._output.close()
        self._rejects.close()
        if self._finished and not self._journal.resumable:
            self._journal.remove()
        self._journal.close()
        _release(self._locks, self._finished)

    def abandon(self) -> None:
        self._output.discard()
        self._rejects.discard()
        self._finished = True
        self.remove_journal()


def _check(file: GrowingFile, digest: str) -> None:
    """Raises DataError, and closes the file, unless it begins with what an earlier run wrote."""
    if file.descriptor is not None and ends_digest(file.descriptor, file.size) != digest:
        file.close()
        raise DataError(f"{file.part}: is not what the unfinished run wrote: start over with `restart=True`")


def _release(locks: Sequence[ScoringJournal], finished: bool) -> None:
    """Unlock files. finished: no later run resumes this one, so the lock's file can go."""
    for lock in locks:
        if finished:
            lock.remove()
        lock.close()


def _with_lengths(progress: Progress, output_bytes: int, rejects_bytes: int, complete: bool = False) -> Progress:
    return replace(progress, output_bytes=output_bytes, rejects_bytes=rejects_bytes, complete=complete)


class StreamOutput:
    """A binary stream, such as stdout. Rejects go to a file, if one is given."""

    def __init__(
        self,
        stream: Any,
        rejects: Path | None,
        rejects_header: bytes = REJECTS_HEADER,
        locks: Sequence[ScoringJournal] = (),
        force: bool = False,
    ) -> None:
        self._rejects_header, self._locks, self._force = rejects_header, locks, force
        self.progress = Progress()
        self.takes_rejects = rejects is not None
        self._stream = stream
        self._rejects = None if rejects is None else GrowingFile(rejects)

    def write(self, data: Data, rejects: bytes, progress: Progress, resumable: bool) -> None:
        self._stream.write(data)
        if rejects and self._rejects is not None:
            if self._rejects.size == 0:
                self._rejects.write(self._rejects_header)
            self._rejects.write(rejects)
        self.progress = progress

    def end(self, data: bytes, progress: Progress) -> None:
        self._stream.write(data)
        self.progress = progress

    def pause(self) -> None:
        self._stream.flush()

    def hurry(self) -> None:
        if isinstance(self._stream, StandardOutput):
            self._stream.hurry()

    def finish(self) -> None:
        self._stream.flush()
        if self._rejects is not None:
            self._rejects.publish(self._force)

    def abandon(self) -> None:
        if self._rejects is not None:
            self._rejects.discard()

    def close(self) -> None:
        if isinstance(self._stream, StandardOutput):
            self._stream.close()
        if self._rejects is not None:
            self._rejects.close()
        _release(self._locks, finished=True)
