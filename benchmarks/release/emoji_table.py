"""Unicode's list of emojis -> the table of emojis and emoticons that cleaning replaces by words.

In: `emoji-test.txt` of Unicode (https://www.unicode.org/Public/emoji/; in Debian's unicode-data), whose names are
the CLDR short names in English. Out: sentiment_fast/text/emojis.tsv. What is done with it is left to text/reference.py.

    python -m benchmarks.release.emoji_table /usr/share/unicode/emoji/emoji-test.txt
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from sentiment_fast.text.emojis import PATH, is_modifier
from sentiment_fast.text.reference import clean_words

HEAD = """\
# Emojis and emoticons and the words that they are replaced by, made by benchmarks/release/emoji_table.py.
# Names: from {source}, © 2022 Unicode, Inc., https://www.unicode.org/terms_of_use.html
"""
# A line of the file: code points; status # emoji, version, name.
LINE = re.compile(r"([0-9A-F ]+?) *; *fully-qualified *# \S+ E[0-9.]+ (.+)")
TEXT_SYMBOLS = "\u00a9\u00ae\u2122"  # copyright, registered, trade mark: part of ordinary text, and without sentiment
NUMBERS = {"1st": "first", "2nd": "second", "3rd": "third", "8": "eight", "10": "ten"}  # digits may be dropped

# Those that occur more than a few times in tweets, forum comments and reviews, in lower case. Not "xp", an operating
# system, nor "8)" and "d:", which are mostly something else.
EMOTICONS = {
    "slightly smiling face": ":) :-) =) :] :-] =] :} :o) :^) (: (= (-:",
    "grinning face with big eyes": ":d :-d =d",
    "grinning squinting face": "xd",
    "winking face": ";) ;-) ;o) ;] ;d ;-d (; (-;",
    "slightly frowning face": ":( :-( =( :[ :-[ =[ :c :-c ): )-:",
    "crying face": ":'( :'-( ='(",
    "face with tears of joy": ":') :'-) :'d",
    "face with tongue": ":p :-p =p ;p ;-p",
    "confused face": ":/ :-/ =/ :\\ :-\\ =\\",
    "neutral face": ":| :-| =|",
    "face with open mouth": ":o :-o =o",
    "face blowing a kiss": ":* :-* =*",
    "angry face": ">:( >:-( >:[",
    "smiling face with horns": ">:) >:-)",
    "smiling face with smiling eyes": "^^ ^_^ ^-^",
    "expressionless face": "-_-",
    "loudly crying face": "t_t",
    "red heart": "<3",
    "broken heart": "</3",
}


def table(lines: Iterable[str]) -> dict[str, str]:
    """The words by emoticon or emoji, without variation selectors and skin tones."""
    words = {emoticon: name for name, emoticons in EMOTICONS.items() for emoticon in emoticons.split()}
    names: set[str] = set()
    for line in lines:
        found = LINE.match(line)
        if not found:
            continue
        characters = "".join(chr(int(code, 16)) for code in found[1].split())
        emoji = "".join(character for character in characters if not is_modifier(character))
        if emoji != characters.replace("\ufe0f", "") or emoji[0].isascii() or emoji in TEXT_SYMBOLS:
            continue  # one with a skin tone, or a keycap: an ordinary digit and a mark
        name = clean_words(found[2], keep_digits=True, split_at_marks=True, normalise="nfc")
        words[emoji] = " ".join(NUMBERS.get(word, word) for word in name)
        names.add(words[emoji])
    unknown = EMOTICONS.keys() - names
    if unknown:
        raise ValueError(f"Expected emoticons named like emojis, got the names {', '.join(sorted(unknown))}")
    return words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="read Unicode's emoji-test.txt from this file")
    lines = parser.parse_args().source.read_text("utf-8").splitlines()
    version = next(line.removeprefix("# Version: ") for line in lines if line.startswith("# Version: "))
    head = HEAD.format(source=f"Unicode's emoji-test.txt {version}")
    PATH.write_text(head + "".join(f"{emoji}\t{words}\n" for emoji, words in table(lines).items()), "utf-8")


if __name__ == "__main__":
    main()
