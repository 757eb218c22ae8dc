"""Options of commands about labels and classes.

In: a parser. Out: the parser with the options, named as the library's arguments. What the values mean, and how they are
checked, is left to the library.
"""

from __future__ import annotations

import argparse


def add_label_arguments(parser: argparse.ArgumentParser) -> None:
    """How labels are renamed once they are read; options that are left out get no value."""
    parser.add_argument(
        "--label-map",
        metavar="LABEL=NEW,LABEL=NEW",
        action="append",
        default=argparse.SUPPRESS,
        help="rename labels, as they are spelled, after reading them; may be repeated; labels with = in them are "
        """written in JSON: '{"a=b": "new"}' (default: none)""",
    )
    parser.add_argument(
        "--normalise-labels",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="merge labels that differ only in case or surrounding white space (default: they are different classes)",
    )
    parser.add_argument(
        "--neutral-label",
        metavar="LABEL",
        default=argparse.SUPPRESS,
        help="take this label as one between the two classes: train learns a probability of 0.5 for its texts, and "
        "figures of right and wrong answers leave them out (default: each label is a class)",
    )


def add_class_arguments(parser: argparse.ArgumentParser) -> None:
    """What train makes of the classes."""
    parser.add_argument(
        "--positive",
        metavar="LABEL",
        help="score the probability of this one of two classes, and call it positive (default: the second, sorted)",
    )
    parser.add_argument(
        "--class-weight",
        metavar="balanced|LABEL=X,LABEL=X",
        help="multiply the losses of the classes: balanced, so that all weigh the same, or by X (default: all by 1)",
    )
    parser.add_argument(
        "--ordinal",
        metavar="LABEL,LABEL",
        nargs="?",
        const=True,
        help="treat the classes as ordered, such as stars: by their numbers, or in the given order, counted from 1; "
        "score adds their expected value as sentiment_stars (default: not ordered)",
    )
    parser.add_argument(
        "--neutral",
        metavar="LOW:HIGH|auto",
        help='label texts "neutral" whose probability of the positive class is in this band, kept in the model; auto '
        "chooses it on the validation data (default: none)",
    )


def add_neutral_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--neutral",
        metavar="LOW:HIGH|off",
        help='label texts "neutral" whose probability of the positive class is in this band, ends included (default: '
        "the model's, usually off)",
    )
