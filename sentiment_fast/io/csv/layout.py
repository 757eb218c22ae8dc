"""The first bytes of a CSV file -> its layout: where it begins, the delimiter, the columns, and which holds the texts.

In: a `Source` and how to read it. Out: a `CsvLayout`, after one message about what was detected. What the first records
say is left to sniffer.py, records to reader.py, the rules for choosing columns to columns.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from sentiment_fast.errors import quoted
from sentiment_fast.io.columns import check_reserved, find_column, numbered_names
from sentiment_fast.io.csv.content import check_is_csv
from sentiment_fast.io.csv.header import known_names, textual_columns
from sentiment_fast.io.csv.sample import Preamble, fields_of, read_preamble, read_samples
from sentiment_fast.io.csv.sniffer import DELIMITERS, Sniffed, sniff
from sentiment_fast.io.formats import delimiter_for
from sentiment_fast.io.options import Reading
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import Position

_BOM = b"\xef\xbb\xbf"
_MOST_SHOWN = 5


@dataclass(frozen=True)
class CsvLayout:
    """columns: their names; `column_1` and so on for a file without a header. text: the place of the text column, from
    0. kept: places to read; None for all. header: whether the first record holds the names. preamble: bytes before that
    record, which belong to no record. first_line: the physical line on which it begins, from 1.
    """

    delimiter: str
    columns: list[str]
    text: int
    kept: list[int] | None
    header: bool = True
    preamble: int = 0
    first_line: int = 1

    def first(self, source_number: int) -> Position:
        """The position of the first record, as a RecordFinder counts."""
        return Position(self.preamble, 0 if self.header else 1, self.first_line, source=source_number)

    def decided(self) -> dict[str, str | int]:
        """What was decided, for the fingerprint of a run."""
        return {"delimiter": self.delimiter, "header": self.header, "preamble": self.preamble}


def read_layout(source: Source, reading: Reading) -> CsvLayout:
    """Inspect the first bytes of a source, which can still be read from the start.

    Raises DataError for what is not CSV, for a layout that is not certain, a header that cannot be read, and a column
    that does not exist, exists twice, or has a reserved name.
    """
    if isinstance(reading.layout, CsvLayout):
        return reading.layout
    options, name = reading.options, source.name
    check_is_csv(source.peek(1 << 16), name, options)
    preamble = read_preamble(source, options)
    delimiter = options.delimiter or preamble.separator
    by_name = delimiter_for("" if source.path is None else source.path.name)
    preferred = None if by_name == "," else by_name
    samples = read_samples(source, preamble, DELIMITERS if delimiter is None else (delimiter,), options)
    sniffed = sniff(samples, name, options, known_names(reading), preferred)
    if not sniffed.header and preamble.size == 0 and source.peek(len(_BOM)) == _BOM:
        # Not before a header, a byte-order mark is no part of the first record, of which several files may be joined.
        preamble = Preamble(len(_BOM), 0)
    first, width = sniffed.sample, sniffed.sample.width
    columns = numbered_names(width)
    if sniffed.header:
        columns = fields_of(first.content(0), first.delimiter, options, source.encoding)
        check_reserved(columns, reading.reserved_names, name)
    if message := _detected(sniffed, preamble, columns, reading, preferred):
        reading.say(f"{name}: {message}")

    def find_texts() -> list[int]:
        rows = [*first.rows.values(), *([] if sniffed.header else [first.fields(0)])]
        return textual_columns(rows, len(columns))

    kept = reading.columns and [find_column(columns, one, name, find_texts) for one in reading.columns]
    text = find_column(columns, reading.text, name, find_texts, reading.say)
    return CsvLayout(sniffed.delimiter, columns, text, kept or None, sniffed.header, preamble.size, preamble.lines + 1)


def _detected(sniffed: Sniffed, preamble: Preamble, columns: list[str], reading: Reading, preferred: str | None) -> str:
    """What was decided, in one line; empty for a file with commas, or the delimiter of its name, and known columns."""
    parts = []
    if preamble.separator is not None:
        parts.append(f"line {preamble.lines} sets the delimiter {preamble.separator!r}")
    elif reading.options.delimiter is None and sniffed.delimiter not in (",", preferred):
        parts.append(f"detected the delimiter {sniffed.delimiter!r}")
    if sniffed.guessed:
        shown = ", ".join(quoted(name, 40) for name in columns[:_MOST_SHOWN])
        more = f" and {len(columns) - _MOST_SHOWN} more" if len(columns) > _MOST_SHOWN else ""
        line = sniffed.sample.lines[0]
        parts.append(f"took line {line} for the header ({shown}{more}): choose `header=False` if it is data")
    if preamble.lines and preamble.separator is None:
        what = "the header comes" if sniffed.header else "the data begin"
        parts.append(f"{what} after line {preamble.lines}")
    return ", ".join(parts)
