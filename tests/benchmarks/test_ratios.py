"""The command that says which ratios fell: on a run that pytest-benchmark made, and on runs written by hand."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import ratios

KIND = "amd-epyc-avx512-2-cores"
REPOSITORY = Path(__file__).parents[2]


def write_run(path, groups, corpora=None, kind=KIND):
    """A file in --benchmark-json's schema. groups: group -> side -> (reviews, median seconds)."""
    benchmarks = [
        {"group": group, "name": side, "extra_info": {"reviews": reviews}, "stats": {"median": median}}
        for group, sides in groups.items()
        for side, (reviews, median) in sides.items()
    ]
    about = {"kind": kind, "versions": {"python": "3.11.7"}, "corpora": corpora or {"reviews": "IMDb (50,000)"}}
    run = {
        "benchmarks": benchmarks,
        "commit_info": {"id": "abc123", "dirty": False},
        "datetime": "2026-11-22T12:00:00+00:00",
        ratios.RUN: about,
    }
    path.write_text(json.dumps(run), "utf-8")
    return path


def slow_and(**sides):
    """A group whose first side takes 10 seconds, with others that are so many times faster."""
    return {"encode": {"plain": (100, 10.0), **{side: (1000, 100.0 / ratio) for side, ratio in sides.items()}}}


@pytest.fixture
def baseline(tmp_path):
    """A stored baseline: the native side was 10 times as fast."""
    path = tmp_path / "ratios.json"
    assert (
        ratios.main([str(write_run(tmp_path / "old.json", slow_and(native=10))), f"--baseline={path}", "--update"]) == 0
    )
    return path


def compare(tmp_path, baseline, groups, **options):
    return ratios.main([str(write_run(tmp_path / "new.json", groups, **options)), f"--baseline={baseline}"])


def test_a_ratio_takes_samples_into_account(tmp_path):
    run = write_run(tmp_path / "run.json", {"encode": {"plain": (100, 10.0), "native": (5000, 2.0)}})
    assert ratios.ratios_of_run(run).groups == {"encode": {"plain": 1.0, "native": 250.0}}


def test_the_same_run_fell_nowhere(tmp_path, baseline, capsys):
    assert compare(tmp_path, baseline, slow_and(native=10)) == 0
    assert "0 of 2 ratios that both have fell" in capsys.readouterr().out


def test_a_fall_of_more_than_20_percent_fails_and_is_named(tmp_path, baseline, capsys):
    assert compare(tmp_path, baseline, slow_and(native=7.99)) == 1
    output = capsys.readouterr().out
    assert "1 of 2 ratios that both have fell by more than 20%:\n  encode: native\n" in output
    assert "10.0x      8.0x  -20.1% !" in output


@pytest.mark.parametrize("before", [10, 3, 0.7, 123.4])
def test_a_fall_of_exactly_20_percent_is_tolerated(before):
    assert not ratios.Change("encode", "native", before, before * 0.8).fell


def test_a_rise_is_tolerated(tmp_path, baseline):
    assert compare(tmp_path, baseline, slow_and(native=30)) == 0


def test_seconds_may_change_where_ratios_hold(tmp_path, baseline):
    assert compare(tmp_path, baseline, {"encode": {"plain": (100, 30.0), "native": (1000, 30.0)}}) == 0


def test_sides_and_groups_that_are_new_or_gone_are_listed(tmp_path, baseline, capsys):
    groups = slow_and(avx512=20) | {"pad": {"plain": (1, 1.0)}}
    assert compare(tmp_path, baseline, groups) == 0
    output = capsys.readouterr().out
    assert "0 of 1 ratios that both have fell" in output
    lines = [line.split() for line in output.splitlines()]
    assert ["avx512", "-", "20.0x", "new"] in lines
    assert ["native", "10.0x", "-", "gone"] in lines
    assert ["plain", "-", "1.0x", "new"] in lines


def test_update_stores_what_the_run_was(tmp_path, baseline):
    stored = json.loads(baseline.read_text("utf-8"))
    assert stored["groups"] == {"encode": {"plain": 1.0, "native": 10.0}}
    assert (stored["format"], stored["kind"], stored["commit"]) == (1, KIND, "abc123")
    assert stored["date"].startswith("2026-11-22")
    assert stored["versions"] == {"python": "3.11.7"}


def test_update_replaces_the_baseline(tmp_path, baseline):
    slower = write_run(tmp_path / "slower.json", slow_and(native=2))
    assert ratios.main([str(slower), f"--baseline={baseline}", "--update"]) == 0
    assert compare(tmp_path, baseline, slow_and(native=2)) == 0


def test_the_baseline_is_chosen_by_the_kind_of_machine(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ratios, "RESULTS", tmp_path)
    run = write_run(tmp_path / "run.json", slow_and(native=10))
    assert ratios.main([str(run)]) == 2
    message = capsys.readouterr().err
    assert f"ratios-{KIND}.json: no such baseline" in message
    assert "--update" in message
    assert ratios.main([str(run), "--update"]) == 0
    assert ratios.main([str(run)]) == 0


def test_a_baseline_of_another_kind_of_machine_is_refused(tmp_path, baseline, capsys):
    assert compare(tmp_path, baseline, slow_and(native=10), kind="arm-neon-8-cores") == 2
    assert f"expected ratios of the kind of machine arm-neon-8-cores, got {KIND}" in capsys.readouterr().err


def test_other_reviews_are_refused(tmp_path, baseline, capsys):
    assert compare(tmp_path, baseline, slow_and(native=10), corpora={"reviews": "made up (50,000)"}) == 2
    assert "reviews were IMDb (50,000), the run's made up (50,000)" in capsys.readouterr().err


def test_ratios_to_another_first_side_are_refused(tmp_path, baseline, capsys):
    assert compare(tmp_path, baseline, {"encode": {"native": (1000, 10.0)}}) == 2
    assert "relative to plain, the run's to native" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no JSON", "cannot be read as JSON"),
        ("[]", "holds no benchmarks"),
        ('{"tests": []}', "holds no benchmarks"),
        ('{"benchmarks": []}', "not of this project"),
        (f'{{"benchmarks": [{{}}], "{ratios.RUN}": {{}}}}', "is damaged"),
        (f'{{"benchmarks": [], "{ratios.RUN}": {{}}, "commit_info": {{}}}}', "is damaged"),
    ],
)
def test_a_file_that_is_no_run_is_refused(tmp_path, baseline, capsys, content, message):
    run = tmp_path / "run.json"
    run.write_text(content)
    assert ratios.main([str(run), f"--baseline={baseline}"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert str(run) in error


def test_a_missing_run_is_refused(tmp_path, baseline, capsys):
    assert ratios.main([str(tmp_path / "none.json"), f"--baseline={baseline}"]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["no JSON", "[]", '{"format": 2}', '{"format": 1, "kind": "x"}'])
def test_a_damaged_baseline_is_refused(tmp_path, baseline, capsys, content):
    baseline.write_text(content)
    assert compare(tmp_path, baseline, slow_and(native=10)) == 2
    assert str(baseline) in capsys.readouterr().err


def test_a_baseline_that_cannot_be_written_is_said(tmp_path, capsys):
    run = write_run(tmp_path / "run.json", slow_and(native=10))
    assert ratios.main([str(run), f"--baseline={tmp_path / 'none' / 'ratios.json'}", "--update"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_bad_arguments_end_with_2():
    with pytest.raises(SystemExit) as exit_code:
        ratios.main([])
    assert exit_code.value.code == 2


@pytest.mark.parametrize(
    ("brand", "kind"),
    [
        ("AMD EPYC", "amd-epyc-avx512-2-cores"),
        ("AMD EPYC 9R14 96-Core Processor", "amd-epyc-9r14-avx512-2-cores"),
        ("Intel(R) Xeon(R) Platinum 8488C CPU @ 2.40GHz", "intel-xeon-platinum-8488c-avx512-2-cores"),
        ("aarch64", "aarch64-avx512-2-cores"),
    ],
)
def test_the_kind_of_a_machine(brand, kind):
    assert ratios.machine_kind(brand, "avx512", 2) == kind


BENCHMARKS = """
import numpy as np

def test_slow(measure):
    measure("ones", "two at a time", lambda: [np.ones(1000) for _ in range(200)], 2)

def test_fast(measure):
    measure("ones", "all at once", lambda: np.ones(200_000, np.int16), 1000, text_bytes=4000)
"""


@pytest.mark.slow
def test_a_run_of_pytest_benchmark_is_read(tmp_path):
    """The whole chain: the fixture, its JSON file, the baseline, the comparison."""
    (tmp_path / "test_ones.py").write_text(BENCHMARKS)
    run, stored = tmp_path / "run.json", tmp_path / "ratios.json"
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTEST_ADDOPTS": ""}
    environment.pop("PYTEST_XDIST_WORKER", None)  # pytest-benchmark would take the process for a worker of ours
    options = ["-p", "benchmarks.conftest", "-p", "no:cacheprovider", "--benchmark-only", f"--benchmark-json={run}"]
    command = [sys.executable, "-m", "pytest", str(tmp_path), f"--rootdir={tmp_path}", *options]
    tests = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "all at once" in tests.stdout.partition("in relation")[2]

    slow, fast = json.loads(run.read_text("utf-8"))["benchmarks"]
    assert slow["extra_info"].keys() == {"reviews", "cpu_seconds"}
    assert slow["extra_info"]["reviews"] == 2
    assert fast["extra_info"]["text_bytes"] == 4000
    assert fast["extra_info"]["output_bytes"] == 400_000
    assert {"peak_memory_bytes", "cycles_per_byte"} <= fast["extra_info"].keys()

    for arguments in (["--update"], []):
        command = [sys.executable, "-m", "benchmarks.ratios", str(run), f"--baseline={stored}", *arguments]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "all at once" in ended.stdout
    assert list(json.loads(stored.read_text("utf-8"))["groups"]["ones"]) == ["two at a time", "all at once"]
