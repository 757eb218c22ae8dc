"""A transformer that is fine-tuned on short texts: a real one, tiny and random."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.release import transformer_teacher
from benchmarks.release.bundled_data import NEUTRAL, OTHERS, OWN, SOURCES_FILE
from sentiment_fast.cli.main import INTERRUPTED
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

    def rows(count):
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


def test_sources_are_balanced_and_neutral_texts_have_a_target_of_one_half(mix):
    rows = transformer_teacher.balanced_rows(mix, 110, seed=0)
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


def test_it_learns_and_train_can_use_its_folder_as_a_teacher(base, mix, tmp_path, monkeypatch):
    monkeypatch.setattr(transformer_teacher, "RATE", 1e-2)
    out = tmp_path / "teacher"
    assert run(base, mix, out, epochs=30) == 0
    figures = json.loads((out / "development.json").read_text())
    assert figures["large"] == figures["mean"] == 1.0
    assert not (out / transformer_teacher.CHECKPOINT).exists()
    said = open_teacher(out, ["negative", "positive"], "cpu", print)(pa.chunked_array([["a good film", "a bad film"]]))
    assert said[0, 1] > 0.5 > said[1, 1]


def test_an_interrupted_run_resumes_to_the_same_weights(base, mix, tmp_path, monkeypatch, capsys):
    assert run(base, mix, tmp_path / "whole") == 0
    learn = transformer_teacher.FineTuning.learn

    def interrupted(run, *arguments):
        if run.step == 13:
            raise KeyboardInterrupt
        return learn(run, *arguments)

    monkeypatch.setattr(transformer_teacher, "CHECKPOINT_SECONDS", 0)
    monkeypatch.setattr(transformer_teacher.FineTuning, "learn", interrupted)
    assert run(base, mix, tmp_path / "again") == INTERRUPTED
    assert run(base, mix, tmp_path / "again", epochs=4) == 2
    assert "use another --out" in capsys.readouterr().err
    monkeypatch.setattr(transformer_teacher.FineTuning, "learn", learn)
    assert run(base, mix, tmp_path / "again") == 0
    whole, again = (tmp_path / name / "model.safetensors" for name in ("whole", "again"))
    assert whole.read_bytes() == again.read_bytes()


def test_a_base_without_a_config_is_refused(mix, tmp_path, capsys):
    assert run(tmp_path, mix, tmp_path / "teacher") == 2
    assert "expected a folder with config.json" in capsys.readouterr().err


def test_a_damaged_checkpoint_is_refused(base, mix, tmp_path, capsys):
    (tmp_path / transformer_teacher.CHECKPOINT).write_bytes(b"no checkpoint")
    assert run(base, mix, tmp_path) == 4
    assert "remove it to start over" in capsys.readouterr().err


def run(base, mix, out, epochs=3):
    arguments = {"--base": base, "--data": mix, "--out": out, "--most": 300, "--epochs": epochs}
    return transformer_teacher.main([str(part) for pair in arguments.items() for part in pair])
