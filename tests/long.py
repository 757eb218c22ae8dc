"""Parameters of tests of which only some are run each time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def long_after(count: int, values: Iterable[Any]) -> list[Any]:
    """The values, of which all but the first `count` are for `pytest -m long`.

    values: each a value, a tuple for several names, or a `pytest.param`.
    """
    return [one if place < count else _long(one) for place, one in enumerate(values)]


def _long(one: Any) -> Any:
    if isinstance(one, type(pytest.param())):
        return pytest.param(*one.values, marks=[*one.marks, pytest.mark.long], id=one.id)
    return pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.long)
