"""What the tests of interrupted trainings share: a run so small that it can be stopped after each of its steps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.presets import Preset, preset
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.checkpoints import Checkpoints
from sentiment_fast.training.encode import new_network
from sentiment_fast.training.loop import train
from sentiment_fast.training.state import Epoch
from sentiment_fast.training.step import Examples

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
VOCABULARY = Vocabulary(["bad", "dull", "fine", "good", "great", "poor", "so", "well"])
TINY = preset("tutorial").with_fields(
    {
        "embedding_size": 4,
        "hidden_size": 6,
        "layers": 2,
        "dropout": 0.5,
        "max_length": 8,
        "batch_size": 8,
        "learning_rate": 0.02,
        "epochs": 2,
    }
)


def random_examples(rows: int, seed: int, settings: Preset = TINY, device: torch.device = CPU) -> Examples:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, 10, rows)
    values = generator.integers(1, len(VOCABULARY) + 1, lengths.sum(), dtype=np.int16)
    source = BatchSource(TokenIds(values, np.cumsum([0, *lengths])), settings.network.max_length, True, device)
    return Examples(source, torch.from_numpy(generator.integers(0, 2, rows)).to(device))


class TinyRun:
    """A network of two layers and 37 rows: five steps an epoch, the last of fewer rows. fields: settings by name."""

    steps_per_epoch = 5

    def __init__(self, device: torch.device = CPU, **fields) -> None:
        self.settings = TINY.with_fields(fields)
        self.config = self.settings.training
        self.network = new_network(self.settings, VOCABULARY, ["negative", "positive"]).to(device)
        self.training = random_examples(37, 0, self.settings, device)
        self.validation = random_examples(20, 1, self.settings, device)

    def train(self, precision: Precision = FLOAT32, **options) -> list[Epoch]:
        return train(self.network, self.training, self.validation, self.config, precision, **options)

    def train_until(self, step: int, folder: Path, **options) -> None:
        """Train, and stop after so many steps with a checkpoint in the folder."""
        with pytest.raises(KeyboardInterrupt):
            self.train(checkpoints=self.checkpoints(folder), stop_requested=after(step), **options)

    def checkpoints(self, folder: Path, minutes: float = 5.0) -> Checkpoints:
        identity = {"data": "digest", "settings": self.settings.as_dict(), "precision": "float32", "threads": 1}
        return Checkpoints(folder, identity, {"epochs": 2}, minutes)

    def fit_into_memory_only(self, rows: int) -> None:
        """From now on, training batches of more rows are out of memory."""

        def refuse(dropout: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            if dropout.training and len(inputs[0]) > rows:
                raise torch.OutOfMemoryError("out of memory")

        self.network.dropout.register_forward_pre_hook(refuse)

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        return {name: tensor.clone() for name, tensor in self.network.state_dict().items()}


def after(steps: int) -> Callable[[], bool]:
    """What says at the end of so many steps, and from there on, that training shall stop."""
    left = iter(range(steps - 1, -1, -1))
    return lambda: next(left, 0) == 0


@pytest.fixture
def tiny_run() -> type[TinyRun]:
    return TinyRun
