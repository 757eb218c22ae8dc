"""Windows of any format, and the columns to add to them -> a JSON array of objects, one on each line.

In: windows, their reader, and Arrow columns to add. Out: bytes to append. The objects are left to the writers of JSON
Lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from sentiment_fast.io.jsonl import writer as jsonl
from sentiment_fast.io.window import Reader, Window, Writer, WrittenPart

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r"


def make_writer(first: Reader[Any], added: pa.Schema, options: object, window_bytes: int) -> JsonArrayWriter:
    """first: the reader of the first input, whose members the output has. added: the members to append to them."""
    return JsonArrayWriter(jsonl.make_writer(first, added, options, window_bytes))


class JsonArrayWriter:
    """Puts the lines of a writer of JSON Lines into an array."""

    def __init__(self, lines: Writer[Any]) -> None:
        self._lines, self._begun = lines, False

    def write(
        self,
        reader: Reader[Window],
        source_number: int,
        window: Window,
        added: Mapping[str, pa.Array],
        more_follow: bool,
    ) -> WrittenPart:
        part = self._lines.write(reader, source_number, window, added, more_follow)
        lines = bytes(part.data).removeprefix(_BOM).split(b"\n")
        objects = [content for line in lines if (content := line.strip(_SPACE))]
        if not objects:
            return part._replace(data=b"")
        before, self._begun = b",\n" if self._begun else b"[\n", True
        return part._replace(data=before + b",\n".join(objects))

    def finish(self, windows: int, rows: int) -> bytes:
        return b"\n]\n" if self._begun else b"[]\n"

    def resume(self, path: Path, size: int) -> None:
        self._begun = size > 0
