"""Unicode's normal form C: the table by which the core recognises texts that are in it.

In: the interpreter's `unicodedata`. Out: a table for the core's quick check (Unicode Standard Annex #15, section 9).
Putting the other texts into the form is left to the core, which asks `unicodedata` too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

import numpy as np

CODE_POINTS = 0x110000
MAY_CHANGE = 0xFF
_SEARCHED = 0x30000  # the planes from 3 on have ideographs, tags and private characters, which all have one form
_BLOCK = 128
_LAST_SORTED = 0x345  # the mark with the highest combining class: any other mark after it is out of order


@cache
def quick_check_table() -> bytes:
    """(0x110000,) uint8: by code point, its canonical combining class, or MAY_CHANGE.

    A text is in the normal form if it has no code point with MAY_CHANGE, and if none has a class that is above 0 and
    below that of the code point before it. Takes some 50 ms, once per process.
    """
    table = bytearray(CODE_POINTS)
    compose_with_earlier: set[str] = set()
    for character in _candidates():
        if not unicodedata.is_normalized("NFC", character):
            table[ord(character)] = MAY_CHANGE
            continue
        table[ord(character)] = unicodedata.combining(character)
        compose_with_earlier.update(unicodedata.normalize("NFD", character)[1:])
    for character in compose_with_earlier:
        table[ord(character)] = MAY_CHANGE
    return bytes(table)


def _candidates() -> Iterator[str]:
    """All code points that are decomposable or have a combining class, and some others."""
    framed = np.empty((_SEARCHED, 2), "<u4")
    framed[:, 0] = _LAST_SORTED
    framed[:, 1] = np.arange(_SEARCHED)
    for start in range(0, _SEARCHED, _BLOCK):
        text = framed[start : start + _BLOCK].tobytes().decode("utf-32-le", "surrogatepass")
        if not unicodedata.is_normalized("NFD", text):
            yield from text[1::2]
