"""`sf.train` as people call it from Python: what it takes, returns and leaves, how it stops and how it fails."""

import errno
import inspect
import json
import os
import pickle
import pydoc
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.cli.messages import as_options
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.training import finish, session
from sentiment_fast.training.checkpoints import CHECKPOINT
from sentiment_fast.training.options import TrainingOptions

pytestmark = pytest.mark.slow

TINY = {"hidden_size": 6, "embedding_size": 4, "layers": 1, "max_words": 50}
SMALL = {"set": TINY, "epochs": 2, "batch_size": 32, "device": "cpu"}


@pytest.fixture(scope="module")
def corpus():
    """(texts, labels): 160 made-up reviews."""
    made_up = demo_corpus(160)
    return made_up.texts.to_pylist(), made_up.labels.tolist()


@pytest.fixture(scope="module")
def reviews(corpus, tmp_path_factory):
    """The same as a CSV file, under column names of its own."""
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    pd.DataFrame({"body": corpus[0], "stars": corpus[1]}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def from_file(reviews, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "from_file"
    return sf.train(reviews, text_column="body", label_column="stars", out=folder, **SMALL)


def test_a_result_holds_what_the_run_folder_does(from_file):
    folder = from_file.folder
    assert from_file.metrics == json.loads((folder / "metrics.json").read_text())
    assert set(from_file.metrics) >= {"validation", "best_epoch"}
    lines = (folder / "history.jsonl").read_text().splitlines()
    assert [vars(epoch) for epoch in from_file.history] == [json.loads(line) for line in lines]
    assert len(lines) == 2
    assert not (folder / CHECKPOINT).exists()


def test_the_function_leaves_the_folder_that_the_command_does(from_file, reviews, tmp_path):
    options = [part for name, value in TINY.items() for part in ("--set", f"{name}={value}")]
    columns = ["--text-column", "body", "--label-column", "stars"]
    command = ["train", "--data", str(reviews), *columns, *options, "--epochs", "2", "--batch-size", "32"]
    assert cli.main([*command, "--device", "cpu", "--out", str(tmp_path / "model")]) == 0
    names = {path.name for path in from_file.folder.iterdir()}
    assert {path.name for path in (tmp_path / "model").iterdir()} == names
    for name in ("model.safetensors", "config.json", "vocabulary.txt", "overview.json"):
        assert (tmp_path / "model" / name).read_bytes() == (from_file.folder / name).read_bytes()


def test_the_results_scorer_is_the_trained_model(from_file):
    scorer = from_file.scorer()
    assert scorer.classes == ["negative", "positive"]
    assert scorer.predict_proba(["a wonderful film", ""]).shape == (2, 2)


def test_texts_in_memory_train_the_model_that_their_file_does(from_file, corpus, tmp_path):
    result = sf.train(corpus, out=tmp_path / "model", **SMALL)
    ours, expected = ((one.folder / "model.safetensors").read_bytes() for one in (result, from_file))
    assert ours == expected
    assert json.loads((result.folder / "config.json").read_text())["text_column"] is None


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (tuple, np.array),
        (pd.Series, pd.Series),
        (pa.array, pa.array),
        (lambda texts: pa.chunked_array([texts]), list),
        (lambda texts: np.array(texts, object), lambda labels: np.array(labels, object)),
    ],
)
def test_texts_in_memory_may_be_of_many_types(corpus, tmp_path, texts, labels):
    data = texts(corpus[0]), labels(corpus[1])
    result = sf.train(data, out=tmp_path / "model", **SMALL | {"epochs": 1})
    assert result.scorer().classes == ["negative", "positive"]


@pytest.mark.parametrize(
    ("labels", "classes"), [([1, 0], [0, 1]), ([1.5, 0.5], [0.5, 1.5]), ([True, False], ["False", "True"])]
)
def test_labels_in_memory_keep_their_type(tmp_path, labels, classes):
    data = ["good film", "bad film"] * 20, labels * 20
    assert sf.train(data, out=tmp_path / "model", **SMALL | {"epochs": 1}).scorer().classes == classes


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (("a single text", ["p"]), "got one `str`: wrap it in a list"),
        ((["good", "bad"], ["p"]), "got 2 texts and 1 labels"),
        (([1, 2], ["p", "n"]), "got `int` 1 - at texts"),
        ((["good", "bad"], ["p", 1]), "Expected labels that are all str or all numbers, got int, str"),
        ((["good", "bad"], ["p", None]), "Expected labels that are all str or all numbers, got NoneType, str"),
        ((["good", "bad"], [0.5, float("nan")]), "finite numbers, got nan in row 2"),
        ((["good", "bad"], ["p", ""]), "not empty, got '' in row 2"),
        ((["good", "bad"], [2**70, 1]), "numbers of 64 bits, got others"),
        ((["good", "bad"], np.array([2**63, 1], np.uint64)), "64 bits with a sign, got 9223372036854775808"),
        ((["good", "bad"], [["p"], ["n"]]), "Expected labels"),
        (([], []), "got no rows"),
    ],
)
def test_texts_in_memory_that_cannot_be_learned_from_are_data_errors(tmp_path, data, message):
    with pytest.raises(sf.DataError, match=message):
        sf.train(data, out=tmp_path / "model", **SMALL)
    assert not (tmp_path / "model").exists()


def test_all_options_of_the_command_are_keywords_with_documented_types():
    described = session.train.__doc__
    for field in fields(TrainingOptions):
        assert field.name in described


def test_an_unknown_option_is_a_type_error_with_the_nearest_one(tmp_path):
    with pytest.raises(TypeError, match=r"unexpected option 'epoch'; did you mean epochs\?"):
        sf.train("demo:40", epoch=3, out=tmp_path / "model")


# Messages speak of arguments in Python, of options on the command line.

WRONG = [
    ({"data": "imdb:9"}, "expected a file or a folder"),
    ({"data": "demo:0"}, "`data=demo:0`"),
    ({"validation": 1.5}, "`validation=1.5`"),
    ({"text_column": "body", "label_column": "body"}, "`text_column` and `label_column`"),
    ({"text_column": "nothing"}, "`text_column`"),
    ({"label_column": "nothing"}, "`label_column`"),
    ({"set": ["layers"]}, "`set=layers`"),
    ({"amp": True, "precision": "float32"}, "`amp`, which is `precision=auto`, or `precision=float32`"),
    ({"checkpoint_minutes": -1.0}, "`checkpoint_minutes`"),
    ({"label_weight": 0.5}, "`label_weight`: expected a `teacher`"),
    ({"data": "demo:9:label_weight=1"}, "`data=demo:9:label_weight=1`: expected a teacher"),
    ({"unlabelled": ["demo:9"]}, "`unlabelled`: expected a `teacher`"),
    ({"init": "start", "vectors": "vectors.txt"}, "`init`, which has word vectors of its own, or `vectors`"),
    ({"cuda_graphs": True}, "`cuda_graphs`"),
    ({"resume": True, "out": None}, "`resume=True`: expected the folder of the run, `out=FOLDER`"),
]


def as_command_line(options):
    words = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        values = value if isinstance(value, list) else [value]
        words += [option] if value is True else [word for one in values for word in (option, str(one))]
    return words


@pytest.mark.parametrize(("options", "message"), WRONG, ids=str)
def test_errors_name_arguments_in_python_and_options_on_the_command_line(
    reviews, tmp_path, monkeypatch, capsys, options, message
):
    monkeypatch.chdir(tmp_path)
    columns = {"text_column": "body", "label_column": "stars"}
    asked = {"data": str(reviews), "device": "cpu", "out": "model", "epochs": 1} | columns | options
    said = []
    with pytest.raises(sf.SentimentFastError) as caught:
        sf.train(**asked, say=said.append)
    told = "\n".join([*said, str(caught.value)])
    assert message in told
    assert "--" not in told
    given = {name: value for name, value in asked.items() if value is not None}
    assert cli.main(["train", *as_command_line(given)]) == caught.value.exit_code
    expected = as_options(message, {name: f"--{name.replace('_', '-')}" for name in (*asked, "teacher", "precision")})
    said_there = capsys.readouterr().err
    assert expected in said_there
    assert "`" not in said_there.replace("`python -m", "")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("name it with `text_column`.", "name it with --text-column."),
        ("take `device=cpu` or auto", "take --device cpu or auto"),
        ("`set=layers=2`: no", "--set layers=2: no"),
        ("continue with `resume=True`", "continue with --resume"),
        ("take `cuda_graphs=False`", "take --no-cuda-graphs"),
        ("`python -m build` or `tune` or `other=1`", "`python -m build` or `tune` or `other=1`"),
    ],
)
def test_argument_names_become_options(message, expected):
    names = ("text_column", "device", "set", "resume", "cuda_graphs")
    assert as_options(message, {name: f"--{name.replace('_', '-')}" for name in names}) == expected


# Stopping, and resuming.


def stopped_run(data, folder, monkeypatch, **options):
    """A run that is asked to stop after its first epoch, from Python."""
    stop = sf.StopRequest()

    def append_and_stop(folder, epoch):
        append(folder, epoch)
        stop.request()

    append = session.append_history
    with monkeypatch.context() as patch:
        patch.setattr(session, "append_history", append_and_stop)
        with pytest.raises(sf.StoppedError) as caught:
            sf.train(data, out=folder, stop=stop, **options)
    return caught.value


def test_a_stopped_run_says_where_it_is_and_resumes_to_the_same_weights(from_file, corpus, tmp_path, monkeypatch):
    stopped = stopped_run(corpus, tmp_path / "model", monkeypatch, **SMALL)
    assert (stopped.folder, stopped.has_checkpoint) == (tmp_path / "model", True)
    assert isinstance(stopped, KeyboardInterrupt)
    assert "resume=True" in str(stopped)
    result = sf.train(corpus, out=stopped.folder, resume=True)  # its options are recorded
    assert (result.folder / "model.safetensors").read_bytes() == (from_file.folder / "model.safetensors").read_bytes()
    assert len(result.history) == 2


def test_a_run_of_texts_in_memory_needs_them_again(corpus, tmp_path, monkeypatch):
    folder = tmp_path / "model"
    stopped_run(corpus, folder, monkeypatch, **SMALL)
    with pytest.raises(sf.UsageError, match="texts that were in memory: give them as `data` again"):
        sf.train(resume=True, out=folder)
    with pytest.raises(sf.DataError, match="the data are not those that the run began with"):
        sf.train((corpus[0][:-2], corpus[1][:-2]), resume=True, out=folder)
    with pytest.raises(sf.UsageError, match="`data`: the run in"):
        sf.train("demo:40", resume=True, out=folder)


def test_a_run_that_the_command_began_is_resumed_from_python(from_file, reviews, tmp_path, monkeypatch):
    options = SMALL | {"text_column": "body", "label_column": "stars"}
    stopped_run(reviews, tmp_path / "model", monkeypatch, **options)
    with pytest.raises(sf.UsageError, match=r"`epochs`: the run in .* began with 2 and continues with it; got 9"):
        sf.train(out=tmp_path / "model", resume=True, epochs=9)
    assert cli.main(["train", "--resume", "--out", str(tmp_path / "model")]) == 0
    ours, expected = ((one / "model.safetensors").read_bytes() for one in (tmp_path / "model", from_file.folder))
    assert ours == expected


def test_a_finished_run_is_returned_as_it_ended(from_file):
    said = []
    again = sf.train(out=from_file.folder, resume=True, say=said.append)
    assert (again.metrics, again.history) == (from_file.metrics, from_file.history)
    assert again.was_finished
    assert not from_file.was_finished
    assert "there is nothing to resume" in said[0]


def test_without_callables_nothing_is_printed(corpus, tmp_path, capfd):
    sf.train(corpus, out=tmp_path / "model", **SMALL | {"epochs": 1})
    assert capfd.readouterr() == ("", "")


def test_messages_and_batches_reach_the_given_callables(corpus, tmp_path):
    said, epochs = [], []
    progress = lambda batches: epochs.append(len(batches)) or batches  # noqa: E731
    sf.train(corpus, out=tmp_path / "model", say=said.append, progress=progress, **SMALL)
    assert epochs == [4, 4]
    assert [line.partition(":")[0] for line in said if line.startswith("epoch")] == ["epoch 1/2", "epoch 2/2"]


# On disk before the checkpoint goes.


def test_every_file_of_a_finished_run_is_on_disk_before_its_checkpoint_goes(corpus, tmp_path, monkeypatch):
    order, fsync, remove = [], os.fsync, finish.remove_checkpoint

    def synced(descriptor):
        order.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    def removed(folder):
        order.append("removed")
        remove(folder)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(finish, "remove_checkpoint", removed)
    original = finish.sync_files

    def noted(files):
        order.clear()
        original(files)

    monkeypatch.setattr(finish, "sync_files", noted)
    folder = sf.train(corpus, out=tmp_path / "model", **SMALL | {"epochs": 1}).folder
    *files, last, removal = order
    assert removal == "removed"
    assert last == folder
    assert set(files) == set(folder.iterdir())


# The name `sf.train`, which is that of the command's module too.


# Without torch, which takes seconds to import.
SESSION = """
import sys, types
session = types.ModuleType("sentiment_fast.training.session")
session.train = lambda *data, **options: print("trained on", *data, options)
sys.modules["sentiment_fast.training.session"] = session
"""


@pytest.mark.parametrize(
    "imports",
    [
        "",
        "import sentiment_fast.train",
        "from sentiment_fast import train",
        "from sentiment_fast.train import add_arguments",
        "import runpy\nsys.argv = ['train', '--help']\n"
        "try: runpy.run_module('sentiment_fast.train', run_name='__main__', alter_sys=True)\nexcept SystemExit: pass",
    ],
)
def test_the_function_is_there_whatever_was_imported_first(imports):
    code = f"{SESSION}\n{imports}\nimport sentiment_fast as sf\nsf.train('reviews.csv', epochs=1)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.splitlines()[-1] == "trained on reviews.csv {'epochs': 1}"


def test_the_commands_module_and_the_function_are_one_object():
    from sentiment_fast import train

    assert train is sf.train
    assert inspect.ismodule(train)
    assert callable(train.add_arguments)
    assert "`sentiment_fast.training.session.train`" in type(train).__call__.__doc__


def test_help_shows_the_functions_options():
    shown = pydoc.render_doc(sf.train)
    for name in (field.name for field in fields(TrainingOptions)):
        assert name in shown
    assert inspect.getdoc(sf.train) == inspect.getdoc(session.train)


def test_the_commands_help_is_still_its_own(capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    assert "Train a sentiment classifier and write its model folder." in capsys.readouterr().out


def test_recorded_paths_come_back_as_they_were_given():
    one, several = (TrainingOptions.of({"data": data}) for data in (["a.csv"], ["a.csv", "b.jsonl"]))
    assert (one.data, several.data) == ("a.csv", ("a.csv", "b.jsonl"))
    assert TrainingOptions.of({"data": several.recorded()["data"]}) == several


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"data": 5}, r"`data`: expected a path or a list of paths, or a tuple \(texts, labels\), got int"),
        ({"data": [["good", "bad"], ["p", "n"]]}, "got a list with a list"),
        ({"data": pd.DataFrame({"text": ["good"], "label": [1]})}, r"`data`: .*, got DataFrame"),
        ({"validation": True}, "`validation`: expected a path or a list of paths, got bool"),
        ({"validation": 0}, "`validation=0`: expected a share above 0 and below 1"),
        ({"validation": 1}, "`validation=1`: expected a share above 0 and below 1"),
        ({"test": 0.3}, "`test`: expected a path or a list of paths, got float"),
        ({"test": (["good"], ["p"])}, "got a tuple with a list"),
        ({"delimiter": 5}, "Expected `delimiter` to be a str, got 5"),
        ({"checkpoint_minutes": "5"}, "Expected `checkpoint_minutes` of 0 or more, got 5"),
    ],
)
def test_values_of_another_type_are_usage_errors(corpus, tmp_path, options, message):
    with pytest.raises(sf.UsageError, match=message):
        sf.train(**{"data": corpus, "out": tmp_path / "model"} | options)
    assert not (tmp_path / "model").exists()


def test_numbers_of_numpy_and_none_for_several_are_taken(corpus, tmp_path):
    options = {
        "epochs": np.int64(1),
        "seed": np.uint8(3),
        "validation": np.float64(0.25),
        "learning_rate": np.float32(1),
    }
    result = sf.train(corpus, out=tmp_path / "model", set=TINY, unlabelled=None, device="cpu", **options)
    assert (result.options.epochs, result.options.validation, result.options.unlabelled) == (1, "0.25", ())
    assert sf.train(
        corpus, out=tmp_path / "other", set=None, config=None, epochs=1, preset="fast", device="cpu"
    ).metrics


def test_iterators_of_texts_and_labels_are_read(corpus, tmp_path):
    data = iter(corpus[0]), (label for label in corpus[1])
    result = sf.train(data, out=tmp_path / "model", **SMALL | {"epochs": 1})
    assert result.metrics["validation"]["n"] == 40


@pytest.mark.parametrize("name", ["x" * 300, "is this a film? " * 50])
def test_a_text_in_place_of_a_path_is_a_data_error(tmp_path, name):
    with pytest.raises(sf.DataError, match="expected"):
        sf.train(name, out=tmp_path / "model")


def test_a_folder_that_cannot_be_made_is_a_data_error(corpus, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(sf.DataError, match=r"file/model: cannot be written \(Not a directory\): choose another"):
        sf.train(corpus, out=tmp_path / "file" / "model", **SMALL)


def test_a_stopped_run_can_be_pickled():
    stopped = pickle.loads(pickle.dumps(sf.StoppedError(Path("runs/a"), False, 2, 1)))
    assert (stopped.folder, stopped.has_checkpoint, stopped.processes, stopped.rank) == (Path("runs/a"), False, 2, 1)
    assert str(stopped) == str(sf.StoppedError(Path("runs/a"), False))


@pytest.mark.parametrize("written", ["append_history", "finish_run"])
def test_a_full_disk_is_a_data_error_and_the_run_resumes(corpus, tmp_path, monkeypatch, written):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(session, written, full)
        with pytest.raises(sf.DataError) as caught:
            sf.train(corpus, out=tmp_path / "model", **SMALL | {"epochs": 1})
    message = "cannot be written (No space left on device): make room, then continue with `resume=True`"
    assert str(caught.value) == f"{tmp_path / 'model'}: {message}"
    assert sf.train(corpus, out=tmp_path / "model", resume=True, **SMALL | {"epochs": 1}).metrics
