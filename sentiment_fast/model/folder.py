"""Model folders: a trained network with all that is needed to use it, saved and loaded without executing anything.

In and out: a `SavedModel` <-> config.json, vocabulary.txt, model.safetensors, metrics.json, README.md (the model card).
What the card and the metrics say is for those who train to decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import Tensor

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.network import NetworkConfig, SentimentLSTM
from sentiment_fast.model.ngrams import WideConfig, WideNgrams
from sentiment_fast.model.serialization import check_digests, check_tensors, file_digest, read_config, tensors_in
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

_WIDE = "wide."  # how the names of the wide part's tensors begin
_LEAST_CASCADE = 0.5
_UNCHANGED, _WIDE_ALONE = Calibration(), Calibration(network=0.0)
_NO_PARTS: dict[str, Any] = {  # what a folder of format 1 does not say
    "wide": None,
    "calibration": _UNCHANGED.as_dict(),
    "wide_calibration": _WIDE_ALONE.as_dict(),
    "threshold": 0.5,
    "cascade": None,
}


@dataclass
class SavedModel:
    """A network and what belongs to it.

    classes: the sorted labels, in their own type, in the order of the network's outputs. text_column: the column the
    training texts stood in, if they came from a table. settings: the preset it was trained with, for the record. wide:
    the part that knows n-grams, if there is one. calibration: of the parts together; wide_calibration: of the wide part
    alone. threshold: of two classes, the probability above which the second is said. cascade: how probable a class must
    be to the wide part alone, 0.5 to 1, for the network not to be asked; None to ask it about every text.
    Raises UsageError for a threshold or a cascade that does not fit the model.
    """

    network: SentimentLSTM
    vocabulary: Vocabulary
    classes: list[Any]
    text_column: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    wide: WideNgrams | None = None
    calibration: Calibration = _UNCHANGED
    wide_calibration: Calibration = _WIDE_ALONE
    threshold: float = 0.5
    cascade: float | None = None

    def __post_init__(self) -> None:
        if type(self.threshold) not in (int, float) or not 0 < self.threshold < 1:
            raise UsageError(f"Expected a threshold above 0 and below 1, got {self.threshold!r}")
        if self.threshold != 0.5 and len(self.classes) != 2:
            raise UsageError(
                f"Expected no threshold, got {self.threshold}: of {len(self.classes)} classes, the likeliest is said"
            )
        if self.cascade is None:
            return
        if type(self.cascade) not in (int, float) or not _LEAST_CASCADE <= self.cascade <= 1:
            raise UsageError(f"Expected the confidence of a cascade to be 0.5 to 1, got {self.cascade!r}")
        if self.wide is None:
            raise UsageError(
                "Expected no cascade: the model has no wide part that could answer in place of its network"
            )

    def adjusted(self, threshold: float | None = None, cascade: float | bool | None = None) -> SavedModel:
        """The model with another threshold, and another cascade or (False) none; None leaves either as it is.

        numpy's numbers will do too. Raises UsageError for one that does not fit the model.
        """
        changes: dict[str, Any] = {}
        if threshold is not None:
            changes["threshold"] = _plain(threshold)
        if cascade is not None:
            changes["cascade"] = None if cascade is False else _plain(cascade)
        return replace(self, **changes)


def _plain(number: Any) -> Any:
    return number.item() if isinstance(number, np.number) else number


def save_model(folder: Path, model: SavedModel, half: bool = False) -> None:
    """Write config.json, vocabulary.txt and model.safetensors; each file appears whole or not at all.

    half: keep the network's weights as float16, in half the space. Raises UsageError where one is beyond its range.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.vocabulary.save(folder / f"{VOCABULARY}.part")
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.network.state_dict().items()}
    if half:
        weights = {name: _halved(name, tensor) for name, tensor in weights.items()}
    if model.wide is not None:  # which is small as it is
        weights |= {f"{_WIDE}{name}": tensor for name, tensor in model.wide.tensors().items()}
    (folder / f"{WEIGHTS}.part").write_bytes(save(weights))  # save_file would let only the owner read it
    config = {
        "format": FORMAT,
        "classes": model.classes,
        "text_column": model.text_column,
        "network": asdict(model.network.config),
        "wide": None if model.wide is None else asdict(model.wide.config),
        "calibration": model.calibration.as_dict(),
        "wide_calibration": model.wide_calibration.as_dict(),
        "threshold": model.threshold,
        "cascade": model.cascade,
        "settings": model.settings,
        "sha256": {name: file_digest(folder / f"{name}.part") for name in (VOCABULARY, WEIGHTS)},
    }
    (folder / f"{CONFIG}.part").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for name in (VOCABULARY, WEIGHTS, CONFIG):
        (folder / f"{name}.part").replace(folder / name)


def _halved(name: str, tensor: Tensor) -> Tensor:
    halved = tensor.half()
    if not bool((halved.isfinite() == tensor.isfinite()).all()):
        raise UsageError(f"Expected weights within the range of float16 to save half of them, got others in {name}")
    return halved


def save_metrics(folder: Path, metrics: Mapping[str, Any]) -> None:
    """Write metrics.json."""
    (folder / METRICS).write_text(json.dumps(metrics, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def named_or_bundled(folder: str | Path | None, say: Callable[[str], None]) -> Path:
    """The folder that is named; without a name that of the bundled model, which is then said.

    Raises ModelFolderError where this installation has no bundled model.
    """
    if folder is not None:
        return Path(folder)
    if not (BUNDLED / CONFIG).is_file():
        raise ModelFolderError(
            f"{BUNDLED}: expected the bundled model, got none there: name a model of your own (--model FOLDER), which "
            "`python -m sentiment_fast.train` makes, or install a release of sentiment_fast, which has one"
        )
    say("scoring with the bundled model (IMDb reviews; --model FOLDER for your own)")
    return BUNDLED


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
    network = _network_of(folder, config, vocabulary, tensors)
    # Copied, as what load_file gives is the mapped file itself, and changes with it.
    weights = {
        name: tensor.float() if tensor.dtype == torch.float16 else tensor.clone()
        for name, tensor in load_file(folder / WEIGHTS).items()
    }
    wide_names = [name for name in weights if name.startswith(_WIDE)]
    wide = _wide_of(folder, config, {name.removeprefix(_WIDE): weights.pop(name) for name in wide_names})
    network.load_state_dict(weights, assign=True)
    try:
        return SavedModel(
            network.eval(),
            vocabulary,
            config["classes"],
            config["text_column"],
            config["settings"],
            wide=wide,
            calibration=Calibration.from_dict(config["calibration"], len(config["classes"])),
            wide_calibration=Calibration.from_dict(config["wide_calibration"], len(config["classes"])),
            threshold=config["threshold"],
            cascade=config["cascade"],
        )
    except UsageError as error:
        raise ModelFolderError(f"{folder / CONFIG}: {error}: cut short or altered") from error


def _network_of(folder: Path, config: dict[str, Any], vocabulary: Vocabulary, tensors: dict[str, str]) -> SentimentLSTM:
    """The network without its weights, which the file has been found to hold."""
    try:
        network_config = NetworkConfig(**config["network"])
        if network_config.layers > len(tensors):  # making that many would take for ever
            raise UsageError(f"Expected layers of {len(tensors)} or less, a tensor each, got {network_config.layers}")
        with torch.device("meta"):  # shapes without memory
            network = SentimentLSTM(network_config, vocabulary.largest_id, len(config["classes"]))
    except (TypeError, ValueError, UsageError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]  # PyTorch's go on with a stack of C++ calls
        raise ModelFolderError(f"{folder / CONFIG}: expected the settings of a network, got: {reason}") from error
    wide = config["wide"] is not None
    of_network = {name: found for name, found in tensors.items() if not (wide and name.startswith(_WIDE))}
    check_tensors(folder / WEIGHTS, network.state_dict(), of_network)
    return network


def _wide_of(folder: Path, config: dict[str, Any], tensors: dict[str, Tensor]) -> WideNgrams | None:
    if config["wide"] is None:
        return None
    try:
        wide_config = WideConfig(**config["wide"])
    except (TypeError, ValueError, UsageError) as error:
        raise ModelFolderError(f"{folder / CONFIG}: expected the settings of a wide part, got: {error}") from error
    try:
        wide = WideNgrams.from_tensors(wide_config, tensors)
        _check_outputs(wide, set(tensors), len(config["classes"]))
        return wide
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise ModelFolderError(
            f"{folder / WEIGHTS}: expected the tensors of the wide part that {CONFIG} describes, got others: {error}"
        ) from error


def _check_outputs(wide: WideNgrams, names: set[str], classes: int) -> None:
    if surplus := names - set(wide.tensors()):
        raise ValueError(f"Expected no tensor {sorted(surplus)[0]}")
    outputs = 1 if classes == 2 else classes
    if wide.outputs != outputs:
        raise ValueError(f"Expected outputs for {classes} classes, {outputs}, got {wide.outputs}")


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    if not folder.is_dir():
        raise ModelFolderError(f"{folder}: no such model folder. `python -m sentiment_fast.train` makes one")
    if not path.is_file():
        raise ModelFolderError(f"{folder}: is no model folder: it has no {CONFIG}")
    config = read_config(path, FORMAT)
    if config.get("kind") == "start":
        raise ModelFolderError(f"{folder}: is a start folder, not a model: train from it with `init={folder}`")
    if config["format"] == 1:
        config |= _NO_PARTS
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
    for name in _NO_PARTS:
        if name not in config:
            raise ModelFolderError(f"{path}: expected {name!r}, got nothing: cut short or altered")
    if not isinstance(config["wide"], dict | None):
        raise ModelFolderError(f"{path}: expected 'wide' to be a dict or null: cut short or altered")
    return config
