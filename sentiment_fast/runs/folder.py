"""The folder of a run: empty for a new one, or with what one that ended early has left.

In: a folder, and the names of files that a run writes before it has results. Out: nothing, or an error. What a run
writes there is left to it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sentiment_fast.errors import UsageError
from sentiment_fast.runs.record import RECORD


def check_folder(folder: Path, noun: str, leftovers: Collection[str] = ()) -> None:
    """Raises UsageError unless a new run may write into this folder.

    noun: "run" or "search". leftovers: names of files that a run which ended early leaves next to its record, maybe as
    NAME.part; without a record they are not a run's.
    """
    if not folder.exists():
        return
    if folder.is_dir():
        names = {path.name for path in folder.iterdir()}
        of_a_run = {RECORD, *leftovers, *(f"{name}.part" for name in leftovers)}
        if not names or (RECORD in names and names <= of_a_run):
            return
    raise UsageError(f"{folder}: already holds something, and a {noun} writes into an empty folder: choose another")
