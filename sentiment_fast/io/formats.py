"""The names of files -> the format of what is in them: CSV, JSON Lines or Parquet.

In: a name. Out: one of the three formats. What the bytes are is found out by those who read them.
"""

from __future__ import annotations

from pathlib import Path

from sentiment_fast.errors import DataError, UsageError

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
CSV, JSON_LINES, PARQUET = "CSV", "JSON Lines", "Parquet"
_FORMATS = {
    ".csv": CSV,
    ".tsv": CSV,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".parquet": PARQUET,
    ".pq": PARQUET,
}
_OTHERS = {".json", ".feather", ".arrow", ".xlsx", ".xls", ".avro", ".orc"}
_ADVICE = "convert it to CSV (.csv, .tsv), JSON Lines (.jsonl, .ndjson) or Parquet (.parquet, .pq)"


def input_format(name: str) -> str:
    """What a file of this name holds: CSV, unless its extension says otherwise. Raises DataError for other formats."""
    extension = _extension(name)
    if extension in _OTHERS:
        raise DataError(f"{name}: expected CSV, JSON Lines or Parquet, got a name in {extension}: {_ADVICE}")
    found = _FORMATS.get(extension, CSV)
    if found == PARQUET and extension != Path(name).suffix.lower():
        raise DataError(f"{name}: Parquet is compressed inside: unpack the file, to read it from any place")
    return found


def output_format(name: str, otherwise: str) -> str:
    """What to write to a file of this name. otherwise: for one whose extension says nothing. Raises UsageError."""
    extension = _extension(name)
    if extension in _OTHERS:
        raise UsageError(
            f"{name}: expected a name that ends in .csv, .tsv, .jsonl, .ndjson (and a compression) or in .parquet, .pq"
        )
    found = _FORMATS.get(extension, otherwise)
    if found == PARQUET and Path(name).suffix.lower() in COMPRESSIONS:
        raise UsageError(f"{name}: Parquet is compressed inside: name it without {Path(name).suffix}")
    return found


def has_format(name: str) -> bool:
    """Whether the name is that of a file in one of the formats, or in one that cannot be written."""
    return _extension(name) in _FORMATS or _extension(name) in _OTHERS


def delimiter_for(name: str) -> str:
    """Of a CSV file that is not made from another."""
    return "\t" if _extension(name) == ".tsv" else ","


def _extension(name: str) -> str:
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""
