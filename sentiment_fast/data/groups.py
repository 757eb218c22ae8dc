"""Rows that belong together: those of one file, or of one domain.

In: columns of names, or each file's number of rows. Out: `Groups`. What is measured for each of them is left to
evaluation/by_group.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentiment_fast.errors import DataError, quoted

_MOST_DOMAINS = 1000
_WIDEST = 40  # characters of a name in a table


@dataclass(frozen=True)
class Groups:
    """names: of the groups, all different. numbers: (n,) int32, each row's group, as its place in `names`."""

    names: tuple[str, ...]
    numbers: npt.NDArray[np.int32]

    @classmethod
    def of_files(cls, names: Sequence[str], paths: Sequence[str], sizes: Sequence[int]) -> Groups:
        """The files of rows that follow each other: one of these numbers of rows each.

        They are called by their paths if two have the same name, and those that are given twice have their place too.
        """
        if len(set(names)) < len(names):
            names = [path if paths.count(path) == 1 else f"{path} ({at})" for at, path in enumerate(paths, 1)]
        return cls(tuple(names), np.repeat(np.arange(len(names), dtype=np.int32), sizes))

    @classmethod
    def of_domains(
        cls, files: Sequence[str], sizes: Sequence[int], columns: Sequence[pa.ChunkedArray | None], option: str
    ) -> Groups:
        """The domains of the files' rows; the file's name for rows without one.

        files, sizes: names and numbers of rows. columns: of domains; None for a file that has none. option: what chose
        the column, for messages. Raises DataError if no file has one, or for more than 1,000 domains.
        """
        if all(column is None for column in columns):
            raise DataError(f"{files[0]}: expected a column of domains in a file, found none: choose one with {option}")
        parts: list[pa.Array] = []
        for file, size, column in zip(files, sizes, columns, strict=True):
            name = pa.scalar(file, pa.large_string())
            if column is None:
                parts.append(pa.repeat(name, size))
                continue
            given = column.cast(pa.large_string()).fill_null("")
            parts += pc.if_else(pc.equal(given, ""), name, given).chunks
        encoded = pa.chunked_array(parts, pa.large_string()).combine_chunks().dictionary_encode()
        domains = encoded.dictionary.to_pylist()
        if len(domains) > _MOST_DOMAINS:
            raise DataError(
                f"{files[0]}: expected up to {_MOST_DOMAINS:,} domains, got {len(domains):,}: is {option} the right "
                "column?"
            )
        return cls(tuple(domains), encoded.indices.to_numpy().astype(np.int32))

    def __getitem__(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Groups:
        """The groups of these rows; names of groups without any are kept."""
        return replace(self, numbers=self.numbers[rows])

    def sizes(self) -> npt.NDArray[np.int64]:
        """(groups,): the number of rows of each."""
        return np.bincount(self.numbers, minlength=len(self.names))


def table_of_groups(
    corner: str, names: Sequence[str], headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[str]:
    """Lines for the terminal: right-aligned columns next to the groups' names. corner: the heading of the names."""
    shown = [name if name.isprintable() and len(name) <= _WIDEST else quoted(name, _WIDEST) for name in names]
    first = max(map(len, [corner, *shown]))
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return [
        "  ".join([name.ljust(first), *(cell.rjust(width) for cell, width in zip(row, widths, strict=True))])
        for name, row in zip([corner, *shown], [headings, *rows], strict=True)
    ]
