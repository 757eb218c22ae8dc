"""What all benchmarks share: the corpus, and a summary that sets each group's sides in relation.

Every side of a group is timed in the same run, after its result was compared with the others'. A side that is too slow
for the whole corpus is timed on a sample, and its figures are then labelled as scaled.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

REVIEWS = 50_000


@dataclass(frozen=True)
class Corpus:
    """name: as the output calls it. texts: (n,) Arrow strings. labels: (n,) 0 or 1, None where there are none."""

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
    rounds: int


MEASUREMENTS = pytest.StashKey[list[Measurement]]()
CORPUS_NAMES = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # as the commands do (sentiment_fast/cli.py); for all sides
    config.stash[MEASUREMENTS] = []
    config.stash[CORPUS_NAMES] = {}


@pytest.fixture(scope="session")
def reviews(request: pytest.FixtureRequest) -> Corpus:
    """50,000 unlabelled reviews of IMDb's kind: the real ones if they can be found, else made-up ones."""
    folder = os.environ.get("SENTIMENT_FAST_TEST_DATA")
    if folder:
        return _note(request, "reviews", _from_csv(Path(folder) / "imdb_unsup.csv.xz", "IMDb, unlabelled reviews"))
    return _note(request, "reviews", _fallback())


@pytest.fixture(scope="session")
def labelled(request: pytest.FixtureRequest) -> Corpus:
    """Labelled reviews, found like `reviews`."""
    folder = os.environ.get("SENTIMENT_FAST_TEST_DATA")
    if folder:
        return _note(request, "labelled reviews", _from_csv(Path(folder) / "imdb_train.csv.xz", "IMDb, training half"))
    return _note(request, "labelled reviews", _fallback())


@pytest.fixture
def measure(benchmark: Any, request: pytest.FixtureRequest) -> Callable[..., None]:
    """measure(group, side, function, reviews, rounds): time `function()`, which processes that many reviews."""

    def run(group: str, side: str, function: Callable[[], Any], reviews: int, rounds: int = 3) -> None:
        benchmark.group = group
        benchmark.name = side
        benchmark.extra_info["reviews"] = reviews
        benchmark.pedantic(function, rounds=rounds, iterations=1, warmup_rounds=1)
        if benchmark.stats is None:  # --benchmark-disable
            return
        stats = benchmark.stats.stats
        request.config.stash[MEASUREMENTS].append(
            Measurement(group, side, reviews, stats.median, stats.iqr, stats.rounds)
        )

    return run


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    measurements = config.stash[MEASUREMENTS]
    if not measurements:
        return
    write = terminalreporter.write_line
    terminalreporter.section("in relation")
    write(_machine())
    for role, name in config.stash[CORPUS_NAMES].items():
        write(f"{role}: {name}")
    for group in dict.fromkeys(item.group for item in measurements):
        sides = [item for item in measurements if item.group == group]
        first, whole = sides[0], max(item.reviews for item in sides)
        write("")
        write(f"{group}")
        write(f"  {'':44}{'n':>4}{'reviews':>9}{'median':>11}{'IQR':>10}{'reviews/s':>12}{'ratio':>8}")
        for item in sides:
            ratio = (item.reviews / item.seconds) / (first.reviews / first.seconds)
            scaled = f"  (a sample; scaled to {whole:,}: {item.seconds * whole / item.reviews:.2f} s)"
            write(
                f"  {item.side:44}{item.rounds:>4}{item.reviews:>9,}{item.seconds:>9.3f} s{item.spread:>8.3f} s"
                f"{item.reviews / item.seconds:>12,.0f}{ratio:>7.1f}x{scaled if item.reviews < whole else ''}"
            )


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
    from sentiment_fast.data.demo import demo_corpus
    from sentiment_fast.data.imdb import cached_imdb

    data = cached_imdb() or demo_corpus(REVIEWS)
    return Corpus(data.name, data.texts, (data.labels == "positive").astype(np.int64))


def _machine() -> str:
    import torch

    cores, capability = len(os.sched_getaffinity(0)), torch.backends.cpu.get_cpu_capability()
    versions = f"Python {platform.python_version()}, torch {torch.__version__}, numpy {np.__version__}"
    return f"{platform.machine()}, {cores} cores, {capability}; {versions}"
