"""The tutorial's row of compare.py: its preprocessing in plain Python and its loop, in full or by a sample of it.

    python -m benchmarks.compare_tutorial sample TRAIN.csv TEST.csv MODEL     # MODEL: of the preset `tutorial`
    python -m benchmarks.compare_tutorial train TRAIN.csv FOLDER
    python -m benchmarks.compare_tutorial score TEST.csv FOLDER --rounds 5

In full it takes half an hour on two cores. Of a sample, seconds are scaled to all rows and five epochs, and accuracy
and calibration error are those of MODEL's network, without its calibration, after it was found that the loop's model
with these weights gives the same loss. Out: a line of JSON, `compare_sides.Figures`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from benchmarks.compare_sides import Figures, Positive, Trained, judged, score, timed
from benchmarks.compare_sides import train as train_side
from benchmarks.tutorial_loop import (
    BATCH_SIZE,
    SentimentRNN,
    loader,
    predict,
    training_step,
)
from benchmarks.tutorial_loop import (
    train as train_loop,
)
from benchmarks.tutorial_weights import as_tutorial_model
from sentiment_fast import reference
from sentiment_fast.data.labelled_texts import LabelledTexts, class_indices, classes_of, read_labelled, stratified_split
from sentiment_fast.text.encoding import thread_count

EPOCHS, HELD_BACK, LEARNING_RATE = 5, 0.25, 1e-3  # the tutorial's
TOLERANCE = 1e-4  # between two losses in float32
_WARM_UP = 1  # steps
_WEIGHTS, _WORDS = "model.pt", "words.json"


def matrix_of(texts: Sequence[str], words: Sequence[str]) -> np.ndarray:
    """(n, 500) int32."""
    return reference.pad(reference.encode(texts, words))


def loaded(network: SentimentRNN, words: Sequence[str], classes: list[Any], files: list[Path]) -> Trained:
    def probabilities(texts: list[str]) -> Positive:
        matrix = matrix_of(texts, words)
        batches = loader(matrix, np.zeros(len(matrix), np.int64), shuffle=False)
        return predict(network, batches).numpy().astype(np.float64)

    return Trained(probabilities, classes, files)


# In full.


def train(data: LabelledTexts, folder: Path) -> None:
    torch.manual_seed(0)
    classes = classes_of(data)
    kept, held = stratified_split(data, HELD_BACK, 0)
    words = reference.build_vocabulary(kept.texts.to_pylist())
    training, validation = (
        loader(matrix_of(part.texts.to_pylist(), words), class_indices(part, classes), shuffle=part is kept)
        for part in (kept, held)
    )
    network = SentimentRNN(len(words))
    network.load_state_dict(train_loop(network, training, validation, EPOCHS, LEARNING_RATE))
    torch.save(network.state_dict(), folder / _WEIGHTS)
    (folder / _WORDS).write_text(json.dumps(words), encoding="utf-8")


def load(folder: Path) -> Trained:
    words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
    network = SentimentRNN(len(words))
    network.load_state_dict(torch.load(folder / _WEIGHTS, weights_only=True))
    classes = json.loads((folder / "classes.json").read_text(encoding="utf-8"))
    return loaded(network, words, classes, [folder / _WEIGHTS, folder / _WORDS])


# By a sample.


def sample(training: LabelledTexts, test: LabelledTexts, model: Path, steps: int, reviews: int, rounds: int) -> Figures:
    """steps: that are timed. reviews: whose preprocessing and whose scoring are.

    Raises AssertionError where the loop's model gives another loss than ours with the same weights.
    """
    from sentiment_fast.model.folder import load_model
    from sentiment_fast.model.network import network_of

    saved = load_model(model)
    network, words = as_tutorial_model(network_of(saved)), saved.vocabulary.words
    positive = _our_probabilities(model, test.texts)
    targets = class_indices(test, saved.classes)
    check_loss(network, matrix_of(test.texts[:BATCH_SIZE].to_pylist(), words), positive[:BATCH_SIZE], targets)
    accuracy, error = judged(positive, targets, loaded(network, words, saved.classes, []))

    first = training.texts[:reviews].to_pylist()
    preprocessing = _preprocessing_seconds(first, words) * len(training) / len(first)
    texts = test.texts[:reviews].to_pylist()
    trained = loaded(network, words, saved.classes, [])
    trained.probabilities(texts[:BATCH_SIZE])  # warms up
    speed, spread = timed(lambda: trained.probabilities(texts), len(texts), rounds)
    held = int(len(training) * HELD_BACK)
    in_an_epoch = -(-(len(training) - held) // BATCH_SIZE)
    epoch = in_an_epoch * _step_seconds(training, words, saved.classes, steps) + held / speed
    return Figures(
        accuracy,
        error,
        speed,
        spread,
        rounds,
        sum(4 * weights.numel() for weights in network.state_dict().values()) + len(json.dumps(words)),
        preprocessing + EPOCHS * epoch,
        f"~ means scaled from {steps} of {EPOCHS * in_an_epoch:,} steps and from the preprocessing and the scoring of "
        f"{len(texts):,} reviews; accuracy and calibration error of the weights that the preset `tutorial` "
        "found in this run, without its calibration, with which the loop's model gave the same loss",
    )


def check_loss(network: SentimentRNN, matrix: np.ndarray, ours: Positive, targets: np.ndarray) -> None:
    """matrix: (batch, 500). ours: (batch,) P(positive) by our network."""
    labels = torch.from_numpy(targets[: len(matrix)]).float()
    network.eval()
    with torch.no_grad():
        theirs = F.binary_cross_entropy(network(torch.from_numpy(matrix).long()), labels).item()
    found = F.binary_cross_entropy(torch.from_numpy(ours).float(), labels).item()
    if not abs(theirs - found) <= TOLERANCE:
        raise AssertionError(f"Expected the loss of the tutorial's model, {theirs:.6f}, got {found:.6f} by ours")


def _our_probabilities(model: Path, texts: Any) -> Positive:
    """(n,) P(positive) by the network alone, in float32: what the loop computes, in a fraction of its time."""
    import sentiment_fast as sf

    scorer = sf.load(model, "cpu", "float32")
    logits = scorer.engine.logits(scorer.encode(texts))  # (n,)
    return torch.from_numpy(logits).double().sigmoid().numpy()


def _preprocessing_seconds(texts: list[str], words: Sequence[str]) -> float:
    started = time.perf_counter()
    reference.build_vocabulary(texts)
    matrix_of(texts, words)
    return time.perf_counter() - started


def _step_seconds(data: LabelledTexts, words: Sequence[str], classes: list[Any], steps: int) -> float:
    """The mean of the steps, after some to warm up; batches are taken from the data's beginning, and again from there
    on where there are too few.
    """
    part = data.take(np.arange((_WARM_UP + steps) * BATCH_SIZE) % len(data))
    batches = loader(matrix_of(part.texts.to_pylist(), words), class_indices(part, classes), shuffle=False)
    network = SentimentRNN(len(words)).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    started = time.perf_counter()
    for number, (ids, labels) in enumerate(batches):
        if number == _WARM_UP:
            started = time.perf_counter()
        training_step(network, optimizer, ids, labels)
    return (time.perf_counter() - started) / steps


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare_tutorial", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("action", choices=("sample", "train", "score"))
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--reviews", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parsed = parser.parse_args(arguments)
    torch.set_num_threads(thread_count())
    actions: dict[str, Callable[..., Figures | None]] = {
        "sample": lambda training, test, model: sample(
            read_labelled(training), read_labelled(test), model, parsed.steps, parsed.reviews, parsed.rounds
        ),
        "train": lambda training, folder: train_side(train, training, folder),
        "score": lambda test, folder: score(load(folder), test, parsed.rounds),
    }
    figures = actions[parsed.action](*parsed.paths)
    if figures is not None:
        print(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main()
