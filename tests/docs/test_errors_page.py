"""docs/reference/errors.md has every exit code and class of error, and quotes messages that the package has."""

import ast
import re
from pathlib import Path

import pytest

from sentiment_fast import errors
from sentiment_fast.cli.main import INTERRUPTED

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, BaseException)]
MESSAGES = re.findall(r"^\| (?!message|exit code|-)(?!\d)(.+?) \|", PAGE, re.M)


def literals():
    """The texts of the package's strings; … stands for what an f-string fills in."""
    for path in (ROOT / "sentiment_fast").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


LITERALS = list(literals())


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.__name__)
def test_every_class_of_error_is_on_the_page(one):
    assert f"`{one.__name__}`" in PAGE


def test_every_exit_code_is_on_the_page():
    codes = {0, INTERRUPTED, *(one.exit_code for one in CLASSES if hasattr(one, "exit_code"))}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.M)} == codes


@pytest.mark.parametrize("message", MESSAGES)
def test_messages_are_quoted_as_they_are(message):
    parts = [re.escape(part.strip()) for part in message.split("…") if part.strip()]
    pattern = re.compile(".*?".join(parts), re.DOTALL)
    assert any(pattern.search(literal) for literal in LITERALS), "no message of the package has these words"


def test_there_are_messages():
    assert len(MESSAGES) > 80
