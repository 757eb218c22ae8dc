"""Texts with their labels, wherever they came from, and the stratified split of them.

In: an Arrow column of texts and an array of labels. Out: the same, checked and divided.
Reading files is left to files.py, imdb.py and demo.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from sentiment_fast.errors import DataError


@dataclass(frozen=True)
class LabelledTexts:
    """Texts and labels of one data set.

    texts: (n,) Arrow strings, chunked. labels: (n,) numpy array of str, int64 or float64.
    name: how messages and the model card call the data. made_up: True for the demo corpus alone.
    text_column: the column the texts stood in, where they came from a table.
    """

    texts: pa.ChunkedArray
    labels: np.ndarray
    name: str
    made_up: bool = False
    text_column: str | None = None

    def __post_init__(self) -> None:
        if len(self.texts) != len(self.labels):
            raise ValueError(f"Expected one label per text, got {len(self.texts)} texts and {len(self.labels)} labels")

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: np.ndarray) -> LabelledTexts:
        """The given rows, in the given order."""
        return replace(self, texts=self.texts.take(pa.array(rows)), labels=self.labels[rows])


def classes_of(data: LabelledTexts) -> list[str | int | float]:
    """The sorted labels of a data set that a classifier can be trained on.

    Raises DataError where there is nothing to learn: no rows, a single class, or no text with anything in it.
    """
    if len(data) == 0:
        raise DataError(f"{data.name}: expected at least two labelled texts, got no rows. Is it the right file?")
    classes: list[str | int | float] = np.unique(data.labels).tolist()
    if len(classes) < 2:
        raise DataError(
            f"{data.name}: expected two or more classes, got only {classes[0]!r} in all {len(data)} rows. "
            "Is the label column the right one (`label_column`)?"
        )
    if not any(str(text or "").strip() for chunk in data.texts.chunks for text in chunk.to_pylist()):
        raise DataError(
            f"{data.name}: expected texts, got {len(data)} empty ones. "
            "Is the text column the right one (`text_column`)?"
        )
    return classes


def class_indices(data: LabelledTexts, classes: list[str | int | float]) -> np.ndarray:
    """Each label's position in `classes`, (n,) int64; a label not among them raises DataError with its row."""
    position = {label: index for index, label in enumerate(classes)}
    labels = data.labels.tolist()
    for row, label in enumerate(labels, start=1):
        if label not in position:
            raise DataError(
                f"{data.name}: expected one of the labels {classes} (those of the training data), "
                f"got {label!r} in row {row}. Correct the row, or train on data that has this label."
            )
    return np.fromiter((position[label] for label in labels), dtype=np.int64, count=len(labels))


def stratified_split(data: LabelledTexts, held_out: float, seed: int) -> tuple[LabelledTexts, LabelledTexts]:
    """Divide into (training, held out) so that both have the same class shares (the tutorial, section 2).

    held_out: the share, above 0 and below 1. Raises DataError where a class has too few rows for that.
    """
    from sklearn.model_selection import train_test_split  # half a second, which only a split is worth

    try:
        kept, held = train_test_split(np.arange(len(data)), test_size=held_out, stratify=data.labels, random_state=seed)
    except ValueError as error:
        labels, counts = np.unique(data.labels, return_counts=True)
        found = ", ".join(f"{label!r}: {count}" for label, count in zip(labels.tolist(), counts.tolist(), strict=True))
        raise DataError(
            f"{data.name}: cannot hold out {held_out:.0%} of {len(data)} rows with every class in both parts "
            f"({found}). Give more rows, or a validation file of its own (`validation=PATH`)."
        ) from error
    training = replace(data.take(kept), name=f"{data.name} (training part)")
    return training, replace(data.take(held), name=f"{data.name} (held-back part)")
