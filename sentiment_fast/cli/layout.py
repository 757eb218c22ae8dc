"""Options for how files are laid out, shared by all commands that read files: added to parsers, read and printed.

In: a parser, or what was parsed. Out: the parser with the options, their values, or the options as they are typed. What
the values mean is left to io/options.py.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import fields
from typing import Any

from sentiment_fast.cli.values import delimiter, names
from sentiment_fast.io.options import LAYOUT_NAMES, LabelledDataOptions, LayoutOptions


def add_layout_arguments(parser: argparse.ArgumentParser) -> None:
    """How the bytes of files are to be read; options that are left out get no value."""
    group = parser.add_argument_group("how files are laid out")

    def add(option: str, **settings: Any) -> None:
        group.add_argument(option, default=argparse.SUPPRESS, **settings)

    add(
        "--input-format",
        metavar="NAME",
        help="read files as csv, tsv, jsonl, json, parquet or excel (default: as the extension says, else csv)",
    )
    add("--encoding", metavar="NAME", help="decode text by this codec, such as cp1252 or utf-16-le (default: utf-8)")
    add("--sheet", metavar="NAME", help="read this sheet of a workbook, by name or number from 1 (default: the first)")
    add(
        "--delimiter", metavar="X", type=delimiter, help='split fields of CSV at X, "tab" for a tab (default: detected)'
    )
    add(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="take column names from the first record of CSV or row of a sheet (default: detected in CSV, else yes)",
    )
    add(
        "--skip-lines", metavar="N", type=int, help="leave out the first N lines of CSV or rows of a sheet (default: 0)"
    )
    add("--comment", metavar="X", help="leave out lines of CSV that start with X (default: none)")
    add(
        "--quoting",
        choices=("standard", "none"),
        help="read quotes in CSV as RFC 4180 says, or as ordinary characters (default: standard)",
    )
    add("--escape", metavar="X", help="take the character after X, such as a backslash, literally (default: none)")
    add(
        "--na-values",
        metavar="A,B",
        type=names,
        help="count these fields of CSV as missing texts (default: empty ones only)",
    )


def add_skip_bad_rows_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--skip-bad-rows",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="leave out records that cannot be read, and report how many (default: stop at the first)",
    )


def layout_words(options: LayoutOptions) -> str:
    """These options as they are typed, each with a space after it; nothing for those at their defaults."""
    words = []
    for name in LAYOUT_NAMES:
        value, option = getattr(options, name), f"--{name.replace('_', '-')}"
        if value == getattr(LayoutOptions, name):
            continue
        if isinstance(value, bool):
            words.append(option if value else option.replace("--", "--no-"))
        else:
            text = "tab" if value == "\t" else ",".join(value) if isinstance(value, tuple) else str(value)
            words.append(f"{option} {shlex.quote(text)}")
    return "".join(f"{word} " for word in words)


def data_options_of(arguments: argparse.Namespace) -> LabelledDataOptions:
    """The values of these options, and of those that only labelled texts have."""
    names = {field.name for field in fields(LabelledDataOptions)}
    return LabelledDataOptions(**{name: value for name, value in vars(arguments).items() if name in names})
