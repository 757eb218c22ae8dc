"""Checkpoints: what is saved comes back; a damaged, foreign or unwritable one says so and harms nothing."""

import json
import math
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load, load_file, save

from sentiment_fast.errors import DataError, ModelFolderError, UsageError
from sentiment_fast.model.tensor_files import seal
from sentiment_fast.runs.atomic import part_of
from sentiment_fast.training.checkpoints import CHECKPOINT, Checkpoints, read_recorded_run, remove_checkpoint
from sentiment_fast.training.state import TrainingState

STOPPED_AT = 7  # the second epoch's second step
STATE_VALUES = ["epoch", "batches_done", "seconds", "pieces", "processes", "best_loss", "history", "scaler"]


class RememberingCheckpoints(Checkpoints):
    """Keeps a copy of what was saved last, and counts."""

    saves = 0

    def save(self, state: TrainingState) -> None:
        super().save(state)
        self.saves += 1
        self.tensors, self.values = state.tensors(), state.values()


def fresh_state(run, precision: torch.dtype = torch.float32) -> TrainingState:
    return TrainingState.at_start(run.network, run.config, precision)


def header_of(folder: Path) -> dict:
    with safe_open(folder / CHECKPOINT, "pt") as file:
        return json.loads(file.metadata()["sentiment_fast"])


def rewrite(folder: Path, tensors: dict[str, torch.Tensor] | None = None, header: object = None) -> None:
    """The checkpoint anew, with other tensors, or another header: text as it is, anything else as JSON."""
    header = header_of(folder) if header is None else header
    text = header if isinstance(header, str) else json.dumps(header)
    tensors = load_file(folder / CHECKPOINT) if tensors is None else tensors
    (folder / CHECKPOINT).write_bytes(b"".join(seal(save(tensors, {"sentiment_fast": text}))))


@pytest.fixture
def folder(tiny_run, tmp_path) -> Path:
    """A folder with the checkpoint of a training in its second epoch."""
    tiny_run().train_until(STOPPED_AT, tmp_path)
    return tmp_path


# What is saved comes back.


@pytest.fixture
def saved_and_restored(tiny_run, tmp_path):
    """What a training in its second epoch saved, and a fresh state that took it up."""
    run = tiny_run()
    run.fit_into_memory_only(4)  # of batches of 8: in 2 pieces
    checkpoints = RememberingCheckpoints(tmp_path, {"data": 1}, {})
    left = iter(range(STOPPED_AT - 1, -1, -1))
    with pytest.raises(KeyboardInterrupt):
        run.train(checkpoints=checkpoints, stop_requested=lambda: next(left) == 0)
    state = fresh_state(tiny_run(seed=1))
    assert Checkpoints(tmp_path, {"data": 1}, {}).restore(state)
    return checkpoints, state


@pytest.mark.slow
@pytest.mark.parametrize("part", ["weights.", "best.", "optimizer.", "random.", "sums"])
def test_every_tensor_of_a_state_comes_back(saved_and_restored, part):
    saved, state = saved_and_restored
    expected = {name: tensor for name, tensor in saved.tensors.items() if name.startswith(part)}
    found = {name: tensor for name, tensor in state.tensors().items() if name.startswith(part)}
    assert expected.keys() == found.keys()
    assert expected
    assert all(found[name].equal(tensor) and found[name].dtype == tensor.dtype for name, tensor in expected.items())


@pytest.mark.slow
@pytest.mark.parametrize("name", STATE_VALUES)
def test_every_value_of_a_state_comes_back(saved_and_restored, name):
    saved, state = saved_and_restored
    assert state.values()[name] == saved.values[name]


@pytest.mark.slow
def test_the_position_is_that_of_the_interruption(saved_and_restored):
    _, state = saved_and_restored
    assert (state.epoch, state.batches_done, len(state.history), state.pieces) == (2, 2, 1, 2)


@pytest.mark.slow
def test_the_best_weights_are_kept_beside_the_current_ones(saved_and_restored):
    _, state = saved_and_restored
    current = state.network.state_dict()
    assert all(not state.best_weights[name].equal(current[name]) for name in current)


def test_before_the_first_epochs_end_no_loss_is_the_best(tiny_run, tmp_path):
    run = tiny_run()
    run.train_until(2, tmp_path)
    state = fresh_state(tiny_run())
    run.checkpoints(tmp_path).restore(state)
    assert (state.best_loss, state.history) == (math.inf, [])


def test_the_scale_of_float16_losses_comes_back(tiny_run, tmp_path):
    run, again = tiny_run(), tiny_run()
    state = fresh_state(run, torch.float16)
    state.scaler.scale(torch.ones(()))
    state.scaler.update(1024.0)
    run.checkpoints(tmp_path).save(state)
    restored = fresh_state(again, torch.float16)
    again.checkpoints(tmp_path).restore(restored)
    assert restored.scaler.get_scale() == 1024.0


def test_a_run_without_a_checkpoint_starts_anew(tiny_run, tmp_path):
    run = tiny_run()
    state = fresh_state(run)
    assert not run.checkpoints(tmp_path).restore(state)
    assert (state.epoch, state.batches_done) == (1, 0)


def test_what_a_run_began_with_can_be_read_from_its_folder(folder, tiny_run):
    recorded = read_recorded_run(folder)
    assert recorded.arguments == {"epochs": 2}
    settings = tiny_run().settings.as_dict()
    assert recorded.fingerprint == {"data": "digest", "settings": settings, "precision": "float32", "threads": 1}


def test_a_folder_without_a_checkpoint_has_no_recorded_run(tmp_path):
    assert read_recorded_run(tmp_path) is None
    assert read_recorded_run(tmp_path / "none") is None


def test_a_checkpoint_can_be_removed_even_if_there_is_none(folder):
    remove_checkpoint(folder)
    remove_checkpoint(folder)
    assert list(folder.iterdir()) == []


# When.


@pytest.mark.slow
def test_a_checkpoint_is_written_after_each_epoch(tiny_run, tmp_path):
    checkpoints = RememberingCheckpoints(tmp_path, {}, {}, minutes=1e6)
    tiny_run(epochs=3).train(checkpoints=checkpoints)
    assert checkpoints.saves == 3


@pytest.mark.slow
def test_checkpoints_that_are_due_are_written_within_epochs_too(tiny_run, tmp_path):
    run, checkpoints = tiny_run(epochs=2), RememberingCheckpoints(tmp_path, {}, {}, minutes=0)
    run.train(checkpoints=checkpoints)
    assert checkpoints.saves == 2 * (run.steps_per_epoch + 1)


def test_without_checkpoints_nothing_is_written(tiny_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny_run().train()
    assert list(tmp_path.iterdir()) == []


# Damaged.


def resume(tiny_run, folder: Path) -> None:
    run = tiny_run()
    run.train(checkpoints=run.checkpoints(folder))


def refused(tiny_run, folder: Path, said: str = "cannot be read as a checkpoint") -> None:
    """Whoever resumes is told which file is damaged."""
    with pytest.raises(ModelFolderError) as raised:
        resume(tiny_run, folder)
    assert str(raised.value).startswith(f"{folder / CHECKPOINT}: ")
    assert said in str(raised.value)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0, 0.0005, 0.01, 0.1, 0.5, 0.9, 0.9999])
def test_a_checkpoint_that_was_cut_short_is_refused(tiny_run, folder, share):
    whole = (folder / CHECKPOINT).read_bytes()
    (folder / CHECKPOINT).write_bytes(whole[: int(share * len(whole))])
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("length", [7, 8, 9, -1])
def test_a_checkpoint_that_was_cut_at_a_border_is_refused(tiny_run, folder, length):
    (folder / CHECKPOINT).write_bytes((folder / CHECKPOINT).read_bytes()[:length])
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"text", b"\0" * 4096, b"\xff" * 4096, b"{}" * 99], ids=["text", "0", "ff", "{}"])
def test_a_file_that_is_no_safetensors_is_refused(tiny_run, folder, content):
    (folder / CHECKPOINT).write_bytes(content)
    refused(tiny_run, folder)


def test_a_folder_in_the_checkpoints_place_is_refused(tiny_run, tmp_path):
    (tmp_path / CHECKPOINT).mkdir()
    refused(tiny_run, tmp_path)


class Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable, tuple]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("write", [torch.save, lambda trap, path: path.write_bytes(pickle.dumps(trap))])
def test_nothing_in_a_checkpoint_is_executed(tiny_run, tmp_path, write):
    write(Trap(tmp_path / "executed"), tmp_path / CHECKPOINT)
    refused(tiny_run, tmp_path)
    assert not (tmp_path / "executed").exists()


@pytest.mark.slow
@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_safetensors_without_our_header_are_refused(tiny_run, folder, metadata):
    (folder / CHECKPOINT).write_bytes(save(load_file(folder / CHECKPOINT), metadata))
    refused(tiny_run, folder)


BAD_HEADERS = [
    *("no JSON", "", "[]", "null", "3", '"text"', "{}", "[" * 10_000),
    *('{"format": null}', '{"format": "1"}', '{"format": true}', '{"format": 1.0}', '{"format": 4}'),
    '{"format": 4, "arguments": [], "identity": {}, "state": {}}',
    '{"format": 4, "arguments": {}, "identity": {}}',
]


@pytest.mark.slow
@pytest.mark.parametrize("header", BAD_HEADERS, ids=lambda header: header[:40])
def test_a_header_of_other_json_is_refused(tiny_run, folder, header):
    rewrite(folder, header=header)
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("header", BAD_HEADERS, ids=lambda header: header[:40])
def test_a_header_of_other_json_has_no_recorded_run(folder, header):
    rewrite(folder, header=header)
    with pytest.raises(ModelFolderError, match="cannot be read as a checkpoint"):
        read_recorded_run(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arguments", "identity", "state"])
def test_a_header_that_lacks_a_part_is_refused(tiny_run, folder, name):
    header = header_of(folder)
    del header[name]
    rewrite(folder, header=header)
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("other", [3, 5])
def test_a_checkpoint_of_another_format_asks_for_the_version_that_wrote_it(tiny_run, folder, other):
    rewrite(folder, header=header_of(folder) | {"format": other})
    refused(tiny_run, folder, f"has format {other}, this version of sentiment_fast reads format 4: resume with the")


@pytest.mark.slow
@pytest.mark.parametrize("name", STATE_VALUES)
def test_a_missing_value_is_refused(tiny_run, folder, name):
    header = header_of(folder)
    del header["state"][name]
    rewrite(folder, header=header)
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("epoch", value) for value in ("two", None, 0, -1, 3)),  # the history has one epoch: this is the second
        *(("batches_done", value) for value in ([], -1)),
        *(("pieces", value) for value in ({}, 0, -2)),
        *(("processes", value) for value in ("one", 0, 2)),
        *(("history", value) for value in (7, [{}], [1], ["epoch"], [])),
        *((name, "long") for name in ("seconds", "best_loss")),
    ],
)
def test_a_value_that_no_training_has_is_refused(tiny_run, folder, name, value):
    header = header_of(folder)
    header["state"][name] = value
    rewrite(folder, header=header)
    refused(tiny_run, folder)


ONE_OF_EACH = ["weights.output.bias", "best.embedding.weight", "optimizer.0.exp_avg", "optimizer.3.step", "random.0"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ONE_OF_EACH, "sums"])
def test_a_missing_tensor_is_refused(tiny_run, folder, name):
    tensors = load_file(folder / CHECKPOINT)
    del tensors[name]
    rewrite(folder, tensors)
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["weights.", "best.", "optimizer.", "optimizer.0.", "random."])
def test_a_missing_part_is_refused(tiny_run, folder, part):
    tensors = load_file(folder / CHECKPOINT)
    rewrite(folder, {name: tensor for name, tensor in tensors.items() if not name.startswith(part)})
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ONE_OF_EACH, "sums"])
def test_a_tensor_of_another_shape_is_refused(tiny_run, folder, name):
    tensors = load_file(folder / CHECKPOINT)
    tensors[name] = tensors[name].flatten()[:1].repeat(3)
    rewrite(folder, tensors)
    refused(tiny_run, folder)


def test_sums_of_a_single_number_are_refused_not_spread(tiny_run, folder):
    rewrite(folder, load_file(folder / CHECKPOINT) | {"sums": torch.ones(1, dtype=torch.float64)})
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["weights.more", "more.output.bias", "optimizer.99.step", "optimizer.first.step"])
def test_a_tensor_that_no_training_has_is_refused(tiny_run, folder, name):
    rewrite(folder, load_file(folder / CHECKPOINT) | {name: torch.zeros(2)})
    refused(tiny_run, folder)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0, 0.001, 0.3, 0.6, 0.9, 0.9999])
def test_a_single_flipped_bit_is_refused(tiny_run, folder, share):
    content = bytearray((folder / CHECKPOINT).read_bytes())
    content[int(share * len(content))] ^= 4
    (folder / CHECKPOINT).write_bytes(content)
    refused(tiny_run, folder)
    with pytest.raises(ModelFolderError, match="cannot be read as a checkpoint"):
        read_recorded_run(folder)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["pipe", "device", "sparse"])
def test_a_file_without_end_in_the_checkpoints_place_is_refused(tiny_run, folder, place):
    path = folder / CHECKPOINT
    path.unlink()
    if place == "pipe":
        os.mkfifo(path)
    elif place == "device":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 20 << 30)
    refused(tiny_run, folder)


# Of another run.


def another_run(tiny_run, folder: Path, **identity) -> None:
    run = tiny_run()
    Checkpoints(folder, {"data": "digest", "threads": 1, "precision": "float32"} | identity, {}).save(fresh_state(run))
    checkpoints = Checkpoints(folder, {"data": "digest", "threads": 1, "precision": "float32"}, {})
    run.train(checkpoints=checkpoints)


@pytest.mark.parametrize(("name", "began", "now"), [("threads", 8, 1), ("precision", "bfloat16", "float32")])
def test_a_run_begun_otherwise_is_not_gone_on_with(tiny_run, tmp_path, name, began, now):
    message = f"{CHECKPOINT}: the run began with {name} {began!r}, and should now continue with {now!r}"
    with pytest.raises(UsageError, match=message):
        another_run(tiny_run, tmp_path, **{name: began})


def test_a_run_with_other_settings_is_not_gone_on_with(tiny_run, folder):
    run = tiny_run(learning_rate=0.5)
    with pytest.raises(UsageError, match=r"began with settings\.training\.learning_rate 0\.02, .* continue with 0\.5"):
        run.train(checkpoints=run.checkpoints(folder))


def test_a_run_on_other_data_is_not_gone_on_with(tiny_run, tmp_path):
    with pytest.raises(DataError, match="the data are not those that the run began with"):
        another_run(tiny_run, tmp_path, data="another digest")


def test_another_runs_checkpoint_stays_as_it_is(tiny_run, folder):
    before = (folder / CHECKPOINT).read_bytes()
    run = tiny_run(learning_rate=0.5)
    with pytest.raises(UsageError):
        run.train(checkpoints=run.checkpoints(folder))
    assert (folder / CHECKPOINT).read_bytes() == before


def test_settings_are_compared_as_json_holds_them(tiny_run, tmp_path):
    run = tiny_run()
    Checkpoints(tmp_path, {"sizes": (1, 2)}, {}).save(fresh_state(run))
    assert Checkpoints(tmp_path, {"sizes": (1, 2)}, {}).restore(fresh_state(run))


# Where it cannot be written.


@pytest.fixture
def fill_the_disk():
    """Makes a folder's next checkpoint go where no byte finds room: the kernel's full device."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    return lambda folder: part_of(folder / CHECKPOINT).symlink_to(full)


def test_a_full_disk_leaves_the_last_checkpoint_intact(tiny_run, folder, fill_the_disk):
    run, before = tiny_run(), (folder / CHECKPOINT).read_bytes()
    fill_the_disk(folder)
    with pytest.raises(DataError) as raised:
        run.train(checkpoints=run.checkpoints(folder, minutes=0))
    assert (folder / CHECKPOINT).read_bytes() == before
    assert f"No space left on device); the one before, {folder / CHECKPOINT}, is intact" in str(raised.value)


@pytest.mark.slow
def test_a_full_disk_leaves_no_partial_file(tiny_run, folder, fill_the_disk):
    run = tiny_run()
    fill_the_disk(folder)
    with pytest.raises(DataError):
        run.train(checkpoints=run.checkpoints(folder))
    assert [path.name for path in folder.iterdir()] == [CHECKPOINT]


def test_a_full_disk_before_the_first_checkpoint_says_that_there_is_none(tiny_run, tmp_path, fill_the_disk):
    run = tiny_run()
    fill_the_disk(tmp_path)
    with pytest.raises(DataError, match=r"No space left on device.*there is none before it"):
        run.train(checkpoints=run.checkpoints(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_to_sync_leaves_the_last_checkpoint_intact(tiny_run, folder, monkeypatch):
    run, before = tiny_run(), (folder / CHECKPOINT).read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DataError, match=r"Input/output error.*is intact"):
        run.train(checkpoints=run.checkpoints(folder))
    assert [path.name for path in folder.iterdir()] == [CHECKPOINT]
    assert (folder / CHECKPOINT).read_bytes() == before


@pytest.mark.slow
def test_once_there_is_room_again_training_goes_on_as_if_nothing_had_been(tiny_run, folder, fill_the_disk):
    failing, run, uninterrupted = tiny_run(), tiny_run(), tiny_run()
    fill_the_disk(folder)
    with pytest.raises(DataError):
        failing.train(checkpoints=failing.checkpoints(folder, minutes=0))
    run.train(checkpoints=run.checkpoints(folder))
    uninterrupted.train()
    assert all(tensor.equal(uninterrupted.weights[name]) for name, tensor in run.weights.items())


# Whole or not there.


def test_the_checkpoint_before_stands_until_the_new_one_is_on_disk(tiny_run, folder, monkeypatch):
    run, before, seen = tiny_run(), (folder / CHECKPOINT).read_bytes(), []
    sync = os.fsync

    def recorded(descriptor: int) -> None:
        sync(descriptor)
        seen.append((folder / CHECKPOINT).read_bytes() == before)

    monkeypatch.setattr(os, "fsync", recorded)
    with pytest.raises(KeyboardInterrupt):
        run.train(checkpoints=run.checkpoints(folder), stop_requested=lambda: True)
    assert seen == [True, False]  # the file, then the folder that names it


@pytest.mark.slow
def test_a_reader_never_sees_a_part_of_a_checkpoint(tiny_run, tmp_path):
    run = tiny_run(hidden_size=64)
    checkpoints, state = run.checkpoints(tmp_path), fresh_state(run)
    checkpoints.save(state)
    names, seen, done = set(load_file(tmp_path / CHECKPOINT)), [], threading.Event()

    def read() -> None:
        while not done.is_set():
            content = (tmp_path / CHECKPOINT).read_bytes()
            header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
            sums = load(content)["sums"].tolist()
            seen.append((set(header) == {*names, "__metadata__"}, sums[0] == sums[1]))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(50):
            state.sums.fill_(number)
            checkpoints.save(state)
    finally:
        done.set()
        reader.join(timeout=60)
    assert set(seen) == {(True, True)}
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]


# Numbers that are none.


def spoil(network: torch.nn.Module) -> None:
    with torch.no_grad():
        network.output.weight.fill_(math.nan)


def train_and_spoil(run, checkpoints: Checkpoints, spoil_after: int) -> None:
    """Train, with weights that are no numbers after so many steps."""
    steps = iter(range(1, 1000))

    def batches(epoch):
        for rows in epoch:
            yield rows
            if next(steps) == spoil_after:
                spoil(run.network)

    run.train(checkpoints=checkpoints, progress=batches)


@pytest.mark.slow
@pytest.mark.parametrize("spoil_after", [1, 3, 5, 8])
def test_a_loss_that_is_no_number_never_overwrites_the_last_checkpoint(tiny_run, tmp_path, spoil_after):
    run, checkpoints = tiny_run(), RememberingCheckpoints(tmp_path, {}, {}, minutes=0)
    with pytest.raises(DataError, match=r"The (training|validation) loss became nan in epoch \d: lower the learning"):
        train_and_spoil(run, checkpoints, spoil_after)
    restored = fresh_state(tiny_run())
    checkpoints.restore(restored)
    assert all(torch.isfinite(tensor).all() for name, tensor in restored.tensors().items() if "random" not in name)
    assert restored.values() == checkpoints.values


def test_a_stop_request_does_not_save_a_loss_that_is_no_number(tiny_run, tmp_path):
    run = tiny_run()
    spoil(run.network)
    with pytest.raises(DataError, match="The training loss became nan in epoch 1"):
        run.train(checkpoints=run.checkpoints(tmp_path), stop_requested=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_no_numbers_never_overwrite_the_last_checkpoint(tiny_run, tmp_path):
    run, checkpoints = tiny_run(), RememberingCheckpoints(tmp_path, {}, {}, minutes=0)
    steps = iter(range(1, 1000))
    # The third step's loss is a number, and its gradient is none.
    run.network.output.weight.register_hook(lambda grad: grad * math.nan if next(steps) == 3 else grad)
    with pytest.raises(DataError):
        run.train(checkpoints=checkpoints)
    assert all(torch.isfinite(tensor).all() for name, tensor in checkpoints.tensors.items() if "weights" in name)


@pytest.mark.slow
def test_a_failed_training_can_be_gone_on_with_from_the_last_good_step(tiny_run, tmp_path):
    run, again, uninterrupted = tiny_run(), tiny_run(), tiny_run()
    with pytest.raises(DataError):
        train_and_spoil(run, run.checkpoints(tmp_path, minutes=0), spoil_after=3)
    again.train(checkpoints=again.checkpoints(tmp_path))
    uninterrupted.train()
    assert all(tensor.equal(uninterrupted.weights[name]) for name, tensor in again.weights.items())
