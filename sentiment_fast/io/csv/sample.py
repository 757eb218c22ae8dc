"""The first bytes of a CSV file -> where its first record begins, and its first records under each delimiter.

In: a `Source`, which can still be read from the start, and options. Out: a `Preamble` and `Sample`s. What they say
about the layout is left to sniffer.py.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.csv.dialect import Dialect
from sentiment_fast.io.encoding import Encoding
from sentiment_fast.io.options import LayoutOptions, ReadOptions, is_delimiter
from sentiment_fast.io.source import Source

SAMPLE_BYTES = 1 << 20
SAMPLE_RECORDS = 100  # below the first one
_FIRST_BYTES = 1 << 16  # mostly enough for these records
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LINE_ENDS = re.compile(rb"[\r\n]+")
_SEPARATOR_LINE = re.compile(rb'"?sep=([^\r\n])"?[ \t]*', re.IGNORECASE)


@dataclass(frozen=True)
class Preamble:
    """What precedes the first record. size: in bytes, a byte-order mark included if it is not empty. lines: their
    number. separator: the delimiter that a line `sep=X` names.
    """

    size: int = 0
    lines: int = 0
    separator: str | None = None


@dataclass(frozen=True)
class Sample:
    """The first records of a file under one delimiter, without blank lines and comments.

    counts: the number of fields of each; below 0 if it cannot be read. starts, ends: where in `data` its content is.
    lines: the physical lines on which they begin, from 1. encoding: of the data.
    """

    delimiter: str
    options: LayoutOptions
    encoding: Encoding
    data: bytes
    counts: list[int]
    starts: list[int]
    ends: list[int]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.counts)

    def content(self, place: int) -> bytes:
        """The bytes of a record."""
        return self.data[self.starts[place] : self.ends[place]]

    def fields(self, place: int) -> list[str]:
        """The values of a record's fields; none if one has more than 128 KiB, which is a text in any case."""
        try:
            return fields_of(self.content(place), self.delimiter, self.options, self.encoding)
        except csv.Error:
            return []

    @cached_property
    def width(self) -> int:
        """The number of fields of the first record."""
        return self.counts[0]

    @property
    def starts_overlong(self) -> bool:
        """Whether the first record is longer than a record may be."""
        return self.width == _core.OVERLONG

    @cached_property
    def share(self) -> float:
        """The share of the other records with as many fields as the first one; 1 if there are none."""
        below = self.counts[1:]
        return below.count(self.width) / len(below) if below else 1.0

    @cached_property
    def is_set_apart(self) -> bool:
        """Whether blank lines follow the first record, as they follow a title, but not every other record."""
        between = [self.data[end:start] for end, start in zip(self.ends, self.starts[1:], strict=False)]
        blank = [b"" in _LINE_END.split(one)[1:-1] for one in between]  # which may hold comments, too
        return blank[:1] == [True] and (len(blank) == 1 or not all(blank[1:]))

    @cached_property
    def rows(self) -> dict[int, list[str]]:
        """The fields of the other records that have as many as the first one, by their place."""
        rows = {}
        for place in range(1, len(self)):
            if self.counts[place] == self.width and len(fields := self.fields(place)) == self.width:
                rows[place] = fields
        return rows


def fields_of(record: bytes, delimiter: str, options: LayoutOptions, encoding: Encoding) -> list[str]:
    """The values of a record's fields, as the core reads them. Raises csv.Error for a field of more than 128 KiB."""
    return Dialect.of(options, delimiter).fields(encoding.decode(record))


def are_comments(data: bytes | memoryview, starts: np.ndarray, comment: str | None) -> np.ndarray:
    """(records,) bool: whether each record, at `starts` in `data`, begins with the prefix of comments."""
    found = np.full(len(starts), comment is not None)
    if comment is not None:
        content = np.frombuffer(data, np.uint8)
        for place, byte in enumerate(comment.encode()):
            inside = starts + place < len(content)
            found &= inside
            found[found] = content[starts[found] + place] == byte
    return found


def read_preamble(source: Source, options: ReadOptions) -> Preamble:
    """Find the first record: after `skip_lines` lines, a line `sep=X`, and lines that are comments.

    Blank lines belong to the preamble only if one of these follows them. Raises DataError if
    nothing else comes within the first megabyte, or `max_record` bytes if lines are skipped.
    """
    limit = max(SAMPLE_BYTES, options.max_record) if options.skip_lines else SAMPLE_BYTES
    size = _FIRST_BYTES
    while True:
        data = source.peek(size)
        ended = len(data) < size
        found = _preamble_of(data, ended, options)
        if found is not None:
            return found
        if ended:
            skipped = f" after {options.skip_lines:,} skipped lines" if options.skip_lines else ""
            raise DataError(
                f"{source.name}: expected a CSV file with a line of column names, got an empty file{skipped}. Is it "
                "the right one, and complete?"
            )
        if size >= limit:
            raise DataError(
                f"{source.name}: expected a line of column names, got only blank lines, comments or skipped lines in "
                f"the first {size:,} bytes"
            )
        size = min(size * 4, limit)


def _preamble_of(data: bytes, ended: bool, options: ReadOptions) -> Preamble | None:
    """The preamble, if the data reach as far as the line after it."""
    at = len(_BOM) if data.startswith(_BOM) else 0
    comment = None if options.comment is None else options.comment.encode()
    size = lines = number = 0
    separator = None
    while (block := _block(data, at)) and number + _line_ends(block) < options.skip_lines:
        at, number = at + len(block), number + _line_ends(block)
    while True:
        if number >= options.skip_lines and (blank := _LINE_ENDS.match(data, at)):
            at, number = blank.end(), number + _line_ends(blank[0])
        found = _LINE_END.search(data, at)
        end, following = (len(data), len(data)) if found is None else found.span()
        line = data[at:end]
        left_out = number < options.skip_lines or (comment is not None and line.startswith(comment))
        if found is None and (not line or not (ended or (len(line) >= 1024 and not left_out))):
            return None
        named = None if left_out or separator is not None else _separator_of(line)
        if not left_out and named is None:
            return Preamble(size, lines, separator)
        separator = named or separator
        at, number = following, number + 1
        size, lines = at, number


def _block(data: bytes, at: int) -> bytes:
    """Many bytes from a place onwards, which do not split a line end."""
    block = data[at : at + _FIRST_BYTES]
    return block[:-1] if data[at + len(block) - 1 : at + len(block) + 1] == b"\r\n" else block


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _separator_of(line: bytes) -> str | None:
    found = _SEPARATOR_LINE.fullmatch(line)
    delimiter = found[1].decode("latin-1") if found else ""
    return delimiter if is_delimiter(delimiter) else None


def read_samples(
    source: Source, preamble: Preamble, delimiters: Sequence[str], options: ReadOptions
) -> dict[str, Sample]:
    """The first records, by delimiter: those of about a megabyte, more only if the first line is longer.

    A delimiter under which no record ends there has a sample with one that cannot be read.
    """
    size = _FIRST_BYTES
    while True:
        data = source.peek(preamble.size + size)
        ended = len(data) < preamble.size + size
        content = data[preamble.size :]
        enough = ended or size >= SAMPLE_BYTES
        samples = {one: _sample_of(content, one, preamble, options, source.encoding, ended) for one in delimiters}
        if enough or all(len(sample) > SAMPLE_RECORDS for sample in samples.values()):
            break
        size *= 4
    if not ended and not any(map(len, samples.values())):
        content = _with_first_line(source, preamble, content, options)
        samples = {one: _sample_of(content, one, preamble, options, source.encoding, False) for one in delimiters}
    for one, sample in samples.items():
        if not sample:  # a quote that stays open hides the end of the first line
            samples[one] = _sample_of(content, one, preamble, options, source.encoding, True)
    return samples


def _with_first_line(source: Source, preamble: Preamble, content: bytes, options: ReadOptions) -> bytes:
    """A sample that reaches a megabyte past the first line, which is longer than that. Raises DataError if it is too
    long for a record.
    """
    start = len(content) - len(content.lstrip(b"\r\n"))
    while (found := _LINE_END.search(content, start)) is None:
        size = len(content)
        if size - start > options.max_record:
            break
        content = source.peek(preamble.size + 2 * size)[preamble.size :]
        if len(content) < 2 * size:
            return content
    line = len(content) if found is None else found.end()
    return source.peek(preamble.size + min(line, start + options.max_record + 1) + SAMPLE_BYTES)[preamble.size :]


def _sample_of(
    content: bytes, delimiter: str, preamble: Preamble, options: ReadOptions, encoding: Encoding, last: bool
) -> Sample:
    finder = Dialect.of(options, delimiter).finder(
        max_record=options.max_record, offset=preamble.size, line=preamble.lines + 1
    )
    found = finder.find(content, last)
    starts = np.concatenate([np.zeros(1, np.int64), found.ends[:-1]]) if len(found) else found.ends
    if preamble.size == 0 and content.startswith(_BOM) and len(starts):
        starts[0] = len(_BOM)
    kept = (found.fields != 0) & (found.fields != _core.REST_OF_LINE) & ~are_comments(content, starts, options.comment)
    places = np.flatnonzero(kept)[: SAMPLE_RECORDS + 1]
    arrays = (found.fields, starts, found.content_ends, found.lines)
    counts, begins, ends, lines = (array[places].tolist() for array in arrays)
    return Sample(delimiter, options, encoding, content, counts, begins, ends, lines)
