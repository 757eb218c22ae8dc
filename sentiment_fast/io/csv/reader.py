"""A CSV file -> windows of whole records: their texts, and which of the records are rows.

In: a `Source` and its `CsvLayout`. Out: `CsvWindow`s, or only where they end. Where a window ends depends only on where
it begins and on the bytes, so that a resumed run has the same windows as an uninterrupted one. Finding records is left
to chunks.py and the core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.arrow import texts_schema, texts_table
from sentiment_fast.io.chunks import Finder, Mask, Places, RecordWindow, fill, read_chunks
from sentiment_fast.io.columns import check_same_names, check_same_text_column
from sentiment_fast.io.csv.dialect import Dialect
from sentiment_fast.io.csv.layout import CsvLayout, read_layout
from sentiment_fast.io.csv.merged import MergedRows
from sentiment_fast.io.csv.missing import without_missing
from sentiment_fast.io.csv.sample import are_comments
from sentiment_fast.io.encoding import Encoding
from sentiment_fast.io.formats import CSV
from sentiment_fast.io.options import Reading, ReadOptions
from sentiment_fast.io.rejects import RecordError, Rejects
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import WINDOW_BYTES, Position, Reader, first_window_bytes

_QUOTE_ADVICE = (
    'close it, double the quotes inside quoted fields (""), or name what the file has instead with `escape` or '
    "`quoting=none`"
)

_ADVICE_BYTES = 4096  # of a rejected record, which advice is based on
COMMENT_OF_LINES = "starts as a comment does, but a quote in it closes on a later line"


@dataclass(frozen=True, kw_only=True)
class CsvWindow(RecordWindow):
    """Whole records of a CSV file.

    fields: where the fields of further columns begin and end, (records,) each, by column. header: the index of the
    record with the column names, -1 if it is in another window. comments: (records,) bool, lines that are kept but are
    neither rows nor rejected. row_numbers: (records,), counting data rows from 1. preamble: the bytes before the first
    record, if the window begins with it.
    """

    fields: dict[int, tuple[Places, Places]]
    header: int
    comments: Mask
    row_numbers: Places
    preamble: bytes = b""


class CsvReader(Reader[CsvWindow]):
    """A CSV file. schema: None if the output is CSV with the same delimiter, so that records are copied."""

    format = CSV

    def __init__(self, source: Source, reading: Reading) -> None:
        self.source, self._reading = source, reading
        self.layout = read_layout(source, reading)
        self.dialect = Dialect.of(reading.options, self.layout.delimiter)
        width = len(self.layout.columns)
        self.kept = list(range(width)) if self.layout.kept is None else self.layout.kept
        self.columns = [self.layout.columns[place] for place in self.kept]
        self.text_column = self.layout.columns[self.layout.text]
        copied = reading.output == CSV and reading.output_delimiter in (None, self.layout.delimiter)
        self.schema = None if copied else texts_schema(self.columns, source.name, reading.output)
        self.separable = self.schema is None
        self.decided = self.layout.decided()
        self._rejects = Rejects(self._reasons, source.name if reading.named else None)

    def windows(self, begin: Position, buffers: int, window_bytes: int) -> Iterator[CsvWindow]:
        first_bytes = first_window_bytes(begin, window_bytes)
        begin, preamble = self._start(begin)
        self._rejects.within_record = begin.within_line
        others = self.kept if self._reading.all_fields or self.schema is not None else self.layout.kept or []
        reading = self._reading
        for window in read_windows(
            self.source, self.layout, reading.options, begin, buffers, window_bytes, others, reading.warn, first_bytes
        ):
            yield replace(window, preamble=preamble) if preamble else window
            preamble = b""

    def window_ends(self, begin: Position, window_bytes: int) -> Iterator[Position]:
        first_bytes = first_window_bytes(begin, window_bytes)
        begin, _ = self._start(begin)
        yield from find_ends(self.source, self.layout, self._reading.options, begin, window_bytes, first_bytes)

    def _start(self, begin: Position) -> tuple[Position, bytes]:
        """Go to where the windows from `begin` onwards begin: at the start of the file, after its preamble."""
        if begin.offset:
            self.source.restart_at(begin.offset)
            return begin, b""
        preamble = bytearray(self.layout.preamble)
        filled = fill(self.source, memoryview(preamble))
        return self.layout.first(begin.source), bytes(preamble[:filled])

    def values(self, window: CsvWindow) -> list[pa.ChunkedArray]:
        columns = []
        for place in self.kept:
            begins, ends = (places[window.holds_row] for places in window.fields[place])
            values = _values(self.dialect, window.data, begins, ends, self.source.encoding)
            columns.append(pa.chunked_array([values]))
        return columns

    def table(self, window: CsvWindow) -> tuple[pa.Table, Mask]:
        return texts_table(self.values(window), self.schema)

    def rejected(self, window: CsvWindow) -> tuple[bytes, int]:
        rows, count = self._rejects.rows(window)
        return self.source.encoding.repaired(rows), count

    def follow(self, first: Reader[CsvWindow]) -> None:
        assert isinstance(first, CsvReader)
        both = f"{self.source.name}: to be combined with {first.source.name}"
        if first.layout.header != self.layout.header:
            without = first if self.layout.header else self
            raise DataError(
                f"{both}, expected column names in both or none, but {without.source.name} has no header: choose "
                "`header=True`, or `header=False` if none has one"
            )
        check_same_names(first.columns or [], self.columns or [], both)
        expected, got = first.layout.delimiter, self.layout.delimiter
        if expected != got and self._reading.output is not None:
            raise DataError(f"{both}, expected the delimiter {expected!r}, got {got!r}")
        check_same_text_column(first.text_column, self.text_column, both)

    def _reasons(self, window: CsvWindow, rejected: Places) -> tuple[list[str], Places]:
        options, fields = self._reading.options, window.records.fields[rejected]
        counts = pa.array(fields).dictionary_encode()
        width = len(self.layout.columns)
        reasons = [_rejection(count, width, options.max_record) for count in counts.dictionary.to_pylist()]
        numbers = counts.indices.to_numpy().astype(np.int64)
        if options.comment is None:
            return reasons, numbers
        comments = are_comments(window.data, window.starts[rejected], options.comment) & (fields >= 0)
        return [*reasons, COMMENT_OF_LINES], np.where(comments, len(reasons), numbers)


def read_windows(
    source: Source,
    layout: CsvLayout,
    options: ReadOptions,
    begin: Position,
    buffers: int,
    window_bytes: int = WINDOW_BYTES,
    others: Sequence[int] = (),
    warn: Callable[[str], None] = lambda message: None,
    first_bytes: int | None = None,
) -> Iterator[CsvWindow]:
    """The windows of a source that has been read up to `begin`.

    buffers: how many may be in use at once. others: the columns whose fields to find, in addition to the texts. warn:
    gets a warning about rows that may have been merged, at the end. first_bytes: as in `read_chunks`. With
    options.strict, raises DataError at the first record that cannot be read. Checks at the end that no row was lost.
    """
    width, dialect = len(layout.columns), Dialect.of(options, layout.delimiter)
    wanted = list(dict.fromkeys([layout.text, *others]))
    finder = _finder(dialect, options, begin, wanted)
    merged = MergedRows(dialect, width)
    rows, uncounted = begin.rows, 0
    for chunk in read_chunks(source, finder, window_bytes, buffers, first_bytes=first_bytes):
        records = chunk.records
        fields = {column: records.wanted_field(place) for place, column in enumerate(wanted)}
        comments, broken = _comments(chunk.data, records, options)
        holds_row, rejected, numbers = _rows_of(records, width, rows, comments, broken)
        headers = np.flatnonzero((records.rows == 0) & (records.fields != 0))
        rows, uncounted = int(numbers[-1]), uncounted + _uncounted(records, holds_row, comments)
        begins, ends = (places[holds_row] for places in fields[layout.text])
        texts = _values(dialect, chunk.data, begins, ends, source.encoding)
        window = CsvWindow(
            data=chunk.data,
            records=records,
            fields={column: fields[column] for column in others},
            holds_row=holds_row,
            rejected=rejected,
            header=int(headers[0]) if len(headers) > 0 else -1,
            comments=comments,
            texts=without_missing(texts, options.na_values),
            row_numbers=numbers,
            end=Position(chunk.offset, chunk.row, chunk.line, rows, within_line=finder.within_line),
            resumable=not finder.within_line,
            consumed=chunk.offset if source.consumed is None else source.consumed,
        )
        if options.strict and rejected.any():
            raise RecordError(f"{source.name}: {_first_rejection(window, width, options, source.encoding)}")
        merged.add(window)
        yield window
    _check_count(source, finder, begin, rows, uncounted)
    if (warning := merged.warning(source.name)) is not None:
        warn(warning)


def find_ends(
    source: Source,
    layout: CsvLayout,
    options: ReadOptions,
    begin: Position,
    window_bytes: int = WINDOW_BYTES,
    first_bytes: int | None = None,
) -> Iterator[Position]:
    """Where the windows of `read_windows` end, found without looking at any field."""
    width, rows, uncounted = len(layout.columns), begin.rows, 0
    finder = _finder(Dialect.of(options, layout.delimiter), options, begin)
    for chunk in read_chunks(source, finder, window_bytes, first_bytes=first_bytes):
        comments, broken = _comments(chunk.data, chunk.records, options)
        holds_row, _, numbers = _rows_of(chunk.records, width, rows, comments, broken)
        rows, uncounted = int(numbers[-1]), uncounted + _uncounted(chunk.records, holds_row, comments)
        yield Position(chunk.offset, chunk.row, chunk.line, rows, begin.source, finder.within_line)
    _check_count(source, finder, begin, rows, uncounted)


def _rows_of(
    records: _core.CsvRecords, width: int, rows: int, comments: Mask, broken: Mask
) -> tuple[Mask, Mask, Places]:
    """Which records hold rows, which are rejected, and their row numbers after `rows` rows; (records,) each."""
    counts, after_header = records.fields, (records.rows > 0) & ~comments
    holds_row = after_header & ~broken & ((counts == width) | ((counts == 0) & (width == 1)))
    rejected = ~holds_row & (counts != 0) & after_header
    return holds_row, rejected, rows + np.cumsum(holds_row | (rejected & (counts != _core.REST_OF_LINE)))


def _comments(data: memoryview, records: _core.CsvRecords, options: ReadOptions) -> tuple[Mask, Mask]:
    """(records,): which are comments; and which start as comments do, but a quote makes them span lines."""
    if options.comment is None:
        return np.zeros(len(records), bool), np.zeros(len(records), bool)
    starts = np.concatenate([np.zeros(1, np.int64), records.ends[:-1]])
    found = are_comments(data, starts, options.comment) & (records.rows > 0) & (records.fields != _core.REST_OF_LINE)
    lines = np.append(records.lines[1:], records.lines[-1:] + 1) - records.lines
    if found[-1]:
        content = bytes(data[starts[-1] : records.content_ends[-1]])
        lines[-1] = 1 + (b"\n" in content or b"\r" in content)
    comments = found & (lines == 1) & (records.fields != _core.OVERLONG)
    return comments, found & ~comments


def _uncounted(records: _core.CsvRecords, holds_row: Mask, comments: Mask) -> int:
    """The number of rows that the finder does not count, blank lines of a file of one column, less the comments, which
    it does count.
    """
    return int((holds_row & (records.fields == 0)).sum()) - int(comments.sum())


def _check_count(source: Source, finder: Finder, begin: Position, rows: int, uncounted: int) -> None:
    found = finder.row - max(begin.row, 1) + uncounted  # without the header
    if rows - begin.rows != found:
        raise AssertionError(f"{source.name}: {found} rows were found, {rows - begin.rows} came out")


def _rejection(fields: int, width: int, max_record: int) -> str:
    """Why a record was rejected, as in the file of rejects."""
    if fields == _core.UNCLOSED:
        return f"a quote opens and does not close before the end of the file or within {max_record} bytes"
    if fields == _core.MISQUOTED:
        return "a quote opens and closes on another line, before text"
    if fields < 0:
        return f"longer than {max_record} bytes"
    return f"expected {width} fields, got {fields}"


def _first_rejection(window: CsvWindow, width: int, options: ReadOptions, encoding: Encoding) -> str:
    """A message about the first rejected record of a window."""
    record = int(np.flatnonzero(window.rejected)[0])
    fields = int(window.records.fields[record])
    where = (
        f"row {window.row_numbers[record]} (counting data rows from 1, without the header; "
        f"line {window.records.lines[record]})"
    )
    start, end = int(window.starts[record]), int(window.records.content_ends[record])
    record_start = encoding.decode(bytes(window.data[start : min(end, start + _ADVICE_BYTES)]))
    content = record_start[:80]
    if fields == _core.UNCLOSED:
        return f"{where} opens a quote that never closes: {_QUOTE_ADVICE}"
    if fields == _core.MISQUOTED:
        return f"{where} opens a quote that closes on another line, before text, {content!r}: {_QUOTE_ADVICE}"
    if fields < 0:
        return f"{where} is longer than {options.max_record:,} bytes: raise `max_record` if the record is correct"
    escaped = options.escape is None and '\\"' in record_start
    return (
        f"expected {width} fields, as in the header, got {fields} in {where}: {content!r}. Put quotes around a text "
        "that holds commas, quotes or line breaks, and double the quotes inside it"
        f"{', or name the `escape` if it is the backslash before them' if escaped else ''}"
    )


def _finder(dialect: Dialect, options: ReadOptions, begin: Position, wanted: Sequence[int] = ()) -> _core.RecordFinder:
    """A finder that starts at `begin`. wanted: the columns whose fields to find."""
    return dialect.finder(
        wanted_fields=wanted,
        max_record=options.max_record,
        offset=begin.offset,
        row=begin.row,
        line=begin.line,
        within_line=begin.within_line,
    )


def _values(
    dialect: Dialect, data: memoryview, begins: Places, ends: Places, encoding: Encoding
) -> pa.LargeBinaryArray:
    """(fields,): their values in UTF-8."""
    return large_binary(*encoding.to_utf8(*dialect.values(data, begins, ends)))


def large_binary(values: npt.NDArray[np.uint8], offsets: Places) -> pa.LargeBinaryArray:
    """Bytes, (total,), and the values' offsets in them, (n + 1,), as an Arrow column; nothing is copied."""
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(values)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)
