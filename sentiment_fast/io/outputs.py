"""The contract of writers, and the writer of each format.

In: the format of the output, the first input's reader, the columns to add and the options. Out: a `Writer`. How each
format is written is left to the formats' folders.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from sentiment_fast.io.formats import CSV, JSON_LINES, PARQUET
from sentiment_fast.io.inputs import Input


class WrittenPart(NamedTuple):
    """data: what to append to the output. whole: whether a run can be resumed after it: if not, more is still held by
    the writer. replaced: in how many rows invalid UTF-8 was replaced.
    """

    data: bytes | pa.Buffer
    whole: bool
    replaced: int


class Writer(Protocol):
    """Takes windows in their order, each with the columns to add."""

    def write(
        self, reader: Input, source_number: int, window: Any, added: Mapping[str, pa.Array], more_follow: bool
    ) -> WrittenPart:
        """source_number: which input the window is of, from 0. added: (rows,) each, the new columns, by name.
        more_follow: whether further inputs will be written after this one.
        """

    def finish(self, windows: int, rows: int) -> bytes:
        """What makes the output whole. windows, rows: how many it has, including those of an earlier run."""

    def resume(self, path: Path, size: int) -> None:
        """Continue after the first `size` bytes of a file."""


def make_writer(output_format: str, first: Input, added: pa.Schema, options: Any, window_bytes: int) -> Writer:
    """first: the reader of the first input. added: the columns to add. options: those of the format's writer."""
    from sentiment_fast.io.csv import writer as csv
    from sentiment_fast.io.jsonl import writer as jsonl
    from sentiment_fast.io.parquet import writer as parquet

    module = {CSV: csv, JSON_LINES: jsonl, PARQUET: parquet}[output_format]
    made: Writer = module.make_writer(first, added, options, window_bytes)
    return made
