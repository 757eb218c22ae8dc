"""What a model's positive class, neutral band and ordered classes change wherever its scores are written."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sentiment_fast as sf
from sentiment_fast import cli
from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.folder import load_model, save_model
from sentiment_fast.scoring.fingerprint import scorer_fingerprint
from sentiment_fast.scoring.scorer import Scorer

TEXTS = ["good film", "bad film", "wonderful", "awful boring plot", "acting", "café na"]


@pytest.fixture(scope="module")
def made(make_model, tmp_path_factory):
    """Makes a model folder with fields of its `Model` changed."""

    def make(classes: list, **fields) -> Path:
        model = load_model(make_model(classes))
        model = type(model)(**{name: getattr(model, name) for name in vars(model)} | {"positive": None} | fields)
        folder = tmp_path_factory.mktemp("decided")
        save_model(folder, model)
        return folder

    return make


def rewrite_config(folder: Path, change: Callable[[dict], dict]) -> None:
    """Change the content of a config.json, and drop the digest of the old content."""
    config = change(json.loads((folder / "config.json").read_text()))
    config.pop("config_sha256")
    (folder / "config.json").write_text(json.dumps(config))


def scored(folder: Path, tmp_path: Path, name: str = "out.csv", **options) -> list[dict[str, str]]:
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["review"], *([text] for text in TEXTS)])
    sf.score_files(tmp_path / "in.csv", tmp_path / name, folder, precision="float32", **options)
    with (tmp_path / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file)) if name.endswith(".csv") else []


@pytest.mark.slow
def test_the_first_class_may_be_the_positive_one(made, tmp_path):
    plain, turned = made(["Happy", "Unhappy"]), made(["Happy", "Unhappy"], positive="Happy")
    scorer = sf.load(turned, precision="float32")
    assert (scorer.classes, scorer.positive, sf.load(plain).positive) == (["Happy", "Unhappy"], "Happy", "Unhappy")
    rows = scored(turned, tmp_path)
    expected = scorer.predict_proba(TEXTS)
    assert [float(row["sentiment_score"]) for row in rows] == pytest.approx(expected[:, 0].tolist(), abs=1e-6)
    assert [row["sentiment_label"] for row in rows] == [
        row["sentiment_label"] for row in scored(plain, tmp_path, "p.csv")
    ]


def test_the_threshold_is_one_of_the_positive_class(made):
    scorer = sf.load(made(["Happy", "Unhappy"], positive="Happy"), threshold=0.99)
    assert (scorer.predict(TEXTS) == np.where(scorer.predict_proba(TEXTS)[:, 0] > 0.99, "Happy", "Unhappy")).all()


def test_a_model_that_older_versions_would_misread_is_of_a_format_that_they_refuse(made):
    formats = [
        json.loads((folder / "config.json").read_text())["format"]
        for folder in (
            made(["a", "b"]),
            made(["a", "b"], positive="a"),
            made(["a", "b"], neutral=(0.4, 0.6)),
            made([1, 2, 3], ordinal=(1.0, 2.0, 3.0)),
        )
    ]
    assert formats == [2, 3, 3, 3]


def test_a_band_is_kept_in_the_model_and_labels_texts_neutral(made, tmp_path):
    folder = made(["neg", "pos"], neutral=(0.3, 0.7))
    scorer = sf.load(folder, precision="float32")
    of_positive = scorer.predict_proba(TEXTS)[:, 1]
    expected = np.where(of_positive > 0.7, "pos", np.where(of_positive < 0.3, "neg", "neutral")).tolist()
    assert "neutral" in expected
    assert scorer.classes == ["neg", "pos"]
    assert scorer.predict(TEXTS).tolist() == expected
    rows = scored(folder, tmp_path)
    assert [row["sentiment_label"] for row in rows] == expected
    assert [float(row["sentiment_score"]) for row in rows] == pytest.approx(of_positive.tolist(), abs=1e-6)
    assert "neutral" not in [row["sentiment_label"] for row in scored(folder, tmp_path, "off.csv", neutral="off")]


def test_a_band_can_be_set_and_taken_away(made):
    scorer = sf.load(made(["neg", "pos"]))
    scorer.neutral = "0.01:0.99"
    assert scorer.neutral == (0.01, 0.99)
    assert "neutral" in scorer.predict(TEXTS).tolist()
    with pytest.raises(UsageError, match="threshold within the neutral band"):
        scorer.threshold = 0.995
    scorer.neutral = None
    assert set(scorer.predict(TEXTS).tolist()) <= {"neg", "pos"}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), [("out.parquet", "string"), ("out.jsonl", "text")])
def test_labels_of_numbers_are_strings_next_to_neutral(made, tmp_path, name, kind):
    folder = made([0, 1])
    scored(folder, tmp_path, name, neutral=(0.2, 0.8))
    if kind == "string":
        assert pa.types.is_string(pq.read_table(tmp_path / name).schema.field("sentiment_label").type)
    else:
        labels = [json.loads(line)["sentiment_label"] for line in (tmp_path / name).read_text().splitlines()]
        assert set(labels) <= {"0", "1", "neutral"}
    assert sf.load(folder).predict(TEXTS).dtype == np.int64


@pytest.mark.parametrize(
    ("classes", "options", "message"),
    [
        (["neutral", "other"], {"neutral": (0.4, 0.6)}, 'a class "neutral" of its own'),
        (["a", "b", "c"], {"neutral": (0.4, 0.6)}, "only with two classes"),
        (["a", "b"], {"neutral": "0.6:0.4"}, "LOW:HIGH"),
        (["a", "b"], {"neutral": "0.4:0.6", "threshold": 0.7}, "threshold within the neutral band"),
    ],
)
def test_a_band_that_does_not_fit_is_bad_usage(made, classes, options, message):
    with pytest.raises(UsageError, match=message):
        sf.load(made(classes), **options)


def test_the_decision_is_part_of_a_runs_fingerprint(made):
    model = load_model(made(["a", "b"]))
    ours = scorer_fingerprint(Scorer(model))
    turned = scorer_fingerprint(Scorer(load_model(made(["a", "b"], positive="a"))))
    band = scorer_fingerprint(Scorer(model.adjusted(neutral=(0.4, 0.6))))
    assert [name for name in ours if ours[name] != turned[name]] == ["positive"]
    assert [name for name in ours if ours[name] != band[name]] == ["neutral"]


def test_ordered_classes_add_their_expected_value(made, tmp_path):
    folder = made(["1", "2", "4"], ordinal=(1.0, 2.0, 4.0))
    scorer = sf.load(folder, precision="float32")
    assert scorer.ordinal == (1.0, 2.0, 4.0)
    rows = scored(folder, tmp_path, status=True)
    expected = scorer.predict_proba(TEXTS) @ np.array([1, 2, 4])
    assert [float(row["sentiment_stars"]) for row in rows] == pytest.approx(expected.tolist(), abs=2e-6)
    assert list(rows[0]) == [
        "review",
        "sentiment_label",
        "sentiment_score_1",
        "sentiment_score_2",
        "sentiment_score_4",
        "sentiment_stars",
        "sentiment_status",
    ]
    batch = next(scorer.score_batches([pa.record_batch({"t": ["good", ""]})], "t"))
    assert batch.column("sentiment_stars").type == pa.float32()
    assert batch.column("sentiment_stars").null_count == 1


def test_predict_prints_stars_and_neutral(made, capsys):
    assert cli.main(["predict", "--model", str(made([1, 2], ordinal=(1.0, 2.0))), "--neutral", "0:1", "good film"]) == 0
    label, probability, stars = capsys.readouterr().out.rstrip("\n").split("\t")
    assert label == "neutral"
    assert float(stars) == pytest.approx(1 + float(probability), abs=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"positive": "c"},
        {"positive": ["a"]},
        {"neutral": [0.6, 0.4]},
        {"neutral": 3},
        {"neutral": [0.6, 0.9]},
        {"ordinal": [1, 1]},
        {"ordinal": [1, "2"]},
        {"ordinal": [1, 2, 3]},
        {"ordinal": {"a": 1}},
        {"ordinal": [1, 10**400]},
    ],
)
def test_a_decision_that_was_altered_is_refused(made, change):
    folder = made(["a", "b"], positive="a")
    rewrite_config(folder, lambda config: config | change)
    with pytest.raises(ModelFolderError, match="altered"):
        load_model(folder)


def test_a_model_of_format_2_has_the_second_class_as_positive(made):
    folder = made(["a", "b"])
    newer = ("positive", "neutral", "ordinal")
    rewrite_config(folder, lambda config: {name: value for name, value in config.items() if name not in newer})
    model = load_model(folder)
    assert (model.positive, model.neutral, model.ordinal) == ("b", None, None)


@pytest.mark.slow
def test_evaluate_reports_coverage_and_the_figures_on_the_rest(made, tmp_path, capsys):
    folder = made(["neg", "pos"])
    path = tmp_path / "labelled.csv"
    path.write_text(
        "review,label\n" + "".join(f"{text},{'pos' if row % 2 else 'neg'}\n" for row, text in enumerate(TEXTS))
    )
    arguments = ["evaluate", str(path), "--model", str(folder), "--json", "--precision", "float32"]
    assert cli.main([*arguments, "--neutral", "0.3:0.7", "--show", "6"]) == 0
    found = json.loads(capsys.readouterr().out)
    neutral = sf.load(folder, precision="float32", neutral=(0.3, 0.7)).predict(TEXTS) == "neutral"
    assert 0 < neutral.sum() < len(TEXTS)
    assert (found["n"], found["neutral"]) == ((~neutral).sum(), [0.3, 0.7])
    assert found["coverage"] == pytest.approx((~neutral).mean())
    assert [row["predicted"] == "neutral" for row in found["reviews"]] == neutral.tolist()
    assert found["precision"] == found["per_class"][1]["precision"]
    assert cli.main([*arguments[:-3], "--neutral", "0:1"]) == 1
    assert "outside of the neutral band" in capsys.readouterr().err


@pytest.mark.slow
def test_evaluate_reads_labels_by_their_map(made, tmp_path, capsys):
    folder = made(["negative", "positive"])
    path = tmp_path / "labelled.csv"
    path.write_text("review,label\ngood film,1\nbad film,0\n")
    arguments = ["evaluate", str(path), "--model", str(folder)]
    assert cli.main(arguments) == 1
    assert "--label-map" in capsys.readouterr().err
    assert cli.main([*arguments, "--label-map", "1=positive", "--label-map", "0=negative"]) == 0
    assert cli.main([*arguments, "--label-map", "2=positive"]) == 2


def test_evaluate_reports_the_mean_absolute_error_of_ordered_classes(made, tmp_path, capsys):
    folder = made([1, 2, 3], ordinal=(1.0, 2.0, 3.0))
    path = tmp_path / "labelled.csv"
    path.write_text("review,label\ngood film,1\nbad film,3\n")
    assert cli.main(["evaluate", str(path), "--model", str(folder), "--json", "--precision", "float32"]) == 0
    found = json.loads(capsys.readouterr().out)["mean_absolute_error"]
    stars = sf.load(folder, precision="float32").predict_proba(["good film", "bad film"]) @ np.array([1, 2, 3])
    assert found == pytest.approx(np.abs(stars - [1, 3]).mean(), abs=1e-5)
