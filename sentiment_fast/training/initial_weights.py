"""The initial weights of a training with `init`: a pretrained folder's vocabulary and weights.

In: the folder, or a run that is resumed, which has kept the vocabulary and whose checkpoint has the weights. Out: both,
and settings that say so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from torch import Tensor

from sentiment_fast.errors import UsageError
from sentiment_fast.model.folder import VOCABULARY
from sentiment_fast.model.presets import Preset, VocabularyConfig
from sentiment_fast.model.pretrained import check_sizes, load_pretrained
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.checkpoints import RecordedRun


@dataclass(frozen=True)
class InitialWeights:
    """options: what the vocabulary was built with. weights: by their names in a `SentimentLSTM`; None for a run that
    is resumed.
    """

    vocabulary: Vocabulary
    options: VocabularyConfig
    weights: Mapping[str, Tensor] | None

    def applied_to(self, settings: Preset, given: Collection[str], say: Callable[[str], None]) -> Preset:
        """The settings with the vocabulary's options. given: names of settings that the user asked for. say: told of
        options that differ in the settings.
        """
        others = {
            name: value for name, value in asdict(self.options).items() if getattr(settings.vocabulary, name) != value
        }
        for name, value in others.items():
            if name in given:
                raise UsageError(
                    f"`set={name}={getattr(settings.vocabulary, name)}`: the vocabulary is that of `init`, which has "
                    f"{name} {value}: leave it out, or pretrain with it"
                )
        if others:
            theirs = ", ".join(f"{name}={value}" for name, value in others.items())
            ours = ", ".join(f"{name}={getattr(settings.vocabulary, name)}" for name in others)
            say(f"the vocabulary is that of `init`, with {theirs}; for the preset's {ours}, pretrain with it")
        return replace(settings, vocabulary=self.options)

    def keep(self, folder: Path) -> None:
        """Where the run finds it again: the vocabulary that its model folder will have."""
        self.vocabulary.save(folder / VOCABULARY)


def initial_weights(init: str | None, settings: Preset, recorded: RecordedRun | None) -> InitialWeights | None:
    """Those of a pretrained folder, or what a recorded run has kept of it; None without `init`.

    Raises UsageError if its sizes are not the network's, ModelFolderError for a bad folder.
    """
    if init is None:
        return None
    if recorded is not None:
        options = VocabularyConfig(**recorded.fingerprint["settings"]["vocabulary"])
        return InitialWeights(Vocabulary.load(recorded.folder / VOCABULARY), options, None)
    start = load_pretrained(init)
    check_sizes(init, start, settings.network)
    return InitialWeights(start.vocabulary, start.options, start.weights)
