"""A transformer that is fine-tuned on short texts: a real one, tiny and random."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.release import transformer_teacher
from benchmarks.release.bundled_data import MADE, NEUTRAL, OTHERS, OWN, SOURCES_FILE
from sentiment_fast.training.teachers import open_teacher
from tests.tiny_transformers import write_bert

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mix(tmp_path_factory):
    """A folder of data as bundled_data makes it, of two sources, with texts that one word decides."""
    folder = tmp_path_factory.mktemp("mix")
    choose = np.random.default_rng(0)

    def rows(count):
        labels = ["positive" if choose.random() < 0.5 else "negative" for _ in range(count)]
        words = {"positive": "good", "negative": "bad"}
        texts = [f"a {words[label]} {'film shop ' * int(choose.integers(1, 6))}" for label in labels]
        return pd.DataFrame({"review": texts, "sentiment": labels})

    pd.concat([rows(300), rows(40)]).to_csv(folder / OTHERS, index=False)
    rows(20).to_csv(folder / OWN, index=False)
    pd.DataFrame({"review": ["a film", "a shop"] * 5, "sentiment": "neutral"}).to_csv(folder / NEUTRAL, index=False)
    rows(18).to_csv(folder / MADE, index=False)
    sources = [
        {"name": "imdb", "training": 9, "neutral": 0},
        {"name": "own_sentences", "training": 20, "neutral": 0},
        {"name": "made_sentences", "training": 9, "neutral": 9},
        {"name": "large", "training": 300, "neutral": 10},
        {"name": "small", "training": 40, "neutral": 0},
    ]
    (folder / SOURCES_FILE).write_text(json.dumps(sources))
    (folder / "development").mkdir()
    rows(50).to_csv(folder / "development" / "large.csv", index=False)
    return folder


def test_sources_are_balanced(mix):
    rows = transformer_teacher.balanced_rows(mix, 128, seed=0)
    assert len(rows) == 128
    assert rows["source"].value_counts().to_dict() == {
        f"{OTHERS} 0": 40,
        f"{OTHERS} 1": 40,
        f"{OWN} 0": 20,
        f"{NEUTRAL} 0": 10,
        f"{MADE} 0": 18,
    }
    assert set(rows["sentiment"][rows["source"] == f"{NEUTRAL} 0"]) == {"neutral"}


def test_made_sentences_have_four_times_the_share_of_a_source(mix):
    rows = transformer_teacher.balanced_rows(mix, 32, seed=0)
    counts = {f"{MADE} 0": 16, f"{OTHERS} 0": 4, f"{OTHERS} 1": 4, f"{OWN} 0": 4, f"{NEUTRAL} 0": 4}
    assert rows["source"].value_counts().to_dict() == counts


def test_long_texts_are_left_out_and_train_can_use_the_folder_as_a_teacher(mix, tmp_path, monkeypatch):
    monkeypatch.setenv("SENTIMENT_FAST_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "teacher"
    options = {"--base": write_bert(tmp_path / "base"), "--data": mix, "--out": out, "--most": 300}
    command = [str(part) for pair in options.items() for part in pair] + ["--epochs", "1", "--tokens", "8"]
    assert transformer_teacher.main(command) == 0
    figures = json.loads((out / "development.json").read_text())
    assert figures["large"] == figures["mean"]
    assert 0 < figures["rows"] < 300
    labelled = open_teacher(out, ["negative", "positive"], "cpu", print)(pa.chunked_array([["a good film"]]))
    assert labelled.shape == (1, 2)
    assert transformer_teacher.main(command) == 0  # finished: nothing is trained again


def test_a_base_that_is_no_model_is_refused(mix, tmp_path, capsys):
    command = ["--base", str(tmp_path), "--data", str(mix), "--out", str(tmp_path / "teacher")]
    assert transformer_teacher.main(command) == 4
    assert "expected the folder of a Hugging Face model" in capsys.readouterr().err
