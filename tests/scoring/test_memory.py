"""Scoring takes the same memory however many rows there are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEASURED = """
import resource, sys
import sentiment_fast as sf
sf.score_csv(sys.argv[1], sys.argv[2], sys.argv[3], device="cpu", precision="float32")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_kilobytes(folder: Path, model_folder: Path, rows: int) -> int:
    source, output = folder / f"{rows}.csv", folder / f"{rows}.out.csv"
    with source.open("wb") as file:
        file.write(b"id,review\n")
        for start in range(0, rows, 1000):
            file.writelines(
                b"%d,%b\n" % (row, b"good bad film wonderful awful " * (1 + row * 7919 % 4))
                for row in range(start, start + 1000)
            )
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, source, output, model_folder], check=True, capture_output=True, text=True
    )
    with output.open("rb") as file:
        assert sum(1 for _ in file) == rows + 1
    return int(run.stdout)


@pytest.mark.long
def test_peak_memory_is_the_same_for_a_hundred_thousand_and_a_million_rows(tmp_path, model_folder):
    fewer, more = (peak_kilobytes(tmp_path, model_folder, rows) for rows in (100_000, 1_000_000))
    assert more < 1.1 * fewer
    assert more < 1_500_000
