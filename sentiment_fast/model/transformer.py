"""A sequence classifier of Hugging Face's as a `Classifier`, and texts as ids of its tokenizer.

In: a model and its tokenizer, as hugging_face.py reads them; texts. Out: a network that the training loop and inference
know, `TokenIds`. Reading and writing folders is left to hugging_face.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.classifier import Classifier, ParameterGroup
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.text.encoding import TokenIds

_TEXTS_AT_ONCE = 4096  # whose ids are Python's lists for a moment


class Transformer(Classifier):
    """model: a `...ForSequenceClassification` with two outputs or more. pad: the id that pads a row on the right.

    Weights that no gradient reaches, such as those of a layer that the classifier does not use, are not trained.
    """

    def __init__(self, model: Any, pad: int) -> None:
        super().__init__()
        self.model, self.pad = model, pad
        self.dropout, self.output = nn.Identity(), Difference() if model.config.num_labels == 2 else nn.Identity()

    @property
    def device(self) -> torch.device:
        device: torch.device = self.model.device
        return device

    @property
    def outputs(self) -> int:
        return 1 if self.model.config.num_labels == 2 else int(self.model.config.num_labels)

    def summarise(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """The model's logits, (batch, classes)."""
        real = torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]
        logits: Tensor = self.model(
            input_ids=ids.masked_fill(~real, self.pad).long(), attention_mask=real.long()
        ).logits
        return logits

    def freeze_unused(self) -> None:
        """Leave weights that no gradient reaches as they are: they have no moments that a checkpoint could hold."""
        self.eval()
        width = torch.full((1, 2), self.pad, device=self.device)
        self(width, torch.tensor([2], device=self.device)).float().sum().backward()
        for weights in self.parameters():
            weights.requires_grad_(weights.grad is not None)
            weights.grad = None

    def parameter_groups(self, config: TrainingConfig) -> list[ParameterGroup]:
        """Matrices decay; biases and the scales of normalisations do not."""
        trained = [weights for weights in self.parameters() if weights.requires_grad]
        matrices = [weights for weights in trained if weights.ndim > 1]
        return [
            ParameterGroup(matrices, weight_decay=config.weight_decay),
            ParameterGroup([weights for weights in trained if weights.ndim < 2]),
        ]


class Difference(nn.Module):
    """The logits of two classes -> that of the second, (batch, 1): their softmax is its sigmoid."""

    def forward(self, logits: Tensor) -> Tensor:
        return logits[:, 1:] - logits[:, :1]


def encode_tokens(tokenizer: Any, texts: Sequence[str], most: int) -> tuple[TokenIds, npt.NDArray[np.int64]]:
    """The texts' ids, at most `most` of each, special ones included; and how many each would have without that limit.

    A text without ids, such as an empty one of a tokenizer without special tokens, gets one pad.
    """
    special = tokenizer.num_special_tokens_to_add()
    values: list[npt.NDArray[np.int32]] = [np.zeros(0, np.int32)]
    kept: list[int] = []
    whole: list[int] = []
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        found = tokenizer(list(texts[start : start + _TEXTS_AT_ONCE]), truncation=True, max_length=most)
        rows = [ids or [tokenizer.pad_token_id] for ids in found["input_ids"]]
        values += [np.array(ids, np.int32) for ids in rows]
        kept += map(len, rows)
        cut = [sum(len(rest.ids) - special for rest in one.overflowing) for one in found.encodings or ()]
        whole += [len(ids) + more for ids, more in zip(rows, cut or [0] * len(rows), strict=True)]
    offsets = np.cumsum([0, *kept]).astype(np.int64)
    lengths = np.array(whole, np.int64)
    ids = TokenIds(np.concatenate(values), offsets, word_count=int(lengths.sum()), unknown_id=tokenizer.unk_token_id)
    return ids, lengths


def transformer_logits(network: Transformer, ids: TokenIds, most: int, precision: Precision) -> npt.NDArray[np.float32]:
    """(n,) logits for two classes, (n, classes) for more, in evaluation mode. most: the ids of a text that are read."""
    network.eval()
    source = BatchSource(ids, most, False, network.device)
    logits: npt.NDArray[np.float32] = all_logits(network, source, precision).cpu().numpy()
    return logits
