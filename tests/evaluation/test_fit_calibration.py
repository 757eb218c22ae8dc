"""Fitting a calibration: it finds the scales that data were drawn with, and keeps its head where data are few."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sentiment_fast.errors import DataError
from sentiment_fast.evaluation.fit_calibration import adapt_calibration, fit_calibration
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.calibration import Calibration


def drawn(n: int = 20_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """True logits, (n,), and classes that were drawn by them."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0.3, 2, n)
    return logits, (generator.random(n) < 1 / (1 + np.exp(-logits))).astype(np.int64)


def drawn_of_three(n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 2, (n, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return logits, (shares.cumsum(axis=1) > generator.random((n, 1))).argmax(axis=1)


def noisy_parts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two parts that each know something of the true logits, and the classes."""
    logits, targets = drawn()
    generator = np.random.default_rng(7)
    network, wide = logits + generator.normal(0, 1, len(logits)), 5 * logits + generator.normal(0, 7, len(logits))
    return network.astype(np.float32), wide.astype(np.float32), targets


def test_a_scale_and_a_bias_are_found_again():
    logits, targets = drawn()
    found = fit_calibration((4 * logits + 2).astype(np.float32), None, targets, 2)
    assert found.network == pytest.approx(0.25, rel=0.05)
    assert found.bias[0] == pytest.approx(-0.5, abs=0.05)
    assert (found.wide, len(found.bias)) == (0, 1)


def test_three_classes_have_one_scale_and_a_bias_each():
    logits, targets = drawn_of_three()
    found = fit_calibration((4 * logits + [4, 0, -2]).astype(np.float32), None, targets, 3)
    assert found.network == pytest.approx(0.25, rel=0.05)
    assert np.diff(found.bias) == pytest.approx([1, 0.5], abs=0.1)


def test_two_parts_are_mixed_as_logistic_regression_mixes_them():
    network, wide, targets = noisy_parts()
    found = fit_calibration(network, wide, targets, 2)
    expected = LogisticRegression(C=1e6, tol=1e-8).fit(np.stack([network, wide], axis=1), targets)
    assert [found.network, found.wide] == pytest.approx(expected.coef_[0].tolist(), rel=1e-3)
    assert found.bias[0] == pytest.approx(expected.intercept_[0], abs=1e-3)


@pytest.mark.slow
def test_the_mix_loses_less_than_either_part():
    network, wide, targets = noisy_parts()
    losses = []
    for parts in ((network, wide), (network, None), (None, wide)):
        probabilities = fit_calibration(*parts, targets, 2).probabilities(*parts)
        losses.append(evaluate(probabilities, targets, [0, 1]).log_loss)
    assert losses[0] < min(losses[1:]) - 0.005


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.2, 3.0])
def test_calibrated_probabilities_hold_on_other_data(scale):
    logits, targets = drawn()
    calibration = fit_calibration((scale * logits).astype(np.float32), None, targets, 2)
    others, classes = drawn(seed=5)
    others = (scale * others).astype(np.float32)
    before = evaluate(type(calibration)().probabilities(others, None), classes, [0, 1]).positive_calibration_error
    after = evaluate(calibration.probabilities(others, None), classes, [0, 1]).positive_calibration_error
    assert before > 0.05
    assert after < 0.015


@pytest.mark.slow
def test_a_part_that_says_the_opposite_is_left_out():
    network, wide, targets = noisy_parts()
    alone = fit_calibration(network, None, targets, 2).network
    mixed, swapped = fit_calibration(network, -wide, targets, 2), fit_calibration(-wide, network, targets, 2)
    assert (mixed.network, mixed.wide) == (pytest.approx(alone, rel=1e-4), 0)
    assert (swapped.wide, swapped.network) == (pytest.approx(alone, rel=1e-4), 0)


def test_parts_that_say_the_same_share_the_work():
    logits, targets = drawn(2000)
    found = fit_calibration(logits.astype(np.float32), logits.astype(np.float32), targets, 2)
    assert found.network == pytest.approx(found.wide)
    assert found.network + found.wide == pytest.approx(1, rel=0.2)


def test_a_part_that_says_nothing_changes_nothing():
    logits, targets = drawn(2000)
    found = fit_calibration(logits.astype(np.float32), np.zeros(2000, np.float32), targets, 2)
    alone = fit_calibration(logits.astype(np.float32), None, targets, 2)
    assert (found.network, found.bias[0]) == pytest.approx((alone.network, alone.bias[0]), abs=1e-4)


@pytest.mark.parametrize("margin", [1e-3, 1.0, 1e3])
def test_classes_told_apart_without_an_error_are_not_made_certain(margin):
    targets = np.repeat([0, 1], 50)
    logits = ((2 * targets - 1) * margin).astype(np.float32)
    calibration = fit_calibration(logits, None, targets, 2)
    assert calibration.probabilities(logits, None).max(axis=1) == pytest.approx(51 / 52, abs=1e-2)


def test_three_classes_told_apart_without_an_error_are_not_made_certain():
    targets = np.repeat([0, 1, 2], 50)
    logits = (5 * np.eye(3)[targets]).astype(np.float32)
    calibration = fit_calibration(logits, None, targets, 3)
    assert calibration.probabilities(logits, None).max(axis=1) == pytest.approx(51 / 53, abs=1e-2)


def test_fitting_twice_gives_the_same_numbers():
    network, wide, targets = noisy_parts()
    assert fit_calibration(network, wide, targets, 2) == fit_calibration(network, wide, targets, 2)


@pytest.mark.parametrize(
    "targets", [[0, 1] * 9, [1] * 50, [0] * 50 + [1] * 9, []], ids=["few", "one class", "few of one", "none"]
)
def test_too_few_texts_of_a_class_are_a_data_error(targets):
    with pytest.raises(DataError, match=r"Expected 10 texts or more of each class to calibrate with, got . of one"):
        fit_calibration(np.zeros(len(targets), np.float32), None, np.array(targets, np.int64), 2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_no_numbers_are_a_data_error(value):
    logits = np.zeros(100, np.float32)
    logits[3] = value
    with pytest.raises(DataError, match="not finite numbers"):
        fit_calibration(logits, None, np.repeat([0, 1], 50), 2)


def of_two_lengths() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A network that knows short texts, an n-gram model that knows long ones; the classes, and the lengths in ids."""
    logits, targets = drawn()
    generator = np.random.default_rng(3)
    lengths = np.where(generator.random(len(logits)) < 0.5, 5, 400)
    noise = generator.normal(0, 3, (2, len(logits)))
    network = np.where(lengths == 5, logits, noise[0]).astype(np.float32)
    return network, np.where(lengths == 5, noise[1], logits).astype(np.float32), targets, lengths


def test_a_part_counts_where_it_knows_something():
    network, wide, targets, lengths = of_two_lengths()
    found = fit_calibration(network, wide, targets, 2, lengths=lengths)
    assert found.network[0] == pytest.approx(1, rel=0.05)
    assert found.wide[-1] == pytest.approx(1, rel=0.05)
    assert max(found.network[-1], found.wide[0]) < 0.05
    of_all, by_length = (
        evaluate(one.probabilities(network, wide, lengths), targets, [0, 1]).log_loss
        for one in (fit_calibration(network, wide, targets, 2), found)
    )
    assert by_length < of_all - 0.05


def test_scales_depend_on_the_length_only_if_the_texts_say_so():
    network, wide, targets = noisy_parts()
    lengths = np.random.default_rng(4).integers(0, 500, len(targets))
    assert fit_calibration(network, wide, targets, 2, lengths=lengths) == fit_calibration(network, wide, targets, 2)


def test_a_length_that_no_text_has_gets_the_scale_of_its_neighbour():
    network, wide, targets, lengths = of_two_lengths()
    moved = np.where(lengths == 5, 5, 50)
    found = fit_calibration(network, wide, targets, 2, lengths=moved)
    assert found.network[2] == pytest.approx(found.network[1], abs=1e-3)
    assert found.wide[2] == pytest.approx(found.wide[1], rel=0.05)


def test_no_scales_nearby_lose_less():
    network, wide, targets, lengths = (part[:3000] for part in of_two_lengths())
    found = fit_calibration(network, wide, targets, 2, lengths=lengths)

    def loss(calibration):
        return evaluate(calibration.probabilities(network, wide, lengths), targets, [0, 1]).log_loss

    for name in ("network", "wide"):
        for place in range(3):
            for factor in (0.9, 1.1):
                scales = list(getattr(found, name))
                scales[place] = scales[place] * factor + 0.02
                assert loss(replace(found, **{name: tuple(scales)})) > loss(found) - 2e-4


@pytest.mark.parametrize("size", [0, 1e-30, 1e-12])
def test_logits_that_are_all_but_0_are_noise(size):
    network, wide, targets = texts(500)
    found = fit_calibration(network * np.float32(size), wide, targets, 2)
    assert found.network * size < 1e-5
    assert found.wide == pytest.approx(fit_calibration(None, wide, targets, 2).wide, rel=1e-4)


def texts(count, seed=0):
    """Logits of two parts that are right about as often as they say, and classes."""
    draw = np.random.default_rng(seed)
    network, wide = draw.normal(0, 2, (2, count)).astype(np.float32)
    return network, wide, (draw.random(count) < 1 / (1 + np.exp(-network - wide))).astype(np.int64)


KNOWN = Calibration(0.4, (0.5, 1.0, 1.5), (0.2,), (8, 50, 300))


def test_a_known_calibration_hardly_changes_by_a_few_texts():
    network, wide, targets = texts(6)
    found = adapt_calibration(KNOWN, network, wide, targets, 2, lengths=np.full(6, 20))
    assert found.network == pytest.approx(0.4, rel=0.3)
    assert found.wide == pytest.approx((0.5, 1.0, 1.5), rel=0.3)
    assert found.bias == pytest.approx((0.2,), abs=0.2)
    assert found.lengths == KNOWN.lengths


def test_a_known_calibration_is_adapted_to_many_texts():
    network, wide, targets = texts(20_000)
    found = adapt_calibration(Calibration(0.4, 1.6, (0.5,)), network, wide, targets, 2)
    assert (found.network, found.wide, found.bias[0]) == pytest.approx((1, 1, 0), abs=0.1)


@pytest.mark.parametrize("left_out", [Calibration(0.0, 1.6, (0.5,)), Calibration((0.0, 0.0), 1.6, (0.5,), (8, 50))])
def test_a_part_that_was_left_out_counts_once_many_texts_say_so(left_out):
    network, wide, targets = texts(20_000)
    found = adapt_calibration(left_out, network, wide, targets, 2, lengths=np.full(20_000, 20))
    assert np.array(found.network) == pytest.approx(1, abs=0.1)
    assert found.wide == pytest.approx(1, abs=0.1)
    few = adapt_calibration(left_out, network[:6], wide[:6], targets[:6], 2, lengths=np.full(6, 20))
    assert np.max(few.network) < 0.3


def test_a_known_calibration_of_more_classes_is_adapted_to_texts_of_one_class():
    logits = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    known = Calibration(2.0, 1.0, (0.1, 0.0, -0.1))
    found = adapt_calibration(known, logits, None, np.zeros(5, np.int64), 3)
    assert 1 < found.network < 2  # the logits say nothing about these texts
    assert found.wide == 0
    assert found.bias[0] > 0.1


def test_a_known_calibration_needs_a_text():
    none = np.zeros(0, np.float32)
    with pytest.raises(DataError, match="a text or more"):
        adapt_calibration(KNOWN, none, none, np.zeros(0, np.int64), 2, lengths=np.zeros(0, np.int64))
