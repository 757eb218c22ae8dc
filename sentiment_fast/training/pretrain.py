"""Pretraining: everything that the command `pretrain` does, as one function.

In: texts without labels, and options by keyword. Out: a pretrained folder, from which `sf.train(init=...)` starts.
Parsing and printing are left to the command, sentiment_fast/pretrain.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from sentiment_fast.data.sources import open_texts
from sentiment_fast.data.texts import joined
from sentiment_fast.errors import UsageError
from sentiment_fast.model.presets import DEFAULT, Preset
from sentiment_fast.model.threads import training_threads
from sentiment_fast.report.pretrained_folder import write_pretrained_folder
from sentiment_fast.runs.config_file import is_config_file
from sentiment_fast.runs.folder import check_folder, dated_folder
from sentiment_fast.training.encode import new_network
from sentiment_fast.training.options import PretrainingOptions
from sentiment_fast.training.prepare import vectors_of
from sentiment_fast.training.run_config import as_set_items, save_run_config, with_config_file
from sentiment_fast.training.unlabelled import PRETRAINING, open_corpus


@dataclass(frozen=True)
class PretrainingResult:
    """folder: the pretrained folder. options: those it was made with. settings: its vocabulary and network."""

    folder: Path
    options: PretrainingOptions
    settings: Preset

    @property
    def options_for_training(self) -> list[tuple[str, str]]:
        """The options, by name, with which a training from the folder has the same vocabulary and network."""
        config = self.options.config
        if config is not None and not is_config_file(config):
            items = [item for item in self.options.set if not hasattr(PRETRAINING, item.partition("=")[0])]
            return [("config", config), *(("set", item) for item in items)]
        name, items = as_set_items(self.settings)
        return [*([] if name == DEFAULT else [("preset", name)]), *(("set", item) for item in items)]


def pretrain(data: Any = (), *, say: Callable[[str], None] = lambda message: None, **options: Any) -> PretrainingResult:
    """Learn word vectors from texts without labels: what `sentiment-fast pretrain` does, with its options.

    data: a file, a pattern, a folder, "imdb", "demo" or "demo:N", or a list of these. say: called with each message.
    Options:

    - out (path, default runs/start-<date-time>): the pretrained folder, empty or not there yet
    - preset, config, set, seed, threads: as for `sf.train`
    - text_column (str or int, None) and how files are laid out (delimiter, encoding, ...): as for `sf.train`

    Raises TypeError for an unknown option, UsageError for one that makes no sense, DataError for unusable texts.
    """
    given = with_config_file(PretrainingOptions, "pretrain", options if not data else {"data": data} | options)
    chosen = PretrainingOptions.of(given)
    if not chosen.data:
        raise UsageError("`data`: expected the texts to learn from: a file, a folder, imdb or demo")
    settings = _settings(chosen)
    folder = chosen.out or dated_folder("start-")
    check_folder(folder, "run")
    seed = settings.training.seed
    with training_threads(chosen.threads):
        texts = joined([open_texts(source, chosen.text_column, seed, say, chosen) for source in chosen.data])
        corpus = open_corpus(texts, settings)
        say(f"{texts.name}: {corpus.summary}")
        vectors = vectors_of(corpus.ids, settings, corpus.vocabulary, say)
        network = new_network(settings, corpus.vocabulary, [0, 1], vectors)
        chosen = replace(chosen, threads=torch.get_num_threads())
    folder.mkdir(parents=True, exist_ok=True)
    changed = {name: value for name, value in chosen.changes().items() if hasattr(PRETRAINING, name)}
    save_run_config(folder, "pretrain", chosen, settings, changed, without=["training"])
    write_pretrained_folder(folder, network.state_dict(), corpus.vocabulary, settings, texts)
    return PretrainingResult(folder, chosen, settings)


def _settings(options: PretrainingOptions) -> Preset:
    """The vocabulary and network of `preset` or `config` and pretraining's own settings, with `set` applied."""
    changes = options.changes()
    epochs = changes.pop("epochs", "0")
    if epochs != "0":
        raise UsageError(f"`set=epochs={epochs}`: word vectors are learned without epochs: leave it out")
    return replace(options.unchanged_settings(), training=PRETRAINING).with_fields(changes)
