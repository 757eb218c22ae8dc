"""Language models of a network's directions: what they predict from what, and their losses by the plain formula."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from sentiment_fast.errors import UsageError
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Precision
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.training import language_model
from sentiment_fast.training.language_model import Draws, LanguageModel, Steps, with_steps

CPU = torch.device("cpu")
TEXTS = [[3, 1, 2], [5, 4], [1, 1, 2, 3, 6, 2]]
WORDS = 7
NOTHING = np.zeros(0, np.int64)


def ids_of(texts):
    values = np.array([id_ for text in texts for id_ in text], np.int16)
    return TokenIds(values, np.cumsum([0, *map(len, texts)]))


@pytest.fixture
def source():
    return BatchSource(ids_of(TEXTS), 5, False, CPU)


def model_of(seed=0, **fields):
    torch.manual_seed(seed)
    config = NetworkConfig(**{"embedding_size": 8, "hidden_size": 16, "layers": 1, "pooling": "last", **fields})
    return LanguageModel(config, WORDS).eval()


def test_each_step_predicts_the_next_word_in_each_direction(source):
    steps = Steps.of(source, np.array([0, 2]), 2, np.array([7]))
    ahead, back = steps.inputs
    assert steps.lengths.tolist() == [2, 4]  # of the third text, five ids are read
    assert steps.words[ahead].tolist() == [3, 1, 1, 1, 2, 3]
    assert steps.words[steps.targets[0]].tolist() == [1, 2, 1, 2, 3, 6]
    assert steps.words[back].tolist() == [2, 1, 6, 3, 2, 1]
    assert steps.words[steps.targets[1]].tolist() == [1, 3, 3, 2, 1, 1]
    assert steps.words[steps.negatives].tolist() == [7]


def test_one_direction_has_the_steps_ahead_alone(source):
    steps = Steps.of(source, np.array([1]), 1, NOTHING)
    assert [steps.words[part].tolist() for part in (*steps.inputs, *steps.targets)] == [[5], [4]]


def test_texts_without_a_next_word_are_left_out():
    kept = with_steps(ids_of([[1], [2, 3], [], [4, 5, 6], [7]]))
    assert [kept[row].tolist() for row in range(len(kept))] == [[2, 3], [4, 5, 6]]


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_exact_loss_is_that_of_one_text_at_a_time(source, cell, bidirectional):
    model = model_of(cell=cell, bidirectional=bidirectional)
    steps = Steps.of(source, np.arange(3), len(model.directions), NOTHING)
    weight, expected = model.embedding.weight, 0.0
    for text in TEXTS:
        for index, (direction, projection) in enumerate(zip(model.directions, model.projections, strict=True)):
            read = torch.tensor(text[:5][:: -1 if index else 1])
            hidden = projection(direction(weight[read[:-1]][None])[0][0])
            logits = hidden @ weight.T + model.biases.squeeze(1)
            expected += F.cross_entropy(logits, read[1:], reduction="sum").item()
    assert model.full_loss(steps).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_native_core_has_the_losses_and_gradients_of_pytorch(source, bidirectional, monkeypatch):
    monkeypatch.setattr(language_model, "DROPOUT", 0.0)
    results = []
    draws = Draws(torch.full((WORDS + 1,), 1 / (WORDS + 1), dtype=torch.float64), 4)
    for native in (False, True):
        model = model_of(bidirectional=bidirectional)
        if native:
            model.run_in(Precision("float32", "float32"))
            if not model.is_native:
                pytest.skip("the native core has no kernels for this CPU")
        steps = Steps.of(source, np.arange(3), len(model.directions), np.array([1, 6, 7, 7]))
        loss = model.loss(steps, draws)
        loss.backward()
        results.append([loss.detach(), *(weight.grad for weight in model.parameters())])
    for plain, native in zip(*results, strict=True):
        torch.testing.assert_close(native, plain, rtol=1e-4, atol=1e-5)


def test_words_are_drawn_by_their_counts_and_the_pad_never():
    draws = Draws.of(ids_of([[1, 1, 1, 1, 2], [1] * 12 + [4]]), 4)
    expected = np.array([0, 16, 1, 1, 1]) ** 0.75
    np.testing.assert_allclose(draws.shares.numpy(), expected / expected.sum())
    assert draws.log_expected[1].exp() == pytest.approx(draws.count * 8 / 11)


def test_layers_above_each_other_in_both_directions_are_refused():
    with pytest.raises(UsageError, match="layers=1"):
        model_of(layers=2, bidirectional=True)


def test_sizes_that_agree_need_no_projection():
    assert not list(model_of(hidden_size=8).projections.parameters())
    assert len(list(model_of(bidirectional=True).projections.parameters())) == 2
