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

from sentiment_fast.data.overview import TRAINING, Overview
from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.metrics import Metrics
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.folder import CARD, save_metrics
from sentiment_fast.model.model import Model
from sentiment_fast.model.presets import PRESETS, preset
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
    folder: Path,
    model: Model,
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

    metrics, sources: the figures and the name of the data, by part ("validation", "test"). calibration: the figures
    "before", "after" and so on; None for a model that is not calibrated. labels: what is recorded about the classes.
    of_groups: further figures of each part, by name: those of its sources, domains and neutral texts.
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
    save_metrics(folder, written)
    found = metrics.get("validation")
    whole_model = None if found is None else {"loss": found.log_loss, "accuracy": found.accuracy}
    learning_curves(history, folder / "learning_curves.png", whole_model)
    write_atomically(
        folder / CARD, _card(model, overview, best["epoch"], metrics, sources, made_up, calibration, labels)
    )
    return written


def _card(
    model: Model,
    overview: Overview,
    best_epoch: int,
    metrics: Mapping[str, Metrics],
    sources: Mapping[str, str],
    made_up: bool,
    calibration: Mapping[str, Figures] | None,
    labels: Mapping[str, Any] | None,
) -> str:
    """The model card (Mitchell et al. 2019), as Markdown."""
    training = overview.parts[TRAINING]
    network = model.config
    classes = ", ".join(f"`{label}` ({count:,})" for label, count in training.class_counts.items())
    figures = "\n".join(
        f"| {part} | {sources[part]} | {figure.n:,} | {figure.accuracy:.2%} | {figure.macro_f1:.2%} | "
        f"{'–' if figure.roc_auc is None else f'{figure.roc_auc:.4f}'} | {figure.log_loss:.4f} | "
        f"{figure.calibration_error:.2%} |"
        for part, figure in metrics.items()
    )
    warning = "**Trained on made-up data: it has never seen a real review.**\n\n" if made_up else ""
    parameters = sum(weights.size for weights in model.weights.values())
    return f"""# A sentiment classifier

{warning}Made by sentiment_fast with {_preset_and_changes(model.settings)}: {_architecture(network)}{_ngrams(model)}.
It has {parameters:,} parameters and a vocabulary of {len(model.vocabulary):,} words.

## Data

Trained on {sources[TRAINING]}: {training.texts:,} texts, {classes}. The median text has
{training.token_lengths.median:,.0f} words of the vocabulary; {training.longer_than_padding:.2%} have more than the
{network.max_length:,} that the network reads. The weights are those of epoch {best_epoch}, {_reason(model.settings)}.
{_sources(overview)}{_labels(model, labels or {})}
## Figures

| part | data | texts | accuracy | macro F1 | ROC AUC | log loss | calibration error |
|---|---|---|---|---|---|---|---|
{figures}

{_validation_note(model.settings, calibration)}
{_cascade(model)}`overview.txt` describes the data, `metrics.json` has all figures, and
`history.jsonl` has a line per epoch.

## Limits

It knows only the words of its vocabulary: a text without any of them gets the same answer as an empty one. Texts of
another kind or language than the training data may get confident but wrong answers. {_calibration(calibration)}
It classifies texts, not people: do not use it to make decisions about people.

## Use

```python
import sentiment_fast as sf

scorer = sf.load("path/to/this/folder")
scorer.predict_proba(["a text"])  # (1, {len(model.classes)}), columns: {model.classes}
```
"""


def _preset_and_changes(settings: Mapping[str, Any]) -> str:
    """The settings of the training: a preset, and each setting that differs from it."""
    if settings.get("name") not in PRESETS:
        return "settings of its own"
    of_preset = preset(settings["name"]).as_dict()
    changes = [
        f"`{name}={value}`"
        for part in settings.keys() - {"name"}
        for name, value in settings[part].items()
        if value != of_preset[part][name]
    ]
    return f"the preset `{settings['name']}`" + (f" and {', '.join(sorted(changes))}" if changes else "")


def _sources(overview: Overview) -> str:
    """The files of the training texts, as a table, if there are several."""
    if not overview.sources:
        return ""
    rows = "".join(
        f"| {source.name} | {source.texts[TRAINING]:,} | {source.weight:g} | {source.share:.1%} |\n"
        for source in overview.sources
    )
    return f"\n| file | training texts | weight | share of the loss |\n|---|---|---|---|\n{rows}\n"


def _keeps_last(settings: Mapping[str, Any]) -> bool:
    return bool(settings.get("training", {}).get("keep") == "last")


def _reason(settings: Mapping[str, Any]) -> str:
    return "the last one" if _keeps_last(settings) else "which had the lowest validation loss"


def _validation_note(settings: Mapping[str, Any], calibration: Mapping[str, Figures] | None) -> str:
    """What the validation part was used for, so that its figures are read accordingly."""
    done = [] if _keeps_last(settings) else ["chose the epoch"]
    done += [] if calibration is None else ["calibrated the probabilities"]
    if not done:
        return "The validation part was not used to choose anything, and neither was a test part."
    return f"The validation part {' and '.join(done)}, so its figures are optimistic; a test part has no such effect."


def _calibration(calibration: Mapping[str, Figures] | None) -> str:
    if calibration is None:
        return "Probabilities are not\ncalibrated."
    errors = [f"{calibration[one]['calibration_error']:.2%}" for one in ("before", "after")]
    return f"""Probabilities are
calibrated on the validation part, which changed its calibration error from {errors[0]} to {errors[1]}: they hold for
similar texts, and may not hold for others."""


def _labels(model: Model, labels: Mapping[str, Any]) -> str:
    """How probabilities become labels, as far as it is not the usual way."""
    lines = []
    if len(model.classes) == 2:
        lines.append(f"The positive class is `{model.positive}`: scores are its probability.")
    if label_map := labels.get("label_map"):
        lines.append(f"Labels were renamed: {', '.join(f'`{old}` to `{new}`' for old, new in label_map.items())}.")
    if labels.get("normalise_labels"):
        lines.append("Labels that differ only in case or white space were merged.")
    if neutral_label := labels.get("neutral_label"):
        lines.append(f"Texts labelled `{neutral_label}` are no class: their target was a probability of 0.5.")
    if model.ordinal is not None:
        values = ", ".join(f"`{label}` is {value:g}" for label, value in zip(model.classes, model.ordinal, strict=True))
        lines.append(f"The classes are ordered: {values}. `sentiment_stars` is the expected value.")
    if weights := labels.get("class_weight"):
        named = ", ".join(f"`{label}` {weight:.4g}" for label, weight in zip(model.classes, weights, strict=True))
        lines.append(
            f"Losses were multiplied by the weights {named}, in the calibration too: probabilities are those of texts "
            "whose classes are weighted like this, not of texts like the training data."
        )
    if model.neutral is not None:
        low, high = model.neutral
        shares = [
            f"{one['coverage']:.1%} of the {part} part, accuracy on these {one['accuracy']:.2%}"
            for part, one in labels.get("without_neutral", {}).items()
        ]
        lines.append(
            f"Texts whose probability of the positive class is {low:g} to {high:g} are labelled `neutral`"
            f"{': not neutral are ' if shares else ''}{'; '.join(shares)}."
        )
    return "".join(f"{line}\n" for line in lines)


def _cascade(model: Model) -> str:
    if model.cascade is None:
        return ""
    return f"""The network does not run on texts about which the n-gram model is at least {model.cascade:.0%} confident.
On the validation part this costs no more than 0.1 % of the accuracy; `--cascade off` and `sf.load(..., cascade=False)`
run it on all texts.
"""


def _ngrams(model: Model) -> str:
    if model.wide is None:
        return ""
    config = model.wide.config
    return f"; next to it, a linear model of n-grams of 1 to {config.ngrams} words, in 2^{config.ngram_bits} buckets"


def _architecture(network: NetworkConfig) -> str:
    direction = "bidirectional " if network.bidirectional else ""
    pooling = {
        "padded": "the last step",
        "last": "the last step",
        "attention": "attention over all steps",
        "max_mean": "maximum and mean of all steps",
    }
    shares = {"words": network.word_dropout, "recurrent weights": network.recurrent_dropout}
    of_weights = "".join(f", {share} of {what}" for what, share in shares.items() if share)
    return (
        f"an embedding of {network.embedding_size}, {network.layers} {direction}{network.cell.upper()} "
        f"layer{'s' if network.layers > 1 else ''} of {network.hidden_size}, {pooling[network.pooling]}, "
        f"dropout {network.dropout}{of_weights}, a linear layer"
    )
