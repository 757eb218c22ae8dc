"""Soft targets: how they are mixed, kept, and learned from."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from sentiment_fast.errors import DataError, ModelFolderError
from sentiment_fast.model.network import class_loss
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.training.distillation import SOFT_TARGETS, keep_probabilities, kept_probabilities, soft_targets
from sentiment_fast.training.step import Examples, loss_and_correct

IDS = TokenIds(np.array([1, 2, 3], np.int16), np.array([0, 2, 2, 3]))
TAUGHT = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]], np.float32)


def test_labels_and_the_teachers_probabilities_are_mixed_where_there_are_labels():
    learned = soft_targets(IDS, np.array([1, 1]), TAUGHT, 0.25)
    np.testing.assert_allclose(learned.targets, [[0.675, 0.325], [0.15, 0.85], [0.4, 0.6]], rtol=1e-6)
    assert learned.targets.dtype == np.float32


@pytest.mark.parametrize(("weight", "expected"), [(0.0, TAUGHT[:1]), (1.0, [[0.0, 1.0]])])
def test_either_may_count_alone(weight, expected):
    np.testing.assert_array_equal(soft_targets(IDS, np.array([1]), TAUGHT, weight).targets[:1], expected)


def test_each_text_may_have_a_label_weight_of_its_own():
    learned = soft_targets(IDS, np.array([1, 1]), TAUGHT, np.array([1.0, 0.25])).targets
    np.testing.assert_array_equal(learned[0], [0, 1])
    np.testing.assert_array_equal(learned[1], soft_targets(IDS, np.array([1, 1]), TAUGHT, 0.25).targets[1])
    np.testing.assert_array_equal(learned[2], TAUGHT[2])
    assert learned.dtype == np.float32


def test_texts_between_the_classes_may_have_a_label_weight_of_their_own():
    shares = np.array([[0.5, 0.5], [0, 1], [1, 0]], np.float32)
    learned = soft_targets(IDS, shares, TAUGHT, np.array([1.0, 0.0, 0.5])).targets
    np.testing.assert_array_equal(learned[:2], [[0.5, 0.5], TAUGHT[1]])
    np.testing.assert_allclose(learned[2], [0.7, 0.3], rtol=1e-6)


def test_the_same_label_weight_for_each_text_is_that_of_all():
    one, other = (soft_targets(IDS, np.array([1, 0]), TAUGHT, weight) for weight in (0.3, np.array([0.3, 0.3])))
    assert one.digest() == other.digest()


def test_what_was_taught_is_kept_to_the_last_bit(tmp_path):
    keep_probabilities(tmp_path, TAUGHT, IDS)
    np.testing.assert_array_equal(kept_probabilities(tmp_path, IDS), TAUGHT)
    assert [path.name for path in tmp_path.iterdir()] == [SOFT_TARGETS]


def test_nothing_kept_is_none(tmp_path):
    assert kept_probabilities(tmp_path, IDS) is None


def test_what_was_kept_of_other_texts_is_a_data_error(tmp_path):
    keep_probabilities(tmp_path, TAUGHT, IDS)
    with pytest.raises(DataError, match="`unlabelled`"):
        kept_probabilities(tmp_path, IDS.join(IDS))


def test_a_damaged_file_is_said_to_be(tmp_path):
    (tmp_path / SOFT_TARGETS).write_bytes(b"damage")
    with pytest.raises(ModelFolderError, match="the teacher labels the texts again"):
        kept_probabilities(tmp_path, IDS)


def test_soft_targets_of_two_classes_are_a_cross_entropy():
    logits, targets = torch.tensor([0.3, -1.2, 2.0]), torch.from_numpy(TAUGHT)
    both = torch.stack([torch.zeros(3), logits], dim=1)
    expected = -(targets * both.log_softmax(1)).sum(1).mean()
    torch.testing.assert_close(class_loss(logits, targets), expected)


def test_soft_targets_of_more_classes_are_a_cross_entropy():
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    targets = torch.rand(4, 3, generator=torch.Generator().manual_seed(1)).softmax(1)
    torch.testing.assert_close(class_loss(logits, targets), -(targets * logits.log_softmax(1)).sum(1).mean())


def test_certain_soft_targets_have_the_loss_of_hard_ones():
    logits, hard = torch.tensor([0.3, -1.2, 2.0]), torch.tensor([1, 0, 1])
    torch.testing.assert_close(class_loss(logits, F.one_hot(hard, 2).float()), class_loss(logits, hard))


def test_the_likeliest_class_of_soft_targets_is_the_right_one():
    logits, targets = torch.tensor([-0.3, 1.2, -2.0]), torch.from_numpy(TAUGHT)
    assert loss_and_correct(torch.tensor(0.5), logits, targets).tolist() == [1.5, 2.0]


@pytest.mark.slow
def test_a_training_learns_from_soft_targets(tiny_run):
    run = tiny_run(epochs=30)
    hard = run.training.targets
    run.training = Examples(run.training.source, F.one_hot(hard, 2).float() * 0.8 + 0.1)
    history = run.train()
    assert history[-1].train_loss < history[0].train_loss - 0.05
