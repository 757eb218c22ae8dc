"""A run's figures as TensorBoard events (extra: tensorboard).

In: an epoch's figures, by name. Out: event files in the run's folder. Which figures there are is left to training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sentiment_fast.errors import UsageError


@contextmanager
def event_log(folder: Path | None) -> Iterator[Callable[[Mapping[str, float]], None]]:
    """A function that logs an epoch's figures, by name, to folder/tensorboard; None: nothing is logged.

    Raises UsageError if TensorBoard is not installed.
    """
    if folder is None:
        yield lambda figures: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise UsageError("`tensorboard`: expected TensorBoard to be installed: pip install tensorboard") from error
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
