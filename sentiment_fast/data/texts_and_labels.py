"""Texts and labels in memory -> labelled texts.

In: texts and their labels, in containers of Python, NumPy, pandas, polars or Arrow. Out: `LabelledTexts`. Reading
files is left to labelled_texts.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sentiment_fast.data.data_files import MOST_WEIGHT
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.labels import check_spellings, shortest_floats
from sentiment_fast.errors import DataError
from sentiment_fast.text.containers import large_strings


def labelled_texts_of(texts: Any, labels: Any, name: str = "the given texts", weights: Any = None) -> LabelledTexts:
    """texts: as for `build_vocabulary`; a missing one is "". labels: as many str, bool, whole or finite numbers.

    weights: (n,) numbers from 0 to a billion, how often each text counts in training; None for once.

    Raises DataError for anything else; for texts it is a TextsError.
    """
    column = large_strings(texts).fill_null("")
    labels = labels if hasattr(labels, "__len__") else list(labels)  # what an iterator gives
    if len(column) != len(labels):
        raise DataError(f"Expected one label per text, got {len(column)} texts and {len(labels)} labels")
    return LabelledTexts(
        column, _labels(labels), name, weights=None if weights is None else _weights(weights, len(column))
    )


def _weights(weights: Any, texts: int) -> np.ndarray:
    try:
        found = np.asarray(weights)
        found = found.astype(np.float64, casting="same_kind" if found.dtype.kind == "c" else "unsafe")
    except (TypeError, ValueError) as error:
        raise DataError(f"`sample_weight`: expected numbers of 0 to {MOST_WEIGHT:,}, got others ({error})") from error
    if found.shape != (texts,):
        raise DataError(f"`sample_weight`: expected one number per text, ({texts},), got the shape {found.shape}")
    wrong = ~((found >= 0) & (found <= MOST_WEIGHT))
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(f"`sample_weight`: expected numbers of 0 to {MOST_WEIGHT:,}, got {found[row]} in row {row + 1}")
    return found


def _labels(labels: Any) -> np.ndarray:
    found = np.asarray(labels if hasattr(labels, "dtype") else _one_kind(list(labels)))
    if found.ndim != 1:
        raise DataError(f"Expected one label per text, got an array of the shape {found.shape}")
    if found.dtype.kind in "OT":
        found = np.array(_one_kind(found.tolist()))
    if found.dtype.kind == "b":
        return np.where(found, "True", "False")
    if found.dtype.kind in "iu":
        if len(found) and found.max() > np.iinfo(np.int64).max:
            raise DataError(f"Expected labels that are integers of 64 bits with a sign, got {found.max()}")
        return found.astype(np.int64)
    if found.dtype.kind == "f":
        finite = np.isfinite(found)
        if not finite.all():
            row = int(np.argmin(finite))
            raise DataError(f"Expected labels that are finite numbers, got {found[row]} in row {row + 1}")
        return shortest_floats(found)
    if found.dtype.kind != "U":
        raise DataError(f"Expected labels that are str or numbers of 64 bits, got others, of the dtype {found.dtype}")
    check_spellings(set(found.tolist()), "the given labels")
    if (found == "").any():
        raise DataError(f"Expected labels that are not empty, got '' in row {int(np.argmax(found == '')) + 1}")
    return found


def _one_kind(labels: list[Any]) -> list[Any]:
    """The labels as Python values of one kind: NumPy would turn all into texts if only some are."""
    plain = [label.as_py() if hasattr(label, "as_py") else label for label in labels]
    check_spellings((label for label in plain if isinstance(label, str)), "the given labels")
    kinds = {type(label.item() if isinstance(label, np.generic) else label) for label in plain}
    if not (kinds <= {str} or kinds <= {bool} or kinds <= {int, float}):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise DataError(f"Expected labels that are all str or all numbers, got {names}")
    return plain
