"""Model folders: a trained network with everything needed to use it, saved and loaded without executing anything.

In and out: a `Model` <-> config.json, vocabulary.txt, model.safetensors, metrics.json, README.md (the model card).
The content of the card and the metrics is left to report/.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from sentiment_fast.errors import ModelFolderError, UsageError, quoted
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.config import NetworkConfig, check_size, weight_shapes
from sentiment_fast.model.model import NGRAMS_ONLY, UNCHANGED, Model
from sentiment_fast.model.ngrams import Array, NgramConfig, NgramModel
from sentiment_fast.model.serialization import CONFIG as CONFIG
from sentiment_fast.model.serialization import (
    FolderFiles,
    check_tensors,
    config_bytes,
    load_folder,
    read_config,
)
from sentiment_fast.runs.atomic import write_atomically, write_together
from sentiment_fast.text.containers import is_unicode
from sentiment_fast.text.stop_words import is_language, local_stop_words
from sentiment_fast.text.vocabulary import MOST_BYTES, Vocabulary

FORMAT = 3  # 2 for models that a reader of format 2, which takes the second of two classes for the positive, gets right
VOCABULARY, WEIGHTS, METRICS, CARD = "vocabulary.txt", "model.safetensors", "metrics.json", "README.md"
BUNDLED = Path(__file__).parents[1] / "bundled"  # the model folder that the package carries
BUNDLED_NAME = "bundled"  # how it is named where a model folder may be

_LARGEST = sys.float_info.max
_NGRAMS = "wide."  # prefix of the names of the n-gram model's tensors
# Only labels depend on these, and on the cascade probabilities too; fingerprints have them under names of their own.
_BESIDES_DIGEST = {"threshold", "positive", "neutral", "ordinal", "cascade"}
_NOT_IN_DIGEST = {"format", "text_column", "label_column", "settings"} | _BESIDES_DIGEST
_NO_PARTS: dict[str, Any] = {  # what a folder of format 1 lacks
    "wide": None,
    "calibration": UNCHANGED.as_dict(),
    "wide_calibration": NGRAMS_ONLY.as_dict(),
    "threshold": 0.5,
    "cascade": None,
}


_SECOND_IS_POSITIVE: dict[str, Any] = {"positive": None, "neutral": None, "ordinal": None}  # what formats 1 and 2 lack


def save_model(folder: Path, model: Model, half: bool = False) -> None:
    """Write config.json, vocabulary.txt and model.safetensors; each file appears whole or not at all.

    half: store the network's weights as float16, in half the space. Raises UsageError if one is beyond its range.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_together({folder / name: content for name, content in model_files(model, half).items()})


def model_files(model: Model, half: bool = False) -> dict[str, bytes]:
    """The contents of the files that `save_model` writes, by name; with the same errors."""
    weights: dict[str, Array] = dict(model.weights)
    if half:
        weights = {name: _halved(name, tensor) for name, tensor in weights.items()}
    weights |= _ngram_tensors(model)  # small already, so never halved
    files = {VOCABULARY: model.vocabulary.as_bytes(), WEIGHTS: save(weights)}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return {**files, CONFIG: config_bytes({**_described(model), "sha256": digests})}


def model_digest(model: Model) -> str:
    """SHA-256 of the model without its cascade and what is done with its probabilities; see `Scorer.digest`.

    It is that of what a config.json holds, as JSON with sorted names, and of digests of the vocabulary and the weights:
    how the package represents them in memory does not count.
    """
    weights = {**model.weights, **_ngram_tensors(model)}
    described = {name: value for name, value in _described(model).items() if name not in _NOT_IN_DIGEST}
    described["vocabulary"] = model.vocabulary.digest()
    described["weights"] = {name: hashlib.sha256(tensor.tobytes()).hexdigest() for name, tensor in weights.items()}
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _ngram_tensors(model: Model) -> dict[str, Array]:
    if model.wide is None:
        return {}
    return {f"{_NGRAMS}{name}": tensor for name, tensor in model.wide.tensors().items()}


def _described(model: Model) -> dict[str, Any]:
    """What config.json holds about a model, without the digests of the other files."""
    return {
        "format": FORMAT if _needs_format_3(model) else 2,
        "classes": model.classes,
        "text_column": model.text_column,
        "label_column": model.label_column,
        "network": model.config.as_dict(),
        "wide": None if model.wide is None else model.wide.config.as_dict(),
        "calibration": model.calibration.as_dict(),
        "wide_calibration": model.wide_calibration.as_dict(),
        "threshold": model.threshold,
        "cascade": model.cascade,
        **({"cascade_from": model.cascade_from} if model.cascade_from else {}),
        "positive": model.positive,
        "neutral": model.neutral,
        "ordinal": model.ordinal,
        "settings": model.settings,
    }


def model_of_files(contents: Mapping[str, bytes], name: str) -> Model:
    """The inverse of `model_files`. name: what messages call it. Raises ModelFolderError as `load_model` does."""
    with FolderFiles.in_memory(contents, name) as files:
        return _model_of(files)


def _needs_format_3(model: Model) -> bool:
    if model.cascade is not None and model.cascade_from:
        return True
    return model.neutral is not None or model.ordinal is not None or model.positive not in (None, model.classes[1])


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
        return model_folder(folder)
    say("using the bundled model (everyday English); name a model folder to use your own")
    return model_folder(BUNDLED_NAME)


def model_folder(name: str | Path) -> Path:
    """The folder of a model by its name: the text "bundled" means the bundled model, ./bundled a folder.

    Raises ModelFolderError if this installation has no bundled model.
    """
    if name != BUNDLED_NAME:
        return Path(name)
    if not (BUNDLED / CONFIG).is_file():
        raise ModelFolderError(
            f"{BUNDLED}: expected the bundled model, got none there: name a model of your own (`model=FOLDER`), which "
            "`train` makes, or install a release of sentiment_fast, which has one"
        )
    return BUNDLED


def load_model(folder: str | Path) -> Model:
    """Read a model folder, or "bundled"; the weights are float32, even if they are stored as float16.

    Raises ModelFolderError for a folder that is missing, cut short, altered or of a newer format. Sizes are compared
    with those of the weights file before anything of that size is allocated. Uses no network.
    """
    return load_folder(model_folder(folder), (VOCABULARY, WEIGHTS), _model_of)


def _model_of(files: FolderFiles) -> Model:
    folder, config = files.folder, _config_of(files)
    digests = config["sha256"]
    vocabulary = Vocabulary.of_bytes(files.checked(VOCABULARY, digests[VOCABULARY], MOST_BYTES), folder / VOCABULARY)
    check_stop_words(vocabulary, folder / VOCABULARY)
    network = _checked_network(folder, config, vocabulary, files.tensors(WEIGHTS))
    weights = files.checked_tensors(WEIGHTS, digests[WEIGHTS])
    ngram_names = [name for name in weights if name.startswith(_NGRAMS)]
    ngrams = _ngrams_of(folder, config, {name.removeprefix(_NGRAMS): weights.pop(name) for name in ngram_names})
    names = weight_shapes(network, vocabulary.largest_id, len(config["classes"]))
    try:
        model = Model(
            network,
            {name: weights[name] for name in names},
            vocabulary,
            classes=config["classes"],
            text_column=config["text_column"],
            settings=config["settings"],
            wide=ngrams,
            calibration=Calibration.from_dict(config["calibration"], len(config["classes"])),
            wide_calibration=Calibration.from_dict(config["wide_calibration"], len(config["classes"])),
            threshold=config["threshold"],
            cascade=config["cascade"],
            cascade_from=config.get("cascade_from", 0),
            positive=config["positive"],
            neutral=config["neutral"],
            ordinal=config["ordinal"],
            label_column=config.get("label_column"),  # models of earlier versions do not record it
        )
    except UsageError as error:
        raise ModelFolderError(f"{folder / CONFIG}: {error}: cut short or altered") from error
    files.check_config()
    return model


def _checked_network(
    folder: Path, config: dict[str, Any], vocabulary: Vocabulary, tensors: dict[str, str]
) -> NetworkConfig:
    """The network's settings. Raises ModelFolderError unless the file has the weights of such a network."""
    try:
        network = NetworkConfig(**config["network"])
        check_size(network, vocabulary.largest_id, len(config["classes"]))
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


def check_stop_words(vocabulary: Vocabulary, path: Path) -> None:
    """Raises ModelFolderError for stop words by a name that no language has, or that only a download could resolve."""
    name = vocabulary.stop_words
    if not isinstance(name, str):
        return
    if not is_language(name) or (vocabulary.needs_stop_words and local_stop_words(name) is None):
        raise ModelFolderError(
            f"{path}: expected stop words that are on this machine, got those of {quoted(name)}: altered, or "
            "install NLTK and run `python -m nltk.downloader stopwords`"
        )


def _config_of(files: FolderFiles) -> dict[str, Any]:
    path = files.folder / CONFIG
    types = {"classes": list, "network": dict, "settings": dict, "sha256": dict}
    config = read_config(files, "model folder", "train", FORMAT, None, types)
    if config["format"] == 1:
        config |= _NO_PARTS
    if config["format"] < 3:
        config = _SECOND_IS_POSITIVE | config
    classes = config["classes"]
    if not _are_labels(classes) or len(set(classes)) != len(classes) or len(classes) < 2:
        raise ModelFolderError(f"{path}: expected 'classes' to be two or more different texts or numbers: altered")
    for name, otherwise in {"text_column": 0, "label_column": None}.items():
        column = config.get(name, otherwise)
        if not isinstance(column, str | None) or (isinstance(column, str) and not is_unicode(column)):
            raise ModelFolderError(f"{path}: expected {name!r} to be a name or null: cut short or altered")
    for name in (*_NO_PARTS, *_SECOND_IS_POSITIVE):
        if name not in config:
            raise ModelFolderError(f"{path}: expected {name!r}, got nothing: cut short or altered")
    if not isinstance(config["wide"], dict | None):
        raise ModelFolderError(f"{path}: expected 'wide' to be a dict or null: cut short or altered")
    return config


def _are_labels(classes: list[Any]) -> bool:
    """Whether they are all texts that labels can be, all whole numbers of 64 bits, or all finite numbers."""
    if all(isinstance(label, str) for label in classes):
        return all("\0" not in label and is_unicode(label) for label in classes)
    if all(type(label) is int for label in classes):
        return all(-(1 << 63) <= label < 1 << 63 for label in classes)
    return all(type(label) in (int, float) and -_LARGEST <= label <= _LARGEST for label in classes)
