"""Scoring takes the same memory however many rows there are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

MEASURED = """
import sys
import sentiment_fast as sf
sf.score_csv(sys.argv[1], sys.argv[2], sys.argv[3], device="cpu", precision="float32")
print(*(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


# JSON Lines and Parquet of the same rows are written here, so that the process that scores them has not.
WRITTEN = """
import json, sys
import pyarrow as pa, pyarrow.csv, pyarrow.parquet as pq
reader = pyarrow.csv.open_csv(sys.argv[1], convert_options=pyarrow.csv.ConvertOptions(column_types={"id": pa.string()}))
if sys.argv[2].endswith("parquet"):
    # One row group, whatever its size.
    pq.write_table(reader.read_all(), sys.argv[2], row_group_size=1 << 40)
else:
    with open(sys.argv[2], "w") as file:
        for batch in reader:
            file.writelines(json.dumps(row) + "\\n" for row in batch.to_pylist())
"""


def peak_kilobytes(folder: Path, model_folder: Path, rows: int, kind: str) -> int:
    source, output = folder / f"{rows}.csv", folder / f"{rows}.out.csv"
    with source.open("wb") as file:
        file.write(b"id,review\n")
        for start in range(0, rows, 1000):
            file.writelines(
                b"%d,%b\n" % (row, b"good bad film wonderful awful " * (1 + row * 7919 % 4))
                for row in range(start, start + 1000)
            )
    if kind != "csv":
        source, table = folder / f"{rows}.{kind}", source
        subprocess.run([sys.executable, "-c", WRITTEN, table, source], check=True)
        output = folder / f"{rows}.out.{kind}"
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, source, output, model_folder], check=True, capture_output=True, text=True
    )
    assert rows_of(output) == rows
    return int(run.stdout)


def rows_of(output: Path) -> int:
    if output.suffix == ".parquet":
        return pq.read_metadata(output).num_rows
    with output.open("rb") as file:
        return sum(1 for _ in file) - (output.suffix == ".csv")


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "rows"),
    [("csv", 100_000), ("jsonl", 100_000), ("parquet", 500_000)],  # fewer rows than that do not fill a row group
)
def test_peak_memory_is_the_same_for_more_rows(tmp_path, model_folder, kind, rows):
    fewer = peak_kilobytes(tmp_path, model_folder, rows, kind)
    more = peak_kilobytes(tmp_path, model_folder, 1_500_000, kind)
    assert more < 1.1 * fewer
    assert more < 1_500_000


TINY = {
    "rejected lines": ("csv", b"id,review\n" + 100 * b"1,good film\n", b"x\n"),  # after what the layout is told by
    "blank lines": ("csv", b"id,review\n1,good film\n", b"\n"),
    "blank rows": ("csv", b"review\ngood film\n", b"\n"),
    "rejected lines of JSON": ("jsonl", b'{"review": "good film"}\n', b"1\n"),
    "blank lines of JSON": ("jsonl", b'{"review": "good film"}\n', b"\n"),
    "values of JSON": ("json", b'[{"review": "good film"}', b",1"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", TINY)
def test_millions_of_tiny_records_take_as_little_memory_as_a_few(tmp_path, model_folder, name):
    extension, first, tiny = TINY[name]
    peaks = []
    for size in (1 << 20, 16 << 20):
        source, output = tmp_path / f"{size}.{extension}", tmp_path / f"{size}.out.{extension}"
        source.write_bytes(first + tiny * (size // len(tiny)) + b"]" * (extension == "json"))
        run = subprocess.run(
            [sys.executable, "-c", MEASURED, source, output, model_folder], check=True, capture_output=True, text=True
        )
        peaks.append(int(run.stdout))
    assert peaks[1] < 1.2 * peaks[0]
