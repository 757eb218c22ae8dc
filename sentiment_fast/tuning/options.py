"""What a search is asked to do: the options of `tune`, with their defaults.

In: values by name. Out: frozen options, and the time that they allow. What they mean is left to session.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from sentiment_fast.errors import UsageError
from sentiment_fast.training.finetuning_options import FinetuningOptions
from sentiment_fast.training.options import LabelledOptions, LabelledTextsOptions, SettingsOptions
from sentiment_fast.tuning.searches import SEARCHES

DEFAULT_TIME = "30m"


@dataclass(frozen=True, kw_only=True)
class TuningOptions(LabelledOptions):
    """The options of a search; `tune` documents each."""

    NOT_RECORDED: ClassVar[tuple[str, ...]] = ("out", "resume", "time", "trials")
    CHOICES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **LabelledOptions.CHOICES,
        "search": SEARCHES,
        "metric": ("accuracy", "loss"),
    }

    base: str | None = None
    search: str = "random"
    space: str | None = None
    tries: tuple[str, ...] = ()
    time: str | None = None
    trials: int | None = None
    metric: str = "accuracy"
    out: Path | None = None
    resume: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        options = super().of(values)
        options.check_without_teacher()
        if options.base is None:
            return options
        if options.preset != cls.preset:
            raise UsageError("Expected `base`, to fine-tune a transformer, or `preset`, got both")
        if options.config is not None:
            raise UsageError(
                f"`config={options.config}`: expected the run.toml of a search with `base`, got settings of `train`"
            )
        if options.cuda_graphs:
            raise UsageError("Expected `base` or `cuda_graphs`, got both: fine-tuning does not use them")
        return options

    def changes(self) -> dict[str, Any]:
        """The settings that `set`, `epochs` and the like fix, by name; with `base`, settings of fine-tuning."""
        return super().changes() if self.base is None else SettingsOptions.changes(self)

    def finetuning(self) -> FinetuningOptions:
        """What each trial is asked to do with `base`, apart from what is searched. Raises UsageError."""
        shared = {field.name: getattr(self, field.name) for field in fields(LabelledTextsOptions)}
        options = FinetuningOptions(base=self.base, **shared)
        share = str(options.training_config().validation_share)
        return replace(options, validation=self.validation or share).with_fields(self.changes())

    def seconds(self) -> float | None:
        """How long to search; None for no limit. Raises UsageError for a malformed time or number."""
        if self.trials is not None and self.trials < 1:
            raise UsageError(f"`trials={self.trials}`: expected 1 or more")
        if self.time is None and (self.trials is not None or self.search == "grid"):
            return None
        wanted = DEFAULT_TIME if self.time is None else self.time
        number = r"(\d+(?:\.\d+)?)"
        found = re.fullmatch(f"(?:{number}h)?(?:{number}m)?(?:{number}s)?", wanted)
        units = zip(found.groups(), (3600, 60, 1), strict=True) if found else ()
        total = sum(float(part or 0) * unit for part, unit in units)
        if not total > 0:
            raise UsageError(f"`time={wanted}`: expected a time with its unit, such as 90s, 30m or 1h30m")
        return total
