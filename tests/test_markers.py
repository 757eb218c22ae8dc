"""Which tests the usual commands select, and in how many processes: what pyproject.toml and the conftests agree on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]

TESTS = """
import pytest

SLOW_FIXTURES = {"trained"}

@pytest.fixture
def trained(): pass

@pytest.mark.long
def test_long(): pass

@pytest.mark.slow
def test_slow(): pass

@pytest.mark.parametrize("rows", [1, pytest.param(2, marks=pytest.mark.long)])
def test_rows(rows): pass

def test_of_a_slow_fixture(trained): pass

def test_quick(): pass
"""


def collected(folder, *options):
    """The names of the tests that pytest selects from TESTS, with this project's configuration and hooks."""
    (folder / "conftest.py").write_text("from tests.conftest import pytest_collection_modifyitems\n")
    (folder / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", folder, folder]
    command += ["--collect-only", "-q", "-n", "0", "-p", "no:cacheprovider", *options]
    command += ["-p", "xdist"]  # and none of the other plugins, which take two seconds to import
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return [line.partition("::")[2] for line in run.stdout.splitlines() if "::" in line]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], ["test_slow", "test_rows[1]", "test_of_a_slow_fixture", "test_quick"]),
        (["-m", "not slow"], ["test_rows[1]", "test_quick"]),
        (["-m", "long"], ["test_long", "test_rows[2]"]),
        (["-m", "slow"], ["test_long", "test_slow", "test_rows[2]", "test_of_a_slow_fixture"]),
    ],
    ids=["by default", "not slow", "long", "slow"],
)
def test_long_tests_and_those_of_slow_fixtures_are_slow(tmp_path, options, names):
    assert collected(tmp_path, *options) == names


def test_a_worker_computes_in_one_thread():
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert torch.get_num_threads() == 1
