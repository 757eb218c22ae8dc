"""What a worker of a cluster does: it holds the model, and scores windows of files that it reads itself, or ids.

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
import torch

from sentiment_fast.errors import DataError
from sentiment_fast.model.folder import SavedModel
from sentiment_fast.scoring.encoded import encode_texts
from sentiment_fast.scoring.identity import scorer_identity
from sentiment_fast.scoring.layout import CsvLayout
from sentiment_fast.scoring.new_columns import NewColumns, score_texts
from sentiment_fast.scoring.options import ScoringOptions
from sentiment_fast.scoring.records import ScoredWindow, ScoredWindows
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.scoring.sources import Source
from sentiment_fast.scoring.windows import Span, read_windows
from sentiment_fast.text.encoding import TokenIds


@dataclass(frozen=True)
class InputFile:
    """What all windows of a file have in common. path: where every machine finds it. name: for messages."""

    path: Path
    name: str
    layout: CsvLayout
    options: ScoringOptions
    window_bytes: int


class Worker:
    """A model on one device, with a number of threads that all work keeps to."""

    def __init__(self, model: SavedModel, device: str, precision: str, threads: int) -> None:
        torch.set_num_threads(threads)
        pa.set_cpu_count(threads)
        self._scorer = Scorer(model, device, precision, threads)

    def identity(self) -> dict[str, Any]:
        """All that its scores depend on: the same for all workers of a run."""
        return scorer_identity(self._scorer)

    def probabilities_of(self, ids: TokenIds) -> npt.NDArray[np.float32]:
        """As `Scorer.probabilities_of`."""
        return self._scorer.probabilities_of(ids)

    def score_span(self, file: InputFile, span: Span) -> ScoredWindow:
        """Read, score and finish the window that lies there.

        Raises OSError where it cannot be read here, which another machine may be able to, DataError as `score_csv`.
        """
        if not file.path.is_file():
            raise FileNotFoundError(
                f"{file.name}: is not on {platform.node()}: every machine of the cluster must find it as {file.path}"
            )
        try:
            return self._score_span(file, span)
        except DataError as error:
            if isinstance(error.__cause__, OSError):
                raise OSError(f"{error} (on {platform.node()})") from error
            raise

    def _score_span(self, file: InputFile, span: Span) -> ScoredWindow:
        with Source(file.path) as source:
            source.name = file.name
            source.restart_at(span.begin.offset)
            windows = read_windows(
                source, file.layout, file.options, span.begin, 1, file.window_bytes, span.within_line
            )
            window = next(windows, None)
            if window is None or window.end != span.end:
                raise OSError(
                    f"{file.name}: expected bytes {span.begin.offset:,} to {span.end.offset:,} to be whole records on "
                    f"{platform.node()}, as where the run began, got others: is it the same file, and unchanged?"
                )
            texts = encode_texts(window.texts, self._scorer)
            new_columns = NewColumns(self._scorer.classes, file.options.status, file.options.tokens)
            finished = ScoredWindows(file.layout, new_columns, file.options, span.within_line).of(
                window, texts, score_texts(texts, self._scorer)
            )
            # An Arrow buffer is sent from where it lies; bytes would be copied twice.
            return replace(finished, data=pa.py_buffer(finished.data))
