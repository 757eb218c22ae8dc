"""A summary of the data before training: shapes, class counts, lengths, duplicates (the tutorial, sections 2 and 3).

In: the parts of a data set, with the number of ids of each text. Out: Overview, as numbers or as a table.
Counting words and ids is left to text/, pictures to report/plots.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.data.groups import table_of_groups
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.errors import DataError

TRAINING = "training"


@dataclass(frozen=True)
class Split:
    """One part of a data set, such as training, with the lengths of its encoded texts.

    token_lengths: (n,) int64, ids per text after encoding, before padding. word_count: the number of
    cleaned words, in or outside the vocabulary. unknown_ids: how many of the ids are that of unknown words.
    """

    data: LabelledTexts
    token_lengths: np.ndarray
    word_count: int
    unknown_ids: int = 0

    def __post_init__(self) -> None:
        if len(self.token_lengths) != len(self.data):
            raise ValueError(f"Expected one length per text, got {len(self.token_lengths)} for {len(self.data)} texts")
        if self.word_count < self.token_lengths.sum():
            raise ValueError(f"Expected no more ids than words, got {self.token_lengths.sum()} of {self.word_count}")

    @property
    def known_words(self) -> int:
        return int(self.token_lengths.sum()) - self.unknown_ids


@dataclass(frozen=True)
class TokenLengths:
    """Ids per text of one part; percentiles interpolate linearly between texts."""

    minimum: int
    percentile_25: float
    median: float
    percentile_75: float
    percentile_95: float
    maximum: int
    mean: float


@dataclass(frozen=True)
class PartOverview:
    """One part in numbers; shares are in [0, 1].

    class_counts: texts per label, labels sorted. longer_than_padding: share of the texts that padding truncates.
    outside_vocabulary: share of the words, stop words included, that are not in it; None without any word.
    without_ids: texts without any id, empty ones included. repeated_texts: different texts that occur in this part
    more than once. also_in_training: texts of this part, each counted as often as it occurs here, that are in the
    training part too; None for training itself.
    """

    texts: int
    class_counts: dict[str | int | float, int]
    token_lengths: TokenLengths
    longer_than_padding: float
    outside_vocabulary: float | None
    without_ids: int
    repeated_texts: int
    also_in_training: int | None


@dataclass(frozen=True)
class SourceOverview:
    """One of several files of training texts. texts: of each part that comes from these files. weight: the mean weight
    of its training texts. share: that of the sum of all training texts' weights.
    """

    name: str
    texts: dict[str, int]
    weight: float
    share: float


@dataclass(frozen=True)
class Overview:
    """All parts in numbers, by name. max_length: the padding length in ids that they were compared with. sources: the
    files that the training texts come from, if there are several.
    """

    max_length: int
    parts: dict[str, PartOverview]
    sources: tuple[SourceOverview, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain ints, floats, lists and dicts, ready for JSON; labels keep their own type, as JSON keys could not."""
        parts = {}
        for name, part in self.parts.items():
            counts = [{"label": label, "texts": texts} for label, texts in part.class_counts.items()]
            parts[name] = asdict(part) | {"class_counts": counts}
        found = {"max_length": self.max_length, "parts": parts}
        return found | ({"sources": [asdict(source) for source in self.sources]} if self.sources else {})

    def as_text(self) -> str:
        """An aligned table for the terminal, one column per part, and one of the sources, one row for each."""
        labels = sorted({label for part in self.parts.values() for label in part.class_counts})
        table = pd.DataFrame({f" {name}": self._column(part, labels) for name, part in self.parts.items()})
        with pd.option_context("display.unicode.east_asian_width", True):
            return "\n".join([table.to_string(col_space=9), *self._source_lines()])

    def _source_lines(self) -> list[str]:
        if not self.sources:
            return []
        parts = list(self.sources[0].texts)
        rows = [
            [*(f"{source.texts[part]:,}" for part in parts), f"{source.weight:g}", f"{source.share:.1%}"]
            for source in self.sources
        ]
        headings = [*parts, "weight", "share of loss"]
        return ["", *table_of_groups("source", [source.name for source in self.sources], headings, rows)]

    def _column(self, part: PartOverview, labels: list[str | int | float]) -> pd.Series[str]:
        lengths = part.token_lengths
        rows = {"texts": f"{part.texts:,}"}
        rows |= {f"labelled {label}": f"{part.class_counts.get(label, 0):,}" for label in labels}
        rows |= {
            "ids per text: minimum": f"{lengths.minimum:,}",
            "              25 % have up to": f"{lengths.percentile_25:,.0f}",
            "              median": f"{lengths.median:,.0f}",
            "              75 % have up to": f"{lengths.percentile_75:,.0f}",
            "              95 % have up to": f"{lengths.percentile_95:,.0f}",
            "              maximum": f"{lengths.maximum:,}",
            "              mean": f"{lengths.mean:,.1f}",
            f"longer than the padding of {self.max_length:,}": f"{part.longer_than_padding:.2%}",
            "words outside the vocabulary": _or_dash(part.outside_vocabulary, ".2%"),
            "texts without any id": f"{part.without_ids:,}",
            "texts repeated in this part": f"{part.repeated_texts:,}",
            "texts also in training": _or_dash(part.also_in_training, ","),
        }
        return pd.Series(rows)


def overview(parts: Mapping[str, Split], max_length: int) -> Overview:
    """Summarise each part, and count the texts of the other parts that are in "training" too.

    parts: by name, including "training" (ValueError if not). max_length: the padding length in ids (500 in the
    tutorial). Texts are duplicates if they are identical; a missing text counts as an empty one.
    Raises DataError if a part has no text.
    """
    if TRAINING not in parts:
        raise ValueError(f"Expected a part named {TRAINING!r}, got {list(parts)}")
    for name, part in parts.items():
        if len(part.data) == 0:
            raise DataError(f"{part.data.name}: expected texts in the {name} part, got none. Is it the right file?")
    texts = {name: _comparable(part.data.texts) for name, part in parts.items()}
    seen = {
        name: None if name == TRAINING else int(pc.sum(pc.is_in(column, value_set=texts[TRAINING])).as_py())
        for name, column in texts.items()
    }
    return Overview(
        max_length,
        {name: _part_overview(part, texts[name], max_length, seen[name]) for name, part in parts.items()},
        _sources({name: part.data for name, part in parts.items()}),
    )


def _sources(parts: Mapping[str, LabelledTexts]) -> tuple[SourceOverview, ...]:
    """The files of the training texts, and how many texts of the parts that were split from them come from each."""
    training = parts[TRAINING]
    if training.sources is None:
        return ()
    names = training.sources.names
    sizes = {
        name: part.sources.sizes()
        for name, part in parts.items()
        if part.sources is not None and part.sources.names is names
    }
    weights = np.ones(len(training)) if training.weights is None else training.weights
    sums = np.bincount(training.sources.numbers, weights, len(names))
    return tuple(
        SourceOverview(
            name,
            {part: int(counts[number]) for part, counts in sizes.items()},
            float(sums[number] / max(sizes[TRAINING][number], 1)),
            float(sums[number] / sums.sum()),
        )
        for number, name in enumerate(names)
    )


def _part_overview(part: Split, texts: pa.ChunkedArray, max_length: int, also_in_training: int | None) -> PartOverview:
    counts = pd.Series(part.data.labels).value_counts().sort_index()
    return PartOverview(
        texts=len(part.data),
        class_counts=dict(zip(counts.index.tolist(), counts.tolist(), strict=True)),
        token_lengths=_summary(pd.Series(part.token_lengths)),
        longer_than_padding=float((part.token_lengths > max_length).mean()),
        outside_vocabulary=1 - part.known_words / part.word_count if part.word_count else None,
        without_ids=int((part.token_lengths == 0).sum()),
        repeated_texts=int(pc.sum(pc.greater(texts.value_counts().field("counts"), 1)).as_py()),
        also_in_training=also_in_training,
    )


def _summary(lengths: pd.Series[int]) -> TokenLengths:
    low, median, high, very_high = lengths.quantile([0.25, 0.5, 0.75, 0.95]).tolist()
    return TokenLengths(
        minimum=int(lengths.min()),
        percentile_25=low,
        median=median,
        percentile_75=high,
        percentile_95=very_high,
        maximum=int(lengths.max()),
        mean=float(lengths.mean()),
    )


def _comparable(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """One Arrow type for all parts, which may come from different kinds of files; large, for parts above 2 GB."""
    return texts.cast(pa.large_string()).fill_null("")


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
