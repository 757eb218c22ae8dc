"""Texts' ids on a device -> batches: padded (batch, time) tensors, cut to the longest row of the batch.

In: `TokenIds`. Out: tensors of the requested rows. The ids are stored on the device once, flat and narrow; a batch is
gathered from them there. Grouping rows into batches is left to batches.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor

from sentiment_fast.model.batches import RaggedRows, Rows, batch_width
from sentiment_fast.text.encoding import TokenIds


class BatchSource:
    """Texts' ids on a device, from which batches are gathered.

    max_length, tail_length: which ids of a row are read; pads_on_left: on which side rows are padded (see
    `NetworkConfig` for all three). width_step: widths of batches are multiples of it. A text without ids is a row of
    one pad.
    """

    def __init__(
        self, ids: TokenIds, max_length: int, pads_on_left: bool, device: torch.device, tail_length: int = 0
    ) -> None:
        self._rows = RaggedRows(ids, max_length, tail_length)
        self.lengths: Rows = self._rows.lengths
        self._max_length, self._pads_on_left = max_length, pads_on_left
        # With a leading pad, id 0, to which every padded cell points: gathering and padding are one step.
        self._values = torch.from_numpy(self._rows.values).to(device)
        self._starts = torch.from_numpy(self._rows.starts).to(device)
        self._counts = torch.from_numpy(self.lengths).to(device)
        # A CUDA graph is captured for each width, in 15 to 55 ms on an H200; other steps than 16 were not measured.
        self.width_step = 16 if device.type == "cuda" else 1
        self._gather: Callable[..., tuple[Tensor, Tensor]] = _gathered

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def device(self) -> torch.device:
        return self._values.device

    def width(self, rows: Rows) -> int:
        """The width of the batch of these rows."""
        return batch_width(int(self.lengths[rows].max()), self._max_length, self.width_step)

    def batch(self, rows: Rows) -> tuple[Tensor, Tensor]:
        """The rows' ids, (batch, time) int32 padded with 0, and their lengths, (batch,) int64."""
        return self.gather(torch.from_numpy(rows).to(self.device), self.width(rows))

    def gather(self, rows: Tensor, width: int) -> tuple[Tensor, Tensor]:
        """As `batch`, with rows on the device, int64, and the width to pad to: the host neither waits nor copies."""
        return self._gather(self._values, self._starts, self._counts, rows, width, self._pads_on_left)

    def compile_parts(self, compiled: Callable[[Any], Any]) -> None:
        """compiled: a function -> the same function, compiled; applied to what gathers a batch."""
        self._gather = compiled(_gathered)

    def ragged(self, rows: Rows) -> tuple[npt.NDArray[Any], Rows, Rows]:
        """The same rows without a matrix; see `RaggedRows.ragged`."""
        return self._rows.ragged(rows)


def _gathered(
    values: Tensor, starts: Tensor, counts: Tensor, rows: Tensor, width: int, pads_on_left: bool
) -> tuple[Tensor, Tensor]:
    counts = counts[rows]  # (batch,)
    step = torch.arange(width, device=counts.device)[None, :]
    if pads_on_left:
        step = step - (width - counts)[:, None]
    real = (step >= 0) & (step < counts[:, None])
    at = torch.where(real, starts[rows][:, None] + step, 0)
    return values[at].int(), counts
