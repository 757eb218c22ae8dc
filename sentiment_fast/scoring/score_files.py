"""Files -> the same rows with scores: opening, checking, resuming and finishing a run, in order.

In: inputs, an output, a model and options. Out: the output, a file of rejected records, and a `Summary`. Finding,
scoring and writing records is left to the modules that are called here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sentiment_fast.errors import DataError
from sentiment_fast.io.csv.missing import report_na_spellings
from sentiment_fast.io.csv.writer import check_added, check_options
from sentiment_fast.io.encoding import Encoding
from sentiment_fast.io.formats import CSV, TSV, delimiter_for, format_named, has_format, output_format
from sentiment_fast.io.inputs import Inputs, format_of, open_source, sources_of
from sentiment_fast.io.memory.sources import is_table
from sentiment_fast.io.options import Reading, check_applies
from sentiment_fast.io.outputs import make_writer
from sentiment_fast.io.source import Source
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring.columns import AddedColumns
from sentiment_fast.scoring.engine import open_engine
from sentiment_fast.scoring.fingerprint import run_fingerprint, scorer_fingerprint
from sentiment_fast.scoring.journal import Progress
from sentiment_fast.scoring.options import ScoreOptions
from sentiment_fast.scoring.output import FileOutput, Output
from sentiment_fast.scoring.run import Run
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.scoring.target import Target, check_distinct, journal_path

if TYPE_CHECKING:
    from sentiment_fast.scoring.cluster.ray_cluster import Cluster


@dataclass(frozen=True)
class Summary:
    """The result of scoring files.

    rows: the number of rows written. rejects: the number of rejected records; with `rows`, all of the input. empty: the
    number of rows whose text is empty or only white space, and whose label and scores are therefore blank.
    no_known_words: rows with a text without known words; `unknown` decides what they get. truncated: rows
    whose text has more words than the network reads. invalid_utf8: rows whose text is not valid UTF-8. na_spellings:
    rows of CSV whose text is only a spelling of a missing value, such as NaN or NULL, that `na_values` does not list.
    replaced: rows in which invalid UTF-8 was replaced with U+FFFD, because the output's format cannot hold it.
    earlier_rows: rows and rejects that an earlier run had done.
    """

    rows: int
    rejects: int
    empty: int
    no_known_words: int
    truncated: int
    invalid_utf8: int
    na_spellings: int
    replaced: int
    earlier_rows: int
    seconds: float
    text_column: str
    output: str
    rejects_file: str | None

    @property
    def rows_per_second(self) -> float:
        """The throughput of this run."""
        return (self.rows + self.rejects - self.earlier_rows) / self.seconds


def _ignore(*_: Any) -> None:
    """Discards messages and progress."""


def score_files(
    inputs: Any,
    output: str | Path | BinaryIO | None = None,
    model: str | Path | Scorer | None = None,
    *,
    engine: str | Cluster = "local",
    say: Callable[[str], None] = _ignore,
    on_window: Callable[[int, int], None] = _ignore,
    stop: StopRequest | None = None,
    **options: Any,
) -> Summary:
    """Append `sentiment_label` and `sentiment_score` to every row of CSV, JSON, Parquet or Excel files, or of a table.

    inputs: a path, whose extension implies format and compression (see docs/scoring.md), a pattern, "-" for stdin, a
    binary or text file, or a table in memory that speaks Arrow (pandas, polars, pyarrow); or several paths or patterns,
    whose files must have the same columns and are written to one output. output: a path, "-" for stdout, or a binary
    file; without a known extension, it has the input's format, CSV for Excel and tables. Records are copied from CSV to
    CSV and from JSON to JSON. model: a folder, loaded for `device` and `precision`, or a `Scorer`; None for the bundled
    model, or that of an open cluster. engine: "local"; "ray" for `workers` on a Ray cluster; or an open `Cluster`, with
    its scorer as the model, which does not change the output. options: the fields of `scoring.options.ScoreOptions`.

    Records that cannot be read are written to `rejects`, by default OUTPUT.rejects.csv; if the output is not a file and
    `rejects` is not given, the first of them is an error. sentiment_score is the probability of the positive class,
    `Scorer.positive`; with more than two classes, there is one column `sentiment_score_<label>` for each. Ordered
    classes (`Scorer.ordinal`) add `sentiment_stars`, the expected value. Invalid UTF-8 is read as U+FFFD.

    From file to file, the same call resumes an interrupted run, and the result is identical to that of an uninterrupted
    one; a call with another input, model or option refuses to; `restart` starts over. say: gets messages. on_window:
    gets the bytes read and the rows done, in the writing thread. stop: ends the run after a window, with
    KeyboardInterrupt. Raises DataError for what cannot be read or written, UsageError for invalid requests, TypeError
    for inputs and outputs of other types.
    """
    started = time.perf_counter()
    chosen = ScoreOptions.from_keywords(options)
    sources = sources_of(inputs)
    target = Target.of(output, chosen.rejects)
    check_distinct([target], [one for one in sources if not is_table(one)])
    complete, restart = target.check(chosen.force, chosen.restart)
    if target.rejects is None:
        chosen = replace(chosen, strict=True)
    with ExitStack() as opened:
        first = opened.enter_context(open_source(sources[0]))
        read = format_of(first, chosen.input_format)
        written = _format_written(target, read, chosen, say)
        scorer, cluster = opened.enter_context(open_engine(engine, model, chosen, say))
        prepared = _Prepared(sources, first, written, scorer, cluster, chosen, say)
        sink = target.open(prepared.fingerprint, restart, len(sources) > 1, chosen.force)
        opened.enter_context(closing(sink))
        earlier = prepared.checked(sink.progress, target)
        if earlier.windows and not earlier.complete:
            say(f"{target.name}: resuming after row {earlier.rows + earlier.rejects:,}, where an earlier run ended")
        if not earlier.complete:
            prepared.run(target, sink, on_window).complete(stop or StopRequest())
        if not complete:
            sink.finish()
        if isinstance(sink, FileOutput) and not chosen.keep_journal:
            sink.remove_journal()
        name = first.name if len(sources) == 1 else f"{len(sources)} inputs"
        _report_texts(name, sink.progress, first.encoding, format_named(read).streamed, chosen, say)
    return _summary(target, sink.progress, earlier, prepared.inputs.first.text_column, time.perf_counter() - started)


def score_csv(
    input: Any,  # noqa: A002
    output: str | Path | BinaryIO | None = None,
    model: str | Path | Scorer | None = None,
    **options: Any,
) -> Summary:
    """`score_files`, under its original name."""
    return score_files(input, output, model, **options)


def _format_written(target: Target, read: str, options: ScoreOptions, say: Callable[[str], None]) -> str:
    """The output's format. read: the input's. Raises UsageError for options that do not apply to these formats."""
    name = "" if target.path is None else target.path.name
    written = output_format(name, read, options.output_format)
    check_options(options, options, read, written)
    check_applies(options, read)
    if name and options.output_format is None and not has_format(name):
        say(f"{target.name}: writing {written}, because the extension is not that of a format")
    return written


class _Prepared:
    """Inputs whose layout is known, and everything needed to score them.

    fingerprint: the run's; None if an input cannot be read again.
    """

    def __init__(
        self,
        sources: Sequence[Any],
        first: Source,
        written: str,
        scorer: Scorer,
        cluster: Cluster | None,
        options: ScoreOptions,
        say: Callable[[str], None],
    ) -> None:
        self._scorer, self._cluster, self._options, self._written = scorer, cluster, options, written
        self._columns = AddedColumns(scorer, options)
        self._reading = Reading(
            options,
            default_text_column=scorer.text_column,
            reserved_names=tuple(self._columns.names),
            output=written,
            output_delimiter="\t" if options.output_format == TSV else None,
            all_fields=options.excel_safe,
            named=len(sources) > 1,
            say=say,
            warn=say,
        )
        self.inputs = Inputs(sources, self._reading, first)
        if written == self.inputs.first.format == CSV:
            added = [*self._columns.names, *map(str, scorer.classes)]
            check_added(self.inputs.first, added)
            first.encoding.check_texts(added, first.name)
        self.fingerprint: dict[str, Any] | None = None
        if first.rereadable:
            scored_by = scorer_fingerprint(scorer) if cluster is None else cluster.fingerprint
            self.fingerprint = run_fingerprint([Path(one) for one in sources], scored_by, options, self.inputs.decided)

    def checked(self, earlier: Progress, target: Target) -> Progress:
        """The progress of an earlier run. Raises DataError if the inputs can't have led to it."""
        place = earlier.position
        fits = place.source < len(self.inputs.sizes) and (earlier.output_bytes > 0 or earlier.rows == 0)
        if fits and self.inputs.separable:  # offsets are bytes of the file
            fits = place.offset <= self.inputs.sizes[place.source]
        if self.inputs.rows is not None:
            fits = fits and earlier.rows <= self.inputs.rows and place.rows <= self.inputs.rows
        if not fits:
            assert target.path is not None
            raise DataError(
                f"{journal_path(target.path)}: records progress that these inputs can't have led to: start over with "
                "`restart=True`"
            )
        return earlier

    def run(self, target: Target, sink: Output, on_window: Callable[[int, int], None]) -> Run:
        """The run that remains to be done, given the output's progress."""
        options = self._options
        # A new CSV file has the delimiter that is chosen or its name implies; a copied one keeps that of its input.
        delimiter = self._reading.output_delimiter or options.delimiter or delimiter_for(target.name)
        of_writer = replace(options, delimiter=delimiter)
        writer = make_writer(self._written, self.inputs.first, self._columns.schema, of_writer, options.window_bytes)
        parts = (self.inputs, self._scorer, self._columns, writer, sink, on_window, options)
        if self._cluster is None:
            return Run(*parts)
        from sentiment_fast.scoring.cluster.runs import cluster_run

        return cluster_run(self._cluster, self._reading, *parts)


def _report_texts(
    name: str, done: Progress, encoding: Encoding, encoded: bool, options: ScoreOptions, say: Callable[[str], None]
) -> None:
    """Report texts that may stand for missing ones, and texts that could not be decoded, if there are any.

    name: of the inputs. encoding: of their texts. encoded: whether their format leaves the encoding open.
    """
    report_na_spellings(name, done.na_spellings, options.na_values, say)
    if done.invalid_utf8 == 0:
        return
    expected = "UTF-8" if options.encoding is None else encoding.name
    message = f"{name}: invalid {expected} in the texts of {done.invalid_utf8:,} rows was read as U+FFFD"
    if options.encoding is None and encoded:
        message += ": if they are in another encoding, name it, such as `encoding=cp1252`"
    say(message)


def _summary(target: Target, done: Progress, earlier: Progress, text_column: str, seconds: float) -> Summary:
    return Summary(
        rows=done.rows,
        rejects=done.rejects,
        empty=done.empty,
        no_known_words=done.no_known_words,
        truncated=done.truncated,
        invalid_utf8=done.invalid_utf8,
        na_spellings=done.na_spellings,
        replaced=done.replaced,
        earlier_rows=earlier.rows + earlier.rejects,
        seconds=seconds,
        text_column=text_column,
        output=target.name,
        rejects_file=str(target.rejects) if done.rejects and target.rejects is not None else None,
    )
