"""Print the predicted label of each text and its probability, one line per text.

Ordered classes add their expected value. For a neutral text, the probability is that of the positive class.

sentiment-fast predict "a wonderful film"
sentiment-fast predict --model runs/mine "a wonderful film" "two hours I will never get back"
sentiment-fast predict - < reviews.txt
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from sentiment_fast.cli.label_options import add_neutral_argument
from sentiment_fast.cli.main import run_command
from sentiment_fast.cli.messages import say
from sentiment_fast.cli.options import (
    add_device_arguments,
    add_model_argument,
    add_output_arguments,
    add_threads_argument,
    add_threshold_argument,
    add_unknown_argument,
)
from sentiment_fast.cli.streams import print_json
from sentiment_fast.errors import DataError, UsageError

if TYPE_CHECKING:
    from sentiment_fast.scoring.scorer import Scorer

_BATCH_BYTES = 1 << 20  # of stdin


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "texts",
        metavar="TEXT",
        nargs="*",
        help='a text to classify, in quotes; "-", or none at all, for texts from stdin, one per line, in UTF-8',
    )
    add_model_argument(parser)
    add_threshold_argument(parser)
    add_neutral_argument(parser)
    add_unknown_argument(parser)
    add_device_arguments(parser)
    add_threads_argument(parser)
    add_output_arguments(parser, "print JSON per text: label, probability, stars, has_known_words (default: as text)")


def run(arguments: argparse.Namespace) -> None:
    from sentiment_fast.scoring.scorer import load

    from_stdin = arguments.texts in ([], ["-"])
    if "-" in arguments.texts and not from_stdin:
        raise UsageError('Expected either texts or "-" for stdin, got both')
    if from_stdin and sys.stdin is None:
        raise UsageError("Expected texts, or lines on stdin, got none: stdin is closed")
    scorer = load(
        arguments.model,
        arguments.device,
        arguments.precision,
        threshold=arguments.threshold,
        threads=arguments.threads,
        neutral=arguments.neutral,
    )
    if from_stdin and sys.stdin.isatty():
        say("reading texts from the terminal, one per line; Ctrl-D ends")
    batches = _batches_of_lines(sys.stdin.buffer) if from_stdin else [arguments.texts]
    _print_predictions(batches, scorer, arguments.unknown, arguments.json)


def _batches_of_lines(stream: BinaryIO) -> Iterator[list[str]]:
    """The lines of a stream without their ends, as many at a time as are there: a slow writer's are not waited for."""
    pieces: list[bytes] = []  # of the line that was not yet read to its end
    while data := stream.read1(_BATCH_BYTES):  # type: ignore[attr-defined]
        if b"\0" in data:
            raise DataError("stdin: expected lines in UTF-8, got NUL bytes: convert it, for example with iconv")
        pieces.append(data)
        if b"\n" in data:
            *lines, rest = b"".join(pieces).split(b"\n")
            pieces = [rest]
            yield [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]
    if last := b"".join(pieces):
        yield [last.decode("utf-8", "replace")]


def _print_predictions(batches: Iterable[list[str]], scorer: Scorer, unknown: str, as_json: bool) -> None:
    """Print a line per text: label and probability, both blank on request for a text without a known word."""
    decision = scorer.decision
    names = ["label", "probability", *([] if decision.ordinal is None else ["stars"])]
    count = strange = 0
    for texts in batches:
        ids = scorer.encode(texts)
        probabilities, known = scorer.probabilities_of(ids), ids.known_lengths > 0
        columns = [decision.shown(probabilities).tolist()]
        if decision.ordinal is not None:
            columns.append(decision.expected(probabilities).tolist())
        labels = [decision.labels[index] for index in decision.indices(probabilities).tolist()]
        for label, is_known, *numbers in zip(labels, known.tolist(), *columns, strict=True):
            has_answer = is_known or unknown == "prior"
            if as_json:
                values = [label, *numbers] if has_answer else [None] * len(names)
                print_json(dict(zip(names, values, strict=True)) | {"has_known_words": is_known})
            else:
                answers = [label, *(f"{number:.4f}" for number in numbers)]
                print(*(answers if has_answer else [""] * len(answers)), sep="\t")
        sys.stdout.flush()
        count, strange = count + len(texts), strange + int((~known).sum())
    if strange:
        answer = "labelled nevertheless" if unknown == "prior" else "left blank"
        say(f"{strange:,} of {count:,} texts without a word that the model knows: {answer}")


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
