"""Inputs, a scorer and an output -> a run: what is read, scored and written at the same time, and how it may end.

In: `Inputs`, a `Writer`, an `Output` that stands where the run is to begin. Out: the state behind each window, handed
to the output with its bytes. Files are opened, checked and named in files.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sentiment_fast.errors import DataError
from sentiment_fast.io.inputs import Inputs
from sentiment_fast.io.outputs import Writer
from sentiment_fast.io.window import Reader, Window
from sentiment_fast.scoring.columns import score_texts
from sentiment_fast.scoring.encoded_texts import EncodedTexts, encode_texts
from sentiment_fast.scoring.finished_window import FinishedWindow, finish_window
from sentiment_fast.scoring.journal import State
from sentiment_fast.scoring.output import FileOutput, Output
from sentiment_fast.scoring.pipeline import StopRequest, run_stages
from sentiment_fast.scoring.scorer import Scorer

IN_FLIGHT = 2  # windows: one is prepared or written while the other is scored


class Prepared(NamedTuple):
    """A window of an input, and which input that is, from 0."""

    source: Reader[Window]
    place: int
    window: Window
    texts: EncodedTexts


class Run:
    """The stages of a run, and what they hand from window to window."""

    def __init__(
        self,
        inputs: Inputs,
        scorer: Scorer,
        writer: Writer,
        output: Output,
        on_window: Callable[[int, int], None],
        window_bytes: int,
    ) -> None:
        self._inputs, self._scorer, self._writer, self._output = inputs, scorer, writer, output
        self._on_window, self._window_bytes = on_window, window_bytes
        self._state = output.state

    def complete(self, stop: StopRequest) -> None:
        """Run to the end. What ends it earlier leaves behind what a later run can go on with, and nothing else."""
        output = self._output
        resumable = isinstance(output, FileOutput) and output.resumable
        try:
            self._run(stop)
        except KeyboardInterrupt:
            if resumable:
                output.pause()
            else:
                output.abandon()
            raise
        except DataError as error:
            if resumable and isinstance(error.__cause__, OSError) and error.__cause__.errno is not None:
                advice = "What was scored is kept: mend that, then give the same command again"
                raise DataError(f"{error}. {advice}") from error
            output.abandon()
            raise
        except BaseException:
            if not resumable:
                output.abandon()
            raise

    def _run(self, stop: StopRequest) -> None:
        if self._state.windows and isinstance(self._output, FileOutput):
            self._writer.resume(self._output.part, self._state.output_bytes)
        if not run_stages(
            self._prepared(), self._score, self._write, self._cancel, self._output.hurry, stop, IN_FLIGHT
        ):
            raise KeyboardInterrupt
        self._output.end(self._writer.finish(self._state.windows, self._state.rows), self._state)
        if self._inputs.rows is not None and self._inputs.rows != self._state.rows:
            raise AssertionError(f"Expected {self._inputs.rows:,} rows, as the input says, wrote {self._state.rows:,}")

    def _prepared(self) -> Iterator[Any]:
        yield from self._encoded(IN_FLIGHT)

    def _encoded(self, buffers: int) -> Iterator[Prepared]:
        """buffers: how many windows may be in use at once."""
        for source, place, window in self._inputs.windows(self._state.position, buffers, self._window_bytes):
            yield Prepared(source, place, window, encode_texts(window.texts, self._scorer))

    def _score(self, prepared: Any) -> Any:
        return prepared, score_texts(prepared.texts, self._scorer)

    def _finish(self, done: Any) -> FinishedWindow:
        (source, place, window, texts), scored = done
        more_behind = self._inputs.more_follow(place)
        return finish_window(source, place, window, texts, scored, self._writer, more_behind)

    def _write(self, done: Any) -> None:
        window, before = self._finish(done), self._state
        self._state = State(
            windows=before.windows + 1,
            position=window.end,
            rows=before.rows + window.rows,
            rejects=before.rejects + window.rejected,
            empty=before.empty + window.empty,
            truncated=before.truncated + window.truncated,
            invalid_utf8=before.invalid_utf8 + window.invalid_utf8,
            replaced=before.replaced + window.replaced,
        )
        self._output.write(window.data, window.rejects, self._state, window.whole)
        consumed = self._inputs.consumed(window.end.source, window.consumed)
        self._on_window(consumed, self._state.rows + self._state.rejects)

    def _cancel(self) -> None:
        """Ends a wait inside `_prepared`."""
        self._inputs.cancel()
