"""What a search trains in each trial: this package's own network, or a pretrained transformer.

In: the options of a search. Out: a `Learner`: the settings that are varied, the data that trials share, and the files
that training with the best settings takes. Choosing settings is left to searches.py, running trials to run.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import torch

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.errors import UsageError
from sentiment_fast.model.hugging_face import check_base, digest_of_folder
from sentiment_fast.model.preset_files import save_preset
from sentiment_fast.model.presets import Preset, TrainingConfig
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.run_config import RUN_CONFIG, save_option_file, save_run_config
from sentiment_fast.tuning.encoded_data import EncodedData
from sentiment_fast.tuning.options import TuningOptions
from sentiment_fast.tuning.space import (
    DEFAULT_FINETUNING_GRID,
    DEFAULT_FINETUNING_SPACE,
    DEFAULT_GRID,
    DEFAULT_SPACE,
    Range,
    Settings,
    Space,
)
from sentiment_fast.tuning.token_data import TokenData
from sentiment_fast.tuning.trial_data import TrialData

BEST, BEST_OPTIONS = "best.json", "best.toml"


class Learner(Protocol):
    """What `tune` needs to know of the kind of model that it searches settings for.

    default_space, default_grid: the settings that are tried by default, as in a `space` file.
    """

    default_space: ClassVar[Mapping[str, Any]]
    default_grid: ClassVar[Mapping[str, Any]]

    @property
    def settings(self) -> Settings:
        """The base settings, which those of a trial change."""

    @property
    def config(self) -> TrainingConfig:
        """The training settings among them; the search needs the seed and the default validation share."""

    def fingerprint(self) -> dict[str, Any]:
        """What must be unchanged for a search to be resumed; its settings are under "base"."""

    def data(
        self, parts: Mapping[str, LabelledTexts], classes: list[Any], device: torch.device, space: Space
    ) -> TrialData[Any]:
        """What trials share. Raises UsageError if a value of the space is impossible."""

    def save_options(self, folder: Path, options: TuningOptions) -> None:
        """Write the search's run.toml. Raises OSError if that fails."""

    def save_best(self, folder: Path, changes: dict[str, Any]) -> None:
        """Write the file that training with these changes takes as `config`. Raises OSError if that fails."""


@dataclass(frozen=True)
class OwnNetwork:
    """An LSTM with n-grams, as `train` trains it. The best settings become a preset file."""

    default_space: ClassVar[Mapping[str, Any]] = DEFAULT_SPACE
    default_grid: ClassVar[Mapping[str, Any]] = DEFAULT_GRID
    settings: Preset

    @property
    def config(self) -> TrainingConfig:
        return self.settings.training

    def fingerprint(self) -> dict[str, Any]:
        return {"base": self.settings.as_dict()}

    def data(
        self, parts: Mapping[str, LabelledTexts], classes: list[Any], device: torch.device, space: Space
    ) -> EncodedData:
        return EncodedData(parts, classes, device)

    def save_options(self, folder: Path, options: TuningOptions) -> None:
        save_run_config(folder, "tune", options, self.settings, options.changes())

    def save_best(self, folder: Path, changes: dict[str, Any]) -> None:
        save_preset(folder / BEST, self.settings.with_fields(changes))


@dataclass(frozen=True)
class PretrainedTransformer:
    """A transformer, as `finetune` trains it. The best settings become a file of all options of `finetune`."""

    default_space: ClassVar[Mapping[str, Any]] = DEFAULT_FINETUNING_SPACE
    default_grid: ClassVar[Mapping[str, Any]] = DEFAULT_FINETUNING_GRID
    settings: FinetuningOptions

    @property
    def config(self) -> TrainingConfig:
        return self.settings.training_config()

    @property
    def folder(self) -> Path:
        return Path(str(self.settings.base))

    def fingerprint(self) -> dict[str, Any]:
        return {"base": self.settings.as_dict(), "transformer": digest_of_folder(self.folder)}

    def data(
        self, parts: Mapping[str, LabelledTexts], classes: list[Any], device: torch.device, space: Space
    ) -> TokenData:
        data = TokenData(self.folder, parts, classes, device)
        wanted = space.get("max_tokens", (self.settings.max_tokens,))
        longest = int(wanted.high) if isinstance(wanted, Range) else max(wanted)
        if longest > data.most:
            raise UsageError(f"max_tokens={longest}: {self.folder} reads up to {data.most} tokens of a text")
        return data

    def save_options(self, folder: Path, options: TuningOptions) -> None:
        save_option_file(folder / RUN_CONFIG, "tune", options, without=("preset",))

    def save_best(self, folder: Path, changes: dict[str, Any]) -> None:
        about = "The best settings of a search, with the data that it was for."
        save_option_file(folder / BEST_OPTIONS, "finetune", self.settings.with_fields(changes), about=about)


def learner_of(options: TuningOptions) -> Learner:
    """The learner that the options ask for.

    Raises UsageError for settings that make no sense, ModelFolderError for a base that is not a Hugging Face model.
    """
    if options.base is None:
        return OwnNetwork(options.settings())
    check_base(Path(options.base))
    return PretrainedTransformer(options.finetuning())
