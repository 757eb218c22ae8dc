"""Vectors of documents: the core computes what a plain version does; the teacher tells texts without labels apart."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import sentiment_fast as sf
from sentiment_fast import _core
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.texts import say_nothing
from sentiment_fast.text.encoding import build_vocabulary, encode
from sentiment_fast.training.document_vectors import document_teacher
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.teacher_mix import TeacherOption, check_sources, teacher_option_of

NUMBERS, RECENT, STEPS = 64, 4096, 2048
BITS = (1 << 64) - 1


def ragged(rows):
    values = np.array([number for row in rows for number in row], np.int32)
    return values, np.cumsum([0, *map(len, rows)], dtype=np.int64)


def random_rows(documents=40, ngrams=30):
    draw = np.random.default_rng(1)
    return [sorted(draw.choice(ngrams, draw.integers(0, 12), replace=False).tolist()) for _ in range(documents)]


def learned(rows, drawn, groups=2, seed=0, threads=1, epochs=2):
    documents = _core.DocumentVectors(*ragged(rows), np.array(drawn, np.float32), 4.5, 5, groups, seed)
    for _ in range(epochs):
        documents.learn(0.03, 0.01, threads)
    return documents.vectors()


class SplitMix:
    def __init__(self, state):
        self.state = state

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & BITS
        bits = self.state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & BITS
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & BITS
        return bits ^ (bits >> 31)

    def below(self, count):
        return ((self.next() >> 32) * count) >> 32

    def share(self):
        return (self.next() >> 40) / (1 << 24)

    def vectors(self, count):
        vectors = np.array([[self.share() - 0.5 for _ in range(NUMBERS)] for _ in range(count)]).reshape(count, NUMBERS)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def plainly(rows, drawn, sharpness, negatives, seed, rates):
    """What one group learns, in float64, (documents, 64)."""
    random = SplitMix(SplitMix(seed).next())
    documents, ngrams = random.vectors(len(rows)), random.vectors(len(drawn))
    values = [number for row in rows for number in row]
    recent, oldest = [values[random.next() % len(values)] for _ in range(RECENT)], 0
    for begin, end in rates:
        order = list(range(len(rows)))
        for left in range(len(rows), 1, -1):
            other = random.below(left)
            order[left - 1], order[other] = order[other], order[left - 1]
        for place, document in enumerate(order):
            rate = begin + (end - begin) * place / len(order)
            own = [ngram for ngram in rows[document] if random.share() < drawn[ngram]]
            vector = documents[document]
            for ngram in own:
                turn = np.zeros(NUMBERS)
                for pair in range(negatives + 1):
                    other = ngram if pair == 0 else recent[random.below(RECENT)]
                    cosine = vector @ ngrams[other]
                    likely = 1 / (1 + math.exp(-sharpness * round((cosine + 1) * STEPS - STEPS) / STEPS))
                    step = ((pair == 0) - likely) * sharpness * rate
                    turn += step * (ngrams[other] - cosine * vector)
                    moved = ngrams[other] + step * (vector - cosine * ngrams[other])
                    ngrams[other] = moved / np.linalg.norm(moved)
                vector = (vector + turn) / np.linalg.norm(vector + turn)
            documents[document] = vector
            for ngram in own:
                recent[oldest], oldest = ngram, (oldest + 1) % RECENT
    return documents


@pytest.mark.parametrize("seed", [0, 7])
def test_the_core_learns_what_the_plain_version_learns(seed):
    rows, drawn = random_rows(), np.linspace(0.2, 1, 30).astype(np.float32)
    found = _core.DocumentVectors(*ragged(rows), drawn, 4.5, 3, 1, seed)
    start = found.vectors()[:, 0]
    rates = [(0.2, 0.1), (0.1, 0.05)]
    for begin, end in rates:
        found.learn(begin, end, 1)
    expected = plainly(rows, drawn.tolist(), 4.5, 3, seed, rates)
    np.testing.assert_allclose(found.vectors()[:, 0], expected, atol=2e-3)  # sigmoids are rounded to steps
    assert abs(found.vectors()[:, 0] - start).max() > 0.1


MANY, HALF = random_rows(300, 100), [0.5] * 100


@pytest.mark.parametrize("threads", [2, 5])
def test_vectors_do_not_depend_on_the_threads(threads):
    np.testing.assert_array_equal(learned(MANY, HALF, groups=3, threads=threads), learned(MANY, HALF, groups=3))


def test_groups_are_learned_apart():
    three = learned(MANY, HALF, groups=3)
    np.testing.assert_array_equal(learned(MANY, HALF, groups=1)[:, 0], three[:, 0])
    assert (abs(three[:, 0] - three[:, 1]).max(axis=1) > 0.01).all()


def test_vectors_have_a_length_of_1():
    np.testing.assert_allclose(np.linalg.norm(learned(MANY, HALF), axis=2), 1, atol=1e-5)


def test_another_seed_gives_other_vectors():
    assert (abs(learned(MANY, HALF, seed=1) - learned(MANY, HALF)).max(axis=2) > 0.01).all()


@pytest.mark.parametrize("rows", [[], [[]], [[], [0], []]])
def test_few_documents_and_few_ngrams(rows):
    found = learned(rows, [1.0])
    assert found.shape == (len(rows), 2, NUMBERS)
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"values": np.array([3], np.int32)}, "values of 0 up to the 3 n-grams, got 3"),
        ({"values": np.array([-1], np.int32)}, "values of 0 up to the 3 n-grams, got -1"),
        ({"offsets": np.array([0, 2])}, "offsets"),
        ({"offsets": np.array([], np.int64)}, "offsets"),
        ({"draw_probabilities": np.ones((3, 1), np.float32)}, "draw_probabilities"),
        ({"draw_probabilities": np.full(3, np.nan, np.float32)}, "draw_probabilities of 0 to 1, got nan"),
        ({"draw_probabilities": np.full(3, 1.5, np.float32)}, "draw_probabilities of 0 to 1, got 1.5"),
        ({"sharpness": math.nan}, "sharpness above 0"),
        ({"sharpness": 0.0}, "sharpness above 0"),
        ({"negatives": 0}, "1 to 1000 negatives"),
        ({"groups": 65}, "1 to 64 groups"),
    ],
)
def test_the_core_refuses_what_it_cannot_use(change, says):
    good = {
        "values": np.array([2], np.int32),
        "offsets": np.array([0, 1]),
        "draw_probabilities": np.ones(3, np.float32),
        "sharpness": 4.5,
        "negatives": 5,
        "groups": 1,
        "seed": 0,
    }
    _core.DocumentVectors(**good)
    with pytest.raises(ValueError, match=says):
        _core.DocumentVectors(**good | change)


@pytest.mark.parametrize("rates", [(math.nan, 0.1), (0.1, math.inf), (-0.1, 0.1)])
def test_the_core_refuses_rates_that_it_cannot_use(rates):
    documents = _core.DocumentVectors(*ragged([[0]]), np.ones(1, np.float32), 4.5, 5, 1, 0)
    with pytest.raises(ValueError, match="Expected finite rates of 0 or more, got"):
        documents.learn(*rates, 1)


def texts_of(count=400):
    """(texts, labels): of the made-up corpus."""
    corpus = demo_corpus(count)
    return corpus.texts, (corpus.labels == "positive").astype(int)


def teacher_of(texts, labels, classes=2, seed=0, **options):
    ids = encode(texts, build_vocabulary(texts))
    return document_teacher(texts, ids, labels, classes, seed, say_nothing, **options)


def test_texts_without_labels_are_told_apart():
    texts, labels = texts_of()
    found = teacher_of(texts, labels[:200])(texts)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    right = (found[:, 1] > 0.5) == labels
    assert right[200:].mean() > 0.75
    assert right[:200].mean() > 0.9


def test_answers_are_the_same_each_time_and_in_any_order():
    texts, labels = texts_of()
    first, second = teacher_of(texts, labels[:200]), teacher_of(texts, labels[:200])
    backwards = pa.chunked_array([texts.to_pylist()[::-1]])
    np.testing.assert_array_equal(first(texts), second(texts))
    np.testing.assert_array_equal(first(texts), first(backwards)[::-1])
    with pytest.raises(ValueError, match="Expected texts that have vectors, got 1 others"):
        first(pa.chunked_array([["not one of them", texts[0].as_py()]]))


def test_three_classes():
    texts, labels = texts_of()
    assert teacher_of(texts, np.where(np.arange(300) % 5 == 0, 2, labels[:300]), 3)(texts).shape == (400, 3)


def test_a_class_without_texts_has_no_probability():
    texts, labels = texts_of()
    assert (teacher_of(texts, labels[:300], 3)(texts)[:, 2] == 0).all()


def test_labels_may_be_probabilities():
    texts, labels = texts_of()
    soft = np.eye(2, dtype=np.float32)[labels[:300]]
    soft[:10] = 0.5
    assert ((teacher_of(texts, soft)(texts)[:, 1] > 0.5) == labels)[300:].mean() > 0.75


def test_a_class_of_more_weight_is_more_probable():
    texts, labels = texts_of()
    even, heavy = (teacher_of(texts, labels[:300], class_weights=each)(texts)[:, 1] for each in ([1, 1], [1, 50]))
    assert (heavy > even).mean() > 0.95


def test_labels_of_texts_without_weight_are_not_learned():
    texts, labels = texts_of()
    weights = np.repeat([1.0, 0.0], [150, 150])
    one = teacher_of(texts, labels[:300], weights=weights)(texts)
    flipped = np.where(weights == 0, 1 - labels[:300], labels[:300])
    np.testing.assert_array_equal(teacher_of(texts, flipped, weights=weights)(texts), one)


def test_texts_without_known_ngrams_get_the_shares_of_the_classes():
    texts, labels = texts_of()
    strange = [f"{letter}{letter}xq {letter}zzk" for letter in "abcdefghijklmnopqrst"]  # no word is in two texts
    both = pa.chunked_array([texts.to_pylist() + strange])
    kept = np.concatenate([np.flatnonzero(labels == 1)[:30], np.flatnonzero(labels == 0)[:90]])
    order = np.concatenate([kept, np.setdiff1d(np.arange(420), kept)])
    found = teacher_of(both.take(pa.array(order)), labels[kept])(pa.chunked_array([strange]))
    np.testing.assert_allclose(found, [[0.75, 0.25]] * 20)


def test_one_class_gives_its_share():
    texts, _ = texts_of()
    assert (teacher_of(texts, np.ones(300, int))(texts)[:, 1] == 1).all()


def test_document_vectors_is_not_looked_up_as_a_folder():
    assert teacher_option_of("document-vectors:weight=2") == TeacherOption("document-vectors", 2.0)
    check_sources(TrainingOptions.of({"data": "my.csv", "teacher": "document-vectors"}))


@pytest.mark.parametrize(
    ("teacher", "says"),
    [
        (["document-vectors:word=3"], "expected weight=W or words=A-B after the path, got word=3"),
        (["document_vectors"], "did you mean document-vectors"),
        (["document-vectors", "document-vectors:weight=2"], "expected it once for the same words=A-B, got it twice"),
    ],
)
def test_a_slip_in_its_name_is_told(teacher, says):
    with pytest.raises(sf.SentimentFastError, match=says):
        check_sources(TrainingOptions.of({"data": "my.csv", "teacher": teacher}))


@pytest.mark.slow
def test_a_student_learns_from_it_and_from_another_teacher(tmp_path):
    corpus = demo_corpus(300)
    table = pd.DataFrame({"review": corpus.texts.to_pylist(), "sentiment": corpus.labels})
    table[:150].to_csv(tmp_path / "some.csv", index=False)
    table[["review"]][150:].to_csv(tmp_path / "more.csv", index=False)
    small = {"set": {"hidden_size": 16, "embedding_size": 8, "layers": 1, "ngrams": 1}, "epochs": 2, "seed": 7}
    sf.train(tmp_path / "some.csv", out=tmp_path / "teacher", device="cpu", **small)
    said: list[str] = []
    result = sf.train(
        tmp_path / "some.csv",
        teacher=[tmp_path / "teacher", "document-vectors"],
        unlabelled=tmp_path / "more.csv",
        out=tmp_path / "student",
        device="cpu",
        say=said.append,
        **small,
    )
    assert "learning document vectors of 300 texts" in said
    assert any(line.startswith("  document-vectors: 0.") for line in said)  # its weight
    assert result.metrics["validation"]["accuracy"] > 0.75


SMALL = {"set": {"hidden_size": 16, "embedding_size": 8, "layers": 1, "ngrams": 1}, "epochs": 1, "device": "cpu"}


@pytest.fixture(scope="module")
def long_and_short():
    """(texts, labels): 200 made-up reviews and 50 short texts of one class."""
    corpus = demo_corpus(200)
    short = [f"good film {row}" for row in range(50)]
    return [*corpus.texts.to_pylist(), *short], [*corpus.labels.tolist(), *["positive"] * 50]


@pytest.mark.slow
def test_it_may_be_limited_to_texts_of_some_lengths(long_and_short):
    said: list[str] = []
    sf.train(long_and_short, teacher=["bundled:words=-9", "document-vectors:words=10-"], say=said.append, **SMALL)
    about = [int(line.split()[4]) for line in said if line.startswith("learning document vectors of ")]
    assert len(about) == 1
    assert 150 < about[0] <= 200  # none of the short ones


@pytest.mark.parametrize(
    ("teacher", "says"),
    [
        (["bundled", "document-vectors:words=9999-"], "two classes or more, with weights above 0, got 0 classes"),
        (["bundled", "document-vectors:words=-4"], "two classes or more, with weights above 0, got 1 class"),
        (["document-vectors:words=10-"], "expected a teacher for every text"),
        (["document-vectors", "no/such/folder"], "no such model folder"),
    ],
)
def test_what_is_wrong_is_told_before_it_learns(long_and_short, teacher, says):
    said: list[str] = []
    with pytest.raises(sf.SentimentFastError, match=says):
        sf.train(long_and_short, teacher=teacher, say=said.append, **SMALL)
    assert not any(line.startswith("learning document vectors") for line in said)
