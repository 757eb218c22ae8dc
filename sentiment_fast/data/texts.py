"""Texts without labels, from files of the user's own.

In: the path of a CSV, TSV, Parquet or JSON Lines file, or of a folder of texts. Out: `Texts`, every byte checked.
Labels that stand beside them are not looked at. Files that are scored are left to scoring/.
"""

from __future__ import annotations

import io
import json
import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from sentiment_fast.data.csv_file import CsvFile, choose_columns, opened
from sentiment_fast.data.files import (
    DELIMITERS,
    checked_texts,
    file_kind,
    read_labelled,
    review_order,
    wanted_texts,
)
from sentiment_fast.errors import DataError, UsageError

JSON_LINES = (".jsonl", ".ndjson")
KINDS = (
    ".csv, .tsv, .jsonl or .ndjson (also compressed: .gz, .xz, .bz2, .zst), .parquet, or a folder of *.txt or in "
    "aclImdb's layout"
)
LONGEST_LINE_BYTES = 1 << 30
_BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class Texts:
    """texts: (n,) Arrow strings, chunked, none null. name: how messages call them. made_up: of the demo corpus."""

    texts: pa.ChunkedArray
    name: str
    made_up: bool = False

    def __len__(self) -> int:
        return len(self.texts)


def joined(parts: Sequence[Texts]) -> Texts:
    """All of them, one behind the other."""
    chunks = [chunk.cast(pa.large_string()) for part in parts for chunk in part.texts.chunks]
    return Texts(
        pa.chunked_array(chunks, pa.large_string()),
        " + ".join(part.name for part in parts),
        any(part.made_up for part in parts),
    )


def read_texts(path: str | Path, text_column: str | None = None) -> Texts:
    """Read texts from a CSV, TSV, Parquet or JSON Lines file, or from a folder.

    Without a name, the text column (the member, in JSON) is `review`, else `text`. Null is "". A folder holds *.txt
    files, or is in aclImdb's layout: then its unlabelled ones (train/unsup/*.txt) where it has them, else all it has.

    Raises UsageError for a kind of file not listed, and DataError for all else that keeps it from being read.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path}: expected a file or a folder, got nothing there. Is the path right?")
    try:
        texts = _of_folder(path) if path.is_dir() else _of_file(path, text_column)
    except (OSError, EOFError, lzma.LZMAError, pa.ArrowException) as error:
        raise DataError(
            f"{path}: cannot be read ({str(error).splitlines()[0]}). Is the file whole, and of the kind that its name "
            "says?"
        ) from error
    if len(texts) == 0:
        raise DataError(f"{path}: expected texts, got none")
    return Texts(texts, path.resolve().name)


def _of_file(path: Path, text_column: str | None) -> pa.ChunkedArray:
    wanted = [wanted_texts(text_column)]
    kind, compression = file_kind(path)
    if kind in DELIMITERS:
        return CsvFile(path, compression, DELIMITERS[kind]).read(wanted).column(0)
    if kind in JSON_LINES:
        return _of_json_lines(path, compression, text_column)
    if kind == ".parquet" and compression is None:
        with pq.ParquetFile(path) as file:
            (name,) = choose_columns(path, file.schema_arrow.names, wanted)
            return checked_texts(path, name, file.read(columns=[name]).column(name))
    raise UsageError(f"{path}: expected {KINDS}; got a name that ends otherwise. Rename or convert the file.")


def _of_json_lines(path: Path, compression: str | None, text_column: str | None) -> pa.ChunkedArray:
    with opened(path, compression) as stream:
        content = stream.read()
    first = next((line for line in io.BytesIO(content) if line.strip()), b"{}")
    try:
        members = json.loads(first)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: expected a JSON object a line, got another first line ({error})") from error
    if not isinstance(members, dict):
        raise DataError(f"{path}: expected a JSON object a line, got a {type(members).__name__} in the first")
    (name,) = choose_columns(path, list(members), [wanted_texts(text_column)])
    for block_bytes in (_BLOCK_BYTES, LONGEST_LINE_BYTES):
        try:
            table = pa_json.read_json(
                io.BytesIO(content),
                read_options=pa_json.ReadOptions(block_size=block_bytes, use_threads=False),
                parse_options=pa_json.ParseOptions(
                    explicit_schema=pa.schema([(name, pa.large_string())]), unexpected_field_behavior="ignore"
                ),
            )
            break
        except pa.ArrowInvalid as error:
            if "straddl" not in str(error) or block_bytes == LONGEST_LINE_BYTES:
                raise
    return checked_texts(path, name, table.column(name))


def _of_folder(path: Path) -> pa.ChunkedArray:
    unlabelled = [folder for folder in (path / "train" / "unsup", path / "unsup", path) if any(folder.glob("*.txt"))]
    if not unlabelled:
        return read_labelled(path).texts
    # Names that begin with a dot are file managers' own.
    files = [file for file in unlabelled[0].glob("*.txt") if not file.name.startswith(".")]
    files.sort(key=lambda file: review_order(file.name))
    column = pa.chunked_array([pa.array((file.read_bytes() for file in files), pa.large_binary())])
    try:
        return column.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        raise DataError(f"{unlabelled[0]}: expected UTF-8 in all texts: {str(error).splitlines()[0]}") from error
