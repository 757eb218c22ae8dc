"""What every stage's tests share: one thread for torch where several test runs share the machine, and the real data."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def imdb_folder() -> Path:
    """The folder with the real reviews; tests that need it skip, and say so, where there is none."""
    folder = os.environ.get("SENTIMENT_FAST_TEST_DATA")
    if not folder:
        pytest.skip("SENTIMENT_FAST_TEST_DATA does not name a folder with imdb_train.csv.xz and its like")
    return Path(folder)
