"""Windows of any format, and the columns to add to them -> JSON Lines.

In: windows, their reader, and Arrow columns to add. Out: bytes to append. If the input is JSON Lines or JSON, the bytes
of objects are copied and members added. Formatting values as JSON is left to io/arrow.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.io.arrow import json_text, json_values
from sentiment_fast.io.jsonl.objects import Member, on_one_line
from sentiment_fast.io.jsonl.reader import JsonLinesReader, JsonWindow
from sentiment_fast.io.lines import ended, lacks_line_end
from sentiment_fast.io.window import Reader, Window, WrittenPart


def make_writer(
    first: Reader[Any], added: pa.Schema, options: object, window_bytes: int
) -> JsonCopyWriter | JsonTableWriter:
    """first: the reader of the first input, whose members the output has. added: the members to append to them."""
    return JsonCopyWriter() if isinstance(first, JsonLinesReader) else JsonTableWriter()


class JsonCopyWriter:
    """JSON Lines or JSON to JSON Lines: copies objects and appends members to them."""

    def write(
        self,
        reader: Reader[JsonWindow],
        source_number: int,
        window: JsonWindow,
        added: Mapping[str, pa.Array],
        more_follow: bool,
    ) -> WrittenPart:
        assert isinstance(reader, JsonLinesReader)
        data = append_members(window, added_members(added), reader.kept)
        copied = reader.kept is None and not window.by_value
        lacking = more_follow and copied and lacks_line_end(window)
        return WrittenPart(ended(data) if lacking else data, window.resumable, 0)

    def finish(self, windows: int, rows: int) -> bytes:
        return b""

    def resume(self, path: Path, size: int) -> None:
        """Nothing to do: JSON Lines may end after any window."""


class JsonTableWriter:
    """Other formats to JSON Lines, from the columns of their tables."""

    def write(
        self,
        reader: Reader[Window],
        source_number: int,
        window: Window,
        added: Mapping[str, pa.Array],
        more_follow: bool,
    ) -> WrittenPart:
        table, replaced = reader.table(window)
        lines, found = json_lines(table, added_members(added))
        return WrittenPart(lines, window.resumable, int((replaced | found).sum()))

    def finish(self, windows: int, rows: int) -> bytes:
        return b""

    def resume(self, path: Path, size: int) -> None:
        """Nothing to do: JSON Lines may end after any window."""


def added_members(added: Mapping[str, pa.Array]) -> list[str]:
    """(rows,): each row's added columns as members, without braces. float32 is written with six decimals, as in CSV."""
    columns = []
    for name, values in added.items():
        start = f"{json_text(name)}: "
        if pa.types.is_float32(values.type):
            texts = ["null" if value is None else f"{value:.6f}" for value in values.to_pylist()]
        else:
            texts = [json_text(value) for value in values.to_pylist()]
        columns.append([start + text for text in texts])
    return [", ".join(members) for members in zip(*columns, strict=True)]


def append_members(window: JsonWindow, members: list[str], kept: list[str] | None) -> bytes:
    """The window's lines with members appended to each object, without rejected lines; blank lines are kept.

    An object of a file of JSON becomes a line. kept: which of the objects' own members to copy; None for all.
    """
    if kept is not None:
        objects = (_chosen(own, kept, new) for own, new in zip(window.objects, members, strict=True))
        return "".join(objects).encode("utf-8", "surrogatepass")
    if window.by_value:
        return _as_lines(window, members)
    places = np.flatnonzero(~window.rejected)
    if len(places) == 0:
        return b""
    suffixes = [f"{', ' if own else ''}{new}".encode() for own, new in zip(window.objects, members, strict=True)]
    lengths = np.zeros(len(window.rejected), np.int64)
    lengths[window.holds_row] = [len(suffix) for suffix in suffixes]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[places])])
    joined = b"".join(suffixes)
    content = _with_line_feeds(window)
    if len(places) == len(window.rejected):
        return _core.append_suffixes(content, window.braces, joined, offsets)
    starts = window.starts[places]
    data, begins = _core.field_values(content, starts, window.records.ends[places], None)
    return _core.append_suffixes(data.data, begins[:-1] + window.braces[places] - starts, joined, offsets)


def _with_line_feeds(window: JsonWindow) -> memoryview:
    """The window's bytes, with line feeds in place of carriage returns that end a line by themselves: readers of JSON
    Lines take those as spaces.
    """
    ends, content_ends = window.records.ends, window.records.content_ends
    data = np.frombuffer(window.data, np.uint8)
    places = content_ends[ends - content_ends == 1]
    places = places[data[places] == ord("\r")]
    if len(places) == 0:
        return window.data
    data = data.copy()
    data[places] = ord("\n")
    return data.data


def _as_lines(window: JsonWindow, members: list[str]) -> bytes:
    """A line for each object, as it is written in the file, except for the line ends in it."""
    lines = []
    rows = np.flatnonzero(window.holds_row)
    for begin, brace, own, new in zip(
        window.begins[rows].tolist(), window.braces[rows].tolist(), window.objects, members, strict=True
    ):
        content = on_one_line(bytes(window.data[begin:brace]).decode()).rstrip()
        lines.append(f"{content}{', ' if own else ''}{new}}}\n")
    return "".join(lines).encode()


def _chosen(own: list[Member], kept: list[str], new: str) -> str:
    raw = {member.name: on_one_line(member.raw) for member in own}
    return "{" + ", ".join([*(f"{json.dumps(name)}: {raw[name]}" for name in kept if name in raw), new]) + "}\n"


def json_lines(table: pa.Table, members: list[str]) -> tuple[bytes, npt.NDArray[np.bool_]]:
    """A line for each row of a table; and in which rows invalid UTF-8 was replaced."""
    columns, replaced = [], np.zeros(len(table), bool)
    for name, column in zip(table.schema.names, table.columns, strict=True):
        start = f"{json_text(name)}: "
        texts, found = json_values(column)
        columns.append([start + text for text in texts])
        replaced |= found
    return "".join("{" + ", ".join(row) + "}\n" for row in zip(*columns, members, strict=True)).encode(), replaced
