"""Pretrained folders: weights learned from unlabelled texts, which training starts from, and their vocabulary.

In and out: a `PretrainedWeights` <-> config.json, vocabulary.txt, start.safetensors. The card is left to report/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import save
from torch import Tensor

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.config import NetworkConfig, check_size, weight_shapes
from sentiment_fast.model.folder import check_stop_words
from sentiment_fast.model.presets import VocabularyConfig
from sentiment_fast.model.serialization import (
    CONFIG,
    PRETRAINED,
    FolderFiles,
    check_tensors,
    config_bytes,
    load_folder,
    read_config,
)
from sentiment_fast.runs.atomic import write_together
from sentiment_fast.text.vocabulary import MOST_BYTES, Vocabulary

FORMAT = 1
VOCABULARY, WEIGHTS = "vocabulary.txt", "start.safetensors"
Shaped = TypeVar("Shaped")
SIZES = ("embedding_size", "hidden_size", "layers", "cell", "bidirectional")  # those that decide the weights' shapes


@dataclass(frozen=True)
class PretrainedWeights:
    """weights: those of the embedding and the recurrent layers, float32, by their names in a `SentimentLSTM`.

    network: only its SIZES matter. options: the vocabulary's options. figures: for the record.
    """

    network: NetworkConfig
    vocabulary: Vocabulary
    options: VocabularyConfig
    weights: Mapping[str, Tensor]
    figures: Mapping[str, Any] = field(default_factory=dict)


def save_pretrained(folder: Path, pretrained: PretrainedWeights) -> None:
    """Write config.json, vocabulary.txt and start.safetensors; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in pretrained.weights.items()}
    files = {VOCABULARY: pretrained.vocabulary.as_bytes(), WEIGHTS: save(weights)}
    config = {
        "format": FORMAT,
        "kind": PRETRAINED,
        "network": {name: getattr(pretrained.network, name) for name in SIZES},
        "vocabulary": asdict(pretrained.options),
        "figures": dict(pretrained.figures),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    files[CONFIG] = config_bytes(config)
    write_together({folder / name: content for name, content in files.items()})


def is_pretrained(folder: Path) -> bool:
    """Whether a folder with a config.json is a pretrained one, not a model. Raises ModelFolderError: damaged."""
    with FolderFiles.on_disk(folder, ()) as files:
        return bool(files.config(1 << 62).get("kind") == PRETRAINED)


def load_pretrained(folder: str | Path) -> PretrainedWeights:
    """Read a pretrained folder.

    Raises ModelFolderError for one that is missing, cut short, altered or of a newer format.
    """
    return load_folder(Path(folder), (VOCABULARY, WEIGHTS), _pretrained_of)


def _pretrained_of(files: FolderFiles) -> PretrainedWeights:
    folder, types = files.folder, dict.fromkeys(("network", "vocabulary", "figures", "sha256"), dict)
    config = read_config(files, "pretrained folder", "pretrain", FORMAT, PRETRAINED, types)
    digests = config["sha256"]
    vocabulary = Vocabulary.of_bytes(files.checked(VOCABULARY, digests[VOCABULARY], MOST_BYTES), folder / VOCABULARY)
    check_stop_words(vocabulary, folder / VOCABULARY)
    try:
        options = VocabularyConfig(**config["vocabulary"])
        network = _network_of(config["network"])
        check_size(network, vocabulary.largest_id, 2)
    except (TypeError, ValueError, UsageError) as error:
        raise ModelFolderError(f"{folder / CONFIG}: expected the sizes of a network, got: {error}") from error
    expected = pretrained_weights(weight_shapes(network, vocabulary.largest_id, 2))
    check_tensors(folder / WEIGHTS, expected, files.tensors(WEIGHTS))
    arrays = files.checked_tensors(WEIGHTS, digests[WEIGHTS])
    weights = {name: torch.from_numpy(array) for name, array in arrays.items()}
    files.check_config()
    return PretrainedWeights(network, vocabulary, options, weights, config["figures"])


def pretrained_weights(weights: Mapping[str, Shaped]) -> dict[str, Shaped]:
    """The part of a network's weights that a pretrained folder has."""
    return {name: one for name, one in weights.items() if name.startswith(("embedding.", "recurrent."))}


def check_sizes(folder: str | Path, pretrained: PretrainedWeights, network: NetworkConfig) -> None:
    """Raises UsageError if the network's sizes are not those of the pretrained weights."""
    for name in SIZES:
        theirs, ours = getattr(pretrained.network, name), getattr(network, name)
        if theirs != ours:
            raise UsageError(
                f"`init={folder}`: has {name} {theirs}, the network to be trained {ours}: "
                f"take `set={name}={str(theirs).lower()}`, or pretrain with `set={name}={str(ours).lower()}`"
            )


def _network_of(sizes: Mapping[str, Any]) -> NetworkConfig:
    if set(sizes) != set(SIZES):
        raise UsageError(f"expected {', '.join(SIZES)}, got {', '.join(sizes)}")
    return NetworkConfig(**sizes, pooling="last")  # valid for one direction and for both
