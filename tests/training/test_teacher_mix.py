"""Several teachers: which texts each is asked about, and what is made of their answers."""

import math

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.data.data_files import DataFile
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training import teacher_mix
from sentiment_fast.training.encode import encode_part
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.prepare import open_training_data
from sentiment_fast.training.teacher_mix import (
    TeacherMix,
    TeacherOption,
    check_sources,
    pooled,
    teach,
    teacher_option_of,
)

CLASSES = ["negative", "positive"]
TEXTS = pa.chunked_array([["good", "bad film", "a good film"], ["a bad bad film"]])
LENGTHS = np.array([1, 2, 3, 4])


@pytest.fixture
def answers(monkeypatch):
    """Lets teachers give P(positive) by text, by their folder's name, and records what they are asked about."""
    known, asked = {}, {}

    def open_teacher(folder, classes, device, say):
        def answer(texts):
            asked.setdefault(folder, []).extend(texts.to_pylist())
            positive = np.array([known[folder][text] for text in texts.to_pylist()], np.float32)
            return np.stack([1 - positive, positive], axis=1)

        return answer

    monkeypatch.setattr(teacher_mix, "open_teacher", open_teacher)
    known["asked"] = asked
    return known


def by_text(*values):
    return dict(zip(TEXTS.to_pylist(), values, strict=True))


def no_documents(option):
    raise AssertionError(f"{option.folder} was not asked for")


def mix(*options, said=None):
    return TeacherMix(options, CLASSES, "cpu", [].append if said is None else said.append, no_documents)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("runs/one", TeacherOption("runs/one")),
        ("runs/one:weight=2.5", TeacherOption("runs/one", 2.5)),
        ("bundled:words=100-", TeacherOption("bundled", None, (100, math.inf))),
        ("runs/one:words=-60:weight=1", TeacherOption("runs/one", 1.0, (0, 60))),
        ("runs/one:words=3-3", TeacherOption("runs/one", None, (3, 3))),
    ],
)
def test_options_follow_the_folder(text, expected):
    assert teacher_option_of(text) == expected


@pytest.mark.parametrize(
    "value", ["weight=0", "weight=-1", "weight=1e308", "weight=1e-320", "weight=inf", "weight=much", "weight=nan"]
)
def test_an_invalid_weight_is_refused(value):
    with pytest.raises(
        UsageError, match=f"`teacher=one:{value}`: expected a weight from 0.000001 to 1000000, got {value}"
    ):
        teacher_option_of(f"one:{value}")


@pytest.mark.parametrize("value", ["words=", "words=-", "words=7", "words=9-3", "words=a-b", "words=-5-3"])
def test_an_invalid_range_of_words_is_refused(value):
    with pytest.raises(UsageError, match=f"expected words=A-B, words=A- or words=-B, got {value}"):
        teacher_option_of(f"one:{value}")


@pytest.mark.parametrize(("given", "of_all"), [(None, 0.5), (0.75, 0.75)])
def test_the_labels_of_a_file_count_with_its_label_weight(answers, tmp_path, given, of_all):
    rows = {"certain": range(40), "drawn": range(20, 80), "others": [0, *range(100, 120)]}
    for name, numbers in rows.items():
        lines = [f"{'good' if row % 2 else 'bad'} film {row},{'yn'[row % 2]}" for row in numbers]
        (tmp_path / f"{name}.csv").write_text("\n".join(["review,sentiment", *lines]))
    files = [
        f"{tmp_path / 'certain.csv'}:label_weight=1",
        DataFile(tmp_path / "drawn.csv", rows=30, label_weight=0.25),
        str(tmp_path / "others.csv"),
    ]
    options = TrainingOptions.of({"data": files, "teacher": "one", "label_weight": given, "validation": 0.2})
    options.check()
    data = open_training_data(options, options.settings(), None, print)
    texts = data.training.data.texts.to_pylist()
    answers["one"] = {text: np.float32(0.125) for text in texts}
    learned = teach(options, data, None, TrainingProcesses(), resumed=False, say=print, seed=0)
    assert learned is not None
    numbers = [int(text.rpartition(" ")[2]) for text in texts]
    # The teacher is not asked about texts of which only the label is learned.
    assert sorted(answers["asked"]["one"]) == sorted(
        text for text, row in zip(texts, numbers, strict=True) if row >= 40
    )
    weights = np.select([np.less(numbers, 40), np.less(numbers, 80)], [1, 0.25], of_all)
    of_labels = 1 - np.mod(numbers, 2)  # 1 for y, the second class
    np.testing.assert_array_equal(learned.targets[:, 1], weights * of_labels + (1 - weights) * 0.125)
    np.testing.assert_array_equal(learned.targets.sum(axis=1), 1)
    assert set(weights) == {1, 0.25, of_all}
    assert len(set(texts)) == len(texts)


def test_no_teacher_is_asked_if_only_labels_are_learned(answers, tmp_path):
    lines = [f"{'good' if row % 2 else 'bad'} film {row},{'yn'[row % 2]}" for row in range(40)]
    (tmp_path / "certain.csv").write_text("\n".join(["review,sentiment", *lines]))
    given = {"data": str(tmp_path / "certain.csv"), "teacher": ["one", "two"], "label_weight": 1, "validation": 0.2}
    options = TrainingOptions.of(given)
    data = open_training_data(options, options.settings(), None, print)
    learned = teach(options, data, None, TrainingProcesses(), resumed=False, say=print, seed=0)
    assert learned is not None
    assert answers["asked"] == {}
    assert set(np.unique(learned.targets)) == {0, 1}


def test_an_unknown_option_is_refused(tmp_path):
    with pytest.raises(UsageError, match="expected weight=W or words=A-B after the path, got rows=3"):
        teacher_option_of(f"{tmp_path}:rows=3")


def test_a_folder_that_exists_with_its_colon_is_that_folder(tmp_path):
    folder = tmp_path / "one:weight=2"
    folder.mkdir()
    assert teacher_option_of(str(folder)) == TeacherOption(str(folder))


def test_a_single_teacher_is_used_as_it_is(answers):
    answers["one"] = by_text(0.9, 0.2, 0.5, 0.0)
    found = mix(TeacherOption("one", 3.0)).probabilities(TEXTS, LENGTHS)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[:, 1], np.float32([0.9, 0.2, 0.5, 0.0]))


def test_two_teachers_log_odds_are_averaged_by_their_weights(answers):
    answers["one"], answers["two"] = by_text(0.9, 0.2, 0.5, 0.7), by_text(0.6, 0.4, 0.1, 0.7)
    found = mix(TeacherOption("one", 3.0), TeacherOption("two", 1.0)).probabilities(TEXTS, LENGTHS)

    def odds(probabilities):
        return np.log(probabilities) - np.log(1 - probabilities)

    one, two = (np.array(list(answers[name].values())) for name in ("one", "two"))
    np.testing.assert_allclose(odds(found[:, 1].astype(float)), (3 * odds(one) + odds(two)) / 4, rtol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)


def test_a_teacher_is_asked_about_texts_of_its_lengths_only(answers):
    answers["long"], answers["short"] = by_text(0.9, 0.9, 0.9, 0.9), by_text(0.2, 0.2, 0.2, 0.2)
    teachers = mix(TeacherOption("long", None, (2, math.inf)), TeacherOption("short", None, (0, 3)))
    found = teachers.probabilities(TEXTS, LENGTHS)[:, 1]
    assert answers["asked"] == {"long": TEXTS.to_pylist()[1:], "short": TEXTS.to_pylist()[:3]}
    np.testing.assert_allclose(found, [0.2, 0.6, 0.6, 0.9], rtol=1e-5)  # odds of 9 and 1/4: their mean is 3/2


def test_a_text_without_a_teacher_is_refused(answers):
    answers["short"] = by_text(0.2, 0.2, 0.2, 0.2)
    with pytest.raises(UsageError, match="got none for texts of 3 words: widen words=A-B"):
        mix(TeacherOption("short", None, (0, 2))).probabilities(TEXTS, LENGTHS)


def test_confident_answers_stay_finite(answers):
    answers["one"], answers["two"] = by_text(1.0, 0.0, 1.0, 0.0), by_text(0.0, 0.0, 1.0, 1.0)
    found = mix(TeacherOption("one"), TeacherOption("two")).probabilities(TEXTS, LENGTHS)
    np.testing.assert_allclose(found[:, 1], [0.5, 0, 1, 0.5], atol=2e-6)


def validation(labels, weights=None):
    data = labelled_texts_of(TEXTS.to_pylist(), labels, weights=weights)
    return encode_part(data, Vocabulary(["a", "bad", "film", "good"]), CLASSES)


LABELS = ["positive", "negative", "positive", "negative"]


def test_weights_are_those_with_the_lowest_loss_on_the_validation_part(answers):
    answers["good"], answers["noise"] = by_text(0.8, 0.3, 0.6, 0.2), by_text(0.3, 0.6, 0.6, 0.4)
    said = []
    teachers = mix(TeacherOption("good"), TeacherOption("noise"), said=said)
    teachers.choose_weights(validation(LABELS))
    targets = np.array([1, 0, 1, 0])

    def loss(weights):
        logs = [
            np.log(np.stack([1 - np.array(list(a.values())), list(a.values())], 1))
            for a in (answers["good"], answers["noise"])
        ]
        return -np.log(pooled(logs, np.array(weights))[np.arange(4), targets]).mean()

    found = loss(teachers.weights)
    grid = min(loss([1.0, ratio]) for ratio in np.geomspace(1e-6, 1e3, 400))
    assert found <= grid + 1e-4
    assert teachers.weights[0] > teachers.weights[1]
    assert f"log loss {found:.4f} on the validation part" in said[0]
    assert "good" in said[1]
    assert "4 texts" in said[1]


def test_a_weight_that_is_given_stays(answers):
    answers["good"], answers["noise"] = by_text(0.8, 0.3, 0.6, 0.2), by_text(0.3, 0.6, 0.6, 0.4)
    teachers = mix(TeacherOption("good"), TeacherOption("noise", 5.0))
    teachers.choose_weights(validation(LABELS))
    assert teachers.weights[1] == 5.0
    assert teachers.weights[0] > 5.0


def test_weights_that_are_all_given_are_not_looked_for(answers):
    teachers = mix(TeacherOption("good", 1.0), TeacherOption("noise", 5.0))
    teachers.choose_weights(validation(LABELS))
    assert answers["asked"] == {}
    np.testing.assert_array_equal(teachers.weights, [1.0, 5.0])


def test_validation_texts_count_as_often_as_their_weights_say(answers):
    answers["first"], answers["last"] = by_text(0.9, 0.9, 0.1, 0.9), by_text(0.1, 0.9, 0.9, 0.1)
    found = []
    for weights in ([1, 0, 0, 0], [0, 0, 0, 1]):
        teachers = mix(TeacherOption("first"), TeacherOption("last"))
        teachers.choose_weights(validation(LABELS, weights))
        found.append(teachers.weights[0] / teachers.weights[1])
    assert found[0] > 1 > found[1]


def test_a_teacher_without_a_name_is_refused():
    with pytest.raises(UsageError, match="expected a model folder, bundled or document-vectors, got no name"):
        teacher_option_of("")


def test_an_unknown_option_after_a_known_one_is_refused(tmp_path):
    with pytest.raises(UsageError, match="expected weight=W or words=A-B after the path, got rows=3"):
        teacher_option_of(f"{tmp_path}:words=1-2:rows=3")


@pytest.mark.parametrize("teacher", [{"m": 2}, 3, True, [None], ("m", 2.0)], ids=str)
def test_teachers_that_are_no_paths_are_refused(teacher):
    with pytest.raises(UsageError, match="`teacher`: expected a path or a list of paths"):
        TrainingOptions.of({"data": "demo:20", "teacher": teacher})


@pytest.mark.parametrize(
    ("teacher", "says"),
    [("none", "no such model folder"), ("x" * 5000, "no such model folder"), ("empty", "has no config.json")],
)
def test_a_teacher_that_is_not_there_is_told_of_before_anything_is_read(tmp_path, monkeypatch, teacher, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelFolderError, match=says):
        check_sources(TrainingOptions.of({"data": "demo:20", "teacher": teacher}))
