"""How the learning rate moves over a training: up during a warm-up, then down, or neither."""

from __future__ import annotations

import math

from sentiment_fast.model.presets import TrainingConfig


def learning_rate(config: TrainingConfig, step: int, steps: int) -> float:
    """The learning rate of a step, 0 to steps - 1.

    It rises in a line to its full height during the first `warmup` share of the steps, then falls towards zero, which
    the step behind the last would have: in a line, or as half a cosine (Loshchilov and Hutter 2017); with decay "none"
    it stays. A batch `batch_scale` times as large takes the square root of that as its factor, which suits Adam
    (Malladi et al. 2022).
    """
    full = config.learning_rate * math.sqrt(config.batch_scale)
    warm = round(config.warmup * steps)
    if step < warm:
        return full * (step + 1) / warm
    fallen = (step - warm) / max(steps - warm, 1)  # share of the way down
    if config.decay == "linear":
        return full * (1 - fallen)
    if config.decay == "cosine":
        return full * (1 + math.cos(math.pi * fallen)) / 2
    return full
