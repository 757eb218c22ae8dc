"""What `train` learns from beside labels: a start folder (--init), a teacher and unlabelled texts.

The options, whether they make sense, and what they open. What is done with it is training/'s.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.errors import DataError, ModelFolderError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from sentiment_fast.data.overview import Overview
    from sentiment_fast.model.distributed import TrainingProcesses
    from sentiment_fast.model.presets import Preset
    from sentiment_fast.text.vocabulary import Vocabulary
    from sentiment_fast.training.distillation import Lesson
    from sentiment_fast.training.encode import Encoded
    from sentiment_fast.training.initial_weights import Beginning


def add_learning_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--init", metavar="FOLDER", help="vocabulary and weights to begin with, from `pretrain`")
    parser.add_argument(
        "--teacher",
        metavar="FOLDER",
        help="a model whose probabilities are learned too: one of ours, or a Hugging Face sequence classifier",
    )
    parser.add_argument(
        "--unlabelled",
        metavar="PATH|imdb|demo",
        action="append",
        default=[],
        help="texts that the teacher judges, to learn from as well; several times for more",
    )
    parser.add_argument(
        "--label-weight",
        metavar="X",
        type=float,
        help="how much the label of a text counts beside the teacher's word, 0 to 1 (default: 0.5)",
    )


def check_learning(arguments: argparse.Namespace) -> None:
    """Options about what is learned from beside labels."""
    if arguments.init is not None and arguments.vectors is not None:
        raise UsageError("Expected --init, which has word vectors of its own, or --vectors, got both")
    if arguments.teacher is None and arguments.unlabelled:
        raise UsageError(
            "--unlabelled: expected a --teacher to judge these texts; without one, see pretrain and --init"
        )
    if arguments.teacher is None and arguments.label_weight is not None:
        raise UsageError("--label-weight: expected a --teacher, whose word counts beside the label")
    if arguments.label_weight is not None and not 0 <= arguments.label_weight <= 1:
        raise UsageError(f"Expected --label-weight of 0 to 1, got {arguments.label_weight}")


def check_present(arguments: argparse.Namespace) -> None:
    """Is what a new run is to learn from there? Asked before it writes anything, so that a slip leaves no folder."""
    if arguments.teacher is not None and not Path(arguments.teacher).is_dir():
        raise ModelFolderError(f"{arguments.teacher}: no such model folder. `python -m sentiment_fast.train` makes one")
    for data in arguments.unlabelled:
        named = data in ("imdb", "demo") or data.startswith("demo:")
        if not named and not Path(data).exists():
            raise DataError(f"{data}: expected a file or a folder, or one of the words imdb and demo")


def beginning_of(
    arguments: argparse.Namespace, settings: Preset, began: dict[str, Any] | None, folder: Path
) -> Beginning | None:
    """What --init says, or what a run that goes on has kept of it; began: the identity of that run."""
    from sentiment_fast.training.initial_weights import kept_beginning, new_beginning

    if arguments.init is None:
        return None
    return new_beginning(arguments.init, settings) if began is None else kept_beginning(folder, began)


def keep_for_going_on(
    folder: Path, look: Overview, training_lengths: np.ndarray[Any, Any], beginning: Beginning | None
) -> None:
    """What is there from the start: a look at the data, and the vocabulary of --init."""
    from sentiment_fast.report.run_folder import write_overview

    write_overview(folder, look, training_lengths)
    if beginning is not None:
        beginning.keep(folder)


def lesson_of_teacher(
    arguments: argparse.Namespace,
    labelled: Encoded,
    classes: list[Any],
    vocabulary: Vocabulary,
    ranks: TrainingProcesses,
    folder: Path,
    goes_on: bool,
    tell: Callable[[str], None],
) -> Lesson | None:
    """What --teacher says of the training texts and of those of --unlabelled; None without one."""
    from sentiment_fast.data.sources import open_texts
    from sentiment_fast.training.teachers import lesson_for, open_teacher

    if arguments.teacher is None:
        return None
    return lesson_for(
        labelled,
        [open_texts(path, arguments.text_column, say=tell) for path in arguments.unlabelled],
        vocabulary,
        lambda: open_teacher(arguments.teacher, classes, arguments.device, tell),
        arguments.label_weight,
        folder,
        ranks,
        tell,
        goes_on,
    )
