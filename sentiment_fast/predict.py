"""Print the predicted label of each text and its probability, one line per text.

Ordered classes add their expected value. For a neutral text, the probability is that of the positive class.

python -m sentiment_fast.predict "a wonderful film"
python -m sentiment_fast.predict --model runs/mine "a wonderful film" "two hours I will never get back"
"""

from __future__ import annotations

import argparse
import sys

from sentiment_fast.cli.label_options import add_neutral_argument
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
    add_neutral_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)


def run(arguments: argparse.Namespace) -> None:
    from sentiment_fast.scoring.scorer import load

    scorer = load(
        arguments.model,
        arguments.device,
        arguments.precision,
        threshold=arguments.threshold,
        threads=arguments.threads,
        neutral=arguments.neutral,
    )
    probabilities = scorer.predict_proba(arguments.texts)  # (texts, classes)
    decision = scorer.decision
    shown = [decision.indices(probabilities).tolist(), decision.shown(probabilities).tolist()]
    if decision.ordinal is not None:
        shown.append(decision.expected(probabilities).tolist())
    for index, *numbers in zip(*shown, strict=True):
        print(decision.labels[index], *(f"{number:.4f}" for number in numbers), sep="\t")


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
