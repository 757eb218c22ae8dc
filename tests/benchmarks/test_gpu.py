"""The GPU benchmark, all of it, on a CPU in tiny sizes: each section fills its tables, or says what is not there."""

import json
import warnings

import pytest
import torch

from benchmarks.studies import gpu
from benchmarks.studies.gpu_report import Table


@pytest.fixture(params=["eager", pytest.param("inductor", marks=pytest.mark.long)])
def compilers_warnings(request, monkeypatch):
    """None. Graphs are compiled by the backend of this name; tests/training/test_step.py compares Inductor's steps."""
    look_up = torch._dynamo.lookup_backend
    monkeypatch.setattr(torch._dynamo, "lookup_backend", lambda name: look_up(request.param))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.compiler.reset()
        yield
    torch.compiler.reset()


@pytest.mark.slow
@pytest.mark.usefixtures("compilers_warnings")
def test_the_whole_program_runs_on_a_cpu_and_says_what_is_not_there(tmp_path, capsys):
    assert gpu.main(["--device", "cpu", "--quick", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "cpu.md")
    report = json.loads((tmp_path / "cpu.json").read_text())
    assert {"date", "commit", "command", "CPU", "torch", "reviews"} <= report["facts"].keys()
    sections = {section["name"]: section for section in report["sections"]}
    assert list(sections) == [section.__name__ for section, _ in gpu.SECTIONS]
    assert [section["failure"] for section in report["sections"]] == [None] * len(sections)
    rows = {name: section["tables"][0]["rows"] for name, section in sections.items()}
    assert all(rows.values())
    for name, column in {"equality": 1, "training": 2, "presets": 2}.items():
        there = {row[column]: row[-1] != gpu.ELSEWHERE for row in rows[name]}
        assert there["trimmed, float32"]
        assert not there["bf16 + CUDA graphs"]
    assert {row[0] for row in rows["equality"]} == {"tutorial", "fast", "accurate"}
    assert {row[0] for row in rows["presets"]} == {"fast", "accurate"}
    assert not any("DIFFERS" in row or "FAILED" in " ".join(row) for table in rows.values() for row in table)
    assert "self cpu" in sections["profile"]["tables"][0]["text"].lower()
    text = (tmp_path / "cpu.md").read_text()
    assert "| trimmed, float32 |" in text
    assert gpu.ELSEWHERE in text


@pytest.mark.slow
def test_a_section_that_fails_is_written_down_and_loses_neither_its_rows_nor_the_others(tmp_path, monkeypatch):
    def breaks(lab):
        """Half of it."""
        table = Table(["name"])
        yield table
        table.rows.append(["measured before"])
        raise RuntimeError("out of something\nand more")

    def works(lab):
        """All of it."""
        yield Table(["name"], [["measured after"]])

    monkeypatch.setattr(gpu, "SECTIONS", [(breaks, 1), (works, 1)])
    assert gpu.main(["--device", "cpu", "--quick", "--out", str(tmp_path)]) == 1
    text = (tmp_path / "cpu.md").read_text()
    assert "FAILED: RuntimeError: out of something\n" in text
    assert "| measured before |" in text
    assert "| measured after |" in text


@pytest.mark.slow
def test_work_that_begins_too_late_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "SECTIONS", [(gpu.lstm_kernels, -1)])
    assert gpu.main(["--device", "cpu", "--quick", "--out", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "cpu.json").read_text())
    assert {row[-1] for row in report["sections"][0]["tables"][0]["rows"]} == {gpu.LATE}
