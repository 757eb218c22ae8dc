"""Files and folders of the user's own -> their texts, in memory, every byte checked.

In: paths or patterns of any format that `score` reads, and of folders of texts. Out: `Texts`, or a table of the wanted
columns of one file. Labels are left to labelled_texts.py, formats to io/, folders to folders.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.data.folders import read_text_folder
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.columns import WantedColumn, text_column
from sentiment_fast.io.inputs import exists, expand_patterns
from sentiment_fast.io.options import DEFAULT_LAYOUT, LARGEST_MAX_RECORD, DataOptions, LayoutOptions, ReadOptions
from sentiment_fast.io.rejects import RecordError
from sentiment_fast.io.tables import read_columns

Paths = str | Path | Sequence[str | Path]

TEXT_OPTION = "`text_column`"
_MOST_NAMES = 3


@dataclass(frozen=True)
class Texts:
    """texts: (n,) Arrow strings, chunked, none null. name: for messages. made_up: True only for the demo corpus."""

    texts: pa.ChunkedArray
    name: str
    made_up: bool = False

    def __len__(self) -> int:
        return len(self.texts)


def joined(parts: Sequence[Texts]) -> Texts:
    """All of them, one after the other."""
    chunks = [chunk.cast(pa.large_string()) for part in parts for chunk in part.texts.chunks]
    return Texts(
        pa.chunked_array(chunks, pa.large_string()),
        " + ".join(part.name for part in parts),
        any(part.made_up for part in parts),
    )


def say_nothing(message: str) -> None:
    """Discards a message."""


def read_texts(
    paths: Paths,
    text_column: str | int | None = None,
    layout: LayoutOptions = DEFAULT_LAYOUT,
    say: Callable[[str], None] = say_nothing,
) -> Texts:
    """Read texts without labels from files of any format that `score` reads, and from folders, in the given order.

    paths: one or several, patterns among them, "-" for stdin. A folder holds *.txt files, or is in the layout of
    aclImdb: then its unlabelled ones (train/unsup/*.txt), if any, else all are read. text_column: its name, or its
    number from 1; without one, the text column (the member, in JSON) of each file is `review`, else `text`, else the
    only one that holds text. Null is "". layout: how the files are to be read.

    Raises UsageError for an invalid column, and DataError for anything else because of which texts cannot
    be read, with the file and, if there is one, the row.
    """
    names = expand_paths(paths)
    columns = [_texts_of(name, text_column, layout, say) for name in names]
    chunks = [chunk for column in columns for chunk in column.chunks]
    if not any(map(len, chunks)):
        raise DataError(f"{' + '.join(names)}: expected texts, got none")
    titles = [name_of(name) if name == "-" else Path(name).resolve().name for name in names]
    return Texts(pa.chunked_array(chunks, pa.large_string()), joint_name(titles))


def expand_paths(paths: Paths) -> list[str]:
    """Paths of files and folders, and "-" for stdin; patterns become what matches them.

    Raises DataError for one that does not exist, and UsageError for an empty list.
    """
    given = [paths] if isinstance(paths, str | Path) else paths
    if not given:
        raise UsageError("Expected a file or several, got none")
    names = expand_patterns([str(path) for path in given])
    for name in names:
        if name != "-" and not exists(name):
            raise DataError(f"{name}: expected a file or a folder, got nothing there. Is the path right?")
    return names


def read_file(
    name: str, wanted: Sequence[WantedColumn], layout: LayoutOptions, say: Callable[[str], None]
) -> tuple[pa.Table, frozenset[str]]:
    """All rows of a file: the wanted columns, as `read_columns` returns them, texts first and "" instead of null.

    The second result names the columns in which JSON has strings.
    Raises DataError for the first record that cannot be read, unless `layout` has `skip_bad_rows`: then says how many.
    """
    # What is read stays in memory anyway, so a record may be as long as the core can find.
    strict = not (isinstance(layout, DataOptions) and layout.skip_bad_rows)
    options = ReadOptions.of_layout(layout, max_record=LARGEST_MAX_RECORD, strict=strict)
    try:
        windows = list(read_columns(name, wanted, options, say))
    except RecordError as error:
        raise DataError(f"{error}. Or leave such records out with `skip_bad_rows=True`.") from error
    if skipped := [window for window in windows if window.rejected]:
        count = sum(window.rejected for window in skipped)
        say(f"{name}: skipped {count:,} records that cannot be read, the first in {skipped[0].first_reject}")
    table = pa.concat_tables([window.table for window in windows])
    if table.column(0).null_count:
        table = table.set_column(0, table.column_names[0], table.column(0).fill_null(""))
    return table, windows[-1].strings


def report_missing(texts: pa.ChunkedArray, name: str, say: Callable[[str], None]) -> None:
    """Say how many texts are empty, as missing ones are in memory, or only white space. name: of the data."""
    count = pc.sum(pc.or_(pc.equal(texts, ""), pc.utf8_is_space(texts))).as_py()
    if count:
        say(f"{name}: {count:,} of {len(texts):,} texts are missing or empty: each counts as a text without words")


def name_of(path: str) -> str:
    """A file's name in messages."""
    return "stdin" if path == "-" else Path(path).name


def joint_name(names: Sequence[str]) -> str:
    """The name of several files together in messages."""
    if len(names) <= _MOST_NAMES:
        return " + ".join(names)
    return f"{names[0]} + {len(names) - 1} more"


def _texts_of(
    name: str, chosen: str | int | None, layout: LayoutOptions, say: Callable[[str], None]
) -> pa.ChunkedArray:
    if name != "-" and Path(name).is_dir():
        return read_text_folder(Path(name), layout.encoding)
    return read_file(name, [text_column(chosen, argument=TEXT_OPTION)], layout, say)[0].column(0)
