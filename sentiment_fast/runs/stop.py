"""A request to stop: what a run asks after each step, so that it ends with its work saved.

In: a request, from a signal, another thread or a caller. Out: `requested`, and calls of those who have to be woken.
What a run saves before it ends is left to the run, its messages to the command line.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext


class StopRequest:
    """Asks work to end at the next good moment: `stop.request()`, from any thread. Any number of runs may share one."""

    def __init__(self) -> None:
        self.requested = False
        self._lock = threading.Lock()  # never taken by `request`, which a signal handler may call at any point
        self._watchers: tuple[Callable[[], None], ...] = ()

    def request(self) -> None:
        """May be called in a signal handler."""
        self.requested = True
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

    def heeded(self) -> AbstractContextManager[None]:
        """Entered by the run while it takes steps; whoever turns signals into requests does so only within it."""
        return nullcontext()


@contextmanager
def stop_signals(stop: Callable[[], None], again_ends: bool = True) -> Iterator[None]:
    """Within it, the first Ctrl-C or SIGTERM calls `stop`, and a Ctrl-C after that raises KeyboardInterrupt.

    again_ends: False if one Ctrl-C arrives twice. Does nothing outside the main thread, where no signal can be caught.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    stopping = False

    def on_signal(number: int, frame: object) -> None:
        nonlocal stopping
        if stopping and again_ends and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not stopping:
            stopping = True
            stop()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
