"""Inputs in windows: small at the start of a file, and cut alike wherever reading begins."""

from __future__ import annotations

import itertools
import json

import pytest

from sentiment_fast.io.inputs import Inputs
from sentiment_fast.io.options import Reading, ReadOptions
from sentiment_fast.io.source import Source
from sentiment_fast.io.window import WINDOW_BYTES, Position

START = Position()
TEXTS = [f"{number} " + "a good film " * 40 for number in range(10_000)]


def ends(paths, begin=START, window_bytes=WINDOW_BYTES):
    with Source(paths[begin.source]) as first:
        reading = Reading(ReadOptions(text_column="text"), output="CSV")
        return [window.end for _, _, window in Inputs(paths, reading, first).windows(begin, 1, window_bytes)]


@pytest.fixture(scope="module", params=["csv", "preamble.csv", "jsonl"])
def path(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("windows") / f"in.{request.param}"
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    else:
        path.write_text("\n".join(["sep=,"] * ("preamble" in path.name) + ["text", *TEXTS]) + "\n")
    return path


@pytest.mark.slow
def test_the_first_window_is_small_and_the_others_are_not(path):
    found = ends([str(path)])
    assert found[0].offset <= 1 << 18 < found[1].offset - found[0].offset <= WINDOW_BYTES
    assert found[-1].rows == len(TEXTS)


@pytest.mark.slow
def test_windows_are_the_same_wherever_reading_begins(path):
    found = ends([str(path)])
    for done, begin in enumerate(found, 1):
        assert ends([str(path)], begin) == found[done:]


@pytest.mark.slow
def test_small_windows_stay_as_small(path):
    found = ends([str(path)], window_bytes=5000)
    assert max(after.offset - before.offset for before, after in itertools.pairwise(found)) <= 5000
    assert found[0].offset <= 5000
