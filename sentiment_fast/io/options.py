"""What can be chosen about scoring a file, and which choices make sense."""

from __future__ import annotations

from dataclasses import dataclass

from sentiment_fast.errors import UsageError

MAX_RECORD_BYTES = 64 << 20
LARGEST_MAX_RECORD = 1 << 30


@dataclass(frozen=True)
class ScoringOptions:
    """All that makes a difference to the bytes that are written, beside the input and the model.

    text_column: by name, or by number from 1; None to find it. delimiter: None to find it. columns: those of the
    input that the output has, by name or number; None for all. status, tokens: whether to append `sentiment_status`
    and `sentiment_tokens`. max_record: bytes of the longest record, one that is longer is rejected. strict: stop at the
    first record that cannot be read. excel_safe: put an apostrophe before what a spreadsheet would run.
    Raises UsageError for a choice that makes no sense.
    """

    text_column: str | int | None = None
    delimiter: str | None = None
    columns: tuple[str | int, ...] | None = None
    status: bool = False
    tokens: bool = False
    max_record: int = MAX_RECORD_BYTES
    strict: bool = False
    excel_safe: bool = False

    def __post_init__(self) -> None:
        if self.delimiter is not None:
            _check_delimiter(self.delimiter)
        if not 1 <= self.max_record <= LARGEST_MAX_RECORD:
            raise UsageError(f"Expected a longest record of 1 to {LARGEST_MAX_RECORD:,} bytes, got {self.max_record:,}")
        if self.columns is not None and not self.columns:
            raise UsageError("Expected columns to write, got none: name some, or leave the option out to write all")


def _check_delimiter(delimiter: str) -> None:
    # Letters, digits, "." and "_" stand in the new fields.
    fits = len(delimiter) == 1 and delimiter.isascii() and (delimiter.isprintable() or delimiter == "\t")
    if not fits or delimiter.isalnum() or delimiter in '"._':
        raise UsageError(f"Expected a delimiter of one character such as , ; | or a tab, got {delimiter!r}")
