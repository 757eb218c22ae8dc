"""Test parameters of which all but the first few run only with `pytest -m long`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def long_after(count: int, values: Iterable[Any]) -> list[Any]:
    """The values; those after the first `count` are marked long.

    values: each a value, a tuple (one entry per name), or a `pytest.param`.
    """
    return [one if place < count else _long(one) for place, one in enumerate(values)]


def _long(one: Any) -> Any:
    if isinstance(one, type(pytest.param())):  # pytest does not export the class of its params
        return pytest.param(*one.values, marks=[*one.marks, pytest.mark.long], id=one.id)
    return pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.long)
