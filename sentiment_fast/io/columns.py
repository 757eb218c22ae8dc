"""A file's column names -> the wanted columns: by name, by number, by their usual names, or by what they hold.

In: names, what is wanted, and a function that finds the columns that hold text. Out: places, from 0. How names and
values are read is left to the formats.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sentiment_fast.errors import DataError, listed, quoted

TEXT_COLUMNS = ("review", "text")
LABEL_COLUMNS = ("sentiment", "label")


class MissingColumnError(DataError):
    """A file has no column of the name or number that was chosen. argument: the one that chose it."""

    def __init__(self, message: str, argument: str) -> None:
        super().__init__(message)
        self.argument = argument

    def __reduce__(self) -> tuple[type[MissingColumnError], tuple[str, str]]:
        """How to pickle it, which a pool of processes does with what its workers raise."""
        return type(self), (str(self), self.argument)


@dataclass(frozen=True)
class WantedColumn:
    """A column to look for.

    argument, what: the argument that chooses it, in backquotes, and what to call the column; both for messages. chosen:
    its name, or its number from 1; None to take the first of `usual` that exists. only_text: if there is none, take the
    only column that holds text, apart from the one that `besides` is. may_come_later: whether to accept a name that the
    first rows lack, in a format where each row has columns of its own.
    """

    argument: str
    chosen: str | int | None = None
    usual: tuple[str, ...] = ()
    only_text: bool = False
    may_come_later: bool = False
    what: str = "a column"
    besides: WantedColumn | None = None


def text_column(
    chosen: str | int | None = None,
    default: str | None = None,
    argument: str = "`text_column`",
    besides: WantedColumn | None = None,
) -> WantedColumn:
    """The column with the texts. default: the name to try first. besides: the column with their labels, if any."""
    return WantedColumn(
        argument, chosen, _with_default(default, TEXT_COLUMNS), True, what="a text column", besides=besides
    )


def label_column(
    chosen: str | int | None = None, argument: str = "`label_column`", default: str | None = None
) -> WantedColumn:
    """The column with the labels, which is never guessed. default: the name to try first."""
    return WantedColumn(argument, chosen, _with_default(default, LABEL_COLUMNS), what="a label column")


def _with_default(default: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    return usual if default is None else tuple(dict.fromkeys((default, *usual)))


def find_column(
    columns: Sequence[str],
    wanted: WantedColumn,
    name: str,
    find_texts: Callable[[], list[int]],
    say: Callable[[str], None] = lambda message: None,
) -> int:
    """The place of a wanted column.

    name: the file's name. find_texts: returns the places of the columns that hold text. say: gets a message if the
    column was chosen by what it holds. Raises DataError if there is no such column, or if there are several.
    """
    if wanted.chosen is not None:
        return _chosen(columns, wanted.chosen, name, wanted)
    for usual in wanted.usual:
        if usual in columns:
            return _chosen(columns, usual, name, wanted)
    texts = find_texts() if wanted.only_text else []
    only_text = ", or exactly one column that holds text" if wanted.only_text else ""
    if wanted.besides is not None:
        labels = _found(columns, wanted.besides, name)
        texts = [] if labels is None else [place for place in texts if place != labels]
        only_text = "" if labels is None else f"{only_text}, apart from the labels"
    if len(texts) != 1:
        expected = f"a column {' or '.join(map(repr, wanted.usual))}{only_text}"
        raise DataError(f"{name}: expected {expected}, got {_all_of(columns)}: choose one with {wanted.argument}")
    say(f"{name}: using column {quoted(columns[texts[0]])} for the texts, the only one that holds text")
    return texts[0]


def check_reserved(columns: Sequence[str], reserved: Sequence[str], name: str, kind: str = "column") -> None:
    """Raises DataError if the file has a column with the name of one that will be added."""
    taken = [column for column in reserved if column in columns]
    if taken:
        raise DataError(
            f"{name}: already has a {kind} {quoted(taken[0])}, which would be added: score the original file, or "
            "rename it"
        )


def check_same_names(expected: Sequence[str], got: Sequence[str], both: str) -> None:
    """Raises DataError if a file's columns differ from those of the first. both: the start of the message."""
    if list(expected) != list(got):
        lacking = [name for name in expected if name not in got]
        foreign = [name for name in got if name not in expected]
        differences = [f"{verb} {listed(names)}" for verb, names in (("lacks", lacking), ("has", foreign)) if names]
        found = ", ".join(differences) or "has them in a different order"
        raise DataError(
            f"{both}, expected the same columns: it {found}: choose columns that all inputs have with `columns`"
        )


def check_same_text_column(expected: str, got: str, both: str) -> None:
    """Raises DataError if a file's text column is not that of the first file. both: the start of the message."""
    if expected != got:
        raise DataError(
            f"{both}, expected the texts in {quoted(expected)}, got {quoted(got)}: choose one with `text_column`"
        )


def _found(columns: Sequence[str], wanted: WantedColumn, name: str) -> int | None:
    """The place of a column that is not chosen by what it holds; None if there is none."""
    try:
        return find_column(columns, wanted, name, lambda: [])
    except DataError:
        return None


def _chosen(columns: Sequence[str], chosen: str | int, name: str, wanted: WantedColumn) -> int:
    """The place of a column by name, or else by its number from 1."""
    if chosen in columns:
        if columns.count(str(chosen)) > 1:
            raise DataError(
                f"{name}: has several columns {quoted(chosen)}: rename all but one, or give "
                f"{wanted.argument} its number"
            )
        return columns.index(str(chosen))
    text = str(chosen)
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= len(columns):
        return int(text) - 1
    raise MissingColumnError(
        f"{name}: expected {wanted.what} {quoted(chosen)}, got {_all_of(columns)}: choose one with {wanted.argument}, "
        "by name or number",
        wanted.argument,
    )


def numbered_names(width: int) -> list[str]:
    """The names of columns of a file without a header."""
    return [f"column_{number}" for number in range(1, width + 1)]


def _all_of(columns: Sequence[str]) -> str:
    if not columns:
        return "no columns"
    return f"columns {listed(columns)}"
