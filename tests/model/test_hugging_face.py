"""Folders that are given to be fine-tuned: what is wrong with one is a line with its name, and nothing in it is run."""

import json
import os

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from sentiment_fast import cli
from sentiment_fast.errors import MissingPackageError, ModelFolderError, UsageError
from sentiment_fast.model.devices import Precision
from sentiment_fast.model.hugging_face import check_base, explained, read_base
from sentiment_fast.model.transformer import encode_tokens, transformer_logits
from tests.tiny_transformers import write_bert, write_gpt, write_llama

pytestmark = pytest.mark.slow
CLASSES = ["negative", "positive"]
FLOAT32 = Precision("float32", "float32")


def change_json(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def change_tensors(folder, change):
    tensors = load_file(folder / "model.safetensors")
    save_file(change(tensors), folder / "model.safetensors", {"format": "pt"})


def cut(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def pickle_only(folder):
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def remove(folder, *patterns):
    for pattern in patterns:
        for path in folder.glob(pattern):
            path.unlink()


def without_layer(tensors):
    return {name: one for name, one in tensors.items() if "encoder.layer.0" not in name}


def of_another_architecture(folder):
    change_json(folder / "config.json", model_type="distilbert", architectures=["DistilBertModel"], dim=16, n_heads=2)


def ask_for_code(folder):
    change_json(
        folder / "config.json", model_type="own", auto_map={"AutoConfig": "own.Config", "AutoModel": "own.Model"}
    )
    (folder / "own.py").write_text("open('was run', 'w')\nclass Config: pass\nclass Model: pass\n")


def ask_for_a_tokenizers_code(folder):
    remove(folder, "tokenizer.json", "vocab.txt")
    change_json(folder / "tokenizer_config.json", tokenizer_class="Own", auto_map={"AutoTokenizer": ["own.T", None]})
    (folder / "own.py").write_text("open('was run', 'w')\nclass T: pass\n")


BROKEN = {
    "no tokenizer": (lambda it: remove(it, "token*", "vocab*", "special*"), "lacks its tokenizer|cannot be read as"),
    "pickled weights only": (pickle_only, "safetensors"),
    "no weights": (lambda it: remove(it, "model.safetensors"), "safetensors"),
    "cut": (cut, "its header describes"),
    "quantised": (
        lambda it: change_tensors(it, lambda all_: {name: one.to(torch.int8) for name, one in all_.items()}),
        "expected float ones",
    ),
    "quantised by config": (
        lambda it: change_json(it / "config.json", quantization_config={"quant_method": "bitsandbytes"}),
        "asks for quantised weights|cannot be read as",
    ),
    "a layer is missing": (lambda it: change_tensors(it, without_layer), "lacks the weights"),
    "another architecture": (of_another_architecture, "lacks the weights .*distilbert"),
    "sizes that do not fit": (lambda it: change_json(it / "config.json", hidden_size=8), "lacks the weights|cannot be"),
    "NaN": (
        lambda it: change_tensors(it, lambda all_: all_ | {"pooler.dense.bias": torch.full((16,), torch.nan)}),
        "finite numbers",
    ),
    "no sequence classifier": (
        lambda it: change_json(it / "config.json", model_type="vit", architectures=["ViTModel"]),
        "no sequence classifier",
    ),
    "code of its own": (ask_for_code, "asks to run .*own.Config"),
    "a tokenizer's own code": (ask_for_a_tokenizers_code, "asks to run .*own.T|lacks its tokenizer|cannot be read as"),
    "unknown": (lambda it: change_json(it / "config.json", model_type="nonsense"), "cannot be read as"),
    "a pipe": (lambda it: (remove(it, "model.safetensors"), os.mkfifo(it / "model.safetensors"))[1], "got a pipe"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_base_that_is_not_whole_is_refused_in_one_line_and_runs_nothing(tmp_path, name, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = write_bert(tmp_path / "base")
    break_it, says = BROKEN[name]
    break_it(folder)
    capfd.readouterr()
    with pytest.raises(ModelFolderError, match=says) as caught:
        read_base(folder, CLASSES, 0)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "was run").exists()


def test_a_package_that_only_this_model_needs_is_missing_not_the_model_damaged(tmp_path):
    pytest.importorskip("transformers")

    def read():
        raise ImportError("T5Converter requires the protobuf library but it was not found in your environment.\n")

    with pytest.raises(MissingPackageError, match=r"needs a package .* protobuf library .* with pip") as caught:
        explained(tmp_path, "a model", read)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda it: None, "nothing is downloaded"),
        (lambda it: it.mkdir(), r"got no config\.json with its architecture"),
        (lambda it: it.write_text("a file"), "nothing is downloaded"),
    ],
)
def test_what_is_no_folder_of_hugging_faces_is_refused_before_the_data_are_read(tmp_path, capsys, make, says):
    make(tmp_path / "base")
    command = ["finetune", "--base", str(tmp_path / "base"), "--data", "nowhere.csv", "--out", str(tmp_path / "out")]
    assert cli.main(command) == 4
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert says.replace("\\", "") in line
    assert not (tmp_path / "out").exists()


def test_a_model_of_ours_is_fine_tuned_by_another_command(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"format": 3, "classes": ["a", "b"]}))
    with pytest.raises(ModelFolderError, match="fine-tuned by `train` with `init`"):
        check_base(tmp_path)


def test_without_transformers_it_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(UsageError, match=r'pip install "sentiment-fast\[transformers\]"'):
        check_base(tmp_path)


@pytest.mark.parametrize("write", [write_gpt, write_llama])
def test_a_decoder_reads_a_text_alone_as_among_others(tmp_path, write):
    network, tokenizer, most = read_base(write(tmp_path), CLASSES, 0)
    assert {weights.dtype for weights in network.parameters()} == {torch.float32}
    texts = ["a good film", "", "bad", "the film was very good a shop"]
    together = transformer_logits(network, encode_tokens(tokenizer, texts, most)[0], most, FLOAT32)
    alone = [transformer_logits(network, encode_tokens(tokenizer, [text], most)[0], most, FLOAT32) for text in texts]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-4, atol=1e-6)
    assert len(set(together.tolist())) == 4


def test_ids_are_those_of_the_tokenizer_and_lengths_those_without_a_limit(tmp_path):
    _, tokenizer, most = read_base(write_bert(tmp_path), CLASSES, 0)
    texts = ["a good film", "", "bad " * 50]
    ids, whole = encode_tokens(tokenizer, texts, 8)
    assert most == 32
    assert whole.tolist() == [5, 2, 52]
    assert [ids[row].tolist() for row in range(3)] == tokenizer(texts, truncation=True, max_length=8)["input_ids"]
