"""Fixtures for all benchmarks, and a summary that compares the sides of each group.

Every side of a group is timed in the same run, after its result was compared with the others'. A side that is too slow
for the whole corpus is timed on a sample, and its figures are labelled as scaled.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

# Read by OpenMP when PyTorch is imported; the commands set it too (sentiment_fast/cli/main.py).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import pytest

from benchmarks.counters import Costs, costs, cpu_seconds
from benchmarks.matrix_work import MatrixWork, matrix_peak
from benchmarks.ratios import RUN, machine_kind

REVIEWS = 50_000
FEW_REVIEWS = 6_400  # if nothing is timed (--benchmark-disable): as many as the networks use
PACKAGES = ("torch", "numpy", "pyarrow", "scikit-learn", "tokenizers")  # whose versions a figure depends on


@dataclass(frozen=True)
class Corpus:
    """name: as the output calls it. texts: (n,) Arrow strings. labels: (n,) 0 or 1, or None."""

    name: str
    texts: Any
    labels: np.ndarray | None


@dataclass(frozen=True)
class Measurement:
    group: str
    side: str
    reviews: int  # how many were processed in one round
    seconds: float  # median of the rounds
    spread: float  # interquartile range, seconds
    cpu: float  # seconds of all threads and children, median
    rounds: int
    text: int | None  # UTF-8 bytes of text that one round reads, if given
    costs: Costs  # of one call that was not timed
    work: MatrixWork | None  # of one round of a network
    process_peak: int | None  # bytes resident at the peak of a process that does nothing else

    @property
    def reviews_per_second(self) -> float:
        return self.reviews / self.seconds


MEASUREMENTS = pytest.StashKey[list[Measurement]]()
CORPUS_NAMES = pytest.StashKey[dict[str, str]]()


def pytest_xdist_auto_num_workers() -> int:
    """None: benchmarks have the machine to themselves, and `--benchmark-only` refuses to run in workers."""
    return 0


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # as the commands do (sentiment_fast/cli/main.py); for all sides
    config.stash[MEASUREMENTS] = []
    config.stash[CORPUS_NAMES] = {}


@pytest.fixture(scope="session")
def reviews(request: pytest.FixtureRequest) -> Corpus:
    return _note(request, "reviews", _few_untimed(request, unlabelled_reviews()))


@pytest.fixture(scope="session")
def labelled(request: pytest.FixtureRequest) -> Corpus:
    """Labelled reviews, found like `reviews`."""
    folder = os.environ.get("SENTIMENT_FAST_TEST_DATA")
    found = _from_csv(Path(folder) / "imdb_train.csv.xz", "IMDb, training half") if folder else _fallback()
    return _note(request, "labelled reviews", _few_untimed(request, found))


def _few_untimed(request: pytest.FixtureRequest, corpus: Corpus) -> Corpus:
    if not request.config.getoption("benchmark_disable"):
        return corpus
    labels = None if corpus.labels is None else corpus.labels[:FEW_REVIEWS]
    return Corpus(corpus.name, corpus.texts[:FEW_REVIEWS], labels)


def unlabelled_reviews() -> Corpus:
    """50,000 unlabelled reviews of IMDb's kind: the real ones if available, else made-up ones."""
    folder = os.environ.get("SENTIMENT_FAST_TEST_DATA")
    if folder:
        return _from_csv(Path(folder) / "imdb_unsup.csv.xz", "IMDb, unlabelled reviews")
    return _fallback()


@pytest.fixture
def measure(benchmark: Any, request: pytest.FixtureRequest) -> Callable[..., None]:
    """measure(group, side, function, reviews, rounds, text_bytes, work, peak): time `function()`, on `reviews` reviews.

    text_bytes: bytes of UTF-8 that one call reads. If given, output size, peak memory and cycles are measured too, in
    additional calls that are not timed. work: the matrix products of one call of a network. peak: returns the peak
    resident bytes of a separate process that does the same.
    The figures are in `benchmark.extra_info` and the summary.
    """

    def run(
        group: str,
        side: str,
        function: Callable[[], Any],
        reviews: int,
        rounds: int = 3,
        text_bytes: int | None = None,
        work: MatrixWork | None = None,
        peak: Callable[[], int | None] = lambda: None,
    ) -> None:
        benchmark.group = group
        benchmark.name = side
        benchmark.extra_info["reviews"] = reviews
        cpu: list[float] = []

        def counted() -> None:
            before = cpu_seconds()
            function()
            cpu.append(cpu_seconds() - before)

        benchmark.pedantic(counted, rounds=rounds, iterations=1, warmup_rounds=1)
        if benchmark.stats is None:  # --benchmark-disable
            return
        benchmark.extra_info["cpu_seconds"] = spent = median(cpu[-rounds:])
        found = Costs(None, None, None) if text_bytes is None else costs(function)
        if text_bytes is not None:
            benchmark.extra_info.update(
                text_bytes=text_bytes,
                output_bytes=found.output,
                peak_memory_bytes=found.peak,
                cycles_per_byte=None if found.cycles is None else found.cycles / text_bytes,
            )
        stats = benchmark.stats.stats
        request.config.stash[MEASUREMENTS].append(
            Measurement(
                group, side, reviews, stats.median, stats.iqr, spent, stats.rounds, text_bytes, found, work, peak()
            )
        )

    return run


def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Adds what `python -m benchmarks.ratios` needs to the file of --benchmark-json."""
    from sentiment_fast import _core
    from sentiment_fast.text.encoding import thread_count

    brand = output_json["machine_info"]["cpu"].get("brand_raw") or platform.machine()
    output_json[RUN] = {
        "kind": machine_kind(brand, _core.LEVELS[-1], thread_count()),
        "versions": {"python": platform.python_version(), **versions()},
        "corpora": config.stash[CORPUS_NAMES],
    }


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    measurements = config.stash[MEASUREMENTS]
    if not measurements:
        return
    write = terminalreporter.write_line
    terminalreporter.section("in relation")
    write(machine())
    for role, name in config.stash[CORPUS_NAMES].items():
        write(f"{role}: {name}")
    write("A side is timed after its results were found equal to the first side's (networks: within a tolerance).")
    for group in dict.fromkeys(item.group for item in measurements):
        write("")
        for line in _table([item for item in measurements if item.group == group]):
            write(line)


def _table(sides: list[Measurement]) -> list[str]:
    """A group's sides, with the columns that a side gave figures for. CPU: seconds of all threads and children."""
    first, whole = sides[0], max(item.reviews for item in sides)
    width = max(len(item.side) for item in sides) + 1
    heading = f"  {'':{width}}{'n':>3}{'reviews':>9}{'median':>10}{'IQR':>9}{'CPU':>10}{'reviews/s':>11}{'ratio':>8}"
    with_costs = any(item.text is not None for item in sides)
    if with_costs:
        heading += f"{'text/s':>12}{'output':>11}{'memory':>11}{'cycles/B':>10}"
    with_work = any(item.work is not None for item in sides)
    if with_work:
        heading += f"{'ids/s':>11}{'padding':>9}{'GFLOP/s':>9}{'of peak':>9}"
    with_process_peak = any(item.process_peak is not None for item in sides)
    if with_process_peak:
        heading += f"{'process':>11}"
    lines = [first.group, heading]
    for item in sides:
        line = (
            f"  {item.side:{width}}{item.rounds:>3}{item.reviews:>9,}{item.seconds:>8.3f} s{item.spread:>7.3f} s"
            f"{item.cpu:>8.3f} s"
            f"{item.reviews_per_second:>11,.0f}{item.reviews_per_second / first.reviews_per_second:>7.1f}x"
        )
        line += _cost_columns(item) if with_costs else ""
        line += _work_columns(item) if with_work else ""
        line += f"{_megabytes(item.process_peak):>11}" if with_process_peak else ""
        if item.reviews < whole:
            line += f"  (a sample; scaled to {whole:,}: {item.seconds * whole / item.reviews:.2f} s)"
        lines.append(line)
    return lines


def _cost_columns(item: Measurement) -> str:
    """Text per second, bytes of the output, peak memory beyond what stood before, cycles per byte; "-" if unknown."""
    text, spent = item.text, item.costs
    speed = "-" if text is None else per_second(text / item.seconds)
    output, peak = _megabytes(spent.output), _megabytes(spent.peak)
    cycles = "-" if text is None or spent.cycles is None else f"{spent.cycles / text:.2f}"
    return f"{speed:>12}{output:>11}{peak:>11}{cycles:>10}"


def _megabytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 1e6:,.1f} MB"


def _work_columns(item: Measurement) -> str:
    """Ids of texts per second, padding among what was computed, matrix products per second, share of the peak."""
    if item.work is None:
        return f"{'-':>11}{'-':>9}{'-':>9}{'-':>9}"
    speed = item.work.operations / item.seconds
    share = speed / matrix_peak(item.work.precision)
    return f"{item.work.ids / item.seconds:>11,.0f}{item.work.padding:>9.1%}{speed / 1e9:>9,.0f}{share:>9.0%}"


def per_second(speed: float) -> str:
    """Bytes per second in a readable unit."""
    return f"{speed / 1e9:.2f} GB/s" if speed >= 1e9 else f"{speed / 1e6:.1f} MB/s"


def machine() -> str:
    """One line: the machine and the versions that the figures depend on."""
    import torch

    cores, capability = len(os.sched_getaffinity(0)), torch.backends.cpu.get_cpu_capability()
    installed = ", ".join(f"{name} {version}" for name, version in versions().items())
    return f"{platform.machine()}, {cores} cores, {capability}; Python {platform.python_version()}, {installed}"


def versions() -> dict[str, str]:
    """Those of PACKAGES that are installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _note(request: pytest.FixtureRequest, role: str, corpus: Corpus) -> Corpus:
    request.config.stash[CORPUS_NAMES][role] = f"{corpus.name} ({len(corpus.texts):,})"
    return corpus


def _from_csv(path: Path, name: str) -> Corpus:
    import pandas as pd
    import pyarrow as pa

    table = pd.read_csv(path, keep_default_na=False)
    labels = (table["sentiment"] == "positive").to_numpy(np.int64) if "sentiment" in table else None
    return Corpus(name, pa.chunked_array([pa.array(table["review"], pa.large_string())]), labels)


def _fallback() -> Corpus:
    from sentiment_fast.data.datasets.demo import demo_corpus
    from sentiment_fast.data.datasets.imdb import cached_imdb

    data = cached_imdb() or demo_corpus(REVIEWS)
    return Corpus(data.name, data.texts, (data.labels == "positive").astype(np.int64))
