"""A window's records and their new fields -> the bytes of the output, leaving out the rejected records.

In: a `CsvWindow` and the fields to append. Out: bytes. A record's own bytes are copied: nothing is quoted anew,
re-encoded or reordered.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast import _core
from sentiment_fast.io.chunks import Mask, Places
from sentiment_fast.io.csv.reader import CsvWindow, large_binary
from sentiment_fast.scoring.columns import join_columns

_BOM = b"\xef\xbb\xbf"
NUMBER = r"^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?%?$"


def append_fields(
    window: CsvWindow, appended: pa.LargeBinaryArray, header: bytes | None, delimiter: str, excel_safe: bool
) -> bytes | pa.Buffer:
    """The window's records without those that were rejected; blank lines as they are.

    appended: (rows,), what each row gets, and header: what the record with the names gets; None leaves that out, and
    what is before it. The output has all columns, or those of `window.fields`, if there are any.
    """
    kept = ~window.rejected
    if header is None:
        kept[: window.header + 1] = False
    suffixes, offsets = _spread(window, appended, header or b"", kept)
    if window.fields:
        return _chosen_columns(window, kept, large_binary(suffixes, offsets), delimiter, excel_safe)
    if kept.all():
        return _core.append_suffixes(window.data, window.records.content_ends, suffixes.data, offsets)
    starts, content_ends = window.starts[kept], window.records.content_ends[kept]
    data, begins = _core.field_values(window.data, starts, window.records.ends[kept], None)
    return _core.append_suffixes(data.data, begins[:-1] + content_ends - starts, suffixes.data, offsets)


def _spread(
    window: CsvWindow, appended: pa.LargeBinaryArray, header: bytes, kept: Mask
) -> tuple[npt.NDArray[np.uint8], Places]:
    """Rows' fields, and the header's -> those of all kept records, blank lines among them: bytes and offsets."""
    ends = np.frombuffer(appended.buffers()[1], np.int64)[: len(appended) + 1] if len(appended) else np.zeros(1, int)
    values = appended.buffers()[2] if len(appended) else None
    fields = np.frombuffer(values, np.uint8)[: int(ends[-1])] if values else np.zeros(0, np.uint8)
    lengths = np.zeros(len(kept), np.int64)
    lengths[window.holds_row] = np.diff(ends)
    if window.header >= 0:  # before all rows
        lengths[window.header] = len(header)
        fields = np.concatenate([np.frombuffer(header, np.uint8), fields])
    return fields, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[kept])])


def _chosen_columns(
    window: CsvWindow, kept: Mask, suffixes: pa.LargeBinaryArray, delimiter: str, excel_safe: bool
) -> pa.Buffer:
    records = window.records
    delimiters = pa.array(["", delimiter], pa.large_binary()).take(pa.array((records.fields[kept] != 0).astype(int)))
    parts: list[pa.Array] = []
    for begins, ends in window.fields.values():
        if parts:
            parts.append(delimiters)
        if excel_safe:
            parts += _guarded(window.data, begins[kept], ends[kept])
        else:
            parts.append(_raw(window.data, begins[kept], ends[kept]))
    parts += [suffixes, _raw(window.data, records.content_ends[kept], records.ends[kept])]
    joined = join_columns(parts)
    total = int(np.frombuffer(joined.buffers()[1], np.int64)[len(joined)]) if len(joined) else 0
    first = records.offset == 0 and kept[0] and bytes(window.data[:3]) == _BOM  # of no field
    mark = _BOM if first else b""
    if total == 0:
        return pa.py_buffer(mark)
    content = joined.buffers()[2].slice(0, total)
    return pa.py_buffer(mark + content.to_pybytes()) if mark else content


def _raw(data: memoryview, begins: Places, ends: Places) -> pa.Array:
    return large_binary(*_core.field_values(data, begins, ends, None))


def _guarded(data: memoryview, begins: Places, ends: Places) -> list[pa.Array]:
    """Fields as they stand in the file, an apostrophe before the value of those that a spreadsheet would run."""
    bytes_ = np.frombuffer(data, np.uint8)
    filled = (begins >= 0) & (ends > begins)
    first = np.where(filled, bytes_[np.where(filled, begins, 0)], 0)
    quoted = first == ord('"')
    begins_inside = begins + quoted
    filled &= ends > begins_inside
    first = np.where(filled, bytes_[np.where(filled, begins_inside, 0)], 0)
    formulas = np.isin(first, np.frombuffer(b"=+-@\t\r", np.uint8))
    signed = np.flatnonzero(formulas & np.isin(first, np.frombuffer(b"+-", np.uint8)))
    if len(signed) > 0:
        values = large_binary(*_core.field_values(data, begins[signed], ends[signed]))
        formulas[signed[pc.match_substring_regex(values, NUMBER).to_numpy(zero_copy_only=False)]] = False
    prefix = np.where(formulas, np.where(quoted, 2, 1), 0)
    rest = np.where(formulas, begins_inside, begins)
    return [
        pa.array([b"", b"'", b"\"'"], pa.large_binary()).take(pa.array(prefix)),
        _raw(data, rest, ends),
    ]
