"""Measure what a cascade costs in accuracy and gains in speed, by confidence.

Costs: accuracy, log loss (nats), calibration error. Gains: the share of texts that the network scores, reviews/s.

    python -m benchmarks.studies.cascade --model runs/mine labelled.csv [--texts 5000]

The model needs n-grams. Speed is that of `predict_proba`, texts to probabilities, the median of three rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

import sentiment_fast as sf
from sentiment_fast.data.labelled_texts import class_indices, read_labelled
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.folder import load_model

CONFIDENCES = (0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", metavar="FILE", help="labelled texts")
    parser.add_argument("--model", metavar="FOLDER", required=True)
    parser.add_argument("--texts", metavar="N", type=int, help="use only the first N")
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    if model.wide is None:
        parser.error(f"{arguments.model}: expected a model with n-grams")
    data = read_labelled(arguments.file)
    data = data.take(np.arange(min(len(data), arguments.texts or len(data))))
    targets = class_indices(data, model.classes)
    print("confidence  accuracy  log loss  calibration error  to the network  reviews/s")
    for confidence in (*CONFIDENCES, False):
        scorer = sf.Scorer(model.adjusted(cascade=confidence), "cpu")
        probabilities, seconds = _timed(scorer, data.texts)
        found = evaluate(probabilities, targets, model.classes, scorer.threshold)
        error = found.positive_calibration_error or found.calibration_error
        ids = scorer.encode(data.texts)
        ngrams_only = model.wide_calibration.probabilities(None, model.wide.logits(ids), ids.lengths)
        asked = float((ngrams_only.max(axis=1) < confidence).mean()) if confidence else 1.0
        name = f"{confidence:g}" if confidence else "off"
        kept = f"{found.accuracy:8.2%}  {found.log_loss:8.4f}  {error:17.4f}"
        print(f"{name:>10}  {kept}  {asked:14.1%}  {len(data) / seconds:9,.0f}")


def _timed(scorer: sf.Scorer, texts: object) -> tuple[np.ndarray, float]:
    probabilities, seconds = scorer.predict_proba(texts), []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        scorer.predict_proba(texts)
        seconds.append(time.perf_counter() - started)
    return probabilities, statistics.median(seconds)


if __name__ == "__main__":
    main()
