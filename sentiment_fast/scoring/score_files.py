"""Files -> the same rows with scores: what is opened, taken up, checked and finished, in what order.

In: inputs, an output, a model and options. Out: the output, a file of rejected records, and a `Summary`. How records
are found, scored and written is left to the modules that are called here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.csv.reader import WINDOW_BYTES
from sentiment_fast.io.csv.writer import FIRST_FIELD, REJECTS_HEADER
from sentiment_fast.io.formats import CSV, delimiter_for, input_format, output_format
from sentiment_fast.io.inputs import Inputs, Reading
from sentiment_fast.io.options import ScoringOptions
from sentiment_fast.io.outputs import make_writer
from sentiment_fast.io.source import Source
from sentiment_fast.io.stdout import standard_output
from sentiment_fast.model.folder import load_model, named_or_bundled
from sentiment_fast.model.model import Model
from sentiment_fast.scoring.cluster.ray_cluster import Cluster
from sentiment_fast.scoring.cluster.runs import cluster_run
from sentiment_fast.scoring.columns import NewColumns
from sentiment_fast.scoring.fingerprint import run_identity, scorer_identity
from sentiment_fast.scoring.journal import Journal, read_state
from sentiment_fast.scoring.output import SECONDS_BETWEEN_STATES, FileOutput, Output, StreamOutput
from sentiment_fast.scoring.pipeline import StopRequest
from sentiment_fast.scoring.run import Run
from sentiment_fast.scoring.scorer import Scorer


@dataclass(frozen=True)
class Summary:
    """What scoring a file came to.

    rows: written, which with `rejects` is all there are but the header and blank lines. empty: of them, those whose
    text is empty or white space alone, with a blank label and blank scores; truncated: with more words than the network
    reads; invalid_utf8: with bytes that are none. replaced: rows of which bytes that are no UTF-8 were replaced by
    U+FFFD, because the output's format cannot hold them. earlier_rows: of all rows, those that an earlier run had done.
    """

    rows: int
    rejects: int
    empty: int
    truncated: int
    invalid_utf8: int
    replaced: int
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
    input: str | Path | BinaryIO | Sequence[str | Path],  # noqa: A002
    output: str | Path | BinaryIO,
    model: str | Path | Scorer | None = None,
    *,
    device: str = "auto",
    precision: str = "auto",
    engine: str | Cluster = "local",
    workers: int | None = None,
    threshold: float | None = None,
    cascade: float | bool | None = None,
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
    """Append `sentiment_label` and `sentiment_score` to every row of a file of CSV, JSON Lines or Parquet.

    input: a path, by whose extension it is read and decompressed (.csv, .tsv, .jsonl, .ndjson, and .gz .bz2 .xz .zst;
    .parquet, .pq), "-" for stdin, or a binary file; several paths, to be written into one output in their order, must
    have the same columns. output: likewise, "-" for stdout; what has no such extension gets the input's format. From
    CSV to CSV and from JSON Lines to JSON Lines, a record's own bytes are copied. model: a folder, which is loaded for
    `device` and `precision`, or a `Scorer`; None for the bundled model, or that of an open cluster. engine: "local";
    "ray" for `workers` of a Ray cluster, by default all that it has room for; or a `Cluster` that is open, for several
    calls, with its scorer as the model. It makes no difference to the output. threshold, cascade: as for `sf.load`,
    with a folder alone. options: those of `ScoringOptions`: text_column, delimiter, columns, status, tokens,
    max_record, strict, excel_safe.
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
    sources: Sequence[Any] = [input] if isinstance(input, str | Path) or hasattr(input, "read") else input
    if not sources:
        raise UsageError("Expected an input or several, got none")
    finished = False
    path = Path(output) if isinstance(output, str | Path) and output != "-" else None
    if path is not None:
        finished = _check_output(path, _rejects_path(path, rejects), force, restart)
    elif rejects is None:
        chosen = replace(chosen, strict=True)
    with ExitStack() as opened:
        source = opened.enter_context(Source(sources[0]))
        written = output_format("" if path is None else path.name, input_format(source.name))
        _check_options(chosen, input_format(source.name), written)
        if model is None and isinstance(engine, Cluster):
            model = engine.scorer
        adjusted = _adjusted(model, threshold, cascade, say)
        scorer, cluster = opened.enter_context(_engine(engine, adjusted, device, precision, workers, say))
        new_columns = NewColumns(scorer.classes, chosen.status, chosen.tokens, scorer.threshold)
        reading = Reading(chosen, scorer.text_column, new_columns.names, written, say, named=len(sources) > 1)
        inputs = Inputs(sources, reading, source)
        identity = None
        if source.rereadable:
            scored_by = scorer_identity(scorer) if cluster is None else cluster.identity
            identity = run_identity([Path(one) for one in sources], scored_by, chosen, window_bytes, rejects)
        sink = _open_output(output, rejects, identity, restart, reading.named)
        earlier = sink.state
        if earlier.windows and not earlier.complete:
            say(f"{output}: going on behind row {earlier.rows + earlier.rejects:,}, where an earlier run was ended")
        try:
            if not earlier.complete:
                delimiter = chosen.delimiter or delimiter_for(str(output))
                writer = make_writer(written, inputs.first, new_columns, delimiter, chosen.excel_safe, window_bytes)
                make_run = Run if cluster is None else partial(cluster_run, cluster, reading)
                run = make_run(inputs, scorer, writer, sink, on_window, window_bytes)
                run.complete(stop or StopRequest())
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
        replaced=done.replaced,
        earlier_rows=earlier.rows + earlier.rejects,
        seconds=time.perf_counter() - started,
        text_column=inputs.first.text_column,
        output=str(output),
        rejects_file=_named_rejects(output, rejects) if done.rejects else None,
    )


def journal_path(output: Path) -> Path:
    """Where the journal of an output's run is."""
    return Path(f"{output}.journal")


def _adjusted(
    model: str | Path | Scorer | None,
    threshold: float | None,
    cascade: float | bool | None,
    say: Callable[[str], None],
) -> Scorer | Model:
    if not isinstance(model, Scorer):
        return load_model(named_or_bundled(model, say)).adjusted(threshold, cascade)
    if threshold is not None or cascade is not None:
        raise UsageError("Expected a threshold or a cascade with a model folder alone: a scorer has its own")
    return model


@contextmanager
def _engine(
    engine: str | Cluster,
    model: Scorer | Model,
    device: str,
    precision: str,
    workers: int | None,
    say: Callable[[str], None],
) -> Iterator[tuple[Scorer, Cluster | None]]:
    """The model in this process, and the cluster, if it is one that scores."""
    if isinstance(engine, Cluster):
        if model is not engine.scorer or workers is not None:
            raise UsageError("Expected the scorer of the open cluster as the model, and no number of workers")
        if engine.scorer.threshold != engine.identity["threshold"]:  # which workers go by
            raise UsageError(
                f"Expected the threshold that the cluster was opened with, {engine.identity['threshold']}, got "
                f"{engine.scorer.threshold}: open one with a scorer that has it"
            )
        yield engine.scorer, engine
    elif engine == "ray":
        with Cluster(model, device, precision, workers, say) as cluster:
            yield cluster.scorer, cluster
    elif engine != "local":
        raise UsageError(f"Expected an engine of local or ray, got {engine!r}")
    elif workers is not None:
        raise UsageError("Expected no number of workers without the engine ray")
    else:
        yield model if isinstance(model, Scorer) else Scorer(model, device, precision), None


def _options(given: dict[str, Any]) -> ScoringOptions:
    columns = given.get("columns")
    if isinstance(columns, str):
        raise UsageError(f"Expected columns in a list, got the text {columns!r}")
    if columns is not None:
        given = given | {"columns": tuple(dict.fromkeys(columns))}
    return ScoringOptions(**given)


def _check_options(options: ScoringOptions, read: str, written: str) -> None:
    if options.delimiter is not None and CSV not in (read, written):
        raise UsageError(f"Expected no delimiter from {read} to {written}: fields of CSV alone have one between them")
    if options.excel_safe and written != CSV:
        raise UsageError(f"Expected no excel_safe (--excel-safe) for {written}: it is for CSV")


def _check_output(path: Path, rejects: Path, force: bool, restart: bool) -> bool:
    """Whether the output is already there, whole, by a run of which only the journal is still to be removed."""
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
    output: str | Path | BinaryIO,
    rejects: str | Path | None,
    identity: dict[str, Any] | None,
    restart: bool,
    named: bool,
) -> Output:
    header = FIRST_FIELD + REJECTS_HEADER if named else REJECTS_HEADER
    if not isinstance(output, str | Path) or output == "-":
        stream = standard_output() if output == "-" else output
        return StreamOutput(stream, None if rejects is None else Path(rejects), header)
    path = Path(output)
    journal = journal_path(path)
    if identity is None:
        if journal.exists() and not restart:
            raise UsageError(
                f"{journal}: an unfinished run is there, on another input: name another output or --restart"
            )
        journal.unlink(missing_ok=True)
        return FileOutput(path, _rejects_path(path, rejects), None, SECONDS_BETWEEN_STATES, header)
    opened = Journal(journal, identity, restart)
    try:
        return FileOutput(path, _rejects_path(path, rejects), opened, SECONDS_BETWEEN_STATES, header)
    except BaseException:
        opened.close()
        raise
