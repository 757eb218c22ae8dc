"""Files and functions that fit on a screen or have a reason not to."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 350, 60

PYTHON = sorted((ROOT / "sentiment_fast").rglob("*.py"))
SOURCES = [*PYTHON]  # without _core.pyi, which has to describe all of one compiled module
SOURCES += sorted(path for kind in ("*.h", "*.cpp") for path in (ROOT / "csrc").rglob(kind))
COMMANDS = ["train", "pretrain", "finetune", "tune", "score", "predict", "evaluate", "info"]


def named(path):
    return str(path.relative_to(ROOT))


def test_files_are_short():
    lines = {named(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def long_functions(path):
    """Names and lines of functions that do not say why they are long."""
    text = path.read_text("utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
            says_why = any(re.search(r"# Long\b", line) for line in lines)
            if len(lines) > MOST_LINES_OF_A_FUNCTION and not says_why:
                yield f"{named(path)}: {node.name}: {len(lines)} lines"


def test_functions_are_short_or_say_why_not():
    assert [found for path in PYTHON for found in long_functions(path)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_only_parse_call_and_print(command):
    assert len((ROOT / "sentiment_fast" / f"{command}.py").read_text("utf-8").splitlines()) < 120


def test_the_contract_of_readers_and_writers_is_typed():
    assert not re.search(r"\bAny\b", (ROOT / "sentiment_fast" / "io" / "window.py").read_text("utf-8"))
