"""Labelled texts of several files -> one data set: rows drawn, weights given, texts of earlier files left out.

In: the texts of all files, in their order, and the `DataFile`s. Out: `LabelledTexts` with weights, and messages.
Reading files is left to labelled_texts.py, what a weight does to training/.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.data.data_files import DataFile
from sentiment_fast.data.groups import Groups
from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.labels import distinct_labels

Rows = npt.NDArray[np.int64]


def mixed(data: LabelledTexts, files: Sequence[DataFile], seed: int, say: Callable[[str], None]) -> LabelledTexts:
    """The data set that these files make.

    data: their texts, one file after the other; with several files, `data.sources` says which is whose. Of each file,
    rows are drawn first. With several files, those texts are then left out that an earlier file has too, by their
    letters and digits in lower case, and `same_text` of the result marks copies within a file. seed: draws the rows.
    say: gets what was drawn, and how many texts were left out.
    """
    if any(file.rows is not None for file in files):
        of_files = _numbers(data)
        drawn = [_drawn(data, np.flatnonzero(of_files == at), file, seed, say) for at, file in enumerate(files)]
        data = data.take(np.concatenate(drawn))
    if any(file.weight != 1 for file in files):
        data = replace(data, weights=np.array([float(file.weight) for file in files])[_numbers(data)])
    if any(file.label_weight is not None for file in files):
        of_labels = np.array([file.label_weight for file in files], np.float64)  # None is NaN
        data = replace(data, label_weights=of_labels[_numbers(data)])
    return data if data.sources is None else _without_copies(data, data.sources, say)


def sampled(labels: npt.NDArray[np.generic], count: int, seed: int) -> Rows:
    """(count,) places of rows drawn at random, in their order; each label has its share of them, rounded."""
    _, places = distinct_labels(labels)
    shares = np.bincount(places) * count
    wanted, left = shares // len(labels), shares % len(labels)
    wanted[np.argsort(-left, kind="stable")[: count - wanted.sum()]] += 1  # the largest remainders
    random = np.random.default_rng(seed)
    kept = [random.permutation(np.flatnonzero(places == label))[:most] for label, most in enumerate(wanted)]
    return np.sort(np.concatenate(kept))


def text_numbers(texts: pa.ChunkedArray) -> Rows:
    """(n,): a number for each text, equal for texts with the same letters and digits in lower case.

    Marks belong to letters, and so do those that Unicode spells as characters of their own. Texts without any of these,
    such as emojis, are the same if they are identical except for white space around them.
    """
    composed = pc.utf8_normalize(pc.utf8_lower(texts), form="NFC")
    letters = pc.replace_substring_regex(composed, r"[^\pL\pM\pN]+", "")
    keys = pc.if_else(pc.equal(letters, ""), pc.utf8_trim_whitespace(texts), letters)
    numbers: Rows = keys.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return numbers


def _numbers(data: LabelledTexts) -> npt.NDArray[np.int32]:
    """(n,): the number of each row's file."""
    return np.zeros(len(data), np.int32) if data.sources is None else data.sources.numbers


def _drawn(data: LabelledTexts, rows: Rows, file: DataFile, seed: int, say: Callable[[str], None]) -> Rows:
    """Those of a file's rows that were drawn."""
    if file.rows is None:
        return rows
    if file.rows >= len(rows):
        say(f"{file.path}: all of its {len(rows):,} rows, of the {file.rows:,} that were requested")
        return rows
    say(f"{file.path}: {file.rows:,} of {len(rows):,} rows, drawn at random with the seed {seed}")
    drawn: Rows = rows[sampled(data.labels[rows], file.rows, seed)]
    return drawn


def _without_copies(data: LabelledTexts, sources: Groups, say: Callable[[str], None]) -> LabelledTexts:
    texts = text_numbers(data.texts)
    _, first = np.unique(texts, return_index=True)
    kept = sources.numbers[first][texts] == sources.numbers  # the file of a text's first copy
    left_out = len(kept) - int(kept.sum())
    if left_out:
        data, texts = data.take(np.flatnonzero(kept)), texts[kept]
        say(f"{data.name}: left out {left_out:,} texts that an earlier file has too (same letters and digits)")
    return replace(data, same_text=texts)
