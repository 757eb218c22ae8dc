"""Presets: the tutorial's numbers, and single settings changed by name."""

import json
from dataclasses import replace

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.model.presets import PRESETS, STUDENTS, TrainingConfig, VocabularyConfig, preset, student_preset
from sentiment_fast.training.options import TrainingOptions

TUTORIAL = preset("tutorial")


def test_the_tutorial_preset_has_the_tutorials_numbers():
    assert TUTORIAL.as_dict() == {
        "name": "tutorial",
        "vocabulary": {
            "max_words": 1000,
            "stop_words": "english",
            "min_count": 1,
            "strip_html": False,
            "keep_digits": False,
            "split_at_marks": False,
            "unknown": "drop",
            "normalise": "none",
            "emojis": False,
            "ratings": False,
            "contractions": False,
            "misspellings": False,
        },
        "network": {
            "embedding_size": 64,
            "hidden_size": 256,
            "layers": 2,
            "dropout": 0.3,
            "cell": "lstm",
            "bidirectional": False,
            "pooling": "padded",
            "max_length": 500,
            "tail_length": 0,
            "word_dropout": 0.0,
            "recurrent_dropout": 0.0,
        },
        "training": {
            "epochs": 5,
            "batch_size": 50,
            "learning_rate": 0.001,
            "clip_norm": 5.0,
            "seed": 0,
            "weight_decay": 0.0,
            "warmup": 0.0,
            "decay": "none",
            "patience": 0,
            "batch_scale": 1,
            "batch_ids": 0,
            "word_vectors": "random",
            "keep": "best",
            "validation_share": 0.25,
            "embedding_rate": 1.0,
        },
        "wide": {"ngrams": 0, "ngram_bits": 21, "ngram_c": 30.0},
    }


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_stands_under_its_own_name(name):
    assert preset(name).name == name


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_can_be_written_as_json(name):
    assert json.loads(json.dumps(preset(name).as_dict())) == preset(name).as_dict()


@pytest.mark.parametrize("name", PRESETS)
def test_a_student_has_the_settings_of_its_preset_but_some(name):
    assert student_preset(name) == preset(name).with_fields(STUDENTS.get(name, {}))
    assert (student_preset(name) != preset(name)) == (name in ("accurate", "fast"))


TAUGHT = {"data": "my.csv", "preset": "fast", "teacher": "bundled"}


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (TAUGHT, student_preset("fast")),
        (
            TAUGHT | {"set": ["dropout=0.1"], "epochs": 3},
            student_preset("fast").with_fields({"dropout": 0.1, "epochs": 3}),
        ),
        (TAUGHT | {"teacher": ()}, preset("fast")),
        (TAUGHT | {"label_weight": 1.0}, preset("fast")),  # which learns the labels alone
        (TAUGHT | {"label_weight": 1.0, "unlabelled": "more.csv"}, student_preset("fast")),
    ],
)
def test_a_teacher_selects_the_settings_of_a_student(options, settings):
    assert TrainingOptions.of(options).settings() == settings


def test_a_config_file_selects_them_likewise(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('format = 1\ncommand = "train"\npreset = "fast"\n\n[network]\ndropout = 0.1\n')
    options = {"data": "my.csv", "config": path}
    taught = TrainingOptions.of(options | {"teacher": "bundled"}).settings()
    assert (taught.network.dropout, taught.training.epochs) == (0.1, STUDENTS["fast"]["epochs"])
    assert TrainingOptions.of(options).settings() == preset("fast").with_fields({"dropout": 0.1})


def test_an_unknown_preset_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"Expected a preset of tutorial.*got 'fats'"):
        preset("fats")


@pytest.mark.parametrize(
    ("part", "name", "text", "value"),
    [
        ("vocabulary", "max_words", "5000", 5000),
        ("vocabulary", "stop_words", "none", "none"),
        ("vocabulary", "min_count", "3", 3),
        ("vocabulary", "strip_html", "true", True),
        ("vocabulary", "unknown", "id", "id"),
        ("network", "embedding_size", "32", 32),
        ("network", "hidden_size", "128", 128),
        ("network", "layers", "3", 3),
        ("network", "dropout", "0.5", 0.5),
        ("network", "dropout", "0", 0.0),
        ("network", "cell", "gru", "gru"),
        ("network", "bidirectional", "false", False),
        ("network", "pooling", "attention", "attention"),
        ("network", "max_length", "200", 200),
        ("training", "epochs", "1", 1),
        ("training", "batch_size", "128", 128),
        ("training", "learning_rate", "1e-4", 1e-4),
        ("training", "clip_norm", "2", 2.0),
        ("training", "seed", "3", 3),
        ("training", "weight_decay", "0.01", 0.01),
        ("training", "warmup", "0.1", 0.1),
        ("training", "decay", "cosine", "cosine"),
        ("training", "patience", "2", 2),
        ("training", "batch_scale", "16", 16),
        ("wide", "ngrams", "2", 2),
        ("wide", "ngram_bits", "10", 10),
        ("wide", "ngram_c", "3", 3.0),
        ("wide", "ngram_fingerprints", "true", True),
    ],
)
def test_a_field_given_as_text_is_read_as_its_own_type(part, name, text, value):
    found = getattr(getattr(TUTORIAL.with_fields({name: text}), part), name)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("True", True), ("FALSE", False)])
def test_true_and_false_are_read_in_any_case(text, value):
    assert TUTORIAL.with_fields({"bidirectional": text, "pooling": "last"}).network.bidirectional is value


@pytest.mark.parametrize(("name", "value"), [("epochs", 3), ("learning_rate", 0.01), ("learning_rate", 1)])
def test_a_field_may_be_given_as_a_number(name, value):
    assert getattr(TUTORIAL.with_fields({name: value}).training, name) == value


@pytest.mark.parametrize("names", [("bidirectional", "pooling"), ("pooling", "bidirectional")])
def test_fields_that_need_each_other_may_come_in_any_order(names):
    values = {"bidirectional": "true", "pooling": "last"}
    network = TUTORIAL.with_fields({name: values[name] for name in names}).network
    assert (network.bidirectional, network.pooling) == (True, "last")


def test_fields_of_several_parts_may_be_changed_at_once():
    changed = TUTORIAL.with_fields({"max_words": 7, "cell": "rnn", "seed": 1})
    assert (changed.vocabulary.max_words, changed.network.cell, changed.training.seed) == (7, "rnn", 1)


def test_all_other_fields_stay_as_they_are():
    changed = TUTORIAL.with_fields({"hidden_size": 8})
    assert changed == replace(TUTORIAL, network=replace(TUTORIAL.network, hidden_size=8))


def test_the_preset_itself_is_not_changed():
    TUTORIAL.with_fields({"hidden_size": 8})
    assert TUTORIAL.network.hidden_size == 256


def test_no_changes_give_an_equal_preset():
    assert TUTORIAL.with_fields({}) == TUTORIAL


@pytest.mark.parametrize("name", ["hiden_size", "network", "name", ""])
def test_an_unknown_field_is_refused_with_those_there_are(name):
    with pytest.raises(
        UsageError, match=f"Expected a setting of max_words, .*hidden_size.*batch_ids.*ngram_long_from, got '{name}'"
    ):
        TUTORIAL.with_fields({name: "1"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", "many"),
        ("epochs", "3.0"),
        ("epochs", 2.5),
        ("epochs", None),
        ("epochs", float("inf")),
        ("learning_rate", "fast"),
        ("learning_rate", [1]),
        ("dropout", ""),
        ("bidirectional", "yes"),
        ("bidirectional", 1),
        ("cell", "transformer"),
        ("pooling", "Last"),
        ("max_words", "0"),
        ("hidden_size", "-1"),
        ("epochs", "0"),
        ("batch_size", "0"),
        ("learning_rate", "0"),
        ("learning_rate", "nan"),
        ("clip_norm", "-5"),
        ("seed", "-1"),
        ("seed", str(2**32)),
        ("dropout", "1"),
        ("weight_decay", "-0.1"),
        ("weight_decay", "nan"),
        ("weight_decay", "some"),
        ("warmup", "-0.1"),
        ("warmup", "1.1"),
        ("warmup", "nan"),
        ("warmup", "inf"),
        ("validation_share", "0"),
        ("validation_share", "1"),
        ("validation_share", "nan"),
        ("embedding_rate", "-0.1"),
        ("embedding_rate", "nan"),
        ("decay", "exponential"),
        ("decay", "Cosine"),
        ("decay", ""),
        ("decay", 1),
        ("patience", "-1"),
        ("patience", "1.5"),
        ("patience", "nan"),
        ("batch_scale", "0"),
        ("batch_scale", "-4"),
        ("batch_scale", "1.5"),
        ("ngrams", "6"),
        ("ngrams", "-1"),
        ("ngram_bits", "9"),
        ("ngram_bits", "25"),
        ("ngram_c", "0"),
        ("ngram_c", "nan"),
        ("ngram_c", "inf"),
        ("ngram_fingerprints", "1"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_field(name, value):
    with pytest.raises(UsageError, match=name):
        TUTORIAL.with_fields({name: value})


def test_bidirectional_alone_says_what_it_needs():
    with pytest.raises(UsageError, match="pooling last, attention or max_mean"):
        TUTORIAL.with_fields({"bidirectional": "true"})


@pytest.mark.parametrize(
    ("config", "fields"),
    [
        (VocabularyConfig, {"max_words": 0}),
        (TrainingConfig, {"epochs": 0}),
        (TrainingConfig, {"batch_size": -1}),
        (TrainingConfig, {"learning_rate": float("nan")}),
        (TrainingConfig, {"clip_norm": 0.0}),
        (TrainingConfig, {"weight_decay": -1.0}),
        (TrainingConfig, {"warmup": 2.0}),
        (TrainingConfig, {"decay": "none at all"}),
        (TrainingConfig, {"patience": -1}),
        (TrainingConfig, {"batch_scale": 0}),
    ],
)
def test_a_config_made_by_hand_is_checked_too(config, fields):
    with pytest.raises(UsageError, match=next(iter(fields))):
        config(**fields)


@pytest.mark.parametrize(("name", "value"), [("word_vectors", "word2vec"), ("keep", "first")])
def test_a_choice_that_does_not_exist_is_refused(name, value):
    with pytest.raises(UsageError, match=f"got '{value}'"):
        TUTORIAL.with_fields({name: value})


@pytest.mark.parametrize("name", ["accurate", "fast"])
def test_the_presets_beyond_the_tutorials_keep_negations_marks_out_of_ten_and_the_unknown_word(name):
    chosen = preset(name)
    assert (chosen.vocabulary.stop_words, chosen.vocabulary.unknown) == ("none", "id")
    assert chosen.vocabulary.keep_digits
    assert chosen.vocabulary.split_at_marks
    assert chosen.wide.ngrams >= 2


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        *(("hidden_size", 100_000, "8,192"), ("embedding_size", 10**21, "8,192"), ("layers", 100_000, "64")),
        *(
            ("max_length", 10**6, "65,536"),
            ("min_count", 10**21, r"1,099,511,627,776"),
            ("max_words", 10**9, "16,777,216"),
        ),
        *(("ngram_bits", 25, "24"), ("ngram_c", "inf", r"1e\+12"), ("epochs", 10**9, "1,000,000")),
        *(("batch_size", 10**21, "16,777,216"), ("batch_scale", 10**9, "65,536"), ("patience", 10**21, "1,000,000")),
        *(
            ("batch_ids", 10**21, "1,099,511,627,776"),
            ("learning_rate", "inf", r"1e\+06"),
            ("weight_decay", "1e300", r"1e\+06"),
        ),
        *(("epochs", "1" * 5000, "a whole number"), ("seed", "1" * 4000, r"2\*\*32")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_beyond_all_bounds_is_refused_with_the_bound(name, value, bound):
    with pytest.raises(UsageError, match=f"{name}.*{bound}") as caught:
        TUTORIAL.with_fields({name: str(value)})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["../../etc/passwd", "English", "", "a b", "x" * 5000, "none\n"])
def test_stop_words_that_are_no_name_are_refused(name):
    with pytest.raises(UsageError, match="Expected stop_words to be the name of a language") as caught:
        TUTORIAL.with_fields({"stop_words": name})
    assert len(str(caught.value)) < 300
