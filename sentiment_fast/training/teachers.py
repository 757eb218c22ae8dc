"""Teachers: models that provide a student's soft targets, ours and Hugging Face's (extra: transformers).

In: a model folder, the student's classes and texts. Out: probabilities, (n, classes) float32, in the student's order,
and soft targets from them. Nothing in the folder is executed: weights are safetensors, its code is not run, nothing is
downloaded.
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

from sentiment_fast.data.sources import check_source, open_texts
from sentiment_fast.data.texts import Texts, joined, report_missing
from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.devices import choose_device
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.folder import load_model
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.encoding import encode
from sentiment_fast.training.distillation import (
    LABEL_WEIGHT,
    SoftTargets,
    keep_probabilities,
    kept_probabilities,
    soft_targets,
)
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.prepare import TrainingData

Teacher = Callable[[pa.ChunkedArray], npt.NDArray[np.float32]]
_BATCH = 32
_LONGEST = 512  # tokens of a text, if a model does not state how many it reads


def open_teacher(folder: str | Path, classes: Sequence[Any], device: str, say: Callable[[str], None]) -> Teacher:
    """Raises ModelFolderError for a folder without a model, UsageError if its classes are not the student's."""
    folder = Path(folder)
    if _is_hugging_face(folder):
        return _hugging_face(folder, classes, device, say)
    scorer = Scorer(
        load_model(folder).adjusted(cascade=False), device
    )  # without a cascade: accuracy matters more than time
    columns = _columns(folder, [str(label) for label in scorer.classes], classes)
    return lambda texts: scorer.predict_proba(texts)[:, columns]


def check_sources(options: TrainingOptions) -> None:
    """Check that the teacher and the unlabelled texts exist, before a new run creates its folder."""
    if options.teacher is not None and not Path(options.teacher).is_dir():
        raise ModelFolderError(f"{options.teacher}: no such model folder. `python -m sentiment_fast.train` makes one")
    for data in options.unlabelled:
        check_source(data)


def teach(
    options: TrainingOptions,
    data: TrainingData,
    folder: Path,
    processes: TrainingProcesses,
    resumed: bool,
    say: Callable[[str], None],
) -> SoftTargets | None:
    """The teacher's soft targets for the training texts and the unlabelled ones; None without a teacher.

    Its probabilities are saved in the run's folder, and a resumed run reads them from there, without the teacher.
    """
    if options.teacher is None:
        return None
    labelled = data.training
    texts, ids = Texts(labelled.data.texts, labelled.data.name), labelled.ids
    if options.unlabelled:
        more = open_texts(options.unlabelled, options.text_column, say=say, layout=options)
        texts, ids = joined([texts, more]), ids.join(encode(more.texts, data.vocabulary))
        say(f"unlabelled: {more.name}, {len(more):,} texts")
        report_missing(more.texts, more.name, say)
    probabilities = kept_probabilities(folder, ids) if resumed else None
    if probabilities is None:
        teacher = open_teacher(options.teacher, data.classes, options.device, say)
        say(f"the teacher labels {len(texts):,} texts")
        fresh = teacher(texts.texts)
        processes.first_does(lambda: keep_probabilities(folder, fresh, ids))
        probabilities = fresh
    weight = LABEL_WEIGHT if options.label_weight is None else options.label_weight
    return soft_targets(ids, labelled.targets, probabilities, weight)


def _is_hugging_face(folder: Path) -> bool:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False  # load_model reports it
    return isinstance(config, dict) and ("architectures" in config or "model_type" in config)


def _columns(folder: Path, names: Sequence[str], classes: Sequence[Any]) -> list[int]:
    """The teacher's column of each of the classes."""
    place = {name.casefold(): index for index, name in enumerate(names)}
    wanted = [str(label).casefold() for label in classes]
    if len(names) != len(classes) or len(place) != len(names) or set(place) != set(wanted):
        raise UsageError(
            f"`teacher={folder}`: expected a model of the classes {', '.join(map(str, classes))}, got one of "
            f"{', '.join(names)}"
        )
    return [place[name] for name in wanted]


def _hugging_face(folder: Path, classes: Sequence[Any], device: str, say: Callable[[str], None]) -> Teacher:
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise UsageError(
            f"`teacher={folder}`: is a Hugging Face model: expected transformers to be installed: "
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
        say(
            f"{folder}: has no class names; its outputs are assumed to be {', '.join(map(str, classes))}, in this order"
        )
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
