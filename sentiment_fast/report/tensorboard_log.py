"""A run's figures as TensorBoard events (extra: tensorboard)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from sentiment_fast.errors import UsageError
from sentiment_fast.training.state import Epoch


@contextmanager
def event_log(folder: Path | None) -> Iterator[Callable[[Epoch], None]]:
    """What takes each epoch and logs it to folder/tensorboard; None: nothing is logged.

    Raises UsageError where TensorBoard is not installed.
    """
    if folder is None:
        yield lambda epoch: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise UsageError("--tensorboard: expected TensorBoard to be installed: pip install tensorboard") from error
    writer = SummaryWriter(folder / "tensorboard")

    def log(epoch: Epoch) -> None:
        for name, figure in asdict(epoch).items():
            if name not in ("epoch", "best"):
                writer.add_scalar(name, figure, epoch.epoch)
        writer.flush()

    try:
        yield log
    finally:
        writer.close()
