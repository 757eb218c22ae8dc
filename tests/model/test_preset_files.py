"""Preset files: what is written is read, what is left out has its default, and all else is refused by name."""

import json

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.model.preset_files import FORMAT, preset_of, read_preset, save_preset
from sentiment_fast.model.presets import PRESETS, preset

CHANGED = preset("tutorial-large-batch").with_fields({"stop_words": "none", "dropout": 0.0, "cell": "gru", "seed": 7})


def written(folder, text):
    path = folder / "mine.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
    return path


@pytest.mark.parametrize("settings", [*PRESETS.values(), CHANGED], ids=lambda settings: settings.name)
def test_a_preset_that_was_saved_is_read_again(tmp_path, settings):
    save_preset(tmp_path / "it.json", settings)
    assert read_preset(tmp_path / "it.json") == settings
    assert [path.name for path in tmp_path.iterdir()] == ["it.json"]


def test_a_preset_takes_the_place_of_the_one_before(tmp_path):
    for settings in (CHANGED, preset("tutorial")):
        save_preset(tmp_path / "it.json", settings)
    assert read_preset(tmp_path / "it.json") == preset("tutorial")


def test_what_a_file_leaves_out_has_its_default(tmp_path):
    found = read_preset(written(tmp_path, {"format": FORMAT, "network": {"hidden_size": 8}}))
    assert found.as_dict() == {**preset("tutorial").with_fields({"hidden_size": 8}).as_dict(), "name": "mine"}


def test_a_whole_number_may_stand_for_a_number(tmp_path):
    found = read_preset(written(tmp_path, {"format": FORMAT, "training": {"learning_rate": 1}}))
    assert type(found.training.learning_rate) is float


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not valid JSON"),
        ("{", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ('{"format": 1, "format": 1}', "'format' occurs twice"),
        ('{"format": 1, "training": {"learning_rate": NaN}}', "NaN is not JSON"),
        ([], 'an object with "format": 1, got []'),
        ({}, 'an object with "format": 1, got {}'),
        ({"format": True}, 'an object with "format": 1'),
        ({"format": 2}, "has format 2, this version of sentiment_fast reads format 1"),
        ({"format": 1, "netwrok": {}}, "expected the parts name, vocabulary, network, training, wide, got 'netwrok'"),
        ({"format": 1, "name": 3}, "expected name to be a text, got 3"),
        ({"format": 1, "network": [1]}, "expected network to be an object of settings, got [1]"),
        ({"format": 1, "network": None}, "expected network to be an object of settings, got null"),
        ({"format": 1, "vocabulary": {"emoji": True}}, "got 'emoji'; did you mean emojis"),
        ({"format": 1, "network": {"epochs": 3}}, "network: expected the settings embedding_size, "),
        ({"format": 1, "network": {"hidden_size": "8"}}, 'network.hidden_size to be a whole number, got "8"'),
        ({"format": 1, "network": {"hidden_size": 8.0}}, "network.hidden_size to be a whole number, got 8.0"),
        ({"format": 1, "training": {"epochs": True}}, "training.epochs to be a whole number, got true"),
        ({"format": 1, "network": {"bidirectional": 1}}, "network.bidirectional to be true or false, got 1"),
        ({"format": 1, "training": {"learning_rate": None}}, "training.learning_rate to be a number, got null"),
        ('{"format": 1, "training": {"learning_rate": 1e999}}', "training.learning_rate to be a number, got Infinity"),
        ({"format": 1, "training": {"clip_norm": 10**400}}, "training.clip_norm to be a number that fits a float"),
        ({"format": 1, "vocabulary": {"stop_words": []}}, "vocabulary.stop_words to be a text, got []"),
        ({"format": 1, "network": {"cell": "LSTM"}}, 'network.cell to be one of lstm, gru, rnn, got "LSTM"'),
        ({"format": 1, "network": {"hidden_size": 0}}, "network: Expected hidden_size"),
        ({"format": 1, "network": {"bidirectional": True}}, "network: Expected pooling last, attention or max_mean"),
    ],
)
def test_a_bad_file_is_refused_by_its_name_and_the_fields(tmp_path, content, message):
    path = written(tmp_path, content)
    with pytest.raises(UsageError) as caught:
        read_preset(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "weights").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"weights: is not valid JSON"):
        read_preset(tmp_path / "weights")


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match=r"cannot be read"):
        read_preset(tmp_path / name)


@pytest.mark.parametrize("settings", PRESETS.values(), ids=lambda settings: settings.name)
def test_a_preset_comes_back_from_its_own_values(settings):
    assert preset_of(json.loads(json.dumps(settings.as_dict())), "a checkpoint") == settings
