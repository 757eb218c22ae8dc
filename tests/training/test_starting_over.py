"""Runs that end before their first checkpoint: they start over as they were begun, and leave their folder usable."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
from pathlib import Path

import pandas as pd
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.runs.record import RECORD, read_record
from sentiment_fast.text.encoding import thread_count
from sentiment_fast.training import session
from sentiment_fast.training.checkpoints import CHECKPOINT
from tests.long import long_after

pytestmark = pytest.mark.slow

TINY = {"hidden_size": 16, "embedding_size": 8, "layers": 1, "max_words": 50, "word_vectors": "neighbours", "ngrams": 1}
SMALL = {"set": TINY, "epochs": 2, "batch_size": 16, "device": "cpu", "threads": 1, "seed": 7}
STEPS = ["open_training_data", "write_overview", "teach", "with_vectors", "fit_ngram_model", "train_network"]
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["sentiment_fast.training.session", "pandas", "scipy.linalg", "sklearn.utils.extmath"])


class Killed(BaseException):
    """The end of a process, as far as the run's folder shows it."""


@pytest.fixture(scope="module")
def reviews(tmp_path_factory) -> Path:
    """A CSV file of 120 made-up reviews."""
    corpus = demo_corpus(120)
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    pd.DataFrame({"review": corpus.texts.to_pylist(), "sentiment": corpus.labels.tolist()}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def whole(reviews, tmp_path_factory) -> Path:
    """The folder of a run that was not interrupted."""
    return sf.train(reviews, out=tmp_path_factory.mktemp("runs") / "whole", **SMALL).folder


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def ends_in(step, error, *arguments, **options):
    """Train, and end with this error in place of a step."""

    def ended(*arguments, **options):
        raise error

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(session, step, ended)
        with pytest.raises(type(error)):
            sf.train(*arguments, **options)


@pytest.mark.parametrize("step", long_after(3, STEPS))
def test_a_run_that_is_killed_before_its_first_checkpoint_starts_over_with_its_own_options(
    reviews, whole, tmp_path, step
):
    folder, said = tmp_path / "run", []
    ends_in(step, Killed(), reviews, out=folder, **SMALL)
    sf.train(resume=True, out=folder, say=said.append)
    assert weights(folder) == weights(whole)
    assert names(folder) == names(whole)
    assert said[0] == f"{folder}: no checkpoint there, so this run starts over"


def test_a_run_that_starts_over_keeps_its_settings_though_the_preset_file_has_changed(reviews, whole, tmp_path):
    from sentiment_fast.model.preset_files import save_preset
    from sentiment_fast.model.presets import preset

    settings = preset("tutorial").with_fields(TINY | {"epochs": 2, "batch_size": 16, "seed": 7})
    save_preset(tmp_path / "settings.json", settings)
    options = {"config": str(tmp_path / "settings.json"), "device": "cpu", "threads": 1}
    ends_in("teach", Killed(), reviews, out=tmp_path / "run", **options)
    save_preset(tmp_path / "settings.json", settings.with_fields({"epochs": 1}))
    sf.train(resume=True, out=tmp_path / "run")
    lines = (tmp_path / "run" / "history.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]


def test_another_option_than_that_of_the_recorded_run_is_refused(reviews, tmp_path):
    ends_in("teach", Killed(), reviews, out=tmp_path / "run", **SMALL)
    for name, value in {"epochs": 9, "threads": 2, "data": "others.csv"}.items():
        with pytest.raises(sf.UsageError, match=f"`{name}`: the run in .* began with .* and continues with it; got"):
            sf.train(resume=True, out=tmp_path / "run", **{name: value})


def test_a_run_on_texts_in_memory_starts_over_if_it_gets_them_again(tmp_path):
    corpus = demo_corpus(40)
    data = corpus.texts.to_pylist(), corpus.labels.tolist()
    ends_in("teach", Killed(), data, out=tmp_path / "run", **SMALL)
    with pytest.raises(sf.UsageError, match="give them as `data` again"):
        sf.train(resume=True, out=tmp_path / "run")
    assert sf.train(data, resume=True, out=tmp_path / "run").metrics


@pytest.mark.parametrize("left", [None, [], ["precious.txt"], ["overview.json"], [RECORD]], ids=str)
def test_to_resume_where_no_run_is_touches_nothing(tmp_path, capsys, left):
    folder = tmp_path / "mistyped"
    if left is not None:
        folder.mkdir()
        for name in left:
            (folder / name).write_text("cut sho")
    assert cli.main(["train", "--resume", "--out", str(folder)]) == 2
    message = f"{folder}: no checkpoint there; give the whole command, with --data, to start a run"
    assert capsys.readouterr().err == f"error: {message}\n"
    assert folder.exists() == (left is not None)
    if left is not None:
        assert {path.name: path.read_text() for path in folder.iterdir()} == dict.fromkeys(left, "cut sho")


# A run that fails early.


@pytest.mark.parametrize("step", STEPS[2:])
def test_a_run_that_failed_early_does_not_keep_the_same_call_from_working(reviews, whole, tmp_path, step):
    folder = tmp_path / "run"
    ends_in(step, sf.DataError("too few texts"), reviews, out=folder, **SMALL)
    assert (folder / "lengths.png").exists()
    sf.train(reviews, out=folder, **SMALL)
    assert weights(folder) == weights(whole)
    assert names(folder) == names(whole)


def test_a_run_that_failed_early_may_be_tried_with_other_options(reviews, tmp_path):
    ends_in("teach", sf.DataError("too few texts"), reviews, out=tmp_path / "run", **SMALL)
    sf.train(reviews, out=tmp_path / "run", **SMALL | {"epochs": 1})
    assert len((tmp_path / "run" / "history.jsonl").read_text().splitlines()) == 1


def test_a_run_that_could_not_read_its_data_leaves_no_folder(tmp_path):
    with pytest.raises(sf.DataError, match=r"nowhere\.csv"):
        sf.train(tmp_path / "nowhere.csv", out=tmp_path / "run", **SMALL)
    assert not (tmp_path / "run").exists()


def test_a_folder_that_holds_anything_else_is_refused(reviews, tmp_path):
    folder = tmp_path / "run"
    ends_in("teach", sf.DataError("too few texts"), reviews, out=folder, **SMALL)
    (folder / "precious.txt").write_text("keep")
    before = names(folder)
    with pytest.raises(sf.UsageError, match="already holds something"):
        sf.train(reviews, out=folder, **SMALL)
    assert names(folder) == before


def test_a_folder_in_which_a_run_is_being_prepared_is_not_taken(reviews, tmp_path, monkeypatch):
    folder, teach = tmp_path / "run", session.teach

    def teach_while_another_starts(*arguments, **options):
        monkeypatch.setattr(session, "teach", teach)
        with pytest.raises(sf.DataError, match="another run is writing"):
            sf.train(reviews, out=folder, **SMALL)
        return teach(*arguments, **options)

    monkeypatch.setattr(session, "teach", teach_while_another_starts)
    assert sf.train(reviews, out=folder, **SMALL).metrics


# Threads.


def test_a_run_uses_as_many_threads_as_it_was_given_and_resumes_with_them(reviews, tmp_path, monkeypatch):
    folder, before, used = tmp_path / "run", torch.get_num_threads(), []
    train_network = session.train_network

    def noted(*arguments, **options):
        used.append((torch.get_num_threads(), thread_count()))
        if len(used) == 1:
            raise Killed
        return train_network(*arguments, **options)

    monkeypatch.setattr(session, "train_network", noted)
    with pytest.raises(Killed):
        sf.train(reviews, out=folder, **SMALL | {"threads": 3})
    assert read_record(folder)["threads"] == read_record(folder)["options"]["threads"] == 3
    sf.train(resume=True, out=folder)
    assert used == [(3, 3), (3, 3)]
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("threads", [0, -1, 1.5, "two", True])
def test_a_number_of_threads_that_is_none_is_refused(reviews, tmp_path, threads):
    with pytest.raises(sf.UsageError, match="Expected `threads` of 1 or more"):
        sf.train(reviews, out=tmp_path / "run", **SMALL | {"threads": threads})


# Real kills.


def _train(options) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sf.train(**options)


def trained(options, kill_at: Path | None = None, later: float = 0.0) -> int | None:
    """The exit code of a training in a process of its own, which is killed soon after a file appears in its folder."""
    process = SERVER.Process(target=_train, args=(options,))
    process.start()
    while process.is_alive() and kill_at is not None and not kill_at.exists():
        process.join(0.001)
    if kill_at is not None:
        process.join(later)
        process.kill()
    process.join(300)
    return process.exitcode


@pytest.mark.parametrize("seed", long_after(1, range(3)))
def test_a_run_that_is_killed_at_random_moments_ends_as_if_it_had_not_been(reviews, whole, tmp_path, seed):
    choose, folder = random.Random(seed), tmp_path / "run"
    options = {"data": str(reviews), "out": folder, "checkpoint_minutes": 0, **SMALL}
    # The first two before there is a checkpoint, or soon after.
    for moments in ([RECORD], ["overview.json", "lengths.png"], [CHECKPOINT, "history.jsonl"]):
        assert trained(options, folder / choose.choice(moments), choose.uniform(0, 0.1)) in (-9, 0)
        if read_record(folder) is not None or (folder / CHECKPOINT).exists():  # from here on, it knows its options
            options = {"out": folder, "resume": True, "checkpoint_minutes": 0}
    assert trained({"out": folder, "resume": True}) == 0
    assert weights(folder) == weights(whole)
    assert names(folder) == names(whole)
