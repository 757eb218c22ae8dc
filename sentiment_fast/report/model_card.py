"""The model card of a trained model (Mitchell et al. 2019), as Markdown.

In: a model of any kind, its data and figures, as mappings. Out: a text. Writing it is left to run_folder.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sentiment_fast.data.overview import TRAINING, Overview
from sentiment_fast.evaluation.metrics import Metrics
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.labelling import Labelling
from sentiment_fast.model.model import Model
from sentiment_fast.model.presets import PRESETS, preset
from sentiment_fast.model.transformer_model import TransformerModel

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class _Kind:
    """What a card says about one kind of model. unit: what the network reads. use: how to use it, with an example."""

    made: str
    unit: str
    limits: str
    use: str
    cascade: str = ""


def _of_model(model: Model) -> _Kind:
    parameters = sum(weights.size for weights in model.weights.values())
    what = f"{_preset_and_changes(model.settings)}: {_architecture(model.config)}{_ngrams(model)}"
    made = f"""Made by sentiment_fast with {what}.
It has {parameters:,} parameters and a vocabulary of {len(model.vocabulary):,} words."""
    limits = (
        "It knows only the words of its vocabulary: a text without any of them gets the same answer as an empty one. "
    )
    use = f"""```python
import sentiment_fast as sf

scorer = sf.load("path/to/this/folder")
scorer.predict_proba(["a text"])  # (1, {len(model.classes)}), columns: {model.classes}
```"""
    return _Kind(made, "words of the vocabulary", limits, use, _cascade(model))


def _of_transformer(model: TransformerModel) -> _Kind:
    settings = ", ".join(f"`{name}={value}`" for name, value in model.settings.items())
    made = f"""Made by sentiment_fast: a {model.architecture} of {model.parameters:,} parameters,
fine-tuned with {settings}."""
    use = """```
sentiment-fast evaluate --model path/to/this/folder LABELLED.csv
sentiment-fast train --teacher path/to/this/folder --data LABELLED.csv --preset fast --out STUDENT
```

`score` does not run it, but a student that learned from it."""
    limits = "It knows what its pretraining texts taught it, their prejudices too. "
    return _Kind(made, "tokens", limits, use)


_KINDS_OF_MODELS: dict[type, Callable[[Any], _Kind]] = {Model: _of_model, TransformerModel: _of_transformer}


def model_card(
    model: Labelling,
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
    kind = _KINDS_OF_MODELS[type(model)](model)
    classes = ", ".join(f"`{label}` ({count:,})" for label, count in training.class_counts.items())
    figures = "\n".join(
        f"| {part} | {sources[part]} | {figure.n:,} | {figure.accuracy:.2%} | {figure.macro_f1:.2%} | "
        f"{'–' if figure.roc_auc is None else f'{figure.roc_auc:.4f}'} | {figure.log_loss:.4f} | "
        f"{figure.calibration_error:.2%} |"
        for part, figure in metrics.items()
    )
    warning = "**Trained on made-up data: it has never seen a real review.**\n\n" if made_up else ""
    return f"""# A sentiment classifier

{warning}{kind.made}

## Data

Trained on {sources[TRAINING]}: {training.texts:,} texts, {classes}. The median text has
{training.token_lengths.median:,.0f} {kind.unit}; {training.longer_than_padding:.2%} have more than the
{overview.max_length:,} that the network reads. The weights are those of epoch {best_epoch}, {_reason(model.settings)}.
{_sources(overview)}{_labels(model, labels or {})}
## Figures

| part | data | texts | accuracy | macro F1 | ROC AUC | log loss | calibration error |
|---|---|---|---|---|---|---|---|
{figures}

{_validation_note(model.settings, calibration)}
{kind.cascade}`overview.txt` describes the data, `metrics.json` has all figures, and
`history.jsonl` has a line per epoch.

## Limits

{kind.limits}Texts of
another kind or language than the training data may get confident but wrong answers. {_calibration(calibration)}
It classifies texts, not people: do not use it to make decisions about people.

## Use

{kind.use}
"""


def _preset_and_changes(settings: Mapping[str, Any]) -> str:
    """The settings of the training: a preset, and each setting that differs from it."""
    if settings.get("name") not in PRESETS:
        return "settings of its own"
    of_preset = asdict(preset(settings["name"]))
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


def _labels(model: Labelling, labels: Mapping[str, Any]) -> str:
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
    long = f" of {model.cascade_from} words or more" if model.cascade_from else ""
    return f"""The network does not run on texts{long} about which the n-gram model is at least {model.cascade:.0%}
confident. On the validation part this costs at most 0.1 percentage points of their accuracy; `--cascade off` and
`sf.load(..., cascade=False)` run it on all texts.
"""


def _ngrams(model: Model) -> str:
    if model.wide is None:
        return ""
    config = model.wide.config
    size = f"in 2^{config.ngram_bits} buckets"
    owners = ", each of which counts for a single n-gram" if config.ngram_fingerprints else ""
    return f"; next to it, a linear model of n-grams of 1 to {config.ngrams} words, {size}{owners}"


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
