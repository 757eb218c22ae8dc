"""Runs whose windows are scored by the workers of a cluster and written in this process, in order.

In: as for `Run`, and a `Cluster`. For CSV files that are copied, workers get the positions of windows, and read these
themselves; everything else (compressed files, pipes, other formats) is read here, and workers get token ids.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sentiment_fast.io.inputs import Inputs
from sentiment_fast.io.options import Reading
from sentiment_fast.scoring.cluster.ray_cluster import Cluster
from sentiment_fast.scoring.cluster.worker import WindowRange
from sentiment_fast.scoring.columns import texts_with_scores
from sentiment_fast.scoring.run import IN_FLIGHT, FinishedWindow, Prepared, Run


class _ClusterRun(Run):
    """A run whose workers get token ids."""

    def __init__(self, cluster: Cluster, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._cluster = cluster
        self._cancelled = threading.Event()

    def _prepared(self) -> Iterator[Any]:
        waiting: deque[Prepared] = deque()

        def calls() -> Iterator[tuple[Any, ...]]:
            for prepared in self._encoded(self._cluster.in_flight + 1 + IN_FLIGHT):
                waiting.append(prepared)
                yield (prepared.texts.ids,)

        for probabilities in self._cluster.map("probabilities_of", calls(), self._cancelled):
            prepared = waiting.popleft()
            yield prepared, texts_with_scores(prepared.texts, probabilities)

    def _score(self, prepared: Any) -> Any:
        return prepared

    def _cancel(self) -> None:
        super()._cancel()
        self._cancelled.set()


class _FileRun(_ClusterRun):
    """A run whose workers read the files themselves."""

    def __init__(self, cluster: Cluster, reading: Reading, *arguments: Any) -> None:
        super().__init__(cluster, *arguments)
        self._reading = replace(reading, say=_nothing)

    def _prepared(self) -> Iterator[FinishedWindow]:
        return self._cluster.map("score_window", self._ranges(), self._cancelled)

    def _ranges(self) -> Iterator[tuple[Any, ...]]:
        for reader, begin, end in self._inputs.window_ends(self._progress.position, self._options.window_bytes):
            path, more_follow = reader.source.path, self._inputs.more_follow(begin.source)
            assert path is not None
            reading = replace(self._reading, layout=getattr(reader, "layout", None))  # which workers must not detect
            yield WindowRange(path.resolve(), str(path), begin, end, more_follow), reading, self._options

    def _finish(self, done: Any) -> FinishedWindow:
        assert isinstance(done, FinishedWindow)
        return done


def cluster_run(cluster: Cluster, reading: Reading, inputs: Inputs, *arguments: Any) -> Run:
    """arguments: the other arguments of `Run`."""
    if inputs.separable:
        return _FileRun(cluster, reading, inputs, *arguments)
    return _ClusterRun(cluster, inputs, *arguments)


def _nothing(message: str) -> None:
    """Discards workers' messages about a file's layout, which were printed already."""
