"""Learning from a teacher: its probabilities as targets, for labelled and unlabelled texts (Hinton et al. 2015).

In: training texts' ids and labels, more ids, a teacher's probabilities for all of them. Out: `Examples` with soft
targets; the probabilities, kept in the run's folder so that it can be resumed. Teachers are left to teachers.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from sentiment_fast.errors import DataError, ModelFolderError
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.tensor_files import MOST_BYTES, TensorFile, TensorFileError, seal
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.runs.regular_files import open_regular
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.training.step import Examples

SOFT_TARGETS = "soft_targets.safetensors"
LABEL_WEIGHT = 0.5
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True)
class SoftTargets:
    """Training texts, then unlabelled ones. targets: (n, classes) float32, rows sum to 1. weights: (n,), how often each
    text counts; None for once.
    """

    ids: TokenIds
    targets: Probabilities
    weights: npt.NDArray[np.float64] | None = None

    def learned_targets(self) -> Probabilities:
        """What is learned, as `Encoded` has it."""
        return self.targets

    def examples(self, config: NetworkConfig, device: torch.device) -> Examples:
        """As the training loop takes it, on a device."""
        return Examples.of(self.ids, self.targets, config, device, self.weights)

    def digest(self) -> str:
        """SHA-256 of the targets."""
        return hashlib.sha256(np.ascontiguousarray(self.targets).tobytes()).hexdigest()


def soft_targets(
    ids: TokenIds,
    labels: npt.NDArray[Any],
    probabilities: Probabilities,
    label_weight: float | npt.NDArray[np.float64] = LABEL_WEIGHT,
    weights: npt.NDArray[np.float64] | None = None,
) -> SoftTargets:
    """The targets of texts that a teacher has scored.

    ids: those of all texts. labels: (labelled,) class indices of the first of them, or (labelled, classes) float32
    probabilities. probabilities: (n, classes), the teacher's. label_weight: the weight of a labelled text's label in
    its target, 0 to 1, one for all or (labelled,); the rest is the teacher's. weights: (labelled,), how often these
    texts count, all others once; None for once.
    """
    of_label = np.asarray(label_weight, np.float64)
    of_teacher = (1 - of_label).astype(np.float32)
    of_label = of_label.astype(np.float32)
    targets = probabilities.astype(np.float32, copy=True)
    targets[: len(labels)] *= of_teacher[..., None]
    if labels.ndim == 2:
        targets[: len(labels)] += of_label[..., None] * labels
    else:
        targets[np.arange(len(labels)), labels] += of_label
    if weights is not None:
        weights = np.concatenate([weights, np.ones(len(targets) - len(weights))])
    return SoftTargets(ids, targets, weights)


def keep_probabilities(folder: Path, probabilities: Probabilities, ids: TokenIds) -> None:
    """Save the teacher's probabilities for these texts, for a run that is resumed."""
    tensors = {"probabilities": torch.from_numpy(np.ascontiguousarray(probabilities))}
    parts = seal(save(tensors, {"texts": _digest(ids)}))
    write_atomically(folder / SOFT_TARGETS, lambda file: file.writelines(parts))


def kept_probabilities(folder: Path, ids: TokenIds) -> Probabilities | None:
    """The probabilities that `keep_probabilities` saved; None if the file is gone.

    Raises DataError if they belong to other texts, ModelFolderError for a damaged file.
    """
    path = folder / SOFT_TARGETS
    if not path.exists():
        return None
    try:
        with open_regular(path, MOST_BYTES) as file:
            found = TensorFile.of(file)
            digest = found.metadata.get("texts")
            probabilities: Probabilities = load(found.sealed_content())["probabilities"].numpy()
    except (SafetensorError, TensorFileError, OSError, KeyError) as error:
        raise ModelFolderError(
            f"{path}: cannot be read ({error}): remove it, and the teacher labels the texts again"
        ) from error
    if digest != _digest(ids):
        raise DataError(
            f"{path}: belongs to other texts: `data` or `unlabelled` have changed since the run began. Restore "
            "them, or start over in another folder"
        )
    return probabilities


def _digest(ids: TokenIds) -> str:
    digest = hashlib.sha256()
    for array in (ids.values, ids.offsets):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
