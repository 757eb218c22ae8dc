"""Batches against TokenIds.pad and plain lists; and which rows go together."""

import itertools

import numpy as np
import pytest
import torch

from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.batches import Budget, batch_width, batches_by_length, random_batches
from sentiment_fast.text.encoding import TokenIds

CPU = torch.device("cpu")


def rows_of(lengths: list[int], seed: int = 0) -> list[list[int]]:
    generator = np.random.default_rng(seed)
    return [generator.integers(1, 1_000, length).tolist() for length in lengths]


def token_ids(rows: list[list[int]], dtype: type = np.int16) -> TokenIds:
    values = np.array(list(itertools.chain.from_iterable(rows)), dtype=dtype)
    return TokenIds(values, np.cumsum([0, *map(len, rows)], dtype=np.int64))


def source_of(rows: list[list[int]], max_length: int = 40, pads_on_left: bool = True) -> BatchSource:
    return BatchSource(token_ids(rows), max_length, pads_on_left, CPU)


def review_lengths(n: int, seed: int = 0) -> np.ndarray:
    """Log-normal, as those of real reviews."""
    return np.clip(np.random.default_rng(seed).lognormal(4, 0.7, n), 1, 500).astype(np.int64)


def padding_share(lengths: np.ndarray, batches: list[np.ndarray]) -> float:
    cells = sum(len(rows) * int(lengths[rows].max()) for rows in batches)
    return 1 - int(lengths.sum()) / cells


def members(batches: list[np.ndarray]) -> set[tuple[int, ...]]:
    return {tuple(sorted(rows.tolist())) for rows in batches}


ROWS = rows_of([5, 0, 17, 1, 23, 8, 40, 41, 90])


@pytest.mark.parametrize("dtype", [np.int16, np.int32])
@pytest.mark.parametrize("chosen", [[0, 1, 2], [4], [1], [7, 3, 8], [8, 7, 6, 5, 4, 3, 2, 1, 0]])
def test_rows_padded_on_the_left_are_those_of_the_padded_matrix(chosen, dtype):
    ids = token_ids(ROWS, dtype)
    batch, _ = BatchSource(ids, 40, True, CPU).batch(np.array(chosen))
    np.testing.assert_array_equal(batch.numpy(), ids.pad(40)[chosen][:, 40 - batch.shape[1] :])


@pytest.mark.parametrize("chosen", [[0, 1, 2], [4], [1], [7, 3, 8], [8, 7, 6, 5, 4, 3, 2, 1, 0]])
def test_rows_padded_on_the_right_hold_their_first_ids_and_then_pads(chosen):
    batch, _ = source_of(ROWS, pads_on_left=False).batch(np.array(chosen))
    width = batch.shape[1]
    assert batch.tolist() == [(ROWS[row][:40] + [0] * width)[:width] for row in chosen]


@pytest.mark.parametrize("pads_on_left", [True, False])
def test_a_batch_is_int32_and_its_lengths_int64(pads_on_left):
    batch, lengths = source_of(ROWS, pads_on_left=pads_on_left).batch(np.array([0, 1]))
    assert (batch.dtype, lengths.dtype) == (torch.int32, torch.int64)


@pytest.mark.parametrize("pads_on_left", [True, False])
def test_lengths_are_those_that_are_read_and_one_for_an_empty_row(pads_on_left):
    source = source_of(ROWS, pads_on_left=pads_on_left)
    expected = [5, 1, 17, 1, 23, 8, 40, 40, 40]
    assert source.lengths.tolist() == expected
    assert source.batch(np.arange(9))[1].tolist() == expected


@pytest.mark.parametrize("pads_on_left", [True, False])
def test_an_empty_row_is_pads_alone(pads_on_left):
    batch, _ = source_of(ROWS, pads_on_left=pads_on_left).batch(np.array([1]))
    assert batch.tolist() == [[0]]


@pytest.mark.parametrize("pads_on_left", [True, False])
def test_a_row_longer_than_max_length_keeps_its_first_ids(pads_on_left):
    batch, _ = source_of(ROWS, pads_on_left=pads_on_left).batch(np.array([8]))
    assert batch.tolist() == [ROWS[8][:40]]


@pytest.mark.parametrize(
    ("longest", "max_length", "width"), [(1, 500, 1), (63, 500, 63), (65, 500, 66), (257, 500, 264), (257, 260, 260)]
)
def test_a_batch_is_as_wide_as_its_longest_row_or_slightly_wider(longest, max_length, width):
    assert source_of(rows_of([1, longest]), max_length).batch(np.array([0, 1]))[0].shape == (2, width)


def test_few_widths_occur_and_none_is_much_wider_than_its_row():
    longest = range(1, 501)
    widths = [batch_width(length) for length in longest]
    assert len(set(widths)) <= 160
    assert all(length <= width <= length * 33 / 32 for length, width in zip(longest, widths, strict=True))


def test_a_source_of_no_rows_has_no_length():
    source = source_of([])
    assert len(source) == 0
    assert source.lengths.tolist() == []


def test_a_source_of_empty_rows_alone_gives_pads():
    batch, lengths = source_of([[], []]).batch(np.array([1, 0]))
    assert (batch.any().item(), lengths.tolist()) == (False, [1, 1])


@pytest.mark.parametrize("n", [1, 7, 50, 999])
@pytest.mark.parametrize("batch_size", [1, 8, 50])
def test_random_batches_hold_every_row_once(n, batch_size):
    batches = random_batches(review_lengths(n), Budget(batch_size), np.random.default_rng(0))
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))


def test_random_batches_are_full_but_for_the_last_of_them():
    sizes = [len(rows) for rows in random_batches(review_lengths(999), Budget(8), np.random.default_rng(0))]
    assert sorted(sizes) == [7] + [8] * 124


def test_random_batches_are_the_same_for_the_same_generator():
    one, other = (random_batches(review_lengths(300), Budget(8), np.random.default_rng(5)) for _ in range(2))
    assert [rows.tolist() for rows in one] == [rows.tolist() for rows in other]


def test_random_batches_of_another_seed_are_others():
    lengths = review_lengths(5_000)
    one, other = (random_batches(lengths, Budget(8), np.random.default_rng(seed)) for seed in (5, 6))
    assert len(members(one) & members(other)) < 5


def test_random_batches_of_the_next_epoch_are_others():
    generator, lengths = np.random.default_rng(5), review_lengths(5_000)
    one, other = (random_batches(lengths, Budget(8), generator) for _ in range(2))
    assert len(members(one) & members(other)) < 5


def test_rows_of_one_length_change_batches_too():
    generator, lengths = np.random.default_rng(5), np.full(80, 30)
    one, other = (random_batches(lengths, Budget(8), generator) for _ in range(2))
    assert members(one).isdisjoint(members(other))


def test_random_batches_hold_rows_of_similar_length():
    lengths = review_lengths(5_000)
    order = np.random.default_rng(0).permutation(5_000)
    unsorted = [order[at : at + 50] for at in range(0, 5_000, 50)]
    share = padding_share(lengths, random_batches(lengths, Budget(50), np.random.default_rng(0)))
    assert padding_share(lengths, unsorted) > 0.5
    assert share < 0.1


def test_random_batches_do_not_come_in_the_order_of_their_length():
    lengths = review_lengths(3_200)
    longest = [lengths[rows].max() for rows in random_batches(lengths, Budget(50), np.random.default_rng(0))]
    assert abs(np.corrcoef(np.arange(len(longest)), longest)[0, 1]) < 0.5


@pytest.mark.parametrize(("n", "batch_size"), [(1, 8), (64, 8), (999, 50)])
def test_batches_by_length_hold_every_row_once(n, batch_size):
    batches = batches_by_length(review_lengths(n), Budget(batch_size))
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))


@pytest.mark.parametrize(("rows", "ids"), [(64, 4096), (7, 100), (4096, 1 << 14), (1, 1)])
def test_a_budget_of_ids_is_kept_but_for_rows_that_are_longer_than_it(rows, ids):
    lengths = review_lengths(3000)
    batches = batches_by_length(lengths, Budget(rows, ids))
    assert sorted(np.concatenate(batches).tolist()) == list(range(3000))
    for batch in batches:
        width = batch_width(int(lengths[batch].max()))
        assert len(batch) <= rows
        assert len(batch) * width <= ids or len(batch) == 1


def test_a_budget_of_ids_makes_few_shapes():
    sizes = {len(batch) for batch in batches_by_length(review_lengths(20_000), Budget(4096, 1 << 15))[:-1]}
    assert all(size % 8 == 0 for size in sizes)


@pytest.mark.parametrize("step", [1, 16])
@pytest.mark.parametrize(("rows", "ids"), [(64, 4096), (7, 300), (800, 1 << 14)])
def test_random_batches_keep_a_budget_of_ids_and_hold_every_row_once(rows, ids, step):
    lengths = review_lengths(3000)
    batches = random_batches(lengths, Budget(rows, ids), np.random.default_rng(0), step)
    assert sorted(np.concatenate(batches).tolist()) == list(range(3000))
    for batch in batches:
        assert len(batch) <= rows
        assert len(batch) * batch_width(int(lengths[batch].max()), step=step) <= ids or len(batch) == 1


def test_random_batches_within_a_budget_of_ids_are_others_in_the_next_epoch():
    numbers, lengths = np.random.default_rng(0), review_lengths(3000)
    one, other = (random_batches(lengths, Budget(64, 4096), numbers) for _ in range(2))
    assert len(members(one) & members(other)) < 5


@pytest.mark.parametrize("longest", [1, 15, 16, 17, 163, 400, 500])
def test_widths_are_multiples_of_the_step(longest):
    assert batch_width(longest, step=16) % 16 == 0
    assert longest <= batch_width(longest, step=16) < longest + 16


def test_batches_by_length_begin_with_the_longest_row():
    lengths = review_lengths(999)
    ordered = lengths[np.concatenate(batches_by_length(lengths, Budget(50)))]
    assert ordered.tolist() == sorted(lengths.tolist(), reverse=True)


def test_batches_by_length_keep_the_order_of_equally_long_rows():
    assert [rows.tolist() for rows in batches_by_length(np.array([3, 9, 3, 9, 3]), Budget(2))] == [[1, 3], [0, 2], [4]]


def test_no_rows_make_no_batches():
    nothing = np.empty(0, dtype=np.int64)
    assert random_batches(nothing, Budget(8), np.random.default_rng(0)) == []
    assert batches_by_length(nothing, Budget(8)) == []


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("pads_on_left", [True, False])
def test_batches_on_cuda_are_those_of_the_cpu(pads_on_left):
    rows = np.array([8, 0, 1, 4])
    ids, lengths = BatchSource(token_ids(ROWS), 40, pads_on_left, torch.device("cuda")).batch(rows)
    expected_ids, expected_lengths = source_of(ROWS, pads_on_left=pads_on_left).batch(rows)
    assert ids.is_cuda
    assert torch.equal(ids.cpu(), expected_ids)
    assert torch.equal(lengths.cpu(), expected_lengths)


def test_a_data_set_of_one_pool_has_other_batches_every_epoch():
    lengths = np.arange(100, 300)  # all different: without noise, every epoch would cut them at the same places
    numbers = np.random.default_rng(0)
    first, second = (
        {frozenset(batch.tolist()) for batch in random_batches(lengths, Budget(10), numbers)} for _ in range(2)
    )
    assert len(first & second) < len(first) / 2


@pytest.mark.parametrize("pads_on_left", [True, False])
@pytest.mark.parametrize(("asked", "tail"), [(0, 0), (1, 1), (15, 15), (20, 20), (21, 20), (10**4, 20)])
def test_a_row_longer_than_max_length_keeps_its_first_and_last_ids(asked, tail, pads_on_left):
    source = BatchSource(token_ids(ROWS), 40, pads_on_left, CPU, asked)
    batch, lengths = source.batch(np.arange(len(ROWS)))
    expected = [row if len(row) <= 40 else row[: 40 - tail] + row[len(row) - tail :] for row in ROWS]
    assert lengths.tolist() == [max(len(row), 1) for row in expected]
    pads = [[0] * (batch.shape[1] - len(row)) for row in expected]
    assert batch.tolist() == [pad + row if pads_on_left else row + pad for row, pad in zip(expected, pads, strict=True)]
