"""What test_distributed.py has two processes do: `torchrun --nproc-per-node=2 program_of_processes.py FOLDER`.

Each writes what it found to FOLDER/<rank>.json.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses, processes_of_environment
from sentiment_fast.model.inference import all_logits
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.presets import preset
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training import checkpoints
from sentiment_fast.training.checkpoints import Checkpoints
from sentiment_fast.training.encode import new_network
from sentiment_fast.training.loop import train
from sentiment_fast.training.state import TrainingState
from sentiment_fast.training.step import Examples

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
TINY = {"embedding_size": 4, "hidden_size": 6, "max_length": 8, "dropout": 0.0, "learning_rate": 0.01, "epochs": 2}


def from_first(processes: TrainingProcesses) -> list[float]:
    tensors = [torch.tensor([float(processes.rank)]), torch.tensor([10.0 + processes.rank])]
    processes.take_from_first(tensors)
    return [float(tensor) for tensor in tensors]


def examples(rows: int, seed: int) -> Examples:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, 10, rows)
    values = generator.integers(1, 4, lengths.sum(), dtype=np.int16)
    source = BatchSource(TokenIds(values, np.cumsum([0, *lengths])), 8, True, CPU)
    return Examples(source, torch.from_numpy(generator.integers(0, 2, rows)))


def network_and_settings(fields: dict[str, Any]) -> tuple[SentimentLSTM, Any]:
    settings = preset("tutorial").with_fields(TINY | fields)
    return new_network(settings, Vocabulary(["bad", "good", "so"]), [0, 1]), settings


def trained(
    processes: TrainingProcesses,
    memory_for: int | None = None,
    folder: Path | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
    **fields: Any,
) -> dict[str, Any]:
    """What training comes to: weights, figures, batches, and what was said. memory_for: the most rows that fit."""
    network, settings = network_and_settings(fields)
    told, said, batches = [], [], []

    def refuse(network: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if memory_for is not None and network.training and len(inputs[0]) > memory_for:
            raise torch.OutOfMemoryError("out of memory")

    def progress(epoch: list[np.ndarray]) -> list[np.ndarray]:
        batches.extend(rows.tolist() for rows in epoch)
        return epoch

    network.register_forward_pre_hook(refuse)
    kept = None if folder is None else Checkpoints(folder, {}, {})
    stopped = False
    history = []
    try:
        history = train(
            *(network, examples(37, 0), examples(20, 1), settings.training, FLOAT32, told.append, progress),
            **{"checkpoints": kept, "stop_requested": stop_requested, "say": said.append, "processes": processes},
        )
    except KeyboardInterrupt:
        stopped = True
    weights = torch.cat([tensor.flatten() for tensor in network.state_dict().values()])
    return {
        "weights": weights.tolist(),
        "digest": hashlib.sha256(weights.numpy().tobytes()).hexdigest(),
        "history": [asdict(epoch) for epoch in history],
        "batches": batches,
        "told": len(told),
        "said": said,
        "stopped": stopped,
    }


def sums(processes: TrainingProcesses) -> dict[str, Any]:
    layer = torch.nn.Linear(2, 1)
    layer.weight.grad = torch.full((1, 2), 1.0 + processes.rank)
    if processes.rank == 0:  # the other has none
        layer.bias.grad = torch.tensor([5.0])
    processes.add_up_gradients(layer.parameters())
    return {
        "sum": processes.add_up(torch.tensor([1.0 + processes.rank, 10.0 * processes.rank])).tolist(),
        "from the first": from_first(processes),
        "gathered": [one.tolist() for one in processes.gather(torch.tensor([processes.rank, 7], dtype=torch.uint8))],
        "gradients": [layer.weight.grad.tolist(), layer.bias.grad.tolist()],
    }


def logits(processes: TrainingProcesses) -> list[float]:
    network, _ = network_and_settings({})
    network.eval()
    return all_logits(network, examples(200, 3).source, FLOAT32, processes).tolist()


def gone_on_with(processes: TrainingProcesses, folder: Path, **fields: Any) -> dict[str, Any]:
    """Interrupted where the first process asks for it, then gone on with."""
    folder.mkdir(exist_ok=True)
    interrupted = trained(processes, folder=folder, stop_requested=lambda: processes.rank == 0, **fields)
    processes.add_up(torch.zeros(1))  # until the first process has written its checkpoint
    return trained(processes, folder=folder, **fields) | {"interrupted": interrupted["stopped"]}


class CountingCheckpoints(Checkpoints):
    saves = 0

    def save(self, state: TrainingState) -> None:
        super().save(state)
        self.saves += 1


def saves_every_twenty_steps(processes: TrainingProcesses, folder: Path) -> int:
    """How often two epochs of 19 steps were saved, one step taking a minute of a clock of their own."""
    network, settings = network_and_settings({"batch_size": 2})
    steps = [0]

    def progress(epoch: list[np.ndarray]) -> Iterator[np.ndarray]:
        for rows in epoch:
            steps[0] += 1
            yield rows

    folder.mkdir(exist_ok=True)
    with patch.object(checkpoints.time, "monotonic", lambda: 60.0 * steps[0]):
        counting = CountingCheckpoints(folder, {}, {}, minutes=20)
        data = examples(37, 0), examples(20, 1)
        train(network, *data, settings.training, FLOAT32, progress=progress, checkpoints=counting, processes=processes)
    return counting.saves


def main(folder: Path) -> None:
    with processes_of_environment(CPU) as processes:
        alone = TrainingProcesses()
        few = {"batch_size": 8}  # five batches an epoch
        many = {"batch_size": 2}  # nineteen, the last of one row
        found = {
            "rank": processes.rank,
            "size": processes.size,
            "writes": processes.writes,
            "shares": [processes.share(np.arange(rows)).tolist() for rows in (7, 2, 1, 0)],
            **sums(processes),
            "logits": [logits(processes), logits(alone)],
            "few batches": [trained(processes, **few), trained(alone, **few)],
            "a last batch of one row": [trained(processes, **many), trained(alone, **many)],
            "batches of one row": [trained(processes, batch_size=1), trained(alone, batch_size=1)],
            "one short of memory": [
                trained(processes, memory_for=2 if processes.rank == 1 else None, **few),
                trained(alone, **few),
            ],
            "dropout": trained(processes, dropout=0.5, **few),
            "gone on with": [gone_on_with(processes, folder / "plain", **many), trained(processes, **many)],
            "gone on with, dropout": [
                gone_on_with(processes, folder / "dropout", dropout=0.5, **many),
                trained(processes, dropout=0.5, **many),
            ],
            "saves": saves_every_twenty_steps(processes, folder / "saves"),
            "asked by the second": trained(processes, stop_requested=lambda: processes.rank == 1, **many),
            "asked in a short epoch": trained(processes, stop_requested=lambda: processes.rank == 1, **few, epochs=8),
        }
        (folder / f"{processes.rank}.json").write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
