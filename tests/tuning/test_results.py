"""The results of a search as people and programs read them."""

import pytest

from sentiment_fast.tuning.results import as_table
from sentiment_fast.tuning.trials import CUT, FAILED, STOPPED, Trial, ranked
from tests.tuning.conftest import trial


def rows(trials):
    return as_table(ranked(trials, "accuracy"), trials).splitlines()


def test_a_row_says_how_its_trial_ended():
    trials = [trial(1, 0.1, status=CUT), trial(2, 0.2, status=STOPPED), trial(3, 0.3)]
    found = rows(trials)
    assert [row.split()[1] for row in found[1:4]] == ["3", "2", "1"]
    assert [next(one for one in ("finished", STOPPED, CUT) if one in row) for row in found[1:4]] == [
        "finished",
        STOPPED,
        CUT,
    ]
    assert len({row.index("layers=") for row in found[1:4]} | {found[0].index("settings")}) == 1
    assert "3 trials: 1 cut, 1 stopped early, 1 finished." in found[4]
    assert len(found) == 5


@pytest.mark.parametrize("status", [STOPPED, CUT])
def test_a_search_without_a_finished_trial_says_that_its_best_settings_are_uncertain(status):
    assert rows([trial(1, 0.1, status=status)])[-1].startswith("No trial finished: the first of these may be far from")


def test_the_first_failure_is_named():
    failed = Trial(2, {}, FAILED, reason="the loss became inf")
    assert rows([trial(1, 0.1), failed])[-1] == "The first that failed, trial 2: the loss became inf"
