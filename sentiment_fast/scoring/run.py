"""Inputs, a scorer and an output -> a run, which reads, scores and writes windows concurrently.

In: `Inputs`, a `Writer`, and an `Output`, whose progress says where to begin. Out: each window's bytes and the progress
after it, passed to the output. Opening, checking and naming files is left to score_files.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.io.csv.missing import count_na_spellings
from sentiment_fast.io.formats import CSV
from sentiment_fast.io.inputs import Inputs
from sentiment_fast.io.window import Position, Reader, Window, Writer
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring.columns import AddedColumns, EncodedTexts, ScoredTexts, encode_texts, score_texts
from sentiment_fast.scoring.journal import Progress
from sentiment_fast.scoring.options import ScoreOptions
from sentiment_fast.scoring.output import FileOutput, Output
from sentiment_fast.scoring.pipeline import run_stages
from sentiment_fast.scoring.scorer import Scorer

IN_FLIGHT = 2  # windows: one is prepared or written while another is scored


class Prepared(NamedTuple):
    """A window of an input. source_number: the input's, from 0."""

    reader: Reader[Window]
    source_number: int
    window: Window
    texts: EncodedTexts


@dataclass(frozen=True)
class FinishedWindow:
    """data, resumable, replaced: as in a `WrittenPart`. rejects: bytes for the file of rejects. end: where the window
    ends. consumed: bytes of its input read up to there. The rest are numbers of rows and of rejected records.
    """

    data: bytes | pa.Buffer
    resumable: bool
    replaced: int
    rejects: bytes
    rejected: int
    end: Position
    consumed: int
    rows: int
    empty: int
    no_known_words: int
    truncated: int
    invalid_utf8: int
    na_spellings: int


def finish_window(
    reader: Reader[Window],
    source_number: int,
    window: Window,
    texts: EncodedTexts,
    scored: ScoredTexts,
    columns: AddedColumns,
    writer: Writer[Window],
    more_follow: bool,
) -> FinishedWindow:
    """source_number: the input's, from 0. more_follow: whether further inputs will be written after it."""
    part = writer.write(reader, source_number, window, columns.of(scored), more_follow)
    rejects, rejected = reader.rejected(window)
    return FinishedWindow(
        data=part.data,
        resumable=part.resumable,
        replaced=part.replaced,
        rejects=rejects,
        rejected=rejected,
        end=replace(window.end, source=source_number),
        consumed=window.consumed,
        rows=len(texts),
        empty=int(texts.blank.sum()),
        no_known_words=int(texts.unknown.sum()),
        truncated=int(texts.truncated.sum()),
        invalid_utf8=int(texts.invalid.sum()),
        na_spellings=count_na_spellings(window.texts) if reader.format == CSV else 0,
    )


class Run:
    """The stages of a run, and the progress that they update from window to window."""

    def __init__(
        self,
        inputs: Inputs,
        scorer: Scorer,
        columns: AddedColumns,
        writer: Writer[Window],
        output: Output,
        on_window: Callable[[int, int], None],
        options: ScoreOptions,
    ) -> None:
        self._inputs, self._scorer, self._columns, self._writer, self._output = inputs, scorer, columns, writer, output
        self._on_window, self._options = on_window, options
        self._progress = output.progress

    def complete(self, stop: StopRequest) -> None:
        """Run to the end. If it ends earlier, it only leaves files that a later run can resume from."""
        output = self._output
        resumable = isinstance(output, FileOutput) and output.resumable
        try:
            with stop.calling(output.hurry):
                self._run(stop)
        except KeyboardInterrupt:
            if resumable:
                output.pause()
            else:
                output.abandon()
            raise
        except DataError as error:
            if resumable and isinstance(error.__cause__, OSError) and error.__cause__.errno is not None:
                advice = "What was scored so far is kept: fix the problem and repeat the same call to resume"
                raise DataError(f"{error}. {advice}") from error
            output.abandon()
            raise
        except BaseException:
            if not resumable:
                output.abandon()
            raise

    def _run(self, stop: StopRequest) -> None:
        if self._progress.windows and isinstance(self._output, FileOutput):
            self._writer.resume(self._output.part, self._progress.output_bytes)
        if not run_stages(self._prepared(), self._score, self._write, self._cancel, stop, IN_FLIGHT):
            raise KeyboardInterrupt
        self._inputs.check_unchanged()
        self._output.end(self._writer.finish(self._progress.windows, self._progress.rows), self._progress)
        if self._inputs.rows is not None and self._inputs.rows != self._progress.rows:
            raise DataError(
                f"Expected {self._inputs.rows:,} rows, as the input records, wrote {self._progress.rows:,}: start over "
                "with `restart=True`"
            )

    def _prepared(self) -> Iterator[Any]:
        yield from self._encoded(IN_FLIGHT)

    def _encoded(self, buffers: int) -> Iterator[Prepared]:
        """buffers: how many windows may be in use at once."""
        windows = self._inputs.windows(self._progress.position, buffers, self._options.window_bytes)
        for reader, source_number, window in windows:
            yield Prepared(reader, source_number, window, encode_texts(window.texts, self._scorer))

    def _score(self, prepared: Any) -> Any:
        return prepared, score_texts(prepared.texts, self._scorer)

    def _finish(self, done: Any) -> FinishedWindow:
        (reader, source_number, window, texts), scored = done
        more_follow = self._inputs.more_follow(source_number)
        return finish_window(reader, source_number, window, texts, scored, self._columns, self._writer, more_follow)

    def _write(self, done: Any) -> None:
        window, before = self._finish(done), self._progress
        self._progress = Progress(
            windows=before.windows + 1,
            position=window.end,
            rows=before.rows + window.rows,
            rejects=before.rejects + window.rejected,
            empty=before.empty + window.empty,
            no_known_words=before.no_known_words + window.no_known_words,
            truncated=before.truncated + window.truncated,
            invalid_utf8=before.invalid_utf8 + window.invalid_utf8,
            na_spellings=before.na_spellings + window.na_spellings,
            replaced=before.replaced + window.replaced,
        )
        self._output.write(window.data, window.rejects, self._progress, window.resumable)
        consumed = self._inputs.consumed(window.end.source, window.consumed)
        self._on_window(consumed, self._progress.rows + self._progress.rejects)

    def _cancel(self) -> None:
        """End a wait inside `_prepared`."""
        self._inputs.cancel()
