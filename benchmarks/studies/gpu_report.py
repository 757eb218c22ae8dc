"""Tables and the facts they depend on -> the Markdown report of benchmarks/studies/gpu.py."""

from __future__ import annotations

import platform
import re
import subprocess
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import torch

from benchmarks.conftest import versions


@dataclass
class Table:
    """text: below it, as it is."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    text: str = ""


def facts(command: str, reviews: str, cuda: bool) -> dict[str, str]:
    """What the figures depend on."""
    told = {"date": date.today().isoformat(), "commit": _first_line("git", "describe", "--always", "--dirty")}
    cpu = re.search(r"model name\s*: (.*)", _text(Path("/proc/cpuinfo")))
    told |= {"command": command, "CPU": f"{cpu[1] if cpu else platform.machine()}, {torch.get_num_threads()} threads"}
    if cuda:
        told["GPU"] = torch.cuda.get_device_name()
        told["driver"] = _first_line("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
        told |= {"CUDA": str(torch.version.cuda), "cuDNN": str(torch.backends.cudnn.version())}  # type: ignore[no-untyped-call]
    return told | {"reviews": reviews, "python": platform.python_version(), **versions()}


def _first_line(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.splitlines()[0]
    except (OSError, subprocess.SubprocessError, IndexError):
        return "unknown"


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def as_markdown(report: dict[str, Any]) -> str:
    lines = ["# " + report["device"], "", *(f"- {name}: {value}" for name, value in report["facts"].items())]
    for section in report["sections"]:
        lines += ["", f"## {section['name']}", "", section["about"], f"({section['seconds']:.0f} s)", ""]
        for table in section["tables"]:
            lines += ["| " + " | ".join(cells) + " |" for cells in [table["header"], ["---"] * len(table["header"])]]
            lines += ["| " + " | ".join(cells) + " |" for cells in table["rows"]]
            lines += ["", "```", table["text"], "```"] if table["text"] else []
        lines += ["", section["failure"]] if section["failure"] else []
    return "\n".join(lines) + "\n"
