"""The scores that pages show for the bundled model are its scores."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import sentiment_fast as sf

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/quick-start.md", "docs/scoring.md")
ROW = re.compile(r"^1[78],.*,(?:positive|negative),\d\.\d{6}$", re.MULTILINE)


@pytest.fixture(scope="module")
def scorer():
    return sf.load("bundled", device="cpu", precision="float32")


@pytest.mark.parametrize("page", PAGES)
def test_a_scored_file_that_a_page_shows_has_the_scores_of_the_bundled_model(page, scorer):
    rows = list(csv.reader(ROW.findall((ROOT / page).read_text("utf-8"))))
    assert len(rows) == 2
    found = scorer.predict_proba([row[1] for row in rows])[:, 1]
    for row, score in zip(rows, found, strict=True):
        assert float(row[-1]) == pytest.approx(score, abs=1e-3)
        assert row[-2] == scorer.classes[int(score > 0.5)]


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_probabilities_that_a_page_shows_are_those_of_the_bundled_model(page, scorer):
    shown = re.search(r'\["A wonderful film!"\]\).*about \[\[([\d.]+), ([\d.]+)\]\]', (ROOT / page).read_text("utf-8"))
    assert shown is not None
    assert [float(one) for one in shown.groups()] == pytest.approx(
        scorer.predict_proba(["A wonderful film!"])[0], abs=1e-3
    )
