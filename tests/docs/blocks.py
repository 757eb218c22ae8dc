"""The code blocks of a page, and how each is run.

In: a page in Markdown. Out: its fenced blocks, run in one folder in their order, those of Python with shared names.
What the folder holds is left to prepared_files.py.

A block is what its first line says, or shell if it says nothing: `python` is run, `bash` and `console` too, in which
lines after a `$ ` command are what it must print; a block with title="NAME" is written to that file; `text`, `json`,
`toml` are not code. A block that cannot be run here comes after the comment `<!-- not run: REASON -->`.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentiment_fast.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]

SHELL = ("bash", "console")
NOT_CODE = ("text", "json", "toml", "csv", "yaml", "html")
NOT_RUN = re.compile(r"<!-- not run: (.+?) -->")
SCORE = re.compile(r"\b[01]\.\d{6}\b")
MOST_OF_BFLOAT16 = 0.02  # that it changes about a probability; hardware that is faster with it computes with it
LEARN = ("train", "pretrain", "tune")
WRITERS = {"train": "out", "score_files": "output", "score_csv": "output"}


@dataclass(frozen=True)
class Block:
    """One fenced block: where it is, its language, its title, its text, and why it is not run, if it is not."""

    page: str
    line: int
    language: str
    title: str
    text: str
    not_run: str

    @property
    def where(self) -> str:
        return f"{self.page}, line {self.line}"


def blocks_of(page: str) -> list[Block]:
    """The blocks of a page of the repository, in their order."""
    return blocks_in((ROOT / page).read_text("utf-8"), page)


def blocks_in(markdown: str, page: str = "page.md") -> list[Block]:
    """The fenced blocks of a text. Comments directly above a block belong to it."""
    found, comments, lines = [], "", markdown.splitlines()
    at = 0
    while at < len(lines):
        fence = re.match(r"( *)```(\w*) *(?:title=\"(.+?)\")?$", lines[at])
        if fence is None:
            assert "```" not in lines[at], f"{page}, line {at + 1}: cannot be read as the first line of a block"
            if lines[at].strip():
                comments = f"{comments}\n{lines[at]}" if lines[at].strip().startswith("<!--") else ""
            at += 1
            continue
        end = next(i for i in range(at + 1, len(lines)) if lines[i] == f"{fence[1]}```")
        assert not any("```" in line for line in lines[at + 1 : end]), f"{page}, line {at + 1}: the block does not end"
        text = "\n".join(line.removeprefix(fence[1]) for line in lines[at + 1 : end]) + "\n"
        reason = NOT_RUN.search(comments)
        language = fence[2] or ("console" if text.startswith("$ ") else "bash")
        found.append(Block(page, at + 1, language, fence[3] or "", text, reason[1] if reason else ""))
        comments, at = "", end + 1
    return found


def run_page(page: str, names: dict[str, Any], printed: Callable[[], str]) -> None:
    """Run the blocks of a page in the current folder. printed: what was written to stdout since it was last called."""
    for block in blocks_of(page):
        if block.not_run:
            continue
        if block.title:
            Path(block.title).parent.mkdir(parents=True, exist_ok=True)
            Path(block.title).write_text(block.text, "utf-8")
        elif block.language == "python":
            run_python(block, names)
        elif block.language in SHELL:
            run_shell(block, printed)
        else:
            assert block.language in NOT_CODE, f"{block.where}: name the block's language, got {block.language!r}"


def run_python(block: Block, names: dict[str, Any]) -> None:
    """Run a block of Python. Tracebacks show the lines of the page."""
    for path in _outputs_of(ast.parse(block.text)):
        _remove(path)
    text = "\n" * block.line + block.text
    exec(compile(text, str(ROOT / block.page), "exec"), names)


def _outputs_of(tree: ast.AST) -> Iterator[str]:
    """What the calls of a block write, as far as it is named in them."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = [word.value for word in call.keywords if word.arg == WRITERS.get(name, "")]
        given += call.args[1:2] if WRITERS.get(name) == "output" else []
        if not any(word.arg == "resume" for word in call.keywords):
            yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def run_shell(block: Block, printed: Callable[[], str]) -> None:
    """Run the commands of a block; what they print must be what a block of `$ ` commands shows."""
    for command, expected in commands_of(block):
        printed()
        code = run_command(command)
        assert code == 0, f"{block.where}: {command} ended with {code}"
        got = printed()
        if expected is not None:
            assert_shown(got, expected, f"{block.where}: {command}")


def assert_shown(got: str, expected: str, where: str) -> None:
    """What a command printed is what a page shows; scores may differ as bfloat16 does from float32."""
    assert SCORE.sub("score", got.rstrip()) == SCORE.sub("score", expected.rstrip()), where
    for one, other in zip(SCORE.findall(got), SCORE.findall(expected), strict=True):
        assert abs(float(one) - float(other)) < MOST_OF_BFLOAT16, f"{where}: shows {other}, got {one}"


def commands_of(block: Block) -> Iterator[tuple[str, str | None]]:
    """(command, what it prints or None) for each command of a block of shell."""
    text = block.text.replace("\\\n", " ")
    if block.language == "bash":
        assert not text.startswith("$ "), f"{block.where}: a block of commands and their output is a `console` block"
        yield from ((line, None) for line in text.splitlines() if line.strip() and not line.startswith("#"))
        return
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def run_command(command: str) -> int:
    """Run a line of shell: our commands in this process, in which presets may be small; all others by bash."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    ours = _arguments(words)
    if ours is None or any(re.fullmatch(r"[();<>|&]+", word) for word in words):
        return subprocess.run(["bash", "-euo", "pipefail", "-c", _with_python(command)]).returncode
    if "--resume" not in ours and "--force" not in ours:
        for at, word in enumerate(ours[:-1]):
            if word in ("-o", "--output", "--out") and not ours[at + 1].endswith("/"):
                _remove(ours[at + 1])
    if ours[0] == "tune" and "--trials" not in ours:
        ours += ["--trials", "1"]
    try:
        return main(ours)
    except SystemExit as ended:  # of argparse
        return int(ended.code or 0)


def _arguments(words: list[str]) -> list[str] | None:
    """The arguments of sentiment-fast, however it is called; None for another program."""
    if words[:1] == ["sentiment-fast"]:
        return words[1:]
    if words[:2] == ["python", "-m"] and words[2].startswith("sentiment_fast."):
        return [words[2].removeprefix("sentiment_fast."), *words[3:]]
    return None


def _with_python(command: str) -> str:
    """The same with this interpreter, and the package of this folder, installed or not."""
    start = f"PYTHONPATH={shlex.quote(str(ROOT))}:${{PYTHONPATH:-}} {shlex.quote(sys.executable)}"
    command = re.sub(r"(?<![\w./-])sentiment-fast (?=[\w-])", f"{start} -m sentiment_fast.", command)
    return re.sub(r"(?<![\w./'-])python (?=-)", f"{start} ", command)


def _remove(name: str) -> None:
    """Files and folders of this name that an earlier block has written: a run writes over nothing."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not name.strip("-"):
        return
    for one in (path, *(Path(f"{name}{ending}") for ending in (".rejects.csv", ".journal", ".part"))):
        if one.is_dir():
            shutil.rmtree(one)
        elif os.path.lexists(one):
            one.unlink()
