"""Train a sentiment classifier and write its model folder.

python -m sentiment_fast.train --amp
python -m sentiment_fast.train --data reviews.csv --text-column body --label-column stars
python -m sentiment_fast.train --data reviews.csv --config settings.json
python -m sentiment_fast.train --resume --out runs/mine
torchrun --nproc-per-node=2 -m sentiment_fast.train --data reviews.csv --out runs/mine
"""

from __future__ import annotations

import argparse
import shlex
import sys
import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli.learning_options import (
    add_learning_arguments,
    beginning_of,
    check_learning,
    check_present,
    keep_for_going_on,
    lesson_of_teacher,
)
from sentiment_fast.cli.main import run_command, say, stop_signals
from sentiment_fast.cli.resumed_runs import add_run_arguments, as_it_began, options_of, progress_bar
from sentiment_fast.cli.training_options import (
    add_data_arguments,
    add_epochs_arguments,
    add_graphs_argument,
    add_hardware_arguments,
    add_settings_arguments,
    chosen_graphs,
    chosen_precision,
    chosen_settings,
)
from sentiment_fast.errors import UsageError

if TYPE_CHECKING:
    from sentiment_fast.model.devices import Precision
    from sentiment_fast.model.distributed import TrainingProcesses
    from sentiment_fast.model.model import Model
    from sentiment_fast.model.network import SentimentLSTM
    from sentiment_fast.model.presets import Preset
    from sentiment_fast.training.distillation import Lesson
    from sentiment_fast.training.prepare import TrainingData
    from sentiment_fast.training.state import Epoch

_EXAMPLE = "what a wonderful film, I loved every minute"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_arguments(parser)
    parser.add_argument("--test", metavar="PATH", help="labelled texts to be scored once, at the end")
    add_settings_arguments(parser)
    add_epochs_arguments(parser)
    parser.add_argument("--vectors", metavar="FILE", help="word vectors in GloVe or word2vec text format")
    add_learning_arguments(parser)
    add_hardware_arguments(parser)
    parser.add_argument(
        "--compile",
        action=argparse.BooleanOptionalAction,
        help="compile what surrounds the recurrent layers (default: no, it rarely pays; see the README's Training)",
    )
    add_graphs_argument(parser)
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="the same weights from the same seed on a GPU too, where some sums otherwise vary; slower",
    )
    add_run_arguments(parser, "run and model folder (default: runs/<date-time>)")
    parser.add_argument("--tensorboard", action="store_true", help="also log to OUT/tensorboard (extra: tensorboard)")


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.model.devices import choose_device, deterministic_algorithms
    from sentiment_fast.model.distributed import processes_of_environment
    from sentiment_fast.training.distillation import remove_taught
    from sentiment_fast.training.finish import finish_run
    from sentiment_fast.training.ngrams import wide_part
    from sentiment_fast.training.prepare import new_model, open_training_data, with_vectors
    from sentiment_fast.training.resume import check_folder, settings_as_it_began

    if not arguments.checkpoint_minutes >= 0:
        raise UsageError(f"Expected --checkpoint-minutes of 0 or more, got {arguments.checkpoint_minutes}")
    began = None
    if arguments.resume:
        arguments, began = as_it_began(arguments, "train", add_arguments)
        if began is None and (arguments.out / "metrics.json").exists():
            say(f"{arguments.out}: this run is finished, there is nothing to go on with")
            return
    check_learning(arguments)
    if began is None:
        check_present(arguments)
    wanted_precision = chosen_precision(arguments)
    settings = chosen_settings(arguments) if began is None else settings_as_it_began(arguments.out, began)
    arguments.validation = arguments.validation or str(settings.training.validation_share)
    device = choose_device(arguments.device)
    with (
        deterministic_algorithms() if arguments.deterministic else nullcontext(),
        processes_of_environment(device) as ranks,
    ):
        tell = say if ranks.writes else _say_nothing
        if arguments.resume and began is None:
            tell(f"{arguments.out}: no checkpoint there, so this is a new run")
        folder = arguments.out or Path("runs") / datetime.now().strftime("%Y-%m-%d-%H%M%S")
        if began is None:
            ranks.first_does(lambda: check_folder(folder, arguments.resume))
        precision = _precision(wanted_precision, began, ranks)
        cuda_graphs = chosen_graphs(arguments, precision, ranks)
        beginning = beginning_of(arguments, settings, began, folder)
        if beginning is not None:
            settings = beginning.applied_to(settings, {item.partition("=")[0] for item in arguments.set}, tell)
        parts = (arguments.data, arguments.validation, arguments.test)
        data = open_training_data(*parts, arguments.text_column, arguments.label_column, settings, beginning, tell)
        tell(data.look.as_text())
        try:
            ranks.first_does(lambda: keep_for_going_on(folder, data.look, data.training.ids.lengths, beginning))
            lesson = lesson_of_teacher(
                arguments, data.training, data.classes, data.vocabulary, ranks, folder, began is not None, tell
            )
            corpus = data.training.ids if lesson is None else lesson.ids
            vectors = None
            if beginning is None and began is None:  # a checkpoint has what became of them
                settings, vectors = with_vectors(arguments.vectors, settings, data.vocabulary, corpus, tell)
            network, model = new_model(settings, data, vectors, beginning, ranks.device)
            ranks.take_from_first(network.state_dict().values())
            if ranks.writes:
                model.wide = wide_part(data, lesson, settings.wide, tell)
            tell(f"Training on {ranks.describe()}, {precision.reason}")
            history = _train(arguments, settings, data, lesson, network, model, precision, ranks, folder, cuda_graphs)
        except KeyboardInterrupt:
            tell(f"interrupted: {_how_to_go_on(folder, ranks)}")
            raise
        if ranks.writes:
            finish_run(folder, model, network, data, history, precision, say)
            remove_taught(folder)
            print(_what_next(folder, arguments))


def _train(
    arguments: argparse.Namespace,
    settings: Preset,
    data: TrainingData,
    lesson: Lesson | None,
    network: SentimentLSTM,
    model: Model,
    precision: Precision,
    ranks: TrainingProcesses,
    folder: Path,
    cuda_graphs: bool,
) -> list[Epoch]:
    from sentiment_fast.data.overview import TRAINING
    from sentiment_fast.model.compiling import Compiler
    from sentiment_fast.model.folder import save_model
    from sentiment_fast.model.network import weights_of
    from sentiment_fast.report.run_folder import append_history
    from sentiment_fast.report.tensorboard_log import event_log
    from sentiment_fast.training.checkpoints import Checkpoints
    from sentiment_fast.training.loop import train
    from sentiment_fast.training.resume import run_identity

    tell = say if ranks.writes else _say_nothing
    identity = run_identity(data.parts, data.vocabulary, settings, precision, ranks)
    checkpoints = Checkpoints(
        folder,
        identity | {"soft targets": lesson.digest()} if lesson else identity,
        options_of(arguments),
        arguments.checkpoint_minutes,
    )
    compiler = Compiler(tell) if arguments.compile else None
    examples = {name: part.examples(settings.network, ranks.device) for name, part in data.parts.items()}
    if lesson is not None:
        examples[TRAINING] = lesson.examples(settings.network, ranks.device)
    stop = threading.Event()

    def end_after_this_step() -> None:
        stop.set()
        tell("stopping after this step")

    with (
        event_log(folder if arguments.tensorboard and ranks.writes else None) as log,
        # Of several processes, each gets a single Ctrl-C twice: from the terminal and from torchrun.
        stop_signals(end_after_this_step, again_ends=ranks.size == 1),
    ):

        def write(epoch: Epoch) -> None:
            append_history(folder, epoch)
            log(epoch)
            if epoch.best:
                save_model(folder, replace(model, weights=weights_of(network)))

        def after_epoch(epoch: Epoch) -> None:
            ranks.first_does(lambda: write(epoch))
            if compiler is not None and epoch.epoch == 1:
                tell(f"compiled {compiler.graphs} graphs around the recurrent layers")
            tell(epoch.as_text(settings.training))

        return train(
            network,
            examples[TRAINING],
            examples["validation"],
            settings.training,
            precision,
            after_epoch,
            progress_bar if ranks.writes else list,
            checkpoints=checkpoints,
            stop_requested=stop.is_set,
            say=tell,
            ranks=ranks,
            compiler=compiler,
            cuda_graphs=cuda_graphs,
        )


# Going on with a run that was interrupted.


def _precision(wanted: str, began: dict[str, Any] | None, ranks: TrainingProcesses) -> Precision:
    """The precision to train in; a run that goes on keeps its own, and its threads, whose number decides rounding."""
    import torch

    from sentiment_fast.model.devices import choose_precision

    if began is not None:
        torch.set_num_threads(began["threads"])
        return choose_precision(ranks.device, began["precision"])
    return choose_precision(ranks.device, wanted)


def _how_to_go_on(folder: Path, ranks: TrainingProcesses) -> str:
    from sentiment_fast.training.checkpoints import CHECKPOINT

    out = shlex.quote(str(folder))
    if not (folder / CHECKPOINT).exists():  # which alone knows the options
        return f"there is no checkpoint yet; begin again with the same options and --resume --out {out}"
    start = "python" if ranks.size == 1 else f"torchrun --nproc-per-node={ranks.size}"  # on this machine
    return f"go on with\n  {start} -m sentiment_fast.train --resume --out {out}"


# The folder, and what is said.


def _say_nothing(message: str) -> None:
    """In the processes that are not the first."""


def _what_next(folder: Path, arguments: argparse.Namespace) -> str:
    """The folder, and commands that work as they stand, but for the names of files."""
    model = shlex.quote(str(folder))
    text = f" --text-column {shlex.quote(arguments.text_column)}" if arguments.text_column else ""
    label = f" --label-column {shlex.quote(arguments.label_column)}" if arguments.label_column else ""
    return f"""
The model is in {folder}. Try next:
  python -m sentiment_fast.predict --model {model} "{_EXAMPLE}"
  python -m sentiment_fast.evaluate --model {model} LABELLED.csv{text}{label}
  python -m sentiment_fast.score --model {model} REVIEWS.csv -o SCORED.csv{text}"""


if __name__ == "__main__":
    sys.exit(run_command(sys.modules[__name__]))
