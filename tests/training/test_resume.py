"""Trainings that are interrupted and gone on with end bit for bit where one that was not interrupted ends."""

from collections.abc import Callable
from dataclasses import asdict

import pytest
import torch

from sentiment_fast.errors import DataError
from sentiment_fast.model.devices import Precision, cpu_has_bf16
from sentiment_fast.training.checkpoints import CHECKPOINT
from sentiment_fast.training.state import TrainingState

FLOAT32, BFLOAT16 = Precision("float32", "float32"), Precision("bfloat16", "bfloat16")
STEPS = 10  # two epochs of five
Outcome = tuple[dict[str, torch.Tensor], list[dict]]


def figures(epoch) -> dict:
    """All but the times, which no two trainings share."""
    return {name: figure for name, figure in asdict(epoch).items() if name not in ("seconds", "reviews_per_second")}


def outcome(run, precision: Precision = FLOAT32, **options) -> Outcome:
    """The weights and the history that a training ends with."""
    history = run.train(precision, **options)
    return run.weights, [figures(epoch) for epoch in history]


def same(one: Outcome, other: Outcome) -> bool:
    (weights, history), (other_weights, other_history) = one, other
    return history == other_history and all(weights[name].equal(tensor) for name, tensor in other_weights.items())


def resumed(new_run: Callable, folder, precision: Precision = FLOAT32) -> Outcome:
    run = new_run()
    return outcome(run, precision, checkpoints=run.checkpoints(folder))


needs_bf16 = pytest.mark.skipif(not cpu_has_bf16(), reason="this CPU has no native bfloat16")
PRECISIONS = [FLOAT32, pytest.param(BFLOAT16, marks=needs_bf16)]


@pytest.mark.slow
@pytest.mark.parametrize("precision", PRECISIONS, ids=lambda precision: precision.name)
@pytest.mark.parametrize("step", range(1, STEPS + 1))
@pytest.mark.parametrize("hidden", [6, 16], ids=["pytorch", "native"])  # of which the core has no kernel, and has one
def test_a_training_may_be_interrupted_after_any_step(tiny_run, tmp_path, step, precision, hidden):
    def new_run():
        return tiny_run(hidden_size=hidden, max_length=100)  # so long that the core runs pads in advance

    new_run().train_until(step, tmp_path, precision=precision)
    assert same(resumed(new_run, tmp_path, precision), outcome(new_run(), precision))


@pytest.mark.slow
def test_dropout_makes_the_position_of_its_random_numbers_matter(tiny_run):
    # Were this not so, the tests above would pass with any random state.
    assert not same(outcome(tiny_run()), outcome(tiny_run(dropout=0.0)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields",
    [
        {"pooling": "attention", "bidirectional": True},
        {"cell": "gru"},
        {"weight_decay": 0.1, "warmup": 0.3, "decay": "linear"},
        {"batch_scale": 2},
        {"batch_ids": 40},
        {"patience": 1, "epochs": 9, "learning_rate": 0.1},
    ],
    ids=str,
)
def test_a_training_with_other_settings_may_be_interrupted_too(tiny_run, tmp_path, fields):
    tiny_run(**fields).train_until(2, tmp_path)
    assert same(resumed(lambda: tiny_run(**fields), tmp_path), outcome(tiny_run(**fields)))


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 3])
def test_a_training_may_be_interrupted_again_and_again(tiny_run, tmp_path, every):
    for _ in range((STEPS - 1) // every):
        tiny_run().train_until(every, tmp_path)
    assert same(resumed(tiny_run, tmp_path), outcome(tiny_run()))


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 4, 5, 9])
def test_a_training_that_dies_without_a_word_goes_on_from_its_last_checkpoint(tiny_run, tmp_path, step):
    run, steps = tiny_run(), iter(range(STEPS))

    def dying(epoch):
        for rows in epoch:
            if next(steps) == step:
                raise RuntimeError("dead")
            yield rows

    with pytest.raises(RuntimeError, match="dead"):
        run.train(checkpoints=run.checkpoints(tmp_path, minutes=0), progress=dying)
    assert same(resumed(tiny_run, tmp_path), outcome(tiny_run()))


@pytest.mark.slow
def test_an_epoch_whose_end_was_not_saved_is_ended_anew(tiny_run, tmp_path):
    run = tiny_run()

    def dying(epoch):
        raise RuntimeError("dead")

    with pytest.raises(RuntimeError, match="dead"):
        run.train(on_epoch=dying, checkpoints=run.checkpoints(tmp_path, minutes=0))
    assert same(resumed(tiny_run, tmp_path), outcome(tiny_run()))


def test_a_finished_training_is_gone_on_with_as_it_ended(tiny_run, tmp_path):
    run, told = tiny_run(), []
    finished = outcome(run, checkpoints=run.checkpoints(tmp_path))
    again = tiny_run()
    assert same(outcome(again, checkpoints=again.checkpoints(tmp_path), on_epoch=told.append), finished)
    assert told == []


def test_training_goes_on_only_with_the_batches_that_are_left(tiny_run, tmp_path):
    tiny_run().train_until(3, tmp_path)
    run, batches = tiny_run(), []
    run.train(checkpoints=run.checkpoints(tmp_path), progress=lambda epoch: batches.append(len(epoch)) or epoch)
    assert batches == [2, 5]


@pytest.mark.slow
def test_on_epoch_is_told_only_of_epochs_that_end_from_here_on(tiny_run, tmp_path):
    tiny_run().train_until(7, tmp_path)
    run, told = tiny_run(), []
    history = run.train(checkpoints=run.checkpoints(tmp_path), on_epoch=told.append)
    assert [epoch.epoch for epoch in history] == [1, 2]
    assert told == history[1:]


@pytest.mark.slow
def test_the_seconds_before_an_interruption_count(tiny_run, tmp_path):
    tiny_run().train_until(4, tmp_path)
    run = tiny_run()
    state = TrainingState.at_start(run.network, run.config, torch.float32)
    checkpoints = run.checkpoints(tmp_path)
    checkpoints.restore(state)
    assert run.train(checkpoints=checkpoints)[0].seconds > state.seconds > 0


def test_an_interruption_leaves_the_best_weights_in_the_network(tiny_run, tmp_path):
    run, weights = tiny_run(), []
    run.train_until(7, tmp_path, on_epoch=lambda _: weights.append(run.weights))
    assert all(tensor.equal(weights[0][name]) for name, tensor in run.weights.items())
    assert not run.network.training


def test_a_resumed_training_leaves_the_callers_random_state_alone(tiny_run, tmp_path):
    tiny_run().train_until(3, tmp_path)
    before = torch.get_rng_state()
    resumed(tiny_run, tmp_path)
    assert torch.get_rng_state().equal(before)


# In pieces.


def short_of_memory(tiny_run, rows: int, **fields) -> Callable:
    def new_run():
        run = tiny_run(**fields)
        run.fit_into_memory_only(rows)
        return run

    return new_run


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 5, 8])
@pytest.mark.parametrize("rows", [4, 2])
def test_a_training_in_pieces_may_be_interrupted(tiny_run, tmp_path, rows, step):
    new_run = short_of_memory(tiny_run, rows)
    new_run().train_until(step, tmp_path)
    assert same(resumed(new_run, tmp_path), outcome(new_run()))


@pytest.mark.slow
def test_a_training_that_goes_on_knows_its_pieces_without_running_out_of_memory_again(tiny_run, tmp_path):
    new_run = short_of_memory(tiny_run, 4)
    new_run().train_until(2, tmp_path)
    run, said = new_run(), []
    run.train(checkpoints=run.checkpoints(tmp_path), say=said.append)
    assert said == []


def test_a_training_that_ran_out_of_memory_for_good_has_no_newer_checkpoint(tiny_run, tmp_path):
    tiny_run().train_until(3, tmp_path)
    before = (tmp_path / CHECKPOINT).read_bytes()
    run = short_of_memory(tiny_run, 0)()
    with pytest.raises(DataError, match="Not even one review"):
        run.train(checkpoints=run.checkpoints(tmp_path))
    assert (tmp_path / CHECKPOINT).read_bytes() == before
