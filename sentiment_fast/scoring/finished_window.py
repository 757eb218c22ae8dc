"""A scored window -> all that is kept of it: the bytes of the output and of the rejected records, and the counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sentiment_fast.io.outputs import Writer
from sentiment_fast.io.window import Position, Reader, Window
from sentiment_fast.scoring.columns import ScoredTexts
from sentiment_fast.scoring.encoded_texts import EncodedTexts


@dataclass(frozen=True)
class FinishedWindow:
    """data, whole, replaced: as in a `Part`. rejects: bytes of their file. end: where the window ends, in which input.
    consumed: bytes read of that, up to there. The rest: how many rows it has, and how many records were rejected.
    """

    data: Any
    whole: bool
    replaced: int
    rejects: bytes
    rejected: int
    end: Position
    consumed: int
    rows: int
    empty: int
    truncated: int
    invalid_utf8: int


def finish_window(
    source: Reader[Window],
    place: int,
    window: Window,
    texts: EncodedTexts,
    scored: ScoredTexts,
    writer: Writer,
    more_behind: bool,
) -> FinishedWindow:
    """place: of the input, from 0. more_behind: whether further inputs will be written behind it."""
    part = writer.write(source, place, window, scored, more_behind)
    rejects, rejected = source.rejected(window)
    return FinishedWindow(
        data=part.data,
        whole=part.whole,
        replaced=part.replaced,
        rejects=rejects,
        rejected=rejected,
        end=replace(window.end, source=place),
        consumed=window.consumed,
        rows=len(texts),
        empty=int(texts.blank.sum()),
        truncated=int(texts.truncated.sum()),
        invalid_utf8=int(texts.invalid.sum()),
    )
