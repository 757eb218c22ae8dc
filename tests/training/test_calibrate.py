"""Calibrating a trained model on its validation part: what it says, what it changes, and where it leaves off."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import model_of, network_of
from sentiment_fast.model.ngrams import NgramConfig
from sentiment_fast.scoring.scorer import Scorer
from sentiment_fast.training.calibrate import calibrate
from sentiment_fast.training.distillation import SoftTargets
from sentiment_fast.training.encode import encode_part, new_network
from sentiment_fast.training.ngrams import fit_ngram_model
from sentiment_fast.training.prepare import TrainingData
from tests.training.conftest import FLOAT32, TINY, VOCABULARY

CLASSES = ["negative", "positive"]


def part(count: int, seed: int = 0, labels: list[str] | None = None):
    """Reviews of which nine in ten have the words of their label."""
    choose = np.random.default_rng(seed)
    given = choose.choice(labels or CLASSES, count)
    words = {"negative": ["bad", "dull", "poor"], "positive": ["fine", "good", "great"]}
    heard = [label if choose.random() < 0.9 else str(choose.choice(CLASSES)) for label in given]
    texts = [" ".join(choose.choice([*words[label], "so"], 4)) for label in heard]
    data = LabelledTexts(pa.chunked_array([pa.array(texts, pa.string())]), given, "reviews")
    return encode_part(data, VOCABULARY, CLASSES)


def model(wide: bool = False) -> Model:
    network = new_network(TINY, VOCABULARY, CLASSES).eval()
    parts = {"training": part(200), "validation": part(200, 1)}
    config = NgramConfig(2, 10) if wide else NgramConfig()
    fitted = fit_ngram_model(TrainingData(parts, CLASSES, VOCABULARY, None), None, config, lambda line: None)
    return model_of(network, VOCABULARY, CLASSES, wide=fitted)


@pytest.mark.slow
@pytest.mark.parametrize("wide", [False, True])
def test_calibrating_lowers_the_log_loss_and_says_so(wide):
    said, saved = [], model(wide)
    report = calibrate(saved, network_of(saved), part(200, 1), FLOAT32, said.append)
    assert report.after.log_loss < report.before.log_loss
    assert saved.calibration != Calibration()
    assert set(report.parts) == ({"network", "wide", "cascade"} if wide else set())
    assert [line.partition(":")[0] for line in said] == [
        "calibrated on 200 validation texts",
        *(["cascade off"] if wide else []),
    ]


@pytest.mark.slow
def test_a_wide_part_gets_a_calibration_of_its_own_for_the_cascade():
    saved = model(wide=True)
    calibrate(saved, network_of(saved), part(200, 1), FLOAT32, lambda line: None)
    assert saved.wide_calibration.network == 0
    assert saved.wide_calibration not in (Calibration(network=0.0), saved.calibration)


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "cascade"), [(499, None), (500, 0.95)])
def test_a_cascade_is_turned_on_where_it_costs_no_accuracy_that_can_be_told(texts, cascade):
    saved, validation, said = model(wide=True), part(texts, 1), []
    report = calibrate(saved, network_of(saved), validation, FLOAT32, said.append)
    assert saved.cascade == cascade
    assert said[1].startswith(
        "cascade on: the n-gram model is less than 95% confident about" if cascade else "cascade off: "
    )
    scorer = Scorer(replace(saved, cascade=0.95))
    assert (
        report.as_dict()["cascade"]["accuracy"]
        == evaluate(scorer.probabilities_of(validation.ids), validation.targets, CLASSES).accuracy
    )
    alone = saved.wide_calibration.probabilities(None, saved.wide.logits(validation.ids))
    assert report.network_share == np.mean(alone.max(axis=1) < 0.95)


@pytest.mark.slow
def test_a_cascade_that_costs_accuracy_stays_off(monkeypatch):
    saved, validation = model(wide=True), part(500, 1)
    right = np.where(validation.targets == 1, 9.0, -9.0).astype(np.float32)
    monkeypatch.setattr("sentiment_fast.training.calibrate.network_logits", lambda *given: right)
    monkeypatch.setattr("sentiment_fast.training.calibrate._CONFIDENCE", 0.6)
    report = calibrate(saved, network_of(saved), validation, FLOAT32, lambda line: None)
    assert report.after.accuracy == 1 > report.parts["cascade"].accuracy + 0.01
    assert saved.cascade is None


@pytest.mark.slow
def test_calibrating_twice_gives_the_same():
    first, second = model(wide=True), model(wide=True)
    for saved in (first, second):
        calibrate(saved, network_of(saved), part(200, 1), FLOAT32, lambda line: None)
    assert (first.calibration, first.wide_calibration) == (second.calibration, second.wide_calibration)


@pytest.mark.parametrize("few", [{"count": 5}, {"count": 60, "labels": ["positive"]}], ids=["five", "one class"])
def test_too_small_a_validation_part_leaves_the_model_as_it_is_and_says_so(few):
    said, saved = [], model(wide=True)
    assert calibrate(saved, network_of(saved), part(seed=1, **few), FLOAT32, said.append) is None
    unchanged = replace(saved, calibration=Calibration(), wide_calibration=Calibration(network=0.0))
    assert vars(saved) == vars(unchanged)
    assert [line.partition(":")[0] for line in said] == ["the probabilities stay uncalibrated"]


def test_the_wide_part_says_how_good_it_is_alone():
    said, parts = [], {"training": part(200), "validation": part(200, 1)}
    fit_ngram_model(TrainingData(parts, CLASSES, VOCABULARY, None), None, NgramConfig(2, 10), said.append)
    assert said[0].startswith("n-gram model: validation accuracy 9")


def test_no_wide_part_is_fitted_where_none_is_wanted():
    assert model().wide is None


def test_the_wide_part_learns_from_a_teachers_soft_targets_if_there_are_any():
    training, validation = part(200), part(200, 1)
    data = TrainingData({"training": training, "validation": validation}, CLASSES, VOCABULARY, None)
    contrary = np.eye(2, dtype=np.float32)[1 - training.targets]
    taught = fit_ngram_model(data, SoftTargets(training.ids, contrary), NgramConfig(2, 10), lambda line: None)
    right = (taught.logits(validation.ids) > 0) == (validation.targets == 1)
    assert right.mean() < 0.3
