"""The records of a chunk of JSON -> their members and texts, and why some of them are rejected.

In: bytes and where their lines or values are. Out: `ParsedRecords`. Finding them is left to reader.py and the core,
parsing an object to objects.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from sentiment_fast import _core
from sentiment_fast.errors import DataError, quoted
from sentiment_fast.io.chunks import Places
from sentiment_fast.io.jsonl.objects import Member, kind_of, read_members
from sentiment_fast.text.containers import is_unicode

BLANK = b" \t\r\n"
_BOM = "\ufeff"
_SHORT = 7  # bytes that fit into a number with their count
_MANY = 1000
_MOST_QUOTED = 100  # characters of a name
_FIRST_BYTE_REASONS = [f"expected an object, got {kind_of(chr(byte) if byte < 128 else '?')}" for byte in range(256)]
_MAY_BEGIN_OBJECT = np.isin(np.arange(256), np.frombuffer(b"{" + BLANK, np.uint8))
_OPEN_ARRAY = "the array does not end: is the file complete?"
_BROKEN = "a bracket or a string does not close, or brackets do not match"


@dataclass(frozen=True)
class JsonLayout:
    """columns: names of the members in the first records, in the order of their appearance. text: the member with the
    texts. kept: members to read, None for all. reserved: members that will be added. closed: whether the output has
    these columns only, so that an object with any other is rejected.
    """

    columns: list[str]
    text: str
    kept: list[str] | None
    reserved: frozenset[str]
    closed: bool = False


class _Outcome(NamedTuple):
    """What a record is: an object with a text, or the number of the reason for which it is rejected, or -1: neither."""

    members: list[Member] | None
    text: bytes | None
    reason: int


class ParsedRecords:
    """A chunk's records; the attributes are those of a `JsonWindow`. Records with a kind above 0 hold a value."""

    def __init__(
        self, data: memoryview, records: _core.CsvRecords, begins: Places, layout: JsonLayout, max_record: int
    ) -> None:
        self.holds_row, self.rejected = np.zeros(len(records), bool), records.fields < 0
        self.braces = records.content_ends.copy()
        self.reasons: list[str] = []
        self.reason_numbers = np.full(len(records), -1, np.int64)
        self._numbers: dict[str, int] = {}
        self._data, self._first = data, records.offset == 0
        self._begins, self._ends = begins, records.content_ends
        self._layout = layout
        self._columns = frozenset(layout.kept or layout.columns) if layout.closed or layout.kept is not None else None
        self._objects, self._texts = np.empty(len(records), object), np.empty(len(records), object)  # of None
        self._reject(records.fields == _core.OVERLONG, f"longer than {max_record} bytes")
        self._reject(records.fields == _core.UNCLOSED, _BROKEN)
        self._reject(records.fields == _core.JSON_OPEN_ARRAY, _OPEN_ARRAY)
        places = np.flatnonzero((records.fields > 0) & ~self.rejected)
        self._parse(self._without_short(self._without_others(places)))

    @property
    def objects(self) -> list[list[Member]]:
        """(rows,): the members of each object."""
        return self._objects[self.holds_row].tolist()  # type: ignore[no-any-return]

    @property
    def texts(self) -> pa.LargeBinaryArray:
        """(rows,): their texts."""
        return pa.array(self._texts[self.holds_row].tolist(), pa.large_binary())

    def _reject(self, which: np.ndarray, reason: str) -> None:
        """which: (records,) bool, or their places."""
        if which.any() if which.dtype == bool else len(which):
            self.reason_numbers[which] = self._number(reason)
            self.rejected[which] = True

    def _number(self, reason: str) -> int:
        if (number := self._numbers.setdefault(reason, len(self.reasons))) == len(self.reasons):
            self.reasons.append(reason)
        return number

    def _without_others(self, places: Places) -> Places:
        """Rejects what begins with a byte with which no object does; returns the other places."""
        if len(places) == 0:
            return places
        firsts = np.frombuffer(self._data, np.uint8)[self._begins[places]]
        may_be_object = _MAY_BEGIN_OBJECT[firsts]
        may_be_object[0] |= bool(self._first and self._begins[places[0]] == 0)  # a byte-order mark
        if not may_be_object.all():
            others, firsts = places[~may_be_object], firsts[~may_be_object]
            numbers = np.full(256, -1)
            for byte in np.flatnonzero(np.bincount(firsts)).tolist():
                numbers[byte] = self._number(_FIRST_BYTE_REASONS[byte])
            self.reason_numbers[others] = numbers[firsts]
            self.rejected[others] = True
        return places[may_be_object]

    def _without_short(self, places: Places) -> Places:
        """Parses the distinct ones of records of a few bytes, if there are many of them; returns the other places."""
        lengths = self._ends[places] - self._begins[places]
        short = (lengths <= _SHORT) & (self._begins[places] > 0)
        if int(short.sum()) < _MANY:
            return places
        rows, lengths = places[short], lengths[short]
        data, keys = np.frombuffer(self._data, np.uint8), lengths.copy()
        for place in range(_SHORT):
            inside = np.minimum(self._begins[rows] + place, len(data) - 1)
            keys |= np.where(place < lengths, data[inside].astype(np.int64), 0) << (8 * place + 8)
        encoded = pa.array(keys).dictionary_encode()
        keyed = [int(key).to_bytes(8, "little", signed=True) for key in encoded.dictionary.to_pylist()]
        contents = [key[1 : 1 + key[0]].rstrip(BLANK) for key in keyed]
        outcomes = [self._parsed(content, False) for content in contents]
        which = encoded.indices.to_numpy()
        self.reason_numbers[rows] = np.array([one.reason for one in outcomes])[which]
        self.rejected[rows] = self.reason_numbers[rows] >= 0
        self.holds_row[rows] = np.array([one.members is not None for one in outcomes])[which]
        braces = np.array([len(content) - 1 for content in contents])
        kept = self.holds_row[rows]
        self.braces[rows[kept]] = (self._begins[rows] + braces[which])[kept]
        self._objects[rows] = _object_array([one.members for one in outcomes])[which]
        self._texts[rows] = _object_array([one.text for one in outcomes])[which]
        return places[~short]

    def _parse(self, places: Places) -> None:
        """Parses records one by one."""
        rows, braces = [], []
        begins, ends = self._begins[places].tolist(), self._ends[places].tolist()
        for place, begin, end in zip(places.tolist(), begins, ends, strict=True):
            content = bytes(self._data[begin:end]).rstrip(BLANK)
            outcome = self._parsed(content, self._first and begin == 0)
            if outcome.reason >= 0:
                self.reason_numbers[place], self.rejected[place] = outcome.reason, True
            elif outcome.members is not None:
                self._objects[place], self._texts[place], _ = outcome
                rows.append(place)
                braces.append(begin + len(content) - 1)
        self.holds_row[rows] = True
        self.braces[rows] = braces

    def _parsed(self, content: bytes, first: bool) -> _Outcome:
        """content: without spaces after it."""
        if not content:
            return _Outcome(None, None, -1)
        try:
            members = members_of(content, first)
            return _Outcome(members, self._checked_text(members), -1)
        except DataError as error:
            return _Outcome(None, None, self._number(str(error)))

    def _checked_text(self, members: list[Member]) -> bytes | None:
        """An object's text, None if it has none. Raises DataError for an object that cannot be written or scored."""
        names = [member.name for member in members]
        if not self._layout.reserved.isdisjoint(names):
            taken = next(name for name in names if name in self._layout.reserved)
            raise DataError(f"already has a member {taken!r}, which would be added")
        if self._columns is not None:
            self._check_names(names, self._columns)
        text = None
        for member in members:
            if member.name == self._layout.text:  # the last one, as in Python and JavaScript
                text = member
        if text is None or text.raw == "null":
            return None
        if text.text is None:
            raise DataError(f"expected a string or null in {text.name!r}, got {kind_of(text.raw)}")
        return text.text.encode("utf-8", "surrogatepass")

    def _check_names(self, names: list[str], columns: frozenset[str]) -> None:
        if len(set(names)) < len(names):
            for name, count in Counter(names).items():
                if count > 1 and name in columns:
                    raise DataError(f"has several members {quoted(name, _MOST_QUOTED)}")
        if self._layout.kept is None and not columns.issuperset(names):
            foreign = next(name for name in names if name not in columns)
            if not is_unicode(foreign):
                raise DataError(f"has a member {quoted(foreign, _MOST_QUOTED)}, whose name is not valid Unicode")
            raise DataError(
                f"has a member {quoted(foreign, _MOST_QUOTED)} that the first lines lack: choose which members to write"
            )


def members_of(content: bytes, first: bool) -> list[Member]:
    """The members of an object. first: whether it is at the start of the file, where a byte-order mark may precede it.

    Raises DataError with the reason if there is no object.
    """
    try:
        line = content.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"not valid UTF-8 at byte {error.start + 1} of the line") from error
    return read_members(line.removeprefix(_BOM) if first else line)


def _object_array(values: list[object]) -> np.ndarray:
    """(n,): as objects, also if all are lists of one length."""
    array = np.empty(len(values), object)
    for place, value in enumerate(values):
        array[place] = value
    return array
