"""The names of a file's columns -> which of them are wanted: by name, by number, by usual names, or by what they hold.

In: names, what is wanted, and a function that tells which columns hold text. Out: their places, from 0. How the names
and the values are read is left to the formats.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sentiment_fast.errors import DataError

TEXT_COLUMNS = ("review", "text")
LABEL_COLUMNS = ("sentiment", "label")


@dataclass(frozen=True)
class WantedColumn:
    """A column to look for.

    option, what: the option that chooses it, and what it is called, for messages. chosen: its name, or its number from
    1; None to look for one of `usual`, the first that exists. only_text: without any of these, take the only column
    that holds text, if there is one. may_come_later: whether a name that the first rows lack is accepted if each row
    has columns of its own.
    """

    option: str
    chosen: str | int | None = None
    usual: tuple[str, ...] = ()
    only_text: bool = False
    may_come_later: bool = False
    what: str = "a column"


def text_column(
    chosen: str | int | None = None, default: str | None = None, option: str = "--text-column", only_text: bool = True
) -> WantedColumn:
    """The column of the texts. default: the name to try first."""
    usual = TEXT_COLUMNS if default is None else tuple(dict.fromkeys((default, *TEXT_COLUMNS)))
    return WantedColumn(option, chosen, usual, only_text, what="a text column")


def label_column(chosen: str | int | None = None, option: str = "--label-column") -> WantedColumn:
    """The column of the labels."""
    return WantedColumn(option, chosen, LABEL_COLUMNS, what="a label column")


def find_column(
    columns: Sequence[str],
    wanted: WantedColumn,
    name: str,
    find_texts: Callable[[], list[int]],
    say: Callable[[str], None] = lambda message: None,
) -> int:
    """The place of a wanted column.

    name: that of the file. find_texts: the places of the columns that hold text. say: gets a message if the column was
    chosen by what it holds. Raises DataError if there is no such column, or several.
    """
    if wanted.chosen is not None:
        return _chosen(columns, wanted.chosen, name, wanted)
    for usual in wanted.usual:
        if usual in columns:
            return _chosen(columns, usual, name, wanted)
    texts = find_texts() if wanted.only_text else []
    if len(texts) != 1:
        expected = f"a column {' or '.join(map(repr, wanted.usual))}"
        if wanted.only_text:
            expected += ", or a single one that holds text"
        raise DataError(f"{name}: expected {expected}, got {_listed(columns)}: choose with {wanted.option}")
    say(f"{name}: the texts are in the column {columns[texts[0]]!r}, the only one that holds text")
    return texts[0]


def check_reserved(columns: Sequence[str], reserved: Sequence[str], name: str, kind: str = "column") -> None:
    """Raises DataError if the file has a column whose name is needed for a new one."""
    taken = [column for column in reserved if column in columns]
    if taken:
        raise DataError(
            f"{name}: already has a {kind} {taken[0]!r}, which would be written: score the original file, or rename it"
        )


def check_same_names(expected: Sequence[str], got: Sequence[str], both: str) -> None:
    """Raises DataError if a file has other columns than the first. both: begins the message."""
    if list(expected) != list(got):
        lacking = [f"lacks {name!r}" for name in expected if name not in got]
        foreign = [f"has {name!r}" for name in got if name not in expected]
        differences = ", ".join([*lacking, *foreign][:20]) or "has them in another order"
        raise DataError(f"{both}, expected the same columns: it {differences}: choose those of all with --columns")


def check_same_text_column(expected: str, got: str, both: str) -> None:
    """Raises DataError if a file has its texts in another column than the first. both: begins the message."""
    if expected != got:
        raise DataError(f"{both}, expected the texts in {expected!r}, got {got!r}: choose with --text-column")


def _chosen(columns: Sequence[str], chosen: str | int, name: str, wanted: WantedColumn) -> int:
    """The place of a column by name, or else by its number from 1."""
    if chosen in columns:
        if columns.count(str(chosen)) > 1:
            raise DataError(
                f"{name}: has several columns {chosen!r}: rename all but one, or give {wanted.option} its number"
            )
        return columns.index(str(chosen))
    text = str(chosen)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(columns):
        return int(text) - 1
    raise DataError(f"{name}: expected {wanted.what} {chosen!r}, got {_listed(columns)}: choose with {wanted.option}")


def _listed(columns: Sequence[str]) -> str:
    if not columns:
        return "no columns"
    more = f" and {len(columns) - 20} more" if len(columns) > 20 else ""
    return "columns " + ", ".join(map(repr, columns[:20])) + more
