"""The sampled softmax against the plain formula, and in the limit of many negatives against the full one."""

import pytest
import torch
from torch.nn import functional as F

from sentiment_fast.model import sampled_softmax
from sentiment_fast.model.sampled_softmax import full_softmax_loss, sampled_softmax_loss, summed_by_id

WORDS, SIZE = 30, 8


@pytest.fixture
def inputs(monkeypatch):
    """(hidden, vectors, biases) with gradients, targets, negatives, log_expected; several parts of steps."""
    monkeypatch.setattr(sampled_softmax, "_STEPS", 7)
    generator = torch.Generator().manual_seed(0)
    hidden, vectors = (torch.randn(size, SIZE, generator=generator).requires_grad_() for size in (50, WORDS))
    biases = torch.randn(WORDS, generator=generator).requires_grad_()
    targets = torch.randint(WORDS, (50,), generator=generator)
    negatives = torch.randint(WORDS, (12,), generator=generator)  # some of them twice
    return (hidden, vectors, biases), targets, negatives, torch.rand(WORDS, generator=generator).log()


def plain_loss(hidden, vectors, biases, targets, negatives, log_expected):
    words = torch.cat([targets[:, None], negatives.expand(len(targets), -1)], dim=1)  # (steps, 1 + negatives)
    logits = (hidden[:, None] * vectors[words]).sum(-1) + biases[words]
    logits = torch.cat([logits[:, :1], logits[:, 1:] - log_expected[negatives]], dim=1)
    hits = words == targets[:, None]
    hits[:, 0] = False
    return F.cross_entropy(logits.masked_fill(hits, float("-inf")), torch.zeros_like(targets))


def test_loss_and_gradients_are_those_of_the_plain_formula(inputs):
    weights, *rest = inputs
    loss, expected = sampled_softmax_loss(*weights, *rest), plain_loss(*weights, *rest)
    torch.testing.assert_close(loss, expected)
    gradients = torch.autograd.grad(2.5 * loss, weights)
    for found, right in zip(gradients, torch.autograd.grad(2.5 * expected, weights), strict=True):
        torch.testing.assert_close(found, right)


def test_bf16_products_round_and_no_more(inputs):
    weights, *rest = inputs
    loss = sampled_softmax_loss(*weights, *rest, torch.bfloat16)
    torch.testing.assert_close(loss, plain_loss(*weights, *rest), rtol=0.01, atol=0)
    for found, right in zip(
        torch.autograd.grad(loss, weights), torch.autograd.grad(plain_loss(*weights, *rest), weights), strict=True
    ):
        assert found.dtype == torch.float32
        assert (found - right).norm() < 0.02 * right.norm()


def test_with_each_word_drawn_as_often_as_expected_it_is_the_full_softmax(inputs):
    (hidden, vectors, biases), targets, *_ = inputs
    everything = torch.arange(WORDS)
    loss = sampled_softmax_loss(hidden, vectors, biases, targets, everything, torch.zeros(WORDS))
    torch.testing.assert_close(loss, F.cross_entropy(hidden @ vectors.T + biases, targets))
    torch.testing.assert_close(full_softmax_loss(hidden, vectors, biases, targets) / 50, loss.detach())


def test_many_negatives_have_about_the_gradient_of_the_full_softmax(inputs):
    weights, targets, *_ = inputs
    shares = torch.softmax(torch.arange(WORDS) / 10.0, 0)
    negatives = torch.multinomial(shares, 20_000, replacement=True, generator=torch.Generator().manual_seed(1))
    sampled = torch.autograd.grad(
        sampled_softmax_loss(*weights, targets, negatives, (shares * len(negatives)).log()), weights
    )
    hidden, vectors, biases = weights
    full = torch.autograd.grad(F.cross_entropy(hidden @ vectors.T + biases, targets), weights)
    for found, right in zip(sampled, full, strict=True):
        assert (found - right).norm() < 0.05 * right.norm()


def test_large_logits_stay_finite(inputs):
    (hidden, vectors, biases), *rest = inputs
    weights = (hidden.detach() * 100).requires_grad_(), vectors, biases
    loss = sampled_softmax_loss(*weights, *rest)
    torch.testing.assert_close(loss, plain_loss(*weights, *rest))


def test_rows_are_summed_by_id_also_where_an_id_has_none():
    rows = torch.arange(8.0).view(4, 2)
    summed = summed_by_id(rows, torch.tensor([2, 0, 2, 3]), 5)
    assert summed.tolist() == [[2, 3], [0, 0], [4, 6], [6, 7], [0, 0]]
