"""The option `data` -> files, each with its weights and the number of rows to draw from it.

In: paths, "FILE:weight=W:rows=N:label_weight=X", or `DataFile`s. Out: `DataFile`s, their patterns expanded. Reading the
files is left to labelled_texts.py, drawing rows and weighting them to mixture.py.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sentiment_fast.data.path_options import PathOption, split_path_options
from sentiment_fast.errors import UsageError, quoted
from sentiment_fast.io.inputs import exists, expand_patterns

_OPTIONS = {
    "weight": PathOption("weight=W", float, "a weight above 0"),
    "rows": PathOption("rows=N", int, "rows of 1 or more"),
    "label_weight": PathOption("label_weight=X", float, "a label_weight of 0 to 1"),
}

MOST_WEIGHT = 10**9  # of a file, a text or a class: sums of weights in float32 stay finite


@dataclass(frozen=True)
class DataFile:
    """A file of labelled texts, or another value of `data`, and how much of it to train on.

    path: a path, a pattern, a folder or the name of a data set. weight: above 0, up to a billion, by which the losses
    of its texts are multiplied, as if each occurred that many times. rows: how many of its rows to draw at random, each
    label in proportion; None for all. label_weight: 0 to 1, the weight of its labels in a training with a teacher; the
    teacher's probabilities get the rest, so with 1 only the labels are learned; None for the training's own
    `label_weight`. With a pattern, all three apply to each file that matches.

    `str` gives the same as a command line takes it: "FILE:weight=W:rows=N:label_weight=X". Raises UsageError for an
    invalid value.
    """

    path: str | Path
    weight: float = 1.0
    rows: int | None = None
    label_weight: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.path, str | os.PathLike):
            raise UsageError(f"`data`: expected a path, got {quoted(self.path)}")
        if (
            isinstance(self.weight, bool)
            or not isinstance(self.weight, int | float)
            or not 0 < self.weight <= MOST_WEIGHT
        ):
            raise UsageError(
                f"`data={self.path}`: expected a weight above 0, up to {MOST_WEIGHT:,}, got {quoted(self.weight)}"
            )
        if self.rows is not None and (isinstance(self.rows, bool) or not isinstance(self.rows, int) or self.rows < 1):
            raise UsageError(f"`data={self.path}`: expected rows of 1 or more, got {quoted(self.rows)}")
        of_label = self.label_weight
        is_number = isinstance(of_label, int | float) and not isinstance(of_label, bool)
        if of_label is not None and not (is_number and 0 <= of_label <= 1):
            raise UsageError(f"`data={self.path}`: expected a label_weight of 0 to 1, got {quoted(of_label)}")
        text = str(self)
        if text != str(self.path) and exists(text):
            raise UsageError(f"`data={text}`: is a file, whose name looks like options of {self.path}: rename it")

    def __str__(self) -> str:
        weight = "" if self.weight == 1 else f":weight={_spelled(self.weight)}"
        rows = "" if self.rows is None else f":rows={self.rows}"
        of_label = "" if self.label_weight is None else f":label_weight={_spelled(self.label_weight)}"
        return f"{self.path}{weight}{rows}{of_label}"


def _spelled(number: float) -> str:
    return repr(float(number)).removesuffix(".0")


def data_file_of(text: str) -> DataFile:
    """The file that a text such as "reviews.csv:weight=2:rows=1000" names; a path that exists as written has none.

    Raises UsageError for an option that is unknown, malformed or given twice.
    """
    path, options = split_path_options("data", text, _OPTIONS, exists)
    return DataFile(path, **options)


def data_files_of(data: str | Path | DataFile | Sequence[str | Path | DataFile]) -> list[DataFile]:
    """The files of one value or several. Raises UsageError for an empty list."""
    given = [data] if isinstance(data, str | Path | DataFile) else list(data)
    if not given:
        raise UsageError("Expected data, got an empty list")
    return [one if isinstance(one, DataFile) else data_file_of(str(one)) for one in given]


def expanded(files: Sequence[DataFile]) -> list[DataFile]:
    """The files with those that match in place of each pattern. Raises DataError for a pattern that nothing matches."""
    return [replace(file, path=name) for file in files for name in expand_patterns([str(file.path)])]
