"""The results of a search: its best trials as a table and as JSON.

In: trials, ranked. Out: texts and dicts. Ranking is left to trials.py, printing to the command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sentiment_fast.tuning.run import described
from sentiment_fast.tuning.trials import FAILED, FINISHED, Trial

_SHOWN = 10


def as_table(best: Sequence[Trial], trials: Sequence[Trial]) -> str:
    """A table of the best trials. best: the trials with figures, ranked. trials: all of them."""
    lines = ["rank  trial  accuracy    loss  epoch  seconds  status         settings"]
    for rank, trial in enumerate(best[:_SHOWN], start=1):
        epoch = trial.best
        assert epoch is not None
        lines.append(
            f"{rank:4}  {trial.number:5}  {epoch.validation_accuracy:8.2%}  {epoch.validation_loss:.4f}  "
            f"{epoch.epoch:5}  {trial.seconds:7.1f}  {trial.status:<13}  {described(trial.settings)}"
        )
    if len(best) > _SHOWN:
        lines.append(f"... and {len(best) - _SHOWN} more")
    counts = Counter(trial.status for trial in trials)
    each = ", ".join(f"{count} {status}" for status, count in counts.items())
    lines.append(f"{len(trials)} trials: {each}. The validation part ranked them, so its figures are optimistic.")
    if best and best[0].status != FINISHED:
        lines.append("No trial finished: the first of these may be far from the best settings. Resume the search.")
    failed = next((trial for trial in trials if trial.status == FAILED), None)
    if failed is not None:
        lines.append(f"The first that failed, trial {failed.number}: {failed.reason}")
    return "\n".join(lines)


def as_dict(trial: Trial) -> dict[str, Any]:
    """One trial for JSON; its figures are those of the epoch that training would keep, None if there is none."""
    epoch = trial.best
    return {
        "trial": trial.number,
        "settings": trial.settings,
        "status": trial.status,
        "accuracy": epoch and epoch.validation_accuracy,
        "loss": epoch and epoch.validation_loss,
        "epoch": epoch and epoch.epoch,
        "epochs": len(trial.epochs),
        "seconds": trial.seconds,
        "reason": trial.reason,
    }
