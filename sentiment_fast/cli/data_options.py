"""Options for labelled texts: which files, how much of each, and how they are read.

In: a parser. Out: the parser with the options, named as the library's arguments. What the values mean is left to the
library.
"""

from __future__ import annotations

import argparse

from sentiment_fast.cli.label_options import add_label_arguments
from sentiment_fast.cli.layout import add_layout_arguments, add_skip_bad_rows_argument


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="PATH|imdb|demo[:weight=W][:rows=N]",
        action="append",
        help="train on these labelled texts: a CSV, JSON, Parquet or Excel file, compressed or not, a quoted pattern, "
        "an aclImdb folder, imdb (download the Large Movie Review Dataset), demo or demo:N (N made-up reviews); "
        ":weight=W multiplies the losses of its texts, as if each were there W times, and :rows=N draws N of its rows "
        "at random; a PATH that exists with all its colons is that file; may be repeated (default: 'IMDB Dataset.csv' "
        "in this folder, else imdb, else demo)",
    )
    parser.add_argument(
        "--validation",
        metavar="PATH|FRACTION",
        help="calibrate probabilities on these labelled texts, and choose the epoch if the preset keeps the best one: "
        "a file, or the fraction of --data to hold out (default: 0.05 with fast and accurate, 0.1 in finetune, else "
        "0.25)",
    )
    add_columns_arguments(parser)
    add_label_arguments(parser)


def add_columns_arguments(parser: argparse.ArgumentParser) -> None:
    """Options for finding labelled texts in a file."""
    parser.add_argument(
        "--text-column",
        metavar="NAME",
        help="read texts from the column of this name, or of this number from 1 (default: review, else text, else the "
        "only one that holds text, apart from the labels)",
    )
    parser.add_argument(
        "--label-column",
        metavar="NAME",
        help="read labels from the column of this name, or of this number from 1 (default: sentiment, else label)",
    )
    parser.add_argument(
        "--domain-column",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="report figures for each domain too, named in the column of this name or number (default: none)",
    )
    add_layout_arguments(parser)
    add_skip_bad_rows_argument(parser)
    parser.add_argument(
        "--skip-unlabelled",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="leave out rows without a label, and report how many (default: stop at the first)",
    )
