"""Several inputs -> their outputs: planning which is written where, checking that, and scoring them one by one.

In: input names, including patterns, and where to write. Out: a `Job` for each output and its `Summary`. Making one
output is left to score_files.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.errors import UsageError
from sentiment_fast.io.formats import (
    COMPRESSIONS,
    CSV,
    extension_of,
    has_format,
    input_format,
    is_written,
    output_format,
)
from sentiment_fast.io.inputs import expand_patterns
from sentiment_fast.io.source import unreadable
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.scoring.engine import check_engine, open_engine
from sentiment_fast.scoring.journal import has_journal
from sentiment_fast.scoring.options import DEFAULT_OPTIONS, ScoreOptions
from sentiment_fast.scoring.score_files import Summary, score_files
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.scoring.target import Target, check_distinct, journal_path

if TYPE_CHECKING:
    from sentiment_fast.scoring.cluster.ray_cluster import Cluster

_FILES_AT_ONCE = 32  # with a cluster; each has a reader and a writer in this process
_ENGINE_OPTIONS = {"device", "precision", "threshold", "neutral", "cascade", "workers"}  # all jobs share one engine

OnWindow = Callable[[int, int], None]


@dataclass(frozen=True)
class Job:
    """Inputs that are written to one output."""

    inputs: list[str]
    output: str

    @property
    def name(self) -> str:
        """For messages."""
        if len(self.inputs) > 1:
            return f"{len(self.inputs)} inputs"
        return "stdin" if self.inputs == ["-"] else self.inputs[0]


def score_jobs(
    inputs: Sequence[str],
    output: str | None = None,
    model: str | Path | None = None,
    *,
    engine: str = "local",
    say: Callable[[str], None] = lambda message: None,
    progress: Callable[[Job], AbstractContextManager[OnWindow]] = lambda job: nullcontext(lambda consumed, rows: None),
    on_ready: Callable[[], None] = lambda: None,
    stop: StopRequest | None = None,
    **options: Any,
) -> list[tuple[Job, Summary]]:
    """Score files, each to an output of its own or all to one.

    inputs: file names or patterns; "-" for stdin. output: a file for all of them, or a folder; "-" for stdout; None to
    write next to each input. progress: returns, for a job, a context manager whose value `score_files` calls as its
    on_window. on_ready: called once the model is loaded. options: the options of `score_files`. Everything that can be
    checked without the model is checked before it is loaded. Raises the errors of `score_files`, and KeyboardInterrupt
    after a stop.
    """
    chosen = ScoreOptions.from_keywords(options)
    jobs = plan_jobs(expand_patterns(inputs), output, chosen)
    if len(jobs) > 1 and chosen.rejects is not None:
        raise UsageError("Expected no `rejects` with several outputs: each has a file of rejects of its own")
    check_engine(engine, chosen)
    if _check(jobs, chosen):
        options = {**options, "restart": True}
    with open_engine(engine, model, chosen, say) as (scorer, cluster):
        say(_engine_message(scorer, cluster))
        on_ready()
        run = _JobsRun(scorer, cluster, options, len(jobs) > 1, say, progress)
        scored = []
        for job, summary in zip(jobs, run.summaries(jobs, stop or StopRequest()), strict=True):
            _report(job, summary, chosen.unknown, say)
            scored.append((job, summary))
    if len(jobs) > 1:
        _remove_journals(jobs)
    return scored


def _remove_journals(jobs: Sequence[Job]) -> None:
    """Remove the journals by which a batch that ends earlier is resumed."""
    for job in jobs:
        path = journal_path(Path(job.output))
        if has_journal(path):
            path.unlink(missing_ok=True)


class _JobsRun:
    """Jobs that share one engine. several: keep the journals of finished jobs until all are finished."""

    def __init__(
        self,
        scorer: Scorer,
        cluster: Cluster | None,
        options: dict[str, Any],
        several: bool,
        say: Callable[[str], None],
        progress: Callable[[Job], AbstractContextManager[OnWindow]],
    ) -> None:
        self._scorer, self._cluster, self._say, self._progress = scorer, cluster, say, progress
        self._options = {name: value for name, value in options.items() if name not in _ENGINE_OPTIONS}
        if several:  # so that the same command skips finished jobs
            self._options["keep_journal"] = True

    def summaries(self, jobs: list[Job], stop: StopRequest) -> Iterator[Summary]:
        """The jobs' summaries, in order. With a cluster, several jobs run at once, so that workers stay busy."""
        at_once = 1 if self._cluster is None else min(self._cluster.workers, _FILES_AT_ONCE)
        if at_once == 1 or len(jobs) == 1:
            for job in jobs:
                yield self._score(job, stop)
            return
        ours = StopRequest()
        with stop.calling(ours.request), ThreadPoolExecutor(at_once) as pool:
            if stop.requested:
                ours.request()
            scored = [pool.submit(self._score, job, ours) for job in jobs]
            try:
                for one in scored:
                    yield one.result()
            except BaseException:
                ours.request()
                pool.shutdown(cancel_futures=True)
                raise

    def _score(self, job: Job, stop: StopRequest) -> Summary:
        if stop.requested:
            raise KeyboardInterrupt
        with self._progress(job) as on_window:
            try:
                return score_files(
                    job.inputs if len(job.inputs) > 1 else job.inputs[0],
                    job.output,
                    self._scorer,
                    engine=self._cluster or "local",
                    say=self._say,
                    on_window=on_window,
                    stop=stop,
                    **self._options,
                )
            except KeyboardInterrupt:
                if job.inputs != ["-"] and job.output != "-":
                    self._say(f"{job.output}: what was scored so far is kept; the same command resumes from there")
                raise


def plan_jobs(inputs: list[str], output: str | None, options: ScoreOptions = DEFAULT_OPTIONS) -> list[Job]:
    """Which inputs are written where: one output for each, in a folder or next to the input, unless it is a file."""
    if output is not None and (len(inputs) == 1 or output == "-" or _is_file(output)):
        return [Job(inputs, output)]
    if output is None:
        outputs = [_default_output(source, options) for source in inputs]
    else:
        outputs = [str(Path(output) / _written_name(Path(source).name, options)) for source in inputs]
    if len(set(outputs)) < len(outputs) or (len(inputs) > 1 and "-" in inputs):
        raise UsageError("Expected inputs whose outputs have different names: score the others separately")
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
    return [Job([source], one) for source, one in zip(inputs, outputs, strict=True)]


def _is_file(output: str) -> bool:
    """Whether a name, which may not exist yet, is that of a file, not of a folder."""
    path = Path(output)
    return not path.is_dir() and not output.endswith("/") and (path.exists() or has_format(output))


def _default_output(source: str, options: ScoreOptions) -> str:
    """The default output: next to the file, with `.scored` in its name; stdout for stdin."""
    if source == "-":
        return "-"
    compression = _compression(source)
    stem, dot, extension = source.removesuffix(compression).rpartition(".")
    if not dot or "/" in extension:
        raise UsageError(f"{source}: has no extension from which to make the output's name: choose one with `output`")
    return _written_name(f"{stem}.scored.{extension}{compression}", options)


def _written_name(name: str, options: ScoreOptions) -> str:
    """The name of an output, made from that of its input, with the extension of the format that is written."""
    if options.output_format is not None:
        extension = extension_of(options.output_format)
    elif not is_written(input_format(name, options.input_format)):
        extension = extension_of("csv")
    else:
        return name
    compression = _compression(name)
    stem = name.removesuffix(compression)
    stem = stem.removesuffix(Path(stem).suffix)
    return f"{stem}{extension}{'' if extension == '.parquet' else compression}"


def _compression(name: str) -> str:
    """The extension of a compression, "" if the file is not compressed."""
    return Path(name).suffix if Path(name).suffix.lower() in COMPRESSIONS else ""


def _check(jobs: Sequence[Job], options: ScoreOptions) -> bool:
    """Check what can be checked before the model is loaded.

    Returns whether all outputs are finished and are to be replaced. Until all are, the same call only finishes them.
    """
    for job in jobs:
        for source in job.inputs:
            if source != "-":
                _check_exists(source)
            input_format(source, options.input_format)
        if job.output != "-":
            output_format(job.output, CSV, options.output_format)
    targets = [Target.of(job.output, options.rejects) for job in jobs]
    check_distinct(targets, [source for job in jobs for source in job.inputs])
    finished = [target.check(options.force, options.restart).complete for target in targets]
    return options.force and all(finished)


def _check_exists(source: str) -> None:
    try:
        Path(source).stat()
    except OSError as error:
        raise unreadable(source, error) from error


def _engine_message(scorer: Scorer, cluster: Cluster | None) -> str:
    if cluster is None:
        return f"Scoring on {scorer.device.type}, {scorer.precision.reason}"
    found = cluster.fingerprint
    return f"Scoring with {cluster.workers} workers of a Ray cluster, on {found['device']}, {found['precision']}"


def _report(job: Job, summary: Summary, unknown: str, say: Callable[[str], None]) -> None:
    earlier = f", {summary.earlier_rows:,} of them in an earlier run" if summary.earlier_rows else ""
    rejected = f", {summary.rejects:,} rejected to {summary.rejects_file}" if summary.rejects else ""
    answer = "scored nevertheless" if unknown == "prior" else "therefore without a score"
    strange = f", {summary.no_known_words:,} without a known word and {answer}" if summary.no_known_words else ""
    say(
        f"{job.name}: {summary.rows + summary.rejects:,} rows in{earlier}, "
        f"{summary.rows:,} rows out to {summary.output if summary.output != '-' else 'stdout'}{rejected}, "
        f"{summary.empty:,} of them without text and therefore without a score{strange}; "
        f"{summary.seconds:.1f} s, {summary.rows_per_second:,.0f} rows/s"
    )
    if summary.replaced:
        say(f"{summary.output}: invalid UTF-8 in {summary.replaced:,} rows was replaced with U+FFFD")
