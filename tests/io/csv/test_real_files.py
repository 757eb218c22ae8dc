"""The layout of real files: read as they are and under names that are not known, refused without their header."""

from __future__ import annotations

import io
import lzma
from pathlib import Path

import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.csv.layout import CsvLayout, read_layout
from sentiment_fast.io.options import Reading, ReadOptions
from sentiment_fast.io.source import Source

UNKNOWN = [
    ["kommentar", "wertung", "herkunft"],
    ["Comment", "Stars", "Source"],
    ["a", "b", "c"],
    ["What did you think of it?", "How many stars?", "Source:"],
    ["Customer comment", "Star rating", "Data source"],
    ["customer_comment", "star_rating", "data_source"],
]


@pytest.fixture(scope="module")
def heads(imdb_folder: Path) -> dict[str, bytes]:
    """The first megabyte of each file, by its name."""
    paths = sorted(imdb_folder.rglob("*.csv.xz"))
    assert paths
    heads = {}
    for path in paths:
        with lzma.open(path) as file:
            heads[path.name] = file.read(1 << 20)
    return heads


def layout_of(data: bytes) -> CsvLayout:
    return read_layout(Source(io.BytesIO(data)), Reading(ReadOptions(text_column=1)))


@pytest.mark.slow
def test_real_files_are_read(heads):
    for name, data in heads.items():
        layout = layout_of(data)
        assert (layout.delimiter, layout.columns[0], layout.header) == (",", "review", True), name


@pytest.mark.slow
@pytest.mark.parametrize("names", UNKNOWN, ids=lambda names: names[0])
def test_real_files_are_read_under_names_that_are_not_known(heads, names):
    for name, data in heads.items():
        header, _, rows = data.partition(b"\n")
        renamed = names[: header.count(b",") + 1]
        layout = layout_of(",".join(renamed).encode() + b"\n" + rows)
        assert (layout.delimiter, layout.columns, layout.header) == (",", renamed, True), name


@pytest.mark.slow
def test_real_files_without_their_header_are_refused(heads):
    for name, data in heads.items():
        with pytest.raises(DataError, match="looks like data"):
            print(name, layout_of(data.partition(b"\n")[2]))
