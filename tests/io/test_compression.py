"""Compressed files: all of their members are read, and every other byte is an error that names its offset."""

from __future__ import annotations

import gzip
import random
import re

import pyarrow as pa
import pytest

from sentiment_fast.errors import DataError
from sentiment_fast.io.source import Source
from tests.scoring.compression import COMPRESS

COMPRESSIONS = [extension for extension in COMPRESS if extension]
RANDOM = random.Random(1).randbytes(300_000)  # more than is read or decompressed at once
WORDS = " ".join(random.Random(2).choices(["good", "bad", "film", "plot"], k=60_000)).encode()


@pytest.fixture
def read(tmp_path):
    """Reads compressed bytes back, in buffers of a size."""

    def read_back(data: bytes, extension: str, size: int = 5000) -> bytes:
        path = tmp_path / f"in.csv{extension}"
        path.write_bytes(data)
        found, buffer = b"", memoryview(bytearray(size))
        with Source(path) as source:
            while count := source.readinto(buffer):
                found += buffer[:count]
        return found

    return read_back


@pytest.fixture
def complaint(read):
    """The error of reading compressed bytes."""

    def error_of(data: bytes, extension: str) -> str:
        with pytest.raises(DataError) as caught:
            read(data, extension)
        return str(caught.value)

    return error_of


@pytest.mark.slow
@pytest.mark.parametrize("extension", COMPRESSIONS)
@pytest.mark.parametrize("size", [1, 5000, 1 << 20])
def test_members_are_read_one_after_another_empty_ones_too(read, extension, size):
    parts = [b"", b"a", WORDS, b"", RANDOM, b""] if size > 1 else [b"", b"abc", b"", b"de"]
    assert read(b"".join(map(COMPRESS[extension], parts)), extension, size) == b"".join(parts)


@pytest.mark.parametrize("extension", COMPRESSIONS)
def test_empty_file_is_empty(read, extension):
    assert read(b"", extension) == b""


@pytest.mark.slow
@pytest.mark.parametrize("extension", COMPRESSIONS)
@pytest.mark.parametrize("content", [b"abc", RANDOM])
@pytest.mark.parametrize("foreign", [b"g", b"garbage", b"\0" * 7 + b"g"])
@pytest.mark.parametrize("more", [b"", WORDS])
def test_foreign_bytes_after_a_member_are_an_error_at_their_offset(complaint, extension, content, foreign, more):
    whole = COMPRESS[extension](content)
    message = complaint(whole + foreign + (more and COMPRESS[extension](more)), extension)
    offset = len(whole) + (7 if extension == ".gz" and foreign[0] == 0 else 0)
    assert "in.csv" + extension in message
    assert f"at byte {offset}" in message


@pytest.mark.slow
@pytest.mark.parametrize(("extension", "padding"), [(".gz", 1), (".gz", 512), (".xz", 4), (".xz", 512)])
def test_padding_that_the_format_allows_is_skipped(read, extension, padding):
    one, other = (COMPRESS[extension](data) for data in (RANDOM, WORDS))
    zeros = b"\0" * padding
    assert read(one + zeros + other + zeros, extension) == RANDOM + WORDS


@pytest.mark.parametrize(("extension", "padding"), [(".xz", 3), (".bz2", 4), (".zst", 4)])
def test_padding_that_the_format_lacks_is_an_error(complaint, extension, padding):
    whole = COMPRESS[extension](b"abc")
    assert f"at byte {len(whole)}" in complaint(whole + b"\0" * padding + whole, extension)


@pytest.mark.slow
@pytest.mark.parametrize("extension", COMPRESSIONS)
def test_member_that_is_cut_anywhere_is_an_error(complaint, extension):
    whole = COMPRESS[extension](b"good film\n" * 20)
    for size in range(1, len(whole)):
        assert "cannot be read" in complaint(whole[:size], extension)
        message = complaint(whole + whole[:size], extension)
        assert f"at byte {len(whole)}" in message


@pytest.mark.slow
@pytest.mark.parametrize("extension", COMPRESSIONS)
def test_flipped_bit_in_the_header_of_a_later_member_never_loses_bytes(read, extension):
    content, more = RANDOM[:5000], WORDS[:5000]
    one, other = COMPRESS[extension](content), COMPRESS[extension](more)
    for place in range(16):
        for bit in range(8):
            flipped = bytearray(other)
            flipped[place] ^= 1 << bit
            offset, found = len(one), content + more
            try:
                found = read(one + flipped, extension)  # some bits mean nothing, such as a time
            except DataError as error:
                offset = int(re.search("at byte ([0-9]+)", str(error))[1])
            assert len(found) == len(content + more)
            assert len(one) <= offset < len(one + other)


def test_skippable_frames_of_zstd_are_skipped(read):
    skipped = b"\x53\x2a\x4d\x18" + (200_000).to_bytes(4, "little") + bytes(200_000)
    whole = pa.compress(WORDS, codec="zstd", asbytes=True)
    assert read(skipped + whole + skipped, ".zst") == WORDS


@pytest.mark.slow
@pytest.mark.parametrize("extension", COMPRESSIONS)
def test_a_source_restarts_anywhere(tmp_path, extension):
    path = tmp_path / f"in.csv{extension}"
    path.write_bytes(COMPRESS[extension](RANDOM) + COMPRESS[extension](WORDS))
    with Source(path) as source:
        for offset in (400_000, 0, 299_999, 300_000):
            source.restart_at(offset)
            assert source.peek(50) == (RANDOM + WORDS)[offset : offset + 50]


@pytest.mark.slow
def test_ratio_of_a_thousand_takes_no_more_memory_than_the_buffer(tmp_path):
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(bytes(50 << 20)))
    total, buffer = 0, memoryview(bytearray(4096))
    with Source(tmp_path / "in.csv.gz") as source:
        while count := source.readinto(buffer):
            total += count
    assert total == 50 << 20
