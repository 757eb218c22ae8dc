"""The table of emojis and emoticons -> the words that they are replaced by.

In: emojis.tsv next to this file, made by benchmarks/release/emoji_table.py. Out: a dict. Where in a text they are found
is left to reference.py and the core.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("emojis.tsv")
# Variation selectors 15 and 16, which ask for a black-and-white or a coloured picture, and the five skin tones.
MODIFIERS = "\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def is_modifier(character: str) -> bool:
    return character in MODIFIERS


@cache
def emoji_words() -> dict[str, str]:
    """The words, lower-case and separated by spaces, by emoji or emoticon.

    Emojis come without modifiers; emoticons are ASCII, with letters in lower case.
    """
    lines = PATH.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))
