"""Where a run's output goes: to files, with a journal for resuming the run, or to a stream.

In: bytes, window by window, and the progress after each. Out: OUTPUT and OUTPUT.rejects.csv. A compressed file is a
sequence of frames, one for each window, so that it is valid after every window.
"""

from __future__ import annotations

import io
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.rejects import FIRST_FIELD, REJECTS_HEADER
from sentiment_fast.io.sink import Data, GrowingFile, StandardOutput, compression_of, standard_output
from sentiment_fast.runs.atomic import sync_folder
from sentiment_fast.scoring.journal import Progress, ScoringJournal, read_progress

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
    """Output and rejects as files. With a journal, the run can be resumed.

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
        self.progress = Progress() if journal is None else journal.progress
        self._journal, self._rejects_header = journal, rejects_header
        self._compress = compression_of(path)
        finished = self.progress.complete and not Path(f"{path}.part").exists()
        self._output = GrowingFile(path, 0 if finished else self.progress.output_bytes)
        renamed = self.progress.complete and not Path(f"{rejects}.part").exists()
        self._rejects = GrowingFile(rejects, 0 if renamed else self.progress.rejects_bytes)
        self._output.size, self._rejects.size = self.progress.output_bytes, self.progress.rejects_bytes
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
        if self._journal is not None and self._journal.progress != self.progress:
            self._journal.record(self.progress)
        self._recorded = time.monotonic()

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
    """A binary stream, such as stdout. Rejects go to a file, if one is given."""

    def __init__(self, stream: Any, rejects: Path | None, rejects_header: bytes = REJECTS_HEADER) -> None:
        self._rejects_header = rejects_header
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
    """Where a run's output and its rejected records go.

    name: for messages. path: the output's; None for a stream. stream: the stream; None for stdout. rejects: the path
    for rejected records; None if there is none.
    """

    name: str
    path: Path | None
    rejects: Path | None
    stream: Any = None

    @classmethod
    def of(cls, output: str | Path | BinaryIO | None, rejects: str | Path | None) -> Target:
        """output: a path, "-" for stdout, or a binary file. rejects: None for OUTPUT.rejects.csv."""
        named = None if rejects is None else Path(rejects)
        if output is None:
            raise UsageError('Expected `output`: a path, "-" for stdout, or a binary file such as io.BytesIO, got none')
        if not isinstance(output, str | Path):
            if isinstance(output, io.TextIOBase) or not hasattr(output, "write"):
                raise TypeError(
                    'Expected `output` to be a path, "-" for stdout, or a binary file such as io.BytesIO, got '
                    f"{type(output).__name__}"
                )
            return cls(str(output), None, named, output)
        if output == "-":
            return cls("-", None, named)
        return cls(str(output), Path(output), named or Path(f"{output}.rejects.csv"))

    def check(self, force: bool, restart: bool) -> bool:
        """Whether an earlier run completed the output, so that only its journal remains to be removed.

        Raises UsageError if it would replace a file without `force`, DataError if its folder does not exist.
        """
        path = self.path
        if path is None:
            return False
        if path.exists() and not path.is_file():  # a folder, pipe or device, which a file cannot replace
            raise UsageError(
                f'{path}: expected the name of a file, got something else: choose another name, or "-" for stdout'
            )
        if self.rejects is not None and _same(self.rejects, path):
            raise UsageError(f"{path}: expected one file for scores and another for `rejects`, got one for both")
        if not path.parent.is_dir():
            raise DataError(f"{path}: cannot be written (No such file or directory)")
        found = None if restart else read_progress(journal_path(path))
        complete = found is not None and found.complete
        if complete and path.exists() and not Path(f"{path}.part").exists():
            return True
        for existing in (path, self.rejects):
            if existing is not None and existing.exists() and not force and not complete:
                raise UsageError(
                    f"{existing}: already exists: choose another name with `output`, or replace it with `force=True`"
                )
        return False

    def open(
        self, fingerprint: dict[str, Any] | None, restart: bool, several_inputs: bool
    ) -> FileOutput | StreamOutput:
        """fingerprint: the run's, for resuming it; None for an input that cannot be read again."""
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
                f"{journal}: belongs to an unfinished run on another input: choose another `output`, or start over "
                "with `restart=True`"
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
    """The path of an output's journal."""
    return Path(f"{output}.journal")
