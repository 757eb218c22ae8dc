"""docs/install.md, the README's commands and the Dockerfile agree with the package."""

import re
import shlex
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "install.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def readme_command(name):
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.search(rf"<!-- {name} -->\n```bash\n(.*)\n```\n<!-- end -->", readme)[1]


@pytest.mark.parametrize(
    ("name", "extra", "last"),
    [("train", "train", "python -m sentiment_fast.train --amp"), ("tests", "test", "pytest")],
)
def test_the_readme_installs_what_its_command_needs(name, extra, last):
    venv, activate, install, run = readme_command(name).split(" && ")
    assert (venv, activate) == ("python3 -m venv .venv", ". .venv/bin/activate")
    assert shlex.split(install) == ["pip", "install", "-c", "constraints.txt", "-e", f".[{extra}]"]
    assert run == last


def test_every_extra_is_on_the_page():
    missing = [extra for extra in PROJECT["optional-dependencies"] if not re.search(rf"[\[,]{extra}[\],]", PAGE)]
    assert missing == ["bench"]  # which `dev` includes


def test_every_environment_variable_that_the_package_reads_is_on_the_page():
    sources = [*(ROOT / "sentiment_fast").rglob("*.py"), ROOT / "setup.py", ROOT / "tests" / "conftest.py"]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    read = set(re.findall(r"""environ(?:\.\w+\(|\[)"(\w+)\"""", code)) | set(re.findall(r'_VARIABLE = "(\w+)"', code))
    assert {"SENTIMENT_FAST_CACHE", "OMP_NUM_THREADS", "RANK"} <= read
    on_the_page = set(re.findall(r"`(\w+)`", PAGE.partition("## Environment variables")[2]))
    assert read - on_the_page == {"PYTHONDONTWRITEBYTECODE"}  # read by tests/conftest.py only


def test_versions_on_the_page_are_those_of_the_package():
    assert f"torch=={pinned()['torch']}" in PAGE
    assert set(re.findall(r"sentiment_fast-(\d[\d.]*\d)", PAGE)) == {PROJECT["version"]}


def pinned():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def test_constraints_pin_every_direct_requirement_within_its_range():
    for requirement in chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()):
        named, _, lowest = requirement.partition(">=")
        name = named.partition("[")[0]  # without the extras of another package
        if lowest:
            assert as_numbers(pinned()[name]) >= as_numbers(lowest), requirement
        elif not name.startswith("sentiment-fast"):
            assert name in pinned(), requirement


def as_numbers(version):
    return [int(part) for part in version.split(".") if part.isdigit()]


def test_the_dockerfile_copies_files_that_exist_and_ends_without_a_compiler():
    stages = (ROOT / "docs" / "Dockerfile").read_text("utf-8").split("\nFROM ")
    assert "g++" in stages[1]
    assert "g++" not in stages[2]
    for line in re.findall(r"^COPY (.*)", "\n".join(stages), re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line
