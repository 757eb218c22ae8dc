"""A pretrained folder for people: the weights, and a card that says where they come from.

In: a network's weights, its vocabulary and settings, the texts. Out: the folder. The files' format is left to
model/pretrained.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from torch import Tensor

from sentiment_fast.data.texts import Texts
from sentiment_fast.model.folder import CARD
from sentiment_fast.model.presets import Preset
from sentiment_fast.model.pretrained import SIZES, PretrainedWeights, pretrained_weights, save_pretrained
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.text.vocabulary import Vocabulary


def write_pretrained_folder(
    folder: Path,
    weights: Mapping[str, Tensor],
    vocabulary: Vocabulary,
    settings: Preset,
    texts: Texts,
) -> None:
    """Write the folder. weights: a network's. The card comes first, so that a folder with a config.json is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / CARD, _card(folder, vocabulary, settings, texts))
    figures = {
        "data": texts.name,
        "texts": len(texts),
        "made_up_data": texts.made_up,
        "training": asdict(settings.training),
        "epochs": [],  # those of a language model, in folders of earlier versions
    }
    pretrained = PretrainedWeights(
        settings.network, vocabulary, settings.vocabulary, pretrained_weights(weights), figures
    )
    save_pretrained(folder, pretrained)


def _card(folder: Path, vocabulary: Vocabulary, settings: Preset, texts: Texts) -> str:
    warning = "**Trained on made-up texts: it has never seen a real review.**\n\n" if texts.made_up else ""
    sizes = "".join(f" --set {name}={str(getattr(settings.network, name)).lower()}" for name in SIZES)
    return f"""# Initial weights for sentiment classifiers

{warning}Word vectors, fitted to which words occur near which in {len(texts):,} texts ({texts.name}), with a vocabulary
of {len(vocabulary):,} words. This is not a classifier: it has not seen any labels.

## Use

```
sentiment-fast train --data LABELLED.csv --init {folder}{sizes}
```
"""
