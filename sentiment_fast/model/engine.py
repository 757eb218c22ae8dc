"""What computes the logits of a model's network: the native core, or PyTorch on a GPU and for what the core can't run.

In: a model, a device, a precision. Out: an `Engine`, chosen by the CPU, the precision and the network only, so that the
same command always gives the same scores. PyTorch is imported only if it does the computing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from sentiment_fast.errors import MissingPackageError
from sentiment_fast.model.batches import RaggedRows
from sentiment_fast.model.calibration import Logits
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import (
    INSTALL_PYTORCH,
    Device,
    Precision,
    check_pytorch,
    choose_precision,
    cpu_has_amx,
    pytorch_is_installed,
)
from sentiment_fast.model.model import Model
from sentiment_fast.model.native.scoring import (
    NativeLSTM,
    can_run,
    native_level,
    native_lstm,
    rows_of_calls,
    slow_level,
    tables_fit,
)
from sentiment_fast.model.threads import pytorch_threads
from sentiment_fast.text.encoding import TokenIds, asked_threads, thread_count

_LARGEST_SMALL = 128  # units; of 192, nothing was measured


class Engine(Protocol):
    """A network, ready to run."""

    def logits(self, ids: TokenIds) -> Logits:
        """(n,) logits for two classes, (n, classes) for more, in the texts' order."""

    def fingerprint(self) -> dict[str, Any]:
        """What the logits' last digits depend on, besides the model, the device and the precision."""


def scoring_precision(model: Model, device: Device, name: str = "auto") -> Precision:
    """As `choose_precision`, but "auto" is float32 where the core computes it faster than PyTorch does bf16.

    It is 2.0 to 5.2 times as fast for layers of 64 to 128 units on a CPU with AMX, but slower for layers of 256
    (docs/performance.md).
    """
    precision = choose_precision(device, name)
    if name != "auto" or precision.name != "bfloat16" or device.type != "cpu" or not cpu_has_amx():
        return precision
    float32 = Precision("float32", "float32: for small networks, the core is faster with it than AMX is with bfloat16")
    words = len(model.weights["embedding.weight"])
    is_small = model.config.hidden_size <= _LARGEST_SMALL and can_run(model.config) and tables_fit(model.config, words)
    return float32 if is_small and native_level(device, float32) is not None else precision


def engine_for(model: Model, device: Device, precision: Precision, threads: int | None = None) -> Engine:
    """The fastest engine for the model's network. threads: how many it may use on a CPU; None for the default.

    Raises MissingPackageError if that is PyTorch, which is not installed, and the core can't run the network either.
    """
    level = native_level(device, precision)
    if level is not None and can_run(model.config) and tables_fit(model.config, len(model.weights["embedding.weight"])):
        return NativeEngine(model, precision, level, threads)
    if pytorch_is_installed():
        check_pytorch()
        return PyTorchEngine(model, device, precision, threads)
    level = slow_level(precision)
    if level is None or not can_run(model.config):
        raise MissingPackageError(
            f"Expected PyTorch to run this model's network, {_described(model.config)}, found none: {INSTALL_PYTORCH}. "
            "Without it, only LSTMs of hidden_size 16, 32, 48, ... run, in one direction or in one layer, with a "
            "pooling of padded, last or max_mean"
        )
    return NativeEngine(model, precision, level, threads)


class NativeEngine:
    """The core's LSTM. All words are packed once texts have had many ids; until then, only the words of each call.

    Packing all takes 0.1 s, a third of the time in which a process scores a single text.
    """

    def __init__(self, model: Model, precision: Precision, level: str, threads: int | None) -> None:
        self._model, self._number, self._level, self._threads = model, precision.name, level, threads
        self._few = (
            len(model.weights["embedding.weight"]) // 16
        )  # with fewer ids than this, packing all words does not pay
        self._lstm: NativeLSTM | None = None

    def logits(self, ids: TokenIds) -> Logits:
        self._few -= len(ids.values)
        if self._lstm is None and self._few > 0:
            words, places = np.unique(np.append(ids.values, 0), return_inverse=True)  # the pad, id 0, stays the first
            vectors = self._model.weights["embedding.weight"][words]
            few = replace(self._model, weights={**self._model.weights, "embedding.weight": vectors})
            lstm = native_lstm(few, self._number, self._level)
            values = ids.values.copy()
            values[:] = places[:-1]
            return self._run(lstm, replace(ids, values=values))
        self._lstm = self._lstm or native_lstm(self._model, self._number, self._level)
        return self._run(self._lstm, ids)

    def _run(self, lstm: NativeLSTM, ids: TokenIds) -> Logits:
        config, outputs = self._model.config, len(self._model.weights["output.bias"])
        rows = RaggedRows(ids, config.max_length, config.tail_length)
        logits = np.empty(len(rows) if outputs == 1 else (len(rows), outputs), np.float32)
        threads = thread_count(self._threads)
        for call in rows_of_calls(rows.lengths, np.argsort(-rows.lengths, kind="stable")):
            logits[call] = lstm.logits(rows, call, threads)
        return logits

    def fingerprint(self) -> dict[str, Any]:
        return {"engine": "native", "instructions": self._level, "numpy": np.__version__}


class PyTorchEngine:
    """The network in PyTorch, on the device. threads: PyTorch's for this network; None for those of `asked_threads`."""

    def __init__(self, model: Model, device: Device, precision: Precision, threads: int | None) -> None:
        from sentiment_fast.model.network import network_of

        self._network = network_of(model).to(device.type)
        self._device, self._precision, self._threads = device, precision, threads

    def logits(self, ids: TokenIds) -> Logits:
        from sentiment_fast.model.inference import network_logits

        with pytorch_threads(asked_threads(self._threads)):
            return network_logits(self._network, ids, self._precision)

    def fingerprint(self) -> dict[str, Any]:
        import torch

        on_cpu = self._device.type == "cpu"
        return {
            "engine": "PyTorch",
            "instructions": torch.backends.cpu.get_cpu_capability() if on_cpu else None,
            "threads": asked_threads(self._threads)
            or torch.get_num_threads(),  # which round the last bit, unlike the core's
            "PyTorch": torch.__version__,
        }


def _described(config: NetworkConfig) -> str:
    directions = "two directions" if config.bidirectional else "one direction"
    return f"{config.cell} of {config.layers} x {config.hidden_size} in {directions}, pooling {config.pooling}"
