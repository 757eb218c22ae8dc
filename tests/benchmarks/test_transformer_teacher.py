"""A transformer that is fine-tuned on short texts: a real one, tiny and random."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.release import transformer_teacher
from benchmarks.release.bundled_data import NEUTRAL, OTHERS, OWN, SOURCES_FILE
from sentiment_fast.training.teachers import open_teacher

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("base")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "good", "bad", "film", "shop"]
    (folder / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.BertConfig(vocab_size=len(words), max_position_embeddings=64, **sizes)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def mix(tmp_path_factory):
    """A folder of data as bundled_data makes it, of two sources, with texts that one word decides."""
    folder = tmp_path_factory.mktemp("mix")
    choose = np.random.default_rng(0)

    def rows(count, start=0):
        labels = ["positive" if choose.random() < 0.5 else "negative" for _ in range(count)]
        words = {"positive": "good", "negative": "bad"}
        texts = [f"a {words[label]} {'film shop ' * int(choose.integers(1, 6))}" for label in labels]
        return pd.DataFrame({"review": texts, "sentiment": labels})

    pd.concat([rows(300), rows(40)]).to_csv(folder / OTHERS, index=False)
    rows(20).to_csv(folder / OWN, index=False)
    pd.DataFrame({"review": ["a film", "a shop"] * 5, "sentiment": "neutral"}).to_csv(folder / NEUTRAL, index=False)
    sources = [
        {"name": "imdb", "training": 9, "neutral": 0},
        {"name": "own_sentences", "training": 20, "neutral": 0},
        {"name": "large", "training": 300, "neutral": 10},
        {"name": "small", "training": 40, "neutral": 0},
    ]
    (folder / SOURCES_FILE).write_text(json.dumps(sources))
    (folder / "development").mkdir()
    rows(50).to_csv(folder / "development" / "large.csv", index=False)
    return folder


def test_small_sources_are_taken_whole_and_neutral_texts_are_between(mix):
    rows = transformer_teacher.short_texts(mix, 110, seed=0)
    assert len(rows) == 110
    assert rows["source"].value_counts().to_dict() == {
        f"{OTHERS} 0": 40,
        f"{OTHERS} 1": 40,
        f"{OWN} 0": 20,
        f"{NEUTRAL} 0": 10,
    }
    assert set(rows["target"][rows["source"] == f"{NEUTRAL} 0"]) == {0.5}


def test_an_epoch_has_each_text_once_and_batches_of_similar_length():
    lengths = np.random.default_rng(0).integers(3, 100, 10_000)
    found = list(transformer_teacher.batches(lengths, seed=1))
    assert sorted(np.concatenate(found)) == list(range(10_000))
    assert np.mean([np.ptp(lengths[rows]) for rows in found]) < 10
    assert not np.array_equal(found[0], next(transformer_teacher.batches(lengths, seed=2)))


def test_it_learns_and_its_folder_is_that_of_a_teacher(base, mix, tmp_path, monkeypatch):
    monkeypatch.setattr(transformer_teacher, "RATE", 1e-2)
    out = tmp_path / "teacher"
    assert run(base, mix, out, epochs=30) == 0
    figures = json.loads((out / "development.json").read_text())
    assert figures["large"] == figures["mean"] == 1.0
    assert not (out / transformer_teacher.CHECKPOINT).exists()
    said = open_teacher(out, ["negative", "positive"], "cpu", print)(pa.chunked_array([["a good film", "a bad film"]]))
    assert said[0, 1] > 0.5 > said[1, 1]


def test_a_run_that_is_interrupted_goes_on_to_the_same_weights(base, mix, tmp_path, monkeypatch):
    assert run(base, mix, tmp_path / "whole") == 0
    learn = transformer_teacher.Run.learn

    def interrupted(run, *arguments):
        if run.step == 13:
            raise KeyboardInterrupt
        return learn(run, *arguments)

    monkeypatch.setattr(transformer_teacher, "CHECKPOINT_SECONDS", 0)
    monkeypatch.setattr(transformer_teacher.Run, "learn", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(base, mix, tmp_path / "again")
    monkeypatch.setattr(transformer_teacher.Run, "learn", learn)
    assert run(base, mix, tmp_path / "again") == 0
    whole, again = (tmp_path / name / "model.safetensors" for name in ("whole", "again"))
    assert whole.read_bytes() == again.read_bytes()


def test_a_folder_without_an_encoder_is_told_of(mix, tmp_path, capsys):
    assert run(tmp_path, mix, tmp_path / "teacher") == 2
    assert "expected a folder with config.json" in capsys.readouterr().err


def run(base, mix, out, epochs=3):
    arguments = {"--base": base, "--data": mix, "--out": out, "--most": 300, "--epochs": epochs}
    return transformer_teacher.main([str(part) for pair in arguments.items() for part in pair])
