"""Encoded texts -> the wide part of a model, fitted before its network is trained.

The fit has no randomness: a run that is resumed fits the same again.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sentiment_fast.evaluation.metrics import predicted_indices
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.ngrams import NgramConfig, NgramModel, fit_ngrams
from sentiment_fast.training.distillation import SoftTargets
from sentiment_fast.training.prepare import TrainingData


def wide_part(
    data: TrainingData, soft_targets: SoftTargets | None, config: NgramConfig, say: Callable[[str], None]
) -> NgramModel | None:
    """Fitted on the training part, or on a teacher's soft targets; reports its accuracy on the validation part. None
    if the settings want none.
    """
    if config.ngrams == 0:
        return None
    started = time.perf_counter()
    learned = data.training if soft_targets is None else soft_targets
    wide = fit_ngrams(learned.ids, learned.targets, len(data.classes), config)
    validation = data.validation
    seconds = time.perf_counter() - started
    predicted = predicted_indices(Calibration().probabilities(None, wide.logits(validation.ids)))
    accuracy = float((predicted == validation.targets).mean())
    say(f"wide part: validation accuracy {accuracy:.2%} ({seconds:.1f} s)")
    return wide
