"""Time the tutorial's steps and ours in every variant, and single nn.LSTM calls, for benchmarks/studies/gpu.py.

In: encoded reviews and a device, CPUs included. Out: seconds, kernel seconds, peak memory. Tables are left to gpu.py.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.tutorial_loop import LENGTH, training_step
from benchmarks.tutorial_weights import as_tutorial_model
from sentiment_fast.model.batches import Rows, random_batches
from sentiment_fast.model.compiling import Compiler
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.presets import Preset
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import Encoded, new_network
from sentiment_fast.training.state import TrainingState
from sentiment_fast.training.step import TrainingStep

RATE = 1e-3
MOST_ROUNDS = 25


@dataclass(frozen=True)
class Timing:
    """Of `rounds` calls, seconds each: the median, and the interquartile range."""

    rounds: int
    median: float
    spread: float


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def timed(function: Callable[[], Any], device: torch.device, seconds: float) -> Timing:
    """As many rounds as fit into `seconds`, at least 3. Warming up is left to the caller."""
    rounds: list[float] = []
    while len(rounds) < 3 or (sum(rounds) < seconds and len(rounds) < MOST_ROUNDS):
        wait(device)
        began = time.perf_counter()
        function()
        wait(device)
        rounds.append(time.perf_counter() - began)
    low, _, high = statistics.quantiles(rounds, n=4)
    return Timing(len(rounds), statistics.median(rounds), high - low)


def kernels(function: Callable[[], Any]) -> tuple[Counter[str], Any]:
    """Seconds on the GPU by kernel name, in one call, and the profile; without a GPU no seconds."""
    activities = [torch.profiler.ProfilerActivity.CPU]
    if torch.cuda.is_available():
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    with torch.profiler.profile(activities=activities) as profile:
        function()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
    found: Counter[str] = Counter()
    for event in profile.events() or []:
        # What a program names on its own spans kernels that are there too.
        if event.device_type.name == "CUDA" and not event.is_user_annotation:
            found[event.name] += event.time_range.elapsed_us() / 1e6
    return found, profile


@dataclass(frozen=True)
class Variant:
    """One way to take our steps."""

    name: str
    precision: Precision
    compiled: bool = False
    cuda_graphs: bool = False


class TutorialSteps:
    """The tutorial's loop on a device: rows padded to 500, float32, each batch copied there, each loss read at once."""

    def __init__(self, data: Encoded, vocabulary: Vocabulary, settings: Preset, device: torch.device) -> None:
        self._matrix = torch.from_numpy(data.ids.pad(LENGTH, dtype=np.int64))
        self._targets, self._device = torch.from_numpy(data.targets), device
        self.model = as_tutorial_model(new_network(settings, vocabulary, ["negative", "positive"])).to(device).train()
        self._optimizer = torch.optim.Adam(self.model.parameters(), lr=RATE)

    def losses(self, batches: list[Rows]) -> list[float]:
        """Takes the steps."""
        losses = []
        for rows in batches:
            ids, labels = (one[torch.from_numpy(rows)].to(self._device) for one in (self._matrix, self._targets))
            losses.append(training_step(self.model, self._optimizer, ids, labels)[0].item())
        return losses


class OurSteps:
    """TrainingStep in one variant, on batches that stay the same. said: what it had to say."""

    def __init__(
        self, data: Encoded, vocabulary: Vocabulary, settings: Preset, device: torch.device, variant: Variant
    ) -> None:
        torch.compiler.reset()  # or the functions' earlier versions count towards how many there may be
        self.said: list[str] = []
        network = new_network(settings, vocabulary, ["negative", "positive"]).to(device).train()
        self._state = TrainingState.at_start(network, settings.training, variant.precision.dtype, variant.cuda_graphs)
        self._examples = data.examples(settings.network, device)
        self.compiler = Compiler(self.said.append) if variant.compiled else None
        self._config, self._device = settings.training, device
        self.step = TrainingStep(
            self._state,
            self._examples,
            settings.training,
            variant.precision,
            TrainingProcesses(device=device),
            self.said.append,
            self.compiler,
            variant.cuda_graphs,
        )

    def batches(self) -> list[Rows]:
        """An epoch's."""
        source = self._examples.source
        return random_batches(source.lengths, self._config.budget, np.random.default_rng(0), source.width_step)

    def run(self, batches: list[Rows]) -> None:
        for rows, device_rows in self._on_device(batches):
            self.step(rows, device_rows, RATE)

    def losses(self, batches: list[Rows]) -> list[float]:
        """Takes the steps; each batch's mean loss."""
        losses = []
        with self.step.stream():
            for rows, device_rows in self._on_device(batches):
                self._state.sums.zero_()
                self.step(rows, device_rows, RATE)
                losses.append(float(self._state.sums[0]) / len(rows))
        return losses

    def _on_device(self, batches: list[Rows]) -> list[tuple[Rows, Tensor]]:
        rows = torch.from_numpy(np.concatenate(batches)).to(self._device)
        device_rows = torch.split(rows, [len(batch) for batch in batches])
        return list(zip(batches, device_rows, strict=True))


def first_rows(data: Encoded, rows: int) -> Encoded:
    """The first reviews, with unchanged texts."""
    ids = data.ids
    return replace(
        data,
        ids=TokenIds(ids.values[: ids.offsets[min(rows, len(ids))]], ids.offsets[: rows + 1]),
        targets=data.targets[:rows],
    )


@dataclass(frozen=True)
class LSTMCall:
    """nn.LSTM layers of 256 over some steps, forward and backward. calls: 1, or a call for each of two layers."""

    dtype: torch.dtype
    calls: int
    embedding: int
    batch: int
    steps: int = 96

    def prepared(self, device: torch.device, hidden: int = 256) -> Callable[[], None]:
        """What to time."""
        sizes = [self.embedding] if self.calls == 1 else [self.embedding, hidden]
        layers = [
            nn.LSTM(size, hidden, 2 // self.calls, batch_first=True, device=device, dtype=self.dtype) for size in sizes
        ]
        inputs = torch.randn(self.batch, self.steps, self.embedding, device=device, dtype=self.dtype)

        def run() -> None:
            steps = inputs
            for layer in layers:
                steps = layer(steps)[0]
            steps[:, -1].float().sum().backward()  # type: ignore[no-untyped-call]

        return run
