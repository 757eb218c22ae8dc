"""Weights of texts mean what copies would: in the loss, the n-gram model, the calibration; and in whole trainings."""

import csv
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.data.texts_and_labels import labelled_texts_of
from sentiment_fast.evaluation.fit_calibration import fit_calibration
from sentiment_fast.model.batch_source import BatchSource
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.distributed import TrainingProcesses
from sentiment_fast.model.network import class_loss
from sentiment_fast.model.ngrams import NgramConfig, fit_ngrams
from sentiment_fast.text.encoding import TokenIds
from sentiment_fast.training.distillation import soft_targets
from sentiment_fast.training.encode import Encoded, digest_of
from sentiment_fast.training.finetuning import finetune
from sentiment_fast.training.loop import measure
from sentiment_fast.training.options import TrainingOptions
from sentiment_fast.training.resume import resumed_options
from sentiment_fast.training.state import TrainingState
from sentiment_fast.training.step import Examples, TrainingStep, is_decided, loss_and_correct
from sentiment_fast.tuning.session import tune
from tests.training.conftest import TinyRun
from tests.training.test_class_options import BAD, GOOD, SMALL

CPU, FLOAT32 = torch.device("cpu"), Precision("float32", "float32")
COPIES = np.array([1, 3, 2, 1, 1, 2, 1, 4])


def ids_of(rows: int, words: int = 8, seed: int = 0) -> TokenIds:
    random = np.random.default_rng(seed)
    lengths = random.integers(3, 9, rows)
    return TokenIds(random.integers(1, words + 1, lengths.sum(), dtype=np.int16), np.cumsum([0, *lengths]))


def targets_of(rows: int, classes: int, soft: bool):
    hard = np.arange(rows) % classes
    return np.random.default_rng(1).dirichlet(np.ones(classes), rows).astype(np.float32) if soft else hard


# The loss and its gradients.


@pytest.mark.parametrize("class_weights", [None, [1.0, 3.0, 2.0]])
@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_weighted_loss_is_that_of_copies(classes, soft, class_weights):
    logits = torch.randn((8,) if classes == 2 else (8, classes), generator=torch.Generator().manual_seed(classes))
    targets = torch.from_numpy(targets_of(8, classes, soft))
    weights = None if class_weights is None else torch.tensor(class_weights[:classes])
    rows = torch.from_numpy(np.repeat(np.arange(8), COPIES))
    of_rows = torch.from_numpy((COPIES / COPIES.mean()).astype(np.float32))
    expected = class_loss(logits[rows], targets[rows], weights)
    torch.testing.assert_close(class_loss(logits, targets, weights, of_rows), expected)


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("classes", [2, 3])
def test_weights_of_1_are_the_unweighted_loss(classes, soft):
    logits = torch.randn((8,) if classes == 2 else (8, classes), generator=torch.Generator().manual_seed(0))
    targets = torch.from_numpy(targets_of(8, classes, soft))
    torch.testing.assert_close(class_loss(logits, targets, None, torch.ones(8)), class_loss(logits, targets))


def gradients(run: TinyRun, examples: Examples, pieces: int = 1) -> list[torch.Tensor]:
    """Those of one step on all rows."""
    state = TrainingState.at_start(run.network.train(), run.config, FLOAT32.dtype)
    state.pieces = pieces
    step = TrainingStep(state, examples, run.config, FLOAT32, TrainingProcesses(), print)
    rows = np.arange(len(examples.source))
    step._gradients(rows, torch.from_numpy(rows))
    return [weight.grad.clone() for weight in run.network.parameters()]


@pytest.mark.slow
@pytest.mark.parametrize("class_weights", [None, [1.0, 3.0]])
@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("hidden", [6, 16], ids=["pytorch", "native"])  # of which the core has no kernel, and has one
def test_a_step_on_weighted_texts_has_the_gradients_of_copies(hidden, soft, class_weights):
    run = TinyRun(hidden_size=hidden, dropout=0.0)
    ids, targets = ids_of(8), targets_of(8, 2, soft)
    copies = np.repeat(np.arange(8), COPIES)
    weighted = Examples.of(ids, targets, run.settings.network, CPU, 5.0 * COPIES).weighted(class_weights)
    copied = Examples.of(ids.take(copies), targets[copies], run.settings.network, CPU).weighted(class_weights)
    for pieces in (1, 3):
        for one, other in zip(gradients(run, weighted, pieces), gradients(run, copied), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_the_measured_loss_is_weighted_and_the_accuracy_is_not():
    run = TinyRun()
    ids, targets = ids_of(8), targets_of(8, 2, soft=False)
    copies = np.repeat(np.arange(8), COPIES)
    plain, weighted, copied = (
        measure(run.network, Examples.of(*examples), FLOAT32)
        for examples in (
            (ids, targets, run.settings.network, CPU),
            (ids, targets, run.settings.network, CPU, COPIES.astype(float)),
            (ids.take(copies), targets[copies], run.settings.network, CPU),
        )
    )
    assert weighted[0] == pytest.approx(copied[0])
    assert weighted[0] != pytest.approx(plain[0])
    assert weighted[1] == plain[1]


@pytest.mark.slow
def test_a_weighted_training_may_be_interrupted(tmp_path):
    def new_run():
        run = TinyRun()
        weights = torch.linspace(0.5, 1.5, 37)
        run.training = replace(run.training, row_weights=weights)
        return run

    new_run().train_until(3, tmp_path)
    resumed, whole, plain = new_run(), new_run(), TinyRun()
    resumed.train(checkpoints=resumed.checkpoints(tmp_path))
    for run in (whole, plain):
        run.train()
    assert all(torch.equal(weight, resumed.weights[name]) for name, weight in whole.weights.items())
    assert not torch.equal(whole.weights["output.weight"], plain.weights["output.weight"])


# The n-gram model and the calibration.


@pytest.mark.slow
@pytest.mark.parametrize("class_weights", [None, [1.0, 3.0, 2.0]])
@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_ngram_model_of_weighted_texts_is_that_of_copies(classes, soft, class_weights):
    ids, targets = ids_of(90), targets_of(90, classes, soft)  # each of 8 words is in many texts, so no n-gram is rare
    times = np.random.default_rng(2).integers(1, 5, 90)
    rows = np.repeat(np.arange(90), times)
    weights = None if class_weights is None else class_weights[:classes]
    config = NgramConfig(ngrams=1, ngram_bits=10, ngram_c=1.0)  # a larger one leaves flat directions to rounding
    found = fit_ngrams(ids, targets, classes, config, weights=weights, row_weights=times.astype(np.float64))
    expected = fit_ngrams(ids.take(rows), targets[rows], classes, config, weights=weights)
    assert (found.tensors()["ngram_ratios"] == expected.tensors()["ngram_ratios"]).all()
    np.testing.assert_allclose(found.logits(ids), expected.logits(ids), rtol=1e-3, atol=1e-3)
    plain = fit_ngrams(ids, targets, classes, config, weights=weights).logits(ids)
    assert np.abs(found.logits(ids) - plain).max() > 0.1


def test_an_ngram_of_one_text_is_left_out_whatever_its_weight():
    ids = TokenIds(np.array([1, 2, 1, 2, 3], np.int16), np.array([0, 2, 5]))
    config = NgramConfig(ngrams=1, ngram_bits=10)
    found = fit_ngrams(ids, np.array([0, 1]), 2, config, row_weights=np.array([1.0, 9.0])).tensors()
    assert np.count_nonzero(found["ngram_weights"]) <= 2


def test_texts_of_weight_0_do_not_matter():
    ids, targets = ids_of(60), targets_of(60, 2, soft=False)
    more, others = ids.join(ids_of(30, seed=9)), np.append(targets, np.ones(30, np.int64))
    weights, config = np.repeat([1.0, 0.0], [60, 30]), NgramConfig(ngrams=1, ngram_bits=10)
    found, expected = fit_ngrams(more, others, 2, config, row_weights=weights), fit_ngrams(ids, targets, 2, config)
    np.testing.assert_allclose(found.logits(ids), expected.logits(ids), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_calibration_of_weighted_texts_is_that_of_copies(classes):
    random, targets = np.random.default_rng(1), np.arange(240) % classes
    logits = random.normal(size=(240,) if classes == 2 else (240, classes)).astype(np.float32)
    times = random.integers(1, 4, 240)
    rows = np.repeat(np.arange(240), times)
    found = fit_calibration(logits, None, targets, classes, row_weights=times.astype(np.float64))
    expected = fit_calibration(logits[rows], None, targets[rows], classes)
    # Not exactly: each class counts as seen once more, whatever the weights.
    assert found.network == pytest.approx(expected.network, abs=0.05)
    assert found.bias == pytest.approx(expected.bias, abs=0.05)


def test_soft_targets_keep_the_weights_of_their_texts_and_unlabelled_ones_count_once():
    taught = np.full((3, 2), 0.5, np.float32)
    found = soft_targets(ids_of(3), np.array([1, 0]), taught, 1.0, np.array([2.0, 0.5]))
    assert found.weights.tolist() == [2.0, 0.5, 1.0]
    of_shares = soft_targets(ids_of(3), np.array([[0.5, 0.5], [1, 0]], np.float32), taught, 1.0)
    assert of_shares.targets.tolist() == [[0.5, 0.5], [1, 0], [0.5, 0.5]]


# Texts between the classes.


def encoded(targets) -> Encoded:
    count = len(targets)
    return Encoded(labelled_texts_of(["x"] * count, ["y"] * count), ids_of(count), np.array(targets))


def test_texts_between_the_classes_have_a_target_of_a_half():
    assert encoded([0, -1, 1]).learned_targets().tolist() == [[1, 0], [0.5, 0.5], [0, 1]]
    plain = encoded([0, 1, 1])
    assert plain.learned_targets() is plain.targets
    assert plain.with_class() is plain
    assert encoded([0, -1, 1]).with_class().targets.tolist() == [0, 1]


def test_answers_about_them_are_neither_right_nor_wrong():
    targets = torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    assert is_decided(targets).tolist() == [True, False, True]
    assert loss_and_correct(torch.tensor(1.0), torch.tensor([-1.0, -1.0, 1.0]), targets).tolist() == [3.0, 2.0]
    source = BatchSource(ids_of(3), 8, True, CPU)
    assert (Examples(source, targets).decided, Examples(source, torch.tensor([1, 0, 1])).decided) == (2, 3)


# Runs: what is the same run.


def test_weights_are_part_of_the_fingerprint():
    parts = [{"training": encoded([0, 1])} for _ in range(3)]
    for part, weights in zip(parts[1:], ([1.0, 2.0], [1.0, 3.0]), strict=True):
        part["training"] = replace(part["training"], data=replace(part["training"].data, weights=np.array(weights)))
    vocabulary = sf.build_vocabulary(["a film"])
    assert len({digest_of(part, vocabulary) for part in parts}) == 3


def test_files_are_recorded_with_their_weights(tmp_path):
    data = [sf.DataFile("a.csv", weight=2, rows=5, label_weight=1), "b.csv:weight=0.5"]
    options = TrainingOptions.of({"data": data})
    assert options.data == ("a.csv:weight=2:rows=5:label_weight=1", "b.csv:weight=0.5")
    recorded = options.recorded()
    again = {"out": tmp_path, "resume": True}
    assert resumed_options(TrainingOptions, tmp_path, recorded, again).data == options.data
    assert resumed_options(TrainingOptions, tmp_path, recorded, again | {"data": data}).data == options.data
    for other in ("a.csv:weight=3:rows=5:label_weight=1", "a.csv:weight=2:rows=5:label_weight=0.5"):
        with pytest.raises(sf.UsageError, match=r"`data`: the run in .* began with"):
            resumed_options(TrainingOptions, tmp_path, recorded, again | {"data": [other, data[1]]})


@pytest.mark.parametrize("learn", [sf.train, finetune, tune])
def test_a_label_weight_of_a_file_is_for_trainings_with_a_teacher(learn, tmp_path):
    data = ["b.csv", "a.csv:label_weight=0.5"]
    with pytest.raises(sf.UsageError, match=r"`data=a\.csv:label_weight=0\.5`: expected a teacher, an option of train"):
        learn(data=data, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("to_array", [list, np.array, pd.Series])
def test_weights_of_texts_in_memory_may_be_of_many_types(to_array):
    options = TrainingOptions.of({"data": (["a", "b"], [0, 1]), "sample_weight": to_array([2, 0])})
    assert options.data.weights.tolist() == [2.0, 0.0]
    assert TrainingOptions.of({"data": (["a", "b"], [0, 1]), "sample_weight": None}).data.weights is None


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -1], "got -1.0 in row 2"),
        ([1, float("nan")], "got nan in row 2"),
        ([1], r"expected one number per text, \(2,\), got the shape \(1,\)"),
        (["x", "y"], "expected numbers of 0 to 1,000,000,000, got others"),
    ],
)
def test_other_weights_are_data_errors(weights, message):
    with pytest.raises(sf.DataError, match=f"`sample_weight`: .*{message}"):
        TrainingOptions.of({"data": (["a", "b"], [0, 1]), "sample_weight": weights})


def test_weights_of_single_texts_are_for_texts_in_memory():
    with pytest.raises(sf.UsageError, match="`sample_weight`: expected texts in memory"):
        TrainingOptions.of({"data": "a.csv", "sample_weight": [1]})


# Whole trainings.


def reviews(rows: int, seed: int, neutral: float = 0.0, flipped: bool = False) -> list[tuple[str, str, str]]:
    """(text, label, domain), no text twice; flipped: good words are negative here."""
    random, found = np.random.default_rng(seed), []
    for row in range(rows):
        happy, between = random.random() < 0.5, random.random() < neutral
        words = [random.choice(GOOD if (random.random() < 0.5 if between else happy) else BAD) for _ in range(4)]
        label = "neutral" if between else "positive" if happy != flipped else "negative"
        found.append((" ".join([*words, str(1000 * seed + row)]), label, ("films", "books")[row % 2]))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """a.csv, b.csv, in which words mean the opposite, and c.csv, with neutral and unlabelled rows."""
    folder = tmp_path_factory.mktemp("data")
    rows = {"a": reviews(240, 0), "b": reviews(240, 1, flipped=True), "c": reviews(300, 2, neutral=0.3)}
    rows["c"] += [("a text without a label", "", "")] * 3
    for name, some in rows.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("review", "sentiment", "domain"), *some])
    return folder


@pytest.mark.slow
def test_a_heavier_file_wins_where_files_contradict_each_other(folder, tmp_path):
    scores, metrics = [], []
    for number, weights in enumerate(((9, 1), (1, 9))):
        files = [sf.DataFile(folder / f"{name}.csv", weight) for name, weight in zip("ab", weights, strict=True)]
        result = sf.train(files, out=tmp_path / str(number), validation=0.3, **SMALL)
        scores.append(result.scorer().predict_proba(["good great superb lovely"])[0, 1])
        metrics.append(result.metrics)
    assert scores[0] > 0.6
    assert scores[1] < 0.4
    (a, b), sources = metrics[0]["validation"]["by_source"], metrics[0]["sources"]
    assert (a["name"], a["n"] + b["n"]) == ("a.csv", metrics[0]["validation"]["n"])
    assert a["accuracy"] > 0.8 > 0.3 > b["accuracy"]
    assert [(one["weight"], round(one["share"], 1)) for one in sources] == [(9, 0.9), (1, 0.1)]
    assert sources[0]["texts"]["training"] + sources[0]["texts"]["validation"] == 240
    card = (tmp_path / "0" / "README.md").read_text()
    assert f"| a.csv | {sources[0]['texts']['training']} | 9 |" in card


@pytest.mark.slow
def test_the_command_prints_figures_of_files_and_domains(folder, tmp_path, capsys):
    options = [f"--set={name}={value}" for name, value in SMALL["set"].items()] + ["--epochs", "1"]
    files = ["--data", f"{folder / 'a.csv'}:weight=2:rows=120", "--data", str(folder / "c.csv")]
    rows = ["--domain-column", "domain", "--neutral-label", "neutral", "--skip-unlabelled", "--validation", "0.3"]
    assert cli.main(["train", *files, *rows, *options, "--out", str(tmp_path / "model")]) == 0
    said = capsys.readouterr().err
    assert "120 of 240 rows, drawn at random" in said
    assert "c.csv: left out 3 of 303 rows, which have no label" in said
    assert "share of loss" in said
    metrics = json.loads((tmp_path / "model" / "metrics.json").read_text())
    validation = metrics["validation"]
    assert [one["name"] for one in validation["by_source"]] == ["a.csv", "c.csv"]
    assert {one["name"] for one in validation["by_domain"]} == {"films", "books"}
    assert sum(one["n"] for one in validation["by_domain"]) == validation["n"]
    assert validation["classes"] == ["negative", "positive"]
    assert validation["neutral_texts"]["n"] > 10
    assert metrics["labels"]["neutral_label"] == "neutral"
    assert "no class: their target was a probability of 0.5" in (tmp_path / "model" / "README.md").read_text()

    evaluate = ["evaluate", "--model", str(tmp_path / "model"), str(folder / "a.csv"), str(folder / "c.csv")]
    assert cli.main([*evaluate, *rows[:5], "--show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "source" in shown
    assert "domain" in shown
    assert "texts between the classes: P(positive) is" in shown
    assert cli.main([*evaluate, *rows[:5], "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in figures["by_source"]] == ["a.csv", "c.csv"]
    assert figures["n"] + figures["neutral_texts"]["n"] == 540


@pytest.mark.slow
def test_weights_of_1_train_the_model_that_none_do(folder, tmp_path):
    texts, labels, _ = zip(*reviews(200, 3), strict=True)
    plain = sf.train((list(texts), list(labels)), out=tmp_path / "plain", **SMALL)
    ones = sf.train((list(texts), list(labels)), sample_weight=np.ones(200), out=tmp_path / "ones", **SMALL)
    for one, other in zip(plain.history, ones.history, strict=True):
        assert one.validation_loss == pytest.approx(other.validation_loss, abs=1e-4)


@pytest.mark.slow
def test_a_run_with_weights_resumes_only_with_them(tmp_path):
    texts, labels, _ = zip(*reviews(120, 4), strict=True)
    data, weights = (list(texts), list(labels)), np.linspace(0.5, 2, 120)
    stop = sf.StopRequest()

    def stop_early(batches):
        stop.request()
        return batches

    options = {"out": tmp_path / "run", "sample_weight": weights} | SMALL
    with pytest.raises(sf.StoppedError):
        sf.train(data, progress=stop_early, stop=stop, **options)
    again = {"out": tmp_path / "run", "resume": True}
    with pytest.raises(sf.DataError, match="the data are not those that the run began with"):
        sf.train(data, **again)
    resumed = sf.train(data, sample_weight=weights, **again)
    whole = sf.train(data, **options | {"out": tmp_path / "whole"})
    ours, expected = ((one.folder / "model.safetensors").read_bytes() for one in (resumed, whole))
    assert ours == expected


@pytest.mark.slow
def test_a_teacher_weights_and_neutral_texts_go_together(folder, tmp_path):
    options = SMALL | {"neutral_label": "neutral", "skip_unlabelled": True, "class_weight": "balanced"}
    data = [f"{folder / 'a.csv'}:weight=2", str(folder / "c.csv")]
    teacher = sf.train(data, out=tmp_path / "teacher", **options)
    options |= {"teacher": str(teacher.folder), "unlabelled": str(folder / "b.csv")}
    student = sf.train(data, out=tmp_path / "student", **options)
    of_neutral = student.metrics["validation"]["neutral_texts"]
    assert 0.3 < of_neutral["mean_probability"] < 0.7
    assert student.metrics["validation"]["accuracy"] > 0.8


@pytest.mark.slow
def test_labels_that_are_certain_are_learned_against_a_teacher_and_after_a_resume(folder, tmp_path):
    teacher = sf.train(folder / "a.csv", out=tmp_path / "teacher", **SMALL)
    options = SMALL | {"teacher": str(teacher.folder), "label_weight": 0}
    certain = sf.DataFile(folder / "b.csv", label_weight=1)
    stop = sf.StopRequest()

    def stop_early(batches):
        stop.request()
        return batches

    with pytest.raises(sf.StoppedError):
        sf.train(certain, out=tmp_path / "run", progress=stop_early, stop=stop, **options)
    resumed = sf.train(out=tmp_path / "run", resume=True)
    whole = sf.train(certain, out=tmp_path / "whole", **options)
    taught = sf.train(folder / "b.csv", out=tmp_path / "taught", **options)
    assert f"{folder / 'b.csv'}:label_weight=1" in (tmp_path / "run" / "run.toml").read_text()
    models = [(one.folder / "model.safetensors").read_bytes() for one in (resumed, whole, taught)]
    assert models[0] == models[1] != models[2]
    assert resumed.metrics["validation"]["accuracy"] > 0.8  # where good words are negative, against the teacher
    again = sf.train(config=tmp_path / "run" / "run.toml", out=tmp_path / "again")
    assert (again.folder / "model.safetensors").read_bytes() == models[0]


@pytest.mark.slow
def test_a_search_weights_its_texts_as_a_training_does(folder, tmp_path, capsys):
    files = ["--data", f"{folder / 'a.csv'}:weight=3", "--data", str(folder / "c.csv"), "--skip-unlabelled"]
    options = [f"--set={name}={value}" for name, value in SMALL["set"].items()] + ["--epochs", "1"]
    out = ["--trials", "1", "--out", str(tmp_path / "search"), "--try", "learning_rate=0.01,0.03"]
    assert cli.main(["tune", *files, "--neutral-label", "neutral", *options, *out]) == 0
    printed = capsys.readouterr().out
    assert f"--data {folder / 'a.csv'}:weight=3" in printed
    assert "--neutral-label neutral" in printed
    assert "--skip-unlabelled" in printed
