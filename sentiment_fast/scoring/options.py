"""What can be chosen about scoring files, in one place: each option is a field of the stage that it is for, or of here.

In: keyword arguments. Out: `ScoreOptions`, checked. Objects and callables (the model, messages, progress) are arguments
of `score_files`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sentiment_fast.errors import UsageError
from sentiment_fast.io.csv.writer import CsvOptions
from sentiment_fast.io.options import ReadOptions
from sentiment_fast.io.window import WINDOW_BYTES
from sentiment_fast.scoring.columns import ColumnOptions


def _same_bytes(default: Any) -> Any:
    """An option that the fingerprint of a run leaves out: it does not change the output, or the scorer has it."""
    return field(default=default, metadata={"in_fingerprint": False})


@dataclass(frozen=True)
class ScoreOptions(ReadOptions, ColumnOptions, CsvOptions):
    """All options of scoring files; see the classes that it is made of for theirs.

    rejects: the file for records that cannot be read; None for OUTPUT.rejects.csv. window_bytes: about how much of the
    input is scored together. device, precision, threads, threshold, cascade: as for `sf.load`, for a model folder.
    workers: how many processes of a Ray cluster score; None for as many as it has room for. force: replace an output
    that exists. restart: start over instead of resuming a run that was killed. keep_journal: leave the journal of a
    finished run, by which the same call recognizes it.
    """

    rejects: str | Path | None = None
    window_bytes: int = WINDOW_BYTES
    device: str = _same_bytes("auto")
    precision: str = _same_bytes("auto")
    threshold: float | None = _same_bytes(None)
    cascade: float | bool | None = _same_bytes(None)
    threads: int | None = _same_bytes(None)
    workers: int | None = _same_bytes(None)
    force: bool = _same_bytes(False)
    restart: bool = _same_bytes(False)
    keep_journal: bool = _same_bytes(False)

    @classmethod
    def from_keywords(cls, given: Mapping[str, Any]) -> ScoreOptions:
        """Raises TypeError for a name that is not an option, UsageError for a value that makes no sense."""
        columns = given.get("columns")
        if isinstance(columns, str):
            raise UsageError(f"Expected columns in a list, got the text {columns!r}")
        if columns is not None:
            given = {**given, "columns": tuple(dict.fromkeys(columns))}
        return cls(**given)

    @classmethod
    def names(cls) -> list[str]:
        """The keywords that `from_keywords` takes."""
        return [one.name for one in fields(cls)]

    def fingerprint(self) -> dict[str, Any]:
        """Those that the bytes of the output depend on, by name."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.metadata.get("in_fingerprint", True)}
        return {**found, "rejects": None if self.rejects is None else str(self.rejects)}
