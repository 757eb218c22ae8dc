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
    `Reading`. writer: module:function that makes a `Writer`; None if the format is only read. option: the value of
    `input_format` and `output_format` that stands for it. streamed: whether it is read and written from start to end,
    so that the whole file may be compressed. repeats_names: whether several columns may have the same name.
    keeps_bytes: whether records are copied in an encoding of one byte per character, rather than in UTF-8.
    """

    name: str
    extensions: tuple[str, ...]
    reader: str
    writer: str | None
    option: str | None = None
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
        assert self.writer is not None  # see output_format
        writer: Writer[Window] = _imported(self.writer)(first, added, options, window_bytes)
        return writer


CSV, JSON_LINES, JSON, PARQUET, EXCEL, TABLE = "CSV", "JSON Lines", "JSON", "Parquet", "Excel", "table in memory"
_IO = "sentiment_fast.io"
FORMATS = (
    Format(
        CSV,
        (".csv", ".tsv"),
        f"{_IO}.csv.reader:CsvReader",
        f"{_IO}.csv.writer:make_writer",
        option="csv",
        repeats_names=True,
        keeps_bytes=True,
    ),
    Format(
        JSON_LINES,
        (".jsonl", ".ndjson"),
        f"{_IO}.jsonl.reader:JsonLinesReader",
        f"{_IO}.jsonl.writer:make_writer",
        option="jsonl",
    ),
    Format(JSON, (".json",), f"{_IO}.json.reader:JsonReader", f"{_IO}.json.writer:make_writer", option="json"),
    Format(
        PARQUET,
        (".parquet", ".pq"),
        f"{_IO}.parquet.reader:ParquetReader",
        f"{_IO}.parquet.writer:make_writer",
        option="parquet",
        streamed=False,
    ),
    Format(
        EXCEL,
        (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
        f"{_IO}.excel.reader:ExcelReader",
        writer=None,
        option="excel",
        streamed=False,
    ),
    Format(TABLE, (), f"{_IO}.memory.reader:TableReader", writer=None, streamed=False),
)
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
TSV = "tsv"  # as an option: CSV whose delimiter is a tab
FIRST_BYTES = 64  # of a file, which show its type
_OTHER_KINDS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "ZIP or Excel",
    b"PAR1": "Parquet",
}
_UNREADABLE = {".feather", ".arrow", ".avro", ".orc"}
_ARCHIVES = {".zip", ".7z", ".lz4", ".br", ".z", ".lzma", ".tgz", ".tar", ".rar"}
_UNWRITABLE = {*_UNREADABLE, *_ARCHIVES, ".html", ".htm", ".xml"}


def format_named(name: str) -> Format:
    """The format with this name."""
    return next(one for one in FORMATS if one.name == name)


def input_format(name: str, chosen: str | None = None) -> str:
    """The format of a file: CSV, unless its extension says otherwise.

    chosen: an `input_format`, which decides whatever the name is. Raises DataError for a name of an unsupported format,
    UsageError for an unknown `input_format`.
    """
    if chosen is not None:
        return _of_option(chosen, "input_format", [one for one in FORMATS if one.option]).name
    extension = _extension(name)
    if extension in _UNREADABLE:
        readable = [one for one in FORMATS if one.extensions]
        kinds = _either([f"{one.name} ({', '.join(one.extensions)})" for one in readable])
        names = _either([one.name for one in readable])
        raise DataError(f"{name}: expected {names}, got a file name ending in {extension}: convert it to {kinds}")
    found = _by_extension(extension, CSV)
    if not found.streamed and extension != Path(name).suffix.lower():
        raise DataError(f"{name}: {found.name} files cannot be read compressed as a whole: decompress the file")
    return found.name


def output_format(name: str, otherwise: str, chosen: str | None = None) -> str:
    """The format to write to a file.

    otherwise: the input's, used if the extension implies none; CSV if it is one that is only read. chosen: an
    `output_format`, which decides whatever the name is. Raises UsageError for an unknown `output_format` and for a name
    of a format or compression that is not written.
    """
    extension = _extension(name)
    if chosen is not None:
        found = _of_option(chosen, "output_format", [one for one in FORMATS if one.writer])
    else:
        found = _by_extension(extension, otherwise)
        if extension in _UNWRITABLE or (found.writer is None and extension in found.extensions):
            written = [one for one in FORMATS if one.writer]
            streamed = ", ".join(ending for one in written if one.streamed for ending in one.extensions)
            others = ", ".join(ending for one in written if not one.streamed for ending in one.extensions)
            raise UsageError(
                f"{name}: expected a file name ending in {streamed} (optionally followed by {', '.join(COMPRESSIONS)}) "
                f"or {others}, got {extension}, which is not written: choose another name, or choose the format with "
                "`output_format`"
            )
        if found.writer is None:
            found = format_named(CSV)
    if not found.streamed and Path(name).suffix.lower() in COMPRESSIONS:
        raise UsageError(
            f"{name}: {found.name} compresses its columns itself: leave {Path(name).suffix} out of the name"
        )
    return found.name


def extension_of(option: str) -> str:
    """The file extension of an `output_format`. Raises UsageError for an unknown one."""
    if option == TSV:
        return ".tsv"
    return _of_option(option, "output_format", [one for one in FORMATS if one.writer]).extensions[0]


def is_written(name: str) -> bool:
    """Whether files in the format of this name can be written."""
    return format_named(name).writer is not None


def has_format(name: str) -> bool:
    """Whether the extension is that of a format, supported or not."""
    extension = _extension(name)
    return extension in _UNWRITABLE or any(extension in one.extensions for one in FORMATS)


def _of_option(option: str, argument: str, formats: list[Format]) -> Format:
    """The format that an option's value stands for."""
    values = [str(one.option) for one in formats]
    values.insert(1, TSV)
    if option not in values:
        raise UsageError(f"Expected `{argument}` to be {_either(values)}, got {option!r}")
    return next(one for one in formats if one.option == ("csv" if option == TSV else option))


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


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _imported(place: str) -> Any:
    """The object at "module:name"."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
