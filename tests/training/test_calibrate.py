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


def part(count: int, seed: int = 0, labels: list[str] | None = None, long: int = 0):
    """Reviews of which nine in ten have the words of their label. long: how many of them, the first, have 100 words."""
    choose = np.random.default_rng(seed)
    given = choose.choice(labels or CLASSES, count)
    words = {"negative": ["bad", "dull", "poor"], "positive": ["fine", "good", "great"]}
    heard = [label if choose.random() < 0.9 else str(choose.choice(CLASSES)) for label in given]
    sizes = [100] * long + [4] * (count - long)
    texts = [" ".join(choose.choice([*words[label], "so"], size)) for label, size in zip(heard, sizes, strict=True)]
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


@pytest.fixture
def of_any_length(monkeypatch):
    """A cascade may keep the shortest texts from the network too: those here have a few words."""
    monkeypatch.setattr("sentiment_fast.training.calibrate._CASCADE_FROM", 0)


@pytest.mark.slow
@pytest.mark.usefixtures("of_any_length")
@pytest.mark.parametrize(("texts", "cascade"), [(499, None), (500, 0.95)])
def test_a_cascade_is_turned_on_where_it_costs_no_accuracy_that_can_be_told(texts, cascade):
    saved, validation, said = model(wide=True), part(texts, 1), []
    report = calibrate(saved, network_of(saved), validation, FLOAT32, said.append)
    assert saved.cascade == cascade
    assert said[1].startswith("cascade on: accuracy " if cascade else "cascade off: expected 500 validation texts ")
    scorer = Scorer(replace(saved, cascade=0.95))
    assert (
        report.as_dict()["cascade"]["accuracy"]
        == evaluate(scorer.probabilities_of(validation.ids), validation.targets, CLASSES).accuracy
    )
    alone = saved.wide_calibration.probabilities(None, saved.wide.logits(validation.ids))
    assert report.network_share == np.mean(alone.max(axis=1) < 0.95)


@pytest.mark.slow
def test_a_cascade_keeps_no_short_text_from_the_network():
    saved, validation = model(wide=True), part(600, 1, long=500)
    assert validation.ids.lengths[500:].max() < 64 < validation.ids.lengths[:500].min()
    report = calibrate(saved, network_of(saved), validation, FLOAT32, lambda line: None)
    assert (saved.cascade, saved.cascade_from) == (0.95, 64)
    assert report.network_share >= 100 / 600
    found, both = (
        Scorer(one, "cpu", "float32").probabilities_of(validation.ids) for one in (saved, replace(saved, cascade=None))
    )
    np.testing.assert_array_equal(found[500:], both[500:])
    assert not np.array_equal(found[:500], both[:500])


@pytest.mark.slow
def test_texts_too_short_for_a_cascade_are_no_evidence_for_it():
    saved, said = model(wide=True), []
    report = calibrate(saved, network_of(saved), part(700, 1, long=499), FLOAT32, said.append)
    assert (saved.cascade, saved.cascade_from) == (None, 64)
    assert said[1] == "cascade off: expected 500 validation texts of 64 words or more to test one, got 499"
    assert report.parts["cascade"].n == 700


@pytest.mark.slow
def test_texts_too_short_for_a_cascade_do_not_hide_what_it_costs(monkeypatch):
    saved, validation = model(wide=True), part(3000, 1, long=500)
    right = np.where(validation.targets == 1, 9.0, -9.0).astype(np.float32)
    # The n-gram model is sure of all texts, and wrong about two of the 500 that the cascade keeps from the network:
    # 0.4 points of these, less than 0.1 of all.
    sure = right.copy()
    sure[:2] *= -1
    monkeypatch.setattr("sentiment_fast.training.calibrate.network_logits", lambda *given: right)
    monkeypatch.setattr(type(saved.wide), "logits", lambda *given: sure)
    report = calibrate(saved, network_of(saved), validation, FLOAT32, lambda line: None)
    assert 0 < report.after.accuracy - report.parts["cascade"].accuracy < 0.001
    assert saved.cascade is None


@pytest.mark.slow
@pytest.mark.usefixtures("of_any_length")
def test_a_cascade_that_costs_accuracy_stays_off(monkeypatch):
    saved, validation = model(wide=True), part(500, 1)
    right = np.where(validation.targets == 1, 9.0, -9.0).astype(np.float32)
    monkeypatch.setattr("sentiment_fast.training.calibrate.network_logits", lambda *given: right)
    monkeypatch.setattr("sentiment_fast.training.calibrate._CASCADES", {0.6: 500})
    report = calibrate(saved, network_of(saved), validation, FLOAT32, lambda line: None)
    assert report.after.accuracy == 1 > report.parts["cascade"].accuracy + 0.01
    assert saved.cascade is None


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "cascade"), [(1499, 0.95), (1500, 0.85)])
def test_a_faster_cascade_needs_more_texts_to_show_what_it_costs(texts, cascade):
    saved = model(wide=True)
    calibrate(saved, network_of(saved), part(texts, 1, long=texts), FLOAT32, lambda line: None)
    assert saved.cascade == cascade


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
    assert (saved.cascade, saved.cascade_from) == (None, 64)  # for one that the user asks for
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


@pytest.mark.slow
@pytest.mark.parametrize("few", [{"count": 5}, {"count": 60, "labels": ["positive"]}], ids=["five", "one class"])
def test_a_model_that_was_calibrated_before_keeps_near_to_that_with_few_texts(few):
    said, saved = [], model(wide=True)
    saved.calibration, saved.wide_calibration = Calibration(0.5, 0.8, (0.1,)), Calibration(0.0, 1.2, (0.1,))
    assert calibrate(saved, network_of(saved), part(seed=1, **few), FLOAT32, said.append) is not None
    assert 0.3 < saved.calibration.network < 0.7
    assert saved.wide_calibration.network == 0
    assert 0.8 < saved.wide_calibration.wide < 1.6
