"""A cluster's worker: it holds the model, and scores windows of CSV files that it reads itself, or token ids.

In: the position of a window, or token ids. Out: the bytes to write for the window, or probabilities. The cluster is
left to ray_cluster.py.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.io.inputs import open_reader
from sentiment_fast.io.options import Reading
from sentiment_fast.io.outputs import make_writer
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position
from sentiment_fast.model.model import Model
from sentiment_fast.scoring.columns import AddedColumns, encode_texts, score_texts
from sentiment_fast.scoring.fingerprint import scorer_fingerprint
from sentiment_fast.scoring.options import ScoreOptions
from sentiment_fast.scoring.run import FinishedWindow, finish_window
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.encoding import TokenIds


@dataclass(frozen=True)
class WindowRange:
    """A window of a CSV file. path: the same on every machine. name: for messages. begin, end: the window's.
    more_follow: whether further inputs will be written after this one.
    """

    path: Path
    name: str
    begin: Position
    end: Position
    more_follow: bool


class Worker:
    """A model on one device, with a fixed number of threads."""

    def __init__(self, model: Model, device: str, precision: str, threads: int) -> None:
        pa.set_cpu_count(threads)
        self._scorer = Scorer(model, device, precision, threads)

    def fingerprint(self) -> dict[str, Any]:
        """Everything that its scores depend on: the same for all workers of a run."""
        return scorer_fingerprint(self._scorer)

    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]:
        """See `Scorer.probabilities_of`."""
        return self._scorer.probabilities_of(ids)

    def score_window(self, wanted: WindowRange, reading: Reading, options: ScoreOptions) -> FinishedWindow:
        """Read, score and finish a window of a CSV file that is copied with new fields.

        Raises OSError if it cannot be read here, since another machine may be able to; DataError like `score_files`.
        """
        if not wanted.path.is_file():
            raise FileNotFoundError(
                f"{wanted.name}: is not on {platform.node()}: every machine of the cluster must have it at "
                f"{wanted.path}"
            )
        try:
            return self._score_window(wanted, reading, options)
        except DataError as error:
            if isinstance(error.__cause__, OSError):
                raise OSError(f"{error} (on {platform.node()})") from error
            raise

    def _score_window(self, wanted: WindowRange, reading: Reading, options: ScoreOptions) -> FinishedWindow:
        begin, end = wanted.begin, wanted.end
        with Source(wanted.path) as source:
            source.name = wanted.name
            opened = open_reader(source, reading)
            window = next(opened.windows(begin, 1, options.window_bytes), None)
            if window is None or replace(window.end, source=end.source) != end:
                raise OSError(
                    f"{wanted.name}: expected bytes {begin.offset:,} to {end.offset:,} to be whole records on "
                    f"{platform.node()}, as on the machine that started the run: is it the same file, unchanged?"
                )
            texts = encode_texts(window.texts, self._scorer)
            scored = score_texts(texts, self._scorer)
            columns = AddedColumns(self._scorer, options)
            writer = make_writer(opened.format, opened, columns.schema, options, options.window_bytes)
            finished = finish_window(opened, begin.source, window, texts, scored, columns, writer, wanted.more_follow)
            # An Arrow buffer is sent without copies; bytes would be copied twice.
            return replace(finished, data=pa.py_buffer(finished.data))
