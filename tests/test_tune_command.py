"""`tune` as users run it: what it prints and leaves, how it is killed and goes on, and how it fails."""

import importlib.util
import json
import os
import shlex
import signal
import subprocess
import sys
import time

import pytest
import torch

from sentiment_fast import cli
from sentiment_fast.model.preset_files import read_preset, save_preset
from sentiment_fast.model.presets import preset
from sentiment_fast.runs.journal import read_journal
from sentiment_fast.tuning import session as session_module
from sentiment_fast.tuning import trials as trials_module
from sentiment_fast.tuning.trials import CUT, STOPPED
from tests.long import long_after
from tests.tune_commands import trials_of, tune
from tests.tuning.conftest import trial

SMALL = ["--set", "embedding_size=4", "--set", "layers=1", "--set", "max_words=60", "--set", "max_length=30"]
SEARCH = ["--data", "demo:160", *SMALL, "--epochs", "1", "--space", "space.json", "--seed", "3"]
SPACE = {
    "hidden_size": {"low": 3, "high": 9},
    "learning_rate": {"low": 1e-3, "high": 1e-1, "log": True},
    "stop_words": ["english", "none"],
}


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """A folder to work in, with a space; torch keeps its threads."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "space.json").write_text(json.dumps(SPACE))
    threads = torch.get_num_threads()
    yield tmp_path
    torch.set_num_threads(threads)


def fails(capsys, code, *options):
    """What a command that fails with this exit code says last."""
    assert tune(*options) == code
    return capsys.readouterr().err.strip().splitlines()[-1]


@pytest.mark.slow
def test_a_search_leaves_its_trials_and_the_best_settings(work, capsys):
    assert tune(*SEARCH, "--trials", 3, "--out", "found") == 0
    assert {path.name for path in (work / "found").iterdir()} == {
        "search.json",
        "trials.jsonl",
        "best.json",
        "run.toml",
    }
    printed = capsys.readouterr()
    rows = [line.split() for line in printed.out.splitlines()[1:4]]
    accuracies = [float(row[2].rstrip("%")) for row in rows]
    assert accuracies == sorted(accuracies, reverse=True)
    best = trials_of(work / "found")[int(rows[0][1]) - 1][1]
    base = preset("tutorial").with_fields(
        {"embedding_size": 4, "layers": 1, "max_words": 60, "max_length": 30, "epochs": 1, "seed": 3}
    )
    assert read_preset("found/best.json") == base.with_fields(best)
    assert "trial 3: hidden_size=" in printed.err


@pytest.mark.slow
def test_the_command_that_it_ends_with_trains_to_the_figures_of_the_best_trial(work, capsys):
    assert tune(*SEARCH, "--trials", 2, "--out", "found", "--validation", 0.4, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert len(result["trials"]) == 2
    assert result["best"]["accuracy"] == max(trial["accuracy"] for trial in result["trials"])
    program, command, *options = shlex.split(result["command"])
    assert (program, command) == ("sentiment-fast", "train")
    assert cli.main(["train", *options, "--out", "model"]) == 0
    epoch = json.loads((work / "model" / "history.jsonl").read_text().splitlines()[0])
    assert (epoch["validation_accuracy"], epoch["validation_loss"]) == (
        result["best"]["accuracy"],
        result["best"]["loss"],
    )


@pytest.mark.slow
def test_tries_take_the_place_of_what_the_space_says(work):
    options = ["--search", "grid", "--try", "hidden_size=4,5", "--try", "learning_rate=0.01"]
    assert tune(*SEARCH, *options, "--out", "found") == 0
    assert [(trial[1]["stop_words"], trial[1]["hidden_size"]) for trial in trials_of(work / "found")] == [
        ("english", 4),
        ("none", 4),
        ("english", 5),
        ("none", 5),
    ]


@pytest.mark.slow
def test_what_is_fixed_is_not_in_the_default_space(work):
    options = ["--data", "demo:160", *SMALL, "--set", "hidden_size=4", "--batch-size", "40", "--epochs", "1"]
    assert tune(*options, "--trials", 1, "--out", "found") == 0
    assert trials_of(work / "found")[0][1].keys() == {"learning_rate", "dropout"}


SEARCHES = [
    "random",
    pytest.param("optuna", marks=pytest.mark.skipif(not importlib.util.find_spec("optuna"), reason="needs optuna")),
]


@pytest.mark.slow
@pytest.mark.parametrize("search", long_after(1, SEARCHES))
def test_a_search_that_was_killed_goes_on_to_the_trials_of_one_that_was_not(work, capsys, search):
    torch.set_num_threads(1)
    options = [*SEARCH, "--search", search]
    assert tune(*options, "--trials", 4, "--out", "whole") == 0
    command = [sys.executable, "-m", "sentiment_fast.tune", *options, "--trials", "5000", "--out", "killed"]
    with subprocess.Popen(
        command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as process:
        while process.poll() is None and len(read_journal(work / "killed" / "trials.jsonl")) < 2:
            time.sleep(0.002)  # polling
        process.kill()
    assert process.returncode == -signal.SIGKILL
    before = trials_of(work / "killed")
    most = max(4, len(before) + 1)
    assert tune("--resume", "--out", "killed", "--trials", most) == 0
    found = trials_of(work / "killed")
    assert len(found) == most
    assert found[:4] == trials_of(work / "whole")


def after_first_trial(monkeypatch, action):
    """Do it when the first trial has been written down."""
    append = trials_module.TrialLog.append

    def append_and_act(journal, trial):
        append(journal, trial)
        if trial.number == 1:
            action()

    monkeypatch.setattr(trials_module.TrialLog, "append", append_and_act)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_search_ends_with_what_it_found_and_a_command_that_goes_on(work, capsys, monkeypatch, number):
    after_first_trial(monkeypatch, lambda: signal.raise_signal(number))
    assert tune(*SEARCH, "--trials", 3, "--out", "it's found") == cli.INTERRUPTED
    printed = capsys.readouterr()
    assert len(trials_of(work / "it's found")) == 1
    assert read_preset("it's found/best.json").training.epochs == 1
    assert "1 trials: 1 finished" in printed.out
    assert printed.err.count("interrupted") == 1
    command = next(line for line in printed.err.splitlines() if "--resume" in line)
    assert tune(*shlex.split(command)[2:], "--trials", 2) == 0
    assert len(trials_of(work / "it's found")) == 2


@pytest.mark.slow
def test_the_best_settings_are_those_of_a_finished_trial_whatever_a_cut_one_has_come_to(work, capsys, monkeypatch):
    def found(search, setup, log, *others):
        log.append(trial(1, 0.5, settings={"hidden_size": 4}))
        log.append(trial(2, 0.1, settings={"hidden_size": 5}, status=STOPPED))
        log.append(trial(3, 0.01, settings={"hidden_size": 6}, status=CUT))

    monkeypatch.setattr(session_module, "run_search", found)
    assert tune(*SEARCH, "--trials", 3, "--out", "found", "--json") == 0
    assert read_preset("found/best.json").network.hidden_size == 4
    printed = json.loads(capsys.readouterr().out)
    assert (printed["best"]["trial"], printed["best"]["status"]) == (1, "finished")


class Killed(BaseException):
    """The end of a process, as far as the search's folder shows it."""


def killed(*arguments, **options):
    raise Killed


@pytest.mark.slow
@pytest.mark.parametrize("step", ["_encoded_data", "TrialLog"])
def test_a_search_that_is_killed_before_its_first_trial_starts_over_with_its_own_options(work, monkeypatch, step):
    assert tune(*SEARCH, "--trials", 2, "--out", "whole") == 0
    with monkeypatch.context() as patched:
        patched.setattr(session_module, step, killed)
        with pytest.raises(Killed):
            tune(*SEARCH, "--trials", 2, "--out", "found")
    assert tune("--resume", "--out", "found", "--trials", 2) == 0
    assert trials_of(work / "found") == trials_of(work / "whole")
    assert {path.name for path in (work / "found").iterdir()} == {path.name for path in (work / "whole").iterdir()}


def test_to_resume_where_no_search_is_touches_nothing(work, capsys):
    message = fails(capsys, 2, "--resume", "--out", "mistyped")
    assert message == "error: mistyped: no search there; give the whole command, with --data, to start one"
    assert not (work / "mistyped").exists()


def test_a_search_that_could_not_read_its_data_leaves_no_folder(work, capsys):
    assert "nowhere.csv" in fails(capsys, 1, "--data", "nowhere.csv", "--trials", 1, "--out", "found")
    assert not (work / "found").exists()


@pytest.mark.slow
def test_a_search_uses_as_many_threads_as_it_was_given_and_resumes_with_them(work, monkeypatch):
    used, run_search = [], session_module.run_search

    def noted(*arguments):
        used.append(torch.get_num_threads())
        return run_search(*arguments)

    monkeypatch.setattr(session_module, "run_search", noted)
    assert tune(*SEARCH, "--trials", 1, "--out", "found", "--threads", 3) == 0
    assert tune("--resume", "--out", "found", "--trials", 2) == 0
    assert used == [3, 3]


@pytest.mark.slow
def test_time_that_was_spent_counts(work, capsys):
    assert tune(*SEARCH, "--trials", 1, "--out", "found") == 0
    search = json.loads((work / "found" / "search.json").read_text())
    (trial,) = read_journal(work / "found" / "trials.jsonl")[1:]
    (work / "found" / "trials.jsonl").unlink()
    with trials_module.TrialLog(work / "found", search["identity"], search["options"]) as journal:
        journal.append(trials_module._trial({**trial, "seconds": 3600.0}))
    assert tune("--resume", "--out", "found", "--time", "1h") == 0
    assert len(trials_of(work / "found")) == 1


@pytest.mark.slow
def test_a_search_ends_with_its_time(work, capsys):
    assert tune(*SEARCH, "--epochs", 100, "--time", "0.001s") == 2
    assert "No trial finished an epoch within --time 0.001s" in capsys.readouterr().err


@pytest.mark.slow
def test_a_search_goes_on_whatever_has_become_of_its_files(work):
    base = preset("tutorial").with_fields({"embedding_size": 4, "layers": 1, "max_words": 60, "epochs": 1})
    save_preset("base.json", base)
    assert (
        tune("--data", "demo:160", "--config", "base.json", "--space", "space.json", "--trials", 1, "--out", "o") == 0
    )
    for name in ("base.json", "space.json"):
        (work / name).unlink()
    assert tune("--resume", "--out", "o", "--trials", 2) == 0
    assert len(trials_of(work / "o")) == 2


@pytest.fixture
def searched(work):
    assert tune(*SEARCH, "--trials", 1, "--out", "found") == 0
    return work / "found"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "value"),
    [("--metric", "loss"), ("--search", "grid"), ("--set", "layers=2"), ("--seed", 4), ("--data", "demo:170")],
)
def test_an_option_that_differs_from_the_searchs_is_bad_usage(searched, capsys, option, value):
    assert fails(capsys, 2, "--resume", "--out", searched, option, value).startswith(f"error: {option}: the run in")


@pytest.mark.slow
def test_another_space_is_bad_usage(searched, work, capsys):
    (work / "space.json").write_text(json.dumps(SPACE | {"hidden_size": [3, 4]}))
    message = fails(capsys, 2, *SEARCH, "--resume", "--out", "found", "--trials", 2)
    assert "the search began with space" in message


def test_other_data_are_refused(work, capsys):
    rows = ["good film,positive", "bad film,negative", "fine story,positive", "poor plot,negative"] * 5
    (work / "mine.csv").write_text("\n".join(["review,sentiment", *rows]) + "\n")
    options = ["--data", "mine.csv", *SMALL, "--epochs", "1", "--space", "space.json", "--trials", 1, "--out", "found"]
    assert tune(*options) == 0
    (work / "mine.csv").write_text("\n".join(["review,sentiment", *rows, "more,positive"]) + "\n")
    assert "the data are not those" in fails(capsys, 1, *options, "--resume")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--time", "30"], "--time 30: expected a time with its unit"),
        (["--time", ""], "--time '': expected a time with its unit"),
        (["--time", "0m"], "--time 0m: expected a time"),
        (["--time", "5m3h"], "--time 5m3h: expected a time"),
        (["--trials", "0"], "--trials 0: expected 1 or more"),
        (["--space", "missing.json"], "missing.json: cannot be read"),
        (["--try", "nonsense=1,2"], "--try: nonsense: Expected a setting of"),
        (["--try", "layers=1,2", "--set", "layers=1"], "layers: expected a fixed value or values to try"),
        (["--search", "grid", "--space", "space.json"], "hidden_size: expected a list of values, since a grid"),
        (["--config", "space.json"], 'space.json: expected a preset, an object with "format": 1'),
        (["--resume"], "--resume: expected the folder of the search"),
        (["--amp", "--precision", "float32", "--data", "demo:160"], "Expected --amp"),
        (["--cuda-graphs", "--device", "cpu"], "Expected a CUDA device for --cuda-graphs"),
        (["--out", "."], "already holds something"),
    ],
)
def test_bad_usage_is_told_before_anything_is_written(work, capsys, options, message):
    assert message in fails(capsys, 2, *options)
    assert [path.name for path in work.iterdir()] == ["space.json"]


@pytest.mark.slow
def test_a_search_of_which_all_trials_fail_is_an_error(work, capsys):
    options = ["--data", "demo:160", *SMALL, "--search", "grid", "--epochs", "1", "--try", "learning_rate=9e5,1e6"]
    options += ["--batch-size", "4", "--set", "weight_decay=1e6"]  # each step multiplies weights by -1e12
    assert "All 2 trials failed, the first because: The " in fails(capsys, 1, *options, "--out", "found")
    assert not (work / "found" / "best.json").exists()
