"""How far a command has come, as a bar on stderr if that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scoring_bar(inputs: Sequence[str]) -> Iterator[Callable[[int, int], None]]:
    """A bar of the bytes read of files. What it gives takes the bytes read and the rows done so far."""
    from tqdm import tqdm

    paths = [Path(source) for source in inputs]
    size = sum(path.stat().st_size for path in paths) if all(path.is_file() for path in paths) else None
    started = time.perf_counter()
    first: int | None = None
    with tqdm(
        total=size, unit="B", unit_scale=True, leave=False, dynamic_ncols=True, disable=not sys.stderr.isatty()
    ) as bar:

        def show(consumed: int, rows: int) -> None:
            nonlocal first
            first = rows if first is None else first
            bar.update(consumed - bar.n)
            bar.set_postfix_str(f"{(rows - first) / (time.perf_counter() - started):,.0f} rows/s", refresh=False)

        yield show
