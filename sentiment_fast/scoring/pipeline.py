"""Three overlapping stages, in order, a few items at a time: one thread prepares, the calling one works, one writes.

In: items and functions for the stages. Out: whether all items were done. Files and scores are left to others. An error
in any stage ends all of them and is raised unchanged in the calling thread; no thread outlives the call.
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
    """Pass each prepared item through `work` and `write`. Returns whether all were: False if a stop was requested.

    prepared: iterated over in one thread. work: called in the calling thread. write: called in another thread. cancel:
    ends a wait inside `prepared`, from another thread. in_flight: how many items may be prepared but not yet written.
    Whatever ends the run, finished work is written first, unless writing failed.
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
        with stop.calling(lambda: inbox.put(_WAKE)):  # SimpleQueue.put is safe in signal handlers
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
    """The first stage: prepare an item for each permit."""
    try:
        while True:
            permits.acquire()
            if cancelled.is_set():
                return
            item = next(prepared, _END)
            inbox.put(item)
            if item is _END:
                return
            del item  # or it stays in memory until the next one arrives
    except BaseException as error:
        inbox.put(_Failure(error))


def _write_all(
    write: Callable[[Any], None],
    outbox: SimpleQueue[Any],
    inbox: SimpleQueue[Any],
    permits: threading.Semaphore,
    failures: list[_Failure],
) -> None:
    """The last stage: each written item releases a permit."""
    try:
        while (item := outbox.get()) is not _END:
            write(item)
            del item  # or it stays in memory until the next one arrives
            permits.release()
    except BaseException as error:
        failures.append(_Failure(error))
        inbox.put(_WAKE)
