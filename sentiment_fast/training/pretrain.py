"""Pretraining: everything that the command `pretrain` does, as one function.

In: texts without labels, and options by keyword. Out: a pretrained folder, from which `sf.train(init=...)` starts.
Parsing and printing are left to the command, sentiment_fast/pretrain.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sentiment_fast.data.sources import open_texts
from sentiment_fast.data.texts import joined
from sentiment_fast.errors import UsageError
from sentiment_fast.model.presets import Preset
from sentiment_fast.report.pretrained_folder import write_pretrained_folder
from sentiment_fast.runs.folder import check_folder
from sentiment_fast.training.encode import new_network
from sentiment_fast.training.options import PretrainingOptions
from sentiment_fast.training.prepare import vectors_of
from sentiment_fast.training.unlabelled import PRETRAINING, open_corpus


@dataclass(frozen=True)
class PretrainingResult:
    """folder: the pretrained folder. options: those it was made with."""

    folder: Path
    options: PretrainingOptions

    @property
    def settings_for_training(self) -> list[str]:
        """The items of `set` that a training from the folder needs too: all except pretraining's own settings."""
        return [item for item in self.options.set if not hasattr(PRETRAINING, item.partition("=")[0])]


def pretrain(data: Any = (), *, say: Callable[[str], None] = lambda message: None, **options: Any) -> PretrainingResult:
    """Learn word vectors from texts without labels: what `python -m sentiment_fast.pretrain` does, with its options.

    data: a file, a pattern, a folder, "imdb", "demo" or "demo:N", or a list of these. say: called with each message.
    Options:

    - out (path, default runs/start-<date-time>): the pretrained folder, empty or not there yet
    - preset, config, set, seed: as for `sf.train`
    - text_column (str or int, None) and how files are laid out (delimiter, encoding, ...): as for `sf.train`

    Raises TypeError for an unknown option, UsageError for one that makes no sense, DataError for unusable texts.
    """
    chosen = PretrainingOptions.of(options if not data else {"data": data} | options)
    if not chosen.data:
        raise UsageError("`data`: expected the texts to learn from: a file, a folder, imdb or demo")
    settings = _settings(chosen)
    folder = chosen.out or Path("runs") / datetime.now().strftime("start-%Y-%m-%d-%H%M%S")
    check_folder(folder, "run")
    seed = settings.training.seed
    texts = joined([open_texts(source, chosen.text_column, seed, say, chosen) for source in chosen.data])
    corpus = open_corpus(texts, settings)
    say(f"{texts.name}: {corpus.summary}")
    vectors = vectors_of(corpus.ids, settings, corpus.vocabulary, say)
    network = new_network(settings, corpus.vocabulary, [0, 1], vectors)
    write_pretrained_folder(folder, network.state_dict(), corpus.vocabulary, settings, texts)
    return PretrainingResult(folder, chosen)


def _settings(options: PretrainingOptions) -> Preset:
    """The vocabulary and network of `preset` or `config` and pretraining's own settings, with `set` applied."""
    changes = options.changes()
    epochs = changes.pop("epochs", "0")
    if epochs != "0":
        raise UsageError(f"`set=epochs={epochs}`: word vectors are learned without epochs: leave it out")
    return replace(options.unchanged_settings(), training=PRETRAINING).with_fields(changes)
