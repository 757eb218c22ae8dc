"""What all trials of a search over fine-tuning share: the texts, read once, and their tokens, for each length read.

In: a folder of a pretrained transformer, labelled texts, a trial's settings. Out: a training of that transformer. The
base is read again for each trial, since training changes its weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.hugging_face import read_base
from sentiment_fast.training.encode_tokens import ReadsTokens, encode_tokens_of
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.step import Examples
from sentiment_fast.tuning.trial_data import Say, TrialData, TrialTraining

_LENGTHS_KEPT = 4  # values of max_tokens whose tokens are cached


class TokenData(TrialData[FinetuningOptions]):
    """base: the folder of the transformer. most: the most tokens of a text that it can read.

    Raises ModelFolderError for a folder that cannot be read.
    """

    def __init__(
        self, base: Path, parts: Mapping[str, LabelledTexts], classes: list[Any], device: torch.device
    ) -> None:
        super().__init__(parts, classes, device)
        self._base = base
        _, self._tokenizer, self.most = read_base(base, classes, 0)
        self._examples = lru_cache(_LENGTHS_KEPT)(self._encoded)

    def training(self, settings: FinetuningOptions, precision: Precision, say: Say) -> TrialTraining:
        network = read_base(self._base, self.classes, settings.seed)[0].to(self.device)
        examples = self._examples(settings.max_tokens)
        return TrialTraining(network, examples, settings.training_config(), settings.accumulate)

    def _encoded(self, max_tokens: int) -> dict[str, Examples]:
        reads = ReadsTokens(max_tokens)
        return {
            name: encode_tokens_of(part, self._tokenizer, self.classes, max_tokens).examples(reads, self.device)
            for name, part in self.parts.items()
        }
