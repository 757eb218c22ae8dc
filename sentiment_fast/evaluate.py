"""Evaluate a model on labelled texts: accuracy, precision, recall, F1, ROC AUC, log loss, calibration, confusion.

python -m sentiment_fast.evaluate --model runs/mine labelled.csv
python -m sentiment_fast.evaluate --model runs/mine tweets.csv --no-header --text-column 6 --label-column 1
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from sentiment_fast.cli.layout import data_options_of
from sentiment_fast.cli.main import run_command, say
from sentiment_fast.cli.options import (
    add_cascade_argument,
    add_columns_arguments,
    add_device_arguments,
    add_model_argument,
    add_threads_argument,
    add_threshold_argument,
)
from sentiment_fast.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from sentiment_fast.data.labelled_texts import LabelledTexts
    from sentiment_fast.scoring.scorer import Scorer


SCORES_FILES = True  # for which PyArrow needs no pandas; see cli/main.py


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="texts with labels: a CSV, JSON Lines or Parquet file, compressed or not, a quoted pattern, an aclImdb "
        'folder, or "-" for CSV from stdin',
    )
    add_model_argument(parser)
    add_columns_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--show",
        metavar="N",
        type=int,
        default=0,
        help="also print the first N reviews with their actual and predicted labels (default: 0)",
    )
    add_threshold_argument(parser)
    add_cascade_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)


def run(arguments: argparse.Namespace) -> None:
    from sentiment_fast.data.labelled_texts import class_indices, read_labelled
    from sentiment_fast.evaluation.metrics import evaluate
    from sentiment_fast.scoring.scorer import load

    if arguments.show < 0:
        raise UsageError(f"--show {arguments.show}: expected a number of reviews, 0 or more")
    scorer = load(
        arguments.model,
        arguments.device,
        arguments.precision,
        threshold=arguments.threshold,
        cascade=arguments.cascade,
        threads=arguments.threads,
    )
    data = read_labelled(
        arguments.files,
        arguments.text_column,
        arguments.label_column,
        data_options_of(arguments),
        say,
        (scorer.text_column, scorer.label_column),
    )
    targets = class_indices(data, scorer.classes)
    probabilities = scorer.predict_proba(data.texts)
    figures = evaluate(probabilities, targets, scorer.classes, scorer.threshold)
    shown = _shown(data, scorer, targets, probabilities, arguments.show)
    if arguments.json:
        print(json.dumps(figures.as_dict() | ({"reviews": shown} if shown else {}), ensure_ascii=False))
        return
    print(figures.as_text())
    for review in shown:
        print(
            f"\nactual {review['actual']}, predicted {review['predicted']} with a probability of "
            f"{review['probability']:.4f}\n{review['text']}"
        )


def _shown(
    data: LabelledTexts, scorer: Scorer, targets: np.ndarray, probabilities: np.ndarray, count: int
) -> list[dict[str, object]]:
    """The first `count` reviews with their actual and predicted labels (the tutorial, section 8)."""
    from sentiment_fast.evaluation.metrics import predicted_indices

    predicted = predicted_indices(probabilities[:count], scorer.threshold)
    return [
        {
            "actual": scorer.classes[targets[row]],
            "predicted": scorer.classes[index],
            "probability": float(probabilities[row, index]),
            "text": text,
        }
        for row, (index, text) in enumerate(zip(predicted.tolist(), data.texts[:count].to_pylist(), strict=True))
    ]


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
