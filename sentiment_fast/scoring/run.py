"""Inputs, a scorer and an output -> a run: what is read, scored and written at the same time, and how it may end.

In: `Inputs`, a `Writer`, an `Output` that stands where the run is to begin. Out: the state behind each window, handed
to the output with its bytes. Files are opened, checked and named in files.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from sentiment_fast.errors import DataError
from sentiment_fast.scoring.encoded import EncodedTexts, encode_texts
from sentiment_fast.scoring.inputs import Input, Inputs
from sentiment_fast.scoring.journal import State
from sentiment_fast.scoring.new_columns import ScoredTexts, score_texts
from sentiment_fast.scoring.output import FileOutput, Output
from sentiment_fast.scoring.pipeline import StopRequest, run_stages
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.scoring.writers import Writer

_IN_FLIGHT = 3  # windows: one is prepared, one scored, one written


class _Prepared(NamedTuple):
    """A window of an input, and which input that is, from 0."""

    source: Input
    place: int
    window: Any
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
        if not run_stages(self._prepared(), self._score, self._write, self._inputs.cancel, stop, _IN_FLIGHT):
            raise KeyboardInterrupt
        self._output.end(self._writer.finish(self._state.windows, self._state.rows), self._state)
        if self._inputs.rows is not None and self._inputs.rows != self._state.rows:
            raise AssertionError(f"Expected {self._inputs.rows:,} rows, as the input says, wrote {self._state.rows:,}")

    def _prepared(self) -> Iterator[_Prepared]:
        for source, place, window in self._inputs.windows(self._state.position, _IN_FLIGHT, self._window_bytes):
            yield _Prepared(source, place, window, encode_texts(window.texts, self._scorer))

    def _score(self, prepared: _Prepared) -> tuple[_Prepared, ScoredTexts]:
        return prepared, score_texts(prepared.texts, self._scorer)

    def _write(self, done: tuple[_Prepared, ScoredTexts]) -> None:
        (source, place, window, texts), scored = done
        part = self._writer.write(source, place, window, scored, self._inputs.more_behind(place))
        rejects, rejected = source.rejected(window)
        before = self._state
        self._state = State(
            windows=before.windows + 1,
            position=replace(window.end, source=place),
            rows=before.rows + len(texts),
            rejects=before.rejects + rejected,
            empty=before.empty + int(texts.blank.sum()),
            truncated=before.truncated + int(texts.truncated.sum()),
            invalid_utf8=before.invalid_utf8 + int(texts.invalid.sum()),
            replaced=before.replaced + part.replaced,
        )
        self._output.write(part.data, rejects, self._state, part.whole)
        self._on_window(self._inputs.consumed(place, window), self._state.rows + self._state.rejects)
