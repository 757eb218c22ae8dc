"""What a fine-tuning is asked to do: the options of `sf.finetune` and its command, with their defaults.

In: values by name. Out: frozen options, which are its settings too. Opening the files that they name is left to
finetuning.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from sentiment_fast.data.sources import share_of
from sentiment_fast.errors import UsageError, did_you_mean, quoted
from sentiment_fast.model.presets import TrainingConfig, read_as
from sentiment_fast.training.options import LabelledTextsOptions, TrainingOptions, check_minutes

_SETTINGS = (
    *("epochs", "batch_size", "accumulate", "max_tokens", "learning_rate"),
    *("warmup", "weight_decay", "clip_norm", "patience", "seed"),
)
_BOUNDS = {
    "epochs": (1, 10**6),
    "batch_size": (1, 1 << 16),
    "accumulate": (1, 1 << 8),
    "max_tokens": (4, 1 << 20),
    "patience": (0, 10**6),
}
_VALIDATION_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class FinetuningOptions(LabelledTextsOptions):
    """The options of a fine-tuning, among them all its settings; `training.finetuning.finetune` documents each."""

    NOT_RECORDED: ClassVar[tuple[str, ...]] = TrainingOptions.NOT_RECORDED

    base: str | None = None
    test: str | None = None
    positive: str | int | float | None = None
    class_weight: str | dict[str, float] | None = None
    ordinal: bool | tuple[str, ...] = False
    neutral: tuple[float, float] | str | None = None
    epochs: int = 3
    batch_size: int = 32
    accumulate: int = 1
    max_tokens: int = 128
    learning_rate: float = 1e-4
    warmup: float = 0.06
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    patience: int = 1
    seed: int = 0
    deterministic: bool = False
    out: Path | None = None
    resume: bool = False
    checkpoint_minutes: float = 5.0
    tensorboard: bool = False

    def check(self) -> None:
        """Raises UsageError for values that make no sense."""
        check_minutes(self.checkpoint_minutes)
        self._check_settings()
        self.check_without_teacher()
        self.precision_name()

    def _check_settings(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if not (type(value) is int and least <= value <= most):
                raise UsageError(f"Expected `{name}` of {least} to {most:,}, got {quoted(value)}")
        self.training_config()

    def training_config(self) -> TrainingConfig:
        """How the loop trains: batches of all texts between two steps. Raises UsageError."""
        share = None if self.validation is None else share_of(self.validation)
        own = {name: one for name, one in self.as_dict().items() if name not in ("accumulate", "max_tokens")}
        own["batch_size"] = self.batch_size * self.accumulate
        try:
            return TrainingConfig(decay="linear", validation_share=_VALIDATION_SHARE if share is None else share, **own)
        except TypeError as error:
            raise UsageError(f"Expected numbers as settings, got others: {error}") from error

    def with_fields(self, changes: dict[str, Any]) -> FinetuningOptions:
        """The options with some settings changed, by name; values that are text are read in the setting's type.

        Raises UsageError for a name or value that does not fit.
        """
        for name in changes:
            if name not in _SETTINGS:
                raise UsageError(
                    f"Expected a setting of {', '.join(_SETTINGS)}, got {quoted(name)}{did_you_mean(name, _SETTINGS)}"
                )
        defaults = type(self)
        read = {name: read_as(type(getattr(defaults, name)), name, value) for name, value in changes.items()}
        changed = replace(self, **read)
        try:
            changed._check_settings()
        except UsageError as error:  # without backquotes, which stand for arguments of a call
            raise UsageError(str(error).replace("`", "")) from error
        return changed

    def setting(self, name: str) -> Any:
        """The value of one setting."""
        return getattr(self, name)

    def as_dict(self) -> dict[str, Any]:
        """The settings, for the record."""
        return {name: getattr(self, name) for name in _SETTINGS}
