"""Trials and their log: what was tried and what came of it, in a folder that survives a kill.

OUT/search.json says what the search is, OUT/trials.jsonl has a line for each trial, written when it ends.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from sentiment_fast.errors import DataError, ModelFolderError, UsageError
from sentiment_fast.runs.atomic import sync_folder
from sentiment_fast.training.state import Epoch

FORMAT = 1
SEARCH, TRIALS, BEST = "search.json", "trials.jsonl", "best.json"

FINISHED, STOPPED, FAILED, CUT = "finished", "stopped early", "failed", "cut"
_PEERS = 4  # finished trials before one is stopped for being worse than their median
_FIELDS = {"number": int, "settings": dict, "status": str, "epochs": list, "seconds": float, "reason": str}


@dataclass(frozen=True)
class Trial:
    """One training. settings: what it changed in the search's base. seconds: all that it took.

    status: finished; stopped early, because others had been better; failed, for the reason; cut, where the search
    ended or was interrupted within it: then its epochs count, and a search that goes on repeats it.
    """

    number: int
    settings: dict[str, Any]
    status: str
    epochs: list[Epoch] = field(default_factory=list)
    seconds: float = 0.0
    reason: str = ""

    @property
    def best(self) -> Epoch | None:
        """The epoch whose weights training would keep: that of the network's lowest validation loss, or the last."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)

    def value(self, metric: str) -> float | None:
        """What the trial is judged by; metric: "accuracy" or "loss", on the validation part."""
        return None if self.best is None or self.status == FAILED else _of(self.best, metric)

    def values(self, metric: str) -> list[float]:
        """The same after each of its epochs."""
        values: list[float] = []
        for epoch in self.epochs:
            values.append(_of(epoch, metric) if epoch.best or not values else values[-1])
        return values


def _of(epoch: Epoch, metric: str) -> float:
    return epoch.validation_loss if metric == "loss" else epoch.validation_accuracy


def ranked(trials: Sequence[Trial], metric: str) -> list[Trial]:
    """The trials that have figures, best first; of equal ones the one with the lower loss, then the earlier."""

    def worth(trial: Trial) -> tuple[float, float, int]:
        value, epoch = trial.value(metric), trial.best
        assert value is not None
        assert epoch is not None
        return (value if metric == "loss" else -value), epoch.validation_loss, trial.number

    return sorted((trial for trial in trials if trial.value(metric) is not None), key=worth)


def is_hopeless(epochs: Sequence[Epoch], others: Sequence[Trial], metric: str) -> bool:
    """Is a trial, after these epochs, worse than the median of the finished ones was after as many?

    The median rule (Golovin et al. 2017, "Google Vizier", 3.2.2), also Optuna's MedianPruner.
    """
    at = len(epochs) - 1
    peers = [other.values(metric) for other in others if other.status == FINISHED]
    reached = [values[at] for values in peers if len(values) > at]
    if len(reached) < _PEERS:
        return False
    value = Trial(0, {}, CUT, list(epochs)).values(metric)[-1]
    return value > median(reached) if metric == "loss" else value < median(reached)


class TrialLog:
    """The search in a folder. fingerprint: what must be the same for it to be the same; options: what it was given.

    trials: those it has, in order, without one that was cut, which comes again. seconds: spent on all of them.
    """

    def __init__(self, folder: Path, fingerprint: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Take up the search in the folder, or begin one. Raises UsageError or DataError where it is another."""
        self._path = folder / TRIALS
        known = read_search(folder)
        if known is None:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / SEARCH, {"format": FORMAT, "identity": dict(fingerprint), "options": dict(options)})
        else:
            _check_fingerprint(folder, known["identity"], fingerprint)
        self.all = _read_trials(self._path)

    @property
    def trials(self) -> list[Trial]:
        return [trial for trial in self.all if trial.status != CUT]

    @property
    def seconds(self) -> float:
        return sum(trial.seconds for trial in self.all)

    @property
    def latest(self) -> list[Trial]:
        """All trials; of one that was cut and came again, what came of it last."""
        return list({trial.number: trial for trial in self.all}.values())

    def ranked(self, metric: str) -> list[Trial]:
        return ranked(self.latest, metric)

    def append(self, trial: Trial) -> None:
        """Write a trial down, so that it stays. Raises OSError where that fails."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(trial)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self._path.parent)
        self.all.append(trial)


def read_search(folder: Path) -> dict[str, Any] | None:
    """What the search in a folder is: its "identity" and "options"; None without one. ModelFolderError: damaged."""
    path = folder / SEARCH
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not isinstance(values, dict) or type(values.get("format")) is not int:
        raise _damaged(path, "no format")
    if values["format"] != FORMAT:
        raise ModelFolderError(
            f"{path}: has format {values['format']}, this version of sentiment_fast reads format {FORMAT}: "
            "resume with the version that wrote it"
        )
    if not all(isinstance(values.get(name), dict) for name in ("identity", "options")):
        raise _damaged(path, "it is incomplete")
    return values


def write_whole(path: Path, values: Any) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(json.dumps(values, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def _check_fingerprint(folder: Path, known: Mapping[str, Any], fingerprint: Mapping[str, Any]) -> None:
    for name, value in json.loads(json.dumps(dict(fingerprint))).items():
        if known.get(name) == value:
            continue
        if name == "data":
            raise DataError(
                f"{folder}: the data are not those that the search began with: they were changed since, or "
                "`data` or `validation` name others. Restore them, or start over in another folder"
            )
        raise UsageError(
            f"{folder}: the search began with {name} {known.get(name)}, and should now continue with {value}: "
            "give `resume` the options of the search, or none"
        )


def _read_trials(path: Path) -> list[Trial]:
    """The trials of a log; a last line that a kill tore is removed."""
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    trials: list[Trial] = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            trials.append(_trial(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise _damaged(path, f"line {number}: {error}") from error
    done = [trial.number for trial in trials if trial.status != CUT]
    if done != list(range(1, len(done) + 1)):
        raise _damaged(path, f"its trials are numbered {done}")
    return trials


def _trial(values: dict[str, Any]) -> Trial:
    for name, kind in _FIELDS.items():
        if type(values[name]) is not kind:
            raise ValueError(f"expected {name} to be {kind.__name__}, got {values[name]!r}")
    return Trial(**{**values, "epochs": [Epoch(**epoch) for epoch in values["epochs"]]})


def _damaged(path: Path, reason: object) -> ModelFolderError:
    return ModelFolderError(f"{path}: cannot be read as a search ({reason}): damaged; start over in another folder")
