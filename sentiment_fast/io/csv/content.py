"""The first bytes of what is to be read as CSV -> nothing, or an error that names what they are instead.

In: bytes, and the options for reading. Out: nothing, if they may be CSV. Compressed files and byte-order marks are left
to formats.py, the layout of CSV to sniffer.py.
"""

from __future__ import annotations

import json
import re

from sentiment_fast.errors import DataError
from sentiment_fast.io.encoding import unmarked, wide_encoding
from sentiment_fast.io.formats import check_content
from sentiment_fast.io.options import LayoutOptions

_BOM = b"\xef\xbb\xbf"
_SAMPLE_BYTES = 1 << 16
_KINDS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF-": "a PDF file",
    b"{\\rtf": "an RTF file",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"SQLite format 3": "an SQLite database",
    b"ARROW1": "an Arrow file",
    b"FEA1": "a Feather file",
    b"Obj\x01": "an Avro file",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!\x1a": "a RAR archive",
    b"\x04\x22\x4d\x18": "an LZ4 file",
    b"\x1f\x9d": "a compress (.Z) file",
    b"\x7fELF": "a program",
}
_STRING = rb'"(?:[^"\\\x00-\x1f]|\\.)*"'
_OBJECT = re.compile(rb"\{\s*(?:" + _STRING + rb"\s*:|\})")
_ARRAY = re.compile(rb"\[\s*\{\s*(?:" + _STRING + rb"\s*:|\})")
_MARKUP = re.compile(rb"\s*(?:<!doctype|<!--|<\?xml|<(?:html|head|body|table|div|rss|svg)[\s>])", re.IGNORECASE)


def check_is_csv(data: bytes, name: str, options: LayoutOptions) -> None:
    """Raises DataError for UTF-16 without a byte-order mark, binary files, and JSON, HTML and XML.

    data: the first bytes. With `input_format=csv`, JSON, HTML and XML are accepted as lines of CSV.
    """
    check_content(data, name)
    content = data.removeprefix(_BOM)
    for start, kind in _KINDS.items():
        if content.startswith(start):
            raise DataError(f"{name}: expected CSV, got {kind}: convert it to CSV, JSON Lines or Parquet")
    _check_no_nuls(content[:_SAMPLE_BYTES], name)
    if options.input_format is not None or options.skip_lines:
        return
    if _MARKUP.match(content):
        kind = "XML" if content.lstrip()[:5].lower() == b"<?xml" else "HTML"
        raise DataError(
            f"{name}: expected CSV, got {kind}: was a web page saved instead of the file? `input_format=csv` reads it "
            "as CSV all the same"
        )
    if (json_kind := _json_kind(content)) is not None:
        argument = {"JSON Lines": "`input_format=jsonl`", "JSON": "`input_format=json`"}[json_kind]
        raise DataError(
            f"{name}: expected CSV, got {json_kind}: read it as such with {argument}, or as CSV with `input_format=csv`"
        )


def _check_no_nuls(content: bytes, name: str) -> None:
    """NULs in the header, or many, are those of UTF-16 and UTF-32, or of a binary file."""
    if b"\0" not in content:
        return
    if (wide := wide_encoding(content)) is not None:  # of a source that was not taken for text before
        raise unmarked(wide, name)
    first_line = re.split(rb"[\r\n]", content, maxsplit=1)[0]
    if b"\0" not in first_line and content.count(b"\0") * 4 < len(content):
        return  # single NULs in texts are text
    raise DataError(
        f"{name}: expected CSV, got NUL bytes, as in binary files: convert it, or name its `encoding` if it is text"
    )


def _json_kind(content: bytes) -> str | None:
    """What JSON the content begins with: "JSON Lines", or "JSON" for arrays and for values of several lines."""
    content = content.lstrip(b" \t\r\n")
    if not content.startswith((b"{", b"[")):
        return None
    line = re.split(rb"[\r\n]", content, maxsplit=1)[0]
    if _OBJECT.match(content):
        return "JSON Lines" if _is_json(line) else "JSON"
    if _ARRAY.match(content):
        return "JSON"
    # An array of other values: only if it is JSON to its end, as `[id],[text]` is not.
    return "JSON" if _is_json(line) or _is_json(content) else None


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
