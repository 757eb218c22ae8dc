"""The first records of a CSV file under several delimiters -> its delimiter, and whether it has a line of column names.

In: `Sample`s and options. Out: `Sniffed`, or an error where two readings fit alike or none does, which names the option
that decides. Reading the sample is left to sample.py, choosing columns to layout.py.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sentiment_fast.errors import DataError, quoted
from sentiment_fast.io.csv.header import are_names, has_typed_columns, is_known, reason_for_data, second_header
from sentiment_fast.io.csv.sample import Sample, fields_of
from sentiment_fast.io.options import LayoutOptions

DELIMITERS = (",", ";", "\t", "|")
_SHARE = 0.5  # of the records that must have as many fields as the first one
_BAND = 0.05  # delimiters whose shares differ by less fit alike
_TITLE_LINES, _FIRST_LINES = 20, 10
_COMMENTS = ("#", "//", "%")
_MARK_AND_WORDS = re.compile(rb"(#|//) (?!(?i:of) )[\w\x80-\xff]")  # not %: "% of users" is a name
_QUOTE_ADVICE = 'close it, double the quotes inside quoted fields (""), or take quotes as characters, `quoting=none`'


@dataclass(frozen=True)
class Sniffed:
    """sample: under the file's delimiter. header: whether its first record holds the column names. guessed: whether it
    was taken for these although it holds no known name and all columns hold texts.
    """

    sample: Sample
    header: bool
    guessed: bool

    @property
    def delimiter(self) -> str:
        return self.sample.delimiter


def sniff(
    samples: Mapping[str, Sample], name: str, options: LayoutOptions, known: Collection[str], preferred: str | None
) -> Sniffed:
    """samples: by delimiter; a single one if it is given. name: the file's. known: casefolded column names by which a
    header is recognised. preferred: the delimiter to take if several fit alike.

    Raises DataError where two readings fit alike, or none does.
    """
    if options.header is False:
        samples = {one: _from_first_readable(sample) for one, sample in samples.items()}
    sample = _choose(samples, name, preferred)
    if sample is None:
        sample = next(iter(samples.values()))
        names = _names(sample, name)
        if not (options.header or is_known(names[0], known)):
            for one in samples.values():
                _check_no_title(one, name, known)
                _check_not_quoted_whole(one, name)
        _check_lines_are_fields(sample, name)
    names = _names(sample, name)
    if options.header is not None:
        return Sniffed(sample, options.header, guessed=False)
    if any(is_known(field, known) for field in names):
        return Sniffed(sample, True, guessed=False)
    _check_rivals(sample, names, samples, name)
    if (place := second_header(sample.rows, known)) is not None:
        raise _titled(sample, place, name)
    if (reason := reason_for_data(sample.rows, names)) is not None:
        raise DataError(
            f"{name}: expected column names in line {sample.lines[0]}, got {_shown(sample.content(0))}, which looks "
            f"like data, since {reason}: choose `header=False` if it is data, `header=True` if it is a header"
        )
    return Sniffed(sample, True, guessed=not has_typed_columns(sample.rows))


def _from_first_readable(sample: Sample) -> Sample:
    """Without a header, the first record that can be read tells the number of columns."""
    first = next((place for place, count in enumerate(sample.counts) if count > 0), 0)
    parts = (sample.counts, sample.starts, sample.ends, sample.lines)
    return Sample(sample.delimiter, sample.options, sample.encoding, sample.data, *(part[first:] for part in parts))


def _choose(samples: Mapping[str, Sample], name: str, preferred: str | None) -> Sample | None:
    """The sample under the file's delimiter; None for a file of one column. Raises DataError if none or several fit."""
    several = [sample for sample in samples.values() if sample.width >= 2]
    if len(samples) == 1 and several:
        return several[0]
    fitting = [sample for sample in several if sample.share >= _SHARE]
    if fitting:
        best = max(sample.share for sample in fitting)
        near = [sample for sample in fitting if sample.share >= best - _BAND]
        most = max(sample.width for sample in near)
        alike = [sample for sample in near if sample.width == most]
        if len(alike) > 1 and preferred in [sample.delimiter for sample in alike]:
            return samples[str(preferred)]
        if len(alike) > 1:
            found = " and ".join(repr(sample.delimiter) for sample in alike)
            raise DataError(
                f"{name}: expected one delimiter, but {found} fit alike, with {most} fields in line "
                f"{alike[0].lines[0]}: choose one with `delimiter`"
            )
        return alike[0]
    if several:
        best_one = max(several, key=lambda sample: sample.share)
        raise DataError(
            f"{name}: line {best_one.lines[0]}, {_shown(best_one.content(0))}, has {best_one.width} fields with the "
            f"delimiter {best_one.delimiter!r}, but only {_of_below(best_one)} have as many: choose another with "
            "`delimiter`, leave lines before the header out with `skip_lines`, or take quotes as characters with "
            "`quoting=none`"
        )
    for sample in samples.values():
        if sample.width < 0:
            raise _unreadable(sample, name)
    return None


def _check_no_title(sample: Sample, name: str, known: Collection[str]) -> None:
    """Raises DataError if lines of one field precede lines of several."""
    counts = sample.counts
    for place in range(1, min(len(counts), _TITLE_LINES + 1)):
        rest = counts[place:]
        if (
            place <= _FIRST_LINES
            and counts[place] == 1
            and is_known(sample.encoding.decode(sample.content(place)), known)
        ):
            raise _titled(sample, place, name)
        if counts[place] < 2:
            continue
        alike = len(rest) >= 2 and rest.count(counts[place]) == len(rest)
        if alike and (place == 1 or 2 * len(rest) >= len(counts)):
            raise _titled(sample, place, name)
        if any(is_known(field, known) for field in sample.fields(place)):
            raise _titled(sample, place, name)


def _check_not_quoted_whole(sample: Sample, name: str) -> None:
    """`"id,review"` over `"1,Good film"`: a file each of whose lines was quoted once more."""
    whole = [one for one in map(sample.content, range(len(sample))) if len(one) > 1 and one[:1] == one[-1:] == b'"']
    if len(whole) < 2 or whole[0] != sample.content(0):
        return
    counts = {one.count(sample.delimiter.encode()) for one in whole}
    if len(counts) == 1 and counts != {0}:
        raise DataError(
            f"{name}: expected fields in quotes, got lines in quotes, such as {_shown(whole[0])}, each with "
            f"{counts.pop()} {sample.delimiter!r}: remove the outer quotes, or choose `delimiter=tab` if each line is "
            "a text"
        )


def _check_lines_are_fields(sample: Sample, name: str) -> None:
    """Raises DataError if most lines below a single column name are not single fields."""
    below = sample.counts[1:]
    if below and below.count(1) < _SHARE * len(below):
        raise DataError(
            f"{name}: line {sample.lines[0]}, {_shown(sample.content(0))}, names one column, but with the delimiter "
            f"{sample.delimiter!r} only {_of_below(sample)} are one field: choose another with `delimiter`, such as "
            "`delimiter=tab` if each line is a text"
        )


def _check_rivals(chosen: Sample, names: Sequence[str], samples: Mapping[str, Sample], name: str) -> None:
    """Raises DataError if the first record may be a title or a comment although it has several fields: a record of one
    field or a blank line follows it, it starts like a comment, or another delimiter fits all records below it.
    """
    if chosen.width > 1 and (1 in chosen.counts[1:2] or (chosen.is_set_apart and not are_names(names, chosen.rows))):
        fields = next((place for place, count in enumerate(chosen.counts[1:], 1) if count > 1), 1)
        raise _titled(chosen, fields, name)
    if (mark := _comment_mark(chosen)) is not None:
        raise DataError(
            f"{name}: expected column names in line {chosen.lines[0]}, got {_shown(chosen.content(0))}, a comment: "
            f"leave such lines out with `comment={mark}` or `skip_lines`, or choose `header=True` or `header=False`"
        )
    if chosen.share == 1:
        return
    for sample in samples.values():
        below = sample.counts[1:]
        if sample is not chosen and len(below) >= 2 and below[0] >= 2 and below.count(below[0]) == len(below):
            raise _titled(sample, 1, name)


def _comment_mark(sample: Sample) -> str | None:
    """The comment mark that the first record starts with, if the next one starts with it too or words follow it; else
    None. A column may be called "#", "#id" or "# of stars", or "# likes" if columns of numbers show that it is a name.
    """
    for mark in _COMMENTS:
        marked = [sample.content(place).startswith(mark.encode()) for place in range(len(sample))]
        if marked[0]:
            again = marked[1:2] == [True] and not all(marked)  # a column may hold hashtags
            words = _MARK_AND_WORDS.match(sample.content(0)) and not has_typed_columns(sample.rows)
            return mark if again or words else None
    return None


def _titled(sample: Sample, place: int, name: str) -> DataError:
    line = sample.lines[place]
    above = f"line {line - 1}" if line == 2 else f"lines 1 to {line - 1}"
    return DataError(
        f"{name}: line {line}, {_shown(sample.content(place))}, has {_fields(sample.counts[place])} with the delimiter "
        f"{sample.delimiter!r} and may be the header, but line {sample.lines[0]} is {_shown(sample.content(0))}: if "
        f"{above} {'is' if line == 2 else 'are'} not data, choose `skip_lines={line - 1}`, or `comment`; otherwise "
        f"choose the `delimiter`, or `header=True` if line {sample.lines[0]} is the header"
    )


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _unreadable(sample: Sample, name: str) -> DataError:
    if sample.starts_overlong:
        return DataError(f"{name}: the header is longer than a record may be: raise `max_record`")
    return DataError(
        f"{name}: the header opens a quote that never closes, or only before text on another line: {_QUOTE_ADVICE}"
    )


def _names(sample: Sample, name: str) -> list[str]:
    try:
        return fields_of(sample.content(0), sample.delimiter, sample.options, sample.encoding)
    except csv.Error as error:  # a field of more than 128 KiB
        raise DataError(
            f"{name}: expected a line of column names, got {error}: does it open a quote that never closes?"
        ) from error


def _of_below(sample: Sample) -> str:
    below = sample.counts[1:]
    return f"{below.count(sample.width)} of the {len(below)} lines below"


def _shown(content: bytes) -> str:
    return quoted(content[:200].decode("utf-8", "replace"))
