"""A format's name -> the writer of an output.

In: the format, the first input's reader, the columns to add and the options. Out: a `Writer` (see window.py). How each
format is written is left to the formats' folders.
"""

from __future__ import annotations

import pyarrow as pa

from sentiment_fast.io.formats import format_named
from sentiment_fast.io.window import Reader, Window, Writer


def make_writer(
    output_format: str, first: Reader[Window], added: pa.Schema, options: object, window_bytes: int
) -> Writer[Window]:
    """first: the reader of the first input, whose columns the output has. added: the columns to append to them.
    options: the options of the format's writer. window_bytes: the approximate size of a window of the input.
    """
    return format_named(output_format).make_writer(first, added, options, window_bytes)
