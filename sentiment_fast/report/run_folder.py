"""The files of a training run that people read: overview, history, pictures, metrics, model card.

In: the numbers of a run, as mappings. Out: files next to the model's own, which are left to model/folder.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sentiment_fast.data.overview import Overview
from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.metrics import Metrics
from sentiment_fast.model.folder import CARD, save_metrics
from sentiment_fast.model.labelling import Labelling
from sentiment_fast.report.model_card import model_card
from sentiment_fast.report.plots import class_balance, learning_curves, length_histogram
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.runs.regular_files import read_regular

HISTORY = "history.jsonl"
OVERVIEW_FILES = ("overview.json", "overview.txt", "class_balance.png", "lengths.png")
MOST_BYTES = 1 << 28  # of a history, or of metrics.json
Figures = Mapping[str, Any]  # an epoch's number, losses, accuracies, seconds, and whether its weights are kept


def write_overview(folder: Path, overview: Overview, training_lengths: np.ndarray) -> None:
    """Write overview.json, overview.txt, and the pictures of class balance and text lengths."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_text, balance, lengths = (folder / name for name in OVERVIEW_FILES)
    write_atomically(as_json, json.dumps(overview.as_dict(), indent=2, ensure_ascii=False) + "\n")
    write_atomically(as_text, overview.as_text() + "\n")
    class_balance({name: part.class_counts for name, part in overview.parts.items()}, balance)
    length_histogram(training_lengths, overview.max_length, lengths)


def append_history(folder: Path, epoch: Figures) -> None:
    """Append an epoch to the history, a line of JSON per epoch; later epochs of an interrupted run are replaced."""
    path = folder / HISTORY
    try:
        lines = read_regular(path, MOST_BYTES).decode("utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if json.loads(line)["epoch"] < epoch["epoch"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read as a history ({str(error)[:200]}): remove it, then resume") from error
    write_atomically(path, "\n".join([*kept, json.dumps(dict(epoch))]) + "\n")


def write_results(
    folder: Path | None,
    model: Labelling,
    overview: Overview,
    history: Sequence[Figures],
    metrics: Mapping[str, Metrics],
    sources: Mapping[str, str],
    made_up: bool,
    calibration: Mapping[str, Figures] | None = None,
    labels: Mapping[str, Any] | None = None,
    of_groups: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Write metrics.json, whose content it returns, the learning curves and the model card.

    folder: None to write nothing. metrics, sources: the figures and the name of the data, by part ("validation",
    "test"). calibration: the figures "before", "after" and so on; None for a model that is not calibrated. labels: what
    is recorded about the classes. of_groups: further figures of each part, by name: those of its sources, domains and
    neutral texts.
    """
    best = next(epoch for epoch in reversed(history) if epoch["best"])
    written = {
        "data": dict(sources),
        "made_up_data": made_up,
        "best_epoch": best["epoch"],
        "training_seconds": sum(epoch["seconds"] for epoch in history),
        "calibration": None if calibration is None else dict(calibration),
        **({} if labels is None else {"labels": dict(labels)}),
        **({"sources": [asdict(source) for source in overview.sources]} if overview.sources else {}),
        **{part: figures.as_dict() | dict((of_groups or {}).get(part, {})) for part, figures in metrics.items()},
    }
    if folder is None:
        return written
    save_metrics(folder, written)
    found = metrics.get("validation")
    whole_model = None if found is None else {"loss": found.log_loss, "accuracy": found.accuracy}
    learning_curves(history, folder / "learning_curves.png", whole_model)
    write_atomically(
        folder / CARD, model_card(model, overview, best["epoch"], metrics, sources, made_up, calibration, labels)
    )
    return written
