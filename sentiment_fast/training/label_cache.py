"""A slow teacher's probabilities, kept in the user's cache folder, so that it labels a text once.

In: a teacher, its folder, texts. Out: its probabilities, from the cache if it has them. A run that is killed while
the teacher labels loses one block of texts. A text is kept as a hash, never itself. Which teachers are slow is left to
teachers.py.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.model.hugging_face import add_files
from sentiment_fast.runs.cache_folder import cache_folder

Teacher = Callable[[pa.ChunkedArray], npt.NDArray[np.float32]]
_BLOCK = 2048  # texts that are labelled, then kept
_LOOK_UP = 500  # texts that are asked for at once; every SQLite takes 999
_SECONDS_TO_WAIT = 60.0  # for another process that writes
_SECONDS_TO_REPORT = 60.0
_VERSION = 1  # of what is kept


class CachedTeacher:
    """A teacher that keeps its answers. path: the file, which is created. classes: how many probabilities a text has.

    If the file cannot be read or written, that is reported once, and the teacher labels everything.
    """

    def __init__(self, teacher: Teacher, path: Path, classes: int, say: Callable[[str], None]) -> None:
        self._teacher, self._path, self._classes, self._say = teacher, path, classes, say

    def __call__(self, texts: pa.ChunkedArray) -> npt.NDArray[np.float32]:
        """(n, classes) float32."""
        keys = [_key(text or "") for text in texts.to_pylist()]
        known = self._kept(keys)
        # In the order of their length, so that the texts of a block need little padding.
        lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
        order = np.argsort(-np.nan_to_num(lengths), kind="stable")
        rows: dict[bytes, int] = {}
        for row in order:
            if keys[row] not in known:
                rows.setdefault(keys[row], int(row))
        missing = list(rows.values())
        if known and missing:
            self._say(f"the teacher has yet to label {len(missing):,} of these texts; its other answers are kept")
        reported = time.monotonic()
        for start in range(0, len(missing), _BLOCK):
            block = missing[start : start + _BLOCK]
            if time.monotonic() - reported > _SECONDS_TO_REPORT:
                reported = time.monotonic()
                self._say(f"{start:,} of {len(missing):,} texts are labelled, longest first")
            fresh = self._teacher(texts.take(pa.array(block)))
            labelled = {keys[row]: one.tobytes() for row, one in zip(block, fresh.astype("<f4"), strict=True)}
            known |= labelled
            self._keep(labelled)
        joined = b"".join(known[key] for key in keys)
        return np.frombuffer(joined, "<f4").reshape(len(keys), self._classes).astype(np.float32)

    def _kept(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The answers to these texts that the file has, by their keys; its other answers are not read."""
        wanted = sorted(set(keys))  # as the file is, so that each of its pages is read once
        size = 4 * self._classes
        found: dict[bytes, bytes] = {}
        try:
            with closing(self._open()) as file:
                for start in range(0, len(wanted), _LOOK_UP):
                    some = wanted[start : start + _LOOK_UP]
                    marks = ", ".join("?" * len(some))
                    rows = file.execute(f"SELECT text, probabilities FROM labels WHERE text IN ({marks})", some)
                    whole = {key: one for key, one in rows if isinstance(one, bytes) and len(one) == size}
                    good = _are_probabilities(list(whole.values()), self._classes)
                    found |= {key: one for (key, one), is_good in zip(whole.items(), good, strict=True) if is_good}
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
            return {}
        return found

    def _keep(self, labelled: dict[bytes, bytes]) -> None:
        try:
            with closing(self._open()) as file, file:
                file.executemany("INSERT OR REPLACE INTO labels VALUES (?, ?)", labelled.items())
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self._path, timeout=_SECONDS_TO_WAIT)
        try:
            file.execute("CREATE TABLE IF NOT EXISTS labels (text BLOB PRIMARY KEY, probabilities BLOB) WITHOUT ROWID")
        except sqlite3.Error:
            file.close()
            raise
        return file

    def _give_up(self, error: Exception) -> None:
        self._say(f"{self._path}: cannot keep the teacher's answers ({error}): they are computed again")
        self._say = lambda message: None


def label_cache_path(folder: Path, classes: Sequence[Any], device: str, precision: str = "float32") -> Path:
    """The file of a teacher's answers: another one for other weights, settings, classes, kinds of device or precisions.

    Raises OSError for a folder that cannot be read.
    """
    computed_by = device if precision == "float32" else f"{device} {precision}"
    digest = hashlib.sha256(json.dumps([_VERSION, computed_by, [str(label) for label in classes]]).encode())
    add_files(digest, folder)
    return cache_folder() / "teachers" / f"{digest.hexdigest()[:32]}.sqlite"


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _are_probabilities(answers: Sequence[bytes], classes: int) -> list[bool]:
    """Whether each of the answers, as they are kept, is one that a teacher could have given."""
    numbers = np.frombuffer(b"".join(answers), "<f4").reshape(len(answers), classes).astype(np.float64)
    with np.errstate(invalid="ignore"):  # infinities of both signs
        good: list[bool] = ((numbers >= 0).all(axis=1) & (abs(numbers.sum(axis=1) - 1) < 1e-3)).tolist()
    return good
