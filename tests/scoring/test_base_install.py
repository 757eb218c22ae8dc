"""Without any extra, files are scored and texts predicted and encoded; other commands say the pip command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sentiment_fast.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[2]
EVERY_MODULE = [module for modules in EXTRAS.values() for module in modules]
TRAIN = 'pip install "sentiment-fast[train]"'

WITHOUT = """
import sys

class Without:
    '''The base install: no module of any extra can be found.'''

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

HIDDEN = sys.argv.pop(1).split(",")
sys.meta_path.insert(0, Without)
"""
SCORING = """
import sentiment_fast as sf
from sentiment_fast.cli.main import main

folder = sys.argv[1]
vocabulary = sf.build_vocabulary(["a good film", "a bad film"], 10)
assert sf.encode(["good film"], vocabulary).pad(5).shape == (1, 5)
assert sf.load().predict(["A wonderful film, I loved it.", "Boring and awful."]).tolist() == ["positive", "negative"]
assert sf.score_files(f"{folder}/in.csv", f"{folder}/library.csv").rows == 2
for arguments in (["score", f"{folder}/in.csv", "-o", f"{folder}/out.csv"], ["predict", "good film"], ["info"]):
    assert main(arguments) == 0, arguments
assert sf.train.__doc__
"""


def run_without_extras(program, *arguments, hidden=EVERY_MODULE, cwd=None):
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + program, ",".join(hidden), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path},
        cwd=cwd,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_the_base_install_scores_predicts_and_encodes(tmp_path):
    (tmp_path / "in.csv").write_text("id,review\n1,A wonderful film\n2,Boring and awful\n")
    run = run_without_extras(SCORING, tmp_path)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "out.csv").read_text() == (tmp_path / "library.csv").read_text()
    assert [line.split(",")[2] for line in (tmp_path / "out.csv").read_text().splitlines()[1:]] == [
        "positive",
        "negative",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "use"),
    [
        (["train", "--data", "none.csv"], "Training needs torch, "),
        (["tune", "--data", "none.csv"], "A search for settings needs torch, "),
        (["pretrain", "--data", "none.csv"], "Training needs torch, "),
        (["evaluate", "none.csv"], "Evaluating needs scikit-learn and pandas, "),
    ],
    ids=lambda it: it[0],
)
def test_commands_that_need_an_extra_say_the_pip_command(tmp_path, arguments, use):
    run = run_without_extras("from sentiment_fast.cli.main import main; sys.exit(main())", *arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith(f"error: {use}")
    assert run.stderr.endswith(f"which are not installed: {TRAIN}\n")
    assert len(run.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_training_from_python_says_the_pip_command(tmp_path):
    program = """
import sentiment_fast as sf
try:
    sf.train((["good", "bad"], ["a", "b"]), out=sys.argv[1] + "/run")
except sf.UsageError as error:
    print(error)
"""
    run = run_without_extras(program, tmp_path, hidden=("matplotlib",))
    assert run.stdout == f"Training needs matplotlib, which is not installed: {TRAIN}\n", run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_network_that_the_core_cannot_run_needs_only_pytorch(make_model, tmp_path):
    model = make_model(["negative", "positive"], cell="gru")
    program = "import sentiment_fast as sf; print(*sf.load(sys.argv[1]).predict(['good film']))"
    hidden = [module for module in EXTRAS["train"] if module != "torch"]
    run = run_without_extras(program, model, hidden=hidden)
    assert run.stdout.strip() in ("negative", "positive"), run.stderr
