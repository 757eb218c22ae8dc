"""Model folders: a trained network with everything needed to use it, saved and loaded without executing anything.

In and out: a `Model` <-> config.json, vocabulary.txt, model.safetensors, metrics.json, README.md (the model card).
The content of the card and the metrics is left to report/.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.config import NetworkConfig, weight_shapes
from sentiment_fast.model.model import NGRAMS_ONLY, UNCHANGED, Model
from sentiment_fast.model.ngrams import Array, NgramConfig, NgramModel
from sentiment_fast.model.serialization import (
    check_digests,
    check_tensors,
    read_config,
    read_tensors,
    tensors_in,
)
from sentiment_fast.runs.atomic import write_atomically, write_together
from sentiment_fast.text.vocabulary import Vocabulary

FORMAT = 2
CONFIG, VOCABULARY, WEIGHTS, METRICS, CARD = (
    "config.json",
    "vocabulary.txt",
    "model.safetensors",
    "metrics.json",
    "README.md",
)
BUNDLED = Path(__file__).parents[1] / "bundled"  # the model folder that the package carries

_NGRAMS = "wide."  # prefix of the names of the n-gram model's tensors
_NO_PARTS: dict[str, Any] = {  # what a folder of format 1 lacks
    "wide": None,
    "calibration": UNCHANGED.as_dict(),
    "wide_calibration": NGRAMS_ONLY.as_dict(),
    "threshold": 0.5,
    "cascade": None,
}


def save_model(folder: Path, model: Model, half: bool = False) -> None:
    """Write config.json, vocabulary.txt and model.safetensors; each file appears whole or not at all.

    half: store the network's weights as float16, in half the space. Raises UsageError if one is beyond its range.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights: dict[str, Array] = dict(model.weights)
    if half:
        weights = {name: _halved(name, tensor) for name, tensor in weights.items()}
    if model.wide is not None:  # small already, so never halved
        weights |= {f"{_NGRAMS}{name}": tensor for name, tensor in model.wide.tensors().items()}
    files = {VOCABULARY: model.vocabulary.as_bytes(), WEIGHTS: save(weights)}
    config = {
        "format": FORMAT,
        "classes": model.classes,
        "text_column": model.text_column,
        "label_column": model.label_column,
        "network": asdict(model.config),
        "wide": None if model.wide is None else asdict(model.wide.config),
        "calibration": model.calibration.as_dict(),
        "wide_calibration": model.wide_calibration.as_dict(),
        "threshold": model.threshold,
        "cascade": model.cascade,
        "settings": model.settings,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    files[CONFIG] = (json.dumps(config, indent=2, ensure_ascii=False) + "\n").encode()
    write_together({folder / name: content for name, content in files.items()})


def _halved(name: str, tensor: Array) -> Array:
    with np.errstate(over="ignore"):
        halved = tensor.astype(np.float16)
    if not np.array_equal(np.isfinite(halved), np.isfinite(tensor)):
        raise UsageError(f"Expected weights within the range of float16 to save them as that, got others in {name}")
    return halved


def save_metrics(folder: Path, metrics: Mapping[str, Any]) -> None:
    """Write metrics.json."""
    write_atomically(folder / METRICS, json.dumps(metrics, indent=2, ensure_ascii=False) + "\n")


def named_or_bundled(folder: str | Path | None, say: Callable[[str], None]) -> Path:
    """The folder that is named; without a name, that of the bundled model, which is reported.

    Raises ModelFolderError if this installation has no bundled model.
    """
    if folder is not None:
        return Path(folder)
    if not (BUNDLED / CONFIG).is_file():
        raise ModelFolderError(
            f"{BUNDLED}: expected the bundled model, got none there: name a model of your own (`model=FOLDER`), which "
            "`python -m sentiment_fast.train` makes, or install a release of sentiment_fast, which has one"
        )
    say("scoring with the bundled model (IMDb reviews); name a model folder to use your own")
    return BUNDLED


def load_model(folder: str | Path) -> Model:
    """Read a model folder; the weights are float32, even if they are stored as float16.

    Raises ModelFolderError for a folder that is missing, cut short, altered or of a newer format. Sizes are compared
    with those of the weights file before anything of that size is allocated.
    """
    folder = Path(folder)
    config = _read_config(folder)
    check_digests(folder, config, (VOCABULARY, WEIGHTS))
    vocabulary = Vocabulary.load(folder / VOCABULARY)
    network = _checked_network(folder, config, vocabulary, tensors_in(folder / WEIGHTS))
    weights = read_tensors(folder / WEIGHTS)
    ngram_names = [name for name in weights if name.startswith(_NGRAMS)]
    ngrams = _ngrams_of(folder, config, {name.removeprefix(_NGRAMS): weights.pop(name) for name in ngram_names})
    for name, values in weights.items():
        if not np.isfinite(values).all():
            raise ModelFolderError(f"{folder / WEIGHTS}: expected finite numbers in {name}, got others: train again")
    names = weight_shapes(network, vocabulary.largest_id, len(config["classes"]))
    try:
        return Model(
            network,
            {name: weights[name] for name in names},  # in the network's order, on which `Scorer.digest` depends
            vocabulary,
            config["classes"],
            config["text_column"],
            config["settings"],
            wide=ngrams,
            calibration=Calibration.from_dict(config["calibration"], len(config["classes"])),
            wide_calibration=Calibration.from_dict(config["wide_calibration"], len(config["classes"])),
            threshold=config["threshold"],
            cascade=config["cascade"],
            label_column=config.get("label_column"),  # models of earlier versions do not record it
        )
    except UsageError as error:
        raise ModelFolderError(f"{folder / CONFIG}: {error}: cut short or altered") from error


def _checked_network(
    folder: Path, config: dict[str, Any], vocabulary: Vocabulary, tensors: dict[str, str]
) -> NetworkConfig:
    """The network's settings. Raises ModelFolderError unless the file has the weights of such a network."""
    try:
        network = NetworkConfig(**config["network"])
        if network.layers > len(tensors):  # naming that many would take forever
            raise UsageError(f"Expected layers of {len(tensors)} or less, a tensor each, got {network.layers}")
    except (TypeError, ValueError, UsageError) as error:
        raise ModelFolderError(f"{folder / CONFIG}: expected the settings of a network, got: {error}") from error
    has_ngrams = config["wide"] is not None
    of_network = {name: found for name, found in tensors.items() if not (has_ngrams and name.startswith(_NGRAMS))}
    shapes = weight_shapes(network, vocabulary.largest_id, len(config["classes"]))
    check_tensors(folder / WEIGHTS, shapes, of_network)
    return network


def _ngrams_of(folder: Path, config: dict[str, Any], tensors: dict[str, Array]) -> NgramModel | None:
    if config["wide"] is None:
        return None
    try:
        ngram_config = NgramConfig(**config["wide"])
    except (TypeError, ValueError, UsageError) as error:
        raise ModelFolderError(f"{folder / CONFIG}: expected the settings of an n-gram model, got: {error}") from error
    try:
        ngrams = NgramModel(ngram_config, tensors)
        _check_outputs(ngrams, set(tensors), len(config["classes"]))
        return ngrams
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise ModelFolderError(
            f"{folder / WEIGHTS}: expected the tensors of the n-gram model that {CONFIG} describes, got others: {error}"
        ) from error


def _check_outputs(ngrams: NgramModel, names: set[str], classes: int) -> None:
    if surplus := names - set(ngrams.tensors()):
        raise ValueError(f"Expected no tensor {sorted(surplus)[0]}")
    outputs = 1 if classes == 2 else classes
    if ngrams.outputs != outputs:
        raise ValueError(f"Expected outputs for {classes} classes, {outputs}, got {ngrams.outputs}")


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    if not folder.is_dir():
        raise ModelFolderError(f"{folder}: no such model folder. `python -m sentiment_fast.train` makes one")
    if not path.is_file():
        raise ModelFolderError(f"{folder}: is not a model folder: it has no {CONFIG}")
    config = read_config(path, FORMAT)
    if config.get("kind") == "start":
        raise ModelFolderError(f"{folder}: is a pretrained folder, not a model: train from it with `init={folder}`")
    if config["format"] == 1:
        config |= _NO_PARTS
    expected = {"classes": list, "network": dict, "settings": dict, "sha256": dict}
    for name, kind in expected.items():
        if not isinstance(config.get(name), kind):
            raise ModelFolderError(f"{path}: expected {name!r} to be a {kind.__name__}: cut short or altered")
    classes = config["classes"]
    plain = all(type(label) in (str, int, float) and label == label for label in classes)  # unlike NaN
    if not plain or len(set(classes)) != len(classes) or len(classes) < 2:
        raise ModelFolderError(f"{path}: expected 'classes' to be two or more different texts or numbers: altered")
    for name, otherwise in {"text_column": 0, "label_column": None}.items():
        if not isinstance(config.get(name, otherwise), str | None):
            raise ModelFolderError(f"{path}: expected {name!r} to be a name or null: cut short or altered")
    for name in _NO_PARTS:
        if name not in config:
            raise ModelFolderError(f"{path}: expected {name!r}, got nothing: cut short or altered")
    if not isinstance(config["wide"], dict | None):
        raise ModelFolderError(f"{path}: expected 'wide' to be a dict or null: cut short or altered")
    return config
