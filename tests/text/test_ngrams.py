"""Hashed n-grams: the native core finds reference.py's buckets and sums, on any threads; bad input is refused."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sentiment_fast import _core
from sentiment_fast.text.reference import ngram_buckets, ngram_codes, owned_buckets

LARGEST = 2**31 - 1
CODES = [30084976, 222586217, 361981016, 422814409, 486221148]  # of [1, 2, 3], pairs, 2**21 buckets
ROWS = st.lists(st.lists(st.one_of(st.integers(0, 3), st.integers(0, LARGEST)), max_size=12), max_size=8)


def ragged(rows, dtype=np.int32):
    """(values, offsets) of rows."""
    values = np.array([number for row in rows for number in row], dtype)
    return values, np.cumsum([0, *map(len, rows)], dtype=np.int64)


def native_buckets(rows, longest, bits, threads=1, dtype=np.int32, long_from=0):
    buckets, offsets = _core.ngram_buckets(*ragged(rows, dtype), longest, bits, threads, long_from)
    return [buckets[begin:end].tolist() for begin, end in itertools.pairwise(offsets)]


def native_codes(rows, longest, bits, threads=1, dtype=np.int32, long_from=0):
    codes, offsets = _core.ngram_codes(*ragged(rows, dtype), longest, bits, threads, long_from)
    return [codes[begin:end].tolist() for begin, end in itertools.pairwise(offsets)]


def random_rows(count=300, largest=50, dtype=np.int32):
    draw = np.random.default_rng(0)
    return [draw.integers(0, largest, draw.integers(0, 40)).astype(dtype).tolist() for _ in range(count)]


def random_model(bits=12, outputs=1, seed=1):
    draw = np.random.default_rng(seed)
    tables = draw.integers(-127, 128, (2, 1 << bits, outputs)).astype(np.int8)
    columns = draw.normal(size=(2, outputs)).astype(np.float32)
    return *tables, *columns


def owners_of(rows, longest, bits, seed=2):
    """Fingerprints of all buckets: those of some of the rows' n-grams, and of others."""
    draw = np.random.default_rng(seed)
    fingerprints = draw.integers(0, 256, 1 << bits).astype(np.uint8)
    codes = np.array([code for row in rows for code in ngram_codes(row, longest, bits)], np.int64)
    chosen = codes[draw.random(len(codes)) < 0.6]
    fingerprints[chosen >> 8] = chosen & 255
    return fingerprints


def logits_in_plain_python(row, longest, bits, ratios, weights, scales, biases, fingerprints=None, long_from=0):
    if fingerprints is None:
        found = ngram_buckets(row, longest, bits, long_from)
    else:
        found = owned_buckets(row, dict(enumerate(fingerprints.tolist())), longest, bits, long_from)
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


@pytest.mark.slow
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("longest", [1, 2, 3, 5])
def test_logits_with_fingerprints_are_those_of_plain_python_to_the_last_bit(outputs, longest):
    arrays = random_model(10, outputs)  # most buckets have several n-grams
    arrays[0][::3] = 0
    rows = [[], *random_rows(100)]
    fingerprints = owners_of(rows, longest, 10)
    expected = np.array([logits_in_plain_python(row, longest, 10, *arrays, fingerprints) for row in rows])
    found = _core.NgramModel(*arrays, longest, fingerprints).logits(*ragged(rows), 1)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 5), st.integers(10, 24), st.sampled_from([1, 2, 3]), st.integers(0, 9))
@example([[0]], 1, 10, 1, 0)
@example([[LARGEST] * 6], 5, 24, 1, 0)
@example([[], [1], []], 3, 21, 2, 0)
@example([], 2, 21, 1, 0)
def test_codes_and_owned_buckets_are_the_references(rows, longest, bits, threads, seed):
    codes = [ngram_codes(row, longest, bits) for row in rows]
    assert native_codes(rows, longest, bits, threads) == codes
    draw = np.random.default_rng(seed)
    owners = {code >> 8: code & 255 for row in codes for code in row if draw.random() < 0.5}
    # Every owner has another product, so that a wrong one changes a sum: 1 is the ratio of all, and a weight its own.
    ratios, weights, fingerprints = np.zeros((3, 1 << bits), np.int8)
    for place, (bucket, fingerprint) in enumerate(owners.items()):
        ratios[bucket], weights[bucket], fingerprints[bucket] = (
            1,
            place % 255 - 127,
            np.uint8(fingerprint).view(np.int8),
        )
    one = np.ones(1, np.float32)
    model = _core.NgramModel(ratios[:, None], weights[:, None], one, 0 * one, longest, fingerprints.view(np.uint8))
    expected = []
    for row in rows:
        found = owned_buckets(row, owners, longest, bits)
        total = sum(int(weights[bucket]) for bucket in found)
        expected.append([np.float32(total / math.sqrt(len(found)) if found else 0.0)])
    np.testing.assert_array_equal(model.logits(*ragged(rows), threads), np.array(expected).reshape(len(rows), 1))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=12), st.integers(0, LARGEST), st.integers(0, 12), st.integers(1, 5))
def test_an_ngram_changes_a_logit_only_if_its_code_is_owned(row, added, place, longest):
    """The others of its bucket do not."""
    bits, codes = 10, {code for text in random_rows(20) for code in ngram_codes(text, longest, 10)}
    owners = {code >> 8: code & 255 for code in sorted(codes)}
    fingerprints = np.zeros(1 << bits, np.uint8)
    fingerprints[list(owners)] = list(owners.values())
    ratios, weights, scales, biases = random_model(bits)
    nobodys = np.setdiff1d(np.arange(1 << bits), list(owners))
    ratios[nobodys] = weights[nobodys] = 0
    model = _core.NgramModel(ratios, weights, scales, biases, longest, fingerprints)
    longer = [*row[:place], added, *row[place:]]
    if owned_buckets(longer, owners, longest, bits) == owned_buckets(row, owners, longest, bits):
        before, after = model.logits(*ragged([row, longer]), 1)
        assert before == after


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(ROWS, st.integers(1, 5), st.integers(10, 24), st.sampled_from([1, 2, 3]), st.integers(0, 14))
@example([[5], [5, 5], []], 2, 10, 1, 1)
@example([[5] * 4, [5] * 5], 3, 24, 2, 5)
def test_ngrams_of_long_rows_are_the_references(rows, longest, bits, threads, long_from):
    for native, reference in ((native_buckets, ngram_buckets), (native_codes, ngram_codes)):
        expected = [reference(row, longest, bits, long_from) for row in rows]
        assert native(rows, longest, bits, threads, long_from=long_from) == expected


def test_ngrams_of_a_long_row_are_those_of_all_rows_and_as_many_others():
    short, long = native_codes([[1, 2, 3], [1, 2, 3, 4]], 2, 21, long_from=4)
    assert short == ngram_codes([1, 2, 3], 2, 21)
    assert len(long) == 2 * len(ngram_codes([1, 2, 3, 4], 2, 21)) == 14
    assert set(ngram_codes([1, 2, 3, 4], 2, 21)) < set(long)
    assert ngram_codes([1], 1, 21, long_from=1) == [203353786, 422814409]  # saved models depend on them


@pytest.mark.slow
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("owned", [False, True])
def test_logits_of_long_rows_are_those_of_plain_python_to_the_last_bit(outputs, owned):
    arrays, rows = random_model(12, outputs), [[], *random_rows(100), *random_rows(3, 3000)]
    rows[-1] = np.random.default_rng(9).integers(0, 50, 2100).tolist()  # n-grams are hashed in pieces of 1,024
    fingerprints = owners_of([row * 2 for row in rows], 2, 12) if owned else None
    expected = [logits_in_plain_python(row, 2, 12, *arrays, fingerprints, 20) for row in rows]
    found = _core.NgramModel(*arrays, 2, fingerprints, 20).logits(*ragged(rows), 2)
    np.testing.assert_array_equal(found, np.array(expected))
    assert not np.array_equal(found, _core.NgramModel(*arrays, 2, fingerprints).logits(*ragged(rows), 2))


def ids_in_a_bucket(count, bits=10):
    """(bucket, ids): several ids of one bucket, each with another fingerprint."""
    of_bucket = {}
    for number in range(10_000):
        [code] = ngram_codes([number], 1, bits)
        ids = of_bucket.setdefault(code >> 8, {})
        ids.setdefault(code & 255, number)
        if len(ids) == count:
            return code >> 8, list(ids.values())
    raise AssertionError("no such bucket")


def test_intruders_in_a_bucket_neither_count_nor_hide_its_owner():
    bucket, [owner, *intruders] = ids_in_a_bucket(3)
    ratios, weights, fingerprints = np.zeros((3, 1 << 10), np.uint8)
    ratios[bucket] = weights[bucket] = 100
    fingerprints[bucket] = ngram_codes([owner], 1, 10)[0] & 255
    one = np.ones(1, np.float32)
    tables = (table.astype(np.int8)[:, None] for table in (ratios, weights))
    model = _core.NgramModel(*tables, one, 5 * one, 1, fingerprints)
    rows = [
        [owner],
        [*intruders, owner],
        [owner, *intruders],
        [intruders[0], owner, intruders[1], owner],
        intruders,
        [],
    ]
    np.testing.assert_array_equal(model.logits(*ragged(rows), 1)[:, 0], np.float32([105, 105, 105, 105, 5, 5]))


@pytest.mark.slow
@pytest.mark.parametrize("length", [1023, 1024, 1025, 1028, 2049, 20_003])
def test_a_long_row_has_the_references_codes_and_owners(length):
    row = np.random.default_rng(length).integers(0, 1 << 12, length).tolist()
    assert native_codes([[7], row, [8]], 3, 12, 2)[1] == ngram_codes(row, 3, 12)
    arrays, fingerprints = random_model(), owners_of([row], 3, 12)
    found = _core.NgramModel(*arrays, 3, fingerprints).logits(*ragged([[7], row, [8]]), 2)
    assert found[1] == logits_in_plain_python(row, 3, 12, *arrays, fingerprints)


def test_codes_of_given_ids_stay_what_they_are():
    """Saved models depend on them; their upper bits are the buckets."""
    assert ngram_codes([1, 2, 3], 2, 21) == CODES
    assert [code >> 8 for code in CODES] == ngram_buckets([1, 2, 3], 2, 21)


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
    for found, expected in zip(_core.ngram_codes(*ids, 2, 12, threads), _core.ngram_codes(*ids, 2, 12, 1), strict=True):
        np.testing.assert_array_equal(found, expected)
    owners = np.random.default_rng(3).integers(0, 4, 1 << 12).astype(np.uint8)
    model = _core.NgramModel(*random_model(outputs=2), 2, owners)
    np.testing.assert_array_equal(model.logits(*ids, threads), model.logits(*ids, 1))


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
        ("long_from", -1, "Expected long_from of 0 to 9223372036854775807, got -1"),
    ],
)
def test_bad_input_is_refused(name, value, message):
    given = GOOD | {name: value}
    with pytest.raises(ValueError, match=message):
        _core.ngram_buckets(**given)
    with pytest.raises(ValueError, match=message):
        _core.ngram_codes(**given)
    if name not in ("longest", "bits", "long_from"):
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


@pytest.mark.parametrize(
    ("fingerprints", "message"),
    [
        (np.zeros(2048, np.uint8), r"Expected fingerprints \(4096\), got \(2048\)"),
        (np.zeros((4096, 1), np.uint8), r"Expected fingerprints \(4096\), got \(4096, 1\)"),
        (np.zeros((), np.uint8), r"Expected fingerprints \(4096\), got \(\)"),
    ],
)
def test_fingerprints_of_a_wrong_size_are_refused(fingerprints, message):
    with pytest.raises(ValueError, match=message):
        _core.NgramModel(*random_model(), 2, fingerprints)
