"""A network's recurrent layers as language models: what they make of the words so far -> the next word.

In: ids of texts, a network's configuration. Out: losses with gradients. Each direction is a model of its own (Peters
et al. 2018): the backward one reads texts from their ends. The embedding is shared by both, and by what they say
(Press and Wolf 2017). Source of the idea: Dai and Le 2015, "Semi-supervised Sequence Learning".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sentiment_fast.errors import UsageError
from sentiment_fast.model.batches import BatchSource, Rows
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.native.layers import NativeLayers, table_of
from sentiment_fast.model.native.scoring import native_level
from sentiment_fast.model.network import BothDirections, NetworkConfig, SentimentLSTM
from sentiment_fast.model.sampled_softmax import full_softmax_loss, sampled_softmax_loss
from sentiment_fast.text.encoding import TokenIds

DROPOUT = 0.1
NEGATIVES = 512
_SPREAD = 0.1  # of the embedding at the start, which is the softmax's too: its logits are then near 0


class LanguageModel(nn.Module):
    """embedding, recurrent: those of a `SentimentLSTM` of this configuration, under the same names.

    words: the largest id there is. projections: from a direction's outputs to the embedding, where sizes differ.
    Weights are drawn from PyTorch's global generator. Raises UsageError for a network that has no such models.
    """

    def __init__(self, config: NetworkConfig, words: int) -> None:
        super().__init__()
        if config.bidirectional and config.layers > 1:
            raise UsageError(
                f"Expected layers of 1 for pretraining in both directions, got {config.layers}: from the second layer "
                "on, each step has seen the word that it is to predict. Take `set=layers=1`, or bidirectional=false"
            )
        network = SentimentLSTM(config, words, classes=2)
        self.config = config
        self.embedding, self.recurrent = network.embedding, network.recurrent
        with torch.no_grad():
            self.embedding.weight.mul_(_SPREAD)
        self.projections = nn.ModuleList(
            nn.Identity()
            if config.hidden_size == config.embedding_size
            else nn.Linear(config.hidden_size, config.embedding_size, bias=False)
            for _ in self.directions
        )
        self.biases = nn.Parameter(torch.zeros(words + 1, 1))  # of the softmax
        self._native: list[NativeLayers] = []
        self._precision = Precision(torch.float32, "float32")

    @property
    def directions(self) -> list[nn.RNNBase]:
        """Ahead, and back if there is one."""
        if isinstance(self.recurrent, BothDirections):
            return [cast(nn.RNNBase, self.recurrent.ahead[0]), cast(nn.RNNBase, self.recurrent.back[0])]
        return [cast(nn.RNNBase, self.recurrent)]

    def run_in(self, precision: Precision) -> None:
        """From here on, steps are computed in that precision, in the native core where it is faster."""
        self._precision = precision
        level = native_level(self.biases.device, precision)
        sizes = self.config.hidden_size, self.config.layers, precision.name
        has_kernels = self.config.cell == "lstm" and self.config.hidden_size % 16 == 0
        runs = level is not None and has_kernels
        self._native = [NativeLayers(*sizes, str(level)) for _ in self.directions] if runs else []

    @property
    def is_native(self) -> bool:
        return bool(self._native)

    def loss(self, steps: Steps, draws: Draws) -> Tensor:
        """The mean over all steps of all directions, (), by the sampled softmax."""
        words, negatives = torch.from_numpy(steps.words), torch.from_numpy(steps.negatives)
        device = self.biases.device
        vectors = self.embedding(words.to(device))  # (words, embedding)
        biases = F.embedding(words.to(device), self.biases).squeeze(1)
        hidden = F.dropout(self._hidden(steps, F.dropout(vectors, DROPOUT, self.training)), DROPOUT, self.training)
        targets = torch.from_numpy(np.concatenate(steps.targets)).to(device)
        log_expected = draws.log_expected[words].to(device)
        return sampled_softmax_loss(
            hidden, vectors, biases, targets, negatives.to(device), log_expected, self._precision.dtype
        )

    @torch.no_grad()
    def full_loss(self, steps: Steps) -> Tensor:
        """The summed cross-entropy over all words of the vocabulary, (), float32."""
        device = self.biases.device
        hidden = self._hidden(steps, self.embedding(torch.from_numpy(steps.words).to(device)))
        targets = torch.from_numpy(steps.words[np.concatenate(steps.targets)]).to(device)
        return full_softmax_loss(hidden, self.embedding.weight, self.biases.squeeze(1), targets)

    def _hidden(self, steps: Steps, vectors: Tensor) -> Tensor:
        """What is said at each step, all of one direction before those of the other, (directions * steps, embedding).

        vectors: of the batch's words, (words, embedding).
        """
        parts = []
        for index, (direction, projection) in enumerate(zip(self.directions, self.projections, strict=True)):
            ids = steps.inputs[index]
            if self._native:
                weights = direction.all_weights
                table = table_of(vectors, weights)
                threads = torch.get_num_threads()
                read = self._native[index].read(ids.astype(np.int32), steps.lengths, table, weights, "steps", threads)
            else:
                with self._precision.autocast(self.biases.device):
                    read = _padded_read(direction, vectors, ids, steps.lengths)
            parts.append(projection(read.float()))
        return torch.cat(parts)


def _padded_read(direction: nn.RNNBase, vectors: Tensor, ids: Rows, lengths: Rows) -> Tensor:
    """The top layer's outputs at all steps, (total, hidden): rows padded on the right, which no real step sees."""
    real = np.arange(lengths.max())[None] < lengths[:, None]  # (rows, width)
    padded = np.zeros(real.shape, np.int64)
    padded[real] = ids
    outputs, _ = direction(F.embedding(torch.from_numpy(padded).to(vectors.device), vectors))
    return outputs[torch.from_numpy(real).to(vectors.device)]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Draws:
    """How the words to compare with are drawn: each by its count to the power of 3/4 (Mikolov et al. 2013).

    shares: (words,) float64, which sum to 1. count: how many are drawn for a batch.
    """

    shares: Tensor
    count: int = NEGATIVES

    @classmethod
    def of(cls, ids: TokenIds, words: int) -> Draws:
        """words: the largest id there is. The pad is never drawn; a word that the texts lack, as if it came once."""
        counts = np.bincount(ids.values, minlength=words + 1).clip(min=1) ** 0.75
        counts[0] = 0
        return cls(torch.from_numpy(counts / counts.sum()))

    @property
    def log_expected(self) -> Tensor:
        """(words,) float32: the logarithm of how often each is expected among those drawn."""
        return (self.shares * self.count).log().float()

    def draw(self) -> Rows:
        """(count,) ids, from PyTorch's global generator of the CPU."""
        drawn: Rows = torch.multinomial(self.shares, self.count, replacement=True).numpy()
        return drawn


@dataclass(frozen=True)
class Steps:
    """A batch as the language models read it; all numbers but `words` are places in `words`.

    words: (words,) int64 ids, those of the batch, sorted. inputs, targets: by direction, (total,) each, one row behind
    the other. lengths: (rows,), steps of each. negatives: (count,).
    """

    words: Rows
    inputs: list[Rows]
    targets: list[Rows]
    lengths: Rows
    negatives: Rows

    @classmethod
    def of(cls, source: BatchSource, rows: Rows, directions: int, negatives: Rows) -> Steps:
        """source: of texts with two ids or more, on the CPU."""
        values, starts, counts = source.ragged(rows)
        lengths = counts - 1
        before = np.cumsum(lengths) - lengths
        ahead = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
        back = np.repeat(2 * starts + counts - 1, lengths) - ahead  # a row's last id first
        places = [ahead, ahead + 1, back, back - 1][: 2 * directions]
        ids = np.concatenate([values[np.concatenate(places)].astype(np.int64), negatives])
        words, inverse = np.unique(ids, return_inverse=True)
        *parts, drawn = np.split(inverse, np.cumsum([len(ahead)] * len(places)))
        return cls(words, parts[::2], parts[1::2], lengths, drawn)


def with_steps(ids: TokenIds) -> TokenIds:
    """The texts that have a next word to predict: those with two ids or more."""
    kept = ids.lengths >= 2
    values = ids.values[np.repeat(kept, ids.lengths)]
    return replace(ids, values=values, offsets=np.concatenate([[0], np.cumsum(ids.lengths[kept])]))
