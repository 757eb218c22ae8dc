"""Train with few labelled rows of a domain: a model trained further, against one that is trained from scratch.

    python -m benchmarks.studies.few_labels [--data FILE ...] [--rows 50,200,1000,5000] [--seeds 2] [--out FOLDER]

In: CSV files with columns review and sentiment; only positive and negative rows count. Without --data, three domains
in $SENTIMENT_FAST_TEST_DATA. Out: a table in Markdown with the balanced accuracy on held-out rows and the
seconds of training; with --out also FOLDER/cells.jsonl, from which a study that was interrupted continues.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sentiment_fast as sf
from benchmarks.release.bundled_data import LABELS, read
from benchmarks.studies.domains import answers_of
from sentiment_fast.cli.messages import say
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.errors import DataError, SentimentFastError, UsageError
from sentiment_fast.model.folder import CONFIG, model_folder
from sentiment_fast.runs.fingerprint import Wording
from sentiment_fast.runs.journal import Journal
from sentiment_fast.scoring.scorer import load

# The bundled model does not learn from these.
DOMAINS = ("uber_app_reviews", "youtube_comments", "emotion_statements")
TEST_DATA = "SENTIMENT_FAST_TEST_DATA"
CELLS = "cells.jsonl"
AS_IT_IS, FURTHER, SCRATCH = "as it is", "trained further", "from scratch"
# Balanced, because balanced accuracy is measured: from a domain with four positive texts for each negative one, both
# trainings would otherwise learn to predict the positive class when in doubt, which only the plain accuracy rewards.
OPTIONS: dict[str, dict[str, Any]] = {
    FURTHER: {"preset": "fast", "class_weight": "balanced"},
    SCRATCH: {"preset": "fast", "class_weight": "balanced"},
}
WORDING = Wording(
    noun="study",
    start_over="start over in another folder",
    differs="name another folder with --out, or give the same model and options again",
)
Train = Callable[..., Any]


@dataclass(frozen=True)
class Domain:
    """The positive and negative rows of a file, each text once, in columns review and sentiment.

    digest: of all of them. held_out: those to evaluate on. others: those to train with.
    """

    name: str
    digest: str
    held_out: pd.DataFrame
    others: pd.DataFrame

    def sample(self, rows: int, seed: int) -> pd.DataFrame:
        """Rows to train with, drawn at random; with the same seed, fewer rows are the first of more."""
        drawn = np.random.default_rng(seed).permutation(len(self.others))[:rows]
        return self.others.iloc[drawn]


@dataclass(frozen=True)
class Cell:
    """One training, or none, and its figures on the held-out rows.

    start: AS_IT_IS, FURTHER or SCRATCH. rows: how many it was trained with. balanced: the balanced accuracy. log_loss:
    in nats. seconds: of the training; 0 without one.
    """

    domain: str
    digest: str
    start: str
    rows: int
    seed: int
    balanced: float = 0.0
    log_loss: float = 0.0
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        return self.domain, self.digest, self.start, self.rows, self.seed


def read_domain(path: Path, held_out: int) -> Domain:
    """Hold out rows by a hash of their letters and digits, so that copies count once.

    Raises DataError unless both parts then have positive and negative rows.
    """
    rows = read(path)
    rows = rows[rows["sentiment"].isin(LABELS)]
    parts = rows[:held_out], rows[held_out:]
    if any(part["sentiment"].nunique() < len(LABELS) for part in parts):
        raise DataError(
            f"{path}: expected positive and negative rows (column sentiment) in addition to {held_out:,} of both to "
            f"evaluate on, got {len(rows):,} different texts: give more rows, or fewer --held-out"
        )
    digest = hashlib.blake2b("\0".join(rows["review"] + "\0" + rows["sentiment"]).encode(), digest_size=8).hexdigest()
    return Domain(path.name.partition(".")[0], digest, *parts)


def cells_of(domains: Sequence[Domain], sizes: Sequence[int], seeds: int) -> Iterator[tuple[Domain, Cell]]:
    """All cells without their figures, in the order of the table, except sizes that a domain has too few rows for."""
    for domain in domains:
        yield domain, Cell(domain.name, domain.digest, AS_IT_IS, 0, 0)
        for rows in sizes:
            if rows > len(domain.others):
                say(f"{domain.name}: has {len(domain.others):,} rows to train with: {rows:,} are left out")
                continue
            for seed in range(seeds):
                for start in OPTIONS:
                    yield domain, Cell(domain.name, domain.digest, start, rows, seed)


def measured(cell: Cell, domain: Domain, model: str, train: Train = sf.train) -> Cell:
    """The cell with its figures. model: folder of the model, or its name. train: `sf.train`."""
    seconds = 0.0
    if cell.start == AS_IT_IS:
        scorer = load(model, device="cpu", precision="float32")
    else:
        rows = domain.sample(cell.rows, cell.seed)
        init = {"init": model} if cell.start == FURTHER else {}
        data = rows["review"].tolist(), rows["sentiment"].tolist()
        started = time.perf_counter()
        scorer = train(data, **OPTIONS[cell.start], **init, seed=cell.seed, device="cpu").scorer()
        seconds = time.perf_counter() - started
    held_out = labelled_texts_of(domain.held_out["review"].tolist(), domain.held_out["sentiment"].tolist())
    figures = answers_of(scorer, held_out).figures(scorer.decision)
    return Cell(*cell.key, figures.balanced, figures.log_loss, seconds)


def study(
    domains: Sequence[Domain],
    sizes: Sequence[int],
    seeds: int,
    model: str,
    folder: Path | None,
    train: Train = sf.train,
) -> list[Cell]:
    """All cells with their figures. folder: keeps them, and those found there are not repeated; None to keep none."""
    found: dict[tuple[str, str, str, int, int], Cell] = {}
    with nullcontext() if folder is None else _journal(folder, model, len(domains[0].held_out)) as journal:
        if journal is not None:
            found = {cell.key: cell for cell in (Cell(**entry) for entry in journal.entries)}
        wanted = list(cells_of(domains, sizes, seeds))
        for domain, cell in wanted:
            if cell.key not in found:
                found[cell.key] = done = measured(cell, domain, model, train)
                say(f"{done.domain}, {done.rows:,} rows, {done.start}, seed {done.seed}: {done.balanced:.1%}")
                if journal is not None:
                    journal.append(asdict(done))
    return [found[cell.key] for _, cell in wanted]


def _journal(folder: Path, model: str, held_out: int) -> Journal:
    digest = hashlib.sha256((model_folder(model) / CONFIG).read_bytes()).hexdigest()  # it has those of the other files
    folder.mkdir(parents=True, exist_ok=True)
    return Journal(folder / CELLS, {"model": digest, "held_out": held_out, "options": OPTIONS}, WORDING)


def table(cells: Sequence[Cell]) -> list[str]:
    """The table's lines: for each domain and number of rows, mean and range of balanced accuracy, and mean seconds."""
    header = ["domain", "rows", AS_IT_IS, FURTHER, SCRATCH, f"seconds {FURTHER}", f"seconds {SCRATCH}"]
    as_it_is = {(cell.domain, cell.digest): cell.balanced for cell in cells if cell.start == AS_IT_IS}
    of: dict[tuple[str, str, int], dict[str, list[Cell]]] = {}  # two files may have the same name
    for cell in cells:
        if cell.start != AS_IT_IS:
            of.setdefault((cell.domain, cell.digest, cell.rows), {}).setdefault(cell.start, []).append(cell)
    lines = [header, [":--", *["--:"] * (len(header) - 1)]]
    for (domain, digest, rows), starts in of.items():
        accuracies = [_mean_and_range([cell.balanced for cell in starts[start]]) for start in OPTIONS]
        seconds = [f"{np.mean([cell.seconds for cell in starts[start]]):.1f}" for start in OPTIONS]
        lines.append([domain, f"{rows:,}", f"{as_it_is[domain, digest]:.1%}", *accuracies, *seconds])
    return [f"| {' | '.join(line)} |" for line in lines]


def _mean_and_range(shares: Sequence[float]) -> str:
    spread = f" ({min(shares):.1%} to {max(shares):.1%})" if len(shares) > 1 else ""
    return f"{np.mean(shares):.1%}{spread}"


def usual_files() -> list[Path]:
    """The files of the three domains. Raises UsageError if the environment variable is not set."""
    folder = os.environ.get(TEST_DATA)
    if not folder:
        raise UsageError(f"Expected labelled files, got none: name them with --data, or their folder in ${TEST_DATA}")
    return [Path(folder) / "other_domains" / f"{name}.csv.xz" for name in DOMAINS]


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {number}")
    return number


def _sizes(text: str) -> list[int]:
    return sorted(set(map(_number, text.split(","))))


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies.few_labels", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, nargs="+", metavar="FILE", help="labelled texts, a file for each domain")
    parser.add_argument(
        "--rows",
        type=_sizes,
        default="50,200,1000,5000",
        metavar="N,N",
        help="rows to train with (default: %(default)s)",
    )
    parser.add_argument(
        "--seeds",
        type=_number,
        default=2,
        metavar="N",
        help="draw the rows with N seeds (default: 2)",
    )
    parser.add_argument(
        "--held-out", type=_number, default=1000, metavar="N", help="rows to evaluate on (default: 1000)"
    )
    parser.add_argument("--model", default="bundled", metavar="FOLDER", help="model folder (default: the bundled one)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep each result here, and resume from them")
    parsed = parser.parse_args(arguments)
    try:
        domains = [read_domain(path, parsed.held_out) for path in parsed.data or usual_files()]
        print(*table(study(domains, parsed.rows, parsed.seeds, parsed.model, parsed.out)), sep="\n")
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
