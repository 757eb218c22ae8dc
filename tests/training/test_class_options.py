"""Trainings with options about their classes: what they change, keep, report and record."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.evaluation.fit_calibration import fit_calibration
from sentiment_fast.evaluation.neutral_band import choose_band
from sentiment_fast.model.decision import Decision
from sentiment_fast.model.network import class_loss
from sentiment_fast.model.ngrams import NgramConfig, fit_ngrams
from sentiment_fast.text.encoding import build_vocabulary, encode
from sentiment_fast.training.class_options import (
    ClassOptions,
    class_weight_of,
    neutral_of,
    order_of,
    warn_of_few_texts,
)

pytestmark = pytest.mark.slow

SMALL = {
    "set": {"hidden_size": 4, "embedding_size": 4, "layers": 1, "max_length": 12, "ngrams": 1, "ngram_bits": 10},
    "epochs": 2,
    "batch_size": 32,
    "learning_rate": 0.03,
    "device": "cpu",
}
GOOD, BAD = ["good", "great", "superb", "lovely"], ["bad", "dull", "awful", "poor"]


def reviews(rows: int, share: float = 0.5, noise: float = 0.1, seed: int = 0) -> tuple[list[str], list[bool]]:
    """(texts, whether each is happy); some of the words are of the other kind, so that some texts are doubtful."""
    choose = random.Random(seed)
    happy = [choose.random() < share for _ in range(rows)]

    def word(one: bool) -> str:
        return choose.choice(GOOD if one != (choose.random() < noise) else BAD)

    return [" ".join(word(one) for _ in range(4)) for one in happy], happy


def named(rows: int, names: tuple, **options) -> tuple[list[str], list]:
    texts, happy = reviews(rows, **options)
    return texts, [names[one] for one in happy]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Trains with options of its own; returns the result and what was said."""

    def train(data, **options):
        said: list[str] = []
        out = tmp_path_factory.mktemp("run") / "model"
        return sf.train(data, out=out, say=said.append, **SMALL | options), said

    return train


@pytest.fixture(scope="module")
def happy(trained):
    return trained(named(1600, ("Unhappy", "Happy"), noise=0.25), positive="Happy", neutral="auto", validation=0.5)


def test_the_chosen_class_is_the_positive_one_everywhere(happy):
    result, said = happy
    scorer = result.scorer()
    assert (scorer.classes, scorer.positive) == (["Happy", "Unhappy"], "Happy")
    assert scorer.predict_proba(["good great superb lovely"])[0, 0] > 0.5
    figures = result.metrics["validation"]
    assert (figures["positive"], figures["precision"]) == ("Happy", figures["per_class"][0]["precision"])
    assert json.loads((result.folder / "config.json").read_text())["positive"] == "Happy"
    assert "The positive class is `Happy`" in (result.folder / "README.md").read_text()
    assert any("positive class: 'Happy'" in line for line in said)


def test_a_band_is_chosen_on_the_validation_part_and_kept(happy):
    result, said = happy
    low, high = result.scorer().neutral
    assert low + high == pytest.approx(1)
    labels = result.metrics["labels"]
    assert (labels["positive"], labels["neutral"]) == ("Happy", [low, high])
    rest = labels["without_neutral"]["validation"]
    assert 0.5 <= rest["coverage"] < 1
    assert rest["accuracy"] > result.metrics["validation"]["accuracy"]
    assert any("neutral band: " in line for line in said)
    assert "labelled `neutral`" in (result.folder / "README.md").read_text()


def test_weights_make_a_rare_class_seen(trained):
    data = named(1200, ("no", "yes"), share=0.05, noise=0.2)
    plain, said = trained(data, validation=0.4)
    weighted, said_weighted = trained(data, validation=0.4, class_weight="balanced")
    recalls = [one.metrics["validation"]["recall"] for one in (plain, weighted)]
    assert recalls[1] > max(recalls[0], 0.7)
    assert any("unbalanced classes: 'yes'" in line and "`class_weight=balanced`" in line for line in said)
    assert any("--threshold" in line for line in said)
    assert not any("unbalanced" in line for line in said_weighted)
    assert any("class weights: 'no' 0.5" in line for line in said_weighted)
    assert weighted.metrics["labels"]["class_weight"][1] > 5
    assert "Losses were multiplied by the weights" in (weighted.folder / "README.md").read_text()


def test_labels_are_renamed_and_ordered(trained):
    texts, labels = named(240, ("bad", "GOOD"))
    labels[0] = "good "
    result, said = trained(
        (texts, labels),
        normalise_labels=True,
        label_map={"bad": "poor"},
        ordinal=["poor", "GOOD"],
        class_weight={"poor": 2},
    )
    scorer = result.scorer()
    assert (scorer.classes, scorer.ordinal) == (["GOOD", "poor"], (2.0, 1.0))
    assert result.metrics["labels"]["label_map"] == {"bad": "poor"}
    assert "Labels were renamed: `bad` to `poor`." in (result.folder / "README.md").read_text()
    assert result.metrics["labels"]["class_weight"] == [1.0, 2.0]
    assert result.metrics["validation"]["mean_absolute_error"] >= 0
    assert any("ordered classes: 'GOOD' is 2, 'poor' is 1" in line for line in said)
    assert any("only 48 texts" in line or "only 60 texts" in line for line in said)


def test_a_run_resumes_with_its_options_about_classes(tmp_path):
    options = {
        "positive": "a",
        "class_weight": {"a": 2.0},
        "neutral": (0.4, 0.6),
        "ordinal": ["b", "a"],
        "label_map": {"x": "a", "y": "b"},
    }
    path = tmp_path / "data.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("review", "label"), *zip(*named(200, ("x", "y")), strict=True)])
    stop = sf.StopRequest()

    def say(line: str) -> None:
        if line.startswith("epoch 1"):
            stop.request()

    with pytest.raises(sf.StoppedError):
        sf.train(path, out=tmp_path / "run", say=say, stop=stop, **SMALL | {"epochs": 3}, **options)
    with pytest.raises(UsageError, match=r"`positive`: the run in .* began with 'a'"):
        sf.train(out=tmp_path / "run", resume=True, positive="b")
    resumed = sf.train(out=tmp_path / "run", resume=True)
    whole = sf.train(path, out=tmp_path / "whole", **SMALL | {"epochs": 3}, **options)
    for name in ("model.safetensors", "config.json"):
        assert (resumed.folder / name).read_bytes() == (whole.folder / name).read_bytes()
    scorer = resumed.scorer()
    assert (scorer.positive, scorer.neutral, scorer.ordinal) == ("a", (0.4, 0.6), (2.0, 1.0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"positive": "c"}, "`positive` to be one of 'Happy' and 'Unhappy', got 'c'"),
        ({"class_weight": "balance"}, "`class_weight` to be balanced"),
        ({"class_weight": {"Sad": 2}}, "`class_weight`: expected labels among 'Happy', 'Unhappy', got 'Sad'"),
        ({"ordinal": True}, "Expected classes that are numbers with `ordinal`"),
        ({"neutral": "0.6:0.7"}, "threshold within the neutral band"),
        ({"neutral": "often"}, "`neutral` as LOW:HIGH"),
        ({"label_map": "sad=Unhappy"}, "`label_map`: expected labels of the data"),
    ],
)
def test_options_that_do_not_fit_the_classes_are_bad_usage(tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        sf.train(named(80, ("Unhappy", "Happy")), out=tmp_path / "run", **SMALL, **options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("given", ["a=1,b=x", "a=0", "a=-1", "a", "", {}, {"a": float("inf")}, 3, [("a", 1)], "=1"])
def test_weights_that_make_no_sense_are_bad_usage(given):
    with pytest.raises(UsageError, match="`class_weight` to be balanced or weights above 0"):
        class_weight_of(given)


def test_options_have_several_forms():
    assert class_weight_of("pos=2,neg=0.5") == {"pos": 2.0, "neg": 0.5}
    assert class_weight_of({1: 2}) == {"1": 2.0}
    assert (order_of("a,b"), order_of(["a", "b"]), order_of(True), order_of(None)) == (
        ("a", "b"),
        ("a", "b"),
        True,
        False,
    )
    assert (neutral_of("auto"), neutral_of("off"), neutral_of("0.4:0.6")) == ("auto", None, (0.4, 0.6))


def test_balanced_weights_give_each_class_the_same_total():
    counts = np.array([95, 5])
    found = ClassOptions.of(["a", "b"], counts, None, "balanced", False, None)
    assert (counts * np.array(found.weights)).tolist() == pytest.approx([50, 50])


def test_only_a_class_with_less_than_a_fifth_of_its_share_is_rare():
    for counts, expected in (([90, 10], 0), ([91, 9], 1), ([100, 100, 15], 0), ([100, 100, 14], 1)):
        said: list[str] = []
        warn_of_few_texts(list("abc")[: len(counts)], np.array(counts), 100, False, said.append)
        assert len(said) == expected


# What weights mean: each loss counts as often as if its text were repeated.


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("soft", [False, True])
def test_weighted_losses_are_those_of_repeated_texts(classes, soft):
    generator = torch.Generator().manual_seed(classes)
    logits = torch.randn((8,) if classes == 2 else (8, classes), generator=generator)
    targets = torch.arange(8) % classes
    weights = torch.tensor([1.0, 3.0, 2.0][:classes])
    given = torch.nn.functional.one_hot(targets, classes).float() if soft else targets
    rows = torch.arange(8).repeat_interleave(weights[targets].long())
    expected = class_loss(logits[rows], given[rows]) * len(rows) / 8
    assert class_loss(logits, given, weights).item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_weighted_calibration_is_that_of_repeated_texts(classes):
    random_numbers = np.random.default_rng(1)
    targets = np.arange(120) % classes
    logits = random_numbers.normal(size=(120,) if classes == 2 else (120, classes)).astype(np.float32)
    weights = [1, 3, 2][:classes]
    rows = np.repeat(np.arange(120), np.array(weights)[targets])
    found = fit_calibration(logits, None, targets, classes, weights)
    expected = fit_calibration(logits[rows], None, targets[rows], classes)
    # Not exactly: each class counts as seen once more, whatever its weight.
    assert found.network == pytest.approx(expected.network, abs=0.1)
    assert found.bias == pytest.approx(expected.bias, abs=0.1)


@pytest.mark.parametrize("classes", [2, 3])
def test_equal_weights_of_1_change_no_bit_of_the_ngram_model(classes):
    data = labelled_texts_of(reviews(90)[0], [str(row % classes) for row in range(90)])
    ids = encode(data.texts, build_vocabulary(data.texts, stop_words=None, min_count=1))
    targets, config = np.arange(90) % classes, NgramConfig(1, 10)
    plain = fit_ngrams(ids, targets, classes, config).logits(ids)
    assert (fit_ngrams(ids, targets, classes, config, weights=[1.0] * classes).logits(ids) == plain).all()
    heavier = fit_ngrams(ids, targets, classes, config, weights=[1.0] * (classes - 1) + [9.0]).logits(ids)
    of_last = (lambda logits: logits) if classes == 2 else (lambda logits: logits[:, -1])
    assert of_last(heavier).mean() > of_last(plain).mean()


# Choosing a band.


def test_the_band_is_the_narrowest_that_halves_the_errors():
    of_second = np.linspace(0, 1, 1001)
    targets = (of_second > 0.5).astype(np.int64)
    doubtful = np.abs(of_second - 0.5) <= 0.1
    targets[doubtful] = 1 - targets[doubtful]  # all wrong near the middle, all others right
    probabilities = np.stack([1 - of_second, of_second], axis=1)
    # Of 1,001 texts 201 are wrong; of those outside of 0.44 to 0.56 it is 80 of 880, of 0.45 to 0.55 still 100 of 900.
    assert choose_band(probabilities, targets, Decision(("a", "b"))) == (0.44, 0.56)


@pytest.mark.parametrize("wrong", [0, 9])
def test_no_band_is_chosen_by_a_handful_of_errors(wrong):
    targets = np.array([0] * 100)
    of_second = np.full(100, 0.1)
    of_second[:wrong] = 0.9
    with pytest.raises(DataError, match="10 wrong answers or more"):
        choose_band(np.stack([1 - of_second, of_second], axis=1), targets, Decision(("a", "b")))


def test_no_band_is_chosen_where_none_helps():
    of_second = np.tile([0.1, 0.9], 100)
    targets = np.arange(200) % 3 % 2
    with pytest.raises(DataError, match="found none"):
        choose_band(np.stack([1 - of_second, of_second], axis=1), targets, Decision(("a", "b")))


def test_labels_of_numbers_are_scored_as_spelled(tmp_path, trained):
    texts, labels = named(160, ("01", "02"))
    source = tmp_path / "in.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([("review", "label"), *zip(texts, labels, strict=True)])
    result, _ = trained(source)
    sf.score_files(source, tmp_path / "out.csv", result.folder)
    with (tmp_path / "out.csv").open(newline="") as file:
        assert {row["sentiment_label"] for row in csv.DictReader(file)} == {"01", "02"}


def test_a_card_without_options_says_only_which_class_is_positive(trained):
    result, _ = trained(named(160, ("a", "b")))
    card = Path(result.folder / "README.md").read_text()
    assert "The positive class is `b`: scores are its probability.\n\n## Figures" in card
