"""Encodings: which codecs are read how, and what they are recognised by; Python's own codecs are the oracle."""

from __future__ import annotations

import codecs
import encodings.aliases
import io
import random
import re

import numpy as np
import pytest

from sentiment_fast.errors import DataError, UsageError
from sentiment_fast.io.encoding import INVALID, REPLACEMENT, UTF_8, Transcoder, encoding_named, text_encoding
from sentiment_fast.io.source import Source

TEXT = "id,review\n1,Größe – “naïve” café €5\n2,Привет, γειά, 日本語 😀\n3,plain\n" * 3
NOT_OF_FILES = {"punycode", "idna", "undefined"}


def is_text_codec(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding and codecs.lookup(name).name not in NOT_OF_FILES
    except LookupError:  # of another system
        return False


CODECS = sorted(filter(is_text_codec, set(encodings.aliases.aliases.values()) | {"utf_16_le", "utf_8_sig"}))


def encoded_text(name: str) -> bytes:
    return TEXT.encode(name, "ignore")


def transcoded(data: bytes, name: str, choose: random.Random) -> bytes:
    """All that a Transcoder gives, with reads and buffers of random sizes."""
    stream = io.BytesIO(data)

    def read(buffer: memoryview) -> int:
        return stream.readinto(buffer[: choose.randint(1, 40)])

    transcoder, found = Transcoder(read, encoding_named(name), stream.read(choose.randint(0, 9))), b""
    buffer = memoryview(bytearray(64))
    while count := transcoder.readinto(buffer[: choose.randint(1, 64)]):
        found += buffer[:count]
    return found


@pytest.mark.parametrize("name", CODECS)
def test_every_text_codec_is_decoded_as_python_decodes_it(name):
    encoding, data = encoding_named(name), encoded_text(name)
    expected = data.decode(name)
    if encoding.keeps_bytes:
        values, offsets = encoding.to_utf8(np.frombuffer(data, np.uint8), np.array([0, 7, len(data)]))
        assert bytes(values).decode() == expected
        assert bytes(values[: offsets[1]]).decode() == data[:7].decode(name)
    elif encoding is not UTF_8:
        for seed in range(5):
            assert transcoded(data, name, random.Random(seed)).decode() == expected.removeprefix("\ufeff")


@pytest.mark.parametrize("name", CODECS)
def test_a_codec_keeps_bytes_if_ascii_is_itself_and_each_byte_a_character(name):
    ascii_is_itself = all(bytes([byte]).decode(name, "replace") == chr(byte) for byte in range(128))
    pairs = (bytes([first, second]) for first in range(128, 256) for second in (0x40, 0x41, 0xA1, 0xB0, 0xC0))
    of_two_bytes = any(len(pair.decode(name, "replace")) != 2 for pair in pairs)
    alone = ascii_is_itself and not of_two_bytes and name not in ("utf_8", "raw_unicode_escape")
    assert encoding_named(name).keeps_bytes == alone


@pytest.mark.parametrize("name", [name for name in CODECS if encoding_named(name).keeps_bytes])
def test_single_bytes_of_all_values_become_utf8(name):
    choose = np.random.default_rng(1)
    encoding, values = encoding_named(name), choose.integers(0, 256, 3000).astype(np.uint8)
    offsets = np.sort(choose.integers(0, 3001, 50))
    offsets[[0, -1]] = 0, 3000
    found, ends = encoding.to_utf8(values, offsets)
    for place in range(len(offsets) - 1):
        text = bytes(values[offsets[place] : offsets[place + 1]])
        assert bytes(found[ends[place] : ends[place + 1]]).decode("utf-8", "replace") == text.decode(name, "replace")


def test_texts_of_ascii_bytes_are_not_copied():
    values, offsets = np.frombuffer(b"plain text", np.uint8), np.array([0, 5, 10])
    found, ends = encoding_named("cp1252").to_utf8(values, offsets)
    assert np.shares_memory(found, values)
    assert np.shares_memory(ends, offsets)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "shift_jis", "gbk", "cp037", "utf-7", "big5"])
def test_bytes_that_a_codec_cannot_decode_become_as_many_marks_as_python_replaces(name):
    choose = random.Random(2)
    for _ in range(200):
        data = bytearray(encoded_text(name))
        for _ in range(choose.randint(1, 8)):
            data[choose.randrange(len(data))] = choose.randrange(256)
        data = data[: choose.randint(1, len(data))]
        expected = re.sub("[\ud800-\udfff]", "\ufffd", bytes(data).decode(name, "replace")).removeprefix("\ufeff")
        assert transcoded(bytes(data), name, choose).replace(INVALID, REPLACEMENT).decode() == expected


@pytest.mark.parametrize(
    "name", ["rot13", "base64", "hex", "idna", "punycode", "undefined", "nope", "", "a\0b", "../x"]
)
def test_name_that_is_not_one_of_a_text_codec_is_refused(name):
    with pytest.raises(UsageError, match="Expected `encoding` to be a text codec of Python, such as cp1252"):
        encoding_named(name)


def decoded(data: bytes, chosen: str | None = None) -> tuple[str, bytes, list[str]]:
    """How a source is read: the name of its encoding, its bytes, and messages."""
    source, said = Source(io.BytesIO(data)), []
    source.decode(chosen, keep_bytes=True, say=said.append)
    return source.encoding.name, source.peek(1 << 20), said


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text", ["review\nA wonderful film\n", "review", "review,id\n日本語,1\n", '"ré\nview"\r\n1\r\n']
)
def test_wide_encoding_is_recognised_by_its_mark_and_named_without_one(name, text):
    data = text.encode(name)
    for chosen in (None, name, name[:6]):
        found, read, said = decoded("\ufeff".encode(name) + data, chosen)
        assert (found, read) == (name, text.encode())
        assert said == [f"input: {name} is read as UTF-8{'' if chosen else ', detected by its byte-order mark'}"]
    assert decoded(data, name)[1] == text.encode()
    for chosen in (None, "utf-8", "cp1252"):
        with pytest.raises(DataError, match=f"without a byte-order mark: read it with `encoding={name}`"):
            decoded(data, chosen)
    with pytest.raises(DataError, match=f"byte order, such as `encoding={name}`"):
        decoded(data, name[:6])


@pytest.mark.parametrize(
    "data", [b"", b"id,text\n1,\0\0\n", b"id,text\n\0,a\0b\n", b"a\0b\n", b"\0", b"\0\0\n", b"text"]
)
def test_other_zero_bytes_are_not_taken_for_a_wide_encoding(data):
    assert text_encoding(data, None, "in.csv") is UTF_8


@pytest.mark.parametrize(
    ("data", "chosen", "message"),
    [
        ("\ufeffa\n".encode("utf-16-le"), "cp1252", "byte-order mark of utf-16-le: leave `encoding` out, or choose"),
        ("\ufeffa\n".encode("utf-16-le"), "utf-16-be", "got the byte-order mark of utf-16-le"),
        ("\ufeffa\n".encode(), "cp1252", "expected cp1252, got the byte-order mark of utf-8: leave `encoding` out"),
        (b"review\ngood\n", "utf-16-le", "expected utf-16-le, got no zero bytes, which it has"),
        ("review\ngood\n".encode("utf-16-le"), "utf-16-be", "got NUL bytes as in UTF-16-LE"),
    ],
)
def test_first_bytes_that_contradict_the_chosen_encoding_are_refused(data, chosen, message):
    with pytest.raises(DataError, match=message):
        decoded(data, chosen)


def test_mark_of_utf8_is_kept_with_its_file():
    assert decoded(b"\xef\xbb\xbfa\n") == decoded(b"\xef\xbb\xbfa\n", "utf-8") == ("utf-8", b"\xef\xbb\xbfa\n", [])
