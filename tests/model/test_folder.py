"""Model folders: a round trip, and one test per way a folder can be bad."""

import contextlib
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.config import NetworkConfig, weight_shapes
from sentiment_fast.model.folder import load_model, model_digest, model_files, model_of_files, save_metrics, save_model
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM, model_of, network_of
from sentiment_fast.model.ngrams import NgramConfig, fit_ngrams
from sentiment_fast.model.presets import preset
from sentiment_fast.text.encoding import encode
from sentiment_fast.text.vocabulary import Vocabulary

WORDS = ["film", "good", "straße", "bad", "電影"]
FILES = ["config.json", "vocabulary.txt", "model.safetensors"]
IDS, LENGTHS = torch.tensor([[0, 0, 1, 2], [5, 4, 3, 3]]), torch.tensor([2, 4])


def saved_model(classes: list[Any] | None = None, **fields: Any) -> Model:
    classes = ["negative", "positive"] if classes is None else classes
    sizes = {"embedding_size": 4, "hidden_size": 5, "layers": 2, "max_length": 9}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = SentimentLSTM(NetworkConfig(**sizes | fields), len(WORDS), len(classes)).eval()
    settings = preset("tutorial").as_dict()
    return model_of(network, Vocabulary(WORDS, 7, ["the"]), classes, text_column="body", settings=settings)


def logits(model: Model) -> torch.Tensor:
    with torch.no_grad():
        return network_of(model)(IDS, LENGTHS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_model(tmp_path / "model", saved_model())
    return tmp_path / "model"


def change_config(folder: Path, **fields: Any) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config.pop("config_sha256", None)  # as for a folder of an older version
    (folder / "config.json").write_text(json.dumps(config | fields), "utf-8")


def change_network(folder: Path, **fields: Any) -> None:
    change_config(folder, network=json.loads((folder / "config.json").read_text("utf-8"))["network"] | fields)


def sign_anew(folder: Path) -> None:
    """Make the config vouch for the files as they are now, as whoever alters them on purpose would."""
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES[1:]}
    change_config(folder, sha256=digests)


def change_weights(folder: Path, change) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")
    sign_anew(folder)


# The round trip.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pooling", "bidirectional"),
    [("padded", False), ("last", False), ("last", True), ("attention", False), ("attention", True), ("max_mean", True)],
)
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_loaded_network_gives_the_saved_ones_logits_to_the_last_bit(tmp_path, cell, pooling, bidirectional):
    model = saved_model(cell=cell, pooling=pooling, bidirectional=bidirectional)
    save_model(tmp_path, model)
    assert torch.equal(logits(load_model(tmp_path)), logits(model))


def test_a_loaded_model_has_every_field_of_the_saved_one(folder):
    model, loaded = saved_model(), load_model(folder)
    assert loaded.config == model.config
    assert loaded.vocabulary == model.vocabulary
    assert loaded.classes == model.classes
    assert loaded.text_column == "body"
    assert loaded.settings == preset("tutorial").as_dict()


@pytest.mark.parametrize(
    "classes", [["negative", "positive"], ["", "ärger", "日本"], [0, 1], [-1, 0, 5], [0.5, 1.0], [1.0, 2.0, 2.5]]
)
def test_classes_keep_their_values_and_types(tmp_path, classes):
    save_model(tmp_path, saved_model(classes))
    loaded = load_model(tmp_path).classes
    assert [(type(label), label) for label in loaded] == [(type(label), label) for label in classes]


def test_three_classes_survive_the_round_trip(tmp_path):
    model = saved_model(["a", "b", "c"])
    save_model(tmp_path, model)
    assert torch.equal(logits(load_model(tmp_path)), logits(model))


def test_a_model_of_no_text_column_has_none_when_loaded(tmp_path):
    model = saved_model()
    model.text_column = None
    save_model(tmp_path, model)
    assert load_model(tmp_path).text_column is None


def test_a_loaded_network_is_in_evaluation_mode_on_the_cpu(folder):
    network = network_of(load_model(folder))
    assert not network.training
    assert {parameter.device.type for parameter in network.parameters()} == {"cpu"}


def test_a_loaded_network_can_be_trained_on(folder):
    network = network_of(load_model(folder)).train()
    network(IDS, LENGTHS).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_a_loaded_network_does_not_change_with_its_file(folder):
    loaded = load_model(folder)
    before = logits(loaded)
    size = (folder / "model.safetensors").stat().st_size
    with (folder / "model.safetensors").open("r+b") as file:
        file.write(bytes(size))
    assert torch.equal(logits(loaded), before)


def test_a_path_may_be_a_str(folder):
    assert load_model(str(folder)).classes == ["negative", "positive"]


def test_saving_makes_the_folder_and_leaves_no_part_file(tmp_path):
    save_model(tmp_path / "a" / "b", saved_model())
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == sorted(FILES)


def test_saving_again_replaces_the_model(folder):
    other = saved_model(["x", "y", "z"], hidden_size=3)
    save_model(folder, other)
    assert torch.equal(logits(load_model(folder)), logits(other))


def test_saving_twice_writes_the_same_bytes(folder, tmp_path):
    save_model(tmp_path / "again", saved_model())
    assert [(folder / name).read_bytes() for name in FILES] == [
        (tmp_path / "again" / name).read_bytes() for name in FILES
    ]


def test_the_config_begins_with_its_format(folder):
    assert next(iter(json.loads((folder / "config.json").read_text("utf-8")).items())) == ("format", 2)


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
def test_whoever_may_read_the_config_may_read_the_weights(folder):
    assert len({(folder / name).stat().st_mode for name in FILES}) == 1


def test_metrics_are_written_as_json(tmp_path):
    save_metrics(tmp_path, {"accuracy": 0.5, "label": "größer"})
    text = (tmp_path / "metrics.json").read_text("utf-8")
    assert json.loads(text) == {"accuracy": 0.5, "label": "größer"}
    assert "größer" in text


def test_metrics_and_card_may_be_missing(folder):
    assert not (folder / "metrics.json").exists()
    assert not (folder / "README.md").exists()
    load_model(folder)


# Folders that are no model folders.


@pytest.mark.slow
def test_a_missing_folder_is_refused_by_its_path(tmp_path):
    with pytest.raises(ModelFolderError, match=r"nowhere: no such model folder.*`train` makes one"):
        load_model(tmp_path / "nowhere")


@pytest.mark.slow
def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "model").write_text("")
    with pytest.raises(ModelFolderError, match="model: no such model folder"):
        load_model(tmp_path / "model")


def test_an_empty_folder_is_refused_by_the_file_it_lacks(tmp_path):
    with pytest.raises(ModelFolderError, match=r"it has no config.json"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_its_name(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelFolderError, match=name):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_place_of_a_file_is_refused_by_its_name(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(ModelFolderError, match=name):
        load_model(folder)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_may_not_be_read_is_refused_by_its_name(folder, name):
    (folder / name).chmod(0)
    with pytest.raises(ModelFolderError, match=name):
        load_model(folder)


# Damage.


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_refused_by_its_name(folder, name, share):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelFolderError, match=name):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES[1:])
def test_a_single_flipped_bit_is_refused_by_the_files_name(folder, name):
    original = (folder / name).read_bytes()
    for place in np.linspace(0, len(original) - 1, 40).astype(int):
        content = bytearray(original)
        content[place] ^= 1
        (folder / name).write_bytes(content)
        with pytest.raises(ModelFolderError, match=f"{name}: "):
            load_model(folder)


@pytest.mark.slow
def test_a_flipped_bit_of_the_config_is_refused_or_means_the_same(folder):
    original, before = (folder / "config.json").read_bytes(), load_model(folder)
    for place in range(0, len(original), 13):
        content = bytearray(original)
        content[place] ^= 1
        (folder / "config.json").write_bytes(content)
        try:
            loaded = load_model(folder)
        except ModelFolderError:
            continue
        # Then the bit was in white space, in the name of the digest itself, or in an escape of the same letter.
        assert (loaded.classes, loaded.config, loaded.settings) == (before.classes, before.config, before.settings)
        assert (loaded.threshold, loaded.calibration) == (before.threshold, before.calibration)


@pytest.mark.slow
def test_a_flipped_bit_of_a_folder_without_a_digest_loads_or_is_refused_but_nothing_else(folder):
    change_config(folder)
    original = (folder / "config.json").read_bytes()
    for place in range(0, len(original), 13):
        content = bytearray(original)
        content[place] ^= 1
        (folder / "config.json").write_bytes(content)
        with contextlib.suppress(ModelFolderError):
            load_model(folder)


def test_a_config_that_was_changed_by_hand_is_refused_with_what_to_do(folder):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"threshold": 0.4}), "utf-8")
    with pytest.raises(ModelFolderError, match=r"altered. If you changed it on purpose, remove 'config_sha256'"):
        load_model(folder)
    change_config(folder, threshold=0.4)
    assert load_model(folder).threshold == 0.4


@pytest.mark.parametrize("name", FILES[1:])
def test_bytes_behind_the_end_are_refused_by_the_files_name(folder, name):
    with (folder / name).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelFolderError, match=name):
        load_model(folder)


def test_files_of_two_models_are_not_mixed(folder, tmp_path):
    other = saved_model()
    other.weights["output.bias"][:] += 1
    save_model(tmp_path / "other", other)
    shutil.copy(tmp_path / "other" / "model.safetensors", folder)
    with pytest.raises(ModelFolderError, match=r"model.safetensors: is not the file"):
        load_model(folder)


# The config.


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [b"", b"format = 1", b'{"format": 1', b"\xff\xfe", b"[" * 100_000, b'{"format": ' + b"1" * 5_000 + b"}"],
    ids=["empty", "not JSON", "cut", "not UTF-8", "nested without end", "endless number"],
)
def test_a_config_that_is_no_json_is_refused(folder, text):
    (folder / "config.json").write_bytes(text)
    with pytest.raises(ModelFolderError, match=r"config.json: is not valid JSON"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["[]", "null", '"text"', "1", "{}", '{"format": "1"}', '{"format": true}', '{"format": 0}']
)
def test_json_that_is_no_config_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(ModelFolderError, match=r"config.json: expected the config of a sentiment_fast model"):
        load_model(folder)


def test_a_newer_format_is_refused_with_what_to_do(folder):
    change_config(folder, format=4)
    with pytest.raises(ModelFolderError, match=r"config.json: has format 4.* reads up to 3: update the package"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("field", ["classes", "network", "settings", "sha256"])
@pytest.mark.parametrize("value", [None, 3, "text", True])
def test_a_field_of_another_type_is_refused_by_its_name(folder, field, value):
    change_config(folder, **{field: value})
    with pytest.raises(ModelFolderError, match=f"config.json: expected '{field}' to be a"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("field", ["classes", "network", "settings", "sha256", "text_column"])
def test_a_missing_field_is_refused_by_its_name(folder, field):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    del config[field]
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelFolderError, match=f"config.json: expected '{field}'"):
        load_model(folder)


@pytest.mark.parametrize("value", [3, ["body"], True])
def test_a_text_column_that_is_no_name_is_refused(folder, value):
    change_config(folder, text_column=value)
    with pytest.raises(ModelFolderError, match=r"config.json: expected 'text_column'"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "classes",
    [
        *([], ["a"], ["a", "a"], [["a"], ["b"]], [None, "b"], [{}, "b"], [False, True], [float("nan"), 1]),
        *(["a", 1], [1, "a"], [10**30, 1], [-(2**63) - 1, 1], ["\ud800", "b"], [float("inf"), 0.5], [10**400, 0.5]),
        *(["a\0", "b"], ["a\0b", "c"]),
    ],
    ids=lambda classes: str(classes)[:30],
)
def test_classes_that_are_no_labels_are_refused(folder, classes):
    change_config(folder, classes=classes)
    with pytest.raises(ModelFolderError, match=r"config.json: expected 'classes' to be two or more different"):
        load_model(folder)


@pytest.mark.parametrize("digests", [{}, {"vocabulary.txt": ""}, {"../../etc/passwd": "", "vocabulary.txt": ""}])
def test_digests_of_other_files_are_refused(folder, digests):
    change_config(folder, sha256=digests)
    with pytest.raises(ModelFolderError, match=r"config.json: expected 'sha256' of vocabulary.txt and model"):
        load_model(folder)


@pytest.mark.parametrize("digest", [None, 3, [], "0" * 64])
def test_a_digest_of_another_value_is_refused(folder, digest):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    change_config(folder, sha256=config["sha256"] | {"vocabulary.txt": digest})
    with pytest.raises(ModelFolderError, match=r"vocabulary.txt: is not the file"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields",
    [
        {"hidden_size": "5"},
        {"hidden_size": 5.0},
        {"hidden_size": None},
        {"hidden_size": 0},
        {"hidden_size": -5},
        {"layers": True},
        {"dropout": "none"},
        {"dropout": 2},
        {"cell": "transformer"},
        {"cell": ["lstm"]},
        {"pooling": {}},
        {"bidirectional": "no"},
        {"bidirectional": True},
        {"colour": "blue"},
    ],
    ids=str,
)
def test_a_network_of_bad_settings_is_refused(folder, fields):
    change_network(folder, **fields)
    with pytest.raises(
        ModelFolderError, match=rf"config.json: expected the settings of a network.*{next(iter(fields))}"
    ):
        load_model(folder)


# The wide part, the calibration, the threshold and the cascade.


def two_parts(classes: list[Any] | None = None, fingerprints: bool = False, **fields: Any) -> Model:
    model = saved_model(classes)
    ids = encode(["film good", "film bad", "bad", "good good"] * 3, model.vocabulary)
    targets = np.array([1, 0, 0, 1] * 3)
    wide = fit_ngrams(ids, targets, len(model.classes), NgramConfig(2, 10, ngram_fingerprints=fingerprints))
    bias = tuple(0.25 * place for place in range(wide.outputs))
    return replace(model, wide=wide, calibration=Calibration(0.5, 0.75, bias), **fields)


@pytest.fixture
def wide_folder(tmp_path: Path) -> Path:
    save_model(tmp_path / "wide", two_parts(threshold=0.4, cascade=0.9, wide_calibration=Calibration(0, 2.0, (1.0,))))
    return tmp_path / "wide"


@pytest.mark.parametrize("fingerprints", [False, True])
@pytest.mark.parametrize("classes", [["negative", "positive"], ["a", "b", "c"]])
def test_a_wide_part_and_its_calibration_come_back(tmp_path, classes, fingerprints):
    model = two_parts(classes, fingerprints)
    save_model(tmp_path, model)
    loaded = load_model(tmp_path)
    ids = encode(["film good bad", "", "good"], model.vocabulary)
    np.testing.assert_array_equal(loaded.wide.logits(ids), model.wide.logits(ids))
    assert (loaded.calibration, loaded.wide.config) == (model.calibration, model.wide.config)
    assert torch.equal(logits(loaded), logits(model))


def test_a_threshold_a_cascade_and_its_calibration_come_back(wide_folder):
    loaded = load_model(wide_folder)
    assert (loaded.threshold, loaded.cascade, loaded.wide_calibration) == (0.4, 0.9, Calibration(0, 2.0, (1.0,)))


def test_a_cascade_from_a_length_comes_back_and_needs_a_newer_reader(tmp_path):
    formats = {}
    for least in (0, 64):
        save_model(tmp_path / str(least), two_parts(cascade=0.9, cascade_from=least))
        assert load_model(tmp_path / str(least)).cascade_from == least
        formats[least] = json.loads((tmp_path / str(least) / "config.json").read_text("utf-8"))["format"]
    assert formats == {0: 2, 64: 3}


def test_a_folder_of_format_1_is_a_network_alone_as_it_is(folder):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    for name in ("wide", "calibration", "wide_calibration", "threshold", "cascade", "config_sha256"):
        del config[name]
    (folder / "config.json").write_text(json.dumps(config | {"format": 1}), "utf-8")
    loaded = load_model(folder)
    assert (loaded.wide, loaded.calibration, loaded.threshold, loaded.cascade) == (None, Calibration(), 0.5, None)
    assert torch.equal(logits(loaded), logits(saved_model()))


@pytest.mark.slow
@pytest.mark.parametrize("field", ["wide", "calibration", "wide_calibration", "threshold", "cascade"])
def test_a_missing_field_of_format_2_is_refused_by_its_name(folder, field):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    del config[field]
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelFolderError, match=f"config.json: expected '{field}', got nothing"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"threshold": 0}, "Expected a threshold above 0 and below 1"),
        ({"threshold": 1.0}, "Expected a threshold above 0 and below 1"),
        ({"threshold": float("nan")}, "Expected a threshold above 0 and below 1"),
        ({"threshold": "0.5"}, "Expected a threshold above 0 and below 1"),
        ({"threshold": None}, "Expected a threshold above 0 and below 1"),
        ({"cascade": 0.4}, "Expected the confidence of a cascade"),
        ({"cascade": True}, "Expected the confidence of a cascade"),
        ({"cascade": float("nan")}, "Expected the confidence of a cascade"),
        ({"cascade": "off"}, "Expected the confidence of a cascade"),
        ({"cascade_from": -1}, "Expected the shortest text of a cascade"),
        ({"cascade_from": 1.5}, "Expected the shortest text of a cascade"),
        ({"cascade_from": True}, "Expected the shortest text of a cascade"),
        ({"cascade_from": 10**13}, ".* 0 ids or more, up to 1,000,000,000,000, got 10000000000000:"),
        ({"cascade_from": None}, "Expected the shortest text of a cascade"),
        ({"calibration": None}, "Expected the scales network and wide and a bias"),
        ({"calibration": {"network": 1.0, "wide": 1.0}}, "Expected the scales network and wide and a bias"),
        ({"calibration": {"network": float("nan"), "wide": 1.0, "bias": []}}, "Expected a scale 'network'"),
        ({"calibration": {"network": 10**400, "wide": 1.0, "bias": []}}, "Expected a scale 'network'"),
        ({"calibration": {"network": 1.0, "wide": -1.0, "bias": []}}, "Expected a scale 'wide'"),
        ({"calibration": {"network": 1.0, "wide": 1.0, "bias": [0.0, 0.0]}}, "Expected a bias of 1 numbers"),
        ({"wide_calibration": {"network": 0, "wide": "1", "bias": []}}, "Expected a scale 'wide'"),
        ({"wide_calibration": {"network": 0, "wide": 1, "bias": [float("inf")]}}, "Expected a bias of numbers"),
        ({"wide": 3}, "expected 'wide' to be a dict or null"),
        ({"wide": {"ngrams": 9}}, "expected the settings of an n-gram model"),
        ({"wide": {"ngrams": "2"}}, "expected the settings of an n-gram model"),
        ({"wide": {"ngrams": 2, "ngram_fingerprints": 1}}, "expected the settings of an n-gram model"),
        ({"wide": {"colour": "blue"}}, "expected the settings of an n-gram model"),
    ],
    ids=str,
)
def test_what_is_no_calibration_threshold_cascade_or_wide_part_is_refused(wide_folder, fields, said):
    change_config(wide_folder, **fields)
    with pytest.raises(ModelFolderError, match=rf"config.json: {said}"):
        load_model(wide_folder)


def test_a_cascade_without_a_wide_part_is_refused(folder):
    change_config(folder, cascade=0.9)
    with pytest.raises(ModelFolderError, match="Expected no cascade: this model has no n-gram model"):
        load_model(folder)


def test_a_threshold_of_three_classes_is_refused(tmp_path):
    save_model(tmp_path, saved_model(["a", "b", "c"]))
    change_config(tmp_path, threshold=0.4)
    with pytest.raises(
        ModelFolderError, match=r"Expected no threshold, got 0.4: with 3 classes, the most probable one is predicted"
    ):
        load_model(tmp_path)


@pytest.mark.parametrize("bits", [11, 24])
def test_a_wide_part_of_another_size_than_its_tensors_is_refused(wide_folder, bits):
    change_config(wide_folder, wide={"ngrams": 2, "ngram_bits": bits, "ngram_c": 30.0})
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected the tensors of the n-gram model"):
        load_model(wide_folder)


def test_a_wide_part_without_ngrams_is_refused(wide_folder):
    change_config(wide_folder, wide={"ngrams": 0, "ngram_bits": 10, "ngram_c": 30.0})
    with pytest.raises(ModelFolderError, match="n-gram model"):
        load_model(wide_folder)


def test_wide_tensors_of_a_config_without_a_wide_part_are_refused(wide_folder):
    change_config(wide_folder, wide=None, cascade=None)
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected wide\.\S+ to be absent"):
        load_model(wide_folder)


def test_a_wide_part_for_another_number_of_classes_is_refused(wide_folder, tmp_path):
    save_model(tmp_path / "three", two_parts(["a", "b", "c"]))
    others = load_file(tmp_path / "three" / "model.safetensors")
    wide = {name: tensor for name, tensor in others.items() if name.startswith("wide.")}
    change_weights(wide_folder, lambda weights: weights.update(wide))
    with pytest.raises(ModelFolderError, match="Expected outputs for 2 classes, 1, got 3"):
        load_model(wide_folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ngram_ratios", "ngram_weights", "ngram_scales", "ngram_biases"])
def test_a_missing_tensor_of_the_wide_part_is_refused(wide_folder, name):
    change_weights(wide_folder, lambda weights: weights.pop(f"wide.{name}"))
    with pytest.raises(ModelFolderError, match=f"model.safetensors: expected the tensors of the n-gram model.*{name}"):
        load_model(wide_folder)


def test_an_extra_tensor_of_the_wide_part_is_refused(wide_folder):
    change_weights(wide_folder, lambda weights: weights.update({"wide.more": torch.zeros(1)}))
    with pytest.raises(ModelFolderError, match="Expected no tensor more"):
        load_model(wide_folder)


@pytest.fixture
def fingerprint_folder(tmp_path: Path) -> Path:
    save_model(tmp_path / "owned", two_parts(fingerprints=True))
    return tmp_path / "owned"


def test_fingerprints_are_saved_only_if_they_are_on(wide_folder, fingerprint_folder):
    settings = [json.loads((folder / "config.json").read_text("utf-8")) for folder in (wide_folder, fingerprint_folder)]
    plain = {"ngrams": 2, "ngram_bits": 10, "ngram_c": 30.0}
    assert [config["wide"] for config in settings] == [plain, plain | {"ngram_fingerprints": True}]
    names = [set(load_file(folder / "model.safetensors")) for folder in (wide_folder, fingerprint_folder)]
    assert names[1] - names[0] == {"wide.ngram_fingerprints"}


@pytest.mark.parametrize(
    ("tensor", "got"),
    [
        (torch.zeros(1 << 10, dtype=torch.int8), r"int8 \(1024,\)"),
        (torch.zeros(1 << 10), r"float32 \(1024,\)"),
        (torch.zeros(1 << 9, dtype=torch.uint8), r"uint8 \(512,\)"),
        (torch.zeros((1 << 10, 1), dtype=torch.uint8), r"uint8 \(1024, 1\)"),
    ],
)
def test_fingerprints_that_are_none_are_refused(fingerprint_folder, tensor, got):
    change_weights(fingerprint_folder, lambda weights: weights.update({"wide.ngram_fingerprints": tensor}))
    said = rf"expected the tensors of the n-gram model.*Expected ngram_fingerprints of uint8 \(1024,\), got {got}"
    with pytest.raises(ModelFolderError, match=said):
        load_model(fingerprint_folder)


def test_fingerprints_that_are_missing_are_refused(fingerprint_folder):
    change_weights(fingerprint_folder, lambda weights: weights.pop("wide.ngram_fingerprints"))
    with pytest.raises(
        ModelFolderError, match=r"model.safetensors: expected the tensors.*none named ngram_fingerprints"
    ):
        load_model(fingerprint_folder)


def test_fingerprints_that_the_config_does_not_name_are_refused(fingerprint_folder):
    change_config(fingerprint_folder, wide={"ngrams": 2, "ngram_bits": 10, "ngram_c": 30.0})
    with pytest.raises(ModelFolderError, match="Expected no tensor ngram_fingerprints"):
        load_model(fingerprint_folder)


@pytest.mark.parametrize("name", ["ngram_scales", "ngram_biases"])
def test_numbers_of_the_wide_part_that_are_none_are_refused(wide_folder, name):
    change_weights(wide_folder, lambda weights: weights[f"wide.{name}"].fill_(float("nan")))
    with pytest.raises(ModelFolderError, match=f"expected finite numbers in wide.{name}"):
        load_model(wide_folder)


# Half precision.


def numbered_model() -> Model:
    """A model whose weights are 0, 1, 2, ..., each tensor from 0."""
    config = NetworkConfig(embedding_size=4, hidden_size=5, layers=1, max_length=9)
    shapes = weight_shapes(config, len(WORDS), 2)
    weights = {name: np.arange(np.prod(shape), dtype=np.float32).reshape(shape) for name, shape in shapes.items()}
    vocabulary = Vocabulary(WORDS, 7, ["the"])
    return Model(config, weights, vocabulary, classes=["no", "yes"], calibration=Calibration(0.5, 1.0, (0.25,)))


def test_a_digest_is_the_same_in_every_version():
    """A setting that is added must be left out of it if it is off."""
    assert model_digest(numbered_model()) == "6c2a6d555b89fc53f73fbf6d7ffa9bdfcfe217763ad1e58587a7a612b680e925"


def test_a_digest_is_the_same_for_a_model_that_was_saved(folder):
    assert model_digest(load_model(folder)) == model_digest(saved_model())


@pytest.mark.parametrize(
    "change",
    [
        {"weights": dict(reversed(numbered_model().weights.items()))},
        {"settings": {"name": "other"}, "text_column": "body", "label_column": "stars"},
        {"threshold": 0.7, "neutral": (0.6, 0.8), "positive": "no"},
    ],
    ids=["order", "record", "labels"],
)
def test_a_digest_is_another_only_if_probabilities_may_be(change):
    assert model_digest(replace(numbered_model(), **change)) == model_digest(numbered_model())


@pytest.mark.parametrize(
    "change",
    [
        {"config": replace(numbered_model().config, max_length=10)},
        {"weights": numbered_model().weights | {"output.bias": np.ones(1, np.float32)}},
        {"vocabulary": Vocabulary(WORDS[::-1], 7, ["the"])},
        {"vocabulary": Vocabulary(WORDS, 7, ["the"], emojis=True)},
        {"classes": ["nay", "yes"]},
        {"calibration": Calibration(0.5, 1.0, (0.5,))},
        {"cascade_from": 3},
    ],
    ids=["network", "weights", "words", "options", "classes", "calibration", "cascade"],
)
def test_a_digest_is_another_if_probabilities_may_be(change):
    assert model_digest(replace(numbered_model(), **change)) != model_digest(numbered_model())


@pytest.mark.parametrize("name", FILES)
def test_files_in_memory_that_lack_one_are_refused_like_a_folder(tmp_path, name):
    contents = model_files(saved_model())
    assert model_of_files(contents, "the model").classes == ["negative", "positive"]
    del contents[name]
    with pytest.raises(ModelFolderError, match=r"the model.*config\.json"):
        model_of_files(contents, "the model")


def test_half_a_model_takes_half_the_space_and_is_float32_in_memory(tmp_path):
    model = saved_model(hidden_size=100)
    for name, half in (("half", True), ("whole", False)):
        save_model(tmp_path / name, model, half)
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("half", "whole")]
    assert sizes[0] < 0.52 * sizes[1]
    loaded = load_model(tmp_path / "half")
    assert {weights.dtype for weights in loaded.weights.values()} == {np.dtype("float32")}
    torch.testing.assert_close(logits(loaded), logits(model), rtol=0, atol=2e-3)


def test_half_a_model_keeps_its_wide_part_to_the_last_bit(tmp_path):
    model = two_parts()
    save_model(tmp_path, model, half=True)
    loaded = load_model(tmp_path)
    for name, tensor in model.wide.tensors().items():
        np.testing.assert_array_equal(loaded.wide.tensors()[name], tensor, strict=True)


def test_a_single_tensor_may_be_half(folder):
    change_weights(folder, lambda weights: weights.update({"output.bias": weights["output.bias"].half()}))
    assert load_model(folder).weights["output.bias"].dtype == np.float32


def test_weights_beyond_half_precision_are_not_saved_in_it(tmp_path):
    model = saved_model()
    model.weights["output.bias"][:] = 1e5
    with pytest.raises(UsageError, match=r"within the range of float16.*output.bias"):
        save_model(tmp_path, model, half=True)


# Sizes.


@pytest.mark.slow
@pytest.mark.parametrize("size", [10**9, 10**12, 10**30])
@pytest.mark.parametrize("field", ["hidden_size", "embedding_size"])
def test_absurd_sizes_are_refused_without_allocating_them(folder, field, size):
    change_network(folder, **{field: size})
    with pytest.raises(ModelFolderError) as refusal:
        load_model(folder)
    assert str(folder) in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_a_size_that_could_be_allocated_is_refused_by_the_weights_first(folder):
    change_network(folder, hidden_size=8_000)  # 3 GB of weights
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected recurrent.* got F32 \[20, 4\]"):
        load_model(folder)


def test_an_absurd_number_of_layers_is_refused_without_making_them(folder):
    change_network(folder, layers=10**9)
    with pytest.raises(ModelFolderError, match=r"config.json: .*layers.* got 1000000000"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields", [{"hidden_size": 6}, {"embedding_size": 3}, {"layers": 1}, {"layers": 3}, {"cell": "gru"}]
)
def test_a_network_of_another_size_than_its_weights_is_refused(folder, fields):
    change_network(folder, **fields)
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected .* does not belong to this config.json"):
        load_model(folder)


def test_a_number_of_classes_that_the_weights_do_not_have_is_refused(folder):
    change_config(folder, classes=["a", "b", "c"])
    with pytest.raises(
        ModelFolderError, match=r"model.safetensors: expected output.weight to be F32 \[3, 5\], got F32"
    ):
        load_model(folder)


@pytest.mark.parametrize("words", [WORDS[:-1], [*WORDS, "more"]], ids=["shorter", "longer"])
def test_a_vocabulary_of_another_length_is_refused(folder, words):
    Vocabulary(words).save(folder / "vocabulary.txt")
    sign_anew(folder)
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected embedding.weight to be .*vocabulary.txt"):
        load_model(folder)


def test_a_vocabulary_that_is_none_is_refused_by_its_name(folder):
    (folder / "vocabulary.txt").write_text("film\ngood\n")
    sign_anew(folder)
    with pytest.raises(ModelFolderError, match=r"vocabulary.txt: expected a sentiment_fast vocabulary"):
        load_model(folder)


# The weights.


def test_a_missing_tensor_is_refused_by_its_name(folder):
    change_weights(folder, lambda weights: weights.pop("output.bias"))
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected output.bias .*got nothing"):
        load_model(folder)


def test_an_extra_tensor_is_refused_by_its_name(folder):
    change_weights(folder, lambda weights: weights.update(extra=torch.zeros(1)))
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected extra to be absent, got F32 \[1\]"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.int32])
def test_weights_of_another_dtype_are_refused(folder, dtype):
    change_weights(folder, lambda weights: weights.update({"output.bias": weights["output.bias"].to(dtype)}))
    with pytest.raises(ModelFolderError, match=r"model.safetensors: expected output.bias to be F32"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["embedding.weight", "output.bias"])
def test_weights_that_are_not_finite_are_refused(folder, name, value):
    change_weights(folder, lambda weights: weights[name].view(-1)[-1:].fill_(value))
    with pytest.raises(ModelFolderError, match=f"model.safetensors: expected finite numbers in {name}"):
        load_model(folder)


def test_weights_that_are_no_safetensors_are_refused(folder):
    (folder / "model.safetensors").write_bytes(b"PK\x03\x04 not what it says")
    sign_anew(folder)
    with pytest.raises(ModelFolderError, match=r"model.safetensors: cannot be read as safetensors"):
        load_model(folder)


def test_a_weights_file_that_claims_to_be_huge_is_refused_without_allocating(folder):
    header = json.dumps({"output.bias": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4 * 10**12]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    sign_anew(folder)
    with pytest.raises(ModelFolderError, match=r"model.safetensors: cannot be read as safetensors"):
        load_model(folder)


class Trap:
    """Unpickled, it would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("write", [lambda trap, file: pickle.dump(trap, file), torch.save], ids=["pickle", "torch"])
def test_a_pickle_in_place_of_a_file_is_refused_and_not_executed(folder, tmp_path, name, write):
    with (folder / name).open("wb") as file:
        write(Trap(tmp_path / "sprung"), file)
    if name != "config.json":
        sign_anew(folder)
    with pytest.raises(ModelFolderError, match=name):
        load_model(folder)
    assert not (tmp_path / "sprung").exists()


def run(code: str, folder: Path) -> int:
    return subprocess.run([sys.executable, "-W", "error", "-c", code, str(folder)], check=False).returncode


@pytest.mark.slow
def test_loading_needs_no_pickle(folder):
    code = """
import sys, pickle, torch
from sentiment_fast.model.folder import load_model
def refuse(*arguments, **options):
    sys.exit("unpickled")
pickle.load = pickle.loads = pickle.Unpickler = torch.load = refuse
load_model(sys.argv[1])
"""
    assert run(code, folder) == 0


@pytest.mark.slow
def test_loading_imports_no_compiler(folder):
    code = """
import sys
from sentiment_fast.model.folder import load_model
load_model(sys.argv[1])
sys.exit(any(name in sys.modules for name in ("torch._dynamo", "sympy")))
"""
    assert run(code, folder) == 0


# Files that never end, and folders that are replaced while they load.


def replace_by(path: Path, kind: str) -> None:
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 20 << 30)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["pipe", "device", "sparse"])
def test_a_file_without_end_is_refused_by_its_name(folder, name, kind):
    replace_by(folder / name, kind)
    with pytest.raises(ModelFolderError, match=name):
        load_model(folder)


def test_a_weights_file_of_the_right_header_and_too_many_bytes_is_refused(folder):
    os.truncate(folder / "model.safetensors", 7 << 30)
    with pytest.raises(
        ModelFolderError, match=r"model.safetensors: cannot be read as safetensors: its header describes"
    ):
        load_model(folder)


def test_a_loaded_model_does_not_need_its_file_any_more(folder):
    loaded = load_model(folder)
    before = logits(loaded)
    os.truncate(folder / "model.safetensors", 0)  # a mapped file would end the process
    assert torch.equal(logits(loaded), before)


def two_folders(tmp_path: Path) -> list[Path]:
    """Two model folders with other classes and weights, of the same names and sizes."""
    for name, classes in (("a", ["no", "yes"]), ("b", ["ja", "nö"])):
        model = saved_model(classes)
        model.weights["output.bias"][:] = ord(name)
        save_model(tmp_path / name, model)
    return [tmp_path / "a", tmp_path / "b"]


def replaced_at(monkeypatch: pytest.MonkeyPatch, step: int, replace_folder: Any) -> None:
    """Have the folder replaced when the file number `step` is about to be opened."""
    from sentiment_fast.model import serialization

    opened, open_file = iter(range(1000)), serialization.open_regular

    def open_and_replace(*arguments: Any) -> Any:
        if next(opened) == step:
            replace_folder()
        return open_file(*arguments)

    monkeypatch.setattr(serialization, "open_regular", open_and_replace)


@pytest.mark.parametrize("step", range(3))
def test_a_link_that_is_flipped_while_its_folder_is_opened_gives_one_of_the_models(tmp_path, monkeypatch, step):
    first, second = two_folders(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(first)

    def flip() -> None:
        link.unlink()
        link.symlink_to(second)

    replaced_at(monkeypatch, step, flip)
    assert load_model(link).weights["output.bias"][0] == ord("a")
    assert load_model(link).weights["output.bias"][0] == ord("b")


@pytest.mark.parametrize("step", [1, 2])
def test_files_that_are_replaced_while_they_are_opened_are_opened_again(tmp_path, monkeypatch, step):
    first, second = two_folders(tmp_path)

    def copy() -> None:
        for name in FILES:
            shutil.copy(second / name, first / f"{name}.part")
            (first / f"{name}.part").replace(first / name)

    replaced_at(monkeypatch, step, copy)
    loaded = load_model(first)
    assert (loaded.classes, loaded.weights["output.bias"][0]) == (["ja", "nö"], ord("b"))


def test_a_folder_that_stays_mixed_is_refused(tmp_path):
    first, second = two_folders(tmp_path)
    shutil.copy(second / "config.json", first)
    with pytest.raises(ModelFolderError, match="is not the file this model was saved with"):
        load_model(first)


# Numbers that are none, and stop words.


@pytest.mark.slow
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.parametrize("name", ["embedding.weight", "recurrent.weight_hh_l1", "output.bias"])
def test_a_single_weight_that_is_not_finite_is_refused(folder, name, value):
    def spoil(weights: dict[str, torch.Tensor]) -> None:
        weights[name].view(-1)[-1] = value

    change_weights(folder, spoil)
    with pytest.raises(ModelFolderError, match=f"model.safetensors: expected finite numbers in {name}"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 10**400])
@pytest.mark.parametrize("field", ["network", "wide", "bias"])
def test_a_calibration_that_is_not_finite_is_refused(wide_folder, field, value):
    calibration = Calibration(0.5, 0.75, (0.0,)).as_dict()
    change_config(wide_folder, calibration=calibration | {field: [value] if field == "bias" else value})
    with pytest.raises(ModelFolderError, match=r"config.json: "):
        load_model(wide_folder)


def change_vocabulary(folder: Path, **options: Any) -> None:
    first, second, rest = (folder / "vocabulary.txt").read_text("utf-8").split("\n", 2)
    changed = json.dumps(json.loads(second) | options)
    (folder / "vocabulary.txt").write_text("\n".join([first, changed, rest]), "utf-8")
    sign_anew(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "stop_words",
    [[1, 2], ["\ud800"], [["a"]], 3, {}, "../../etc/passwd", "klingon", "", "a" * 5000],
    ids=lambda x: str(x)[:20],
)
@pytest.mark.parametrize("unknown", ["drop", "id"])
def test_stop_words_that_are_none_are_refused_without_a_network(folder, stop_words, unknown, monkeypatch):
    nltk = pytest.importorskip("nltk")
    monkeypatch.setattr(nltk, "download", lambda *_, **__: pytest.fail("a download was tried"))
    change_vocabulary(folder, stop_words=stop_words, unknown=unknown)
    with pytest.raises(ModelFolderError, match=r"vocabulary.txt"):
        load_model(folder)


@pytest.mark.parametrize(
    ("options", "needed"),
    [({"unknown": "id"}, True), ({"unknown": "drop", "misspellings": True}, True), ({"unknown": "drop"}, False)],
)
def test_stop_words_that_only_a_download_could_resolve_are_refused_where_they_are_needed(
    folder, options, needed, monkeypatch
):
    monkeypatch.setattr("sentiment_fast.model.folder.local_stop_words", lambda name: None)
    change_vocabulary(folder, stop_words="german", **{"misspellings": False, **options})
    if needed:
        with pytest.raises(
            ModelFolderError, match="expected stop words that are on this machine, got those of 'german'"
        ):
            load_model(folder)
    else:
        assert load_model(folder).vocabulary.stop_words == "german"


@pytest.mark.slow
@pytest.mark.parametrize("number", ["1" * 5000, "٣", "-1", "3" * 10])
def test_a_vocabulary_with_another_number_as_its_format_is_refused(folder, number):
    _, rest = (folder / "vocabulary.txt").read_text("utf-8").split("\n", 1)
    (folder / "vocabulary.txt").write_text(f"sentiment_fast vocabulary, format {number}\n{rest}", "utf-8")
    sign_anew(folder)
    with pytest.raises(ModelFolderError, match=r"vocabulary.txt"):
        load_model(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "network",
    [{"layers": 100_000}, {"hidden_size": 10**9}, {"embedding_size": 10**30}, {"max_length": 10**4000}],
    ids=["layers", "hidden_size", "embedding_size", "max_length"],
)
def test_a_network_beyond_all_bounds_is_refused_at_once(folder, network):
    change_network(folder, **network)
    with pytest.raises(ModelFolderError, match=rf"config.json: .* {next(iter(network))} of up to"):
        load_model(folder)
