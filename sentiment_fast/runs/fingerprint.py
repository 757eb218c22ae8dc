"""Fingerprints: what must be the same for an unfinished run to be resumed, and what to say if something differs.

In: the fingerprint that a run recorded and the one that it has now, by name. Out: nothing, or an error that names what
differs and says what to do. What belongs to a fingerprint is left to each kind of run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentiment_fast.errors import DataError, UsageError, quoted

_MOST = 200  # characters of a value in a message


@dataclass(frozen=True)
class Wording:
    """How messages speak of a kind of run.

    noun: its name, such as "search". start_over: how to discard what is damaged, such as "start over with --restart".
    differs: what to do if something else was given. changed_data: what may have happened to the data, if they are part
    of the fingerprint. digests: how the names begin whose values mean nothing to a reader.
    """

    noun: str
    start_over: str
    differs: str
    changed_data: str = ""
    digests: tuple[str, ...] = ()


def as_recorded(fingerprint: Mapping[str, Any]) -> dict[str, Any]:
    """The fingerprint as it comes back from JSON: tuples are lists."""
    recorded: dict[str, Any] = json.loads(json.dumps(dict(fingerprint)))
    return recorded


def check_fingerprint(where: Path, recorded: Mapping[str, Any], now: Mapping[str, Any], wording: Wording) -> None:
    """Raises DataError if the data have changed, under the name "data", and UsageError if anything else differs.

    where: the file or folder that recorded it.
    """
    now = as_recorded(now)
    different = [name for name in {**now, **recorded} if recorded.get(name) != now.get(name)]
    if not different:
        return
    name, *others = different
    if name == "data":
        raise DataError(
            f"{where}: the data are not those that the {wording.noun} began with: {wording.changed_data}. "
            f"Restore them, or {wording.start_over}"
        )
    if name.startswith(wording.digests):
        what = f"the {name} is not what the {wording.noun} began with"
    else:
        place, began, continues = _difference(name, recorded.get(name), now.get(name))
        what = (
            f"the {wording.noun} began with {place} {quoted(began, _MOST)}, and should now continue with "
            f"{quoted(continues, _MOST)}"
        )
    also = f" ({', '.join(others)} differ too)" if others else ""
    raise UsageError(f"{where}: {what}{also}: {wording.differs}")


def _difference(name: str, one: Any, other: Any) -> tuple[str, Any, Any]:
    """Where two values differ: if they are long objects, their first such member, as "settings.training.epochs"."""
    long = max(len(quoted(one, _MOST)), len(quoted(other, _MOST))) >= _MOST
    if long and isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        key = next(key for key in one if one[key] != other[key])
        return _difference(f"{name}.{key}", one[key], other[key])
    return name, one, other
