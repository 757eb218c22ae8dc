"""Model folders: a trained network with all that is needed to use it, saved and loaded without executing anything.

In and out: a `SavedModel` <-> config.json, vocabulary.txt, model.safetensors, metrics.json, README.md (the model card).
What the card and the metrics say is for those who train to decide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.network import NetworkConfig, SentimentLSTM
from sentiment_fast.model.stored_files import check_digests, check_tensors, file_digest, read_config, tensors_in
from sentiment_fast.text.vocabulary import Vocabulary

FORMAT = 1
CONFIG, VOCABULARY, WEIGHTS, METRICS, CARD = (
    "config.json",
    "vocabulary.txt",
    "model.safetensors",
    "metrics.json",
    "README.md",
)


@dataclass
class SavedModel:
    """A network and what belongs to it.

    classes: the sorted labels, in their own type, in the order of the network's outputs. text_column: the column the
    training texts stood in, if they came from a table. settings: the preset it was trained with, for the record.
    """

    network: SentimentLSTM
    vocabulary: Vocabulary
    classes: list[Any]
    text_column: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def save_model(folder: Path, model: SavedModel) -> None:
    """Write config.json, vocabulary.txt and model.safetensors; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    model.vocabulary.save(folder / f"{VOCABULARY}.part")
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.network.state_dict().items()}
    (folder / f"{WEIGHTS}.part").write_bytes(save(weights))  # save_file would let only the owner read it
    config = {
        "format": FORMAT,
        "classes": model.classes,
        "text_column": model.text_column,
        "network": asdict(model.network.config),
        "settings": model.settings,
        "sha256": {name: file_digest(folder / f"{name}.part") for name in (VOCABULARY, WEIGHTS)},
    }
    (folder / f"{CONFIG}.part").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for name in (VOCABULARY, WEIGHTS, CONFIG):
        (folder / f"{name}.part").replace(folder / name)


def save_metrics(folder: Path, metrics: Mapping[str, Any]) -> None:
    """Write metrics.json."""
    (folder / METRICS).write_text(json.dumps(metrics, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load_model(folder: str | Path) -> SavedModel:
    """Read a model folder; the network is on the CPU, in evaluation mode.

    Raises ModelFolderError for a folder that is missing, cut short, altered or of a newer format. Sizes are compared
    with those of the weights file before anything of that size is allocated.
    """
    folder = Path(folder)
    config = _read_config(folder)
    check_digests(folder, config, (VOCABULARY, WEIGHTS))
    vocabulary = Vocabulary.load(folder / VOCABULARY)
    tensors = tensors_in(folder / WEIGHTS)
    try:
        network_config = NetworkConfig(**config["network"])
        if network_config.layers > len(tensors):  # making that many would take for ever
            raise UsageError(f"Expected layers of {len(tensors)} or less, a tensor each, got {network_config.layers}")
        with torch.device("meta"):  # shapes without memory
            network = SentimentLSTM(network_config, vocabulary.largest_id, len(config["classes"]))
    except (TypeError, ValueError, UsageError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]  # PyTorch's go on with a stack of C++ calls
        raise ModelFolderError(f"{folder / CONFIG}: expected the settings of a network, got: {reason}") from error
    check_tensors(folder / WEIGHTS, network.state_dict(), tensors)
    # Copied, as what load_file gives is the mapped file itself, and changes with it.
    weights = {name: tensor.clone() for name, tensor in load_file(folder / WEIGHTS).items()}
    network.load_state_dict(weights, assign=True)
    return SavedModel(network.eval(), vocabulary, config["classes"], config["text_column"], config["settings"])


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    if not folder.is_dir():
        raise ModelFolderError(f"{folder}: no such model folder. `python -m sentiment_fast.train` makes one")
    if not path.is_file():
        raise ModelFolderError(f"{folder}: is no model folder: it has no {CONFIG}")
    config = read_config(path, FORMAT)
    if config.get("kind") == "start":
        raise ModelFolderError(f"{folder}: is a start folder, not a model: train from it with --init {folder}")
    expected = {"classes": list, "network": dict, "settings": dict, "sha256": dict}
    for name, kind in expected.items():
        if not isinstance(config.get(name), kind):
            raise ModelFolderError(f"{path}: expected {name!r} to be a {kind.__name__}: cut short or altered")
    classes = config["classes"]
    plain = all(type(label) in (str, int, float) for label in classes)
    if not plain or len(set(classes)) != len(classes) or len(classes) < 2:
        raise ModelFolderError(f"{path}: expected 'classes' to be two or more different texts or numbers: altered")
    if not isinstance(config.get("text_column", 0), str | None):
        raise ModelFolderError(f"{path}: expected 'text_column' to be a name or null: cut short or altered")
    return config
