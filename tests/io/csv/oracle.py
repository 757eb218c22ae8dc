"""Where the records of a CSV file are, found by Python's csv module: slow, and independent of the native core."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

BOM = b"\xef\xbb\xbf"
UNCLOSED, OVERLONG, REST_OF_LINE, MISQUOTED = -1, -2, -3, -4


@dataclass(frozen=True)
class Record:
    """content, line_end: its bytes. fields: how many, or why it was rejected. wanted: the wanted field, parsed."""

    content: bytes
    line_end: bytes
    row: int
    line: int
    fields: int
    wanted: str | None = None


@dataclass(frozen=True)
class Walk:
    """One record, read character by character. end: where its line end begins, or the text ends. open: whether the text
    ends inside quotes or after an escape. misquoted: the first character after a quoted field of several lines that
    does not belong there; None if there is none.
    """

    end: int
    open: bool = False
    misquoted: int | None = None


def lines_of(data: bytes) -> list[str]:
    """Physical lines with their ends, as a text file opened with newline="" gives them; a character for each byte."""
    return list(io.StringIO(data.decode("latin-1"), newline=""))


def parse(lines: list[str], delimiter: str, quote: str | None, escape: str | None = None) -> Any:
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    return csv.reader(iter(lines), delimiter=delimiter, quotechar=quote, quoting=quoting, escapechar=escape)


def walk(text: str, delimiter: str, quote: str | None, escape: str | None) -> Walk:
    """The record at the start of a text."""
    at, field_starts = 0, True
    while at < len(text) and text[at] not in "\r\n":
        if field_starts and text[at] == quote:
            begin, at = at, after_quotes(text, at + 1, quote, escape)
            if at > len(text):
                return Walk(len(text), open=True)
            after = at
            while after < len(text) and text[after] in " \t" and text[after] != delimiter:
                after += 1
            over_lines = any(one in "\r\n" for one in text[begin:at])
            if over_lines and after < len(text) and text[after] not in f"{delimiter}\r\n":
                return Walk(after, misquoted=after)
            at += text[at : at + 1] == escape  # to csv, one after the closing quote is an ordinary character
            field_starts = False
        elif text[at] == escape:
            at, field_starts = at + 2, False
            if at > len(text):
                return Walk(len(text), open=True)
        else:
            at, field_starts = at + 1, text[at] == delimiter
    return Walk(at)


def after_quotes(text: str, at: int, quote: str, escape: str | None) -> int:
    """Where quotes that opened before `at` have closed; more than the text's length if they do not."""
    while at < len(text):
        doubled = text[at : at + 2] == quote * 2
        if text[at] == quote and not doubled:
            return at + 1
        at += 2 if doubled or text[at] == escape else 1
    return len(text) + 1


def expected_records(
    data: bytes,
    delimiter: str = ",",
    quote: str | None = '"',
    max_record: int = 1 << 26,
    wanted_field: int = -1,
    escape: str | None = None,
) -> list[Record]:
    """csv.reader's rows, except what it takes for a row that is too long, whose quotes never close, or whose quotes
    close on another line, before text.
    """
    mark = BOM if data.startswith(BOM) else b""
    lines = lines_of(data[len(mark) :])
    records: list[Record] = []
    row_number = at = 0

    def add(content: str, line_end: str, fields: int, line: int, wanted: str | None = None) -> None:
        nonlocal row_number
        first = mark if not records else b""
        row = row_number - (fields == REST_OF_LINE)
        whole = first + content.encode("latin-1")
        records.append(Record(whole, line_end.encode("latin-1"), row, line, fields, wanted))
        row_number += fields not in (0, REST_OF_LINE)

    while at < len(lines):
        reader = parse(lines[at:], delimiter, quote, escape)
        begin, rejection = at, UNCLOSED
        for row in reader:
            end = begin + reader.line_num
            text = "".join(lines[at:end])
            found = walk(text, delimiter, quote, escape)
            if found.misquoted is not None and found.misquoted < max_record:
                rejection = MISQUOTED
                break
            if found.open or found.misquoted is not None or found.end > max_record:
                break
            wanted = row[wanted_field] if 0 <= wanted_field < len(row) else None
            add(text[: found.end], text[found.end :], len(row), at + 1, wanted)
            at = end
        else:
            break
        content = content_of(lines[at])
        line_end = lines[at][len(content) :]
        if len(content) <= max_record:
            add(content, line_end, rejection, at + 1)
        else:
            for piece in range(0, len(content), max_record):
                whole = piece + max_record >= len(content)
                part, part_end = content[piece : piece + max_record], line_end if whole else ""
                add(part, part_end, REST_OF_LINE if piece else OVERLONG, at + 1)
        at += 1
    if mark and not records:
        records.append(Record(mark, b"", 0, 1, 0))
    return records


def content_of(text: str) -> str:
    """Without its line end."""
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith(("\r", "\n")) else text
