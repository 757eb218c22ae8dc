"""A trained model -> calibrated, measured, saved, and described in its run folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sentiment_fast.data.overview import TRAINING
from sentiment_fast.evaluation.metrics import Metrics, evaluate
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM, weights_of
from sentiment_fast.report.run_folder import write_results
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.training.calibrate import calibrate
from sentiment_fast.training.checkpoints import remove_checkpoint
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
) -> dict[str, Metrics]:
    """Calibrate and measure the model of the epoch that is kept, write the results, remove what only resuming needs.

    network: the one that was trained; the model gets its weights. Returns the figures by part, "validation" and, if
    there is one, "test". A run that is killed in here resumes here.
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
    made_up = data.training.data.made_up
    write_results(folder, model, data.look, history, metrics, sources, made_up, calibration)
    remove_checkpoint(folder)
    for name, figures in metrics.items():
        say(f"\n{name}: {sources[name]}\n{figures.as_text()}")
    return metrics
