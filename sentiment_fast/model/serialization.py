"""What model folders and pretrained folders share: a config with a format, digests, weights checked before use.

In: files of a folder. Out: their content, or ModelFolderError with what is wrong. Nothing in them is executed, and
sizes are known before anything of that size is allocated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from sentiment_fast.errors import ModelFolderError


def read_config(path: Path, newest: int) -> dict[str, Any]:
    """Read a config.json; newest: the latest format that can be read."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelFolderError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, a number or nesting too long
        raise ModelFolderError(f"{path}: is not valid JSON: {error}") from error
    if not isinstance(config, dict) or type(config.get("format")) is not int or config["format"] < 1:
        raise ModelFolderError(f"{path}: expected the config of a sentiment_fast model, with its format")
    if config["format"] > newest:
        raise ModelFolderError(
            f"{path}: has format {config['format']}, this version of sentiment_fast reads up to {newest}: "
            "update the package"
        )
    return config


def check_digests(folder: Path, config: Mapping[str, Any], files: Sequence[str]) -> None:
    """Raises ModelFolderError unless the files have the digests in the config's "sha256"."""
    stored = config["sha256"]
    if set(stored) != set(files):
        raise ModelFolderError(
            f"{folder / 'config.json'}: expected 'sha256' of {' and '.join(files)}: cut short or altered"
        )
    for name, expected in stored.items():
        if file_digest(folder / name) != expected:
            raise ModelFolderError(f"{folder / name}: is not the file this model was saved with: cut short or altered")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelFolderError(f"{path}: cannot be read ({error.strerror}): the model folder is incomplete") from error


def tensors_in(path: Path) -> dict[str, str]:
    """The tensors in the weights file, by name, such as "F32 [256, 64]"; the values are not read."""
    try:
        with safe_open(path, "np") as weights:
            slices = {name: weights.get_slice(name) for name in weights.keys()}  # noqa: SIM118
            return {name: f"{part.get_dtype()} {part.get_shape()}" for name, part in slices.items()}
    except (SafetensorError, OSError) as error:
        raise ModelFolderError(f"{path}: cannot be read as safetensors: {error}") from error


def read_tensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The tensors of a weights file, by name, as new arrays; float16 ones become float32.

    Raises ModelFolderError for a file that can't be read and for number types that NumPy lacks, such as bfloat16.
    """
    try:
        with safe_open(path, "np") as weights:
            tensors = {name: weights.get_tensor(name) for name in weights.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, TypeError, AttributeError) as error:
        raise ModelFolderError(f"{path}: cannot be read as safetensors: {error}") from error
    return {name: one.astype(np.float32) if one.dtype == np.float16 else one for name, one in tensors.items()}


def check_tensors(path: Path, shapes: Mapping[str, Sequence[int]], found: Mapping[str, str]) -> None:
    """Raises ModelFolderError unless the tensors have the expected names, shapes and types.

    shapes: the expected ones, by name. found: as `tensors_in` returns it. Tensors may be stored as float16; in memory
    they are float32.
    """
    found = {
        name: f"F32{what.removeprefix('F16')}" if what.startswith("F16 ") else what for name, what in found.items()
    }
    expected = {name: f"F32 {list(shape)}" for name, shape in shapes.items()}
    if found != expected:
        name = next(name for name in [*expected, *found] if found.get(name) != expected.get(name))
        raise ModelFolderError(
            f"{path}: expected {name} to be {expected.get(name, 'absent')}, got {found.get(name, 'nothing')}: "
            "it does not belong to this config.json and vocabulary.txt"
        )
