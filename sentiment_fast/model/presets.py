"""Presets: named, complete settings, each with its reasons; and how to change single fields of them.

In: a preset's name, and changes as texts or values. Out: a `Preset`. Reading and writing them as files is left to
preset_files.py.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_type_hints

from sentiment_fast.errors import UsageError, did_you_mean, quoted
from sentiment_fast.model.batches import Budget
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.ngrams import NgramConfig
from sentiment_fast.runs.config_file import in_words
from sentiment_fast.text.vocabulary import Normalise, Unknown, Vocabulary

_LARGEST = 1e6  # learning rates and the like beyond it train nothing
_BOUNDS = {
    "epochs": (1, 10**6),
    "batch_size": (1, 1 << 24),
    "batch_scale": (1, 1 << 16),
    "patience": (0, 10**6),
    "batch_ids": (0, 1 << 40),
}


@dataclass(frozen=True)
class VocabularyConfig:
    """The options of `build_vocabulary`; stop_words: "english", another of NLTK's languages, or "none"."""

    max_words: int = 1000
    stop_words: str = "english"
    min_count: int = 1
    strip_html: bool = False
    keep_digits: bool = False
    split_at_marks: bool = False
    unknown: Unknown = "drop"
    normalise: Normalise = "none"
    emojis: bool = False
    ratings: bool = False
    contractions: bool = False
    misspellings: bool = False

    def __post_init__(self) -> None:
        try:
            Vocabulary([], **asdict(self))
        except ValueError as error:
            raise UsageError(str(error)) from error


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    learning_rate: Adam's. clip_norm: the gradients' largest norm. weight_decay: decoupled (AdamW). warmup: the
    share of all steps during which the learning rate rises to its full value. decay: how it falls to zero after that
    ("none", "linear", "cosine"). patience: epochs without a better validation loss after which to stop; 0 for never.
    batch_scale: a factor of the batch size, for hardware that needs large batches; see training/schedules.py.
    batch_ids: the most ids of a batch, padding included, so that batches of long texts have fewer rows; 0 for no limit.
    word_vectors: how the embedding is initialised, "random" or "neighbours": fitted to which words occur near which in
    the texts (model/word_vectors.py). keep: the epoch whose weights are kept, "best" for the lowest validation loss, or
    "last": if the learning rate falls to 0, the last is the most accurate, and calibration corrects its overconfidence.
    validation_share: the share of the data that is held out if no validation part is given.
    embedding_rate: the embedding's learning rate as a share of the others' (Howard and Ruder 2018); below 1, rare
    words, which an epoch updates only a few times, each time as far as Adam moves all others, stay near their initial
    vectors.
    """

    epochs: int = 5
    batch_size: int = 50
    learning_rate: float = 1e-3
    clip_norm: float = 5.0
    seed: int = 0
    weight_decay: float = 0.0
    warmup: float = 0.0
    decay: Literal["none", "linear", "cosine"] = "none"
    patience: int = 0
    batch_scale: int = 1
    batch_ids: int = 0
    word_vectors: Literal["random", "neighbours"] = "random"
    keep: Literal["best", "last"] = "best"
    validation_share: float = 0.25
    embedding_rate: float = 1.0

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            if getattr(self, name) < least:
                raise UsageError(f"Expected {name} of {least} or more, got {quoted(getattr(self, name))}")
            if getattr(self, name) > most:
                raise UsageError(f"Expected {name} of up to {most:,}, got {quoted(getattr(self, name))}")
        for name, largest in (("learning_rate", _LARGEST), ("clip_norm", math.inf)):
            if not 0 < getattr(self, name) <= largest:
                raise UsageError(f"Expected {name} above 0, up to {largest:g}, got {quoted(getattr(self, name))}")
        for name in ("weight_decay", "embedding_rate"):
            if not 0 <= getattr(self, name) <= _LARGEST:
                raise UsageError(f"Expected {name} of 0 or more, up to {_LARGEST:g}, got {quoted(getattr(self, name))}")
        if not 0 <= self.warmup <= 1:
            raise UsageError(f"Expected warmup to be a share of the steps, 0 to 1, got {self.warmup}")
        if not 0 < self.validation_share < 1:
            raise UsageError(f"Expected a validation_share above 0 and below 1, got {self.validation_share}")
        if self.decay not in ("none", "linear", "cosine"):
            raise UsageError(f"Expected a decay of none, linear or cosine, got {self.decay!r}")
        if self.word_vectors not in ("random", "neighbours"):
            raise UsageError(f"Expected word_vectors of random or neighbours, got {self.word_vectors!r}")
        if self.keep not in ("best", "last"):
            raise UsageError(f"Expected to keep the best or the last epoch, got {self.keep!r}")
        if not 0 <= self.seed < 2**32:
            raise UsageError(f"Expected a seed of 0 up to (not including) 2**32, got {quoted(self.seed)}")

    @property
    def budget(self) -> Budget:
        """How large a batch may be."""
        return Budget(self.batch_size * self.batch_scale, self.batch_ids or None)


@dataclass(frozen=True)
class Preset:
    """All settings of one training run."""

    name: str
    vocabulary: VocabularyConfig = field(default_factory=VocabularyConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    wide: NgramConfig = field(default_factory=NgramConfig)

    def with_fields(self, changes: dict[str, Any]) -> Preset:
        """The preset with single fields changed, by name; text values are read as the field's type.

        Raises UsageError for a name or value that does not fit.
        """
        part_of = {item.name: part for part in PARTS for item in fields(getattr(self, part))}
        changes_of: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
        for name, value in changes.items():
            if name not in part_of:
                raise UsageError(
                    f"Expected a setting of {', '.join(part_of)}, got {quoted(name)}{did_you_mean(name, part_of)}"
                )
            part = part_of[name]
            wanted = get_type_hints(type(getattr(self, part)))[name]
            changes_of[part][name] = read_as(wanted, name, value)
        changed = {part: replace(getattr(self, part), **values) for part, values in changes_of.items()}
        return replace(self, **changed)

    def setting(self, name: str) -> Any:
        """The value of the setting of this name, whichever part has it."""
        parts = (getattr(self, part) for part in PARTS)
        return next(getattr(part, name) for part in parts if name in {item.name for item in fields(part)})

    def as_dict(self) -> dict[str, Any]:
        """All settings for files, by their parts; those of n-grams as `NgramConfig.as_dict`."""
        return asdict(self) | {"wide": self.wide.as_dict()}


PARTS = ("vocabulary", "network", "training", "wide")


def read_as(wanted: Any, name: str, value: Any) -> Any:
    """The value in the type `wanted`, from text too. name: the setting's. Raises UsageError if it does not fit."""
    if wanted is bool and isinstance(value, str):
        if value.lower() not in ("true", "false"):
            raise UsageError(f"Expected {name} of true or false, got {quoted(value)}")
        return value.lower() == "true"
    if wanted in (int, float):
        try:
            number = wanted(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise UsageError(f"Expected {name} to be {in_words(wanted)}, got {quoted(value)}") from error
        if not isinstance(value, str) and number != value:  # int() truncates
            raise UsageError(f"Expected {name} to be {in_words(wanted)}, got {quoted(value)}")
        return number
    return value


# What the presets other than the tutorial's have in common. Digits, because many a review ends with "8/10"; and
# "movie...it" is split into words. benchmarks/results/accuracy.md has what each gains: more than everything else here.
# And an accented letter is the same however it is spelled.
_ALL_WORDS = VocabularyConfig(
    max_words=30_000,
    stop_words="none",
    strip_html=True,
    keep_digits=True,
    split_at_marks=True,
    unknown="id",
    normalise="nfc",
)
_SHORT = TrainingConfig(
    epochs=6,
    batch_size=32,
    clip_norm=1.0,
    warmup=0.1,
    decay="linear",
    word_vectors="neighbours",
    keep="last",
    validation_share=0.05,
    embedding_rate=0.3,
)

DEFAULT = "tutorial"
PRESETS = {
    # The tutorial's settings, each of them: its sections 3 to 6. 1,000 words without stop words, embedding 64, two
    # LSTM layers of 256, dropout 0.3, Adam at 1e-3, gradients clipped at 5, batches of 50, 5 epochs.
    "tutorial": Preset("tutorial"),
    # The same network in large batches, for GPUs: 16 times the rows at 4 times the learning rate, which needs a warm-up
    # and decays; epochs are cheap there, so there are more, until they stop improving. 800 rows of up to 163 ids, as 19
    # of 20 reviews have, are within batch_ids.
    "tutorial-large-batch": Preset(
        "tutorial-large-batch",
        training=TrainingConfig(epochs=10, batch_scale=16, batch_ids=1 << 17, warmup=0.1, decay="cosine", patience=3),
    ),
    # For accuracy: all frequent words, "not" among them, and the unknown word; both directions of both ends of a text,
    # where reviews say what they come to, pooled by maximum and mean; word vectors fitted to the texts, and dropout of
    # whole words against overfitting; and next to the network an n-gram model of up to three words, each bucket with an
    # owner, which sees what the network misses. Twice as many units gained nothing.
    "accurate": Preset(
        "accurate",
        vocabulary=_ALL_WORDS,
        network=NetworkConfig(
            embedding_size=64,
            hidden_size=64,
            layers=1,
            dropout=0.4,
            bidirectional=True,
            pooling="max_mean",
            max_length=400,
            tail_length=200,
            word_dropout=0.4,
        ),
        training=replace(_SHORT, epochs=5, batch_size=64, learning_rate=5e-3),
        wide=NgramConfig(ngrams=3, ngram_bits=23, ngram_fingerprints=True),
    ),
    # For huge files on CPUs: n-grams of up to three words, each bucket with an owner, and the smallest network that
    # still adds to them.
    "fast": Preset(
        "fast",
        vocabulary=replace(_ALL_WORDS, max_words=20_000),
        network=NetworkConfig(
            embedding_size=64,
            hidden_size=64,
            layers=1,
            dropout=0.4,
            pooling="max_mean",
            max_length=256,
            tail_length=128,
            word_dropout=0.4,
        ),
        training=replace(_SHORT, batch_size=64, learning_rate=5e-3),
        wide=NgramConfig(ngrams=3, ngram_bits=22, ngram_fingerprints=True),
    ),
}


# What changes with a teacher, whose probabilities regularise by themselves: a network gains from more epochs and less
# dropout, the n-gram model from weaker regularisation (benchmarks/results/accuracy.md).
_STUDENT: dict[str, Any] = {"dropout": 0.2, "word_dropout": 0.2, "ngram_c": 300.0}
STUDENTS: dict[str, dict[str, Any]] = {"accurate": _STUDENT | {"epochs": 8}, "fast": _STUDENT | {"epochs": 10}}


def preset(name: str) -> Preset:
    """A preset by name; raises UsageError for one that does not exist."""
    if not isinstance(name, str) or name not in PRESETS:
        raise UsageError(f"Expected a preset of {', '.join(PRESETS)}, got {name!r}")
    return PRESETS[name]


def student_preset(name: str) -> Preset:
    """The preset with the settings for learning from a teacher; errors as for `preset`."""
    return preset(name).with_fields(STUDENTS.get(name, {}))


def setting_as_text(value: Any) -> str:
    """A setting's value as an item of `set` spells it: true, 0.5, lstm."""
    return str(value).lower() if isinstance(value, bool) else str(value)
