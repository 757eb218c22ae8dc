"""One step of training: a batch's rows -> gradients -> new weights. Eagerly, compiled in parts, or as CUDA graphs.

In: the training's state, its examples, a batch's rows. Out: the state with new weights, and summed losses. The host
never waits for the device: losses and correct answers are summed there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.batches import Rows
from sentiment_fast.model.compiling import Compiler
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.native.training import native_training, one_pytorch_thread
from sentiment_fast.model.network import SentimentLSTM, class_loss, class_probabilities
from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.training.state import RATE_SHARE, TrainingState


class ReadsIds(Protocol):
    """Which ids of a text a network reads, and on which side it is padded, as in `NetworkConfig`."""

    @property
    def max_length(self) -> int: ...

    @property
    def pads_on_left(self) -> bool: ...

    @property
    def tail_length(self) -> int: ...


@dataclass(frozen=True)
class Examples:
    """Labelled ids, on the device. source: the texts' ids. targets: (n,) int64 class indices, or (n, classes) float32
    class probabilities: soft targets (Hinton et al. 2015). weights: (classes,) float32, of the losses; None for 1.
    row_weights: (n,) float32, of the rows' losses, with a mean of 1, so that the expected gradient of a batch is that
    of a batch of as many copies of each row; None for 1.
    """

    source: BatchSource
    targets: Tensor
    weights: Tensor | None = None
    row_weights: Tensor | None = None

    @classmethod
    def of(
        cls,
        ids: TokenIds,
        targets: npt.NDArray[Any],
        config: ReadsIds,
        device: torch.device,
        row_weights: npt.NDArray[np.float64] | None = None,
    ) -> Examples:
        """Copies them to the device. targets: as above, as an array. row_weights: (n,), with any mean above 0."""
        source = BatchSource(ids, config.max_length, config.pads_on_left, device, config.tail_length)
        scaled = None if row_weights is None else (row_weights / row_weights.mean()).astype(np.float32)
        on_device = None if scaled is None else torch.from_numpy(scaled).to(device)
        return cls(source, torch.from_numpy(targets).to(device), row_weights=on_device)

    def weighted(self, weights: Sequence[float] | None) -> Examples:
        """The same with these weights."""
        device = self.targets.device
        return replace(self, weights=None if weights is None else torch.tensor(weights, device=device))

    @property
    def decided(self) -> int:
        """How many rows have a most probable class, by which answers are right or wrong."""
        return len(self.targets) if self.targets.ndim == 1 else int(is_decided(self.targets).sum())


def graphs_are_worth_it(precision: Precision, processes: TrainingProcesses) -> bool:
    """Whether steps can be CUDA graphs, and are known to be faster: 6 to 9 times, on one GPU
    (benchmarks/results/2026-11-27-nvidia-h200.md). Left out because not measured: deterministic algorithms.
    """
    return (
        processes.device.type == "cuda"
        and processes.size == 1
        and precision.dtype != torch.float16
        and not torch.are_deterministic_algorithms_enabled()
    )


def choose_graphs(wanted: bool | None, precision: Precision, processes: TrainingProcesses) -> bool:
    """Whether steps run as CUDA graphs; None: if it is worth it. Raises UsageError if wanted without a GPU."""
    if wanted and processes.device.type != "cuda":
        raise UsageError("Expected a CUDA device for `cuda_graphs`, found the CPU: leave it out")
    return graphs_are_worth_it(precision, processes) if wanted is None else wanted


class CaptureError(UsageError):
    """A step could not be captured as a CUDA graph; the device's state is undefined afterwards."""


class TrainingStep:
    """The step of one training.

    say: called if a batch does not fit into memory and is cut, and if graphs are not possible. compiler: for the
    parts; None to compile nothing. cuda_graphs: capture the whole step, one graph for each shape of batch, when a shape
    occurs for the second time; the steps must then run within `stream()`.
    """

    def __init__(
        self,
        state: TrainingState,
        training: Examples,
        config: TrainingConfig,
        precision: Precision,
        processes: TrainingProcesses,
        say: Callable[[str], None],
        compiler: Compiler | None = None,
        cuda_graphs: bool = False,
    ) -> None:
        self._state, self._training, self._config = state, training, config
        self._precision, self._processes, self._say = precision, processes, say
        network = state.network
        self._native = native_training(network, precision) if isinstance(network, SentimentLSTM) else None
        self._batch_loss = batch_loss
        if compiler is not None:
            self._batch_loss = compiler(batch_loss)
            training.source.compile_parts(compiler)
            state.network.compile_parts(compiler)
        self.graphs: StepGraphs | None = None
        if cuda_graphs and precision.dtype == torch.float16:
            say("no CUDA graphs: loss scaling for float16 runs on the host")
        elif cuda_graphs and processes.size > 1:
            say("no CUDA graphs: several processes add up their gradients, which is not part of a graph")
        elif cuda_graphs and state.pieces > 1:
            say("no CUDA graphs: whole batches do not fit into memory")
        elif cuda_graphs:
            self.graphs = StepGraphs(say)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """The context of a training: with graphs, a CUDA stream of its own.

        The default stream cannot be captured, nor any work that waits for it, as a backward pass does for the stream on
        which its leaves were first used: https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
        """
        if self.graphs is None:
            yield
            return
        before, own = torch.cuda.current_stream(), torch.cuda.Stream()  # type: ignore[no-untyped-call]
        own.wait_stream(before)
        try:
            with torch.cuda.stream(own):
                yield
        finally:
            before.wait_stream(own)

    def __call__(self, rows: Rows, device_rows: Tensor, rate: float) -> None:
        """One step on a batch; adds this process's summed loss and correct answers to `state.sums`.

        rows: their numbers. device_rows: the same, int64, on the device. rate: the learning rate.
        """
        for group in self._state.optimizer.param_groups:
            group_rate = rate * group[RATE_SHARE]
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(group_rate)
            else:
                group["lr"] = group_rate
        if self.graphs is not None:
            width = self._training.source.width(rows)
            if self.graphs.replayed(device_rows, width, lambda static: self._update(self._gradients(rows, static))):
                return
        if self._native is None:
            self._update(self._gradients_in_pieces(rows, device_rows))
            return
        with one_pytorch_thread() as self._native.threads:
            self._update(self._gradients_in_pieces(rows, device_rows))

    def _update(self, sums: Tensor) -> None:
        """The gradients -> new weights. sums: the result of `_gradients`."""
        state = self._state
        self._processes.add_up_gradients(state.network.parameters())
        state.scaler.unscale_(state.optimizer)
        nn.utils.clip_grad_norm_(state.network.parameters(), self._config.clip_norm)
        state.scaler.step(state.optimizer)
        state.scaler.update()
        state.sums += sums

    def _gradients_in_pieces(self, rows: Rows, device_rows: Tensor) -> Tensor:
        """As `_gradients`; if memory is short, first without graphs, then with more and more pieces, from then on."""
        state = self._state
        while True:
            try:
                return self._gradients(rows, device_rows)
            except torch.OutOfMemoryError:
                if self.graphs is not None:
                    self.graphs = None
                    self._say("out of memory: training continues without CUDA graphs, which need some")
                    continue
                if state.pieces >= len(rows):
                    raise DataError(
                        "Not even one review at a time fits into the device's memory: take a smaller max_length, "
                        "network or vocabulary, or `device=cpu`"
                    ) from None
                state.pieces *= 2
                self._say(
                    f"out of memory: batches are now computed in {state.pieces} pieces each, which changes no result"
                )

    def _gradients(self, rows: Rows, device_rows: Tensor) -> Tensor:
        """Sets the gradients of the batch's mean loss, this process's share of it, piece by piece.

        Returns (2,) float64: the share's summed loss and correct answers.
        """
        state, training, device = self._state, self._training, device_rows.device
        result = torch.zeros(2, dtype=torch.float64, device=device)
        state.optimizer.zero_grad(set_to_none=True)
        share, device_share = self._processes.share(rows), self._processes.share(device_rows)
        pieces = zip(np.array_split(share, state.pieces), device_share.tensor_split(state.pieces), strict=True)
        for piece, device_piece in pieces:
            if len(piece) == 0:
                continue
            targets = training.targets[device_piece]
            # Entered and left within the capture: no graph reads a weight that another one has cast and cached.
            with self._precision.autocast(device):
                summary = self._summary(piece, device_piece)
                loss, sums = self._batch_loss(
                    state.network.dropout,
                    state.network.output,
                    summary,
                    targets,
                    training.weights,
                    None if training.row_weights is None else training.row_weights[device_piece],
                )
            state.scaler.scale(loss * (len(piece) / len(rows))).backward()  # type: ignore[no-untyped-call]
            result += sums
        return result

    def _summary(self, rows: Rows, device_rows: Tensor) -> Tensor:
        if self._native is not None:
            return self._native.summarise(self._training.source, rows)
        source = self._training.source
        return self._state.network.summarise(*source.gather(device_rows, source.width(rows)))


def batch_loss(
    dropout: nn.Module,
    output: nn.Module,
    summary: Tensor,
    targets: Tensor,
    weights: Tensor | None = None,
    row_weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """A batch's mean loss, and (2,): its summed loss and number of correct answers.

    dropout, output: the network's layers. summary: (batch, features), as `summarise` returns it. weights, row_weights:
    see `class_loss`.
    """
    logits = output(dropout(summary)).squeeze(-1)
    loss = class_loss(logits, targets, weights, row_weights)
    return loss, loss_and_correct(loss, logits, targets)


def loss_and_correct(loss: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
    """(2,): a batch's summed loss and its number of correct answers, left on the device.

    With soft targets, the most probable class counts as the correct one; without one, no answer is correct.
    """
    correct = class_probabilities(logits.detach()).argmax(dim=1) == (
        targets.argmax(dim=1) if targets.ndim == 2 else targets
    )
    if targets.ndim == 2:
        correct = correct & is_decided(targets)
    return torch.stack([loss.detach() * len(targets), correct.sum()])


def is_decided(targets: Tensor) -> Tensor:
    """(n,) bool: whether some class is more probable than another. targets: (n, classes)."""
    return targets.amax(dim=1) > targets.amin(dim=1)


class StepGraphs:
    """Whole steps as CUDA graphs: one launch instead of hundreds. seconds: spent on capturing them.

    A shape's first batch runs eagerly, for set-up and compilation that must not happen during a capture; its second is
    captured. All share one memory pool and may be replayed in any order: nothing in it outlives a step, since weights,
    moments, sums and the rows' numbers are outside, and each step computes its gradients from scratch.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.seconds = 0.0
        self._say = say
        self._pool = torch.cuda.graph_pool_handle()
        self._seen: Counter[tuple[int, int]] = Counter()
        self._captured: dict[tuple[int, int], tuple[torch.cuda.CUDAGraph, Tensor]] = {}
        self._full = False

    def __len__(self) -> int:
        return len(self._captured)

    def replayed(self, rows: Tensor, width: int, step: Callable[[Tensor], None]) -> bool:
        """Run the step on these rows as a graph, if possible; returns whether it was.

        step: what to capture, called with the tensor that its rows will be copied to. Raises CaptureError if it cannot
        be captured.
        """
        shape = (len(rows), width)
        self._seen[shape] += 1
        if shape not in self._captured:
            wanted = self._seen[shape] > 1 and not self._full
            if not wanted or not self._capture(shape, rows, step):
                return False
        graph, static_rows = self._captured[shape]
        static_rows.copy_(rows)
        graph.replay()
        return True

    def _capture(self, shape: tuple[int, int], rows: Tensor, step: Callable[[Tensor], None]) -> bool:
        began = time.perf_counter()
        graph, static_rows = torch.cuda.CUDAGraph(), torch.zeros_like(rows)
        try:
            # On the training's own stream, so that all that runs in the graph stays on it.
            with torch.cuda.graph(graph, pool=self._pool, stream=torch.cuda.current_stream()):
                step(static_rows)
        except torch.OutOfMemoryError:
            self._full = True
            self._say(f"out of memory: {len(self)} CUDA graphs; further shapes of batches run without")
            return False
        except RuntimeError as error:
            reason = str(error.__context__ or error).partition("\n")[0]
            raise CaptureError(
                f"Expected a step that a CUDA graph can capture, got an error ({reason}): take `cuda_graphs=False`"
            ) from error
        self._captured[shape] = graph, static_rows
        self.seconds += time.perf_counter() - began
        return True
