"""The learning rate: its way up and down, step by step, and that the optimiser takes it."""

import math

import numpy as np
import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from sentiment_fast.model.presets import TrainingConfig
from sentiment_fast.training.schedules import learning_rate

FULL = 0.01
DECAYS = ["none", "linear", "cosine"]


def rates(steps: int = 100, **fields) -> list[float]:
    config = TrainingConfig(learning_rate=FULL, **fields)
    return [learning_rate(config, step, steps) for step in range(steps)]


def test_without_a_schedule_every_step_has_the_configs_rate():
    assert rates() == [FULL] * 100


# Up.


@pytest.mark.parametrize("decay", DECAYS)
def test_warm_up_rises_in_a_line_from_the_first_step(decay):
    rise = rates(warmup=0.2, decay=decay)[:20]
    np.testing.assert_allclose(rise, FULL * np.arange(1, 21) / 20, rtol=1e-12)


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("warmup", [0, 0.01, 0.1, 0.5, 0.99, 1])
def test_the_full_rate_is_reached_and_never_exceeded(warmup, decay):
    assert max(rates(warmup=warmup, decay=decay)) == pytest.approx(FULL, rel=1e-12)


def test_without_decay_the_rate_stays_where_the_warm_up_ends():
    assert rates(warmup=0.2)[20:] == [FULL] * 80


# Down.


def test_linear_decay_falls_in_a_line():
    np.testing.assert_allclose(rates(decay="linear"), FULL * (1 - np.arange(100) / 100), rtol=1e-12)


def test_cosine_decay_falls_as_half_a_cosine():
    expected = FULL * (1 + np.cos(np.pi * np.arange(100) / 100)) / 2
    np.testing.assert_allclose(rates(decay="cosine"), expected, rtol=1e-12, atol=1e-18)


@pytest.mark.parametrize("decay", ["linear", "cosine"])
def test_decay_begins_where_the_warm_up_ends(decay):
    assert rates(warmup=0.2, decay=decay)[20:] == pytest.approx(rates(80, decay=decay), rel=1e-12)


@pytest.mark.parametrize("decay", ["linear", "cosine"])
@pytest.mark.parametrize("warmup", [0, 0.1, 0.5])
def test_decay_ends_next_to_zero(warmup, decay):
    assert 0 <= rates(1000, warmup=warmup, decay=decay)[-1] <= FULL / 400


@pytest.mark.parametrize("decay", ["linear", "cosine"])
def test_decay_never_rises(decay):
    fall = rates(decay=decay)
    assert fall == sorted(fall, reverse=True)


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("warmup", [0, 0.1, 0.5, 1])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 100])
def test_no_rate_is_negative(steps, warmup, decay):
    assert min(rates(steps, warmup=warmup, decay=decay)) >= 0


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("warmup", [0, 0.1, 0.5, 1])
def test_a_training_of_a_single_step_learns(warmup, decay):
    assert rates(1, warmup=warmup, decay=decay) == [FULL]


# Large batches.


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("scale", [1, 2, 16])
def test_larger_batches_take_the_square_root_of_their_scale_as_a_factor(scale, decay):
    plain = rates(warmup=0.1, decay=decay)
    scaled = rates(warmup=0.1, decay=decay, batch_scale=scale)
    assert scaled == pytest.approx([rate * math.sqrt(scale) for rate in plain], rel=1e-12)


# In training.


@pytest.fixture
def taken():
    """The learning rates that optimisers take, as one list per step."""
    steps: list[list[float]] = []
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, *_: steps.append([group["lr"] for group in optimizer.param_groups])
    )
    yield steps
    hook.remove()


SCHEDULE = {"warmup": 0.3, "decay": "cosine", "epochs": 3}


@pytest.mark.slow
def test_the_optimiser_takes_each_steps_rate(tiny_run, taken):
    run = tiny_run(**SCHEDULE)
    run.train()
    assert taken == [[learning_rate(run.config, step, 15)] * 2 for step in range(15)]


def test_the_embedding_learns_at_its_share_of_the_rate(tiny_run, taken):
    run = tiny_run(**SCHEDULE, embedding_rate=0.1)
    run.train()
    rates = [learning_rate(run.config, step, 15) for step in range(15)]
    assert taken == [pytest.approx([rate * 0.1, rate]) for rate in rates]


def test_without_a_rate_the_embedding_stays_as_it_began(tiny_run):
    run = tiny_run(**SCHEDULE, embedding_rate=0.0)
    before = run.weights
    run.train()
    moved = {name for name, weights in run.weights.items() if not torch.equal(weights, before[name])}
    assert moved == before.keys() - {"embedding.weight"}


def test_larger_batches_make_fewer_steps_of_one_schedule(tiny_run, taken):
    run = tiny_run(**SCHEDULE, batch_scale=2)  # 16 rows of 37
    run.train()
    assert taken == [[learning_rate(run.config, step, 9)] * 2 for step in range(9)]


@pytest.mark.slow
@pytest.mark.parametrize("step", [2, 5, 8, 14])
def test_the_schedule_goes_on_where_a_training_was_interrupted(tiny_run, taken, tmp_path, step):
    tiny_run(**SCHEDULE).train_until(step, tmp_path)
    assert len(taken) == step
    run = tiny_run(**SCHEDULE)
    run.train(checkpoints=run.checkpoints(tmp_path))
    assert taken == [[learning_rate(run.config, step, 15)] * 2 for step in range(15)]


@pytest.mark.slow
def test_an_early_stop_does_not_compress_the_schedule(tiny_run, taken):
    run = tiny_run(**SCHEDULE | {"epochs": 30}, patience=1)
    steps = run.steps_per_epoch * len(run.train())
    assert steps < 150
    assert taken == [[learning_rate(run.config, step, 150)] * 2 for step in range(steps)]
