"""The processes that train one network together, as torchrun starts them; without torchrun there is one.

In: the environment that torchrun sets. Out: each process's share of the work, and sums over all processes. Each holds
the whole network and the whole data; they take the same steps, each on its share of a step's rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor, distributed

from sentiment_fast.errors import DataError
from sentiment_fast.model.batches import Rows

RowNumbers = TypeVar("RowNumbers", Rows, Tensor)


@dataclass(frozen=True)
class TrainingProcesses:
    """rank: this process's number, from 0; the process of rank 0 prints and writes files. size: how many there are.

    device: the device of this process.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def writes(self) -> bool:
        return self.rank == 0

    def describe(self) -> str:
        """What they compute on, for people."""
        if self.device.type == "cuda":
            name = torch.cuda.get_device_name(self.device)
        else:
            name = f"the CPU, {torch.get_num_threads()} threads"
        return name if self.size == 1 else f"{self.size} x {name}"

    def share(self, rows: RowNumbers) -> RowNumbers:
        """This process's share of some rows; may be empty if there are fewer rows than processes."""
        return rows[self.rank :: self.size]

    def add_up(self, tensor: Tensor) -> Tensor:
        """The sum over all processes, in place."""
        if self.size > 1:
            distributed.all_reduce(tensor)
        return tensor

    def first_does(self, action: Callable[[], None]) -> None:
        """Run the action in the process of rank 0. If it fails, all raise: its error there, DataError elsewhere."""
        failure: Exception | None = None
        if self.writes:
            try:
                action()
            except Exception as error:
                failure = error
        if self.size > 1:
            failed = self.add_up(torch.tensor([failure is not None], dtype=torch.int32, device=self.device))
            if failure is None and failed.item():
                raise DataError("the first process failed, and reports why")
        if failure is not None:
            raise failure

    def add_up_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Replace gradients by their sums over all processes, in one message.

        Each process weights its share of a batch by its rows, so that the sums are exactly the whole batch's gradients.
        Wrapping the network in DistributedDataParallel would average instead, and gains nothing at a few megabytes.
        """
        if self.size == 1:
            return
        weights = list(parameters)
        for weight in weights:
            if weight.grad is None:  # this process had no rows
                weight.grad = torch.zeros_like(weight)
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        flat = self.add_up(torch.cat([gradient.flatten() for gradient in gradients]))
        for gradient, summed in zip(gradients, torch.split(flat, [one.numel() for one in gradients]), strict=True):
            gradient.copy_(summed.view_as(gradient))

    def take_from_first(self, tensors: Iterable[Tensor]) -> None:
        """Copy the first process's values, in place: another CPU or GPU may round the same computation differently."""
        if self.size > 1:
            for tensor in tensors:
                distributed.broadcast(tensor, 0)

    def gather(self, tensor: Tensor) -> list[Tensor]:
        """The processes' tensors of one shape, by rank, on the tensor's device."""
        if self.size == 1:
            return [tensor]
        sent = tensor.to(self.device)
        gathered = [torch.empty_like(sent) for _ in range(self.size)]
        distributed.all_gather(gathered, sent)
        return [one.to(tensor.device) for one in gathered]


@contextmanager
def processes_of_environment(device: torch.device) -> Iterator[TrainingProcesses]:
    """The processes that torchrun started, connected: by NCCL between GPUs, one per process, by gloo between CPUs."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield TrainingProcesses(device=device)
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield TrainingProcesses(distributed.get_rank(), distributed.get_world_size(), device)
    finally:
        distributed.destroy_process_group()
