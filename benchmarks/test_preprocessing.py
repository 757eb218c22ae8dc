"""Texts -> vocabulary -> ids -> matrix: plain Python beside the native core."""

import os

import pytest

import sentiment_fast as sf
from sentiment_fast import _core, reference

SAMPLE = 2_500  # reviews that the plain Python side gets through in seconds


@pytest.fixture(scope="module")
def sample(reviews):
    """Some of the reviews as Python strings, on which both sides were found to agree."""
    texts = reviews.texts[:SAMPLE].to_pylist()
    words = reference.build_vocabulary(texts)
    vocabulary = sf.build_vocabulary(texts)
    ids = sf.encode(texts, vocabulary)
    rows = reference.encode(texts, words)
    assert vocabulary.words == words
    assert [row.tolist() for row in ids] == rows
    assert (ids.pad(500) == reference.pad(rows)).all()
    return texts


def thread_counts():
    return sorted({1, len(os.sched_getaffinity(0))})


def test_everything_in_plain_python(measure, sample):
    def run():
        words = reference.build_vocabulary(sample)
        return reference.pad(reference.encode(sample, words))

    measure("vocabulary + encode + pad", "plain Python", run, SAMPLE)


@pytest.mark.parametrize("threads", thread_counts())
def test_everything_natively(measure, sample, reviews, threads):
    def run():
        vocabulary = sf.build_vocabulary(reviews.texts, threads=threads)
        return sf.encode(reviews.texts, vocabulary, threads=threads).pad(500, threads=threads)

    side = f"native, Arrow strings, threads: {threads}"
    measure("vocabulary + encode + pad", side, run, len(reviews.texts), rounds=7)


def test_encode_in_plain_python(measure, sample):
    words = reference.build_vocabulary(sample)
    measure("encode", "plain Python", lambda: reference.encode(sample, words), SAMPLE)


@pytest.mark.parametrize("level", _core.LEVELS)
def test_encode_at_each_level(measure, sample, reviews, level):
    lexicon = _core.Lexicon(sf.build_vocabulary(reviews.texts).words)
    expected = lexicon.encode(sample, 1, "scalar")
    assert all((a == b).all() for a, b in zip(lexicon.encode(sample, 1, level)[:2], expected[:2], strict=True))
    side = f"native, Arrow strings, threads: 1, {level}"
    measure("encode", side, lambda: lexicon.encode(reviews.texts, 1, level), len(reviews.texts), rounds=7)


@pytest.mark.parametrize("threads", thread_counts())
@pytest.mark.parametrize("container", ["Arrow strings", "list[str]"])
def test_encode_natively(measure, sample, reviews, container, threads):
    texts = reviews.texts if container == "Arrow strings" else reviews.texts.to_pylist()
    vocabulary = sf.build_vocabulary(texts)
    side = f"native, {container}, threads: {threads}"
    measure("encode", side, lambda: sf.encode(texts, vocabulary, threads=threads), len(texts), rounds=7)
