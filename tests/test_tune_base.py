"""`tune --base`: a search over fine-tuning, of a tiny random transformer, as users run it."""

import importlib.util
import json
import shlex
import shutil
import tomllib

import pytest
import torch

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.runs.stop import StopRequest
from sentiment_fast.tuning.options import TuningOptions
from sentiment_fast.tuning.session import tune as search
from sentiment_fast.tuning.space import DEFAULT_FINETUNING_GRID, DEFAULT_FINETUNING_SPACE, space_of
from sentiment_fast.tuning.trials import CUT, FINISHED
from tests.long import long_after
from tests.tiny_transformers import reviews, write_bert, write_reviews
from tests.tune_commands import trials_of, tune

pytestmark = pytest.mark.slow

SMALL = ["--set", "max_tokens=16", "--device", "cpu", "--text-column", "body", "--label-column", "stars"]
SEARCH = ["--base", "bert", "--data", "train.csv", *SMALL, "--space", "space.json", "--seed", "3"]
SPACE = {"learning_rate": {"low": 1e-4, "high": 3e-2, "log": True}, "epochs": [1, 2], "batch_size": [16, 32]}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_bert(tmp_path_factory.mktemp("base"))


@pytest.fixture(autouse=True)
def work(tmp_path, base, monkeypatch):
    """A folder to work in, with a transformer, reviews and a space; torch keeps its threads."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(base, tmp_path / "bert")
    write_reviews(tmp_path / "train.csv", 96)
    (tmp_path / "space.json").write_text(json.dumps(SPACE))
    threads = torch.get_num_threads()
    yield tmp_path
    torch.set_num_threads(threads)


def fails(capsys, code, *options):
    """What a command that fails with this exit code says, in one line."""
    assert tune(*options) == code
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("error:")][-1]


# What a search leaves, and what it is good for.


def test_the_command_that_it_ends_with_fine_tunes_to_the_figures_of_the_best_trial(work, capsys):
    assert tune(*SEARCH, "--trials", 3, "--out", "found", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    names = {path.name for path in (work / "found").iterdir()}
    assert names == {"search.json", "trials.jsonl", "best.toml", "run.toml"}
    assert result["config_file"] == "found/best.toml"
    assert [trial["settings"].keys() for trial in result["trials"]] == [SPACE.keys()] * 3
    assert result["best"]["accuracy"] == max(trial["accuracy"] for trial in result["trials"])
    program, command, *options = shlex.split(result["command"])
    assert (program, command) == ("sentiment-fast", "finetune")
    assert cli.main(["finetune", *options, "--out", "model"]) == 0
    history = [json.loads(line) for line in (work / "model" / "history.jsonl").read_text().splitlines()]
    losses = trials_of(work / "found")[result["best"]["trial"] - 1][3]
    assert [epoch["validation_loss"] for epoch in history] == losses


def test_the_best_settings_come_with_all_options_of_finetune(work):
    assert tune(*SEARCH, "--trials", 1, "--out", "found", "--validation", "0.3", "--normalise-labels") == 0
    values = tomllib.loads((work / "found" / "best.toml").read_text())
    settings = trials_of(work / "found")[0][1]
    given = {"command": "finetune", "base": "bert", "data": "train.csv", "validation": "0.3", "normalise_labels": True}
    assert values.items() >= (given | settings | {"max_tokens": 16, "seed": 3, "text_column": "body"}).items()
    assert (work / "found" / "best.toml").read_text().startswith("# The best settings of a search")


def test_a_run_toml_of_a_search_searches_the_same_again(work, capsys):
    assert tune(*SEARCH, "--trials", 1, "--out", "found") == 0
    assert tune("--config", "found/run.toml", "--out", "again") == 0
    assert trials_of(work / "again") == trials_of(work / "found")
    assert tune("--config", "found/run.toml", "--out", "more", "--seed", 4) == 0
    assert trials_of(work / "more") != trials_of(work / "found")
    message = fails(capsys, 2, "--config", "found/run.toml", "--preset", "fast", "--out", "other")
    assert message == (
        "error: Expected base in found/run.toml, to fine-tune a transformer, or --preset, got both (options also come "
        "from found/run.toml)"
    )


def test_accumulated_batches_and_lengths_are_settings_too(work):
    options = ["--base", "bert", "--data", "train.csv", *SMALL[2:], "--search", "grid", "--epochs", "1"]
    tries = ["--try", "accumulate=1,2", "--try", "max_tokens=8,12", "--batch-size", "16", "--learning-rate", "0.01"]
    assert tune(*options, *tries, "--out", "found") == 0
    trials = trials_of(work / "found")
    assert [trial[1] for trial in trials] == [
        {"accumulate": accumulate, "max_tokens": most} for accumulate in (1, 2) for most in (8, 12)
    ]
    assert len({trial[3][-1] for trial in trials}) == 4


def test_without_a_space_settings_are_those_that_the_authors_of_such_models_tried():
    base = TuningOptions.of({"base": "bert", "data": "demo:40"}).finetuning()
    assert space_of(DEFAULT_FINETUNING_SPACE, base, "x").keys() == DEFAULT_FINETUNING_SPACE.keys()
    assert space_of(DEFAULT_FINETUNING_GRID, base, "x")["epochs"] == (2, 3, 4)


def test_what_is_fixed_is_not_in_the_default_space(work):
    fixed = ["--epochs", "1", "--batch-size", "32", "--set", "warmup=0.2"]
    assert tune("--base", "bert", "--data", "train.csv", *SMALL, *fixed, "--trials", 1, "--out", "found") == 0
    assert trials_of(work / "found")[0][1].keys() == {"learning_rate", "weight_decay"}
    values = tomllib.loads((work / "found" / "best.toml").read_text())
    assert (values["epochs"], values["batch_size"], values["warmup"], values["validation"]) == (1, 32, 0.2, "0.1")


def test_texts_in_memory_are_searched_and_fine_tuned_on_from_python(work):
    texts = reviews(96)
    options = {"device": "cpu", "set": ["max_tokens=16"], "epochs": 1, "tries": ["learning_rate=0.01"]}
    result = search(texts, base=work / "bert", search="grid", out=work / "found", **options)
    assert (result.best_file, result.stopped) == (work / "found" / "best.toml", False)
    model = sf.finetune(data=texts, config=result.best_file, out=work / "model")
    assert model.history[-1].validation_loss == result.best[0].epochs[-1].validation_loss


# Resuming.

SEARCHES = [
    "random",
    pytest.param("optuna", marks=pytest.mark.skipif(not importlib.util.find_spec("optuna"), reason="needs optuna")),
]


@pytest.mark.parametrize("method", long_after(1, SEARCHES))
def test_a_stopped_search_resumes_to_the_trials_of_one_that_was_not(work, method):
    assert tune(*SEARCH, "--search", method, "--trials", 3, "--out", "whole") == 0
    stop = StopRequest()

    def say(message):
        if "epoch 1/" in message:  # in each trial, so that it is cut in the middle
            stop.request()

    columns = {"text_column": "body", "label_column": "stars"}
    options = {"base": "bert", "data": "train.csv", "set": ["max_tokens=16"], "device": "cpu", "seed": 3, **columns}
    one = search(search=method, space="space.json", trials=3, out="stopped", say=say, stop=stop, **options)
    assert one.stopped
    assert tune("--resume", "--out", "stopped", "--trials", 3) == 0
    ended = [trial for trial in trials_of(work / "stopped") if trial[2] != CUT]
    assert ended == trials_of(work / "whole")
    assert [trial[2] for trial in ended] == [FINISHED] * 3


@pytest.fixture
def searched(work):
    assert tune(*SEARCH, "--trials", 1, "--out", "found") == 0
    return work


def test_a_resumed_search_keeps_its_base_and_its_options(searched, capsys):
    again = ["--resume", "--out", "found", "--trials", 2]
    assert fails(capsys, 2, *again, "--base", "other").startswith("error: --base: the run in found began with 'bert'")
    assert fails(capsys, 2, *again, "--epochs", 3).startswith("error: --epochs: the run in found began with None")
    write_bert(searched / "bert", seed=1)
    assert "the transformer is not what the search began with" in fails(capsys, 2, *again)
    (searched / "bert" / "config.json").unlink()
    assert "expected the folder of a Hugging Face model" in fails(capsys, 4, *again)
    assert len(trials_of(searched / "found")) == 1


def test_a_search_over_training_is_not_resumed_as_one_over_fine_tuning(work, capsys):
    small = ["--set", "embedding_size=4", "--set", "hidden_size=4", "--set", "layers=1", "--epochs", "1"]
    assert tune("--data", "demo:80", *small, "--try", "learning_rate=0.01", "--trials", 1, "--out", "found") == 0
    message = fails(capsys, 2, "--resume", "--out", "found", "--base", "bert")
    assert message == "error: --base: the run in found began with None and continues with it; got 'bert'"
    message = fails(capsys, 2, "--config", "found/run.toml", "--base", "bert", "--out", "other")
    assert message == "error: --config found/run.toml: expected the run.toml of a search with --base, got one without"


# What is refused.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--preset", "fast"], "Expected --base, to fine-tune a transformer, or --preset, got both"),
        (["--config", "preset.json"], "--config preset.json: expected the run.toml of a search with --base"),
        (["--cuda-graphs"], "Expected --base or --cuda-graphs, got both"),
        (["--set", "hidden_size=8"], "Expected a setting of epochs, batch_size, accumulate, "),
        (["--set", "learning_rat=8"], "got 'learning_rat'; did you mean learning_rate?"),
        (["--set", "warmup=2"], "Expected warmup to be a share of the steps"),
        (["--epochs", "0"], "Expected epochs of 1 to 1,000,000, got 0"),
        (["--try", "layers=1,2"], "--try: layers: Expected a setting of epochs"),
        (["--try", "validation_share=0.1,0.2"], "--try: validation_share: Expected a setting of epochs"),
        (["--try", "epochs=1.5"], "--try: epochs: Expected epochs to be a whole number, got '1.5'"),
        (["--try", "epochs=1,2", "--epochs", "2"], "epochs: expected a fixed value or values to try, got both"),
        (["--try", "max_tokens=16,64"], "max_tokens=64: bert reads up to 32 tokens of a text"),
        (["--search", "grid", "--space", "space.json"], "learning_rate: expected a list of values, since a grid"),
    ],
)
def test_bad_usage_is_told_before_anything_is_written(work, capsys, options, message):
    before = {path.name for path in work.iterdir()}
    columns = SMALL[2:]
    found = fails(capsys, 2, "--base", "bert", "--data", "train.csv", *columns, *options, "--trials", 1, "--out", "new")
    assert message in found
    assert {path.name for path in work.iterdir()} == before


def test_a_base_that_is_no_model_is_one_line_and_leaves_nothing(work, capsys):
    (work / "empty").mkdir()
    for base in ("nowhere", "empty"):
        assert f"{base}: expected the folder of a Hugging Face model" in fails(
            capsys, 4, "--base", base, "--out", "new"
        )
    (work / "bert" / "model.safetensors").write_bytes(b"no weights")
    assert "bert: cannot be read as a model" in fails(capsys, 4, *SEARCH, "--trials", 1, "--out", "new")
    assert not (work / "new").exists()
