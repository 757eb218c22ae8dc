"""Train a sentiment classifier and write its model folder.

python -m sentiment_fast.train --amp
python -m sentiment_fast.train --data reviews.csv --text-column body --label-column stars
"""

from __future__ import annotations

import argparse
import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment_fast.cli import run_command, say
from sentiment_fast.errors import UsageError

if TYPE_CHECKING:
    from sentiment_fast.data.labelled_texts import LabelledTexts
    from sentiment_fast.model.presets import Preset

_EXAMPLE = "what a wonderful film, I loved every minute"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="PATH|imdb|demo",
        help="CSV, Parquet or aclImdb folder; imdb: download the Large Movie Review Dataset; demo: made-up reviews. "
        "Default: 'IMDB Dataset.csv' in this folder, else imdb, else demo",
    )
    parser.add_argument(
        "--validation",
        metavar="PATH|FRACTION",
        default="0.25",
        help="what the best epoch is chosen by: a file, or the share of --data to hold back (default: 0.25)",
    )
    parser.add_argument("--test", metavar="PATH", help="labelled texts to be scored once, at the end")
    parser.add_argument("--preset", default="tutorial", help="the settings to start from (default: tutorial)")
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="change one setting of the preset, such as cell=gru, pooling=attention or max_words=5000",
    )
    parser.add_argument("--vectors", metavar="FILE", type=Path, help="word vectors in GloVe or word2vec text format")
    parser.add_argument("--amp", action="store_true", help="mixed precision, where the hardware has it")
    parser.add_argument("--epochs", metavar="N", type=int)
    parser.add_argument("--batch-size", metavar="N", type=int)
    parser.add_argument("--learning-rate", metavar="X", type=float)
    parser.add_argument("--seed", metavar="N", type=int)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--text-column", metavar="NAME", help="default: review, else text")
    parser.add_argument("--label-column", metavar="NAME", help="default: sentiment, else label")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="run and model folder (default: runs/<date-time>)")


def run(arguments: argparse.Namespace) -> None:
    # Imported here, so that --help and a mistyped option answer at once.
    from sentiment_fast.data.overview import TRAINING, overview
    from sentiment_fast.evaluation.metrics import evaluate
    from sentiment_fast.model.devices import choose_device, choose_precision
    from sentiment_fast.model.folder import SavedModel, save_model
    from sentiment_fast.model.vectors import read_vectors
    from sentiment_fast.report.run_folder import append_history, write_overview, write_results
    from sentiment_fast.scoring.scorer import Scorer
    from sentiment_fast.training.fit import encode_part, new_network, vocabulary_of
    from sentiment_fast.training.loop import Epoch, train

    settings = _settings(arguments)
    device = choose_device(arguments.device)
    precision = choose_precision(device, reduced=arguments.amp)
    folder = _new_folder(arguments.out)

    parts, classes = _open_parts(arguments, settings.training.seed)
    training = parts[TRAINING]
    vocabulary = vocabulary_of(training, settings.vocabulary)
    encoded = {name: encode_part(data, vocabulary, classes) for name, data in parts.items()}

    max_length = settings.network.max_length
    look = overview({name: part.overview_part() for name, part in encoded.items()}, max_length)
    say(look.as_text())

    vectors = read_vectors(arguments.vectors, vocabulary) if arguments.vectors else None
    if vectors is not None:
        covered = f"{int(vectors.found.sum()):,} of {len(vocabulary):,} words"
        say(f"{arguments.vectors}: vectors of {vectors.size} numbers for {covered}")
        settings = settings.with_fields({"embedding_size": vectors.size})
    network = new_network(settings, vocabulary, classes, vectors).to(device)
    model = SavedModel(network, vocabulary, classes, training.text_column, settings.as_dict())
    write_overview(folder, look, encoded[TRAINING].ids.lengths)

    say(f"Training on {_name_of(device)}, {precision.reason}")

    def after_epoch(epoch: Epoch) -> None:
        append_history(folder, epoch)
        if epoch.best:
            save_model(folder, model)
        say(
            f"epoch {epoch.epoch}/{settings.training.epochs}: "
            f"training loss {epoch.train_loss:.4f}, accuracy {epoch.train_accuracy:.2%}; "
            f"validation loss {epoch.validation_loss:.4f}, accuracy {epoch.validation_accuracy:.2%}"
            f"{', the best so far' if epoch.best else ''} "
            f"({epoch.seconds:.1f} s, {epoch.reviews_per_second:,.0f} reviews/s)"
        )

    examples = {name: part.examples(settings.network, device) for name, part in encoded.items()}
    try:
        history = train(
            network,
            examples[TRAINING],
            examples["validation"],
            settings.training,
            precision,
            after_epoch,
            progress=_progress_bar,
        )
    except KeyboardInterrupt:
        saved = "the best epoch so far is in" if (folder / "config.json").exists() else "no epoch was finished, see"
        say(f"interrupted: {saved} {folder}")
        raise

    scorer = Scorer(model, arguments.device, "auto" if arguments.amp else "float32")
    metrics = {
        name: evaluate(scorer.probabilities_of(part.ids), part.targets, classes)
        for name, part in encoded.items()
        if name != TRAINING
    }
    sources = {name: data.name for name, data in parts.items()}
    write_results(folder, model, look, history, metrics, sources, training.made_up)
    for name, figures in metrics.items():
        say(f"\n{name}: {sources[name]}\n{figures.as_text()}")
    print(_what_next(folder, arguments))


def _settings(arguments: argparse.Namespace) -> Preset:
    from sentiment_fast.model.presets import preset

    changes: dict[str, Any] = {}
    for item in arguments.set:
        name, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"--set {item}: expected NAME=VALUE")
        changes[name] = value
    for name in ("epochs", "batch_size", "learning_rate", "seed"):
        if getattr(arguments, name) is not None:
            changes[name] = getattr(arguments, name)
    return preset(arguments.preset).with_fields(changes)


def _new_folder(asked: Path | None) -> Path:
    folder = asked or Path("runs") / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: already holds something, and a run writes into an empty folder: choose another")
    return folder


def _open_parts(arguments: argparse.Namespace, seed: int) -> tuple[dict[str, LabelledTexts], list[Any]]:
    """The data by part (training, validation, and test if asked for), and the classes."""
    from sentiment_fast.data.files import read_labelled
    from sentiment_fast.data.labelled_texts import classes_of, stratified_split
    from sentiment_fast.data.sources import open_data

    columns = (arguments.text_column, arguments.label_column)
    data = open_data(arguments.data, *columns, seed=seed, say=say)
    classes = classes_of(data)
    share = _share(arguments.validation)
    if share is None:
        parts = {"training": data, "validation": read_labelled(arguments.validation, *columns)}
    else:
        training, validation = stratified_split(data, share, seed)
        parts = {"training": training, "validation": validation}
    if arguments.test is not None:
        parts["test"] = read_labelled(arguments.test, *columns)
    return parts, classes


def _share(validation: str) -> float | None:
    """The share that --validation asks for; None where it is a path."""
    try:
        share = float(validation)
    except ValueError:
        return None
    if not 0 < share < 1:
        raise UsageError(f"--validation {validation}: expected a share above 0 and below 1, or a file")
    return share


def _progress_bar(batches: list[Any]) -> Any:
    from tqdm import tqdm

    rows = sum(len(batch) for batch in batches)
    bar = tqdm(total=rows, unit=" reviews", leave=False, dynamic_ncols=True, disable=not sys.stderr.isatty())
    with bar:
        for batch in batches:
            yield batch
            bar.update(len(batch))


def _name_of(device: Any) -> str:
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"the CPU, {torch.get_num_threads()} threads"


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
