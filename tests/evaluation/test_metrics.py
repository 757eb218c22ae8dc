"""Metrics against results computed by hand, and the calibration error against a plain loop."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.evaluation import evaluate, predicted_indices

CLASSES = ["negative", "positive"]


def binary(positive: list[float]) -> np.ndarray:
    """(n, 2) probabilities from those of the second class."""
    return np.stack([1 - np.array(positive), np.array(positive)], axis=1)


# Predicted 1, 1, 0, 0, 1 where 1, 0, 0, 1, 1 is true: two hits and one miss of class 1, one of two of class 0.
FIVE = binary([0.9, 0.6, 0.2, 0.4, 0.7])
FIVE_LABELS = np.array([1, 0, 0, 1, 1])

# Predicted 0, 1, 2, 2 where 0, 1, 1, 2 is true.
FOUR = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [0.1, 0.1, 0.8]])
FOUR_LABELS = np.array([0, 1, 1, 2])


def calibration_error_by_hand(probabilities: np.ndarray, labels: np.ndarray) -> float:
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(15)]
    for row, label in zip(probabilities.tolist(), labels.tolist(), strict=True):
        confidence = max(row)
        number = next(m for m in range(15) if confidence <= (m + 1) / 15)
        bins[number].append((confidence, row.index(confidence) == label))
    error = 0.0
    for members in bins:
        if members:
            accuracy = sum(hit for _, hit in members) / len(members)
            confidence = sum(c for c, _ in members) / len(members)
            error += len(members) / len(labels) * abs(accuracy - confidence)
    return error


def random_case(n: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.dirichlet(np.ones(classes), n), generator.integers(0, classes, n)


def test_accuracy_is_the_share_of_hits():
    assert evaluate(FIVE, FIVE_LABELS, CLASSES).accuracy == 0.6


def test_confusion_rows_are_actual_and_columns_predicted():
    assert evaluate(FIVE, FIVE_LABELS, CLASSES).confusion == ((1, 1), (1, 2))


def test_precision_recall_and_f1_of_each_class():
    negative, positive = evaluate(FIVE, FIVE_LABELS, CLASSES).per_class
    assert (negative.precision, negative.recall, negative.f1) == (0.5, 0.5, 0.5)
    assert (positive.precision, positive.recall, positive.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


def test_support_counts_the_texts_of_each_class():
    assert [scores.support for scores in evaluate(FIVE, FIVE_LABELS, CLASSES).per_class] == [2, 3]


def test_macro_f1_is_the_unweighted_mean():
    assert evaluate(FIVE, FIVE_LABELS, CLASSES).macro_f1 == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_roc_auc_is_the_share_of_pairs_in_the_right_order():
    # Positive 0.9, 0.4, 0.7 against negative 0.6, 0.2: five of the six pairs.
    assert evaluate(FIVE, FIVE_LABELS, CLASSES).roc_auc == pytest.approx(5 / 6)


def test_log_loss_is_the_mean_of_the_actual_classes_negative_logs():
    expected = -sum(map(math.log, [0.9, 0.4, 0.8, 0.4, 0.7])) / 5
    assert evaluate(FIVE, FIVE_LABELS, CLASSES).log_loss == pytest.approx(expected)


def test_calibration_error_of_five_texts():
    # No two of 0.9, 0.6, 0.8, 0.7 share a bin (14, 9, 12, 11), but the second 0.6 joins the first.
    expected = (abs(1 - 0.9) + abs(0 - 1.2) + abs(1 - 0.8) + abs(1 - 0.7)) / 5
    assert evaluate(FIVE, FIVE_LABELS, CLASSES).calibration_error == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_calibration_error_equals_a_plain_loop(classes):
    probabilities, labels = random_case(500, classes, seed=classes)
    found = evaluate(probabilities, labels, list(range(classes))).calibration_error
    assert found == pytest.approx(calibration_error_by_hand(probabilities, labels))


def test_calibration_error_is_zero_where_confidence_is_the_hit_rate():
    assert evaluate(binary([0.75] * 4), np.array([1, 1, 1, 0]), CLASSES).calibration_error == pytest.approx(0)


def test_a_confidence_on_a_bin_edge_belongs_to_the_bin_below():
    # 0.6 = 9/15 ends the bin of 0.55, so that the two gaps cancel out in part; apart they would add up to 0.5.
    metrics = evaluate(binary([0.6, 0.55]), np.array([1, 0]), CLASSES)
    assert metrics.calibration_error == pytest.approx(abs(0.4 - 0.55) / 2)


def positive_calibration_error_by_hand(positive: list[float], labels: list[int]) -> float:
    error = 0.0
    for m in range(15):
        members = [
            (p, hit)
            for p, hit in zip(positive, labels, strict=True)
            if m / 15 < p <= (m + 1) / 15 or (m == 0 and p == 0)
        ]
        error += abs(sum(hit - p for p, hit in members)) / len(labels)
    return error


def test_positive_calibration_error_equals_a_plain_loop():
    positive, labels = np.random.default_rng(3).random(500), np.random.default_rng(4).integers(0, 2, 500)
    found = evaluate(binary(positive), labels, CLASSES).positive_calibration_error
    assert found == pytest.approx(positive_calibration_error_by_hand(positive.tolist(), labels.tolist()))


def test_positive_calibration_error_tells_the_two_classes_apart():
    # The predicted class's probability is 0.9 throughout, and right in half of the texts: those called positive.
    metrics = evaluate(binary([0.9] * 4 + [0.1] * 4), np.ones(8, np.int64), CLASSES)
    assert metrics.calibration_error == pytest.approx(0.4)
    assert metrics.positive_calibration_error == pytest.approx((0.1 + 0.9) / 2)


def test_three_classes_have_no_positive_one():
    metrics = evaluate(FOUR, FOUR_LABELS, ["a", "b", "c"])
    assert metrics.positive_calibration_error is None
    assert "P(" not in metrics.as_text()


def test_the_positive_classes_calibration_error_is_printed_by_its_name():
    assert "... of P(positive)     36.00%" in evaluate(FIVE, FIVE_LABELS, CLASSES).as_text()


def test_the_threshold_decides_between_two_classes():
    probabilities = binary([0.2, 0.3, 0.4, 0.8])
    assert predicted_indices(probabilities, 0.3).tolist() == [0, 0, 1, 1]
    assert predicted_indices(probabilities, 0.79).tolist() == [0, 0, 0, 1]


def test_metrics_follow_the_threshold():
    assert evaluate(FIVE, FIVE_LABELS, CLASSES, 0.65).confusion == ((2, 0), (1, 2))


def test_three_classes_confusion():
    assert evaluate(FOUR, FOUR_LABELS, ["a", "b", "c"]).confusion == ((1, 0, 0), (0, 1, 1), (0, 0, 1))


def test_three_classes_macro_f1():
    assert evaluate(FOUR, FOUR_LABELS, ["a", "b", "c"]).macro_f1 == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)


def test_three_classes_roc_auc_is_the_mean_of_each_class_against_the_rest():
    # Against the rest: "a" 3 of 3 pairs; "b" (0.7, 0.2 against 0.3, 0.1) 3 of 4; "c" 3 of 3.
    assert evaluate(FOUR, FOUR_LABELS, ["a", "b", "c"]).roc_auc == pytest.approx((1 + 3 / 4 + 1) / 3)


def test_exactly_one_half_is_the_lower_class():
    assert predicted_indices(binary([0.5, np.nextafter(0.5, 1)])).tolist() == [0, 1]


def test_a_tie_of_three_classes_is_the_lowest_of_them():
    assert predicted_indices(np.array([[0.2, 0.4, 0.4]])).tolist() == [1]


def test_predicted_indices_are_int64():
    assert {predicted_indices(case).dtype for case in (FIVE, FOUR)} == {np.dtype(np.int64)}


def test_float32_probabilities_give_the_same_metrics():
    probabilities, labels = random_case(300, 2, seed=5)
    single = evaluate(probabilities.astype(np.float32), labels, CLASSES)
    double = evaluate(probabilities, labels, CLASSES)
    assert single.confusion == double.confusion
    assert (single.log_loss, single.roc_auc) == pytest.approx((double.log_loss, double.roc_auc), abs=1e-5)


def test_integer_labels_stay_integers():
    as_dict = evaluate(FOUR, FOUR_LABELS, np.array([1, 3, 5])).as_dict()
    assert as_dict["classes"] == [1, 3, 5]
    assert [type(scores["label"]) for scores in as_dict["per_class"]] == [int, int, int]


def test_as_dict_survives_json():
    as_dict = evaluate(FIVE, FIVE_LABELS, CLASSES).as_dict()
    assert json.loads(json.dumps(as_dict)) == as_dict


def test_as_text_shows_percentages_with_two_decimals():
    assert "accuracy               60.00%" in evaluate(FIVE, FIVE_LABELS, CLASSES).as_text()


def test_as_text_shows_the_confusion_matrix():
    lines = evaluate(FIVE, FIVE_LABELS, CLASSES).as_text().splitlines()
    assert [line.split() for line in lines[-3:]] == [
        ["actual", "\\", "predicted", "negative", "positive"],
        ["negative", "1", "1"],
        ["positive", "1", "2"],
    ]


def test_as_text_tables_are_aligned():
    classes = ["a", "a much longer label with spaces", "c"]
    blocks = evaluate(FOUR, FOUR_LABELS, classes).as_text().split("\n\n")
    assert [len({len(line) for line in block.splitlines()}) for block in blocks] == [1, 1, 1]


def test_a_class_never_predicted_has_precision_zero():
    assert evaluate(binary([0.1, 0.2]), np.array([0, 1]), CLASSES).per_class[1].precision == 0


def test_a_class_without_texts_has_recall_zero():
    assert evaluate(binary([0.1, 0.8]), np.array([0, 0]), CLASSES).per_class[1].recall == 0


def test_macro_f1_leaves_out_a_class_that_does_not_occur():
    assert evaluate(binary([0.1, 0.2]), np.array([0, 0]), CLASSES).macro_f1 == 1


@pytest.mark.parametrize(("probabilities", "classes"), [(FIVE[:2], CLASSES), (FOUR[:2], ["a", "b", "c"])])
def test_roc_auc_of_a_single_class_is_none(probabilities, classes):
    assert evaluate(probabilities, np.array([0, 0]), classes).roc_auc is None


def test_roc_auc_is_none_where_one_of_three_classes_has_no_text():
    assert evaluate(FOUR[:2], np.array([0, 1]), ["a", "b", "c"]).roc_auc is None


def test_an_undefined_roc_auc_is_named_so_in_the_text():
    assert "ROC AUC             undefined" in evaluate(FIVE[:2], np.array([0, 0]), CLASSES).as_text()


def test_a_single_text_is_enough():
    assert evaluate(binary([0.75]), np.array([1]), CLASSES).accuracy == 1


def test_a_wrong_certainty_costs_a_finite_log_loss():
    assert 30 < evaluate(binary([1.0]), np.array([0]), CLASSES).log_loss < 36.1


def test_no_texts_are_a_data_error():
    with pytest.raises(DataError, match="Expected labelled texts to evaluate on, got none"):
        evaluate(np.empty((0, 2)), np.empty(0, dtype=np.int64), CLASSES)


def test_a_probability_that_is_not_a_number_is_a_data_error_with_its_row():
    with pytest.raises(DataError, match=r"for text 2 .* lower learning rate"):
        evaluate(binary([0.5, np.nan]), np.array([0, 1]), CLASSES)


def test_logits_are_refused():
    with pytest.raises(ValueError, match="Are they logits"):
        evaluate(np.array([[-1.0, 2.0]]), np.array([0]), CLASSES)


def test_probabilities_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"shape \(5, 3\), got \(5, 2\)"):
        evaluate(FIVE, FIVE_LABELS, ["a", "b", "c"])


def test_labels_beyond_the_classes_are_refused():
    with pytest.raises(ValueError, match="labels from 0 to 1, got 0 to 2"):
        evaluate(FIVE, FIVE_LABELS * 2, CLASSES)


def test_a_single_class_is_refused():
    with pytest.raises(ValueError, match="two or more classes, got 1"):
        evaluate(np.ones((1, 1)), np.array([0]), ["only"])


def test_the_arguments_are_left_as_they_are():
    probabilities = np.array([[0.2, 0.801], [0.6, 0.4]])
    before = probabilities.copy()
    evaluate(probabilities, np.array([0, 1]), CLASSES)
    assert np.array_equal(probabilities, before)


@pytest.mark.slow
def test_importing_does_not_load_scikit_learn():
    code = "import sys, sentiment_fast.evaluation; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
