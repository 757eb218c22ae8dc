"""The options of scoring files, in one place: each is a field of the stage that uses it, or of `ScoreOptions`.

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
    """An option that is not in a run's fingerprint: it does not change the output, or is in the scorer's."""
    return field(default=default, metadata={"in_fingerprint": False})


@dataclass(frozen=True)
class ScoreOptions(ReadOptions, ColumnOptions, CsvOptions):
    """All options of scoring files; those not listed here are in the base classes.

    rejects: the file for records that cannot be read; None for OUTPUT.rejects.csv. output_format: "csv", "tsv",
    "jsonl", "json" or "parquet", whatever the output's name; None for the format that it implies. window_bytes:
    approximately how many bytes of the input are scored together. device, precision, threads, threshold, neutral,
    cascade: as for `sf.load`; only with a model folder. workers: the number of processes on a Ray cluster; None for as
    many as it has room for. force: replace an existing output. restart: start over instead of resuming an interrupted
    run. keep_journal: keep a finished run's journal, so that the same call finds it finished.
    """

    rejects: str | Path | None = None
    output_format: str | None = None
    window_bytes: int = WINDOW_BYTES
    device: str = _same_bytes("auto")
    precision: str = _same_bytes("auto")
    threshold: float | None = _same_bytes(None)
    neutral: tuple[float, float] | str | bool | None = _same_bytes(None)
    cascade: float | bool | None = _same_bytes(None)
    threads: int | None = _same_bytes(None)
    workers: int | None = _same_bytes(None)
    force: bool = _same_bytes(False)
    restart: bool = _same_bytes(False)
    keep_journal: bool = _same_bytes(False)

    def __post_init__(self) -> None:
        super().__post_init__()
        ColumnOptions.__post_init__(self)

    @classmethod
    def from_keywords(cls, given: Mapping[str, Any]) -> ScoreOptions:
        """Raises TypeError for a name that is not an option, UsageError for an invalid value."""
        columns = given.get("columns")
        if isinstance(columns, str):
            raise UsageError(f"Expected `columns` to be a list of names, got the string {columns!r}")
        if columns is not None:
            given = {**given, "columns": tuple(dict.fromkeys(columns))}
        return cls(**given)

    @classmethod
    def names(cls) -> list[str]:
        """The keywords that `from_keywords` takes."""
        return [one.name for one in fields(cls)]

    def fingerprint(self) -> dict[str, Any]:
        """The options that the bytes of the output depend on, by name."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.metadata.get("in_fingerprint", True)}
        return {**found, "rejects": None if self.rejects is None else str(self.rejects)}


DEFAULT_OPTIONS = ScoreOptions()
