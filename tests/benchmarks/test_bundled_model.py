"""Making the bundled model, from made-up reviews and with tiny networks, by the real commands."""

import contextlib
import itertools
import json
import shutil
from dataclasses import replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

import sentiment_fast as sf
from benchmarks.release import bundled_model
from benchmarks.release.alike_words import EMBEDDING
from benchmarks.release.bundled_model import LARGEST_BYTES
from sentiment_fast import cli
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.labelled_texts import read_labelled
from sentiment_fast.model.calibration import Calibration
from sentiment_fast.model.folder import load_model
from sentiment_fast.model.labelling import UNCHANGED
from sentiment_fast.model.presets import preset

SLOW_FIXTURES = {"made"}

TINY = [
    "hidden_size=8",
    "embedding_size=8",
    "max_length=40",
    "tail_length=20",
    "max_words=300",
    "ngram_bits=12",
    "epochs=1",
]


def write(path, **columns):
    pa_csv.write_csv(pa.table(columns), path)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder as bundled_data makes it."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "development").mkdir()
    corpus = demo_corpus(600)
    texts, labels = corpus.texts.combine_chunks(), pa.array(corpus.labels)
    parts = {
        "films": (0, 185),
        "others": (185, 90),
        "own": (275, 10),
        "made": (180, 60),
        "held_back": (285, 15),
        "development/domain": (500, 100),
    }
    for name, (start, count) in parts.items():
        write(folder / f"{name}.csv", review=texts.slice(start, count), sentiment=labels.slice(start, count))
    write(folder / "neutral.csv", review=texts.slice(480, 20), sentiment=["neutral"] * 20)
    write(folder / "unlabelled.csv", review=texts.slice(300, 160))
    write(folder / "asked.csv", review=texts.slice(460, 20), sentiment=["neutral"] * 20)
    numbers = {"training": 285, "neutral": 40, "held_back": 15, "unlabelled": 160, "development": 100}
    source = {"name": "demo", "what": "made-up reviews", "licence": "MIT", "tier": "A", **numbers}
    (folder / "sources.json").write_text(json.dumps([source]))
    return folder


def make(data, folder, *more):
    places = ["--data", str(data), "--out", str(folder / "bundled"), "--work", str(folder / "work")]
    settings = [part for setting in TINY for part in ("--set", setting)]
    return bundled_model.main([*places, *settings, *more])


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    """Made by commands in this process; `test_a_step_that_fails_ends_the_making` has one in a process of its own."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:

        def run_command(work, command):
            with contextlib.chdir(work):
                return cli.main(command)

        patch.setattr(bundled_model, "run_command", run_command)
        assert make(data, folder) == 0
    return folder


def test_it_makes_a_model_folder_of_the_two_classes(made):
    assert sf.load(made / "bundled").classes == ["negative", "positive"]
    names = {"config.json", "vocabulary.txt", "model.safetensors", "metrics.json", "README.md"}
    assert {path.name for path in (made / "bundled").iterdir()} == names


def test_the_model_is_the_mean_of_the_small_ones_in_half_the_space(made):
    bundled = load_model(made / "bundled")
    trained = [load_model(made / "work" / name) for name in ("alike", *bundled_model.FURTHER)]
    assert (bundled.settings["name"], bundled.vocabulary) == ("fast", trained[0].vocabulary)
    alike = set(chain.from_iterable(bundled_model.groups_of(made / "work")))
    apart = [number for number, word in enumerate(bundled.vocabulary, start=1) if word not in alike]
    assert 0 < len(apart) < len(bundled.vocabulary)
    for name, weights in bundled.weights.items():
        mean = np.mean([one.weights[name] for one in trained], axis=0)
        rows = apart if name == EMBEDDING else slice(None)
        assert (weights == mean.astype(np.float16).astype(np.float32))[rows].all()
    assert any((trained[0].weights[name] != trained[1].weights[name]).any() for name in trained[0].weights)


def test_words_of_a_group_have_one_vector_before_and_after_the_last_steps(made):
    groups = [group for group in bundled_model.groups_of(made / "work") if len(group) > 1]
    assert groups
    for model in (load_model(made / "work" / "alike"), load_model(made / "bundled")):
        ids = {word: number for number, word in enumerate(model.vocabulary, start=1)}
        for group in groups:
            vectors = model.weights[EMBEDDING][[ids[word] for word in group]]
            assert (vectors == vectors[0]).all()
    further = load_model(made / "work" / "further-0").weights[EMBEDDING]
    assert any((further[[ids[word] for word in group]] != further[ids[group[0]]]).any() for group in groups)


def test_the_mean_is_calibrated_on_the_texts_it_is_given(data, made):
    trained = [load_model(made / "work" / name) for name in bundled_model.FURTHER]
    model = bundled_model.averaged(trained, read_labelled(data / "development" / "domain.csv"))
    assert trained[0].calibration == UNCHANGED != model.calibration


def test_the_model_is_calibrated_by_the_weights_of_the_held_out_texts(data, made, monkeypatch):
    averaged, given = bundled_model.averaged, []

    def recorded(models, held_back):
        given.append((len(models), held_back.weights))
        return averaged(models, held_back)

    monkeypatch.setattr(bundled_model, "averaged", recorded)
    monkeypatch.setattr(bundled_model, "calibration_weights", lambda texts: np.linspace(1, 5, len(texts)))
    assert make(data, made) == 0  # all steps are done but the last
    ((models, weights),) = given
    assert models == 5
    np.testing.assert_array_equal(weights, np.linspace(1, 5, 15))


def test_made_sentences_count_more_than_others_in_the_calibration(data):
    held_back = read_labelled(data / "held_back.csv")
    text = held_back.texts[3].as_py()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundled_model.made_sentences, "rows", lambda: [(text, "positive")])
        weights = bundled_model.calibration_weights(held_back)
    is_made = np.array([one == text for one in held_back.texts.to_pylist()])
    assert set(weights[is_made]) == {bundled_model.MADE_IN_CALIBRATION}
    assert set(weights[~is_made]) == {1}


def test_logits_of_long_texts_are_made_smaller_and_the_cascade_decides_as_before(made):
    model = load_model(made / "bundled")
    by_length = Calibration((1.0, 0.5, 0.25), (0.5, 1.0, 2.0), (0.1,), (8, 50, 1000))
    ngrams_only = Calibration(0.0, (0.5, 1.0, 2.0), (0.2,), (8, 50, 1000))
    long = replace(model, calibration=by_length, wide_calibration=ngrams_only, cascade=0.9)
    changed = bundled_model.less_sure(long)
    assert changed.calibration.network == pytest.approx((1.0, 0.45, 0.2125))
    assert changed.calibration.wide == pytest.approx((0.5, 0.9, 1.7))
    assert (changed.calibration.bias, changed.calibration.lengths) == ((0.1,), (8, 50, 1000))
    assert changed.wide_calibration.wide == changed.calibration.wide
    logit = np.log(0.9 / 0.1) * 0.85
    assert changed.cascade == pytest.approx(1 / (1 + np.exp(-logit)), abs=6e-4)
    assert bundled_model.less_sure(replace(long, cascade=None)).cascade is None
    for_all_lengths = replace(long, wide_calibration=Calibration(0.0, 1.5, (0.2,)))
    unchanged = bundled_model.less_sure(for_all_lengths)
    assert (unchanged.wide_calibration, unchanged.cascade) == (for_all_lengths.wide_calibration, 0.9)


def test_each_text_is_learned_from_or_held_back(made):
    texts = json.loads((made / "bundled" / "metrics.json").read_text())["texts"]
    assert texts == {"training": 385, "validation": 15, "unlabelled": 160}


def test_the_teachers_word_on_unlabelled_texts_is_learned(made):
    commands = json.loads((made / "bundled" / "metrics.json").read_text())["commands"]
    assert [command.split("--out ")[1] for command in commands] == [
        "start-accurate",
        "teacher",
        "start-fast",
        "fast",
        *bundled_model.FURTHER,
    ]
    assert "--teacher document-vectors:words=60- --teacher teacher:weight=1 --unlabelled unlabelled.csv" in commands[3]
    assert all("--unlabelled unlabelled.csv" in command for command in commands[4:])


def test_a_film_teacher_is_passed_to_train_and_named_in_the_card(data, made, tmp_path, monkeypatch):
    taught = []

    def run_command(work, command):
        folder = command[command.index("--out") + 1]
        if folder != "fast" and folder not in bundled_model.FURTHER:
            shutil.copytree(made / "work" / folder, work / folder)
            return 0
        taught.append(command)
        with contextlib.chdir(work):
            return cli.main(command)

    monkeypatch.setattr(bundled_model, "run_command", run_command)
    assert make(data, tmp_path, "--imdb", str(made / "bundled")) == 0
    teachers = [value for option, value in itertools.pairwise(taught[0]) if option == "--teacher"]
    assert teachers == ["document-vectors:words=60-", "teacher:weight=1", "imdb:weight=3:words=120-"]
    card = (tmp_path / "bundled" / "README.md").read_text("utf-8")
    assert "`imdb`: a model of the preset `accurate`" in " ".join(card.split())
    assert "minilm" not in card
    assert load_model(tmp_path / "work" / "imdb").vocabulary == load_model(made / "bundled").vocabulary


def test_a_missing_teacher_folder_is_refused(data, tmp_path, capsys):
    assert make(data, tmp_path, "--minilm", str(tmp_path / "none")) == 4
    assert "expected a model folder" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_files_have_their_weights_and_neutral_texts_a_target_of_one_half(made):
    commands = json.loads((made / "bundled" / "metrics.json").read_text())["commands"]
    for command in (commands[1], commands[3]):
        assert "--data films.csv:weight=3 --data others.csv:weight=1 --data own.csv:weight=3" in command
        assert "--neutral-label neutral" in command
        assert "made.csv" not in command
        assert "asked.csv" not in command


def test_made_sentences_and_questions_are_learned_last_and_only_from_their_labels(made):
    commands = json.loads((made / "bundled" / "metrics.json").read_text())["commands"]
    last = "--data made.csv:weight=3:label_weight=1 --data asked.csv:weight=1:label_weight=1 --data films.csv:weight=3"
    assert all(f"--init alike {last}" in command for command in commands[4:])
    before, after = (load_model(made / "work" / name) for name in ("fast", "further-0"))
    assert any((before.weights[name] != after.weights[name]).any() for name in before.weights)
    for name, table in before.wide.tensors().items():
        np.testing.assert_array_equal(table, after.wide.tensors()[name])


def test_the_card_says_what_was_measured_how_it_was_made_and_of_what(made):
    figures = json.loads((made / "bundled" / "metrics.json").read_text())
    text = (made / "bundled" / "README.md").read_text("utf-8")
    assert f"| 15 | {figures['validation']['accuracy']:.2%} | {figures['validation']['log_loss']:.4f} |" in text
    assert all(command in text for command in figures["commands"])
    assert f"commit {figures['commit']}" in text
    assert f"{figures['float16']['labels']} of 15 labels" in text
    assert "| domain | 100 |" in text
    assert "| demo | made-up reviews | MIT | 300 | 40 | 160 | 100 |" in text
    assert "| all files | n |" in text
    assert "| negation |" in text
    assert "films.csv 3, others.csv 1" in text
    assert "the first 20 and the last 20 words of a text" in " ".join(text.split())
    assert "Maas" in text


def test_the_same_command_takes_its_steps_up_and_changes_nothing(data, made, capfd, monkeypatch):
    before = {path.name: path.read_bytes() for path in (made / "bundled").iterdir()}
    assert make(data, made) == 0
    told = capfd.readouterr()
    assert told.err.count("is there already") == 8
    assert "float16 changes" in told.out
    assert f"of {LARGEST_BYTES:,} at most" in told.out
    assert {path.name: path.read_bytes() for path in (made / "bundled").iterdir()} == before


def test_work_on_other_settings_is_refused(data, made, capsys):
    assert make(data, made, "--set", "seed=1") == 2
    assert "name another --work" in capsys.readouterr().err


def test_work_of_other_presets_is_refused(data, made, capsys, monkeypatch):
    monkeypatch.setattr(bundled_model, "preset", lambda name: preset(name).with_fields({"epochs": 2}))
    assert make(data, made) == 2
    assert "name another --work" in capsys.readouterr().err


def test_a_model_that_is_too_large_fails_and_is_not_put_in_place(data, made, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bundled_model, "LARGEST_BYTES", 1000)
    assert make(data, made, "--out", str(tmp_path / "out")) == 1
    assert "expected 1,000 bytes at most" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_step_that_fails_ends_the_making(data, tmp_path, capfd):
    assert make(data, tmp_path, "--set", "nonsense=1") == 1
    assert "failed with exit code 2" in capfd.readouterr().err
    assert not (tmp_path / "bundled").exists()


@pytest.mark.slow
def test_other_labels_are_refused(data, tmp_path, capsys):
    shutil.copytree(data, tmp_path / "data")
    write(tmp_path / "data" / "others.csv", review=["a film", "a plot"], sentiment=["good", "bad"])
    assert make(tmp_path / "data", tmp_path) == 1
    assert "expected one of the labels 'negative', 'positive'" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("name", ["films.csv", "sources.json"])
def test_a_file_that_is_missing_is_told(data, tmp_path, capsys, name):
    shutil.copytree(data, tmp_path / "data")
    (tmp_path / "data" / name).unlink()
    assert make(tmp_path / "data", tmp_path) == 1
    assert "cannot be read" in capsys.readouterr().err
