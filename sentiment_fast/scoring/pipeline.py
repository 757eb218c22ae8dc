"""Three stages that overlap: one thread prepares, the calling one works, one writes; in order, a few items at a time.

Knows nothing of files or scores. An error in any stage ends all of them and is raised, as it is, in the calling thread;
no thread outlives the call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from sentiment_fast.runs.stop import StopRequest

Prepared = TypeVar("Prepared")
Done = TypeVar("Done")


@dataclass(frozen=True)
class _Failure:
    error: BaseException


_END, _WAKE = object(), object()


def run_stages(
    prepared: Iterator[Prepared],
    work: Callable[[Prepared], Done],
    write: Callable[[Done], None],
    cancel: Callable[[], None],
    stop: StopRequest,
    in_flight: int,
) -> bool:
    """Take each prepared item through `work` and `write`. Returns whether all were: False if a stop was requested.

    prepared: iterated over in a thread. work: done in the calling one. write: in another thread. cancel: ends a wait
    inside `prepared`, from another thread. in_flight: how many items may be prepared and not yet written.
    Whatever ends the run, what was worked on is written first, unless writing is what failed.
    """
    inbox: SimpleQueue[Any] = SimpleQueue()
    outbox: SimpleQueue[Any] = SimpleQueue()
    permits = threading.Semaphore(in_flight)
    cancelled = threading.Event()
    write_failures: list[_Failure] = []
    threads = [
        threading.Thread(target=_prepare, name="prepare", args=(prepared, inbox, permits, cancelled)),
        threading.Thread(target=_write_all, name="write", args=(write, outbox, inbox, permits, write_failures)),
    ]
    for thread in threads:
        thread.start()
    finished = False
    try:
        with stop.calling(lambda: inbox.put(_WAKE)):  # SimpleQueue allows that in a signal handler
            while not stop.requested and not write_failures:
                item = inbox.get()
                if item is _END:
                    finished = True
                    break
                if isinstance(item, _Failure):
                    raise item.error
                if item is not _WAKE:
                    outbox.put(work(item))
                del item
    finally:
        cancelled.set()
        cancel()
        permits.release()
        outbox.put(_END)
        for thread in threads:
            thread.join()
    if write_failures:
        raise write_failures[0].error
    return finished


def _prepare(
    prepared: Iterator[Any], inbox: SimpleQueue[Any], permits: threading.Semaphore, cancelled: threading.Event
) -> None:
    """The first stage: an item for each permit."""
    try:
        while True:
            permits.acquire()
            if cancelled.is_set():
                return
            item = next(prepared, _END)
            inbox.put(item)
            if item is _END:
                return
            del item  # or it would be in memory until the next one comes
    except BaseException as error:
        inbox.put(_Failure(error))


def _write_all(
    write: Callable[[Any], None],
    outbox: SimpleQueue[Any],
    inbox: SimpleQueue[Any],
    permits: threading.Semaphore,
    failures: list[_Failure],
) -> None:
    """The last stage: each item that is written permits another one."""
    try:
        while (item := outbox.get()) is not _END:
            write(item)
            del item  # or it would be in memory until the next one comes
            permits.release()
    except BaseException as error:
        failures.append(_Failure(error))
        inbox.put(_WAKE)
