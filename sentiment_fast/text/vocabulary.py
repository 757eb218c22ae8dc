"""The vocabulary: words and their ids, the options it was built with, and its text file.

In: words, or a vocabulary file. Out: a `Vocabulary`, or that file. Counting words is left to encoding.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sentiment_fast.errors import ModelFolderError

FORMAT = 1
_FIRST_LINE = "sentiment_fast vocabulary, format {}"


@dataclass(frozen=True)
class Vocabulary:
    """Words and their ids; not to be changed once made.

    words: most frequent first; a word's id is its index + 1, and id 0 is padding.
    max_words, stop_words: the options it was built with ("english", a language, a sorted list of words, or None).
    """

    words: list[str]
    max_words: int = 1000
    stop_words: str | list[str] | None = "english"
    # The native lexicon, made by encoding.py at the first use: derived from `words`, so no part of the value.
    _lexicon: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(set(self.words)) != len(self.words):
            raise ValueError("Expected distinct words, got some of them twice")
        try:
            "".join(self.words).encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(
                "Expected words of characters, got a lone surrogate, which no cleaned word holds"
            ) from error
        if any(not word or word != "".join(word.split()) for word in self.words):
            raise ValueError("Expected words that are not empty and hold no white space")

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_lexicon": None}

    def save(self, path: str | Path) -> None:
        """Write the vocabulary file: a first line with the format, one with the options (JSON), then a word a line."""
        options = {"words": len(self.words), "max_words": self.max_words, "stop_words": self.stop_words}
        lines = [_FIRST_LINE.format(FORMAT), json.dumps(options, ensure_ascii=False), *self.words]
        Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """Read what `save` wrote. Raises ModelFolderError for a missing, damaged or newer file."""
        path = Path(path)
        try:
            # Not splitlines(): it also splits at characters that a word may well hold.
            lines = path.read_bytes().decode("utf-8").split("\n")
        except FileNotFoundError:
            raise ModelFolderError(f"{path}: no such vocabulary file") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ModelFolderError(f"{path}: cannot be read as a vocabulary ({error})") from error
        _check_format(path, lines[0])
        try:
            options = json.loads(lines[1])
            count, max_words, stop_words = options["words"], options["max_words"], options["stop_words"]
        except (IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ModelFolderError(f"{path}, line 2: expected the vocabulary's options as JSON, got damage") from error
        words = lines[2:-1]
        if lines[-1] != "" or len(words) != count:
            raise ModelFolderError(f"{path}: expected {count} words, got {len(words)}: cut short or altered")
        try:
            return cls(words, max_words, stop_words)
        except ValueError as error:
            raise ModelFolderError(f"{path}: {error}: the file is altered") from error


def _check_format(path: Path, first_line: str) -> None:
    start, _, number = first_line.rpartition(" ")
    if start != _FIRST_LINE.format("").rstrip() or not number.isdecimal():
        raise ModelFolderError(f"{path}: expected a sentiment_fast vocabulary, got {first_line[:60]!r} in line 1")
    if int(number) != FORMAT:
        raise ModelFolderError(
            f"{path}: has format {number}, this version of sentiment_fast reads format {FORMAT}: update the package"
        )
