"""The table of emojis and emoticons: what it holds, and that its words are words to any cleaning."""

import itertools
import re

import pytest

from sentiment_fast import _core, reference
from sentiment_fast.text.emojis import emoji_words, is_modifier

OPTIONS = {"strip_html": True, "keep_digits": True, "split_at_marks": True, "normalise": "nfc", "ratings": True}


@pytest.mark.parametrize(
    ("emoji", "words"),
    [
        ("\U0001f60d", "smiling face with heart eyes"),
        ("\u2764", "red heart"),
        ("\U0001f469\u200d\U0001f4bb", "woman technologist"),
        ("\U0001f1e8\U0001f1ee", "flag c\u00f4te divoire"),
        ("\U0001f947", "first place medal"),
        (":)", "slightly smiling face"),
        ("t_t", "loudly crying face"),
    ],
)
def test_words_are_those_of_the_cldr_short_name(emoji, words):
    assert emoji_words()[emoji] == words


def test_ordinary_characters_are_not_emojis():
    assert not emoji_words().keys() & {"\u00a9", "\u00ae", "\u2122", "1\u20e3", "#\u20e3"}


def test_emojis_have_no_modifiers_and_emoticons_no_capitals():
    for emoji in emoji_words():
        assert not any(map(is_modifier, emoji))
        assert emoji == emoji.lower() if emoji.isascii() else not emoji[0].isascii()


@pytest.mark.slow
@pytest.mark.parametrize("chosen", list(itertools.product([False, True], repeat=len(OPTIONS))), ids=str)
def test_their_words_stay_as_they_are_whatever_the_options(chosen):
    options = {name: value for (name, value), wanted in zip(OPTIONS.items(), chosen, strict=True) if wanted}
    names = " ".join(emoji_words().values())
    assert reference.clean_words(names, **options) == names.split()


def test_emojis_that_the_core_would_not_find_are_refused():
    with pytest.raises(ValueError, match=re.escape("Expected emoticons with a trigger")):
        _core.CleaningOptions(emojis=[("ab", "words")])
    with pytest.raises(ValueError, match="got an empty one"):
        _core.CleaningOptions(emojis=[("", "words")])
