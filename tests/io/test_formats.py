"""One line per format: every reader and writer exists, and a new format needs nothing else."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io import formats
from sentiment_fast.io.columns import text_column
from sentiment_fast.io.formats import FORMATS, Format, input_format, output_format
from sentiment_fast.io.tables import read_columns
from sentiment_fast.io.window import Position, Reader


@dataclass
class LineWindow:
    texts: pa.LargeBinaryArray
    end: Position
    resumable: bool = True
    consumed: int = 0


class LinesReader(Reader[LineWindow]):
    """A toy format: each line is a text."""

    format = "lines"
    columns = ["text"]  # noqa: RUF012
    schema = pa.schema([pa.field("text", pa.large_string())])
    text_column = "text"

    def __init__(self, source, reading):
        self.source = source

    def windows(self, begin, buffers, window_bytes):
        lines = self.source.path.read_bytes().splitlines()
        yield LineWindow(pa.array(lines, pa.large_binary()), Position(rows=len(lines)))

    def values(self, window):
        return [pa.chunked_array([window.texts])]

    def table(self, window):
        return pa.table(self.values(window), self.schema), np.zeros(len(window.texts), bool)

    def rejected(self, window):
        return b"", 0

    def follow(self, first):
        pass


def test_format_needs_no_more_than_a_line_and_its_reader(tmp_path, monkeypatch):
    toy = Format("lines", (".lines",), f"{__name__}:LinesReader", f"{__name__}:make_writer")
    monkeypatch.setattr(formats, "FORMATS", (*FORMATS, toy))
    for name in "ab":
        (tmp_path / f"{name}.lines").write_bytes(b"good\nbad\n")
    tables = list(read_columns(str(tmp_path / "*.lines"), [text_column()]))
    assert [text for one in tables for text in one.table["text"].to_pylist()] == ["good", "bad"] * 2
    assert input_format("a.lines.gz") == output_format("a.lines", "CSV") == "lines"


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_reader_and_writer_exist(one):
    for place in filter(None, (one.reader, one.writer)):
        module, name = place.split(":")
        assert callable(getattr(importlib.import_module(module), name))


def test_inputs_of_other_formats_are_refused_with_those_there_are():
    with pytest.raises(DataError) as error:
        input_format("in.feather")
    assert str(error.value) == (
        "in.feather: expected CSV, JSON Lines, JSON, Parquet or Excel, got a file name ending in .feather: convert it "
        "to CSV (.csv, .tsv), JSON Lines (.jsonl, .ndjson), JSON (.json), Parquet (.parquet, .pq) or Excel (.xlsx, "
        ".xlsm, .xlsb, .xls, .ods)"
    )


UNWRITTEN = "csv.zip 7z csv.lz4 br Z lzma ods xls xlsx html xml feather arrow orc avro tar.gz tgz".split()


@pytest.mark.parametrize("ending", UNWRITTEN)
def test_outputs_with_endings_of_formats_that_are_not_written_are_refused(ending):
    with pytest.raises(UsageError) as usage:
        output_format(f"out.{ending}", "CSV")
    assert str(usage.value).startswith(
        f"out.{ending}: expected a file name ending in .csv, .tsv, .jsonl, .ndjson, .json"
    )
    assert "choose the format with `output_format`" in str(usage.value)


@pytest.mark.parametrize(
    ("option", "expected"),
    [("csv", "CSV"), ("tsv", "CSV"), ("jsonl", "JSON Lines"), ("json", "JSON"), ("parquet", "Parquet")],
)
def test_option_decides_the_format_whatever_the_name(option, expected):
    assert input_format("in.xlsx", option) == output_format("out.html", "CSV", option) == expected


def test_unknown_option_is_a_usage_error_that_lists_the_formats():
    with pytest.raises(UsageError, match="`input_format` to be csv, tsv, jsonl, json, parquet or excel, got 'xml'"):
        input_format("in.csv", "xml")
    with pytest.raises(UsageError, match="`output_format` to be csv, tsv, jsonl, json or parquet, got 'excel'"):
        output_format("out.csv", "CSV", "excel")


@pytest.mark.parametrize(("name", "otherwise"), [("out", "CSV"), ("out.txt", "Parquet"), ("out.dat.gz", "JSON Lines")])
def test_output_without_a_known_ending_has_the_format_of_the_input(name, otherwise):
    assert output_format(name, otherwise) == otherwise


@pytest.mark.parametrize("read", ["Excel", "table in memory"])
def test_output_from_a_format_that_is_only_read_is_csv(read):
    assert output_format("out", read) == "CSV"
