"""The option `teacher` -> soft targets for the training texts and the unlabelled ones.

In: model folders, each with a weight and the lengths of the texts that it is asked about. Out: `SoftTargets`. What one
teacher says is left to teachers.py.

Several teachers' answers are combined by the weighted mean of their log probabilities, normalised: a logarithmic
opinion pool (Genest and Zidek 1986). Weights that are not given are those whose mean has the lowest log loss on the
validation part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.data.path_options import PathOption, split_path_options
from sentiment_fast.data.sources import check_source, open_texts
from sentiment_fast.data.texts import Texts, joined, report_missing
from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.folder import model_folder
from sentiment_fast.text.encoding import encode
from sentiment_fast.training.distillation import (
    LABEL_WEIGHT,
    SoftTargets,
    keep_probabilities,
    kept_probabilities,
    soft_targets,
)
from sentiment_fast.training.encode import Encoded
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.prepare import TrainingData
from sentiment_fast.training.teachers import open_teacher

Floats = npt.NDArray[np.float64]
_SURE = 1e-6  # the least probability of which a logarithm is taken


@dataclass(frozen=True)
class TeacherOption:
    """folder: of a model, or "bundled". weight: above 0, or None, to be found. words: the least and the most words of
    the texts that it is asked about, by the student's vocabulary.
    """

    folder: str
    weight: float | None = None
    words: tuple[int, float] = (0, math.inf)

    def is_asked(self, lengths: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """(n,): about which texts of these lengths."""
        first, last = self.words
        return (lengths >= first) & (lengths <= last)


def teacher_option(text: str) -> TeacherOption:
    """The teacher of a text such as "runs/teacher:weight=2:words=-100". Raises UsageError for a bad option."""
    options = {
        "weight": PathOption("weight=W", _weight, "a weight above 0"),
        "words": PathOption("words=A-B", _words, "words=A-B, of which one may be left out"),
    }
    folder, values = split_path_options("teacher", text, options, _exists)
    return TeacherOption(folder, **values)


def check_sources(options: TrainingOptions) -> None:
    """Check that the teachers and the unlabelled texts exist, before a new run creates its folder."""
    for teacher in _teachers(options):
        if not model_folder(teacher.folder).is_dir():
            raise ModelFolderError(
                f"{teacher.folder}: no such model folder. `python -m sentiment_fast.train` makes one; a model of "
                "Hugging Face is read from a folder that you have downloaded it to"
            )
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
    """The teachers' soft targets for the training texts and the unlabelled ones; None without a teacher.

    Their probabilities are saved in the run's folder, and a resumed run reads them from there, without the teachers.
    """
    if not options.teacher:
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
        teachers = TeacherMix(_teachers(options), data.classes, options.device, say)
        if len(teachers.options) > 1:
            teachers.find_weights(data.validation.with_class())
        say(f"the teacher{'s label' if len(teachers.options) > 1 else ' labels'} {len(texts):,} texts")
        fresh = teachers.probabilities(texts.texts, ids.lengths)
        processes.first_does(lambda: keep_probabilities(folder, fresh, ids))
        probabilities = fresh
    weight = LABEL_WEIGHT if options.label_weight is None else options.label_weight
    return soft_targets(ids, labelled.learned_targets(), probabilities, weight, labelled.weights)


class TeacherMix:
    """Teachers that are asked together. Raises what `open_teacher` does.

    weights: (teachers,), those given, and 1 for the others until `find_weights` is called.
    """

    def __init__(
        self, options: Sequence[TeacherOption], classes: Sequence[Any], device: str, say: Callable[[str], None]
    ) -> None:
        self.options, self._say, self._classes = options, say, len(classes)
        self._teachers = [open_teacher(one.folder, classes, device, say) for one in options]
        self.weights = np.array([1.0 if one.weight is None else one.weight for one in options])

    def probabilities(self, texts: pa.ChunkedArray, lengths: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """(n, classes) float32. lengths: (n,), the words of each text.

        Raises UsageError for a text that no teacher is asked about.
        """
        if len(self._teachers) == 1 and self.options[0].is_asked(lengths).all():
            return self._teachers[0](texts)
        return pooled(self._logs(texts, lengths), self.weights).astype(np.float32)

    def find_weights(self, validation: Encoded) -> None:
        """Choose the weights that are not given, by the log loss of labelled texts."""
        from scipy.optimize import minimize

        free = np.array([one.weight is None for one in self.options])
        if not free.any() or not len(validation.targets):
            return
        logs = self._logs(validation.data.texts, validation.ids.lengths)
        rows, row_weights = np.arange(len(validation.targets)), validation.weights

        def loss(logarithms: Floats) -> float:
            weights = self.weights.copy()
            weights[free] = np.exp(np.clip(logarithms, -20, 20))
            right = pooled(logs, weights)[rows, validation.targets]
            return float(-np.average(np.log(np.maximum(right, _SURE)), weights=row_weights))

        # Only the ratios of weights matter, so that one of them stays 1 if none is given.
        if free.all():
            free[0] = False
        if free.any():
            best = minimize(loss, np.zeros(free.sum()), method="Nelder-Mead").x
            self.weights[free] = np.exp(np.clip(best, -20, 20))
        together = loss(np.log(self.weights[free]))
        self._say(f"the teachers together: log loss {together:.4f} on the validation part; their weights:")
        for option, weight, log in zip(self.options, self.weights / self.weights.sum(), logs, strict=True):
            asked = ~np.isnan(log[:, 0])
            right = log[asked, validation.targets[asked]]
            alone = f"log loss {-right.mean():.4f} by itself, {asked.sum():,} texts" if asked.any() else "asked of none"
            self._say(f"  {option.folder}: {weight:.3f}, {alone}")

    def _logs(self, texts: pa.ChunkedArray, lengths: npt.NDArray[Any]) -> list[Floats]:
        """Each teacher's log probabilities, (n, classes), NaN for texts that it is not asked about."""
        asked = [one.is_asked(lengths) for one in self.options]
        lacking = ~np.any(asked, axis=0)
        if lacking.any():
            words = int(lengths[np.argmax(lacking)])
            raise UsageError(
                f"`teacher`: expected one for texts of any length, got none for texts of {words} words: name one "
                "without words=A-B"
            )
        found = []
        for teacher, rows in zip(self._teachers, asked, strict=True):
            logs = np.full((len(lengths), self._classes), np.nan)
            if rows.any():
                logs[rows] = np.log(np.maximum(teacher(texts.filter(pa.array(rows))), _SURE))
            found.append(logs)
        return found


def pooled(logs: Sequence[Floats], weights: Floats) -> Floats:
    """(n, classes): the normalised weighted mean of log probabilities, without the answers that are NaN.

    logs: of each teacher, (n, classes). weights: (teachers,).
    """
    stacked = np.stack(logs)
    shares = np.where(np.isnan(stacked[:, :, :1]), 0.0, weights[:, None, None])
    means = (np.nan_to_num(stacked) * shares).sum(axis=0) / shares.sum(axis=0)
    powers = np.exp(means - means.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def _teachers(options: TrainingOptions) -> list[TeacherOption]:
    return [teacher_option(one) for one in options.teacher]


def _exists(folder: str) -> bool:
    return model_folder(folder).is_dir()


def _weight(text: str) -> float:
    if not 0 < (weight := float(text)) < math.inf:
        raise ValueError(text)
    return weight


def _words(text: str) -> tuple[int, float]:
    first, dash, last = text.partition("-")
    words = int(first) if first else 0, int(last) if last else math.inf
    if not dash or not (first or last) or not 0 <= words[0] <= words[1]:
        raise ValueError(text)
    return words
