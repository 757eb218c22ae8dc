"""The folder of a run: empty for a new one, its own for one that is resumed.

In: a folder, and the names of files that show how far a run in it came. Out: nothing, or an error. What a run writes
there is left to it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sentiment_fast.errors import UsageError


def check_folder(
    folder: Path,
    noun: str,
    *,
    leftovers: Collection[str] = (),
    resume: bool = False,
    begun: str = "",
    finished: str = "",
) -> None:
    """Raises UsageError unless a run may write into this folder.

    noun: "run" or "search". leftovers: names of files that a kill at its very start leaves. resume: whether one in the
    folder may be resumed, which has a file of the name `begun` and none of the name `finished`.
    """
    if not folder.exists():
        return
    if folder.is_dir():
        if {path.name for path in folder.iterdir()} <= set(leftovers):
            return
        if resume and not (finished and (folder / finished).exists()):
            if begun and (folder / begun).exists():
                return
            raise UsageError(f"{folder}: holds something, but no {noun} that could be resumed: choose another")
    raise UsageError(f"{folder}: already holds something, and a {noun} writes into an empty folder: choose another")
