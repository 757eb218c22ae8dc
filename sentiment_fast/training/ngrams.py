"""Encoded texts -> the n-gram model, fitted before the network is trained.

In: the training part or soft targets. Out: an `NgramModel`, and a message with its accuracy. Fitting is left to
model/ngrams.py. The fit has no randomness: a run that is resumed fits the same again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.decision import predicted_indices
from sentiment_fast.model.ngrams import NgramConfig, NgramModel, fit_ngrams
from sentiment_fast.training.distillation import SoftTargets
from sentiment_fast.training.prepare import TrainingData


def fit_ngram_model(
    data: TrainingData, soft_targets: SoftTargets | None, config: NgramConfig, say: Callable[[str], None]
) -> NgramModel | None:
    """An n-gram model fitted on the training part, or on a teacher's soft targets; reports its validation accuracy.

    None if the settings ask for no n-grams.
    """
    if config.ngrams == 0:
        return None
    started = time.perf_counter()
    examples = data.training if soft_targets is None else soft_targets
    model = fit_ngrams(
        examples.ids,
        examples.learned_targets(),
        len(data.classes),
        config,
        weights=data.class_options.weights,
        row_weights=examples.weights,
    )
    validation = data.validation.with_class()
    seconds = time.perf_counter() - started
    predicted = predicted_indices(Calibration().probabilities(None, model.logits(validation.ids)))
    accuracy = float((predicted == validation.targets).mean())
    say(f"n-gram model: validation accuracy {accuracy:.2%} ({seconds:.1f} s)")
    return model
