"""The folder of a run: empty for a new one, or with what one that ended early has left.

In: a folder, and the names of files that a run writes before it has results. Out: nothing, or an error; or, without a
folder, one named after the date. What a run writes there is left to it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sentiment_fast.errors import UsageError
from sentiment_fast.runs.record import RECORD


def dated_folder(kind: str = "") -> Path:
    """runs/<date-time>, where a run is written that was given no folder. kind: what its name begins with.

    Of runs that begin in the same second, those after the first get a number.
    """
    first = Path("runs") / datetime.now().strftime(f"{kind}%Y-%m-%d-%H%M%S")
    numbered = (first.with_name(f"{first.name}-{number}") for number in count(2))
    return next(folder for folder in chain([first], numbered) if not folder.exists())


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
