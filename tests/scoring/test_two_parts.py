"""Scorers of models with a wide part: the calibrated sum, the cascade and the threshold, wherever labels are made."""

from __future__ import annotations

import csv
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast.errors import UsageError
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.decision import predicted_indices
from sentiment_fast.model.folder import load_model, save_model
from sentiment_fast.model.inference import network_logits
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import network_of
from sentiment_fast.model.ngrams import NgramConfig, fit_ngrams
from sentiment_fast.scoring.fingerprint import scorer_fingerprint

TEXTS = ["a good film", "bad", "", "nothing known", "awful plot " * 30, "wonderful good", "boring", "acting plot film"]
TEXTS += [f"{first} {second}" for first in ("good", "bad", "film") for second in ("plot", "acting", "café", "na")]


@pytest.fixture(scope="module")
def make_two_parts(make_model):
    """Makes a model of two parts: make_two_parts(classes, **fields of Model)."""

    def make(classes: list[Any] | None = None, **fields: Any) -> Model:
        model = load_model(make_model(classes or ["negative", "positive"]))
        ids = sf.encode(["good film wonderful", "bad film", "awful boring", "good acting"] * 3, model.vocabulary)
        targets = np.array([1, 0, len(model.classes) - 1, 1] * 3)
        wide = fit_ngrams(ids, targets, len(model.classes), NgramConfig(2, 10))
        bias = tuple(0.2 * place for place in range(1, wide.outputs + 1))
        alone = Calibration(0.0, 0.5, bias)
        return replace(model, wide=wide, calibration=Calibration(0.5, 0.75, bias), wide_calibration=alone, **fields)

    return make


@pytest.fixture(scope="module")
def two_parts(make_two_parts) -> Model:
    return make_two_parts()


def scorer_of(model: Model) -> sf.Scorer:
    return sf.Scorer(model, "cpu", "float32")


@pytest.mark.parametrize("classes", [["negative", "positive"], ["bad", "good", "mixed"]])
def test_probabilities_are_those_of_the_calibrated_sum(make_two_parts, classes):
    model = make_two_parts(classes)
    scorer = scorer_of(model)
    ids = scorer.encode(TEXTS)
    network = network_logits(network_of(model), ids, scorer.precision)
    logits = 0.5 * network + 0.75 * model.wide.logits(ids) + np.array(model.calibration.bias)
    if logits.ndim == 1:
        logits = np.stack([np.zeros_like(logits), logits], axis=1)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scorer.predict_proba(TEXTS), expected, atol=1e-6)


def test_texts_without_known_words_get_both_parts_answer(two_parts):
    probabilities = scorer_of(two_parts).predict_proba(["", "nothing known", None])
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities, np.repeat(probabilities[:1], 3, axis=0), atol=1e-6)


def test_a_copy_of_the_model_scores_and_is_the_same(two_parts):
    scorer = scorer_of(replace(two_parts, threshold=0.3, cascade=0.8))
    copy = scorer_of(pickle.loads(pickle.dumps(scorer.model())))
    assert scorer_fingerprint(copy) == scorer_fingerprint(scorer)
    np.testing.assert_array_equal(copy.predict_proba(TEXTS), scorer.predict_proba(TEXTS))


@pytest.mark.parametrize("changed", ["wide", "calibration", "wide_calibration"])
def test_the_digest_is_another_with_another(two_parts, make_two_parts, changed):
    other = {"wide": None, "calibration": Calibration(0.1), "wide_calibration": Calibration(0.0, 0.1)}[changed]
    assert scorer_of(replace(two_parts, **{changed: other})).digest() != scorer_of(two_parts).digest()


@pytest.mark.parametrize("field", ["threshold", "cascade"])
def test_the_fingerprint_names_what_decides(two_parts, field):
    before, after = (scorer_fingerprint(scorer_of(one)) for one in (two_parts, replace(two_parts, **{field: 0.7})))
    assert [name for name in before if before[name] != after[name]] == [field]


def test_the_fingerprint_names_the_engine_and_the_instructions_that_sums_are_rounded_by(make_model, monkeypatch):
    model = load_model(make_model(["negative", "positive"], hidden_size=16))
    found = []
    for level in ("avx2", "avx9", None):
        monkeypatch.setattr("sentiment_fast.model.engine.native_level", lambda device, precision, level=level: level)
        found.append(scorer_fingerprint(scorer_of(model)))
    first, second, pytorch = found
    assert [name for name in first if first[name] != second[name]] == ["instructions"]
    assert (first["engine"], first["instructions"], second["instructions"]) == ("native", "avx2", "avx9")
    assert (pytorch["engine"], pytorch["instructions"]) == ("PyTorch", torch.backends.cpu.get_cpu_capability())


# The cascade.


@pytest.mark.parametrize("classes", [["negative", "positive"], ["bad", "good", "mixed"]])
def test_a_cascade_asks_the_network_about_unsure_texts_alone(make_two_parts, classes):
    model = make_two_parts(classes)
    scorer = scorer_of(model)
    alone = model.wide_calibration.probabilities(None, model.wide.logits(scorer.encode(TEXTS)))
    confidence = float(np.median(alone.max(axis=1)))
    sure = alone.max(axis=1) >= confidence
    assert 0 < sure.sum() < len(TEXTS)
    found = scorer_of(replace(model, cascade=max(confidence, 0.5))).predict_proba(TEXTS)
    sure = alone.max(axis=1) >= max(confidence, 0.5)
    np.testing.assert_array_equal(found[sure], alone[sure])
    np.testing.assert_allclose(found[~sure], scorer.predict_proba(TEXTS)[~sure], atol=1e-6)


def test_with_a_cascade_each_text_decides_for_itself(two_parts):
    scorer = scorer_of(replace(two_parts, cascade=0.7))
    alone = np.concatenate([scorer.predict_proba([text]) for text in TEXTS])
    np.testing.assert_allclose(scorer.predict_proba(TEXTS), alone, atol=1e-6)


def test_a_cascade_that_is_always_sure_never_asks_the_network(two_parts, monkeypatch):
    asked = []
    scorer = scorer_of(replace(two_parts, cascade=0.5))
    logits = scorer.engine.logits
    monkeypatch.setattr(scorer.engine, "logits", lambda ids: asked.append(len(ids)) or logits(ids))
    scorer.predict_proba(TEXTS)
    assert asked == [0]


def test_texts_too_short_for_the_cascade_go_to_the_network(two_parts, monkeypatch):
    lengths = scorer_of(two_parts).encode(TEXTS).lengths
    shortest = int(np.median(lengths))
    asked = []
    scorer = scorer_of(replace(two_parts, cascade=0.5, cascade_from=shortest))
    logits = scorer.engine.logits
    monkeypatch.setattr(scorer.engine, "logits", lambda ids: asked.extend(ids.lengths) or logits(ids))
    found = scorer.predict_proba(TEXTS)
    assert sorted(asked) == sorted(lengths[lengths < shortest])
    assert 0 < len(asked) < len(TEXTS)
    both = scorer_of(two_parts).predict_proba(TEXTS)
    np.testing.assert_allclose(found[lengths < shortest], both[lengths < shortest], atol=1e-6)


def test_a_digest_depends_on_where_the_cascade_begins(two_parts):
    digests = {scorer_of(replace(two_parts, cascade=0.5, cascade_from=least)).digest() for least in (0, 1, 2)}
    assert len(digests) == 3


def test_no_texts_give_no_rows_with_a_cascade(two_parts):
    assert scorer_of(replace(two_parts, cascade=0.9)).predict_proba([]).shape == (0, 2)


def test_loading_takes_off_or_replaces_the_cascade_and_the_threshold(two_parts, tmp_path):
    save_model(tmp_path, replace(two_parts, cascade=0.8, threshold=0.4))
    assert (sf.load(tmp_path).cascade, sf.load(tmp_path).threshold) == (0.8, 0.4)
    assert sf.load(tmp_path, cascade=False).cascade is None
    changed = sf.load(tmp_path, cascade=0.9, threshold=0.6)
    assert (changed.cascade, changed.threshold) == (0.9, 0.6)
    of_numpy = sf.load(tmp_path, cascade=np.float32(0.75), threshold=np.float64(0.6))
    assert (of_numpy.cascade, of_numpy.threshold) == (0.75, 0.6)


def test_a_cascade_of_a_model_without_a_wide_part_is_bad_usage(model_folder):
    with pytest.raises(UsageError, match="Expected no cascade: this model has no n-gram model"):
        sf.load(model_folder, cascade=0.9)


# The threshold.


@pytest.mark.parametrize("value", [0, 1, -0.5, float("nan")])
def test_a_threshold_that_is_no_share_is_bad_usage(model_folder, value):
    with pytest.raises(UsageError, match="Expected a threshold above 0 and below 1"):
        sf.load(model_folder, threshold=value)


def test_a_threshold_of_three_classes_is_bad_usage(make_model):
    with pytest.raises(UsageError, match="Expected no threshold"):
        sf.load(make_model(["a", "b", "c"]), threshold=0.4)


def test_labels_follow_the_threshold_wherever_they_are_made(two_parts, tmp_path):
    scorer = scorer_of(two_parts)
    probabilities = scorer.predict_proba(TEXTS)
    threshold = float(np.sort(probabilities[:, 1])[-4])
    expected = np.take(scorer.classes, predicted_indices(probabilities, threshold))
    assert expected.tolist() != scorer.predict(TEXTS).tolist()
    scorer.threshold = threshold
    assert scorer.predict(TEXTS).tolist() == expected.tolist()
    batch = next(scorer.score_batches([pa.record_batch({"t": ["x", *TEXTS]})], "t"))
    labels = np.array(batch.column("sentiment_label").to_pylist()[1:])
    shown = np.array([bool(text) for text in TEXTS])
    assert labels[shown].tolist() == expected[shown].tolist()
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["t"], *([text] for text in TEXTS if text)])
    save_model(tmp_path / "model", two_parts)
    sf.score_csv(
        tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "model", precision="float32", threshold=threshold
    )
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert [row["sentiment_label"] for row in csv.DictReader(file)] == expected[shown].tolist()


def test_a_scorer_keeps_its_own_threshold(scorer, tmp_path):
    (tmp_path / "in.csv").write_text("review\ngood\n")
    with pytest.raises(UsageError, match="only with a model folder: a scorer has its own"):
        sf.score_csv(tmp_path / "in.csv", tmp_path / "out.csv", scorer, threshold=0.4)
