"""A file of JSON Lines -> its layout, and numbered windows of whole lines: the texts in them, which lines are rows.

In: a `Source`. Out: a `JsonLayout`, then `JsonWindow`s, which end by the same rules as those of CSV files. What is
written for each line is left to json_lines.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.chunks import read_chunks
from sentiment_fast.io.csv.layout import check_encoding, choose_text_column, index_of_column
from sentiment_fast.io.csv.reader import Mask, Places, Position
from sentiment_fast.io.jsonl.objects import Member, kind_of, read_members
from sentiment_fast.io.options import ScoringOptions
from sentiment_fast.io.source import Source
from sentiment_fast.text.encoding import SIMD_LEVEL

_SAMPLE_BYTES = 1 << 20
_BOM = "\ufeff"
_BLANK = b" \t\r\n"


@dataclass(frozen=True)
class JsonLayout:
    """columns: names of members, those of the first lines, in the order of their appearance. text: the one with the
    texts. kept: those to write, None for all. taken: those that will be added.
    """

    columns: list[str]
    text: str
    kept: list[str] | None
    taken: frozenset[str]


@dataclass(frozen=True)
class JsonWindow:
    """Whole lines. data, records, texts, end, resumable, consumed, rejected, holds_row: as in a `CsvWindow`.

    reasons: why a line was rejected, by its place. objects: (rows,), their members. braces: (records,), where new
    members go, before the closing brace; the end of the content where there is no object.
    """

    data: memoryview
    records: _core.CsvRecords
    holds_row: Mask
    rejected: Mask
    reasons: dict[int, str]
    objects: list[list[Member]]
    braces: Places
    texts: pa.LargeBinaryArray
    end: Position
    resumable: bool
    consumed: int

    @property
    def starts(self) -> Places:
        """(records,): where each line begins."""
        return np.concatenate([np.zeros(1, np.int64), self.records.ends[:-1]])


def read_json_layout(
    source: Source,
    options: ScoringOptions,
    trained_on: str | None,
    new_columns: Sequence[str],
    say: Callable[[str], None],
) -> JsonLayout:
    """Look at the first lines of a source, which can still be read afterwards.

    Raises DataError for lines without an object, a text column that is not there, a member that would be overwritten.
    """
    objects = _sample(source, options.max_record)
    columns = list(dict.fromkeys(member.name for members in objects for member in members))
    taken = [column for column in new_columns if column in columns]
    if taken:
        raise DataError(
            f"{source.name}: already has a member {taken[0]!r}, which would be written: score the original file, "
            "or rename it"
        )
    kept = None
    if options.columns is not None:
        kept = [_kept_column(wanted, columns, source.name, say) for wanted in options.columns]
    if options.text_column is not None and columns:
        text = columns[index_of_column(options.text_column, columns, source.name, "--text-column")]
    elif columns:
        text = columns[choose_text_column(columns, lambda: _textual(objects, columns), trained_on, source.name, say)]
    else:  # no row will need it
        text = str(options.text_column or trained_on or "text")
    return JsonLayout(columns, text, kept, frozenset(new_columns))


def _kept_column(wanted: str | int, columns: list[str], name: str, say: Callable[[str], None]) -> str:
    if wanted in columns or str(wanted).isdecimal():
        return columns[index_of_column(wanted, columns, name, "--columns")]
    say(f"{name}: the first lines have no member {wanted!r}")
    return str(wanted)


def _sample(source: Source, max_record: int) -> list[list[Member]]:
    """The objects of the first megabyte of lines, more only where the first one is longer."""
    size = _SAMPLE_BYTES
    while True:
        data = source.peek(size)
        check_encoding(data, source.name)
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
    """The members that are texts or null, and not always null."""
    kinds: dict[str, set[str]] = {column: set() for column in columns}
    for members in objects:
        for member in members:
            kinds[member.name].add(kind_of(member.raw))
    return [place for place, column in enumerate(columns) if kinds[column] - {"null"} == {"a text"}]


def read_json_windows(
    source: Source,
    layout: JsonLayout,
    options: ScoringOptions,
    begin: Position,
    buffers: int,
    window_bytes: int,
    closed: bool,
) -> Iterator[JsonWindow]:
    """The windows of a source that stands at `begin`.

    closed: whether the output's columns are those of the layout, so that a line with another one cannot be written.
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
            raise DataError(
                f"{source.name}: line {chunk.records.lines[first]}: {window.reasons[first]}. Mend it, or leave "
                "--strict out"
            )
        yield window


class _Lines:
    """A chunk's lines, read one by one; the attributes are those of a `JsonWindow`."""

    def __init__(
        self,
        data: memoryview,
        records: _core.CsvRecords,
        layout: JsonLayout,
        columns: frozenset[str] | None,
        options: ScoringOptions,
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
        """The text of an object, None without one. Raises DataError for an object that cannot be written or scored."""
        names = [member.name for member in members]
        if not self._layout.taken.isdisjoint(names):
            taken = next(name for name in names if name in self._layout.taken)
            raise DataError(f"already has a member {taken!r}, which would be written")
        if self._columns is not None:
            if len(set(names)) < len(names):
                for name, count in Counter(names).items():
                    if count > 1 and name in self._columns:
                        raise DataError(f"has several members {name!r}")
            if self._layout.kept is None and not self._columns.issuperset(names):
                foreign = next(name for name in names if name not in self._columns)
                raise DataError(f"has a member {foreign!r} that the first lines lack: --columns says what to write")
        text = None
        for member in members:
            if member.name == self._layout.text:  # the last one, as in Python and JavaScript
                text = member
        if text is None or text.raw == "null":
            return None
        if text.text is None:
            raise DataError(f"expected a text or null in {text.name!r}, got {kind_of(text.raw)}")
        return text.text.encode("utf-8", "surrogatepass")


def _members_of(content: bytes, first: bool) -> list[Member]:
    try:
        line = content.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 at byte {error.start + 1} of the line") from error
    return read_members(line.removeprefix(_BOM) if first else line)


def _finder(max_record: int, begin: Position) -> _core.RecordFinder:
    """Finds lines: of fields, without quotes, there is one on each, or several where a unit separator stands."""
    return _core.RecordFinder(
        SIMD_LEVEL,
        delimiter="\x1f",
        quote=None,
        max_record=max_record,
        offset=begin.offset,
        row=begin.row,
        line=begin.line,
    )
