"""A request to stop: what a run asks after each step, so that it ends with its work saved.

In: someone's wish. Out: whether there is one. Catching Ctrl-C is left to cli/main.py, saving to the run.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext


class StopRequest:
    """Asks a run to end after its current step, from any thread: `stop.request()`."""

    def __init__(self) -> None:
        self._requested = threading.Event()

    def request(self) -> None:
        self._requested.set()

    @property
    def requested(self) -> bool:
        return self._requested.is_set()

    def heeded(self) -> AbstractContextManager[None]:
        """Entered by the run while it takes steps; whoever turns signals into requests does so only within it."""
        return nullcontext()
