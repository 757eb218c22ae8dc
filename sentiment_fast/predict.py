"""Print the predicted label of each text and its probability, one line per text.

python -m sentiment_fast.predict "a wonderful film"
python -m sentiment_fast.predict --model runs/mine "a wonderful film" "two hours I will never get back"
"""

from __future__ import annotations

import argparse
import sys

from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.options import (
    add_device_arguments,
    add_model_argument,
    add_threads_argument,
    add_threshold_argument,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("texts", metavar="TEXT", nargs="+", help="a text to classify, in quotes")
    add_model_argument(parser)
    add_threshold_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)


def run(arguments: argparse.Namespace) -> None:
    from sentiment_fast.evaluation.metrics import predicted_indices
    from sentiment_fast.scoring.scorer import load

    scorer = load(
        arguments.model,
        arguments.device,
        arguments.precision,
        threshold=arguments.threshold,
        threads=arguments.threads,
    )
    probabilities = scorer.predict_proba(arguments.texts)  # (texts, classes)
    for row, index in zip(probabilities, predicted_indices(probabilities, scorer.threshold).tolist(), strict=True):
        print(f"{scorer.classes[index]}\t{row[index]:.4f}")


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
