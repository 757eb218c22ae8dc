"""Progress bars on stderr, if that is a terminal; tqdm is imported only then.

In: what a command works through. Out: a bar. What is done, and how often progress is reported, is left to others.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def progress_bar(batches: Sequence[Any]) -> Iterator[Any]:
    """The batches, with a bar of how many of their texts are done."""
    if not sys.stderr.isatty():
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
    if not sys.stderr.isatty():
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
