"""A model folder of any kind -> what `evaluate` asks of it: our models, and Hugging Face's classifiers.

In: a folder and options. Out: probabilities, and how they become labels. Files are scored by our models only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sentiment_fast.errors import UsageError
from sentiment_fast.model.decision import Band, Decision
from sentiment_fast.model.serialization import is_hugging_face
from sentiment_fast.scoring.scorer import load


class Evaluated(Protocol):
    """As `Scorer` has them."""

    text_column: str | None
    label_column: str | None

    @property
    def classes(self) -> list[Any]: ...

    @property
    def decision(self) -> Decision: ...

    def predict_proba(self, texts: Any, /) -> npt.NDArray[np.float32]: ...


def load_evaluated(
    folder: str | Path | None,
    device: str,
    precision: str,
    *,
    threshold: float | None = None,
    cascade: float | bool | None = None,
    threads: int | None = None,
    neutral: Band | str | bool | None = None,
) -> Evaluated:
    """The model in a folder; arguments and errors as for `load`. Raises UsageError for a cascade of a transformer."""
    if folder is None or not is_hugging_face(Path(folder)):
        return load(folder, device, precision, threshold=threshold, cascade=cascade, threads=threads, neutral=neutral)
    if cascade is not None:
        raise UsageError(f"Expected no `cascade`: {folder} is a transformer, which has no n-gram model")
    # Which imports PyTorch.
    from sentiment_fast.scoring.transformer import TransformerScorer

    return TransformerScorer(Path(folder), device, precision, threshold, threads, neutral)
