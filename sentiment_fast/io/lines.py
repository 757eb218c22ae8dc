"""The line end that a file's last line may lack, and that it needs before the next file is appended.

In: the last window of a file, and what is written for it. Out: whether it lacks one, and the data with it. When that is
needed is left to the writers.
"""

from __future__ import annotations

import pyarrow as pa

from sentiment_fast.io.chunks import RecordWindow


def lacks_line_end(window: RecordWindow) -> bool:
    """Whether the window ends with a record that is written and that has no line end, as a file's last line may."""
    return bool(window.records.ends[-1] == window.records.content_ends[-1] and not window.rejected[-1])


def ended(data: bytes | pa.Buffer) -> bytes:
    """The data with a line end after it, unless it is empty."""
    return bytes(memoryview(data)) + b"\n" if len(data) else b""
