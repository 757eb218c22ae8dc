"""Ragged ids -> batches: which rows go together, and their padded matrix, for training and scoring alike.

In: `TokenIds`. Out: groups of row numbers, and (batch, time) tensors cut to the longest row of the group.
The ids lie on the device once, flat and narrow; a batch is gathered from them there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sentiment_fast.text.encoding import TokenIds

Rows = npt.NDArray[np.int64]


class BatchSource:
    """Texts' ids on a device, from which batches are gathered.

    max_length: ids of a row that are read. pads_on_left: where a batch's rows are padded (`NetworkConfig` says).
    width_step: widths of batches are multiples of it. A text without ids is a row of one pad.
    """

    def __init__(self, ids: TokenIds, max_length: int, pads_on_left: bool, device: torch.device) -> None:
        self.lengths: Rows = np.clip(ids.lengths, 1, max_length)
        self._max_length, self._pads_on_left = max_length, pads_on_left
        # Behind a leading pad, id 0, at which every padded cell points: gathering and padding are one step.
        values = np.concatenate([np.zeros(1, ids.values.dtype), ids.values])
        self._values = torch.from_numpy(values).to(device)
        self._starts = torch.from_numpy(ids.offsets[:-1] + 1).to(device)
        self._counts = torch.from_numpy(np.minimum(ids.lengths, max_length)).to(device)
        # A CUDA graph is captured for each width, in 15 to 55 ms on an H200; other steps than 16 were not measured.
        self.width_step = 16 if device.type == "cuda" else 1
        self._gather: Callable[..., tuple[Tensor, Tensor]] = _gathered

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def device(self) -> torch.device:
        return self._values.device

    def width(self, rows: Rows) -> int:
        """Of the batch of these rows."""
        return batch_width(int(self.lengths[rows].max()), self._max_length, self.width_step)

    def batch(self, rows: Rows) -> tuple[Tensor, Tensor]:
        """The rows' ids, (batch, time) int32 padded with 0, and their lengths, (batch,) int64."""
        return self.gather(torch.from_numpy(rows).to(self.device), self.width(rows))

    def gather(self, rows: Tensor, width: int) -> tuple[Tensor, Tensor]:
        """As `batch`, of rows on the device, int64, and the width to pad to: the host neither waits nor copies."""
        return self._gather(self._values, self._starts, self._counts, rows, width, self._pads_on_left)

    def compile_parts(self, compiled: Callable[[Any], Any]) -> None:
        """compiled: a function -> the same function, compiled; it gets what gathers a batch."""
        self._gather = compiled(_gathered)

    def ragged(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows, Rows]:
        """The same rows without a matrix, on a CPU: all texts' ids, (total,) int16 or int32, and where among them each
        row begins and how many of them it has, (batch,) int64.
        """
        lengths = self.lengths[rows]
        starts = np.where(self._counts.numpy()[rows] > 0, self._starts.numpy()[rows], 0)  # a row of one pad is at 0
        return self._values.numpy(), starts, lengths


def _gathered(
    values: Tensor, starts: Tensor, counts: Tensor, rows: Tensor, width: int, pads_on_left: bool
) -> tuple[Tensor, Tensor]:
    counts = counts[rows]  # (batch,)
    step = torch.arange(width, device=counts.device)[None, :]
    if pads_on_left:
        step = step - (width - counts)[:, None]
    real = (step >= 0) & (step < counts[:, None])
    at = torch.where(real, starts[rows][:, None] + step, 0)
    return values[at].int(), counts.clamp(min=1)


@dataclass(frozen=True)
class Budget:
    """How large a batch may be. rows: of it. ids: rows times the longest, padding included; None for any number."""

    rows: int
    ids: int | None = None

    def rows_of_width(self, width: int) -> int:
        """How many rows of a width fit, at least one; multiples of 8, so that few shapes occur."""
        if self.ids is None:
            return self.rows
        fitting = min(self.rows, self.ids // width)
        return max(fitting // 8 * 8 if fitting >= 8 else fitting, 1)


def random_batches(lengths: Rows, budget: Budget, generator: np.random.Generator, width_step: int = 1) -> list[Rows]:
    """All rows once, in batches of rows of similar length, both batches and their members drawn at random.

    Rows are shuffled, sorted by length within pools of many batches, cut, and the batches shuffled: little padding,
    and every epoch has other batches. Noise on the lengths sees to that where all rows fit into one pool; 3 % of it
    takes the padding of IMDb's batches of 50 from 6 % to 7 %. The batch with the longest row comes first, so that
    memory fails at once or never.
    width_step: the source's.
    """
    # Pools of 256 batches have 3 % of padding instead of 7, and seem to cost accuracy: 84.3 % in the best of 5 epochs
    # of the tutorial preset (another seed: 84.0 % of 3), where pools of 64 have 85.1 to 85.7 %.
    pool_size = 64 * budget.rows
    order = generator.permutation(len(lengths))
    batches: list[Rows] = []
    for start in range(0, len(order), pool_size):
        pool = order[start : start + pool_size]
        noisy = lengths[pool] * generator.uniform(1, 1.03, len(pool))
        falling = np.argsort(-noisy, kind="stable")
        batches += _cut(pool[falling], noisy[falling], budget, width_step)
    shuffled = [batches[index] for index in generator.permutation(len(batches))]
    longest = max(range(len(shuffled)), key=lambda index: int(lengths[shuffled[index]].max()), default=0)
    return shuffled[longest : longest + 1] + shuffled[:longest] + shuffled[longest + 1 :]


def batches_by_length(lengths: Rows, budget: Budget, width_step: int = 1) -> list[Rows]:
    """All rows once, longest first, in batches: for scoring, where the order of batches makes no difference."""
    order = np.argsort(-lengths, kind="stable")
    return _cut(order, lengths[order], budget, width_step)


def _cut(rows: Rows, lengths: npt.NDArray[Any], budget: Budget, width_step: int) -> list[Rows]:
    """Rows, whose lengths fall, in batches within the budget."""
    batches, at = [], 0
    while at < len(rows):
        count = budget.rows_of_width(batch_width(math.ceil(lengths[at]), step=width_step))
        batches.append(rows[at : at + count])
        at += count
    return batches


def batch_width(longest: int, max_length: int | None = None, step: int = 1) -> int:
    """The width of a batch with so long a row: at most 1/32 wider, so that few widths occur (160 up to 500).

    For each new one oneDNN builds primitives, in 3 to 5 ms; multiples of 8 would be 4 % more padding on IMDb.
    step: widths are also multiples of it.
    """
    step = max(step, (1 << longest.bit_length()) // 64)
    width = -(-longest // step) * step
    return width if max_length is None else min(width, max_length)
