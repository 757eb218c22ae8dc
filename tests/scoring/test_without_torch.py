"""Scoring on a CPU imports neither PyTorch nor what only training, metrics and pictures need."""

import json
import os
import subprocess
import sys

import pytest

from sentiment_fast.model.devices import Device, Precision
from sentiment_fast.model.native.scoring import native_level

pytestmark = pytest.mark.skipif(
    native_level(Device("cpu"), Precision("float32", "float32")) is None, reason="needs a CPU with AVX2"
)

PROGRAM = """
import json, sys, warnings
import sentiment_fast as sf
from sentiment_fast import evaluate, predict, score
from sentiment_fast.cli.main import run_command
from sentiment_fast.evaluation import metrics

model, folder = sys.argv[1], sys.argv[2]
HEAVY = ("torch", "sklearn", "pandas", "scipy", "matplotlib", "threadpoolctl", "nltk")
loaded = {}

def look(name):
    loaded[name] = [module for module in HEAVY if module in sys.modules]

with open(f"{folder}/in.csv", "w") as file:
    file.write("review,sentiment\\n" + "good film,positive\\nbad film,negative\\n" * 20)
options = ["--model", model, "--precision", "float32"]
def run(module, *arguments):
    sys.argv[1:] = [*arguments, *options]  # as a process of its own has them
    assert run_command(module) == 0

run(predict, "good film")
look("predict")
loaded["predict: readers"] = [module for module in ("pyarrow", "tqdm") if module in sys.modules]
sf.load(model, "auto", "float32").predict_proba(["good", "bad"])
look("load")
run(score, f"{folder}/in.csv", "-o", f"{folder}/out.csv")
look("score")

def before_metrics(*arguments):
    look("evaluate")
    return measured(*arguments)

measured, metrics.evaluate_decision = metrics.evaluate_decision, before_metrics
run(evaluate, f"{folder}/in.csv")
look("metrics")
print(json.dumps(loaded))
"""


@pytest.mark.slow
def test_commands_and_library_do_not_import_pytorch(make_model, tmp_path):
    model = make_model(["negative", "positive"], hidden_size=16)
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(model), str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    loaded = json.loads(run.stdout.splitlines()[-1])
    metrics = loaded.pop("metrics")
    assert loaded == {"predict": [], "predict: readers": [], "load": [], "score": [], "evaluate": []}
    assert "torch" not in metrics
    assert "sklearn" in metrics


@pytest.mark.slow
@pytest.mark.parametrize("broken", [True, False])
@pytest.mark.parametrize(
    ("arguments", "install"),
    [(["predict", "good film"], "torch"), (["train", "--data", "demo:50", "--out", "new"], '"sentiment-fast[train]"')],
    ids=["predict", "train"],
)
def test_a_missing_or_broken_pytorch_is_one_line_with_what_to_install(make_model, tmp_path, broken, arguments, install):
    model = make_model(["negative", "positive"], cell="gru")
    program = "import sys; from sentiment_fast.cli import main; sys.exit(main(sys.argv[1:]))"
    if broken:
        (tmp_path / "torch").mkdir()
        (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('libgomp.so.1: cannot open')")
    else:
        program = f"import sys; sys.modules['torch'] = None; {program}"
    if arguments[0] == "predict":
        arguments = [*arguments, "--model", str(model)]
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert f"pip install {install}" in run.stderr
    assert ("libgomp.so.1: cannot open" in run.stderr) == broken
    assert len(run.stderr.splitlines()) == 1
