"""Short labelled texts -> a fine-tuned transformer, a teacher of the bundled model for such texts.

    python -m benchmarks.release.transformer_teacher --base FOLDER --data MIX --out FOLDER [--most 70000] [--epochs 2]

In: the folder of a Hugging Face encoder (config.json, model.safetensors, its tokenizer), and one that bundled_data.py
made. Out: a folder that `train --teacher` takes. Which texts is decided here, all else left to `sf.finetune`. Texts of
more than --tokens are left out: long reviews are left to the package's own teachers. The same command resumes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.release.bundled_data import (
    DEVELOPMENT,
    LABELS,
    MADE,
    NEUTRAL,
    NEUTRAL_LABEL,
    OTHERS,
    OWN,
    WEIGHTS,
    read_sources,
)
from sentiment_fast.cli.main import INTERRUPTED
from sentiment_fast.cli.messages import SignalledStop, say
from sentiment_fast.data.labelled_texts import class_indices, read_labelled
from sentiment_fast.errors import DataError, SentimentFastError
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.hugging_face import check_base
from sentiment_fast.training.finetuning import finetune
from sentiment_fast.training.teachers import open_teacher

SHARE_OF_MADE = 4  # no other source has its kinds of negation, contrast and facts


def balanced_rows(data: Path, most: int, seed: int) -> pd.DataFrame:
    """At most `most` rows of all sources except IMDb.

    Columns: review, sentiment, weight, source. Each source has as many rows as any
    other, as far as it has them, and MADE has SHARE_OF_MADE times as many. Texts of any length. Raises DataError for
    files that cannot be read.
    """
    apart = ("imdb", "own_sentences", "made_sentences", "questions")
    sources = [one for one in read_sources(data) if one["name"] not in apart]
    tables = []
    for name, column in ((OTHERS, "training"), (OWN, None), (NEUTRAL, "neutral"), (MADE, None)):
        rows = _table(data / name)
        counts = [len(rows)] if column is None else [one[column] for one in sources]
        if sum(counts) != len(rows):
            raise DataError(f"{data / name}: expected {sum(counts):,} rows, as sources.json says, got {len(rows):,}")
        rows["source"] = np.repeat([f"{name} {index}" for index in range(len(counts))], counts)
        rows["weight"] = 1 if name == MADE else WEIGHTS[name]  # a transformer learns them from fewer than a network
        tables.append(rows)
    rows = pd.concat(tables, ignore_index=True)
    rows = rows.sample(frac=1, random_state=seed, ignore_index=True)
    share = np.where(rows["source"].str.startswith(MADE), SHARE_OF_MADE, 1)
    return rows.assign(place=rows.groupby("source").cumcount() / share).sort_values(
        "place", kind="stable", ignore_index=True
    )[:most]


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}): make the folder by bundled_data") from error


def short_rows(rows: pd.DataFrame, base: Path, tokens: int) -> pd.DataFrame:
    """The rows whose texts have at most so many tokens of the base's tokenizer."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True, trust_remote_code=False)
    ids = tokenizer(rows["review"].tolist(), truncation=True, max_length=tokens + 1)["input_ids"]
    return rows[np.array([len(one) <= tokens for one in ids])]


def accuracies(folder: Path, data: Path) -> dict[str, float]:
    """Balanced accuracy on each development file of short texts, by the name of the file. Raises DataError."""
    teacher = open_teacher(folder, LABELS, "cpu", say)
    found = {}
    for path in sorted((data / DEVELOPMENT).glob("*.csv")):
        if path.stem in ("imdb", "dev_book_reviews"):
            continue
        rows = read_labelled(path)
        figures = evaluate(teacher(rows.texts), class_indices(rows, list(LABELS)), list(LABELS), 0.5)
        found[path.stem] = float(np.mean([one.recall for one in figures.per_class]))
        say(f"{path.stem}: {found[path.stem]:.2%}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.release.transformer_teacher", description=summary)
    parser.add_argument(
        "--base", type=Path, required=True, metavar="FOLDER", help="fine-tune this Hugging Face encoder"
    )
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="read what bundled_data made")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="write the teacher to this folder")
    parser.add_argument(
        "--most",
        type=int,
        default=70_000,
        metavar="N",
        help="take N texts or fewer, before long ones are left out (default: 70000)",
    )
    parser.add_argument("--epochs", type=int, default=2, metavar="N", help="train for N epochs (default: 2)")
    parser.add_argument(
        "--tokens", type=int, default=128, metavar="N", help="leave out texts of more than N tokens (default: 128)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="choose texts, batches and initial weights by this seed (default: 0)"
    )
    parsed = parser.parse_args(arguments)
    try:
        _make(parsed)
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted: the same command resumes")
        return INTERRUPTED
    return 0


def _make(parsed: argparse.Namespace) -> None:
    check_base(parsed.base)
    rows = short_rows(balanced_rows(parsed.data, parsed.most, parsed.seed), parsed.base, parsed.tokens)
    say(f"{len(rows):,} texts of {parsed.tokens} tokens at most")
    finetune(
        parsed.base,
        (rows["review"].tolist(), rows["sentiment"].tolist()),
        sample_weight=rows["weight"].to_numpy(float),
        neutral_label=NEUTRAL_LABEL,
        epochs=parsed.epochs,
        patience=0,
        max_tokens=parsed.tokens,
        amp=True,
        seed=parsed.seed,
        out=parsed.out,
        resume=True,
        say=say,
        stop=SignalledStop(),
    )
    figures = accuracies(parsed.out, parsed.data)
    report = {"rows": len(rows), "mean": float(np.mean(list(figures.values()))), **figures}
    (parsed.out / "development.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
