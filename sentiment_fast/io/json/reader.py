"""A file of JSON -> windows of its objects: elements of arrays, or objects that follow each other, on any lines.

In: a `Source`. Out: `JsonWindow`s, as from a file of JSON Lines that is read value by value; everything but that
choice is left to jsonl/reader.py.
"""

from __future__ import annotations

from sentiment_fast.io.formats import JSON
from sentiment_fast.io.jsonl.reader import JsonLinesReader
from sentiment_fast.io.options import Reading


class JsonReader(JsonLinesReader):
    """A file of JSON."""

    format = JSON

    def _holds_values(self, reading: Reading) -> bool:
        return True
