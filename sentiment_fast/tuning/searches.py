"""Searches: a space and a seed -> the settings of one trial after the other.

A trial's settings depend only on the seed, its number and, with Optuna, the results of the trials before it: a search
that is resumed has the same trials as one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy.stats import loguniform, randint, uniform
from sklearn.model_selection import ParameterGrid, ParameterSampler

from sentiment_fast.errors import UsageError
from sentiment_fast.extras import needs
from sentiment_fast.tuning.space import Range, Space
from sentiment_fast.tuning.trials import FINISHED, STOPPED, Trial

Settings = dict[str, Any]
Search = Callable[[Sequence[Trial]], Settings | None]  # the trials so far -> the next one's settings; None: all done

SEARCHES = ("random", "grid", "optuna")
MOST_TRIALS = 10_000  # in a random search
_OLD_DRAWS = 200  # draws in a row, none of them new: then the space counts as exhausted
_ATTEMPTS = 20  # Optuna's attempts at new settings; then the space counts as exhausted


def new_search(name: str, space: Space, seed: int, metric: str) -> Search:
    """A search by name. metric: what it optimises, "accuracy" or "loss".

    Raises UsageError for a grid with ranges, or if Optuna is not installed.
    """
    if name == "grid":
        return _in_order(_grid(space))
    if name == "random":
        return _in_order(_draws(space, seed))
    return _optuna(space, seed, metric)


def _in_order(settings: Iterator[Settings]) -> Search:
    known: list[Settings] = []

    def search(trials: Sequence[Trial]) -> Settings | None:
        while len(known) <= len(trials):
            further = next(settings, None)
            if further is None:
                return None
            known.append(further)
        return known[len(trials)]

    return search


def _grid(space: Space) -> Iterator[Settings]:
    """All combinations, names in alphabetical order, the last varying fastest (scikit-learn's)."""
    for name, values in space.items():
        if isinstance(values, Range):
            raise UsageError(
                f"{name}: expected a list of values, since a grid has points, got the range {values.low} to "
                f"{values.high}: list the values to try, or take `search=random`"
            )
    return iter(ParameterGrid(space))


def _draws(space: Space, seed: int) -> Iterator[Settings]:
    """Different settings, drawn at random; if the space has only lists, until there are no more."""
    drawn = {name: _distribution(values) if isinstance(values, Range) else values for name, values in space.items()}
    number = MOST_TRIALS
    if not any(isinstance(values, Range) for values in space.values()):
        number = min(number, len(ParameterGrid(space)))
    known: set[tuple[Any, ...]] = set()
    old_draws = 0
    for draw in ParameterSampler(drawn, number, random_state=seed):
        settings = {name: as_value(values, draw[name]) for name, values in space.items()}
        old_draws = old_draws + 1 if tuple(settings.values()) in known else 0
        if old_draws == 0:
            known.add(tuple(settings.values()))
            yield settings
        elif old_draws == _OLD_DRAWS:
            return


def _distribution(values: Range) -> Any:
    if values.whole:
        return loguniform(values.low, values.high + 1) if values.log else randint(values.low, values.high + 1)
    return loguniform(values.low, values.high) if values.log else uniform(values.low, values.high - values.low)


def as_value(values: Range | tuple[Any, ...], drawn: Any) -> Any:
    """A drawn value, in Python's types; numbers of a range with four digits, which are enough and readable."""
    if not isinstance(values, Range):
        return drawn
    number = int(drawn) if values.whole else float(f"{drawn:.4g}")
    return min(max(number, values.low), values.high)


def _optuna(space: Space, seed: int, metric: str) -> Search:
    """Optuna's tree-structured Parzen estimator (Bergstra et al. 2011), given the trials so far.

    Each trial gets a new study, seeded by the trial's number: there is no state that an interruption could lose.
    """
    with needs("optuna", "`search=optuna`"):
        import optuna
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {name: _optuna_distribution(optuna.distributions, values) for name, values in space.items()}
    # Its sampler takes complete trials as better than all pruned ones, as `ranked` does, and ignores those that failed.
    states = {FINISHED: optuna.trial.TrialState.COMPLETE, STOPPED: optuna.trial.TrialState.PRUNED}

    def told(trial: Trial) -> Any:
        steps = dict(enumerate(trial.values(metric), start=1))
        state = states.get(trial.status, optuna.trial.TrialState.FAIL)
        value = trial.value(metric) if trial.status == FINISHED else None
        return optuna.trial.create_trial(
            state=state, value=value, params=trial.settings, distributions=distributions, intermediate_values=steps
        )

    def asked(trials: Sequence[Trial], again: int) -> Settings:
        number = int(np.random.SeedSequence([seed, len(trials), again]).generate_state(1)[0])
        study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=number), direction="minimize" if metric == "loss" else "maximize"
        )
        study.add_trials([told(trial) for trial in trials])
        params = study.ask(distributions).params
        return {name: as_value(values, params[name]) for name, values in space.items()}

    def search(trials: Sequence[Trial]) -> Settings | None:
        known = [trial.settings for trial in trials]
        attempts = (asked(trials, again) for again in range(_ATTEMPTS))
        return next((settings for settings in attempts if settings not in known), None)

    return search


def _optuna_distribution(of: Any, values: Range | tuple[Any, ...]) -> Any:
    if not isinstance(values, Range):
        return of.CategoricalDistribution(values)
    kind = of.IntDistribution if values.whole else of.FloatDistribution
    return kind(values.low, values.high, log=values.log)
