"""The first bytes of a CSV file -> its layout: the delimiter, the columns, and which of them holds the texts.

In: a `Source` and how to read it. Out: a `CsvLayout`. Records are left to reader.py, the rules for choosing columns to
columns.py.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.io.columns import check_reserved, find_column
from sentiment_fast.io.encoding import Encoding
from sentiment_fast.io.formats import check_content, delimiter_for
from sentiment_fast.io.options import Reading, ReadOptions
from sentiment_fast.io.source import Source
from sentiment_fast.text.encoding import SIMD_LEVEL

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 1 << 20
_SAMPLE_RECORDS = 100
_QUOTE_ADVICE = 'close it, or double the quotes inside quoted fields ("")'


@dataclass(frozen=True)
class CsvLayout:
    """columns: their names. text: the place of the text column, from 0. kept: places to read; None for all."""

    delimiter: str
    columns: list[str]
    text: int
    kept: list[int] | None


@dataclass(frozen=True)
class _Sample:
    """The first records of a file. header: which of them holds the column names."""

    data: bytes
    records: _core.CsvRecords
    header: int

    @property
    def starts(self) -> np.ndarray:
        return np.concatenate([np.zeros(1, np.int64), self.records.ends[:-1]])


def read_layout(source: Source, reading: Reading) -> CsvLayout:
    """Inspect the first bytes of a source, which can still be read from the start.

    Raises DataError for a file without a header, a header that cannot be read, and a column that does not exist,
    exists twice, or has a reserved name.
    """
    candidates = _candidates(source, reading.options)
    samples = _read_samples(source, candidates, reading.options.max_record)
    delimiter = max(candidates, key=lambda one: _share_that_fits(samples[one]))  # the first one of a tie
    if len(candidates) > 1 and delimiter != ",":
        reading.say(f"{source.name}: detected the delimiter {delimiter!r}")
    sample = samples[delimiter]
    columns = _column_names(sample, delimiter, source.name, source.encoding)
    check_reserved(columns, reading.reserved_names, source.name)

    def find_texts() -> list[int]:
        return _textual_columns(sample, delimiter, len(columns))

    kept = reading.columns and [find_column(columns, one, source.name, find_texts) for one in reading.columns]
    text = find_column(columns, reading.text, source.name, find_texts, reading.say)
    return CsvLayout(delimiter, columns, text, kept or None)


def _candidates(source: Source, options: ReadOptions) -> tuple[str, ...]:
    if options.delimiter is not None:
        return (options.delimiter,)
    by_name = "," if source.path is None else delimiter_for(source.path.name)
    return _DELIMITERS if by_name == "," else (by_name,)


def _read_samples(source: Source, delimiters: tuple[str, ...], max_record: int) -> dict[str, _Sample]:
    """The first records, by delimiter: about a megabyte, more only if the header is longer."""
    size = _SAMPLE_BYTES
    while True:
        data = source.peek(size)
        last = len(data) < size
        if not data.removeprefix(b"\xef\xbb\xbf").strip(b"\r\n") and last:
            raise DataError(f"{source.name}: expected a CSV file with a line of column names, got an empty file")
        samples = {}
        for delimiter in delimiters:
            records = _core.RecordFinder(SIMD_LEVEL, delimiter=delimiter, max_record=max_record).find(data, last)
            if len(headers := np.flatnonzero(records.fields)) > 0:
                samples[delimiter] = _Sample(data, records, int(headers[0]))
        if len(samples) == len(delimiters):
            return samples
        size *= 2


def _share_that_fits(sample: _Sample) -> float:
    """The share of the first records with as many fields as the header; 0 if the header has only one."""
    fields = sample.records.fields[sample.header :]
    fields = fields[fields != 0][:_SAMPLE_RECORDS]
    return float((fields == fields[0]).mean()) if fields[0] >= 2 else 0.0


def _column_names(sample: _Sample, delimiter: str, name: str, encoding: Encoding) -> list[str]:
    start, end = int(sample.starts[sample.header]), int(sample.records.content_ends[sample.header])
    fields = int(sample.records.fields[sample.header])
    check_content(sample.data, name)
    if fields == _core.UNCLOSED:
        raise DataError(f"{name}: the header opens a quote that never closes: {_QUOTE_ADVICE}")
    if fields < 0:
        raise DataError(f"{name}: the header is longer than a record may be: raise `max_record`")
    record = encoding.decode(sample.data[start:end])
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter))
    except csv.Error as error:  # a field of more than 128 KiB
        raise DataError(
            f"{name}: expected a line of column names, got {error}: does it open a quote that never closes?"
        ) from error


def _textual_columns(sample: _Sample, delimiter: str, width: int) -> list[int]:
    """The columns that are not numbers, dates or booleans in the sample; all if it has no rows."""
    rows = np.flatnonzero(sample.records.fields == width)
    rows = rows[rows > sample.header]
    if len(rows) == 0:
        return list(range(width))
    from pyarrow import csv as arrow_csv  # only here: columns are mostly found by name

    values, _ = _core.field_values(sample.data, sample.starts[rows], sample.records.ends[rows], None)
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(values),
            arrow_csv.ReadOptions(column_names=[str(index) for index in range(width)], block_size=len(values) + 1),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=width > 1),
            arrow_csv.ConvertOptions(check_utf8=False),
        )
    except pa.ArrowInvalid:  # PyArrow reads the quotes differently: then the user has to name the column
        return []
    kinds = (pa.types.is_string, pa.types.is_binary)
    return [index for index in range(width) if any(kind(table.schema.field(index).type) for kind in kinds)]
