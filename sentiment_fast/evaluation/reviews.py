"""Texts with their actual classes and probabilities -> the first of them, with what is predicted, for people to read.

In: texts, actual classes, probabilities, a decision. Out: a dict for each text. Printing them is left to the caller.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentiment_fast.model.decision import Decision


def first_reviews(
    texts: pa.ChunkedArray, targets: np.ndarray, probabilities: np.ndarray, decision: Decision, count: int
) -> list[dict[str, object]]:
    """The first `count` texts that have a class, with their actual and predicted labels (the tutorial, section 8).

    texts: (n,). targets: (n,) actual columns of probabilities, (n, classes), -1 for none. The probability shown is that
    of the predicted class, of a neutral text that of the positive one.
    """
    places = np.flatnonzero(targets >= 0)[:count]
    first = probabilities[places]
    predicted, shown = decision.indices(first).tolist(), decision.shown(first).tolist()
    rows = zip(targets[places].tolist(), predicted, shown, texts.take(pa.array(places)).to_pylist(), strict=True)
    return [
        {
            "actual": decision.classes[actual],
            "predicted": decision.labels[index],
            "probability": probability,
            "text": text,
        }
        for actual, index, probability, text in rows
    ]
