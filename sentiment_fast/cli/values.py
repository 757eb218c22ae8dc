"""Arguments of options -> their values: sizes, delimiters and lists of names.

In: what was typed after an option. Out: its value, or an ArgumentTypeError, which argparse reports. Their meaning is
left to the library.
"""

from __future__ import annotations

import argparse
import csv

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def byte_size(text: str) -> int:
    """A size such as 1000, 64K, 64M or 1G."""
    unit = text[-1:].upper() if text[-1:].isalpha() else ""
    digits = text[: len(text) - len(unit)]
    if unit not in _UNITS or not digits.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a size such as 1000, 64K or 64M, got {text!r}")
    return int(digits) * _UNITS[unit]


def delimiter(text: str) -> str:
    """A delimiter between fields of CSV; "tab" is a tab."""
    return "\t" if text in ("tab", "\\t") else text


def names(text: str) -> list[str]:
    """Names separated by commas; a name that holds a comma is in double quotes, as in CSV."""
    try:
        return next(csv.reader([text], strict=True), [""])
    except csv.Error as error:
        raise argparse.ArgumentTypeError(
            f"expected names separated by commas, double quotes around a name that holds one, got {text!r}"
        ) from error
