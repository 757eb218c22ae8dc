"""Hashed n-grams: the native core finds reference.py's buckets and sums, on any threads; bad input is refused."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sentiment_fast import _core
from sentiment_fast.text.reference import ngram_buckets

LARGEST = 2**31 - 1
ROWS = st.lists(st.lists(st.one_of(st.integers(0, 3), st.integers(0, LARGEST)), max_size=12), max_size=8)


def ragged(rows, dtype=np.int32):
    """(values, offsets) of rows."""
    values = np.array([number for row in rows for number in row], dtype)
    return values, np.cumsum([0, *map(len, rows)], dtype=np.int64)


def native_buckets(rows, longest, bits, threads=1, dtype=np.int32):
    buckets, offsets = _core.ngram_buckets(*ragged(rows, dtype), longest, bits, threads)
    return [buckets[begin:end].tolist() for begin, end in itertools.pairwise(offsets)]


def random_rows(count=300, largest=50, dtype=np.int32):
    draw = np.random.default_rng(0)
    return [draw.integers(0, largest, draw.integers(0, 40)).astype(dtype).tolist() for _ in range(count)]


def random_model(bits=12, outputs=1, seed=1):
    draw = np.random.default_rng(seed)
    tables = draw.integers(-127, 128, (2, 1 << bits, outputs)).astype(np.int8)
    columns = draw.normal(size=(2, outputs)).astype(np.float32)
    return *tables, *columns


def logits_in_plain_python(row, longest, bits, ratios, weights, scales, biases):
    found = ngram_buckets(row, longest, bits)
    logits = []
    for output in range(ratios.shape[1]):
        r, w = ratios[found, output].tolist(), weights[found, output].tolist()
        total, squares = sum(a * b for a, b in zip(r, w, strict=True)), sum(a * a for a in r)
        scaled = float(scales[output]) * total / math.sqrt(squares) if squares else 0.0
        logits.append(np.float32(float(biases[output]) + scaled))
    return logits


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(ROWS, st.integers(1, 5), st.integers(10, 24), st.sampled_from([1, 2, 3]))
@example([[0]], 1, 10, 1)
@example([[LARGEST] * 6], 5, 24, 1)
@example([[], [1], []], 3, 21, 2)
@example([], 2, 21, 1)
def test_buckets_are_the_references(rows, longest, bits, threads):
    assert native_buckets(rows, longest, bits, threads) == [ngram_buckets(row, longest, bits) for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("length", [1023, 1024, 1025, 1028, 2049, 100_003])
def test_a_long_row_has_the_references_buckets(length):
    row = np.random.default_rng(length).integers(0, 1 << 15, length).tolist()
    assert native_buckets([[7], row, [8]], 3, 16, 2)[1] == ngram_buckets(row, 3, 16)


def test_buckets_of_given_ids_stay_what_they_are():
    """Saved models depend on them."""
    assert ngram_buckets([1, 2, 3], 2, 21) == [117519, 869477, 1413988, 1651618, 1899301]
    assert ngram_buckets([0, LARGEST, 30_001], 3, 24) == [1571721, 4574129, 4751675, 5988523, 7237675, 15374993]


def test_ids_of_16_bits_have_the_buckets_of_those_of_32():
    rows = random_rows(largest=1 << 15)
    assert native_buckets(rows, 2, 20, dtype=np.int16) == native_buckets(rows, 2, 20)


@pytest.mark.slow
def test_different_ngrams_share_buckets_no_more_often_than_chance():
    pairs = [[first, second] for first in range(256) for second in range(256)]
    firsts = len({bucket for row in native_buckets(pairs, 2, 22) for bucket in row})
    throws, buckets = 256 + 256 * 256, 1 << 22
    expected = buckets * -math.expm1(throws * math.log1p(-1 / buckets))  # distinct buckets of so many throws
    assert abs(firsts - expected) < 5 * math.sqrt(throws - expected)


@pytest.mark.slow
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("longest", [1, 2, 3, 5])
def test_logits_are_those_of_plain_python_to_the_last_bit(outputs, longest):
    arrays = random_model(outputs=outputs)
    arrays[0][::3] = 0  # rows of such buckets alone have the biases
    rows = [[], *random_rows(100)]
    expected = np.array([logits_in_plain_python(row, longest, 12, *arrays) for row in rows])
    np.testing.assert_array_equal(_core.NgramModel(*arrays, longest).logits(*ragged(rows), 1), expected)


def test_logits_of_a_row_that_repeats_are_those_of_one_that_does_not():
    model = _core.NgramModel(*random_model(), 1)
    once, often = model.logits(*ragged([[5, 9, 7], [5, 9, 7, 7, 9, 5, 5]]), 1)
    assert once == often


@pytest.mark.slow
def test_sums_of_many_buckets_do_not_overflow():
    ratios, weights = np.full((2, 1 << 20, 1), -127, np.int8)
    row = np.arange(300_000)
    model = _core.NgramModel(ratios, weights, np.ones(1, np.float32), np.zeros(1, np.float32), 2)
    count = len(_core.ngram_buckets(*ragged([row]), 2, 20, 1)[0])
    assert 127 * 127 * count > 2**32
    assert model.logits(*ragged([row]), 1) == np.float32(127 * math.sqrt(count))


@pytest.mark.slow
@pytest.mark.parametrize("threads", [2, 3, 8])
@pytest.mark.parametrize("dtype", [np.int16, np.int32])
def test_any_number_of_threads_gives_what_one_gives(threads, dtype):
    ids = ragged(random_rows(3000), dtype)
    model = _core.NgramModel(*random_model(outputs=2), 2)
    assert len(ids[0]) > threads * 4096
    np.testing.assert_array_equal(model.logits(*ids, threads), model.logits(*ids, 1))
    for found, expected in zip(
        _core.ngram_buckets(*ids, 2, 12, threads), _core.ngram_buckets(*ids, 2, 12, 1), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_rows_may_begin_behind_the_first_id():
    values, offsets = ragged([[1, 2, 3], [4, 5], [6]])
    assert _core.ngram_buckets(values, offsets[1:], 2, 21, 1)[0].tolist() == [
        *ngram_buckets([4, 5], 2, 21),
        *ngram_buckets([6], 2, 21),
    ]


GOOD = {
    "values": np.array([1, 2, 3], np.int32),
    "offsets": np.array([0, 1, 3], np.int64),
    "longest": 2,
    "bits": 12,
    "threads": 1,
}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("values", np.array([1, -2, 3], np.int32), "Expected ids of 0 or more, got -2"),
        ("values", np.array([1, 2, -(2**15)], np.int16), "Expected ids of 0 or more, got -32768"),
        ("values", np.zeros((3, 1), np.int32), r"Expected values \(any\), got \(3, 1\)"),
        ("values", np.zeros(6, np.int32)[::2], "contiguous"),
        ("values", np.zeros(2, np.int32), "offsets.*stay within the values"),
        ("offsets", np.array([0, 2, 1]), "offsets.*never decrease"),
        ("offsets", np.array([-1, 2, 3]), "offsets.*never decrease"),
        ("offsets", np.array([], np.int64), "offsets"),
        ("offsets", np.array([[0, 3]]), r"Expected offsets \(any\), got \(1, 2\)"),
        ("longest", 0, "Expected n-grams of 1 to 5, got 0"),
        ("longest", 6, "Expected n-grams of 1 to 5, got 6"),
        ("bits", 9, "Expected bits of 10 to 24, got 9"),
        ("bits", 25, "Expected bits of 10 to 24, got 25"),
        ("threads", 0, "threads"),
    ],
)
def test_bad_input_is_refused(name, value, message):
    given = GOOD | {name: value}
    with pytest.raises(ValueError, match=message):
        _core.ngram_buckets(**given)
    if name not in ("longest", "bits"):
        with pytest.raises(ValueError, match=message):
            _core.NgramModel(*random_model(), 2).logits(given["values"], given["offsets"], given["threads"])


def test_ids_of_another_type_are_refused():
    with pytest.raises(TypeError, match="Expected values of int16 or int32, got int64"):
        _core.ngram_buckets(**GOOD | {"values": np.array([1, 2, 3])})


@pytest.mark.parametrize(
    ("place", "shape", "message"),
    [
        (0, (1000, 1), r"2\*\*10 to 2\*\*24 buckets.*got \(1000, 1\)"),
        (0, (512, 1), r"got \(512, 1\)"),
        (0, (4096, 0), r"1 or more outputs, got \(4096, 0\)"),
        (0, (4096,), r"Expected ratios \(any, any\), got \(4096\)"),
        (1, (2048, 1), r"Expected weights \(4096, 1\), got \(2048, 1\)"),
        (1, (4096, 2), r"Expected weights \(4096, 1\), got \(4096, 2\)"),
        (2, (2,), r"Expected scales \(1\), got \(2\)"),
        (3, (0,), r"Expected biases \(1\), got \(0\)"),
    ],
)
def test_tables_of_a_wrong_size_are_refused(place, shape, message):
    arrays = list(random_model())
    arrays[place] = np.zeros(shape, arrays[place].dtype)
    with pytest.raises(ValueError, match=message):
        _core.NgramModel(*arrays, 2)
