"""The documentation's site: links that leave docs/, what is made from the code, and where each page is."""

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from sentiment_fast.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
NAVIGATION = re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)


def module_of_docs(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hooks():
    return module_of_docs("site_hooks")


def rewritten(hooks, markdown, uri):
    page = SimpleNamespace(file=SimpleNamespace(src_uri=uri))
    return hooks.on_page_markdown(markdown, page, None, None)


def test_every_page_is_in_the_navigation_once():
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(NAVIGATION) == sorted(pages)


@pytest.mark.parametrize(
    ("uri", "link", "on_the_site"),
    [
        ("limits.md", "files.md#limits", "files.md#limits"),
        ("how-to/gpu.md", "../install.md", "../install.md"),
        ("accuracy.md", "../benchmarks/results/accuracy.md#a", "repository/benchmarks/results/accuracy.md#a"),
        ("architecture.md", "../sentiment_fast/score.py", "repository/sentiment_fast/score.py.txt"),
        ("accuracy.md", "../tests/behaviour/cases/", "repository/tests/behaviour/cases/files.md"),
        ("how-to/gpu.md", "../../benchmarks/ratios.py", "../repository/benchmarks/ratios.py.txt"),
        ("repository/CONTRIBUTING.md", "docs/limits.md", "../limits.md"),
        ("limits.md", "https://pytorch.org", "https://pytorch.org"),
        ("limits.md", "#top", "#top"),
    ],
)
def test_links_lead_to_the_same_file_on_the_site(hooks, uri, link, on_the_site):
    assert rewritten(hooks, f"[a]({link})", uri) == f"[a]({on_the_site})"


def test_links_within_code_are_left_alone(hooks):
    code = "```python\nx[0](../setup.py)\n```\n"
    assert rewritten(hooks, code, "limits.md") == code


def test_figures_of_the_comparison_are_those_of_the_benchmark():
    results = (ROOT / "benchmarks" / "results" / "2026-11-27-comparison.md").read_text("utf-8")
    measured = (ROOT / "docs" / "comparison.md").read_text("utf-8").partition("## Not measured")[0]
    rows = re.findall(r"^\| (?:tf-idf|fastText|DataCamp|preset).*", measured, re.M)
    assert len(rows) == 8
    for row in rows:
        _, _, accuracy, calibration, _, speed, size, _ = (cell.strip() for cell in row.split("|"))
        pattern = rf"{accuracy[:2]}\.\d\d% \| {calibration} \| [^|]+ \| {speed} [^|]*\| {size} \|"
        assert re.search(pattern, results), row


def test_tests_that_pages_name_exist():
    defined = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for page in (ROOT / "docs").rglob("*.md"):
        for name in re.findall(r"`(test_\w+)`", page.read_text("utf-8")):
            assert f"def {name}(" in defined, f"{page.name} names {name}"


def test_the_page_of_commands_has_the_help_of_each(hooks):
    page = rewritten(hooks, "<!-- commands -->", "reference/commands.md")
    assert re.findall("^## (.*)", page, re.M) == list(COMMANDS)
    assert page.count("--help") >= len(COMMANDS)
    assert "--text-column" in page


def test_messages_are_collected_with_their_class_and_stage(hooks):
    raised = hooks.raised()
    assert ("DataError", "...: cannot be read (...). Is it a complete Parquet file?") in raised["io"]
    assert all(name in hooks.error_classes() and text for rows in raised.values() for name, text in rows)
    assert sum(map(len, raised.values())) > 300


def test_the_notes_of_the_package_are_found(hooks):
    notes = [text for rows in hooks.notes().values() for _, text in rows]
    assert "the probabilities stay uncalibrated: ..." in notes


def test_indented_lines_of_a_docstring_become_a_list():
    griffe = pytest.importorskip("griffe")
    assert griffe
    with_lists = module_of_docs("griffe_lists").with_lists
    assert (
        with_lists("Options:\n    a: one\n      more\n    b: two\nEnd")
        == "Options:\n\n- a: one\n  more\n- b: two\n\nEnd"
    )
    assert with_lists("Like this:\n\n    >>> f()\n    1") == "Like this:\n\n    >>> f()\n\n- 1"
