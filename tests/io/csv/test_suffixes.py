"""What is put before each record's line end: the native copy against slices of bytes."""

from __future__ import annotations

import random

import numpy as np
import pytest

from sentiment_fast._core import RecordFinder, append_suffixes


def offsets_of(suffixes: list[bytes]) -> np.ndarray:
    return np.cumsum([0, *map(len, suffixes)], dtype=np.int64)


def append(data: bytes, suffixes: list[bytes]) -> bytes:
    found = RecordFinder("scalar").find(data, True)
    return append_suffixes(data, found.content_ends, b"".join(suffixes), offsets_of(suffixes))


@pytest.mark.parametrize(
    ("data", "suffixes", "expected"),
    [
        (b"", [], b""),
        (b"a\nb\n", [b",1", b",22"], b"a,1\nb,22\n"),
        (b"a\r\nb\rc", [b",1", b"", b",3"], b"a,1\r\nb\rc,3"),
        (b'"a\nb",c\n\n', [b",1", b""], b'"a\nb",c,1\n\n'),
        (b"a\n", [b""], b"a\n"),
    ],
)
def test_suffixes_stand_before_line_ends(data, suffixes, expected):
    assert append(data, suffixes) == expected


def test_random_records_get_their_suffixes():
    choose = random.Random(5)
    for _ in range(500):
        data = bytes(choose.choices(b'a,"\r\n', k=choose.randrange(200)))
        found = RecordFinder("scalar").find(data, True)
        suffixes = [choose.randbytes(choose.randrange(40)) for _ in range(len(found))]
        begins, ends = [0, *found.ends.tolist()], found.ends.tolist()
        expected = b"".join(
            data[begin:content_end] + suffix + data[content_end:end]
            for begin, content_end, end, suffix in zip(
                begins[:-1], found.content_ends.tolist(), ends, suffixes, strict=True
            )
        )
        assert append(data, suffixes) == expected


def test_suffixes_may_begin_anywhere_in_their_bytes():
    assert append_suffixes(b"a\nb\n", np.array([1, 3]), b"xx12yy", np.array([2, 3, 4])) == b"a1\nb2\n"


@pytest.mark.parametrize(
    ("content_ends", "suffix_offsets", "message"),
    [
        ([1, 5], [0, 1, 2], "content_ends"),
        ([3, 1], [0, 1, 2], "content_ends"),
        ([-1, 3], [0, 1, 2], "content_ends"),
        ([1, 3], [0, 1], "suffix_offsets"),
        ([1, 3], [0, 2, 1], "suffix_offsets"),
        ([1, 3], [0, 1, 3], "suffix_offsets"),
        ([1, 3], [-1, 1, 2], "suffix_offsets"),
        ([[1, 3]], [0, 1, 2], "content_ends"),
        ([], [], "suffix_offsets"),
    ],
)
def test_offsets_that_make_no_sense_are_refused(content_ends, suffix_offsets, message):
    with pytest.raises(ValueError, match=message):
        append_suffixes(b"a\nb\n", np.array(content_ends, np.int64), b"12", np.array(suffix_offsets, np.int64))


def test_buffers_that_are_no_bytes_are_refused():
    with pytest.raises(TypeError, match="Expected contiguous bytes"):
        append_suffixes(memoryview(b"abcd").cast("i"), np.array([1]), b"", np.array([0, 0]))
