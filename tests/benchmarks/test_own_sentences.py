"""The committed file of our own sentences: what the script makes, and what a model can learn from it."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict

import pytest

from benchmarks.release import own_sentences

# Words that frames turn an opinion round with, and others that a model must not take for an opinion.
CUES = "not never no nothing nobody can't don't wasn't isn't but the i was were it is this so very all at about would"


@pytest.fixture(scope="module")
def rows():
    with own_sentences.FILE.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == own_sentences.COLUMNS
    return rows


@pytest.mark.slow
def test_the_script_makes_the_committed_file():
    assert own_sentences.as_csv(own_sentences.rows()) == own_sentences.FILE.read_text("utf-8")


def test_it_is_small_and_has_no_text_twice(rows):
    assert len(rows) <= own_sentences.MOST_ROWS
    assert len({text.lower() for text, _, _ in rows}) == len(rows)


def test_each_group_has_as_much_praise_as_blame(rows):
    counts = Counter((domain, label) for _, label, domain in rows)
    for domain in {domain for _, _, domain in rows}:
        assert counts[domain, "positive"] == counts[domain, "negative"]
    assert {label for _, label, _ in rows} == {"positive", "negative", "neutral"}


def test_no_word_of_the_frames_tells_praise_from_blame(rows):
    found = defaultdict(Counter)
    for text, label, _ in rows:
        for word in set(re.findall(r"[\w']+", text.lower().replace("’", "'"))):
            found[word][label] += 1
    for word in CUES.split():
        praise, blame = found[word]["positive"], found[word]["negative"]
        assert praise + blame >= 20, word
        assert abs(praise - blame) <= 0.1 * (praise + blame), (word, praise, blame)


def test_no_field_of_a_frame_is_left_unfilled(rows):
    assert not [text for text, _, _ in rows if re.search(r"[{}|]|\s{2}", text)]
