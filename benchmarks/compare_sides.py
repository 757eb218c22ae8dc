"""What compare.py compares: ways to train a model from a CSV file and to score texts with it, each in its own process.

    python -m benchmarks.compare_sides train SIDE TRAIN.csv FOLDER
    python -m benchmarks.compare_sides score SIDE TEST.csv FOLDER --rounds 5

In: labelled texts of two classes. Out: of train a model in FOLDER, of score a line of JSON, `Figures`. Our own presets
are trained by the package's commands, and scored here like the others. What is compared with what is compare.py's.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sentiment_fast.data.labelled_texts import LabelledTexts, class_indices, classes_of, read_labelled
from sentiment_fast.errors import DataError

Positive = npt.NDArray[np.float64]  # (n,) P(positive), the second of the sorted classes
_MODEL, _CLASSES = "model.bin", "classes.json"
_FASTTEXT_POSITIVE = "__label__1"
_SPACED = {ord(mark): f" {mark} " for mark in "\"'.,;:!?()/"}


@dataclass(frozen=True)
class Trained:
    """A model that was loaded. probabilities: of a list of texts. files: all that scoring needs."""

    probabilities: Callable[[list[str]], Positive]
    classes: list[Any]
    files: list[Path]
    threshold: float = 0.5


@dataclass(frozen=True)
class Figures:
    """accuracy, calibration_error: shares; the latter that of P(positive), 15 bins. reviews_per_second: the median of
    so many rounds, of which spread is the interquartile range. size: bytes. seconds: of training, where this process
    knows them and the commands before it do not. note: what was done otherwise than elsewhere.
    """

    accuracy: float
    calibration_error: float
    reviews_per_second: float
    spread: float
    rounds: int
    size: int
    seconds: float | None = None
    note: str = ""


# Training: (texts and labels, an empty folder) -> files in it.


def train_tf_idf(data: LabelledTexts, folder: Path) -> None:
    """Words' and word pairs' tf-idf + logistic regression; the settings are those that were best on held-back reviews
    of IMDb's training half among scikit-learn's defaults and what people change of them.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    pipeline = make_pipeline(vectorizer, LogisticRegression(C=10.0, max_iter=1000))
    pipeline.fit(data.texts.to_pylist(), class_indices(data, classes_of(data)))
    (folder / _MODEL).write_bytes(pickle.dumps(pipeline, protocol=5))


def train_fasttext(data: LabelledTexts, folder: Path) -> None:
    """Words' and word pairs' vectors, their mean and a linear classifier (Joulin et al. 2017, "Bag of Tricks for
    Efficient Text Classification", whose 10 dimensions these are), with the cleaning of fastText's own examples. Of
    held-back reviews of IMDb's training half, 25 epochs at a rate of 0.5 got more right than 5 or 10, and 10 dimensions
    as many as 100.
    """
    import fasttext

    lines = folder / "lines.txt"
    targets = class_indices(data, classes_of(data)).tolist()
    with lines.open("w", encoding="utf-8") as file:
        for text, target in zip(data.texts.to_pylist(), targets, strict=True):
            file.write(f"__label__{target} {fasttext_line(text)}\n")
    model = fasttext.train_supervised(
        str(lines), wordNgrams=2, dim=10, lr=0.5, epoch=25, thread=len(os.sched_getaffinity(0)), verbose=0
    )
    model.save_model(str(folder / _MODEL))
    lines.unlink()


def fasttext_line(text: str) -> str:
    """Lower-case words and marks with spaces between them, in one line (fastText's classification-example.sh)."""
    return " ".join(text.lower().replace("<br />", " ").translate(_SPACED).split())


# Loading: a folder -> what scores.


def load_tf_idf(folder: Path) -> Trained:
    pipeline = pickle.loads((folder / _MODEL).read_bytes())  # written by this run
    return Trained(lambda texts: pipeline.predict_proba(texts)[:, 1], _classes(folder), [folder / _MODEL])


def load_fasttext(folder: Path) -> Trained:
    import fasttext

    model = fasttext.load_model(str(folder / _MODEL))

    def probabilities(texts: list[str]) -> Positive:
        labels, scores = model.predict([fasttext_line(text) for text in texts])  # of the likelier class
        likelier = np.fromiter((score[0] for score in scores), np.float64, len(texts)).clip(0, 1)
        positive = np.fromiter((label[0] == _FASTTEXT_POSITIVE for label in labels), np.bool_, len(texts))
        return np.where(positive, likelier, 1 - likelier)

    return Trained(probabilities, _classes(folder), [folder / _MODEL])


def load_ours(folder: Path) -> Trained:
    import sentiment_fast as sf
    from sentiment_fast.model.folder import CONFIG, VOCABULARY, WEIGHTS

    scorer = sf.load(folder)
    return Trained(
        lambda texts: scorer.predict_proba(texts)[:, 1].astype(np.float64),
        scorer.classes,
        [folder / name for name in (CONFIG, VOCABULARY, WEIGHTS)],
        scorer.threshold,
    )


TRAINERS: dict[str, Callable[[LabelledTexts, Path], None]] = {"tf-idf": train_tf_idf, "fastText": train_fasttext}
LOADERS: dict[str, Callable[[Path], Trained]] = {
    "tf-idf": load_tf_idf,
    "fastText": load_fasttext,
    "sentiment_fast": load_ours,
}


def train(trainer: Callable[[LabelledTexts, Path], None], source: Path, folder: Path) -> None:
    """Raises DataError where there are not two classes."""
    data = read_labelled(source)
    classes = classes_of(data)
    if len(classes) != 2:
        raise DataError(
            f"{source}: expected two classes, got {len(classes)}: give a file of positive and negative ones"
        )
    folder.mkdir(parents=True)
    trainer(data, folder)
    (folder / _CLASSES).write_text(json.dumps(classes), encoding="utf-8")


def score(trained: Trained, source: Path, rounds: int) -> Figures:
    """From a list of texts in memory to probabilities: once to judge these and warm up, then as often as is timed."""
    data = read_labelled(source)
    texts: list[str] = data.texts.to_pylist()
    accuracy, error = judged(trained.probabilities(texts), class_indices(data, trained.classes), trained)
    speed, spread = timed(lambda: trained.probabilities(texts), len(texts), rounds)
    return Figures(accuracy, error, speed, spread, rounds, sum(path.stat().st_size for path in trained.files))


def judged(positive: Positive, targets: np.ndarray, trained: Trained) -> tuple[float, float]:
    """Accuracy, and expected calibration error of P(positive). positive, targets: (n,)."""
    from sentiment_fast.evaluation.metrics import evaluate

    both = np.stack([1 - positive, positive], axis=1)  # (n, 2)
    metrics = evaluate(both, targets, trained.classes, trained.threshold)
    if metrics.positive_calibration_error is None:
        raise AssertionError(f"Expected two classes, got {trained.classes}")
    return metrics.accuracy, metrics.positive_calibration_error


def timed(function: Callable[[], Any], reviews: int, rounds: int) -> tuple[float, float]:
    """Reviews per second of a function that was warmed up: the median of the rounds and their interquartile range."""
    speeds = []
    for _ in range(rounds):
        started = time.perf_counter()
        function()
        speeds.append(reviews / (time.perf_counter() - started))
    low, median, high = np.percentile(speeds, [25, 50, 75]).tolist()
    return median, high - low


def _classes(folder: Path) -> list[Any]:
    classes: list[Any] = json.loads((folder / _CLASSES).read_text(encoding="utf-8"))
    return classes


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare_sides", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("action", choices=("train", "score"))
    parser.add_argument("side", choices=tuple(LOADERS))
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parsed = parser.parse_args(arguments)
    if parsed.action == "train":
        train(TRAINERS[parsed.side], parsed.source, parsed.folder)
    else:
        print(json.dumps(asdict(score(LOADERS[parsed.side](parsed.folder), parsed.source, parsed.rounds))))


if __name__ == "__main__":
    main()
