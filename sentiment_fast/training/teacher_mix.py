"""The option `teacher` -> soft targets for the training texts and the unlabelled ones.

In: model folders, or "document-vectors", each with an optional weight and range of text lengths. Out: `SoftTargets`. A
single teacher's probabilities are left to teachers.py and document_vectors.py.

Several teachers' answers are combined by the weighted mean of their log probabilities, normalised: a logarithmic
opinion pool (Genest and Zidek 1986). Weights that are not given are chosen so that the mean has the lowest log loss on
the validation part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.data.path_options import PathOption, split_path_options
from sentiment_fast.data.sources import check_source, open_texts
from sentiment_fast.data.texts import Texts, joined, report_missing
from sentiment_fast.errors import ModelFolderError, UsageError, did_you_mean
from sentiment_fast.evaluation.by_group import mean_log_loss
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.folder import BUNDLED_NAME, CONFIG, model_folder
from sentiment_fast.text.encoding import TokenIds, encode
from sentiment_fast.training.distillation import (
    LABEL_WEIGHT,
    SoftTargets,
    keep_probabilities,
    kept_probabilities,
    soft_targets,
)
from sentiment_fast.training.document_vectors import DOCUMENT_VECTORS, document_teacher
from sentiment_fast.training.encode import Encoded
from sentiment_fast.training.label_cache import Teacher
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.prepare import TrainingData
from sentiment_fast.training.teachers import open_teacher

Floats = npt.NDArray[np.float64]
_LEAST_PROBABILITY = 1e-6  # smaller ones count as this, so that logarithms are finite


@dataclass(frozen=True)
class TeacherOption:
    """folder: a model folder, "bundled" or "document-vectors". weight: above 0; None if it is to be chosen. words: the
    least and most words, both included, of the texts it labels, counted in ids of the student's vocabulary.
    """

    folder: str
    weight: float | None = None
    words: tuple[int, float] = (0, math.inf)

    def labels(self, lengths: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """(n,) bool: whether it labels texts of these lengths, (n,)."""
        first, last = self.words
        return (lengths >= first) & (lengths <= last)


def teacher_option_of(text: str) -> TeacherOption:
    """The teacher of a text such as "runs/teacher:weight=2:words=-100". Raises UsageError for a bad value."""
    options = {
        "weight": PathOption("weight=W", _weight, "a weight from 0.000001 to 1000000"),
        "words": PathOption("words=A-B", _words, "words=A-B, words=A- or words=-B"),
    }
    folder, values = split_path_options("teacher", text, options, lambda one: one == DOCUMENT_VECTORS or _exists(one))
    if not folder:
        raise UsageError(f"`teacher={text}`: expected a model folder, bundled or {DOCUMENT_VECTORS}, got no name")
    return TeacherOption(folder, **values)


def check_sources(options: TrainingOptions) -> None:
    """Check that the teachers and the unlabelled texts exist, before a new run creates its folder."""
    teachers = _teacher_options(options)
    ranges = [one.words for one in teachers if one.folder == DOCUMENT_VECTORS]
    if len(set(ranges)) < len(ranges):
        raise UsageError(f"`teacher={DOCUMENT_VECTORS}`: expected it once for the same words=A-B, got it twice")
    for teacher in teachers:
        if teacher.folder == DOCUMENT_VECTORS:
            continue
        if not _exists(teacher.folder):
            raise ModelFolderError(
                f"{teacher.folder}: no such model folder. `train` makes one; a model of "
                "Hugging Face is read from a folder that you have downloaded it to"
                f"{did_you_mean(teacher.folder.strip(), [BUNDLED_NAME, DOCUMENT_VECTORS])}"
            )
        if not (model_folder(teacher.folder) / CONFIG).exists():
            raise ModelFolderError(f"{teacher.folder}: is not a model folder: it has no {CONFIG}")
    for data in options.unlabelled:
        check_source(data)


def teach(
    options: TrainingOptions,
    data: TrainingData,
    folder: Path | None,
    processes: TrainingProcesses,
    resumed: bool,
    say: Callable[[str], None],
    seed: int,
) -> SoftTargets | None:
    """The teachers' soft targets for the training texts and the unlabelled ones; None without a teacher.

    folder: the run's, where their probabilities are saved, and from where a resumed run reads them, without the
    teachers; None to save nothing. seed: of document vectors.
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
    weight: float | Floats = LABEL_WEIGHT if options.label_weight is None else options.label_weight
    if (of_files := labelled.data.label_weights) is not None:
        weight = np.where(np.isnan(of_files), weight, of_files)
    probabilities = kept_probabilities(folder, ids) if resumed and folder is not None else None
    if probabilities is None:
        teachers = TeacherMix(
            _teacher_options(options),
            data.classes,
            options.device,
            say,
            lambda one: _documents(one, data, texts, ids, seed, say),
        )
        taught = np.ones(len(texts), np.bool_)  # teachers do not score texts of which only the label is learned
        taught[: len(labelled.data)] = np.asarray(weight) < 1
        fresh = np.full((len(texts), len(data.classes)), 1 / len(data.classes), np.float32)
        if count := int(taught.sum()):
            teachers.check_lengths(ids.lengths[taught])
            if len(teachers.options) > 1:
                teachers.choose_weights(data.validation.with_class())
            say(f"{'the teachers label' if len(teachers.options) > 1 else 'the teacher labels'} {count:,} texts")
            fresh[taught] = teachers.probabilities(texts.texts.filter(pa.array(taught)), ids.lengths[taught])
        if folder is not None:
            processes.first_does(lambda: keep_probabilities(folder, fresh, ids))
        probabilities = fresh
    return soft_targets(ids, labelled.learned_targets(), probabilities, weight, labelled.weights)


def _documents(
    option: TeacherOption, data: TrainingData, texts: Texts, ids: TokenIds, seed: int, say: Callable[[str], None]
) -> Teacher:
    """The teacher document-vectors, of the texts that the option is about; it learns when it is first asked.

    texts, ids: the training texts, then the unlabelled ones. Raises UsageError if their labels have one class or none.
    """
    validation, labelled = data.validation, data.training
    texts = joined([texts, Texts(validation.data.texts, validation.data.name)])
    ids = ids.join(validation.ids)
    about = option.labels(ids.lengths)
    learned = about[: len(labelled.data)]
    targets = labelled.learned_targets()[learned]
    weights = None if labelled.weights is None else labelled.weights[learned]
    counting = targets if weights is None else targets[weights > 0]
    there = len(np.unique(counting)) if counting.ndim == 1 else np.count_nonzero(counting.sum(axis=0))
    if there < 2:
        raise UsageError(
            f"`teacher={DOCUMENT_VECTORS}`: expected labelled texts of two classes or more, with weights above 0, got "
            f"{there} {'class' if there == 1 else 'classes'}: widen words=A-B, or leave this teacher out"
        )

    @cache
    def learned_teacher() -> Teacher:
        return document_teacher(
            texts.texts.filter(pa.array(about)),
            ids.filter(about),
            targets,
            len(data.classes),
            seed,
            say,
            weights,
            data.class_options.weights,
        )

    return lambda asked: learned_teacher()(asked)


class TeacherMix:
    """Teachers whose answers are combined. Raises what `open_teacher` raises.

    weights: (teachers,), those given, and 1 for the others until `choose_weights` is called. documents: makes the
    teacher document-vectors of an option.
    """

    def __init__(
        self,
        options: Sequence[TeacherOption],
        classes: Sequence[Any],
        device: str,
        say: Callable[[str], None],
        documents: Callable[[TeacherOption], Teacher],
    ) -> None:
        self.options, self._say, self._classes = options, say, len(classes)
        self._teachers = [
            documents(one) if one.folder == DOCUMENT_VECTORS else open_teacher(one.folder, classes, device, say)
            for one in options
        ]
        self.weights = np.array([1.0 if one.weight is None else one.weight for one in options])

    def check_lengths(self, lengths: npt.NDArray[Any]) -> None:
        """Raises UsageError if no teacher labels a text. lengths: (n,), the words of each text."""
        lacking = ~np.any([one.labels(lengths) for one in self.options], axis=0)
        if lacking.any():
            words = int(lengths[np.argmax(lacking)])
            raise UsageError(
                f"`teacher`: expected a teacher for every text, got none for texts of {words} words: widen words=A-B, "
                "or add a teacher without it"
            )

    def probabilities(self, texts: pa.ChunkedArray, lengths: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """(n, classes) float32. lengths: (n,), the words of each text.

        Raises UsageError for a text that no teacher labels.
        """
        if len(self._teachers) == 1 and self.options[0].labels(lengths).all():
            return self._teachers[0](texts)
        return pooled(self._logs(texts, lengths), self.weights).astype(np.float32)

    def choose_weights(self, validation: Encoded) -> None:
        """Choose the weights that are not given, and report all. validation: only texts that have a class.

        Raises UsageError for a text that no teacher labels.
        """
        from scipy.optimize import minimize

        chosen = np.array([one.weight is None for one in self.options])
        if not chosen.any():
            return
        targets, row_weights = validation.targets, validation.weights
        if not len(targets) or (row_weights is not None and not row_weights.any()):
            self._say("no labelled validation texts: teachers without weight=W count with weight 1")
            return
        logs = self._logs(validation.data.texts, validation.ids.lengths)

        def loss(logarithms: Floats) -> float:
            weights = self.weights.copy()
            weights[chosen] = np.exp(np.clip(logarithms, -20, 20))
            return mean_log_loss(pooled(logs, weights), targets, row_weights)

        if chosen.all():  # only the ratios of weights matter
            chosen[0] = False
        if chosen.any():
            best = minimize(loss, np.zeros(chosen.sum()), method="Nelder-Mead").x
            self.weights[chosen] = np.exp(np.clip(best, -20, 20))
        together = loss(np.log(self.weights[chosen]))
        self._say(f"the teachers' weighted mean: log loss {together:.4f} on the validation part; weights:")
        for option, weight, log in zip(self.options, self.weights / self.weights.sum(), logs, strict=True):
            self._say(f"  {option.folder}: {weight:.3f}, {_log_loss_alone(log, targets, row_weights)}")

    def _logs(self, texts: pa.ChunkedArray, lengths: npt.NDArray[Any]) -> list[Floats]:
        """Each teacher's log probabilities, (n, classes), NaN for texts that it does not label."""
        self.check_lengths(lengths)
        asked = [one.labels(lengths) for one in self.options]
        found = []
        for teacher, rows in zip(self._teachers, asked, strict=True):
            logs = np.full((len(lengths), self._classes), np.nan)
            if rows.any():
                logs[rows] = np.log(np.maximum(teacher(texts.filter(pa.array(rows))), _LEAST_PROBABILITY))
            found.append(logs)
        return found


def _log_loss_alone(log: Floats, targets: npt.NDArray[np.int64], row_weights: npt.NDArray[np.float64] | None) -> str:
    """A teacher's log loss on the texts that it labels, in words. log: (n, classes), its log probabilities, or NaN."""
    labelled = ~np.isnan(log[:, 0])
    weights = None if row_weights is None else row_weights[labelled]
    if not labelled.any() or (weights is not None and not weights.any()):
        return "no texts of its lengths"
    loss = mean_log_loss(np.exp(log[labelled]), targets[labelled], weights)
    return f"log loss {loss:.4f} on its own, {labelled.sum():,} texts"


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


def _teacher_options(options: TrainingOptions) -> list[TeacherOption]:
    return [teacher_option_of(one) for one in options.teacher]


def _exists(folder: str) -> bool:
    try:
        return folder != "" and model_folder(folder).is_dir()
    except OSError:  # a name that is too long
        return False


def _weight(text: str) -> float:
    if not 1e-6 <= (weight := float(text)) <= 1e6:
        raise ValueError(text)
    return weight


def _words(text: str) -> tuple[int, float]:
    first, dash, last = text.partition("-")
    words = int(first) if first else 0, int(last) if last else math.inf
    if not dash or not (first or last) or not 0 <= words[0] <= words[1]:
        raise ValueError(text)
    return words
