"""Trials and their journal: what is best, what is hopeless, what survives a kill, and what is refused."""

import json
import os
from dataclasses import asdict

import pytest

from sentiment_fast.errors import DataError, ModelFolderError, UsageError
from sentiment_fast.tuning.trials import CUT, FAILED, FINISHED, STOPPED, TRIALS, Trial, TrialLog, is_hopeless, ranked
from tests.tuning.conftest import epochs_of, trial

IDENTITY = {"data": "digest", "space": {"layers": [1, 2]}, "base": {"name": "tutorial"}}


def journal(folder, **changes):
    return TrialLog(folder, IDENTITY | changes, {"seed": 3})


def append(folder, *trials):
    for one in trials:
        with journal(folder) as it:
            it.append(one)


def taken_up(folder):
    with journal(folder) as it:
        return it


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
    second = Trial(2, {}, FINISHED, epochs_of([0.4], [0.8]))
    trials = [second, Trial(3, {}, FAILED), first]
    assert ranked(trials, "accuracy") == [first, second]
    assert ranked(trials, "loss") == [second, first]


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_trials_that_ended_early_rank_after_those_that_finished_whatever_their_figures(metric):
    trials = [
        trial(1, 0.01, status=FAILED),
        trial(2, 0.1, status=CUT),
        trial(3, 0.2, status=STOPPED),
        trial(4, 0.3, status=STOPPED),
        trial(5, 0.4),
        trial(6, 0.05, status=CUT),
        trial(7, 0.5),
    ]
    assert [one.number for one in ranked(trials, metric)] == [5, 7, 3, 4, 6, 2]  # one that failed has no rank


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
    append(tmp_path / "it", *trials)
    assert taken_up(tmp_path / "it").trials == trials
    assert taken_up(tmp_path / "it").seconds == 5.5


def test_a_trial_that_was_cut_is_repeated_and_ranks_last(tmp_path):
    append(tmp_path, trial(1, 0.5), trial(2, 0.4, status=CUT))
    before = taken_up(tmp_path)
    assert [one.number for one in before.trials] == [1]
    assert [one.number for one in before.ranked("loss")] == [1, 2]  # although it has the lower loss
    append(tmp_path, trial(2, 0.6))
    after = taken_up(tmp_path)
    assert [one.number for one in after.trials] == [1, 2]
    assert [one.value("loss") for one in after.ranked("loss")] == [0.5, 0.6]
    assert after.seconds == 6.0


@pytest.mark.parametrize("bytes_left", [1, 20, -1])
def test_a_line_that_a_kill_tore_is_taken_off(tmp_path, bytes_left):
    append(tmp_path, trial(1, 0.5), trial(2, 0.4))
    begun, first, second = (tmp_path / TRIALS).read_bytes().splitlines(keepends=True)
    (tmp_path / TRIALS).write_bytes(begun + first + second[:bytes_left])
    assert taken_up(tmp_path).trials == [trial(1, 0.5)]
    append(tmp_path, trial(2, 0.3))
    assert taken_up(tmp_path).trials == [trial(1, 0.5), trial(2, 0.3)]


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
    append(tmp_path, trial(1, 0.5))
    begun, first = (tmp_path / TRIALS).read_bytes().splitlines(keepends=True)
    (tmp_path / TRIALS).write_bytes(begun + line.encode("utf-8", "surrogateescape") + b"\n" + first)
    with pytest.raises(ModelFolderError, match=r"trials.jsonl.*line 2.*damaged"):
        journal(tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"number": 1, "settings": {}, "status": "finished", "epochs": [{}]},
        asdict(trial(1, 0.5)) | {"number": "1"},
        asdict(trial(1, 0.5)) | {"more": 0},
        asdict(trial(1, 0.5)) | {"epochs": [None]},
        asdict(trial(1, 0.5)) | {"status": "done"},
        *(
            asdict(trial(1, 0.5)) | {"epochs": [asdict(trial(1, 0.5).epochs[0]) | {name: value}]}
            for name, value in (("validation_loss", "low"), ("validation_accuracy", None), ("epoch", 1.5), ("best", 1))
        ),
    ],
)
def test_an_intact_line_that_holds_no_trial_is_refused_with_the_line(tmp_path, entry):
    with journal(tmp_path) as it:
        it._journal.append(entry)
    with pytest.raises(ModelFolderError, match=r"trials.jsonl.*line 2.*damaged"):
        journal(tmp_path)


def test_a_search_that_is_running_is_refused(tmp_path):
    with journal(tmp_path), pytest.raises(DataError, match=r"trials\.jsonl: another run is writing this output"):
        journal(tmp_path)


def test_a_search_of_an_earlier_version_is_refused_by_its_format(tmp_path):
    (tmp_path / "search.json").write_text(json.dumps({"format": 1, "identity": IDENTITY, "options": {}}))
    with pytest.raises(ModelFolderError, match=r"has format 1, .* reads format 2: resume with the version that wrote"):
        journal(tmp_path)


def test_trials_of_another_search_are_refused(tmp_path):
    for name in ("one", "other"):
        journal(tmp_path / name, space={"layers": [len(name)]}).close()
    (tmp_path / "other" / TRIALS).replace(tmp_path / "one" / TRIALS)
    with pytest.raises(UsageError, match=r"trials\.jsonl: the search began with space {'layers': .5.}, and should"):
        journal(tmp_path / "one", space={"layers": [3]})


def test_trials_that_are_missing_are_noticed(tmp_path):
    append(tmp_path, trial(2, 0.5))
    with pytest.raises(ModelFolderError, match=r"numbered \[2\]"):
        journal(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 1}', '{"format": "1"}', '{"format": 2}', '{"format": 3}']
)
def test_a_damaged_search_is_refused(tmp_path, content):
    (tmp_path / "search.json").write_text(content)
    with pytest.raises(ModelFolderError, match=r"search.json"):
        journal(tmp_path)


def test_a_search_in_a_file_without_end_is_refused(tmp_path):
    os.mkfifo(tmp_path / "search.json")
    with pytest.raises(ModelFolderError, match=r"search\.json"):
        journal(tmp_path)
    (tmp_path / "search.json").unlink()
    os.mkfifo(tmp_path / TRIALS)
    with pytest.raises(UsageError, match=r"trials\.jsonl: expected the journal of a run"):
        journal(tmp_path)


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"data": "other"}, DataError, "the data are not those that the search began with"),
        (
            {"space": {"layers": [1, 3]}},
            UsageError,
            "began with space {'layers': .1, 2.}, and should now continue with",
        ),
        ({"base": {"name": "fast"}}, UsageError, "began with base {'name': 'tutorial'}"),
    ],
)
def test_another_search_is_not_gone_on_with(tmp_path, change, kind, message):
    journal(tmp_path).close()
    with pytest.raises(kind, match=message):
        journal(tmp_path, **change)
