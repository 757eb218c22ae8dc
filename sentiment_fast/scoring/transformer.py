"""A Hugging Face classifier as `evaluate` asks for it (extra: transformers).

In: a folder, texts. Out: calibrated probabilities, if `finetune` made it, and how they become labels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.model.decision import Band, Decision
from sentiment_fast.model.devices import choose_device, choose_precision
from sentiment_fast.model.labelling import Labelling
from sentiment_fast.model.threads import pytorch_threads
from sentiment_fast.model.transformer_folder import read_classifier


class TransformerScorer:
    """The model in a folder; parameters and errors as for `scoring.scorer.load`. Its own classes are their names."""

    def __init__(
        self,
        folder: Path,
        device: str,
        precision: str,
        threshold: float | None = None,
        threads: int | None = None,
        neutral: Band | str | bool | None = None,
    ) -> None:
        self._device, self._threads = choose_device(device), threads
        self._precision = choose_precision(self._device, precision)
        self._classifier = read_classifier(folder, self._device)
        labelling: Labelling = self._classifier.model or Labelling(classes=self._classifier.names)
        self._labelling = labelling.relabelled(threshold, neutral)
        self.text_column, self.label_column = labelling.text_column, labelling.label_column

    @property
    def classes(self) -> list[Any]:
        return list(self._labelling.classes)

    @property
    def decision(self) -> Decision:
        return self._labelling.decision

    def predict_proba(self, texts: pa.ChunkedArray, /) -> npt.NDArray[np.float32]:
        """(n, classes) float32, rows sum to 1."""
        with pytorch_threads(self._threads):
            return self._classifier.probabilities([text or "" for text in texts.to_pylist()], self._precision)
