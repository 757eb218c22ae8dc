"""A run: windows prepared, scored and written, by this process.

In: a source that stands at its start, and an output that says how far an earlier run came. Out: the output, window by
window. What is opened before and finished after a run is left to files.py; runs on several machines to cluster_runs.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sentiment_fast.scoring.encoded import encode_texts
from sentiment_fast.scoring.journal import State
from sentiment_fast.scoring.layout import CsvLayout
from sentiment_fast.scoring.new_columns import NewColumns, score_texts
from sentiment_fast.scoring.options import ScoringOptions
from sentiment_fast.scoring.output import Output
from sentiment_fast.scoring.pipeline import StopRequest, run_stages
from sentiment_fast.scoring.records import ScoredWindow, ScoredWindows
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.scoring.sources import Source
from sentiment_fast.scoring.windows import read_windows

IN_FLIGHT = 3  # windows: one is prepared, one scored, one written


class Run:
    """The stages of a run, and what they hand from window to window."""

    def __init__(
        self,
        source: Source,
        layout: CsvLayout,
        scorer: Scorer,
        new_columns: NewColumns,
        options: ScoringOptions,
        output: Output,
        on_window: Callable[[int, int], None],
        window_bytes: int,
    ) -> None:
        self._source, self._layout, self._scorer = source, layout, scorer
        self._new_columns, self._options, self._output = new_columns, options, output
        self._on_window, self._window_bytes = on_window, window_bytes
        self._scored_windows = ScoredWindows(layout, new_columns, options)
        self._state = output.state

    def run(self, stop: StopRequest) -> bool:
        """Returns whether all windows were written: False where a stop was requested."""
        if self._state.windows:
            self._source.restart_at(self._state.position.offset)
        return run_stages(self._prepared(), self._score, self._write, self._cancel, stop, IN_FLIGHT)

    def _prepared(self) -> Iterator[Any]:
        begin = self._state.position
        for window in read_windows(self._source, self._layout, self._options, begin, IN_FLIGHT, self._window_bytes):
            yield window, encode_texts(window.texts, self._scorer)

    def _score(self, prepared: Any) -> Any:
        window, texts = prepared
        return window, texts, score_texts(texts, self._scorer)

    def _finish(self, scored: Any) -> ScoredWindow:
        return self._scored_windows.of(*scored)

    def _write(self, scored: Any) -> None:
        window, before = self._finish(scored), self._state
        self._state = State(
            windows=before.windows + 1,
            position=window.end,
            rows=before.rows + window.rows,
            rejects=before.rejects + window.rejected,
            empty=before.empty + window.empty,
            truncated=before.truncated + window.truncated,
            invalid_utf8=before.invalid_utf8 + window.invalid_utf8,
        )
        self._output.write(window.data, window.rejects, self._state, window.resumable)
        self._on_window(window.consumed, self._state.rows + self._state.rejects)

    def _cancel(self) -> None:
        """Ends a wait inside `_prepared`."""
        self._source.cancel()
