"""What a training is asked to do: the options of `sf.train` and of the commands, their defaults in this one place.

In: values by name, from Python or from a command line. Out: frozen options, and the settings and precision that they
specify. Opening the files that they name is left to session.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from sentiment_fast.data.data_files import DataFile, data_files_of
from sentiment_fast.data.label_rules import LabelRules
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.labels import label_map_of
from sentiment_fast.data.sources import share_of
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.errors import UsageError, did_you_mean
from sentiment_fast.io.options import DataOptions, LabelledDataOptions
from sentiment_fast.model.devices import DEVICES, PRECISIONS
from sentiment_fast.model.preset_files import read_preset
from sentiment_fast.model.presets import DEFAULT, Preset, preset, setting_as_text, student_preset
from sentiment_fast.training.class_options import class_weight_of, neutral_of, order_of

_READERS = {"label_map": label_map_of, "class_weight": class_weight_of, "ordinal": order_of, "neutral": neutral_of}
_PATHS = ("base", "data", "validation", "test", "teacher", "unlabelled")
IN_MEMORY = "(texts, labels)"  # how a checkpoint records data that came from no file
SAMPLE_WEIGHT = "sample_weight"


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options of everything that learns."""

    NOT_RECORDED: ClassVar[tuple[str, ...]] = ()  # what may differ when a run is resumed
    CHOICES: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # the values of options that have few

    threads: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The options with these values, the others at their defaults. Raises TypeError for an unknown name."""
        known = {field.name: isinstance(field.default, tuple) for field in fields(cls)}  # of those: takes several?
        for name in values:
            if name not in known:
                raise TypeError(f"unexpected option {name!r}{did_you_mean(name, known)}")
        options = cls(**{name: _normal(name, value, known[name]) for name, value in values.items()})
        if options.threads is not None and not (type(options.threads) is int and options.threads >= 1):
            raise UsageError(f"Expected `threads` of 1 or more, got {options.threads!r}")
        return options

    def recorded(self) -> dict[str, Any]:
        """The options that are recorded with a run, ready for JSON."""
        return {
            field.name: _plain(getattr(self, field.name))
            for field in fields(self)
            if field.name not in self.NOT_RECORDED
        }


@dataclass(frozen=True, kw_only=True)
class SettingsOptions(RunOptions):
    """The options of what learns by the settings of a preset. None: as in the preset."""

    preset: str = DEFAULT
    config: str | None = None
    set: tuple[str, ...] = ()
    seed: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        options = super().of(values)
        if options.config is not None and options.preset != cls.preset:
            raise UsageError("Expected `preset` or `config`, got both")
        return options

    def changes(self) -> dict[str, Any]:
        """The settings that `set`, `epochs` and the like change, by name."""
        changes: dict[str, Any] = {}
        for item in self.set:
            name, equals, value = item.partition("=")
            if not equals:
                raise UsageError(f"`set={item}`: expected NAME=VALUE")
            changes[name] = value
        for name in ("epochs", "batch_size", "learning_rate", "seed"):
            given = getattr(self, name, None)  # pretraining has only the seed
            if given is not None:
                changes[name] = given
        return changes

    def unchanged_settings(self) -> Preset:
        """The settings of `preset` or `config`."""
        if self.config is None:
            return self.named_preset(self.preset)
        return read_preset(self.config, self.named_preset)

    def named_preset(self, name: str) -> Preset:
        """The preset of this name, as this command takes it."""
        return preset(name)

    def settings(self) -> Preset:
        """The settings of `preset` or `config`, with those changes."""
        return self.unchanged_settings().with_fields(self.changes())


@dataclass(frozen=True, kw_only=True)
class LabelledTextsOptions(RunOptions, LabelledDataOptions):
    """The options of everything that learns from labelled texts: the texts, and hardware.

    Files in `data` are spelled with their options, as `data_files.DataFile` does.
    """

    CHOICES: ClassVar[Mapping[str, tuple[str, ...]]] = {"device": DEVICES, "precision": PRECISIONS}

    data: str | tuple[str, ...] | LabelledTexts | None = None
    validation: str | None = None
    text_column: str | int | None = None
    label_column: str | int | None = None
    label_map: dict[str, str] | None = None
    normalise_labels: bool = False
    neutral_label: str | None = None
    device: str = "auto"
    amp: bool = False
    precision: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """As for all options; `sample_weight` is given to the texts in memory, and is not an option afterwards."""
        given = dict(values)
        weights = given.pop(SAMPLE_WEIGHT, None)
        if weights is None:
            return super().of(given)
        data = given.get("data")
        if not isinstance(data, tuple) or len(data) != 2:
            raise UsageError(
                "`sample_weight`: expected texts in memory, (texts, labels), as `data`; a file has one weight, "
                "`data=FILE:weight=W`"
            )
        return super().of(given | {"data": labelled_texts_of(*data, weights=weights)})

    def label_rules(self) -> LabelRules:
        """How labels are renamed once they are read."""
        return LabelRules(self.label_map, self.normalise_labels, self.neutral_label)

    def check_without_teacher(self) -> None:
        """Raises UsageError for a file with a label_weight, which has no meaning without a teacher."""
        if self.data is None or isinstance(self.data, LabelledTexts):
            return
        for file in data_files_of(self.data):
            if file.label_weight is not None:
                raise UsageError(
                    f"`data={file}`: expected a teacher, an option of train, got label_weight without one: leave it "
                    "out, or train with a teacher"
                )

    def precision_name(self) -> str:
        """The precision that `precision` or `amp` ask for, maybe "auto". Raises UsageError if they contradict."""
        if self.amp and self.precision not in (None, "auto"):
            raise UsageError(f"Expected `amp`, which is `precision=auto`, or `precision={self.precision}`, got both")
        return self.precision or ("auto" if self.amp else "float32")


@dataclass(frozen=True, kw_only=True)
class LabelledOptions(LabelledTextsOptions, SettingsOptions):
    """The options of a training or search: single settings, too."""

    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    cuda_graphs: bool | None = None

    def changes(self) -> dict[str, Any]:
        share = None if self.validation is None else share_of(self.validation)
        return super().changes() | ({} if share is None else {"validation_share": share})


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(LabelledOptions):
    """The options of a training; `training.session.train` documents each."""

    NOT_RECORDED: ClassVar[tuple[str, ...]] = ("out", "resume", "checkpoint_minutes", "tensorboard")

    test: str | None = None
    positive: str | int | float | None = None
    class_weight: str | dict[str, float] | None = None
    ordinal: bool | tuple[str, ...] = False
    neutral: tuple[float, float] | str | None = None
    vectors: str | None = None
    init: str | None = None
    teacher: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    label_weight: float | None = None
    compile: bool | None = None
    deterministic: bool = False
    out: Path | None = None
    resume: bool = False
    checkpoint_minutes: float = 5.0
    tensorboard: bool = False

    def named_preset(self, name: str) -> Preset:
        """The preset of this name; a student's if a teacher's probabilities are learned."""
        are_learned = self.teacher and (self.label_weight != 1 or self.unlabelled)
        return student_preset(name) if are_learned else preset(name)

    def check(self) -> None:
        """Raises UsageError for options that do not go together."""
        check_minutes(self.checkpoint_minutes)
        if self.init is not None and self.vectors is not None:
            raise UsageError("Expected `init`, which has word vectors of its own, or `vectors`, got both")
        if not self.teacher and self.unlabelled:
            raise UsageError(
                "`unlabelled`: expected a `teacher` to label these texts; without one, see pretrain and `init`"
            )
        if not self.teacher and self.label_weight is not None:
            raise UsageError("`label_weight`: expected a `teacher`, against whose probabilities it weights the labels")
        if not self.teacher:
            self.check_without_teacher()
        if self.label_weight is not None and not 0 <= self.label_weight <= 1:
            raise UsageError(f"Expected `label_weight` of 0 to 1, got {self.label_weight}")
        if self.tensorboard and self.out is None:
            raise UsageError("`tensorboard`: expected the folder of the run, `out=FOLDER`, in which to log")
        self.precision_name()


@dataclass(frozen=True, kw_only=True)
class PretrainingOptions(SettingsOptions, DataOptions):
    """The options of a pretraining; `training.pretrain.pretrain` documents each."""

    data: tuple[str, ...] = ()
    text_column: str | int | None = None
    out: Path | None = None


def check_minutes(minutes: float) -> None:
    """Raises UsageError for a time between checkpoints that makes no sense."""
    if not (isinstance(minutes, int | float) and minutes >= 0):
        raise UsageError(f"Expected `checkpoint_minutes` of 0 or more, got {minutes}")


def _normal(name: str, value: Any, several: bool) -> Any:
    """A value as a command line would give it: paths as texts, several values as a tuple of texts.

    Raises UsageError for a path that is not one.
    """
    if isinstance(value, np.generic):  # which JSON, and so a checkpoint, can't hold
        value = value.item()
    if isinstance(value, LabelledTexts):
        return value
    if name == "neutral_label":
        return None if value is None else str(value)
    if name in _READERS:
        return _READERS[name](value)
    if name in ("init", "out") and not isinstance(value, str | os.PathLike | None):
        raise UsageError(f"`{name}`: expected a path, got {type(value).__name__}")
    if name == "out":
        return None if value is None else Path(value)
    if name == "data" and isinstance(value, tuple) and not several:
        if len(value) != 2:
            raise UsageError(f"Expected `data` to be a file, a folder or (texts, labels), got {len(value)} values")
        return labelled_texts_of(*value)
    if name == "validation" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if name in _PATHS and value is not None:
        _check_paths(name, value)
    if name == "data" and isinstance(value, list) and not several:
        paths = tuple(map(str, value))
        return paths[0] if len(paths) == 1 else paths
    if name == "set" and isinstance(value, Mapping):
        return tuple(f"{setting}={setting_as_text(one)}" for setting, one in value.items())
    if several:
        if value is None:
            return ()
        is_one = isinstance(value, str | Path) or not isinstance(value, Iterable)
        return tuple(map(str, [value] if is_one else value))
    return str(value) if isinstance(value, Path | DataFile) else value


def _check_paths(name: str, value: Any) -> None:
    paths = value if isinstance(value, list | tuple) else [value]
    kinds = str | os.PathLike | DataFile if name == "data" else str | os.PathLike
    wrong = [path for path in paths if not isinstance(path, kinds)]
    if wrong:
        of_memory = ", or a tuple (texts, labels)" if name == "data" else ""
        kind = type(wrong[0]).__name__
        found = kind if wrong[0] is value else f"a {type(value).__name__} with a {kind}"
        raise UsageError(f"`{name}`: expected a path or a list of paths{of_memory}, got {found}")


def _plain(value: Any) -> Any:
    if isinstance(value, LabelledTexts):
        return IN_MEMORY
    return list(value) if isinstance(value, tuple) else value
