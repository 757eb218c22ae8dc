"""TensorBoard events: what is logged where it is installed, and what is said where it is not."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.report.tensorboard_log import event_log
from sentiment_fast.training.state import Epoch

HISTORY = [
    Epoch(1, 0.69, 0.5, 0.68, 0.55, 2.0, 3.0, True),
    Epoch(2, 0.60, 0.6, 0.70, 0.50, 2.5, 2.4, False),
]


def write(folder: Path | None, epochs: list[Epoch]) -> None:
    with event_log(folder) as log:
        for epoch in epochs:
            log(asdict(epoch))


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(None, HISTORY)
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_tensorboard_is_not_needed(monkeypatch):
    forget_tensorboard(monkeypatch)
    write(None, HISTORY)


def forget_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, TensorBoard is not installed."""
    for name in list(sys.modules):
        if name.startswith("torch.utils.tensorboard"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)


def test_without_tensorboard_whoever_asks_for_it_is_told_what_to_install(tmp_path, monkeypatch):
    forget_tensorboard(monkeypatch)
    with pytest.raises(UsageError, match=r"`tensorboard` needs tensorboard, .*: pip install .*\[tensorboard\]"):
        write(tmp_path, HISTORY)


def test_without_tensorboard_nothing_is_written(tmp_path, monkeypatch):
    forget_tensorboard(monkeypatch)
    with pytest.raises(UsageError):
        write(tmp_path, HISTORY)
    assert list(tmp_path.iterdir()) == []


# Where it is installed.


@pytest.fixture
def scalars() -> Callable[[Path], dict[str, list[tuple[int, float]]]]:
    """Reads the figures under a folder: by name, (epoch, figure)."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def read(folder: Path) -> dict[str, list[tuple[int, float]]]:
        events = EventAccumulator(str(folder))
        events.Reload()
        return {name: [(one.step, one.value) for one in events.Scalars(name)] for name in events.Tags()["scalars"]}

    return read


@pytest.mark.slow
def test_each_epochs_figures_are_logged(tmp_path, scalars):
    write(tmp_path, HISTORY)
    names = asdict(HISTORY[0]).keys() - {"epoch", "best"}
    logged = scalars(tmp_path / "tensorboard")
    assert logged.keys() == names
    for name in names:
        assert logged[name] == [(epoch.epoch, pytest.approx(getattr(epoch, name))) for epoch in HISTORY]


@pytest.mark.slow
def test_an_epoch_is_logged_before_the_next_one_ends(tmp_path, scalars):
    with event_log(tmp_path) as log:
        log(asdict(HISTORY[0]))
        assert scalars(tmp_path / "tensorboard")["train_loss"] == [(1, pytest.approx(0.69))]


def test_the_events_of_a_run_that_is_gone_on_with_stand_beside_the_first(tmp_path, scalars):
    write(tmp_path, HISTORY[:1])
    write(tmp_path, HISTORY[1:])
    assert [epoch for epoch, _ in scalars(tmp_path / "tensorboard")["train_loss"]] == [1, 2]
