"""What model folders and pretrained folders share: files opened together, a config, checked weights.

In: a folder. Out: the content of its files, or ModelFolderError with what is wrong. Nothing in them is executed, and
sizes are known before anything of that size is allocated.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load

from sentiment_fast.errors import ModelFolderError
from sentiment_fast.model.tensor_files import MOST_BYTES, TensorFile, TensorFileError
from sentiment_fast.runs.regular_files import open_regular, read_at_most, read_regular
from sentiment_fast.text.vocabulary import MOST_BYTES as MOST_VOCABULARY_BYTES

Loaded = TypeVar("Loaded")
CONFIG = "config.json"
PRETRAINED = "start"  # the "kind" in the config of a pretrained folder; those of models have none
MOST_CONFIG_BYTES = 16 << 20
_CONFIG_DIGEST = "config_sha256"
_LARGEST = 1e15  # products and sums of such weights are still far from the largest float32
_TRIES = 10
_PAUSE = 0.02  # seconds in which a folder that is just being replaced has certainly changed


class FolderFiles:
    """The files of a folder, opened together: what is read belongs together, even if the folder is replaced meanwhile.

    files: opened ones by their names, or why they could not be opened, which is an error only when they are read.
    error: why the folder itself could not be opened. Use it in a `with` statement, which closes them.
    """

    def __init__(self, folder: Path, files: Mapping[str, BinaryIO | OSError], error: OSError | None = None) -> None:
        self.folder, self.names = folder, [name for name in files if name != CONFIG]
        self._found = {CONFIG: FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)), **files}
        self._error = error
        self._config_is_altered = False

    @classmethod
    def on_disk(cls, folder: Path, names: Sequence[str]) -> FolderFiles:
        """The files of a folder, whether or not they exist. names: theirs, apart from config.json."""
        try:
            within = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            return cls(folder, dict.fromkeys((CONFIG, *names), error), error)
        try:
            return cls(folder, {name: _opened(name, within) for name in (CONFIG, *names)})
        finally:
            os.close(within)

    @classmethod
    def in_memory(cls, contents: Mapping[str, bytes], name: str) -> FolderFiles:
        """Files that are not on disk, by their names. name: what messages call their folder."""
        return cls(Path(name), {one: BytesIO(content) for one, content in contents.items()})

    def __enter__(self) -> FolderFiles:
        return self

    def __exit__(self, *exception: object) -> None:
        for file in self._found.values():
            if not isinstance(file, OSError):
                file.close()

    @property
    def is_missing(self) -> bool:
        """Whether there is no such folder."""
        return isinstance(self._error, FileNotFoundError | NotADirectoryError)

    @property
    def has_config(self) -> bool:
        """Whether there is a config.json, which may be unreadable."""
        return not isinstance(self._found[CONFIG], FileNotFoundError)

    def file(self, name: str) -> BinaryIO:
        """An open file. Raises ModelFolderError if there is none."""
        found = self._found[name]
        if isinstance(found, OSError):
            raise ModelFolderError(
                f"{self.folder / name}: cannot be read ({found.strerror}): the model folder is incomplete"
            ) from found
        return found

    def read(self, name: str, most: int) -> bytes:
        """The bytes of a file. Raises ModelFolderError for one of more bytes than `most`."""
        try:
            return read_at_most(self.file(name), most)
        except OSError as error:
            raise ModelFolderError(f"{self.folder / name}: cannot be read ({error.strerror})") from error

    def config(self, newest: int) -> dict[str, Any]:
        """The config: an object with a format, of at most `newest`. Its digest is left to `check_config`."""
        path = self.folder / CONFIG
        try:
            config = json.loads(self.read(CONFIG, MOST_CONFIG_BYTES).decode("utf-8"))
        except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, a number or nesting too long
            raise ModelFolderError(f"{path}: is not valid JSON: {str(error)[:200]}") from error
        if _is_of_hugging_face(config):
            raise ModelFolderError(
                f"{self.folder}: is a Hugging Face model, which can be evaluated, fine-tuned and be a teacher, but "
                f"cannot score: train a model that can, with `teacher={self.folder}`"
            )
        if not isinstance(config, dict) or type(config.get("format")) is not int or config["format"] < 1:
            raise ModelFolderError(f"{path}: expected the config of a sentiment_fast model, with its format")
        if config["format"] > newest:
            raise ModelFolderError(
                f"{path}: has format {config['format']}, this version of sentiment_fast reads up to {newest}: "
                "update the package"
            )
        digest = config.pop(_CONFIG_DIGEST, None)
        self._config_is_altered = digest is not None and digest != _digest_of(config)
        return config

    def check_config(self) -> None:
        """Raises ModelFolderError unless the config is what was saved. To be called when it was found to be valid."""
        if self._config_is_altered:
            raise ModelFolderError(
                f"{self.folder / CONFIG}: is not what was saved: altered. If you changed it on purpose, remove "
                f"{_CONFIG_DIGEST!r}"
            )

    def checked(self, name: str, digest: object, most: int) -> bytes:
        """The bytes of a file. Raises ModelFolderError unless that is their SHA-256."""
        content = self.read(name, most)
        self._check_digest(name, digest, content)
        return content

    def tensors(self, name: str) -> dict[str, str]:
        """The tensors of a weights file, by name, such as "F32 [256, 64]"; the values are not read."""
        try:
            return TensorFile.of(self.file(name)).tensors
        except (TensorFileError, OSError) as error:
            raise ModelFolderError(f"{self.folder / name}: cannot be read as safetensors: {error}") from error

    def checked_tensors(self, name: str, digest: object) -> dict[str, npt.NDArray[Any]]:
        """The tensors of a weights file, by name, as new arrays; float16 ones become float32.

        Raises ModelFolderError for another digest, a file that can't be read, number types that NumPy lacks, such as
        bfloat16, and numbers that are not finite.
        """
        path = self.folder / name
        try:
            content = TensorFile.of(self.file(name)).content()
            self._check_digest(name, digest, content)
            found = load(content)
        except (SafetensorError, TensorFileError, OSError, KeyError, ValueError) as error:
            raise ModelFolderError(f"{path}: cannot be read as safetensors: {error}") from error
        tensors = {name: one.astype(np.float32) if one.dtype == np.float16 else one for name, one in found.items()}
        for name, values in tensors.items():
            if values.dtype.kind == "f" and values.size and not max(values.max(), -values.min()) <= _LARGEST:
                raise ModelFolderError(f"{path}: expected finite numbers in {name}, got others: train again")
        return tensors

    def were_replaced(self) -> bool:
        """Whether the folder, by its name, now leads to other files than those that were opened."""
        for _ in range(_TRIES if self.is_missing else 1):  # between two renames there is no folder
            time.sleep(_PAUSE)
            if any(
                _signature(None if isinstance(file, OSError) else file.fileno()) != _signature(self.folder / name)
                for name, file in self._found.items()
            ):
                return True
        return False

    def _check_digest(self, name: str, digest: object, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != digest:
            raise ModelFolderError(
                f"{self.folder / name}: is not the file this model was saved with: cut short or altered"
            )


def is_hugging_face(folder: Path) -> bool:
    """Whether a folder has a config.json of Hugging Face's."""
    try:
        return _is_of_hugging_face(json.loads(read_regular(folder / CONFIG, MOST_CONFIG_BYTES)))
    except (OSError, ValueError, RecursionError):
        return False  # load_model reports it


def _is_of_hugging_face(config: object) -> bool:
    return isinstance(config, dict) and "format" not in config and bool({"architectures", "model_type"} & set(config))


def load_folder(folder: Path, names: Sequence[str], load: Callable[[FolderFiles], Loaded]) -> Loaded:
    """What `load` makes of a folder's files; again if it fails because the folder is being replaced.

    names: those of the files, apart from config.json. Raises what `load` raises.
    """
    for tries_left in reversed(range(_TRIES)):
        with FolderFiles.on_disk(folder, names) as files:
            try:
                return load(files)
            except ModelFolderError:
                if not tries_left or not files.were_replaced():
                    raise
    raise AssertionError("Expected a model or an error")


def config_bytes(config: Mapping[str, Any]) -> bytes:
    """The content of a config.json, with a digest of the rest at its end."""
    signed = {**config, _CONFIG_DIGEST: _digest_of(config)}
    return (json.dumps(signed, indent=2, ensure_ascii=False) + "\n").encode()


def read_config(
    files: FolderFiles, what: str, command: str, newest: int, kind: str | None, types: Mapping[str, type]
) -> dict[str, Any]:
    """The config of a folder of a kind, of which some values have been checked; its digest is left to `check_config`.

    what: what to call such a folder. command: the one that makes them. newest: the newest format. kind: the value of
    "kind" in their configs, None for none. types: those of values that must be there, "sha256" among them. Raises
    ModelFolderError for any other folder, and for a config without the digests of all other files.
    """
    folder = files.folder
    made_by = f"`{command}` makes one"
    if files.is_missing:
        raise ModelFolderError(f"{folder}: no such {what}. {made_by}")
    if not files.has_config:
        raise ModelFolderError(f"{folder}: is not a {what}: it has no {CONFIG}")
    config = files.config(newest)
    if config.get("kind") != kind:
        if config.get("kind") == PRETRAINED:
            raise ModelFolderError(f"{folder}: is a pretrained folder, not a model: train from it with `init={folder}`")
        raise ModelFolderError(f"{folder}: is not a {what}. {made_by}")
    for name, expected in types.items():
        if not isinstance(config.get(name), expected):
            raise ModelFolderError(
                f"{folder / CONFIG}: expected {name!r} to be a {expected.__name__}: cut short or altered"
            )
    if set(config["sha256"]) != set(files.names):
        names = " and ".join(files.names)
        raise ModelFolderError(f"{folder / CONFIG}: expected 'sha256' of {names}: cut short or altered")
    return config


def check_tensors(path: Path, shapes: Mapping[str, Sequence[int]], found: Mapping[str, str]) -> None:
    """Raises ModelFolderError unless the tensors have the expected names, shapes and types.

    shapes: the expected ones, by name. found: as `FolderFiles.tensors` returns it. Tensors may be stored as float16; in
    memory they are float32.
    """
    found = {
        name: f"F32{what.removeprefix('F16')}" if what.startswith("F16 ") else what for name, what in found.items()
    }
    expected = {name: f"F32 {list(shape)}" for name, shape in shapes.items()}
    if found != expected:
        name = next(name for name in [*expected, *found] if found.get(name) != expected.get(name))
        raise ModelFolderError(
            f"{path}: expected {name:.100} to be {expected.get(name, 'absent')}, got "
            f"{found.get(name, 'nothing'):.100}: it does not belong to this config.json and vocabulary.txt"
        )


def _opened(name: str, folder: int) -> BinaryIO | OSError:
    try:
        return open_regular(name, max(MOST_BYTES, MOST_VOCABULARY_BYTES), folder)
    except OSError as error:
        return error


def _signature(file: int | Path | None) -> tuple[int, ...] | None:
    """What differs between two files, or the same file before and after it was written; None for none."""
    if file is None:
        return None
    try:
        about = os.fstat(file) if isinstance(file, int) else file.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def _digest_of(config: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()
