"""What a worker of a cluster does: it holds the model, and scores windows of CSV files that it reads itself, or ids.

In: where a window lies, or ids that were made elsewhere. Out: what is written of the window, or probabilities. Knows
nothing of the cluster.
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
from sentiment_fast.io.csv.reader import Position
from sentiment_fast.io.inputs import CsvInput, Reading
from sentiment_fast.io.outputs import make_writer
from sentiment_fast.io.source import Source
from sentiment_fast.model.model import Model
from sentiment_fast.scoring.columns import NewColumns, score_texts
from sentiment_fast.scoring.encoded_texts import encode_texts
from sentiment_fast.scoring.fingerprint import scorer_identity
from sentiment_fast.scoring.finished_window import FinishedWindow, finish_window
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.encoding import TokenIds


@dataclass(frozen=True)
class Stretch:
    """A window of a CSV file. path: where every machine finds it. name: for messages. begin, end: of the window.
    more_behind: whether further inputs will be written behind this one.
    """

    path: Path
    name: str
    begin: Position
    end: Position
    more_behind: bool


class Worker:
    """A model on one device, with a number of threads that all work keeps to."""

    def __init__(self, model: Model, device: str, precision: str, threads: int) -> None:
        pa.set_cpu_count(threads)
        self._scorer = Scorer(model, device, precision, threads)

    def identity(self) -> dict[str, Any]:
        """All that its scores depend on: the same for all workers of a run."""
        return scorer_identity(self._scorer)

    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]:
        """As `Scorer.probabilities_of`."""
        return self._scorer.probabilities_of(ids)

    def score_stretch(self, stretch: Stretch, reading: Reading, window_bytes: int) -> FinishedWindow:
        """Read, score and finish the window that lies there, to be copied with new fields.

        Raises OSError where it cannot be read here, which another machine may be able to, DataError as `score_csv`.
        """
        if not stretch.path.is_file():
            raise FileNotFoundError(
                f"{stretch.name}: is not on {platform.node()}: every machine of the cluster must find it as "
                f"{stretch.path}"
            )
        try:
            return self._score_stretch(stretch, reading, window_bytes)
        except DataError as error:
            if isinstance(error.__cause__, OSError):
                raise OSError(f"{error} (on {platform.node()})") from error
            raise

    def _score_stretch(self, stretch: Stretch, reading: Reading, window_bytes: int) -> FinishedWindow:
        options, begin, end = reading.options, stretch.begin, stretch.end
        with Source(stretch.path) as source:
            source.name = stretch.name
            opened = CsvInput(source, reading)
            window = next(opened.windows(begin, 1, window_bytes), None)
            if window is None or replace(window.end, source=end.source) != end:
                raise OSError(
                    f"{stretch.name}: expected bytes {begin.offset:,} to {end.offset:,} to be whole records on "
                    f"{platform.node()}, as where the run began, got others: is it the same file, and unchanged?"
                )
            texts = encode_texts(window.texts, self._scorer)
            scored = score_texts(texts, self._scorer)
            threshold = self._scorer.threshold
            new_columns = NewColumns(self._scorer.classes, options.status, options.tokens, threshold)
            delimiter = opened.layout.delimiter
            writer = make_writer(reading.output, opened, new_columns, delimiter, options.excel_safe, window_bytes)
            finished = finish_window(opened, begin.source, window, texts, scored, writer, stretch.more_behind)
            # An Arrow buffer is sent from where it lies; bytes would be copied twice.
            return replace(finished, data=pa.py_buffer(finished.data))
