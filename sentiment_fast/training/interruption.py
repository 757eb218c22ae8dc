"""Ctrl-C and SIGTERM -> a request to stop that training grants between two steps, when its state can be saved."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sentiment_fast.model.ranks import Ranks


@contextmanager
def stop_requests(tell: Callable[[str], None], ranks: Ranks) -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM become a request, which training grants between two steps; a second Ctrl-C ends at once.

    Not with several processes, each of which gets a single Ctrl-C twice: from the terminal and from torchrun.
    """
    if threading.current_thread() is not threading.main_thread():  # where signals cannot be caught
        yield lambda: False
        return
    requested = False

    def request(number: int, frame: object) -> None:
        nonlocal requested
        if requested and number == signal.SIGINT and ranks.size == 1:
            raise KeyboardInterrupt
        requested = True
        tell("stopping after this step")

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
