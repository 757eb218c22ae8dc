"""Safetensors files: read into memory once their header has been checked, and sealed with a digest of all they hold.

In and out: the bytes of an open file <-> names, kinds and values of tensors, and metadata. No file is mapped: one that
is cut short or overwritten while it is in use would end the process. What tensors mean is left to others.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

MOST_BYTES = 8 << 30  # more than any network within the bounds of config.py, with its n-gram model, has
_MOST_HEADER_BYTES = 100_000_000  # the format's own bound
_METADATA, _SEAL = "__metadata__", "sha256"


class TensorFileError(ValueError):
    """A file is not in the safetensors format, or not what was written."""


@dataclass(frozen=True)
class TensorFile:
    """An open file of tensors, whose header has been read and compared with the file's size.

    tensors: such as "F32 [256, 64]", by name. metadata: the file's texts, by name.
    """

    tensors: dict[str, str]
    metadata: dict[str, str]
    _header: dict[str, Any]
    _file: BinaryIO
    _size: int
    _body: int

    @classmethod
    def of(cls, file: BinaryIO, most: int = MOST_BYTES) -> TensorFile:
        """Raises TensorFileError for a file that isn't in the format, or has fewer or more bytes than its header says.

        most: bytes that it may have. No more than the header is read.
        """
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        length = int.from_bytes(file.read(8), "little")
        if size > most or not 2 <= length <= min(_MOST_HEADER_BYTES, size - 8):
            raise TensorFileError(f"expected a header and tensors, got {size:,} bytes that do not begin with them")
        try:
            header = json.loads(file.read(length))
            metadata = header.get(_METADATA, {})
            found = {name: one for name, one in header.items() if name != _METADATA}
            tensors = {name: f"{one['dtype']} {_whole_numbers(one['shape'])}" for name, one in found.items()}
            ends = [_whole_numbers(one["data_offsets"])[1] for one in found.values()]
            if not all(isinstance(text, str) for text in metadata.values()):
                raise TypeError("metadata that is not text")
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
            raise TensorFileError(f"its header is damaged ({str(error)[:100]})") from error
        if size != 8 + length + max(ends, default=0):
            raise TensorFileError(f"its header describes {8 + length + max(ends, default=0):,} bytes, it has {size:,}")
        return cls(tensors, metadata, header, file, size, 8 + length)

    def content(self) -> bytes:
        """The whole file. Raises TensorFileError if it has become shorter."""
        self._file.seek(0)
        content = self._file.read(self._size)
        if len(content) != self._size:
            raise TensorFileError(f"it had {self._size:,} bytes, and was cut short to {len(content):,} meanwhile")
        return content

    def sealed_content(self) -> bytes:
        """The whole file, for one that `seal` has sealed. Raises TensorFileError if it is not what was sealed."""
        content = self.content()
        if self.metadata.get(_SEAL) != _digest(self._header, memoryview(content)[self._body :]):
            raise TensorFileError("it is not what was written: a bit has changed, or it is from an older version")
        return content


def seal(content: bytes) -> tuple[bytes, memoryview]:
    """The two parts of a safetensors file with a digest of everything else in its metadata: the header, the tensors."""
    body = 8 + int.from_bytes(content[:8], "little")
    header, tensors = json.loads(content[8:body]), memoryview(content)[body:]
    metadata = {**header.get(_METADATA, {}), _SEAL: _digest(header, tensors)}
    text = json.dumps({_METADATA: metadata, **{name: one for name, one in header.items() if name != _METADATA}})
    written = text.encode()
    written += b" " * (-len(written) % 8)  # so that tensors begin at a multiple of 8 bytes, as the format wants
    return len(written).to_bytes(8, "little") + written, tensors


def _digest(header: Mapping[str, Any], tensors: memoryview) -> str:
    """SHA-256 of a file's header, without the digest itself, and tensors."""
    metadata = {name: text for name, text in header.get(_METADATA, {}).items() if name != _SEAL}
    digest = hashlib.sha256(json.dumps({**header, _METADATA: metadata}, sort_keys=True).encode())
    digest.update(tensors)
    return digest.hexdigest()


def _whole_numbers(values: object) -> list[int]:
    if not isinstance(values, list) or not all(type(one) is int and 0 <= one < 1 << 60 for one in values):
        raise ValueError(f"expected whole numbers, got {values!r:.60}")
    return values
