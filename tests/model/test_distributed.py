"""Processes that train together: what one alone does, and two of them against one; see program_of_processes.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from sentiment_fast.model.distributed import TrainingProcesses, processes_of_environment

SLOW_FIXTURES = {"two"}

CPU = torch.device("cpu")

# One alone.


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_one_process_has_all_rows(rows):
    assert TrainingProcesses().share(np.arange(rows)).tolist() == list(range(rows))


def test_the_sum_over_one_process_is_the_tensor_itself():
    tensor = torch.tensor([1.0, 2.0])
    assert TrainingProcesses().add_up(tensor) is tensor
    assert tensor.tolist() == [1.0, 2.0]


def test_one_process_takes_its_own_tensor():
    tensor = torch.tensor([1.0])
    TrainingProcesses().take_from_first([tensor])
    assert tensor.tolist() == [1.0]


def test_one_process_gathers_its_own_tensor():
    assert [one.tolist() for one in TrainingProcesses().gather(torch.tensor([1, 2]))] == [[1, 2]]


def test_the_gradients_of_one_process_stay_as_they_are():
    layer = torch.nn.Linear(2, 1)
    layer.weight.grad = torch.ones(1, 2)
    TrainingProcesses().add_up_gradients(layer.parameters())
    assert (layer.weight.grad.tolist(), layer.bias.grad) == ([[1.0, 1.0]], None)


def test_one_process_writes():
    assert TrainingProcesses().writes


def test_of_several_processes_the_first_alone_writes():
    assert [TrainingProcesses(rank, 3).writes for rank in range(3)] == [True, False, False]


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("rows", [0, 1, 4, 11])
def test_the_shares_of_several_processes_hold_every_row_once(size, rows):
    shares = [TrainingProcesses(rank, size).share(np.arange(rows)) for rank in range(size)]
    assert sorted(np.concatenate(shares).tolist()) == list(range(rows))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("environment", [{}, {"WORLD_SIZE": "1", "RANK": "0"}])
def test_without_torchrun_or_with_a_single_process_nothing_is_connected(monkeypatch, environment):
    for name in ("WORLD_SIZE", "RANK", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with processes_of_environment(CPU) as processes:
        assert (processes.rank, processes.size, processes.device) == (0, 1, CPU)
        assert not torch.distributed.is_initialized()


# Two.


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> list[dict]:
    """What each of two processes found."""
    folder = tmp_path_factory.mktemp("processes")
    program = Path(__file__).with_name("program_of_processes.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    process = subprocess.Popen(
        [*command, str(program), str(folder)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = process.communicate(timeout=180)
    finally:
        process.terminate()  # torchrun ends its processes with itself
        process.wait(timeout=60)
    assert process.returncode == 0, said
    return [json.loads((folder / f"{rank}.json").read_text("utf-8")) for rank in (0, 1)]


def test_two_processes_know_who_they_are(two):
    assert [(one["rank"], one["size"], one["writes"]) for one in two] == [(0, 2, True), (1, 2, False)]


def test_two_processes_share_rows_in_turn(two):
    assert [one["shares"] for one in two] == [[[0, 2, 4, 6], [0], [0], []], [[1, 3, 5], [1], [], []]]


def test_a_sum_is_the_same_for_both(two):
    assert [one["sum"] for one in two] == [[3.0, 10.0]] * 2


def test_both_have_what_the_first_has(two):
    assert [one["from the first"] for one in two] == [[0.0, 10.0]] * 2


def test_gathered_tensors_come_by_rank(two):
    assert [one["gathered"] for one in two] == [[[0, 7], [1, 7]]] * 2


def test_gradients_become_their_sums_where_a_process_has_none_too(two):
    assert [one["gradients"] for one in two] == [[[[3.0, 3.0]], [5.0]]] * 2


def test_both_have_the_logits_of_all_texts(two):
    for shared, alone in (one["logits"] for one in two):
        np.testing.assert_allclose(shared, alone, rtol=0, atol=1e-6)


CASES = ["few batches", "a last batch of one row", "batches of one row", "one short of memory"]
FIGURES = ["train_loss", "train_accuracy", "validation_loss", "validation_accuracy"]


@pytest.mark.parametrize("case", CASES)
def test_two_processes_train_to_the_weights_of_one(two, case):
    for together, alone in (one[case] for one in two):
        np.testing.assert_allclose(together["weights"], alone["weights"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_two_processes_have_the_history_of_one(two, case):
    for together, alone in (one[case] for one in two):
        assert len(alone["history"]) == 2
        for epoch, expected in zip(together["history"], alone["history"], strict=True):
            assert [epoch[name] for name in FIGURES] == pytest.approx([expected[name] for name in FIGURES], abs=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_two_processes_take_the_batches_of_one(two, case):
    for together, alone in (one[case] for one in two):
        assert together["batches"] == alone["batches"]


@pytest.mark.parametrize("case", CASES)
def test_both_processes_end_with_the_same_weights_to_the_last_bit(two, case):
    assert two[0][case][0]["digest"] == two[1][case][0]["digest"]


def test_with_dropout_too_both_processes_end_with_the_same_weights(two):
    assert two[0]["dropout"]["digest"] == two[1]["dropout"]["digest"]


def test_both_processes_are_told_of_each_epoch(two):
    assert [one["dropout"]["told"] for one in two] == [2, 2]


@pytest.mark.parametrize("case", ["gone on with", "gone on with, dropout"])
def test_two_processes_that_are_interrupted_go_on_to_the_same_weights(two, case):
    for again, uninterrupted in (one[case] for one in two):
        assert again["interrupted"]
        assert again["digest"] == uninterrupted["digest"]


@pytest.mark.parametrize("case", ["gone on with", "gone on with, dropout"])
def test_two_processes_that_are_interrupted_go_on_to_the_same_history(two, case):
    for again, uninterrupted in (one[case] for one in two):
        for epoch, expected in zip(again["history"], uninterrupted["history"], strict=True):
            assert [epoch[name] for name in FIGURES] == pytest.approx([expected[name] for name in FIGURES], abs=1e-9)


def test_two_processes_save_after_each_epoch_and_in_between_only_where_it_is_due(two):
    assert [one["saves"] for one in two] == [2, 0]


def test_a_stop_that_one_process_asks_for_stops_both(two):
    assert [one["asked by the second"]["stopped"] for one in two] == [True, True]


def test_a_stop_is_granted_where_epochs_are_short_too(two):
    assert [one["asked in a short epoch"]["stopped"] for one in two] == [True, True]
