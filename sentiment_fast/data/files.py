"""Labelled texts from files of the user's own.

In: the path of a CSV, TSV or Parquet file, or of a folder in aclImdb's layout. Out: LabelledTexts, every byte checked.
Downloading is left to imdb.py, the meaning of `--data` to sources.py, CSV to csv_file.py, texts alone to texts.py.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sentiment_fast.data.csv_file import ROW_NOTE, CsvFile, Wanted, checked_strings, choose_columns, first_fault
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.errors import DataError, UsageError

KINDS = ".csv or .tsv (also compressed: .gz, .xz, .bz2, .zst), .parquet, or a folder with pos/ and neg/ in it"
DELIMITERS = {".csv": ",", ".tsv": "\t"}
COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz"}
TEXT_COLUMNS = ("review", "text")
LABEL_COLUMNS = ("sentiment", "label")
CLASSES = {"pos": "positive", "neg": "negative"}  # folder name -> label, as the well-known CSV spells it


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
        raise UsageError(f"Expected two columns, got {text_column!r} as both `text_column` and `label_column`")
    if not path.exists():
        raise DataError(f"{path}: expected a file or a folder, got nothing there. Is the path right?")
    try:
        if path.is_dir():
            return _read_folder(path)
        return _read_table(path, [wanted_texts(text_column), _wanted_labels(label_column)])
    except (OSError, EOFError, lzma.LZMAError, pa.ArrowException) as error:
        raise DataError(
            f"{path}: cannot be read ({error}). Is the file whole, and of the kind that its name says?"
        ) from error


def review_order(file_name: str) -> tuple[int, str]:
    """Sort key for aclImdb's file names `<id>_<rating>.txt`: by id as a number; names without one come first."""
    number = re.match(r"[0-9]{1,18}", file_name)
    return (int(number.group()) if number else -1, file_name)


def file_kind(path: Path) -> tuple[str, str | None]:
    """What a file's name says: its kind, such as ".csv", and its compression, as pyarrow calls it, or None."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    compression = COMPRESSIONS.get(suffixes[-1]) if suffixes else None
    return "".join(suffixes[:-1] if compression else suffixes[-1:]), compression


def wanted_texts(text_column: str | None) -> Wanted:
    """The column of the texts: the one named, else one of those that are looked for."""
    return Wanted(TEXT_COLUMNS if text_column is None else (text_column,), "`text_column`")


def _wanted_labels(label_column: str | None) -> Wanted:
    return Wanted(LABEL_COLUMNS if label_column is None else (label_column,), "`label_column`")


def _read_table(path: Path, wanted: Sequence[Wanted]) -> LabelledTexts:
    kind, compression = file_kind(path)
    if kind in DELIMITERS:
        table = CsvFile(path, compression, DELIMITERS[kind]).read(wanted)
    elif kind == ".parquet" and compression is None:
        table = _read_parquet(path, wanted)
    else:
        raise UsageError(f"{path}: expected {KINDS}; got a name that ends otherwise. Rename or convert the file.")
    text_name, label_name = table.column_names
    if len(table) == 0:
        raise DataError(f"{path}: expected data rows, got only the header ({text_name}, {label_name})")
    labels = _labels(path, label_name, table.column(1))
    return LabelledTexts(table.column(0), labels, name=path.name, text_column=text_name)


def _read_parquet(path: Path, wanted: Sequence[Wanted]) -> pa.Table:
    """The text column, large_string without nulls, and the label column, large_string or numbers."""
    with pq.ParquetFile(path) as file:
        chosen = choose_columns(path, file.schema_arrow.names, wanted)
        texts, labels = file.read(columns=chosen).select(chosen).columns
    texts = checked_texts(path, chosen[0], texts)
    if pa.types.is_dictionary(labels.type):
        labels = labels.cast(labels.type.value_type)
    if _is_text(labels.type):
        labels = checked_strings(path, chosen[1], labels)
    return pa.table([texts, labels], names=chosen)


def checked_texts(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts as large_string, "" for null; DataError where it holds something else."""
    if not _is_text(column.type):
        raise DataError(
            f"{path}: expected strings in the column {name!r}, got {column.type}. Name another with `text_column`."
        )
    return checked_strings(path, name, column).fill_null("")


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
        row, fault = first_fault(texts)
        raise DataError(f"{files[row]}: {fault}") from error
    return LabelledTexts(strings, np.array(labels), name=path.resolve().name)


def _has_classes(path: Path) -> bool:
    return all((path / name).is_dir() for name in CLASSES)


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
        f"{path}: expected strings or numbers in the column {name!r}, got {kind}. Name another with `label_column`."
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
