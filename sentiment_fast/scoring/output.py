"""Where a run's output goes: files with a journal, by which it can be resumed, or a stream.

In: bytes, window by window, and the progress after each. Out: OUTPUT and OUTPUT.rejects.csv. A compressed file is a row
of frames, one for each window, so that what was written up to the end of any window is a valid file.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.rejects import FIRST_FIELD, REJECTS_HEADER
from sentiment_fast.io.sink import GrowingFile, StandardOutput, compression_of, standard_output
from sentiment_fast.runs.atomic import sync_folder
from sentiment_fast.scoring.journal import Progress, ScoringJournal, read_state

SECONDS_BETWEEN_STATES = 2.0


class Output(Protocol):
    """What a run writes to. progress: what is done so far. takes_rejects: whether there is a place for rejects."""

    progress: Progress
    takes_rejects: bool

    def write(self, data: Any, rejects: bytes, progress: Progress, resumable: bool) -> None:
        """Append a window's bytes. progress: after it, without the lengths of the files, which are added."""

    def pause(self) -> None:
        """Bring all of it to where it goes, so that a later run can resume from there."""

    def hurry(self) -> None:
        """The run was asked to stop, maybe in a signal handler: no more waiting for a reader who does not read."""

    def end(self, data: bytes, progress: Progress) -> None:
        """Append what makes the output whole. progress: the last one, without the lengths of the files."""

    def finish(self) -> None:
        """Give everything that was written its name."""

    def abandon(self) -> None:
        """Remove what was written: it will not be resumed."""

    def close(self) -> None:
        """To be called in any case, at the end."""


class FileOutput:
    """Output and rejects as files; with a journal, the run can be resumed.

    journal: None for an input that cannot be read again.
    """

    takes_rejects = True

    def __init__(
        self,
        path: Path,
        rejects: Path,
        journal: ScoringJournal | None,
        rejects_header: bytes = REJECTS_HEADER,
    ) -> None:
        self.progress = Progress() if journal is None else journal.state
        self._journal, self._rejects_header = journal, rejects_header
        self._compress = compression_of(path)
        finished = self.progress.complete and not Path(f"{path}.part").exists()
        self._output = GrowingFile(path, 0 if finished else self.progress.output_bytes)
        renamed = self.progress.complete and not Path(f"{rejects}.part").exists()
        self._rejects = GrowingFile(rejects, 0 if renamed else self.progress.rejects_bytes)
        self._output.size, self._rejects.size = self.progress.output_bytes, self.progress.rejects_bytes
        self._recorded = time.monotonic()

    def write(self, data: Any, rejects: bytes, progress: Progress, resumable: bool) -> None:
        if len(data):
            self._output.write(self._compress(data))
        if rejects:
            if self._rejects.size == 0:
                self._rejects.write(self._rejects_header)
            self._rejects.write(rejects)
        if resumable:
            self.progress = _with_lengths(progress, self._output.size, self._rejects.size)
            if time.monotonic() - self._recorded >= SECONDS_BETWEEN_STATES:
                self.pause()

    def pause(self) -> None:
        self._output.sync()
        self._rejects.sync()
        if self._journal is not None and self._journal.state != self.progress:
            self._journal.record(self.progress)
        self._recorded = time.monotonic()

    def hurry(self) -> None:
        """Files have no readers."""

    @property
    def part(self) -> Path:
        """Where the output grows."""
        return self._output.part

    def end(self, data: bytes, progress: Progress) -> None:
        if data or self._output.size == 0:
            self._output.write(self._compress(data))
        # Complete at once, because a run cannot be resumed after these bytes.
        self.progress = _with_lengths(progress, self._output.size, self._rejects.size, complete=True)

    def finish(self) -> None:
        self.progress = _with_lengths(self.progress, self._output.size, self._rejects.size, complete=True)
        self.pause()
        self._rejects.publish()
        self._output.publish()
        sync_folder(self._output.path.parent)

    @property
    def resumable(self) -> bool:
        return self._journal is not None

    def remove_journal(self) -> None:
        if self._journal is not None:
            self._journal.remove()

    def close(self) -> None:
        self._output.close()
        self._rejects.close()
        if self._journal is not None:
            self._journal.close()

    def abandon(self) -> None:
        self._output.discard()
        self._rejects.discard()
        self.remove_journal()


def _with_lengths(progress: Progress, output_bytes: int, rejects_bytes: int, complete: bool = False) -> Progress:
    return replace(progress, output_bytes=output_bytes, rejects_bytes=rejects_bytes, complete=complete)


class StreamOutput:
    """A binary stream, such as stdout; rejects go to a file, if there is one."""

    def __init__(self, stream: Any, rejects: Path | None, rejects_header: bytes = REJECTS_HEADER) -> None:
        self._rejects_header = rejects_header
        self.progress = Progress()
        self.takes_rejects = rejects is not None
        self._stream = stream
        self._rejects = None if rejects is None else GrowingFile(rejects)

    def write(self, data: Any, rejects: bytes, progress: Progress, resumable: bool) -> None:
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
            self._rejects.publish()

    def abandon(self) -> None:
        if self._rejects is not None:
            self._rejects.discard()

    def close(self) -> None:
        if isinstance(self._stream, StandardOutput):
            self._stream.close()
        if self._rejects is not None:
            self._rejects.close()


@dataclass(frozen=True)
class Target:
    """Where a run's output and its rejected records are to go.

    name: for messages. path: of the output; None for a stream, which is `stream`, or stdout without one. rejects: None
    if there is no place for rejected records.
    """

    name: str
    path: Path | None
    rejects: Path | None
    stream: Any = None

    @classmethod
    def of(cls, output: str | Path | BinaryIO, rejects: str | Path | None) -> Target:
        """output: a path, "-" for stdout, or a binary file. rejects: None for OUTPUT.rejects.csv."""
        named = None if rejects is None else Path(rejects)
        if not isinstance(output, str | Path):
            return cls(str(output), None, named, output)
        if output == "-":
            return cls("-", None, named)
        return cls(str(output), Path(output), named or Path(f"{output}.rejects.csv"))

    def check(self, force: bool, restart: bool) -> bool:
        """Whether the output is already there, whole, by a run of which only the journal is still to be removed.

        Raises UsageError if it would replace something without `force`, DataError if its folder does not exist.
        """
        path = self.path
        if path is None:
            return False
        if path.exists() and not path.is_file():  # a folder, a pipe, a device: a file cannot be put in its place
            raise UsageError(
                f'{path}: expected the name of a file, got something else there: name another, or "-" for stdout'
            )
        if self.rejects is not None and _same(self.rejects, path):
            raise UsageError(f"{path}: expected one file for scores and another for `rejects`, got one for both")
        if not path.parent.is_dir():
            raise DataError(f"{path}: cannot be written (No such file or directory)")
        found = None if restart else read_state(journal_path(path))
        complete = found is not None and found.complete
        if complete and path.exists() and not Path(f"{path}.part").exists():
            return True
        for existing in (path, self.rejects):
            if existing is not None and existing.exists() and not force and not complete:
                raise UsageError(f"{existing}: exists already: name another with -o, or replace it with --force")
        return False

    def open(
        self, fingerprint: dict[str, Any] | None, restart: bool, several_inputs: bool
    ) -> FileOutput | StreamOutput:
        """fingerprint: of the run, by which it can be resumed; None for an input that cannot be read again."""
        header = FIRST_FIELD + REJECTS_HEADER if several_inputs else REJECTS_HEADER
        if self.path is None:
            return StreamOutput(standard_output() if self.stream is None else self.stream, self.rejects, header)
        assert self.rejects is not None
        journal = journal_path(self.path)
        opened = None
        if fingerprint is not None:
            opened = ScoringJournal(journal, fingerprint, restart)
        elif journal.exists() and not restart:
            raise UsageError(
                f"{journal}: an unfinished run is there, on another input: name another output or --restart"
            )
        else:
            journal.unlink(missing_ok=True)
        try:
            return FileOutput(self.path, self.rejects, opened, header)
        except BaseException:
            if opened is not None:
                opened.close()
            raise


def _same(one: Path, other: Path) -> bool:
    return Path(os.path.abspath(one)) == Path(os.path.abspath(other))  # noqa: PTH100


def journal_path(output: Path) -> Path:
    """Where the journal of an output's run is."""
    return Path(f"{output}.journal")
