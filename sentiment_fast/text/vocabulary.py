"""Words and options -> a vocabulary; a vocabulary <-> its text file.

In: words, or a vocabulary file. Out: a `Vocabulary`, or that file. Counting words is left to encoding.py.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from sentiment_fast.errors import ModelFolderError, quoted
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.runs.regular_files import read_regular

FORMAT = 6
# The options that older formats lack, which can still be read.
_SINCE_6 = {"misspellings": False}
_SINCE_5 = {"emojis": False, "ratings": False, "contractions": False, **_SINCE_6}
_SINCE_4 = {"normalise": "none", **_SINCE_5}
_SINCE_3 = {"split_at_marks": False, **_SINCE_4}
_LATER_OPTIONS: dict[int, dict[str, Any]] = {2: _SINCE_3, 3: _SINCE_4, 4: _SINCE_5, 5: _SINCE_6}
MOST_WORDS = 1 << 24
MOST_BYTES = 1 << 29  # of a vocabulary file: as many words of 30 bytes
_MOST_COUNT = 1 << 40
Unknown = Literal["drop", "id"]
Normalise = Literal["none", "nfc"]
_KINDS = {
    int: ("max_words", "min_count"),
    bool: ("strip_html", "keep_digits", "split_at_marks", "emojis", "ratings", "contractions", "misspellings"),
}
_FIRST_LINE = "sentiment_fast vocabulary, format {}"


@dataclass(frozen=True)
class Vocabulary:
    """Words and their ids, and how texts are cleaned and encoded with them; immutable.

    words: most frequent first; a word's id is its index + 1, and id 0 is padding. The other fields are the options of
    `build_vocabulary`, with stop_words as "english", a language, a sorted list of words, or None. Raises ValueError for
    words that cleaning can't produce and for invalid options.
    """

    words: list[str]
    max_words: int = 1000
    stop_words: str | list[str] | None = "english"
    min_count: int = 1
    strip_html: bool = False
    keep_digits: bool = False
    split_at_marks: bool = False
    unknown: Unknown = "drop"
    normalise: Normalise = "none"
    emojis: bool = False
    ratings: bool = False
    contractions: bool = False
    misspellings: bool = False
    # The native lexicon, made by encoding.py at first use: derived from `words`, so not part of the value.
    _lexicon: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for kind, names in _KINDS.items():
            for name in names:
                if type(getattr(self, name)) is not kind:
                    raise ValueError(f"Expected {name} of type {kind.__name__}, got {quoted(getattr(self, name))}")
        _check_stop_words(self.stop_words)
        if not 1 <= self.max_words <= MOST_WORDS:
            raise ValueError(f"Expected max_words of 1 to 2**24 ({MOST_WORDS:,}), got {quoted(self.max_words)}")
        if not 1 <= self.min_count <= _MOST_COUNT:
            raise ValueError(f"Expected min_count of 1 to 2**40 ({_MOST_COUNT:,}), got {quoted(self.min_count)}")
        if self.unknown not in ("drop", "id"):
            raise ValueError(f"Expected unknown of 'drop' or 'id', got {quoted(self.unknown)}")
        if self.normalise not in ("none", "nfc"):
            raise ValueError(f"Expected normalise of 'none' or 'nfc', got {quoted(self.normalise)}")
        if len(set(self.words)) != len(self.words):
            raise ValueError("Expected distinct words, got duplicates")
        try:
            "".join(self.words).encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(
                "Expected words of valid characters, got a lone surrogate, which no cleaned word contains"
            ) from error
        if " ".join(self.words).split() != self.words:
            raise ValueError("Expected words that are not empty and contain no white space")

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    @property
    def unknown_id(self) -> int | None:
        """The id of a word that is neither in the vocabulary nor a stop word; None if such words are dropped."""
        return len(self.words) + 1 if self.unknown == "id" else None

    @property
    def needs_stop_words(self) -> bool:
        """Whether encoding treats a stop word unlike other words outside the vocabulary."""
        return self.unknown == "id" or self.misspellings

    @property
    def largest_id(self) -> int:
        """The largest id that encoding can return."""
        return self.unknown_id or len(self.words)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_lexicon": None}

    def save(self, path: str | Path) -> None:
        """Write the vocabulary file, whole or not at all; OSError if that fails."""
        write_atomically(Path(path), self.as_bytes())

    def as_bytes(self) -> bytes:
        """The vocabulary file: a line with the format, one with the options (JSON), then one line per word."""
        options = {"words": len(self.words)} | {name: getattr(self, name) for name in _OPTIONS}
        lines = [_FIRST_LINE.format(FORMAT), json.dumps(options, ensure_ascii=False), *self.words]
        return ("\n".join(lines) + "\n").encode()

    def digest(self) -> str:
        """SHA-256 of the words and the options, the same for one that is read from a file of any format.

        An option that a format brought counts only if it is on, so that further ones leave it as it is.
        """
        off = _LATER_OPTIONS[min(_LATER_OPTIONS)]
        options = {name: getattr(self, name) for name in _OPTIONS}
        counted = {name: value for name, value in options.items() if name not in off or value != off[name]}
        return hashlib.sha256(json.dumps([self.words, counted], sort_keys=True).encode()).hexdigest()

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """Reads what `save` wrote. Raises ModelFolderError for a missing or damaged file, or one of another format."""
        path = Path(path)
        try:
            content = read_regular(path, MOST_BYTES)
        except FileNotFoundError:
            raise ModelFolderError(f"{path}: no such vocabulary file") from None
        except OSError as error:
            raise ModelFolderError(f"{path}: cannot be read as a vocabulary ({error})") from error
        return cls.of_bytes(content, path)

    @classmethod
    def of_bytes(cls, content: bytes, path: Path) -> Vocabulary:
        """The inverse of `as_bytes`. path: for messages. Raises ModelFolderError for anything else."""
        try:
            lines = content.decode("utf-8").split("\n")  # not splitlines(): words may contain other line ends
        except UnicodeDecodeError as error:
            raise ModelFolderError(f"{path}: cannot be read as a vocabulary ({error})") from error
        written = _format_of(path, lines[0])
        try:
            stored = json.loads(lines[1])
            stored.update(_LATER_OPTIONS.get(written, {}))
            count, options = stored["words"], {name: stored[name] for name in _OPTIONS}
        except (IndexError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ModelFolderError(f"{path}, line 2: expected the vocabulary's options as JSON, got damage") from error
        words = lines[2:-1]
        if lines[-1] != "" or len(words) != count:
            raise ModelFolderError(f"{path}: expected {quoted(count)} words, got {len(words)}: cut short or altered")
        try:
            return cls(words, **options)
        except (ValueError, TypeError) as error:
            raise ModelFolderError(f"{path}: {error}: the file is altered") from error


def _check_stop_words(stop_words: object) -> None:
    """Raises ValueError unless it is what a vocabulary stores; a name is only checked to be one."""
    if isinstance(stop_words, str):
        if not re.fullmatch("[a-z]{1,40}", stop_words):
            raise ValueError(
                f"Expected stop_words to be the name of a language, such as 'english', or 'none', got "
                f"{quoted(stop_words)}"
            )
    elif not isinstance(stop_words, list | None) or not all(isinstance(word, str) for word in stop_words or ()):
        raise ValueError(f"Expected stop_words to be a name, a list of words or None, got {quoted(stop_words)}")
    elif any("\ud800" <= character <= "\udfff" for word in stop_words or () for character in word):
        raise ValueError("Expected stop words of valid characters, got a lone surrogate in one")


_OPTIONS = tuple(item.name for item in fields(Vocabulary) if item.init and item.name != "words")


def _format_of(path: Path, first_line: str) -> int:
    start, _, number = first_line.rpartition(" ")
    if start != _FIRST_LINE.format("").rstrip() or not re.fullmatch("[0-9]{1,9}", number):
        raise ModelFolderError(f"{path}: expected a sentiment_fast vocabulary, got {quoted(first_line)} in line 1")
    if int(number) not in (*_LATER_OPTIONS, FORMAT):
        remedy = "update the package" if int(number) > FORMAT else "train the model again"
        raise ModelFolderError(
            f"{path}: has format {number}, this version of sentiment_fast reads formats {min(_LATER_OPTIONS)} to "
            f"{FORMAT}: {remedy}"
        )
    return int(number)
