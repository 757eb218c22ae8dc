"""Evaluate a model on labelled texts: accuracy, precision, recall, F1, ROC AUC, log loss, calibration, confusion.

sentiment-fast evaluate --model runs/mine labelled.csv
sentiment-fast evaluate --model runs/mine tweets.csv --no-header --text-column 6 --label-column 1
"""

from __future__ import annotations

import argparse
import sys

from sentiment_fast.cli.data_options import add_columns_arguments
from sentiment_fast.cli.label_options import add_label_arguments, add_neutral_argument
from sentiment_fast.cli.layout import data_options_of
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.messages import say
from sentiment_fast.cli.options import (
    add_cascade_argument,
    add_device_arguments,
    add_model_argument,
    add_output_arguments,
    add_threads_argument,
    add_threshold_argument,
)
from sentiment_fast.cli.progress import Waiting, progress_bar
from sentiment_fast.cli.streams import print_json
from sentiment_fast.errors import UsageError
from sentiment_fast.extras import check_installed

_AT_ONCE = 1 << 15  # texts between two steps of the progress bar
SCORES_FILES = True  # for which PyArrow needs no pandas; see cli/main.py


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="texts with labels: a CSV, JSON, Parquet or Excel file, compressed or not, a quoted pattern, an aclImdb "
        'folder, or "-" for stdin, CSV unless --input-format is given',
    )
    add_model_argument(parser)
    add_columns_arguments(parser)
    add_label_arguments(parser)
    parser.add_argument(
        "--show",
        metavar="N",
        type=int,
        default=0,
        help="also print the first N reviews with their actual and predicted labels (default: 0)",
    )
    add_threshold_argument(parser)
    add_neutral_argument(parser)
    add_cascade_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)
    add_output_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    import numpy as np

    from sentiment_fast.data.label_rules import LabelRules
    from sentiment_fast.data.labelled_texts import class_indices, read_labelled
    from sentiment_fast.data.texts import report_missing
    from sentiment_fast.evaluation.by_group import evaluate_texts
    from sentiment_fast.evaluation.reviews import first_reviews
    from sentiment_fast.scoring.evaluated import load_evaluated

    check_installed("train", "Evaluating", ("sklearn", "pandas"))
    if arguments.show < 0:
        raise UsageError(f"--show {arguments.show}: expected a number of reviews, 0 or more")
    scorer = load_evaluated(
        arguments.model,
        arguments.device,
        arguments.precision,
        threshold=arguments.threshold,
        cascade=arguments.cascade,
        threads=arguments.threads,
        neutral=arguments.neutral,
    )
    columns, usual = (arguments.text_column, arguments.label_column), (scorer.text_column, scorer.label_column)
    with Waiting("reading", say) as line:
        data = read_labelled(arguments.files, *columns, data_options_of(arguments), line.say, usual)
    report_missing(data.texts, data.name, say)
    given = vars(arguments)
    rules = LabelRules.of(given.get("label_map"), given.get("normalise_labels", False), given.get("neutral_label"))
    targets = class_indices(rules.of_model(data, scorer.classes), scorer.classes)
    parts = [data.texts.slice(start, _AT_ONCE) for start in range(0, len(data.texts), _AT_ONCE)]
    probabilities = np.concatenate([scorer.predict_proba(part) for part in progress_bar(parts)])  # (n, classes)
    figures = evaluate_texts(probabilities, targets, data, scorer.decision)
    shown = first_reviews(data.texts, targets, probabilities, scorer.decision, arguments.show)
    if arguments.json:
        print_json(figures.as_dict() | ({"reviews": shown} if shown else {}))
        return
    print(figures.as_text())
    for review in shown:
        print(
            f"\nactual {review['actual']}, predicted {review['predicted']} with a probability of "
            f"{review['probability']:.4f}\n{review['text']}"
        )


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
