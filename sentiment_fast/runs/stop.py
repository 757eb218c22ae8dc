"""A request to stop, made in a signal handler or another thread -> whoever works asks, or is called.

In: the request, once. Out: `made`, and calls of those who have to be woken. What a run saves before it ends is left to
it; signals are caught by the command line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class StopRequest:
    """Asks work to end at the next good moment; any number of runs may share one."""

    def __init__(self) -> None:
        self.made = False
        self._lock = threading.Lock()  # never taken by `make`, which a signal handler may call at any point
        self._watchers: tuple[Callable[[], None], ...] = ()

    def make(self) -> None:
        """May be called in a signal handler."""
        self.made = True
        for watcher in self._watchers:
            watcher()

    @contextmanager
    def calling(self, watcher: Callable[[], None]) -> Iterator[None]:
        """Within it, have this called when the request is made, maybe in a signal handler."""
        with self._lock:
            self._watchers = (*self._watchers, watcher)
        try:
            yield
        finally:
            with self._lock:
                self._watchers = tuple(one for one in self._watchers if one is not watcher)
