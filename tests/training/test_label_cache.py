"""A slow teacher's answers are kept: a text is labelled once, whoever asks, until something of the teacher changes."""

import sqlite3
from contextlib import closing

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.training import label_cache
from sentiment_fast.training.label_cache import CachedTeacher, label_cache_path

TEXTS = ["good", None, "bad", "good", "", "a long film"]


class Teacher:
    """P(second class) is 1 / (2 + length). asked: the texts of each call. most: it fails after so many calls."""

    def __init__(self, most=1000):
        self.asked, self.most = [], most

    def __call__(self, texts):
        if len(self.asked) == self.most:
            raise KeyboardInterrupt
        self.asked.append(texts.to_pylist())
        second = np.array([1 / (2 + len(text or "")) for text in texts.to_pylist()], np.float32)
        return np.stack([1 - second, second], axis=1)


def cached(path, teacher, said=None):
    return CachedTeacher(teacher, path, 2, [].append if said is None else said.append)


def arrow(texts):
    return pa.chunked_array([texts[:2], texts[2:]], pa.large_string())


def test_answers_are_the_teachers_and_each_text_is_asked_once(tmp_path):
    teacher = Teacher()
    answers = cached(tmp_path / "kept" / "labels", teacher)(arrow(TEXTS))
    np.testing.assert_array_equal(answers, Teacher()(arrow(TEXTS)))
    assert answers.dtype == np.float32
    assert [len(texts) for texts in teacher.asked] == [4]


def test_a_second_student_costs_only_the_texts_that_are_new(tmp_path):
    cached(tmp_path / "labels", Teacher())(arrow(TEXTS))
    teacher, said = Teacher(), []
    answers = cached(tmp_path / "labels", teacher, said)(arrow([*TEXTS, "new"]))
    np.testing.assert_array_equal(answers, Teacher()(arrow([*TEXTS, "new"])))
    assert teacher.asked == [["new"]]
    assert said == ["the teacher has yet to label 1 of these texts; its other answers are kept"]


def test_only_the_answers_that_are_asked_for_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(label_cache, "_LOOK_UP", 3)
    cached(tmp_path / "labels", Teacher())(arrow([f"text {number}" for number in range(40)]))
    read = []
    monkeypatch.setattr(
        label_cache, "_are_probabilities", lambda some, classes: read.extend(some) or [True] * len(some)
    )
    teacher, asked = Teacher(), [f"text {number}" for number in range(30, 50)]
    np.testing.assert_array_equal(cached(tmp_path / "labels", teacher)(arrow(asked)), Teacher()(arrow(asked)))
    assert len(read) == sum(map(len, teacher.asked)) == 10


def test_what_was_labelled_before_a_kill_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(label_cache, "_BLOCK", 2)
    texts = arrow([f"text {number}" for number in range(7)])
    with pytest.raises(KeyboardInterrupt):
        cached(tmp_path / "labels", Teacher(most=2))(texts)
    teacher = Teacher()
    np.testing.assert_array_equal(cached(tmp_path / "labels", teacher)(texts), Teacher()(texts))
    assert sum(map(len, teacher.asked)) == 3


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be one" * 100, None])
def test_a_file_that_cannot_be_used_is_reported_once_and_everything_is_labelled(tmp_path, content):
    path = tmp_path / "labels"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    said = []
    answers = cached(path, Teacher(), said)(arrow(TEXTS))
    np.testing.assert_array_equal(answers, Teacher()(arrow(TEXTS)))
    assert len(said) == 1
    assert "cannot keep the teacher's answers" in said[0]


@pytest.mark.parametrize(
    "damaged",
    [
        "x'0000c07f0000c07f'",  # NaN
        "x'0000807f000080ff'",  # infinities of both signs
        "x'000080bf00000040'",  # -1 and 2
        "x'0000803f0000803f'",  # 1 and 1
        "x'0000803f'",
        "'12345678'",
        "NULL",
    ],
)
def test_damaged_answers_are_computed_again(tmp_path, damaged):
    cached(tmp_path / "labels", Teacher())(arrow(TEXTS))
    with closing(sqlite3.connect(tmp_path / "labels")) as file, file:
        file.execute(f"UPDATE labels SET probabilities = {damaged}")
    np.testing.assert_array_equal(cached(tmp_path / "labels", Teacher())(arrow(TEXTS)), Teacher()(arrow(TEXTS)))


def test_other_weights_classes_and_devices_have_another_file(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"1")
    first = label_cache_path(tmp_path, ["a", "b"], "cpu")
    assert label_cache_path(tmp_path, ["a", "b"], "cpu") == first
    others = {label_cache_path(tmp_path, ["b", "a"], "cpu"), label_cache_path(tmp_path, ["a", "b"], "cuda")}
    others |= {label_cache_path(tmp_path, ["a", "b"], "cuda", precision) for precision in ("bfloat16", "float16")}
    (tmp_path / "model.safetensors").write_bytes(b"2")
    others.add(label_cache_path(tmp_path, ["a", "b"], "cpu"))
    assert len(others | {first}) == 6


def test_no_text_is_in_the_file(tmp_path):
    cached(tmp_path / "labels", Teacher())(arrow(["a secret of mine", *TEXTS]))
    assert b"secret" not in (tmp_path / "labels").read_bytes()
