"""A trained model -> calibrated, measured, saved, and described in its run folder.

In: the model of the epoch that is kept, its data and history. Out: the files of a finished run, on disk before the
checkpoint is removed. The card and the pictures are left to report/.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sentiment_fast.data.overview import TRAINING
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM, weights_of
from sentiment_fast.report.run_folder import write_results
from sentiment_fast.runs.atomic import sync_files
from sentiment_fast.runs.record import RECORD
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.training.calibrate import calibrate
from sentiment_fast.training.checkpoints import CHECKPOINT, remove_checkpoint
from sentiment_fast.training.distillation import SOFT_TARGETS
from sentiment_fast.training.initial_weights import NGRAMS
from sentiment_fast.training.prepare import TrainingData
from sentiment_fast.training.state import Epoch


def finish_run(
    folder: Path,
    model: Model,
    network: SentimentLSTM,
    data: TrainingData,
    history: list[Epoch],
    precision: Precision,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Calibrate and evaluate the model of the epoch that is kept, write the results, remove what only resuming needs.

    network: the trained one; the model gets its weights. Returns the content of metrics.json. A run that is killed in
    here resumes here.
    """
    device = network.output.weight.device.type
    model = replace(model, weights=weights_of(network))
    calibration = calibrate(model, network, data.validation, precision, say)
    save_model(folder, model)
    scorer = Scorer(model, device, precision.name)
    metrics = {
        name: evaluate(scorer.probabilities_of(part.ids), part.targets, data.classes, model.threshold)
        for name, part in data.parts.items()
        if name != TRAINING
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
    )
    keep_for_good(folder)
    for name, figures in metrics.items():
        say(f"\n{name}: {sources[name]}\n{figures.as_text()}")
    return written


_TEMPORARY = (CHECKPOINT, SOFT_TARGETS, NGRAMS, RECORD)


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
