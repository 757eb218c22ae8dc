"""run.toml: every run writes what it was asked to do, and the same comes out when it is asked again with --config."""

import json
import signal
import tomllib
from pathlib import Path

import pytest

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.errors import UsageError
from sentiment_fast.model.preset_files import read_preset, save_preset
from sentiment_fast.model.presets import preset
from sentiment_fast.report.run_folder import append_history
from sentiment_fast.runs.journal import read_journal
from sentiment_fast.training import session
from sentiment_fast.training.options import PretrainingOptions, TrainingOptions
from sentiment_fast.training.run_config import with_config_file

SMALL = ["--set", "hidden_size=6", "--set", "embedding_size=4", "--set", "layers=1", "--set", "max_words=50"]
TRAIN = ["train", "--data", "demo:120", "--epochs", "2", *SMALL]
HEAD = 'format = 1\ncommand = "train"\n'


@pytest.fixture(autouse=True)
def _work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def main(*typed):
    return cli.main([*map(str, typed)])


def config(name="run.toml"):
    return tomllib.loads(Path(name).read_text())


def given(**values):
    return with_config_file(TrainingOptions, "train", {"config": "run.toml", **values})


# ---- reading -------------------------------------------------------------------------------------------------------


def test_options_of_a_file_apply_unless_others_are_given():
    Path("run.toml").write_text(f'{HEAD}data = "a.csv"\ntext_column = "body"\namp = true\n')
    assert given(text_column="text", amp=False) == {
        "config": "run.toml",
        "data": "a.csv",
        "text_column": "text",
        "amp": False,
    }


def test_settings_are_in_tables_and_what_is_given_replaces_single_ones():
    Path("run.toml").write_text(f"{HEAD}[network]\nhidden_size = 9\nlayers = 1\n[training]\nepochs = 3\n")
    settings = TrainingOptions.of(given(set={"layers": 2}, epochs=4)).settings()
    expected = preset("tutorial").with_fields({"hidden_size": 9, "layers": 2, "epochs": 4})
    assert settings == expected


def test_options_of_a_file_that_are_settings_are_replaced_by_set_too():
    Path("run.toml").write_text(f'{HEAD}epochs = 3\nseed = 5\nvalidation = "0.3"\nset = ["layers=1"]\n')
    settings = TrainingOptions.of(given(set=["epochs=4", "validation_share=0.2"])).settings()
    expected = preset("tutorial").with_fields({"epochs": 4, "seed": 5, "validation_share": 0.2, "layers": 1})
    assert settings == expected


def test_a_file_may_name_a_preset_that_its_tables_change():
    Path("run.toml").write_text(f'{HEAD}preset = "fast"\n[network]\nhidden_size = 9\n')
    assert read_preset("run.toml") == preset("fast").with_fields({"hidden_size": 9})


def test_a_given_preset_replaces_the_settings_of_a_file_and_nothing_else():
    Path("run.toml").write_text(f'{HEAD}data = "a.csv"\npreset = "accurate"\n[network]\nhidden_size = 9\n')
    found = TrainingOptions.of(given(preset="fast"))
    assert found.settings() == preset("fast")
    assert found.data == "a.csv"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("epoch = 3", "run.toml: expected the name of an option, got 'epoch'; did you mean epochs?"),
        ("resume = true", "run.toml: expected the name of an option, got 'resume'"),
        ('epochs = "3"', "run.toml: epochs: expected a whole number, got '3'"),
        ("data = 3", "run.toml: data: expected a text or a list of texts, got 3"),
        ('device = "tpu"', "run.toml: device: expected auto, cpu, cuda, got 'tpu'"),
        ("threads = 0", "run.toml: Expected threads of 1 or more, got 0"),
        ('label_map = "x"', "run.toml: label_map: expected a table of texts, got 'x'"),
        ('class_weight = "heavy"', "run.toml: Expected class_weight to be balanced or weights"),
        ('validation = "2"', "run.toml: validation=2: expected a share above 0 and below 1, or a file"),
        ('preset = "best"', "run.toml: Expected a preset of tutorial, "),
        ("preset = 1", "run.toml: expected preset to be a text, got 1"),
        ("network = 1", "run.toml: expected network to be an object of settings, got 1"),
        ("[network]\nhiden_size = 1", "run.toml: network: expected the settings "),
        ("[network]\nhidden_size = 0", "run.toml: network: Expected hidden_size to be a whole number of 1 or more"),
        ("[training]\nepochs = 1979-05-27", "run.toml: expected training.epochs to be a whole number"),
        (
            'data = "(texts, labels)"',
            "run.toml: data: expected a file, got texts that were in memory: give them",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line_that_names_it(content, said, capsys):
    Path("run.toml").write_text(f"{HEAD}{content}\n")
    assert main("train", "--config", "run.toml", "--out", "model") == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {said}")
    assert told.count("\n") == 1
    assert not Path("model").exists()


def test_an_error_about_an_option_of_a_file_says_where_it_is(capsys):
    Path("run.toml").write_text(f'{HEAD}data = "demo:50"\nlabel_weight = 0.5\n')
    assert main("train", "--config", "run.toml") == 2
    assert capsys.readouterr().err.startswith("error: label_weight in run.toml: expected a --teacher, against whose")


def test_a_file_of_another_command_is_refused(capsys):
    Path("run.toml").write_text(HEAD)
    assert main("tune", "--config", "run.toml") == 2
    assert capsys.readouterr().err == "error: run.toml: expected command = \"tune\", got 'train'\n"


def test_options_that_a_command_lacks_are_refused():
    Path("run.toml").write_text("format = 1\nepochs = 3\n")
    with pytest.raises(UsageError, match="got 'epochs'"):
        with_config_file(PretrainingOptions, "pretrain", {"config": "run.toml"})


# ---- train, tune, pretrain -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_training_from_its_run_toml_makes_the_same_model(capsys):
    options = ["--label-map", "positive=good é,negative=bad", "--class-weight", "good é=2", "--validation", "0.4"]
    assert main(*TRAIN, *options, "--neutral", "0.4:0.6", "--seed", "7", "--out", "a") == 0
    assert main("train", "--config", "a/run.toml", "--out", "b") == 0
    for name in ("model.safetensors", "vocabulary.txt", "config.json"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()
    assert config("a/run.toml") == config("b/run.toml")
    assert main("train", "--config", "a/run.toml", "--out", "c", "--epochs", "1", "--set", "hidden_size=5") == 0
    assert (config("c/run.toml")["training"]["epochs"], config("c/run.toml")["network"]["hidden_size"]) == (1, 5)
    assert config("c/run.toml")["label_map"] == {"positive": "good é", "negative": "bad"}


@pytest.mark.slow
def test_a_run_from_a_preset_file_has_its_settings_when_that_is_gone():
    save_preset("mine.json", preset("tutorial").with_fields({"hidden_size": 6, "max_words": 50, "epochs": 1}))
    assert main("train", "--data", "demo:120", "--config", "mine.json", "--out", "a") == 0
    Path("mine.json").unlink()
    assert main("train", "--config", "a/run.toml", "--out", "b") == 0
    assert Path("a/model.safetensors").read_bytes() == Path("b/model.safetensors").read_bytes()


@pytest.mark.slow
def test_a_resumed_run_keeps_its_run_toml_and_needs_no_other(monkeypatch):
    def append_and_stop(folder, epoch):
        append_history(folder, epoch)
        signal.raise_signal(signal.SIGTERM)

    assert main(*TRAIN, "--out", "a") == 0
    with monkeypatch.context() as patched:
        patched.setattr(session, "append_history", append_and_stop)
        assert main("train", "--config", "a/run.toml", "--out", "b") == cli.INTERRUPTED
    before = Path("b/run.toml").read_bytes()
    Path("a/run.toml").unlink()
    assert main("train", "--resume", "--out", "b", "--checkpoint-minutes", "1") == 0
    assert Path("b/run.toml").read_bytes() == before
    assert Path("a/model.safetensors").read_bytes() == Path("b/model.safetensors").read_bytes()


@pytest.mark.slow
def test_texts_in_memory_are_given_again():
    texts, labels = ["good film", "bad film"] * 30, ["yes", "no"] * 30
    sf.train((texts, labels), set={"hidden_size": 4, "embedding_size": 4, "layers": 1}, epochs=1, out="a")
    assert config("a/run.toml")["data"] == "(texts, labels)"
    sf.train((texts, labels), config="a/run.toml", out="b")
    assert Path("a/model.safetensors").read_bytes() == Path("b/model.safetensors").read_bytes()


@pytest.mark.slow
def test_a_pretraining_from_its_run_toml_makes_the_same_folder(capsys):
    assert main("pretrain", "--data", "demo:80", *SMALL, "--seed", "3", "--out", "a", "--json") == 0
    command = json.loads(capsys.readouterr().out)["command"]
    assert main("pretrain", "--config", "a/run.toml", "--out", "b", "--json") == 0
    for name in ("start.safetensors", "config.json", "vocabulary.txt"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()
    assert json.loads(capsys.readouterr().out)["command"] == command.replace("--init a", "--init b")


@pytest.mark.slow
def test_a_search_from_its_run_toml_tries_the_same(capsys):
    search = ["tune", "--data", "demo:120", *SMALL, "--epochs", "1", "--trials", "2", "--learning-rate", "0.01"]
    assert main(*search, "--out", "a") == 0
    assert main("tune", "--config", "a/run.toml", "--out", "b") == 0
    tried = [[trial["settings"] for trial in read_journal(Path(one, "trials.jsonl"))[1:]] for one in "ab"]
    assert tried[0] == tried[1]
    assert "learning_rate" not in tried[0][0]  # it is fixed


# ---- score ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def reviews():
    Path("in.csv").write_text("id,review\n1,a good film\n2,a bad film\n")


def test_scoring_from_a_saved_file_writes_the_same(reviews, capsys):
    assert main("score", "in.csv", "-o", "a.csv", "--tokens", "--threshold", "0.7", "--save-config", "s.toml") == 0
    assert main("score", "--config", "s.toml", "-o", "b.csv") == 0
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
    assert main("score", "--config", "s.toml", "-o", "c.csv", "--no-tokens") == 0
    assert Path("c.csv").read_text().splitlines()[0] == "id,review,sentiment_label,sentiment_score"


def test_a_saved_file_has_every_option_of_the_command(reviews):
    from tests.cli.test_parsers import actions

    assert main("score", "in.csv", "-o", "a.csv", "--save-config", "s.toml") == 0
    options = {action.dest for action in actions("score")} - {"json", "quiet", "verbose", "config", "save_config"}
    text = Path("s.toml").read_text()
    assert {name for name in options if name not in text} == set()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--config", "run.json"], "--config run.json: expected a file whose name ends in .toml"),
        (["in.csv", "--save-config", "in.csv"], "--save-config in.csv: expected a name that ends in .toml"),
        (["in.csv", "--save-config", "there.toml"], "there.toml: already exists: choose another name, or replace it"),
        (["in.csv", "--save-config", "no/s.toml"], "no/s.toml: cannot be written (No such file or directory)"),
        (["--config", "there.toml"], "Expected files to score, or"),
        (["in.csv", "-o", "-", "--json"], "Expected a file as --output with --json, got stdout"),
        (["in.csv", "--config", "wrong.toml"], "wrong.toml: unknown: expected prior, blank, got 'x'"),
        (
            ["in.csv", "--config", "high.toml"],
            "Expected a threshold above 0 and below 1, got 2 (options also come",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_written(reviews, capsys, typed, said):
    Path("there.toml").write_text("format = 1\n")
    Path("wrong.toml").write_text('format = 1\nunknown = "x"\n')
    Path("high.toml").write_text("format = 1\nthreshold = 2\n")
    before = sorted(Path().iterdir())
    assert main("score", *typed) == 2
    assert f"error: {said}" in capsys.readouterr().err
    assert sorted(Path().iterdir()) == before


def test_scoring_prints_json(reviews, capsys):
    assert main("score", "in.csv", "-o", "a.csv", "--json", "--quiet") == 0
    printed = capsys.readouterr()
    (found,) = json.loads(printed.out)["outputs"]
    assert (found["inputs"], found["rows"], found["output"], printed.err) == (["in.csv"], 2, "a.csv", "")
