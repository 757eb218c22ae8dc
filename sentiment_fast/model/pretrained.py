"""Start folders: weights learned from unlabelled texts, from which trainings begin, and the vocabulary they are of.

In and out: a `Start` <-> config.json, vocabulary.txt, start.safetensors. What the card says is report/'s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.network import NetworkConfig, SentimentLSTM
from sentiment_fast.model.presets import VocabularyConfig
from sentiment_fast.model.serialization import check_digests, check_tensors, file_digest, read_config, tensors_in
from sentiment_fast.text.vocabulary import Vocabulary

FORMAT = 1
CONFIG, VOCABULARY, WEIGHTS = "config.json", "vocabulary.txt", "start.safetensors"
SIZES = ("embedding_size", "hidden_size", "layers", "cell", "bidirectional")  # those that decide the weights' shapes


@dataclass(frozen=True)
class Start:
    """weights: of the embedding and the recurrent layers, float32, by their names in a `SentimentLSTM`.

    network: only its SIZES count. options: what the vocabulary was built with. figures: for the record.
    """

    network: NetworkConfig
    vocabulary: Vocabulary
    options: VocabularyConfig
    weights: Mapping[str, Tensor]
    figures: Mapping[str, Any] = field(default_factory=dict)


def save_start(folder: Path, start: Start) -> None:
    """Write config.json, vocabulary.txt and start.safetensors; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    start.vocabulary.save(folder / f"{VOCABULARY}.part")
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in start.weights.items()}
    (folder / f"{WEIGHTS}.part").write_bytes(save(weights))
    config = {
        "format": FORMAT,
        "kind": "start",
        "network": {name: getattr(start.network, name) for name in SIZES},
        "vocabulary": asdict(start.options),
        "figures": dict(start.figures),
        "sha256": {name: file_digest(folder / f"{name}.part") for name in (VOCABULARY, WEIGHTS)},
    }
    (folder / f"{CONFIG}.part").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for name in (VOCABULARY, WEIGHTS, CONFIG):
        (folder / f"{name}.part").replace(folder / name)


def load_start(folder: str | Path) -> Start:
    """Read a start folder.

    Raises ModelFolderError for one that is missing, cut short, altered or of a newer format.
    """
    folder = Path(folder)
    config = _read_config(folder)
    check_digests(folder, config, (VOCABULARY, WEIGHTS))
    vocabulary = Vocabulary.load(folder / VOCABULARY)
    tensors = tensors_in(folder / WEIGHTS)
    try:
        options = VocabularyConfig(**config["vocabulary"])
        network = _network_of(config["network"])
        if network.layers > len(tensors):  # making that many would take for ever
            raise UsageError(f"Expected layers of {len(tensors)} or less, a tensor each, got {network.layers}")
        with torch.device("meta"):  # shapes without memory
            whole = SentimentLSTM(network, vocabulary.largest_id, classes=2)
    except (TypeError, ValueError, UsageError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelFolderError(f"{folder / CONFIG}: expected the sizes of a network, got: {reason}") from error
    check_tensors(folder / WEIGHTS, start_weights(whole.state_dict()), tensors)
    weights = {name: tensor.clone() for name, tensor in load_file(folder / WEIGHTS).items()}
    return Start(network, vocabulary, options, weights, config["figures"])


def start_weights(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Of a network's weights, those that a start has."""
    return {name: one for name, one in weights.items() if name.startswith(("embedding.", "recurrent."))}


def check_sizes(folder: str | Path, start: Start, network: NetworkConfig) -> None:
    """Raises UsageError where a network cannot begin with these weights."""
    for name in SIZES:
        theirs, ours = getattr(start.network, name), getattr(network, name)
        if theirs != ours:
            raise UsageError(
                f"`init={folder}`: has {name} {theirs}, the network to be trained {ours}: "
                f"take `set={name}={str(theirs).lower()}`, or pretrain with `set={name}={str(ours).lower()}`"
            )


def _network_of(sizes: Mapping[str, Any]) -> NetworkConfig:
    if set(sizes) != set(SIZES):
        raise UsageError(f"expected {', '.join(SIZES)}, got {', '.join(sizes)}")
    return NetworkConfig(**sizes, pooling="last")  # which suits one direction as well as both


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    if not folder.is_dir():
        raise ModelFolderError(f"{folder}: no such start folder. `python -m sentiment_fast.pretrain` makes one")
    if not path.is_file():
        raise ModelFolderError(f"{folder}: is no start folder: it has no {CONFIG}")
    config = read_config(path, FORMAT)
    if config.get("kind") != "start":
        raise ModelFolderError(f"{folder}: is no start folder. `python -m sentiment_fast.pretrain` makes one")
    for name in ("network", "vocabulary", "figures", "sha256"):
        if not isinstance(config.get(name), dict):
            raise ModelFolderError(f"{path}: expected {name!r} to be a dict: cut short or altered")
    return config
