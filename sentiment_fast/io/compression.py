"""A compressed file -> its bytes, with every byte of the file accounted for.

In: a file, open at its start, and its compression. Out: a stream of the bytes of all its members, one after another.
What else it holds, and a member that is cut short, is an error that names the offset, never the end of the stream.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

_CHUNK_BYTES = 1 << 17
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
_RLE_BLOCK, _RESERVED_BLOCK = 1, 3


class DamageError(ValueError):
    """What is wrong with a compressed file, and at which byte."""


class ByteStream(Protocol):
    """A stream of bytes."""

    def readinto(self, buffer: memoryview, /) -> int: ...


def decompressed(file: BinaryIO, extension: str) -> ByteStream | None:
    """The bytes of a file that is compressed as its extension says; None for an extension of no compression.

    Reading raises DamageError for bytes that are not what the compression has there.
    """
    if extension == ".zst":
        return _Zstd(file)
    return _Members(file, _KINDS[extension]) if extension in _KINDS else None


class _Decompressor(Protocol):
    """As in bz2 and lzma: it takes a member, and what follows is in `unused_data` once `eof` is set."""

    eof: bool
    needs_input: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """A `_Decompressor` of zlib's, whose own has another interface. It checks the checksums and sizes."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        rest = self._inflate.unconsumed_tail
        found = self._inflate.decompress(rest + data if rest else data, max_length)
        self.needs_input = len(found) < max_length  # otherwise there may be more, even if all input was taken
        return found


@dataclass(frozen=True)
class _Kind:
    """A compression whose files are sequences of members.

    first, later: make the decompressor of the first member, and of the others. magic: what later members start with.
    padding: zero bytes may follow a member, in multiples of this; 0 for none.
    """

    name: str
    first: Callable[[], Any]
    later: Callable[[], Any]
    magic: bytes
    padding: int


_KINDS = {
    ".gz": _Kind("gzip", _Gunzip, _Gunzip, b"\x1f\x8b", 1),
    ".bz2": _Kind("bzip2", bz2.BZ2Decompressor, bz2.BZ2Decompressor, b"BZh", 0),
    ".xz": _Kind("xz", lzma.LZMADecompressor, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ), b"\xfd7zXZ\0", 4),
}


class _Members:
    """The members of a file, decompressed, one after another."""

    def __init__(self, file: BinaryIO, kind: _Kind) -> None:
        self._file, self._kind = file, kind
        self._input = b""  # read, and not yet taken by a decompressor
        self._offset = 0  # of that in the file
        self._member: _Decompressor | None = None
        self._begin = 0  # of the member in the file
        self._ready = memoryview(b"")

    def readinto(self, buffer: memoryview) -> int:
        while not self._ready:
            if self._member is None and not self._find_member():
                return 0
            self._ready = memoryview(self._take(max(len(buffer), _CHUNK_BYTES)))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _take(self, size: int) -> bytes:
        """Some of the member's bytes, at most `size`, perhaps none."""
        member = self._member
        assert member is not None
        if member.needs_input and not self._input and not self._fill():
            raise DamageError(f"the file ends within the {self._kind.name} data that begin at byte {self._begin}")
        data = b""
        if member.needs_input:
            data, self._input = self._input, b""
            self._offset += len(data)
        try:
            found = member.decompress(data, size)
        except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
            raise DamageError(f"{error}, in the {self._kind.name} data that begin at byte {self._begin}") from error
        if member.eof:
            self._input, self._member = member.unused_data + self._input, None
            self._offset -= len(member.unused_data)
        return found

    def _find_member(self) -> bool:
        """Whether there is another member. Skips the padding before it."""
        end = self._offset
        if end > 0 and self._kind.padding:
            while (self._input or self._fill()) and self._input[:1] == b"\0":
                rest = self._input.lstrip(b"\0")
                self._offset += len(self._input) - len(rest)
                self._input = rest
            if (self._offset - end) % self._kind.padding:
                raise DamageError(f"expected zero bytes in multiples of {self._kind.padding} at byte {end}")
        while len(self._input) < len(self._kind.magic) and self._fill():
            pass
        if not self._input:
            return False
        if end > 0 and not self._input.startswith(self._kind.magic):
            expected = f"expected {self._kind.name} data or the end of the file at byte {self._offset}"
            raise DamageError(f"{expected}, got other bytes")
        self._begin = self._offset
        self._member = self._kind.later() if end > 0 else self._kind.first()
        return True

    def _fill(self) -> bool:
        """Read more input. Returns whether there was any."""
        data = self._file.read(_CHUNK_BYTES)
        self._input += data
        return bool(data)


class _Zstd:
    """The frames of a file, decompressed by PyArrow, which has no means to tell where a frame ends."""

    def __init__(self, file: BinaryIO) -> None:
        self._frames = _ZstdFrames(file)
        self._stream = pa.CompressedInputStream(pa.PythonFile(self._frames, "r"), "zstd")

    def readinto(self, buffer: memoryview) -> int:
        try:
            count: int = self._stream.readinto(buffer)
        except (OSError, pa.ArrowException) as error:
            if isinstance(error, OSError) and error.errno is not None:  # of the disk
                raise
            raise DamageError(f"{error}, in the zstd data that begin at byte {self._frames.begin}") from error
        return count


class _ZstdFrames(io.RawIOBase):
    """A file that is a sequence of whole zstd frames -> the same bytes, never beyond a frame's end at once.

    begin: where in the file the current frame begins. The layout of frames is that of RFC 8878.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = io.BufferedReader(_Unclosed(file), _CHUNK_BYTES)
        self._offset = self.begin = 0
        self._rest = memoryview(b"")
        self._pieces = self._frames()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _frames(self) -> Iterator[bytes]:
        while magic := self._file.read(len(_ZSTD_FRAME)):
            self.begin, self._offset = self._offset, self._offset + len(magic)
            if magic == _ZSTD_FRAME:
                yield from self._frame(magic)
            elif magic[1:] == b"\x2a\x4d\x18" and 0x50 <= magic[0] <= 0x5F:  # skippable
                size = self._read(4)
                yield magic + size
                left = int.from_bytes(size, "little")
                while left:
                    piece = self._read(min(left, _CHUNK_BYTES))
                    left -= len(piece)
                    yield piece
            else:
                raise DamageError(f"expected zstd data or the end of the file at byte {self.begin}, got other bytes")

    def _frame(self, magic: bytes) -> Iterator[bytes]:
        """The rest of a frame: its header, blocks and checksum."""
        descriptor = self._read(1)
        single_segment, checksum = descriptor[0] & 0x20, descriptor[0] & 0x04
        dictionary_id = (0, 1, 2, 4)[descriptor[0] & 3]
        content_size = (1 if single_segment else 0, 2, 4, 8)[descriptor[0] >> 6]
        yield magic + descriptor + self._read((not single_segment) + dictionary_id + content_size)
        last = False
        while not last:
            header = self._read(3)
            number = int.from_bytes(header, "little")
            last, kind, size = bool(number & 1), number >> 1 & 3, number >> 3
            if kind == _RESERVED_BLOCK:
                raise DamageError(f"expected a block of zstd data at byte {self._offset - 3}, got none of a known kind")
            yield header + self._read(1 if kind == _RLE_BLOCK else size)
        if checksum:
            yield self._read(4)

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._offset += len(data)
        if len(data) < size:
            raise DamageError(f"the file ends within the zstd data that begin at byte {self.begin}")
        return data


class _Unclosed(io.RawIOBase):
    """A file that stays open when what reads from it is closed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._file.readinto(buffer)  # type: ignore[attr-defined,no-any-return]
