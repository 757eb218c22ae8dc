"""Two folders with what one case wrote in two trees -> their first difference, in words, or None.

In: the folders, and what may differ. Out: a text such as "out.csv: byte 120 ...". What is compared: names of files,
and their bytes, except for what is named here. Running the cases is left to others.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# Words for people, pictures, and what only the next run of the same version reads.
_NAME_ONLY = ("README.md", "*.png", "*.journal", "search.json", "trials.jsonl", "messages-*")
_TIMED = ("metrics.json", "history.jsonl", "stdout-*.json")  # JSON with seconds in it
_PRINTED = ("stdout-*.txt",)  # figures rounded for people
_TIMES = re.compile("seconds|per_second")
_NUMBER = re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_TOKENS = "sentiment_tokens"
_NEARBY = 40  # bytes shown on either side of a difference


@dataclass(frozen=True)
class Allowed:
    """What may differ. score_tolerance: by how much any number may, in data that hold scores; 0 for none.
    tokens: whether the column sentiment_tokens may.
    """

    score_tolerance: float = 0.0
    tokens: bool = False

    @property
    def distance(self) -> float:
        """The tolerance, and a little more, as decimals are not exact in binary: 0.123457 - 0.123456 > 1e-6."""
        return 1.001 * self.score_tolerance

    @property
    def any(self) -> bool:
        return self.tokens or self.score_tolerance > 0


def first_difference(old: Path, new: Path, allowed: Allowed) -> str | None:
    """old, new: folders, or single files."""
    if old.is_file() and new.is_file():
        return file_difference(old, new, old.name, allowed)
    names, others = _names(old), _names(new)
    for name in sorted(names ^ others):
        return f"{name}: only in the {'old' if name in names else 'new'} tree's folder"
    for name in sorted(names):
        found = file_difference(old / name, new / name, name, allowed)
        if found is not None:
            return found
    return None


def file_difference(old: Path, new: Path, name: str, allowed: Allowed) -> str | None:
    if any(Path(name).match(pattern) for pattern in _NAME_ONLY):
        return None
    data, other = old.read_bytes(), new.read_bytes()
    if data == other:
        return None
    if name.endswith(".rejects.csv") or Path(name).name == "rejects.csv":
        return _rows_difference(name, _without_reasons(data), _without_reasons(other))
    if any(Path(name).match(pattern) for pattern in _TIMED):
        return _json_difference(name, data, other, allowed)
    if Path(name).suffix == ".npy":
        return _array_difference(name, old, new, allowed)
    if Path(name).suffix == ".parquet":
        return _table_difference(name, old, new, allowed)
    return _data_difference(name, data, other, allowed)


def _names(folder: Path) -> set[str]:
    """Of its files and theirs; what is linked there is an input."""
    if not folder.is_dir():
        return set()
    names = set()
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        names |= {f"{path.name}/{name}" for name in _names(path)} if path.is_dir() else {path.name}
    return names


def _data_difference(name: str, data: bytes, other: bytes, allowed: Allowed) -> str | None:
    plain, plain_other = _decompressed(name, data), _decompressed(name, other)
    if plain is None or plain_other is None:  # not compressed, or damaged
        plain, plain_other, unpacked = data, other, ""
    elif plain == plain_other:
        return None if allowed.any else f"{name}: other compressed bytes, the same data in them"
    else:
        unpacked = " decompressed"
    if not allowed.any or name.endswith((".safetensors", "config.json", "vocabulary.txt", "best.json", ".part")):
        return f"{name}:{unpacked} {_first_byte(plain, plain_other)}"
    if allowed.tokens:
        plain, plain_other = _without_tokens(plain), _without_tokens(plain_other)
    rounded = any(Path(name).match(pattern) for pattern in _PRINTED)
    if _nearly_equal(plain, plain_other, allowed.distance, rounded):
        return None
    return f"{name}:{unpacked} more than is allowed, {_first_byte(plain, plain_other)}"


def _decompressed(name: str, data: bytes) -> bytes | None:
    try:
        match Path(name).suffix:
            case ".gz":
                return gzip.decompress(data)
            case ".bz2":
                return bz2.decompress(data)
            case ".xz":
                return lzma.decompress(data)
            case ".zst":
                return pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
    except (OSError, EOFError, lzma.LZMAError):
        return None
    return None


def _first_byte(data: bytes, other: bytes) -> str:
    shorter = min(len(data), len(other))
    unequal = np.flatnonzero(np.frombuffer(data, np.uint8, shorter) != np.frombuffer(other, np.uint8, shorter))
    offset = int(unequal[0]) if len(unequal) else shorter
    shown = slice(max(0, offset - _NEARBY), offset + _NEARBY)
    line = data.count(b"\n", 0, offset) + 1
    return f"byte {offset:,} (line {line:,}), old {data[shown]!r}, new {other[shown]!r}"


def _nearly_equal(data: bytes, other: bytes, tolerance: float, rounded: bool) -> bool:
    """Equal except for numbers, which are equal up to the tolerance. rounded: or up to a unit of their last place."""
    if _NUMBER.split(data) != _NUMBER.split(other):
        return False
    numbers = zip(_NUMBER.findall(data), _NUMBER.findall(other), strict=True)
    for number, another in numbers:
        if number == another:
            continue
        places = len(number.partition(b".")[2])
        unit = 1.001 * 10.0**-places if rounded and places else 0.0
        if not abs(float(number) - float(another)) <= max(tolerance, unit):
            return False
    return True


def _without_tokens(data: bytes) -> bytes:
    """Rows of CSV or JSON Lines without the column sentiment_tokens, which is the last one where it is there."""
    header, _, _ = data.partition(b"\n")
    if header.rstrip(b"\r").endswith(_TOKENS.encode()):
        return re.sub(rb"(?<=[,;|\t])\d*(?=\r?\n|$)", b"", data)
    return re.sub(rb'("sentiment_tokens": ?)(\d+|null)', rb"\1", data)


def _without_reasons(data: bytes) -> list[list[str]]:
    """A file of rejected records: everything but the words that say what is wrong with them."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8", "surrogateescape"), newline=""), strict=True))
    place = rows[0].index("reason") if rows and "reason" in rows[0] else None
    return [row if place is None else row[:place] + row[place + 1 :] for row in rows]


def _rows_difference(name: str, rows: list[list[str]], others: list[list[str]]) -> str | None:
    for number, (row, other) in enumerate(zip(rows, others, strict=False), 1):
        if row != other:
            return f"{name}: row {number}, old {row}, new {other}"
    return None if len(rows) == len(others) else f"{name}: old has {len(rows)} rows, new {len(others)}"


def _json_difference(name: str, data: bytes, other: bytes, allowed: Allowed) -> str | None:
    try:
        values, others = (
            [json.loads(line) for line in text.splitlines()] if name.endswith(".jsonl") else json.loads(text)
            for text in (data, other)
        )
    except ValueError:
        return f"{name}: {_first_byte(data, other)}"
    kept, also = (dict(_leaves(value)) for value in (values, others))
    for place in [*kept, *(place for place in also if place not in kept)]:
        value, another = kept.get(place, "nothing"), also.get(place, "nothing")
        near = isinstance(value, float) and isinstance(another, float)
        if value != another and not (near and abs(value - another) <= allowed.distance):
            return f"{name}: {place}, old {value!r}, new {another!r}"
    # Order and form count too, also where times differ.
    forms = [re.sub(rb"[-+.\deE]+", b"0", text) for text in (data, other)]
    return None if forms[0] == forms[1] or allowed.any else f"{name}: {_first_byte(*forms)} (numbers as 0)"


def _leaves(value: Any, place: str = "$") -> Iterator[tuple[str, Any]]:
    """Values and where they are, without times and without the reasons of failures."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if not _TIMES.search(name) and name != "reason":
                yield from _leaves(inner, f"{place}.{name}")
    elif isinstance(value, list):
        yield f"{place}.length", len(value)
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}[{number}]")
    else:
        yield place, value


def _array_difference(name: str, old: Path, new: Path, allowed: Allowed) -> str | None:
    array, other = np.load(old, allow_pickle=False), np.load(new, allow_pickle=False)
    if (array.shape, array.dtype) != (other.shape, other.dtype):
        return f"{name}: old is {array.shape} {array.dtype}, new {other.shape} {other.dtype}"
    unequal = array != other
    if array.dtype.kind == "f" and allowed.score_tolerance:
        unequal = ~(np.abs(array - other) <= allowed.distance)
        if array.ndim == 2:  # (texts, classes): no text may get another label
            unequal[array.argmax(axis=1) != other.argmax(axis=1)] = True
        if not unequal.any():
            return None
    if not unequal.any():
        return f"{name}: equal values in other bytes"
    place = tuple(int(one[0]) for one in np.nonzero(unequal))
    return f"{name}: at {place}, old {array[place]!r}, new {other[place]!r}"


def _table_difference(name: str, old: Path, new: Path, allowed: Allowed) -> str | None:
    try:
        table, other = pq.read_table(old), pq.read_table(new)
    except (pa.ArrowException, OSError) as error:
        return f"{name}: other bytes, and not both can be read ({error})"
    if not table.schema.equals(other.schema, check_metadata=True):
        return f"{name}: columns, old {table.schema.to_string()}, new {other.schema.to_string()}"
    if len(table) != len(other):
        return f"{name}: old has {len(table):,} rows, new {len(other):,}"
    for column in table.column_names:
        if allowed.tokens and column == _TOKENS:
            continue
        values, others = table[column].to_pylist(), other[column].to_pylist()
        for row, (value, another) in enumerate(zip(values, others, strict=True)):
            score = column.startswith("sentiment_score") and isinstance(value, float) and isinstance(another, float)
            if value != another and not (score and abs(value - another) <= allowed.distance):
                return f"{name}: row {row + 1}, column {column}, old {value!r}, new {another!r}"
    return None if allowed.any else f"{name}: equal tables in other bytes"
