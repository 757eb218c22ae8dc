"""Folders of texts, one in each file: those in the layout of aclImdb, and those without labels.

In: the path of a folder. Out: columns of its texts and their labels, checked to be UTF-8. Files of many texts are left
to texts.py and labelled_texts.py, the download of the reviews to datasets/imdb.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from sentiment_fast.errors import DataError
from sentiment_fast.io.encoding import text_encoding
from sentiment_fast.io.tables import decoding_fault
from sentiment_fast.runs.regular_files import read_regular

_MOST_BYTES = 1 << 30  # of a text
CLASSES = {"pos": "positive", "neg": "negative"}  # folder name -> label, as the well-known CSV spells it


def read_labelled_folder(path: Path, encoding: str | None = None) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The texts and the labels, (n,) large_string, of a folder in the layout of aclImdb.

    It holds {pos,neg}/*.txt, or train/ and test/ that do, read together in the order of the well-known CSV: train
    before test, pos before neg, by number; labels "positive" and "negative". encoding: of the files, None for UTF-8.
    Raises DataError for another layout, a class without texts, and a text that cannot be read or decoded.
    """
    halves = [path] if _has_classes(path) else [path / "train", path / "test"]
    if not all(map(_has_classes, halves)):
        found = ", ".join(sorted(entry.name for entry in path.iterdir())[:10]) or "an empty folder"
        raise DataError(
            f"{path}: expected a folder with pos/ and neg/ in it, or with train/ and test/ that hold them; got {found}"
        )
    files: list[Path] = []
    labels: list[str] = []
    for folder, label in ((half / name, label) for half in halves for name, label in CLASSES.items()):
        reviews = _text_files(folder)
        if not reviews:
            raise DataError(f"{folder}: expected reviews in files named *.txt, got none")
        files += reviews
        labels += [label] * len(reviews)
    return _read_files(files, encoding), pa.chunked_array([pa.array(labels, pa.large_string())])


def read_text_folder(path: Path, encoding: str | None = None) -> pa.ChunkedArray:
    """The texts, (n,) large_string, of a folder: its unlabelled ones, else all of a folder in the layout of aclImdb.

    Unlabelled are train/unsup/*.txt, unsup/*.txt or *.txt. Raises the errors of `read_labelled_folder`.
    """
    unlabelled = [folder for folder in (path / "train" / "unsup", path / "unsup", path) if any(folder.glob("*.txt"))]
    if unlabelled:
        return _read_files(_text_files(unlabelled[0]), encoding)
    return read_labelled_folder(path, encoding)[0]


def review_order(file_name: str) -> tuple[int, str]:
    """Sort key for aclImdb's file names `<id>_<rating>.txt`: by id as a number; names without one come first."""
    number = re.match(r"[0-9]{1,18}", file_name)
    return (int(number.group()) if number else -1, file_name)


def _has_classes(path: Path) -> bool:
    return all((path / name).is_dir() for name in CLASSES)


def _text_files(folder: Path) -> list[Path]:
    # Names that begin with a dot are those of file managers.
    files = [file for file in folder.glob("*.txt") if not file.name.startswith(".")]
    return sorted(files, key=lambda file: review_order(file.name))


def _read_files(files: Sequence[Path], encoding: str | None) -> pa.ChunkedArray:
    try:
        if encoding is not None:
            texts = pa.array((_decoded(file, encoding) for file in files), pa.large_string())
            return pa.chunked_array([texts])
        texts = pa.chunked_array([pa.array((read_regular(file, _MOST_BYTES) for file in files), pa.large_binary())])
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read ({error.strerror})") from error
    try:
        return texts.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        for file, text in zip(files, texts, strict=True):
            if (fault := decoding_fault(text.as_py())) is not None:
                raise DataError(f"{file}: {fault}") from error
        raise


def _decoded(file: Path, encoding: str) -> str:
    data = read_regular(file, _MOST_BYTES)
    try:
        return data.decode(text_encoding(data, encoding, str(file)).name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at position {error.start}"
        raise DataError(f"{file}: expected {encoding}, got {found} (counting bytes from 0)") from error
