"""Labels and their spellings: which labels are numbers, which are the same, and how they are renamed.

In: labels as they are written, or as strings and numbers; the options `label_map` and `normalise_labels`. Out: label
values, and labels renamed. Reading labels is left to labelled_texts.py.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentiment_fast.errors import DataError, UsageError, listed, quoted

Label = str | int | float
_MOST_CHARACTERS = 1000  # of a label
_JSON_OBJECT = re.compile(r'\s*\{\s*"')


def spelling(label: Label) -> str:
    """How a label is written: a string as it is, a number as Python spells it, the shortest text that it comes from."""
    return str(label)


def label_values(spellings: Sequence[str]) -> npt.NDArray[Any]:
    """The distinct labels of a column, as (classes,) int64, float64 or str.

    They are numbers only if each of them is spelled as that number is, so that nothing is lost: "01", "3.10", "1E5",
    "+1" and "-0" make the column one of strings, and so do "1" and "1.5" together. Different spellings stay different.
    """
    for kind, dtype in ((int, np.int64), (float, np.float64)):
        try:
            numbers = [kind(text) for text in spellings]
            values = np.array(numbers, dtype)
        except (ValueError, OverflowError):  # a word, or more than 64 bits
            continue
        back = [str(number) for number in numbers] == list(spellings)
        if back and np.isfinite(values).all() and len(set(numbers)) == len(numbers):  # unlike -0.0 and 0.0
            return values
    return np.array(list(spellings), dtype=np.str_)


def shortest_floats(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Finite floats of any size as float64, by their shortest spelling: a float32 of 0.1 is 0.1; -0.0 is 0.0."""
    found, places = np.unique(values, return_inverse=True)
    exact = np.array([float(str(value)) for value in found], np.float64)
    numbers: npt.NDArray[np.float64] = exact[places] + 0.0
    return numbers


def distinct_labels(labels: npt.NDArray[Any]) -> tuple[list[Label], npt.NDArray[np.int64]]:
    """The distinct labels, in the order of their first appearance, and (n,) each label's place among them."""
    values = pa.array(labels)
    if isinstance(values, pa.ChunkedArray):  # of many bytes
        values = values.cast(pa.large_string()).combine_chunks()
    encoded = values.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)


def check_spellings(spellings: Iterable[str], name: str) -> None:
    """Raises DataError for labels with the character NUL, at which NumPy would cut them off, for those that UTF-8
    cannot encode, and for very long ones, since NumPy would make room for the longest in every row.
    """
    for text in spellings:
        if len(text) > _MOST_CHARACTERS:
            raise DataError(
                f"{name}: expected labels of up to {_MOST_CHARACTERS:,} characters, got one of {len(text):,}, "
                f"{quoted(text)}: is the label column the right one (`label_column`)?"
            )
        if "\0" in text:
            raise DataError(f"{name}: expected labels without the character NUL, got {text!r:.100}: rename it")
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise DataError(f"{name}: expected labels that UTF-8 can encode, got {text!r:.100}: rename it")


def positions(labels: Sequence[Label], classes: Sequence[Label]) -> list[int | None]:
    """Each label's position in `classes`, None for one that is not among them.

    Spellings are compared, as written: "1" is the class 1, "01" is not. As numbers have no spelling of their own, 1 and
    1.0 are the same label where either is a number.
    """
    place = {other: index for index, one in enumerate(classes) for other in _spellings(one)[1:]}
    place |= {spelling(one): index for index, one in enumerate(classes)}
    return [next((place[one] for one in _spellings(label) if one in place), None) for label in labels]


def _spellings(label: Label) -> list[str]:
    """Its own spelling, and that as the other kind of number."""
    if isinstance(label, int) and abs(label) <= 1 << 53:
        return [str(label), str(float(label))]
    if isinstance(label, float) and label.is_integer():
        return [str(label), str(int(label))]
    return [str(label)]


def renamed(labels: npt.NDArray[Any], rename: Callable[[str], str]) -> npt.NDArray[Any]:
    """(n,) labels, with each spelling replaced by what `rename` returns for it; numbers may become strings."""
    found, places = distinct_labels(labels)
    before = [spelling(label) for label in found]
    after = [rename(text) for text in before]
    if before == after:
        return labels
    values = np.array(after, dtype=np.str_)
    if labels.dtype.kind != "U":  # strings stay strings, even if all look like numbers now
        distinct = list(dict.fromkeys(after))
        values = label_values(distinct)[[distinct.index(text) for text in after]]
    return np.asarray(values[places])


# Labels that are spelled almost alike.


def near_equal(spellings: Iterable[str]) -> list[list[str]]:
    """Groups of two or more spellings that differ only in case, surrounding white space, or composed characters."""
    groups: dict[str, list[str]] = {}
    for text in sorted(spellings):
        groups.setdefault(_key(text), []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def most_frequent(labels: npt.NDArray[Any]) -> dict[str, str]:
    """For each group of near-equal spellings, by its key, the spelling that most labels have; the first at a tie.

    White space around labels is removed first.
    """
    frequency: Counter[str] = Counter()
    for label, count in zip(*(array.tolist() for array in np.unique(labels, return_counts=True)), strict=True):
        frequency[spelling(label).strip() or spelling(label)] += count
    chosen: dict[str, str] = {}
    for text in sorted(frequency, key=lambda text: (-frequency[text], text)):
        chosen.setdefault(_key(text), text)
    return chosen


def normalised(labels: npt.NDArray[Any], chosen: Mapping[str, str]) -> npt.NDArray[Any]:
    """Labels with each spelling replaced by the one that `most_frequent` chose; without one, it stays as it is."""
    return renamed(labels, lambda text: chosen.get(_key(text), text))


def keys_of(classes: Sequence[Label]) -> dict[str, str]:
    """As `most_frequent`, of a model's classes; near-equal classes, which a model may have, are left alone."""
    twice = {text for group in near_equal(map(spelling, classes)) for text in group}
    return {_key(text): text for text in map(spelling, classes) if text not in twice}


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip().casefold())


# The option `label_map`.


def label_map_of(given: Any) -> dict[str, str] | None:
    """The option as a mapping of spellings; given: one, its text "pos=positive,neg=negative", or a list of such texts.

    A text may also be a JSON object, '{"a=b": "c"}', for labels with "=" in them. In others, a label with a comma or a
    quote in it is quoted as in CSV. Raises UsageError for anything else.
    """
    if given is None or isinstance(given, Mapping):
        pairs = list((given or {}).items())
    else:
        texts = [given] if isinstance(given, str) else list(given)
        pairs = [pair for text in texts for pair in _pairs(text)]
    found = [(spelling(old), spelling(new)) for old, new in pairs]
    for old, new in found:
        if not old or not new or "\0" in new:
            raise UsageError(f"`label_map`: expected labels that are not empty, got {old!r}={new!r}")
    twice = [old for old, count in Counter(old for old, _ in found).items() if count > 1]
    if twice:
        raise UsageError(f"`label_map`: expected each label once, got {twice[0]!r} several times")
    return dict(found) or None


def _pairs(text: str) -> list[tuple[str, str]]:
    if _JSON_OBJECT.match(text):
        try:
            pairs: list[tuple[str, str]] = json.loads(text, object_pairs_hook=list, parse_int=str, parse_float=str)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"`label_map`: expected LABEL=NEW,LABEL=NEW or JSON, got {text!r}: {error}") from error
        if wrong := [new for _, new in pairs if not isinstance(new, str)]:
            raise UsageError(f"`label_map`: expected an object of texts in JSON, got {json.dumps(wrong[0])} in it")
        return pairs
    return [_pair(item) for item in next(csv.reader([text]), [])]


def _pair(item: str) -> tuple[str, str]:
    old, equals, new = item.partition("=")
    if not equals:
        raise UsageError(f"`label_map`: expected LABEL=NEW,LABEL=NEW, got {item!r}")
    return old, new


def label_map_text(label_map: Mapping[str, str]) -> str:
    """A label map as a text, which `label_map_of` reads."""
    text = ",".join(f"{old}={new}" for old, new in label_map.items())
    try:
        is_plain = label_map_of(text) == dict(label_map)
    except UsageError:
        is_plain = False
    return text if is_plain else json.dumps(label_map, ensure_ascii=False)


def check_label_map(label_map: Mapping[str, str], parts: Iterable[npt.NDArray[Any]]) -> None:
    """Raises UsageError for a label that the map renames and none of the parts has."""
    known = {spelling(label) for labels in parts for label in distinct_labels(labels)[0]}
    unknown = [old for old in label_map if old not in known]
    if unknown:
        advice = "is it spelled as in the file?"
        if any("=" in label for label in known):
            advice += ' A label with "=" in it is written in JSON, such as `label_map={"a=b": "new"}`'
        raise UsageError(
            f"`label_map`: expected labels of the data, {listed(sorted(known))}, got {unknown[0]!r}: {advice}"
        )
