"""Searches: which settings come, in which order, and that neither time nor interruptions change them."""

import importlib.util
import math
import sys

import pytest

from sentiment_fast.errors import UsageError
from sentiment_fast.model.presets import preset
from sentiment_fast.tuning.searches import new_search
from sentiment_fast.tuning.space import space_of
from sentiment_fast.tuning.trials import FAILED, STOPPED, Trial
from tests.tuning.conftest import epochs_of

RANGES = {
    "learning_rate": {"low": 1e-3, "high": 1e-1, "log": True},
    "dropout": {"low": 0.1, "high": 0.5},
    "hidden_size": {"low": 4, "high": 64, "log": True},
    "layers": {"low": 1, "high": 3},
    "cell": ["lstm", "gru"],
}
LISTS = {"layers": [1, 2, 3], "cell": ["lstm", "gru"]}
STATUSES = ["finished", "finished", STOPPED, "finished", FAILED]
needs_optuna = pytest.mark.skipif(importlib.util.find_spec("optuna") is None, reason="needs optuna")
ALL = ["random", pytest.param("optuna", marks=needs_optuna)]


def space(wanted):
    return space_of(wanted, preset("tutorial"), "x")


def trial_with(settings, number):
    """What came of them: made up, and the same for the same settings."""
    status = STATUSES[number % len(STATUSES)]
    loss = abs(math.log(settings.get("learning_rate", 0.02) / 0.02)) / 9 + settings.get("layers", 1) / 50
    return Trial(number, settings, status, epochs_of([loss + 0.1, loss]), 1.0)


def found(name, wanted, count, seed=0, metric="accuracy", before=()):
    """The settings of the trials up to the `count`th, those `before` an interruption included."""
    search, trials = new_search(name, space(wanted), seed, metric), list(before)
    while len(trials) < count and (settings := search(trials)) is not None:
        trials.append(trial_with(settings, len(trials) + 1))
    return trials


def settings_of(trials):
    return [trial.settings for trial in trials]


def test_a_grid_has_all_combinations_the_last_name_varying_fastest():
    assert settings_of(found("grid", LISTS, 100)) == [
        {"cell": cell, "layers": layers} for cell in ("lstm", "gru") for layers in (1, 2, 3)
    ]


def test_a_grid_refuses_a_range_and_says_what_to_give():
    with pytest.raises(UsageError, match=r"layers: expected a list of values, .* got the range 1 to 3"):
        new_search("grid", space(RANGES | {"dropout": [0], "learning_rate": [1], "hidden_size": [8]}), 0, "loss")


def test_a_random_search_of_lists_has_each_combination_once():
    trials = settings_of(found("random", LISTS, 100))
    assert len(trials) == 6
    assert sorted(map(str, trials)) == sorted(
        str({"layers": layers, "cell": cell}) for cell in ("lstm", "gru") for layers in (1, 2, 3)
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_draws_stay_within_their_ranges_and_types(name):
    for settings in settings_of(found(name, RANGES, 30)):
        assert {key: type(value) for key, value in settings.items()} == {
            "learning_rate": float,
            "dropout": float,
            "hidden_size": int,
            "layers": int,
            "cell": str,
        }
        assert 1e-3 <= settings["learning_rate"] <= 1e-1
        assert 0.1 <= settings["dropout"] <= 0.5
        assert 4 <= settings["hidden_size"] <= 64
        assert settings["layers"] in (1, 2, 3)
        assert settings["cell"] in ("lstm", "gru")


@pytest.mark.slow
def test_draws_of_whole_numbers_reach_both_ends():
    wanted = {"layers": {"low": 1, "high": 3}, "hidden_size": {"low": 1, "high": 4, "log": True}}
    trials = settings_of(found("random", wanted, 100))
    assert {settings["layers"] for settings in trials} == {1, 2, 3}
    assert {settings["hidden_size"] for settings in trials} == {1, 2, 3, 4}


@pytest.mark.slow
def test_draws_of_a_logarithmic_range_are_even_by_factors():
    trials = settings_of(found("random", {"learning_rate": RANGES["learning_rate"]}, 400))
    share = sum(settings["learning_rate"] < 1e-2 for settings in trials) / len(trials)
    assert 0.4 < share < 0.6


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_the_seed_decides_the_trials(name):
    assert settings_of(found(name, RANGES, 6)) == settings_of(found(name, RANGES, 6))
    assert settings_of(found(name, RANGES, 6)) != settings_of(found(name, RANGES, 6, seed=1))


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["accuracy", "loss"])
@pytest.mark.parametrize("name", [*ALL, "grid"])
def test_a_search_that_goes_on_has_the_trials_of_one_that_was_never_interrupted(name, metric):
    wanted = LISTS if name == "grid" else RANGES
    whole = found(name, wanted, 16, metric=metric)
    assert found(name, wanted, 16, metric=metric, before=whole[:5]) == whole


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_no_settings_come_twice(name):
    trials = settings_of(found(name, {"layers": {"low": 1, "high": 4}}, 100))
    assert sorted(settings["layers"] for settings in trials) == [1, 2, 3, 4]


@pytest.mark.slow
@needs_optuna
@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_optuna_comes_nearer_to_what_is_best_than_chance(metric):
    def distance(name):
        trials = found(name, {"learning_rate": {"low": 1e-6, "high": 1e-1, "log": True}}, 40, metric=metric)[20:]
        return sum(abs(math.log(trial.settings["learning_rate"] / 0.02)) for trial in trials)

    assert distance("optuna") < distance("random") / 2


@needs_optuna
def test_optuna_is_told_how_each_trial_ended(monkeypatch):
    import optuna

    told = []
    monkeypatch.setattr(optuna.study.Study, "add_trials", lambda study, trials: told.append(trials))
    trials = [trial_with({"layers": number % 3 + 1, "cell": "gru"}, number) for number in range(1, 6)]
    new_search("optuna", space(LISTS), 0, "loss")(trials)
    told = told[0]  # there is a study for each attempt at new settings
    ended = {"finished": "COMPLETE", STOPPED: "PRUNED", FAILED: "FAIL"}
    assert [one.state.name for one in told] == [ended[trial.status] for trial in trials]
    # One that did not finish has no value that could be taken for a result, only what it was after each epoch.
    assert [one.value for one in told] == [
        trial.value("loss") if trial.status == "finished" else None for trial in trials
    ]
    assert [list(one.intermediate_values.values()) for one in told] == [trial.values("loss") for trial in trials]


def test_without_optuna_its_search_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)  # as where it is not installed
    with pytest.raises(UsageError, match=r"not installed: pip install .*\[optuna\]"):
        new_search("optuna", space(RANGES), 0, "loss")
