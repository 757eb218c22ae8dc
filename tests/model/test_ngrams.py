"""The wide part: it learns what scikit-learn would, survives saving bit for bit, and refuses what does not fit."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

import sentiment_fast as sf
from sentiment_fast.errors import UsageError
from sentiment_fast.model.known_ngrams import known_ngrams
from sentiment_fast.model.ngrams import NgramConfig, NgramModel, fit_ngrams
from sentiment_fast.model.presets import preset
from sentiment_fast.text.reference import bucket_owners, ngram_buckets, owned_buckets

CONFIG = NgramConfig(ngrams=2, ngram_bits=14, ngram_c=10.0)
OWNED = replace(CONFIG, ngram_bits=10, ngram_fingerprints=True)  # many n-grams share a bucket
WORDS = 60


def made_up_texts(count=400, classes=2, seed=0):
    """(ids, classes): each class prefers some words, and the order of some others."""
    draw = np.random.default_rng(seed)
    targets = draw.integers(0, classes, count)
    rows = []
    for target in targets:
        words = draw.integers(1, WORDS, draw.integers(5, 30))
        words[draw.random(len(words)) < 0.08] = WORDS + target
        rows.append(words.astype(np.int16))
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return sf.TokenIds(np.concatenate(rows), offsets), targets


def accuracy(wide, ids, targets):
    logits = wide.logits(ids)
    return np.mean((logits > 0 if logits.ndim == 1 else logits.argmax(axis=1)) == targets)


def features_in_plain_python(ids, targets, config):
    """Wang and Manning's: (n, buckets) log-count ratios of a text's distinct n-grams, divided by their norm."""
    presence = np.zeros((len(ids), 1 << config.ngram_bits))
    size = config.ngrams, config.ngram_bits
    long_from = config.ngram_long_from
    owners = bucket_owners(ids, *size, long_from) if config.ngram_fingerprints else None
    for index, row in enumerate(ids):
        found = ngram_buckets(row, *size, long_from) if owners is None else owned_buckets(row, owners, *size, long_from)
        presence[index, found] = 1
    known = presence.sum(axis=0) >= 2
    p, q = (1 + presence[targets == target].sum(axis=0) for target in (1, 0))
    ratios = np.where(known, np.log((p / p[known].sum()) / (q / q[known].sum())), 0)
    step = np.abs(ratios).max() / 127  # of 8 bits
    features = presence * np.rint(ratios / step)
    return features / np.linalg.norm(features, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def learned():
    return fit_ngrams(*made_up_texts(), 2, CONFIG)


@pytest.fixture(scope="module")
def owned():
    return fit_ngrams(*made_up_texts(), 2, OWNED)


@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    [
        replace(CONFIG, ngrams=1),
        CONFIG,
        OWNED,
        replace(OWNED, ngrams=3),
        replace(CONFIG, ngram_long_from=20),
        replace(OWNED, ngram_long_from=20),
    ],
    ids=str,
)
def test_two_classes_are_learned_as_scikit_learn_would(config):
    ids, targets = made_up_texts()
    features = features_in_plain_python(ids, targets, config)
    expected = LogisticRegression(C=config.ngram_c, tol=1e-6, max_iter=1000).fit(features, targets)
    found = fit_ngrams(ids, targets, 2, config).logits(ids)
    np.testing.assert_allclose(found, expected.decision_function(features), atol=0.15)  # for the weights' 8 bits
    assert np.abs(found).max() > 3


@pytest.mark.slow
@pytest.mark.parametrize("fingerprints", [False, True])
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_classes_of_unseen_texts_are_told(classes, fingerprints):
    config = replace(CONFIG, ngram_fingerprints=fingerprints)
    wide = fit_ngrams(*made_up_texts(1000, classes), classes, config)
    ids, targets = made_up_texts(500, classes, seed=1)
    assert wide.logits(ids).shape == ((500,) if classes == 2 else (500, classes))
    assert accuracy(wide, ids, targets) > 0.7


def test_the_order_of_words_is_learned_with_two_ids_and_not_with_one():
    draw = np.random.default_rng(0)
    targets = draw.integers(0, 2, 600)
    rows = [[[7, 8], [8, 7]][target] for target in targets]
    ids = sf.TokenIds(np.array(rows, np.int16).ravel(), np.arange(601) * 2)
    assert accuracy(fit_ngrams(ids, targets, 2, CONFIG), ids, targets) == 1
    assert accuracy(fit_ngrams(ids, targets, 2, replace(CONFIG, ngrams=1)), ids, targets) < 0.6


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_that_are_sure_teach_what_classes_do(classes):
    ids, targets = made_up_texts(classes=classes)
    hard = fit_ngrams(ids, targets, classes, CONFIG)
    soft = fit_ngrams(ids, np.eye(classes, dtype=np.float32)[targets], classes, CONFIG)
    np.testing.assert_array_equal(soft.logits(ids), hard.logits(ids))


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_are_what_logits_come_to(classes):
    """Where every text is the same, the answer is the mean of what it is taught."""
    ids = sf.TokenIds(np.tile(np.int16([3, 4, 5]), 50), np.arange(51) * 3)
    taught = np.tile(np.float32([0.25, 0.75] if classes == 2 else [0.2, 0.3, 0.5]), (50, 1))
    logits = fit_ngrams(ids, taught, classes, replace(CONFIG, ngram_c=1000.0)).logits(ids)
    two = np.stack([np.zeros(50), logits], axis=1) if classes == 2 else logits
    found = torch.softmax(torch.from_numpy(two), dim=1)
    np.testing.assert_allclose(found, taught, atol=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("fitted", ["learned", "owned"])
def test_learning_again_gives_the_same_bits(request, fitted, threads):
    first = request.getfixturevalue(fitted)
    again = fit_ngrams(*made_up_texts(), 2, first.config, threads)
    assert all(np.array_equal(tensor, again.tensors()[name]) for name, tensor in first.tensors().items())


def test_the_owner_of_a_bucket_is_its_ngram_of_most_texts(owned):
    fingerprints = owned.tensors()["ngram_fingerprints"]
    owners = bucket_owners(made_up_texts()[0], OWNED.ngrams, OWNED.ngram_bits)
    assert (fingerprints.dtype, fingerprints.shape) == (np.uint8, (1 << OWNED.ngram_bits,))
    assert {bucket: int(fingerprints[bucket]) for bucket in owners} == owners
    assert len(owners) > 800


@pytest.mark.parametrize("texts", [[], [[]], [[1, 2, 3]], [[1, 2], [3, 4]], [[1, 2], [1, 2], [2]]], ids=str)
def test_few_texts_have_the_owners_of_plain_python(texts):
    ids = sf.TokenIds(
        np.array([number for text in texts for number in text], np.int16), np.cumsum([0, *map(len, texts)])
    )
    known = known_ngrams(ids, 2, 10, True, 1)
    owners = bucket_owners(texts, 2, 10)
    assert {int(bucket): int(known.fingerprints[bucket]) for bucket in known.buckets} == owners
    assert known.counts.tolist() == [
        sum(b in owned_buckets(text, owners, 2, 10) for text in texts) for b in sorted(owners)
    ]


def test_ngrams_that_share_a_bucket_with_an_owner_are_left_out(owned):
    """Of unseen texts, only n-grams that own a bucket count: without any, a text has the bias."""
    owners = bucket_owners(made_up_texts()[0], OWNED.ngrams, OWNED.ngram_bits)
    unseen = np.arange(20_000, 20_400)
    strangers = [number for number in unseen.tolist() if not owned_buckets([number], owners, 1, OWNED.ngram_bits)]
    assert len(strangers) > 300
    ids = sf.TokenIds(np.int16(strangers), np.arange(len(strangers) + 1))
    assert set(owned.logits(ids).tolist()) == {owned.tensors()["ngram_biases"].item()}


def test_weights_of_texts_do_not_change_the_owners():
    ids, targets = made_up_texts()
    weights = np.random.default_rng(5).uniform(0, 9, len(ids))
    found = fit_ngrams(ids, targets, 2, OWNED, row_weights=weights).tensors()
    plain = fit_ngrams(ids, targets, 2, OWNED).tensors()
    np.testing.assert_array_equal(found["ngram_fingerprints"], plain["ngram_fingerprints"])
    assert (found["ngram_ratios"] != plain["ngram_ratios"]).any()


def test_a_text_without_a_known_ngram_gets_the_bias(learned):
    ids = sf.TokenIds(np.array([30_000, 30_001], np.int16), np.array([0, 0, 2]))
    bias = learned.tensors()["ngram_biases"].item()
    assert learned.logits(ids).tolist() == [bias, bias]


def test_an_ngram_of_a_single_text_is_not_known():
    ids, targets = made_up_texts()
    lone = np.int16([20_000] * 3)
    more = sf.TokenIds(np.concatenate([ids.values, lone]), np.append(ids.offsets, len(ids.values) + 3))
    tables = fit_ngrams(more, np.append(targets, 1), 2, CONFIG).tensors()
    assert not tables["ngram_ratios"][ngram_buckets([20_000], 1, CONFIG.ngram_bits)].any()


def test_texts_without_any_known_ngram_teach_how_frequent_classes_are():
    ids = sf.TokenIds(np.array([], np.int16), np.zeros(101, np.int64))
    wide = fit_ngrams(ids, np.arange(100) % 4 // 3, 2, CONFIG)
    np.testing.assert_allclose(wide.logits(ids), np.log(25 / 75), atol=0.02)


def test_no_texts_have_no_logits(learned):
    assert learned.logits(sf.TokenIds(np.array([], np.int16), np.array([0]))).shape == (0,)


@pytest.mark.slow
@pytest.mark.parametrize("config", [CONFIG, OWNED], ids=str)
@pytest.mark.parametrize("classes", [2, 3])
def test_saving_keeps_every_bit(classes, config):
    ids, targets = made_up_texts(classes=classes)
    wide = fit_ngrams(ids, targets, classes, config)
    loaded = NgramModel(config, wide.tensors())
    pickled = pickle.loads(pickle.dumps(wide))
    assert (loaded.config, pickled.config) == (config, config)
    np.testing.assert_array_equal(loaded.logits(ids), wide.logits(ids))
    np.testing.assert_array_equal(pickled.logits(ids), wide.logits(ids))


@pytest.mark.slow
def test_the_default_size_is_saved_in_little_more_than_four_megabytes():
    ids, targets = made_up_texts()
    tensors = fit_ngrams(ids, targets, 2, NgramConfig(ngrams=2)).tensors()
    assert sum(tensor.nbytes for tensor in tensors.values()) == 2 * 2**21 + 8


@pytest.mark.slow
def test_fingerprints_are_one_more_byte_a_bucket():
    ids, targets = made_up_texts()
    tensors = fit_ngrams(ids, targets, 2, NgramConfig(ngrams=2, ngram_fingerprints=True)).tensors()
    assert sum(tensor.nbytes for tensor in tensors.values()) == 3 * 2**21 + 8


def test_what_is_done_to_its_tensors_does_not_change_it(learned):
    tensors = learned.tensors()
    loaded = NgramModel(CONFIG, tensors)
    for tensor in tensors.values():
        tensor[:] = 0
    ids, _ = made_up_texts()
    np.testing.assert_array_equal(loaded.logits(ids), learned.logits(ids))
    assert loaded.tensors()["ngram_weights"].any()


@pytest.mark.parametrize(
    ("name", "tensor", "message"),
    [
        ("ngram_ratios", np.zeros((1 << 13, 1), np.int8), r"ngram_ratios of int8 \(16384, 1\), got"),
        ("ngram_ratios", np.zeros((1 << 14, 1), np.float32), r"int8 \(16384, 1\), got float32 \(16384, 1\)"),
        ("ngram_weights", np.zeros((1 << 14, 3), np.int8), r"got int8 \(16384, 3\)"),
        ("ngram_scales", np.zeros(2, np.float32), "1 output, or of 3 or more, got 2"),
        ("ngram_scales", np.zeros(0, np.float32), "1 output, or of 3 or more, got 0"),
        ("ngram_scales", np.zeros(1, np.float16), "got float16"),
        ("ngram_scales", np.float32([np.inf]), "finite ngram_scales"),
        ("ngram_biases", np.float32([np.nan]), "finite ngram_biases"),
        ("ngram_biases", np.zeros((), np.float32), r"got float32 \(\)"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(learned, name, tensor, message):
    with pytest.raises(ValueError, match=message):
        NgramModel(CONFIG, learned.tensors() | {name: tensor})


@pytest.mark.parametrize(
    "tensor", [np.zeros(1 << 10, np.int8), np.zeros(1 << 11, np.uint8), np.zeros((1 << 10, 1), np.uint8)]
)
def test_fingerprints_that_do_not_fit_are_refused(owned, tensor):
    with pytest.raises(ValueError, match=r"Expected ngram_fingerprints of uint8 \(1024,\), got"):
        NgramModel(OWNED, owned.tensors() | {"ngram_fingerprints": tensor})


def test_fingerprints_are_no_tensor_of_a_model_without_them(owned):
    without = NgramModel(replace(OWNED, ngram_fingerprints=False), owned.tensors())
    assert "ngram_fingerprints" not in without.tensors()


def test_fingerprints_that_are_missing_are_named(owned):
    tensors = owned.tensors()
    del tensors["ngram_fingerprints"]
    with pytest.raises(ValueError, match="ngram_fingerprints, got none named ngram_fingerprints"):
        NgramModel(OWNED, tensors)


def test_a_config_names_what_earlier_versions_do_not_know_only_if_it_is_on():
    assert NgramConfig(2).as_dict() == {"ngrams": 2, "ngram_bits": 21, "ngram_c": 30.0}
    for config in (CONFIG, OWNED, replace(CONFIG, ngram_long_from=100)):
        assert NgramConfig(**config.as_dict()) == config


def test_tensors_that_are_missing_are_named(learned):
    tensors = learned.tensors()
    del tensors["ngram_scales"], tensors["ngram_biases"]
    with pytest.raises(ValueError, match="got none named ngram_scales, ngram_biases"):
        NgramModel(CONFIG, tensors)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("targets", "classes", "message"),
    [
        (np.zeros(399, np.int64), 2, r"\(400,\) whole numbers or \(400, 2\) probabilities, got int64 \(399,\)"),
        (np.zeros(400), 2, r"got float64 \(400,\)"),
        (np.full((400, 3), 1 / 3), 2, r"got float64 \(400, 3\)"),
        (np.full(400, 2), 2, "targets of 0 to 1, got 2 to 2"),
        (np.full(400, -1), 2, "targets of 0 to 1, got -1 to -1"),
        (np.full((400, 2), 0.6), 2, "probabilities"),
        (np.tile([1.5, -0.5], (400, 1)), 2, "probabilities"),
        (np.full((400, 2), np.nan), 2, "probabilities"),
        (np.zeros(400, np.int64), 1, "2 classes or more, got 1"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, classes, message):
    with pytest.raises(ValueError, match=message):
        fit_ngrams(made_up_texts()[0], targets, classes, CONFIG)


def test_no_texts_cannot_be_learned_from():
    with pytest.raises(ValueError, match="1 text or more"):
        fit_ngrams(sf.TokenIds(np.array([], np.int16), np.array([0])), np.zeros(0, np.int64), 2, CONFIG)


def test_a_config_without_ngrams_is_no_wide_part(learned):
    with pytest.raises(ValueError, match="ngrams 1 or more"):
        fit_ngrams(*made_up_texts(), 2, NgramConfig())
    with pytest.raises(ValueError, match="n-grams of 1 to 5, got 0"):
        NgramModel(replace(CONFIG, ngrams=0), learned.tensors())


def test_a_word_may_mean_something_else_in_long_texts():
    draw, rows, targets = np.random.default_rng(0), [], []
    for index in range(400):
        target, long = index % 2, index % 4 < 2
        words = draw.integers(3, 40, 30 if long else 5)
        words[draw.integers(len(words))] = 1 + (target ^ long)  # 1 and 2 change their meaning in long texts
        rows.append(words)
        targets.append(target)
    ids = sf.TokenIds(np.concatenate(rows).astype(np.int16), np.cumsum([0, *map(len, rows)]))
    of_all, by_length = (
        accuracy(fit_ngrams(ids, np.array(targets), 2, config), ids, targets)
        for config in (NgramConfig(1, 14, 0.1), NgramConfig(1, 14, 0.1, ngram_long_from=20))
    )
    assert by_length > of_all + 0.1


def test_a_fit_that_does_not_come_to_an_end_says_so(monkeypatch):
    monkeypatch.setattr("sentiment_fast.model.ngrams._ROUNDS", 2)
    with pytest.warns(RuntimeWarning, match="had not converged after 2 rounds.*a smaller ngram_c than 10"):
        fit_ngrams(*made_up_texts(), 2, CONFIG)


def test_presets_have_no_wide_part_unless_asked():
    assert preset("tutorial").wide == NgramConfig()
    assert preset("tutorial").with_fields({"ngrams": "2", "ngram_c": "5"}).wide == NgramConfig(2, 21, 5.0)


@pytest.mark.parametrize(
    "fields",
    [
        {"ngrams": 6},
        {"ngrams": 1.0},
        {"ngram_bits": 9},
        {"ngram_c": 0.0},
        {"ngram_c": float("inf")},
        {"ngram_fingerprints": 1},
        {"ngram_fingerprints": "true"},
        {"ngram_long_from": -1},
        {"ngram_long_from": 100.0},
        {"ngram_long_from": True},
    ],
)
def test_a_config_that_makes_no_sense_is_refused(fields):
    with pytest.raises(UsageError, match=next(iter(fields))):
        NgramConfig(**fields)


def test_more_buckets_and_classes_than_fit_into_memory_are_refused_with_the_bound():
    ids = sf.encode(["good film"] * 2, sf.Vocabulary(["good", "film"]))
    with pytest.raises(
        UsageError, match=r"1,000 classes of up to 1,073,741,824, .* choose a smaller ngram_bits than 24"
    ):
        fit_ngrams(ids, np.array([0, 1]), 1000, NgramConfig(ngrams=1, ngram_bits=24))
