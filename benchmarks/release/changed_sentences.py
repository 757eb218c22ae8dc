"""Sentences -> others that differ in one thing: kinds of text that data sets have too few of.

In: sentences. Out: `changed`: some with a "not" put in or taken out, with another name, or joined to another one;
`asked`: a sentence as a question; `about_others`: a made sentence about something else. What changed ones mean is left
to a teacher. Everything is drawn by a seed.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import islice

from benchmarks.release import made_words
from benchmarks.release.made_sentences import listed

# Patterns and what replaces them: what takes a negation out, and what puts one in.
REMOVED = (
    (r"\b(is|was|are|were|did|does|do|would|could|should|has|have|had)(?:n't| not)\b", r"\1"),
    (r"\b(?:can't|cannot|can not)\b", "can"),
    (r"\bwon't\b", "will"),
    (r"\bnever\b", "always"),
    (r"\bnothing\b", "everything"),
    (r"\bnobody\b", "everybody"),
    (r"\bwithout\b", "with"),
    (r"\bnot (?:(?:an?|the) )?", ""),
    (r"\bno (?=[a-z]{3})", "some "),
)
ADDED = (
    (r"\balways\b", "never"),
    (r"\b(is|was|are|were|would|could|should|does|did) ", r"\1n't "),
    (r"\bcan ", "can't "),
    (r"\bwill ", "won't "),
    (r"\b(it|that|he|she|there)'s ", r"\1's not "),
    (r"\b(they|you|we)'re ", r"\1're not "),
    (r"\bI (love|like|enjoy|recommend|hate|regret|mind|trust) ", r"I don't \1 "),
    (r"\bI've ", "I have never "),
    (r"\bI'd ", "I would never "),
    (r"\b(very|really|so|too|quite) ", r"not \1 "),
    (r"\b(good|great|bad|nice|happy|worth|easy|fresh|friendly|clean|fun)\b", r"not \1"),
)
JOINED = (
    "{0}, but {1}",
    "{0}, yet {1}",
    "{0}. However, {1}",
    "Although {0}, {1}",
    "{0} even though {1}",
    "{0}. Still, {1}",
    "{0}; {1}",
    "Despite what they say ({0}), {1}",
)
ASKED = (
    "Do you think {0}?",
    "Does anyone know if {0}?",
    "Is it true that {0}?",
    "I wonder whether {0}.",
    "Can you tell me if {0}?",
    "Would you say that {0}?",
)
_LISTS = (made_words.NAMES, made_words.SURNAMES, made_words.PLACES, made_words.NATIONS)
NAMES = [frozenset(listed(names)) for names in _LISTS]
_STATED = re.compile(
    r"((?:the|this|that|these|those|my|our|your|his|her|their|it|he|she|they|we|there)\b(?: [\w'-]+){0,4}?) "
    r"(is|was|are|were|will|would|can|could|has|have|had|should) (.+)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(r"\b(?:the|this|my|our|their|his|her) ([a-z]{3,})(?= (?:is|was|has)\b)")  # singular
_SENTENCE_BREAK = re.compile(r"[.!?;]\s")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+\b")
_MARKS_AT_END = " .!?,;"
LEAST_WORDS_OF_JOINED, WORDS_OF_JOINED = 3, 12  # of each of the two


def negated(text: str, draw: random.Random) -> str:
    """Remove a negation, or add one where there is none; return the text unchanged if no rule fits."""
    fitting = _fitting(REMOVED, text) or _fitting(ADDED, text)
    if not fitting:
        return text
    replacement, found = fitting[0] if draw.random() < 0.5 else draw.choice(fitting)
    changed = text[: found.start()] + found.expand(replacement) + text[found.end() :]
    return changed[:1].upper() + changed[1:] if text[:1].isupper() else changed


def _fitting(rules: Sequence[tuple[str, str]], text: str) -> list[tuple[str, re.Match[str]]]:
    return [(new, found) for old, new in rules if (found := re.search(old, text, re.IGNORECASE))]


def joined(text: str, other: str, draw: random.Random) -> str:
    """Join both into one sentence, by a word of contrast."""
    first, second = (_uncapitalised(one.strip(_MARKS_AT_END)) for one in (text, other))
    found = draw.choice(JOINED).format(first, second) + draw.choice((".", "!", ""))
    return found[:1].upper() + found[1:]


def asked(text: str, draw: random.Random) -> str:
    """As a question: by its word order if it is a plain statement, or within another question.

    Several sentences, a question, and other long texts stay as they are.
    """
    statement = _uncapitalised(text.strip(_MARKS_AT_END))
    if "?" in text or _SENTENCE_BREAK.search(statement):
        return text
    found = _STATED.fullmatch(statement)
    if found and draw.random() < 0.7:
        subject, verb, rest = found.groups()
        return f"{verb.capitalize()} {subject} {rest}?"
    if len(text.split()) > WORDS_OF_JOINED:
        return text
    return draw.choice(ASKED).format(statement)


def nouns_of(sentences: Sequence[str], least: int = 3) -> list[str]:
    """Words that stand where nouns do, in as many of the sentences or more; in the order of the alphabet."""
    counts = Counter(word for text in sentences for word in set(_NAMED.findall(text)))
    return sorted(word for word, count in counts.items() if count >= least)


def about_others(text: str, known: Collection[str], nouns: Sequence[str], draw: random.Random) -> str:
    """Replace each known noun by another one, the same for the same; return the text unchanged if it has none."""
    others: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        word = found[0].lower()
        if word not in known:
            return found[0]
        noun = others.setdefault(word, draw.choice(nouns))
        return noun.upper() if found[0].isupper() else noun.capitalize() if found[0][0].isupper() else noun

    return re.sub(r"\b[A-Za-z]+\b", other, text)


def renamed(text: str, draw: random.Random) -> str:
    """Replace names of people, places and nations; each occurrence is drawn by itself."""

    def other(found: re.Match[str]) -> str:
        for names in NAMES:
            if found[0] in names:
                return draw.choice(sorted(names))
        return found[0]

    return _CAPITALISED.sub(other, text)


def _uncapitalised(text: str) -> str:
    is_i = re.match(r"I\b", text)
    return text if is_i or text[1:2].isupper() else text[:1].lower() + text[1:]


Change = Callable[[str, random.Random], str]
CHANGES: tuple[Change, ...] = (negated, renamed)


def changed_by(change: Change, sentences: Sequence[str], most: int, draw: random.Random) -> list[str]:
    """At most `most` of the sentences, changed in one way, none as it was."""
    found: list[str] = []
    for text in draw.sample(sentences, len(sentences)):
        if len(found) == most:
            break
        other = change(text, draw)
        if other != text:
            found.append(other)
    return found


def changed(sentences: Sequence[str], most: int, seed: int = 0) -> list[str]:
    """At most `most` sentences of each of `CHANGES`, none as it was, and as many that were joined."""
    draw = random.Random(seed)
    found = [text for change in CHANGES for text in changed_by(change, sentences, most, draw)]
    short = [text for text in sentences if LEAST_WORDS_OF_JOINED <= len(text.split()) <= WORDS_OF_JOINED]
    pairs = zip(draw.sample(short, len(short)), draw.sample(short, len(short)), strict=True)
    return found + [joined(one, other, draw) for one, other in islice(pairs, most)]
