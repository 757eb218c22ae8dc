"""What all trials of a search share, and what one of them trains; the same for each kind of network.

In: labelled texts by part. Out: their digest, and the interface by which run.py gets a trial's training. The kinds are
encoded_data.py, this package's networks, and token_data.py, transformers.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import torch

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.model.classifier import Classifier
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.training.state import Epoch
from sentiment_fast.training.step import Examples
from sentiment_fast.tuning.space import Settings

Say = Callable[[str], None]
SettingsT = TypeVar("SettingsT", bound=Settings)


@dataclass(frozen=True)
class TrialTraining:
    """One training, as training/loop.py takes it.

    examples: "training" and "validation". pieces: how many forward passes a batch is split into. whole: returns the
    epoch with the figures of the whole model, called while the network has the epoch's weights; None if the network is
    the whole model.
    """

    network: Classifier
    examples: Mapping[str, Examples]
    config: TrainingConfig
    pieces: int = 1
    whole: Callable[[Epoch], Epoch] | None = None


class TrialData(ABC, Generic[SettingsT]):
    """parts: "training" and "validation". classes: the labels, sorted."""

    def __init__(self, parts: Mapping[str, LabelledTexts], classes: list[Any], device: torch.device) -> None:
        self.parts, self.classes, self.device = dict(parts), classes, device

    @abstractmethod
    def training(self, settings: SettingsT, precision: Precision, say: Say) -> TrialTraining:
        """The training with these settings, its network untrained, on the device.

        Raises DataError or UsageError if the data or the settings do not allow it.
        """

    def digest(self) -> str:
        """SHA-256 of all texts, labels and weights, by which searches are compared."""
        digest = hashlib.sha256()
        for name, data in self.parts.items():
            digest.update(f"{name} {len(data)}\n".encode())
            for text in data.texts.to_pylist():
                raw = text if isinstance(text, bytes) else str(text or "").encode("utf-8", "surrogatepass")
                digest.update(len(raw).to_bytes(8, "little"))
                digest.update(raw)
            digest.update(repr(np.asarray(data.labels).tolist()).encode("utf-8", "surrogatepass"))
            for more in (data.weights, data.without_class):
                if more is not None:
                    digest.update(more.tobytes())
        return digest.hexdigest()
