"""Searches that train: real ones, of tiny networks on a few made-up reviews."""

import pytest
import torch

from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.data.labelled_texts import classes_of, stratified_split
from sentiment_fast.errors import MissingPackageError
from sentiment_fast.evaluation.fit_calibration import fit_calibration
from sentiment_fast.evaluation.metrics import evaluate
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.inference import network_logits
from sentiment_fast.model.ngrams import fit_ngrams
from sentiment_fast.model.presets import preset
from sentiment_fast.training.encode import new_network
from sentiment_fast.training.loop import train
from sentiment_fast.training.prepare import vectors_of
from sentiment_fast.training.step import CaptureError
from sentiment_fast.tuning import run as run_module
from sentiment_fast.tuning.encoded_data import EncodedData
from sentiment_fast.tuning.run import TrialSetup, run_search, run_trial
from sentiment_fast.tuning.searches import new_search
from sentiment_fast.tuning.space import space_of
from sentiment_fast.tuning.trials import CUT, FAILED, FINISHED, STOPPED, TrialLog
from tests.tuning.conftest import trial

BASE = preset("tutorial").with_fields(
    {"hidden_size": 4, "embedding_size": 4, "layers": 1, "max_words": 60, "max_length": 30, "epochs": 2}
)
FLOAT32 = Precision("float32", "float32")


def new_data(seed=0):
    data = demo_corpus(160, seed)
    training, validation = stratified_split(data, 0.25, 0)
    return EncodedData({"training": training, "validation": validation}, classes_of(data), torch.device("cpu"))


@pytest.fixture(scope="module")
def how():
    return TrialSetup(BASE, new_data(), FLOAT32, "accuracy")


@pytest.mark.slow
def test_a_step_that_cannot_be_captured_ends_the_search(how, monkeypatch):
    def cannot_be_captured(*arguments, **options):
        raise CaptureError("take --no-cuda-graphs")

    monkeypatch.setattr(run_module, "train", cannot_be_captured)  # a GPU's work
    with pytest.raises(CaptureError):
        run_trial({}, how, [])


def test_a_missing_package_ends_the_search(how, monkeypatch):
    def needs_a_package(*arguments, **options):
        raise MissingPackageError("pip install it")

    monkeypatch.setattr(run_module, "train", needs_a_package)
    with pytest.raises(MissingPackageError):
        run_trial({}, how, [])


def search_of(**wanted):
    return new_search("grid", space_of(wanted, BASE, "x"), 0, "accuracy")


def journal(folder):
    return TrialLog(folder, {}, {})


def figures(trials):
    """All of the trials but how long they took."""
    return [
        (one.number, one.settings, one.status, [(e.train_loss, e.validation_loss, e.best) for e in one.epochs])
        for one in trials
    ]


def after(steps):
    """What says at the end of so many steps, and from there on, that the search shall stop."""
    left = iter(range(steps, -1, -1))
    return lambda: next(left, 0) == 0


@pytest.mark.slow
def test_a_trial_is_the_training_that_train_does(how):
    found = run_trial({"hidden_size": 6}, how, [])
    settings = BASE.with_fields({"hidden_size": 6})
    vocabulary, examples = how.data.examples(settings)
    network = new_network(settings, vocabulary, how.data.classes)
    history = train(network, examples["training"], examples["validation"], settings.training, FLOAT32)
    assert (found.status, found.settings) == (FINISHED, {"hidden_size": 6})
    assert [epoch.validation_loss for epoch in found.epochs] == [epoch.validation_loss for epoch in history]


@pytest.mark.slow
def test_a_search_ends_with_its_last_trial(how, tmp_path):
    run_search(search_of(hidden_size=[3, 4], layers=[1]), how, journal(tmp_path), None, lambda: False)
    assert [one.settings["hidden_size"] for one in journal(tmp_path).trials] == [3, 4]


@pytest.mark.slow
def test_a_search_ends_with_the_trials_asked_for(how, tmp_path):
    for most in (1, 2):
        run_search(search_of(hidden_size=[3, 4, 5]), how, journal(tmp_path), most, lambda: False)
        assert len(journal(tmp_path).trials) == most


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 5, 9])
def test_a_search_that_was_stopped_goes_on_to_the_trials_of_one_that_was_not(how, tmp_path, steps):
    search = search_of(hidden_size=[3, 4], dropout=[0, 0.5])
    run_search(search, how, journal(tmp_path / "whole"), None, lambda: False)
    stopped = journal(tmp_path / "stopped")
    with stopped:
        run_search(search, how, stopped, None, after(steps))
    assert len(stopped.trials) < 4
    run_search(search, how, journal(tmp_path / "stopped"), None, lambda: False)
    assert figures(journal(tmp_path / "stopped").trials) == figures(journal(tmp_path / "whole").trials)


def test_a_trial_that_was_cut_before_an_epoch_leaves_nothing(how, tmp_path):
    run_search(search_of(hidden_size=[3]), how, journal(tmp_path), None, after(2))
    assert journal(tmp_path).all == []


def test_a_trial_that_was_cut_after_an_epoch_has_its_figures(how, tmp_path):
    run_search(search_of(hidden_size=[3]), how, journal(tmp_path), None, after(4))  # an epoch has three steps
    assert [(one.status, len(one.epochs)) for one in journal(tmp_path).all] == [(CUT, 1)]


@pytest.mark.slow
def test_a_trial_that_diverges_fails_and_the_search_goes_on(how, tmp_path):
    run_search(search_of(learning_rate=[1e6, 1e-7], weight_decay=[1e6]), how, journal(tmp_path), None, lambda: False)
    failed, finished = journal(tmp_path).trials
    assert (failed.status, finished.status) == (FAILED, FINISHED)
    assert "lower the learning rate" in failed.reason


@pytest.mark.slow
def test_settings_that_do_not_go_together_fail_and_the_search_goes_on(how, tmp_path):
    search = search_of(bidirectional=[True], pooling=["padded", "last"])
    run_search(search, how, journal(tmp_path), None, lambda: False)
    assert [one.status for one in journal(tmp_path).trials] == [FAILED, FINISHED]


def test_a_vocabulary_without_words_fails_and_the_search_goes_on(how, tmp_path):
    run_search(search_of(min_count=[100_000, 1]), how, journal(tmp_path), None, lambda: False)
    assert [one.status for one in journal(tmp_path).trials] == [FAILED, FINISHED]


def test_a_hopeless_trial_is_stopped_after_an_epoch(how):
    better = [trial(number, 1e-3, 1e-3) for number in range(1, 5)]
    stopped = run_trial({}, how, better)
    assert (stopped.number, stopped.status, len(stopped.epochs)) == (5, STOPPED, 1)


def test_an_epoch_is_enough_to_be_finished(how):
    better = [trial(number, 1e-3) for number in range(1, 5)]
    assert run_trial({"epochs": 1}, how, better).status == FINISHED


@pytest.mark.slow
def test_texts_are_encoded_once_for_each_vocabulary(how):
    data = new_data()
    for settings in ({"hidden_size": 3}, {"dropout": 0.1}, {"max_words": 10}, {"hidden_size": 3}):
        data.examples(BASE.with_fields(settings))
    assert data.encoded.cache_info().misses == 2


@pytest.mark.slow
def test_the_data_are_told_apart_by_its_texts_and_labels():
    data, other = new_data(), new_data(1)
    assert data.digest() == new_data().digest()
    assert data.digest() != other.digest()
    part = data.parts["training"]
    labels = part.labels.copy()
    labels[:2] = labels[:2][::-1]
    labels[0] = next(label for label in data.classes if label != labels[0])
    data.parts["training"] = type(part)(part.texts, labels, part.name)
    assert data.digest() != new_data().digest()


@pytest.mark.slow
def test_a_trial_begins_with_word_vectors_where_train_does(how):
    settings = BASE.with_fields({"word_vectors": "neighbours"})
    found, random = (run_trial(changes, how, []) for changes in ({"word_vectors": "neighbours"}, {}))
    vocabulary, examples = how.data.examples(settings)
    corpus = how.data.encoded(settings.vocabulary)[1]["training"].ids
    vectors = vectors_of(corpus, settings, vocabulary, lambda message: None)
    network = new_network(settings, vocabulary, how.data.classes, vectors)
    history = train(network, examples["training"], examples["validation"], settings.training, FLOAT32)
    assert [epoch.validation_loss for epoch in found.epochs] == [epoch.validation_loss for epoch in history]
    assert [epoch.validation_loss for epoch in found.epochs] != [epoch.validation_loss for epoch in random.epochs]


@pytest.mark.slow
def test_a_trial_with_ngrams_is_judged_by_network_and_ngrams_together(how):
    changes = {"ngrams": 2, "ngram_bits": 12}
    found = run_trial(changes, how, [])
    settings = BASE.with_fields(changes)
    vocabulary, examples = how.data.examples(settings)
    parts = how.data.encoded(settings.vocabulary)[1]
    validation = parts["validation"]
    wide = fit_ngrams(parts["training"].ids, parts["training"].targets, 2, settings.wide).logits(validation.ids)
    network = new_network(settings, vocabulary, how.data.classes)
    expected = []

    def after_epoch(epoch):
        logits = network_logits(network, validation.ids, FLOAT32)
        calibration = fit_calibration(logits, wide, validation.targets, 2, lengths=validation.ids.lengths)
        figures = evaluate(
            calibration.probabilities(logits, wide, validation.ids.lengths), validation.targets, how.data.classes
        )
        assert figures.log_loss != epoch.validation_loss
        expected.append((figures.log_loss, figures.accuracy))

    train(network, examples["training"], examples["validation"], settings.training, FLOAT32, after_epoch)
    assert [(epoch.validation_loss, epoch.validation_accuracy) for epoch in found.epochs] == expected


@pytest.mark.slow
def test_a_validation_part_too_small_to_calibrate_by_judges_the_plain_sum():
    data = demo_corpus(60, 0)
    parts = dict(zip(("training", "validation"), stratified_split(data, 0.2, 0), strict=True))
    tiny = TrialSetup(BASE, EncodedData(parts, classes_of(data), torch.device("cpu")), FLOAT32, "loss")
    assert run_trial({"ngrams": 1, "ngram_bits": 10}, tiny, []).status == FINISHED


@pytest.mark.slow
def test_settings_of_ngrams_make_different_trials(how):
    few, many = (run_trial({"ngrams": 1, "ngram_bits": 10, "ngram_c": c}, how, []) for c in (0.01, 30.0))
    assert few.epochs[-1].validation_loss != many.epochs[-1].validation_loss


@pytest.mark.slow
def test_trials_share_the_word_vectors_that_they_have_in_common():
    said, data = [], new_data()
    settings = BASE.with_fields({"word_vectors": "neighbours"})
    for changes in ({"hidden_size": 3}, {"hidden_size": 4}, {"embedding_size": 5}):
        data.vectors(settings.with_fields(changes), said.append)
    assert len(said) == 2
