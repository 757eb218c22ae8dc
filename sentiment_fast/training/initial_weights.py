"""The initial weights of a training with `init`: the vocabulary and weights of a pretrained folder or of a model.

In: the folder, or a run that is resumed: its folder has the vocabulary, its checkpoint the weights. Out: both, and the
settings with what follows from them. Of a model that is fine-tuned, the n-gram model is kept as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.numpy import load, save
from torch import Tensor

from sentiment_fast.errors import ModelFolderError, UsageError, listed
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.folder import CONFIG, VOCABULARY, load_model, model_folder
from sentiment_fast.model.labelling import UNCHANGED
from sentiment_fast.model.model import NGRAMS_ONLY, Model
from sentiment_fast.model.ngrams import NgramConfig, NgramModel
from sentiment_fast.model.presets import Preset, VocabularyConfig
from sentiment_fast.model.pretrained import check_sizes, is_pretrained, load_pretrained, pretrained_weights
from sentiment_fast.model.tensor_files import TensorFile
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.runs.regular_files import open_regular
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.checkpoints import RecordedRun

CALIBRATION = "initial calibration"  # in the fingerprint of such a run
NGRAMS = "initial_ngrams.safetensors"  # in the folder of a run that fine-tunes a model, until it is finished
_FREE = ("dropout", "word_dropout", "recurrent_dropout", "max_length", "tail_length")  # what no weight depends on

Say = Callable[[str], None]


@dataclass(frozen=True)
class InitialWeights:
    """options: the vocabulary's. weights: by their names in a `SentimentLSTM`; None for a run that is resumed.

    The rest is set if a model is fine-tuned. network: its settings. classes: its labels. ngrams: its n-gram model, if
    any. calibration, wide_calibration: of both parts together, and of the n-gram model on its own.
    """

    vocabulary: Vocabulary
    options: VocabularyConfig
    weights: Mapping[str, Tensor] | None
    network: NetworkConfig | None = None
    classes: list[Any] | None = None
    ngrams: NgramModel | None = None
    calibration: Calibration = UNCHANGED
    wide_calibration: Calibration = NGRAMS_ONLY

    def applied_to(self, settings: Preset, given: Collection[str], say: Say) -> Preset:
        """The settings with the vocabulary's options, and a model's network and n-grams.

        given: names of settings that the user changed. say: called if others differ from the settings'.
        """
        theirs = asdict(self.options)
        if self.network is not None:
            named = {name: getattr(settings.network, name) for name in _FREE if name in given}
            theirs |= asdict(replace(self.network, **named))
        if self.ngrams is not None:
            theirs |= asdict(self.ngrams.config)
        ours = asdict(settings.vocabulary) | asdict(settings.network) | asdict(settings.wide)
        others = {name: value for name, value in theirs.items() if ours[name] != value}
        what = "vocabulary is that" if self.network is None else "vocabulary and the network are those"
        instead = "pretrain with it" if self.network is None else "train without `init`"
        for name, value in others.items():
            if name in given:
                raise UsageError(
                    f"`set={name}={ours[name]}`: the {what} of `init`, which has {name} {value}: leave it out, or "
                    f"{instead}"
                )
        if others:
            with_theirs = ", ".join(f"{name}={value}" for name, value in others.items())
            presets = ", ".join(f"{name}={ours[name]}" for name in others)
            say(f"the {what} of `init`, with {with_theirs}; for the preset's {presets}, {instead}")
        return settings.with_fields(others)

    def weights_for(self, classes: list[Any], say: Say) -> Mapping[str, Tensor] | None:
        """The weights to start from; the classifier's too, if the model has the same labels."""
        if self.weights is None or self.classes is None or self._has(classes):
            return self.weights
        known = listed(self.classes)
        say(f"the labels are not those of `init` ({known}): the output layer and the n-grams are learned from scratch")
        return pretrained_weights(self.weights)

    def ngrams_for(self, classes: list[Any]) -> NgramModel | None:
        """The n-gram model to keep; None to fit one."""
        return self.ngrams if self.classes is None or self._has(classes) else None

    def apply_calibration(self, model: Model) -> dict[str, Any]:
        """Give a model the initial one's calibration, if it has the same labels.

        Returns what the fingerprint needs, so that a resumed run does the same; empty if the initial model was not
        calibrated.
        """
        if self.classes is not None and not self._has(model.classes):
            return {}
        model.calibration, model.wide_calibration = self.calibration, self.wide_calibration
        found = {"both": self.calibration, "n-grams": self.wide_calibration}
        return {} if self.calibration == UNCHANGED else {name: one.as_dict() for name, one in found.items()}

    def keep(self, folder: Path, classes: list[Any]) -> None:
        """Save what the resumed run needs where it finds it: in the run's folder, the vocabulary as its model will."""
        self.vocabulary.save(folder / VOCABULARY)
        ngrams = self.ngrams_for(classes)
        if ngrams is not None:
            write_atomically(folder / NGRAMS, save(ngrams.tensors()))

    def _has(self, classes: list[Any]) -> bool:
        return self.classes is not None and list(map(str, self.classes)) == list(map(str, classes))


def initial_weights(init: str | None, settings: Preset, recorded: RecordedRun | None) -> InitialWeights | None:
    """The initial weights of a pretrained folder or a model, or those of a recorded run; None without `init`.

    Raises UsageError if a pretrained folder's sizes are not the network's, ModelFolderError for a bad folder.
    """
    if init is None:
        return None
    if recorded is not None:
        return _of_recorded(recorded)
    folder = model_folder(init)
    if (folder / CONFIG).is_file() and not is_pretrained(folder):
        return _of_model(folder, load_model(folder))
    pretrained = load_pretrained(folder)
    check_sizes(init, pretrained, settings.network)
    return InitialWeights(pretrained.vocabulary, pretrained.options, pretrained.weights)


def _of_model(folder: Path, model: Model) -> InitialWeights:
    try:
        options = VocabularyConfig(**model.settings["vocabulary"])
    except (KeyError, TypeError, UsageError) as error:
        raise ModelFolderError(f"{folder}: expected the options of its vocabulary in {CONFIG}, got: {error}") from error
    weights = {name: torch.from_numpy(array.copy()) for name, array in model.weights.items()}
    calibrations = model.calibration, model.wide_calibration
    return InitialWeights(model.vocabulary, options, weights, model.config, model.classes, model.wide, *calibrations)


def _of_recorded(recorded: RecordedRun) -> InitialWeights:
    """What a run that is resumed started from: its checkpoint has the weights, its fingerprint the rest."""
    settings, path = recorded.fingerprint["settings"], recorded.folder / NGRAMS
    ngrams = None
    if path.exists():
        try:
            with open_regular(path) as file:
                tensors = load(TensorFile.of(file).content())
            ngrams = NgramModel(NgramConfig(**settings["wide"]), tensors)
        except (OSError, TypeError, ValueError, UsageError) as error:
            raise ModelFolderError(f"{path}: cannot be read ({error}): start over in another folder") from error
    calibrations = UNCHANGED, NGRAMS_ONLY
    if CALIBRATION in recorded.fingerprint:
        try:
            calibrations = _calibrations_of(recorded.fingerprint[CALIBRATION])
        except (TypeError, KeyError, UsageError) as error:
            raise ModelFolderError(f"{recorded.folder}: its checkpoint is damaged ({error}): train again") from error
    vocabulary = Vocabulary.load(recorded.folder / VOCABULARY)
    options = VocabularyConfig(**settings["vocabulary"])
    return InitialWeights(vocabulary, options, None, None, None, ngrams, *calibrations)


def _calibrations_of(stored: Mapping[str, Any]) -> tuple[Calibration, Calibration]:
    """The calibration of both parts and that of the n-gram model, from what `apply_calibration` returned."""
    classes = max(len(stored["both"]["bias"]), 2)
    return Calibration.from_dict(stored["both"], classes), Calibration.from_dict(stored["n-grams"], classes)
