"""Sources: a file that changes while it is read is noticed."""

from __future__ import annotations

import os

import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.source import Source
from tests.scoring.compression import COMPRESS

DATA = b"id,text\n" + b"1,good\n" * 100_000


def grow(path):
    with path.open("ab") as file:
        file.write(b"2,bad\n")


def shrink(path):
    os.truncate(path, path.stat().st_size - 10)


def overwrite(path):
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b" ")
    os.utime(path, ns=(0, 1))  # the clock of a file system may be too coarse to tell


def replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


def read_all(source):
    buffer = memoryview(bytearray(100_000))
    while source.readinto(buffer):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("compression", COMPRESS)
@pytest.mark.parametrize("change", [grow, shrink, overwrite, replace])
def test_file_that_changes_while_it_is_read_is_an_error(tmp_path, change, compression):
    path = tmp_path / f"in.csv{compression}"
    path.write_bytes(COMPRESS[compression](DATA))
    with Source(path) as source:
        source.peek(10)
        change(path)
        with pytest.raises(DataError, match=r"in\.csv.*: (was changed or replaced while it was read|cannot be read)"):
            read_all(source)


def test_file_that_is_deleted_while_it_is_read_was_read_as_it_was(tmp_path):
    (tmp_path / "in.csv").write_bytes(DATA)
    with Source(tmp_path / "in.csv") as source:
        (tmp_path / "in.csv").unlink()
        read_all(source)


def test_pipes_may_be_of_any_size(tmp_path):
    os.mkfifo(tmp_path / "in.csv")
    descriptor = os.open(tmp_path / "in.csv", os.O_RDWR)
    os.write(descriptor, b"text\ngood\n")
    with Source(tmp_path / "in.csv") as source:
        os.close(descriptor)
        assert source.peek(100) == b"text\ngood\n"
