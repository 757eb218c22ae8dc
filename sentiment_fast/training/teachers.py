"""Teachers: models that provide a student's soft targets, ours and Hugging Face's (extra: transformers).

In: a model folder, the student's classes and texts. Out: probabilities, (n, classes) float32, in the student's order.
Nothing in the folder is executed: weights are safetensors, its code is not run, nothing is downloaded. Which texts a
teacher labels, and how several are combined, is left to teacher_mix.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch

from sentiment_fast.errors import ModelFolderError, UsageError, listed, quoted, shortened
from sentiment_fast.model.devices import choose_device
from sentiment_fast.model.folder import load_model, model_folder
from sentiment_fast.model.serialization import MOST_CONFIG_BYTES
from sentiment_fast.model.tensor_files import TensorFile
from sentiment_fast.runs.regular_files import open_regular, read_regular
from sentiment_fast.scoring.scorer import Scorer

Teacher = Callable[[pa.ChunkedArray], npt.NDArray[np.float32]]
_BATCH = 32
_KINDS = {"F64", "F32", "F16", "BF16", "I64", "BOOL"}  # the last two: of positions and masks
_OTHER_WEIGHTS = {".bin", ".h5", ".msgpack", ".ot", ".onnx", ".pt"}  # which are not read
_MOST_BYTES = 1 << 30  # of a tokenizer's or settings file
_LONGEST = 512  # tokens of a text, if a model does not state how many it reads


def open_teacher(folder: str | Path, classes: Sequence[Any], device: str, say: Callable[[str], None]) -> Teacher:
    """Raises ModelFolderError for a folder without a model, UsageError if its classes are not the student's."""
    folder = model_folder(folder)
    if _is_hugging_face(folder):
        return _hugging_face(folder, classes, device, say)
    scorer = Scorer(
        load_model(folder).adjusted(cascade=False), device
    )  # without a cascade: accuracy matters more than time
    columns = _columns(folder, [str(label) for label in scorer.classes], classes)
    return lambda texts: scorer.predict_proba(texts)[:, columns]


def _is_hugging_face(folder: Path) -> bool:
    try:
        config = json.loads(read_regular(folder / "config.json", MOST_CONFIG_BYTES))
    except (OSError, ValueError, RecursionError):
        return False  # load_model reports it
    return isinstance(config, dict) and ("architectures" in config or "model_type" in config)


def _columns(folder: Path, names: Sequence[str], classes: Sequence[Any]) -> list[int]:
    """The teacher's column of each of the classes, by their spelling, or else whatever their case."""
    exact = {name: index for index, name in enumerate(names)}
    if len(names) == len(classes) and set(exact) == set(map(str, classes)):
        return [exact[str(label)] for label in classes]
    place = {name.casefold(): index for index, name in enumerate(names)}
    wanted = [str(label).casefold() for label in classes]
    if len(names) != len(classes) or len(place) != len(names) or set(place) != set(wanted):
        raise UsageError(
            f"`teacher={folder}`: expected a model of the classes {_joined(classes)}, got one of {_joined(names)}"
        )
    return [place[name] for name in wanted]


def _joined(classes: Sequence[Any]) -> str:
    return shortened(", ".join(map(str, classes)))


def _hugging_face(folder: Path, classes: Sequence[Any], device: str, say: Callable[[str], None]) -> Teacher:
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise UsageError(
            f"`teacher={folder}`: is a Hugging Face model: expected transformers to be installed: "
            "pip install transformers"
        ) from error
    try:
        with _quiet_transformers():
            _check_files(folder)
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            model, loaded = AutoModelForSequenceClassification.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                output_loading_info=True,
            )
            _check_parts(folder, model.to(choose_device(device)).eval(), tokenizer, loaded["missing_keys"])
            labels = dict(model.config.id2label)
            everything = _HuggingFace(model, tokenizer, list(range(model.config.num_labels)))
            if not np.isfinite(everything(pa.chunked_array([["a", ""]]))).all():
                raise ValueError("it gives numbers that are not finite")
    except (UsageError, ModelFolderError):
        raise
    except Exception as error:  # whatever this library raises for files that are not what it expects
        reason = " ".join(str(error).split())
        raise ModelFolderError(
            f"{folder}: cannot be read as a sequence classifier with safetensors weights: {quoted(reason, 200)}"
        ) from error
    if set(labels) != set(range(model.config.num_labels)):
        raise ModelFolderError(
            f"{folder}: expected a name for each of {model.config.num_labels} outputs in id2label, got {quoted(labels)}"
        )
    names = [str(labels[index]) for index in range(len(labels))]
    if len(names) == len(classes) and names == [f"LABEL_{index}" for index in range(len(names))]:
        say(
            f"{folder}: has no class names; its outputs are assumed to be {', '.join(map(str, classes))}, in this order"
        )
        columns = list(range(len(names)))
    else:
        columns = _columns(folder, names, classes)
    return _HuggingFace(model, tokenizer, columns)


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """Within it, transformers prints no reports and no progress bars: what is wrong becomes one error."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _check_files(folder: Path) -> None:
    """Raises OSError or ValueError if a file is no regular one, is cut short, or holds quantised weights."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            continue
        if path.suffix != ".safetensors":
            open_regular(path, None if path.suffix in _OTHER_WEIGHTS else _MOST_BYTES).close()
            continue
        with open_regular(path) as file:
            kinds = {what.partition(" ")[0] for what in TensorFile.of(file, most=1 << 40).tensors.values()}
        if quantised := kinds - _KINDS:
            raise ValueError(f"{path.name} has weights of type {listed(sorted(quantised))}: expected float ones")


def _check_parts(folder: Path, model: Any, tokenizer: Any, missing: Collection[str]) -> None:
    """Raises ModelFolderError for a missing part, which transformers would fill with random numbers."""
    if missing:
        raise ModelFolderError(f"{folder}: lacks the weights {listed(sorted(missing))}: it is not a whole classifier")
    files = sorted(set(getattr(tokenizer, "vocab_files_names", {}).values()))
    if files and not any((folder / name).exists() for name in files):
        raise ModelFolderError(f"{folder}: lacks its tokenizer: expected {' or '.join(files)}")
    rows = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > rows:
        raise ModelFolderError(
            f"{folder}: expected the tokenizer of its model, of up to {rows:,} tokens, got one of {len(tokenizer):,}"
        )
    for name, weights in model.named_parameters():
        if not torch.isfinite(weights).all():
            raise ModelFolderError(f"{folder}: expected finite numbers in {name}, got others")


class _HuggingFace:
    def __init__(self, model: Any, tokenizer: Any, columns: list[int]) -> None:
        self._model, self._tokenizer, self._columns = model, tokenizer, columns
        limits = tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", _LONGEST)
        self._longest = min(*limits, _LONGEST)

    def __call__(self, texts: pa.ChunkedArray) -> npt.NDArray[np.float32]:
        listed = [text or "" for text in texts.to_pylist()]
        result = np.empty((len(listed), len(self._columns)), np.float32)
        order = np.argsort([-len(text) for text in listed], kind="stable")
        with torch.inference_mode():
            for start in range(0, len(order), _BATCH):
                rows = order[start : start + _BATCH]
                tokens = self._tokenizer(
                    [listed[row] for row in rows],
                    padding=True,
                    truncation=True,
                    max_length=self._longest,
                    return_tensors="pt",
                ).to(self._model.device)
                logits = self._model(**tokens).logits.float()
                result[rows] = logits.softmax(dim=1).cpu().numpy()[:, self._columns]
        return result
