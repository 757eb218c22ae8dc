"""Learning-rate schedules: a step's number -> its learning rate, with warm-up and decay.

In: the settings, a step's number, how many steps there are. Out: the rate. Setting it is left to step.py.
"""

from __future__ import annotations

import math

from sentiment_fast.model.presets import TrainingConfig


def learning_rate(config: TrainingConfig, step: int, steps: int) -> float:
    """The learning rate of a step, 0 to steps - 1.

    It rises linearly to its full value during the first `warmup` share of the steps, then falls towards zero, which it
    would reach one step after the last: linearly, or as half a cosine (Loshchilov and Hutter 2017); with decay "none"
    it stays. It is multiplied by the square root of `batch_scale`, which suits Adam (Malladi et al. 2022).
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
