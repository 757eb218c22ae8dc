"""The first record of a CSV file or a sheet, and those below it -> whether it holds column names, or data.

In: the fields of the first records. Out: None for column names, else what the first record looks like. Options that
decide it, and the message, are left to sniffer.py and to the reader of workbooks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from statistics import median

from sentiment_fast.errors import quoted
from sentiment_fast.io.columns import LABEL_COLUMNS, TEXT_COLUMNS
from sentiment_fast.io.options import Reading

Rows = Mapping[int, Sequence[str]]  # the fields of records below the first, by their place

_MOST_WORDS = 30
_FEW_WORDS = 3
_TITLE_LINES = 20
_MOST_QUOTED = 40  # characters
_SENTENCE_END = re.compile(r"[.!\u2026\u3002\uff01][\"'\u201d\u2019)\]]*$")
_QUESTION_END = re.compile(r"[?:\uff1f\uff1a][\"'\u201d\u2019)\]]*$")
_MISSING = {"", "na", "n/a", "nan", "null", "none", "nil", "-", "?", "#n/a"}
_CLOCK = r"\d{1,2}[:.h]\d{2}(:\d{2}([.,]\d+)?)?( ?[ap]\.?m\.?)?( ?(z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_MONTH = r"(jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\.?"
_DAY = r"((mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )"
_TYPES = {
    "numbers": re.compile(r"[#$€£¥]?\s?[+-]?[$€£¥]?(\d[\d.,'\u00a0\u202f ]*|[.,]\d+)(e[+-]?\d+)?\s?([%€$£¥]|\w{3})?"),
    "dates": re.compile(
        rf"\d{{1,4}}([-/.]\d{{1,2}}){{1,2}}([-/.]\d{{2,4}})?([t ]{_CLOCK})?|{_CLOCK}|"
        rf"{_DAY}?({_MONTH} \d{{1,2}},?|\d{{1,2}}\.?[ -]{_MONTH})([ -]\d{{4}})?( {_CLOCK})?( [a-z]{{3,4}})?( \d{{4}})?"
    ),
    "truth values": re.compile(r"true|false|yes|no|ja|nein|oui|non"),
}


def known_names(reading: Reading) -> set[str]:
    """Names by which a header is recognised, casefolded: those that are asked for, and the usual ones."""
    names = {*TEXT_COLUMNS, *LABEL_COLUMNS}
    for wanted in (reading.text, *(reading.columns or ())):
        names |= {*wanted.usual, *([] if wanted.chosen is None else [str(wanted.chosen)])}
    return {name.strip().casefold() for name in names if not name.isdecimal()}


def is_known(field: str, known: Collection[str]) -> bool:
    """Whether a field is one of these names, in any case."""
    return field.strip().casefold() in known


def reason_for_data(rows: Rows, names: Sequence[str]) -> str | None:
    """What the first record looks like if it is not a line of column names; None if it is one, for all that is known.

    rows: those with as many fields. names: its fields, none of which is a known name.
    """
    if len(names) > 1 and sum(not name.strip() for name in names) * 2 > len(names):
        return "most of its fields are empty"
    if not any(value.strip() for row in rows.values() for value in row):
        return _alone(names)
    columns = list(zip(*rows.values(), strict=True))
    types = [type_of(column) for column in columns]
    typed = [place for place, kind in enumerate(types) if kind is not None]
    if typed:
        fits = all(_fits(names[place], types[place]) for place in typed)
        if fits and names[0].strip():
            return f"it holds {types[typed[0]]} where the lines below do"
        return None
    for name, column in zip(names, columns, strict=True):
        if name.strip() and (reason := _like_its_column(name.strip(), column, len(names))):
            return reason
    return None


def has_typed_columns(rows: Rows) -> bool:
    """Whether a column below the first record holds only numbers, dates or truth values."""
    return any(type_of(column) is not None for column in zip(*rows.values(), strict=True))


def are_names(names: Sequence[str], rows: Rows) -> bool:
    """Whether the first record holds words, and a column below it only numbers, dates or truth values."""
    return has_typed_columns(rows) and all(map(_is_word, names))


def textual_columns(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns that are not numbers, dates, truth values or empty; all `width` of them if there are no rows."""
    columns = list(zip(*rows, strict=True)) if rows else [("text",)] * width
    return [place for place, column in enumerate(columns) if type_of(column) is None and _present(column)]


def second_header(by_place: Rows, known: Collection[str]) -> int | None:
    """The place of a record below the first that looks like the line of column names; None if there is none."""
    places, rows = list(by_place), list(by_place.values())
    columns = list(zip(*rows, strict=True))
    for place, row in zip(places[:_TITLE_LINES], rows, strict=False):
        names = [field for field, column in zip(row, columns, strict=True) if column.count(field) == 1]
        if any(is_known(field, known) for field in names):
            return place
    if len(rows) >= 4:
        # Words above columns that hold nothing but numbers, dates or truth values from there on.
        typed = [number for number, column in enumerate(columns) if type_of(column[1:]) is not None]
        if typed and all(_is_word(rows[0][number]) for number in typed):
            return places[0]
    return None


def _is_word(value: str) -> bool:
    return value.strip().casefold() not in _MISSING and type_of([value]) is None


def type_of(values: Sequence[str]) -> str | None:
    """What all values of a column are, apart from missing ones: numbers, dates or truth values; None if other."""
    present = _present(values)
    if not present:
        return None
    return next((kind for kind, pattern in _TYPES.items() if all(map(pattern.fullmatch, present))), None)


def _present(values: Sequence[str]) -> set[str]:
    return {one for value in values if (one := value.strip().casefold()) not in _MISSING}


def _fits(name: str, kind: str | None) -> bool:
    value = name.strip().casefold()
    return kind is not None and (value in _MISSING or _TYPES[kind].fullmatch(value) is not None)


def _alone(names: Sequence[str]) -> str | None:
    """For a record without any below it."""
    for name in names:
        if not name.strip():
            return "it is the only line that is not empty, and one of its fields is empty"
        if type_of([name]) is not None:
            return f"it is the only line that is not empty, and {quoted(name, _MOST_QUOTED)} is no name"
        if re.search(r"\s", name.strip()):
            return f"it is the only line that is not empty, and {quoted(name, _MOST_QUOTED)} reads like a text"
    return None


def _like_its_column(name: str, column: Sequence[str], width: int) -> str | None:
    """What a field looks like, compared with those below it, in a file whose columns all hold texts."""
    if name in (value.strip() for value in column):
        return f"{quoted(name, _MOST_QUOTED)} is also a value below it"
    if _TYPES["dates"].fullmatch(name.casefold()) is not None:
        return f"{quoted(name, _MOST_QUOTED)} is a date"
    words = len(name.split())
    if words > _MOST_WORDS:
        return f"it holds a text of {words} words"
    if words < 2 or _QUESTION_END.search(name):
        return None
    if words >= _FEW_WORDS and _SENTENCE_END.search(name):
        return f"{quoted(name, _MOST_QUOTED)} is a sentence"
    counts = sorted(len(value.split()) for value in column if value.strip())
    if not counts:
        return None
    # A name of two or three words is common; above values of one word it is a name, unless there is nothing else.
    usual = median(counts) if words <= _FEW_WORDS else counts[len(counts) // 10]
    if words >= usual and (usual >= 2 or width == 1 or words > _FEW_WORDS):
        return f"{quoted(name, _MOST_QUOTED)} is as long as the texts below it"
    return None
