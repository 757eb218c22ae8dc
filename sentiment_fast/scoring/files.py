"""A CSV file -> the same CSV file with scores: what is opened, taken up, checked and finished, in what order.

In: an input, an output, a model and options. Out: the output, a file of rejected records, and a `Summary`. How records
are found, scored and written is left to the modules that are called here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.scoring.encoded import EncodedTexts, encode_texts
from sentiment_fast.scoring.identity import run_identity
from sentiment_fast.scoring.journal import Journal, State, read_state
from sentiment_fast.scoring.layout import CsvLayout, read_layout
from sentiment_fast.scoring.new_columns import NewColumns, ScoredTexts, score_texts
from sentiment_fast.scoring.options import ScoringOptions
from sentiment_fast.scoring.output import SECONDS_BETWEEN_STATES, FileOutput, Output, StreamOutput
from sentiment_fast.scoring.pipeline import StopRequest, run_stages
from sentiment_fast.scoring.records import Rejects, append_fields
from sentiment_fast.scoring.scorer import Scorer, load
from sentiment_fast.scoring.sources import Source
from sentiment_fast.scoring.stdout import standard_output
from sentiment_fast.scoring.windows import WINDOW_BYTES, CsvWindow, read_windows

_IN_FLIGHT = 2  # windows: one is prepared or written while the other is scored
_OTHER_FORMATS = (".parquet", ".jsonl", ".ndjson", ".json", ".feather", ".arrow", ".xlsx")


@dataclass(frozen=True)
class Summary:
    """What scoring a file came to.

    rows: written, which with `rejects` is all there are but the header and blank lines. empty: of them, those whose
    text is empty or white space alone, with a blank label and blank scores; truncated: with more words than the model
    reads; invalid_utf8: with bytes that are none. earlier_rows: of all rows, those that an earlier run had done.
    """

    rows: int
    rejects: int
    empty: int
    truncated: int
    invalid_utf8: int
    earlier_rows: int
    seconds: float
    text_column: str
    output: str
    rejects_file: str | None

    @property
    def rows_per_second(self) -> float:
        """Of this run."""
        return (self.rows + self.rejects - self.earlier_rows) / self.seconds


def score_csv(
    input: str | Path | BinaryIO,  # noqa: A002
    output: str | Path | BinaryIO,
    model: str | Path | Scorer,
    *,
    device: str = "auto",
    precision: str = "auto",
    force: bool = False,
    restart: bool = False,
    rejects: str | Path | None = None,
    say: Callable[[str], None] = lambda message: None,
    on_window: Callable[[int, int], None] = lambda consumed, rows: None,
    stop: StopRequest | None = None,
    window_bytes: int = WINDOW_BYTES,
    keep_journal: bool = False,
    **options: Any,
) -> Summary:
    """Append `sentiment_label` and `sentiment_score` to every record of a CSV file; its own bytes are copied.

    input: a path, by whose extension it is decompressed (.gz .bz2 .xz .zst), "-" for stdin, or a binary file. output:
    likewise, "-" for stdout. model: a folder, which is loaded for `device` and `precision`, or a `Scorer`. options:
    those of `ScoringOptions`: text_column, delimiter, columns, status, tokens, max_record, strict, excel_safe.
    Records that cannot be read go to `rejects`, by default OUTPUT.rejects.csv; where the output is no file and none is
    named, the first of them is an error. sentiment_score is the probability of the positive class, `classes[1]`; with
    more than two classes, one column each, `sentiment_score_<label>`. Bytes that are no UTF-8 are scored as
    bytes.decode("utf-8", "replace") reads them.

    From file to file, a run that was killed is taken up by the same call, with the same result to the last byte; a
    call with another input, model or option refuses to; restart begins anew. force replaces an output that exists.
    say: gets messages. on_window: gets bytes read and rows done, in the thread that writes. stop: ends the run after a
    window, with KeyboardInterrupt. keep_journal: leave the journal of a finished run, by which the same call knows it.
    Raises DataError for what cannot be read or written, UsageError for a request that makes no sense.
    """
    chosen = _options(options)
    started = time.perf_counter()
    finished = False
    if isinstance(output, str | Path) and output != "-":
        finished = _check_output(Path(output), _rejects_path(Path(output), rejects), force, restart)
    scorer = model if isinstance(model, Scorer) else load(model, device, precision)
    new_columns = NewColumns(scorer.classes, chosen.status, chosen.tokens)
    with Source(input) as source:
        layout = read_layout(source, chosen, scorer.text_column, new_columns.names, say)
        identity = run_identity(source, scorer, chosen, window_bytes, rejects) if source.rereadable else None
        sink = _open_output(output, rejects, identity, restart)
        earlier = sink.state
        if earlier.windows and not earlier.complete:
            say(f"{output}: going on behind row {earlier.rows + earlier.rejects:,}, where an earlier run was ended")
        try:
            if not earlier.complete:
                if not sink.takes_rejects:
                    chosen = replace(chosen, strict=True)
                run = _Run(source, layout, scorer, new_columns, chosen, sink, on_window, window_bytes)
                _complete(run, sink, stop or StopRequest())
            if not finished:
                sink.finish()
            if isinstance(sink, FileOutput) and not keep_journal:
                sink.remove_journal()
        finally:
            sink.close()
    done = sink.state
    return Summary(
        rows=done.rows,
        rejects=done.rejects,
        empty=done.empty,
        truncated=done.truncated,
        invalid_utf8=done.invalid_utf8,
        earlier_rows=earlier.rows + earlier.rejects,
        seconds=time.perf_counter() - started,
        text_column=layout.columns[layout.text],
        output=str(output),
        rejects_file=_named_rejects(output, rejects) if done.rejects else None,
    )


def journal_path(output: Path) -> Path:
    """Where the journal of an output's run is."""
    return Path(f"{output}.journal")


class _Run:
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
        self._rejects = Rejects(len(layout.columns), options.max_record)
        self._state = output.state

    def run(self, stop: StopRequest) -> bool:
        """Returns whether all windows were written: False where a stop was requested."""
        if self._state.windows:
            self._source.restart_at(self._state.position.offset)
        cancel, hurry = self._source.cancel, self._output.hurry
        return run_stages(self._prepared(), self._score, self._write, cancel, hurry, stop, _IN_FLIGHT)

    def _prepared(self) -> Iterator[tuple[CsvWindow, EncodedTexts]]:
        begin = self._state.position
        for window in read_windows(self._source, self._layout, self._options, begin, _IN_FLIGHT, self._window_bytes):
            yield window, encode_texts(window.texts, self._scorer)

    def _score(self, prepared: tuple[CsvWindow, EncodedTexts]) -> tuple[CsvWindow, EncodedTexts, ScoredTexts]:
        return (*prepared, score_texts(prepared[1], self._scorer))

    def _write(self, done: tuple[CsvWindow, EncodedTexts, ScoredTexts]) -> None:
        window, texts, scored = done
        delimiter, excel_safe = self._layout.delimiter, self._options.excel_safe
        fields = self._new_columns.csv_fields(scored, delimiter, excel_safe)
        header = self._new_columns.csv_header(delimiter, excel_safe) if window.header >= 0 else b""
        data = append_fields(window, fields, header, delimiter, excel_safe)
        rejects, rejected = self._rejects.rows(window)
        before = self._state
        self._state = State(
            windows=before.windows + 1,
            position=window.end,
            rows=before.rows + len(texts),
            rejects=before.rejects + rejected,
            empty=before.empty + int(texts.blank.sum()),
            truncated=before.truncated + int(texts.truncated.sum()),
            invalid_utf8=before.invalid_utf8 + int(texts.invalid.sum()),
        )
        self._output.write(data, rejects, self._state, window.resumable)
        self._on_window(window.consumed, self._state.rows + self._state.rejects)


def _complete(run: _Run, output: Output, stop: StopRequest) -> None:
    """Run to the end. What ends it earlier leaves behind what a later run can go on with, and nothing else."""
    resumable = isinstance(output, FileOutput) and output.resumable
    try:
        if not run.run(stop):
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        if resumable:
            output.pause()
        else:
            output.abandon()
        raise
    except DataError as error:
        if resumable and isinstance(error.__cause__, OSError) and error.__cause__.errno is not None:
            raise DataError(f"{error}. What was scored is kept: mend that, then give the same command again") from error
        output.abandon()
        raise
    except BaseException:
        if not resumable:
            output.abandon()
        raise


def _options(given: dict[str, Any]) -> ScoringOptions:
    columns = given.get("columns")
    if isinstance(columns, str):
        raise UsageError(f"Expected columns in a list, got the text {columns!r}")
    if columns is not None:
        given = given | {"columns": tuple(dict.fromkeys(columns))}
    return ScoringOptions(**given)


def _check_output(path: Path, rejects: Path, force: bool, restart: bool) -> bool:
    """Whether the output is already there, whole, by a run of which only the journal is still to be removed."""
    if path.suffix.lower() in _OTHER_FORMATS:
        raise UsageError(f"{path}: expected the name of a CSV file for the output, got one that ends otherwise")
    if path.exists() and not path.is_file():  # a folder, a pipe, a device: a finished file cannot be put in its place
        raise UsageError(
            f'{path}: expected the name of a file, got something else there: name another, or "-" for stdout'
        )
    if not path.parent.is_dir():
        raise DataError(f"{path}: cannot be written (No such file or directory)")
    state = None if restart else read_state(journal_path(path))
    complete = state is not None and state.complete
    if complete and path.exists() and not Path(f"{path}.part").exists():
        return True
    for existing in (path, rejects):
        if existing.exists() and not force and not complete:
            raise UsageError(f"{existing}: exists already: name another with -o, or replace it with --force")
    return False


def _rejects_path(output: Path, named: str | Path | None) -> Path:
    return Path(f"{output}.rejects.csv") if named is None else Path(named)


def _named_rejects(output: Any, named: str | Path | None) -> str | None:
    if not isinstance(output, str | Path) or output == "-":
        return None if named is None else str(named)
    return str(_rejects_path(Path(output), named))


def _open_output(
    output: str | Path | BinaryIO, rejects: str | Path | None, identity: dict[str, Any] | None, restart: bool
) -> Output:
    if not isinstance(output, str | Path) or output == "-":
        return StreamOutput(standard_output() if output == "-" else output, None if rejects is None else Path(rejects))
    path = Path(output)
    journal = journal_path(path)
    if identity is None:
        if journal.exists() and not restart:
            raise UsageError(
                f"{journal}: an unfinished run is there, on another input: name another output or --restart"
            )
        journal.unlink(missing_ok=True)
        return FileOutput(path, _rejects_path(path, rejects), None, SECONDS_BETWEEN_STATES)
    opened = Journal(journal, identity, restart)
    try:
        return FileOutput(path, _rejects_path(path, rejects), opened, SECONDS_BETWEEN_STATES)
    except BaseException:
        opened.close()
        raise
