"""A trained model -> calibrated, measured, saved, and described in its run folder.

In: the model of the epoch that is kept, its data and history. Out: that model and its figures, and, for a run
in a folder, its files, on disk before the checkpoint is removed. The card and the pictures are left to report/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.data.overview import TRAINING
from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.by_group import (
    evaluate_all_groups,
    groups_as_dict,
    groups_as_lines,
    neutral_figures,
)
from sentiment_fast.evaluation.metrics import Metrics, evaluate_decision
from sentiment_fast.evaluation.neutral_band import choose_band
from sentiment_fast.model.calibration import Probabilities
from sentiment_fast.model.decision import Band
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.labelling import Labelling
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM, weights_of
from sentiment_fast.report.run_folder import write_results
from sentiment_fast.runs.atomic import sync_files
from sentiment_fast.runs.record import RECORD
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.training.calibrate import CalibrationReport, calibrate
from sentiment_fast.training.checkpoints import CHECKPOINT, remove_checkpoint
from sentiment_fast.training.class_options import AUTO
from sentiment_fast.training.distillation import SOFT_TARGETS
from sentiment_fast.training.encode import Encoded
from sentiment_fast.training.initial_weights import NGRAMS
from sentiment_fast.training.prepare import VALIDATION, TrainingData
from sentiment_fast.training.state import Epoch


def finish_run(
    folder: Path | None,
    model: Model,
    network: SentimentLSTM,
    data: TrainingData,
    history: list[Epoch],
    precision: Precision,
    say: Callable[[str], None],
) -> tuple[Model, dict[str, Any]]:
    """Calibrate and evaluate the model of the epoch that is kept, write the results, remove what only resuming needs.

    folder: None to write nothing. network: the trained one; the model gets its weights. Returns the model, and the
    content of metrics.json. A run that is killed in here resumes here.
    """
    model = replace(model, weights=weights_of(network))
    validation = data.validation.with_class()
    calibration = calibrate(model, network, validation, precision, say, data.class_options.weights)
    scorer = Scorer(model, network.device.type, precision.name)
    probabilities = {name: scorer.probabilities_of(part.ids) for name, part in data.parts.items() if name != TRAINING}

    def save(where: Path) -> None:
        save_model(where, model)

    return model, finish_model(folder, model, data, history, calibration, probabilities, save, say)


def finish_model(
    folder: Path | None,
    model: Labelling,
    data: TrainingData,
    history: list[Epoch],
    calibration: CalibrationReport | None,
    probabilities_of_all: Mapping[str, Probabilities],
    save: Callable[[Path], None],
    say: Callable[[str], None],
) -> dict[str, Any]:
    """As `finish_run`, for any kind of model that is calibrated already; returns the content of metrics.json.

    probabilities_of_all: (n, classes) of each part except the training part, by name, texts between the classes too.
    save: writes the model into the folder, if there is one, once its neutral band is chosen.
    """
    has_class = {name: data.parts[name].targets >= 0 for name in probabilities_of_all}
    parts = {name: data.parts[name].with_class() for name in probabilities_of_all}
    probabilities = {name: found[has_class[name]] for name, found in probabilities_of_all.items()}
    if data.class_options.neutral == AUTO:
        model.neutral = _chosen_band(probabilities[VALIDATION], parts[VALIDATION], model, say)
    if folder is not None:
        save(folder)
    whole = replace(model.decision, neutral=None)
    metrics = {name: evaluate_decision(probabilities[name], part.targets, whole) for name, part in parts.items()}
    outside = {name: outside_of_band(probabilities[name], part.targets, model) for name, part in parts.items()}
    groups = {
        name: evaluate_all_groups(probabilities[name], part.targets, part.data, whole) for name, part in parts.items()
    }
    sources = {name: part.data.name for name, part in data.parts.items()}
    written = write_results(
        folder,
        model,
        data.overview,
        [asdict(epoch) for epoch in history],
        metrics,
        sources,
        data.training.data.made_up,
        None if calibration is None else calibration.as_dict(),
        _about_labels(model, data, {name: figures for name, figures in outside.items() if figures is not None}),
        {
            name: groups_as_dict(groups[name]) | _neutral_texts(probabilities_of_all[name][~has_class[name]], model)
            for name in parts
        },
    )
    if folder is not None:
        keep_for_good(folder)
    for name, figures in metrics.items():
        say(f"\n{name}: {sources[name]}\n{figures.as_text()}")
        for line in groups_as_lines(groups[name]):
            say(line)
        if (band := outside[name]) is not None:
            say(f"\n{name}, without neutral texts:\n{band.as_text()}")
    return written


@contextmanager
def writing(folder: Path | None, advice: str) -> Iterator[None]:
    """Within it, a file of a run that can't be written is a DataError."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror or error}): {advice}") from error


_TEMPORARY = (CHECKPOINT, SOFT_TARGETS, NGRAMS, RECORD)


def outside_of_band(probabilities: Probabilities, targets: npt.NDArray[np.int64], model: Labelling) -> Metrics | None:
    """The figures of the texts that the model does not label neutral; None without a band, or if there are none."""
    if model.neutral is None or model.decision.is_neutral(probabilities).all():
        return None
    return evaluate_decision(probabilities, targets, model.decision)


def _chosen_band(
    probabilities: Probabilities, validation: Encoded, model: Labelling, say: Callable[[str], None]
) -> Band | None:
    """The band that the validation part suggests; None, and the reason is reported, if it suggests none."""
    try:
        low, high = choose_band(probabilities, validation.targets, model.decision)
    except DataError as error:
        say(f"no neutral band: {error}")
        return None
    say(f"neutral band: texts whose probability of {model.positive!r} is {low:g} to {high:g} are labelled neutral")
    return low, high


def _neutral_texts(probabilities: Probabilities, model: Labelling) -> dict[str, Any]:
    """What the model says about the texts between its classes, under "neutral_texts"; nothing if there are none."""
    if len(probabilities) == 0:
        return {}
    return {"neutral_texts": neutral_figures(probabilities[:, model.decision.positive])}


def _about_labels(model: Labelling, data: TrainingData, outside: Mapping[str, Metrics]) -> dict[str, Any]:
    """What is recorded about the classes. outside: the figures of texts that are not neutral, by part."""
    weights, rules = data.class_options.weights, data.class_options.rules
    return {
        "classes": list(model.classes),
        "positive": model.positive,
        "class_weight": None if weights is None else list(weights),
        "ordinal": None if model.ordinal is None else list(model.ordinal),
        "neutral": None if model.neutral is None else list(model.neutral),
        "label_map": None if rules.label_map is None else dict(rules.label_map),
        "normalise_labels": rules.normalise,
        **({} if rules.neutral_label is None else {"neutral_label": rules.neutral_label}),
        "without_neutral": {name: figures.as_dict() for name, figures in outside.items()},
    }


def keep_for_good(folder: Path) -> None:
    """Remove what only resuming needs, once everything else is on disk.

    After a power cut either the finished model is whole, or the checkpoint is there to resume from.
    """
    sync_files(path for path in folder.iterdir() if path.is_file() and path.name not in _TEMPORARY)
    remove_temporary_files(folder)


def remove_temporary_files(folder: Path) -> None:
    """Remove what only resuming needs, the checkpoint first: without it, the run is finished."""
    remove_checkpoint(folder)
    for name in _TEMPORARY[1:]:
        (folder / name).unlink(missing_ok=True)
