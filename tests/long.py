"""Parameters of tests of which only some are run each time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def long_after(count: int, values: Iterable[Any]) -> list[Any]:
    """The values, of which all but the first `count` are for `pytest -m long`. Tuples are values of several names."""
    return [
        one if place < count else pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.long)
        for place, one in enumerate(values)
    ]
