"""Teachers: models that provide a student's soft targets, ours and Hugging Face's (extra: transformers).

In: a model folder, the student's classes and texts. Out: probabilities, (n, classes) float32, in the student's order.
Nothing in the folder is executed: weights are safetensors, its code is not run, nothing is downloaded. Which texts a
teacher labels, and how several are combined, is left to teacher_mix.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.errors import UsageError, shortened
from sentiment_fast.model.devices import Precision, choose_device, choose_precision, cpu_has_amx
from sentiment_fast.model.folder import load_model, model_folder
from sentiment_fast.model.serialization import is_hugging_face
from sentiment_fast.model.transformer_folder import read_classifier
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.training.label_cache import CachedTeacher, Teacher, label_cache_path

if TYPE_CHECKING:
    import torch


def open_teacher(folder: str | Path, classes: Sequence[Any], device: str, say: Callable[[str], None]) -> Teacher:
    """Raises ModelFolderError for a folder without a model, UsageError if its classes are not the student's."""
    folder = model_folder(folder)
    if is_hugging_face(folder):
        chosen = choose_device(device)
        # Soft targets need no float32: bf16 is much faster on a GPU, and twice as fast on a CPU with AMX. On CPUs with
        # bf16 but without AMX, it has not been tried.
        is_faster = chosen.type == "cuda" or (chosen.type == "cpu" and cpu_has_amx())
        precision = choose_precision(chosen, "auto" if is_faster else "float32")
        teacher = _hugging_face(folder, classes, chosen, precision, say)
        kept = label_cache_path(folder, classes, chosen.type, precision.name)
        return CachedTeacher(teacher, kept, len(classes), say)
    scorer = Scorer(
        load_model(folder).adjusted(cascade=False), device
    )  # without a cascade: accuracy matters more than time
    columns = _columns(folder, [str(label) for label in scorer.classes], classes)
    return lambda texts: scorer.predict_proba(texts)[:, columns]


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


def _hugging_face(
    folder: Path, classes: Sequence[Any], device: torch.device, precision: Precision, say: Callable[[str], None]
) -> Teacher:
    found = read_classifier(folder, device)
    if len(found.names) == len(classes) and found.names == [f"LABEL_{index}" for index in range(len(found.names))]:
        say(
            f"{folder}: has no class names; its outputs are assumed to be {', '.join(map(str, classes))}, in this order"
        )
        columns = list(range(len(found.names)))
    else:
        columns = _columns(folder, found.names, classes)
    return lambda texts: found.probabilities([text or "" for text in texts.to_pylist()], precision)[:, columns]
