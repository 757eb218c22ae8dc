"""The English of what users read: README, docs, `--help`, and the package's string literals.

Only phrases that have no good use are counted; CONTRIBUTING.md says how the project writes.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sentiment_fast"

INSTEAD = {
    r"anew": "over, again, from scratch",
    r"beside": "next to, alongside, in addition to",
    r"taken up": "resumed",
    r"held back": "held out",
    r"(?:go|goes|gone|going|went) on(?: with)?": "continue, resume",
    r"but for": "except",
    r"is no (?:UTF-8|JSON|number|file|folder|model|text)": "is not ...",
    r"are no (?:UTF-8|JSON|numbers|files|folders|models|texts)": "are not ...",
}
PHRASES = re.compile(rf"\b(?:{'|'.join(INSTEAD)})\b", re.IGNORECASE)

PAGES = ["README.md", "CONTRIBUTING.md", "sentiment_fast/bundled/README.md"]
PAGES += sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
MODULES = sorted(PACKAGE.rglob("*.py"))


def in_plain_words(text, where=""):
    found = PHRASES.findall(text)
    instead = [better for phrase, better in INSTEAD.items() if re.search(phrase, text, re.IGNORECASE)]
    assert not found, f"{where}{found}: write one of {instead}"


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_in_plain_words(page):
    in_plain_words((ROOT / page).read_text("utf-8"))


def literals(node):
    return [one for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_string_literals_are_in_plain_words():
    for path in MODULES:
        for literal in literals(ast.parse(path.read_text("utf-8"))):
            in_plain_words(literal.value, f"{path.relative_to(PACKAGE)}:{literal.lineno}: ")


def test_the_library_names_arguments_and_the_command_line_options():
    """A message of the library says `text_column`, which cli/main.py turns into --text-column for a command."""
    for path in sorted(PACKAGE.rglob("*/*.py")):
        if path.relative_to(PACKAGE).parts[0] == "cli":
            continue
        raised = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Raise)]
        for literal in (one for node in raised for one in literals(node)):
            assert not re.search(r"(?<!\w)--[a-z]", literal.value), f"{path.name}:{literal.lineno}: {literal.value}"


def test_the_phrases_are_found():
    with pytest.raises(AssertionError, match="anew"):
        in_plain_words("Begin anew, beside the file")
    in_plain_words("A file next to the other, and nothing else. Going once.")
