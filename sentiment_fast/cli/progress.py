"""Progress bars on stderr, if that is a terminal and without --quiet; tqdm is imported only then.

In: what a command works through. Out: a bar; or, as long as nobody can say how much there is, a line with the time that
has passed. What is done, and how often progress is reported, is left to others.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sentiment_fast.cli.messages import is_quiet

Say = Callable[[str], None]


def _is_shown() -> bool:
    return sys.stderr.isatty() and not is_quiet()


class Waiting:
    """A line that shows for how long a command has been at something; messages are printed above it.

    Use it in a `with` statement, which ends it; `end` does so earlier.
    """

    def __init__(self, what: str, say: Say) -> None:
        self._say, self._ended = say, threading.Event()
        self._bar: Any = None
        if _is_shown():
            from tqdm import tqdm

            self._bar = tqdm(desc=what, bar_format="{desc} ({elapsed})", leave=False)
            threading.Thread(target=self._tick, daemon=True).start()

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()

    def say(self, message: str) -> None:
        if self._bar is None:
            self._say(message)
            return
        with self._bar.get_lock():
            self._bar.clear()
            self._say(message)
            self._bar.refresh()

    def end(self) -> None:
        """Remove the line."""
        if self._bar is not None:
            with self._bar.get_lock():
                self._ended.set()
                self._bar.close()
                self._bar = None

    def progress_bar(self, batches: Sequence[Any]) -> Iterator[Any]:
        """`progress_bar`, in place of the line."""
        self.end()
        yield from progress_bar(batches)

    def _tick(self) -> None:
        while not self._ended.wait(0.5):
            bar = self._bar
            if bar is not None:
                with bar.get_lock():
                    if not self._ended.is_set():
                        bar.refresh()


def progress_bar(batches: Sequence[Any]) -> Iterator[Any]:
    """The batches, with a bar of how many of their texts are done."""
    if not _is_shown():
        yield from batches
        return
    from tqdm import tqdm

    with tqdm(total=sum(map(len, batches)), unit=" texts", leave=False, dynamic_ncols=True) as bar:
        for batch in batches:
            yield batch
            bar.update(len(batch))


@contextmanager
def scoring_bar(inputs: Sequence[str]) -> Iterator[Callable[[int, int], None]]:
    """A bar of the bytes read from files. Yields a function that takes the bytes read and the rows done so far."""
    if not _is_shown():
        yield lambda consumed, rows: None
        return
    from tqdm import tqdm

    paths = [Path(source) for source in inputs]
    size = sum(path.stat().st_size for path in paths) if all(path.is_file() for path in paths) else None
    started = time.perf_counter()
    first: int | None = None
    with tqdm(total=size, unit="B", unit_scale=True, leave=False, dynamic_ncols=True) as bar:

        def show(consumed: int, rows: int) -> None:
            nonlocal first
            first = rows if first is None else first
            bar.update(consumed - bar.n)
            bar.set_postfix_str(f"{(rows - first) / (time.perf_counter() - started):,.0f} rows/s", refresh=False)

        yield show
