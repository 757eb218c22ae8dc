"""Learn word vectors from unlabelled texts, and write a start folder for train --init.

python -m sentiment_fast.pretrain --data unlabelled.csv --out runs/start
python -m sentiment_fast.pretrain --data imdb --data reviews.jsonl --set layers=1 --out runs/start
"""

from __future__ import annotations

import argparse
import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment_fast.cli.main import run_command, say
from sentiment_fast.cli.training_options import add_settings_arguments, changed_settings, chosen_start
from sentiment_fast.errors import UsageError

if TYPE_CHECKING:
    from sentiment_fast.data.texts import Texts
    from sentiment_fast.model.presets import Preset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="PATH|imdb|demo",
        action="append",
        default=[],
        help="texts, whose labels are not looked at: CSV, Parquet, JSON Lines or a folder; imdb: the unlabelled "
        "reviews of the Large Movie Review Dataset; several times for more",
    )
    add_settings_arguments(parser)
    parser.add_argument("--text-column", metavar="NAME", help="default: review, else text")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="start folder (default: runs/start-<date-time>)")


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.report.pretrained_folder import write_start
    from sentiment_fast.training.encode import new_network
    from sentiment_fast.training.prepare import vectors_of
    from sentiment_fast.training.unlabelled import open_corpus

    if not arguments.data:
        raise UsageError("--data: expected the texts to learn from: a file, a folder, imdb or demo")
    settings = _settings(arguments)
    folder = arguments.out or Path("runs") / datetime.now().strftime("start-%Y-%m-%d-%H%M%S")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder}: already holds something, and a run writes into an empty folder: choose another")
    texts = _open_texts(arguments, settings)
    corpus = open_corpus(texts, settings)
    say(f"{texts.name}: {corpus.look}")
    vectors = vectors_of(corpus.ids, settings, corpus.vocabulary, say)
    network = new_network(settings, corpus.vocabulary, [0, 1], vectors)
    write_start(folder, network.state_dict(), corpus.vocabulary, settings, texts)
    print(f"\nThe start is in {folder}. Try next:\n  {_training_command(arguments, folder)}")


def _open_texts(arguments: argparse.Namespace, settings: Preset) -> Texts:
    from sentiment_fast.data.sources import open_texts
    from sentiment_fast.data.texts import joined

    seed = settings.training.seed
    return joined([open_texts(data, arguments.text_column, seed, say) for data in arguments.data])


def _settings(arguments: argparse.Namespace) -> Preset:
    """The vocabulary and network of --preset or --config, pretraining's own settings, and what is changed of them."""
    from dataclasses import replace

    from sentiment_fast.training.unlabelled import PRETRAINING

    changes = changed_settings(arguments)
    epochs = changes.pop("epochs", "0")
    if epochs != "0":
        raise UsageError(f"--set epochs={epochs}: word vectors are learned without epochs: leave it out")
    return replace(chosen_start(arguments), training=PRETRAINING).with_fields(changes)


def _training_command(arguments: argparse.Namespace, folder: Path) -> str:
    from sentiment_fast.training.unlabelled import PRETRAINING

    # Settings of the pretraining say nothing about the training.
    kept = [item for item in arguments.set if not hasattr(PRETRAINING, item.partition("=")[0])]
    settings = "".join(f" --set {shlex.quote(item)}" for item in kept)
    preset = "" if arguments.preset == "tutorial" else f" --preset {shlex.quote(arguments.preset)}"
    if arguments.config is not None:
        preset = f" --config {shlex.quote(arguments.config)}"
    init = shlex.quote(str(folder))
    return f"python -m sentiment_fast.train --data LABELLED.csv --init {init}{preset}{settings}"


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
