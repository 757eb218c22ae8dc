"""The space of a search: which settings vary, and over what.

In: JSON, or texts such as "hidden_size=64,128", and the settings that they change. Out: a `Space`, checked.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from sentiment_fast.errors import UsageError
from sentiment_fast.model.presets import Preset

_NO_DIFFERENCE = ("validation_share",)  # the data are split once, for all trials
_MOST_COMBINATIONS = 1000  # how many are tried to see if a value fits any of them


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, inclusive. log: uniform in the logarithm. whole: whole numbers only."""

    low: float
    high: float
    log: bool
    whole: bool


class Settings(Protocol):
    """What a space varies: a `Preset`, or the options of a fine-tuning."""

    def with_fields(self, changes: dict[str, Any]) -> Self: ...

    def setting(self, name: str) -> Any: ...


Dimension = tuple[Any, ...] | Range  # values to choose from, in their own types; or a range
Space = dict[str, Dimension]  # by the setting's name

# The tutorial's next steps name the learning rate, the batch size and the layers. The rest is lost by a network that is
# too large or too small, or that overfits: hence its sizes and the dropout. Rates and sizes vary by factors.
DEFAULT_SPACE: dict[str, Any] = {
    "learning_rate": {"low": 3e-4, "high": 2e-2, "log": True},
    "batch_size": [32, 50, 64, 128],
    "embedding_size": [32, 64, 128],
    "hidden_size": [32, 64, 128, 256],
    "layers": [1, 2],
    "dropout": {"low": 0.0, "high": 0.6},
}

# In a grid each further setting multiplies the trials: here the two that matter most, nine trials.
DEFAULT_GRID: dict[str, Any] = {"learning_rate": [1e-3, 3e-3, 1e-2], "hidden_size": [64, 128, 256]}

# For transformers, what the authors of such models tried. BERT (Devlin et al. 2019, A.3): rates of 2e-5 to 5e-5, 16 or
# 32 texts, 2 to 4 epochs; its code warms up for 0.1 of the steps and has a weight decay of 0.01. RoBERTa (Liu et al.
# 2019, table 10): rates of 1e-5 to 3e-5, a warm-up of 0.06, a weight decay of 0.1. Both have 110 million parameters or
# more; smaller ones take higher rates, so the range ends at twice the 1e-4 that `finetune` has for them.
DEFAULT_FINETUNING_SPACE: dict[str, Any] = {
    "learning_rate": {"low": 1e-5, "high": 2e-4, "log": True},
    "epochs": [2, 3, 4],
    "batch_size": [16, 32],
    "warmup": [0.06, 0.1],
    "weight_decay": [0.01, 0.1],
}
DEFAULT_FINETUNING_GRID: dict[str, Any] = {"learning_rate": [2e-5, 5e-5, 1e-4], "epochs": [2, 3, 4]}


def space_of(wanted: Mapping[str, Any], base: Settings, where: str) -> Space:
    """The space that JSON describes: {"layers": [1, 2], "dropout": {"low": 0, "high": 0.6}, ...}.

    where: its origin, for error messages. Raises UsageError for settings that do not exist or change no trial, and for
    values that are not valid with any values of the others.
    """
    if not isinstance(wanted, dict) or not wanted:
        raise UsageError(f"{where}: expected settings and what to try for each, got {wanted!r}")
    for name in wanted:
        if name in _NO_DIFFERENCE and isinstance(base, Preset):
            raise UsageError(
                f"{where}: expected settings that change a trial, got {name}: fix it with `set={name}=VALUE`"
            )
    choices = {name: values if isinstance(values, list) else _ends(values) for name, values in wanted.items()}
    return {name: _dimension(name, values, choices, base, f"{where}: {name}") for name, values in wanted.items()}


def read_tries(texts: Iterable[str]) -> dict[str, list[str]]:
    """["layers=1,2", ...] -> {"layers": ["1", "2"], ...}. Raises UsageError for any other form."""
    wanted: dict[str, list[str]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not all(values.split(",")):
            raise UsageError(f"`tries={text}`: expected NAME=A,B,C")
        if name in wanted:
            raise UsageError(f"`tries={text}`: expected each setting once, got {name} again")
        wanted[name] = values.split(",")
    return wanted


def space_as_json(space: Space) -> dict[str, Any]:
    """JSON from which `space_of` makes the same space."""
    return {
        name: {"low": values.low, "high": values.high, "log": values.log} if isinstance(values, Range) else list(values)
        for name, values in space.items()
    }


def _dimension(name: str, values: Any, choices: Mapping[str, Any], base: Settings, where: str) -> Dimension:
    if isinstance(values, dict):
        return _range(name, values, choices, base, where)
    if not isinstance(values, list) or not values:
        raise UsageError(
            f'{where}: expected a list of values, or a range such as {{"low": 1, "high": 9}}, got {values!r}'
        )
    found = tuple(_value(name, value, choices, base, where) for value in values)
    if len(set(found)) < len(found):
        raise UsageError(f"{where}: expected different values, got {values}")
    return found


def _range(name: str, values: dict[str, Any], choices: Mapping[str, Any], base: Settings, where: str) -> Range:
    if not {"low", "high"} <= values.keys() <= {"low", "high", "log"}:
        raise UsageError(f"{where}: expected low, high and, for a uniform logarithm, log; got {values}")
    log = values.get("log", False)
    if type(log) is not bool:
        raise UsageError(f"{where}: expected log to be true or false, got {log!r}")
    for end in _ends(values):
        if type(end) not in (int, float) or not math.isfinite(end):
            raise UsageError(f"{where}: expected low and high to be numbers, got {end!r}")
    low, high = (_value(name, end, choices, base, where) for end in _ends(values))
    if not low < high or (log and not low > 0):
        raise UsageError(f"{where}: expected {'0 < ' if log else ''}low < high, got {low} and {high}")
    return Range(low, high, log, type(low) is int)


def _ends(values: Any) -> list[Any]:
    return [values[end] for end in ("low", "high") if end in values] if isinstance(values, dict) else []


def _value(name: str, value: Any, choices: Mapping[str, Any], base: Settings, where: str) -> Any:
    """The value in the setting's own type, if the preset can have it with any of the other settings' choices."""
    others = {other: values for other, values in choices.items() if other != name and values}
    combinations = itertools.islice(itertools.product(*others.values()), _MOST_COMBINATIONS)
    try:
        found = base.with_fields({name: value}).setting(name)
    except UsageError as error:
        for combination in combinations:
            try:
                changed = base.with_fields({**dict(zip(others, combination, strict=True)), name: value})
                found = changed.setting(name)
                break
            except UsageError:
                continue
        else:
            raise UsageError(f"{where}: {error}") from error
    if type(value) is bool and type(found) is not bool:
        raise UsageError(f"{where}: expected values like {found!r}, got {value!r}")
    return found
