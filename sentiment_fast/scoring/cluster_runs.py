"""Runs whose windows are scored by the workers of a cluster, and written here, in order, as a run of one process does.

In: as for `Run`, and a `Cluster`. Where a file's bytes can be read from any place, workers get the places of windows
and read these themselves; what is compressed or comes from a pipe is read here, and workers get its ids.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

from sentiment_fast.scoring.cluster import Cluster
from sentiment_fast.scoring.encoded import EncodedTexts, encode_texts
from sentiment_fast.scoring.new_columns import ScoredTexts, texts_with_scores
from sentiment_fast.scoring.records import ScoredWindow
from sentiment_fast.scoring.runs import IN_FLIGHT, Run
from sentiment_fast.scoring.windows import CsvWindow, find_spans, read_windows
from sentiment_fast.scoring.worker import InputFile


class ClusterRun(Run):
    """A run whose workers get ids."""

    def __init__(self, cluster: Cluster, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._cluster = cluster
        self._cancelled = threading.Event()

    def _prepared(self) -> Iterator[tuple[CsvWindow, EncodedTexts, ScoredTexts] | ScoredWindow]:
        waiting: deque[tuple[CsvWindow, EncodedTexts]] = deque()
        buffers = self._cluster.in_flight + 1 + IN_FLIGHT
        windows = read_windows(
            self._source, self._layout, self._options, self._state.position, buffers, self._window_bytes
        )

        def calls() -> Iterator[tuple[Any, ...]]:
            for window in windows:
                waiting.append((window, encode_texts(window.texts, self._scorer)))
                yield (waiting[-1][1].ids,)

        for probabilities in self._cluster.map("probabilities_of", calls(), self._cancelled):
            window, texts = waiting.popleft()
            yield window, texts, texts_with_scores(texts, probabilities)

    def _score(self, prepared: Any) -> Any:
        return prepared

    def _cancel(self) -> None:
        super()._cancel()
        self._cancelled.set()


class FileClusterRun(ClusterRun):
    """A run whose workers read the file themselves."""

    def _prepared(self) -> Iterator[ScoredWindow]:
        assert self._source.path is not None
        path, name = self._source.path.resolve(), self._source.name
        file = InputFile(path, name, self._layout, self._options, self._window_bytes)
        spans = find_spans(self._source, self._layout, self._options, self._state.position, self._window_bytes)
        return self._cluster.map("score_span", ((file, span) for span in spans), self._cancelled)

    def _finish(self, scored: ScoredWindow) -> ScoredWindow:
        return scored


def cluster_run(cluster: Cluster, *arguments: Any) -> Run:
    """arguments: those of `Run`."""
    source = arguments[0]
    seekable = source.rereadable and source.consumed is None  # None: of what is not compressed
    return (FileClusterRun if seekable else ClusterRun)(cluster, *arguments)
