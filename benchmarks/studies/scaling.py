"""Measure preprocessing by number of reviews and threads, and scoring by threads, as Markdown tables.

    SENTIMENT_FAST_TEST_DATA=FOLDER python -m benchmarks.studies.scaling [--reviews 1000 10000] [--threads 1 2]

In: the unlabelled reviews of the benchmarks, repeated if more are requested. Out: median times, and the peak memory of
encoding in addition to its input and output. Comparisons with other packages are left to test_preprocessing.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch

import sentiment_fast as sf
from benchmarks.conftest import machine, per_second, unlabelled_reviews
from benchmarks.counters import extra_memory, output_bytes
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.devices import choose_device, choose_precision
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.presets import PRESETS
from sentiment_fast.text.encoding import thread_count

REVIEWS = (1_000, 10_000, 100_000, 1_000_000)
LENGTH = 500
SCORED_REVIEWS = 2_000
INT32_REVIEWS = 100_000  # beyond it the matrix is int16: a million rows of 500 are 2 GB in int32
SECONDS, FEWEST, MOST = 1.0, 3, 51  # a figure is the median of as many rounds as fit, within these limits


def median_seconds(function: Callable[[], Any]) -> float:
    """After one call that is not counted."""
    function()
    rounds: list[float] = []
    while len(rounds) < FEWEST or (sum(rounds) < SECONDS and len(rounds) < MOST):
        start = time.perf_counter()
        function()
        rounds.append(time.perf_counter() - start)
    return statistics.median(rounds)


def repeated(texts: Any, reviews: int) -> pa.ChunkedArray:
    """That many of the texts, from the first one again once they are used up; no text is copied."""
    times = -(-reviews // len(texts))
    return pa.chunked_array(texts.chunks * times).slice(0, reviews)


def row(texts: pa.ChunkedArray, threads: int) -> str:
    """One line of the table."""
    size = pc.sum(pc.binary_length(texts)).as_py()
    vocabulary = sf.build_vocabulary(texts, threads=threads)
    ids, peak = extra_memory(lambda: sf.encode(texts, vocabulary, threads=threads))
    dtype = np.int32 if len(texts) <= INT32_REVIEWS else np.int16
    beyond = "-" if peak is None else f"{(peak - (output_bytes(ids) or 0)) / 1e6:.1f} MB"
    build = median_seconds(lambda: sf.build_vocabulary(texts, threads=threads))
    encode = median_seconds(lambda: sf.encode(texts, vocabulary, threads=threads))
    pad = median_seconds(lambda: ids.pad(LENGTH, dtype, threads=threads))
    matrix = len(texts) * LENGTH * np.dtype(dtype).itemsize
    cells = [
        f"{len(texts):,}",
        f"{size / 1e6:,.1f} MB",
        f"{threads}",
        f"{build:.5f} s, {per_second(size / build)}",
        f"{encode:.5f} s, {per_second(size / encode)}",
        f"{pad:.5f} s, {per_second(matrix / pad)}, {np.dtype(dtype)}",
        beyond,
    ]
    return f"| {' | '.join(cells)} |"


def table(reviews: Sequence[int], threads: Sequence[int]) -> Iterator[str]:
    """The lines, each as soon as it was measured."""
    corpus = unlabelled_reviews()
    yield f"{machine()}; {corpus.name} ({len(corpus.texts):,}), repeated as needed."
    yield (
        "Seconds are medians of 3 rounds or more; GB/s are of UTF-8 text, for pad of the matrix. "
        "Memory is the peak of encoding, without its input and output. The matrix is int16 from more than "
        f"{INT32_REVIEWS:,} reviews."
    )
    yield ""
    yield f"| reviews | text | threads | build_vocabulary | encode | pad({LENGTH}) | memory of encode |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for number in reviews:
        for count in threads:
            yield row(repeated(corpus.texts, number), count)


def network_rows(threads: Sequence[int]) -> Iterator[str]:
    """Scoring by number of threads: one per core is the default because it was the fastest here."""
    texts = repeated(unlabelled_reviews().texts, SCORED_REVIEWS)
    vocabulary = sf.build_vocabulary(texts)
    config = PRESETS["tutorial"].network
    network = SentimentLSTM(config, len(vocabulary), 2).eval()
    device = choose_device("cpu")
    source = BatchSource(sf.encode(texts, vocabulary), config.max_length, config.pads_on_left, device)
    precisions = {p.name: p for p in (choose_precision(device, "float32"), choose_precision(device))}
    yield ""
    yield f"| threads | {' | '.join(f'scoring in {name}' for name in precisions)} |"
    yield "|--:|" + "--:|" * len(precisions)
    before = torch.get_num_threads()
    try:
        for count in threads:
            torch.set_num_threads(count)
            figures = (median_seconds(partial(all_logits, network, source, one)) for one in precisions.values())
            cells = (f"{SCORED_REVIEWS / seconds:,.0f} reviews/s" for seconds in figures)
            yield f"| {count} | {' | '.join(cells)} |"
    finally:
        torch.set_num_threads(before)


def doubled_up_to(limit: int) -> list[int]:
    """1, 2, 4 and so on, and the limit itself."""
    return sorted({limit, *(2**power for power in range(limit.bit_length()))})


def at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {number}")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies.scaling", description=summary)
    parser.add_argument("--reviews", type=at_least_one, nargs="+", default=REVIEWS, metavar="N")
    threads = doubled_up_to(thread_count())
    parser.add_argument("--threads", type=at_least_one, nargs="+", default=threads, metavar="N")
    parsed = parser.parse_args(arguments)
    for line in chain(table(parsed.reviews, parsed.threads), network_rows(parsed.threads)):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
