"""The file formats, one line each, and the format that a file name implies.

In: a name, or first bytes to check against it. Out: a `Format`, whose reader and writer are imported when needed, and
which all other bytes are left to. To add a format, add a line here and a folder next to this file.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.errors import DataError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from sentiment_fast.io.options import Reading
    from sentiment_fast.io.source import Source
    from sentiment_fast.io.window import Reader, Window, Writer


@dataclass(frozen=True)
class Format:
    """A file format.

    extensions: its file extensions, lower case. reader: module:class of a `Reader`, made from a `Source` and a
    `Reading`. writer: module:function that makes a `Writer`. streamed: whether it is read and written from start to
    end, so that the whole file may be compressed. repeats_names: whether several columns may have the same name.
    keeps_bytes: whether records are copied in an encoding of one byte per character, rather than in UTF-8.
    """

    name: str
    extensions: tuple[str, ...]
    reader: str
    writer: str
    streamed: bool = True
    repeats_names: bool = False
    keeps_bytes: bool = False

    def open_reader(self, source: Source, reading: Reading) -> Reader[Window]:
        """Raises DataError for a source that is not in this format or cannot be read."""
        reader: Reader[Window] = _imported(self.reader)(source, reading)
        return reader

    def make_writer(
        self, first: Reader[Window], added: pa.Schema, options: object, window_bytes: int
    ) -> Writer[Window]:
        """See `outputs.make_writer`."""
        writer: Writer[Window] = _imported(self.writer)(first, added, options, window_bytes)
        return writer


CSV, JSON_LINES, PARQUET = "CSV", "JSON Lines", "Parquet"
_IO = "sentiment_fast.io"
FORMATS = (
    Format(
        CSV,
        (".csv", ".tsv"),
        f"{_IO}.csv.reader:CsvReader",
        f"{_IO}.csv.writer:make_writer",
        repeats_names=True,
        keeps_bytes=True,
    ),
    Format(JSON_LINES, (".jsonl", ".ndjson"), f"{_IO}.jsonl.reader:JsonLinesReader", f"{_IO}.jsonl.writer:make_writer"),
    Format(
        PARQUET,
        (".parquet", ".pq"),
        f"{_IO}.parquet.reader:ParquetReader",
        f"{_IO}.parquet.writer:make_writer",
        streamed=False,
    ),
)
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
FIRST_BYTES = 64  # of a file, which show its type
_OTHER_KINDS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "ZIP or Excel",
    b"PAR1": "Parquet",
}
_OTHERS = {".json", ".feather", ".arrow", ".xlsx", ".xls", ".avro", ".orc"}


def format_named(name: str) -> Format:
    """The format with this name."""
    return next(one for one in FORMATS if one.name == name)


def input_format(name: str) -> str:
    """The format of a file: CSV, unless its extension says otherwise. Raises DataError for unsupported formats."""
    extension = _extension(name)
    if extension in _OTHERS:
        kinds = _listed([f"{one.name} ({', '.join(one.extensions)})" for one in FORMATS])
        names = _listed([one.name for one in FORMATS])
        raise DataError(f"{name}: expected {names}, got a file name ending in {extension}: convert it to {kinds}")
    found = _by_extension(extension, CSV)
    if not found.streamed and extension != Path(name).suffix.lower():
        raise DataError(
            f"{name}: {found.name} files cannot be read compressed, only their columns can be: decompress the file"
        )
    return found.name


def output_format(name: str, otherwise: str) -> str:
    """The format to write to a file. otherwise: used if the extension is unknown. Raises UsageError if unsupported."""
    extension = _extension(name)
    if extension in _OTHERS:
        streamed = ", ".join(ending for one in FORMATS if one.streamed for ending in one.extensions)
        others = ", ".join(ending for one in FORMATS if not one.streamed for ending in one.extensions)
        raise UsageError(f"{name}: expected a file name ending in {streamed} (optionally compressed) or {others}")
    found = _by_extension(extension, otherwise)
    if not found.streamed and Path(name).suffix.lower() in COMPRESSIONS:
        raise UsageError(
            f"{name}: {found.name} compresses its columns itself: leave {Path(name).suffix} out of the name"
        )
    return found.name


def has_format(name: str) -> bool:
    """Whether the extension is that of a format, supported or not."""
    extension = _extension(name)
    return extension in _OTHERS or any(extension in one.extensions for one in FORMATS)


def is_compressed(name: str) -> bool:
    """Whether the extension is that of a compression."""
    return Path(name).suffix.lower() in COMPRESSIONS


def delimiter_for(name: str) -> str:
    """The delimiter that a CSV file's name implies."""
    return "\t" if _extension(name) == ".tsv" else ","


def check_content(data: bytes, name: str) -> None:
    """Raises DataError if the first bytes are those of another file type than the name says."""
    for start_of_kind, kind in _OTHER_KINDS.items():
        if data.startswith(start_of_kind):
            raise DataError(
                f"{name}: has the content of a {kind} file: decompress it, or name it as such files are named"
            )


def _by_extension(extension: str, otherwise: str) -> Format:
    return next((one for one in FORMATS if extension in one.extensions), format_named(otherwise))


def _extension(name: str) -> str:
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _imported(place: str) -> Any:
    """The object at "module:name"."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
