"""A PyTorch network and ids -> logits for every text, in the texts' order, without training.

In: a `Classifier` on any device. Out: its logits, by the native core if that is faster. A model that is not being
trained is scored by engine.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.batches import Budget, batches_by_length
from sentiment_fast.model.classifier import Classifier
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.native.layers import table_of
from sentiment_fast.model.native.scoring import NativeLSTM, can_run, native_level, rows_of_calls, tables_fit
from sentiment_fast.model.network import BothDirections, SentimentLSTM
from sentiment_fast.text.encoding import TokenIds

# On a CPU the fastest of 32 to 256 rows; larger batches gain nothing there and take more memory. A GPU needs many rows
# to be busy, and its memory use depends on ids: on an H200 this is three times as fast as a quarter of it, for 10 GB;
# four times as much gains 38 %, while from CSV to CSV a row takes four times as long as in the network.
CPU_BUDGET = Budget(rows=64)
GPU_BUDGET = Budget(rows=4096, ids=1 << 18)


def network_logits(network: SentimentLSTM, ids: TokenIds, precision: Precision) -> npt.NDArray[np.float32]:
    """(n,) logits for two classes, (n, classes) for more, computed on the network's device; see `all_logits`."""
    config = network.config
    source = BatchSource(ids, config.max_length, config.pads_on_left, network.output.weight.device, config.tail_length)
    logits: npt.NDArray[np.float32] = all_logits(network, source, precision).cpu().numpy()
    return logits


def all_logits(
    network: Classifier, source: BatchSource, precision: Precision, processes: TrainingProcesses | None = None
) -> Tensor:
    """(n,) logits for two classes, (n, classes) for more; float32, on the network's device. network: in eval mode.

    processes: those that share the work, each of which gets all logits. The native core computes them if it is faster.
    Otherwise, if a batch does not fit into memory, it and those after it are halved, with a warning. Raises DataError
    if a single row does not fit.
    """
    processes = processes or TrainingProcesses()
    device = network.device
    shape = (len(source),) if network.outputs == 1 else (len(source), network.outputs)
    logits = torch.zeros(shape, dtype=torch.float32, device=device)
    budget = GPU_BUDGET if device.type == "cuda" else CPU_BUDGET
    batches = batches_by_length(source.lengths, budget, source.width_step)
    waiting = batches[processes.rank :: processes.size][::-1]  # in reverse: the next one is the last
    with torch.inference_mode():
        if isinstance(network, SentimentLSTM) and (native := native_lstm(network, precision)):
            mine = processes.share(np.argsort(-source.lengths, kind="stable"))
            for rows in rows_of_calls(source.lengths, mine):
                logits[torch.from_numpy(rows)] = torch.from_numpy(native.logits(source, rows, torch.get_num_threads()))
            return processes.add_up(logits)
        while waiting:
            rows = waiting.pop()
            try:
                ids, lengths = source.batch(rows)  # (batch, time), (batch,)
                with precision.autocast(device):
                    batch_logits = network(ids, lengths)
                logits[torch.from_numpy(rows).to(device)] = batch_logits.float()
            except torch.OutOfMemoryError as error:
                if len(rows) == 1:
                    raise DataError("A single text does not fit into the device's memory: take `device=cpu`") from error
                half = (len(rows) + 1) // 2
                warnings.warn(f"out of memory: batches of {half} rows from now on", RuntimeWarning, stacklevel=2)
                waiting.append(rows)
                waiting = [batch[at : at + half] for batch in waiting for at in reversed(range(0, len(batch), half))]
    return processes.add_up(logits)


def native_lstm(network: SentimentLSTM, precision: Precision) -> NativeLSTM | None:
    """The network as the core runs it; None if PyTorch is faster, or if the core can't run it."""
    level = native_level(network.embedding.weight.device, precision)
    exact = network.output.weight.dtype == torch.float32
    if level is None or not exact or not can_run(network.config):
        return None
    if not tables_fit(network.config, len(network.embedding.weight)):
        return None
    return packed_lstm(network, precision.name, level)


def packed_lstm(network: SentimentLSTM, number: str, level: str) -> NativeLSTM:
    """The network as the core runs it, packed once for all calls until its weights change.

    number, level: as for `native.scoring.native_lstm`, which does the same for a `Model`. Here PyTorch computes what is
    packed, as during training: validation losses and calibrations keep every bit.
    """
    if (number, level) not in network.packed:
        network.packed[number, level] = [_packed(network, one, number, level) for one in _directions(network)]
    output = network.output.weight.detach().numpy(), network.output.bias.detach().numpy()

    def after_pads(pads: Sequence[int]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        outputs, cells = network.states_after_pads(pads)
        return outputs.contiguous().numpy(), cells.contiguous().numpy()

    return NativeLSTM(network.config, network.packed[number, level], output, after_pads)


def _directions(network: SentimentLSTM) -> list[nn.LSTM]:
    recurrent = network.recurrent
    if isinstance(recurrent, BothDirections):
        return [cast(nn.LSTM, recurrent.ahead[0]), cast(nn.LSTM, recurrent.back[0])]
    return [cast(nn.LSTM, recurrent)]


def _packed(network: SentimentLSTM, recurrent: nn.LSTM, number: str, level: str) -> _core.Lstm:
    with torch.inference_mode():
        layers = [[weight.detach() for weight in weights] for weights in recurrent.all_weights]
        return _core.Lstm(
            table_of(network.embedding.weight.detach(), layers).numpy(),  # (words + 1, 4 hidden)
            [weights[1].numpy() for weights in layers],
            [weights[0].numpy() for weights in layers[1:]],
            [(weights[2] + weights[3]).numpy() for weights in layers[1:]],
            number,
            level,
        )
