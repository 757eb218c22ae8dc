"""Checkpoints: a training's state saved in one file, whole or not at all, and restored.

In and out: a `TrainingState` <-> checkpoint.safetensors, whose header holds the values and what the run was given, and
a digest of everything.
Only a run with the same data and settings can resume from a state: then it ends with the weights of one that was never
interrupted (bit for bit on a CPU).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from sentiment_fast.errors import DataError, ModelFolderError
from sentiment_fast.model.tensor_files import MOST_BYTES, TensorFile, TensorFileError, seal
from sentiment_fast.runs.atomic import part_of, write_atomically
from sentiment_fast.runs.fingerprint import Wording, check_fingerprint
from sentiment_fast.runs.regular_files import open_regular

FORMAT = 4
CHECKPOINT = "checkpoint.safetensors"
_HEADER = "sentiment_fast"
_WORDING = Wording(
    noun="run",
    start_over="start over in another folder",
    differs="give `resume` the options of the run, or none",
    changed_data="they were changed since, or `data`, `validation` or `test` name others",
)


class State(Protocol):
    """A state that can be saved and resumed from; see `TrainingState`."""

    def tensors(self) -> dict[str, Tensor]: ...

    def values(self) -> dict[str, Any]: ...

    def restore(self, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None: ...


class Checkpoints:
    """One run's checkpoint file.

    folder: the run's. fingerprint: what must be equal for a run to be resumed, by name, such as its settings and the
    digest of its data. arguments: stored for whoever resumes; not compared. minutes: the time between two checkpoints
    inside an epoch; one is written after each epoch in any case.
    """

    def __init__(
        self, folder: Path, fingerprint: Mapping[str, Any], arguments: Mapping[str, Any], minutes: float = 5.0
    ) -> None:
        self._path = folder / CHECKPOINT
        self._fingerprint, self._arguments = dict(fingerprint), dict(arguments)
        self._seconds = 60 * minutes
        self._last = time.monotonic()

    @property
    def due(self) -> bool:
        return time.monotonic() - self._last >= self._seconds

    def save(self, state: State) -> None:
        """Replace the last checkpoint. Raises DataError if that fails; the last one is then still there."""
        header = {
            "format": FORMAT,
            "arguments": self._arguments,
            "identity": self._fingerprint,
            "state": state.values(),
        }
        try:
            parts = seal(save(state.tensors(), {_HEADER: json.dumps(header)}))
            write_atomically(self._path, lambda file: file.writelines(parts))
        except OSError as error:
            kept = f"the one before, {self._path}, is intact" if self._path.exists() else "there is none before it"
            raise DataError(
                f"{self._path}: the checkpoint could not be written ({error.strerror}); {kept}. "
                "Make room, then continue with `resume=True`"
            ) from error
        self._last = time.monotonic()

    def restore(self, state: State) -> bool:
        """Resume from the checkpoint; False if there is none.

        Raises ModelFolderError for a damaged file, DataError or UsageError if it is another run's.
        """
        if not self._path.exists():
            return False
        header, content = _read(self._path)
        check_fingerprint(self._path, header["identity"], self._fingerprint, _WORDING)
        try:
            state.restore(load(content), header["state"])
        except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
            raise _damaged(self._path, error) from error
        return True


@dataclass(frozen=True)
class RecordedRun:
    """What the run in a folder was started with: the arguments and the fingerprint of its `Checkpoints`.

    fingerprint: has at least "threads", a number, and "precision", a name; usually the "command" too.
    """

    folder: Path
    arguments: dict[str, Any]
    fingerprint: dict[str, Any]


def read_recorded_run(folder: Path) -> RecordedRun | None:
    """What the run in a folder was started with; None without a checkpoint. ModelFolderError: damaged."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    header, _ = _read(path)
    threads, precision = (header["identity"].get(name) for name in ("threads", "precision"))
    if type(threads) is not int or threads < 1 or not isinstance(precision, str):
        raise _damaged(path, "its fingerprint is incomplete")
    return RecordedRun(folder, header["arguments"], header["identity"])


def remove_checkpoint(folder: Path) -> None:
    """Remove the checkpoint, and what a kill while writing one has left."""
    path = folder / CHECKPOINT
    path.unlink(missing_ok=True)
    part_of(path).unlink(missing_ok=True)


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    """The header and the whole file. Raises ModelFolderError for a damaged one, or one of another format."""
    try:
        with open_regular(path, MOST_BYTES) as file:
            found = TensorFile.of(file)
            header = json.loads(found.metadata[_HEADER])
            _check_format(path, header)
            content = found.sealed_content()
    except (TensorFileError, OSError, KeyError, ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not all(isinstance(header.get(name), dict) for name in ("arguments", "identity", "state")):
        raise _damaged(path, "its header is incomplete")
    return header, content


def _check_format(path: Path, header: object) -> None:
    if not isinstance(header, dict) or type(header.get("format")) is not int:
        raise _damaged(path, "no format")
    if header["format"] != FORMAT:
        raise ModelFolderError(
            f"{path}: has format {header['format']}, this version of sentiment_fast reads format {FORMAT}: "
            "resume with the version that wrote it"
        )


def _damaged(path: Path, reason: object) -> ModelFolderError:
    return ModelFolderError(f"{path}: cannot be read as a checkpoint ({reason}): damaged; train in another folder")
