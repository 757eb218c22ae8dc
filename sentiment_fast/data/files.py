"""Labelled texts from files of the user's own.

In: the path of a CSV, TSV or Parquet file, or of a folder in aclImdb's layout. Out: LabelledTexts, every byte checked.
Downloading is left to imdb.py, the meaning of `--data` to sources.py, unlabelled files to scoring/files.py.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.errors import DataError, UsageError

KINDS = ".csv or .tsv (also compressed: .gz, .xz, .bz2, .zst), .parquet, or a folder with pos/ and neg/ in it"
DELIMITERS = {".csv": ",", ".tsv": "\t"}
COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz"}
TEXT_COLUMNS = ("review", "text")
LABEL_COLUMNS = ("sentiment", "label")
CLASSES = {"pos": "positive", "neg": "negative"}  # folder name -> label, as the well-known CSV spells it
ROW_NOTE = "(counting data rows from 1, without the header)"

HEADER_BYTES = 1 << 20
BLOCK_BYTES = 1 << 20
LONGEST_RECORD_BYTES = 1 << 30
CLOSING_FIELD = b"end of file"

Wanted = tuple[str | None, str | None]  # the text and the label column, None where the user named none


def read_labelled(path: str | Path, text_column: str | None = None, label_column: str | None = None) -> LabelledTexts:
    """Read texts and labels from a CSV, TSV or Parquet file or from a folder in aclImdb's layout.

    Without a name, the text column is `review`, else `text`; the label column `sentiment`, else `label`; nothing else
    is guessed. Texts come out as (n,) large_string, as they stand in the file: "NA" and "" are texts. A null text
    (Parquet has them) becomes "". Labels come out as (n,) int64 where every one is written as an integer, else float64
    where every one is a finite number, else str, spaces and all; Parquet's booleans become "False" and "True".

    A folder holds {pos,neg}/*.txt, or train/ and test/ that do, read together as the well-known CSV has them: train
    before test, pos before neg, by number; labels "positive" and "negative". Column names have no bearing on it.

    Raises UsageError for a kind of file not listed above, and DataError, with the row where one is at fault, for all
    else: a missing file or column, a row with too few or too many fields, bytes that are not UTF-8, an empty label, a
    file without rows.
    """
    path = Path(path)
    if text_column is not None and text_column == label_column:
        raise UsageError(f"Expected two columns, got {text_column!r} as both --text-column and --label-column")
    if not path.exists():
        raise DataError(f"{path}: expected a file or a folder, got nothing there. Is the path right?")
    try:
        return _read_folder(path) if path.is_dir() else _read_table(path, (text_column, label_column))
    except (OSError, EOFError, lzma.LZMAError, pa.ArrowException) as error:
        raise DataError(
            f"{path}: cannot be read ({error}). Is the file whole, and of the kind that its name says?"
        ) from error


def review_order(file_name: str) -> tuple[int, str]:
    """Sort key for aclImdb's file names `<id>_<rating>.txt`: by id as a number; names without one come first."""
    number = re.match(r"[0-9]{1,18}", file_name)
    return (int(number.group()) if number else -1, file_name)


def _read_table(path: Path, wanted: Wanted) -> LabelledTexts:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    compression = COMPRESSIONS.get(suffixes[-1]) if suffixes else None
    kind = "".join(suffixes[:-1] if compression else suffixes[-1:])
    if kind in DELIMITERS:
        table = _CsvFile(path, compression, DELIMITERS[kind]).read(wanted)
    elif kind == ".parquet" and compression is None:
        table = _read_parquet(path, wanted)
    else:
        raise UsageError(f"{path}: expected {KINDS}; got a name that ends otherwise. Rename or convert the file.")
    text_name, label_name = table.column_names
    if len(table) == 0:
        raise DataError(f"{path}: expected data rows, got only the header ({text_name}, {label_name})")
    labels = _labels(path, label_name, table.column(1))
    return LabelledTexts(table.column(0), labels, name=path.name, text_column=text_name)


def _choose_columns(path: Path, columns: list[str], wanted: Wanted) -> list[str]:
    text, label = wanted
    return [
        _choose_column(path, columns, TEXT_COLUMNS if text is None else (text,), "--text-column"),
        _choose_column(path, columns, LABEL_COLUMNS if label is None else (label,), "--label-column"),
    ]


def _choose_column(path: Path, columns: list[str], candidates: tuple[str, ...], option: str) -> str:
    for name in candidates:
        if columns.count(name) > 1:
            raise DataError(f"{path}: expected one column {name!r}, got {columns.count(name)}. Rename the others.")
        if name in columns:
            return name
    listed = ", ".join(map(repr, columns[:20])) + (f" and {len(columns) - 20} more" if len(columns) > 20 else "")
    raise DataError(
        f"{path}: expected a column {' or '.join(map(repr, candidates))}, got the columns {listed}. "
        f"Name the right one with {option}."
    )


class _Records:
    """A CSV's bytes as pyarrow asks for them: no block ends inside a CRLF, and a closing row follows the last one.

    pyarrow (26.0) drops the newline of a quoted CRLF that straddles two blocks, with read_csv and open_csv alike. And
    it takes a quote that is never closed for one that closes at the end of the file, so that all rows behind it vanish
    into one field: the closing row vanishes with them, which is how that is noticed.
    """

    closed = False

    def __init__(self, stream: BinaryIO, closing_row: bytes) -> None:
        self._stream = stream
        self._closing_row = closing_row
        self._held = b""

    def read(self, size: int) -> bytes:
        block = self._held
        while len(block) < size and self._closing_row:
            fresh = self._stream.read(size - len(block))
            if not fresh:
                fresh, self._closing_row = self._closing_row, b""
            block += fresh
        kept = block.rstrip(b"\r") or block
        self._held = block[len(kept) :]
        return kept

    def close(self) -> None:
        """Nothing to do: whoever opened the stream closes it."""


@dataclass(frozen=True)
class _CsvFile:
    path: Path
    compression: str | None
    delimiter: str

    def read(self, wanted: Wanted) -> pa.Table:
        """The text and the label column, both large_string."""
        header = self._header()
        chosen = _choose_columns(self.path, header, wanted)
        table = self._parse_in_blocks(header, chosen)
        rows = len(table) - 1
        if any(column[rows].as_py() != CLOSING_FIELD for column in table.columns):
            raise DataError(
                f'{self.path}: expected the last field to end, got a quote (") in row {rows + 1} {ROW_NOTE} that is '
                "opened and never closed. Close it, or double the quotes inside quoted fields."
            )
        table = table.slice(0, rows)
        return pa.table({name: _checked_strings(self.path, name, table[name]) for name in chosen})

    def _open(self) -> BinaryIO:
        if self.compression is None:
            return self.path.open("rb")
        if self.compression == "xz":
            return cast(BinaryIO, lzma.open(self.path))
        return cast(BinaryIO, pa.input_stream(str(self.path), compression=self.compression))

    def _header(self) -> list[str]:
        with self._open() as stream:
            head = stream.read(HEADER_BYTES).decode("utf-8-sig", "surrogateescape")
        try:
            rows = csv.reader(io.StringIO(head, newline=""), delimiter=self.delimiter)
            header = next((row for row in rows if row), [])
        except csv.Error as error:
            raise DataError(f"{self.path}: expected a header line with column names, got {error}") from error
        if not header:
            raise DataError(f"{self.path}: expected a header line with column names, got an empty file")
        if re.search("[\udc80-\udcff]", "".join(header)):
            raise DataError(
                f"{self.path}: expected UTF-8, got other bytes in the header. Save the file again as UTF-8."
            )
        return header

    def _parse_in_blocks(self, header: list[str], chosen: list[str]) -> pa.Table:
        """The chosen columns and the closing row, as bytes: those that are not UTF-8 arrive too and can be reported."""
        closing_row = b"\n" + self.delimiter.encode().join([CLOSING_FIELD] * len(header)) + b"\n"
        for block_bytes in (BLOCK_BYTES, LONGEST_RECORD_BYTES):
            try:
                with self._open() as stream:
                    return _parse(_Records(stream, closing_row), self.delimiter, chosen, block_bytes)
            except pa.ArrowInvalid as error:
                if "straddles two block boundaries" not in str(error):
                    raise DataError(f"{self.path}: {_parse_advice(str(error))}") from error
        raise DataError(
            f"{self.path}: expected records of up to {LONGEST_RECORD_BYTES:,} bytes, got a longer one. "
            "Is a quote never closed?"
        )


def _parse(records: _Records, delimiter: str, chosen: list[str], block_bytes: int) -> pa.Table:
    return pa_csv.read_csv(
        records,
        # One thread: two were no faster (33 MB in 40 ms instead of 26), and only one knows the number of a bad row.
        read_options=pa_csv.ReadOptions(block_size=block_bytes, use_threads=False),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            include_columns=chosen,
            column_types=dict.fromkeys(chosen, pa.large_binary()),
            strings_can_be_null=False,
        ),
    )


def _parse_advice(message: str) -> str:
    ragged = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", message)
    if ragged:
        row, expected, found = map(int, ragged.groups())
        return (
            f"expected {expected} fields, as in the header, got {found} in row {row - 1} {ROW_NOTE}. "
            "Put quotes around a text that holds commas, quotes or line breaks, and double the quotes inside it."
        )
    return f"cannot be read as CSV: {message.splitlines()[0]}"


def _read_parquet(path: Path, wanted: Wanted) -> pa.Table:
    """The text column, large_string without nulls, and the label column, large_string or numbers."""
    with pq.ParquetFile(path) as file:
        chosen = _choose_columns(path, file.schema_arrow.names, wanted)
        texts, labels = file.read(columns=chosen).select(chosen).columns
    if not _is_text(texts.type):
        raise DataError(
            f"{path}: expected strings in the column {chosen[0]!r}, got {texts.type}. Name another with --text-column."
        )
    texts = _checked_strings(path, chosen[0], texts).fill_null("")
    if pa.types.is_dictionary(labels.type):
        labels = labels.cast(labels.type.value_type)
    if _is_text(labels.type):
        labels = _checked_strings(path, chosen[1], labels)
    return pa.table([texts, labels], names=chosen)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _read_folder(path: Path) -> LabelledTexts:
    halves = [path] if _has_classes(path) else [path / "train", path / "test"]
    if not all(map(_has_classes, halves)):
        found = ", ".join(sorted(entry.name for entry in path.iterdir())[:10]) or "an empty folder"
        raise DataError(
            f"{path}: expected a folder with pos/ and neg/ in it, or with train/ and test/ that hold them; got {found}"
        )
    files: list[Path] = []
    labels: list[str] = []
    for folder, label in ((half / name, label) for half in halves for name, label in CLASSES.items()):
        # Names that begin with a dot are file managers' own.
        reviews = [file for file in folder.glob("*.txt") if not file.name.startswith(".")]
        if not reviews:
            raise DataError(f"{folder}: expected reviews in files named *.txt, got none")
        files += sorted(reviews, key=lambda file: review_order(file.name))
        labels += [label] * len(reviews)
    texts = pa.chunked_array([pa.array((file.read_bytes() for file in files), pa.large_binary())])
    try:
        strings = texts.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        row, fault = _first_fault(texts)
        raise DataError(f"{files[row]}: {fault}") from error
    return LabelledTexts(strings, np.array(labels), name=path.resolve().name)


def _has_classes(path: Path) -> bool:
    return all((path / name).is_dir() for name in CLASSES)


def _checked_strings(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of strings or of bytes as large_string; DataError where it is not UTF-8.

    large_string, because reordering a column of small ones that holds 2 GiB or more fails.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    column = column.cast(pa.large_binary())
    try:
        return column.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        row, fault = _first_fault(column)
        raise DataError(f"{path}: column {name!r}, row {row + 1} {ROW_NOTE}: {fault}") from error


def _first_fault(column: pa.ChunkedArray) -> tuple[int, str]:
    """The index of the first row that is not UTF-8, and what is wrong with it."""
    for row, field in enumerate(column):
        try:
            (field.as_py() or b"").decode()
        except UnicodeDecodeError as error:
            fault = f"byte 0x{error.object[error.start]:02x} at position {error.start} of the text"
            return row, f"expected UTF-8, got {fault} (counting bytes from 0). Save the file again as UTF-8."
    raise ValueError("Expected a column with a fault in it, got none")


def _labels(path: Path, name: str, column: pa.ChunkedArray) -> np.ndarray:
    """A column of large_string, numbers or booleans -> (n,) int64, float64 or str."""

    def bad_label(row: int, found: str) -> DataError:
        return DataError(
            f"{path}: expected a label in the column {name!r}, got {found} in row {row + 1} {ROW_NOTE}. "
            "Fill it in, or remove the row."
        )

    kind = column.type
    if column.null_count:
        raise bad_label(pc.index(column.is_null(), True).as_py(), "an empty one")
    if pa.types.is_large_string(kind):
        encoded = column.combine_chunks().dictionary_encode()
        spellings: list[str] = encoded.dictionary.to_pylist()
        codes = encoded.indices.to_numpy()  # (n,)
        if "" in spellings:
            raise bad_label(int(np.argmax(codes == spellings.index(""))), "an empty one")
        return cast(np.ndarray, _label_values(spellings)[codes])
    if pa.types.is_boolean(kind):
        return np.where(column.to_numpy(), "True", "False")
    if pa.types.is_integer(kind):
        return cast(np.ndarray, column.cast(pa.int64()).to_numpy())
    if pa.types.is_floating(kind):
        numbers: np.ndarray = column.cast(pa.float64()).to_numpy()
        finite = np.isfinite(numbers)
        if not finite.all():
            raise bad_label(int(np.argmin(finite)), str(numbers[np.argmin(finite)]))
        return numbers
    raise DataError(
        f"{path}: expected strings or numbers in the column {name!r}, got {kind}. Name another with --label-column."
    )


def _label_values(spellings: list[str]) -> np.ndarray:
    """Each distinct label once, as (classes,) int64, float64 or str."""
    if all(re.fullmatch(r"[+-]?[0-9]+", text) for text in spellings):
        try:
            return np.array([int(text) for text in spellings], dtype=np.int64)
        except (OverflowError, ValueError):  # more than 64 bits: a name, not a number
            return np.array(spellings)
    if all(re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text) for text in spellings):
        numbers = np.array([float(text) for text in spellings])
        if np.isfinite(numbers).all():
            return numbers
    return np.array(spellings)
