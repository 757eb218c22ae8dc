"""The option `data` -> files, each with a weight and the number of rows to draw from it.

In: paths, "FILE:weight=W:rows=N", or `DataFile`s. Out: `DataFile`s, their patterns expanded. Reading the files is left
to labelled_texts.py, drawing rows and weighting them to mixture.py.
"""

from __future__ import annotations

import math
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
}


@dataclass(frozen=True)
class DataFile:
    """A file of labelled texts, or another value of `data`, and how much of it to train on.

    path: a path, a pattern, a folder or the name of a data set. weight: above 0, by which the losses of its texts are
    multiplied, as if each were there so many times. rows: how many of its rows to draw at random, each label in
    proportion; None for all. Of a pattern, both apply to each file that matches.

    `str` gives the same as a command line takes it: "FILE:weight=W:rows=N". Raises UsageError for an invalid value.
    """

    path: str | Path
    weight: float = 1.0
    rows: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.path, str | os.PathLike):
            raise UsageError(f"`data`: expected a path, got {quoted(self.path)}")
        if isinstance(self.weight, bool) or not isinstance(self.weight, int | float) or not 0 < self.weight < math.inf:
            raise UsageError(f"`data={self.path}`: expected a weight above 0, got {quoted(self.weight)}")
        if self.rows is not None and (isinstance(self.rows, bool) or not isinstance(self.rows, int) or self.rows < 1):
            raise UsageError(f"`data={self.path}`: expected rows of 1 or more, got {quoted(self.rows)}")
        text = str(self)
        if text != str(self.path) and exists(text):
            raise UsageError(f"`data={text}`: is a file, whose name looks like options of {self.path}: rename it")

    def __str__(self) -> str:
        weight = "" if self.weight == 1 else f":weight={repr(float(self.weight)).removesuffix('.0')}"
        return f"{self.path}{weight}{'' if self.rows is None else f':rows={self.rows}'}"


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
