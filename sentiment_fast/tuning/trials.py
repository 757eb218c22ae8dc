"""Trials and their log: settings and their figures, in a folder that survives a kill.

OUT/search.json says what the search is, OUT/trials.jsonl has a line for each trial, written when it ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from sentiment_fast.errors import ModelFolderError, quoted
from sentiment_fast.runs import journal
from sentiment_fast.runs.atomic import write_atomically
from sentiment_fast.runs.fingerprint import Wording, check_fingerprint
from sentiment_fast.runs.regular_files import read_regular
from sentiment_fast.training.state import Epoch, epoch_of

FORMAT = 2
SEARCH, TRIALS = "search.json", "trials.jsonl"

FINISHED, STOPPED, FAILED, CUT = "finished", "stopped early", "failed", "cut"
# A trial ranks before all of a later status, whatever its figures: those of a training that did not end are of another
# learning rate and another number of epochs than its settings ask for. One that was stopped early was known to be worse
# than others; one that was cut may have had a single epoch. Trials that failed have no figures, and no rank.
_RANKS = (FINISHED, STOPPED, CUT)
WORDING = Wording(
    noun="search",
    start_over="start over in another folder",
    differs="give `resume` the options of the search, or none",
    changed_data="they were changed since, or `data` or `validation` name others",
    digests=("transformer",),
)
_MOST_BYTES = 16 << 20  # of search.json
_PEERS = 4  # finished trials before one is stopped for being worse than their median
_STATUSES = (FINISHED, STOPPED, FAILED, CUT)
_FIELDS = {"number": int, "settings": dict, "status": str, "epochs": list, "seconds": float, "reason": str}


@dataclass(frozen=True)
class Trial:
    """One training. settings: the changes to the search's base. seconds: the time it took.

    status: finished; stopped early, because others were better; failed, for the reason; cut, if the search ended or was
    interrupted during it: then its epochs count, and a resumed search repeats it.
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
        """The figure that ranks the trial; metric: "accuracy" or "loss", on the validation part."""
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
    """The trials that have figures, best first: those that finished, then those stopped early, then those cut.

    Within each of these the metric ranks; ties go to the lower loss, then to the earlier trial.
    """

    def worth(trial: Trial) -> tuple[int, float, float, int]:
        value, epoch = trial.value(metric), trial.best
        assert value is not None
        assert epoch is not None
        place = _RANKS.index(trial.status)
        return place, (value if metric == "loss" else -value), epoch.validation_loss, trial.number

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
    """The search in a folder. fingerprint: what must be equal to resume it; options: those it was started with.

    trials: all so far, in order, without one that was cut, which is repeated. seconds: the time of all of them.
    Its file is locked while it is open: close it, or use it in a `with` statement.
    """

    def __init__(self, folder: Path, fingerprint: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Resume the search in the folder, or start one.

        Raises UsageError or DataError for another search, ModelFolderError for a damaged one.
        """
        known = read_search(folder)
        if known is None:
            folder.mkdir(parents=True, exist_ok=True)
            search = {"format": FORMAT, "identity": dict(fingerprint), "options": dict(options)}
            write_atomically(folder / SEARCH, json.dumps(search, indent=2) + "\n")
        else:
            check_fingerprint(folder, known["identity"], fingerprint, WORDING)
        try:
            self._journal = journal.Journal(folder / TRIALS, {"format": FORMAT, **fingerprint}, WORDING)
        except journal.JournalError as error:
            raise ModelFolderError(str(error)) from error
        try:
            self.all = _trials_of(folder / TRIALS, self._journal.entries)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> TrialLog:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._journal.close()

    @property
    def trials(self) -> list[Trial]:
        return [trial for trial in self.all if trial.status != CUT]

    @property
    def seconds(self) -> float:
        return sum(trial.seconds for trial in self.all)

    @property
    def latest(self) -> list[Trial]:
        """All trials; the last result of one that was cut and repeated."""
        return list({trial.number: trial for trial in self.all}.values())

    def ranked(self, metric: str) -> list[Trial]:
        return ranked(self.latest, metric)

    def append(self, trial: Trial) -> None:
        """Record a trial, on disk. Raises DataError if it can't be written."""
        self._journal.append(asdict(trial))
        self.all.append(trial)


def read_search(folder: Path) -> dict[str, Any] | None:
    """The "identity" and "options" of the search in a folder; None without one. ModelFolderError: damaged."""
    path = folder / SEARCH
    try:
        values = json.loads(read_regular(path, _MOST_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
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


def _trials_of(path: Path, entries: Sequence[dict[str, Any]]) -> list[Trial]:
    trials: list[Trial] = []
    for number, entry in enumerate(entries, start=2):  # after the fingerprint, in line 1
        try:
            trials.append(_trial(entry))
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(path, f"line {number}: {error}") from error
    done = [trial.number for trial in trials if trial.status != CUT]
    if done != list(range(1, len(done) + 1)):
        raise _damaged(path, f"its trials are numbered {done}")
    return trials


def _trial(values: dict[str, Any]) -> Trial:
    for name, kind in _FIELDS.items():
        if type(values[name]) is not kind:
            raise ValueError(f"expected {name} to be {kind.__name__}, got {quoted(values[name])}")
    if values["status"] not in _STATUSES:
        raise ValueError(f"expected a status of {', '.join(_STATUSES)}, got {quoted(values['status'])}")
    return Trial(**{**values, "epochs": [epoch_of(epoch) for epoch in values["epochs"]]})


def _damaged(path: Path, reason: object) -> ModelFolderError:
    return ModelFolderError(f"{path}: cannot be read as a search ({reason}): damaged; {WORDING.start_over}")
