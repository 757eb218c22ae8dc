"""docs/architecture.md is what the files say of themselves, and its stages are those of the import test."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_architecture", ROOT / "docs" / "make_architecture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(maker):
    committed = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert committed == maker.architecture(), "run `python docs/make_architecture.py`"


def test_every_stage_is_on_the_page_in_order(maker):
    from tests.test_imports import STAGES

    assert ["errors", "extras", *maker.STAGES] == STAGES


def test_a_file_without_a_docstring_is_an_error(maker, tmp_path):
    (tmp_path / "silent.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match="expected a docstring"):
        maker._summary(tmp_path / "silent.py")


@pytest.mark.parametrize(
    "page",
    ["README.md", "CONTRIBUTING.md", *sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md"))],
)
def test_links_between_pages_lead_to_files(page):
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"
