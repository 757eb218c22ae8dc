"""Ragged ids -> which rows form a batch, for training and scoring alike, and rows read in place, without padding.

In: rows' lengths, or `TokenIds`. Out: groups of row numbers. Padded tensors are left to batch_source.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.text.encoding import TokenIds

Rows = npt.NDArray[np.int64]


class RaggedRows:
    """Texts' ids as rows that can be read in place, without padding.

    max_length: the most ids of a row that are read. tail_length: how many of these, up to half, are the last ones of a
    longer row. lengths: (n,) int64, how many ids of each row are read. starts: (n,) int64, where they begin in
    `values`. values: (total + 1,) int16 or int32, a leading pad, id 0, then the ids of all texts. A text without ids is
    a row of one pad.
    """

    def __init__(self, ids: TokenIds, max_length: int, tail_length: int = 0) -> None:
        if tail_length:
            ids = ids.shortened(max_length, min(tail_length, max_length // 2))
        self.lengths: Rows = np.clip(ids.lengths, 1, max_length)
        self.values: npt.NDArray[Any] = np.concatenate([np.zeros(1, ids.values.dtype), ids.values])
        self.starts: Rows = np.where(ids.lengths > 0, ids.offsets[:-1] + 1, 0)  # a row of one pad is at 0

    def __len__(self) -> int:
        return len(self.lengths)

    def ragged(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows, Rows]:
        """All texts' ids, (total + 1,); and each of these rows' start among them and length, (batch,) int64."""
        return self.values, self.starts[rows], self.lengths[rows]


@dataclass(frozen=True)
class Budget:
    """How large a batch may be. rows: the most rows. ids: the most ids, padding included; None for any number."""

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
    and different batches in every epoch, even if all rows fit into one pool, because lengths are sorted with noise: 3 %
    of it takes the padding of IMDb's batches of 50 from 6 % to 7 %. The batch with the longest row comes first, so that
    memory runs out at once or never.
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
    """All rows once, longest first, in batches: for scoring, for which the order of batches makes no difference."""
    order = np.argsort(-lengths, kind="stable")
    return _cut(order, lengths[order], budget, width_step)


def _cut(rows: Rows, lengths: npt.NDArray[Any], budget: Budget, width_step: int) -> list[Rows]:
    """Rows, in order of falling length, in batches within the budget."""
    batches, at = [], 0
    while at < len(rows):
        count = budget.rows_of_width(batch_width(math.ceil(lengths[at]), step=width_step))
        batches.append(rows[at : at + count])
        at += count
    return batches


def batch_width(longest: int, max_length: int | None = None, step: int = 1) -> int:
    """The width of a batch whose longest row this is: at most 1/32 wider, so that few widths occur (160 up to 500).

    For each new width oneDNN builds primitives, in 3 to 5 ms; multiples of 8 would mean 4 % more padding on IMDb.
    step: widths are also multiples of it.
    """
    step = max(step, (1 << longest.bit_length()) // 64)
    width = -(-longest // step) * step
    return width if max_length is None else min(width, max_length)
