"""What every stage's tests share: how they run next to each other, which of them are slow, and the real data.

In: tests of any stage. Out: one thread per worker, the mark `slow`, the folder of the real reviews.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each command that a test starts compiles the package again
# These two are read when PyTorch is imported, which no test module has done yet.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that spin while they wait slow the other workers down
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"  # there is a worker per CPU already

import pytest


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow: what is long, and what needs one of the fixtures that its module names in SLOW_FIXTURES.

    `-m "not slow"` replaces the `-m "not long"` of pyproject.toml, so it must leave out the long tests too.
    """
    for item in items:
        slow_fixtures: set[str] = getattr(getattr(item, "module", None), "SLOW_FIXTURES", set())
        fixtures: list[str] = getattr(item, "fixturenames", [])
        if item.get_closest_marker("long") or slow_fixtures.intersection(fixtures):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def imdb_folder() -> Path:
    """The folder with the real reviews; tests that need it skip, and say so, where there is none."""
    folder = os.environ.get("SENTIMENT_FAST_TEST_DATA")
    if not folder:
        pytest.skip("SENTIMENT_FAST_TEST_DATA does not name a folder with imdb_train.csv.xz and its like")
    return Path(folder)
