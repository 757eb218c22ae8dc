"""The tutorial's model and loop in plain PyTorch: the baseline of every speed figure of this project.

Reimplements sections 4 to 6 of the tutorial: rows padded to 500 by a DataLoader in batches of 50, float32, a sigmoid
and BCELoss, Adam, gradients clipped at 5. Two things differ, because the tutorial's versions are accidental (as the
README explains): every batch starts from a zero state, and the linear layer is applied only to the last step, which
gives the same numbers as applying it to all 500 steps and discarding 499, and is faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 50
LENGTH = 500
CLIP = 5.0


class SentimentRNN(nn.Module):
    """Embedding 64, LSTM 2 x 256, dropout 0.3, linear, sigmoid (the tutorial, section 5)."""

    def __init__(self, words: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words + 1, 64)
        self.lstm = nn.LSTM(64, 256, num_layers=2, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(256, 1)
        self.sig = nn.Sigmoid()

    def forward(self, ids: Tensor) -> Tensor:
        """ids: (batch, 500). Returns the probability of the positive class, (batch,)."""
        steps, _ = self.lstm(self.embedding(ids))  # (batch, 500, 256)
        return self.sig(self.fc(self.dropout(steps[:, -1]))).squeeze(1)  # type: ignore[no-any-return]


@dataclass
class EpochFigures:
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


def loader(matrix: np.ndarray, targets: np.ndarray, shuffle: bool) -> DataLoader[tuple[Tensor, ...]]:
    """matrix: (n, 500) int. targets: (n,) of 0 and 1."""
    dataset = TensorDataset(torch.from_numpy(matrix).long(), torch.from_numpy(targets))
    return DataLoader(dataset, shuffle=shuffle, batch_size=BATCH_SIZE)


def training_step(
    model: SentimentRNN, optimizer: torch.optim.Optimizer, ids: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    """One step; returns the loss and the probabilities."""
    output = model(ids)
    loss = nn.functional.binary_cross_entropy(output, labels.float())
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    optimizer.step()
    return loss.detach(), output.detach()


def predict(model: SentimentRNN, batches: DataLoader[tuple[Tensor, ...]]) -> Tensor:
    """The probability of the positive class for every row, (n,), in the loader's order."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(batch[0]) for batch in batches])


def train(
    model: SentimentRNN,
    training: DataLoader[tuple[Tensor, ...]],
    validation: DataLoader[tuple[Tensor, ...]],
    epochs: int = 5,
    learning_rate: float = 1e-3,
    on_epoch: Callable[[EpochFigures], None] = lambda figures: None,
) -> dict[str, Tensor]:
    """The tutorial's section 6; returns the weights of the epoch with the lowest validation loss."""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    lowest, best = np.inf, model.state_dict()
    for _ in range(epochs):
        model.train()
        train_losses, train_right, train_rows = [], 0, 0
        for ids, labels in training:
            loss, output = training_step(model, optimizer, ids, labels)
            train_losses.append(loss.item())
            train_right += int((output.round() == labels).sum())
            train_rows += len(labels)

        model.eval()
        validation_losses, validation_right, validation_rows = [], 0, 0
        with torch.no_grad():
            for ids, labels in validation:
                output = model(ids)
                validation_losses.append(nn.functional.binary_cross_entropy(output, labels.float()).item())
                validation_right += int((output.round() == labels).sum())
                validation_rows += len(labels)

        figures = EpochFigures(
            float(np.mean(train_losses)),
            train_right / train_rows,
            float(np.mean(validation_losses)),
            validation_right / validation_rows,
        )
        on_epoch(figures)
        if figures.validation_loss <= lowest:
            lowest = figures.validation_loss
            best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    return best
