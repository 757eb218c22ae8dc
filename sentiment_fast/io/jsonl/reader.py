"""A file of JSON Lines -> its layout, and windows of whole lines: their texts, and which of the lines are rows.

In: a `Source`. Out: a `JsonLayout`, then `JsonWindow`s, which end by the same rules as those of CSV files. Parsing
objects is left to objects.py, and what is written for each line to writer.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.arrow import texts_schema, texts_table
from sentiment_fast.io.chunks import Mask, Places, RecordWindow, read_chunks
from sentiment_fast.io.columns import WantedColumn, check_reserved, check_same_text_column, find_column
from sentiment_fast.io.formats import JSON_LINES, check_content
from sentiment_fast.io.jsonl.objects import Member, kind_of, read_members
from sentiment_fast.io.options import Reading, ReadOptions
from sentiment_fast.io.rejects import RecordError, Rejects
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position, Reader
from sentiment_fast.text.encoding import SIMD_LEVEL

_SAMPLE_BYTES = 1 << 20
_BOM = "\ufeff"
_BLANK = b" \t\r\n"


@dataclass(frozen=True)
class JsonLayout:
    """columns: names of the members in the first lines, in the order of their appearance. text: the member with the
    texts. kept: members to read, None for all. reserved: members that will be added.
    """

    columns: list[str]
    text: str
    kept: list[str] | None
    reserved: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class JsonWindow(RecordWindow):
    """Whole lines, each of them a record.

    reasons: why a line was rejected, by its index. objects: (rows,), their members. braces: (records,), where to insert
    new members, before the closing brace; the end of the content for lines without an object.
    """

    reasons: dict[int, str]
    objects: list[list[Member]]
    braces: Places


class JsonLinesReader(Reader[JsonWindow]):
    """A file of JSON Lines. schema: None if the output is JSON Lines too, so that members are copied."""

    format = JSON_LINES

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source, self._options = source, reading.options
        self.layout = read_layout(source, reading)
        self.text_column, self.kept = self.layout.text, self.layout.kept
        self.columns: list[str] | None = None
        self.schema = None
        if reading.output != JSON_LINES:
            self.columns = self.layout.columns if self.kept is None else self.kept
            self.schema = texts_schema(self.columns, source.name, reading.output)
        self._rejects = Rejects[JsonWindow](
            lambda window, place: window.reasons[place], source.name if reading.named else None
        )

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[JsonWindow]:
        if begin.offset:
            self.source.restart_at(begin.offset)
        closed = self.schema is not None
        yield from read_windows(self.source, self.layout, self._options, begin, buffers, window_bytes, closed)

    def values(self, window: JsonWindow) -> list[pa.ChunkedArray]:
        """Strings, and all other values as written in the line; null if there is none."""
        assert self.columns is not None
        values: dict[str, list[bytes | None]] = {name: [None] * len(window.objects) for name in self.columns}
        for row, members in enumerate(window.objects):
            for member in members:
                if member.name in values and member.raw != "null":
                    text = member.raw if member.text is None else member.text
                    values[member.name][row] = text.encode("utf-8", "surrogatepass")
        return [pa.chunked_array([pa.array(column, pa.large_binary())]) for column in values.values()]

    def table(self, window: JsonWindow) -> tuple[pa.Table, Mask]:
        return texts_table(self.values(window), self.schema)

    def rejected(self, window: JsonWindow) -> tuple[bytes, int]:
        rows, count = self._rejects.rows(window)
        return self.source.encoding.repaired(rows), count

    def follow(self, first: Reader[JsonWindow]) -> None:
        assert isinstance(first, JsonLinesReader)
        both = f"{self.source.name}: to be combined with {first.source.name}"
        missing = [] if first.columns is None or first.kept else sorted(set(self.columns or []) - set(first.columns))
        if missing:
            raise DataError(f"{both}, expected only its members, got {missing[0]!r}: choose members with `columns`")
        if first.layout.columns and self.layout.columns:
            check_same_text_column(first.text_column, self.text_column, both)
        self.layout = replace(self.layout, columns=first.layout.columns, kept=first.kept)
        self.kept, self.columns, self.schema = first.kept, first.columns, first.schema


def read_layout(source: Source, reading: Reading) -> JsonLayout:
    """Inspect the first lines of a source, which can still be read from the start.

    Raises DataError for lines without an object, a column that does not exist, or a member with a reserved name.
    """
    objects = _sample(source, reading.options.max_record)
    columns = list(dict.fromkeys(member.name for members in objects for member in members))
    check_reserved(columns, reading.reserved_names, source.name, "member")

    def find_texts() -> list[int]:
        return _textual(objects, columns)

    kept = None
    if reading.columns is not None:
        kept = [_kept_column(one, columns, source.name, find_texts, reading.say) for one in reading.columns]
    if columns:
        text = columns[find_column(columns, reading.text, source.name, find_texts, reading.say)]
    else:  # there are no rows that need it
        text = str(reading.text.chosen or reading.default_text_column or "text")
    return JsonLayout(columns, text, kept, frozenset(reading.reserved_names))


def _kept_column(
    wanted: WantedColumn, columns: list[str], name: str, find_texts: Callable[[], list[int]], say: Callable[[str], None]
) -> str:
    may_come_later = wanted.may_come_later and not str(wanted.chosen).isdecimal()
    if may_come_later and wanted.chosen not in columns:
        say(f"{name}: the first lines have no member {wanted.chosen!r}")
        return str(wanted.chosen)
    return columns[find_column(columns, wanted, name, find_texts)]


def _sample(source: Source, max_record: int) -> list[list[Member]]:
    """The objects in the first megabyte of lines, more only if the first line is longer."""
    size = _SAMPLE_BYTES
    while True:
        data = source.peek(size)
        check_content(data, source.name)
        last = len(data) < size
        records = _finder(max_record, Position()).find(data, last)
        if len(records) > 0 or last:
            break
        size *= 2
    objects, failure, start = [], None, 0
    for place, end in enumerate(records.ends.tolist()):
        content, start = data[start:end], end
        if records.fields[place] > 0 and content.strip(_BLANK):
            try:
                objects.append(_members_of(content, place == 0))
            except DataError as error:
                failure = failure or f"line {records.lines[place]}: {error}"
    if failure is not None and not objects:
        raise DataError(f"{source.name}: expected a JSON object on each line, got none: {failure}")
    return objects


def _textual(objects: list[list[Member]], columns: list[str]) -> list[int]:
    """The members that are strings or null, and not always null."""
    kinds: dict[str, set[str]] = {column: set() for column in columns}
    for members in objects:
        for member in members:
            kinds[member.name].add(kind_of(member.raw))
    return [place for place, column in enumerate(columns) if kinds[column] - {"null"} == {"a string"}]


def read_windows(
    source: Source,
    layout: JsonLayout,
    options: ReadOptions,
    begin: Position,
    buffers: int,
    window_bytes: int,
    closed: bool,
) -> Iterator[JsonWindow]:
    """The windows of a source that has been read up to `begin`.

    closed: whether all columns are those of the layout, so that a line with any other is rejected.
    With options.strict, raises DataError at the first line that cannot be read.
    """
    columns = None if not closed and layout.kept is None else frozenset(layout.kept or layout.columns)
    finder = _finder(options.max_record, begin)
    rows = begin.rows
    for chunk in read_chunks(source, finder, window_bytes, buffers):
        lines = _Lines(chunk.data, chunk.records, layout, columns, options)
        rows += len(lines.objects) + int((lines.rejected & (chunk.records.fields != _core.REST_OF_LINE)).sum())
        window = JsonWindow(
            data=chunk.data,
            records=chunk.records,
            holds_row=lines.holds_row,
            rejected=lines.rejected,
            reasons=lines.reasons,
            objects=lines.objects,
            braces=lines.braces,
            texts=pa.array(lines.texts, pa.large_binary()),
            end=Position(chunk.offset, chunk.row, chunk.line, rows),
            resumable=not finder.within_line,
            consumed=chunk.offset if source.consumed is None else source.consumed,
        )
        if options.strict and window.reasons:
            first = min(window.reasons)
            raise RecordError(
                f"{source.name}: line {chunk.records.lines[first]}: {window.reasons[first]}. Correct that line"
            )
        yield window


class _Lines:
    """A chunk's lines, parsed one by one; the attributes are those of a `JsonWindow`."""

    def __init__(
        self,
        data: memoryview,
        records: _core.CsvRecords,
        layout: JsonLayout,
        columns: frozenset[str] | None,
        options: ReadOptions,
    ) -> None:
        self.holds_row, self.rejected = np.zeros(len(records), bool), records.fields < 0
        self.braces = records.content_ends.copy()
        self.reasons: dict[int, str] = {}
        self.objects: list[list[Member]] = []
        self.texts: list[bytes | None] = []
        self._layout, self._columns = layout, columns
        for place in np.flatnonzero(records.fields == _core.OVERLONG).tolist():
            self.reasons[place] = f"longer than {options.max_record} bytes"
        starts = [0, *records.ends[:-1].tolist()]
        content_ends = records.content_ends.tolist()
        for place in np.flatnonzero(records.fields > 0).tolist():
            start = starts[place]
            content = bytes(data[start : content_ends[place]]).rstrip(_BLANK)
            if not content.lstrip(_BLANK):
                continue
            try:
                members = _members_of(content, records.offset + start == 0)
                self.texts.append(self._checked_text(members))
            except DataError as error:
                self.reasons[place], self.rejected[place] = str(error), True
                continue
            self.objects.append(members)
            self.holds_row[place] = True
            self.braces[place] = start + len(content) - 1

    def _checked_text(self, members: list[Member]) -> bytes | None:
        """An object's text, None if it has none. Raises DataError for an object that cannot be written or scored."""
        names = [member.name for member in members]
        if not self._layout.reserved.isdisjoint(names):
            taken = next(name for name in names if name in self._layout.reserved)
            raise DataError(f"already has a member {taken!r}, which would be added")
        if self._columns is not None:
            if len(set(names)) < len(names):
                for name, count in Counter(names).items():
                    if count > 1 and name in self._columns:
                        raise DataError(f"has several members {name!r}")
            if self._layout.kept is None and not self._columns.issuperset(names):
                foreign = next(name for name in names if name not in self._columns)
                raise DataError(f"has a member {foreign!r} that the first lines lack: choose which members to write")
        text = None
        for member in members:
            if member.name == self._layout.text:  # the last one, as in Python and JavaScript
                text = member
        if text is None or text.raw == "null":
            return None
        if text.text is None:
            raise DataError(f"expected a string or null in {text.name!r}, got {kind_of(text.raw)}")
        return text.text.encode("utf-8", "surrogatepass")


def _members_of(content: bytes, first: bool) -> list[Member]:
    try:
        line = content.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"not valid UTF-8 at byte {error.start + 1} of the line") from error
    return read_members(line.removeprefix(_BOM) if first else line)


def _finder(max_record: int, begin: Position) -> _core.RecordFinder:
    """A finder of lines: without quotes, a record is a line; a unit separator in it would only split it in fields."""
    return _core.RecordFinder(
        SIMD_LEVEL,
        delimiter="\x1f",
        quote=None,
        max_record=max_record,
        offset=begin.offset,
        row=begin.row,
        line=begin.line,
    )
