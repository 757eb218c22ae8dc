"""Measure the peak memory of scoring a CSV file, by its number of rows.

    python -m benchmarks.studies.scoring_memory [--rows N ...] [--model FOLDER]

In: a model folder, by default a small one with random weights, so that ten million rows take minutes. Out: a table.
Rows are short texts of random words from the vocabulary; each file is scored by its own process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.scoring_sides import peak_of_process

ROWS = (100_000, 1_000_000, 10_000_000)
_BLOCK = 200_000  # random texts, then the same ones again, further apart than a window is long


def write_rows(path: Path, rows: int, words: Sequence[str]) -> None:
    """A CSV file of rows with a number and a review of 1 to 12 of the words."""
    draw = np.random.default_rng(0)
    texts = [" ".join(draw.choice(words, count)) for count in draw.integers(1, 13, min(rows, _BLOCK)).tolist()]
    with path.open("w", encoding="utf-8") as file:
        file.write("id,review\n")
        for start in range(0, rows, _BLOCK):
            file.writelines(f"{row},{texts[row - start]}\n" for row in range(start, min(start + _BLOCK, rows)))


def save_small_model(folder: Path) -> Path:
    """A model folder: one layer of 16 hidden units, random weights, the words of made-up reviews."""
    import sentiment_fast as sf
    from sentiment_fast.data.datasets.demo import demo_corpus
    from sentiment_fast.model.config import NetworkConfig
    from sentiment_fast.model.folder import save_model
    from sentiment_fast.model.network import SentimentLSTM, model_of

    vocabulary = sf.build_vocabulary(demo_corpus(2000).texts)
    config = NetworkConfig(embedding_size=16, hidden_size=16, layers=1)
    save_model(folder, model_of(SentimentLSTM(config, len(vocabulary), 2), vocabulary, ["negative", "positive"]))
    return folder


def lines_of(path: Path) -> int:
    count = 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            count += part.count(b"\n")
    return count


def run(rows: Sequence[int], model: Path, folder: Path) -> list[str]:
    """The table's lines."""
    from sentiment_fast.model.folder import load_model

    words = load_model(model).vocabulary.words
    lines = ["| rows | input | seconds, start-up included | peak memory | of the first |", "|--:|--:|--:|--:|--:|"]
    first: int | None = None
    for count in rows:
        source, output = folder / "reviews.csv", folder / "scored.csv"
        write_rows(source, count, words)
        started = time.perf_counter()
        peak = peak_of_process("sentiment_fast", model, source, output)
        seconds = time.perf_counter() - started
        if lines_of(output) != count + 1:
            raise AssertionError(f"Expected {count + 1:,} lines in {output}, got {lines_of(output):,}")
        if peak is None:
            raise SystemExit("error: this system does not say how much memory a process took at its peak")
        first = first or peak
        size = source.stat().st_size
        lines.append(f"| {count:,} | {size / 1e6:,.1f} MB | {seconds:.1f} | {peak / 1e6:.1f} MB | {peak / first:.1%} |")
        print(lines[-1], file=sys.stderr)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies.scoring_memory", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="default: a small model with random weights")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = arguments.model or save_small_model(Path(folder) / "model")
        print(*run(arguments.rows, model, Path(folder)), sep="\n")


if __name__ == "__main__":
    main()
