"""Where the records of a CSV file are, found by Python's csv module: slow, and independent of the native core."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

BOM = b"\xef\xbb\xbf"
UNCLOSED, OVERLONG, REST_OF_LINE = -1, -2, -3


@dataclass(frozen=True)
class Record:
    """content, line_end: its bytes. fields: how many, or why it was rejected. wanted: the wanted field, parsed."""

    content: bytes
    line_end: bytes
    row: int
    line: int
    fields: int
    wanted: str | None = None


def lines_of(data: bytes) -> list[str]:
    """Physical lines with their ends, as a text file opened with newline="" gives them; a character for each byte."""
    return list(io.StringIO(data.decode("latin-1"), newline=""))


def parse(lines: list[str], delimiter: str, quote: str | None) -> Any:
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    return csv.reader(iter(lines), delimiter=delimiter, quotechar=quote, quoting=quoting)


def expected_records(
    data: bytes, delimiter: str = ",", quote: str | None = '"', max_record: int = 1 << 26, wanted_field: int = -1
) -> list[Record]:
    """csv.reader's rows, but for what it takes for a row that is too long or whose quotes never close."""
    mark = BOM if data.startswith(BOM) else b""
    lines = lines_of(data[len(mark) :])
    records: list[Record] = []
    row_number = at = 0

    def add(text: str, fields: int, line: int, wanted: str | None = None) -> None:
        nonlocal row_number
        content = content_of(text)
        first = mark if not records else b""
        line_end = text[len(content) :].encode("latin-1")
        row = row_number - (fields == REST_OF_LINE)
        records.append(Record(first + content.encode("latin-1"), line_end, row, line, fields, wanted))
        row_number += fields not in (0, REST_OF_LINE)

    while at < len(lines):
        reader = parse(lines[at:], delimiter, quote)
        begin = at
        for row in reader:
            end = begin + reader.line_num
            text = "".join(lines[at:end])
            closes = end < len(lines) or len(list(parse([*lines[at:], "x"], delimiter, quote))) == 2
            if not closes or len(content_of(text)) > max_record:
                break
            add(text, len(row), at + 1, row[wanted_field] if 0 <= wanted_field < len(row) else None)
            at = end
        else:
            break
        line = lines[at]
        if len(content_of(line)) <= max_record:
            add(line, UNCLOSED, at + 1)
        else:
            for piece in range(0, len(content_of(line)), max_record):
                whole = piece + max_record >= len(content_of(line))
                add(
                    line[piece:] if whole else line[piece : piece + max_record],
                    REST_OF_LINE if piece else OVERLONG,
                    at + 1,
                )
        at += 1
    if mark and not records:
        records.append(Record(mark, b"", 0, 1, 0))
    return records


def content_of(text: str) -> str:
    """Without its line end."""
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith(("\r", "\n")) else text
