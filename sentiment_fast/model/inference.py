"""A network and ids -> logits for every text, in the texts' order, without learning."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sentiment_fast.errors import DataError
from sentiment_fast.model.batches import BatchSource, Budget, Rows, batches_by_length
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import Ranks
from sentiment_fast.model.native.scoring import native_lstm
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.text.encoding import TokenIds

# On a CPU the fastest of 32 to 256 rows; longer batches gain nothing there and take more memory. A GPU needs many rows
# to be busy, and its memory goes by ids: on an H200 three times as fast as a quarter of it, for 10 GB; four times as
# much gains 38 %, while from CSV to CSV a row takes four times as long as in the network.
CPU_BUDGET = Budget(rows=64)
GPU_BUDGET = Budget(rows=4096, ids=1 << 18)
# Ids of a call of the native LSTM, about: Ctrl-C waits for its end, and two cores take a second.
_NATIVE_IDS = 1 << 18


def network_logits(network: SentimentLSTM, ids: TokenIds, precision: Precision) -> npt.NDArray[np.float32]:
    """(n,) logits for two classes, (n, classes) for more, computed where the network is; see `all_logits`."""
    config = network.config
    source = BatchSource(ids, config.max_length, config.pads_on_left, network.output.weight.device)
    logits: npt.NDArray[np.float32] = all_logits(network, source, precision).cpu().numpy()
    return logits


def all_logits(network: SentimentLSTM, source: BatchSource, precision: Precision, ranks: Ranks | None = None) -> Tensor:
    """(n,) logits for two classes, (n, classes) for more; float32, on the network's device. network: in eval mode.

    ranks: the processes that share the work, each of which gets all logits. native.py computes them where it is faster.
    Elsewhere, where a batch does not fit into memory, a warning says so, and it and those after it are made half as
    large. Raises DataError where a single row does not fit.
    """
    ranks = ranks or Ranks()
    weight = network.output.weight
    shape = (len(source),) if weight.shape[0] == 1 else (len(source), weight.shape[0])
    logits = torch.zeros(shape, dtype=torch.float32, device=weight.device)
    budget = GPU_BUDGET if weight.device.type == "cuda" else CPU_BUDGET
    batches = batches_by_length(source.lengths, budget, source.width_step)
    waiting = batches[ranks.rank :: ranks.size][::-1]  # the next one last
    with torch.inference_mode():
        if native := native_lstm(network, precision):
            for rows in _calls(source, ranks):
                logits[torch.from_numpy(rows)] = native.logits(source, rows)
            return ranks.add_up(logits)
        while waiting:
            rows = waiting.pop()
            try:
                ids, lengths = source.batch(rows)  # (batch, time), (batch,)
                with precision.autocast(weight.device):
                    batch_logits = network(ids, lengths)
                logits[torch.from_numpy(rows).to(weight.device)] = batch_logits.float()
            except torch.OutOfMemoryError as error:
                if len(rows) == 1:
                    raise DataError("A single text does not fit into the device's memory: take `device=cpu`") from error
                half = (len(rows) + 1) // 2
                warnings.warn(f"out of memory: batches of {half} rows from here on", RuntimeWarning, stacklevel=2)
                waiting.append(rows)
                waiting = [batch[at : at + half] for batch in waiting for at in reversed(range(0, len(batch), half))]
    return ranks.add_up(logits)


def _calls(source: BatchSource, ranks: Ranks) -> list[Rows]:
    """This process's rows, a call of the native LSTM each; all of rows of all lengths: threads then end together."""
    mine = ranks.share(np.argsort(-source.lengths, kind="stable"))
    calls = -(-int(source.lengths[mine].sum()) // _NATIVE_IDS)
    return [mine[call::calls] for call in range(calls)]
