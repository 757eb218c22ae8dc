"""Where a run's output goes, by name: what has to be true of the files that it will write, checked before it begins.

In: an output, a file of rejects, inputs. Out: a `Target`, which opens the output, or an error: each file that a run
writes is its own, and no input, device or file of someone else's is ever replaced. Writing is left to output.py.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.rejects import FIRST_FIELD, REJECTS_HEADER, is_rejects_file
from sentiment_fast.io.sink import standard_output
from sentiment_fast.scoring.fingerprint import file_state
from sentiment_fast.scoring.journal import Progress, ScoringJournal, has_journal, read_progress
from sentiment_fast.scoring.output import FileOutput, StreamOutput

_REJECTS = ".rejects.csv"


class Earlier(NamedTuple):
    """What an earlier run left. complete: its whole output, under its name. restart: whether to start over anyway."""

    complete: bool
    restart: bool


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
        return cls(str(output), Path(output), named or Path(f"{output}{_REJECTS}"))

    def check(self, force: bool, restart: bool) -> Earlier:
        """Check the files that exist, and find out what an earlier run left.

        Raises UsageError if the run would replace a file without `force`, a file of rejects or of its own that is
        something else, or anything that is not a regular file; DataError if the folder does not exist, and if a
        finished output has been changed since.
        """
        for path in self._named():
            # A folder, pipe or device, which a file cannot replace. Path.is_file would raise a PermissionError.
            if os.path.lexists(path) and not os.path.isfile(path):  # noqa: PTH113
                raise UsageError(
                    f'{path}: expected the name of a file, got something else: choose another name, or "-" for stdout'
                )
            _check_folder(path)
        found = self._progress(restart)
        if found is not None and found.complete and self._is_there():
            changed = next(self._changed(found), None)
            if changed is None:
                return Earlier(True, False)
            if not force:
                raise DataError(
                    f"{changed}: was finished by an earlier run, and has been changed or removed since: replace it "
                    "with `force=True`, or choose another `output`"
                )
            restart = True
        for existing in self._named():
            if os.path.lexists(existing) and not force and not (found is not None and found.complete):
                raise UsageError(
                    f"{existing}: already exists: choose another name with `output`, or replace it with `force=True`"
                )
        if self.rejects is not None and self.rejects.exists() and not is_rejects_file(self.rejects):
            raise UsageError(
                f"{self.rejects}: expected no file, or one of rejected records, got something else: move it away, or "
                "choose another name with `rejects`"
            )
        return Earlier(False, restart)

    def _named(self) -> list[Path]:
        return [path for path in (self.path, self.rejects) if path is not None]

    def _progress(self, restart: bool) -> Progress | None:
        """The progress of an earlier run. Raises UsageError for side files that are not those of a run."""
        ours = {path: any(map(has_journal, _journals_of(path))) for path in self._named()}
        if self.path is not None and self.rejects == _default_rejects(self.path):
            ours[self.rejects] = ours[self.path]
        for path, is_ours in ours.items():
            if os.path.lexists(f"{path}.part") and not is_ours:
                raise UsageError(
                    f"{path}.part: a file of this name exists and belongs to no unfinished run: move it away, or "
                    "choose another name with `output`"
                )
        return None if restart or self.path is None else read_progress(journal_path(self.path))

    def _is_there(self) -> bool:
        assert self.path is not None
        return self.path.exists() and not Path(f"{self.path}.part").exists()

    def _changed(self, complete: Progress) -> Iterator[Path]:
        """The files of a complete run that are not as it left them."""
        assert self.path is not None
        assert self.rejects is not None
        if file_state(self.path) != (complete.output_bytes, complete.output_digest, complete.output_time):
            yield self.path
        if complete.rejects_bytes and file_state(self.rejects) != (
            complete.rejects_bytes,
            complete.rejects_digest,
            complete.rejects_time,
        ):
            yield self.rejects

    def open(
        self, fingerprint: dict[str, Any] | None, restart: bool, several_inputs: bool, force: bool
    ) -> FileOutput | StreamOutput:
        """Lock the files, and open them.

        fingerprint: the run's, for resuming it; None for an input that cannot be read again.
        """
        header = FIRST_FIELD + REJECTS_HEADER if several_inputs else REJECTS_HEADER
        opened: list[ScoringJournal] = []
        try:
            for path in self._locks():
                opened.append(ScoringJournal.lock(path, self.path))
            if self.path is None:
                stream = standard_output() if self.stream is None else self.stream
                return StreamOutput(stream, self.rejects, header, opened, force)
            assert self.rejects is not None
            locks = list(opened)
            opened.append(ScoringJournal(journal_path(self.path), fingerprint, restart))
            return FileOutput(self.path, self.rejects, opened[-1], header, locks, force)
        except BaseException:
            for one in opened:
                one.close()
            raise

    def _locks(self) -> list[Path]:
        """The journals that a run locks besides its output's, so that no other one writes the same file of rejects.

        A file of rejects may have the default name for another output, and an output that of another's rejects.
        """
        default = None if self.path is None else _default_rejects(self.path)
        journals = [one for path in self._named() if path != default for one in _journals_of(path)]
        return sorted({one for one in journals if self.path is None or one != journal_path(self.path)})

    def files(self) -> list[tuple[Path, str]]:
        """All files that a run of it may write, and what each of them is."""
        found: list[tuple[Path, str]] = []
        if self.path is not None:
            found += [(self.path, "the output"), (Path(f"{self.path}.part"), "the unfinished output")]
            found.append((journal_path(self.path), "the output's journal"))
        if self.rejects is not None:
            found.append((self.rejects, "the rejected records"))
            found.append((Path(f"{self.rejects}.part"), "the unfinished rejected records"))
            if self.path is None or self.rejects != _default_rejects(self.path):
                found.append((journal_path(self.rejects), "the lock of the rejected records"))
        return found


def check_distinct(targets: Sequence[Target], inputs: Iterable[Any]) -> None:
    """Raises UsageError if a file that runs write is an input, or is written for two purposes; through links too.

    inputs: paths, "-" for stdin, and binary files.
    """
    taken: dict[object, str] = {}
    for one in inputs:
        for key in _keys(one):
            taken[key] = "an input"
    for target in targets:
        if target.path is not None and target.rejects is not None and _keys(target.path) & _keys(target.rejects):
            raise UsageError(f"{target.path}: expected one file for scores and another for `rejects`, got one for both")
        if target.name == "-" and target.stream is None:
            _refuse(taken, _keys_of_standard(sys.stdout), "stdout", "the output")
        of_target: dict[object, str] = {}
        for path, what in target.files():
            keys = _keys(path)
            _refuse(taken | of_target, keys, path, what)
            of_target |= dict.fromkeys(keys, f"{what} of {target.name}")
        taken |= of_target


def _refuse(taken: dict[object, str], keys: set[object], name: object, what: str) -> None:
    for key in keys:
        if key in taken:
            raise UsageError(
                f"{name}: expected a file of its own for {what}, got {taken[key]}: choose another name with "
                "`output` or `rejects`"
            )


def _keys(file: Any) -> set[object]:
    """What two names of the same file have in common: the file itself, if it exists, or where it would be."""
    if file == "-":
        return _keys_of_standard(sys.stdin)
    if not isinstance(file, str | Path):
        return _keys_of_standard(file)
    path = Path(file)
    keys: set[object] = {os.path.join(os.path.realpath(path.parent), path.name), os.path.realpath(path)}  # noqa: PTH118
    try:
        about = path.stat()
    except OSError:
        return keys
    return keys | {(about.st_dev, about.st_ino)}


def _keys_of_standard(stream: Any) -> set[object]:
    """The regular file that a stream reads or writes, if it is one."""
    try:
        about = os.fstat(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return set()
    return {(about.st_dev, about.st_ino)} if stat.S_ISREG(about.st_mode) else set()


def _check_folder(path: Path) -> None:
    """Raises DataError if a file can't be written because of its folder."""
    try:
        if not stat.S_ISDIR(path.parent.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error


def journal_path(output: Path) -> Path:
    """The path of an output's journal."""
    return Path(f"{output}.journal")


def _journals_of(path: Path) -> list[Path]:
    """The journals that a run may lock to write this file: as its output, or as the file of rejects of another."""
    of_another = path.with_name(path.name.removesuffix(_REJECTS))
    return [journal_path(path), *([journal_path(of_another)] if of_another not in (path, path.parent) else [])]


def _default_rejects(output: Path) -> Path:
    return Path(f"{output}{_REJECTS}")
