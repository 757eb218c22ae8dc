"""Texts with their labels: read from files and folders of the user's own, checked, and split.

In: paths or patterns of any format that `score` reads, or columns in memory. Out: `LabelledTexts`, and its stratified
split. Reading a file's columns is left to texts.py, folders to folders.py, data sets by name to datasets/.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.data.folders import read_labelled_folder
from sentiment_fast.data.groups import Groups
from sentiment_fast.data.labels import (
    Label,
    check_spellings,
    distinct_labels,
    label_values,
    positions,
    shortest_floats,
)
from sentiment_fast.data.texts import TEXT_OPTION, Paths, expand_paths, joint_name, name_of, read_file, say_nothing
from sentiment_fast.errors import DataError, listed, quoted
from sentiment_fast.io import columns
from sentiment_fast.io.formats import PARQUET, input_format
from sentiment_fast.io.options import DEFAULT_LAYOUT, LabelledDataOptions, LayoutOptions
from sentiment_fast.io.tables import ROW_NOTE

LABEL_OPTION, DOMAIN_OPTION = "`label_column`", "`domain_column`"
_MOST_COUNTED = 5  # classes in a message, the rarest first


_PER_ROW = ("weights", "label_weights", "without_class", "sources", "domains", "same_text")


@dataclass(frozen=True)
class LabelledTexts:
    """Texts and labels of one data set.

    texts: (n,) Arrow strings, chunked. labels: (n,) numpy array of str, int64 or float64.
    name: how messages and the model card call the data. made_up: True only for the demo corpus.
    text_column, label_column: the columns that they were read from, if they came from a table.
    weights: (n,) float64, 0 or more, how often each row counts in training; None for once. label_weights: (n,)
    float64, 0 to 1, the weight of each row's label next to a teacher, NaN for that of all texts; None if all are NaN.
    without_class: (n,) bool, rows whose label is not a class; None for none. sources: the file of each row, if there
    are several. domains: the domain of each row, if a column has them. same_text: (n,) numbers, equal for rows whose
    texts are copies of each other; None if that is not known.
    """

    texts: pa.ChunkedArray
    labels: np.ndarray
    name: str
    made_up: bool = False
    text_column: str | None = None
    label_column: str | None = None
    weights: np.ndarray | None = None
    label_weights: np.ndarray | None = None
    without_class: np.ndarray | None = None
    sources: Groups | None = None
    domains: Groups | None = None
    same_text: np.ndarray | None = None

    def __post_init__(self) -> None:
        if len(self.texts) != len(self.labels):
            raise ValueError(f"Expected one label per text, got {len(self.texts)} texts and {len(self.labels)} labels")

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: np.ndarray) -> LabelledTexts:
        """The given rows, in the given order."""
        found = replace(self, texts=self.texts.take(pa.array(rows)), labels=self.labels[rows])
        columns = ((name, getattr(self, name)) for name in _PER_ROW)
        return replace(found, **{name: column[rows] for name, column in columns if column is not None})


def read_labelled(
    paths: Paths,
    text_column: str | int | None = None,
    label_column: str | int | None = None,
    layout: LayoutOptions = DEFAULT_LAYOUT,
    say: Callable[[str], None] = say_nothing,
    usual: tuple[str | None, str | None] = (None, None),
) -> LabelledTexts:
    """Read texts and labels from files of any format that `score` reads, and from folders in the layout of aclImdb.

    paths: one or several, read as one in the given order, patterns among them, "-" for stdin; for folders see
    `read_labelled_folder`. text_column, label_column: a name, or a number from 1; without one, the label column of each
    file is `sentiment`, else `label`, which is never guessed; the text column is `review`, else `text`, else the only
    other one that holds text. layout: how the files are to be read; if these are `LabelledDataOptions`, rows without a
    label may be left out, and domains read. usual: names of both columns to try first.

    Texts are returned as (n,) large_string, as they are in the file: "NA" and "" are texts. A null text becomes "".
    Labels are returned as they are spelled, (n,) str, spaces included, or as int64 or float64 if each of them is
    spelled as that number is (see `labels.label_values`); so are JSON's numbers, by their source text. Strings of
    Parquet and JSON stay strings, and Parquet's numbers numbers, float32 by its shortest spelling; its booleans become
    "False" and "True", JSON's stay "false" and "true".

    Raises UsageError for one column as both, and DataError, with the file and, if there is
    one, the row, for anything else: a missing file or column, a record that cannot be read, bytes that are not UTF-8,
    an empty label, files without rows.
    """
    of_labels = columns.label_column(label_column, LABEL_OPTION, usual[1])
    wanted = (columns.text_column(text_column, usual[0], TEXT_OPTION, of_labels), of_labels)
    options = layout if isinstance(layout, LabelledDataOptions) else LabelledDataOptions()
    files = [_read_one(name, wanted, options, layout, say) for name in expand_paths(paths)]
    if not any(map(len, files)):
        header = ", ".join(files[0].table.column_names)
        found = "rows without labels only" if any(file.unlabelled for file in files) else f"only the header ({header})"
        raise DataError(f"{files[0].path}: expected data rows, got {found}")
    chunks = [chunk for file in files for chunk in file.table.column(0).chunks]
    name, filled = joint_name([file.name for file in files]), [file for file in files if len(file)]
    labels = [_checked_labels(file) for file in filled]
    are_strings = any(
        file.is_typed and pa.types.is_large_string(column.type) for file, column in zip(filled, labels, strict=True)
    )
    return LabelledTexts(
        pa.chunked_array(chunks, pa.large_string()),
        _label_array(labels, are_strings, name),
        name=name,
        text_column=files[0].text_column,
        label_column=files[0].label_column,
        sources=None if len(files) == 1 else _sources(files),
        domains=None if options.domain_column is None else _domains(files),
    )


@dataclass(frozen=True)
class _LabelledFile:
    """table: (n,), texts, labels and, if the file has them, domains. name: how messages call the data. text_column,
    label_column: None for a folder. is_typed: whether its labels, if they are texts here, are marked as strings in the
    file. unlabelled: how many rows were left out because they have no label.
    """

    path: str
    table: pa.Table
    name: str
    text_column: str | None
    label_column: str | None
    is_typed: bool = False
    unlabelled: int = 0

    def __len__(self) -> int:
        return len(self.table)


def _read_one(
    path: str,
    wanted: tuple[columns.WantedColumn, columns.WantedColumn],
    options: LabelledDataOptions,
    layout: LayoutOptions,
    say: Callable[[str], None],
) -> _LabelledFile:
    if path != "-" and Path(path).is_dir():
        table = pa.table(list(read_labelled_folder(Path(path), layout.encoding)), names=["text", "label"])
        return _LabelledFile(path, table, Path(path).resolve().name, None, None)
    domain = columns.WantedColumn(DOMAIN_OPTION, options.domain_column, what="a column of domains")
    try:
        table, strings = read_file(path, wanted if domain.chosen is None else (*wanted, domain), layout, say)
    except columns.MissingColumnError as error:
        if error.argument != DOMAIN_OPTION or path == "-":  # stdin can be read only once
            raise
        table, strings = read_file(path, wanted, layout, say)
    is_parquet = input_format(path, layout.input_format) == PARQUET
    of_texts, of_labels, *_ = table.column_names
    rows = len(table)
    if options.skip_unlabelled:
        table = table.filter(_has_label(table.column(1)))
    if unlabelled := rows - len(table):
        say(f"{path}: left out {unlabelled:,} of {rows:,} rows, which have no label")
    typed = is_parquet or of_labels in strings
    return _LabelledFile(path, table, name_of(path), of_texts, of_labels, typed, unlabelled)


def _has_label(labels: pa.ChunkedArray) -> pa.ChunkedArray:
    """(n,) bool: whether a label is neither null nor an empty text."""
    labels = labels.cast(labels.type.value_type) if pa.types.is_dictionary(labels.type) else labels
    if not pa.types.is_large_string(labels.type):
        return labels.is_valid()
    return pc.not_equal(labels.fill_null(""), "")


def _sources(files: Sequence[_LabelledFile]) -> Groups:
    return Groups.of_files([file.name for file in files], [file.path for file in files], [len(file) for file in files])


def _domains(files: Sequence[_LabelledFile]) -> Groups:
    """The domain of each row. Raises DataError if no file has such a column, or if there are too many domains."""
    found = [file.table.column(2) if file.table.num_columns > 2 else None for file in files]
    return Groups.of_domains([file.name for file in files], [len(file) for file in files], found, DOMAIN_OPTION)


def _checked_labels(file: _LabelledFile) -> pa.ChunkedArray:
    """The labels of a file, (n,) large_string, int64 or float64. Raises DataError for an invalid one."""
    path, name, column = file.path, file.table.column_names[1], file.table.column(1)

    def bad_label(row: int, found: str) -> DataError:
        return DataError(
            f"{path}: expected a label in the column {quoted(name)}, got {found} in row {row + 1} {ROW_NOTE}. "
            "Fill it in, or leave such rows out with `skip_unlabelled=True`."
        )

    if column.null_count:
        raise bad_label(pc.index(column.is_null(), True).as_py(), "an empty one")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_large_string(kind):
        empty = pc.index(column, pa.scalar("", pa.large_string())).as_py()
        if empty >= 0:
            raise bad_label(empty, "an empty one")
        return column
    if pa.types.is_boolean(kind):
        return pc.if_else(column, *pa.array(["True", "False"], pa.large_string()))
    if pa.types.is_integer(kind):
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid as error:
            raise DataError(f"{path}: expected integers of 64 bits in the column {name!r}, got {error}") from error
    if pa.types.is_floating(kind):
        numbers = column.to_numpy()
        finite = np.isfinite(numbers)
        if not finite.all():
            row = int(finite.argmin())
            raise bad_label(row, str(column[row].as_py()))
        return pa.chunked_array([shortest_floats(numbers)])
    raise DataError(
        f"{path}: expected strings or numbers in the column {quoted(name)}, got {kind}: choose another with "
        f"{LABEL_OPTION}"
    )


def _label_array(parts: Sequence[pa.ChunkedArray], are_strings: bool, name: str) -> np.ndarray:
    """The labels of all files, each as `_checked_labels` returns them, as one array of int64, float64 or str.

    are_strings: those that are strings are meant to be, even if all look like numbers.
    """
    if all(pa.types.is_integer(part.type) or pa.types.is_floating(part.type) for part in parts):
        return np.concatenate([part.to_numpy() for part in parts])
    spelled = [
        part if pa.types.is_large_string(part.type) else pa.array(map(str, part.to_pylist()), pa.large_string())
        for part in parts
    ]
    chunks = [chunk for part in spelled for chunk in (part.chunks if isinstance(part, pa.ChunkedArray) else [part])]
    encoded = pa.chunked_array(chunks, pa.large_string()).combine_chunks().dictionary_encode()
    spellings = encoded.dictionary.to_pylist()
    check_spellings(spellings, name)
    values = np.array(spellings) if are_strings else label_values(spellings)
    return cast(np.ndarray, values[encoded.indices.to_numpy()])


def classes_of(data: LabelledTexts) -> list[Label]:
    """The sorted labels of a data set that a classifier can be trained on, without those that are not classes.

    Raises DataError if there is nothing to learn: no rows, a single class, or only empty texts.
    """
    if len(data) == 0:
        raise DataError(f"{data.name}: expected at least two labelled texts, got no rows. Is it the right file?")
    labels = data.labels if data.without_class is None else data.labels[~data.without_class]
    classes: list[Label] = np.unique(labels).tolist()
    if len(classes) < 2:
        only = listed(classes) or "none"
        raise DataError(
            f"{data.name}: expected two or more classes, got only {only} in all {len(labels)} rows. "
            "Is the label column the right one (`label_column`)?"
        )
    if not any(str(text or "").strip() for chunk in data.texts.chunks for text in chunk.to_pylist()):
        raise DataError(
            f"{data.name}: expected texts, got {len(data)} empty ones. "
            "Is the text column the right one (`text_column`)?"
        )
    return classes


def class_indices(data: LabelledTexts, classes: Sequence[Label]) -> np.ndarray:
    """Each label's position in `classes`, (n,) int64, by its spelling: see `labels.positions`.

    Rows whose label is marked as not a class get -1.
    Raises DataError with the row for a label that is not among them.
    """
    found, places = distinct_labels(data.labels)
    indices = positions(found, classes)
    without_class = np.zeros(len(data), bool) if data.without_class is None else data.without_class
    unknown = np.flatnonzero(np.array([index is None for index in indices], bool)[places] & ~without_class)
    if len(unknown):
        row = int(unknown[0])
        raise DataError(
            f"{data.name}: expected one of the labels {listed(classes)} (those of the training data), "
            f"got {quoted(data.labels[row].item())} in row {row + 1}. Correct the row, rename its label with "
            "`label_map`, name it with `neutral_label` if it is between two classes, or train on data that has this "
            "label."
        )
    known = np.array([-1 if index is None else index for index in indices], np.int64)[places]
    return np.where(without_class, -1, known)


def stratified_split(data: LabelledTexts, held_out: float, seed: int) -> tuple[LabelledTexts, LabelledTexts]:
    """Divide into (training, held out) so that both have the same class shares (the tutorial, section 2).

    held_out: the share, above 0 and below 1. Each class is in both parts, however rare it is. Copies of a text, if they
    are known, stay together. Raises DataError if a class has too few rows for that.
    """
    from sklearn.model_selection import train_test_split  # imported here: it takes half a second

    rows = np.arange(len(data)) if data.same_text is None else np.sort(np.unique(data.same_text, return_index=True)[1])
    try:
        kept, held = train_test_split(rows, test_size=held_out, stratify=data.labels[rows], random_state=seed)
    except ValueError as error:
        labels, counts = np.unique(data.labels, return_counts=True)
        counted = sorted(zip(counts.tolist(), labels.tolist(), strict=True), key=lambda pair: pair[0])
        found = ", ".join(f"{quoted(label)}: {count}" for count, label in counted[:_MOST_COUNTED])
        if len(counted) > _MOST_COUNTED:
            found += f" and {len(counted) - _MOST_COUNTED:,} more classes"
        raise DataError(
            f"{data.name}: cannot hold out {held_out:.0%} of {len(data)} rows with every class in both parts "
            f"({found}). Give more rows, or a validation file of its own (`validation=PATH`)."
        ) from error
    kept, held = _with_each_class(kept, held, data.labels)
    if data.same_text is not None and len(rows) < len(data):
        is_held = np.isin(data.same_text, data.same_text[held])
        kept, held = np.flatnonzero(~is_held), np.flatnonzero(is_held)
    training = replace(data.take(kept), name=f"{data.name} (training part)")
    return training, replace(data.take(held), name=f"{data.name} (held-out part)")


def _with_each_class(kept: np.ndarray, held: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of two parts, after one of each class that is in one part only, and has more, has moved to the other."""
    parts = [kept, held]
    for lacking, other in ((1, 0), (0, 1)):
        for label in np.setdiff1d(labels[parts[other]], labels[parts[lacking]]):
            places = np.flatnonzero(labels[parts[other]] == label)
            if len(places) > 1:
                parts[lacking] = np.append(parts[lacking], parts[other][places[0]])
                parts[other] = np.delete(parts[other], places[0])
    return parts[0], parts[1]
