"""The encoding of a file's text: a codec by its name, the one that first bytes are written in, and text as UTF-8.

In: names of codecs, first bytes, encoded texts, streams of encoded text. Out: an `Encoding`, texts in UTF-8, a stream
of UTF-8. Where the bytes come from is left to source.py, what they mean to the formats.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sentiment_fast import _core
from sentiment_fast.errors import DataError, UsageError

# What undecodable bytes become: a byte that UTF-8 never has, so that they are treated, reported and replaced like the
# invalid UTF-8 of other files.
INVALID = b"\xff"
REPLACEMENT = "\ufffd".encode()
DETECT_BYTES = 1 << 16

_MARKS = (  # those of UTF-32 first: that of UTF-16 is the start of one of them
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_NO_CONTROLS = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x100)])
_ASCII = bytes(range(0x80))
_MOST_CONTROLS, _MOST_HIGH = 0.2, 0.2  # of the bytes of a text
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_NOT_OF_FILES = ("idna", "punycode", "undefined")  # text codecs, of domain names and of nothing
_MARKED = "\udcff"  # stands for INVALID in a str
_CHUNK_BYTES = 1 << 16  # small enough that what is decoded stays in the cache
_INVALID_HANDLER = "sentiment_fast.invalid"


def _mark_invalid(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return _MARKED, error.end
    assert isinstance(error, UnicodeEncodeError)  # surrogates: those from above, and others that a codec may give
    return INVALID * (error.end - error.start), error.end


codecs.register_error(_INVALID_HANDLER, _mark_invalid)


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file's text.

    name: Python's name of the codec. characters: for a codec in which each byte is one character and ASCII bytes are
    themselves, the character of each byte, (256,), U+DCFF for bytes without one; None for all others. transcoded:
    whether the bytes of the `Source` are UTF-8, whatever the file's are.
    """

    name: str
    characters: str | None = None
    transcoded: bool = False

    @property
    def keeps_bytes(self) -> bool:
        """Whether the bytes of the `Source` are the file's, in another encoding than UTF-8."""
        return self.characters is not None and not self.transcoded

    def as_utf8(self) -> Encoding:
        """The same for a `Source` whose bytes are to be UTF-8."""
        return self if self.characters is None else replace(self, transcoded=True)

    def decode(self, data: bytes) -> str:
        """Bytes of the `Source` as a str, undecodable ones replaced with U+FFFD, without a byte-order mark."""
        if self.keeps_bytes:
            return data.decode(self.name, "replace")
        return data.decode("utf-8", "replace").removeprefix("\ufeff")

    @property
    def codec(self) -> str:
        """The codec of the bytes of the `Source`."""
        return self.name if self.keeps_bytes else UTF_8.name

    def repaired(self, data: bytes) -> bytes:
        """Bytes of the `Source`, as they are to be written: with U+FFFD in place of what could not be transcoded."""
        return data.replace(INVALID, REPLACEMENT) if self.transcoded else data

    def to_utf8(
        self, values: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Texts of the `Source` in UTF-8, as their bytes, (total,), and offsets, (n + 1,)."""
        if not self.keeps_bytes:
            return values, offsets
        assert self.characters is not None
        return _core.single_bytes_to_utf8(values, offsets, _utf8_characters(self.characters))

    def check_texts(self, texts: list[str], name: str) -> None:
        """Raises DataError for a text that could not be written to a copy of the file `name`."""
        for text in texts:
            try:
                text.encode(self.codec)
            except UnicodeEncodeError as error:
                raise DataError(
                    f"{name}: expected {self.name}, as in the input, to have all characters of {text!r}, which would "
                    f"be added, got {text[error.start]!r}: convert the file to UTF-8, or write JSON Lines or Parquet"
                ) from error


UTF_8 = Encoding("utf-8")


def encoding_named(name: str) -> Encoding:
    """The encoding of a codec. Raises UsageError for a name that is not one of a text codec of Python."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise _unknown(name) from error
    if not codec._is_text_encoding or codec.incrementaldecoder is None or codec.name in _NOT_OF_FILES:
        raise _unknown(name)
    if codec.name in ("utf-8", "utf-8-sig"):
        return UTF_8
    characters = _characters_of(codec.name)
    return Encoding(codec.name, characters, transcoded=characters is None)


def marked_encoding(start: bytes) -> str | None:
    """The encoding whose byte-order mark a file starts with."""
    return next((name for mark, name in _MARKS if start.startswith(mark)), None)


def wide_encoding(start: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte-order mark, by the zero bytes that ASCII characters have in them."""
    if b"\0" not in start[:DETECT_BYTES] or _is_plain(start[:DETECT_BYTES]):
        return None
    for name in _WIDE:
        try:
            text = codecs.getincrementaldecoder(name)().decode(start[:DETECT_BYTES])
        except UnicodeDecodeError:
            continue
        # Taken for UTF-16, a text of one byte per character has hardly an ASCII character, except where it has zeros.
        if "\0" not in text and ("\n" in text or "\r" in text or sum(map(str.isascii, text)) > len(text) / 2):
            return name
    return None


def _is_plain(start: bytes) -> bool:
    """Whether these are texts of one byte per character, or in UTF-8, with a few zero bytes in them.

    Letters of Latin, Greek, Cyrillic, Hebrew and Arabic have a byte below 32 in UTF-16, most others one above 127.
    """
    if len(start.translate(None, _NO_CONTROLS)) >= len(start) * _MOST_CONTROLS:
        return False
    if len(start.translate(None, _ASCII)) < len(start) * _MOST_HIGH:
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def unmarked(wide: str, name: str, expected: Encoding = UTF_8) -> DataError:
    """The error for a file in UTF-16 or UTF-32 that neither an option nor a byte-order mark names."""
    return DataError(
        f"{name}: expected {expected.name.upper()}, got NUL bytes as in {wide.upper()} without a byte-order mark: read "
        f"it with `encoding={wide}`"
    )


def text_encoding(start: bytes, chosen: str | None, name: str) -> Encoding:
    """The encoding of a file, by its first bytes and the chosen codec, if any.

    start: DETECT_BYTES of the file, fewer only if it has no more. name: the file's, for messages. Raises DataError for
    UTF-16 or UTF-32 that nothing names, and for first bytes that contradict the chosen codec.
    """
    encoding = UTF_8 if chosen is None else encoding_named(chosen)
    if (marked := marked_encoding(start)) is not None:
        if chosen is None or marked in (encoding.name, f"{encoding.name}-le", f"{encoding.name}-be"):
            return encoding_named(marked)
        raise DataError(
            f"{name}: expected {encoding.name}, got the byte-order mark of {marked}: leave `encoding` out, or choose "
            f"`encoding={marked}`"
        )
    wide = wide_encoding(start)
    if encoding.name in ("utf-16", "utf-32") and start:
        raise DataError(
            f"{name}: expected {encoding.name} with a byte-order mark, got none: name the byte order, such as "
            f"`encoding={wide or encoding.name + '-le'}`"
        )
    if encoding.name in _WIDE and start and b"\0" not in start:
        raise DataError(f"{name}: expected {encoding.name}, got no zero bytes, which it has: choose another `encoding`")
    if wide is not None and wide != encoding.name:
        raise unmarked(wide, name, encoding)
    return encoding


class Transcoder:
    """A stream of encoded text -> a stream of UTF-8, without a byte-order mark; undecodable bytes become INVALID.

    read: fills a buffer with further bytes of the file, and returns how many, 0 at the end. start: bytes before those.
    """

    def __init__(self, read: Callable[[memoryview], int], encoding: Encoding, start: bytes = b"") -> None:
        self._read, self._start = read, start
        self._decoder = codecs.getincrementaldecoder(encoding.name)(_INVALID_HANDLER)
        self._buffer = memoryview(bytearray(_CHUNK_BYTES))
        self._ready = memoryview(b"")
        self._begun = self._ended = False

    def readinto(self, buffer: memoryview) -> int:
        while not self._ready and not self._ended:
            self._ready = memoryview(self._next())
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> bytes:
        data: bytes | memoryview = self._start[:_CHUNK_BYTES]
        self._start = self._start[_CHUNK_BYTES:]
        if not data:
            data = self._buffer[: self._read(self._buffer)]
            self._ended = not data
        text = self._decoder.decode(bytes(data), self._ended)
        if text and not self._begun:
            self._begun, text = True, text.removeprefix("\ufeff")
        return text.encode("utf-8", _INVALID_HANDLER)


def _unknown(name: str) -> UsageError:
    return UsageError(
        "Expected `encoding` to be a text codec of Python, such as cp1252, latin-1, utf-16-le or shift_jis, got "
        f"{name!r}"
    )


@lru_cache
def _characters_of(codec: str) -> str | None:
    """See `Encoding.characters`."""
    characters = ""
    for byte in range(256):
        try:
            character = codecs.getincrementaldecoder(codec)().decode(bytes([byte]))
        except UnicodeDecodeError:
            character = _MARKED
        if len(character) != 1:  # the first byte of several
            return None
        if character != chr(byte) if byte < 0x80 else character.isascii():  # a second delimiter, perhaps
            return None
        characters += character
    return characters


@lru_cache
def _utf8_characters(characters: str) -> npt.NDArray[np.uint8]:
    """(256, 4): the size of each character in UTF-8, and its bytes."""
    table = np.zeros((256, 4), np.uint8)
    for byte, character in enumerate(characters):
        encoded = character.encode("utf-8", _INVALID_HANDLER)
        table[byte, : len(encoded) + 1] = [len(encoded), *encoded]
    return table
