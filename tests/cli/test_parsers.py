"""The options of all commands: the same name means the same, and --help says what is left out means, with examples."""

import argparse
import contextlib
import importlib
import io
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from sentiment_fast import cli
from sentiment_fast.cli.main import _parser
from sentiment_fast.cli.messages import COMMANDS, INSTALLED, MODULE, PACKAGE
from sentiment_fast.cli.options import DEVICES, PRECISIONS
from sentiment_fast.cli.training_options import PRESETS
from sentiment_fast.data.datasets.demo import demo_corpus
from sentiment_fast.model import devices, presets
from sentiment_fast.model.setting_meanings import PRESET_MEANINGS, SETTING_MEANINGS

MODULES = {name: importlib.import_module(f"sentiment_fast.{name}") for name in COMMANDS}

# Options that mean the same to different commands, except for what follows from what each of them does.
OWN_HELP = {
    "--base": "tune needs none",
    "--config": "score has no preset files",
    "--json": "what the result is",
    "--neutral": "train keeps a band in the model, or chooses one",
    "--out": "what is written there",
    "--epochs": "finetune has no presets",
    "--batch-size": "likewise, and batches whose gradients it adds up",
    "--learning-rate": "likewise, and how to choose one",
    "--seed": "likewise",
    "--precision": "training is exact unless told otherwise",
    "--resume": "which options of a search may change",
    "--text-column": "which columns are tried first",
    "--data": "pretrain learns from texts without labels, which have no weights",
}
OWN_METAVAR = {"--neutral", "--data"}


def actions(command):
    parser = argparse.ArgumentParser()
    MODULES[command].add_arguments(parser)
    return [action for action in parser._actions if action.dest != "help"]


def options(field):
    """For each option the values of a field in the commands that have it."""
    found = defaultdict(set)
    for command in COMMANDS:
        for action in actions(command):
            for name in action.option_strings:
                found[name].add(str(field(action)))
    return found


def several(found):
    return {name for name, values in found.items() if len(values) > 1}


def test_an_option_has_one_metavar_in_all_commands():
    assert several(options(lambda action: action.metavar)) == OWN_METAVAR


def test_an_option_takes_the_same_values_in_all_commands():
    taken = options(lambda action: (type(action).__name__, action.dest, action.nargs, action.type, action.choices))
    assert several(taken) == set()


def test_an_option_has_one_help_in_all_commands():
    assert several(options(lambda action: action.help)) == set(OWN_HELP)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_json_or_less_or_more(command):
    assert {"json", "quiet", "verbose"} <= {action.dest for action in actions(command)}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_happens_without_an_option(command):
    for action in actions(command):
        takes_value = action.option_strings and action.nargs != 0
        if takes_value or isinstance(action, argparse.BooleanOptionalAction):
            assert re.search(r"default|required", action.help), action.dest


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_examples_that_the_command_understands(command):
    parser = _parser(MODULES[command], INSTALLED)
    examples = parser.epilog.splitlines()[1:]
    assert 2 <= len(examples) <= 4
    for example in examples:
        program, name, *typed = shlex.split(example.partition(" < ")[0])
        if program != "torchrun":
            assert (program, name) == ("sentiment-fast", command)
            parser.parse_args(typed)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (INSTALLED, "sentiment-fast evaluate --model runs/mine labelled.csv"),
        (PACKAGE, "python -m sentiment_fast evaluate --model runs/mine labelled.csv"),
        (MODULE, "python -m sentiment_fast.evaluate --model runs/mine labelled.csv"),
    ],
)
def test_help_has_the_form_that_was_typed(form, expected):
    text = _parser(MODULES["evaluate"], form).format_help()
    assert text.startswith(f"usage: {form.format('evaluate')} [OPTION ...] FILE ...\n")
    assert f"\n  {expected}\n" in text


def test_hints_in_help_have_the_form_that_was_typed():
    text = " ".join(_parser(MODULES["train"], MODULE).format_help().split())
    assert "`python -m sentiment_fast.info --presets`" in text


# ---- sentiment-fast without a command ------------------------------------------------------------------------------


def printed(*typed):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            code = cli.main(typed)
        except SystemExit as exited:
            code = exited.code
    return code, out.getvalue()


def test_without_a_command_all_are_listed_in_a_line_each():
    assert printed() == printed("--help")
    code, text = printed()
    assert code == 0
    for name, module in MODULES.items():
        summary = vars(module)["__doc__"].partition("\n")[0]
        assert f"\n  {name:<9} {summary}\n" in text


def test_an_option_before_the_command_is_bad_usage(capsys):
    assert printed("--quiet", "train")[0] == 2
    assert "--quiet" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "form"),
    [(["-m", "sentiment_fast"], "python -m sentiment_fast train"), (["-m", "sentiment_fast.train"], "python -m")],
)
def test_a_process_knows_the_form_that_was_typed(tmp_path, start, form):
    command = ["train"] if start[1] == "sentiment_fast" else []
    arguments = [*start, *command, "--data", "demo:9", "--teacher", "nowhere"]
    ended = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 4
    assert f"nowhere: no such model folder. `{form}" in ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize("typed", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_imports_nothing_heavy(typed):
    program = (
        "import sys, contextlib, io\nfrom sentiment_fast.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({[*typed, '--help']})\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    heavy = {"torch", "numpy", "pyarrow", "pandas", "tqdm", "sklearn", "scipy", "sentiment_fast._core", "tomllib"}
    assert not heavy & set(run.stdout.split())


# ---- names that --help must know without importing what has them ---------------------------------------------------


def test_names_of_choices_are_those_of_the_library():
    assert DEVICES == devices.DEVICES
    assert PRECISIONS == devices.PRECISIONS
    assert tuple(presets.PRESETS) == PRESETS


def test_every_preset_and_setting_has_a_meaning():
    settings = [name for part in presets.PARTS for name in vars(getattr(presets.PRESETS["tutorial"], part))]
    assert set(SETTING_MEANINGS) == set(settings)
    assert set(PRESET_MEANINGS) == set(presets.PRESETS)


# ---- the examples, run ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the examples name, and a model in runs/mine, made by an example."""
    folder = tmp_path_factory.mktemp("examples")
    corpus = demo_corpus(120)
    texts = [re.sub('[,;"\\n]', " ", text) for text in corpus.texts.to_pylist()]
    rows = list(zip(texts, corpus.labels, strict=True))
    plain = "review,sentiment\n" + "".join(f"{text},{label}\n" for text, label in rows)
    other = "body,stars\n" + "".join(f"{text},{1 + 4 * (label == 'positive')}\n" for text, label in rows)
    tweets = "".join(f"{label},1,2,3,4,{text}\n" for text, label in rows)
    files = {"reviews.csv": plain, "labelled.csv": plain, "shop.csv": other, "unlabelled.csv": plain}
    files |= {"tweets.csv": other, "headerless.csv": tweets}
    files |= {"export.csv": "made by\nsomeone\n" + plain.replace(",", ";"), "reviews.txt": "a good film\na bad one\n"}
    files |= {"reviews.jsonl": "".join(f'{{"review": "{text[:40].strip()}"}}\n' for text, _ in rows)}
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def run(folder, example, monkeypatch):
    """An example, in this process and the folder, with a stdin if it reads one; it must not fail."""
    typed, _, stdin = example.partition(" < ")
    monkeypatch.chdir(folder)
    quiet, said = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with (folder / (stdin or "reviews.txt")).open() as file, quiet, said as said:
        monkeypatch.setattr(sys, "stdin", file)
        code = cli.main(shlex.split(typed)[1:])
    assert code == 0, f"{example}: {said.getvalue()}"


@pytest.mark.slow
def test_the_examples_run(folder, monkeypatch):
    """All except those that search for half an hour or need several processes."""
    for command in ("train", "pretrain", "evaluate", "predict", "score", "info"):
        for example in _parser(MODULES[command], INSTALLED).epilog.splitlines()[1:]:
            if "torchrun" in example or "imdb" in example:
                continue
            if "--no-header" in example:
                example = example.replace("tweets.csv", "headerless.csv")
            small = " --set hidden_size=8 --epochs 1" if command == "train" and "--resume" not in example else ""
            run(folder, example.strip().replace("rows=20000", "rows=20") + small, monkeypatch)
            for scored in Path().glob("*.scored.csv"):
                scored.unlink()  # another example scores the same file


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("--text-colum", "unrecognized arguments: --text-colum; did you mean --text-column?"),
        ("--text-colum=body", "unrecognized arguments: --text-colum=body; did you mean --text-column?"),
        ("--xyzzy", "unrecognized arguments: --xyzzy\n"),
    ],
)
def test_an_unknown_option_is_refused_with_the_one_like_it(typed, said, capsys):
    with pytest.raises(SystemExit, match="2"):
        _parser(MODULES["score"], INSTALLED).parse_args(["reviews.csv", typed])
    assert said in capsys.readouterr().err
