"""Start folders: what comes back, and what each kind of bad one is told."""

import hashlib
import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.folder import load_model
from sentiment_fast.model.network import SentimentLSTM
from sentiment_fast.model.presets import VocabularyConfig
from sentiment_fast.model.pretrained import (
    PretrainedWeights,
    check_sizes,
    load_pretrained,
    pretrained_weights,
    save_pretrained,
)
from sentiment_fast.text.vocabulary import Vocabulary

NETWORK = NetworkConfig(embedding_size=4, hidden_size=6, layers=1, bidirectional=True, pooling="attention")
OPTIONS = VocabularyConfig(max_words=5, stop_words="none", unknown="id")
VOCABULARY = Vocabulary(["film", "good", "not"], 5, None, unknown="id")


@pytest.fixture
def start():
    weights = pretrained_weights(SentimentLSTM(NETWORK, VOCABULARY.largest_id, 2).state_dict())
    return PretrainedWeights(NETWORK, VOCABULARY, OPTIONS, weights, {"texts": 7})


@pytest.fixture
def folder(start, tmp_path):
    save_pretrained(tmp_path / "start", start)
    return tmp_path / "start"


def change_config(folder, **changes):
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.pop("config_sha256", None)
    path.write_text(json.dumps(config | changes))


def test_all_of_it_comes_back(folder, start):
    loaded = load_pretrained(folder)
    assert (loaded.vocabulary, loaded.options, loaded.figures) == (VOCABULARY, OPTIONS, {"texts": 7})
    assert loaded.weights.keys() == start.weights.keys()
    assert all(torch.equal(loaded.weights[name], weight) for name, weight in start.weights.items())
    check_sizes(folder, loaded, NETWORK)


def test_it_holds_no_weights_of_a_classifier(start):
    assert {name.partition(".")[0] for name in start.weights} == {"embedding", "recurrent"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("embedding_size", 8), ("hidden_size", 8), ("layers", 2), ("cell", "gru"), ("bidirectional", False)],
)
def test_a_network_of_other_sizes_is_told_the_field_both_values_and_what_to_do(folder, field, value):
    theirs = str(getattr(NETWORK, field)).lower()
    with pytest.raises(UsageError, match=rf"`init=.* has {field} .*`set={field}={theirs}`.*`set={field}="):
        check_sizes(folder, load_pretrained(folder), replace(NETWORK, **{field: value}))


@pytest.mark.slow
def test_a_missing_folder_says_what_makes_one(tmp_path):
    with pytest.raises(ModelFolderError, match=r"`pretrain` makes one"):
        load_pretrained(tmp_path / "nothing")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vocabulary.txt", "start.safetensors", "config.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelFolderError, match=name):
        load_pretrained(folder)


@pytest.mark.parametrize("name", ["vocabulary.txt", "start.safetensors"])
def test_a_changed_file_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelFolderError, match="cut short or altered"):
        load_pretrained(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": 2}, "update the package"),
        ({"format": None}, "with its format"),
        ({"kind": "model"}, "is not a pretrained folder"),
        ({"network": 3}, "'network'"),
        ({"network": {}}, "expected the sizes"),
        ({"vocabulary": {"nonsense": 1}}, "expected the sizes"),
        ({"sha256": {}}, "'sha256'"),
    ],
)
def test_a_config_that_is_wrong_is_told_where(folder, changes, complaint):
    change_config(folder, **changes)
    with pytest.raises(ModelFolderError, match=complaint):
        load_pretrained(folder)


def test_sizes_that_are_not_those_of_the_weights_are_noticed(folder):
    sizes = json.loads((folder / "config.json").read_text())["network"]
    change_config(folder, network=sizes | {"hidden_size": 1 << 13})
    with pytest.raises(ModelFolderError, match="it does not belong"):
        load_pretrained(folder)


def test_absurd_layers_are_refused_before_they_are_made(folder):
    sizes = json.loads((folder / "config.json").read_text())["network"]
    change_config(folder, network=sizes | {"layers": 10**9})
    with pytest.raises(ModelFolderError, match="Expected layers"):
        load_pretrained(folder)


def test_weights_with_a_tensor_too_many_are_noticed(folder):
    path = folder / "start.safetensors"
    save_file(load_file(path) | {"output.weight": torch.zeros(1)}, path)
    digests = json.loads((folder / "config.json").read_text())["sha256"]
    change_config(folder, sha256=digests | {path.name: hashlib.sha256(path.read_bytes()).hexdigest()})
    with pytest.raises(ModelFolderError, match=r"output\.weight to be absent"):
        load_pretrained(folder)


def test_it_is_no_model_folder_and_says_what_it_is_for(folder):
    with pytest.raises(ModelFolderError, match="`init="):
        load_model(folder)
