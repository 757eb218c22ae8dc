"""What a training run leaves for people to read: each file is there and says what it should."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest

from sentiment_fast.data.labelled_texts import LabelledTexts
from sentiment_fast.data.overview import Overview, Split, overview
from sentiment_fast.evaluation.metrics import Metrics, evaluate
from sentiment_fast.model.model import Model
from sentiment_fast.model.network import SentimentLSTM, model_of
from sentiment_fast.model.ngrams import NgramConfig, NgramModel
from sentiment_fast.model.presets import preset
from sentiment_fast.report import run_folder
from sentiment_fast.report.run_folder import append_history, write_overview, write_results
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training.loop import Epoch

HISTORY = [
    Epoch(1, 0.69, 0.5, 0.68, 0.55, 2.0, 3.0, True),
    Epoch(2, 0.60, 0.6, 0.50, 0.75, 2.5, 2.4, True),
    Epoch(3, 0.40, 0.9, 0.90, 0.65, 1.5, 4.0, False),
]
SOURCES = {"training": "größte.csv (training part)", "validation": "größte.csv (held-out part)"}


def look() -> Overview:
    texts = pa.chunked_array([pa.array(["good", "bad", "fine", "so so", "bad", "good"])])
    data = LabelledTexts(texts, np.array(["positive", "negative"] * 3), SOURCES["training"])
    lengths = np.array([1, 2, 3, 4, 5, 600])
    return overview({"training": Split(data, lengths, 700)}, max_length=500)


def trained_model(**changes) -> Model:
    settings = preset("tutorial").with_fields({"hidden_size": 8, "embedding_size": 4, **changes})
    network = SentimentLSTM(settings.network, 3, 2)
    return model_of(network, Vocabulary(["film", "good", "bad"]), ["negative", "positive"], settings=settings.as_dict())


def figures(labels: list[int]) -> Metrics:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    return evaluate(probabilities, np.array(labels), ["negative", "positive"])


VALIDATION = figures([0, 1, 1, 1])  # three of four right


def results(folder: Path, model: Model | None = None, test: Metrics | None = None, made_up: bool = False) -> Path:
    metrics, sources = {"validation": VALIDATION}, dict(SOURCES)
    if test is not None:
        metrics["test"], sources["test"] = test, "test.csv"
    write_results(
        folder, model or trained_model(), look(), [asdict(epoch) for epoch in HISTORY], metrics, sources, made_up
    )
    return folder


def card(folder: Path, **options) -> str:
    with mock.patch.object(run_folder, "learning_curves"):  # drawing takes longer than all the rest
        return (results(folder, **options) / "README.md").read_text("utf-8")


def is_picture(path: Path) -> bool:
    return path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and path.stat().st_size > 5_000


# The look at the data.


@pytest.fixture
def overview_folder(tmp_path: Path) -> Path:
    write_overview(tmp_path / "runs" / "one", look(), np.array([1, 2, 3, 4, 5, 600]))
    return tmp_path / "runs" / "one"


@pytest.mark.slow
def test_the_overview_is_four_files(overview_folder):
    names = sorted(path.name for path in overview_folder.iterdir())
    assert names == ["class_balance.png", "lengths.png", "overview.json", "overview.txt"]


@pytest.mark.slow
def test_overview_json_holds_the_overviews_numbers(overview_folder):
    assert json.loads((overview_folder / "overview.json").read_text("utf-8")) == look().as_dict()


@pytest.mark.slow
def test_overview_txt_is_the_table_of_the_terminal(overview_folder):
    assert (overview_folder / "overview.txt").read_text("utf-8") == look().as_text() + "\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["class_balance.png", "lengths.png"])
def test_the_overviews_pictures_are_pictures(overview_folder, name):
    assert is_picture(overview_folder / name)


# The history.


def history_in(folder: Path) -> list[Epoch]:
    lines = (folder / "history.jsonl").read_text("utf-8").splitlines()
    return [Epoch(**json.loads(line)) for line in lines]


def test_history_has_a_line_of_json_per_epoch(tmp_path):
    for epoch in HISTORY:
        append_history(tmp_path, asdict(epoch))
    assert history_in(tmp_path) == HISTORY


def test_an_epoch_is_written_before_the_next_one_ends(tmp_path):
    append_history(tmp_path, asdict(HISTORY[0]))
    assert json.loads((tmp_path / "history.jsonl").read_text("utf-8"))["epoch"] == 1


def test_an_epoch_that_is_written_twice_stands_once_as_it_was_last(tmp_path):
    for epoch in (*HISTORY[:2], replace(HISTORY[1], train_loss=0.25)):
        append_history(tmp_path, asdict(epoch))
    assert history_in(tmp_path) == [HISTORY[0], replace(HISTORY[1], train_loss=0.25)]


def test_an_epoch_that_is_written_again_takes_the_place_of_all_after_it(tmp_path):
    for epoch in (*HISTORY, HISTORY[1]):
        append_history(tmp_path, asdict(epoch))
    assert history_in(tmp_path) == HISTORY[:2]


@pytest.mark.slow
def test_writing_the_history_leaves_no_other_file(tmp_path):
    for epoch in HISTORY:
        append_history(tmp_path, asdict(epoch))
    assert [path.name for path in tmp_path.iterdir()] == ["history.jsonl"]


# The results.


@pytest.mark.slow
def test_the_results_are_three_files(tmp_path):
    names = sorted(path.name for path in results(tmp_path).iterdir())
    assert names == ["README.md", "learning_curves.png", "metrics.json"]


@pytest.mark.slow
def test_learning_curves_are_a_picture(tmp_path):
    assert is_picture(results(tmp_path) / "learning_curves.png")


@pytest.mark.slow
def test_metrics_json_holds_each_parts_figures(tmp_path):
    test = figures([0, 1, 0, 1])
    written = json.loads((results(tmp_path, test=test) / "metrics.json").read_text("utf-8"))
    assert written["validation"] == json.loads(json.dumps(VALIDATION.as_dict()))
    assert written["test"] == json.loads(json.dumps(test.as_dict()))


@pytest.mark.slow
def test_metrics_json_tells_the_data_the_best_epoch_and_the_seconds(tmp_path):
    written = json.loads((results(tmp_path) / "metrics.json").read_text("utf-8"))
    assert written["data"] == SOURCES
    assert written["best_epoch"] == 2
    assert written["training_seconds"] == 6.0
    assert written["made_up_data"] is False


# The model card.


def test_the_card_says_what_network_it_is(tmp_path):
    model = trained_model()
    parameters = sum(weights.size for weights in model.weights.values())
    text = card(tmp_path, model=model)
    assert "an embedding of 4, 2 LSTM layers of 8, the last step, dropout 0.3, a linear layer" in text
    assert f"{parameters:,} parameters and a vocabulary of 3 words" in text


@pytest.mark.parametrize(
    ("pooling", "text"), [("attention", "attention over all steps"), ("max_mean", "maximum and mean of all steps")]
)
def test_the_card_says_how_another_network_differs(tmp_path, pooling, text):
    changes = {"cell": "gru", "bidirectional": True, "pooling": pooling, "layers": 1}
    assert f"1 bidirectional GRU layer of 8, {text}" in card(tmp_path, model=trained_model(**changes))


def test_the_card_names_the_preset_and_what_was_changed_of_it(tmp_path):
    text = card(tmp_path, model=trained_model(learning_rate=0.01))
    assert "with the preset `tutorial` and `embedding_size=4`, `hidden_size=8`, `learning_rate=0.01`: an" in text


def test_the_card_names_an_unchanged_preset_alone(tmp_path):
    model = trained_model()
    model.settings = preset("tutorial").as_dict()
    assert "with the preset `tutorial`: an embedding" in card(tmp_path, model=model)


@pytest.mark.parametrize("settings", [{}, {"name": "mine"}])
def test_the_card_of_a_model_without_a_preset_says_so(tmp_path, settings):
    model = trained_model()
    model.settings = settings
    assert "with settings of its own: an embedding" in card(tmp_path, model=model)


def test_the_card_describes_the_training_data(tmp_path):
    text = " ".join(card(tmp_path).split())
    assert "Trained on größte.csv (training part): 6 texts, `negative` (3), `positive` (3)." in text
    assert (
        "The median text has 4 words of the vocabulary; 16.67% have more than the 500 that the network reads." in text
    )


def test_the_card_says_which_epochs_weights_they_are(tmp_path):
    assert "those of epoch 2, which had the lowest validation loss." in card(tmp_path)
    assert "The validation part chose the epoch, so its figures are optimistic" in card(tmp_path)


def test_the_card_of_a_run_that_kept_its_last_epoch_says_so(tmp_path):
    text = card(tmp_path, model=trained_model(keep="last"))
    assert "those of epoch 2, the last one." in text
    assert "chose the epoch" not in text


def two_parts(fingerprints: bool = False, **changes) -> Model:
    buckets = np.zeros((1 << 10, 1), np.int8)
    numbers = np.ones(1, np.float32)
    tensors = {"ngram_ratios": buckets, "ngram_weights": buckets, "ngram_scales": numbers, "ngram_biases": numbers}
    tensors["ngram_fingerprints"] = np.zeros(1 << 10, np.uint8)
    config = NgramConfig(2, 10, ngram_fingerprints=fingerprints)
    return replace(trained_model(), wide=NgramModel(config, tensors), **changes)


def test_the_card_names_the_wide_part(tmp_path):
    assert "a linear layer; next to it, a linear model of n-grams of 1 to 2 words, in 2^10 buckets." in card(
        tmp_path, model=two_parts()
    )


def test_the_card_says_that_buckets_have_fingerprints(tmp_path):
    said = "n-grams of 1 to 2 words, in 2^10 buckets, each of which counts for a single n-gram."
    assert said in card(tmp_path, model=two_parts(fingerprints=True))


def test_the_card_says_whether_a_cascade_is_on(tmp_path):
    said = card(tmp_path, model=two_parts(cascade=0.95, cascade_from=64))
    assert "texts of 64 words or more about which the n-gram model is at least 95%\nconfident" in said
    for model in (two_parts(), trained_model()):
        assert "does not run" not in card(tmp_path, model=model)


def test_the_card_says_what_the_validation_part_decided(tmp_path):
    assert "The validation part chose the epoch, so its figures are optimistic" in card(tmp_path)
    last = card(tmp_path, model=trained_model(keep="last"))
    assert "those of epoch 2, the last" in last  # of those marked
    assert "The validation part was not used to choose anything" in last


def test_the_card_has_a_row_of_figures_per_part(tmp_path):
    rows = [line for line in card(tmp_path, test=figures([0, 1, 0, 1])).splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[:4] for row in rows[1:]] == [
        ["| validation", "größte.csv (held-out part)", "4", "75.00%"],
        ["| test", "test.csv", "4", "100.00%"],
    ]


def test_the_cards_table_has_as_many_cells_in_every_row(tmp_path):
    rows = [line for line in card(tmp_path, test=figures([0, 1, 0, 1])).splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {9}


def test_a_roc_auc_that_is_undefined_is_a_dash(tmp_path):
    row = next(line for line in card(tmp_path, test=figures([1, 1, 1, 1])).splitlines() if line.startswith("| test"))
    assert row.split(" | ")[5] == "–"


def test_made_up_data_is_called_made_up_in_the_card_and_the_metrics(tmp_path):
    assert "**Trained on made-up data: it has never seen a real review.**" in card(tmp_path, made_up=True)
    assert json.loads((tmp_path / "metrics.json").read_text("utf-8"))["made_up_data"] is True


def test_real_data_is_not_called_made_up(tmp_path):
    assert "made-up" not in card(tmp_path)


def test_the_cards_example_shows_the_classes_as_columns(tmp_path):
    text = card(tmp_path)
    assert 'scorer = sf.load("path/to/this/folder")' in text
    assert "# (1, 2), columns: ['negative', 'positive']" in text
