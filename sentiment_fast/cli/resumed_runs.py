"""What the commands that can go on with a run have in common: their options, and those that the run began with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sentiment_fast.errors import UsageError

_MAY_DIFFER = ("out", "resume", "checkpoint_minutes", "tensorboard", "module")  # when a run goes on


def add_run_arguments(parser: argparse.ArgumentParser, out: str) -> None:
    """out: what --out is, in words."""
    parser.add_argument("--out", metavar="FOLDER", type=Path, help=out)
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where the run in --out was interrupted; other options are the run's own and may be left out",
    )
    parser.add_argument(
        "--checkpoint-minutes",
        metavar="M",
        type=float,
        default=5.0,
        help="between two checkpoints inside an epoch (default: 5); each epoch ends with one",
    )


def as_it_began(
    arguments: argparse.Namespace, command: str, add_arguments: Callable[[argparse.ArgumentParser], None]
) -> tuple[argparse.Namespace, dict[str, Any] | None]:
    """The options that the command's run in --out began with, and its identity; without one, those given, and None."""
    from sentiment_fast.training.resume import options_as_it_began

    if arguments.out is None:
        raise UsageError("--resume: expected the folder of the run, --out FOLDER")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    began = options_as_it_began(arguments.out, command, options_of(arguments), options_of(parser.parse_args([])))
    if began is None:
        return arguments, None
    options, identity = began
    return argparse.Namespace(**{**vars(arguments), **options}), identity


def options_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options that make a run what it is."""
    return {name: value for name, value in vars(arguments).items() if name not in _MAY_DIFFER}


def progress_bar(batches: Sequence[Any]) -> Iterator[Any]:
    """The batches, and on a terminal how many of their texts are done."""
    from tqdm import tqdm

    texts = sum(map(len, batches))
    bar = tqdm(total=texts, unit=" texts", leave=False, dynamic_ncols=True, disable=not sys.stderr.isatty())
    with bar:
        for batch in batches:
            yield batch
            bar.update(len(batch))
