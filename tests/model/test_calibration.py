"""Combining the logits of a model's parts: the formula, what changes nothing, and what is no calibration."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sentiment_fast.errors import UsageError
from sentiment_fast.model import network
from sentiment_fast.model.calibration import Calibration, class_probabilities

NETWORK, WIDE = (np.random.default_rng(seed).normal(0, 3, 50).astype(np.float32) for seed in (0, 1))
NETWORK_3, WIDE_3 = (np.random.default_rng(seed).normal(0, 3, (50, 3)).astype(np.float32) for seed in (0, 1))


@pytest.mark.parametrize("logits", [NETWORK, NETWORK_3], ids=["two classes", "three"])
def test_no_calibration_changes_no_bit_of_the_probabilities(logits):
    expected = class_probabilities(logits)
    np.testing.assert_array_equal(Calibration().probabilities(logits, None), expected)


@pytest.mark.parametrize("logits", [NETWORK, NETWORK_3, 100 * NETWORK, 1e4 * NETWORK_3, NETWORK[:0], NETWORK_3[:0]])
def test_probabilities_are_those_of_pytorch(logits):
    expected = network.class_probabilities(torch.from_numpy(logits)).numpy()
    np.testing.assert_allclose(class_probabilities(logits), expected, rtol=2e-6, atol=1e-38)  # PyTorch's are float32


def test_two_parts_are_added_up_by_their_scales():
    found = Calibration(0.5, 2.0, (-1.0,)).logits(NETWORK, WIDE)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, 0.5 * NETWORK + 2 * WIDE - 1, rtol=1e-6, atol=1e-6)


def test_each_of_three_classes_has_a_bias_of_its_own():
    found = Calibration(0.5, 2.0, (-1.0, 0.0, 3.0)).logits(NETWORK_3, WIDE_3)
    np.testing.assert_allclose(found, 0.5 * NETWORK_3 + 2 * WIDE_3 + [-1, 0, 3], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("network", "wide"), [(NETWORK, WIDE), (NETWORK_3, WIDE_3)], ids=["two classes", "three"])
def test_probabilities_are_float32_rows_that_sum_to_1(network, wide):
    found = Calibration(0.5, 2.0).probabilities(network, wide)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_each_row_decides_for_itself():
    calibration = Calibration(0.3, 1.7, (0.2,))
    alone = [calibration.logits(NETWORK[row : row + 1], WIDE[row : row + 1])[0] for row in range(50)]
    np.testing.assert_array_equal(calibration.logits(NETWORK, WIDE), alone)


def test_a_part_of_scale_0_is_left_out_whatever_it_says():
    infinite = np.full(50, np.inf, np.float32)
    np.testing.assert_array_equal(Calibration(0.0, 1.0).logits(infinite, WIDE), WIDE)


def test_of_no_part_at_all_there_are_no_logits():
    with pytest.raises(ValueError, match="Expected the logits of the network or the n-gram model, got neither"):
        Calibration().logits(None, None)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_calibration_survives_json(classes):
    calibration = Calibration(0.1, 2.5, (0.25,) if classes == 2 else (0.5, -1.0, 1e-9))
    assert Calibration.from_dict(json.loads(json.dumps(calibration.as_dict())), classes) == calibration


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, "1", None, True])
@pytest.mark.parametrize("name", ["network", "wide"])
def test_a_scale_that_is_none_is_refused_by_its_name(name, value):
    with pytest.raises(UsageError, match=f"Expected a scale '{name}' of 0 or more, got"):
        Calibration(**{name: value})


@pytest.mark.parametrize("value", [math.nan, -math.inf, "1", None])
def test_a_bias_that_is_no_number_is_refused(value):
    with pytest.raises(UsageError, match="Expected a bias of numbers, got"):
        Calibration(bias=(value,))


@pytest.mark.parametrize("stored", [None, [], {}, {"network": 1.0, "wide": 1.0}, {"network": 1, "wide": 1, "b": []}])
def test_what_is_no_calibration_is_not_read_as_one(stored):
    with pytest.raises(UsageError, match="Expected the scales network and wide and a bias"):
        Calibration.from_dict(stored, 2)


@pytest.mark.parametrize(("bias", "classes"), [([1.0, 1.0], 2), ([1.0], 3), ([1.0, 1.0], 3), (0.0, 2), (None, 3)])
def test_a_bias_of_another_number_of_classes_is_not_read(bias, classes):
    with pytest.raises(UsageError, match=r"Expected a bias of . numbers or none"):
        Calibration.from_dict({"network": 1.0, "wide": 1.0, "bias": bias}, classes)


BY_LENGTH = Calibration((1.5, 0.5, 0.0), (0.25, 0.75, 1.0), (-0.5,), (10, 100, 1000))


def test_scales_follow_the_logarithm_of_the_length_and_are_constant_outside_of_the_given_ones():
    lengths = np.array([0, 1, 10, 32, 100, 316, 1000, 10**6])
    between = (np.log([32, 316]) - np.log([10, 100])) / np.log(10)  # how far from one given length to the next
    network = np.array([1.5, 1.5, 1.5, 1.5 - between[0], 0.5, 0.5 - 0.5 * between[1], 0, 0])
    wide = np.array([0.25, 0.25, 0.25, 0.25 + 0.5 * between[0], 0.75, 0.75 + 0.25 * between[1], 1, 1])
    found = BY_LENGTH.logits(NETWORK[:8], WIDE[:8], lengths)
    np.testing.assert_allclose(found, network * NETWORK[:8] + wide * WIDE[:8] - 0.5, rtol=1e-6, atol=1e-6)


def test_all_outputs_of_a_text_have_the_scale_of_its_length():
    calibration = Calibration((1.0, 0.0), 0.0, (), (1, 10))
    found = calibration.logits(NETWORK_3[:2], WIDE_3[:2], np.array([1, 10]))
    np.testing.assert_array_equal(found, [NETWORK_3[0], [0, 0, 0]])


def test_a_part_is_left_out_where_its_scale_is_0_even_if_its_logit_is_infinite():
    infinite = np.full(2, np.inf, np.float32)
    np.testing.assert_array_equal(
        BY_LENGTH.logits(infinite, WIDE[:2], np.array([1000, 1])), np.array([WIDE[0] - 0.5, np.inf], np.float32)
    )


def test_a_scale_depends_on_no_other_text():
    calibration = Calibration((0.7889, 0.5815, 0.2913), 0.0, (), (8, 50, 300))
    lengths = np.random.default_rng(0).integers(0, 400, 500)
    ones = np.ones(500, np.float32)
    single = [calibration.scaled(calibration.network, ones[:1], lengths[row : row + 1]) for row in range(500)]
    np.testing.assert_array_equal(calibration.scaled(calibration.network, ones, lengths), np.concatenate(single))


def test_many_lengths_take_little_memory():
    many = 100_000  # the square of which would not fit
    calibration = Calibration((0.5,) * many, 0.0, (), tuple(range(1, many + 1)))
    np.testing.assert_array_equal(calibration.logits(NETWORK[:2], None, np.array([1, many])), 0.5 * NETWORK[:2])


def test_scales_by_length_need_lengths():
    with pytest.raises(ValueError, match="Expected the texts' lengths, on which the scales depend, got none"):
        BY_LENGTH.probabilities(NETWORK, WIDE)


def test_scales_by_length_survive_json():
    assert Calibration.from_dict(json.loads(json.dumps(BY_LENGTH.as_dict())), 2) == BY_LENGTH


def test_a_calibration_without_lengths_is_stored_as_earlier_versions_read_it():
    assert set(Calibration(0.5).as_dict()) == {"network", "wide", "bias"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"network": (1.0, 2.0)}, "Expected a scale 'network' for each of 3 lengths, got 2"),
        ({"lengths": ()}, "Expected a scale 'network' for each of 0 lengths, got 3"),
        ({"wide": (1.0, -1.0, 0.0)}, "Expected a scale 'wide' of 0 or more"),
        ({"wide": (1.0, math.nan, 0.0)}, "Expected a scale 'wide' of 0 or more"),
        ({"lengths": (10, 10, 20)}, "Expected ascending lengths in ids"),
        ({"lengths": (0, 10, 20)}, "Expected ascending lengths in ids"),
        ({"lengths": (1, 10, 20.0)}, "Expected ascending lengths in ids"),
        ({"lengths": (1, 10, True)}, "Expected ascending lengths in ids"),
    ],
)
def test_scales_by_length_that_make_no_sense_are_refused(changed, message):
    with pytest.raises(UsageError, match=message):
        replace(BY_LENGTH, **changed)


@pytest.mark.parametrize("lengths", ["8", None, {"8": 1}, [[8], 50, 300], ["8", "50", "300"]])
def test_stored_lengths_of_another_type_are_refused(lengths):
    with pytest.raises(UsageError, match="Expected"):
        Calibration.from_dict(BY_LENGTH.as_dict() | {"lengths": lengths}, 2)
