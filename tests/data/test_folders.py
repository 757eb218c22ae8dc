"""Reading folders of texts in the layout of aclImdb: the order, what is left out, and the message for each bad one."""

import os
from pathlib import Path

import pytest

from sentiment_fast.data.labelled_texts import read_labelled
from sentiment_fast.errors import DataError


def texts(path: Path) -> list[str]:
    return read_labelled(path).texts.to_pylist()


def complaint(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_labelled(path)
    return str(caught.value)


def half(folder: Path, pos: dict[str, bytes], neg: dict[str, bytes]) -> None:
    for name, reviews in (("pos", pos), ("neg", neg)):
        (folder / name).mkdir(parents=True)
        for file_name, content in reviews.items():
            (folder / name / file_name).write_bytes(content)


def test_folder_of_classes_is_read_in_numerical_order(tmp_path):
    half(tmp_path, {"10_7.txt": b"c", "2_9.txt": b"b", "0_9.txt": b"a"}, {"1_1.txt": b"e", "0_3.txt": b"d"})
    data = read_labelled(tmp_path)
    assert data.texts.to_pylist() == ["a", "b", "c", "d", "e"]
    assert data.labels.tolist() == ["positive"] * 3 + ["negative"] * 2
    assert (data.name, data.text_column) == (tmp_path.name, None)


def test_folder_of_halves_is_read_together_without_the_unlabelled(tmp_path):
    half(tmp_path / "test", {"0_9.txt": b"c"}, {"0_1.txt": b"d"})
    half(tmp_path / "train", {"0_9.txt": b"a"}, {"0_1.txt": b"b"})
    (tmp_path / "train" / "unsup").mkdir()
    (tmp_path / "train" / "unsup" / "0_0.txt").write_bytes(b"unlabelled")
    data = read_labelled(tmp_path)
    assert data.texts.to_pylist() == ["a", "b", "c", "d"]
    assert data.labels.tolist() == ["positive", "negative"] * 2


def test_folder_texts_are_kept_byte_for_byte(tmp_path):
    half(tmp_path, {"0_9.txt": b"a\r\nb\n"}, {"0_1.txt": b""})
    assert texts(tmp_path) == ["a\r\nb\n", ""]


def test_folder_files_of_other_kinds_are_ignored(tmp_path):
    half(tmp_path, {"0_9.txt": b"a", "._0_9.txt": b"\xff", "notes.md": b"x"}, {"0_1.txt": b"b"})
    assert texts(tmp_path) == ["a", "b"]


def test_folder_file_that_is_not_utf8_is_named(tmp_path):
    half(tmp_path, {"0_9.txt": b"a", "1_9.txt": b"caf\xe9"}, {"0_1.txt": b"b"})
    message = complaint(tmp_path)
    assert str(Path("pos") / "1_9.txt") in message
    assert "byte 0xe9 at position 3" in message


def test_folder_of_another_layout_is_refused_with_what_it_holds(tmp_path):
    half(tmp_path / "train", {"0_9.txt": b"a"}, {"0_1.txt": b"b"})
    message = complaint(tmp_path)
    assert "train/ and test/" in message
    assert "got train" in message


def test_empty_folder_is_refused(tmp_path):
    assert "got an empty folder" in complaint(tmp_path)


def test_class_without_reviews_is_refused(tmp_path):
    half(tmp_path, {"0_9.txt": b"a"}, {})
    assert "neg: expected reviews in files named *.txt, got none" in complaint(tmp_path)


def test_a_pipe_among_the_reviews_is_refused_and_nobody_waits_for_it(tmp_path):
    half(tmp_path, {"0_9.txt": b"a"}, {"0_1.txt": b"b"})
    os.mkfifo(tmp_path / "pos" / "1_9.txt")
    assert "1_9.txt: cannot be read (expected a regular file, got a pipe)" in complaint(tmp_path)
