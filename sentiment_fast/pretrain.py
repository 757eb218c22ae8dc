"""Learn words from unlabelled texts, and write a start folder for train --init.

python -m sentiment_fast.pretrain --data unlabelled.csv --out runs/start
python -m sentiment_fast.pretrain --data imdb --data reviews.jsonl --set layers=1 --out runs/start
python -m sentiment_fast.pretrain --resume --out runs/start
"""

from __future__ import annotations

import argparse
import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.main import SignalledStop, progress_bar, run_command, say
from sentiment_fast.cli.options import (
    add_hardware_arguments,
    add_run_arguments,
    add_settings_arguments,
    pass_only_what_is_given,
)
from sentiment_fast.errors import UsageError

if TYPE_CHECKING:
    from sentiment_fast.data.texts import Texts
    from sentiment_fast.model.devices import Precision
    from sentiment_fast.model.presets import Preset
    from sentiment_fast.training.options import PretrainingOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass_only_what_is_given(parser)
    parser.add_argument(
        "--data",
        metavar="PATH|imdb|demo",
        action="append",
        help="texts, whose labels are not looked at: CSV, Parquet, JSON Lines or a folder; imdb: the unlabelled "
        "reviews of the Large Movie Review Dataset; several times for more",
    )
    add_settings_arguments(parser)
    add_hardware_arguments(parser)
    parser.epilog = "Without --epochs it learns word vectors; with it, a language model as well, for so many epochs."
    parser.add_argument("--text-column", metavar="NAME", help="default: review, else text")
    add_run_arguments(parser, "start folder (default: runs/start-<date-time>)")


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    import torch

    from sentiment_fast.model.devices import choose_device
    from sentiment_fast.model.pretrained import CONFIG
    from sentiment_fast.training.checkpoints import CHECKPOINT
    from sentiment_fast.training.options import PretrainingOptions
    from sentiment_fast.training.resume import (
        as_it_began,
        precision_as_it_began,
        recorded_run,
        settings_as_it_began,
    )

    given = vars(arguments)
    arguments = PretrainingOptions.of(given)
    if not arguments.checkpoint_minutes >= 0:
        raise UsageError(f"Expected --checkpoint-minutes of 0 or more, got {arguments.checkpoint_minutes}")
    began = None
    if arguments.resume:
        began = recorded_run(arguments.out, "pretrain")
        if began is not None:
            arguments = as_it_began(PretrainingOptions, began.folder, began.arguments, given)
        if began is None and (arguments.out / CONFIG).exists():
            say(f"{arguments.out}: this run is finished, there is nothing to resume")
            return
    if not arguments.data:
        raise UsageError("--data: expected the texts to learn from: a file, a folder, imdb or demo")
    settings = _settings(arguments) if began is None else settings_as_it_began(began)
    device = choose_device(arguments.device)
    precision = precision_as_it_began(arguments.precision_name(), began, device)
    if precision.dtype == torch.float16 and _epochs_wanted(arguments):
        raise UsageError(
            "Expected float32 or bfloat16 for a language model, got float16: take --precision float32 instead"
        )
    folder = arguments.out or Path("runs") / datetime.now().strftime("start-%Y-%m-%d-%H%M%S")
    if arguments.resume and began is None:
        say(f"{folder}: no checkpoint there, so this is a new run")
    if began is None and folder.exists() and not _is_empty(folder, Path(CHECKPOINT).with_suffix(".part").name):
        raise UsageError(f"{folder}: already holds something, and a run writes into an empty folder: choose another")
    try:
        _pretrain(arguments, settings, device, precision, folder)
    except KeyboardInterrupt:
        out = shlex.quote(str(folder))
        if (folder / CHECKPOINT).exists():
            say(f"interrupted: resume with\n  python -m sentiment_fast.pretrain --resume --out {out}")
        else:  # which alone knows the options
            say(f"interrupted: there is no checkpoint yet; begin again with the same options and --out {out}")
        raise


def _pretrain(arguments: PretrainingOptions, settings: Preset, device: Any, precision: Precision, folder: Path) -> None:
    from sentiment_fast.report.pretrained_folder import write_start
    from sentiment_fast.training.checkpoints import Checkpoints, remove_checkpoint
    from sentiment_fast.training.encode import new_network
    from sentiment_fast.training.prepare import vectors_of
    from sentiment_fast.training.pretraining import PretrainingEpoch, pretrain
    from sentiment_fast.training.unlabelled import open_corpus, pretraining_fingerprint

    texts = _open_texts(arguments, settings)
    corpus = open_corpus(texts, settings)
    say(f"{texts.name}: {corpus.look}")
    vectors = vectors_of(corpus.ids, settings, corpus.vocabulary, say)
    folder.mkdir(parents=True, exist_ok=True)
    if not _epochs_wanted(arguments):
        network = new_network(settings, corpus.vocabulary, [0, 1], vectors)
        write_start(folder, network.state_dict(), corpus.vocabulary, settings, [], texts)
        _say_done(arguments, folder)
        return
    model = corpus.new_model(settings, vectors).to(device)
    model.run_in(precision)
    checkpoints = Checkpoints(
        folder,
        pretraining_fingerprint(corpus, settings, precision, device),
        arguments.recorded(),
        arguments.checkpoint_minutes,
    )
    stop = SignalledStop()

    def after_epoch(epoch: PretrainingEpoch) -> None:
        say(
            f"epoch {epoch.epoch}/{settings.training.epochs}: training loss {epoch.train_loss:.4f} a word (sampled); "
            f"held-back loss {epoch.held_back_loss:.4f}, perplexity {epoch.perplexity:,.1f} "
            f"({epoch.seconds:.1f} s, {epoch.words_per_second:,.0f} words/s)"
        )

    with stop.heeded():
        history = pretrain(
            model,
            corpus.training,
            corpus.held_back,
            corpus.draws,
            settings.training,
            after_epoch,
            progress_bar,
            checkpoints=checkpoints,
            stop_requested=lambda: stop.requested,
        )
    write_start(folder, model.state_dict(), corpus.vocabulary, settings, history, texts)
    remove_checkpoint(folder)
    _say_done(arguments, folder)


def _say_done(arguments: PretrainingOptions, folder: Path) -> None:
    print(f"\nThe start is in {folder}. Try next:\n  {_training_command(arguments, folder)}")


def _open_texts(arguments: PretrainingOptions, settings: Preset) -> Texts:
    from sentiment_fast.data.sources import open_texts
    from sentiment_fast.data.texts import joined

    seed = settings.training.seed
    return joined([open_texts(data, arguments.text_column, seed, say) for data in arguments.data])


def _settings(arguments: PretrainingOptions) -> Preset:
    """The vocabulary and network of --preset or --config, pretraining's own settings, and what is changed of them."""
    from dataclasses import replace

    from sentiment_fast.training.pretraining import PRETRAINING

    changes = arguments.changes()
    if not _epochs_wanted(arguments):
        changes.pop("epochs", None)  # word vectors alone
    return replace(arguments.unchanged_settings(), training=PRETRAINING).with_fields(changes)


def _epochs_wanted(arguments: PretrainingOptions) -> bool:
    """Is a language model to be learned, and not word vectors alone? By --epochs, or by --set epochs=N."""
    return arguments.changes().get("epochs", 0) not in (0, "0")


def _is_empty(folder: Path, leftover: str) -> bool:
    """leftover: what a kill during the first checkpoint leaves."""
    return folder.is_dir() and all(entry.name == leftover for entry in folder.iterdir())


def _training_command(arguments: PretrainingOptions, folder: Path) -> str:
    from sentiment_fast.training.pretraining import PRETRAINING

    # How to pretrain is nothing to train by.
    kept = [item for item in arguments.set if not hasattr(PRETRAINING, item.partition("=")[0])]
    settings = "".join(f" --set {shlex.quote(item)}" for item in kept)
    preset = "" if arguments.preset == "tutorial" else f" --preset {shlex.quote(arguments.preset)}"
    if arguments.config is not None:
        preset = f" --config {shlex.quote(arguments.config)}"
    init = shlex.quote(str(folder))
    return f"python -m sentiment_fast.train --data LABELLED.csv --init {init}{preset}{settings}"


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
