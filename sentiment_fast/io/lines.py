"""The last line of a file to be followed by another: whether it lacks a line end, and the same with one."""

from __future__ import annotations

import pyarrow as pa

from sentiment_fast.io.chunks import RecordWindow


def lacks_line_end(window: RecordWindow) -> bool:
    """Whether the last record, which is written, is that of a file that ends without a line end."""
    return bool(window.records.ends[-1] == window.records.content_ends[-1] and not window.rejected[-1])


def ended(data: bytes | pa.Buffer) -> bytes:
    """With a line end, unless there is nothing."""
    return bytes(memoryview(data)) + b"\n" if len(data) else b""
