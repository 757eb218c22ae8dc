"""Chunks of whole records: every byte of the stream in one of them, whatever the stream gives at a time."""

from __future__ import annotations

import io
import random

import pytest

from sentiment_fast._core import LEVELS, RecordFinder, ValueFinder
from sentiment_fast.io import chunks as chunks_module
from sentiment_fast.io.chunks import Chunk, read_chunks


class Trickle(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, most: int = 3):
        self._data, self._most = io.BytesIO(data), most

    def readinto(self, buffer):
        return self._data.readinto(memoryview(buffer)[: self._most])


def chunks(data: bytes, chunk_bytes: int, **options) -> list[tuple[bytes, Chunk]]:
    return [
        (bytes(chunk.data), chunk)
        for chunk in read_chunks(Trickle(data), RecordFinder(LEVELS[-1]), chunk_bytes, **options)
    ]


def random_csv(seed: int) -> bytes:
    choose = random.Random(seed)
    return bytes(choose.choices(b'a,"\r\n', [6, 2, 2, 1, 1], k=choose.randrange(500)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_records_are_those_of_the_whole_stream(seed):
    data = random_csv(seed)
    whole = RecordFinder("scalar").find(data, True)
    for chunk_bytes in (1, 7, 64, 500, 1 << 20):
        for buffers in (1, 2, 3):
            found = chunks(data, chunk_bytes, buffers=buffers, start=b"")
            assert b"".join(content for content, _ in found) == data
            ends = [chunk.records.offset + end for _, chunk in found for end in chunk.records.ends.tolist()]
            assert ends == whole.ends.tolist()
            for name in ("rows", "lines", "fields"):
                joined = [number for _, chunk in found for number in getattr(chunk.records, name).tolist()]
                assert joined == getattr(whole, name).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_records_of_a_chunk_are_limited_and_any_chunk_can_be_the_first(seed, monkeypatch):
    choose = random.Random(seed)
    most, chunk_bytes = choose.choice([1, 2, 3, 7]), choose.choice([1, 7, 64, 500])
    monkeypatch.setattr(chunks_module, "MOST_RECORDS", most)
    data = random_csv(seed) + b"\n" * choose.choice([0, 20]) + b'"' + b"a\n" * choose.randrange(90) + b'"'
    whole = RecordFinder("scalar").find(data, True)
    found = chunks(data, chunk_bytes, buffers=choose.randint(1, 3))
    assert b"".join(content for content, _ in found) == data
    assert max(len(chunk.records) for _, chunk in found) <= most
    ends = [chunk.records.offset + end for _, chunk in found for end in chunk.records.ends.tolist()]
    assert ends == whole.ends.tolist()
    for number, (_, chunk) in enumerate(found):
        finder = RecordFinder(LEVELS[-1], offset=chunk.offset, row=chunk.row, line=chunk.line)
        again = read_chunks(io.BytesIO(data[chunk.offset :]), finder, chunk_bytes)
        assert [bytes(one.data) for one in again] == [content for content, _ in found[number + 1 :]]


@pytest.mark.parametrize("chunk_bytes", [1, 5, 64])
def test_values_of_a_chunk_are_limited(chunk_bytes, monkeypatch):
    monkeypatch.setattr(chunks_module, "MOST_RECORDS", 2)
    data = b'[{"a": 1}, 2, "x"\n, {"b":\n [3]}, null] {} 5'
    found = [
        (bytes(chunk.data), len(chunk.records)) for chunk in read_chunks(Trickle(data), ValueFinder(), chunk_bytes)
    ]
    assert b"".join(content for content, _ in found) == data
    assert sum(count for _, count in found) == 7
    assert max(count for _, count in found) <= 2


def test_stream_is_not_read_again_once_it_has_ended(monkeypatch):
    pieces = [b"a\nb\n", b"c\nd\n", b""]

    class Terminal(io.RawIOBase):
        def readinto(self, buffer):
            piece = pieces.pop(0)
            buffer[: len(piece)] = piece
            return len(piece)

    monkeypatch.setattr(chunks_module, "MOST_RECORDS", 1)
    found = [bytes(chunk.data) for chunk in read_chunks(Terminal(), RecordFinder("scalar"))]
    assert found == [b"a\n", b"b\n", b"c\n", b"d\n"]


def test_chunks_are_as_large_as_asked_for_but_for_long_records():
    data = b"a,b\n" * 100 + b'"' + b"c\n" * 100 + b'"\n' + b"d,e\n" * 100
    sizes = [len(content) for content, _ in chunks(data, 64)]
    assert sorted(sizes)[-1] > 200
    assert max(size for content, size in zip(chunks(data, 64), sizes, strict=True) if b'"' not in content[0]) <= 64


def test_what_was_read_before_comes_first():
    data = b"head,er\na,b\n"
    assert [content for content, _ in chunks(data[5:], 1 << 20, start=data[:5])] == [data]


def test_a_chunk_stays_as_it_is_while_there_are_other_buffers():
    data = b"".join(b"%04d\n" % number for number in range(100))
    kept = list(read_chunks(io.BytesIO(data), RecordFinder("scalar"), chunk_bytes=5, buffers=100))
    assert b"".join(bytes(chunk.data) for chunk in kept) == data


def test_buffers_are_used_again():
    data = b"0123\n" * 100
    buffers = {id(chunk.data.obj) for chunk in read_chunks(io.BytesIO(data), RecordFinder("scalar"), 10, buffers=2)}
    assert len(buffers) == 2


def test_reading_goes_on_where_any_chunk_ended():
    data = random_csv(3)
    found = chunks(data, 50)
    for number, (_, chunk) in enumerate(found):
        finder = RecordFinder(LEVELS[-1], offset=chunk.offset, row=chunk.row, line=chunk.line)
        rest = b"".join(content for content, _ in found[number + 1 :])
        again = list(read_chunks(io.BytesIO(data[chunk.offset :]), finder, 1 << 20))
        assert b"".join(bytes(chunk.data) for chunk in again) == rest
        rows = [row for chunk in again for row in chunk.records.rows.tolist()]
        assert rows == [row for _, chunk in found[number + 1 :] for row in chunk.records.rows.tolist()]


def test_memory_stays_bounded_where_a_quote_never_closes():
    data = b'a,"b\n' + b"c,d\n" * 50_000
    finder = RecordFinder("scalar", max_record=1000)
    sizes = {len(chunk.data.obj) for chunk in read_chunks(io.BytesIO(data), finder, chunk_bytes=100)}
    assert max(sizes) <= 2100


def test_a_large_buffer_is_given_back_after_the_long_record():
    data = b'"' + b"c\n" * 5000 + b'"\n' + b"a,b\n" * 1000
    sizes = [len(chunk.data.obj) for chunk in read_chunks(io.BytesIO(data), RecordFinder("scalar"), chunk_bytes=100)]
    assert sizes[0] > 10_000
    assert sizes[-1] == 100


def test_within_an_overlong_line_nothing_can_be_resumed():
    finder = RecordFinder("scalar", max_record=2)
    found = list(read_chunks(io.BytesIO(b"a\nbcdef\ng"), finder, chunk_bytes=4, buffers=4))
    assert [bytes(chunk.data) for chunk in found] == [b"a\n", b"bc", b"def\n", b"g"]
    assert [chunk.resumable for chunk in found] == [True, False, True, False]


def test_empty_stream_has_no_chunks():
    assert chunks(b"", 100) == []


def test_stream_that_does_not_wait_is_refused():
    class Nothing(io.RawIOBase):
        def readinto(self, buffer):
            return None

    with pytest.raises(BlockingIOError, match="Expected a blocking stream"):
        next(read_chunks(Nothing(), RecordFinder("scalar")))


@pytest.mark.parametrize("options", [{"chunk_bytes": 0}, {"buffers": 0}])
def test_sizes_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match="Expected chunks of 1 byte or more and 1 buffer or more"):
        next(read_chunks(io.BytesIO(b"a\n"), RecordFinder("scalar"), **options))
