"""Every code block of README.md and docs/ runs, page by page, in a folder of its own. Presets are small here."""

import os
import shutil
import sys
from pathlib import Path

import joblib
import pytest

from sentiment_fast.model import presets
from sentiment_fast.report import plots
from tests.docs.blocks import NOT_CODE, PAGES, SHELL, Block, blocks_in, blocks_of, commands_of, run_page, run_shell
from tests.docs.prepared_files import OTHERS, names_for, prepare, small_presets, train_mine

# How many blocks of each page cannot run here; their reasons are in the pages. A new one is a decision.
NOT_RUN = {
    "README.md": 2,
    "docs/accuracy.md": 2,
    "docs/clusters.md": 2,
    "docs/finetuning.md": 3,
    "docs/how-to/fastapi.md": 1,
    "docs/how-to/few-labels.md": 1,
    "docs/how-to/gpu.md": 2,
    "docs/install.md": 5,
    "docs/python.md": 1,
    "docs/quick-start.md": 2,
    "docs/training.md": 3,
    "docs/tutorial.md": 1,
}
RUN = [page for page in PAGES if any(not one.not_run and one.language not in NOT_CODE for one in blocks_of(page))]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    prepare(folder)
    with pytest.MonkeyPatch.context() as patched:
        for name, preset in small_presets().items():
            patched.setitem(presets.PRESETS, name, preset)
        patched.setattr(presets, "STUDENTS", {})
        train_mine(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_the_blocks_of_a_page_run(page, prepared, tmp_path, monkeypatch, capfd):
    folder = tmp_path / "page"
    shutil.copytree(prepared, folder)
    for name, other in OTHERS.get(page, {}).items():
        shutil.copy(folder / other, folder / name)
    for name, preset in small_presets().items():
        monkeypatch.setitem(presets.PRESETS, name, preset)
    monkeypatch.setattr(presets, "STUDENTS", {})  # which learn for longer
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(plots, "_save", lambda figure, path: Path(path).touch())  # drawing takes most of a small run
    modules, environment = set(sys.modules), dict(os.environ)
    try:
        with joblib.parallel_config(backend="sequential"):  # other processes have the presets as they are
            run_page(page, names_for(), lambda: capfd.readouterr().out)
    finally:
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
                del sys.modules[name]
        os.environ.clear()
        os.environ.update(environment)


def test_blocks_that_cannot_run_here_are_counted():
    counted = {page: sum(bool(block.not_run) for block in blocks_of(page)) for page in PAGES}
    assert {page: count for page, count in counted.items() if count} == NOT_RUN


@pytest.mark.parametrize("page", PAGES)
def test_every_block_names_its_language(page):
    for block in blocks_of(page):
        assert block.language in ("python", *SHELL, *NOT_CODE) or block.title, f"{block.where}: {block.language!r}"


def test_blocks_have_their_lines_titles_and_reasons():
    text = "# A\n\n```python\nx\n```\n\n<!-- not run: no GPU -->\n<!-- a -->\n```bash\ny\n```\n"
    text += '```toml title="a.toml"\n```\n'
    first, second, third = blocks_in(text)
    assert (first.language, first.line, first.not_run, first.text) == ("python", 3, "", "x\n")
    assert (second.language, second.not_run) == ("bash", "no GPU")
    assert (third.title, third.not_run) == ("a.toml", "")


def test_a_comment_belongs_to_the_next_block_only():
    assert [block.not_run for block in blocks_in("<!-- not run: a -->\nText\n```bash\n```\n")] == [""]


def test_a_session_is_commands_and_what_they_print():
    block = Block("page", 1, "console", "", "$ a b\nc\nd\n$ e \\\n  f\n", "")
    assert list(commands_of(block)) == [("a b", "c\nd\n"), ("e    f", "")]


def test_another_output_than_the_page_shows_is_an_error(capfd):
    block = Block("page", 1, "console", "", "$ echo a\nb\n", "")
    with pytest.raises(AssertionError, match="echo a"):
        run_shell(block, lambda: capfd.readouterr().out)


def test_a_command_that_fails_is_an_error(capfd):
    with pytest.raises(AssertionError, match=r"line 7: sentiment-fast score nothing\.csv ended with 1"):
        run_shell(Block("p", 7, "bash", "", "sentiment-fast score nothing.csv\n", ""), lambda: capfd.readouterr().out)
