"""Encoded texts -> the wide part of a model, fitted before its network is trained.

The fit has no randomness: a run that goes on fits the same again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sentiment_fast.evaluation.metrics import predicted_indices
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.ngrams import NgramConfig, NgramModel, fit_ngrams
from sentiment_fast.training.distillation import Lesson
from sentiment_fast.training.prepare import TrainingData


def wide_part(
    data: TrainingData, lesson: Lesson | None, config: NgramConfig, say: Callable[[str], None]
) -> NgramModel | None:
    """Fitted on the training part, or on the lesson that a teacher gives; how good it is alone on the validation part
    is said. None where none is wanted.
    """
    if config.ngrams == 0:
        return None
    started = time.perf_counter()
    ids, targets = (data.training.ids, data.training.targets) if lesson is None else (lesson.ids, lesson.targets)
    wide = fit_ngrams(ids, targets, len(data.classes), config)
    validation = data.validation
    seconds = time.perf_counter() - started
    predicted = predicted_indices(Calibration().probabilities(None, wide.logits(validation.ids)))
    accuracy = float((predicted == validation.targets).mean())
    say(f"wide part: validation accuracy {accuracy:.2%} ({seconds:.1f} s)")
    return wide
