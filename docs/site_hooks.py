"""What MkDocs does not do itself: links to files outside docs/, and pages made from the code.

In: pages as they are on disk, where links are those of the repository. Out: the same pages with links that work on the
site, the files that they link to, the options of each command, and every message of the package.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
REPOSITORY = "repository"  # the folder of the site for files that are outside docs/


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files outside docs/ that pages link to."""
    from mkdocs.structure.files import File

    waiting = sorted(DOCS.rglob("*.md"))
    seen = set(waiting)
    while waiting:
        for path in _linked(waiting.pop()):
            if path in seen or path.is_relative_to(DOCS):
                continue
            seen.add(path)
            if path.suffix == ".md":
                waiting.append(path)
            files.append(_on_the_site(path, config, File))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite links, and fill in what is made from the code."""
    for mark, make in (("<!-- commands -->", commands), ("<!-- messages -->", messages)):
        if mark in markdown:
            markdown = markdown.replace(mark, make())
    here = _source(page.file.src_uri)

    def link(found: re.Match[str]) -> str:
        target = (here.parent / found[1]).resolve()
        return posixpath.relpath(_uri(target), posixpath.dirname(page.file.src_uri) or ".")

    return _outside_of_code(LINK, link, markdown)


def _linked(page: Path) -> Iterator[Path]:
    for target in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        path = (page.parent / target).resolve()
        if path.exists() and path.is_relative_to(ROOT):
            yield path


def _on_the_site(path: Path, config: MkDocsConfig, file: type[File]) -> File:
    if path.is_dir():
        names = sorted(one.name for one in path.iterdir() if not one.name.startswith((".", "_")))
        listing = "\n".join(f"- {name}" for name in names)
        return file.generated(config, _uri(path), content=f"# {path.relative_to(ROOT)}/\n\n{listing}\n")
    if path.suffix == ".md":
        return file.generated(config, _uri(path), content=path.read_text("utf-8"))
    return file.generated(config, _uri(path), abs_src_path=str(path))


def _uri(path: Path) -> str:
    """Where a file of the repository is on the site; sources as text, so that browsers show them."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    inside = f"{REPOSITORY}/{path.relative_to(ROOT).as_posix()}"
    if path.is_dir():
        return f"{inside}/files.md"
    return inside if path.suffix in (".md", ".png") else f"{inside}.txt"


def _source(uri: str) -> Path:
    """The file that a page was made from: the inverse of _uri, for pages."""
    inside = uri.removeprefix(f"{REPOSITORY}/")
    return (ROOT if inside != uri else DOCS) / inside


def _outside_of_code(pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str], markdown: str) -> str:
    parts, end = [], 0
    for code in CODE.finditer(markdown):
        parts += [pattern.sub(replace, markdown[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, pattern.sub(replace, markdown[end:])])


def commands() -> str:
    """Markdown: each command with what its --help prints."""
    from sentiment_fast.cli.main import COMMANDS

    return "\n".join(f"## {name}\n\n```text\n{_help(name).rstrip()}\n```\n" for name in COMMANDS)


def _help(command: str) -> str:
    """What `sentiment-fast COMMAND --help` prints, in lines of 100 characters."""
    from sentiment_fast.cli.main import main

    written = io.StringIO()
    environment = dict(os.environ)
    os.environ |= {"COLUMNS": "100", "NO_COLOR": "1"}
    try:
        with contextlib.redirect_stdout(written), contextlib.suppress(SystemExit):
            main([command, "--help"])
    finally:
        os.environ.clear()
        os.environ.update(environment)
    return written.getvalue()


def messages() -> str:
    """Markdown: a table for each stage of the package, of the errors raised and the notes printed in it."""
    parts = []
    errors, printed = raised(), notes()
    for stage in sorted(errors.keys() | printed.keys()):
        parts += [f"### `{stage}`\n", "| error | message |", "|---|---|"]
        parts += [f"| {name} | {_escaped(text)} |" for name, text in errors.get(stage, [])]
        parts += [f"| note | {_escaped(text)} |" for _, text in printed.get(stage, [])]
        parts.append("")
    return "\n".join(parts)


def error_classes() -> list[str]:
    """The errors for users, in the order of errors.py."""
    tree = ast.parse((ROOT / "sentiment_fast" / "errors.py").read_text("utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def raised() -> dict[str, list[tuple[str, str]]]:
    """Stage -> (error class, message) of each error for users that is made in it; `...` stands for what varies."""
    return _calls(error_classes())


def notes() -> dict[str, list[tuple[str, str]]]:
    """Stage -> (function, message) of each message that is printed in it without an error."""
    return _calls(["say", "say_always"])


def _calls(names: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Stage -> (name, message) of each call of these functions or classes with a message."""
    found: dict[str, list[tuple[str, str]]] = {}
    package = ROOT / "sentiment_fast"
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        stage = parts[0] if len(parts) > 1 else "the commands"
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and (name := _called(node)) in names:
                text = _text(node.args[0])
                if re.search(r"\w", text.replace("...", "")):  # not a message that was made elsewhere
                    found.setdefault(stage, []).append((name, text))
    return {stage: sorted(set(rows)) for stage, rows in found.items()}


def _called(call: ast.Call) -> str:
    """The name of what is called: "say" of `say(...)` and `line.say(...)`."""
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " ".join(node.value.split()) if node.value.strip() else node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "..." for one in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left) + _text(node.right)
    return "..."


def _escaped(text: str) -> str:
    """The text with its signs of Markdown escaped, except backquotes and what is between them."""
    halves = " ".join(text.split()).split("`")
    signs = (r"\|", r"[|*_<>\[\]]")  # within code a bar still ends a cell
    return "`".join(re.sub(signs[at % 2 == 0], r"\\\g<0>", one) for at, one in enumerate(halves))
