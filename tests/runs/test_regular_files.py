"""Regular files: what else may have a file's name is refused at once, and nothing is read without end."""

import os
import socket

import pytest

from sentiment_fast.runs.regular_files import open_regular, read_regular


def test_the_bytes_of_a_file_come_back(tmp_path):
    (tmp_path / "a").write_bytes(b"content")
    assert read_regular(tmp_path / "a", 7) == b"content"
    with open_regular(tmp_path / "a") as file:
        assert file.read() == b"content"


def test_a_link_to_a_file_is_that_file(tmp_path):
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "link").symlink_to("a")
    assert read_regular(tmp_path / "link", 7) == b"content"


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (os.mkfifo, "got a pipe"),
        (os.mkdir, "got a folder"),
        (lambda path: path.symlink_to("/dev/zero"), "got a device"),
        (make_socket, "No such device"),
    ],
    ids=["pipe", "folder", "device", "socket"],
)
def test_anything_else_is_refused_without_waiting(tmp_path, make, what):
    make(tmp_path / "a")
    with pytest.raises(OSError, match=what):
        read_regular(tmp_path / "a", 100)


def test_a_file_of_more_bytes_is_refused_without_reading_them(tmp_path):
    (tmp_path / "a").touch()
    os.truncate(tmp_path / "a", 20 << 30)
    with pytest.raises(OSError, match=r"expected a file of up to 100 bytes, got 21,474,836,480 or more"):
        read_regular(tmp_path / "a", 100)


def test_a_file_that_has_grown_since_it_was_opened_is_not_read_beyond_the_bound():
    with pytest.raises(OSError, match="expected a file of up to 0 bytes"):
        read_regular("/proc/self/status", 0)  # its size is 0


def test_a_missing_file_is_the_systems_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "a", 100)
