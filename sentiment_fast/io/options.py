"""Options for reading files, and their checks.

In: the values of options. Out: `ReadOptions`, checked, and `Reading`, which adds what the caller needs. How columns are
found is left to columns.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

from sentiment_fast.errors import UsageError
from sentiment_fast.io.columns import WantedColumn, text_column

MAX_RECORD_BYTES = 64 << 20
LARGEST_MAX_RECORD = 1 << 30
NA_VALUES = ("",)


@dataclass(frozen=True, kw_only=True)
class LayoutOptions:
    """How the bytes of files are to be read, the same for every command. What is left at its default is detected.

    input_format: a format's name, such as "csv" or "jsonl"; None for the one that the file name implies. encoding: a
    text codec of Python. sheet: of a workbook, by name or by its number from 1. The others are for CSV: delimiter;
    header: whether the first record holds the columns' names; skip_lines: lines before it to ignore; comment: what
    lines to ignore start with; quoting: "standard", or "none" if quotes are ordinary characters; escape: the character
    that takes the meaning from the next one; na_values: texts that mean that there is none; the empty field always
    does.
    Raises UsageError for an invalid value.
    """

    input_format: str | None = None
    encoding: str | None = None
    sheet: str | int | None = None
    delimiter: str | None = None
    header: bool | None = None
    skip_lines: int = 0
    comment: str | None = None
    quoting: str = "standard"
    escape: str | None = None
    na_values: tuple[str, ...] = NA_VALUES

    def __post_init__(self) -> None:
        for name in ("input_format", "encoding", "delimiter", "comment", "quoting", "escape"):
            if not isinstance(getattr(self, name), str | None):
                raise UsageError(f"Expected `{name}` to be a str, got {getattr(self, name)!r}")
        if self.delimiter == "tab":
            object.__setattr__(self, "delimiter", "\t")
        if self.delimiter is not None and not is_delimiter(self.delimiter):
            found = repr(self.delimiter)
            raise UsageError(f"Expected `delimiter` to be one character such as , ; | or a tab, got {found}")
        if not isinstance(self.header, bool | None):
            raise UsageError(f"Expected `header` to be True, False or None, got {self.header!r}")
        if not isinstance(self.skip_lines, int) or isinstance(self.skip_lines, bool) or self.skip_lines < 0:
            raise UsageError(f"Expected `skip_lines` to be a number of lines, 0 or more, got {self.skip_lines!r}")
        if self.comment is not None and not _is_comment(self.comment):
            raise UsageError(f"Expected `comment` to be ASCII characters such as # or //, got {self.comment!r}")
        if self.quoting not in _QUOTING:
            raise UsageError(f"Expected `quoting` to be {' or '.join(_QUOTING)}, got {self.quoting!r}")
        if self.escape is not None:
            _check_escape(self.escape, self.delimiter)
        if self.encoding is not None:
            from sentiment_fast.io.encoding import (
                encoding_named,  # here, as it imports NumPy, which --help does without
            )

            encoding_named(self.encoding)
        given = self.na_values
        if isinstance(given, str) or not all(isinstance(value, str) for value in given):
            raise UsageError(f"Expected `na_values` to be a list of texts, such as ['NaN', 'NULL'], got {given!r}")
        object.__setattr__(self, "na_values", tuple(given))

    def layout(self) -> dict[str, object]:
        """These options by name, without those of classes derived from this one."""
        return {name: getattr(self, name) for name in LAYOUT_NAMES}


@dataclass(frozen=True, kw_only=True)
class DataOptions(LayoutOptions):
    """How files of texts to learn from, or to evaluate on, are to be read.

    skip_bad_rows: leave out records that cannot be read, and report how many; otherwise the first of them is an error.
    """

    skip_bad_rows: bool = False


@dataclass(frozen=True, kw_only=True)
class LabelledDataOptions(DataOptions):
    """How files of labelled texts are to be read.

    skip_unlabelled: leave out rows without a label, and report how many; otherwise the first of them is an error.
    domain_column: the column that says which domain a row is of, by its name or its number from 1, for figures of each
    domain; None for none.
    """

    skip_unlabelled: bool = False
    domain_column: str | int | None = None


LAYOUT_NAMES = tuple(field.name for field in fields(LayoutOptions))
_QUOTING = ("standard", "none")
_APPLIES_TO = {
    "sheet": ("Excel",),
    "header": ("CSV", "Excel"),
    "skip_lines": ("CSV", "Excel"),
    "comment": ("CSV",),
    "quoting": ("CSV",),
    "escape": ("CSV",),
    "na_values": ("CSV",),
}


@dataclass(frozen=True, kw_only=True)
class ReadOptions(LayoutOptions):
    """text_column: its name, or its number from 1; None to find it. columns: which columns of the input to write, by
    name or number; None for all. max_record: reject records with more bytes than this. strict: stop at the first record
    that cannot be read.
    Raises UsageError for an invalid value.
    """

    text_column: str | int | None = None
    columns: tuple[str | int, ...] | None = None
    max_record: int = MAX_RECORD_BYTES
    strict: bool = False

    @classmethod
    def of_layout(cls, layout: LayoutOptions, max_record: int, strict: bool) -> Self:
        """Options for reading files with this layout."""
        return cls(**layout.layout(), max_record=max_record, strict=strict)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.max_record <= LARGEST_MAX_RECORD:
            raise UsageError(f"Expected `max_record` of 1 to {LARGEST_MAX_RECORD:,} bytes, got {self.max_record:,}")
        if self.columns is not None and not self.columns:
            raise UsageError("Expected names in `columns`, got none: name some, or leave it out to write all")


@dataclass(frozen=True)
class Reading:
    """How to read inputs.

    default_text_column: the name to try first if none was chosen. wanted: the columns to read instead of those that
    `options` choose. reserved_names: names that columns of the input must not have. output: the format that is written,
    which must be able to hold the columns; None if nothing is written. output_delimiter: of CSV to be written; None for
    any. all_fields: whether to find the fields of all columns even if rows are copied verbatim. named: whether rejected
    records include the name of their input. layout: the layout of the input, if it is known already. say: gets
    messages, of several inputs about the first one only. warn: gets warnings about the content of any input.
    """

    options: ReadOptions
    default_text_column: str | None = None
    wanted: tuple[WantedColumn, ...] | None = None
    reserved_names: tuple[str, ...] = ()
    output: str | None = None
    output_delimiter: str | None = None
    all_fields: bool = False
    named: bool = False
    layout: object | None = None
    say: Callable[[str], None] = lambda message: None
    warn: Callable[[str], None] = lambda message: None

    @property
    def text(self) -> WantedColumn:
        """The column with the texts."""
        if self.wanted is not None:
            return self.wanted[0]
        return text_column(self.options.text_column, self.default_text_column)

    @property
    def columns(self) -> tuple[WantedColumn, ...] | None:
        """The columns to read; None for all."""
        if self.wanted is not None or self.options.columns is None:
            return self.wanted
        return tuple(WantedColumn("`columns`", one, may_come_later=True) for one in self.options.columns)


def check_applies(options: LayoutOptions, read: str) -> None:
    """Raises UsageError for options that mean nothing for files of a format. read: its name."""
    for name, formats in _APPLIES_TO.items():
        value = getattr(options, name)
        if value != getattr(LayoutOptions, name) and read not in formats:
            given = f"{name}={value}" if isinstance(value, bool) else name
            raise UsageError(f"Expected no `{given}` when reading {read}: it applies to {' and '.join(formats)} only")


def is_delimiter(text: str) -> bool:
    """Whether fields can be separated by it. Letters, digits, "." and "_" occur in the added fields."""
    fits = len(text) == 1 and text.isascii() and (text.isprintable() or text == "\t")
    return fits and not text.isalnum() and text not in '"._'


def _is_comment(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and not text.startswith('"') and not text[0].isspace()


def _check_escape(escape: str, delimiter: str | None) -> None:
    fits = len(escape) == 1 and escape.isascii() and escape.isprintable() and not escape.isspace()
    if not fits or escape.isalnum() or escape in '"._+-':
        raise UsageError(f"Expected `escape` to be one character such as a backslash, got {escape!r}")
    if escape in (delimiter or ",;|"):
        raise UsageError(f"Expected `escape` to be another character than the delimiter, got {escape!r} for both")


DEFAULT_LAYOUT = LayoutOptions()
STRICT = ReadOptions(strict=True)
