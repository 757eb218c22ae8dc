"""Probabilities of validation texts and their actual classes -> the neutral band that leaves out the most doubtful.

In: probabilities on which nothing was trained, and how they become labels. Out: a band, or None and the reason. What a
band does is left to model/decision.py.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import DataError
from sentiment_fast.model.decision import Band, Decision

FEWEST_WRONG = 10  # with fewer wrong answers, where they lie is chance
_SHARE_OF_ERRORS = 0.5
_LEAST_COVERAGE = 0.5


def choose_band(probabilities: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], decision: Decision) -> Band:
    """The narrowest band around 0.5 outside of which at most half as large a share of the texts is classified wrongly.

    Its ends are 0.5 ± d, for the smallest such d of 0.01, 0.02, ... 0.49. probabilities: (n, 2). targets: (n,) actual
    columns. Raises DataError if there is no band that leaves at least half of the texts, or too few wrong answers to
    choose one by.
    """
    of_positive = probabilities[:, decision.positive].astype(np.float64)
    wrong = (of_positive > 0.5) != (targets == decision.positive)
    if wrong.sum() < FEWEST_WRONG:
        raise DataError(f"Expected {FEWEST_WRONG} wrong answers or more to choose a neutral band by, got {wrong.sum()}")
    for hundredths in range(1, 50):
        band = (round(0.5 - hundredths / 100, 2), round(0.5 + hundredths / 100, 2))
        outside = (of_positive < band[0]) | (of_positive > band[1])
        if outside.mean() < _LEAST_COVERAGE:
            break
        if wrong[outside].mean() <= _SHARE_OF_ERRORS * wrong.mean():
            return band
    raise DataError(
        f"Expected a neutral band that halves the share of wrong answers, {wrong.mean():.1%}, and leaves half of the "
        "texts; found none"
    )
