"""Teachers: whose classes are whose, and a real sequence classifier of Hugging Face's, tiny and random."""

import json
import os

import numpy as np
import pyarrow as pa
import pytest
import torch

from sentiment_fast.errors import ModelFolderError, UsageError
from sentiment_fast.model.config import NetworkConfig
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.folder import save_model
from sentiment_fast.model.network import SentimentLSTM, model_of
from sentiment_fast.scoring.scorer import load
from sentiment_fast.text.vocabulary import Vocabulary
from sentiment_fast.training import teachers
from sentiment_fast.training.teachers import open_teacher

SLOW_FIXTURES = {"hugging_face"}

TEXTS = pa.chunked_array([["a good film", "bad", "", "good good bad film a film " * 9]])


def ours(folder, classes):
    torch.manual_seed(0)
    network = SentimentLSTM(NetworkConfig(embedding_size=4, hidden_size=16, layers=1), 3, len(classes))
    save_model(folder, model_of(network, Vocabulary(["bad", "film", "good"]), classes))
    return folder


def say_nothing(line):
    pass


def test_a_model_of_ours_says_what_its_scorer_does(tmp_path):
    folder = ours(tmp_path, ["negative", "positive"])
    taught = open_teacher(folder, ["negative", "positive"], "cpu", say_nothing)(TEXTS)
    np.testing.assert_array_equal(taught, load(folder, "cpu").predict_proba(TEXTS))


def test_columns_come_in_the_students_order_whatever_the_case(tmp_path):
    folder = ours(tmp_path, ["A", "B", "C"])
    taught = open_teacher(folder, ["c", "a", "b"], "cpu", say_nothing)(TEXTS)
    np.testing.assert_array_equal(taught, load(folder, "cpu").predict_proba(TEXTS)[:, [2, 0, 1]])


@pytest.mark.parametrize("classes", [["bad", "good"], ["negative", "neutral", "positive"]])
def test_other_classes_are_a_usage_error_with_both(tmp_path, classes):
    ours(tmp_path, ["negative", "positive"])
    with pytest.raises(UsageError, match=f"{', '.join(classes)}, got one of negative, positive"):
        open_teacher(tmp_path, classes, "cpu", say_nothing)


def test_a_folder_that_holds_no_model_is_said_to_be_none(tmp_path):
    with pytest.raises(ModelFolderError, match="is not a model folder"):
        open_teacher(tmp_path, ["negative", "positive"], "cpu", say_nothing)


@pytest.fixture
def hugging_face(tmp_path, monkeypatch):
    """Writes a tiny random BERT, whose classes are named as given."""
    transformers = pytest.importorskip("transformers")
    monkeypatch.setenv("SENTIMENT_FAST_CACHE", str(tmp_path / "cache"))

    def write(names=None):
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "good", "bad", "film"]
        (tmp_path / "vocab.txt").write_text("\n".join(words))
        transformers.BertTokenizerFast(str(tmp_path / "vocab.txt"), model_max_length=16).save_pretrained(tmp_path)
        sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
        config = transformers.BertConfig(vocab_size=len(words), max_position_embeddings=16, num_labels=2, **sizes)
        if names:
            config.id2label, config.label2id = dict(enumerate(names)), {name: at for at, name in enumerate(names)}
        torch.manual_seed(0)
        transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
        return tmp_path

    return write


def test_a_hugging_face_model_says_the_same_of_a_text_alone_and_among_others(hugging_face, monkeypatch):
    monkeypatch.setattr(teachers, "cpu_has_amx", lambda: False)
    monkeypatch.setattr(teachers, "CachedTeacher", lambda teacher, *rest: teacher)
    teacher = open_teacher(hugging_face(["POSITIVE", "NEGATIVE"]), ["negative", "positive"], "cpu", say_nothing)
    taught = teacher(TEXTS)
    assert taught.dtype == np.float32
    np.testing.assert_allclose(taught.sum(axis=1), 1, rtol=1e-6)
    for row in range(len(TEXTS)):
        np.testing.assert_allclose(teacher(TEXTS.slice(row, 1))[0], taught[row], rtol=1e-4)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_gpu_a_hugging_face_model_labels_in_half_precision_what_a_cpu_would(hugging_face, monkeypatch):
    monkeypatch.setattr(teachers, "cpu_has_amx", lambda: False)
    folder = hugging_face(["POSITIVE", "NEGATIVE"])
    half, whole = (open_teacher(folder, ["negative", "positive"], name, say_nothing)(TEXTS) for name in ("cuda", "cpu"))
    np.testing.assert_allclose(half, whole, atol=0.02)
    assert not np.array_equal(half, whole)


@pytest.mark.parametrize(("has_amx", "expected"), [(True, "auto"), (False, "float32")])
def test_on_a_cpu_a_hugging_face_model_labels_in_bf16_only_with_amx(hugging_face, monkeypatch, has_amx, expected):
    asked = []

    def choose_precision(device, name):
        asked.append(name)
        return Precision("float32", "float32")

    monkeypatch.setattr(teachers, "cpu_has_amx", lambda: has_amx)
    monkeypatch.setattr(teachers, "choose_precision", choose_precision)
    open_teacher(hugging_face(["POSITIVE", "NEGATIVE"]), ["negative", "positive"], "cpu", say_nothing)
    assert asked == [expected]


def test_names_of_a_hugging_face_model_decide_the_columns(hugging_face):
    folder = hugging_face(["POSITIVE", "NEGATIVE"])
    teacher = open_teacher(folder, ["negative", "positive"], "cpu", say_nothing)
    other = open_teacher(folder, ["positive", "negative"], "cpu", say_nothing)
    np.testing.assert_array_equal(teacher(TEXTS), other(TEXTS)[:, ::-1])


def test_a_hugging_face_model_without_names_goes_by_order_and_says_so(hugging_face):
    said = []
    taught = open_teacher(hugging_face(), ["negative", "positive"], "cpu", said.append)(TEXTS)
    assert taught.shape == (4, 2)
    assert any("in this order" in line for line in said)


def test_other_names_of_a_hugging_face_model_are_a_usage_error(hugging_face):
    with pytest.raises(UsageError, match="got one of sad, happy"):
        open_teacher(hugging_face(["sad", "happy"]), ["negative", "positive"], "cpu", say_nothing)


def test_pickled_weights_are_never_read(hugging_face):
    folder = hugging_face(["negative", "positive"])
    torch.save({"weights": torch.zeros(1)}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelFolderError, match="safetensors"):
        open_teacher(folder, ["negative", "positive"], "cpu", say_nothing)


def test_without_transformers_it_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(UsageError, match=r"pip install .*\[transformers\]"):
        open_teacher(tmp_path, ["negative", "positive"], "cpu", say_nothing)


# Folders of Hugging Face's models that are not whole.


def change_json(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def change_tensors(folder, change):
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def cut(folder, share):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def remove(folder, *patterns):
    for pattern in patterns:
        for path in folder.glob(pattern):
            path.unlink()


def pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


QUANTISED = {"quant_method": "bitsandbytes", "load_in_8bit": True}
BROKEN = {
    "no classifier": (lambda it: change_tensors(it, lambda one: one.pop("classifier.weight")), "classifier.weight"),
    "no tokenizer": (
        lambda it: remove(it, "token*", "vocab*", "special*"),
        "lacks its tokenizer: expected tokenizer.json",
    ),
    "no vocabulary": (lambda it: remove(it, "tokenizer.json", "vocab.txt"), "lacks its tokenizer"),
    "cut": (lambda it: cut(it, 0.9), "its header describes"),
    "cut in the header": (lambda it: cut(it, 0.01), "model.safetensors|header"),
    "empty": (lambda it: cut(it, 0), "expected a header and tensors"),
    "no weights": (lambda it: remove(it, "model.safetensors"), "safetensors"),
    "integers": (
        lambda it: change_tensors(
            it, lambda all_: all_.update({name: one.to(torch.int8) for name, one in all_.items()})
        ),
        "expected float ones",
    ),
    "quantised": (lambda it: change_json(it / "config.json", quantization_config=QUANTISED), "cannot be read as"),
    "quantised wrongly": (lambda it: change_json(it / "config.json", quantization_config=[1]), "cannot be read as"),
    "NaN": (lambda it: change_tensors(it, lambda one: one["classifier.bias"].fill_(torch.nan)), "finite numbers"),
    "hidden_size": (lambda it: change_json(it / "config.json", hidden_size="8"), "hidden_size"),
    "huge": (lambda it: change_json(it / "config.json", hidden_size=10**9), "cannot be read as"),
    "id2label": (lambda it: change_json(it / "config.json", id2label=[1, 2]), "cannot be read as"),
    "model_type": (lambda it: change_json(it / "config.json", model_type=["bert"]), "cannot be read as"),
    "unknown": (lambda it: change_json(it / "config.json", model_type="nonsense"), "cannot be read as"),
    "model_max_length": (
        lambda it: change_json(it / "tokenizer_config.json", model_max_length="long"),
        "cannot be read",
    ),
    "another tokenizer": (
        lambda it: (remove(it, "token*"), (it / "vocab.txt").write_text("\n".join(map(str, range(500)))))[1],
        "cannot be read as|expected the tokenizer of its model",
    ),
    "pipe": (lambda it: pipe(it / "model.safetensors"), "expected a regular file, got a pipe"),
    "pipe of a tokenizer": (lambda it: pipe(it / "tokenizer.json"), "expected a regular file, got a pipe"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_hugging_face_model_that_is_not_whole_is_refused_in_one_line(hugging_face, name, capfd):
    folder = hugging_face(["negative", "positive"])
    break_it, says = BROKEN[name]
    break_it(folder)
    capfd.readouterr()
    with pytest.raises(ModelFolderError, match=says) as caught:
        open_teacher(folder, ["negative", "positive"], "cpu", say_nothing)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"[" * 100_000, b"1" * 5000, b"\xff", None])
def test_a_config_that_cannot_be_read_is_no_model_of_hugging_faces(tmp_path, content):
    if content is None:
        os.mkfifo(tmp_path / "config.json")
    else:
        (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(ModelFolderError, match=r"config\.json"):
        open_teacher(tmp_path, ["negative", "positive"], "cpu", say_nothing)
