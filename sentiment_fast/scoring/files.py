"""A CSV file -> the same CSV file with scores: every record's own bytes are copied and the new fields appended.

In: a stream of CSV bytes and a `Scorer`. Out: a stream of CSV bytes, read, scored and written in windows of whole
records, so that memory does not grow with the file. Opening and naming files is left to the command line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from sentiment_fast import _core
from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.metrics import predicted_indices
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.encoding import SIMD_LEVEL, TokenIds

LABEL, SCORE = "sentiment_label", "sentiment_score"
_BOM = b"\xef\xbb\xbf"
_LONGEST_RECORD_BYTES = 1 << 30
# Blank lines are not counted either: a row's number is the one that reading the file for training gives it.
_ROW_NOTE = "(counting data rows from 1, without the header)"


@dataclass(frozen=True)
class Window:
    """Whole records of a CSV file, as they stand in it.

    data: their bytes. content_ends, ends: (records,) int64, where each record's content ends and the next begins.
    fault: why the last one cannot be read, if that is known already.
    """

    data: bytes
    content_ends: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    fault: str = ""

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """(records,) int64: where each record begins."""
        return np.concatenate([np.zeros(1, np.int64), self.ends[:-1]])


@dataclass(frozen=True)
class Summary:
    """What scoring a file came to. rows: records scored, which is all of them but the header and blank lines.

    empty: rows whose text is empty or white space alone; they get a blank label and blank scores.
    """

    rows: int
    empty: int
    text_column: str


def score_csv(
    source: BinaryIO,
    sink: BinaryIO,
    scorer: Scorer,
    name: str = "input",
    text_column: str | None = None,
    say: Callable[[str], None] = lambda message: None,
    on_window: Callable[[int, int], None] = lambda read, rows: None,
    window_bytes: int = 8 << 20,
) -> Summary:
    """Append `sentiment_label` and `sentiment_score` to every record of a CSV stream (UTF-8, comma, with a header).

    sentiment_score: the probability of the positive class, `classes[1]`; with more than two classes one column each,
    `sentiment_score_<label>`. text_column: None for the one the model was trained on, else `review` or `text`, else
    the only one that holds text. Bytes that are no UTF-8 are scored as bytes.decode("utf-8", "replace") reads them
    and copied as they are. say: gets messages. on_window: gets bytes read and rows scored, after each window.
    Raises DataError, with the row, for a record that cannot be read; what was written so far is then incomplete.
    """
    preamble, start = _split_preamble(source)
    windows = _windows(source, len(preamble), start, window_bytes)
    header, first = _split_header(next(windows, None), name)
    columns = _column_names(header, name)
    new_columns = [LABEL, *_score_columns(scorer.classes)]
    taken = [column for column in new_columns if column in columns]
    if taken:
        raise DataError(
            f"{name}: already has a column {taken[0]!r}, which would be written: score the original file, or rename it"
        )
    text_index = _text_index(columns, text_column, scorer.text_column, first, name, say)
    sink.write(preamble)
    _write(header, [_fields(new_columns)], sink)

    rows = empty = 0
    read = len(preamble) + len(header.data)
    for window in _chain(first, windows):
        texts = _texts(window, len(columns), text_index, name, rows)
        appended, blank = _scored_fields(texts, scorer)
        _write(window, _spread_over_records(appended, window, len(columns)), sink)
        rows, empty, read = rows + len(texts), empty + blank, read + len(window.data)
        on_window(read, rows)
    return Summary(rows, empty, columns[text_index])


# ---- reading: bytes -> windows of whole records -> texts -----------------------------------------------------------


def _split_preamble(source: BinaryIO) -> tuple[bytes, bytes]:
    """What stands before the header, a byte-order mark and blank lines; and the first bytes behind it."""
    preamble = _read_exactly(source, len(_BOM))
    start = preamble.removeprefix(_BOM).lstrip(b"\r\n")
    while not start and (more := source.read(1 << 16)):
        preamble += more
        start = more.lstrip(b"\r\n")
    return preamble.removesuffix(start), start


def _windows(source: BinaryIO, offset: int, start: bytes, window_bytes: int) -> Iterator[Window]:
    """Cut a stream between records; a long record's window is as long as it needs. Ends at a record that is at fault.

    start: what was read of the stream before, from `offset` on.
    """
    finder = _core.RecordFinder(SIMD_LEVEL, max_record=_LONGEST_RECORD_BYTES, offset=offset)
    carried, wanted, last = start, window_bytes, False
    while not last:
        more = _read_exactly(source, wanted)
        last = len(more) < wanted
        data = carried + more
        found = finder.find(data, last)
        if len(found) == 0:
            # Doubles, so that a long record costs no more than twice its bytes, up to the longest, its line end and
            # the byte behind that.
            carried, wanted = data, min(max(wanted, len(data)), _LONGEST_RECORD_BYTES + 3 - len(data))
            continue
        content_ends, ends, fault = found.content_ends, found.ends, ""
        rejected = np.flatnonzero(found.fields < 0)
        if len(rejected) > 0:
            first = int(rejected[0])
            if last and found.fields[first] == _core.UNCLOSED:
                fault = 'opens a quote that never closes: close it, or double the quotes inside quoted fields ("")'
            else:
                fault = f"is longer than {_LONGEST_RECORD_BYTES:,} bytes: is a quote in it never closed?"
            content_ends, ends, last = content_ends[: first + 1], ends[: first + 1], True
        end = int(ends[-1])
        yield Window(data[:end], content_ends, ends, fault)
        carried, wanted = data[end:], window_bytes


def _read_exactly(source: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a pipe gives what it has."""
    parts, missing = [], size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _split_header(window: Window | None, name: str) -> tuple[Window, Window | None]:
    """The first window -> the header, and the records behind it."""
    if window is None:
        raise DataError(f"{name}: expected a CSV file with a line of column names, got an empty file")
    if len(window.ends) == 1:
        if window.fault:
            raise DataError(f"{name}: the header {window.fault}")
        return window, None
    end = int(window.ends[0])
    header = Window(window.data[:end], window.content_ends[:1], window.ends[:1])
    return header, Window(window.data[end:], window.content_ends[1:] - end, window.ends[1:] - end, window.fault)


def _column_names(header: Window, name: str) -> list[str]:
    record = header.data[: header.content_ends[0]]
    try:
        return next(csv.reader(io.StringIO(record.decode("utf-8"), newline="")))
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name}: expected UTF-8, got byte 0x{record[error.start]:02x} at position {error.start} of the header: "
            "save the file as UTF-8"
        ) from error
    except csv.Error as error:  # a field of more than 128 KiB
        raise DataError(
            f"{name}: expected a line of column names, got {error}: is a quote there never closed?"
        ) from error


def _chain(first: Window | None, rest: Iterator[Window]) -> Iterator[Window]:
    if first is not None:
        yield first
    yield from rest


def _text_index(
    columns: list[str],
    asked: str | None,
    trained_on: str | None,
    first: Window | None,
    name: str,
    say: Callable[[str], None],
) -> int:
    """Which column holds the texts."""
    existing = ", ".join(repr(column) for column in columns)
    if asked is not None and asked not in columns:
        raise DataError(f"{name}: expected a text column {asked!r}, got columns {existing}: choose with --text-column")
    for wanted in (asked, trained_on, "review", "text"):
        if wanted is not None and wanted in columns:
            if columns.count(wanted) > 1:
                raise DataError(f"{name}: has several columns {wanted!r}: rename all but the one to score")
            return columns.index(wanted)
    textual = _textual_columns(first, len(columns), name)
    if len(textual) != 1:
        raise DataError(
            f"{name}: expected a column 'review' or 'text', or a single one that holds text, got columns {existing}: "
            "choose with --text-column"
        )
    say(f"{name}: scoring the column {columns[textual[0]]!r}, the only one that holds text")
    return textual[0]


def _textual_columns(window: Window | None, width: int, name: str) -> list[int]:
    """The columns that are neither numbers, dates nor truth values, judged by the first window."""
    if window is None:
        return list(range(width))
    table = _parse(window, width, pa.csv.ConvertOptions(check_utf8=False), name, rows_before=0)
    kinds = (pa.types.is_string, pa.types.is_binary)
    return [index for index in range(width) if any(kind(table.schema.field(index).type) for kind in kinds)]


def _texts(window: Window, width: int, text_index: int, name: str, rows_before: int) -> pa.ChunkedArray:
    """The texts of a window's records, (rows,) binary: of every record that is no blank line."""
    column = str(text_index)
    options = pa.csv.ConvertOptions(
        include_columns=[column], column_types={column: pa.binary()}, strings_can_be_null=False
    )
    texts = _parse(window, width, options, name, rows_before)[column]
    expected = int(_holds_row(window, width).sum())
    if len(texts) != expected:
        raise DataError(
            f"{name}: expected {expected} rows from row {rows_before + 1} on {_ROW_NOTE}, but {len(texts)} can be "
            "parsed: check the quotes there"
        )
    return texts


def _parse(window: Window, width: int, convert: Any, name: str, rows_before: int) -> pa.Table:
    """Parse a window of records with pyarrow, as columns "0" to "width - 1"."""
    if window.fault:
        row = rows_before + int(_holds_row(window, width).sum())
        raise DataError(f"{name}: row {row} {_ROW_NOTE} {window.fault}")
    # pyarrow skips a byte-order mark at the start of what it is given; in the middle of a file it is text.
    data = _BOM + window.data if window.data.startswith(_BOM) else window.data
    try:
        return pa.csv.read_csv(
            pa.py_buffer(data),
            # One block: a quoted line end can then never straddle the edge of two (a bug in pyarrow 26), and rows
            # have numbers, which several threads would not give them.
            pa.csv.ReadOptions(
                column_names=[str(index) for index in range(width)], block_size=len(data), use_threads=False
            ),
            pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=width > 1),
            convert,
        )
    except pa.ArrowInvalid as error:
        raise DataError(f"{name}: {_parse_advice(window, width, str(error), rows_before)}") from error


def _parse_advice(window: Window, width: int, message: str, rows_before: int) -> str:
    # Read from the message: a handler of invalid rows is not asked about those that hold bad UTF-8.
    ragged = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", message)
    if not ragged:
        return f"cannot be parsed from row {rows_before + 1} on {_ROW_NOTE}: {message}"
    number, expected, found = map(int, ragged.groups())
    record = int(np.flatnonzero(_holds_row(window, width))[number - 1])
    content = window.data[window.starts[record] : window.content_ends[record]].decode("utf-8", "replace")
    return (
        f"expected {expected} fields, as in the header, got {found} in row {rows_before + number} {_ROW_NOTE}: "
        f"{content[:80]!r}. Put quotes around a text that holds commas, quotes or line breaks, and double the quotes "
        "inside it"
    )


def _holds_row(window: Window, width: int) -> npt.NDArray[np.bool_]:
    """(records,) bool: which records are rows. A blank line is one only where a row is a single, empty field."""
    if width == 1:
        return np.ones(len(window.ends), bool)
    return window.content_ends > window.starts


# ---- scoring -------------------------------------------------------------------------------------------------------


def _scored_fields(texts: pa.ChunkedArray, scorer: Scorer) -> tuple[list[bytes], int]:
    """The bytes to append to each row, and how many rows have a blank text."""
    # Encoding the next window on a thread meanwhile was tried: it takes a hundredth of the network's time on a CPU, and
    # a thread that still reads stdin or encodes when the process ends aborts it.
    ids = scorer.encode(texts)
    probabilities = scorer.probabilities_of(ids)  # (rows, classes)
    blank = _blank_rows(texts, ids)
    labels = [_fields([label]) for label in scorer.classes]
    shown = probabilities[:, 1:] if probabilities.shape[1] == 2 else probabilities
    appended = [
        b"%b,%b" % (labels[index], ",".join(f"{score:.6f}" for score in scores).encode())
        for index, scores in zip(predicted_indices(probabilities).tolist(), shown.tolist(), strict=True)
    ]
    for row in blank:
        appended[row] = b"," * shown.shape[1]
    return appended, len(blank)


def _blank_rows(texts: pa.ChunkedArray, ids: TokenIds) -> list[int]:
    """The rows whose text is empty or white space; only those without ids can be."""
    candidates = np.flatnonzero(ids.lengths == 0)
    found = texts.take(pa.array(candidates)).to_pylist()
    return [row for row, text in zip(candidates.tolist(), found, strict=True) if not _decoded(text).strip()]


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


# ---- writing -------------------------------------------------------------------------------------------------------


def _write(window: Window, appended: list[bytes | None], sink: BinaryIO) -> None:
    """Copy each record, its new fields before its line end; None copies it as it is."""
    pieces = []
    starts, content_ends, ends = window.starts.tolist(), window.content_ends.tolist(), window.ends.tolist()
    for start, content_end, end, fields in zip(starts, content_ends, ends, appended, strict=True):
        pieces.append(window.data[start:content_end])
        if fields is not None:
            pieces += (b",", fields)
        pieces.append(window.data[content_end:end])
    sink.write(b"".join(pieces))


def _spread_over_records(appended: list[bytes], window: Window, width: int) -> list[bytes | None]:
    rows = iter(appended)
    return [next(rows) if holds_row else None for holds_row in _holds_row(window, width).tolist()]


def _score_columns(classes: list[Any]) -> list[str]:
    return [SCORE] if len(classes) == 2 else [f"{SCORE}_{label}" for label in classes]


def _fields(values: list[Any]) -> bytes:
    """Values as CSV fields, quoted where they must be."""
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(values)  # Python 3.11's quotes no other line ends
    return line.getvalue().removesuffix("\r\n").encode()
