"""What the tests of searches share: trials that need no training."""

from collections.abc import Sequence
from typing import Any

from sentiment_fast.training.state import Epoch
from sentiment_fast.tuning.trials import FINISHED, Trial


def epochs_of(losses: Sequence[float], accuracies: Sequence[float] | None = None) -> list[Epoch]:
    """Epochs with these validation losses and accuracies, the first and each that lowers the loss marked as best."""
    accuracies = accuracies or [0.9 - loss for loss in losses]
    return [
        Epoch(number, 0.5, 0.5, loss, accuracy, 1.0, 100.0, loss < min([9.0, *losses[: number - 1]]))
        for number, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=1)
    ]


def trial(number: int, *losses: float, settings: dict[str, Any] | None = None, status: str = FINISHED) -> Trial:
    return Trial(number, settings or {"layers": number}, status, epochs_of(losses), 2.0)
