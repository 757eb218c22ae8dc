"""Labelled texts -> the model that the package bundles.

    python -m benchmarks.release.bundled_data --data FOLDER --out MIX
    python -m benchmarks.release.bundled_model --data MIX [--minilm FOLDER] [--before FOLDER] [--imdb FOLDER]
        [--domain FILE.csv ...] [--out sentiment_fast/bundled]

In: a folder of bundled_data.py, and folders of further teachers. Out: a model folder. A model of the preset `accurate`
learns from the labels; one of the preset `fast`, with more words and buckets, from the labels and from the
probabilities that this model, document vectors and further teachers give all texts. The vectors of all names are then
replaced by their mean (alike_words.py), and the network is trained further, with four seeds, also on the sentences of
made_sentences.py and on questions. The result is the mean of these four networks' weights and the weights before, again
with one vector for all names, in float16. Each step except `alike` is a command of the package and makes a folder in
--work; the same command resumes after the last complete step.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import sentiment_fast
from benchmarks.release import made_sentences
from benchmarks.release.alike_words import alike_words, share_vectors
from benchmarks.release.bundled_card import Facts, Rounding, card, versions
from benchmarks.release.bundled_data import (
    ASKED,
    DEVELOPMENT,
    FILMS,
    HELD_BACK,
    LABELS,
    MADE,
    NEUTRAL_LABEL,
    OTHERS,
    UNLABELLED,
    WEIGHTS,
    read_sources,
)
from benchmarks.studies import behaviour
from benchmarks.studies.domains import tables
from sentiment_fast.cli.main import INTERRUPTED
from sentiment_fast.cli.messages import say
from sentiment_fast.data.labelled_texts import LabelledTexts, class_indices, read_labelled
from sentiment_fast.data.texts import read_texts
from sentiment_fast.errors import DataError, ModelFolderError, SentimentFastError, UsageError
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.calibration import Calibration, Scale
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.folder import BUNDLED, CARD, CONFIG, METRICS, load_model, save_metrics, save_model
from sentiment_fast.model.folder import WEIGHTS as WEIGHTS_FILE
from sentiment_fast.model.labelling import UNCHANGED
from sentiment_fast.model.model import NGRAMS_ONLY, Model
from sentiment_fast.model.network import network_of
from sentiment_fast.model.presets import preset
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.text.encoding import encode
from sentiment_fast.training.calibrate import calibrate
from sentiment_fast.training.checkpoints import CHECKPOINT
from sentiment_fast.training.encode import Encoded

LARGEST_BYTES = 20_000_000  # of the folder
LARGEST_DIFFERENCE = 0.01  # of a probability, that float16 may make
FILES = (*WEIGHTS, HELD_BACK, UNLABELLED)  # copied to --work
LABELS_ONLY = (MADE, ASKED)
MADE_IN_CALIBRATION = 3.0
# What the logit of a text of that many ids is multiplied by, linear in the logarithm of the length in between.
SURENESS = {8: 1.0, 50: 0.9, 300: 0.85}
BEGAN = "began.json"
ALIKE = "alike"  # the folder of `fast` with names alike
FURTHER = [f"further-{seed}" for seed in range(4)]  # the folders of the last steps
FIRST = "teacher:weight=1"
# Further teachers, by their folder in --work: their option, and a description for the card. A transformer is too slow
# for long texts, and is not needed for one or two words. Weights are fixed: `before` and `imdb` have seen the
# validation texts, in training or calibration, and the others were chosen with them (benchmarks/results/accuracy.md).
TEACHERS = {
    "minilm": (
        "minilm:weight=2:words=3-60",
        "all-MiniLM-L6-v2 (Apache-2.0), fine-tuned on short texts of these sources by "
        "`python -m benchmarks.release.transformer_teacher`",
    ),
    "before": (
        "before:weight=2",
        "the previously bundled model. An earlier one, from which it learned directly or through others, was trained "
        "on film reviews, including reviews of the column `development`, so the figures of `imdb` may be slightly "
        "optimistic",
    ),
    "imdb": (
        "imdb:weight=3:words=120-",
        "a model of the preset `accurate`, trained only on film reviews, films.csv and imdb_unsup, by the commands of "
        "docs/how-to/unlabelled.md",
    ),
}
DOCUMENTS = "document-vectors:words=60-"  # not tried with shorter texts
_UNKNOWN = " ".join(["qzxvkjq"] * 10)
ROOT = Path(sentiment_fast.__file__).parents[1]


def steps(settings: Sequence[str], teachers: Sequence[str] = ()) -> dict[str, list[str]]:
    """The command and options of each step, by the folder that it makes.

    settings: what to --set in all of them. teachers: names of further ones.
    """
    changes = [part for setting in settings for part in ("--set", setting)]
    of_words = [part for one in settings if not one.startswith("epochs=") for part in ("--set", one)]
    # More words and n-grams than `fast` has, for more kinds of texts, and words for what short ones consist of.
    words = ("max_words=30000", "emojis=true", "ratings=true", "contractions=true", "misspellings=true")
    ngrams = ("ngrams=3", "ngram_bits=22", "ngram_fingerprints=true", "ngram_long_from=100")
    larger = [part for one in (*words, *ngrams, "hidden_size=128", "tail_length=128") for part in ("--set", one)]
    # Teachers' probabilities regularise by themselves, and of a short text there is little that could be dropped.
    fitted = ("dropout=0.2", "word_dropout=0.1", "epochs=8")
    longer = [part for one in fitted for part in ("--set", one)]
    # No word may be dropped from sentences that a "not" decides. The vectors of words that real texts have too few of
    # have to move as far as all other weights.
    again = ("dropout=0.2", "word_dropout=0", "embedding_rate=1", "epochs=1")
    whole = [part for one in again for part in ("--set", one)]
    # Most texts are short, so that batches of 32 spend most of their time on the update of all word vectors.
    batches = ["--set", "batch_size=128"]
    real = {name: weight for name, weight in WEIGHTS.items() if name not in LABELS_ONLY}
    texts = [part for name in (*real, UNLABELLED) for part in ("--data", name)]
    weighted = [part for name, weight in real.items() for part in ("--data", f"{name}:weight={weight}")]
    learned = [*weighted, "--neutral-label", NEUTRAL_LABEL, "--validation", HELD_BACK, "--amp"]

    def start(preset: str, *more: str) -> list[str]:
        return ["pretrain", "--preset", preset, *texts, *more, *of_words]

    def model(preset: str, *more: str) -> list[str]:
        return ["train", "--preset", preset, "--init", f"start-{preset}", *learned, *batches, *more, *changes]

    models = [part for one in (FIRST, *(TEACHERS[name][0] for name in teachers)) for part in ("--teacher", one)]
    models += ["--unlabelled", UNLABELLED]
    # Learned last, for the network only: n-grams cannot tell which words a "not" negates, and a question has the words
    # of an opinion. Teachers do not know them well enough either, so only their labels are learned.
    labelled = [("--data", f"{name}:weight={WEIGHTS[name]}:label_weight=1") for name in LABELS_ONLY]
    made = [part for one in labelled for part in one]
    further = ["train", "--preset", "fast", "--init", ALIKE, *made, *learned, *batches, *models, *whole, *changes]
    return {
        "start-accurate": start("accurate"),
        "teacher": model("accurate", "--set", "epochs=3"),
        "start-fast": start("fast", *larger),
        "fast": model("fast", "--teacher", DOCUMENTS, *models, *larger, *longer),
        **{name: [*further, "--seed", str(seed)] for seed, name in enumerate(FURTHER)},
    }


def prepare(
    work: Path, data: Path, commands: Mapping[str, Sequence[str]], teachers: Mapping[str, Path] | None = None
) -> str:
    """Copy the data and the further teachers into the work folder, once. Returns the commit at which the work began.

    Raises UsageError if the folder holds other work, DataError for data that cannot be read or has other labels,
    ModelFolderError for a teacher without a model.
    """
    for folder in (teachers or {}).values():
        if not (folder / WEIGHTS_FILE).exists():
            raise ModelFolderError(f"{folder}: expected a model folder, found no {WEIGHTS_FILE}")
    began = {
        "data": {name: _digest(data / name) for name in FILES},
        "teachers": {name: _digest(folder / WEIGHTS_FILE) for name, folder in (teachers or {}).items()},
        "commands": {folder: shlex.join(command) for folder, command in commands.items()},
        "presets": {name: preset(name).as_dict() for name in ("accurate", "fast")},
        "version": sentiment_fast.__version__,
    }
    if (work / BEGAN).exists():
        found = json.loads((work / BEGAN).read_text("utf-8"))
        commit = str(found.pop("commit"))
        for name, value in began.items():
            if found.get(name) != value:
                raise UsageError(
                    f"{work}: expected work of the same {name}, got such that began with others: name another --work"
                )
        return commit
    for name in (*WEIGHTS, HELD_BACK):
        class_indices(read_labelled(data / name), [*LABELS, NEUTRAL_LABEL])
    work.mkdir(parents=True, exist_ok=True)
    for name, folder in (teachers or {}).items():
        shutil.copytree(folder, work / name, dirs_exist_ok=True)
    for name in FILES:
        shutil.copyfile(data / name, work / name)
    commit = _commit()
    (work / BEGAN).write_text(json.dumps({**began, "commit": commit}, indent=2) + "\n", "utf-8")
    return commit


def take_steps(work: Path, commands: dict[str, list[str]]) -> None:
    """Run what has not been done. Raises SentimentFastError where a command fails."""
    for folder, command in commands.items():
        if _is_done(work / folder):
            say(f"{work / folder}: is there already")
            continue
        if ALIKE in command:
            save_model(work / ALIKE, share_vectors(load_model(work / "fast"), groups_of(work)))
        if command[0] == "pretrain":  # one that was killed in the middle of writing; it takes seconds
            shutil.rmtree(work / folder, ignore_errors=True)
        say(f"\n{_shown(folder, command)}")
        started = time.perf_counter()
        resumed = [] if command[0] == "pretrain" else ["--resume"]
        code = run_command(work, [*command, "--out", folder, *resumed])
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            raise SentimentFastError(f"{_shown(folder, command)}: failed with exit code {code}, see above")
        say(f"{work / folder}: {time.perf_counter() - started:,.0f} s")


def groups_of(work: Path) -> list[list[str]]:
    """Groups of words of `fast`, by the texts that it learned from."""
    texts = chain.from_iterable(read_texts(work / name).texts.to_pylist() for name in (FILMS, OTHERS, UNLABELLED))
    return alike_words(texts, load_model(work / "fast").vocabulary)


def run_command(work: Path, command: Sequence[str]) -> int:
    """Run one of the package's commands in the work folder, in a process of its own. Returns its exit code."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    named = [sys.executable, "-m", f"sentiment_fast.{command[0]}", *command[1:]]
    with subprocess.Popen(named, cwd=work, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # which the command got too, and is keeping what it has
            process.wait()
            raise


def rounding(model: Model, halved: Model, texts: pa.ChunkedArray) -> Rounding:
    """What float16 changes about the texts' probabilities, which are computed in float32 from either."""
    exact, rounded = (Scorer(one, "cpu", "float32").predict_proba(texts) for one in (model, halved))
    changed = model.decision.indices(exact) != model.decision.indices(rounded)
    difference = np.abs(exact - rounded)
    return Rounding(len(texts), int(changed.sum()), float(difference.max()), float(difference.mean()))


def averaged(models: Sequence[Model], held_back: LabelledTexts) -> Model:
    """The model whose network has the mean of these models' weights, calibrated on these texts.

    models: trained from the same weights, or these, in the same vocabulary, with the same n-grams. What each has
    learned by chance cancels out (Wortsman et al. 2022, "Model soups").
    """
    first = models[0]
    weights = {name: np.mean([one.weights[name] for one in models], axis=0) for name in first.weights}
    model = replace(first, weights=weights, calibration=UNCHANGED, wide_calibration=NGRAMS_ONLY)
    targets = np.array(class_indices(held_back, model.classes))
    validation = Encoded(held_back, encode(held_back.texts, model.vocabulary), targets)
    calibrate(model, network_of(model), validation, Precision("float32", "float32"), say)
    return model


def less_sure(model: Model) -> Model:
    """The model with its logits of long texts multiplied by SURENESS, where its calibration depends on the length.

    The cascade's confidence is lowered with them, so that texts of 300 ids or more reach the network as before.
    Held-out reviews are of films and things that are in training too, so a calibration on them is too sure of others.
    """
    factors = (list(map(math.log, SURENESS)), list(SURENESS.values()))

    def smaller(calibration: Calibration) -> Calibration:
        def scaled(scale: Scale) -> Scale:
            if not isinstance(scale, tuple):
                return scale
            by_length = np.interp(np.log(calibration.lengths), *factors)
            return tuple(float(one * factor) for one, factor in zip(scale, by_length, strict=True))

        return replace(calibration, network=scaled(calibration.network), wide=scaled(calibration.wide))

    cascade = model.cascade
    if cascade is not None and model.wide_calibration.lengths:
        cascade = round(1 / (1 + (1 / cascade - 1) ** SURENESS[max(SURENESS)]), 3)
    return replace(
        model,
        calibration=smaller(model.calibration),
        wide_calibration=smaller(model.wide_calibration),
        cascade=cascade,
    )


def calibration_weights(texts: LabelledTexts) -> npt.NDArray[np.float64]:
    """(n,): how often each text counts in the calibration; made sentences count more than others.

    They say how far n-grams are to be trusted about a text of a few words that a "not" may decide. Few of them are
    held out, because each one that is learned teaches the network more.
    """
    made = {text for text, _ in made_sentences.rows()}
    weights = [MADE_IN_CALIBRATION if text in made else 1.0 for text in texts.texts.to_pylist()]
    count = sum(weight > 1 for weight in weights)
    say(f"{count:,} made sentences count {MADE_IN_CALIBRATION:g} times in the calibration")
    return np.array(weights, np.float64)


def finish(
    work: Path, commands: dict[str, list[str]], commit: str, domains: Sequence[Path], sources: Sequence[dict[str, Any]]
) -> Path:
    """The small model in half precision, measured and described, in a folder of the work folder.

    Raises DataError if it is too large, or float16 changes its probabilities too much.
    """
    folder = work / "bundled"
    shutil.rmtree(folder, ignore_errors=True)
    held_back = read_labelled(work / HELD_BACK)
    groups = groups_of(work)
    models = [share_vectors(load_model(work / name), groups) for name in (ALIKE, *FURTHER)]
    model = less_sure(averaged(models, replace(held_back, weights=calibration_weights(held_back))))
    save_model(folder, model, half=True)
    halved = load_model(folder)
    lost = rounding(model, halved, held_back.texts)
    print(lost.as_text())
    if not lost.largest <= LARGEST_DIFFERENCE:  # a NaN too
        raise DataError(f"Expected float16 to change no probability by more than {LARGEST_DIFFERENCE}: see above")
    scorer = Scorer(halved, "cpu", "float32")
    targets = class_indices(held_back, scorer.classes)
    figures = evaluate(scorer.predict_proba(held_back.texts), targets, scorer.classes, scorer.threshold)
    print(figures.as_text())
    facts = Facts(
        model=halved,
        size=_size(folder),
        weights=WEIGHTS,
        training=sum(len(read_labelled(work / name)) for name in WEIGHTS),
        unlabelled=len(read_texts(work / UNLABELLED)),
        figures=figures,
        rounding=lost,
        empty=float(scorer.predict_proba([""])[0, 1]),
        unknown=float(scorer.predict_proba([_UNKNOWN])[0, 1]),
        commands=[_shown(name, command) for name, command in commands.items()],
        teachers={name: what for name, (option, what) in TEACHERS.items() if option in commands[FURTHER[0]]},
        commit=commit,
        made_in_calibration=MADE_IN_CALIBRATION,
        domains=tables(scorer, domains),
        behaviour=behaviour.table(behaviour.evaluate(scorer, behaviour.read_cases())),
        sources=sources,
    )
    (folder / CARD).write_text(card(facts), "utf-8")
    save_metrics(folder, _metrics(facts))
    print(f"{_size(folder):,} bytes, of {LARGEST_BYTES:,} at most")
    if _size(folder) > LARGEST_BYTES:
        raise DataError(f"{folder}: expected {LARGEST_BYTES:,} bytes at most, got {_size(folder):,}: take fewer words")
    return folder


def _metrics(facts: Facts) -> dict[str, Any]:
    return {
        "data": {"training": list(WEIGHTS), "validation": HELD_BACK},
        "texts": {"training": facts.training, "validation": facts.figures.n, "unlabelled": facts.unlabelled},
        "commands": facts.commands,
        "commit": facts.commit,
        "versions": versions(),
        "float16": facts.rounding.as_dict(),
        "validation": facts.figures.as_dict(),
    }


def _is_done(folder: Path) -> bool:
    """Whether a step's folder is whole: a model has its metrics last, and a start its config."""
    last = CONFIG if folder.name.startswith("start-") else METRICS
    return (folder / last).exists() and not (folder / CHECKPOINT).exists()


def _shown(folder: str, command: Sequence[str]) -> str:
    return shlex.join(["python", "-m", f"sentiment_fast.{command[0]}", *command[1:], "--out", folder])


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}): expected a file of reviews") from error


def _commit() -> str:
    try:
        told = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return "unknown"
    return told.stdout.strip() or "unknown"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.release.bundled_model", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="made by bundled_data")
    parser.add_argument(
        "--domain", type=Path, action="append", default=[], metavar="FILE", help="more labelled texts to evaluate on"
    )
    parser.add_argument("--out", type=Path, default=BUNDLED, metavar="FOLDER")
    parser.add_argument("--work", type=Path, default=Path("runs/bundled-model"), metavar="FOLDER")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting in all steps, to try it out"
    )
    parser.add_argument(
        "--minilm",
        type=Path,
        metavar="FOLDER",
        help="a teacher for short texts, by transformer_teacher",
    )
    parser.add_argument(
        "--before", type=Path, metavar="FOLDER", help="the previously bundled model, to teach all texts"
    )
    parser.add_argument("--imdb", type=Path, metavar="FOLDER", help="a model of IMDb's reviews, to teach long texts")
    parsed = parser.parse_args(arguments)
    teachers = {name: getattr(parsed, name) for name in TEACHERS if getattr(parsed, name) is not None}
    commands = steps(parsed.set, list(teachers))
    try:
        sources = read_sources(parsed.data)
        commit = prepare(parsed.work, parsed.data, commands, teachers)
        take_steps(parsed.work, commands)
        domains = [*sorted((parsed.data / DEVELOPMENT).glob("*.csv")), *parsed.domain]
        made = finish(parsed.work, commands, commit, domains, sources)
    except SentimentFastError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted: the same command resumes")
        return INTERRUPTED
    parsed.out.mkdir(parents=True, exist_ok=True)
    for path in made.iterdir():
        shutil.copyfile(path, parsed.out / path.name)
    print(f"The model is in {parsed.out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
