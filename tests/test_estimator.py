"""`SentimentClassifier` and `ReviewEncoder` as scikit-learn's tools use them: searches, pipelines, pickles."""

import copy
import io
import pickle
import pickletools
import subprocess
import sys
import tempfile

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
import torch
from scipy.sparse import csr_array
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import get_tags

import sentiment_fast as sf
from sentiment_fast.errors import MissingPackageError
from sentiment_fast.model.threads import training_threads
from sentiment_fast.text.encoding import thread_count

pytestmark = pytest.mark.slow  # the first fit imports PyTorch

SETTINGS = {"hidden_size": 16, "embedding_size": 4, "max_words": 50, "max_length": 16, "ngram_bits": 10}
SETTINGS |= {"word_vectors": "random", "word_dropout": 0.0, "dropout": 0.0}
TINY = {"settings": SETTINGS, "epochs": 2, "batch_size": 8, "learning_rate": 0.02, "device": "cpu", "random_state": 0}
WORDS = {"neg": ["bad", "awful", "dull", "poor"], "pos": ["good", "great", "lovely", "superb"], "so": ["fair", "usual"]}


def reviews(rows=48, classes=("neg", "pos"), seed=0):
    """(texts, labels), no text twice."""
    random = np.random.default_rng(seed)
    labels = np.array(classes)[np.arange(rows) % len(classes)]
    return [
        " ".join([*random.choice(WORDS[one], 4), "film", "abcdefghij"[row % 10] * 3, f"{'x' * (row + 2)}"])
        for row, one in enumerate(labels)
    ], labels


X, Y = reviews()


def tiny(**parameters):
    return sf.SentimentClassifier(**TINY | parameters)


@pytest.fixture(scope="module")
def fitted():
    return tiny().fit(X, Y)


# Fitting and predicting.


def test_it_learns_and_predicts_the_labels_of_y(fitted):
    assert is_classifier(fitted)
    assert fitted.classes_.tolist() == ["neg", "pos"]
    assert fitted.score(X, Y) > 0.9
    assert fitted.predict(X[:2]).tolist() == ["neg", "pos"]
    probabilities = fitted.predict_proba(X)
    assert (probabilities.shape, probabilities.dtype) == ((48, 2), np.float32)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_fit_writes_no_files_and_prints_nothing(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    tiny().fit(X, Y)
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_it_is_sf_train_in_memory(fitted):
    options = {name: value for name, value in TINY.items() if name not in ("settings", "random_state")}
    result = sf.train((X, Y), preset="fast", set=SETTINGS, seed=0, validation=0.1, **options)
    assert fitted.scorer_.digest() == result.scorer().digest()
    assert fitted.metrics_["validation"] == result.metrics["validation"]
    assert [one["validation_loss"] for one in fitted.history_] == [one.validation_loss for one in result.history]


@pytest.mark.parametrize(
    "container",
    [
        tuple,
        np.array,
        lambda texts: np.array(texts, object),
        lambda texts: np.array(texts, object)[:, None],
        pd.Series,
        lambda texts: pd.Series(texts, index=range(100, 148)),
        lambda texts: pd.DataFrame({"review": texts}),
        pa.array,
        lambda texts: pa.chunked_array([texts[:9], texts[9:]]),
        lambda texts: pl.DataFrame({"review": texts}),
        pl.Series,
    ],
    ids="tuple str objects column Series index DataFrame arrow chunked polars pl.Series".split(),
)
def test_texts_may_be_in_any_container(fitted, container):
    again = tiny().fit(container(X), Y)
    np.testing.assert_array_equal(again.predict_proba(container(X)), fitted.predict_proba(X))


@pytest.mark.parametrize(
    ("labels", "kind"),
    [([0, 1], int), ([True, False], bool), ([2.0, 1.0], float), (["b", "a"], str), (["b", "a"], object)],
    ids=["int", "bool", "float", "str", "object"],
)
def test_labels_keep_their_type(labels, kind):
    y = np.array(labels * 24, kind)
    found = tiny(epochs=1).fit(X, y)
    assert found.classes_.dtype == y.dtype
    assert found.classes_.tolist() == sorted(labels)
    assert found.predict(X).dtype == y.dtype


@pytest.mark.parametrize("to", [pd.Series, pl.Series, pa.array, list, pd.Categorical], ids=lambda to: to.__name__)
def test_labels_may_be_in_any_container(fitted, to):
    assert tiny().fit(X, to(Y.tolist())).scorer_.digest() == fitted.scorer_.digest()


def test_more_than_two_classes_have_a_column_each():
    texts, labels = reviews(60, ("neg", "pos", "so"))
    found = tiny(epochs=8).fit(texts, labels)
    decided, probabilities = found.decision_function(texts), found.predict_proba(texts)
    assert decided.shape == probabilities.shape == (60, 3)
    np.testing.assert_array_equal(decided.argmax(axis=1), probabilities.argmax(axis=1))
    assert found.score(texts, labels) > 0.8


def test_the_decision_function_is_above_0_where_the_second_class_is_predicted(fitted):
    found = copy.deepcopy(fitted)
    for threshold in (0.5, float(np.sort(found.predict_proba(X)[:, 1])[30:32].mean())):
        found.scorer_.threshold = threshold
        np.testing.assert_array_equal(found.decision_function(X) > 0, found.predict(X) == "pos")


def test_a_neutral_band_of_the_scorer_is_heeded(fitted):
    found = copy.deepcopy(fitted)
    found.scorer_.neutral = (0.0001, 0.9999)
    assert set(found.predict(X)) == {"neutral"}


def test_the_random_state_decides_everything(fitted):
    assert tiny(random_state=1).fit(X, Y).scorer_.digest() != fitted.scorer_.digest()
    digests = {tiny(random_state=np.random.RandomState(3)).fit(X, Y).scorer_.digest() for _ in range(2)}
    assert len(digests) == 1
    unseeded = tiny(random_state=None)
    assert unseeded.fit(X, Y).scorer_.digest() != unseeded.fit(X, Y).scorer_.digest()


def test_fit_leaves_the_random_numbers_of_others_alone():
    def states():
        return np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002  others' are meant

    before = states()
    tiny().fit(X, Y)
    assert states() == before


def test_texts_labels_and_weights_are_read_only(fitted):
    texts, labels, weights = np.array(X, object), Y.copy(), np.ones(48)
    for array in (texts, labels, weights):
        array.setflags(write=False)
    found = tiny().fit(texts, labels, weights)
    np.testing.assert_array_equal(found.predict(texts), fitted.predict(X))
    frame = pd.DataFrame({"review": X}, index=range(100, 148))
    before = frame.copy()
    found.predict_proba(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_fitting_again_starts_over(fitted):
    again = tiny(random_state=1).fit(X, Y)
    again.set_params(random_state=0)
    assert again.fit(X, Y).scorer_.digest() == fitted.scorer_.digest()


def test_a_model_can_be_fine_tuned(fitted, tmp_path):
    sf.train((X, Y), preset="fast", set=SETTINGS, epochs=1, device="cpu", out=tmp_path / "model")
    assert tiny(init=tmp_path / "model", settings=None, epochs=1).fit(X, Y).score(X, Y) > 0.5


# Weights.


def test_weights_are_what_repeated_rows_are():
    texts, labels = reviews(24, seed=4)
    times = np.random.default_rng(0).integers(0, 4, 24)
    # One batch, no dropout, and words in the same order: they are numbered by how often they occur.
    settings = SETTINGS | {"ngrams": 0, "max_words": 8, "max_length": 100, "stop_words": "none"}
    words = WORDS["pos"] + WORDS["neg"]
    order = " ".join(word for place, word in enumerate(words) for _ in words[place:])
    texts = [f"{order} {text}" for text in texts]
    model = tiny(settings=settings, batch_size=1000, epochs=3, learning_rate=1e-2)
    weighted = model.fit(texts, labels, sample_weight=times).predict_proba(texts)
    rows = np.repeat(np.arange(24), times)
    repeated = clone(model).fit([texts[row] for row in rows], labels[rows]).predict_proba(texts)
    np.testing.assert_allclose(weighted, repeated, atol=1e-6)
    assert np.abs(weighted - clone(model).fit(texts, labels).predict_proba(texts)).max() > 1e-4


def test_texts_of_weight_0_are_left_out():
    weights = np.array([1.0] * 40 + [0.0] * 8)
    whole = tiny().fit(X, Y, sample_weight=weights)
    part = tiny().fit(X[:40], Y[:40], sample_weight=np.ones(40))
    assert whole.scorer_.digest() == part.scorer_.digest()


def test_weights_change_what_is_learned():
    contrary = np.where(Y == "pos", "neg", "pos")
    texts, labels = [*X, *(f"{text} zz" for text in X)], np.append(Y, contrary)
    for heavy, expected in ((Y, 1), (contrary, 0)):
        weights = np.repeat([9.0, 1.0] if heavy is Y else [1.0, 9.0], 48)
        assert abs(tiny(epochs=4).fit(texts, labels, sample_weight=weights).score(X, Y) - expected) < 0.2


@pytest.mark.parametrize("weight", [{"neg": 1, "pos": 50}, {"pos": 50}])
def test_class_weights_favour_a_class(weight):
    texts = [f"film {'x' * (row + 2)}" for row in range(48)]
    assert tiny(class_weight=weight).fit(texts, Y).predict(texts).tolist() == ["pos"] * 48


def test_balanced_class_weights_even_out_a_rare_class():
    rows = np.r_[0:48:2, 1:13:2]
    texts = [f"film {'x' * (row + 2)}" for row in range(30)]
    probability = [
        tiny(class_weight=one).fit(texts, Y[rows]).predict_proba(texts)[:, 1].mean() for one in (None, "balanced")
    ]
    assert probability[0] < 0.35 < 0.4 < probability[1] < 0.6


def test_at_least_one_text_of_each_class_is_held_out():
    texts, labels = reviews(8)
    assert tiny(validation_fraction=0.01).fit(texts, labels).metrics_["validation"]["n"] == 2
    assert tiny(validation_fraction=0.5).fit(texts, labels).metrics_["validation"]["n"] == 4
    assert tiny(validation_fraction=0.99).fit(texts, labels).metrics_["validation"]["n"] == 6
    same = tiny(validation_fraction=0.5).fit(["good", "bad"] * 10, [1, 0] * 10)
    assert same.metrics_["validation"]["n"] == 10


@pytest.mark.parametrize("fraction", [0.1, 0.9])
def test_a_rare_class_is_both_learned_and_held_out(fraction):
    labels = np.array(["neg"] * 60 + ["pos"] * 2)
    texts = [f"{'bad' if one == 'neg' else 'good'} film {'x' * (row + 2)}" for row, one in enumerate(labels)]
    found = tiny(validation_fraction=fraction, epochs=1).fit(texts, labels)
    assert found.metrics_["validation"]["per_class"][1]["support"] == 1


def test_copies_of_a_text_are_all_held_out_or_all_learned_from():
    texts, labels = reviews(20)
    found = tiny(validation_fraction=0.2).fit(texts * 3, np.tile(labels, 3))
    assert found.metrics_["validation"]["n"] == 12


# Parameters, copies and pickles.


def test_the_constructor_only_stores_and_clones_are_unfitted(fitted):
    settings, state = {"max_words": 7}, np.random.RandomState(0)
    parameters = {"settings": settings, "random_state": state, "epochs": "nonsense", "threads": -5}
    made = sf.SentimentClassifier(**parameters)
    assert made.get_params()["settings"] is settings
    assert vars(made) == sf.SentimentClassifier().get_params() | parameters
    copied = clone(fitted)
    assert copied.get_params() == fitted.get_params()
    assert not hasattr(copied, "scorer_")


def test_parameters_can_be_set(fitted):
    made = sf.SentimentClassifier().set_params(**fitted.get_params())
    assert made.get_params() == fitted.get_params()
    with pytest.raises(ValueError, match="Invalid parameter 'epoch' for estimator"):
        made.set_params(epoch=1)


def test_a_pickle_holds_bytes_of_safetensors_and_json_and_no_network(fitted):
    pickled = pickle.dumps(fitted)
    classes = {str(arg).split()[0] for op, arg, _ in pickletools.genops(pickled) if op.name == "GLOBAL"}
    strings = {arg for op, arg, _ in pickletools.genops(pickled) if "UNICODE" in op.name}
    assert not any("torch" in one or "sentiment_fast.model" in one for one in classes | strings)
    assert {"config.json", "vocabulary.txt", "model.safetensors"} <= strings
    files = fitted.scorer_.__getstate__()["model"]
    assert all(isinstance(content, bytes) for content in files.values())
    again = pickle.loads(pickled)
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert again.get_params() == fitted.get_params()
    assert (again.history_, again.metrics_) == (fitted.history_, fitted.metrics_)


def test_a_damaged_pickle_is_an_error_that_names_it(fitted):
    weights = fitted.scorer_.__getstate__()["model"]["model.safetensors"]
    damaged = pickle.dumps(fitted).replace(weights, weights[:-8] + b"damaged!")
    with pytest.raises(sf.ModelFolderError, match=r"the pickled model.*model\.safetensors: "):
        pickle.loads(damaged)


def test_joblib_dumps_and_loads_it(fitted, tmp_path):
    joblib.dump(fitted, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
    assert loaded.scorer_.digest() == fitted.scorer_.digest()


def test_a_threshold_is_kept_by_pickles(fitted):
    found = copy.deepcopy(fitted)
    found.scorer_.threshold = 0.9
    assert pickle.loads(pickle.dumps(found)).scorer_.threshold == 0.9


def test_its_model_is_saved_as_a_folder(fitted, tmp_path):
    found = copy.deepcopy(fitted)
    found.scorer_.threshold = 0.7
    found.scorer_.save(tmp_path / "model")
    again = sf.SentimentClassifier.from_scorer(sf.load(tmp_path / "model", "cpu", "float32"))
    np.testing.assert_array_equal(again.predict_proba(X), found.predict_proba(X))
    assert again.scorer_.threshold == 0.7


@pytest.mark.parametrize("later", [{"device": "nonsense"}, {"precision": 3}, {"preset": None}, {"settings": object}])
def test_parameters_that_are_set_after_fitting_change_neither_predictions_nor_copies(fitted, later):
    found = copy.deepcopy(fitted).set_params(**later)
    for one in (found, pickle.loads(pickle.dumps(found))):
        np.testing.assert_array_equal(one.predict_proba(X), fitted.predict_proba(X))
        assert one.get_params() == fitted.get_params() | later


def test_a_pickle_is_loaded_in_another_process(fitted, tmp_path):
    joblib.dump(fitted, tmp_path / "model")
    show = f"print(joblib.load({str(tmp_path / 'model')!r}).predict({X[:2]!r}), 'torch' in sys.modules)"
    program = f"import joblib, sys; {show}"
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout == "['neg' 'pos'] False\n"


def test_an_unfitted_one_is_pickled_too():
    assert pickle.loads(pickle.dumps(tiny())).get_params() == tiny().get_params()


def test_scorers_and_classifiers_are_made_of_each_other(fitted):
    scorer = fitted.scorer_
    again = sf.SentimentClassifier.from_scorer(scorer, epochs=3)
    assert (again.epochs, again.classes_.tolist()) == (3, ["neg", "pos"])
    assert again.scorer_ is scorer
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
    bundled = sf.SentimentClassifier.from_scorer(sf.load("bundled"))
    assert bundled.predict(["A wonderful film!"]).tolist() == ["positive"]
    with pytest.raises(sf.UsageError, match=r"Expected a `Scorer`, such as .* got `str`"):
        sf.SentimentClassifier.from_scorer("bundled")


# Tools of scikit-learn.


def test_it_is_a_step_of_a_pipeline():
    pipeline = make_pipeline(FunctionTransformer(lambda texts: [text.lower() for text in texts]), tiny())
    assert pipeline.fit([text.upper() for text in X], Y).score(X, Y) > 0.9
    assert pipeline.classes_.tolist() == ["neg", "pos"]
    pipeline.set_params(sentimentclassifier__epochs=1)
    assert pipeline[-1].epochs == 1


def test_a_grid_search_in_two_processes_finds_the_better_settings():
    search = GridSearchCV(tiny(), {"learning_rate": [1e-6, 0.02]}, cv=2, n_jobs=2, scoring="neg_log_loss")
    search.fit(np.array(X, object), Y)
    assert search.best_params_ == {"learning_rate": 0.02}
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(X[:2]).tolist() == ["neg", "pos"]


def test_a_random_search_draws_settings():
    small = [SETTINGS | {"max_words": words} for words in (10, 50)]
    search = RandomizedSearchCV(tiny(), {"settings": small, "epochs": [1, 2]}, n_iter=2, cv=2, random_state=0)
    assert search.fit(X, Y).best_estimator_.settings in small


def test_cross_validation_predicts_and_scores():
    predicted = cross_val_predict(tiny(), pd.Series(X), Y, cv=2, method="predict_proba")
    assert predicted.shape == (48, 2)
    assert cross_val_score(tiny(), X, Y, cv=2, scoring="roc_auc").mean() > 0.8


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_it_can_be_calibrated(method):
    calibrated = CalibratedClassifierCV(tiny(), method=method, cv=2).fit(X, Y)
    assert calibrated.predict_proba(X).shape == (48, 2)
    assert calibrated.score(X, Y) > 0.8


@pytest.mark.parametrize(
    "around",
    [
        lambda one: VotingClassifier([("a", one), ("b", one)], voting="soft"),
        lambda one: StackingClassifier([("a", one)], cv=2),
        lambda one: TunedThresholdClassifierCV(one, cv=2),
        OneVsRestClassifier,
    ],
    ids=["voting", "stacking", "threshold", "one against the rest"],
)
def test_it_can_be_a_part_of_other_classifiers(around):
    assert around(tiny()).fit(X, Y).predict(X[:2]).tolist() == ["neg", "pos"]


def test_tags_say_that_it_takes_texts():
    for one in (tiny(), sf.ReviewEncoder()):
        tags = get_tags(one).input_tags
        assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)


def test_weights_reach_it_through_a_search_and_a_pipeline():
    weights = np.ones(48)
    assert GridSearchCV(tiny(epochs=1), {"epochs": [1]}, cv=2).fit(X, Y, sample_weight=weights).best_params_
    assert make_pipeline(tiny(epochs=1)).fit(X, Y, sentimentclassifier__sample_weight=weights)


def test_a_fitted_one_can_be_calibrated(fitted):
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted), cv=2).fit(X, Y)
    assert calibrated.predict(X[:2]).tolist() == ["neg", "pos"]


def test_weights_are_routed_to_it_on_request():
    with sklearn.config_context(enable_metadata_routing=True):
        asking = tiny(epochs=1).set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        pipeline = make_pipeline(FunctionTransformer(), asking).fit(
            X, Y, sample_weight=np.r_[np.ones(24), np.zeros(24)]
        )
    half = tiny(epochs=1).fit(X[:24], Y[:24], np.ones(24))
    assert pipeline[-1].scorer_.digest() == half.scorer_.digest()


# Threads.


def threads_in(estimator):
    with estimator._working():
        return thread_count(), training_threads_in(estimator)


def training_threads_in(estimator):
    with training_threads(estimator._options()["threads"]):
        return torch.get_num_threads()


@pytest.mark.parametrize(("backend", "most"), [("loky", 2), ("threading", 2), ("multiprocessing", 1)])
def test_in_a_worker_of_joblib_it_uses_one_thread(backend, most):
    """most: how many PyTorch uses if two are asked for; in a forked process one."""
    assert tiny()._threads() is None
    run = joblib.Parallel(n_jobs=2, backend=backend)
    assert run(joblib.delayed(threads_in)(one) for one in (tiny(), tiny(threads=2))) == [(1, 1), (2, most)]


def test_fits_in_several_threads_are_the_same_as_one_after_the_other(fitted):
    found = joblib.Parallel(n_jobs=2, backend="threading")(
        joblib.delayed(tiny(threads=fitted.threads).fit)(X, Y) for _ in range(2)
    )
    assert len({one.scorer_.digest() for one in found}) == 1


# Errors.


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_before_it_is_fitted_it_says_so(method):
    with pytest.raises(NotFittedError, match="This SentimentClassifier instance is not fitted yet"):
        getattr(tiny(), method)(X)


@pytest.mark.parametrize(
    ("texts", "labels", "error", "message"),
    [
        (X, Y[:3], ValueError, r"inconsistent numbers of samples: \[48, 3\]"),
        (X, ["pos"] * 48, ValueError, "two or more classes in y, with weights above 0, got only one class, 'pos'"),
        ([], [], ValueError, "two or more classes in y, with weights above 0, got no texts"),
        (X, ["neg"] * 47 + ["pos"], ValueError, "two or more texts of each class, .* got one of the class 'pos'"),
        (X, np.where(Y == "pos", "a\0b", "a"), ValueError, r"labels without the character NUL, got 'a\\x00b'"),
        (X, np.where(Y == "pos", "\ud800", "a"), ValueError, r"labels that UTF-8 can encode, got '\\ud800'"),
        (X, [float("nan"), *(Y[1:] == "pos")], ValueError, "labels that are finite numbers, got nan in row 1"),
        (X, pd.Categorical([*Y[:-1], None]), ValueError, "all str or all numbers, got float, str"),
        (X, "pos", ValueError, r"y should be a 1d array, got an array of shape \(\)"),
        (X, None, ValueError, "requires y to be passed, but the target y is None"),
        (X, [*Y[:-1], None], ValueError, "Expected labels that are all str or all numbers, got NoneType, str"),
        (X, np.linspace(0, 1, 48), ValueError, "continuous"),
        (X, np.ones((48, 2)), ValueError, r"y should be a 1d array, got an array of shape \(48, 2\)"),
        ([*X[:-1], None], Y, ValueError, r"got none at X\[47\]: fill it in, for example with \"\""),
        ([*X[:-1], float("nan")], Y, ValueError, r"got none at X\[47\]"),
        (np.array([X, X]).T, Y, TypeError, r"texts in an array of one dimension, got shape \(48, 2\)"),
        (pd.DataFrame({"a": X, "b": X}), Y, TypeError, "a table of one column of texts, got the columns 'a', 'b'"),
        (np.ones(48), Y, TypeError, r"Expected `str` or a missing value, got `float` 1.0 - at texts\[0\]"),
        ("good", Y, TypeError, "got one `str`: wrap it in a list"),
        (np.array("good"), Y, TypeError, r"texts in an array of one dimension, got shape \(\)"),
        (["\ud800", *X[1:]], Y, TypeError, r"texts that UTF-8 can encode, got '\\ud800' - at texts\[0\]"),
        ([b"good"] * 48, Y, TypeError, r"Expected `str` or a missing value, got `bytes` b'good' - at texts\[0\]"),
    ],
)
def test_texts_and_labels_that_cannot_be_learned_from_are_errors_that_say_why(texts, labels, error, message):
    with pytest.raises(error, match=message):
        tiny().fit(texts, labels)


def test_texts_that_are_missing_or_not_texts_are_errors_in_predictions_too(fitted):
    with pytest.raises(ValueError, match=r"got none at X\[1\]"):
        fitted.predict(["good", None])
    with pytest.raises(TypeError, match="got one `str`"):
        fitted.predict_proba("good")
    assert fitted.predict_proba(["", "an unknown one"]).shape == (2, 2)


def test_empty_and_huge_texts_and_none_at_all_are_predicted(fitted):
    assert fitted.predict_proba([]).shape == (0, 2)
    assert fitted.predict(pd.Series([], dtype=object)).shape == fitted.decision_function([]).shape == (0,)
    assert fitted.predict(["good " * 100_000, "g" * 1_000_000, "", "bad\0bad"]).shape == (4,)


def test_a_fit_that_fails_leaves_the_model_as_it_was(fitted):
    found = copy.deepcopy(fitted)
    with pytest.raises(ValueError, match="one class"):
        found.fit(X, ["pos"] * 48)
    np.testing.assert_array_equal(found.predict(X), fitted.predict(X))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"preset": "nonsense"}, "Expected a preset of tutorial, .* got 'nonsense'"),
        ({"settings": {"hidden": 3}}, "Expected a setting of .*, got 'hidden'"),
        ({"preset": ["fast"]}, r"Expected a preset of tutorial, .* got \['fast'\]"),
        ({"settings": "max_words=3"}, "Expected `settings` to be a mapping of names to values, got 'max_words=3'"),
        ({"init": 3}, "`init`: expected a path, got int"),
        ({"epochs": 0}, "Expected epochs of 1 or more, got 0"),
        *(
            ({"validation_fraction": one}, f"Expected `validation_fraction` above 0 and below 1, got {one!r}")
            for one in (0, 1, 1.5, float("nan"), "0.1", None)
        ),
        ({"class_weight": pd.Series({"neg": 2.0})}, "Expected `class_weight` to be balanced or weights above 0"),
        ({"class_weight": {"neg": 1e30}}, "Expected `class_weight` to be .* up to 1,000,000,000"),
        ({"class_weight": {"other": 2}}, "`class_weight`: expected labels among 'neg', 'pos', got 'other'"),
        ({"threads": 0}, "Expected `threads` of 1 or more, got 0"),
        ({"threads": "2"}, "Expected `threads` of 1 or more, got '2'"),
        ({"random_state": "x"}, "'x' cannot be used to seed"),
    ],
)
def test_parameters_that_cannot_be_used_are_value_errors_of_fit(parameters, message):
    with pytest.raises(ValueError, match=message):
        tiny(**parameters).fit(X, Y)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(3), r"\(48,\), got the shape \(3,\)"),
        (-np.ones(48), "got -1.0 in row 1"),
        (np.zeros(48), "got only weights of zero"),
        ((Y == "pos").astype(float), "got only one class, 'pos'"),
        (np.full(48, 1e300), r"expected numbers of 0 to 1,000,000,000, got 1e\+300 in row 1"),
        (np.full(48, 1j), "expected numbers of 0 to 1,000,000,000, got others"),
        (csr_array(np.ones((1, 48))), "expected numbers of 0 to 1,000,000,000, got others"),
        (2.0, r"\(48,\), got the shape \(\)"),
    ],
)
def test_weights_that_cannot_be_used_are_value_errors(weights, message):
    with pytest.raises(ValueError, match=message) as caught:
        tiny().fit(X, Y, sample_weight=weights)
    assert isinstance(caught.value, sf.SentimentFastError)


# The encoder.


def test_the_encoder_gives_the_ids_of_sf_encode():
    encoder = sf.ReviewEncoder(max_length=6, max_words=20, stop_words=None)
    ids = encoder.fit_transform(X)
    assert (ids.shape, ids.dtype) == ((48, 6), np.int32)
    vocabulary = sf.build_vocabulary(X, max_words=20, stop_words=None)
    assert encoder.vocabulary_ == vocabulary
    np.testing.assert_array_equal(ids, sf.encode(X, vocabulary).pad(6))
    assert clone(encoder).set_params(dtype=np.int64).fit(X).transform(X[:1]).dtype == np.int64


def test_the_encoder_has_names_for_its_columns_and_returns_frames_on_request():
    encoder = sf.ReviewEncoder(max_length=2).fit(X)
    assert encoder.get_feature_names_out().tolist() == ["reviewencoder0", "reviewencoder1"]
    frame = encoder.set_output(transform="pandas").transform(pd.DataFrame({"review": X[:2]}, index=[7, 9]))
    assert (frame.index.tolist(), frame.columns.tolist()) == ([7, 9], ["reviewencoder0", "reviewencoder1"])
    assert isinstance(encoder.set_output(transform="polars").transform(X), pl.DataFrame)
    with pytest.raises(NotFittedError):
        sf.ReviewEncoder().get_feature_names_out()


def test_the_encoder_is_pickled_as_its_vocabulary_file():
    encoder = sf.ReviewEncoder(max_length=6, emojis=True, unknown="id").fit(X)
    assert encoder.__getstate__()["vocabulary_"] == encoder.vocabulary_.as_bytes()
    file = io.BytesIO()
    joblib.dump(encoder, file)
    file.seek(0)
    again = joblib.load(file)
    np.testing.assert_array_equal(again.transform(X), encoder.transform(X))


def test_the_encoder_is_a_step_of_pipelines_and_unions():
    union = FeatureUnion([("short", sf.ReviewEncoder(max_length=3)), ("long", sf.ReviewEncoder(max_length=5))])
    pipeline = Pipeline([("ids", union), ("scale", StandardScaler()), ("model", LogisticRegression())])
    assert pipeline.fit(X, Y).predict_proba(X).shape == (48, 2)
    assert pipeline[0].get_feature_names_out()[0] == "short__reviewencoder0"


@pytest.mark.parametrize("column", ["review", ["review"]], ids=["Series", "DataFrame"])
def test_the_encoder_takes_a_column_of_a_frame(column):
    frame = pd.DataFrame({"n": range(48), "review": X})
    columns = ColumnTransformer([("ids", sf.ReviewEncoder(max_length=2), column)], remainder="passthrough")
    assert columns.fit_transform(frame).shape == (48, 3)
    assert columns.get_feature_names_out().tolist() == ["ids__reviewencoder0", "ids__reviewencoder1", "remainder__n"]


@pytest.mark.parametrize(
    ("parameters", "texts", "error", "message"),
    [
        ({"max_words": 0}, X, ValueError, "Expected max_words of 1"),
        ({"max_length": 0}, X, ValueError, "Expected a length of 1 or more, got 0"),
        ({}, [None], ValueError, r"got none at X\[0\]"),
        ({}, [], ValueError, "Expected one or more texts, got none"),
        ({}, [3], TypeError, "got `int` 3"),
    ],
)
def test_errors_of_the_encoder_say_why(parameters, texts, error, message):
    with pytest.raises(error, match=message):
        sf.ReviewEncoder(**parameters).fit_transform(texts)


@pytest.mark.parametrize(
    "make", [lambda: tiny(settings={"stop_words": "german"}), lambda: sf.ReviewEncoder(stop_words="german")]
)
def test_a_missing_package_is_not_taken_for_a_bad_parameter(monkeypatch, make):
    monkeypatch.setitem(sys.modules, "nltk", None)
    with pytest.raises(MissingPackageError, match=r'pip install "sentiment-fast\[train\]"') as caught:
        make().fit(X, Y)
    assert isinstance(caught.value, ImportError)
    assert not isinstance(caught.value, ValueError)


def test_the_encoder_is_not_fitted_before_it_is():
    with pytest.raises(NotFittedError):
        sf.ReviewEncoder().transform(X)


# What they cost.


def test_only_their_use_imports_scikit_learn_and_only_fitting_pytorch():
    program = """
import sys
import sentiment_fast as sf
assert "sklearn" not in sys.modules
encoder = sf.ReviewEncoder().fit(["a good film"])
sf.SentimentClassifier.from_scorer(sf.load("bundled", "cpu", "float32")).predict(["a good film"])
print("sklearn" in sys.modules, "torch" in sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["True", "False"]
