"""What a training returns: its figures, its options and its model.

In: a run that has just ended, or the folder of a finished one. Out: a `TrainingResult`. Training is left to session.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sentiment_fast.errors import ModelFolderError
from sentiment_fast.model.folder import METRICS, load_model, save_model
from sentiment_fast.model.model import Model
from sentiment_fast.report.run_folder import HISTORY, MOST_BYTES
from sentiment_fast.runs.regular_files import read_regular
from sentiment_fast.scoring.scorer import Scorer, load
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.state import Epoch, epoch_of


@dataclass(frozen=True)
class TrainingResult:
    """A finished run.

    folder: the run and model folder; None for a run in memory. metrics: the content of its metrics.json; empty except
    in the first of several processes. history: the figures of each epoch. options: those it was trained with.
    was_finished: it was already finished, and nothing was done. trained: the model, if it is in memory.
    """

    folder: Path | None
    metrics: dict[str, Any]
    history: list[Epoch]
    options: TrainingOptions
    was_finished: bool = False
    trained: Model | None = field(default=None, repr=False)

    @property
    def model(self) -> Model:
        """The trained model. Raises ModelFolderError if it is read from its folder, and that is missing or damaged."""
        if self.trained is not None:
            return self.trained
        assert self.folder is not None, "Expected a model in memory, or a folder"
        return load_model(self.folder)

    def scorer(self) -> Scorer:
        """The trained model, ready to score texts."""
        return Scorer(self.model) if self.folder is None else load(self.folder)

    def save(self, folder: str | Path) -> None:
        """Write the model, without the figures of the run, to a folder that `sf.load` reads."""
        save_model(Path(folder), self.model)


@dataclass(frozen=True)
class FinetuningResult:
    """A finished fine-tuning: its folder is a Hugging Face model too. For the rest see `TrainingResult`."""

    folder: Path
    metrics: dict[str, Any]
    history: list[Epoch]
    options: FinetuningOptions
    was_finished: bool = False


def finished_result(folder: Path, options: TrainingOptions) -> TrainingResult:
    """The result of a run that has ended. Raises ModelFolderError if its figures cannot be read."""
    return TrainingResult(folder, *finished_figures(folder), options, was_finished=True)


def finished_figures(folder: Path) -> tuple[dict[str, Any], list[Epoch]]:
    """The content of metrics.json of a run that has ended, and its history; errors as above."""
    try:
        metrics = json.loads(read_regular(folder / METRICS, MOST_BYTES).decode("utf-8"))
        lines = read_regular(folder / HISTORY, MOST_BYTES).decode("utf-8").splitlines()
        return metrics, [epoch_of(json.loads(line)) for line in lines]
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ModelFolderError(
            f"{folder}: is a finished run whose {METRICS} or {HISTORY} cannot be read ({str(error)[:200]})"
        ) from error
