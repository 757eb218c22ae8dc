"""Teachers: folders whose models tell a student what to answer, ours and Hugging Face's (extra: transformers).

In: a folder, the student's classes. Out: a function, texts -> (n, classes) float32 in the student's order. Nothing in
the folder is executed: weights are safetensors, code of the model's own is not trusted, and nothing is downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch

from sentiment_fast.data.texts import Texts, joined
from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.devices import choose_device
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.folder import load_model
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.encoding import encode
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.distillation import (
    LABEL_WEIGHT,
    Lesson,
    keep_taught,
    kept_taught,
    lesson_of,
)
from sentiment_fast.training.encode import Encoded

Teacher = Callable[[pa.ChunkedArray], npt.NDArray[np.float32]]
_BATCH = 32
_LONGEST = 512  # tokens of a text, where a model does not say how many it reads


def open_teacher(folder: str | Path, classes: Sequence[Any], device: str, say: Callable[[str], None]) -> Teacher:
    """Raises ModelFolderError for a folder that is no model, UsageError where its classes are not the student's."""
    folder = Path(folder)
    if _is_hugging_face(folder):
        return _hugging_face(folder, classes, device, say)
    scorer = Scorer(load_model(folder).adjusted(cascade=False), device)  # a lesson is worth the time
    columns = _columns(folder, [str(label) for label in scorer.classes], classes)
    return lambda texts: scorer.predict_proba(texts)[:, columns]


def lesson_for(
    labelled: Encoded,
    unlabelled: Sequence[Texts],
    vocabulary: Vocabulary,
    teacher: Callable[[], Teacher],
    label_weight: float | None,
    folder: Path,
    ranks: TrainingProcesses,
    say: Callable[[str], None],
    goes_on: bool,
) -> Lesson:
    """What a teacher says of the training texts and the unlabelled ones, as targets.

    It is kept in the run's folder, and a run that goes on takes it from there, without the teacher. label_weight: see
    `lesson_of`; None for its default.
    """
    texts, ids = Texts(labelled.data.texts, labelled.data.name), labelled.ids
    if unlabelled:
        more = joined(unlabelled)
        texts, ids = joined([texts, more]), ids.join(encode(more.texts, vocabulary))
        say(f"unlabelled: {more.name}, {len(more):,} texts")
    taught = kept_taught(folder, ids) if goes_on else None
    if taught is None:
        asked = teacher()
        say(f"the teacher judges {len(texts):,} texts")
        fresh = asked(texts.texts)
        ranks.first_does(lambda: keep_taught(folder, fresh, ids))
        taught = fresh
    return lesson_of(ids, labelled.targets, taught, LABEL_WEIGHT if label_weight is None else label_weight)


def _is_hugging_face(folder: Path) -> bool:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False  # which load_model tells
    return isinstance(config, dict) and ("architectures" in config or "model_type" in config)


def _columns(folder: Path, names: Sequence[str], classes: Sequence[Any]) -> list[int]:
    """Which of the teacher's columns is each of the classes."""
    place = {name.casefold(): index for index, name in enumerate(names)}
    wanted = [str(label).casefold() for label in classes]
    if len(names) != len(classes) or len(place) != len(names) or set(place) != set(wanted):
        raise UsageError(
            f"--teacher {folder}: expected a model of the classes {', '.join(map(str, classes))}, got one of "
            f"{', '.join(names)}"
        )
    return [place[name] for name in wanted]


def _hugging_face(folder: Path, classes: Sequence[Any], device: str, say: Callable[[str], None]) -> Teacher:
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise UsageError(
            f"--teacher {folder}: is a Hugging Face model: expected transformers to be installed: "
            "pip install transformers"
        ) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model = AutoModelForSequenceClassification.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelFolderError(
            f"{folder}: cannot be read as a sequence classifier with safetensors weights: {reason}"
        ) from error
    labels = model.config.id2label
    if set(labels) != set(range(model.config.num_labels)):
        raise ModelFolderError(
            f"{folder}: expected a name for each of {model.config.num_labels} outputs in id2label, got {labels!r:.100}"
        )
    names = [str(labels[index]) for index in range(len(labels))]
    if len(names) == len(classes) and names == [f"LABEL_{index}" for index in range(len(names))]:
        say(f"{folder}: names no classes; its outputs are taken to be {', '.join(map(str, classes))}, in this order")
        columns = list(range(len(names)))
    else:
        columns = _columns(folder, names, classes)
    return _HuggingFace(model.to(choose_device(device)).eval(), tokenizer, columns)


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
