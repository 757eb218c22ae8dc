"""A run's figures as TensorBoard events (extra: tensorboard).

In: an epoch's figures, by name. Out: event files in the run's folder. Which figures there are is left to training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sentiment_fast.extras import needs


@contextmanager
def event_log(folder: Path | None) -> Iterator[Callable[[Mapping[str, float]], None]]:
    """A function that logs an epoch's figures, by name, to folder/tensorboard; None: nothing is logged.

    Raises MissingPackageError if TensorBoard is not installed.
    """
    if folder is None:
        yield lambda figures: None
        return
    with needs("tensorboard", "`tensorboard`"):
        from torch.utils.tensorboard import SummaryWriter
    writer = SummaryWriter(folder / "tensorboard")

    def log(figures: Mapping[str, float]) -> None:
        for name, figure in figures.items():
            if name not in ("epoch", "best"):
                writer.add_scalar(name, figure, figures["epoch"])
        writer.flush()

    try:
        yield log
    finally:
        writer.close()
