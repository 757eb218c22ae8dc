"""What a training begins from with --init: a start folder's vocabulary and weights.

In: the folder, or a run that goes on, which has kept the vocabulary and whose checkpoint has the weights. Out: both,
and settings that say so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from sentiment_fast.errors import UsageError
from sentiment_fast.model.folder import VOCABULARY
from sentiment_fast.model.presets import Preset, VocabularyConfig
from sentiment_fast.model.pretrained import check_sizes, load_pretrained
from sentiment_fast.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class Beginning:
    """options: what the vocabulary was built with. weights: by their names in a `SentimentLSTM`; None for a run that
    goes on.
    """

    vocabulary: Vocabulary
    options: VocabularyConfig
    weights: Mapping[str, Tensor] | None

    def applied_to(self, settings: Preset, given: Collection[str], say: Callable[[str], None]) -> Preset:
        """The settings with the vocabulary's options. given: names of settings that the user asked for. say: told of
        options that the settings have otherwise.
        """
        others = {
            name: value for name, value in asdict(self.options).items() if getattr(settings.vocabulary, name) != value
        }
        for name, value in others.items():
            if name in given:
                raise UsageError(
                    f"--set {name}={getattr(settings.vocabulary, name)}: the vocabulary is that of --init, which has "
                    f"{name} {value}: leave it out, or pretrain with it"
                )
        if others:
            theirs = ", ".join(f"{name}={value}" for name, value in others.items())
            ours = ", ".join(f"{name}={getattr(settings.vocabulary, name)}" for name in others)
            say(f"the vocabulary is that of --init, with {theirs}; for the preset's {ours}, pretrain with it")
        return replace(settings, vocabulary=self.options)

    def keep(self, folder: Path) -> None:
        """Where the run finds it again: the vocabulary that its model folder will have."""
        self.vocabulary.save(folder / f"{VOCABULARY}.part")
        (folder / f"{VOCABULARY}.part").replace(folder / VOCABULARY)


def new_beginning(init: str | Path, settings: Preset) -> Beginning:
    """From a start folder. Raises UsageError where its sizes are not the network's, ModelFolderError for a bad one."""
    start = load_pretrained(init)
    check_sizes(init, start, settings.network)
    return Beginning(start.vocabulary, start.options, start.weights)


def kept_beginning(folder: Path, identity: Mapping[str, Any]) -> Beginning:
    """Of a run that goes on. identity: what it began with."""
    options = VocabularyConfig(**identity["settings"]["vocabulary"])
    return Beginning(Vocabulary.load(folder / VOCABULARY), options, None)
