"""Trials and their journal: what is best, what is hopeless, what survives a kill, and what is refused."""

import json

import pytest

from sentiment_fast.errors import DataError, ModelFolderError, UsageError
from sentiment_fast.tuning.trials import CUT, FAILED, STOPPED, TRIALS, Trial, TrialLog, is_hopeless, ranked
from tests.tuning.conftest import epochs_of, trial

IDENTITY = {"data": "digest", "space": {"layers": [1, 2]}, "base": {"name": "tutorial"}}


def journal(folder, **changes):
    return TrialLog(folder, IDENTITY | changes, {"seed": 3})


def test_a_trial_is_judged_by_the_epoch_of_its_lowest_loss():
    one = Trial(1, {}, "finished", epochs_of([0.5, 0.3, 0.4], [0.7, 0.8, 0.9]))
    assert (one.value("loss"), one.value("accuracy")) == (0.3, 0.8)
    assert (one.values("loss"), one.values("accuracy")) == ([0.5, 0.3, 0.3], [0.7, 0.8, 0.8])


def test_a_trial_without_an_epoch_has_no_value():
    assert Trial(1, {}, FAILED).value("loss") is None


def test_a_failed_trial_has_no_value_whatever_it_came_to():
    assert trial(1, 0.1, status=FAILED).value("accuracy") is None


def test_trials_are_ranked_by_the_metric():
    first = Trial(1, {}, "finished", epochs_of([0.5], [0.9]))
    second = Trial(2, {}, STOPPED, epochs_of([0.4], [0.8]))
    trials = [second, Trial(3, {}, FAILED), first]
    assert ranked(trials, "accuracy") == [first, second]
    assert ranked(trials, "loss") == [second, first]


def test_equal_trials_are_ranked_by_loss_then_by_number():
    first, second, third = (
        Trial(number, {}, "finished", epochs_of([loss], [0.8])) for number, loss in ((1, 0.5), (2, 0.4), (3, 0.4))
    )
    assert ranked([first, third, second], "accuracy") == [second, third, first]


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
@pytest.mark.parametrize(
    ("losses", "hopeless"),
    [((0.31,), True), ((0.29,), False), ((0.29, 0.28), True), ((0.4, 0.2), False), ((0.4, 0.4, 0.4), False)],
)
def test_a_trial_is_hopeless_if_it_is_worse_than_the_median_after_as_many_epochs(metric, losses, hopeless):
    others = [trial(1, 0.1, 0.1), trial(2, 0.2, 0.2), trial(3, 0.4, 0.3), trial(4, 0.5, 0.3)]  # medians 0.3, 0.25
    assert is_hopeless(epochs_of(losses), others, metric) is hopeless


def test_nothing_is_hopeless_before_four_trials_are_finished():
    others = [trial(1, 0.1), trial(2, 0.1), trial(3, 0.1), trial(4, 0.1, status=STOPPED), trial(5, status=FAILED)]
    assert not is_hopeless(epochs_of([0.9]), others, "loss")


def test_a_journal_is_taken_up(tmp_path):
    trials = [trial(1, 0.5, 0.25), Trial(2, {"cell": "gru"}, FAILED, [], 1.5, "the loss became inf"), trial(3, 1 / 3)]
    for one in trials:
        journal(tmp_path / "it").append(one)
    assert journal(tmp_path / "it").trials == trials
    assert journal(tmp_path / "it").seconds == 5.5


def test_a_trial_that_was_cut_comes_again_but_its_figures_and_its_time_count(tmp_path):
    for one in (trial(1, 0.5), trial(2, 0.4, status=CUT)):
        journal(tmp_path).append(one)
    taken_up = journal(tmp_path)
    assert [one.number for one in taken_up.trials] == [1]
    assert [one.number for one in taken_up.ranked("loss")] == [2, 1]
    taken_up.append(trial(2, 0.6))
    assert [one.number for one in journal(tmp_path).trials] == [1, 2]
    assert [one.value("loss") for one in journal(tmp_path).ranked("loss")] == [0.5, 0.6]
    assert journal(tmp_path).seconds == 6.0


@pytest.mark.parametrize("bytes_left", [1, 20, -1])
def test_a_line_that_a_kill_tore_is_taken_off(tmp_path, bytes_left):
    for one in (trial(1, 0.5), trial(2, 0.4)):
        journal(tmp_path).append(one)
    first, second = (tmp_path / TRIALS).read_bytes().splitlines(keepends=True)
    (tmp_path / TRIALS).write_bytes(first + second[:bytes_left])
    taken_up = journal(tmp_path)
    assert taken_up.trials == [trial(1, 0.5)]
    taken_up.append(trial(2, 0.3))
    assert journal(tmp_path).trials == [trial(1, 0.5), trial(2, 0.3)]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        "null",
        json.dumps({"number": 1, "settings": {}, "status": "finished", "epochs": [{}]}),
        "\udcff",
    ],
)
def test_a_damaged_journal_is_refused_with_the_line(tmp_path, line):
    journal(tmp_path).append(trial(1, 0.5))
    with (tmp_path / TRIALS).open("ab") as file:
        file.write(line.encode("utf-8", "surrogateescape") + b"\n")
    with pytest.raises(ModelFolderError, match=r"trials.jsonl.*line 2.*damaged"):
        journal(tmp_path)


def test_trials_that_are_missing_are_noticed(tmp_path):
    journal(tmp_path).append(trial(2, 0.5))
    with pytest.raises(ModelFolderError, match=r"numbered \[2\]"):
        journal(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": "1"}', '{"format": 2}'])
def test_a_damaged_search_is_refused(tmp_path, content):
    (tmp_path / "search.json").write_text(content)
    with pytest.raises(ModelFolderError, match=r"search.json"):
        journal(tmp_path)


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"data": "other"}, DataError, "the data are not those that the search began with"),
        (
            {"space": {"layers": [1, 3]}},
            UsageError,
            "with space {'layers': .1, 2.}, and should now continue with",
        ),
        ({"base": {"name": "fast"}}, UsageError, "began with base {'name': 'tutorial'}"),
    ],
)
def test_another_search_is_not_gone_on_with(tmp_path, change, kind, message):
    journal(tmp_path)
    with pytest.raises(kind, match=message):
        journal(tmp_path, **change)
