"""A file of JSON Lines, or of JSON -> its layout, and windows of whole objects: their texts, and which hold rows.

In: a `Source`. Out: a `JsonLayout`, then `JsonWindow`s, which end by the same rules as those of CSV files. Parsing
objects is left to records.py and objects.py, and what is written for each to writer.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.arrow import texts_schema, texts_table
from sentiment_fast.io.chunks import Mask, Places, RecordWindow, read_chunks
from sentiment_fast.io.columns import WantedColumn, check_reserved, check_same_text_column, find_column
from sentiment_fast.io.formats import JSON, JSON_LINES, check_content
from sentiment_fast.io.jsonl.objects import Member, kind_of, on_one_line
from sentiment_fast.io.jsonl.records import BLANK, JsonLayout, ParsedRecords, members_of
from sentiment_fast.io.jsonl.wrapped import array_after, array_within, wrapped_array
from sentiment_fast.io.options import Reading
from sentiment_fast.io.rejects import RecordError, Rejects
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position, Reader, first_window_bytes
from sentiment_fast.text.containers import is_unicode
from sentiment_fast.text.encoding import SIMD_LEVEL

_START_BYTES = 1 << 10
_SAMPLE_BYTES = 1 << 20
_SHORT_BYTES = 16
_MANY_COLUMNS = 32
_FEWEST_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class JsonWindow(RecordWindow):
    """Whole lines or values, each of them a record.

    begins: (records,), where the line or value begins. reason_numbers: (records,), why it was rejected, as places in
    `reasons`. objects: (rows,), their members. braces: (records,), where to insert new members, before the closing
    brace; the end of the content for records without an object. by_value: whether records are values, not lines.
    """

    begins: Places
    reason_numbers: Places
    reasons: list[str]
    objects: list[list[Member]]
    braces: Places
    by_value: bool

    @property
    def starts(self) -> Places:
        return self.begins


class JsonLinesReader(Reader[JsonWindow]):
    """A file of JSON Lines. schema: None if the output is JSON Lines or JSON too, so that members are copied.

    by_value: whether it is read value by value: arrays, and objects that take several lines or share one.
    """

    format = JSON_LINES

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source, self._options = source, reading.options
        check_content(source.peek(8), source.name)
        self.by_value = self._holds_values(reading)
        self.decided = {"read by value": str(self.by_value)}
        self.layout = read_layout(source, reading, self.by_value)
        self.text_column, self.kept = self.layout.text, self.layout.kept
        self.columns: list[str] | None = None
        self.schema = None
        self.strings: set[str] = set()
        if self.layout.closed:
            self.columns = self.layout.columns if self.kept is None else self.kept
            self.schema = texts_schema(self.columns, source.name, reading.output)
        self._rejects = Rejects[JsonWindow](
            lambda window, rejected: (window.reasons, window.reason_numbers[rejected]),
            source.name if reading.named else None,
        )

    def _holds_values(self, reading: Reading) -> bool:
        """Whether the first bytes can only be read value by value, unless `input_format` says that these are lines."""
        if reading.options.input_format is not None or not _holds_values(self.source, reading.options.max_record):
            return False
        reading.say(f"{self.source.name}: reading it as JSON, because its first line is not one JSON object")
        return True

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[JsonWindow]:
        """With options.strict, raises DataError at the first record that cannot be read."""
        if begin.offset:
            self.source.restart_at(begin.offset)
        finder = _finder(self._options.max_record, begin, self.by_value)
        rows = begin.rows
        if self.layout.closed:  # so that rows of `{}` do not fill many columns with nulls
            columns = len(self.columns or ())
            window_bytes = min(window_bytes, max(_MANY_COLUMNS * window_bytes // max(columns, 1), _FEWEST_BYTES))
        first_bytes = first_window_bytes(begin, window_bytes)
        for chunk in read_chunks(self.source, finder, window_bytes, buffers, first_bytes=first_bytes):
            window = self._window(chunk.data, chunk.records, finder.within_line)
            rows += int((window.holds_row | (window.reason_numbers >= 0)).sum())
            consumed = chunk.offset if self.source.consumed is None else self.source.consumed
            window = replace(window, end=Position(chunk.offset, chunk.row, chunk.line, rows), consumed=consumed)
            if self._options.strict and window.rejected.any():
                first = int(np.flatnonzero(window.reason_numbers >= 0)[0])
                reason = window.reasons[window.reason_numbers[first]]
                raise RecordError(f"{self.source.name}: line {chunk.records.lines[first]}: {reason}. Correct that line")
            yield window

    def _window(self, data: memoryview, records: _core.CsvRecords, within_record: bool) -> JsonWindow:
        begins = _begins(records)
        parsed = ParsedRecords(data, records, begins, self.layout, self._options.max_record)
        return JsonWindow(
            data=data,
            records=records,
            begins=begins,
            holds_row=parsed.holds_row,
            rejected=parsed.rejected,
            reason_numbers=parsed.reason_numbers,
            reasons=parsed.reasons,
            objects=parsed.objects,
            braces=parsed.braces,
            by_value=self.by_value,
            texts=parsed.texts,
            end=Position(),
            resumable=not within_record,
            consumed=0,
        )

    def values(self, window: JsonWindow) -> list[pa.ChunkedArray]:
        """Strings, and all other values as written, on one line; null if there is none."""
        assert self.columns is not None
        found: dict[str, tuple[list[bytes], list[int]]] = {name: ([], []) for name in self.columns}
        for row, members in enumerate(window.objects):
            for name, raw, text in members:
                if raw != "null" and (column := found.get(name)) is not None:
                    if text is None:
                        value = on_one_line(raw)
                    else:
                        value = text
                        self.strings.add(name)
                    column[0].append(value.encode("utf-8", "surrogatepass"))
                    column[1].append(row)
        count = len(window.objects)
        nothing = pa.nulls(count, pa.large_binary())
        return [pa.chunked_array([_spread(*column, count, nothing)]) for column in found.values()]

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


def read_layout(source: Source, reading: Reading, by_value: bool) -> JsonLayout:
    """Inspect the first objects of a source, which can still be read from the start.

    Raises DataError for a file without an object, a column that does not exist, or a member with a reserved name.
    """
    objects = _sample(source, reading.options.max_record, by_value)
    closed = reading.output not in (JSON_LINES, JSON)
    columns = list(dict.fromkeys(member.name for members in objects for member in members))
    if closed:  # objects with other names are rejected one by one
        columns = list(filter(is_unicode, columns))
    check_reserved(columns, reading.reserved_names, source.name, "member")

    def find_texts() -> list[int]:
        return _textual(objects, columns)

    if columns:
        text = columns[_text_place(objects, columns, reading, source.name)]
    else:  # there are no rows that need it
        text = str(reading.text.chosen or reading.default_text_column or "text")
    kept = None
    if reading.columns is not None:
        kept = [_kept_column(one, columns, source.name, find_texts, reading.say) for one in reading.columns]
    return JsonLayout(columns, text, kept, frozenset(reading.reserved_names), closed)


def _text_place(objects: list[list[Member]], columns: list[str], reading: Reading, name: str) -> int:
    """The place of the text column. Raises DataError if there is none, and for a single object that has none by name
    but holds an array of objects, which may be the rows.
    """
    path = array_within(objects[0]) if len(objects) == 1 else None

    def find_texts() -> list[int]:
        return [] if path is not None else _textual(objects, columns)

    try:
        return find_column(columns, reading.text, name, find_texts, reading.say)
    except DataError as error:
        if path is None:
            raise
        raise wrapped_array(name, path) from error


def _kept_column(
    wanted: WantedColumn, columns: list[str], name: str, find_texts: Callable[[], list[int]], say: Callable[[str], None]
) -> str:
    may_come_later = wanted.may_come_later and not str(wanted.chosen).isdecimal()
    if may_come_later and wanted.chosen not in columns:
        say(f"{name}: the first lines have no member {wanted.chosen!r}")
        return str(wanted.chosen)
    return columns[find_column(columns, wanted, name, find_texts)]


def _sample(source: Source, max_record: int, by_value: bool) -> list[list[Member]]:
    """The objects in the first megabyte, more only if the first one is longer."""
    data, records = _first_records(source, max_record, by_value)
    objects, failure = [], None
    known: set[bytes] = set()  # the short ones: there may be many
    places = np.flatnonzero(records.fields > 0)
    starts, ends, lines = (found[places].tolist() for found in (_begins(records), records.content_ends, records.lines))
    for start, end, line in zip(starts, ends, lines, strict=True):
        content = data[start:end].rstrip(BLANK)
        if not content or content in known:
            continue
        if len(content) <= _SHORT_BYTES:
            known.add(content)
        try:
            objects.append(members_of(content, start == 0))
        except DataError as error:
            failure = failure or f"line {line}: {error}"
    if len(records) and records.fields[0] == _core.OVERLONG and (path := array_after(data[:_START_BYTES])):
        raise wrapped_array(source.name, path)
    if failure is not None and not objects:
        expected = "JSON objects" if by_value else "a JSON object on each line"
        raise DataError(f"{source.name}: expected {expected}, got none: {failure}")
    return objects


def _begins(records: _core.CsvRecords) -> Places:
    """(records,): where each value or line begins."""
    return records.begins if isinstance(records, _core.JsonValues) else np.append(0, records.ends)[:-1]


def _first_records(source: Source, max_record: int, by_value: bool) -> tuple[bytes, _core.CsvRecords]:
    size = _SAMPLE_BYTES
    while True:
        data = source.peek(size)
        last = len(data) < size
        records = _finder(max_record, Position(), by_value).find(data, last)
        if len(records) > 0 or last:
            return data, records
        size *= 2


def _holds_values(source: Source, max_record: int) -> bool:
    """Whether a file that begins with a bracket is JSON, not JSON Lines: its first line is not one object, but a value
    that begins there is one, or an array of such.
    """
    start = source.peek(_START_BYTES)
    blank = len(start) - len(start.removeprefix(b"\xef\xbb\xbf").lstrip(BLANK))
    if start[blank : blank + 1] not in (b"[", b"{"):
        return False
    data, lines = _first_records(source, max_record, by_value=False)
    end_of_first = next((end for end in lines.content_ends.tolist() if end > blank), 0)
    if _is_object(data[blank:end_of_first]):
        return False
    data, values = _first_records(source, max_record, by_value=True)
    assert isinstance(values, _core.JsonValues)
    places = np.flatnonzero(values.fields != 0)
    return bool(
        len(places)
        and values.fields[places[0]] == _core.JSON_OBJECT
        and _is_object(data[values.begins[places[0]] : values.content_ends[places[0]]])
    )


def _is_object(content: bytes) -> bool:
    try:
        members_of(content.strip(BLANK), first=True)
    except DataError:
        return False
    return True


def _textual(objects: list[list[Member]], columns: list[str]) -> list[int]:
    """The members that are strings or null, and not always null."""
    kinds: dict[str, set[str]] = {column: set() for column in columns}
    for members in objects:
        for member in members:
            if member.name in kinds:
                kinds[member.name].add(kind_of(member.raw))
    return [place for place, column in enumerate(columns) if kinds[column] - {"null"} == {"a string"}]


def _spread(values: list[bytes], rows: list[int], count: int, nothing: pa.Array) -> pa.LargeBinaryArray:
    """(count,): each value in its row, null in the others. nothing: (count,), only nulls."""
    if not values:
        return nothing
    filled = pa.array(values, pa.large_binary())
    if len(values) == count:
        return filled
    places = np.full(count, -1)
    places[rows] = np.arange(len(rows))
    return filled.take(pa.array(places, mask=places < 0))


def _finder(max_record: int, begin: Position, by_value: bool) -> _core.RecordFinder | _core.ValueFinder:
    """A finder of values, or of lines: without quotes, a record is a line; a unit separator would only split it."""
    if by_value:
        return _core.ValueFinder(max_record=max_record, offset=begin.offset, row=begin.row, line=begin.line)
    return _core.RecordFinder(
        SIMD_LEVEL,
        delimiter="\x1f",
        quote=None,
        max_record=max_record,
        offset=begin.offset,
        row=begin.row,
        line=begin.line,
    )
