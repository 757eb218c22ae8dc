"""From labelled texts to what the loop takes: vocabulary, ids, targets, a fresh network."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.errors import DataError
from sentiment_fast.model.presets import VocabularyConfig, preset
from sentiment_fast.text import reference
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.encode import encode_part, new_network, vocabulary_of

TEXTS = ["The film was good, good, GOOD!", "a bad film", "", "It was the worst film of 1999"]
LABELS = ["positive", "negative", "negative", "negative"]
CLASSES = ["negative", "positive"]
VOCABULARY = Vocabulary(["film", "good"])


def labelled(texts=TEXTS, labels=LABELS) -> LabelledTexts:
    return LabelledTexts(pa.chunked_array([pa.array(texts, pa.string())]), np.array(labels), "reviews.csv")


def weights_of(network: torch.nn.Module) -> list[torch.Tensor]:
    return [parameter.detach() for parameter in network.parameters()]


def test_the_vocabulary_is_that_of_the_training_texts():
    vocabulary = vocabulary_of(labelled(), VocabularyConfig())
    assert vocabulary.words == reference.build_vocabulary(TEXTS)
    assert vocabulary.words[:2] == ["film", "good"]


def test_the_vocabulary_has_no_more_words_than_asked_for():
    assert vocabulary_of(labelled(), VocabularyConfig(max_words=1)).words == ["film"]


def test_stop_words_none_keeps_all_words():
    assert "the" in vocabulary_of(labelled(), VocabularyConfig(stop_words="none")).words


@pytest.mark.parametrize("texts", [["", " "], ["the", "of"], ["1999", "?!"], [None, None]])
def test_texts_without_a_word_for_the_vocabulary_are_refused_with_what_to_check(texts):
    with pytest.raises(DataError, match=r"reviews.csv: expected texts with words.*`text_column`"):
        vocabulary_of(labelled(texts, LABELS[:2]), VocabularyConfig())


def test_a_part_is_encoded_with_the_vocabulary():
    part = encode_part(labelled(), VOCABULARY, CLASSES)
    assert [row.tolist() for row in part.ids] == [[1, 2, 2, 2], [1], [], [1]]


def test_targets_are_the_labels_places_among_the_classes():
    part = encode_part(labelled(), VOCABULARY, CLASSES)
    assert part.targets.dtype == np.int64
    assert part.targets.tolist() == [1, 0, 0, 0]


def test_a_part_keeps_its_data():
    data = labelled()
    assert encode_part(data, VOCABULARY, CLASSES).data is data


def test_a_label_that_training_did_not_have_is_refused_with_its_row():
    with pytest.raises(DataError, match="'mixed' in row 2"):
        encode_part(labelled(labels=["positive", "mixed", "negative", "negative"]), VOCABULARY, CLASSES)


@pytest.mark.parametrize(("pooling", "shorter"), [("padded", [0, 1]), ("last", [1, 0])])
def test_examples_are_padded_where_the_network_reads_them(pooling, shorter):
    config = preset("tutorial").with_fields({"pooling": pooling, "max_length": 4}).network
    examples = encode_part(labelled(["film good", "film"], CLASSES), VOCABULARY, CLASSES).examples(
        config, torch.device("cpu")
    )
    assert examples.source.batch(np.array([0, 1]))[0].tolist() == [[1, 2], shorter]


def test_examples_are_cut_at_the_networks_max_length():
    config = preset("tutorial").with_fields({"max_length": 2}).network
    examples = encode_part(labelled(), VOCABULARY, CLASSES).examples(config, torch.device("cpu"))
    assert examples.source.lengths.tolist() == [2, 1, 1, 1]


def test_examples_have_the_targets_as_a_tensor():
    examples = encode_part(labelled(), VOCABULARY, CLASSES).examples(preset("tutorial").network, torch.device("cpu"))
    assert examples.targets.dtype == torch.int64
    assert examples.targets.tolist() == [1, 0, 0, 0]


def test_a_new_network_has_the_settings_sizes():
    network = new_network(preset("tutorial").with_fields({"hidden_size": 32}), VOCABULARY, ["a", "b", "c"])
    assert network.embedding.weight.shape == (3, 64)
    assert network.recurrent.weight_hh_l1.shape == (4 * 32, 32)
    assert network.output.weight.shape == (3, 32)


def test_a_new_networks_weights_are_drawn_as_pytorch_would():
    settings = preset("tutorial").with_fields({"seed": 7})
    network = new_network(settings, VOCABULARY, CLASSES)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        plain = [torch.nn.Embedding(3, 64), torch.nn.LSTM(64, 256, 2), torch.nn.Linear(256, 1)]
    expected = [weight for module in plain for weight in weights_of(module)]
    assert all(one.equal(other) for one, other in zip(weights_of(network), expected, strict=True))


def test_the_same_seed_gives_the_same_weights():
    one, other = (new_network(preset("tutorial"), VOCABULARY, CLASSES) for _ in range(2))
    assert all(a.equal(b) for a, b in zip(weights_of(one), weights_of(other), strict=True))


def test_another_seed_gives_other_weights():
    one, other = (new_network(preset("tutorial").with_fields({"seed": seed}), VOCABULARY, CLASSES) for seed in (0, 1))
    assert not any(a.equal(b) for a, b in zip(weights_of(one), weights_of(other), strict=True))


def test_the_callers_random_state_is_untouched():
    state = torch.get_rng_state()
    new_network(preset("tutorial"), VOCABULARY, CLASSES)
    assert torch.get_rng_state().equal(state)


def test_the_callers_random_state_on_cuda_is_untouched(monkeypatch):
    seeded = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded.append)
    new_network(preset("tutorial"), VOCABULARY, CLASSES)
    assert seeded == []
